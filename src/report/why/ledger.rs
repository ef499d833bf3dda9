//! What explanations of a ledger's customers are made from.

use super::{FeatureName, Names, Why, WhyBasis, at, basis};
use crate::analytics::churn::{self, Exits, Rhythm, State, months_before};
use crate::analytics::cluster::{Clusters, FeatureScale, Method};
use crate::analytics::credit::{CreditSettings, Payment, Rating};
use crate::analytics::exit::{Check, ProfitView, usual_cost_to_fix};
use crate::analytics::explain::{
    self, Change, ClusterInput, ExitInput, Explanation, RfmInput, RuleInput, StageInput, TierInput,
    WarningInput,
};
use crate::analytics::pattern::Verdict;
use crate::analytics::profile::{Performance, Trend};
use crate::analytics::rfm::Rfm;
use crate::analytics::stage::{self, SeriesSet, Stage, State as StageState};
use crate::analytics::tiers::{TREND_PERIODS, trend_p_down};
use crate::analytics::tree::{Feature, Rule};
use crate::report::build::Work;
use crate::report::facts::PROFIT_MONTHS;
use crate::report::{CustomerStage, CustomerTable, Report, products};

/// Columns that sections computed on the way and nobody else keeps.
pub(in crate::report) struct Learned {
    /// Chance of leaving.
    pub p_exit: Vec<f64>,
    /// Guard rails of candidates, by customer.
    pub checks: Vec<(u32, [Check; 10])>,
    /// Payment behavior.
    pub payment: Vec<Option<Payment>>,
}

/// Stages as the method gave them; columns with one entry per customer.
#[derive(Clone, Debug, PartialEq)]
struct StageBasis {
    stages: Vec<stage::CustomerStage>,
    verdicts: Vec<Verdict>,
    set: SeriesSet,
    tau_months: f64,
}

/// Centers of the clusters.
#[derive(Clone, Debug, PartialEq)]
struct ClusterBasis {
    features: Vec<FeatureScale>,
    /// In standard deviations from the mean of all, `(n_clusters, n_features)`.
    centers: Vec<f64>,
    nearest_center: bool,
}

/// Columns have one entry per customer; one that the file does not give is empty.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::report) struct LedgerBasis {
    exits: Exits,
    rhythm: Vec<Option<Rhythm>>,
    /// P(alive) means something: the model sees customers leave.
    shows_dropout: bool,
    stages: Option<StageBasis>,
    rfm: Rfm,
    clusters: Option<ClusterBasis>,
    discount_dependence: Vec<Option<f64>>,
    elasticity: Vec<Option<f64>>,
    top_from: Option<f64>,
    core_from: Option<f64>,
    payment: Vec<Option<Payment>>,
    credit_weights: [f64; 4],
    /// Who makes a loss can be told.
    costs_known: bool,
    gross_12m: Vec<f64>,
    annuity: Vec<f64>,
    cost_to_fix: Option<f64>,
    min_tenure_months: f64,
    checks: Vec<(u32, [Check; 10])>,
    rules: Vec<Rule>,
    tenure_months: Vec<f64>,
    n_orders_12m: Vec<f64>,
    revenue_12m: Vec<f64>,
    /// Revenue of the twelve months before the last twelve.
    revenue_before: Vec<f64>,
    return_rate: Vec<f64>,
    expected_orders: Vec<f64>,
    n_products: Vec<f64>,
    next_confidence: Vec<f64>,
}

/// Moves what a report no longer needs into the basis of explanations.
pub(in crate::report) fn of_ledger(mut work: Work<'_>, report: &Report, learned: Learned) -> WhyBasis {
    let n = work.n();
    let settings = work.settings;
    let rule = settings.silence_rule();
    let sensitivity = work.products.sensitivity.take();
    let elasticity = sensitivity.as_ref().map(|s| products::elasticities(Some(s), n)).unwrap_or_default();
    let forecast = work.model.forecast.take();
    let (annuity, expected_orders) = forecast.map(|f| (f.annuity, f.expected_purchases)).unwrap_or_default();
    let stages = work.relationships.take().map(|r| StageBasis {
        stages: r.stages.customers,
        verdicts: r.patterns.customers,
        set: r.set,
        tau_months: f64::from(settings.tau_months),
    });
    let revenue_before = (0..n).map(|c| revenue_before(&work, c)).collect();
    let ledger = LedgerBasis {
        rhythm: churn::rhythms(&work.orders, work.exits.pool.as_ref(), &rule),
        shows_dropout: work.model.fit.as_ref().is_some_and(|f| f.shows_dropout()),
        stages,
        rfm: work.rfm,
        clusters: report.clusters.as_ref().map(ClusterBasis::of),
        discount_dependence: sensitivity.map(|s| s.discount_dependence).unwrap_or_default(),
        elasticity,
        top_from: report.tiers.as_ref().and_then(|t| t.top_from),
        core_from: report.tiers.as_ref().and_then(|t| t.core_from),
        payment: learned.payment,
        credit_weights: report.credit.as_ref().map(|c| c.weights).unwrap_or_default(),
        costs_known: work.facts.profit.view == ProfitView::Full && work.groups,
        gross_12m: work.facts.profit.gross,
        annuity,
        cost_to_fix: settings.cost_to_fix,
        min_tenure_months: f64::from(settings.exit_min_tenure_months),
        checks: learned.checks,
        rules: report
            .rules
            .as_ref()
            .and_then(|r| r.leavers.as_ref())
            .map(|l| l.rules.clone())
            .unwrap_or_default(),
        tenure_months: work.facts.tenure_months,
        n_orders_12m: work.facts.n_orders_12m,
        revenue_12m: work.facts.revenue_12m,
        revenue_before,
        return_rate: work.facts.return_rate,
        expected_orders,
        n_products: work.products.n_owned.unwrap_or_default(),
        next_confidence: work.products.next.map(|next| next.confidence).unwrap_or_default(),
        exits: work.exits,
    };
    WhyBasis {
        cv_threshold: work.matrix.cv_threshold,
        gp_threshold: work.matrix.gp_threshold,
        largest_part: work.matrix.largest_part,
        segment: work.ledger.side.profile.segment.clone(),
        ledger: Some(Box::new(ledger)),
        ..basis(settings, learned.p_exit)
    }
}

fn revenue_before(work: &Work<'_>, c: usize) -> f64 {
    let from = months_before(work.as_of, 2 * PROFIT_MONTHS);
    let until = months_before(work.as_of, PROFIT_MONTHS);
    let days = work.orders.range(c).filter(|&i| work.orders.day[i] > from && work.orders.day[i] <= until);
    work.money(days.map(|i| i128::from(work.orders.net[i])).sum())
}

impl ClusterBasis {
    fn of(found: &Clusters) -> Self {
        Self {
            features: found.features.clone(),
            centers: found.clusters.iter().flat_map(|c| c.features.iter().map(|f| f.z)).collect(),
            nearest_center: found.method == Method::KMeans,
        }
    }
}

/// What the seven views need of a customer beside the table.
#[derive(Default)]
pub(super) struct Seen {
    pub confidence: Option<f64>,
    pub silence: Option<[f64; 3]>,
    pub state: Option<State>,
    pub rating: Option<Rating>,
    pub cost_share: Option<f64>,
    pub expected_orders: Option<f64>,
    pub n_products: Option<u32>,
    pub next_product: Option<(u32, f64)>,
    pub discount_dependence: Option<f64>,
    pub performance: Option<Performance>,
}

impl LedgerBasis {
    pub(super) fn explain(&self, table: &CustomerTable, i: usize, why: &mut Why) {
        why.labels.exited = self.exits.is_exited(i);
        if let Some(own) = self.stages.as_ref().and_then(|s| s.stages.get(i)) {
            why.labels.stage = match own.state {
                StageState::Active(stage) | StageState::Exited(stage) => Some(stage),
                StageState::NoPositiveValue => None,
            };
        }
        why.labels.group = self.rfm.scores.get(i).and_then(|s| s.as_ref()).map(|s| s.group);
        why.labels.grade = self.rating(i).map(|r| r.grade);
        why.stage = self.stage(i);
        why.warning = Some(self.warning(table, i));
        why.rfm = self.rfm(i);
        why.pattern = self.pattern(i);
        why.tier = self.tier(table, i);
        why.cluster = self.cluster(table, i, &mut why.names);
        why.credit = self.credit(i);
        why.exit = self.exit(table, i, why.labels.exited);
        why.rule = self.rule(table, i);
    }

    pub(super) fn seen(&self, table: &CustomerTable, i: usize) -> Seen {
        let revenue = at(&self.revenue_12m, i).filter(|r| *r > 0.0 && self.costs_known);
        let cost = at(&self.gross_12m, i).zip(at(&table.profit12m, i)).map(|(gross, profit)| gross - profit);
        let next = table.next_product.as_ref().and_then(|p| super::name_of(p, i));
        let all =
            |(before, last)| Trend { idx: None, amount: [before, last], quantity: None, price: [None; 2] };
        let trend = at(&self.revenue_before, i).zip(at(&self.revenue_12m, i)).map(all);
        let bought = self.exits.purchases.get(i).is_some_and(Option::is_some);
        Seen {
            confidence: self.stages.as_ref().and_then(|s| s.stages.get(i)?.confidence),
            silence: self
                .exits
                .threshold
                .get(i)
                .filter(|_| bought)
                .map(|t| [at(&self.exits.silence_days, i).map_or(0.0, f64::from), t.amber_days, t.red_days]),
            state: at(&self.exits.state, i),
            rating: self.rating(i),
            cost_share: cost.zip(revenue).map(|(cost, revenue)| cost / revenue),
            expected_orders: at(&self.expected_orders, i),
            n_products: at(&self.n_products, i).map(|n| n as u32),
            next_product: next.map(|n| n.0).zip(at(&self.next_confidence, i)),
            discount_dependence: at(&self.discount_dependence, i).flatten(),
            performance: trend.map(|all| Performance {
                months: PROFIT_MONTHS,
                all,
                products: Vec::new(),
                channels: Vec::new(),
            }),
        }
    }

    fn rating(&self, i: usize) -> Option<Rating> {
        let payment = at(&self.payment, i).flatten()?;
        let enough = payment.n_invoices >= CreditSettings::default().min_invoices;
        enough.then(|| Rating::of(&payment, self.credit_weights))
    }

    fn stage(&self, i: usize) -> Option<Explanation> {
        let found = self.stages.as_ref()?;
        let (own, series) = (found.stages.get(i)?, found.set.get(i));
        let best = own.best.as_ref();
        Some(explain::stage(&StageInput {
            values: series.values,
            n_orders: series.orders.iter().sum(),
            stage: match own.state {
                StageState::Active(stage) | StageState::Exited(stage) => Some(stage),
                StageState::NoPositiveValue => None,
            },
            exited: self.exits.is_exited(i),
            basis: own.basis,
            probabilities: own.probabilities,
            confidence: own.confidence,
            badge: own.badge,
            ends: best.map(|b| b.ends),
            explore_level: best.and_then(|b| b.explore_level),
            plateau: best.and_then(|b| b.plateau),
            end_level: best.and_then(|b| b.end_level),
            lingering: own.lingering,
            left_truncated: own.left_truncated,
            ..StageInput::default()
        }))
    }

    fn warning(&self, table: &CustomerTable, i: usize) -> Explanation {
        explain::warning(&WarningInput {
            as_of: self.exits.as_of,
            last_purchase: at(&self.exits.purchases, i).flatten().map(|p| p.1),
            threshold: at(&self.exits.threshold, i).unwrap_or(self.exits.one_time),
            rhythm: at(&self.rhythm, i).flatten(),
            n_gaps: at(&self.exits.n_purchase_days, i).unwrap_or(0).saturating_sub(1),
            p_alive: at(&table.p_alive, i).filter(|_| self.shows_dropout),
        })
    }

    fn rfm(&self, i: usize) -> Option<Explanation> {
        let (rfm, scores) = (&self.rfm, self.rfm.scores.get(i)?.as_ref()?);
        let ranges = |axis: usize| std::array::from_fn(|s| rfm.bins[axis].get(s).and_then(|b| b.range));
        let days = at(&rfm.days_since_last, i).flatten()?;
        Some(explain::rfm(&RfmInput {
            values: [f64::from(days), f64::from(at(&rfm.frequency, i)?), at(&rfm.monetary, i)?],
            scores: [scores.r, scores.f, scores.m],
            mean_scores: rfm.mean_scores,
            ranges: [ranges(0), ranges(1), ranges(2)],
        }))
    }

    fn pattern(&self, i: usize) -> Option<Explanation> {
        let found = self.stages.as_ref()?;
        let ends = found.stages.get(i).and_then(|s| s.best.as_ref()).map(|b| b.ends);
        let stable = ends.map(|e| e[2].saturating_sub(e[1]) as f64);
        Some(explain::pattern(found.verdicts.get(i)?, stable, found.tau_months))
    }

    fn tier(&self, table: &CustomerTable, i: usize) -> Option<Explanation> {
        let recent = self.stages.as_ref().and_then(|s| {
            (i < s.set.len()).then(|| s.set.get(i).values.last_chunk::<TREND_PERIODS>().copied()).flatten()
        });
        let declines = at(&table.stage, i) == Some(CustomerStage::Decline);
        Some(explain::tier(&TierInput {
            label: at(&table.tier, i).flatten()?,
            discount_dependence: at(&self.discount_dependence, i).flatten(),
            elasticity: at(&self.elasticity, i).flatten(),
            profit_12m: at(&table.profit12m, i)?,
            stage: declines.then_some(Stage::Decline),
            trend_p_down: recent.and_then(|r| trend_p_down(&r)),
            top_from: self.top_from,
            core_from: self.core_from,
        }))
    }

    fn cluster(&self, table: &CustomerTable, i: usize, names: &mut Names) -> Option<Explanation> {
        let basis = self.clusters.as_ref()?;
        let cluster_idx = usize::from(at(&table.cluster, i).flatten()?);
        let value = |f: &FeatureScale| match f.feature_idx {
            0 => at(&table.transactions, i).map(f64::from),
            1 => at(&table.revenue, i),
            _ => at(&table.recency_days, i),
        };
        let customer: Vec<f64> =
            basis.features.iter().map(|f| value(f).and_then(|v| f.z(v))).collect::<Option<_>>()?;
        let weights: Vec<f64> = basis.features.iter().map(FeatureScale::weight).collect();
        let why = explain::cluster(&ClusterInput {
            customer: &customer,
            centers: &basis.centers,
            weights: &weights,
            cluster_idx,
            nearest_center: basis.nearest_center,
        });
        names.cluster_features = basis
            .features
            .iter()
            .map(|f| FeatureName { name: f.key.clone(), ..FeatureName::default() })
            .collect();
        for change in &why.changes {
            let Change::Cluster { feature_idx, by_sd, .. } = *change else { continue };
            let j = feature_idx as usize;
            if let (Some(f), Some(z)) = (basis.features.get(j), customer.get(j)) {
                names.cluster_features[j].moved_to = Some(f.value_at(z + by_sd)).filter(|v| v.is_finite());
            }
        }
        Some(why)
    }

    fn credit(&self, i: usize) -> Option<Explanation> {
        let payment = self.payment.get(i)?;
        let needed = CreditSettings::default().min_invoices;
        Some(explain::credit(payment.as_ref(), self.credit_weights, needed))
    }

    fn exit(&self, table: &CustomerTable, i: usize, exited: bool) -> Option<Explanation> {
        // Without costs nobody can be told to make a loss; who has left cannot be let go.
        if !self.costs_known || exited {
            return None;
        }
        let (profit, cv) = (at(&table.profit12m, i)?, at(&table.current_value, i)?);
        let usual = || usual_cost_to_fix(profit, at(&self.annuity, i).unwrap_or(0.0), cv);
        let rails = self.checks.binary_search_by_key(&(i as u32), |c| c.0).ok();
        let rails = rails.and_then(|at| self.checks.get(at)).map_or(&[][..], |c| &c.1);
        let judged = |s: &stage::CustomerStage| match s.state {
            StageState::Active(stage) => s.confidence.map(|_| stage),
            _ => None,
        };
        let (_, why) = explain::exit_candidate(&ExitInput {
            class: at(&table.value_class, i)?,
            profit_12m: Some(profit),
            cv,
            gp: at(&table.growth_potential, i)?,
            cost_to_fix: self.cost_to_fix.unwrap_or_else(usual),
            tenure_months: at(&self.tenure_months, i)?,
            min_tenure_months: self.min_tenure_months,
            stage: self.stages.as_ref().and_then(|s| judged(s.stages.get(i)?)),
            rails,
        });
        Some(why)
    }

    fn rule(&self, table: &CustomerTable, i: usize) -> Option<Explanation> {
        let rule = self.rules.get(usize::from(at(&table.rule, i).flatten()?))?;
        let value = |feature: Feature| match feature {
            Feature::Recency => {
                let bought = at(&self.exits.purchases, i).flatten().is_some();
                at(&self.exits.silence_days, i).filter(|_| bought).map(f64::from)
            }
            Feature::Frequency => at(&self.n_orders_12m, i),
            Feature::Monetary => at(&self.revenue_12m, i),
            Feature::ReturnRate => at(&self.return_rate, i),
            Feature::Tenure => at(&self.tenure_months, i),
            // The tree of leavers is grown from these five.
            _ => None,
        };
        let values: Vec<Option<f64>> = rule.conditions.iter().map(|c| value(c.feature)).collect();
        Some(explain::tree_rule(&RuleInput {
            conditions: &rule.conditions,
            values: &values,
            precision: rule.precision,
        }))
    }
}
