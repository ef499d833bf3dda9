//! Explanations of single customers: they agree with the labels and numbers they explain, what they say would change a
//! label changes it, and every sentence reads in its language.

#![allow(clippy::unwrap_used)]

mod common;

use common::{analyze, data};
use tenure::analytics::churn::State;
use tenure::analytics::explain::{Change, Explanation, Fact, Measure, StageInput, stage};
use tenure::analytics::stage::{Badge, Basis, Stage};
use tenure::analytics::value_matrix::ValueClass;
use tenure::customer::Day;
use tenure::locale::{Lang, why as say};
use tenure::report::{CustomerPattern, CustomerStage, Report, Settings, Why};
use tenure::sample::{self, SampleLanguage};

fn of_sample(language: SampleLanguage) -> Report {
    analyze(&sample::csv(language), &Settings::default())
}

/// Every explanation of a customer, by name.
fn all(why: &Why) -> Vec<(&'static str, &Explanation)> {
    let parts = [
        ("stage", &why.stage),
        ("warning", &why.warning),
        ("class", &why.class),
        ("rfm", &why.rfm),
        ("pattern", &why.pattern),
        ("tier", &why.tier),
        ("cluster", &why.cluster),
        ("credit", &why.credit),
        ("risk", &why.risk),
        ("exit", &why.exit),
        ("rule", &why.rule),
    ];
    parts.into_iter().filter_map(|(name, e)| Some((name, e.as_ref()?))).collect()
}

/// Every sentence about a customer.
fn sentences(lang: Lang, why: &Why) -> Vec<String> {
    let mut out = Vec::new();
    for section in say::sections(lang, why) {
        out.extend([section.title.to_owned(), section.gloss.to_owned(), section.headline]);
        out.extend(section.facts);
        out.extend(section.changes);
    }
    for view in say::profile(lang, why) {
        out.push(view.title.to_owned());
        out.extend(view.facts);
        out.extend(view.missing);
    }
    out
}

fn is_han(c: char) -> bool {
    ('\u{3000}'..='\u{303f}').contains(&c) || ('\u{4e00}'..='\u{ffef}').contains(&c)
}

/// No sentence is empty, shows what is not a number, or leaks a name of the code or of the other language.
fn reads(lang: Lang, why: &Why) {
    // What the file itself calls things may be in any language.
    let covariates = why.names.covariates.iter();
    let mut file: Vec<&String> = covariates
        .flat_map(|c| [Some(&c.name), c.level.as_ref(), c.other_level.as_ref()])
        .chain([why.names.segment.as_ref(), why.names.next_product.as_ref()])
        .flatten()
        .filter(|name| !name.is_empty())
        .collect();
    file.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for said in sentences(lang, why) {
        assert!(!said.trim().is_empty() && !said.contains("NaN") && !said.contains("inf,"), "{said}");
        assert!(!said.contains("..") && !said.contains("。。") && !said.contains("  "), "{said}");
        let own = file.iter().fold(said.clone(), |text, name| text.replace(name.as_str(), ""));
        match lang {
            Lang::En => assert!(!own.chars().any(is_han), "{said}"),
            Lang::ZhHans | Lang::ZhHant => {
                let word = own
                    .split(|c: char| !c.is_ascii_alphabetic())
                    .find(|w| w.len() > 3 && !w.chars().all(|c| c.is_ascii_uppercase()));
                assert!(own.chars().any(is_han) && word.is_none(), "{said}");
            }
        }
        // Names of variants, as Debug writes them: two capitals with small letters between.
        let camel = own.split(|c: char| !c.is_ascii_alphanumeric()).find(|w| {
            w.len() > 3
                && w.chars().skip(1).any(|c| c.is_ascii_uppercase())
                && w.chars().any(|c| c.is_ascii_lowercase())
        });
        assert!(camel.is_none(), "{camel:?} in {said}");
    }
}

/// What must hold for the explanations of a customer of any file.
fn agrees(report: &Report, i: usize) -> Why {
    let why = report.why(i).unwrap();
    let table = &report.customers;
    assert_eq!(why.id, table.id.get(i as u32));
    for (name, e) in all(&why) {
        assert!(!e.changes.is_empty(), "{name} of {}: {e:?}", why.id);
        let text = format!("{e:?}");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
    let exited = table.stage.get(i) == Some(&CustomerStage::Exited) || table.warning[i] == 1.0;
    assert_eq!(why.labels.exited, exited, "{}", why.id);
    class(report, i, &why);
    if let Some(e) = &why.stage {
        let confidence = e.facts.iter().find_map(|f| match f {
            Fact::Reliability { confidence, .. } => Some(*confidence),
            _ => None,
        });
        let shown = table.stage_confidence.get(i).copied().filter(|c| *c > 0.0);
        assert_eq!(confidence.flatten(), shown, "{}", why.id);
        if let (Some(stage), false) = (why.labels.stage, exited) {
            let named = match table.stage[i] {
                CustomerStage::Exploration => Stage::Exploration,
                CustomerStage::BuildUp => Stage::BuildUp,
                CustomerStage::Stability => Stage::Stability,
                CustomerStage::Decline => Stage::Decline,
                CustomerStage::Exited => panic!("not exited"),
            };
            assert_eq!(stage, named);
        }
    }
    why
}

/// The class explanation speaks of the table's numbers and thresholds, and its move leads where it says.
fn class(report: &Report, i: usize, why: &Why) {
    let (table, matrix) = (&report.customers, report.value_matrix.as_ref().unwrap());
    let e = why.class.as_ref().unwrap();
    let (cv, gp) = (table.current_value[i], table.growth_potential[i]);
    let limits = [matrix.current_value_threshold, matrix.growth_potential_threshold];
    for fact in &e.facts {
        match *fact {
            Fact::Against { measure: Measure::CurrentValue, value, threshold: Some(t), reached } => {
                assert_eq!((value, t), (cv, limits[0].max(0.0)));
                let high = matches!(table.value_class[i], ValueClass::III | ValueClass::IV);
                assert_eq!(reached, high, "{}", why.id);
            }
            Fact::Against { measure: Measure::GrowthPotential, value, threshold: Some(t), reached } => {
                assert_eq!((value, t), (gp, limits[1]));
                let high = matches!(table.value_class[i], ValueClass::II | ValueClass::IV);
                assert_eq!(reached, high, "{}", why.id);
            }
            _ => {}
        }
    }
    let Change::Class { measure, to, beyond, becomes, .. } = e.changes[0] else {
        assert!(why.labels.exited || limits == [0.0; 2], "{e:?}");
        return;
    };
    let past = if beyond { to - 1e-6 * to.abs().max(1.0) } else { to };
    let (cv, gp) = if measure == Measure::CurrentValue { (past, gp) } else { (cv, past) };
    let then = ValueClass::of(cv >= 0.0 && cv >= limits[0], gp >= limits[1]);
    assert_eq!(then, becomes);
    assert_ne!(then, table.value_class[i]);
}

/// Dates and thresholds of a warning are the table's.
fn warning(report: &Report, i: usize, why: &Why) {
    let table = &report.customers;
    let as_of = Day::parse_iso(report.overview.as_of.as_deref().unwrap()).unwrap();
    let Fact::Silence { state, silence_days, amber_days, red_days, amber_date, red_date } =
        why.warning.as_ref().unwrap().facts[0]
    else {
        panic!("{why:?}")
    };
    assert_eq!(f64::from(silence_days), table.recency_days[i]);
    assert_eq!([amber_days, red_days], [table.amber_days[i], table.red_days[i]]);
    let last = as_of.0 - silence_days as i32;
    // The day named is the first whose silence is beyond the threshold.
    for (date, limit) in [(amber_date, amber_days), (red_date, red_days)] {
        assert!(f64::from(date.0 - last) > limit && f64::from(date.0 - 1 - last) <= limit);
    }
    let shown = match table.warning[i] {
        w if w >= 1.0 => State::Exited,
        w if w >= 0.5 => State::Amber,
        _ => State::Active,
    };
    assert_eq!(state, shown, "{}", why.id);
}

#[test]
fn every_customer_of_the_sample_is_explained_in_the_words_of_the_reader() {
    for (language, lang) in SampleLanguage::ALL.into_iter().zip(Lang::ALL) {
        let report = of_sample(language);
        let n = report.customers.len();
        for i in 0..n {
            let why = agrees(&report, i);
            warning(&report, i, &why);
            reads(lang, &why);
        }
        assert_eq!(report.why(n), None);
        assert_eq!(report.why(usize::MAX), None);
    }
}

#[test]
fn the_labels_explained_are_the_tables() {
    let report = of_sample(SampleLanguage::English);
    let table = &report.customers;
    for i in 0..table.len() {
        let why = report.why(i).unwrap();
        assert_eq!(why.labels.pattern, table.pattern.get(i).copied());
        assert_eq!(why.labels.tier, table.tier[i]);
        assert_eq!(why.tier.is_some(), table.tier[i].is_some());
        assert_eq!(why.cluster.is_some(), table.cluster[i].is_some());
        assert_eq!(why.rule.is_some(), table.rule.get(i).is_some_and(Option::is_some));
        assert_eq!(why.rfm.is_some(), table.r_score[i] > 0);
        if let Some(e) = &why.rfm {
            for fact in &e.facts {
                let Fact::Score { measure, score, .. } = *fact else { panic!("{fact:?}") };
                let own = match measure {
                    Measure::RecencyDays => table.r_score[i],
                    Measure::Frequency => table.f_score[i],
                    _ => table.m_score[i],
                };
                assert_eq!(score, own);
            }
        }
        // All conditions of the rule that caught a customer are met by the values shown.
        for fact in why.rule.iter().flat_map(|e| &e.facts) {
            if let Fact::Condition { condition, value } = fact {
                assert!(condition.is_met(*value), "{}: {fact:?}", why.id);
            }
        }
        if let (Some(e), Some(pattern)) = (&why.pattern, why.labels.pattern) {
            let forecast = e.facts.iter().any(|f| matches!(f, Fact::Forecast { .. }));
            assert_eq!(forecast, pattern == CustomerPattern::Active, "{}: {e:?}", why.id);
        }
        let p = why.action.contact.unwrap();
        assert!((0.0..=1.0).contains(&p.p_exit) && (p.p_exit == 1.0 || !why.labels.exited));
    }
}

/// A release candidate of the table is one of the explanation, and the other way round.
#[test]
fn exit_decisions_agree() {
    // With costs per order somebody makes a loss.
    let settings =
        Settings { cost_per_order: Some(500.0), cost_to_fix: Some(100_000.0), ..Settings::default() };
    let report = analyze(&sample::csv(SampleLanguage::English), &settings);
    let table = &report.customers;
    let mut n_candidates = 0;
    for i in 0..table.len() {
        let why = agrees(&report, i);
        let Some(e) = &why.exit else {
            assert!(why.labels.exited && table.exit_decision[i].is_none());
            continue;
        };
        let failing = e.facts.iter().any(|f| match f {
            Fact::Check { check, met, .. } => {
                let open = *check == tenure::analytics::explain::ExitCheck::NotInBuildUp && met.is_none();
                *met != Some(true) && !open
            }
            _ => false,
        });
        assert_eq!(table.exit_decision[i].is_some(), !failing, "{}: {e:?}", why.id);
        let rails = e.facts.iter().filter(|f| matches!(f, Fact::Rail { .. })).count();
        assert_eq!(rails, if failing { 0 } else { 10 });
        n_candidates += u32::from(!failing);
        reads(Lang::En, &why);
    }
    assert!(n_candidates > 0);
}

#[test]
fn cdnow_customers_are_explained() {
    let Some(bytes) = data("cdnow/CDNOW_sample.txt") else { return };
    let report = analyze(&bytes, &Settings::default());
    for i in (0..report.customers.len()).step_by(7) {
        let why = agrees(&report, i);
        warning(&report, i, &why);
        for lang in Lang::ALL {
            reads(lang, &why);
        }
    }
}

#[test]
fn telco_contracts_are_explained_with_the_way_to_the_contact_threshold() {
    let Some(bytes) = data("telco/Telco-Customer-Churn.csv") else { return };
    let report = analyze(&bytes, &Settings::default());
    let base = report.early_warning.as_ref().unwrap();
    let (mut moved, mut n) = (0, 0);
    for i in (0..report.customers.len()).step_by(5) {
        let why = agrees(&report, i);
        assert!(why.warning.is_none() && why.rfm.is_none());
        assert_eq!(why.risk.is_none(), why.labels.exited);
        let Some(e) = &why.risk else { continue };
        n += 1;
        let top = e.facts.iter().filter(|f| matches!(f, Fact::Contribution { .. })).count();
        assert_eq!(top, 3);
        let Some(Fact::Against { measure: Measure::ExitRisk, value, threshold, .. }) =
            e.facts.last().copied()
        else {
            panic!("{e:?}")
        };
        let contact = why.action.contact.unwrap();
        assert_eq!(value, contact.p_exit);
        assert_eq!(threshold, contact.p_star);
        moved += u32::from(matches!(e.changes[0], Change::Feature { .. } | Change::Level { .. }));
        assert_eq!(why.names.covariates.len(), base.used.len());
        for lang in Lang::ALL {
            reads(lang, &why);
        }
    }
    assert!(moved > 0 && n > 900, "{moved} of {n}");
}

/// methods.md 19: "Stability (92%, A): value 1,015/month since month 9, ±4%; plateau is 8.8× the exploration level."
#[test]
fn ex_19_stability_sentence() {
    let values = [100., 120., 90., 110., 300., 500., 800., 950., 1000., 980., 1020., 990.];
    let why = stage(&StageInput {
        values: &values,
        stage: Some(Stage::Stability),
        basis: Basis::Fitted,
        probabilities: [0., 0.08, 0.92, 0.],
        confidence: Some(0.92),
        badge: Some(Badge::A),
        ends: Some([4, 8, 12, 12]),
        explore_level: Some(114.9),
        plateau: Some(1015.0),
        ..StageInput::default()
    });
    let said =
        |lang| say::headline(lang, &say::stage_label(lang, Some(Stage::Stability), false, &why), &why, &[]);
    assert_eq!(
        said(Lang::En),
        "Stability (92%, A): value 1,015 a month since month 9, ±4%; the plateau is 8.8 times the exploration level."
    );
    assert_eq!(
        said(Lang::ZhHans),
        "稳定期（92%，A）：自第 9 个月起月均 1,015，±4%；平台为考察期水平的 8.8 倍。"
    );
    assert_eq!(
        said(Lang::ZhHant),
        "穩定期（92%，A）：自第 9 個月起每月平均 1,015，±4%；高原水準為考察期水準的 8.8 倍。"
    );
    assert_eq!(
        say::change(Lang::En, &why.changes[0], &[]),
        "For decline, value must fall to 710 a month or less for at least 2 months (needed, but not enough by itself)."
    );
}

/// Headlines, and what would change them, of the first customer who is calm and in stability.
fn said(language: SampleLanguage, lang: Lang) -> String {
    let report = of_sample(language);
    let table = &report.customers;
    let calm = |i: &usize| table.stage[*i] == CustomerStage::Stability && table.warning[*i] < 0.5;
    let why = report.why((0..table.len()).find(calm).unwrap()).unwrap();
    let section = |s: say::Section| [vec![s.headline], s.changes].concat().join("\n");
    say::sections(lang, &why).into_iter().map(section).collect::<Vec<_>>().join("\n")
}

const IN_ENGLISH: &str = "\
Rebuild the relationship to win its potential: growth potential 14,268.
Stability (>99%, B): value 1,755 a month since month 11, ±109%; the plateau is 9.1 times the exploration level.
For decline, value must fall to 1,229 a month or less for at least 2 months (needed, but not enough by itself).
Calm: silent for 6 days; the alert point of 16.7 days is passed on 11 Jan 2026, the exit threshold of 36.8 days on 31 Jan 2026; 42% of this customer's gaps between orders are expected to be shorter (typical gap 7 days, gaps seen: 82).
Without an order, the alert begins on 11 Jan 2026 (in 11 days).
Class II (rebuild the relationship): growth potential 14,268, above the threshold of 8,234; current value 11,778, below the threshold of 24,722.
If growth potential falls by more than 6,034, below 8,234, it becomes class I.
Important value: orders in the window (RFM frequency) 47: score 4 of 5, above the mean; amount in the window (RFM money) 23,842: score 4 of 5, above the mean.
If time since the last order (RFM recency) goes from 6 days to 12 days, the group becomes “Important to keep”.
Active: highest stage reached: stability; may end as long-term (99%).
It rests on a probability that no single number decides.
Relational, other: profit of the last 12 months 7,956, below the threshold of 24,197; share of spend at a discount 0%, below the threshold of 60%.
If profit of the last 12 months moves from 7,956 to 24,197, the label changes.
Group 1: number of orders: the group lies 0.7 standard deviations above the mean of all, this customer 0.7 standard deviations above it; revenue: the group lies 0.7 standard deviations above the mean of all, this customer 0.4 standard deviations above it.
With number of orders at 6, group 2 would be nearer.
No candidate for release: makes no loss: the lower of 12-month profit and current value is 7,956; growth potential 14,268 is not below what repairing the relationship would cost, 0.
No single change is enough.
Rule of the tree of leavers: months since the first order above 25.3 (here 30.7); of 18 customers held out who met all conditions, 9 left within half a year (50%, 95% interval 29% to 71%).
The condition nearest to change: months since the first order is 30.7, the limit is 25.3.";

const IN_CHINESE: &str = "\
再造关系，释放潜力：增值潜力 12,724。
稳定期（83%，B）：自第 8 个月起月均 2,242，±90%；平台为考察期水平的 16.9 倍。
转入退化期，月均须降至 1,570 或以下并持续 2 个月以上（必要但不充分）。
正常：已沉默 12 天；2026年1月5日将超过 16.6 天的警戒点，2026年1月30日将超过 41.2 天的流失阈值；预计该客户 71% 的购买间隔短于此（典型间隔 6 天，已观察 31 次）。
若不再下单，2026年1月5日起（5 天后）进入警戒。
II 类（关系再造）：增值潜力 12,724，高于阈值 8,234；当前价值 11,742，低于阈值 24,722。
若增值潜力减少超过 4,490、低于 8,234，则变为 I 类。
重要保持客户：期内订单数（频度）34：5 分制得 4 分，高于均值；期内金额 19,101：5 分制得 3 分，高于均值。
若距上次下单时间（近度）由 12 天变为 9 天，类别变为“重要价值客户”。
活跃：达到的最高阶段为稳定期；可能以长久保持型结束（67%）。
稳定期再延续 6 个月，即为长久保持型。
关系型，其他：近 12 个月利润 5,143，低于阈值 24,197；折扣消费占比 0%，低于阈值 60%。
若近 12 个月利润由 5,143 变为 24,197，标签即改变。
第 1 组：订单数：该组比总体均值高 0.7 个标准差，该客户比总体均值高 0.0 个标准差；收入：该组比总体均值高 0.7 个标准差，该客户比总体均值低 0.1 个标准差。
若订单数为 17，则更接近第 2 组。
非解除候选：没有亏损：近 12 个月利润与当前价值中较低者为 5,143；增值潜力 12,724 不低于修复关系的成本 0。
单项变化不足以改变它。
流失规则：关系月数不高于 25.3（该客户为 12.6）；留作检验的客户中有 86 位符合全部条件，其中 10 位在半年内流失（12%，95% 区间 6% 至 20%）。
最接近改变的条件：关系月数为 12.6，界限为 25.3。";

#[test]
fn one_customer_of_the_sample_in_english() {
    assert_eq!(said(SampleLanguage::English, Lang::En), IN_ENGLISH);
}

#[test]
fn one_customer_of_the_sample_in_chinese() {
    assert_eq!(said(SampleLanguage::SimplifiedChinese, Lang::ZhHans), IN_CHINESE);
}
