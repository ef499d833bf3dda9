//! How many customers are still there after t? Survival as a step line with its confidence band.
//!
//! Input: per series the steps (time, survival 0..1, lower and upper bound 0..1) in time order; before the first step
//! the curve is 1. Short upright ticks mark censored ends (customers still there when the data end). The median is a dot
//! where the curve meets one half, with a dotted line down to its time. Several series are named at their ends, or above
//! at narrow widths; each also has its own kind of line (full, dashed, dotted), so that they differ without color.
//! Degenerate: a series without steps is left out; without any series the axes are drawn from 0 to 1.

use plotters::prelude::DrawingBackend;

use super::axis::{self, Chip, Frame, Mark, Scale};
use super::life_curve::month_labels;
use super::pen::{Anchor, Font, Pen};
use super::{Chart, Hotspot, NARROW, Rgb, text};

/// The curve from one event time on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurvivalStep {
    /// Time of the event, in the unit of the axis.
    pub time: f64,
    /// Share still there just after it, 0..1.
    pub survival: f64,
    /// Lower bound of the interval, 0..1.
    pub lo: f64,
    /// Upper bound of the interval, 0..1.
    pub hi: f64,
}

/// One group of customers.
#[derive(Clone, Copy, Debug)]
pub struct SurvivalSeries<'a> {
    /// Its name; empty for a single group that needs none.
    pub name: &'a str,
    /// Its color.
    pub color: Rgb,
    /// Its steps, by time.
    pub steps: &'a [SurvivalStep],
    /// Times at which customers are censored; may be empty.
    pub censored: &'a [f64],
    /// Time at which half have left, where that is reached, with its label.
    pub median: Option<(f64, &'a str)>,
}

/// Survival curves.
#[derive(Clone, Copy)]
pub struct Survival<'a> {
    /// The groups; hotspots follow the steps of the first.
    pub series: &'a [SurvivalSeries<'a>],
    /// Unit of time, written at the end of the axis.
    pub x_name: &'a str,
    /// Writes a time.
    pub x: &'a dyn Fn(f64) -> String,
    /// Writes a share (0..1).
    pub share: &'a dyn Fn(f64) -> String,
}

/// At most this many censor ticks per series: beyond, they would be a solid bar.
const MOST_CENSOR_TICKS: usize = 150;

impl Chart for Survival<'_> {
    fn height(&self, width: f64) -> f64 {
        if width < NARROW { 270.0 } else { (width * 0.32).clamp(280.0, 340.0) }
    }

    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot> {
        let times =
            self.series.iter().flat_map(|s| s.steps.iter().map(|p| p.time).chain(s.censored.iter().copied()));
        let last = axis::extent(times).map_or(1.0, |e| e.1);
        let named: Vec<&SurvivalSeries<'_>> = self.series.iter().filter(|s| !s.name.is_empty()).collect();
        let narrow = pen.width() < NARROW;
        let beside = named.iter().map(|s| text::width(s.name, text::LABEL) + 14.0).fold(14.0, f64::max);
        let chips: Vec<Chip> = if narrow { self.chips() } else { Vec::new() };
        let ticks = [0.0, 0.25, 0.5, 0.75, 1.0];
        let labels = ticks.map(|v| (self.share)(v)).to_vec();
        let frame = Frame {
            left: axis::label_room(&labels),
            top: axis::chips_height(&chips, pen.width()) + 12.0,
            right: pen.width() - if narrow { 10.0 } else { beside },
            bottom: pen.height() - 26.0,
        };
        axis::draw_chips(pen, (0.0, 0.0), pen.width(), &chips);
        let x = Scale::linear((0.0, last), (frame.left, frame.right));
        let y = Scale::linear((0.0, 1.0), (frame.bottom, frame.top));
        axis::draw_y(pen, frame, &y, &ticks, &labels);
        for series in self.series {
            draw_band(pen, series, &x, &y);
        }
        for (i, series) in self.series.iter().enumerate() {
            draw_series(pen, series, i, &x, &y);
        }
        for series in self.series {
            draw_median(pen, series, self.series, frame, &x, &y);
        }
        if !narrow {
            name_ends(pen, &named, frame, &y);
        }
        axis::draw_x(pen, frame.bottom + 16.0, &month_labels(&x, self.x, self.x_name));
        let centers: Vec<f64> = self.series.first().map_or_else(Vec::new, |s| {
            s.steps.iter().map(|p| x.px(if p.time.is_finite() { p.time } else { 0.0 })).collect()
        });
        axis::strips(&centers, frame)
    }
}

impl Survival<'_> {
    fn chips(&self) -> Vec<Chip> {
        let shown = self.series.iter().enumerate().filter(|(_, s)| !s.name.is_empty());
        shown
            .map(|(i, s)| Chip {
                mark: if i == 0 { Mark::Line } else { Mark::Dashed },
                color: s.color,
                name: s.name.to_owned(),
                value: String::new(),
            })
            .collect()
    }
}

/// Survival just after a time, 1 before the first step.
fn level(steps: &[SurvivalStep], time: f64) -> f64 {
    let before = steps.partition_point(|s| s.time <= time);
    before.checked_sub(1).and_then(|i| steps.get(i)).map_or(1.0, |s| s.survival)
}

/// The corners of a step line that starts at (0, 1), takes `value` after each step and runs on to `end`.
fn staircase(steps: &[SurvivalStep], end: f64, value: impl Fn(&SurvivalStep) -> f64) -> Vec<(f64, f64)> {
    let mut out = vec![(0.0, 1.0)];
    let mut now = 1.0;
    for step in steps.iter().filter(|s| s.time.is_finite() && value(s).is_finite()) {
        out.push((step.time, now));
        now = value(step).clamp(0.0, 1.0);
        out.push((step.time, now));
    }
    if out.last().is_some_and(|p| p.0 < end) {
        out.push((end, now));
    }
    out
}

fn end_of(series: &SurvivalSeries<'_>) -> f64 {
    let times = series.steps.iter().map(|s| s.time).chain(series.censored.iter().copied());
    axis::extent(times).map_or(0.0, |e| e.1)
}

fn draw_band<DB: DrawingBackend>(pen: &mut Pen<'_, DB>, series: &SurvivalSeries<'_>, x: &Scale, y: &Scale) {
    if series.steps.is_empty() {
        return;
    }
    let end = end_of(series);
    let upper = staircase(series.steps, end, |s| s.hi);
    let lower = staircase(series.steps, end, |s| s.lo);
    let outline: Vec<(f64, f64)> =
        upper.into_iter().chain(lower.into_iter().rev()).map(|(t, s)| (x.px(t), y.px(s))).collect();
    pen.polygon(&outline, series.color, 0.16);
}

fn draw_series<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    series: &SurvivalSeries<'_>,
    rank: usize,
    x: &Scale,
    y: &Scale,
) {
    if series.steps.is_empty() {
        return;
    }
    let line: Vec<(f64, f64)> = staircase(series.steps, end_of(series), |s| s.survival)
        .into_iter()
        .map(|(t, s)| (x.px(t), y.px(s)))
        .collect();
    match rank % 4 {
        0 => pen.path(&line, series.color, 2.0),
        1 => pen.dashed(&line, series.color, 2.0, (7.0, 4.0)),
        2 => pen.dashed(&line, series.color, 2.0, (2.0, 4.0)),
        _ => pen.dashed(&line, series.color, 2.0, (12.0, 4.0)),
    }
    let step = series.censored.len().div_ceil(MOST_CENSOR_TICKS).max(1);
    for &time in series.censored.iter().step_by(step).filter(|t| t.is_finite()) {
        let at = y.px(level(series.steps, time).clamp(0.0, 1.0));
        pen.line((x.px(time), at - 4.0), (x.px(time), at + 1.0), series.color, 1.0);
    }
}

fn draw_median<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    series: &SurvivalSeries<'_>,
    all: &[SurvivalSeries<'_>],
    frame: Frame,
    x: &Scale,
    y: &Scale,
) {
    let Some((time, label)) = series.median.filter(|(t, _)| t.is_finite() && *t <= x.domain().1) else {
        return;
    };
    let theme = pen.theme();
    let (mx, my) = (x.px(time), y.px(0.5));
    pen.dashed(&[(mx, my), (mx, frame.bottom)], theme.ink3, 1.0, (2.0, 3.0));
    pen.circle(mx, my, 4.5, theme.background, 1.0);
    pen.circle(mx, my, 3.2, series.color, 1.0);
    // Curves fall, so above all of them at the label's left end is above all of them along the whole label.
    let left = (mx + 8.0).min(frame.right - text::width(label, text::TICK)).max(frame.left);
    let start = x.value(left);
    let highest = all.iter().map(|s| upper_bound(s.steps, start)).fold(0.5, f64::max);
    let above = (y.px(highest) - 11.0).min(my - 11.0).max(frame.top - 2.0);
    pen.text(left, above, label, Font::tick(theme.ink), Anchor::Start);
}

/// Upper bound just before a time, 1 before the first step.
fn upper_bound(steps: &[SurvivalStep], time: f64) -> f64 {
    let before = steps.partition_point(|s| s.time < time);
    before.checked_sub(1).and_then(|i| steps.get(i)).map_or(1.0, |s| s.hi.max(s.survival).clamp(0.0, 1.0))
}

fn name_ends<DB: DrawingBackend>(
    pen: &mut Pen<'_, DB>,
    named: &[&SurvivalSeries<'_>],
    frame: Frame,
    y: &Scale,
) {
    let ink = pen.theme().ink;
    let wanted: Vec<f64> =
        named.iter().map(|s| y.px(level(s.steps, f64::INFINITY).clamp(0.0, 1.0))).collect();
    let free = text::spread(&wanted, 17.0, frame.top + 6.0, frame.bottom - 6.0);
    for (series, at) in named.iter().zip(free) {
        pen.text(frame.right + 8.0, at, series.name, Font::label(ink), Anchor::Start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Size, Theme, preview::checked};

    const STEPS: [SurvivalStep; 2] = [
        SurvivalStep { time: 2.0, survival: 0.8, lo: 0.7, hi: 0.9 },
        SurvivalStep { time: 5.0, survival: 0.5, lo: 0.3, hi: 0.7 },
    ];

    #[test]
    fn the_curve_is_one_until_the_first_step_and_runs_to_the_last_time() {
        let corners = staircase(&STEPS, 8.0, |s| s.survival);
        assert_eq!(corners, [(0.0, 1.0), (2.0, 1.0), (2.0, 0.8), (5.0, 0.8), (5.0, 0.5), (8.0, 0.5)]);
        assert_eq!((level(&STEPS, 1.9), level(&STEPS, 2.0), level(&STEPS, 9.0)), (1.0, 0.8, 0.5));
    }

    #[test]
    fn band_line_censor_ticks_and_median_are_drawn() {
        let series = SurvivalSeries {
            name: "All",
            color: Theme::light().accent,
            steps: &STEPS,
            censored: &[3.0, 8.0],
            median: Some((5.0, "half gone by 5")),
        };
        let chart = Survival {
            series: &[series],
            x_name: "",
            x: &|v| format!("{v:.0}"),
            share: &|v| format!("{:.0}%", v * 100.0),
        };
        let drawn = checked(&chart, Size { width: 600.0, height: 280.0 }, &Theme::light());
        assert_eq!(drawn.svg.matches("<polygon").count(), 1);
        assert_eq!(drawn.svg.matches("stroke-width=\"2\"").count(), 1);
        assert!(drawn.svg.contains(">half gone by 5</text>"));
        assert_eq!(drawn.hotspots.len(), 2);
        let empty = Survival { series: &[], ..chart };
        assert!(checked(&empty, Size { width: 320.0, height: 200.0 }, &Theme::dark()).hotspots.is_empty());
    }
}
