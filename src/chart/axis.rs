//! Scales, round ticks, axes and the small furniture that charts share.
//!
//! - Linear scale: px = a + (v - lo) / (hi - lo) * (b - a).
//! - Signed root scale: the same over s(v) = sign(v) * sqrt(|v|). It opens up skewed money around zero, keeps zero and
//!   negative values in place (a logarithm cannot), and is undone exactly by squaring.
//! - Ticks: multiples of 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for graph labels", 1990), which stay
//!   round when written in thousands as well as in 万.

use plotters::prelude::DrawingBackend;

use super::pen::{Anchor, Font, Pen};
use super::text;
use crate::math::{log10, powf};

/// How values are laid along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleKind {
    /// Proportional.
    Linear,
    /// Proportional to sign(v) * sqrt(|v|).
    SignedRoot,
}

impl ScaleKind {
    fn apply(self, v: f64) -> f64 {
        match self {
            Self::Linear => v,
            Self::SignedRoot => v.signum() * v.abs().sqrt(),
        }
    }

    fn undo(self, s: f64) -> f64 {
        match self {
            Self::Linear => s,
            Self::SignedRoot => s.signum() * s * s,
        }
    }
}

/// A map between values and pixels, both ways.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    kind: ScaleKind,
    lo: f64,
    hi: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Lays the values `lo..=hi` over the pixels `from..=to` (`from > to` for an upward axis). A domain that is empty or
    /// not finite becomes one of length 1 (from `lo`, or from 0).
    #[must_use]
    pub fn new(kind: ScaleKind, (lo, hi): (f64, f64), (from, to): (f64, f64)) -> Self {
        let lo = if lo.is_finite() { lo } else { 0.0 };
        let hi = if hi.is_finite() && hi > lo { hi } else { lo + lo.abs().max(1.0) };
        Self { kind, lo, hi, from, to }
    }

    /// A proportional scale.
    #[must_use]
    pub fn linear(domain: (f64, f64), pixels: (f64, f64)) -> Self {
        Self::new(ScaleKind::Linear, domain, pixels)
    }

    /// Lowest and highest value.
    #[must_use]
    pub fn domain(&self) -> (f64, f64) {
        (self.lo, self.hi)
    }

    /// Pixel of a value.
    #[must_use]
    pub fn px(&self, v: f64) -> f64 {
        let (lo, hi) = (self.kind.apply(self.lo), self.kind.apply(self.hi));
        self.from + (self.kind.apply(v) - lo) / (hi - lo) * (self.to - self.from)
    }

    /// Value at a pixel, held inside the domain: what a drag means.
    #[must_use]
    pub fn value(&self, px: f64) -> f64 {
        let (lo, hi) = (self.kind.apply(self.lo), self.kind.apply(self.hi));
        let length = self.to - self.from;
        if length == 0.0 || !px.is_finite() {
            return self.lo;
        }
        self.kind.undo(lo + (px - self.from) / length * (hi - lo)).clamp(self.lo, self.hi)
    }

    /// Round values inside the domain that stand at least `gap` px apart.
    #[must_use]
    pub fn ticks(&self, gap: f64) -> Vec<f64> {
        match self.kind {
            ScaleKind::Linear => {
                let room = ((self.to - self.from).abs() / gap.max(1.0)).floor();
                ticks(self.lo, self.hi, room.max(1.0) as usize)
            }
            ScaleKind::SignedRoot => self.root_ticks(gap),
        }
    }

    /// Zero, then 1, 2, 5 times powers of ten outward, keeping those with room; the largest that fit come first, since
    /// they say how far the axis reaches.
    fn root_ticks(&self, gap: f64) -> Vec<f64> {
        let top = self.lo.abs().max(self.hi.abs());
        let mut candidates = vec![0.0];
        let mut decade = powf(10.0, log10(top).floor());
        for _ in 0..4 {
            for m in [5.0, 2.0, 1.0] {
                candidates.extend([m * decade, -m * decade]);
            }
            decade /= 10.0;
        }
        let mut kept: Vec<f64> = Vec::new();
        for v in candidates {
            let inside = v >= self.lo && v <= self.hi;
            if inside && kept.iter().all(|&k| (self.px(k) - self.px(v)).abs() >= gap) {
                kept.push(v);
            }
        }
        crate::math::sort(&mut kept);
        kept
    }
}

/// Multiples of a round step inside `lo..=hi`, about `most` of them and never more than `most + 1`.
#[must_use]
pub fn ticks(lo: f64, hi: f64, most: usize) -> Vec<f64> {
    if !(lo.is_finite() && hi.is_finite() && hi > lo) || most == 0 {
        return if lo.is_finite() { vec![lo] } else { Vec::new() };
    }
    let raw = (hi - lo) / most as f64;
    let power = powf(10.0, log10(raw).floor());
    if !power.is_finite() || power <= 0.0 {
        return vec![lo];
    }
    let slack = 1.0 - 1e-9;
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= raw * slack)
        .unwrap_or(10.0 * power);
    let (first, last) = ((lo / step - 1e-9).ceil(), (hi / step + 1e-9).floor());
    let count = (last - first).clamp(0.0, 1000.0) as usize;
    // Adding zero turns a negative zero into zero.
    (0..=count).map(|k| (first + k as f64) * step + 0.0).filter(|v| *v <= hi + step * 1e-9).collect()
}

/// Smallest and largest of the finite values; `None` when there is none.
#[must_use]
pub fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .filter(|v| v.is_finite())
        .fold(None, |e, v| Some(e.map_or((v, v), |(lo, hi): (f64, f64)| (lo.min(v), hi.max(v)))))
}

/// The plotting rectangle, px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom edge.
    pub bottom: f64,
}

impl Frame {
    /// Width, px, at least 1.
    #[must_use]
    pub fn width(&self) -> f64 {
        (self.right - self.left).max(1.0)
    }

    /// Height, px, at least 1.
    #[must_use]
    pub fn height(&self) -> f64 {
        (self.bottom - self.top).max(1.0)
    }
}

/// Room for the labels of an upward axis, px.
#[must_use]
pub fn label_room(labels: &[String]) -> f64 {
    text::widest(labels, text::TICK) + 10.0
}

/// Draws an upward axis: a light line across for each tick, a stronger one at zero, labels at the left.
pub fn draw_y<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    frame: Frame,
    scale: &Scale,
    values: &[f64],
    labels: &[String],
) {
    let theme = pen.theme();
    for (&v, label) in values.iter().zip(labels) {
        let y = scale.px(v);
        let color = if v == 0.0 { theme.ink3.mix(theme.background, 0.4) } else { theme.grid };
        pen.line((frame.left, y), (frame.right, y), color, 1.0);
        pen.text(frame.left - 8.0, y, label, Font::tick(theme.ink3), Anchor::End);
    }
}

/// Draws labels below an axis, leaving out those that would touch the one before; each stays inside the chart.
pub fn draw_x<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, y: f64, labels: &[(f64, String)]) {
    let (theme, width) = (pen.theme(), pen.width());
    let mut free = f64::NEG_INFINITY;
    for (x, label) in labels {
        let half = text::width(label, text::TICK) / 2.0;
        let x = x.min(width - half).max(half);
        if x - half >= free {
            pen.text(x, y, label, Font::tick(theme.ink3), Anchor::Middle);
            free = x + half + 8.0;
        }
    }
}

/// Which of many labels in a row to show: every k-th of those that are not empty, with the smallest round k (1, 2, 3, 4,
/// 6, 12, 24 ...: steps of a year, as rows are mostly months) at which none touch. `xs` are their centers, px.
#[must_use]
pub fn pick(labels: &[String], xs: &[f64]) -> Vec<usize> {
    let shown: Vec<usize> = (0..labels.len().min(xs.len())).filter(|&i| !labels[i].is_empty()).collect();
    // Labels that merely do not touch read well on a phone; on a wide axis they would be a wall of text.
    let span = extent(xs.iter().copied()).map_or(0.0, |e| e.1 - e.0);
    let room = text::widest(labels, text::TICK) + if span > super::NARROW { 32.0 } else { 8.0 };
    let steps = [1, 2, 3, 4, 6, 12, 24, 36, 60, 120, 240, 600];
    for step in steps {
        let kept: Vec<usize> = shown.iter().copied().step_by(step).collect();
        if kept.windows(2).all(|p| (xs[p[1]] - xs[p[0]]).abs() >= room) {
            return kept;
        }
    }
    shown.into_iter().take(1).collect()
}

/// The labels that [`pick`] keeps, with their places.
#[must_use]
pub fn picked(labels: &[String], xs: &[f64]) -> Vec<(f64, String)> {
    pick(labels, xs).into_iter().map(|i| (xs[i], labels[i].clone())).collect()
}

/// The mark in front of a legend chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A filled square: an area or a bar.
    Square,
    /// A line.
    Line,
    /// A dashed line.
    Dashed,
    /// A dot.
    Dot,
    /// The shape of a value class, 0..=3.
    Class(usize),
}

/// One entry of the row above a narrow chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chip {
    /// Its mark.
    pub mark: Mark,
    /// The mark's color.
    pub color: super::Rgb,
    /// Its name.
    pub name: String,
    /// A value behind the name, or empty.
    pub value: String,
}

const CHIP_LINE: f64 = 20.0;

/// Where each chip stands (left, line) and how high all are, px, when they flow over `width` px.
fn flow(chips: &[Chip], width: f64) -> (Vec<(f64, f64)>, f64) {
    let (mut x, mut line) = (0.0, 0.0);
    let mut out = Vec::with_capacity(chips.len());
    for chip in chips {
        let w = chip_width(chip);
        if x > 0.0 && x + w > width {
            x = 0.0;
            line += 1.0;
        }
        out.push((x, line * CHIP_LINE));
        x += w + 14.0;
    }
    let height = if chips.is_empty() { 0.0 } else { (line + 1.0) * CHIP_LINE };
    (out, height)
}

fn chip_width(chip: &Chip) -> f64 {
    let space = if chip.value.is_empty() { 0.0 } else { 5.0 };
    18.0 + text::width(&chip.name, text::TICK) + space + text::width(&chip.value, text::TICK)
}

/// Height of the chips over `width` px, px.
#[must_use]
pub fn chips_height(chips: &[Chip], width: f64) -> f64 {
    flow(chips, width).1
}

/// Draws chips in lines of `width` px from (x, y), y being their top.
pub fn draw_chips<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, (x, y): (f64, f64), width: f64, chips: &[Chip]) {
    let theme = pen.theme();
    for (chip, (dx, dy)) in chips.iter().zip(flow(chips, width).0) {
        let (cx, cy) = (x + dx, y + dy + CHIP_LINE / 2.0);
        match chip.mark {
            Mark::Square => pen.rect(cx, cy - 5.0, 10.0, 10.0, chip.color, 1.0),
            Mark::Line => pen.line((cx, cy), (cx + 12.0, cy), chip.color, 2.5),
            Mark::Dashed => pen.dashed(&[(cx, cy), (cx + 13.0, cy)], chip.color, 2.0, (5.0, 3.0)),
            Mark::Dot => pen.circle(cx + 6.0, cy, 3.5, chip.color, 1.0),
            Mark::Class(class) => draw_shape(pen, (cx + 6.0, cy), 4.5, class),
        }
        let room = (width - dx - 18.0).max(0.0);
        let name = text::fit(&chip.name, text::TICK, room);
        pen.text(cx + 18.0, cy, &name, Font::tick(theme.ink), Anchor::Start);
        let after = cx + 18.0 + text::width(&name, text::TICK) + 5.0;
        pen.text(after, cy, &chip.value, Font::tick(theme.ink2), Anchor::Start);
    }
}

/// The mark of one customer of a value class (0..=3) at a place: ring, triangle, square, diamond, of about equal area for
/// equal `r`, so that the class can be told without its color.
pub fn draw_shape<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, (x, y): (f64, f64), r: f64, class: usize) {
    let theme = pen.theme();
    let color = theme.classes[class.min(3)];
    match class {
        0 => {
            pen.circle(x, y, r, color, 0.75);
            if r > 2.6 {
                pen.circle(x, y, r - 1.4, theme.background, 0.75);
            }
        }
        1 => {
            let (w, up, down) = (r * 1.35, r * 1.47, r * 0.93);
            pen.polygon(&[(x, y - up), (x + w, y + down), (x - w, y + down)], color, 0.8);
        }
        2 => {
            let s = r * 0.89;
            pen.rect(x - s, y - s, 2.0 * s, 2.0 * s, color, 0.8);
        }
        _ => {
            let s = r * 1.25;
            pen.polygon(&[(x, y - s), (x + s, y), (x, y + s), (x - s, y)], color, 0.85);
        }
    }
}

/// Vertical strips around increasing centers, px: each reaches half way to its neighbors and none leaves the frame.
#[must_use]
pub fn strips(xs: &[f64], frame: Frame) -> Vec<super::Hotspot> {
    let middle = |a: f64, b: f64| (a + b) / 2.0;
    (0..xs.len())
        .map(|i| {
            let left = if i == 0 { frame.left } else { middle(xs[i - 1], xs[i]) };
            let right = if i + 1 == xs.len() { frame.right } else { middle(xs[i], xs[i + 1]) };
            super::Hotspot { x: left, y: frame.top, w: (right - left).max(0.0), h: frame.height(), index: i }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heckbert_1990_ticks_are_round() {
        assert_eq!(ticks(0.0, 1250.0, 4), vec![0.0, 500.0, 1000.0]);
        assert_eq!(ticks(0.0, 1.0, 5), vec![0.0, 0.2, 0.4, 0.600_000_000_000_000_1, 0.8, 1.0]);
        assert_eq!(ticks(-3.0, 7.0, 5), vec![-2.0, 0.0, 2.0, 4.0, 6.0]);
        assert_eq!(ticks(0.0, 36.0, 7), vec![0.0, 10.0, 20.0, 30.0]);
    }

    #[test]
    fn ticks_of_no_interval_are_few_and_finite() {
        assert_eq!(ticks(5.0, 5.0, 4), vec![5.0]);
        assert!(ticks(f64::NAN, 1.0, 4).is_empty());
        assert!(ticks(0.0, 1e-300, 4).len() <= 6);
        assert!(ticks(0.0, 1e300, 4).iter().all(|v| v.is_finite()));
    }

    #[test]
    fn signed_root_goes_there_and_back() {
        let s = Scale::new(ScaleKind::SignedRoot, (-400.0, 10_000.0), (0.0, 120.0));
        assert!((s.px(0.0) - 20.0).abs() < 1e-9);
        for v in [-400.0, -25.0, 0.0, 7.0, 2500.0, 10_000.0] {
            assert!((s.value(s.px(v)) - v).abs() < 1e-6, "{v}");
        }
        let ticks = s.ticks(15.0);
        assert!(
            ticks.contains(&0.0) && ticks.windows(2).all(|p| s.px(p[1]) - s.px(p[0]) >= 15.0),
            "{ticks:?}"
        );
        assert!((s.value(1e6) - 10_000.0).abs() < 1e-9);
    }

    #[test]
    fn a_domain_of_one_value_has_a_length() {
        let s = Scale::linear((3.0, 3.0), (0.0, 10.0));
        assert!(s.px(3.0).is_finite() && s.domain().1 > 3.0);
        let s = Scale::linear((f64::NAN, f64::INFINITY), (0.0, 10.0));
        assert!((s.px(0.5) - 5.0).abs() < 1e-9);
    }

    #[test]
    fn picked_labels_do_not_touch() {
        let labels: Vec<String> = (0..36).map(|i| format!("{}年{}月", 2023 + i / 12, i % 12 + 1)).collect();
        let xs: Vec<f64> = (0..36).map(|i| 40.0 + f64::from(i) * 8.0).collect();
        let kept = pick(&labels, &xs);
        assert_eq!(kept, vec![0, 12, 24]);
        let room = text::widest(&labels, text::TICK);
        assert!(kept.windows(2).all(|p| xs[p[1]] - xs[p[0]] >= room));
        assert_eq!(pick(&labels, &vec![5.0; 36]), vec![0]);
    }

    #[test]
    fn strips_cover_the_frame() {
        let frame = Frame { left: 10.0, top: 0.0, right: 110.0, bottom: 50.0 };
        let s = strips(&[20.0, 60.0, 100.0], frame);
        assert!((s.iter().map(|h| h.w).sum::<f64>() - 100.0).abs() < 1e-9);
        assert_eq!((s[1].x, s[1].w, s[1].index), (40.0, 40.0, 1));
    }
}
