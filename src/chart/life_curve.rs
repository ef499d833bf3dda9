//! How does a relationship run? Observed value per period as dots, the fitted four-stage trapezoid as a line, the stages
//! as bands behind them.
//!
//! x: months since the first purchase, from 0; y: value per month in money, with a zero baseline. A second line (profit)
//! may be given; it is dashed, so that the two differ without color. Stage names stand on top of the bands where all of
//! them fit, and above the chart otherwise.
//! Degenerate: without any point the axes are drawn from 0 to 1; points that are not finite are left out.

use plotters::prelude::DrawingBackend;

use super::axis::{self, Chip, Frame, Mark, Scale};
use super::pen::{Anchor, Font, Pen};
use super::{Chart, Hotspot, NARROW, text};

/// One stage's stretch of the relationship.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LifeBand {
    /// First month.
    pub from: f64,
    /// Month at which the next stage begins.
    pub to: f64,
    /// Stage, 0..=3; others are left out.
    pub stage: usize,
}

/// The lifecycle curve.
#[derive(Clone, Copy)]
pub struct LifeCurve<'a> {
    /// (month, value), one per period.
    pub observed: &'a [(f64, f64)],
    /// (month, value): the corners of the fitted line, by month.
    pub fitted: &'a [(f64, f64)],
    /// Name of the fitted line.
    pub fitted_name: &'a str,
    /// A second line by month with its name, e.g. profit.
    pub second: Option<(&'a [(f64, f64)], &'a str)>,
    /// Stages, by month.
    pub bands: &'a [LifeBand],
    /// Names of the stages.
    pub stage_names: [&'a str; 4],
    /// Unit of x, written at the end of the axis.
    pub x_name: &'a str,
    /// Writes a month number.
    pub x: &'a dyn Fn(f64) -> String,
    /// Writes a value.
    pub y: &'a dyn Fn(f64) -> String,
}

impl LifeCurve<'_> {
    fn domains(&self) -> ((f64, f64), (f64, f64)) {
        let second = self.second.map(|(points, _)| points).unwrap_or_default();
        let all = || self.observed.iter().chain(self.fitted).chain(second).copied();
        let ends = self.bands.iter().flat_map(|b| [b.from, b.to]);
        let (x0, x1) = axis::extent(all().map(|p| p.0).chain(ends)).unwrap_or((0.0, 1.0));
        let (y0, y1) = axis::extent(all().map(|p| p.1)).unwrap_or((0.0, 1.0));
        ((x0.min(0.0), x1), (y0.min(0.0), y1.max(0.0) * 1.08))
    }

    fn chips<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, stages: bool, lines: bool) -> Vec<Chip> {
        let theme = pen.theme();
        let chip =
            |mark, color, name: &str| Chip { mark, color, name: name.to_owned(), value: String::new() };
        let mut out = Vec::new();
        if stages {
            let shown = self.bands.iter().filter(|b| b.stage < 4);
            out.extend(shown.map(|b| chip(Mark::Square, theme.stages[b.stage], self.stage_names[b.stage])));
        }
        if lines {
            out.push(chip(Mark::Line, theme.stages[2], self.fitted_name));
            out.extend(self.second.map(|(_, name)| chip(Mark::Dashed, theme.stages[3], name)));
        }
        out
    }

    fn band_names_fit(&self, x: &Scale) -> bool {
        self.bands
            .iter()
            .filter(|b| b.stage < 4)
            .all(|b| text::width(self.stage_names[b.stage], text::TICK) + 6.0 <= x.px(b.to) - x.px(b.from))
    }
}

impl Chart for LifeCurve<'_> {
    fn height(&self, width: f64) -> f64 {
        if width < NARROW { 270.0 } else { (width * 0.32).clamp(280.0, 340.0) }
    }

    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot> {
        let ((x0, x1), (y0, y1)) = self.domains();
        let narrow = pen.width() < NARROW;
        let ticks = Scale::linear((y0, y1), (pen.height() - 34.0, 40.0)).ticks(44.0);
        let labels: Vec<String> = ticks.iter().map(|&v| (self.y)(v)).collect();
        let names: Vec<&str> =
            [Some(self.fitted_name), self.second.map(|s| s.1)].into_iter().flatten().collect();
        let mut frame = Frame {
            left: axis::label_room(&labels),
            top: 28.0,
            right: pen.width() - if narrow { 10.0 } else { text::widest(&names, text::LABEL) + 14.0 },
            bottom: pen.height() - 26.0,
        };
        let x = Scale::linear((x0, x1), (frame.left, frame.right));
        let on_bands = self.band_names_fit(&x);
        let chips = self.chips(pen, !on_bands, narrow && !self.fitted.is_empty());
        if !chips.is_empty() {
            frame.top = axis::chips_height(&chips, pen.width()) + if on_bands { 30.0 } else { 10.0 };
            axis::draw_chips(pen, (0.0, 0.0), pen.width(), &chips);
        }
        let y = Scale::linear((y0, y1), (frame.bottom, frame.top));
        self.draw_bands(pen, frame, &x, on_bands);
        axis::draw_y(pen, frame, &y, &ticks, &labels);
        self.draw_lines(pen, frame, &x, &y, !narrow);
        axis::draw_x(pen, frame.bottom + 16.0, &month_labels(&x, self.x, self.x_name));
        let mut centers: Vec<f64> = self.observed.iter().map(|p| x.px(p.0)).collect();
        centers.iter_mut().for_each(|c| *c = if c.is_finite() { *c } else { frame.left });
        axis::strips(&centers, frame)
    }
}

/// Labels along months: round in years (multiples of 1, 2, 3, 6, 12 ...), and the unit at the end when there is room.
pub(super) fn month_labels(x: &Scale, write: &dyn Fn(f64) -> String, unit: &str) -> Vec<(f64, String)> {
    let (lo, hi) = x.domain();
    let least = if (x.px(hi) - x.px(lo)).abs() > NARROW { 56.0 } else { 40.0 };
    let room = (text::width(&write(hi.round()), text::TICK) + 20.0).max(least);
    let end = x.px(hi) - text::width(unit, text::TICK) / 2.0;
    let per_month = (x.px(hi) - x.px(lo)).abs() / (hi - lo);
    let steps = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 36.0, 60.0, 120.0, 240.0, 600.0, 1200.0];
    let step = steps.into_iter().find(|s| s * per_month >= room).unwrap_or(2400.0);
    let first = (lo / step).ceil();
    let count = ((hi / step).floor() - first).clamp(0.0, 200.0) as usize;
    let reach =
        if unit.is_empty() { f64::INFINITY } else { end - text::width(unit, text::TICK) / 2.0 - 14.0 };
    let mut out: Vec<(f64, String)> = (0..=count)
        .map(|k| (first + k as f64) * step + 0.0)
        .filter(|v| *v <= hi && x.px(*v) <= reach)
        .map(|v| (x.px(v), write(v)))
        .collect();
    if !unit.is_empty() {
        out.push((end, unit.to_owned()));
    }
    out
}

impl LifeCurve<'_> {
    fn draw_bands<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>, frame: Frame, x: &Scale, named: bool) {
        let theme = pen.theme();
        let top = if named { frame.top - 24.0 } else { frame.top };
        for band in self.bands.iter().filter(|b| b.stage < 4) {
            let (a, b) = (x.px(band.from), x.px(band.to));
            pen.rect(a, top, b - a, frame.bottom - top, theme.stages[band.stage], 0.15);
            if named {
                let font = Font::tick(theme.ink);
                pen.text(f64::midpoint(a, b), top + 12.0, self.stage_names[band.stage], font, Anchor::Middle);
            }
        }
    }

    fn draw_lines<DB: DrawingBackend>(
        &self,
        pen: &mut Pen<'_, DB>,
        frame: Frame,
        x: &Scale,
        y: &Scale,
        named: bool,
    ) {
        let theme = pen.theme();
        let at = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
            let finite = points.iter().filter(|p| p.0.is_finite() && p.1.is_finite());
            finite.map(|p| (x.px(p.0), y.px(p.1))).collect()
        };
        for (cx, cy) in at(self.observed) {
            pen.circle(cx, cy, 2.8, theme.ink3, 0.65);
        }
        let mut ends: Vec<(f64, &str)> = Vec::new();
        if let Some((points, name)) = self.second {
            let line = at(points);
            pen.dashed(&line, theme.stages[3], 1.5, (5.0, 4.0));
            ends.extend(line.last().map(|p| (p.1, name)));
        }
        let line = at(self.fitted);
        pen.path(&line, theme.stages[2], 2.5);
        ends.extend(line.last().map(|p| (p.1, self.fitted_name)));
        if named {
            let wanted: Vec<f64> = ends.iter().map(|e| e.0).collect();
            let free = text::spread(&wanted, 16.0, frame.top + 6.0, frame.bottom - 6.0);
            for ((_, name), at) in ends.iter().zip(free) {
                pen.text(frame.right + 8.0, at, name, Font::label(theme.ink), Anchor::Start);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Size, Theme, preview::checked};

    fn curve(observed: &[(f64, f64)], width: f64) -> crate::chart::Drawn {
        let chart = LifeCurve {
            observed,
            fitted: &[(0.0, 100.0), (6.0, 100.0), (14.0, 1000.0), (28.0, 1000.0), (35.0, 200.0)],
            fitted_name: "Value",
            second: None,
            bands: &[
                LifeBand { from: 0.0, to: 6.0, stage: 0 },
                LifeBand { from: 6.0, to: 14.0, stage: 1 },
                LifeBand { from: 14.0, to: 28.0, stage: 2 },
                LifeBand { from: 28.0, to: 35.0, stage: 3 },
            ],
            stage_names: ["Exploration", "Build-up", "Stability", "Decline"],
            x_name: "month",
            x: &|v| format!("{v:.0}"),
            y: &|v| format!("{v:.0}"),
        };
        checked(&chart, Size { width, height: 280.0 }, &Theme::light())
    }

    #[test]
    fn dots_bands_line_and_zero_baseline_are_there() {
        let drawn = curve(&[(0.0, 120.0), (10.0, 700.0), (20.0, f64::NAN)], 720.0);
        assert_eq!(drawn.svg.matches("<circle").count(), 2);
        assert_eq!(drawn.svg.matches("<rect").count(), 4);
        assert!(drawn.svg.contains(">0</text>") && drawn.svg.contains(">Value</text>"));
        assert_eq!(drawn.hotspots.len(), 3);
    }

    #[test]
    fn names_move_above_when_a_band_is_too_narrow_for_its_name() {
        // Four bands and, since there is no room at the right, four squares above.
        assert_eq!(curve(&[], 340.0).svg.matches("<rect").count(), 8);
    }

    #[test]
    fn months_are_labelled_in_steps_of_a_year() {
        let x = Scale::linear((0.0, 35.0), (40.0, 640.0));
        let labels: Vec<String> =
            month_labels(&x, &|v| format!("{v:.0}"), "month").into_iter().map(|l| l.1).collect();
        assert_eq!(labels, ["0", "6", "12", "18", "24", "30", "month"]);
    }
}
