//! Which stages are the customers in, month by month? Shares of four stages, stacked to 100 %.
//!
//! Input: per month four shares 0..1 that sum to 1 (they are rescaled to their sum); the order is the lifecycle's, drawn
//! from the bottom. A month whose shares are all zero or not finite is a gap. At wide sizes each stage is named at the
//! right end with its share of the last month; at narrow ones the names stand above.
//! Degenerate: no month with data draws the axis alone; one month draws one block.

use plotters::prelude::DrawingBackend;

use super::axis::{self, Chip, Frame, Mark, Scale};
use super::pen::{Anchor, Font, Pen};
use super::{Chart, Hotspot, NARROW, text};

/// The stacked shares.
#[derive(Clone, Copy)]
pub struct StageMix<'a> {
    /// One label per month; an empty one is never a tick.
    pub months: &'a [String],
    /// Exploration, build-up, stability, decline; one row per month.
    pub shares: &'a [[f64; 4]],
    /// Names of the stages.
    pub stage_names: [&'a str; 4],
    /// Writes a share (0..1).
    pub share: &'a dyn Fn(f64) -> String,
}

const TICKS: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

impl StageMix<'_> {
    /// Running sums 0, e, e+b, e+b+s, 1 of each month; `None` for a gap.
    fn stacked(&self) -> Vec<Option<[f64; 5]>> {
        self.shares.iter().map(stack).collect()
    }

    fn chips<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, last: Option<[f64; 5]>) -> Vec<Chip> {
        (0..4)
            .rev()
            .map(|k| Chip {
                mark: Mark::Square,
                color: pen.theme().stages[k],
                name: self.stage_names[k].to_owned(),
                value: last.map(|c| (self.share)(c[k + 1] - c[k])).unwrap_or_default(),
            })
            .collect()
    }
}

fn stack(shares: &[f64; 4]) -> Option<[f64; 5]> {
    let clean = shares.map(|v| if v.is_finite() { v.max(0.0) } else { 0.0 });
    let total: f64 = clean.iter().sum();
    if total <= 0.0 || !total.is_finite() {
        return None;
    }
    let mut out = [0.0; 5];
    for k in 0..4 {
        out[k + 1] = out[k] + clean[k] / total;
    }
    out[4] = 1.0;
    Some(out)
}

impl Chart for StageMix<'_> {
    fn height(&self, width: f64) -> f64 {
        if width < NARROW { 270.0 } else { (width * 0.32).clamp(280.0, 340.0) }
    }

    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot> {
        let rows = self.stacked();
        let last = rows.last().copied().flatten();
        let chips = self.chips(pen, last);
        let narrow = pen.width() < NARROW;
        let labels: Vec<String> = TICKS.iter().map(|&v| (self.share)(v)).collect();
        let beside = chips
            .iter()
            .map(|c| text::width(&c.name, text::LABEL) + text::width(&c.value, text::LABEL) + 18.0);
        let frame = Frame {
            left: axis::label_room(&labels),
            top: if narrow { axis::chips_height(&chips, pen.width()) + 12.0 } else { 10.0 },
            right: pen.width() - if narrow { 10.0 } else { beside.fold(0.0, f64::max) },
            bottom: pen.height() - 26.0,
        };
        let y = Scale::linear((0.0, 1.0), (frame.bottom, frame.top));
        let xs = places(rows.len(), frame);
        axis::draw_y(pen, frame, &y, &TICKS, &labels);
        draw_areas(pen, &rows, &xs, &y, frame);
        axis::draw_x(pen, frame.bottom + 16.0, &axis::picked(self.months, &xs));
        if narrow {
            axis::draw_chips(pen, (0.0, 0.0), pen.width(), &chips);
        } else if let Some(last) = last {
            label_ends(pen, &chips, last, &y, frame);
        }
        axis::strips(&xs, frame)
    }
}

/// Centers of `n` months: the first and the last on the frame's edges.
fn places(n: usize, frame: Frame) -> Vec<f64> {
    match n {
        0 => Vec::new(),
        1 => vec![f64::midpoint(frame.left, frame.right)],
        _ => (0..n).map(|i| frame.left + frame.width() * i as f64 / (n - 1) as f64).collect(),
    }
}

fn draw_areas<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    rows: &[Option<[f64; 5]>],
    xs: &[f64],
    y: &Scale,
    frame: Frame,
) {
    let theme = pen.theme();
    // Half a month wide, for a month between two gaps.
    let half = frame.width() / (2.0 * rows.len().max(2) as f64);
    let mut start = 0;
    while start < rows.len() {
        let end = (start..rows.len()).find(|&i| rows[i].is_none()).unwrap_or(rows.len());
        let mut run: Vec<(f64, [f64; 5])> =
            (start..end).filter_map(|i| rows[i].map(|r| (xs[i], r))).collect();
        if let [(x, row)] = run[..] {
            run = vec![((x - half).max(frame.left), row), ((x + half).min(frame.right), row)];
        }
        for k in 0..4 {
            let upper = run.iter().map(|(x, r)| (*x, y.px(r[k + 1])));
            let lower = run.iter().rev().map(|(x, r)| (*x, y.px(r[k])));
            let outline: Vec<(f64, f64)> = upper.clone().chain(lower).collect();
            pen.polygon(&outline, theme.stages[k], 1.0);
        }
        // A hairline between neighbors, so that the areas part without their colors too.
        for k in 1..4 {
            let edge: Vec<(f64, f64)> = run.iter().map(|(x, r)| (*x, y.px(r[k]))).collect();
            pen.path(&edge, theme.background, 1.0);
        }
        start = end + 1;
    }
}

fn label_ends<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    chips: &[Chip],
    last: [f64; 5],
    y: &Scale,
    frame: Frame,
) {
    let theme = pen.theme();
    // Chips run from the top stage down.
    let middles: Vec<f64> = (0..4).rev().map(|k| y.px((last[k] + last[k + 1]) / 2.0)).collect();
    let free = text::spread(&middles, 17.0, frame.top + 6.0, frame.bottom - 6.0);
    for (chip, at) in chips.iter().zip(free) {
        let x = frame.right + 8.0;
        pen.text(x, at, &chip.name, Font::label(theme.ink), Anchor::Start);
        let x = x + text::width(&chip.name, text::LABEL) + 5.0;
        pen.text(x, at, &chip.value, Font::label(theme.ink2), Anchor::Start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Size, Theme, preview::checked};

    fn mix(shares: &[[f64; 4]], width: f64) -> crate::chart::Drawn {
        let months: Vec<String> = (0..shares.len()).map(|i| format!("M{i}")).collect();
        let chart = StageMix {
            months: &months,
            shares,
            stage_names: ["Exploration", "Build-up", "Stability", "Decline"],
            share: &|v| format!("{:.0}%", v * 100.0),
        };
        checked(&chart, Size { width, height: 280.0 }, &Theme::light())
    }

    #[test]
    fn four_areas_fill_the_whole_height() {
        let drawn = mix(&[[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]], 720.0);
        assert_eq!(drawn.svg.matches("<polygon").count(), 4);
        assert_eq!(drawn.hotspots.len(), 2);
        assert!(drawn.svg.contains(">Decline</text>") && drawn.svg.contains(">40%</text>"));
        assert!(drawn.svg.contains(">100%</text>") && drawn.svg.contains(">0%</text>"));
    }

    #[test]
    fn a_month_without_customers_is_a_gap() {
        let full = [0.25; 4];
        let drawn = mix(&[full, full, [0.0; 4], full, full], 400.0);
        assert_eq!(drawn.svg.matches("<polygon").count(), 8);
        assert_eq!(mix(&[[f64::NAN; 4]], 400.0).svg.matches("<polygon").count(), 0);
        assert_eq!(mix(&[full], 400.0).svg.matches("<polygon").count(), 4);
        assert!(mix(&[], 320.0).hotspots.is_empty());
    }

    #[test]
    fn shares_are_rescaled_to_their_sum() {
        assert_eq!(stack(&[1.0, 1.0, 1.0, 1.0]), Some([0.0, 0.25, 0.5, 0.75, 1.0]));
    }
}
