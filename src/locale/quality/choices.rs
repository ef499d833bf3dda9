//! What can be done about it, and what that would change: told without computing anew where it is exact.

use super::super::Lang;
use super::*;
use crate::report::{Choice, Settings};

/// A choice, ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceRow {
    /// Handle for tests.
    pub id: &'static str,
    /// What would be done.
    pub name: String,
    /// What it would change.
    pub effect: String,
    /// How the page can do it; `None` where the file has to be changed.
    pub choice: Option<Choice>,
}

/// The choices a report leaves open, under the settings it was computed with.
#[must_use]
pub fn choices(lang: Lang, report: &Report, settings: &Settings) -> Vec<ChoiceRow> {
    let q = &report.quality;
    let mut list = Vec::new();
    let mut offer = |id, choice: Choice, effect| {
        list.push(ChoiceRow { id, name: choice_name(lang, choice), effect, choice: Some(choice) });
    };
    let aside = |kind: IssueKind| q.counts.iter().find(|c| c.kind == kind).map_or(0, |c| c.rows);
    if settings.duplicates.as_deref() == Some("drop") {
        offer(
            "duplicates",
            Choice::KeepDuplicates,
            effect_keep(lang, &rows(lang, aside(IssueKind::Duplicate))),
        );
    } else if q.duplicates > 0 {
        offer("duplicates", Choice::DropDuplicates, effect_drop(lang, &rows(lang, q.duplicates)));
    }
    let calendar = q.checks.calendar.as_ref();
    if settings.as_of.is_some() {
        offer("as-of", Choice::WholeFile, effect_whole(lang, &rows(lang, aside(IssueKind::FutureDate))));
    } else if let Some((edge, day)) = calendar.and_then(|c| Some((c.last_month?, c.last_whole_month()?))) {
        let effect = effect_as_of(lang, &rows(lang, edge.rows), &lang.money(edge.revenue));
        offer("as-of", Choice::AsOf(day), effect);
    }
    let stand_ins = &q.checks.names.stand_ins;
    if !stand_ins.is_empty() {
        let n = stand_ins.len() as u32;
        let all: u64 = stand_ins.iter().map(|s| s.rows).sum();
        let revenue: f64 = stand_ins.iter().filter_map(|s| s.revenue).sum();
        list.push(ChoiceRow {
            id: "stand-ins",
            name: choice_stand_ins(lang, &lang.int(n)),
            effect: effect_out(lang, &lang.customers(n), &rows(lang, all), &lang.money(revenue)),
            choice: None,
        });
    }
    if let Some(amounts) = &q.checks.amounts {
        if amounts.rows > 0 {
            let effect = effect_far(lang, &rows(lang, amounts.rows), &lang.money(amounts.sum));
            list.push(ChoiceRow { id: "far-amounts", name: choice_far(lang), effect, choice: None });
        }
        if amounts.returned < 0.0 {
            let net = lang.money(amounts.sales + amounts.returned);
            let effect = effect_gross(lang, &net, &lang.money(amounts.sales));
            list.push(ChoiceRow { id: "returns", name: choice_gross(lang), effect, choice: None });
        }
    }
    list
}

/// What a choice does.
#[must_use]
pub fn choice_name(lang: Lang, choice: Choice) -> String {
    match choice {
        Choice::DropDuplicates => choice_drop(lang),
        Choice::KeepDuplicates => choice_keep(lang),
        Choice::AsOf(day) => choice_as_of(lang, &lang.date(&day.iso())),
        Choice::WholeFile => choice_whole(lang),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::Day;
    use crate::ingest::checks::{Amounts, Calendar, Edge};
    use crate::ingest::{Checks, IssueCount, Quality};

    fn ids(report: &Report, settings: &Settings) -> Vec<(&'static str, Option<Choice>)> {
        choices(Lang::En, report, settings).iter().map(|c| (c.id, c.choice)).collect()
    }

    #[test]
    fn what_was_chosen_can_be_taken_back() {
        let edge =
            Edge { from: Day(19_783), to: Day(19_790), month_days: 31, rows: 7, revenue: 70.0, level: None };
        let calendar = Calendar { first: Day(19_000), last_month: Some(edge), ..Calendar::default() };
        let amounts = Amounts { sales: 100.0, returned: -9.5, ..Amounts::default() };
        let checks = Checks { calendar: Some(calendar), amounts: Some(amounts), ..Checks::default() };
        let mut report =
            Report { quality: Quality { duplicates: 3, checks, ..Quality::default() }, ..Report::default() };
        let open = ids(&report, &Settings::default());
        let last_day = Day::parse_iso("2024-02-29").unwrap_or_default();
        let wanted = [
            ("duplicates", Some(Choice::DropDuplicates)),
            ("as-of", Some(Choice::AsOf(last_day))),
            ("returns", None),
        ];
        assert_eq!(open, wanted);
        let chosen = Settings {
            duplicates: Some("drop".into()),
            as_of: Some("2024-02-29".into()),
            ..Settings::default()
        };
        report.quality.counts = vec![IssueCount { kind: IssueKind::FutureDate, rows: 7 }];
        let now = choices(Lang::En, &report, &chosen);
        assert_eq!(now[0].choice, Some(Choice::KeepDuplicates));
        assert_eq!(
            (now[1].choice, now[1].effect.as_str()),
            (Some(Choice::WholeFile), "7 rows after the day of analysis come back")
        );
        assert_eq!(now[2].effect, "Revenue 100.00 instead of 90.50; the results count it net");
    }

    #[test]
    fn a_clean_file_leaves_nothing_to_choose() {
        assert_eq!(ids(&Report::default(), &Settings::default()), []);
    }
}
