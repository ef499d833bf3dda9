//! Is every Chinese text written in the letters of its own script?
//!
//! Sentences are spread over functions and pages, so the sources themselves are read: of three literals in a row, the
//! second is Simplified and the third Traditional; any other belongs to the language last named before it, which is
//! that of its arm of a `match`.

use std::path::Path;

use super::Lang;
use crate::sample::{self, SampleLanguage};

/// Letters of Simplified Chinese that Big5 has as well, as rare words of their own, and which no text here means.
const SIMPLIFIED_IN_BIG5: &str =
    "万与么于价优余体儿准几凄后听圣坏复宁岭并异征怀怜惊扑扰据无机构栖气泞洁洒洼灶确种范离网羡胜触适赶";

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Not written in Traditional Chinese. Big5 has the letters of Traditional Chinese.
fn simplified_only(c: char) -> bool {
    let unknown = encoding_rs::BIG5.encode(c.encode_utf8(&mut [0; 4])).2;
    is_han(c) && (unknown || SIMPLIFIED_IN_BIG5.contains(c)) || matches!(c, '“' | '”')
}

/// Not written in Simplified Chinese. GB 2312 has the letters of Simplified Chinese; it is the part of GBK in which
/// both bytes are above A0.
fn traditional_only(c: char) -> bool {
    let mut letter = [0; 4];
    let (bytes, _, unknown) = encoding_rs::GBK.encode(c.encode_utf8(&mut letter));
    is_han(c) && (unknown || c == '後' || bytes.iter().any(|b| *b <= 0xA0)) || matches!(c, '「' | '」')
}

/// The letters of a text that are not of its language.
fn foreign(lang: Lang, text: &str) -> String {
    let foreign = |c: &char| match lang {
        Lang::En => is_han(*c),
        Lang::ZhHans => traditional_only(*c),
        Lang::ZhHant => simplified_only(*c),
    };
    text.chars().filter(foreign).collect()
}

/// A literal and the code between it and the one before.
struct Literal<'a> {
    before: String,
    text: &'a str,
}

/// The string literals of a source without raw ones, up to its tests.
fn literals(source: &str) -> Vec<Literal<'_>> {
    let mut rest = source.split("mod tests {").next().unwrap_or_default();
    let (mut list, mut before) = (Vec::new(), String::new());
    while let Some(at) = rest.find(['"', '/', '\'']) {
        before.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("'\"'") {
            3
        } else if let Some(inner) = rest.strip_prefix('"') {
            let mut escaped = false;
            let closes = |c: char| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            };
            let end = inner.find(closes).unwrap_or(inner.len());
            list.push(Literal { before: std::mem::take(&mut before), text: &inner[..end] });
            end + 2
        } else {
            before.push_str(&rest[..1]);
            1
        };
        rest = &rest[end.min(rest.len())..];
    }
    list
}

/// The language a literal stands for, and whether it was told by its place among three.
fn language(list: &[Literal<'_>], at: usize) -> Option<Lang> {
    let joined = |i: usize| list.get(i).is_some_and(|l| l.before.trim() == ",");
    let first = (0..=at).rev().find(|&i| !joined(i))?;
    if joined(first + 1) && joined(first + 2) && !joined(first + 3) {
        return Lang::ALL.get(at - first).copied();
    }
    let named = |l: &Literal<'_>| {
        let whole = |at: usize, name: &str| {
            !l.before[at + name.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
        };
        let last = |name: &str| Some(l.before.rmatch_indices(name).find(|(at, _)| whole(*at, name))?.0);
        let places = [("::En", Lang::En), ("::ZhHans", Lang::ZhHans), ("::ZhHant", Lang::ZhHant)];
        places.into_iter().filter_map(|(name, lang)| Some((last(name)?, lang))).max_by_key(|p| p.0)
    };
    list[..=at].iter().rev().find_map(named).map(|(_, lang)| lang)
}

/// Every source below a folder.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.file_name().is_some_and(|name| name != "script.rs") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn texts_are_in_the_letters_of_their_language() {
    let mut files = Vec::new();
    for folder in ["src/locale", "src/ui"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    let (mut seen, mut faults) = ([0; 3], Vec::new());
    for (path, source) in &files {
        let list = literals(source);
        for (at, literal) in list.iter().enumerate().filter(|(_, l)| l.text.chars().any(is_han)) {
            let Some(lang) = language(&list, at) else {
                panic!("of which language? {path}: {}", literal.text)
            };
            // The English text on dates shows a Chinese one.
            let own = literal.text.replace("2025年12月31日", "");
            let foreign = foreign(lang, &own);
            if !foreign.is_empty() {
                faults.push(format!("{foreign} in {}: {path}: {}", lang.tag(), literal.text));
            }
            seen[lang as usize] += 1;
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen[1] > 1000 && seen[2] > 1000, "texts found: {seen:?}");
}

#[test]
fn the_sample_is_in_the_letters_of_its_language() {
    let of = |language| String::from_utf8(sample::csv(language)).unwrap();
    assert_eq!(foreign(Lang::En, &of(SampleLanguage::English)), "");
    assert_eq!(foreign(Lang::ZhHans, &of(SampleLanguage::SimplifiedChinese)), "");
    assert_eq!(foreign(Lang::ZhHant, &of(SampleLanguage::TraditionalChinese)), "");
}

#[test]
fn scripts_are_told_apart() {
    assert_eq!(foreign(Lang::ZhHant, "个人资料与客户价值“无”机会，每行"), "个资与户价“无”机会");
    assert_eq!(foreign(Lang::ZhHans, "個人資料與客戶價值「無」機會，每列"), "個資與戶價「無」機會");
    assert_eq!(foreign(Lang::En, "Rows 行, “all”"), "行");
    let list =
        literals("Lang::En => \"a\\\"\", // \"no\"\nLang::ZhHans => f(\"甲\"),\nx: \"a\", \"乙\", \"丙\";");
    let told: Vec<_> = (0..list.len()).map(|at| (list[at].text, language(&list, at))).collect();
    let (en, hans, hant) = (Some(Lang::En), Some(Lang::ZhHans), Some(Lang::ZhHant));
    assert_eq!(told, [("a\\\"", en), ("甲", hans), ("a", en), ("乙", hans), ("丙", hant)]);
}
