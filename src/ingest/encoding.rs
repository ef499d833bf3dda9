//! Which letters do the bytes stand for? Bytes to UTF-8 text.
//!
//! In order: a byte-order mark decides; NULs in every other byte are UTF-16; valid UTF-8 is UTF-8 (text in another encoding is practically never valid
//! UTF-8 by chance); UTF-8 with a few broken bytes stays UTF-8, with the breaks shown as U+FFFD and counted; else
//! `chardetng` guesses, and the header dictionary may overrule it, since a guess from a short file is weak and the
//! words a header is made of are known.
//!
//! Labels and decoders: WHATWG Encoding Standard.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

use super::{format, header};

/// How a file is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Bytes of the byte-order mark.
    pub mark: usize,
    /// Whether no byte further down can change it.
    pub sure: bool,
}

impl Verdict {
    /// Name of the encoding, as in the WHATWG Encoding Standard (`UTF-8`, `gb18030`, `Big5`, ...).
    #[must_use]
    pub fn name(&self) -> &'static str {
        // encoding_rs reads the whole of GB 18030 under the label GBK.
        if self.encoding == encoding_rs::GBK { "gb18030" } else { self.encoding.name() }
    }
}

/// How much of a file the guess looks at.
pub const LOOK: usize = 1 << 20;

/// The verdict that a label gives; `None` without a label, or where nobody knows it.
#[must_use]
pub fn told(label: Option<&str>, head: &[u8]) -> Option<Verdict> {
    let encoding = Encoding::for_label(label?.as_bytes())?;
    let mark = Encoding::for_bom(head).filter(|(of, _)| *of == encoding).map_or(0, |(_, mark)| mark);
    Some(Verdict { encoding, mark, sure: true })
}

/// How a text file is decoded, from its first bytes; `is_all` says whether that is all of it.
#[must_use]
pub fn decide(head: &[u8], is_all: bool) -> Verdict {
    if let Some((encoding, mark)) = Encoding::for_bom(head) {
        return Verdict { encoding, mark, sure: true };
    }
    if let Some(encoding) = format::utf16_without_mark(head) {
        return Verdict { encoding, mark: 0, sure: true };
    }
    let utf8 = |sure| Verdict { encoding: encoding_rs::UTF_8, mark: 0, sure };
    match std::str::from_utf8(head) {
        Ok(_) => utf8(false),
        // The head may end within a letter.
        Err(error) if error.error_len().is_none() && !is_all => utf8(false),
        Err(_) if is_damaged_utf8(head) => utf8(true),
        Err(_) => Verdict { encoding: guess(head), mark: 0, sure: true },
    }
}

/// Whether bytes are UTF-8 but for a few breaks: at least 20 good multi-byte letters for each.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut n_good, mut n_bad) = (0_usize, 0_usize);
    for chunk in bytes[..bytes.len().min(LOOK)].utf8_chunks() {
        n_good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        n_bad += usize::from(!chunk.invalid().is_empty());
    }
    // The cut at LOOK may break one letter.
    n_good >= 20 * n_bad.saturating_sub(usize::from(bytes.len() > LOOK)).max(1)
}

/// The likeliest encoding of bytes that are no UTF-8.
#[must_use]
pub fn guess(bytes: &[u8]) -> &'static Encoding {
    let head = &bytes[..bytes.len().min(LOOK)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(head, true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    let first_lines = &head[..head.len().min(2048)];
    let known_words = |encoding: &'static Encoding| {
        let (text, _, _) = encoding.decode(first_lines);
        let line = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
        line.split([',', '\t', ';', '|']).filter(|cell| header::lookup(cell).is_some()).count()
    };
    let mut best = (known_words(guessed), guessed);
    for other in [
        encoding_rs::GBK,
        encoding_rs::BIG5,
        encoding_rs::SHIFT_JIS,
        encoding_rs::EUC_KR,
        encoding_rs::WINDOWS_1252,
    ] {
        let n = known_words(other);
        if n > best.0 {
            best = (n, other);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> (String, &'static str, bool) {
        let verdict = decide(bytes, true);
        let (text, lossy) = verdict.encoding.decode_without_bom_handling(&bytes[verdict.mark..]);
        (text.into_owned(), verdict.name(), lossy)
    }

    fn round_trip(encoding: &'static Encoding, text: &str) -> String {
        let (bytes, _, unmappable) = encoding.encode(text);
        assert!(!unmappable);
        let (decoded, name, _) = decode(&bytes);
        assert_eq!(decoded, text, "{name}");
        name.to_owned()
    }

    #[test]
    fn east_asian_files_are_recognised() {
        let rows = |header: &str, name: &str| {
            let mut text = format!("{header}\n");
            for i in 0..20 {
                text.push_str(&format!("{name}{i},2024-01-{:02},12.50\n", i + 1));
            }
            text
        };
        assert_eq!(round_trip(encoding_rs::GBK, &rows("客户编号,下单日期,订单金额", "张伟")), "gb18030");
        assert_eq!(round_trip(encoding_rs::BIG5, &rows("客戶編號,下單日期,訂單金額", "陳大文")), "Big5");
        round_trip(encoding_rs::SHIFT_JIS, &rows("顧客,日付,金額", "スズキ"));
        round_trip(encoding_rs::EUC_KR, &rows("고객,날짜,금액", "김민수"));
        round_trip(encoding_rs::WINDOWS_1252, &rows("customer,date,amount", "Müller é"));
    }

    #[test]
    fn a_chinese_header_alone_is_enough() {
        assert_eq!(round_trip(encoding_rs::GBK, "客户编号,下单日期,订单金额\n1,2024-01-02,3\n"), "gb18030");
        assert_eq!(round_trip(encoding_rs::BIG5, "客戶編號,下單日期,訂單金額\n1,2024-01-02,3\n"), "Big5");
    }

    #[test]
    fn marks_decide_and_are_removed() {
        assert_eq!(decode(b"\xef\xbb\xbfa,b").0, "a,b");
        assert_eq!(decode(b"\xff\xfea\0,\0").0, "a,");
        assert_eq!(decode(b"\xfe\xff\0a\0,").1, "UTF-16BE");
    }

    #[test]
    fn utf8_with_a_break_stays_utf8() {
        let mut bytes = "客户".repeat(40).into_bytes();
        bytes.push(0xff);
        let (_, name, lossy) = decode(&bytes);
        assert_eq!((name, lossy), ("UTF-8", true));
    }
}
