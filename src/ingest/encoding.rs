//! Which letters do the bytes stand for? Bytes to UTF-8 text.
//!
//! In order: a byte-order mark decides; valid UTF-8 is UTF-8 (text in another encoding is practically never valid
//! UTF-8 by chance); UTF-8 with a few broken bytes stays UTF-8, with the breaks shown as U+FFFD and counted; else
//! `chardetng` guesses, and the header dictionary may overrule it, since a guess from a short file is weak and the
//! words a header is made of are known.
//!
//! Labels and decoders: WHATWG Encoding Standard.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

use super::header;

/// A decoded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text without its byte-order mark; borrowed when the bytes were UTF-8 already.
    pub text: Cow<'a, str>,
    /// Name of the encoding, as in the WHATWG Encoding Standard (`UTF-8`, `gb18030`, `Big5`, ...).
    pub encoding: &'static str,
    /// Whether some bytes could not be decoded and became U+FFFD.
    pub lossy: bool,
}

/// How much of a file the guess looks at.
const LOOK: usize = 1 << 20;

/// Decodes a text file.
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decode_as(&bytes[mark..], encoding);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Decoded { text: Cow::Borrowed(text), encoding: "UTF-8", lossy: false },
        Err(_) if is_damaged_utf8(bytes) => decode_as(bytes, encoding_rs::UTF_8),
        Err(_) => decode_as(bytes, guess(bytes)),
    }
}

fn decode_as<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Decoded<'a> {
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    // encoding_rs reads the whole of GB 18030 under the label GBK.
    let name = if encoding == encoding_rs::GBK { "gb18030" } else { encoding.name() };
    Decoded { text, encoding: name, lossy }
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

fn guess(bytes: &[u8]) -> &'static Encoding {
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

    fn round_trip(encoding: &'static Encoding, text: &str) -> String {
        let (bytes, _, unmappable) = encoding.encode(text);
        assert!(!unmappable);
        let decoded = decode(&bytes);
        assert_eq!(decoded.text, text, "{}", decoded.encoding);
        decoded.encoding.to_owned()
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
        assert_eq!(decode(b"\xef\xbb\xbfa,b").text, "a,b");
        assert_eq!(decode(b"\xff\xfea\0,\0").text, "a,");
        assert_eq!(decode(b"\xfe\xff\0a\0,").encoding, "UTF-16BE");
    }

    #[test]
    fn utf8_with_a_break_stays_utf8() {
        let mut bytes = "客户".repeat(40).into_bytes();
        bytes.push(0xff);
        let decoded = decode(&bytes);
        assert_eq!((decoded.encoding, decoded.lossy), ("UTF-8", true));
    }
}
