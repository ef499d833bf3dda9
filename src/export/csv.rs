//! How is a cell written so that spreadsheets show it and do not run it?
//!
//! UTF-8 with a byte order mark (without one Excel takes the text for the system's own encoding), comma, CRLF, quotes
//! where RFC 4180 (2005, section 2) asks for them. A cell that a spreadsheet would take for a formula gets an
//! apostrophe in front: those that begin with `=`, `+`, `-`, `@`, tab, carriage return or line feed, or with the wide forms
//! `＝ ＋ － ＠` (OWASP, "CSV Injection").

/// What a CSV file begins with.
pub const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// Whether a spreadsheet may take a cell for a formula.
#[must_use]
pub fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Appends a record of cells from a file, none of which a spreadsheet runs.
pub fn push_record<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (i, cell) in cells.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        push_cell(out, cell);
    }
    out.push_str("\r\n");
}

fn push_cell(out: &mut String, cell: &str) {
    let is_formula = is_formula(cell);
    if !cell.contains([',', '"', '\r', '\n']) {
        if is_formula {
            out.push('\'');
        }
        out.push_str(cell);
        return;
    }
    out.push('"');
    if is_formula {
        out.push('\'');
    }
    for c in cell.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(cells: &[&str]) -> String {
        let mut out = String::new();
        push_record(&mut out, cells.iter().copied());
        out
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(record(&["a", "b c", ""]), "a,b c,\r\n");
        assert_eq!(
            record(&["a,b", "say \"x\"", "two\nlines"]),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n"
        );
    }

    #[test]
    fn formulas_are_text() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "＠x"] {
            assert_eq!(record(&[cell]), format!("'{cell}\r\n"));
        }
        assert_eq!(record(&["\r=1"]), "\"'\r=1\"\r\n");
        assert_eq!(
            record(&["=HYPERLINK(\"http://x\",\"y\")"]),
            "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\r\n"
        );
        assert_eq!(record(&["1-2", "a=b", "1", "'=1"]), "1-2,a=b,1,'=1\r\n");
    }
}
