//! What did one customer bring, month by month, and in which stage? Bars colored by stage.
//!
//! Bars run from a zero baseline; refunds run below it. A run of months in one stage carries the stage's name above it
//! where there is room, and a thin strip in the stage's color always; when some stage has no run long enough for its name,
//! all names stand above the chart instead. `compact` draws bars and strip alone, for a table
//! row. Hotspots are one strip per month.
//! Degenerate: no months draw nothing; a value that is not finite or zero draws no bar; a month of unknown stage is gray.

use plotters::prelude::DrawingBackend;

use super::axis::{self, Chip, Frame, Mark, Scale};
use super::pen::{Anchor, Font, Pen};
use super::{Chart, Hotspot, NARROW, text};

/// One customer's months.
#[derive(Clone, Copy)]
pub struct Steps<'a> {
    /// One label per month; an empty one is never a tick.
    pub months: &'a [String],
    /// Value per month.
    pub values: &'a [f64],
    /// Stage per month, 0..=3, or `None` where it is not known.
    pub stages: &'a [Option<usize>],
    /// Names of the stages.
    pub stage_names: [&'a str; 4],
    /// Writes a value.
    pub value: &'a dyn Fn(f64) -> String,
    /// Without axes and names.
    pub compact: bool,
}

const STRIP: f64 = 4.0;

impl Steps<'_> {
    fn stage(&self, month: usize) -> Option<usize> {
        self.stages.get(month).copied().flatten().filter(|s| *s < 4)
    }

    /// Runs of equal stage as (first month, month after the last, stage).
    fn runs(&self) -> Vec<(usize, usize, Option<usize>)> {
        let mut out: Vec<(usize, usize, Option<usize>)> = Vec::new();
        for m in 0..self.values.len() {
            match out.last_mut() {
                Some(run) if run.2 == self.stage(m) => run.1 = m + 1,
                _ => out.push((m, m + 1, self.stage(m))),
            }
        }
        out
    }

    /// Names above the chart, when the runs cannot carry them.
    fn chips<DB: DrawingBackend>(&self, pen: &Pen<'_, DB>, slot: f64) -> Vec<Chip> {
        let runs = self.runs();
        let present = |s: usize| runs.iter().any(|r| r.2 == Some(s));
        let fits = |s: usize| {
            let longest = runs.iter().filter(|r| r.2 == Some(s)).map(|r| r.1 - r.0).max().unwrap_or(0);
            text::width(self.stage_names[s], text::TICK) <= slot * longest as f64
        };
        if self.compact || (0..4).all(|s| !present(s) || fits(s)) {
            return Vec::new();
        }
        let theme = pen.theme();
        let chip = |s: usize| Chip {
            mark: Mark::Square,
            color: theme.stages[s],
            name: self.stage_names[s].to_owned(),
            value: String::new(),
        };
        (0..4).filter(|&s| present(s)).map(chip).collect()
    }

    fn frame(&self, pen_width: f64, pen_height: f64, labels: &[String]) -> Frame {
        if self.compact {
            return Frame { left: 1.0, top: 2.0, right: pen_width - 1.0, bottom: pen_height - STRIP - 3.0 };
        }
        Frame { left: axis::label_room(labels), top: 30.0, right: pen_width - 6.0, bottom: pen_height - 26.0 }
    }
}

impl Chart for Steps<'_> {
    fn height(&self, width: f64) -> f64 {
        match (self.compact, width < NARROW) {
            (true, _) => 40.0,
            (false, true) => 200.0,
            (false, false) => 220.0,
        }
    }

    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot> {
        let n = self.values.len();
        if n == 0 {
            return Vec::new();
        }
        let (lo, hi) = axis::extent(self.values.iter().copied()).unwrap_or((0.0, 1.0));
        let domain = (lo.min(0.0), hi.max(0.0));
        let ticks = Scale::linear(domain, (pen.height() - 26.0, 30.0)).ticks(40.0);
        let labels: Vec<String> = ticks.iter().map(|&v| (self.value)(v)).collect();
        let mut frame = self.frame(pen.width(), pen.height(), &labels);
        let slot = frame.width() / n as f64;
        let chips = self.chips(pen, slot);
        if !chips.is_empty() {
            frame.top = axis::chips_height(&chips, pen.width()) + 14.0;
            axis::draw_chips(pen, (0.0, 0.0), pen.width(), &chips);
        }
        let y = Scale::linear(domain, (frame.bottom, frame.top));
        let xs: Vec<f64> = (0..n).map(|m| frame.left + slot * (m as f64 + 0.5)).collect();
        if !self.compact {
            axis::draw_y(pen, frame, &y, &ticks, &labels);
            axis::draw_x(pen, frame.bottom + 16.0, &axis::picked(self.months, &xs));
        }
        self.draw_bars(pen, &xs, slot, &y);
        self.draw_runs(pen, frame, slot, chips.is_empty());
        axis::strips(&xs, frame)
    }
}

impl Steps<'_> {
    fn draw_bars<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>, xs: &[f64], slot: f64, y: &Scale) {
        let theme = pen.theme();
        let w = (slot * 0.74).clamp(0.8, 30.0);
        let zero = y.px(0.0);
        for (m, (&x, &v)) in xs.iter().zip(self.values).enumerate() {
            if v.is_finite() {
                let end = y.px(v);
                let color = self.stage(m).map_or(theme.ink3, |s| theme.stages[s]);
                pen.rect(x - w / 2.0, end.min(zero), w, (end - zero).abs(), color, 1.0);
            }
        }
    }

    fn draw_runs<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>, frame: Frame, slot: f64, named: bool) {
        let theme = pen.theme();
        let top = if self.compact { frame.bottom + 3.0 } else { frame.top - 10.0 };
        for (from, to, stage) in self.runs() {
            let Some(stage) = stage else { continue };
            let (a, b) = (frame.left + slot * from as f64, frame.left + slot * to as f64);
            pen.rect(a + 0.5, top, (b - a - 1.0).max(0.5), STRIP, theme.stages[stage], 1.0);
            let name = self.stage_names[stage];
            if named && !self.compact && text::width(name, text::TICK) <= b - a {
                pen.text(a + 1.0, top - 10.0, name, Font::tick(theme.ink), Anchor::Start);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Size, Theme, preview::checked};

    fn steps(compact: bool, width: f64) -> crate::chart::Drawn {
        let months: Vec<String> = (1..=6).map(|m| format!("M{m}")).collect();
        let chart = Steps {
            months: &months,
            values: &[10.0, 0.0, 30.0, -5.0, f64::NAN, 20.0],
            stages: &[Some(0), Some(0), Some(1), Some(1), None, Some(9)],
            stage_names: ["Exploration", "Build-up", "Stability", "Decline"],
            value: &|v| format!("{v:.0}"),
            compact,
        };
        checked(&chart, Size { width, height: chart.height(width) }, &Theme::light())
    }

    #[test]
    fn months_with_a_value_have_a_bar_and_runs_a_strip() {
        let drawn = steps(false, 600.0);
        assert_eq!(drawn.svg.matches("<rect").count(), 4 + 2);
        assert!(drawn.svg.contains(">Exploration</text>") && drawn.svg.contains(">0</text>"));
        assert_eq!(drawn.hotspots.len(), 6);
    }

    #[test]
    fn names_move_above_when_a_run_is_too_short_for_its_own() {
        let drawn = steps(false, 220.0);
        assert_eq!(drawn.svg.matches("<rect").count(), 4 + 2 + 2);
        assert!(drawn.svg.contains(">Exploration</text>") && !drawn.svg.contains(">Decline</text>"));
    }

    #[test]
    fn compact_has_no_text() {
        let drawn = steps(true, 160.0);
        assert_eq!((drawn.svg.matches("<text").count(), drawn.svg.matches("<rect").count()), (0, 6));
    }
}
