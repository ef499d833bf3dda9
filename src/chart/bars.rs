//! How do a few named amounts compare? Horizontal bars from a zero baseline, each with its value.
//!
//! Rows keep the order given. Negative values run left of zero. An optional interval is a thin whisker over the bar's end.
//! At narrow widths the name stands above its bar. Values are written at the end of the bar, secondary text behind them
//! in a quieter color. Hotspots are whole rows.
//! Degenerate: no rows draw nothing; a value that is not finite draws its name without a bar; all zero draws no widths.

use plotters::prelude::DrawingBackend;

use super::axis::{self, Scale};
use super::pen::{Anchor, Font, Pen};
use super::{Chart, Hotspot, NARROW, Rgb, text};

/// One row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: f64,
    /// Lower and upper bound of the value.
    pub interval: Option<(f64, f64)>,
    /// Its color; the accent if none is given.
    pub color: Option<Rgb>,
    /// What else to say behind the value, or empty.
    pub secondary: &'a str,
}

/// Horizontal bars.
#[derive(Clone, Copy)]
pub struct Bars<'a> {
    /// The rows, top to bottom.
    pub bars: &'a [Bar<'a>],
    /// Writes a value.
    pub value: &'a dyn Fn(f64) -> String,
}

/// Where everything in the rows stands, px.
struct Columns {
    name_room: f64,
    x: Scale,
    narrow: bool,
    row: f64,
}

impl Bars<'_> {
    fn columns(&self, width: f64, height: f64) -> Columns {
        let narrow = width < NARROW;
        let ends = self.bars.iter().flat_map(|b| {
            [b.value, b.interval.map_or(b.value, |i| i.0), b.interval.map_or(b.value, |i| i.1)]
        });
        let (lo, hi) = axis::extent(ends.chain([0.0])).unwrap_or((0.0, 1.0));
        let names: Vec<&str> = self.bars.iter().map(|b| b.name).collect();
        let name_room =
            if narrow { 0.0 } else { (text::widest(&names, text::LABEL) + 14.0).min(width * 0.4) };
        let tail = |b: &Bar<'_>| {
            let value = text::width(&(self.value)(b.value), text::LABEL);
            let more = if b.secondary.is_empty() { 0.0 } else { 8.0 + text::width(b.secondary, text::TICK) };
            // Above a narrow bar the secondary text has the name's line.
            value + if narrow { 0.0 } else { more } + 12.0
        };
        let right =
            self.bars.iter().filter(|b| b.value.is_finite()).map(tail).fold(0.0, f64::max).min(width * 0.45);
        let negative = self.bars.iter().filter(|b| b.value < 0.0);
        let left =
            negative.map(|b| text::width(&(self.value)(b.value), text::LABEL) + 12.0).fold(0.0, f64::max);
        let x = Scale::linear((lo, hi), (name_room + left.min(width * 0.3), width - right));
        Columns { name_room, x, narrow, row: height / self.bars.len().max(1) as f64 }
    }
}

impl Chart for Bars<'_> {
    fn height(&self, width: f64) -> f64 {
        self.bars.len() as f64 * if width < NARROW { 48.0 } else { 34.0 }
    }

    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot> {
        if self.bars.is_empty() {
            return Vec::new();
        }
        let theme = pen.theme();
        let at = self.columns(pen.width(), pen.height());
        let zero = at.x.px(0.0);
        let mut spots = Vec::with_capacity(self.bars.len());
        for (i, bar) in self.bars.iter().enumerate() {
            let top = at.row * i as f64;
            let (y, h) = if at.narrow {
                (top + at.row * 0.5, at.row * 0.36)
            } else {
                (top + at.row * 0.2, at.row * 0.6)
            };
            draw_name(pen, bar, &at, top, y + h / 2.0);
            if bar.value.is_finite() {
                let end = at.x.px(bar.value);
                pen.rect(end.min(zero), y, (end - zero).abs(), h, bar.color.unwrap_or(theme.accent), 1.0);
                self.draw_tail(pen, bar, &at, y, h);
            }
            pen.line((zero, y - 3.0), (zero, y + h + 3.0), theme.ink3, 1.0);
            spots.push(Hotspot { x: 0.0, y: top, w: pen.width(), h: at.row, index: i });
        }
        spots
    }
}

fn draw_name<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, bar: &Bar<'_>, at: &Columns, top: f64, middle: f64) {
    let theme = pen.theme();
    if !at.narrow {
        let name = text::fit(bar.name, text::LABEL, at.name_room - 10.0);
        pen.text(0.0, middle, &name, Font::label(theme.ink), Anchor::Start);
        return;
    }
    let y = top + at.row * 0.27;
    let more = text::fit(bar.secondary, text::TICK, pen.width() * 0.6);
    let room = pen.width() - text::width(&more, text::TICK) - 10.0;
    pen.text(0.0, y, &text::fit(bar.name, text::LABEL, room), Font::label(theme.ink), Anchor::Start);
    pen.text(pen.width(), y, &more, Font::tick(theme.ink3), Anchor::End);
}

impl Bars<'_> {
    fn draw_tail<DB: DrawingBackend>(
        &self,
        pen: &mut Pen<'_, DB>,
        bar: &Bar<'_>,
        at: &Columns,
        y: f64,
        h: f64,
    ) {
        let theme = pen.theme();
        let middle = y + h / 2.0;
        let mut reach = at.x.px(bar.value);
        if let Some((lo, hi)) = bar.interval.filter(|(lo, hi)| lo.is_finite() && hi.is_finite()) {
            let (a, b) = (at.x.px(lo), at.x.px(hi));
            // On the bar the whisker takes the color that shows there.
            let inside = theme.text_on(bar.color.unwrap_or(theme.accent));
            let zero = at.x.px(0.0);
            let (from, to) = (reach.min(zero), reach.max(zero));
            for (color, a, b) in
                [(theme.ink, a, b.min(from)), (inside, a.max(from), b.min(to)), (theme.ink, a.max(to), b)]
            {
                if a < b {
                    pen.line((a, middle), (b, middle), color, 1.4);
                }
            }
            for end in [a, b] {
                let color = if end > from && end < to { inside } else { theme.ink };
                pen.line((end, middle - 4.0), (end, middle + 4.0), color, 1.4);
            }
            reach = if bar.value < 0.0 { reach.min(a) } else { reach.max(b) };
        }
        let value = (self.value)(bar.value);
        let mut after = reach + 7.0;
        if bar.value < 0.0 {
            pen.text(reach - 7.0, middle, &value, Font::label(theme.ink), Anchor::End);
            after = at.x.px(0.0) + 7.0;
        } else {
            pen.text(after, middle, &value, Font::label(theme.ink), Anchor::Start);
            after += text::width(&value, text::LABEL) + 8.0;
        }
        if !at.narrow {
            let more = text::fit(bar.secondary, text::TICK, pen.width() - after);
            pen.text(after, middle, &more, Font::tick(theme.ink3), Anchor::Start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Size, Theme, preview::checked};

    fn bar(name: &'static str, value: f64) -> Bar<'static> {
        Bar { name, value, interval: None, color: None, secondary: "of 5,940" }
    }

    #[test]
    fn lengths_are_proportional_from_zero() {
        let rows = [bar("a", 100.0), bar("b", 50.0), bar("c", 0.0)];
        let chart = Bars { bars: &rows, value: &|v| format!("{v:.0}") };
        let at = chart.columns(600.0, 102.0);
        let length = |v| at.x.px(v) - at.x.px(0.0);
        assert!((length(100.0) - 2.0 * length(50.0)).abs() < 1e-9);
        let drawn = checked(&chart, Size { width: 600.0, height: 102.0 }, &Theme::light());
        // A bar of value zero has no width, but its label and its piece of the baseline.
        assert_eq!((drawn.svg.matches("<rect").count(), drawn.hotspots.len()), (2, 3));
        assert_eq!(drawn.svg.matches("<polyline").count(), 3);
    }

    #[test]
    fn negative_values_and_intervals_stay_inside() {
        let rows = [
            Bar { interval: Some((60.0, 140.0)), ..bar("a <b> & \"c\"", 100.0) },
            bar("一个名字很长很长很长很长很长很长的客户有限公司", -40.0),
            bar("broken", f64::NAN),
        ];
        let chart = Bars { bars: &rows, value: &|v| format!("{v:.0}") };
        for width in [320.0, 420.0, 900.0] {
            let drawn = checked(&chart, Size { width, height: chart.height(width) }, &Theme::dark());
            assert_eq!(drawn.svg.matches("<rect").count(), 2);
            assert!(drawn.svg.contains("a &lt;b&gt; &amp; &quot;c&quot;"));
        }
    }
}
