//! Tidies the SVG that plotters writes: back to CSS pixels, one font for the whole picture, no redundant attributes.
//!
//! The pen draws on a grid of tenths of a pixel because plotters' coordinates are whole numbers. This pass divides every
//! coordinate by the grid again, so that the markup is in pixels (an exported chart can be edited, and a page's own
//! rules for text sizes keep their meaning). It relies on two properties of the backend, which tests hold: text and
//! attribute values are escaped, so `<`, `>` and `"` are always markup; and coordinates are whole numbers.

use std::fmt::Write as _;

/// Attributes that are one whole number of grid units.
const LENGTHS: [&str; 14] =
    ["x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "width", "height", "stroke-width", "font-size", "rx"];

/// Escapes text for an attribute or an element.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            other => out.push(other),
        }
    }
    out
}

/// Rewrites raw plotters SVG, drawn with `units` per px, into pixels.
pub(super) fn tidy(raw: &str, units: u32, font_family: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    let mut is_root = true;
    while let Some(open) = rest.find('<') {
        push_text(&mut out, &rest[..open]);
        let Some(len) = rest[open..].find('>') else { break };
        let tag = &rest[open + 1..open + len];
        rest = &rest[open + len + 1..];
        if tag.starts_with('/') {
            let _ = writeln!(out, "<{tag}>");
        } else {
            let root = is_root.then_some(font_family);
            write_tag(&mut out, tag, f64::from(units), root);
            is_root = false;
        }
    }
    out
}

/// Text between tags, without the line breaks that plotters adds and with control characters (which XML refuses) gone.
fn push_text(out: &mut String, text: &str) {
    out.extend(text.trim_matches('\n').chars().filter(|c| !c.is_control()));
}

fn write_tag(out: &mut String, tag: &str, units: f64, root_font: Option<&str>) {
    let closed = tag.ends_with('/');
    let tag = tag.trim_end_matches('/');
    let (name, mut attrs) = tag.split_once(' ').unwrap_or((tag, ""));
    out.push('<');
    out.push_str(name);
    if root_font.is_some() {
        out.push_str(" role=\"img\"");
    }
    while let Some((key, after)) = attrs.split_once("=\"") {
        let Some((value, next)) = after.split_once('"') else { break };
        write_attr(out, name, key.trim(), value, units);
        attrs = next;
    }
    if let Some(font) = root_font {
        let _ = write!(out, " font-family=\"{}\" font-variant=\"tabular-nums\"", escape(font));
    }
    if name == "polyline" {
        out.push_str(" stroke-linejoin=\"round\" stroke-linecap=\"round\"");
    }
    // The text of an element must follow its tag directly; everything else gets a line of its own.
    match (closed, name) {
        (true, _) => out.push_str("/>\n"),
        (false, "text") => out.push('>'),
        (false, _) => out.push_str(">\n"),
    }
}

fn write_attr(out: &mut String, name: &str, key: &str, value: &str, units: f64) {
    let scaled = match key {
        // The root's font holds for all text, and full opacity is the default.
        "font-family" => return,
        "opacity" if value == "1" => return,
        "stroke" if value == "none" => return,
        "stroke-width" if name == "circle" => pixels(value, units),
        "text-anchor" if value == "start" => return,
        "xmlns" => value.to_owned(),
        "dy" => "0.35em".to_owned(),
        "opacity" => value.parse::<f64>().map_or_else(|_| value.to_owned(), |v| trimmed(v, 2)),
        "viewBox" => value.split(' ').map(|v| pixels(v, units)).collect::<Vec<_>>().join(" "),
        "points" => points(value, units),
        "transform" => rotation(value, units),
        _ if LENGTHS.contains(&key) => pixels(value, units),
        _ => value.to_owned(),
    };
    let _ = write!(out, " {key}=\"{scaled}\"");
}

fn pixels(value: &str, units: f64) -> String {
    value
        .parse::<f64>()
        .ok()
        .filter(|v| v.is_finite())
        .map_or_else(|| "0".to_owned(), |v| trimmed(v / units, 1))
}

fn points(value: &str, units: f64) -> String {
    let mut out = String::with_capacity(value.len());
    for pair in value.split_ascii_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        let (x, y) = pair.split_once(',').unwrap_or((pair, "0"));
        let _ = write!(out, "{},{}", pixels(x, units), pixels(y, units));
    }
    out
}

/// `rotate(270, x, y)` with its center in pixels.
fn rotation(value: &str, units: f64) -> String {
    let inner = value.trim_start_matches("rotate(").trim_end_matches(')');
    let parts: Vec<&str> = inner.split(", ").collect();
    match parts.as_slice() {
        [angle, x, y] => format!("rotate({angle} {} {})", pixels(x, units), pixels(y, units)),
        _ => value.to_owned(),
    }
}

/// A number with at most `digits` decimals and no trailing zeros.
fn trimmed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text.as_str() };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_come_back_to_pixels() {
        let raw = "<svg width=\"3600\" height=\"100\" viewBox=\"0 0 3600 100\" xmlns=\"http://www.w3.org/2000/svg\">\n\
                   <polyline fill=\"none\" opacity=\"1\" stroke=\"#000000\" stroke-width=\"15\" points=\"5,10 123,-4 \"/>\n</svg>\n";
        let out = tidy(raw, 10, "a \"b\"");
        assert_eq!(
            out,
            "<svg role=\"img\" width=\"360\" height=\"10\" viewBox=\"0 0 360 10\" xmlns=\"http://www.w3.org/2000/svg\" \
             font-family=\"a &quot;b&quot;\" font-variant=\"tabular-nums\">\n\
             <polyline fill=\"none\" stroke=\"#000000\" stroke-width=\"1.5\" points=\"0.5,1 12.3,-0.4\" \
             stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n</svg>\n"
        );
    }

    #[test]
    fn text_keeps_its_words_and_loses_line_breaks() {
        let raw = "<text x=\"10\" y=\"20\" dy=\"0.5ex\" transform=\"rotate(270, 10, 20)\">\na &lt; b\u{1}\n</text>\n";
        assert_eq!(
            tidy(&format!("<svg>\n{raw}"), 10, "x").lines().nth(1),
            Some("<text x=\"1\" y=\"2\" dy=\"0.35em\" transform=\"rotate(270 1 2)\">a &lt; b</text>")
        );
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(trimmed(-0.04, 1), "0");
        assert_eq!(trimmed(100.0, 0), "100");
        assert_eq!(trimmed(12.50, 2), "12.5");
    }
}
