//! Everything a reader reads: texts, sentences, numbers and dates, in every language.
//!
//! A text is one entry with all its languages side by side, so a missing translation does not compile. Sentences
//! that carry numbers are functions over report fields in [`say`], those about a single customer in [`why`], the words of
//! the methods in [`terms`], those of the data quality page in [`quality`]; [`visible`] writes out what cannot be seen in text
//! from a file. Nothing here computes.

mod number;
pub mod quality;
pub mod say;
pub mod terms;
pub mod text;
pub mod visible;
pub mod why;

use serde::{Deserialize, Serialize};

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lang {
    /// English.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Simplified Chinese.
    #[serde(rename = "zh-Hans")]
    ZhHans,
}

impl Lang {
    /// All, in the order of the menu.
    pub const ALL: [Self; 2] = [Self::En, Self::ZhHans];

    /// BCP 47 tag, for `lang` attributes and the `locale` setting.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhHans => "zh-Hans",
        }
    }

    /// Its own name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhHans => "简体中文",
        }
    }

    /// The best match for a BCP 47 tag such as a browser's `zh-CN`; English for what is not spoken here.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        if tag.get(..2).is_some_and(|p| p.eq_ignore_ascii_case("zh")) { Self::ZhHans } else { Self::En }
    }

    /// The one of two texts that is in this language.
    #[must_use]
    pub const fn pick<'a>(self, en: &'a str, zh_hans: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::ZhHans => zh_hans,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn browser_tags_find_a_language() {
        assert_eq!(Lang::from_tag("zh-CN"), Lang::ZhHans);
        assert_eq!(Lang::from_tag("ZH"), Lang::ZhHans);
        assert_eq!(Lang::from_tag("de-AT"), Lang::En);
        assert_eq!(Lang::from_tag(""), Lang::En);
        for lang in Lang::ALL {
            assert_eq!(Lang::from_tag(lang.tag()), lang);
        }
    }
}
