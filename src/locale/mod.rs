//! Everything a reader reads: texts, sentences, numbers and dates, in every language.
//!
//! A text is one entry with all its languages side by side, so a missing translation does not compile. Sentences
//! that carry numbers are functions over report fields in [`say`], those about a single customer in [`why`], the words of
//! the methods in [`terms`], those of the data quality page in [`quality`]; [`visible`] writes out what cannot be seen in text
//! from a file. Nothing here computes.

mod number;
pub mod quality;
pub mod say;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod script;
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
    /// Traditional Chinese, in the words of Taiwan.
    #[serde(rename = "zh-Hant")]
    ZhHant,
}

impl Lang {
    /// All, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::En, Self::ZhHans, Self::ZhHant];

    /// BCP 47 tag, for `lang` attributes and the `locale` setting.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhHans => "zh-Hans",
            Self::ZhHant => "zh-Hant",
        }
    }

    /// Its own name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhHans => "简体中文",
            Self::ZhHant => "繁體中文",
        }
    }

    /// The best match for a BCP 47 tag such as a browser's `zh-CN`; English for what is not spoken here.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        let tag = tag.to_ascii_lowercase();
        let mut parts = tag.split(['-', '_']);
        if parts.next() != Some("zh") {
            return Self::En;
        }
        // The script decides where it is told, else the region: Taiwan, Hong Kong and Macao write Traditional Chinese.
        let told = parts.find_map(|part| match part {
            "hans" => Some(Self::ZhHans),
            "hant" | "tw" | "hk" | "mo" => Some(Self::ZhHant),
            _ => None,
        });
        told.unwrap_or(Self::ZhHans)
    }

    /// The one of three texts that is in this language.
    #[must_use]
    pub const fn pick<'a>(self, en: &'a str, zh_hans: &'a str, zh_hant: &'a str) -> &'a str {
        match self {
            Self::En => en,
            Self::ZhHans => zh_hans,
            Self::ZhHant => zh_hant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn browser_tags_find_a_language() {
        for tag in ["zh-CN", "ZH", "zh-SG", "zh-Hans-HK", "zh-Hans", "zh-Latn-pinyin"] {
            assert_eq!(Lang::from_tag(tag), Lang::ZhHans, "{tag}");
        }
        for tag in ["zh-TW", "zh-HK", "zh-MO", "zh-Hant", "ZH-hant-CN", "zh_TW", "zh-Hant-TW-u-nu-hanidec"] {
            assert_eq!(Lang::from_tag(tag), Lang::ZhHant, "{tag}");
        }
        for tag in ["de-AT", "", "zha", "en-TW", "客戶"] {
            assert_eq!(Lang::from_tag(tag), Lang::En, "{tag}");
        }
        for lang in Lang::ALL {
            assert_eq!(Lang::from_tag(lang.tag()), lang);
        }
    }
}
