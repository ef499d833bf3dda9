//! The pen: the few strokes charts are made of, in CSS pixels, on any plotters backend.
//!
//! plotters measures text through the browser window on wasm and guesses natively, so its own axes and labels would
//! place the same chart differently in the two. The pen therefore only strokes and never measures: placement is the
//! chart's own business, with the estimate of [`super::text`].

use plotters::coord::Shift;
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle};
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle,
};

use super::{Rgb, Theme};

/// plotters' SVG backend writes font sizes divided by this; the pen multiplies first.
const PLOTTERS_FONT_FACTOR: f64 = 1.24;

/// Which part of a text its x coordinate names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The left end.
    Start,
    /// The middle.
    Middle,
    /// The right end.
    End,
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Font {
    /// Size, px.
    pub size: f64,
    /// Bold.
    pub bold: bool,
    /// Color.
    pub color: Rgb,
}

impl Font {
    /// 12 px: ticks and everything quiet.
    #[must_use]
    pub fn tick(color: Rgb) -> Self {
        Self { size: super::text::TICK, bold: false, color }
    }

    /// 13 px: labels.
    #[must_use]
    pub fn label(color: Rgb) -> Self {
        Self { size: super::text::LABEL, bold: false, color }
    }

    /// The same in bold.
    #[must_use]
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }
}

/// Draws in CSS pixels on a plotters drawing area.
pub struct Pen<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    units_per_px: f64,
    theme: &'a Theme,
    complete: bool,
}

impl<'a, DB: DrawingBackend> Pen<'a, DB> {
    /// A pen for an area that has `units_per_px` backend units per CSS pixel (a canvas: the device pixel ratio).
    #[must_use]
    pub fn new(area: &'a DrawingArea<DB, Shift>, units_per_px: f64, theme: &'a Theme) -> Self {
        let units_per_px = if units_per_px.is_finite() && units_per_px > 0.0 { units_per_px } else { 1.0 };
        Self { area, units_per_px, theme, complete: true }
    }

    /// The theme in use; lives as long as the theme, not the pen.
    #[must_use]
    pub fn theme(&self) -> &'a Theme {
        self.theme
    }

    /// Width of the area, px.
    #[must_use]
    pub fn width(&self) -> f64 {
        f64::from(self.area.dim_in_pixel().0) / self.units_per_px
    }

    /// Height of the area, px.
    #[must_use]
    pub fn height(&self) -> f64 {
        f64::from(self.area.dim_in_pixel().1) / self.units_per_px
    }

    /// Whether the backend took every stroke so far; one that it refuses is left out of the picture.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.complete
    }

    /// A filled rectangle; one of no width or height leaves no mark.
    pub fn rect(&mut self, x: f64, y: f64, w: f64, h: f64, color: Rgb, alpha: f64) {
        if !(w > 0.0 && h > 0.0) {
            return;
        }
        if let (Some(a), Some(b)) = (self.at(x, y), self.at(x + w, y + h)) {
            self.put(&Rectangle::new([a, b], fill(color, alpha)));
        }
    }

    /// A rectangle's outline, 1 px.
    pub fn frame(&mut self, x: f64, y: f64, w: f64, h: f64, color: Rgb) {
        let corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)];
        self.path(&corners, color, 1.0);
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), color: Rgb, width: f64) {
        self.path(&[from, to], color, width);
    }

    /// A line through points; fewer than two leave no mark, and so does a path with a point that is not finite.
    pub fn path(&mut self, points: &[(f64, f64)], color: Rgb, width: f64) {
        let Some(points) = self.all(points) else { return };
        if points.len() < 2 {
            return;
        }
        let stroke = (width * self.units_per_px).round().max(1.0) as u32;
        self.put(&PathElement::new(
            points,
            ShapeStyle { color: solid(color, 1.0), filled: false, stroke_width: stroke },
        ));
    }

    /// A dashed line through points, `on` px drawn and `off` px left out.
    pub fn dashed(&mut self, points: &[(f64, f64)], color: Rgb, width: f64, (on, off): (f64, f64)) {
        for dash in dashes(points, on, off) {
            self.path(&dash, color, width);
        }
    }

    /// A filled polygon; fewer than three corners leave no mark.
    pub fn polygon(&mut self, points: &[(f64, f64)], color: Rgb, alpha: f64) {
        let Some(points) = self.all(points) else { return };
        if points.len() > 2 {
            self.put(&Polygon::new(points, fill(color, alpha)));
        }
    }

    /// A filled circle.
    pub fn circle(&mut self, x: f64, y: f64, r: f64, color: Rgb, alpha: f64) {
        if let Some(center) = self.at(x, y) {
            let r = (r * self.units_per_px).round().max(1.0) as i32;
            self.put(&Circle::new(center, r, fill(color, alpha)));
        }
    }

    /// A text whose middle line is at `y`.
    pub fn text(&mut self, x: f64, y: f64, text: &str, font: Font, anchor: Anchor) {
        self.set_text(x, y, text, font, anchor, FontTransform::None);
    }

    /// A text that runs upward, centered on (x, y).
    pub fn text_up(&mut self, x: f64, y: f64, text: &str, font: Font) {
        self.set_text(x, y, text, font, Anchor::Middle, FontTransform::Rotate270);
    }

    fn set_text(&mut self, x: f64, y: f64, text: &str, font: Font, anchor: Anchor, turn: FontTransform) {
        let Some(at) = self.at(x, y) else { return };
        if text.is_empty() {
            return;
        }
        let weight = if font.bold { FontStyle::Bold } else { FontStyle::Normal };
        let size = font.size * self.units_per_px * PLOTTERS_FONT_FACTOR;
        let family = FontFamily::Name(&self.theme.font_family);
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let color = solid(font.color, 1.0);
        let style = TextStyle::from(FontDesc::new(family, size, weight).transform(turn))
            .color(&color)
            .pos(Pos::new(horizontal, VPos::Center));
        if self.area.draw_text(text, &style, at).is_err() {
            self.complete = false;
        }
    }

    fn put<E>(&mut self, element: &E)
    where
        for<'e> &'e E: PointCollection<'e, (i32, i32)>,
        E: Drawable<DB>,
    {
        if self.area.draw(element).is_err() {
            self.complete = false;
        }
    }

    fn all(&self, points: &[(f64, f64)]) -> Option<Vec<(i32, i32)>> {
        points.iter().map(|&(x, y)| self.at(x, y)).collect()
    }

    fn at(&self, x: f64, y: f64) -> Option<(i32, i32)> {
        // A hundred thousand pixels is beyond any screen; the bound keeps the integer grid safe.
        let unit = |v: f64| (v.is_finite() && v.abs() < 1e5).then(|| (v * self.units_per_px).round() as i32);
        Some((unit(x)?, unit(y)?))
    }
}

fn solid(color: Rgb, alpha: f64) -> plotters::style::RGBAColor {
    RGBColor(color.0, color.1, color.2).mix(alpha)
}

fn fill(color: Rgb, alpha: f64) -> ShapeStyle {
    ShapeStyle { color: solid(color, alpha), filled: true, stroke_width: 0 }
}

/// Cuts a path into dashes of `on` px with gaps of `off` px, measured along the path; at most 2000 of them.
fn dashes(points: &[(f64, f64)], on: f64, off: f64) -> Vec<Vec<(f64, f64)>> {
    let mut out: Vec<Vec<(f64, f64)>> = Vec::new();
    if !(on > 0.0 && off > 0.0) {
        return out;
    }
    let (mut drawing, mut left) = (true, on);
    let mut current: Vec<(f64, f64)> = points.first().map(|&p| vec![p]).unwrap_or_default();
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = (dx * dx + dy * dy).sqrt();
            if !length.is_finite() || out.len() >= 2000 {
                return out;
            }
            if length <= left {
                left -= length;
                if drawing {
                    current.push(to);
                }
                break;
            }
            let share = left / length;
            from = (from.0 + dx * share, from.1 + dy * share);
            if drawing {
                current.push(from);
                out.push(std::mem::take(&mut current));
            } else {
                current = vec![from];
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    if drawing && current.len() > 1 {
        out.push(current);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_are_measured_along_the_path() {
        let out = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], 6.0, 6.0);
        assert_eq!(out, vec![vec![(0.0, 0.0), (6.0, 0.0)], vec![(10.0, 2.0), (10.0, 8.0)]]);
        let bent = dashes(&[(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)], 6.0, 2.0);
        assert_eq!(bent, vec![vec![(0.0, 0.0), (4.0, 0.0), (4.0, 2.0)]]);
    }

    #[test]
    fn what_is_not_finite_is_not_drawn() {
        let theme = Theme::light();
        let size = super::super::Size { width: 200.0, height: 100.0 };
        let out = super::super::svg(size, &theme, |pen| {
            pen.path(&[(0.0, 0.0), (f64::NAN, 4.0)], theme.ink, 1.0);
            pen.rect(0.0, 0.0, f64::INFINITY, 4.0, theme.ink, 1.0);
            pen.text(f64::NAN, 0.0, "x", Font::tick(theme.ink), Anchor::End);
            pen.circle(1e9, 0.0, 3.0, theme.ink, 1.0);
            assert!(pen.complete());
        });
        assert_eq!(out.matches('<').count(), 2, "{out}");
    }
}
