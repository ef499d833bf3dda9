//! How is text from a file shown, so that the reader sees what is there?
//!
//! A cell may hold letters that cannot be seen, or that turn the order of all others around. They are written out
//! here, in brackets; the element that shows the text isolates its direction besides (`bdi`).

use std::borrow::Cow;
use std::fmt::Write;

/// The text with every control, direction mark and zero-width blank written as `[U+202E]`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a string does not fail.
            let _ = write!(out, "[U+{:04X}]", c as u32);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Controls, line separators, marks of direction (Unicode 16, annex 9), and blanks without width. Joiners stay: they are part of
/// the writing of several languages.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_written_out_and_the_rest_stays() {
        assert!(matches!(visible("客户 <b>é</b> أحمد"), Cow::Borrowed("客户 <b>é</b> أحمد")));
        assert_eq!(visible("a\tb\0c\u{7F}"), "a[U+0009]b[U+0000]c[U+007F]");
        assert_eq!(visible("abc\u{202E}fdp.exe\u{202C}"), "abc[U+202E]fdp.exe[U+202C]");
        assert_eq!(visible("\u{FEFF}id\u{200B}\u{85}"), "[U+FEFF]id[U+200B][U+0085]");
        assert_eq!(visible("می\u{200C}خواهم"), "می\u{200C}خواهم", "a joiner belongs to the word");
    }
}
