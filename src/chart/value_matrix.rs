//! Who is worth which effort? Each customer as a point, current value across, growth potential up, cut into four classes.
//!
//! Classes I (low, low), II (low value, high potential), III (high value, low potential), IV (high, high) as given by the
//! input; the crossing lines are the two thresholds. Money is skewed, so by default both axes are signed roots,
//! s(v) = sign(v) * sqrt(|v|), which open up the small values, keep negative ones, and keep area-true order; an axis can
//! be proportional instead. Each class has its own shape (ring, triangle, square, diamond) as well as its color; the
//! area of a point grows with its size value (revenue).
//! More than [`MOST_POINTS`] points are thinned: the largest are kept, then every k-th of the rest, so that what is drawn
//! depends on the input alone. Degenerate: no point draws the frame; points that are not finite are left out.

use plotters::prelude::DrawingBackend;

use super::axis::{self, Chip, Frame, Mark, Scale, ScaleKind};
use super::pen::{Anchor, Font, Pen};
use super::{Chart, Hotspot, NARROW, Size, text};

/// At most this many points are drawn.
pub const MOST_POINTS: usize = 2000;

/// One customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatrixPoint {
    /// Current value.
    pub x: f64,
    /// Growth potential.
    pub y: f64,
    /// Class I to IV as 0..=3; others are left out.
    pub class: usize,
    /// What the area shows (revenue), at least 0.
    pub size: f64,
}

/// The value matrix.
#[derive(Clone, Copy)]
pub struct ValueMatrix<'a> {
    /// The customers; hotspots name their positions in this list.
    pub points: &'a [MatrixPoint],
    /// Where the two lines cross: (current value, growth potential).
    pub thresholds: (f64, f64),
    /// How values lie along x and y.
    pub scales: (ScaleKind, ScaleKind),
    /// What each class is called, I to IV, without its numeral.
    pub class_names: [&'a str; 4],
    /// Title of the x axis, unit included.
    pub x_name: &'a str,
    /// Title of the y axis, unit included.
    pub y_name: &'a str,
    /// Writes a value on x.
    pub x: &'a dyn Fn(f64) -> String,
    /// Writes a value on y.
    pub y: &'a dyn Fn(f64) -> String,
}

/// The plot's place and its axes: what a page needs to turn a drag into thresholds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The framed rectangle.
    pub frame: Frame,
    /// Current value to px and back.
    pub x: Scale,
    /// Growth potential to px and back.
    pub y: Scale,
}

const NUMERALS: [&str; 4] = ["I", "II", "III", "IV"];
/// Height of the strips inside the frame that are kept free for the class names.
const STRIP: f64 = 26.0;

impl ValueMatrix<'_> {
    /// Where everything lies at a size. It depends on the points and on the size only, not on thresholds inside the
    /// points' range: nothing jumps while a threshold is dragged.
    #[must_use]
    pub fn layout(&self, size: Size) -> Layout {
        let domain = |of: fn(&MatrixPoint) -> f64, threshold: f64| {
            let (lo, hi) = axis::extent(self.points.iter().map(of)).unwrap_or((0.0, 1.0));
            let (lo, hi) =
                if threshold.is_finite() { (lo.min(threshold), hi.max(threshold)) } else { (lo, hi) };
            (lo.min(0.0), hi.max(0.0))
        };
        let (xs, ys) = (domain(|p| p.x, self.thresholds.0), domain(|p| p.y, self.thresholds.1));
        let legend = axis::chips_height(&self.legend(size.width), size.width);
        let (top, bottom) = (
            legend + 26.0,
            (size.height - 32.0 - 16.0 * self.x_title(size.width).len() as f64).max(legend + 110.0),
        );
        let inner = (bottom - STRIP, top + STRIP);
        let y = Scale::new(self.scales.1, ys, inner);
        let labels: Vec<String> = y.ticks(40.0).iter().map(|&v| (self.y)(v)).collect();
        let frame = Frame { left: axis::label_room(&labels), top, right: size.width - 8.0, bottom };
        let x = Scale::new(self.scales.0, xs, (frame.left + 10.0, frame.right - 10.0));
        Layout { frame, x, y }
    }

    /// The title of the x axis, in up to two lines.
    fn x_title(&self, width: f64) -> Vec<String> {
        let mut lines = text::wrap(self.x_name, text::TICK, width - 32.0, 2);
        if let Some(last) = lines.last_mut() {
            last.push_str(" →");
        }
        lines
    }

    /// The classes above a narrow chart, whose quadrants have room for the numerals only. It depends on the width alone.
    fn legend(&self, width: f64) -> Vec<Chip> {
        let shown = if width < NARROW { 4 } else { 0 };
        (0..shown)
            .map(|class| Chip {
                mark: Mark::Class(class),
                color: super::Rgb::default(),
                name: format!("{} {}", NUMERALS[class], self.class_names[class]),
                value: String::new(),
            })
            .collect()
    }

    /// Positions of the points that are drawn, in input order.
    fn shown(&self) -> Vec<usize> {
        let usable = |p: &MatrixPoint| p.x.is_finite() && p.y.is_finite() && p.class < 4;
        let all: Vec<usize> = (0..self.points.len()).filter(|&i| usable(&self.points[i])).collect();
        if all.len() <= MOST_POINTS {
            return all;
        }
        let mut by_size = all;
        by_size.sort_by(|&a, &b| self.points[b].size.total_cmp(&self.points[a].size).then(a.cmp(&b)));
        let mut rest = by_size.split_off(MOST_POINTS / 4);
        rest.sort_unstable();
        let every = rest.len().div_ceil(MOST_POINTS - by_size.len());
        by_size.extend(rest.into_iter().step_by(every));
        by_size.sort_unstable();
        by_size
    }
}

impl Chart for ValueMatrix<'_> {
    fn height(&self, width: f64) -> f64 {
        if width < NARROW { (width * 1.05).max(330.0) + 60.0 } else { (width * 0.55).clamp(380.0, 560.0) }
    }

    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot> {
        let layout = self.layout(Size { width: pen.width(), height: pen.height() });
        let theme = pen.theme();
        draw_grid(pen, self, &layout);
        let Layout { frame, x, y } = layout;
        let largest = self.points.iter().map(|p| p.size).filter(|s| s.is_finite()).fold(0.0, f64::max);
        let shown = self.shown();
        // Many points are drawn small, or the picture fills up.
        let most = if shown.len() > 600 { 4.5 } else { 6.0 };
        let mut spots = Vec::with_capacity(shown.len());
        for i in shown {
            let p = self.points[i];
            let share =
                if largest > 0.0 && p.size.is_finite() { (p.size / largest).clamp(0.0, 1.0) } else { 0.0 };
            let r = 2.2 + (most - 2.2) * share.sqrt();
            let (cx, cy) = (x.px(p.x), y.px(p.y));
            axis::draw_shape(pen, (cx, cy), r, p.class);
            let reach = r.max(5.0);
            spots.push(Hotspot { x: cx - reach, y: cy - reach, w: 2.0 * reach, h: 2.0 * reach, index: i });
        }
        let (tx, ty) = self.thresholds;
        if tx.is_finite() && ty.is_finite() {
            let (cx, cy) = (x.px(tx), y.px(ty));
            pen.dashed(&[(cx, frame.top), (cx, frame.bottom)], theme.ink, 1.0, (3.0, 4.0));
            pen.dashed(&[(frame.left, cy), (frame.right, cy)], theme.ink, 1.0, (3.0, 4.0));
            pen.circle(cx, cy, 7.0, theme.ink, 1.0);
            pen.circle(cx, cy, 5.0, theme.background, 1.0);
            name_classes(pen, self, frame, cx);
        }
        spots
    }
}

fn draw_grid<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, chart: &ValueMatrix<'_>, layout: &Layout) {
    let theme = pen.theme();
    let Layout { frame, x, y } = layout;
    let widest = x.ticks(40.0).iter().map(|&v| text::width(&(chart.x)(v), text::TICK)).fold(0.0, f64::max);
    let across = x.ticks(widest + 18.0);
    for &v in &across {
        let at = x.px(v);
        let color = if v == 0.0 { theme.line } else { theme.grid };
        pen.line((at, frame.top), (at, frame.bottom), color, 1.0);
    }
    let up = y.ticks(40.0);
    let labels: Vec<String> = up.iter().map(|&v| (chart.y)(v)).collect();
    for (&v, label) in up.iter().zip(&labels) {
        let color = if v == 0.0 { theme.line } else { theme.grid };
        pen.line((frame.left, y.px(v)), (frame.right, y.px(v)), color, 1.0);
        pen.text(frame.left - 8.0, y.px(v), label, Font::tick(theme.ink3), Anchor::End);
    }
    pen.frame(frame.left, frame.top, frame.width(), frame.height(), theme.line);
    let labels: Vec<(f64, String)> = across.iter().map(|&v| (x.px(v), (chart.x)(v))).collect();
    axis::draw_x(pen, frame.bottom + 14.0, &labels);
    let font = Font::tick(theme.ink2);
    let room = pen.width() - 32.0;
    let y_name = text::fit(chart.y_name, text::TICK, room);
    for (i, line) in chart.x_title(pen.width()).iter().enumerate() {
        pen.text(frame.right, frame.bottom + 35.0 + 16.0 * i as f64, line, font, Anchor::End);
    }
    let legend = chart.legend(pen.width());
    axis::draw_chips(pen, (0.0, 0.0), pen.width(), &legend);
    pen.text(0.0, frame.top - 14.0, &format!("↑ {y_name}"), font, Anchor::Start);
}

/// Numeral and name of each class in the strip of its quadrant; the numeral alone, or nothing, where it does not fit.
fn name_classes<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, chart: &ValueMatrix<'_>, frame: Frame, cut: f64) {
    let theme = pen.theme();
    for (class, numeral) in NUMERALS.into_iter().enumerate() {
        let right = class >= 2;
        let upper = class % 2 == 1;
        let (from, to) = if right { (cut, frame.right) } else { (frame.left, cut) };
        let y = if upper { frame.top + STRIP / 2.0 } else { frame.bottom - STRIP / 2.0 };
        // The shape is repeated in the label, which is thereby the legend too.
        let text_at = from + 24.0;
        let numeral_width = text::width(numeral, text::LABEL) * 1.1;
        if text_at + numeral_width + 4.0 > to {
            continue;
        }
        axis::draw_shape(pen, (from + 13.0, y), 4.5, class);
        pen.text(text_at, y, numeral, Font::label(theme.ink).bold(), Anchor::Start);
        let name_at = text_at + numeral_width + 6.0;
        let name = chart.class_names[class];
        if pen.width() >= NARROW && name_at + text::width(name, text::LABEL) + 4.0 <= to {
            pen.text(name_at, y, name, Font::label(theme.ink), Anchor::Start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Theme, preview::checked};

    fn matrix<'a>(points: &'a [MatrixPoint], thresholds: (f64, f64)) -> ValueMatrix<'a> {
        ValueMatrix {
            points,
            thresholds,
            scales: (ScaleKind::SignedRoot, ScaleKind::SignedRoot),
            class_names: ["Release", "Rebuild", "Keep", "Spare no effort"],
            x_name: "Current value",
            y_name: "Growth potential",
            x: &|v| format!("{v:.0}"),
            y: &|v| format!("{v:.0}"),
        }
    }

    const SIZE: Size = Size { width: 640.0, height: 380.0 };

    #[test]
    fn each_class_has_its_shape_and_its_name() {
        let at = |x, y, class| MatrixPoint { x, y, class, size: 1.0 };
        let points = [at(-5.0, 2.0, 0), at(3.0, 80.0, 1), at(90.0, 4.0, 2), at(70.0, 90.0, 3)];
        let drawn = checked(&matrix(&points, (40.0, 40.0)), SIZE, &Theme::light());
        // One mark per point and one per label.
        assert_eq!(drawn.svg.matches("<polygon").count(), 4);
        assert_eq!(drawn.svg.matches("<rect").count(), 2);
        assert_eq!(drawn.hotspots.len(), 4);
        for name in ["Release", "Rebuild", "Keep", "Spare no effort", "IV"] {
            assert!(drawn.svg.contains(&format!(">{name}</text>")), "{name}");
        }
    }

    #[test]
    fn a_drag_is_undone_by_the_layout_and_moves_nothing_else() {
        let points = [
            MatrixPoint { x: 0.0, y: 0.0, class: 0, size: 0.0 },
            MatrixPoint { x: 400.0, y: 90.0, class: 3, size: 2.0 },
        ];
        let before = matrix(&points, (100.0, 25.0)).layout(SIZE);
        let value = before.x.value(before.x.px(100.0) + 30.0);
        assert!(value > 100.0);
        assert_eq!(matrix(&points, (value, 25.0)).layout(SIZE), before);
    }

    #[test]
    fn too_many_points_are_thinned_and_the_largest_stay() {
        let points: Vec<MatrixPoint> = (0..9000)
            .map(|i| MatrixPoint {
                x: f64::from(i % 97),
                y: f64::from(i % 89),
                class: i as usize % 4,
                size: f64::from(i),
            })
            .collect();
        let chart = matrix(&points, (40.0, 40.0));
        let shown = chart.shown();
        assert!(shown.len() <= MOST_POINTS && shown.len() > MOST_POINTS / 2, "{}", shown.len());
        assert!((8500..9000).all(|i| shown.binary_search(&i).is_ok()));
    }

    #[test]
    fn no_points_and_no_thresholds_still_draw_a_frame() {
        let drawn = checked(&matrix(&[], (f64::NAN, f64::NAN)), SIZE, &Theme::dark());
        assert!(drawn.hotspots.is_empty() && drawn.svg.contains("<polyline"));
    }
}
