//! Where do the customers sit in a grid? One cell per row and column, its color by value, its number inside.
//!
//! Serves the RFM grid (recency score down, frequency score across) and cohort retention alike. Color runs from near the
//! background at the lowest value (or at 0 when none is negative) to the accent at the highest; the number takes whichever
//! text color contrasts more. A cell that is `None` or not finite is a faint blank. Numbers that do not fit are left out (the
//! page has a table behind). Hotspots count cells row by row: `index = row * n_columns + column`.
//! Degenerate: no rows or columns draw nothing; values that are all zero take the middle color.

use plotters::prelude::DrawingBackend;

use super::axis::{self, Frame};
use super::pen::{Anchor, Font, Pen};
use super::{Chart, Hotspot, NARROW, text};

/// A grid of numbers.
#[derive(Clone, Copy)]
pub struct Heatmap<'a> {
    /// Labels of the rows, top to bottom.
    pub rows: &'a [String],
    /// Labels of the columns, left to right.
    pub columns: &'a [String],
    /// One vector per row; missing cells are empty.
    pub values: &'a [Vec<Option<f64>>],
    /// Name of what the rows are.
    pub row_name: &'a str,
    /// Name of what the columns are.
    pub column_name: &'a str,
    /// Writes a cell.
    pub text: &'a dyn Fn(f64) -> String,
}

/// Room for the names and the column labels.
const TOP: f64 = 46.0;
/// Room for one more line of names.
const LINE: f64 = 17.0;

impl Heatmap<'_> {
    fn cell(&self, row: usize, column: usize) -> Option<f64> {
        self.values.get(row)?.get(column).copied().flatten().filter(|v| v.is_finite())
    }

    /// Whether the names of both axes fit on one line.
    fn names_on_one_line(&self, width: f64) -> bool {
        let both = text::width(self.row_name, text::TICK) + text::width(self.column_name, text::TICK);
        both + 60.0 <= width
    }

    fn top(&self, width: f64) -> f64 {
        if self.names_on_one_line(width) { TOP } else { TOP + LINE }
    }

    /// Rows of few columns are tall enough for a large number; cohort grids are dense.
    fn row_height(&self, width: f64) -> f64 {
        match self.columns.len() {
            0..=7 if width < NARROW => 42.0,
            0..=7 => 46.0,
            _ => 26.0,
        }
    }
}

impl Chart for Heatmap<'_> {
    fn height(&self, width: f64) -> f64 {
        self.top(width) + self.rows.len() as f64 * self.row_height(width) + 6.0
    }

    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot> {
        let (n_rows, n_columns) = (self.rows.len(), self.columns.len());
        if n_rows == 0 || n_columns == 0 {
            return Vec::new();
        }
        let theme = pen.theme();
        let frame = Frame {
            left: axis::label_room(self.rows).min(pen.width() * 0.4),
            top: self.top(pen.width()),
            right: pen.width() - 2.0,
            bottom: pen.height() - 4.0,
        };
        let (w, h) = (frame.width() / n_columns as f64, frame.height() / n_rows as f64);
        draw_names(pen, self, frame, (w, h));
        let all = (0..n_rows).flat_map(|r| (0..n_columns).filter_map(move |c| self.cell(r, c)));
        let (lo, hi) = axis::extent(all).unwrap_or((0.0, 1.0));
        let (lo, gap) = if lo >= 0.0 { (0.0, hi) } else { (lo, hi - lo) };
        let mut spots = Vec::with_capacity(n_rows * n_columns);
        for r in 0..n_rows {
            for c in 0..n_columns {
                let (x, y) = (frame.left + w * c as f64, frame.top + h * r as f64);
                spots.push(Hotspot { x, y, w, h, index: r * n_columns + c });
                let Some(v) = self.cell(r, c) else {
                    pen.rect(x + 1.0, y + 1.0, w - 2.0, h - 2.0, theme.grid, 0.5);
                    continue;
                };
                let t = if gap > 0.0 { (v - lo) / gap } else { 0.5 };
                let color = theme.background.mix(theme.accent, 0.06 + 0.94 * t);
                pen.rect(x + 1.0, y + 1.0, w - 2.0, h - 2.0, color, 1.0);
                let label = (self.text)(v);
                let size = if h > 34.0 { text::LABEL } else { text::TICK };
                if text::width(&label, size) + 4.0 <= w && h >= 14.0 {
                    let font = Font { size, bold: false, color: theme.text_on(color) };
                    pen.text(x + w / 2.0, y + h / 2.0, &label, font, Anchor::Middle);
                }
            }
        }
        spots
    }
}

fn draw_names<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    chart: &Heatmap<'_>,
    frame: Frame,
    (w, h): (f64, f64),
) {
    let theme = pen.theme();
    let quiet = Font::tick(theme.ink2);
    // Rows are named at the left, columns at the right, under them where one line cannot hold both.
    let room = pen.width() - 24.0;
    let row_name = text::fit(chart.row_name, text::TICK, room);
    pen.text(0.0, 10.0, &format!("↓ {row_name}"), quiet, Anchor::Start);
    let y = if chart.names_on_one_line(pen.width()) { 10.0 } else { 10.0 + LINE };
    let column_name = text::fit(chart.column_name, text::TICK, room);
    pen.text(frame.right, y, &format!("{column_name} →"), quiet, Anchor::End);
    for (r, label) in chart.rows.iter().enumerate() {
        let y = frame.top + h * (r as f64 + 0.5);
        let label = text::fit(label, text::TICK, frame.left - 8.0);
        pen.text(frame.left - 8.0, y, &label, Font::tick(theme.ink3), Anchor::End);
    }
    let xs: Vec<f64> = (0..chart.columns.len()).map(|c| frame.left + w * (c as f64 + 0.5)).collect();
    axis::draw_x(pen, frame.top - 10.0, &axis::picked(chart.columns, &xs));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Size, Theme, preview::checked};

    #[test]
    fn every_cell_has_a_place_and_every_number_its_cell() {
        let labels: Vec<String> = (1..=5).map(|i| i.to_string()).collect();
        let values: Vec<Vec<Option<f64>>> = (0..5)
            .map(|r| {
                (0..5)
                    .map(|c| if (r, c) == (4, 4) { None } else { Some(f64::from(100 + r * 5 + c)) })
                    .collect()
            })
            .collect();
        let chart = Heatmap {
            rows: &labels,
            columns: &labels,
            values: &values,
            row_name: "R",
            column_name: "F",
            text: &|v| format!("{v:.0}"),
        };
        for width in [320.0, 700.0] {
            let drawn = checked(&chart, Size { width, height: chart.height(width) }, &Theme::light());
            assert_eq!(drawn.svg.matches("<rect").count(), 25);
            assert_eq!(drawn.hotspots.len(), 25);
            assert_eq!((drawn.hotspots[7].index, drawn.svg.matches(">107</text>").count()), (7, 1));
            assert!(!drawn.svg.contains(">124</text>"));
        }
    }

    #[test]
    fn ragged_equal_and_missing_values_draw() {
        let labels = vec!["a".to_owned(), "b".to_owned()];
        let values = vec![vec![Some(0.0)]];
        let chart = Heatmap {
            rows: &labels,
            columns: &labels,
            values: &values,
            row_name: "",
            column_name: "",
            text: &|v| format!("{v}"),
        };
        let drawn = checked(&chart, Size { width: 320.0, height: 120.0 }, &Theme::dark());
        assert_eq!(drawn.hotspots.len(), 4);
        let none = Heatmap { rows: &[], ..chart };
        assert!(checked(&none, Size { width: 320.0, height: 120.0 }, &Theme::dark()).hotspots.is_empty());
    }
}
