//! Which facts about the used rows are told, in which order, with what to do about each.

use super::super::Lang;
use super::*;
use crate::customer::Day;
use crate::ingest::checks::{Calendar, Edge, Names};

/// A fact, ready to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Handle for tests and links.
    pub id: &'static str,
    /// Whether it deserves a look before the results are shown to others.
    pub look: bool,
    /// What was found.
    pub title: String,
    /// More of it.
    pub detail: Option<String>,
    /// Headers of its examples.
    pub headers: Vec<String>,
    /// Its examples.
    pub rows: Vec<Vec<Cell>>,
    /// What to do about it.
    pub remedy: String,
}

/// A cell of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Our words.
    Words(String),
    /// A number.
    Figure(String),
    /// Text from the file, to be shown as such.
    FromFile(String),
}

impl Fact {
    fn new(id: &'static str, look: bool, title: String, remedy: String) -> Self {
        Self { id, look, title, detail: None, headers: Vec::new(), rows: Vec::new(), remedy }
    }

    fn with_rows(self, headers: Vec<String>, rows: Vec<Vec<Cell>>) -> Self {
        Self { headers, rows, ..self }
    }
}

/// All facts of a report, those worth a look first; `today` tells which days lie ahead, where it is known.
#[must_use]
pub fn facts(lang: Lang, report: &Report, today: Option<Day>) -> Vec<Fact> {
    let q = &report.quality;
    let mut list = Vec::new();
    if let Some(calendar) = &q.checks.calendar {
        of_days(lang, calendar, today, q.rows_used, &mut list);
    }
    if let Some(amounts) = q.checks.amounts.as_ref().filter(|a| a.rows > 0) {
        list.push(far_amounts(lang, amounts));
    }
    of_names(lang, &q.checks.names, &mut list);
    of_rows(lang, report, &mut list);
    // A stable sort keeps the order within each kind.
    list.sort_by_key(|fact| !fact.look);
    list
}

fn date(lang: Lang, day: Day) -> String {
    lang.date(&day.iso())
}

fn of_days(lang: Lang, calendar: &Calendar, today: Option<Day>, used: u64, list: &mut Vec<Fact>) {
    let ahead = today.map_or(0, |today| calendar.after(today));
    if let Some(last) = calendar.last_days.last().filter(|_| ahead > 0) {
        let title = future_title(lang, &rows(lang, ahead), &date(lang, last.day));
        list.push(Fact::new("future", true, title, future_remedy(lang)));
    }
    let (piles, odd): (Vec<_>, Vec<_>) = calendar.odd_days.iter().partition(|o| o.why == WhyOdd::Pile);
    if !odd.is_empty() {
        let line = |o: &&crate::ingest::checks::OddDay| {
            let why = super::odd(lang, o.why);
            vec![Cell::Words(date(lang, o.day)), Cell::Figure(lang.int(o.rows as f64)), Cell::Words(why)]
        };
        let fact =
            Fact::new("odd-days", true, odd_title(lang, &rows(lang, calendar.odd_rows)), odd_remedy(lang));
        let headers = vec![col_day(lang), col_rows(lang), col_reason(lang)];
        list.push(fact.with_rows(headers, odd.iter().map(line).collect()));
    }
    for pile in piles {
        let title = pile_title(lang, &date(lang, pile.day), &share(lang, pile.rows, used));
        list.push(Fact::new("pile", true, title, pile_remedy(lang)));
    }
    if let Some(edge) = &calendar.last_month {
        list.push(last_month(lang, edge));
    }
    if let Some(grain) = calendar.grain.filter(|_| calendar.n_gaps > 0) {
        list.push(gaps(lang, calendar, grain));
    }
    if let Some(edge) = &calendar.first_month {
        let title = first_title(lang, &lang.month(&edge.from.month().iso()), &date(lang, edge.from));
        list.push(Fact::new("first-month", false, title, first_remedy(lang)));
    }
}

fn last_month(lang: Lang, edge: &Edge) -> Fact {
    let title = last_title(lang, &lang.month(&edge.to.month().iso()), &date(lang, edge.to));
    let alone = last_alone(lang, &rows(lang, edge.rows), &lang.money(edge.revenue));
    let level = edge.level.map(|level| {
        let percent = |x: Option<f64>| x.map_or_else(|| "–".to_owned(), |x| lang.percent0(x));
        last_level(lang, &percent(level.rows), &percent(level.revenue), &lang.int(level.months))
    });
    let space = lang.pick(" ", "", "");
    let detail = level.map_or_else(|| alone.clone(), |level| format!("{alone}{space}{level}"));
    Fact { detail: Some(detail), ..Fact::new("last-month", true, title, last_remedy(lang)) }
}

fn gaps(lang: Lang, calendar: &Calendar, grain: Grain) -> Fact {
    let n = if calendar.n_gaps == 1 { one_gap(lang) } else { many_gaps(lang, &lang.int(calendar.n_gaps)) };
    let title = gaps_title(lang, &n, &coverage(lang, grain, calendar.coverage));
    let line = |gap: &crate::ingest::checks::Gap| {
        vec![
            Cell::Words(date(lang, gap.from)),
            Cell::Words(date(lang, gap.to)),
            Cell::Figure(units(lang, grain, gap.units)),
            Cell::Figure(lang.decimal(gap.rows_expected, 0)),
        ]
    };
    let headers = vec![col_from(lang), col_to(lang), col_length(lang), col_expected(lang)];
    let lines = calendar.gaps.iter().map(line).collect();
    Fact::new("gaps", true, title, gaps_remedy(lang)).with_rows(headers, lines)
}

fn far_amounts(lang: Lang, amounts: &crate::ingest::checks::Amounts) -> Fact {
    let n = rows(lang, amounts.rows);
    let title = match amounts.share {
        Some(share) => far_title(lang, &n, &lang.percent(share)),
        None => far_title_net(lang, &n),
    };
    let money = |x: Option<f64>| x.map_or_else(|| "–".to_owned(), |x| lang.money(x));
    let line = |l: &crate::ingest::checks::LargeAmount| {
        vec![
            Cell::FromFile(l.customer.clone()),
            Cell::Words(date(lang, l.day)),
            Cell::Figure(lang.money(l.amount)),
        ]
    };
    let headers = vec![col_customer(lang), col_day(lang), col_amount(lang)];
    let detail = Some(far_sub(lang, &money(amounts.fence), &money(amounts.median)));
    let fact = Fact { detail, ..Fact::new("far-amounts", true, title, far_remedy(lang)) };
    fact.with_rows(headers, amounts.largest.iter().map(line).collect())
}

fn of_names(lang: Lang, names: &Names, list: &mut Vec<Fact>) {
    if !names.stand_ins.is_empty() {
        let all: f64 = names.stand_ins.iter().map(|s| s.row_share).sum();
        let line = |s: &crate::ingest::checks::NamedRows| {
            vec![
                Cell::FromFile(s.name.clone()),
                Cell::Figure(lang.int(s.rows as f64)),
                Cell::Figure(s.revenue.map_or_else(|| "–".to_owned(), |r| lang.money(r))),
                Cell::Words(named(lang, s.why)),
            ]
        };
        let title = stand_title(
            lang,
            &if all < 0.0005 { format!("<{}", lang.percent(0.001)) } else { lang.percent(all) },
        );
        let headers = vec![col_name(lang), col_rows(lang), col_revenue(lang), col_reason(lang)];
        let lines = names.stand_ins.iter().map(line).collect();
        list.push(Fact::new("stand-ins", true, title, stand_remedy(lang)).with_rows(headers, lines));
    }
    let alike = &names.look_alikes;
    if alike.groups > 0 {
        let title = alike_title(lang, &lang.int(alike.names), &lang.customers(alike.groups));
        let widest = alike.examples.iter().map(Vec::len).max().unwrap_or(0);
        let line = |group: &Vec<String>| {
            let mut cells: Vec<Cell> = group.iter().cloned().map(Cell::FromFile).collect();
            cells.resize(widest, Cell::Words(String::new()));
            cells
        };
        let mut headers = vec![String::new(); widest];
        if let Some(first) = headers.first_mut() {
            *first = col_name(lang);
        }
        let lines = alike.examples.iter().map(line).collect();
        list.push(Fact::new("look-alikes", true, title, alike_remedy(lang)).with_rows(headers, lines));
    }
    if let Some(largest) = names.largest.as_ref().filter(|l| l.unusual) {
        let title = largest_title(lang, &lang.percent(largest.share));
        let line = vec![
            Cell::FromFile(largest.name.clone()),
            Cell::Figure(lang.int(largest.rows as f64)),
            Cell::Figure(lang.money(largest.revenue)),
        ];
        let headers = vec![col_customer(lang), col_rows(lang), col_revenue(lang)];
        list.push(Fact::new("largest", true, title, largest_remedy(lang)).with_rows(headers, vec![line]));
    }
}

/// Counts that are usual up to a share of the rows.
fn of_rows(lang: Lang, report: &Report, list: &mut Vec<Fact>) {
    let q = &report.quality;
    let beyond = |n: u64, of: u64, usual: f64| n as f64 > usual * of as f64;
    if q.missing_customer > 0 {
        let share = share(lang, q.missing_customer, q.rows_read);
        let title = missing_title(lang, &rows(lang, q.missing_customer), &share);
        let look = beyond(q.missing_customer, q.rows_read, 0.05);
        list.push(Fact::new("missing-customer", look, title, missing_remedy(lang)));
    }
    if q.duplicates > 0 {
        let dropped = q.counts.iter().any(|c| c.kind == IssueKind::Duplicate);
        let title =
            duplicates_title(lang, &rows(lang, q.duplicates), &share(lang, q.duplicates, q.rows_read));
        let remedy = if dropped { duplicates_dropped(lang) } else { duplicates_kept(lang) };
        let look = !dropped && beyond(q.duplicates, q.rows_read, 0.01);
        list.push(Fact::new("duplicates", look, title, remedy));
    }
    if q.returns > 0 {
        let returned = q.checks.amounts.as_ref().map_or(0.0, |a| a.returned);
        let share = share(lang, q.returns, q.rows_used);
        let title = returns_title(lang, &rows(lang, q.returns), &share, &lang.money(returned));
        let look = beyond(q.returns, q.rows_used, 0.2);
        list.push(Fact::new("returns", look, title, returns_remedy(lang)));
    }
    if q.zero_amounts > 0 {
        let title = zero_title(lang, &rows(lang, q.zero_amounts), &share(lang, q.zero_amounts, q.rows_used));
        let look = beyond(q.zero_amounts, q.rows_used, 0.05);
        list.push(Fact::new("zero-amounts", look, title, zero_remedy(lang)));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ingest::Checks;
    use crate::ingest::{self, Mapping, Options};

    fn report(text: &str) -> Report {
        let table = ingest::read(text.as_bytes(), 5).unwrap();
        let mapping = Mapping::from(&table.proposal);
        let loaded =
            ingest::load(text.as_bytes(), &mapping, &Options::default(), &mut ingest::silent).unwrap();
        let quality = ingest::Quality { checks: Checks::of(&loaded.dataset), ..loaded.quality };
        Report { quality, ..Report::default() }
    }

    /// Two years of one row a day in 2023 and 2024 by thirty customers, with what `add` puts below.
    fn two_years(add: &str) -> Report {
        let first = Day::from_ymd(2023, 1, 1).unwrap().0;
        let last = Day::from_ymd(2024, 12, 31).unwrap().0;
        let mut text = String::from("customer,date,amount\n");
        for d in first..=last {
            text.push_str(&format!("C{},{},{}.25\n", d % 30, Day(d).iso(), 10 + d % 7));
        }
        report(&(text + add))
    }

    fn ids(report: &Report) -> Vec<(&'static str, bool)> {
        facts(Lang::En, report, Day::from_ymd(2025, 1, 4)).iter().map(|f| (f.id, f.look)).collect()
    }

    #[test]
    fn a_clean_file_has_no_facts_to_tell() {
        assert_eq!(ids(&two_years("")), []);
        assert_eq!(facts(Lang::En, &Report::default(), None), []);
    }

    #[test]
    fn each_flaw_is_told_once_and_what_deserves_a_look_comes_first() {
        let r = two_years(
            "C1,2024-12-31,-5\nC1,2024-12-31,0\n,2024-01-01,3\nwalk-in,2024-03-03,12\nc1,2024-03-03,12\n\
             C2,1970-01-01,14\nC3,2024-05-05,150000\nC3,2025-01-05,15\n",
        );
        let told = ids(&r);
        let expected = [
            ("future", true),
            ("odd-days", true),
            ("last-month", true),
            ("gaps", true),
            ("far-amounts", true),
            ("stand-ins", true),
            ("look-alikes", true),
            ("largest", true),
            ("missing-customer", false),
            ("returns", false),
            ("zero-amounts", false),
        ];
        for one in expected {
            assert!(told.contains(&one), "{one:?} in {told:?}");
        }
        assert!(told.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{told:?}");
    }

    #[test]
    fn names_from_the_file_stay_marked_as_such() {
        let r = two_years("<b>散客</b>,2024-03-03,99999\nguest,2024-03-03,12\n");
        let told = facts(Lang::ZhHans, &r, None);
        let far = told.iter().find(|f| f.id == "far-amounts").unwrap();
        assert_eq!(far.rows[0][0], Cell::FromFile("<b>散客</b>".into()));
        assert!(far.title.contains("1 行"), "{}", far.title);
        for fact in &told {
            assert!(!fact.title.contains("散客") && !fact.remedy.contains('{') && !fact.title.contains('{'));
            assert!(fact.rows.iter().all(|row| row.len() == fact.headers.len()), "{}", fact.id);
        }
    }
}
