//! Which columns open which of the ten areas, and the care that keeps customers, by phase.

use serde::{Deserialize, Serialize};

/// What a column or side table holds (methods.md 1.1-1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DataRole {
    /// Who.
    Customer,
    /// Day of the purchase.
    Date,
    /// Net money, or quantity and unit price.
    Amount,
    /// Order the row belongs to.
    Order,
    /// Product.
    Product,
    /// Product category.
    Category,
    /// Units.
    Quantity,
    /// List price or discount.
    ListPrice,
    /// Variable cost.
    Cost,
    /// Sales channel.
    Channel,
    /// Salesperson.
    Salesperson,
    /// Region.
    Region,
    /// Promotion.
    Promo,
    /// The file's own segment.
    Segment,
    /// Length or start of a contract.
    Tenure,
    /// Whether the contract has ended.
    Churned,
    /// Charge per month.
    MonthlyCharge,
    /// Service contacts and complaints.
    ServiceContacts,
    /// Their cost or minutes.
    ContactCost,
    /// Invoices and payments.
    Payments,
    /// Who brought whom.
    Referrals,
    /// Stated reason for leaving.
    ExitReason,
    /// Survey answers.
    Survey,
    /// The customer's total spend in the category.
    Wallet,
    /// Limit in the books.
    CreditLimit,
    /// What the customer cost to acquire.
    AcquisitionCost,
    /// When the customer was acquired.
    AcquiredDate,
    /// Visits and registrations.
    Visits,
}

/// Columns of which one is enough.
pub type Need = &'static [DataRole];

/// One of the ten areas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TenC {
    /// Customer profile: how complete are master data?
    Profile,
    /// Customer knowledge: what do they buy, say and leave for?
    Knowledge,
    /// Customer segmentation.
    Segmentation,
    /// Customization: what to offer whom, and where.
    Customization,
    /// Customer value, current and potential.
    Value,
    /// Customer satisfaction.
    Satisfaction,
    /// Customer development: cross-selling and up-selling.
    Development,
    /// Customer retention.
    Retention,
    /// Customer acquisition: new customers, their cost and its payback.
    Acquisition,
    /// Customer profitability.
    Profitability,
}

impl TenC {
    /// All areas in order.
    pub const ALL: [Self; 10] = [
        Self::Profile,
        Self::Knowledge,
        Self::Segmentation,
        Self::Customization,
        Self::Value,
        Self::Satisfaction,
        Self::Development,
        Self::Retention,
        Self::Acquisition,
        Self::Profitability,
    ];

    /// What the area needs.
    #[must_use]
    pub fn needs(self) -> &'static [Need] {
        use DataRole as R;
        match self {
            Self::Profile => &[&[R::Segment], &[R::Region], &[R::AcquiredDate], &[R::Wallet]],
            Self::Knowledge => {
                &[&[R::Product, R::Category], &[R::ServiceContacts], &[R::Survey], &[R::ExitReason]]
            }
            Self::Segmentation => &[&[R::Customer], &[R::Date, R::Tenure], &[R::Amount, R::MonthlyCharge]],
            Self::Customization => {
                &[&[R::Product, R::Category], &[R::Channel], &[R::Survey, R::ServiceContacts]]
            }
            Self::Value => &[&[R::Amount, R::MonthlyCharge], &[R::Cost], &[R::Wallet]],
            Self::Satisfaction => &[&[R::Survey], &[R::ServiceContacts]],
            Self::Development => &[&[R::Product, R::Category], &[R::Wallet]],
            Self::Retention => &[&[R::Date, R::Churned], &[R::ExitReason]],
            Self::Acquisition => {
                &[&[R::Date, R::AcquiredDate], &[R::AcquisitionCost], &[R::Visits, R::Channel]]
            }
            Self::Profitability => &[&[R::Amount, R::MonthlyCharge], &[R::Cost], &[R::ContactCost]],
        }
    }
}

/// How much of an area the data open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Availability {
    /// All of it.
    Available,
    /// Some of it.
    Partly,
    /// Nothing.
    Missing,
}

/// A row of the coverage table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CoverageRow {
    /// The area.
    pub area: TenC,
    /// How much of it is open.
    pub state: Availability,
    /// Columns that serve it.
    pub present: Vec<DataRole>,
    /// Needs that are not met; each entry lists columns of which one is enough.
    pub missing: Vec<Vec<DataRole>>,
}

/// The coverage table: which columns open which area, in the order of [`TenC::ALL`].
#[must_use]
pub fn coverage(present: &[DataRole]) -> Vec<CoverageRow> {
    let row = |area: TenC| {
        let (needs, missing) = (area.needs(), unmet(area.needs(), present));
        let state = match missing.len() {
            0 => Availability::Available,
            n if n < needs.len() => Availability::Partly,
            _ => Availability::Missing,
        };
        let serving = needs.iter().flat_map(|n| n.iter()).filter(|r| present.contains(r));
        CoverageRow { area, state, present: serving.copied().collect(), missing }
    };
    TenC::ALL.into_iter().map(row).collect()
}

/// Needs that none of the columns meets.
pub(super) fn unmet(needs: &[Need], present: &[DataRole]) -> Vec<Vec<DataRole>> {
    let open = needs.iter().filter(|need| !need.iter().any(|r| present.contains(r)));
    open.map(|need| need.to_vec()).collect()
}

/// When care is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CarePhase {
    /// Before the sale 售前.
    PreSale,
    /// During the sale 售中.
    InSale,
    /// After the sale 售后.
    AfterSale,
}

/// A step of the churn-prevention kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CareStep {
    /// Choose channels whose customers stay.
    ScreenChannels,
    /// Learn what the customer needs.
    DiscoverNeeds,
    /// Promise what can be kept.
    SetExpectations,
    /// Make the first orders perfect.
    PerfectFirstOrder,
    /// Agree on terms by credit.
    FitTerms,
    /// Explain price and keep it fair.
    FairPrice,
    /// Ask after delivery.
    FollowUp,
    /// Repair complaints at once.
    RepairComplaints,
    /// Call at the alert point, before the customer is lost.
    CallAtAlert,
    /// Offer the next product when it is due.
    OfferNext,
    /// Ask the leaver why, and win back who is worth it.
    WinBack,
}

/// A step, its phase, and the columns that show whom it concerns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Care {
    /// The phase.
    pub phase: CarePhase,
    /// The step.
    pub step: CareStep,
    /// Columns that are missing to say whom it concerns; each entry lists columns of which one is enough.
    pub missing: Vec<Vec<DataRole>>,
}

/// The churn-prevention kit: care by phase.
#[must_use]
pub fn care_kit(present: &[DataRole]) -> Vec<Care> {
    use CarePhase::{AfterSale, InSale, PreSale};
    use DataRole as R;
    let kit: [(CarePhase, CareStep, &[Need]); 11] = [
        (PreSale, CareStep::ScreenChannels, &[&[R::Channel]]),
        (PreSale, CareStep::DiscoverNeeds, &[&[R::Survey, R::Wallet]]),
        (PreSale, CareStep::SetExpectations, &[&[R::Date, R::Tenure]]),
        (InSale, CareStep::PerfectFirstOrder, &[&[R::Date]]),
        (InSale, CareStep::FitTerms, &[&[R::Payments]]),
        (InSale, CareStep::FairPrice, &[&[R::ListPrice, R::Quantity]]),
        (AfterSale, CareStep::FollowUp, &[&[R::Date]]),
        (AfterSale, CareStep::RepairComplaints, &[&[R::ServiceContacts]]),
        (AfterSale, CareStep::CallAtAlert, &[&[R::Date]]),
        (AfterSale, CareStep::OfferNext, &[&[R::Product, R::Category]]),
        (AfterSale, CareStep::WinBack, &[&[R::ExitReason]]),
    ];
    kit.into_iter().map(|(phase, step, needs)| Care { phase, step, missing: unmet(needs, present) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_18_areas_open_with_their_columns() {
        let none = coverage(&[]);
        assert!(none.iter().all(|r| r.state == Availability::Missing && r.present.is_empty()));
        let ledger = [DataRole::Customer, DataRole::Date, DataRole::Amount];
        let rows = coverage(&ledger);
        let count = |state| rows.iter().filter(|r| r.state == state).count();
        assert_eq!((count(Availability::Available), count(Availability::Partly)), (1, 4));
        let everything: Vec<DataRole> = TenC::ALL.iter().flat_map(|c| c.needs().concat()).collect();
        assert!(coverage(&everything).iter().all(|r| r.missing.is_empty()));
    }

    #[test]
    fn a_column_more_never_closes_an_area() {
        let all: Vec<DataRole> = TenC::ALL.iter().flat_map(|c| c.needs().concat()).collect();
        for n in 0..all.len() {
            let (fewer, more) = (coverage(&all[..n]), coverage(&all[..=n]));
            assert!(fewer.iter().zip(&more).all(|(f, m)| m.state <= f.state));
        }
    }

    #[test]
    fn the_kit_has_all_phases_and_names_what_is_missing() {
        let kit = care_kit(&[DataRole::Date]);
        let phases: Vec<_> = kit.iter().map(|c| c.phase).collect();
        assert!(phases.is_sorted() && phases.contains(&CarePhase::InSale));
        let complaints = kit.iter().find(|c| c.step == CareStep::RepairComplaints);
        assert_eq!(complaints.map(|c| c.missing.as_slice()), Some(&[vec![DataRole::ServiceContacts]][..]));
        let alert = kit.iter().find(|c| c.step == CareStep::CallAtAlert);
        assert!(alert.is_some_and(|c| c.missing.is_empty()));
    }
}
