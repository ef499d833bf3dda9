//! Clean tables with one fault each, read with nothing told: names and cells have to come back.
//!
//! The kinds of fault follow what Vitagliano et al. (2023, "Pollock") found in public files. A case passes if the
//! names and all cells of the table are as they were, blanks at the ends of cells and empty cells at the ends of
//! rows aside; 97 of 100 cases have to pass, and those that do not are printed.
#![allow(clippy::unwrap_used)]

mod common;

use common::data;
use proptest::prelude::*;
use tenure::ingest::dialect::{self, Judge, Told};
use tenure::ingest::records::{Delimiter, Dialect, Next, Record, Records};

type Rows = Vec<Vec<String>>;

/// A table before anything happens to it.
#[derive(Clone)]
struct Base {
    title: &'static str,
    names: Vec<String>,
    rows: Rows,
}

struct Case {
    name: String,
    text: String,
    names: Vec<String>,
    rows: Rows,
}

fn strings(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|c| (*c).to_owned()).collect()
}

fn sales() -> Base {
    let row = |i: usize| {
        let products = ["desk lamp", "office chair", "paper A4", "stapler", "blue ink"];
        vec![
            format!("C{:03}", 100 + i * 7 % 13),
            format!("2023-{:02}-{:02}", i % 12 + 1, i * 5 % 28 + 1),
            format!("{}.{:02}", 10 + i * 37 % 400, i * 13 % 100),
            products[i % 5].to_owned(),
        ]
    };
    Base {
        title: "sales",
        names: strings(&["customer", "date", "amount", "product"]),
        rows: (0..30).map(row).collect(),
    }
}

fn chinese() -> Base {
    let row = |i: usize| {
        let goods = ["龙井茶", "紫砂壶", "茶叶罐"];
        let shops = ["门店", "网店"];
        vec![
            format!("K{:03}", i % 9),
            format!("2024/{}/{}", i % 12 + 1, i % 28 + 1),
            format!("{}.50", 100 + i * 3),
            format!("{}", i % 4 + 1),
            goods[i % 3].to_owned(),
            shops[i % 2].to_owned(),
        ]
    };
    Base {
        title: "chinese",
        names: strings(&["客户编号", "下单日期", "订单金额", "数量", "商品名称", "渠道"]),
        rows: (0..20).map(row).collect(),
    }
}

fn contracts() -> Base {
    let row = |i: usize| {
        let reasons = ["", "price", "moved away", "", "better offer"];
        vec![
            format!("{:04}-{}", 7000 + i * 17, ["AB", "XY", "QR"][i % 3]),
            format!("{}", i * 5 % 72),
            ["Month-to-month", "One year", "Two year"][i % 3].to_owned(),
            format!("{}.{}", 20 + i * 3, i % 10),
            if reasons[i % 5].is_empty() { "No" } else { "Yes" }.to_owned(),
            reasons[i % 5].to_owned(),
        ]
    };
    Base {
        title: "contracts",
        names: strings(&["customerID", "tenure", "Contract", "MonthlyCharges", "Churn", "Reason"]),
        rows: (0..15).map(row).collect(),
    }
}

/// Lines of a table, quoted where a cell needs it.
fn lines(names: &[String], rows: &Rows, delimiter: &str) -> Vec<String> {
    let cell = |c: &String| match c.contains(['"', '\n', '\r']) || c.contains(delimiter) {
        true => format!("\"{}\"", c.replace('"', "\"\"")),
        false => c.clone(),
    };
    let line = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<_>>().join(delimiter);
    std::iter::once(&names.to_vec()).chain(rows).map(line).collect()
}

fn text(lines: &[String]) -> String {
    lines.iter().map(|l| format!("{l}\n")).collect()
}

struct Maker {
    base: Base,
    cases: Vec<Case>,
}

impl Maker {
    fn add(&mut self, name: &str, text: String, names: &[String], rows: &Rows) {
        let name = format!("{}: {name}", self.base.title);
        self.cases.push(Case { name, text, names: names.to_vec(), rows: rows.clone() });
    }

    /// A fault that leaves the table as it is.
    fn plain(&mut self, name: &str, text: String) {
        let Base { names, rows, .. } = self.base.clone();
        self.add(name, text, &names, &rows);
    }

    fn lines(&self) -> Vec<String> {
        lines(&self.base.names, &self.base.rows, ",")
    }

    /// First, middle and last row.
    fn places(&self) -> [(&'static str, usize); 3] {
        let n = self.base.rows.len();
        [("first", 0), ("middle", n / 2), ("last", n - 1)]
    }

    /// The column of free text.
    fn text_column(&self) -> usize {
        match self.base.title {
            "sales" => 3,
            "chinese" => 4,
            _ => 5,
        }
    }

    fn delimiters(&mut self) {
        let base = self.base.clone();
        let marks = [
            ",", "\t", ";", "|", ":", "^", "~", "#", "&", "!", "*", "\u{1}", "\u{1f}", "||", "::", ";;",
            ", ", " | ", "\t\t", "|~|", "; ", "^^", "~~", "，", "##", "|;|",
        ];
        for mark in marks {
            self.plain(&format!("delimiter {mark:?}"), text(&lines(&base.names, &base.rows, mark)));
        }
        if base.title == "sales" {
            let widths: Vec<usize> =
                (0..4).map(|c| base.rows.iter().map(|r| r[c].len()).max().unwrap()).collect();
            let squeezed: Rows =
                base.rows.iter().map(|r| r.iter().map(|c| c.replace(' ', "-")).collect()).collect();
            let aligned = |row: &Vec<String>| {
                let cells = row.iter().zip(&widths).map(|(c, w)| format!("{c:>width$}", width = w + 2));
                cells.collect::<String>()
            };
            let all: Vec<String> = std::iter::once(&base.names).chain(&squeezed).map(aligned).collect();
            self.add("aligned columns", text(&all), &base.names, &squeezed);
        }
        for mark in [";", "|", "\t", "~"] {
            let body = text(&lines(&base.names, &base.rows, mark));
            self.plain(&format!("sep={mark:?}"), format!("sep={mark}\n{body}"));
        }
        let comma: Rows = base.rows.iter().map(|r| r.iter().map(|c| decimal_comma(c)).collect()).collect();
        self.add("decimal commas", text(&lines(&base.names, &comma, ";")), &base.names, &comma);
    }

    fn line_ends(&mut self) {
        let all = self.lines();
        for (name, end) in [("CRLF", "\r\n"), ("CR", "\r")] {
            self.plain(&format!("line ends {name}"), all.join(end) + end);
        }
        let mixed = all.iter().enumerate().map(|(i, l)| l.clone() + ["\n", "\r\n", "\r"][i % 3]);
        self.plain("line ends mixed", mixed.collect());
        self.plain("no final line end", all.join("\n"));
        self.plain("final control-Z", text(&all) + "\u{1a}");
        self.plain("blank lines at the end", text(&all) + "\n\n \n\t\n");
        self.plain("blank line between all rows", all.join("\n\n") + "\n");
        self.plain("blank lines before", "\n \n\n".to_owned() + &text(&all));
        for (name, i) in self.places() {
            let mut with = all.clone();
            with.insert(i + 1, String::new());
            self.plain(&format!("blank line, {name}"), text(&with));
            let mut with = all.clone();
            with.insert(i + 1, ",".repeat(self.base.names.len() - 1));
            self.plain(&format!("row of empty cells, {name}"), text(&with));
        }
        self.plain("byte-order mark", "\u{feff}".to_owned() + &text(&all));
        self.plain("two byte-order marks", "\u{feff}\u{feff}".to_owned() + &text(&all));
    }

    fn quotes(&mut self) {
        let base = self.base.clone();
        let all = |open: &str, close: &str, mark: &str| {
            let line = |r: &Vec<String>| {
                r.iter().map(|c| format!("{open}{c}{close}")).collect::<Vec<_>>().join(mark) + "\n"
            };
            std::iter::once(&base.names).chain(&base.rows).map(line).collect::<String>()
        };
        for (open, close) in [("\"", "\""), ("'", "'"), ("“", "”"), ("«", "»"), ("「", "」")] {
            for mark in [",", ";"] {
                self.plain(&format!("all in {open}{close}, {mark}"), all(open, close, mark));
            }
        }
        self.plain("quoted with blanks around", all(" \"", "\" ", ","));
        let column = self.text_column();
        let hard = [
            ("comma", "big, round"),
            ("quotes", "the \"big\" one"),
            ("line end", "two\nlines"),
            ("CRLF inside", "two\r\nlines"),
            ("blank line inside", "two\n\nlines"),
            ("apostrophe", "Ann's best"),
            ("semicolons", "a; b; c"),
            ("only a quote", "\""),
            ("long", &"very long text ".repeat(600)),
            ("leading quote mark", "'twas nice"),
        ];
        for (what, cell) in hard {
            for (name, i) in self.places() {
                let mut rows = base.rows.clone();
                rows[i][column] = cell.trim().to_owned();
                self.add(
                    &format!("{what}, {name}"),
                    text(&lines(&base.names, &rows, ",")),
                    &base.names,
                    &rows,
                );
            }
        }
        for (name, i) in self.places() {
            let mut written = self.lines();
            let mut rows = base.rows.clone();
            rows[i][column] = "say \"hi\" now".to_owned();
            let start = written[i + 1].match_indices(',').nth(column - 1).unwrap().0;
            let end = written[i + 1].match_indices(',').nth(column).map_or(written[i + 1].len(), |m| m.0);
            let original = written[i + 1].clone();
            let with = |cell: &str| {
                let mut line = original.clone();
                line.replace_range(start + 1..end, cell);
                line
            };
            written[i + 1] = with("\"say \"hi\" now\"");
            self.add(&format!("quotes not doubled, {name}"), text(&written), &base.names, &rows);
            written[i + 1] = with("\"say \\\"hi\\\" now\"");
            self.add(&format!("backslash before quotes, {name}"), text(&written), &base.names, &rows);
            written[i + 1] = with("big\\, round");
            rows[i][column] = "big, round".to_owned();
            self.add(&format!("backslash before comma, {name}"), text(&written), &base.names, &rows);
            written[i + 1] = with("\"open");
            rows[i][column] = "\"open".to_owned();
            self.add(&format!("unclosed quote, {name}"), text(&written), &base.names, &rows);
            written[i + 1] = with("3\" pipe");
            rows[i][column] = "3\" pipe".to_owned();
            self.add(&format!("quote inside, {name}"), text(&written), &base.names, &rows);
            written[i + 1] = with("  padded  ");
            rows[i][column] = "padded".to_owned();
            self.add(&format!("blanks around, {name}"), text(&written), &base.names, &rows);
            written[i + 1] = with("a\u{7}b");
            rows[i][column] = "a\u{7}b".to_owned();
            self.add(&format!("control character, {name}"), text(&written), &base.names, &rows);
        }
        // One open quote among quoted cells.
        for (name, i) in self.places() {
            let mut written: Vec<String> = self.lines();
            let mut rows = base.rows.clone();
            for line in written.iter_mut().skip(1) {
                let at = line.find(',').unwrap();
                *line = format!("\"{}\"{}", &line[..at], &line[at..]);
            }
            rows[i][0] = format!("\"{}", rows[i][0]);
            written[i + 1] = written[i + 1].replacen("\",", ",", 1);
            self.add(&format!("unclosed among quoted, {name}"), text(&written), &base.names, &rows);
        }
    }

    fn preambles(&mut self) {
        let body = text(&self.lines());
        let wide = self.base.names.len() - 1;
        let padded = |line: &str, n: usize| format!("{line}{}\n", ",".repeat(n));
        for (name, lines) in [
            ("title", "Report of all rows\n".to_owned()),
            ("title and blank line", "Report of all rows\n\n".to_owned()),
            ("three lines", "Report\nRegion: North\nPrinted: 2024-05-01\n".to_owned()),
            ("three lines and blank", "Report\nRegion: North\nPrinted: 2024-05-01\n\n".to_owned()),
            ("ten lines", (0..10).map(|i| format!("Line {i} of the cover sheet\n")).collect()),
            ("ten lines and blank", (0..10).map(|i| format!("Line {i} of it\n")).collect::<String>() + "\n"),
            ("key and value cells", "Region,North\nPrinted,2024-05-01\nUser,admin\n\n".to_owned()),
            ("key and value, no blank", "Region,North\nPrinted,2024-05-01\n".to_owned()),
            ("padded title", padded("Report of all rows", wide)),
            ("padded keys", padded("Region,North", wide - 1) + &padded("User,admin", wide - 1)),
            ("comments", "# exported by a program\n# version 2\n".to_owned()),
            ("comment with commas", "# exported, by, a program\n".to_owned()),
            ("title with a comma", "Sales, all regions\n".to_owned()),
            ("title in Chinese", "二〇二四年销售报表\n制表人：王芳\n".to_owned()),
            ("quoted title", "\"Report, all of it\"\n\n".to_owned()),
            ("ruler", "Report\n==========\n".to_owned()),
        ] {
            self.plain(&format!("preamble {name}"), lines + &body);
        }
    }

    fn headers(&mut self) {
        let Base { title, names, rows } = self.base.clone();
        let body = text(&self.lines()[1..]);
        let head = names.join(",");
        let none = vec![String::new(); names.len()];
        self.add("no header", body.clone(), &none, &rows);
        self.plain("header twice", format!("{head}\n{head}\n{body}"));
        self.plain("header, blank line", format!("{head}\n\n{body}"));
        for (name, i) in self.places() {
            let mut with = self.lines();
            with.insert(i + 1, head.clone());
            self.plain(&format!("header repeated, {name}"), text(&with));
            let mut with = self.lines();
            with.insert(i + 1, String::new());
            with.insert(i + 2, head.clone());
            self.plain(&format!("header repeated below a blank line, {name}"), text(&with));
        }
        let mut changed = |what: &str, change: &dyn Fn(&mut Vec<String>)| {
            let mut other = names.clone();
            change(&mut other);
            let written = format!("{}\n{body}", other.join(","));
            self.add(what, written, &other, &rows);
        };
        changed("a name missing", &|n| n[2] = String::new());
        changed("first name missing", &|n| n[0] = String::new());
        changed("last name missing", &|n| *n.last_mut().unwrap() = String::new());
        changed("a name twice", &|n| n[3] = n[2].clone());
        changed("unknown names", &|n| n.iter_mut().enumerate().for_each(|(i, x)| *x = format!("V{}", i + 1)));
        changed("names in capitals", &|n| n.iter_mut().for_each(|x| *x = x.to_uppercase()));
        changed("units in brackets", &|n| n[2] += " (USD)");
        self.add(
            "a name with a line end",
            format!("{}\n{body}", head.replacen(&names[1], "\"the\ndate\"", 1)),
            &{
                let mut other = names.clone();
                other[1] = "the\ndate".to_owned();
                other
            },
            &rows,
        );
        self.plain("blanks after names", format!("{}\n{body}", names.join(" , ")));
        let mut short = names.clone();
        short.pop();
        self.add("header cut short", format!("{}\n{body}", short.join(",")), &short, &rows);
        self.plain("header with trailing comma", format!("{head},\n{body}"));
        let numbered: Rows =
            rows.iter().enumerate().map(|(i, r)| [vec![(i + 1).to_string()], r.clone()].concat()).collect();
        let with_blank = [vec![String::new()], names.clone()].concat();
        let numbered_body = text(&lines(&[], &numbered, ",")[1..]);
        self.add("row names under no name", format!("{head}\n{numbered_body}"), &with_blank, &numbered);
        self.add("numbered rows", format!(",{head}\n{numbered_body}"), &with_blank, &numbered);

        let mut units = vec![String::new(); names.len()];
        units[2] = if title == "chinese" { "元" } else { "USD" }.to_owned();
        let mut named = names.clone();
        named[2] = format!("{} ({})", names[2], units[2]);
        if title != "contracts" {
            units[1] = "yyyy-mm-dd".to_owned();
            named[1] += " (yyyy-mm-dd)";
            self.add("units below", format!("{head}\n{}\n{body}", units.join(",")), &named, &rows);
        } else {
            units[1] = "months".to_owned();
            named[1] += " (months)";
            units[2] = String::new();
            named[2] = names[2].clone();
            units[3] = "(USD)".to_owned();
            named[3] += " (USD)";
            self.add("units below", format!("{head}\n{}\n{body}", units.join(",")), &named, &rows);
        }
        let mut groups = vec![String::new(); names.len()];
        groups[1] = "Order".to_owned();
        groups[3] = "Goods".to_owned();
        let grouped: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(i, n)| match i {
                0 => n.clone(),
                1 | 2 => format!("Order {n}"),
                _ => format!("Goods {n}"),
            })
            .collect();
        self.add("groups above with gaps", format!("{}\n{head}\n{body}", groups.join(",")), &grouped, &rows);
        let whole: Vec<String> = (0..names.len()).map(|i| format!("Part {}", ["A", "B"][i % 2])).collect();
        let joined: Vec<String> = whole.iter().zip(&names).map(|(g, n)| format!("{g} {n}")).collect();
        self.add("groups above all", format!("{}\n{head}\n{body}", whole.join(",")), &joined, &rows);
    }

    fn ragged(&mut self) {
        let base = self.base.clone();
        for (name, i) in self.places() {
            let mut written = self.lines();
            let mut rows = base.rows.clone();
            rows[i].pop();
            written[i + 1] = rows[i].join(",");
            self.add(&format!("short row, {name}"), text(&written), &base.names, &rows);
            let mut rows = base.rows.clone();
            rows[i].truncate(2);
            written[i + 1] = rows[i].join(",");
            self.add(&format!("row of two cells, {name}"), text(&written), &base.names, &rows);
            let mut rows = base.rows.clone();
            rows[i].push("extra".to_owned());
            written[i + 1] = lines(&[], &vec![rows[i].clone()], ",").remove(1);
            self.add(&format!("long row, {name}"), text(&written), &base.names, &rows);
            let mut written = self.lines();
            written[i + 1] += ",,,";
            self.plain(&format!("trailing commas, {name}"), text(&written));
        }
        let trailing = |skip: usize| {
            let end = |(i, l): (usize, &String)| if i < skip { l.clone() } else { format!("{l},") };
            text(&self.lines().iter().enumerate().map(end).collect::<Vec<_>>())
        };
        let (all, rows) = (trailing(0), trailing(1));
        self.plain("trailing comma everywhere", all);
        self.plain("trailing comma in the rows", rows);
        let leading: Vec<String> = self.lines().iter().map(|l| format!("  {l}")).collect();
        self.plain("leading blanks everywhere", text(&leading));
        let dropped: Rows = base
            .rows
            .iter()
            .map(|r| {
                let mut r = r.clone();
                while r.last().is_some_and(String::is_empty) {
                    r.pop();
                }
                r
            })
            .collect();
        self.plain("empty cells at the ends dropped", text(&lines(&base.names, &dropped, ",")));
    }

    fn footers(&mut self) {
        let body = text(&self.lines());
        let wide = self.base.names.len();
        let cells = |filled: &[(usize, &str)]| {
            let mut row = vec![""; wide];
            filled.iter().for_each(|&(i, cell)| row[i] = cell);
            row.join(",") + "\n"
        };
        for (name, foot) in [
            ("total", cells(&[(0, "Total"), (2, "12345.67")])),
            ("grand total", cells(&[(0, "Grand Total:"), (2, "12345.67")])),
            ("total in Chinese", cells(&[(0, "合计"), (2, "12345.67")])),
            ("total further right", cells(&[(1, "Total"), (2, "12345.67")])),
            ("total, short", "Total,12345.67\n".to_owned()),
            ("total below a blank line", "\n".to_owned() + &cells(&[(0, "Total"), (2, "9.5")])),
            ("note", "Note: all amounts include tax\n".to_owned()),
            ("note with commas", "\"Note: all, but some, include tax\"\n".to_owned()),
            ("note below a blank line", "\nNote: all amounts include tax\n".to_owned()),
            ("note in Chinese", "\n备注：含税\n".to_owned()),
            ("source", "\nSource: order system\n".to_owned()),
            ("padded source", cells(&[(0, "Source: order system")])),
            ("printed at", "Printed at 2024-05-01 10:11\n".to_owned()),
            ("printed at, two cells", "\nPrinted at,2024-05-01\n".to_owned()),
            ("row count", "\n(30 rows)\n".to_owned()),
            ("comment", "# end of file\n".to_owned()),
            ("ruler and total", "----------\n".to_owned() + &cells(&[(0, "Total"), (2, "9.5")])),
            ("several notes", "\nNotes\n1. With tax\n2. Without freight\n".to_owned()),
            ("prepared by", "\nPrepared by,Ann\nChecked by,Bob\n".to_owned()),
            ("page", "Page 1 of 1\n".to_owned()),
            ("制表", "制表人：王芳,,日期：2024-05-01\n".to_owned()),
            ("total and notes", cells(&[(0, "Total"), (2, "9.5")]) + "\nNote: with tax\nSource: ERP\n"),
        ] {
            self.plain(&format!("footer {name}"), body.clone() + &foot);
        }
        for (name, i) in self.places() {
            let mut with = self.lines();
            with.insert(i + 2, cells(&[(0, "Subtotal"), (2, "99.5")]).trim_end().to_owned());
            self.plain(&format!("subtotal below {name}"), text(&with));
            let mut with = self.lines();
            with.insert(i + 1, "# checked by hand".to_owned());
            self.plain(&format!("comment above {name}"), text(&with));
        }
    }

    fn tables(&mut self) {
        let body = text(&self.lines());
        let small = "region,share\nNorth,0.5\nSouth,0.3\nWest,0.2\n";
        let same: String = {
            let n = self.base.names.len();
            let head: Vec<String> = (0..n).map(|i| format!("field {}", (b'a' + i as u8) as char)).collect();
            let row: Vec<String> = (0..n).map(|i| format!("{}.5", i * 3)).collect();
            let row = row.join(",");
            format!("{}\n{row}\n{row}\n{row}\n", head.join(","))
        };
        for (name, text) in [
            ("second below a blank line", format!("{body}\n{small}")),
            ("second below two", format!("{body}\n\n{small}")),
            ("second below its title", format!("{body}\nShares by region\n{small}")),
            ("second without a blank line", format!("{body}{small}")),
            ("second of equal width", format!("{body}\n{same}")),
            ("smaller first", format!("{small}\n{body}")),
            ("smaller first, no blank line", format!("{small}{body}")),
            ("smaller first with titles", format!("Shares\n{small}\nAll rows\n{body}")),
            ("equal width first", format!("{same}\n{body}")),
            ("three", format!("{small}\n{body}\n{same}")),
        ] {
            self.plain(&format!("tables, {name}"), text);
        }
    }
}

fn decimal_comma(cell: &str) -> String {
    match cell.split_once('.') {
        Some((a, b)) if [a, b].iter().all(|s| s.bytes().all(|c| c.is_ascii_digit())) => format!("{a},{b}"),
        _ => cell.to_owned(),
    }
}

fn cases_of(bases: Vec<Base>) -> Vec<Case> {
    let mut all = Vec::new();
    for base in bases {
        let mut maker = Maker { base, cases: Vec::new() };
        maker.delimiters();
        maker.line_ends();
        maker.quotes();
        maker.preambles();
        maker.headers();
        maker.ragged();
        maker.footers();
        maker.tables();
        all.append(&mut maker.cases);
    }
    all
}

fn cases() -> Vec<Case> {
    cases_of(vec![sales(), chinese(), contracts()])
}

/// A row as it is compared: without blanks around cells or empty cells at its end.
fn bare(row: &[String]) -> Vec<&str> {
    let mut cells: Vec<&str> = row.iter().map(|c| c.trim()).collect();
    while cells.last() == Some(&"") {
        cells.pop();
    }
    cells
}

/// What came back other than it went, if anything.
fn fault(case: &Case) -> Option<String> {
    let layout = match dialect::detect_head(&case.text, true, &Told::default()) {
        Ok(layout) => layout,
        Err(error) => return Some(format!("{error:?}")),
    };
    let rows = layout.sample(&case.text, usize::MAX);
    if bare(&layout.columns) != bare(&case.names) {
        return Some(format!("names {:?} under {:?}", layout.columns, layout.dialect));
    }
    for (i, row) in case.rows.iter().enumerate() {
        let read = rows.get(i).map(|r| bare(r)).unwrap_or_default();
        if read != bare(row) {
            return Some(format!("row {i} {read:.80?} under {:?}", layout.dialect));
        }
    }
    (rows.len() > case.rows.len())
        .then(|| format!("{} rows more: {:?}", rows.len() - case.rows.len(), rows.last()))
}

/// At least a share of the cases, in percent, comes back.
fn check(cases: &[Case], percent: usize) {
    assert!(cases.len() >= 200, "{} cases", cases.len());
    let misses: Vec<String> =
        cases.iter().filter_map(|c| Some(format!("{}: {}", c.name, fault(c)?))).collect();
    let passed = cases.len() - misses.len();
    println!("{passed} of {} polluted tables come back; the others:", cases.len());
    misses.iter().for_each(|miss| println!("  {miss}"));
    assert!(passed * 100 >= cases.len() * percent, "{passed} of {}:\n{}", cases.len(), misses.join("\n"));
}

#[test]
fn polluted_tables_come_back() {
    check(&cases(), 97);
}

/// Four rows say less about what is usual.
#[test]
fn polluted_small_tables_come_back() {
    let mut bases = vec![sales(), chinese(), contracts()];
    bases.iter_mut().for_each(|base| base.rows.truncate(4));
    check(&cases_of(bases), 90);
}

/// Names and rows as a walk in windows of some bytes finds them, from a layout of the first bytes.
fn read_in_windows(text: &str, head: usize, window: usize) -> Option<(Vec<String>, Rows)> {
    let cut = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let head = &text[..cut(head)];
    let layout = dialect::detect_head(head, head.len() == text.len(), &Told::default()).ok()?;
    let (mut at, mut line, mut size) = (layout.data_start, layout.data_line, window);
    let limit = layout.data_end.unwrap_or(text.len());
    let (mut record, mut judge, mut rows) = (Record::default(), Judge::default(), Rows::new());
    loop {
        let end = cut(at.saturating_add(size)).min(limit);
        let piece = &text[at..end.max(at)];
        let mut records = Records::window(piece, layout.dialect, 0, line, end >= limit);
        let next = loop {
            match records.next(&mut record) {
                Next::Record if judge.row(&layout, piece, &record) == dialect::RowKind::Data => {
                    rows.push((0..record.len()).map(|i| record.raw(piece, i).to_owned()).collect());
                }
                Next::Record => {}
                other => break other,
            }
        };
        if next == Next::End {
            return Some((layout.columns, rows));
        }
        size = if records.position() == 0 { size * 2 } else { window };
        (at, line) = (at + records.position(), records.line());
    }
}

#[test]
fn windows_find_the_same_tables() {
    for case in cases() {
        let whole = read_in_windows(&case.text, usize::MAX, usize::MAX);
        for window in [7, 64, 1000] {
            assert!(read_in_windows(&case.text, usize::MAX, window) == whole, "{}: {window}", case.name);
        }
    }
}

/// What is written plainly is read plainly.
#[test]
fn real_files_have_the_usual_dialect() {
    for (file, delimiter, header, first, width) in [
        ("cdnow/cdnowElog.csv", Delimiter::Comma, true, "masterid", 5),
        ("cdnow/CDNOW_sample.txt", Delimiter::Blanks, false, "", 5),
        ("cdnow/CDNOW_master.txt", Delimiter::Blanks, true, "", 4),
        ("rfm-r/rfm_data_orders.csv", Delimiter::Comma, true, "customer_id", 6),
        ("rfm-r/rfm_data_customer.csv", Delimiter::Comma, true, "customer_id", 8),
        ("telco/Telco-Customer-Churn.csv", Delimiter::Comma, true, "customerID", 21),
        ("online-retail/online_retail_excerpt.csv", Delimiter::Comma, true, "InvoiceNo", 8),
        ("credit-default/UCI_Credit_Card.csv", Delimiter::Comma, true, "ID", 25),
        ("stages/cv10.csv", Delimiter::Comma, true, "", 0),
        ("stages/orders1.csv", Delimiter::Comma, true, "", 0),
    ] {
        let Some(bytes) = data(file) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let layout = dialect::detect_head(&text, true, &Told::default()).unwrap();
        assert_eq!(layout.dialect, Dialect::from(delimiter), "{file}");
        assert_eq!((layout.header, layout.lines_before), (header, 0), "{file}");
        assert_eq!(layout.data_end, None, "{file}: {:?}", layout.evidence);
        assert!(first.is_empty() || layout.columns[0] == first, "{file}: {:?}", layout.columns);
        assert!(width == 0 || layout.columns.len() == width, "{file}: {:?}", layout.columns);
        // Every record is a row: none is taken for a note, a total or another table.
        let (mut records, mut record, mut judge) =
            (layout.records(&text), Record::default(), Judge::default());
        while records.next(&mut record).is_record() {
            let kind = judge.row(&layout, &text, &record);
            assert_eq!(kind, dialect::RowKind::Data, "{file}, line {}", record.line);
        }
    }
}

const ANY_TEXT: &str = "\\PC{0,60}|([a-c,;|:\"'\\\\ \t0-9\n\r“”#合计-]|total|\\n\\n){0,80}";
const DAMAGE: &[&str] = &["\"", "\n", ",", "", "'", "\\", "\r", ";", "é"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever the text, there is an answer, and the rows it gives lie in it.
    #[test]
    fn any_text_is_read(text in ANY_TEXT, cut in 0..80_usize) {
        for is_all in [true, false] {
            let mut cut = if is_all { text.len() } else { cut.min(text.len()) };
            while !text.is_char_boundary(cut) {
                cut -= 1;
            }
            if let Ok(layout) = dialect::detect_head(&text[..cut], is_all, &Told::default()) {
                prop_assert!(layout.data_start <= cut && layout.data_end.unwrap_or(cut) <= cut);
                let rows = layout.sample(&text, usize::MAX);
                prop_assert!(rows.iter().all(|r| r.len() >= layout.columns.len()));
                prop_assert!((0.0..=1.0).contains(&layout.evidence.score));
            }
        }
    }

    /// Bytes changed anywhere in a table leave something to read, the same in windows.
    #[test]
    fn damaged_tables_are_read(
        which in 0..600_usize,
        damage in prop::collection::vec((0..2000_usize, prop::sample::select(DAMAGE)), 1..8),
        window in 5..200_usize,
    ) {
        let cases = cases();
        let mut text = cases[which % cases.len()].text.clone();
        for (at, piece) in damage {
            let mut at = at % text.len();
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
            text.replace_range(at..end, piece);
        }
        let whole = read_in_windows(&text, usize::MAX, usize::MAX);
        prop_assert_eq!(read_in_windows(&text, usize::MAX, window), whole);
    }
}
