//! Which input does the result depend on most? One bar per input, from the result at its low to that at its high value.
//!
//! Bars are sorted by swing |high - low|, widest first (ties keep their order), around the base result. The stretch below
//! the base and the one above differ in color, side and label. Hotspots carry the input's index, from top to bottom.
//! Degenerate: no bars draw the base line alone; bars that are not finite are left out; no swing at all draws no width.

use plotters::prelude::DrawingBackend;

use super::axis::{self, Scale};
use super::pen::{Anchor, Font, Pen};
use super::{Chart, Hotspot, NARROW, text};

/// One input and what it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TornadoBar<'a> {
    /// Name of the input and its change.
    pub name: &'a str,
    /// Result at the low value of the input.
    pub low: f64,
    /// Result at the high value of the input.
    pub high: f64,
}

/// The sensitivity of one result.
#[derive(Clone, Copy)]
pub struct Tornado<'a> {
    /// The inputs.
    pub bars: &'a [TornadoBar<'a>],
    /// The result with no input changed.
    pub base: f64,
    /// What stands below the base line, e.g. "30.0K expected".
    pub base_label: &'a str,
    /// Writes a result.
    pub value: &'a dyn Fn(f64) -> String,
}

const BASE_ROOM: f64 = 28.0;

impl Tornado<'_> {
    fn order(&self) -> Vec<usize> {
        let swing = |i: &usize| (self.bars[*i].high - self.bars[*i].low).abs();
        let finite = |i: &usize| self.bars[*i].low.is_finite() && self.bars[*i].high.is_finite();
        let mut order: Vec<usize> = (0..self.bars.len()).filter(finite).collect();
        order.sort_by(|a, b| swing(b).total_cmp(&swing(a)).then(a.cmp(b)));
        order
    }
}

impl Chart for Tornado<'_> {
    fn height(&self, width: f64) -> f64 {
        let row = if width < NARROW { 50.0 } else { 38.0 };
        self.order().len() as f64 * row + BASE_ROOM + 6.0
    }

    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot> {
        let theme = pen.theme();
        let order = self.order();
        let base = if self.base.is_finite() { self.base } else { 0.0 };
        let narrow = pen.width() < NARROW;
        let all = order.iter().flat_map(|&i| [self.bars[i].low, self.bars[i].high]);
        let (lo, hi) = axis::extent(all.clone().chain([base])).unwrap_or((base, base));
        let value_room = all.map(|v| text::width(&(self.value)(v), text::TICK)).fold(0.0, f64::max) + 10.0;
        let names: Vec<&str> = order.iter().map(|&i| self.bars[i].name).collect();
        let name_room =
            if narrow { 0.0 } else { (text::widest(&names, text::LABEL) + 12.0).min(pen.width() * 0.42) };
        let x = Scale::linear((lo, hi), (name_room + value_room, pen.width() - value_room));
        let bottom = pen.height() - BASE_ROOM;
        let row = (bottom - 2.0) / order.len().max(1) as f64;
        let at_base = x.px(base);
        let mut spots = Vec::with_capacity(order.len());
        for (rank, &i) in order.iter().enumerate() {
            let top = row * rank as f64;
            let bar = &self.bars[i];
            let (y, h) =
                if narrow { (top + 24.0, (row - 32.0).max(8.0)) } else { (top + row * 0.2, row * 0.6) };
            let (name_at, middle) =
                if narrow { (top + 12.0, y + h / 2.0) } else { (y + h / 2.0, y + h / 2.0) };
            let room = if narrow { pen.width() } else { name_room - 10.0 };
            let name = text::fit(bar.name, text::LABEL, room);
            pen.text(0.0, name_at, &name, Font::label(theme.ink), Anchor::Start);
            let (a, b) = (bar.low.min(bar.high), bar.low.max(bar.high));
            let (below, above) = (x.px(a.min(base)), x.px(b.max(base)));
            let (left, right) = (x.px(a).min(at_base), x.px(b).max(at_base));
            // A bar that lies on one side of the base starts where it starts, not at the base.
            pen.rect(left, y, x.px(b).min(at_base) - left, h, theme.loss_lo, 1.0);
            let from = x.px(a).max(at_base);
            pen.rect(from, y, right - from, h, theme.loss_hi, 1.0);
            pen.text(below - 6.0, middle, &(self.value)(a), Font::tick(theme.ink2), Anchor::End);
            pen.text(above + 6.0, middle, &(self.value)(b), Font::tick(theme.ink2), Anchor::Start);
            spots.push(Hotspot { x: 0.0, y: top, w: pen.width(), h: row, index: i });
        }
        let strong = theme.ink3;
        let mut top = 0.0;
        // The base line skips the names above narrow bars.
        for rank in 0..order.len().max(1) {
            let from = if narrow { row * rank as f64 + 22.0 } else { top };
            let to = if narrow { row * (rank + 1) as f64 - 6.0 } else { row * (rank + 1) as f64 };
            pen.line((at_base, from), (at_base, to), strong, 1.0);
            top = to;
        }
        let half = text::width(self.base_label, text::TICK) / 2.0;
        let label_at = at_base.min(pen.width() - half).max(half);
        pen.text(label_at, bottom + 14.0, self.base_label, Font::tick(theme.ink2), Anchor::Middle);
        spots
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Size, Theme, preview::checked};

    const BARS: [TornadoBar<'static>; 3] = [
        TornadoBar { name: "Discount rate ±20 %", low: 31.0, high: 29.0 },
        TornadoBar { name: "Churn rate ±20 %", low: 24.0, high: 36.0 },
        TornadoBar { name: "broken", low: f64::NAN, high: 36.0 },
    ];

    #[test]
    fn widest_swing_comes_first_and_both_ends_are_labelled() {
        let chart =
            Tornado { bars: &BARS, base: 30.0, base_label: "30.0K expected", value: &|v| format!("{v:.1}K") };
        for width in [320.0, 640.0] {
            let drawn = checked(&chart, Size { width, height: chart.height(width) }, &Theme::light());
            let order: Vec<usize> = drawn.hotspots.iter().map(|h| h.index).collect();
            assert_eq!(order, [1, 0]);
            assert_eq!(drawn.svg.matches("<rect").count(), 4);
            for label in ["24.0K", "36.0K", "29.0K", "31.0K", "30.0K expected"] {
                assert!(drawn.svg.contains(&format!(">{label}</text>")), "{label}");
            }
        }
    }

    #[test]
    fn equal_results_and_none_draw() {
        let same = [TornadoBar { name: "x", low: 5.0, high: 5.0 }];
        let chart = Tornado { bars: &same, base: 5.0, base_label: "5", value: &|v| format!("{v}") };
        assert_eq!(
            checked(&chart, Size { width: 320.0, height: 90.0 }, &Theme::dark()).svg.matches("<rect").count(),
            0
        );
        let none = Tornado { bars: &[], ..chart };
        assert!(checked(&none, Size { width: 320.0, height: 90.0 }, &Theme::dark()).hotspots.is_empty());
    }
}
