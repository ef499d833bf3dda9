//! How does an amount move from month to month? Stacked bars or lines, with a gap where nothing is known.
//!
//! Bars stack in the order given, the first at the bottom, from a zero baseline; a month is a gap when every series is
//! `None` there. Lines break at `None` and may carry a band (interval). Values are shares or counts: only the closure
//! knows. Series are named at the line ends when wide, above otherwise; bars are always named above when there are several.
//! Degenerate: no month or no value draws an axis from 0 to 1; bars of negative value are drawn as zero.

use plotters::prelude::DrawingBackend;

use super::axis::{self, Chip, Frame, Mark, Scale};
use super::pen::{Anchor, Font, Pen};
use super::{Chart, Hotspot, NARROW, Rgb, text};

/// How the months are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineKind {
    /// Stacked bars.
    Bars,
    /// Lines.
    Lines,
}

/// One series of months.
#[derive(Clone, Copy, Debug)]
pub struct TimelineSeries<'a> {
    /// Its name; empty for a single series that needs none.
    pub name: &'a str,
    /// Its color.
    pub color: Rgb,
    /// One value per month; `None` where it is not known.
    pub values: &'a [Option<f64>],
    /// Lower and upper bound per month, for lines; may be empty.
    pub band: &'a [Option<(f64, f64)>],
}

/// Months of one or more series.
#[derive(Clone, Copy)]
pub struct TimelineBars<'a> {
    /// One label per month; an empty one is never a tick.
    pub months: &'a [String],
    /// The series.
    pub series: &'a [TimelineSeries<'a>],
    /// Bars or lines.
    pub kind: TimelineKind,
    /// A level to compare with and its label, e.g. the yearly mean.
    pub reference: Option<(f64, &'a str)>,
    /// Writes a value.
    pub value: &'a dyn Fn(f64) -> String,
}

fn at(values: &[Option<f64>], month: usize) -> Option<f64> {
    values.get(month).copied().flatten().filter(|v| v.is_finite())
}

impl TimelineBars<'_> {
    /// Height of the stack in a month; `None` when nothing is known.
    fn total(&self, month: usize) -> Option<f64> {
        let known: Vec<f64> = self.series.iter().filter_map(|s| at(s.values, month)).collect();
        (!known.is_empty()).then(|| known.iter().map(|v| v.max(0.0)).sum())
    }

    fn domain(&self) -> (f64, f64) {
        let n = self.months.len();
        let reference = self.reference.map(|r| r.0);
        let (lo, hi) = match self.kind {
            TimelineKind::Bars => axis::extent((0..n).filter_map(|m| self.total(m)).chain(reference)),
            TimelineKind::Lines => {
                let values = self.series.iter().flat_map(|s| (0..n).filter_map(|m| at(s.values, m)));
                let bands =
                    self.series.iter().flat_map(|s| s.band.iter().take(n).flatten().flat_map(|b| [b.0, b.1]));
                axis::extent(values.chain(bands).chain(reference))
            }
        }
        .unwrap_or((0.0, 1.0));
        (lo.min(0.0), hi.max(0.0) * 1.06)
    }

    fn chips(&self, width: f64, ink: Rgb) -> Vec<Chip> {
        let lines = self.kind == TimelineKind::Lines;
        // Wide lines are named at their ends.
        let shown = if lines && width >= NARROW { 0 } else { self.series.len() };
        let named = self.series.iter().take(shown).enumerate().filter(|(_, s)| !s.name.is_empty());
        let reference = self.reference.filter(|r| r.0.is_finite());
        let chip =
            |mark, color, name: &str| Chip { mark, color, name: name.to_owned(), value: String::new() };
        named
            .map(|(i, s)| {
                let mark = match (lines, i) {
                    (false, _) => Mark::Square,
                    (true, 0) => Mark::Line,
                    (true, _) => Mark::Dashed,
                };
                chip(mark, s.color, s.name)
            })
            .chain(reference.map(|(_, label)| chip(Mark::Dashed, ink, label)))
            .collect()
    }
}

impl Chart for TimelineBars<'_> {
    fn height(&self, width: f64) -> f64 {
        if width < NARROW { 240.0 } else { (width * 0.28).clamp(250.0, 300.0) }
    }

    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot> {
        let chips = self.chips(pen.width(), pen.theme().ink);
        let domain = self.domain();
        let top = axis::chips_height(&chips, pen.width()) + 10.0;
        let bottom = pen.height() - 26.0;
        let y = Scale::linear(domain, (bottom, top));
        let ticks = y.ticks(40.0);
        let labels: Vec<String> = ticks.iter().map(|&v| (self.value)(v)).collect();
        let beside = self.kind == TimelineKind::Lines && pen.width() >= NARROW;
        let names: Vec<&str> = self.series.iter().map(|s| s.name).collect();
        let room = if beside { text::widest(&names, text::LABEL) + 12.0 } else { 6.0 };
        let frame = Frame { left: axis::label_room(&labels), top, right: pen.width() - room, bottom };
        axis::draw_chips(pen, (0.0, 0.0), pen.width(), &chips);
        axis::draw_y(pen, frame, &y, &ticks, &labels);
        let n = self.months.len();
        let slot = frame.width() / n.max(1) as f64;
        let xs: Vec<f64> = (0..n).map(|m| frame.left + slot * (m as f64 + 0.5)).collect();
        match self.kind {
            TimelineKind::Bars => self.draw_bars(pen, &xs, slot, &y),
            TimelineKind::Lines => self.draw_lines(pen, &xs, &y, beside.then_some(frame)),
        }
        self.draw_reference(pen, frame, &y);
        axis::draw_x(pen, frame.bottom + 16.0, &axis::picked(self.months, &xs));
        axis::strips(&xs, frame)
    }
}

impl TimelineBars<'_> {
    fn draw_bars<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>, xs: &[f64], slot: f64, y: &Scale) {
        let theme = pen.theme();
        let w = (slot * 0.74).clamp(1.0, 36.0);
        for (m, &x) in xs.iter().enumerate() {
            let mut below = 0.0;
            for (i, series) in self.series.iter().enumerate() {
                let Some(v) = at(series.values, m) else { continue };
                let above = below + v.max(0.0);
                let (from, to) = (y.px(below), y.px(above));
                pen.rect(x - w / 2.0, to, w, from - to, series.color, 1.0);
                if i > 0 && from - to > 2.0 && below > 0.0 {
                    pen.line((x - w / 2.0, from), (x + w / 2.0, from), theme.background, 1.0);
                }
                below = above;
            }
        }
    }

    fn draw_lines<DB: DrawingBackend>(
        &self,
        pen: &mut Pen<'_, DB>,
        xs: &[f64],
        y: &Scale,
        names: Option<Frame>,
    ) {
        let theme = pen.theme();
        let mut ends: Vec<(f64, &str)> = Vec::new();
        let mut reach = f64::NEG_INFINITY;
        for series in self.series {
            for run in runs(xs, |m| {
                series.band.get(m).copied().flatten().filter(|b| b.0.is_finite() && b.1.is_finite())
            }) {
                let upper = run.iter().map(|(x, b)| (*x, y.px(b.1)));
                let lower = run.iter().rev().map(|(x, b)| (*x, y.px(b.0)));
                let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
                pen.polygon(&outline, series.color, 0.16);
            }
        }
        for (i, series) in self.series.iter().enumerate() {
            let mut last = None;
            for run in runs(xs, |m| at(series.values, m)) {
                let line: Vec<(f64, f64)> = run.iter().map(|(x, v)| (*x, y.px(*v))).collect();
                last = line.last().copied();
                match (line.as_slice(), i) {
                    ([(x, y)], _) => pen.circle(*x, *y, 2.5, series.color, 1.0),
                    (_, 0) => pen.path(&line, series.color, 2.0),
                    (_, 1) => pen.dashed(&line, series.color, 2.0, (7.0, 4.0)),
                    _ => pen.dashed(&line, series.color, 2.0, (2.0, 4.0)),
                }
            }
            reach = last.map_or(reach, |p| reach.max(p.0));
            ends.extend(last.map(|p| (p.1, series.name)));
        }
        if let Some(frame) = names {
            let wanted: Vec<f64> = ends.iter().map(|e| e.0).collect();
            for ((_, name), at) in
                ends.iter().zip(text::spread(&wanted, 17.0, frame.top + 6.0, frame.bottom - 6.0))
            {
                pen.text(reach + 8.0, at, name, Font::label(theme.ink), Anchor::Start);
            }
        }
    }

    /// The line only: its label stands among the chips, where no bar can cover it.
    fn draw_reference<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>, frame: Frame, y: &Scale) {
        if let Some((level, _)) = self.reference.filter(|r| r.0.is_finite()) {
            let at = y.px(level);
            let ink = pen.theme().ink;
            pen.dashed(&[(frame.left, at), (frame.right, at)], ink, 1.0, (3.0, 4.0));
        }
    }
}

/// Stretches of months for which `of` knows something.
fn runs<T>(xs: &[f64], of: impl Fn(usize) -> Option<T>) -> Vec<Vec<(f64, T)>> {
    let mut out: Vec<Vec<(f64, T)>> = Vec::new();
    let mut open = false;
    for (m, &x) in xs.iter().enumerate() {
        match of(m) {
            Some(v) if open => {
                if let Some(run) = out.last_mut() {
                    run.push((x, v));
                }
            }
            Some(v) => {
                out.push(vec![(x, v)]);
                open = true;
            }
            None => open = false,
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Size, Theme, preview::checked};

    fn timeline(kind: TimelineKind, width: f64) -> crate::chart::Drawn {
        let months: Vec<String> = (1..=6).map(|m| format!("2025-{m:02}")).collect();
        let theme = Theme::light();
        let once = [Some(4.0), Some(6.0), None, Some(5.0), Some(f64::NAN), Some(0.0)];
        let repeat = [Some(2.0), Some(1.0), None, Some(5.0), None, Some(3.0)];
        let band = [Some((1.0, 3.0)), Some((0.5, 2.0)), None, Some((4.0, 6.0)), None, None];
        let chart = TimelineBars {
            months: &months,
            series: &[
                TimelineSeries { name: "One-time", color: theme.ink3, values: &once, band: &[] },
                TimelineSeries { name: "Repeat", color: theme.loss, values: &repeat, band: &band },
            ],
            kind,
            reference: Some((4.0, "mean 4")),
            value: &|v| format!("{v:.0}"),
        };
        checked(&chart, Size { width, height: 240.0 }, &theme)
    }

    #[test]
    fn bars_stack_from_zero_and_gaps_stay_empty() {
        let drawn = timeline(TimelineKind::Bars, 700.0);
        // Seven pieces with a height and two chips.
        assert_eq!(drawn.svg.matches("<rect").count(), 7 + 2);
        assert!(drawn.svg.contains(">0</text>"));
        assert_eq!(drawn.hotspots.len(), 6);
    }

    #[test]
    fn lines_break_at_gaps_and_are_named_at_their_ends() {
        let drawn = timeline(TimelineKind::Lines, 700.0);
        // The band has one stretch of two months and one of a single month, which has no area.
        assert_eq!(drawn.svg.matches("<polygon").count(), 1);
        assert!(drawn.svg.contains(">Repeat</text>"));
        assert!(timeline(TimelineKind::Lines, 340.0).svg.contains(">Repeat</text>"));
    }

    #[test]
    fn runs_end_at_each_gap() {
        let known = [true, true, false, true];
        let runs = runs(&[0.0, 1.0, 2.0, 3.0], |m| known[m].then_some(m));
        assert_eq!(runs, vec![vec![(0.0, 0), (1.0, 1)], vec![(3.0, 3)]]);
    }
}
