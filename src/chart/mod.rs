//! Charts: one file each, generic over the plotters backend, no DOM, no statistics, no locale.
//!
//! A chart is a plain struct of numbers and finished words that implements [`Chart`]; [`render`] turns it into an SVG
//! string plus the rectangles ([`Hotspot`]) over which a page lays its read-out. Words arrive already translated, and
//! numbers are written by closures of the caller, so that nothing in here knows a language or a currency.
//!
//! Conventions shared by all charts:
//! - Coordinates are CSS pixels, origin at the top left. A chart is redrawn for its width (fewer ticks, labels above
//!   instead of beside), never scaled down; every chart stays legible from 320 px.
//! - Text is measured by [`text::width`], an estimate that is the same everywhere, so that the same report gives the
//!   same picture natively and in every browser.
//! - The SVG carries presentation attributes only (no style attribute, no style element, no script), because it is put
//!   into pages with a strict Content-Security-Policy. All text is escaped.
//! - Degenerate input (nothing to show, one point, all values equal, values that are not finite) gives an empty or
//!   partial picture, never a panic and never a NaN in the output.
//! - Color never stands alone: areas, lines and points are also told apart by a label, a shape or their place.

use plotters::prelude::{DrawingBackend, IntoDrawingArea, SVGBackend};

pub mod axis;
pub mod bars;
pub mod heatmap;
pub mod life_curve;
mod pen;
pub mod small_curves;
pub mod stage_mix;
pub mod steps;
pub mod survival;
mod svg;
pub mod text;
pub mod timeline_bars;
pub mod tornado;
pub mod value_matrix;

#[cfg(test)]
mod preview;

pub use bars::{Bar, Bars};
pub use heatmap::Heatmap;
pub use life_curve::{LifeBand, LifeCurve};
pub use pen::{Anchor, Font, Pen};
pub use small_curves::{CurvePanel, SmallCurves};
pub use stage_mix::StageMix;
pub use steps::Steps;
pub use survival::{Survival, SurvivalSeries, SurvivalStep};
pub use timeline_bars::{TimelineBars, TimelineKind, TimelineSeries};
pub use tornado::{Tornado, TornadoBar};
pub use value_matrix::{MatrixPoint, ValueMatrix};

/// Below this width (px) labels move above the plot and the rows of bar charts take two lines.
pub const NARROW: f64 = 520.0;

/// Units of the backend per CSS pixel in [`svg()`]: plotters draws on whole units, and tenths keep curves smooth.
const UNITS_PER_PX: u32 = 10;

/// An opaque sRGB color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// Reads what a browser returns for a color token: `#rgb`, `#rrggbb` or `rgb(r, g, b)`; otherwise `None`.
    #[must_use]
    pub fn parse(css: &str) -> Option<Self> {
        let css = css.trim();
        if let Some(hex) = css.strip_prefix('#') {
            if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            let value = u32::from_str_radix(hex, 16).ok()?;
            return match hex.len() {
                3 => {
                    let nibble = |shift: u32| ((value >> shift) & 15) as u8 * 17;
                    Some(Self(nibble(8), nibble(4), nibble(0)))
                }
                6 => Some(Self((value >> 16) as u8, (value >> 8) as u8, value as u8)),
                _ => None,
            };
        }
        let inner = css.strip_prefix("rgb(")?.strip_suffix(')')?;
        let mut parts = inner.split([',', ' ']).filter(|p| !p.is_empty()).map(|p| p.parse::<u8>().ok());
        let color = Self(parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(color)
    }

    /// The color a share `t` (0..1) of the way from `self` to `other`.
    #[must_use]
    pub fn mix(self, other: Self, t: f64) -> Self {
        let t = if t.is_finite() { t.clamp(0.0, 1.0) } else { 0.0 };
        let channel = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    /// Relative luminance, 0..1 (WCAG 2.2).
    #[must_use]
    pub fn luminance(self) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { crate::math::powf((c + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio with another color, 1..21 (WCAG 2.2).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

/// The colors and the font of a chart; a page fills it from its own tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// What lies behind the chart.
    pub background: Rgb,
    /// Main text.
    pub ink: Rgb,
    /// Secondary text.
    pub ink2: Rgb,
    /// Tick labels and quiet marks.
    pub ink3: Rgb,
    /// Axes and frames.
    pub line: Rgb,
    /// Grid lines.
    pub grid: Rgb,
    /// The one accent.
    pub accent: Rgb,
    /// Loss, and nothing else.
    pub loss: Rgb,
    /// Alert, and nothing else.
    pub alert: Rgb,
    /// Exploration, build-up, stability, decline.
    pub stages: [Rgb; 4],
    /// Value classes I to IV.
    pub classes: [Rgb; 4],
    /// The side of a sensitivity bar below its base.
    pub loss_lo: Rgb,
    /// The side of a sensitivity bar above its base.
    pub loss_hi: Rgb,
    /// CSS font family list.
    pub font_family: String,
}

/// System fonts with Chinese ones behind them: no font is ever fetched.
const FONTS: &str = "system-ui, \"Segoe UI\", Roboto, \"PingFang SC\", \"Hiragino Sans GB\", \"Microsoft YaHei\", \
                     \"Noto Sans CJK SC\", \"Noto Sans SC\", sans-serif";

const fn hex(value: u32) -> Rgb {
    Rgb((value >> 16) as u8, (value >> 8) as u8, value as u8)
}

impl Theme {
    /// The built-in light theme.
    #[must_use]
    pub fn light() -> Self {
        Self {
            background: hex(0xfbfbf9),
            ink: hex(0x1c2126),
            ink2: hex(0x59636e),
            ink3: hex(0x66707b),
            line: hex(0xe4e6e3),
            grid: hex(0xeceeeb),
            accent: hex(0x0b6e6e),
            loss: hex(0xb3261e),
            alert: hex(0x9a6700),
            stages: [hex(0xd9c79a), hex(0x3fa39a), hex(0x1f4e79), hex(0xc2571a)],
            classes: [hex(0x9aa3ab), hex(0x5fb0a6), hex(0x2f7d9e), hex(0x0b4f6c)],
            loss_lo: hex(0x8db9b4),
            loss_hi: hex(0xc98a6b),
            font_family: FONTS.to_owned(),
        }
    }

    /// The built-in dark theme.
    #[must_use]
    pub fn dark() -> Self {
        Self {
            background: hex(0x14181b),
            ink: hex(0xe8eaea),
            ink2: hex(0xa7b0b7),
            ink3: hex(0x929ca4),
            line: hex(0x2c3338),
            grid: hex(0x262d32),
            accent: hex(0x5fc2b8),
            loss: hex(0xff8a80),
            alert: hex(0xe0b04a),
            stages: [hex(0xb8a472), hex(0x46b0a5), hex(0x5b93c9), hex(0xe0783a)],
            classes: [hex(0x6f7a82), hex(0x5fb0a6), hex(0x5aa9cf), hex(0x9bd3ee)],
            loss_lo: hex(0x4f8a83),
            loss_hi: hex(0xb06c4a),
            font_family: FONTS.to_owned(),
        }
    }

    /// A text color that reaches 4.5:1 on `fill`: the ink or the background, and plain black or white where neither does
    /// (one of the two always reaches 4.58).
    #[must_use]
    pub fn text_on(&self, fill: Rgb) -> Rgb {
        let better = |a: Rgb, b: Rgb| if fill.contrast(a) >= fill.contrast(b) { a } else { b };
        let own = better(self.ink, self.background);
        if fill.contrast(own) >= 4.5 { own } else { better(Rgb(0, 0, 0), Rgb(255, 255, 255)) }
    }
}

/// Size of a chart in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Width, px; at least 160 is drawn.
    pub width: f64,
    /// Height, px; at least 40 is drawn.
    pub height: f64,
}

impl Size {
    /// A whole number of pixels between what can hold a chart and what a screen can show.
    fn checked(self) -> (u32, u32) {
        let whole = |v: f64, least: f64| if v.is_finite() { v.round().clamp(least, 20_000.0) } else { least };
        (whole(self.width, 160.0) as u32, whole(self.height, 40.0) as u32)
    }
}

/// A rectangle of the chart that stands for one datum: hover, focus and drag live on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hotspot {
    /// Left edge, px.
    pub x: f64,
    /// Top edge, px.
    pub y: f64,
    /// Width, px.
    pub w: f64,
    /// Height, px.
    pub h: f64,
    /// Which datum, as the chart's input counts them.
    pub index: usize,
}

/// A finished chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// One `<svg>` element with `role="img"`.
    pub svg: String,
    /// What lies where, in the order of the input.
    pub hotspots: Vec<Hotspot>,
}

impl Drawn {
    /// The SVG with an accessible name, for a page that puts the string in as it is.
    #[must_use]
    pub fn labelled(&self, name: &str) -> String {
        self.svg.replacen("role=\"img\"", &format!("role=\"img\" aria-label=\"{}\"", svg::escape(name)), 1)
    }
}

/// Something that can be drawn on any plotters backend.
pub trait Chart {
    /// The height, px, at which this chart reads well at a width, px.
    fn height(&self, width: f64) -> f64;

    /// Draws into the pen's whole area and says what lies where.
    fn draw<DB: DrawingBackend>(&self, pen: &mut Pen<'_, DB>) -> Vec<Hotspot>;
}

/// Draws a chart as SVG.
#[must_use]
pub fn render(chart: &impl Chart, size: Size, theme: &Theme) -> Drawn {
    let mut hotspots = Vec::new();
    let svg = svg(size, theme, |pen| hotspots = chart.draw(pen));
    for spot in &mut hotspots {
        for v in [&mut spot.x, &mut spot.y, &mut spot.w, &mut spot.h] {
            *v = if v.is_finite() { (*v * 10.0).round() / 10.0 } else { 0.0 };
        }
    }
    Drawn { svg, hotspots }
}

/// Draws a chart as SVG at its own comfortable height.
#[must_use]
pub fn render_at(chart: &impl Chart, width: f64, theme: &Theme) -> Drawn {
    let height = chart.height(width);
    render(chart, Size { width, height }, theme)
}

/// An SVG string of a size, holding what `draw` draws.
#[must_use]
pub fn svg(size: Size, theme: &Theme, draw: impl FnOnce(&mut Pen<'_, SVGBackend<'_>>)) -> String {
    let (width, height) = size.checked();
    let mut raw = String::new();
    {
        let backend = SVGBackend::with_string(&mut raw, (width * UNITS_PER_PX, height * UNITS_PER_PX));
        let area = backend.into_drawing_area();
        draw(&mut Pen::new(&area, f64::from(UNITS_PER_PX), theme));
        // Writing to a string cannot fail; dropping the area closes the root element.
        let _ = area.present();
    }
    svg::tidy(&raw, UNITS_PER_PX, &theme.font_family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read_as_browsers_write_them() {
        assert_eq!(Rgb::parse(" #1f4e79 "), Some(Rgb(0x1f, 0x4e, 0x79)));
        assert_eq!(Rgb::parse("#fff"), Some(Rgb(255, 255, 255)));
        assert_eq!(Rgb::parse("rgb(31, 78, 121)"), Some(Rgb(31, 78, 121)));
        assert_eq!(Rgb::parse("rgb(31, 78, 256)"), None);
        assert_eq!(Rgb::parse("#12345"), None);
        assert_eq!(Rgb::parse("#+12"), None);
        assert_eq!(Rgb::parse("teal"), None);
    }

    #[test]
    fn wcag_contrast_of_black_on_white_is_21() {
        assert!((Rgb(0, 0, 0).contrast(Rgb(255, 255, 255)) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn text_of_both_themes_reaches_wcag_aa() {
        for theme in [Theme::light(), Theme::dark()] {
            for ink in [theme.ink, theme.ink2, theme.ink3, theme.loss, theme.alert] {
                assert!(ink.contrast(theme.background) >= 4.5, "{ink:?}");
            }
        }
    }

    #[test]
    fn text_on_any_fill_reaches_wcag_aa() {
        for theme in [Theme::light(), Theme::dark()] {
            for step in 0..=100 {
                let fill = theme.background.mix(theme.accent, f64::from(step) / 100.0);
                assert!(fill.contrast(theme.text_on(fill)) >= 4.5, "{fill:?}");
            }
        }
    }

    #[test]
    fn svg_is_escaped_and_needs_no_style() {
        let theme = Theme::light();
        let size = Size { width: 200.0, height: 50.0 };
        let out = svg(size, &theme, |pen| {
            let font = Font::label(pen.theme().ink);
            pen.text(10.0, 20.0, "A<b> & \"C\" 'd'", font, Anchor::Start);
        });
        assert!(out.contains("A&lt;b&gt; &amp; &quot;C&quot; &apos;d&apos;"), "{out}");
        assert!(out.starts_with("<svg role=\"img\" width=\"200\" height=\"50\" viewBox=\"0 0 200 50\""));
        assert!(!out.contains("style") && !out.contains("<b>"));
        assert!(out.trim_end().ends_with("</svg>"));
    }

    #[test]
    fn the_accessible_name_is_escaped() {
        let drawn = Drawn { svg: "<svg role=\"img\"></svg>".into(), hotspots: vec![] };
        assert_eq!(
            drawn.labelled("a \"b\" <c>"),
            "<svg role=\"img\" aria-label=\"a &quot;b&quot; &lt;c&gt;\"></svg>"
        );
    }

    #[test]
    fn a_size_that_is_no_size_still_draws() {
        let size = Size { width: f64::NAN, height: -3.0 };
        assert!(svg(size, &Theme::dark(), |_| ()).contains("viewBox=\"0 0 160 40\""));
    }
}
