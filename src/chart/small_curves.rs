//! How do the patterns of relationships differ? Small multiples of typical value curves on shared axes.
//!
//! Each panel shows one curve over the months of the relationship (x from 0) with an optional band, titled with its name
//! and a quieter second line. All panels share both axes, so that heights and lengths compare across them: one row of
//! four when wide, two by two at medium width, one column when narrow.
//! Hotspots count the points of all panels one after another, in panel order.
//! Degenerate: a panel without points shows its title and an empty plot; points that are not finite are left out.

use plotters::prelude::DrawingBackend;

use super::axis::{self, Frame, Scale};
use super::life_curve::month_labels;
use super::pen::{Anchor, Font, Pen};
use super::{Chart, Hotspot, NARROW, Rgb, text};

/// One pattern's curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePanel<'a> {
    /// Name of the pattern.
    pub title: &'a str,
    /// Second line, e.g. how many customers; may be empty.
    pub subtitle: &'a str,
    /// (month, value), by month.
    pub points: &'a [(f64, f64)],
    /// (month, low, high), by month; may be empty.
    pub band: &'a [(f64, f64, f64)],
    /// Color of the curve.
    pub color: Rgb,
}

/// Small multiples.
#[derive(Clone, Copy)]
pub struct SmallCurves<'a> {
    /// The panels, in reading order.
    pub panels: &'a [CurvePanel<'a>],
    /// Unit of x, written at the end of the axis.
    pub x_name: &'a str,
    /// Writes a month number.
    pub x: &'a dyn Fn(f64) -> String,
    /// Writes a value.
    pub y: &'a dyn Fn(f64) -> String,
}

const TITLE: f64 = 46.0;
/// Axis labels, and air before the next row.
const AXIS: f64 = 38.0;

fn n_columns(width: f64, n_panels: usize) -> usize {
    let most = if width < NARROW {
        1
    } else if width < 900.0 {
        2
    } else {
        4
    };
    most.min(n_panels.max(1))
}

impl Chart for SmallCurves<'_> {
    fn height(&self, width: f64) -> f64 {
        let rows = self.panels.len().div_ceil(n_columns(width, self.panels.len()));
        rows as f64 * if width < NARROW { 180.0 } else { 220.0 }
    }

    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot> {
        let n = self.panels.len();
        let columns = n_columns(pen.width(), n);
        let rows = n.div_ceil(columns).max(1);
        let all = || self.panels.iter().flat_map(|p| p.points.iter().copied());
        let bands = || self.panels.iter().flat_map(|p| p.band.iter().copied());
        let months = axis::extent(all().map(|p| p.0).chain(bands().map(|b| b.0))).unwrap_or((0.0, 1.0));
        let values =
            axis::extent(all().map(|p| p.1).chain(bands().flat_map(|b| [b.1, b.2]))).unwrap_or((0.0, 1.0));
        let (cell_w, cell_h) = (pen.width() / columns as f64, pen.height() / rows as f64);
        let y_domain = (values.0.min(0.0), values.1.max(0.0) * 1.05);
        let ticks = Scale::linear(y_domain, (cell_h - AXIS, TITLE)).ticks(38.0);
        let labels: Vec<String> = ticks.iter().map(|&v| (self.y)(v)).collect();
        let left = axis::label_room(&labels);
        let mut spots = Vec::new();
        for (i, panel) in self.panels.iter().enumerate() {
            let (x0, y0) = (cell_w * (i % columns) as f64, cell_h * (i / columns) as f64);
            let frame = Frame {
                left: x0 + left,
                top: y0 + TITLE,
                right: x0 + cell_w - 18.0,
                bottom: y0 + cell_h - AXIS,
            };
            let x = Scale::linear((months.0.min(0.0), months.1), (frame.left, frame.right));
            let y = Scale::linear(y_domain, (frame.bottom, frame.top));
            let title = text::fit(panel.title, text::LABEL, cell_w - 18.0);
            let subtitle = text::fit(panel.subtitle, text::TICK, cell_w - 18.0);
            let theme = pen.theme();
            pen.text(x0, y0 + 10.0, &title, Font::label(theme.ink).bold(), Anchor::Start);
            pen.text(x0, y0 + 27.0, &subtitle, Font::tick(theme.ink2), Anchor::Start);
            axis::draw_y(pen, frame, &y, &ticks, &labels);
            draw_curve(pen, panel, &x, &y);
            axis::draw_x(pen, frame.bottom + 15.0, &month_labels(&x, self.x, self.x_name));
            let centers: Vec<f64> =
                panel.points.iter().map(|p| if p.0.is_finite() { x.px(p.0) } else { frame.left }).collect();
            let first = spots.len();
            spots.extend(
                axis::strips(&centers, frame).into_iter().map(|s| Hotspot { index: first + s.index, ..s }),
            );
        }
        spots
    }
}

fn draw_curve<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, panel: &CurvePanel<'_>, x: &Scale, y: &Scale) {
    let band: Vec<&(f64, f64, f64)> =
        panel.band.iter().filter(|b| b.0.is_finite() && b.1.is_finite() && b.2.is_finite()).collect();
    let upper = band.iter().map(|b| (x.px(b.0), y.px(b.2)));
    let lower = band.iter().rev().map(|b| (x.px(b.0), y.px(b.1)));
    let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
    pen.polygon(&outline, panel.color, 0.18);
    let finite = panel.points.iter().filter(|p| p.0.is_finite() && p.1.is_finite());
    let line: Vec<(f64, f64)> = finite.map(|p| (x.px(p.0), y.px(p.1))).collect();
    if let [(cx, cy)] = line[..] {
        pen.circle(cx, cy, 3.0, panel.color, 1.0);
    }
    pen.path(&line, panel.color, 2.2);
    // Where the typical relationship ends.
    if let (true, Some(&(cx, cy))) = (line.len() > 1, line.last()) {
        pen.circle(cx, cy, 3.2, panel.color, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Size, Theme, preview::checked};

    #[test]
    fn panels_share_axes_and_are_arranged_by_width() {
        assert_eq!(
            (n_columns(360.0, 4), n_columns(700.0, 4), n_columns(1100.0, 4), n_columns(1100.0, 0)),
            (1, 2, 4, 1)
        );
        let color = Theme::light().accent;
        let points = [(0.0, 5.0), (3.0, 80.0), (6.0, 20.0)];
        let panel = CurvePanel {
            title: "Early abort",
            subtitle: "312 customers",
            points: &points,
            band: &[(0.0, 1.0, 9.0), (3.0, 60.0, 95.0)],
            color,
        };
        let empty = CurvePanel { title: "Mid-way", subtitle: "", points: &[], band: &[], color };
        let chart = SmallCurves {
            panels: &[panel, empty, panel, panel],
            x_name: "",
            x: &|v| format!("{v:.0}"),
            y: &|v| format!("{v:.0}"),
        };
        for width in [320.0, 700.0, 1100.0] {
            let drawn = checked(&chart, Size { width, height: chart.height(width) }, &Theme::light());
            assert_eq!(drawn.svg.matches("<polygon").count(), 3);
            assert_eq!(drawn.svg.matches("font-weight=\"bold\"").count(), 4);
            let indices: Vec<usize> = drawn.hotspots.iter().map(|h| h.index).collect();
            assert_eq!(indices, (0..9).collect::<Vec<_>>());
        }
        let none = SmallCurves { panels: &[], ..chart };
        assert!(checked(&none, Size { width: 320.0, height: 100.0 }, &Theme::dark()).hotspots.is_empty());
    }
}
