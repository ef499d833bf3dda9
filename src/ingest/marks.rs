//! Which marks separate, enclose and escape the cells of a delimited text? The names of the dialects.
//!
//! A dialect is a delimiter, a pair of quotes and a way to write a quote inside quotes. RFC 4180
//! (Shafranovich 2005) knows one: comma, `"` and doubling, which is the default here. Delimiters of up to
//! four bytes cover what programs write (`||`, `::`, `|~|`, a full-width comma). In JSON a delimiter is a
//! string: a word for the usual ones, the text itself for any other.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What separates the cells of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// Tab.
    Tab,
    /// `;`
    Semicolon,
    /// `|`
    Pipe,
    /// Runs of spaces or tabs.
    Blanks,
    /// Any other text of up to four bytes.
    Other(Mark),
}

/// A text of one to four bytes that separates cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mark {
    bytes: [u8; 4],
    length: u8,
}

impl Mark {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ever made of a whole text, so that this cannot fail.
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl Delimiter {
    /// The usual ones, the commonest first.
    pub const ALL: [Self; 5] = [Self::Comma, Self::Tab, Self::Semicolon, Self::Pipe, Self::Blanks];

    /// The delimiter that is written so; `None` for an empty text, one of more than four bytes, or one with a
    /// line end, a quote, a backslash, a letter or a digit, which would take cells apart.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Some(match text {
            "," => Self::Comma,
            "\t" => Self::Tab,
            ";" => Self::Semicolon,
            "|" => Self::Pipe,
            " " => Self::Blanks,
            _ => {
                let unfit = |c: char| matches!(c, '\n' | '\r' | '"' | '\'' | '\\') || c.is_alphanumeric();
                let only_blanks = text.bytes().all(|b| b == b' ');
                if text.is_empty() || text.len() > 4 || only_blanks || text.contains(unfit) {
                    return None;
                }
                let mut bytes = [0; 4];
                bytes[..text.len()].copy_from_slice(text.as_bytes());
                Self::Other(Mark { bytes, length: text.len() as u8 })
            }
        })
    }

    /// The separating text; a space stands for runs of blanks.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Comma => ",",
            Self::Tab => "\t",
            Self::Semicolon => ";",
            Self::Pipe => "|",
            Self::Blanks => " ",
            Self::Other(mark) => mark.as_str(),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Comma => "comma",
            Self::Tab => "tab",
            Self::Semicolon => "semicolon",
            Self::Pipe => "pipe",
            Self::Blanks => "blanks",
            Self::Other(mark) => mark.as_str(),
        }
    }
}

impl Serialize for Delimiter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Delimiter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let usual = Self::ALL.into_iter().find(|d| d.name() == name);
        usual.or_else(|| Self::of(&name)).ok_or_else(|| D::Error::custom("not a delimiter"))
    }
}

/// What encloses a cell that holds a delimiter or a line end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quote {
    /// `"`
    #[default]
    Double,
    /// `'`
    Single,
    /// `“` and `”`
    Typographic,
    /// `«` and `»`
    Guillemets,
    /// `「` and `」`
    Corner,
    /// Quotes are letters.
    None,
}

impl Quote {
    /// All of them, the commonest first.
    pub const ALL: [Self; 6] =
        [Self::Double, Self::Single, Self::Typographic, Self::Guillemets, Self::Corner, Self::None];

    /// What opens and what closes a quoted cell; empty where nothing does.
    #[must_use]
    pub fn pair(self) -> (&'static str, &'static str) {
        match self {
            Self::Double => ("\"", "\""),
            Self::Single => ("'", "'"),
            Self::Typographic => ("“", "”"),
            Self::Guillemets => ("«", "»"),
            Self::Corner => ("「", "」"),
            Self::None => ("", ""),
        }
    }
}

/// How a quote is written inside quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Escape {
    /// Twice.
    #[default]
    Doubled,
    /// After a backslash; so is a backslash, and a delimiter or line end outside quotes. Twice is read as
    /// well.
    Backslash,
}

/// How a delimited text marks its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dialect {
    /// What separates the cells.
    pub delimiter: Delimiter,
    /// What encloses a cell.
    #[serde(default)]
    pub quote: Quote,
    /// How a quote is written inside quotes.
    #[serde(default)]
    pub escape: Escape,
}

impl Default for Dialect {
    fn default() -> Self {
        Self::from(Delimiter::Comma)
    }
}

impl From<Delimiter> for Dialect {
    fn from(delimiter: Delimiter) -> Self {
        Self { delimiter, quote: Quote::Double, escape: Escape::Doubled }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_travel_as_strings() {
        let others = [":", "^", "~", "||", "::", ", ", " | ", "\t\t", "|~|", "\u{1}", "，", "§"];
        let others = others.map(|text| (Delimiter::of(text).unwrap(), text));
        let usual = [
            (Delimiter::Comma, "comma"),
            (Delimiter::Tab, "tab"),
            (Delimiter::Semicolon, "semicolon"),
            (Delimiter::Pipe, "pipe"),
            (Delimiter::Blanks, "blanks"),
        ];
        for (delimiter, text) in usual.into_iter().chain(others) {
            let json = serde_json::to_string(&delimiter).unwrap();
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            assert_eq!(serde_json::from_str::<Delimiter>(&json).unwrap(), delimiter);
            assert_eq!(Delimiter::of(delimiter.text()), Some(delimiter));
        }
        for text in ["", "\n", "a", "1", "\"", "'", "\\", "     ", "  ", "|||||", ",\r"] {
            assert_eq!(Delimiter::of(text), None, "{text:?}");
            let json = serde_json::to_string(text).unwrap();
            assert!(serde_json::from_str::<Delimiter>(&json).is_err(), "{text:?}");
        }
    }

    #[test]
    fn dialects_travel_as_objects() {
        let dialect = Dialect {
            delimiter: Delimiter::of("||").unwrap(),
            quote: Quote::Single,
            escape: Escape::Backslash,
        };
        let json = serde_json::to_value(dialect).unwrap();
        assert_eq!(json, serde_json::json!({"delimiter": "||", "quote": "single", "escape": "backslash"}));
        assert_eq!(serde_json::from_value::<Dialect>(json).unwrap(), dialect);
        let short: Dialect = serde_json::from_str(r#"{"delimiter": "tab"}"#).unwrap();
        assert_eq!(short, Dialect::from(Delimiter::Tab));
    }
}
