//! The relationship beyond money: its quality by survey or by signs of it, the funnel from first order to referral, and
//! which questions these data can answer.

use super::build::Work;
use super::facts::Facts;
use super::{Because, Notice, Section};
use crate::analytics::funnel::{self, Funnel, FunnelInput};
use crate::analytics::profile::{self, Care, CoverageRow, DataRole};
use crate::analytics::relationship::{self, Dimension, Proxies, Quality, Survey};
use crate::customer::{Dataset, Day};

/// Equal weights of the nine dimensions.
const EQUAL: [f64; 9] = [1.0 / 9.0; 9];

/// Relationship quality (methods.md 18); its scores go into the customer table.
pub(super) fn quality(work: &Work<'_>, facts: &Facts, notices: &mut Vec<Notice>) -> Option<Quality> {
    let n = work.n();
    let side = &work.ledger.side;
    let dimension: Vec<Option<Dimension>> =
        side.survey.as_ref().map(|s| s.item.names.iter().map(dimension_of).collect()).unwrap_or_default();
    let items: Vec<Dimension> = dimension.iter().flatten().copied().collect();
    // Items of unknown meaning are left out: their places among the known ones.
    let place: Vec<Option<u32>> = dimension
        .iter()
        .scan(0_u32, |next, d| {
            let own = d.map(|_| *next);
            *next += u32::from(d.is_some());
            Some(own)
        })
        .collect();
    let (mut customer, mut item, mut answer) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(survey) = &side.survey {
        for (i, &code) in survey.item.code.iter().enumerate() {
            if let Some(Some(known)) = place.get(code as usize) {
                customer.push(survey.customer[i]);
                item.push(*known);
                answer.push(survey.score[i]);
            }
        }
    }
    let survey = (!items.is_empty()).then_some(Survey {
        customer: &customer,
        item: &item,
        answer: &answer,
        items: &items,
        scale: [work.settings.survey_low, work.settings.survey_high],
    });
    let wallet: Option<Vec<Option<f64>>> = side.profile.wallet_per_year.as_ref().map(|wallets| {
        let share = |(c, wallet): (usize, &Option<f64>)| {
            wallet.filter(|w| *w > 0.0).map(|w| (facts.revenue_12m[c] / w).clamp(0.0, 1.0))
        };
        wallets.iter().enumerate().map(share).collect()
    });
    let active = |values: &[f64]| -> Vec<Option<f64>> {
        (0..n).map(|c| (!work.exited[c]).then(|| values[c])).collect()
    };
    let complaints: Option<Vec<Option<f64>>> = facts.n_complaints.as_ref().map(|complaints| {
        (0..n).map(|c| (facts.n_orders[c] > 0.0).then(|| complaints[c] / facts.n_orders[c])).collect()
    });
    let (tenure, profit) = (active(&facts.tenure_months), active(&facts.profit.profit));
    let proxies = Proxies {
        share_of_wallet: wallet.as_deref(),
        answered_share: facts.answered_share.as_deref(),
        tenure_months: Some(&tenure),
        profit: Some(&profit),
        complaints_per_order: complaints.as_deref(),
    };
    let found = relationship::quality(n, survey.as_ref(), &proxies, EQUAL);
    if found.n_scored == 0 {
        let because = Because::MissingColumn { role: "survey".to_owned() };
        notices.push(Notice::NotComputed { section: Section::Relationship, because });
        return None;
    }
    Some(found)
}

/// The columns per customer, which do not belong into a section.
pub(super) fn drop_columns(quality: &mut Quality) {
    for dimension in &mut quality.dimensions {
        dimension.value = Vec::new();
        dimension.is_proxy = Vec::new();
    }
    quality.n_dimensions = Vec::new();
    quality.strongest = Vec::new();
    quality.weakest = Vec::new();
}

/// What an item of a survey asks about, by the words of its name.
fn dimension_of(name: &str) -> Option<Dimension> {
    const WORDS: [(Dimension, &[&str]); 9] = [
        (Dimension::Trust, &["trust", "信任"]),
        (Dimension::Satisfaction, &["satisf", "满意", "滿意"]),
        (Dimension::Commitment, &["commit", "承诺", "承諾", "loyal", "忠诚", "忠誠"]),
        (Dimension::Communication, &["communicat", "沟通", "溝通"]),
        (Dimension::GoalCongruence, &["goal", "congruen", "目标", "目標"]),
        (Dimension::EmotionalBond, &["emotion", "bond", "情感", "感情"]),
        (Dimension::Investment, &["invest", "投资", "投資", "投入"]),
        (Dimension::Motivation, &["motiv", "动力", "動力", "动机", "動機"]),
        (Dimension::Profit, &["profit", "利润", "利潤"]),
    ];
    let name = name.to_lowercase();
    WORDS.iter().find(|(_, words)| words.iter().any(|w| name.contains(w))).map(|(d, _)| *d)
}

/// From first order to referral (methods.md 18).
pub(super) fn funnel(work: &Work<'_>, facts: &Facts) -> Funnel {
    let n = work.n();
    let nth = |k: usize| -> Vec<Option<Day>> {
        (0..n).map(|c| work.orders.purchases(c).nth(k).map(|i| work.orders.day[i])).collect()
    };
    let (first, second) = (nth(0), nth(1));
    let referred: Option<Vec<bool>> =
        facts.n_referrals.as_ref().map(|r| r.iter().map(|count| *count > 0.0).collect());
    funnel::funnel(&FunnelInput {
        first_order: &first,
        second_order: &second,
        acquired: work.ledger.side.profile.acquired.as_deref(),
        profit: Some(&facts.profit.profit),
        referred: referred.as_deref(),
        as_of: work.as_of,
    })
}

/// What the data hold, in the words of the coverage table.
pub(super) fn roles(dataset: &Dataset) -> Vec<DataRole> {
    let mut out = vec![DataRole::Customer];
    let mut add = |present: bool, role: DataRole| {
        if present {
            out.push(role);
        }
    };
    let side = match dataset {
        Dataset::Transactions(l) => {
            add(true, DataRole::Date);
            add(true, DataRole::Amount);
            add(l.order.is_some(), DataRole::Order);
            add(l.product.is_some(), DataRole::Product);
            add(l.category.is_some(), DataRole::Category);
            add(l.quantity.is_some(), DataRole::Quantity);
            add(l.list_price.is_some(), DataRole::ListPrice);
            add(l.cost.is_some(), DataRole::Cost);
            add(l.channel.is_some(), DataRole::Channel);
            add(l.promotion.is_some(), DataRole::Promo);
            &l.side
        }
        Dataset::Contracts(c) => {
            add(true, DataRole::Tenure);
            add(true, DataRole::Churned);
            add(c.monthly_charge.is_some(), DataRole::MonthlyCharge);
            add(c.reason.is_some(), DataRole::ExitReason);
            &c.side
        }
    };
    add(side.profile.segment.is_some(), DataRole::Segment);
    add(side.contacts.is_some(), DataRole::ServiceContacts);
    add(side.contacts.as_ref().is_some_and(|c| c.cost.is_some()), DataRole::ContactCost);
    add(side.payments.is_some(), DataRole::Payments);
    add(side.referrals.is_some(), DataRole::Referrals);
    add(side.exits.is_some(), DataRole::ExitReason);
    add(side.survey.is_some(), DataRole::Survey);
    add(side.profile.wallet_per_year.is_some(), DataRole::Wallet);
    add(side.profile.acquisition_cost.is_some(), DataRole::AcquisitionCost);
    add(side.profile.acquired.is_some(), DataRole::AcquiredDate);
    out
}

/// Which of the ten tasks of customer management these data serve, and the care of each phase.
pub(super) fn coverage(dataset: &Dataset) -> (Vec<CoverageRow>, Vec<Care>) {
    let roles = roles(dataset);
    (profile::coverage(&roles), profile::care_kit(&roles))
}
