//! Which letters do the bytes stand for? Bytes to UTF-8 text.
//!
//! In order: a byte-order mark decides; NULs in every other byte are UTF-16; valid UTF-8 is UTF-8 (text in
//! another encoding is practically never valid UTF-8 by chance); UTF-8 with a few broken bytes stays UTF-8,
//! with the breaks shown as U+FFFD and counted. Else `chardetng` guesses by the letters that follow each
//! other, and three things it does not know may overrule it: the words a header is made of; the alphabets of
//! languages (old Macintosh files, Baltic ones, and Cyrillic or Greek in two bytes a letter); and that a file
//! with a few broken bytes is still what it was.
//!
//! Of larger files, pieces are asked one by one, so that damage spoils only some of the votes. A guess is in
//! doubt if the file is shorter than [`ENOUGH`] and makes words in another encoding too, or if its pieces do
//! not agree. Then [`Verdict::alternatives`] names those, and the user has to say; a header of known words,
//! or other encodings that read the same, leave no doubt.
//!
//! Labels and decoders: WHATWG Encoding Standard.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

use super::{alphabets, format, score};

/// How a file is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Bytes of the byte-order mark.
    pub mark: usize,
    /// Whether no byte further down can change it.
    pub sure: bool,
    /// Encodings that are as likely and read differently; empty if there is no doubt.
    pub alternatives: Vec<&'static Encoding>,
}

impl Verdict {
    /// A verdict without doubt.
    #[must_use]
    pub fn new(encoding: &'static Encoding, sure: bool) -> Self {
        Self { encoding, mark: 0, sure, alternatives: Vec::new() }
    }

    /// Name of the encoding, as in the WHATWG Encoding Standard (`UTF-8`, `gb18030`, `Big5`, ...).
    #[must_use]
    pub fn name(&self) -> &'static str {
        name(self.encoding)
    }

    /// Names of the alternatives.
    #[must_use]
    pub fn alternative_names(&self) -> Vec<String> {
        self.alternatives.iter().map(|e| name(e).to_owned()).collect()
    }
}

fn name(encoding: &'static Encoding) -> &'static str {
    // encoding_rs reads the whole of GB 18030 under the label GBK.
    if encoding == encoding_rs::GBK { "gb18030" } else { encoding.name() }
}

/// How much of a file the guess looks at.
pub const LOOK: usize = 1 << 20;

/// Bytes of a file from which on a guess is taken for good, if three quarters of its pieces agree.
pub const ENOUGH: u64 = 2048;

/// The verdict that a label gives; `None` without a label, or where nobody knows it.
#[must_use]
pub fn told(label: Option<&str>, head: &[u8]) -> Option<Verdict> {
    let encoding = Encoding::for_label(label?.as_bytes())?;
    let mark = Encoding::for_bom(head).filter(|(of, _)| *of == encoding).map_or(0, |(_, mark)| mark);
    Some(Verdict { mark, ..Verdict::new(encoding, true) })
}

/// How a text file is decoded, from its first bytes; `is_all` says whether that is all of it.
#[must_use]
pub fn decide(head: &[u8], is_all: bool) -> Verdict {
    if let Some((encoding, mark)) = Encoding::for_bom(head) {
        return Verdict { mark, ..Verdict::new(encoding, true) };
    }
    if let Some(encoding) = format::utf16_without_mark(head) {
        return Verdict::new(encoding, true);
    }
    if is_iso_2022_jp(head) {
        return Verdict::new(encoding_rs::ISO_2022_JP, true);
    }
    let size = if is_all { head.len() as u64 } else { u64::MAX };
    match std::str::from_utf8(head) {
        Ok(_) => Verdict::new(encoding_rs::UTF_8, false),
        // The head may end within a letter; so may a file that was cut off, but then there are others before.
        Err(error) if error.error_len().is_none() && (!is_all || !head[..error.valid_up_to()].is_ascii()) => {
            Verdict::new(encoding_rs::UTF_8, false)
        }
        Err(_) if is_damaged_utf8(head) => Verdict::new(encoding_rs::UTF_8, true),
        Err(_) => guess(head, size),
    }
}

/// Whether bytes, of which next to none are beyond ASCII, switch to Japanese by escape sequences.
fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    let mut escapes = memchr::memchr_iter(0x1b, bytes);
    escapes.any(|at| matches!(bytes.get(at + 1..at + 3), Some(b"$B" | b"$@")))
        && bytes.iter().filter(|b| !b.is_ascii()).count() * 100 < bytes.len()
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

/// Encodings of two bytes a letter, the likelier first.
const DOUBLE: [&Encoding; 5] =
    [encoding_rs::GBK, encoding_rs::BIG5, encoding_rs::SHIFT_JIS, encoding_rs::EUC_KR, encoding_rs::EUC_JP];

/// Encodings whose letters are told by their alphabets, the likelier first.
const ALPHABETIC: [&Encoding; 14] = [
    encoding_rs::WINDOWS_1252,
    encoding_rs::MACINTOSH,
    encoding_rs::WINDOWS_1250,
    encoding_rs::WINDOWS_1251,
    encoding_rs::WINDOWS_1253,
    encoding_rs::WINDOWS_1254,
    encoding_rs::WINDOWS_1257,
    encoding_rs::ISO_8859_2,
    encoding_rs::WINDOWS_1255,
    encoding_rs::WINDOWS_1256,
    encoding_rs::KOI8_U,
    encoding_rs::IBM866,
    encoding_rs::X_MAC_CYRILLIC,
    encoding_rs::GBK,
];

/// Share of the letters in their place from which on a reading makes words.
const MAKES_WORDS: f64 = 0.95;
/// Share below which it makes none.
const MAKES_NO_WORDS: f64 = 0.8;
/// Characters for each break in an encoding of two bytes with damage.
const CHARACTERS_PER_BREAK: usize = 50;

/// The likeliest encoding of bytes that are no UTF-8, out of a file of some size, and those it is not told
/// from.
#[must_use]
pub fn guess(bytes: &[u8], size: u64) -> Verdict {
    let head = &bytes[..bytes.len().min(LOOK)];
    let look = telling(head);
    if let Some(encoding) = of_known_header(head) {
        return Verdict::new(encoding, true);
    }
    let detector = detect(head);
    let encoding = corrected(detector.guess(None, Utf8Detection::Deny), look);
    if size < ENOUGH {
        return with_rivals(encoding, rivals(&detector, encoding, look), look);
    }
    let (votes, n_pieces) = votes(head, encoding);
    let is_carried = |n: usize| 4 * n >= 3 * n_pieces;
    let (most, n_most) = votes.iter().copied().max_by_key(|(_, n)| *n).unwrap_or((encoding, n_pieces));
    if is_carried(n_most) {
        return Verdict::new(most, true);
    }
    with_rivals(encoding, votes.into_iter().map(|(other, _)| other).collect(), look)
}

/// A verdict with those of the alternatives that read differently.
fn with_rivals(encoding: &'static Encoding, others: Vec<&'static Encoding>, look: &[u8]) -> Verdict {
    let mut verdict = Verdict::new(encoding, true);
    let mut readings = vec![read(encoding, look)];
    for other in others {
        let reading = read(other, look);
        if !readings.contains(&reading) {
            readings.push(reading);
            verdict.alternatives.push(other);
        }
    }
    verdict
}

/// What pieces of a text suggest, each by itself, and how many of them have letters beyond ASCII. A broken
/// byte spoils one. A piece that reads the same under the guess for the whole, or makes better words, is for
/// that.
fn votes(text: &[u8], guessed: &'static Encoding) -> (Vec<(&'static Encoding, usize)>, usize) {
    let length = text.len() / (text.len() / 512).clamp(4, 16);
    let (mut votes, mut n_pieces): (Vec<(&'static Encoding, usize)>, usize) = (Vec::new(), 0);
    let mut rest = text;
    while !rest.is_empty() {
        let end = memchr::memchr2(b'\n', b'\r', rest.get(length..).unwrap_or_default());
        let (piece, behind) = rest.split_at(end.map_or(rest.len(), |end| length + end));
        rest = behind;
        if piece.is_ascii() {
            continue;
        }
        let piece = telling(piece);
        let own = corrected(detect(piece).guess(None, Utf8Detection::Deny), piece);
        let suits = |as_guessed: &str, as_own: &str| {
            let fit = alphabets::fit(as_guessed);
            as_guessed == as_own || (fit >= MAKES_WORDS && fit > alphabets::fit(as_own))
        };
        let is_for_it = own == guessed || suits(&read(guessed, piece), &read(own, piece));
        let vote = if is_for_it { guessed } else { own };
        n_pieces += 1;
        match votes.iter_mut().find(|(encoding, _)| *encoding == vote) {
            Some((_, n)) => *n += 1,
            None => votes.push((vote, 1)),
        }
    }
    (votes, n_pieces)
}

fn detect(bytes: &[u8]) -> EncodingDetector {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector
}

/// The part of a text that is compared: some lines from the first letter beyond ASCII on.
fn telling(bytes: &[u8]) -> &[u8] {
    const LENGTH: usize = 1 << 16;
    let first = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    let start = memchr::memrchr2(b'\n', b'\r', &bytes[..first]).map_or(0, |at| at + 1);
    &bytes[start..bytes.len().min(first + LENGTH)]
}

fn read(encoding: &'static Encoding, bytes: &[u8]) -> String {
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The guess, or what the letters say against it.
fn corrected(guessed: &'static Encoding, look: &[u8]) -> &'static Encoding {
    if DOUBLE.contains(&guessed) && guessed != encoding_rs::GBK {
        // Cyrillic and Greek words are no accident.
        let is_gbk = alphabets::fit(&read(encoding_rs::GBK, look)) >= MAKES_WORDS;
        return if is_gbk { encoding_rs::GBK } else { guessed };
    }
    let fit = alphabets::fit(&read(guessed, look));
    if fit >= MAKES_NO_WORDS || guessed == encoding_rs::GBK {
        return guessed;
    }
    if let Some(damaged) = DOUBLE.into_iter().find(|e| is_damaged(e, look)) {
        return damaged;
    }
    let makes_words = |e: &&'static Encoding| alphabets::fit(&read(e, look)) >= MAKES_WORDS;
    ALPHABETIC.into_iter().find(makes_words).unwrap_or(guessed)
}

/// Whether bytes are of an encoding but for a few breaks: without them, that would be the guess.
fn is_damaged(encoding: &'static Encoding, look: &[u8]) -> bool {
    let text = read(encoding, look);
    let n_breaks = text.matches('\u{fffd}').count();
    let n_letters = text.chars().filter(|c| !c.is_ascii()).count();
    if n_breaks == 0 || n_letters < CHARACTERS_PER_BREAK * n_breaks {
        return false;
    }
    let whole = if encoding == encoding_rs::GBK { encoding_rs::GB18030 } else { encoding };
    let text = text.replace('\u{fffd}', "");
    detect(&whole.encode(&text).0).guess(None, Utf8Detection::Deny) == encoding
}

/// Encodings in which a short text makes sense as well.
fn rivals(detector: &EncodingDetector, taken: &'static Encoding, look: &[u8]) -> Vec<&'static Encoding> {
    // What the guess would be if the file was known to come from there.
    let regions = [&b"cn"[..], b"tw", b"jp", b"kr"];
    let regional = regions.map(|region| detector.guess(Some(region), Utf8Detection::Deny));
    let makes_text = |e: &&'static Encoding| {
        let (text, broken) = e.decode_without_bom_handling(look);
        !broken && is_east_asian(&text)
    };
    let makes_words = |e: &&'static Encoding| alphabets::fit(&read(e, look)) >= MAKES_WORDS;
    let double = regional.into_iter().filter(|e| DOUBLE.contains(e)).filter(makes_text);
    let alphabetic = ALPHABETIC.into_iter().filter(makes_words);
    double.chain(alphabetic).filter(|e| *e != taken).collect()
}

/// Whether no character beyond ASCII stands inside a word of ASCII letters.
fn is_east_asian(text: &str) -> bool {
    let (mut before, mut is_open) = (' ', false);
    for c in text.chars() {
        if is_open && c.is_ascii_alphabetic() {
            return false;
        }
        is_open = !c.is_ascii() && (before.is_ascii_alphabetic() || is_open);
        before = c;
    }
    true
}

/// The encoding in which most cells of a first line beyond ASCII are names of columns.
fn of_known_header(head: &[u8]) -> Option<&'static Encoding> {
    let lines = head[..head.len().min(4096)].split(|b| matches!(b, b'\n' | b'\r'));
    lines.filter(|line| !line.is_ascii()).take(3).find_map(of_known_names)
}

fn of_known_names(line: &[u8]) -> Option<&'static Encoding> {
    let n_known = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(line);
        let cells = text.split([',', '\t', ';', '|']).map(|cell| cell.trim_matches(['"', ' ']));
        cells.filter(|cell| !cell.is_ascii() && score::is_known_name(cell)).count()
    };
    let found = DOUBLE.map(|encoding| (n_known(encoding), encoding));
    let most = found.iter().map(|(n, _)| *n).max().filter(|n| *n > 0)?;
    found.into_iter().find(|(n, _)| *n == most).map(|(_, encoding)| encoding)
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
    fn short_texts_that_read_in_two_ways_are_in_doubt() {
        let names = |text: &str, encoding: &'static Encoding, size: u64| {
            let verdict = guess(&encoding.encode(text).0, size);
            (verdict.name(), verdict.alternative_names())
        };
        // The last letter of both is 0xF5.
        let text = "name,date,amount\nGergő,2024-01-02,3\n";
        let (taken, others) = names(text, encoding_rs::WINDOWS_1250, 40);
        let all: Vec<&str> = others.iter().map(String::as_str).chain([taken]).collect();
        assert!(all.contains(&"windows-1250") && all.contains(&"windows-1252"), "{all:?}");
        // Read the same in both.
        let text = "name,date,amount\nMüller,2024-01-02,3\n";
        assert_eq!(names(text, encoding_rs::WINDOWS_1250, 40), ("windows-1252", Vec::new()));
        // Pieces that disagree.
        let german = "Jürgen Müller,Käthe Weiß\n".repeat(100);
        let mut bytes = encoding_rs::WINDOWS_1252.encode(&german).0.into_owned();
        bytes.extend_from_slice(&encoding_rs::WINDOWS_1251.encode(&"Иван Петров,Мария\n".repeat(140)).0);
        let verdict = guess(&bytes, bytes.len() as u64);
        assert!(!verdict.alternatives.is_empty(), "{verdict:?}");
        let sure = guess(&bytes[..2600], 2600);
        assert_eq!((sure.name(), sure.alternatives.len()), ("windows-1252", 0));
    }

    #[test]
    fn broken_bytes_do_not_change_the_encoding() {
        let text = "客户编号,金额\n".to_owned() + &"张伟,北京,12.50\n王芳,上海,7\n".repeat(40);
        let mut bytes = encoding_rs::GBK.encode(&text).0.into_owned();
        // Within a letter of the fourth line, and no names of columns.
        bytes.drain(..14);
        bytes[60] = 0xff;
        assert_eq!(decide(&bytes, true).name(), "gb18030");
    }

    #[test]
    fn a_file_cut_off_within_a_letter_stays_utf8() {
        let bytes = "k,d\n客".as_bytes();
        assert_eq!(decode(&bytes[..bytes.len() - 1]).1, "windows-1252");
        let bytes = "k,d\n客户".as_bytes();
        assert_eq!(decode(&bytes[..bytes.len() - 1]), ("k,d\n客\u{fffd}".into(), "UTF-8", true));
    }

    #[test]
    fn utf8_with_a_break_stays_utf8() {
        let mut bytes = "客户".repeat(40).into_bytes();
        bytes.push(0xff);
        let (_, name, lossy) = decode(&bytes);
        assert_eq!((name, lossy), ("UTF-8", true));
    }
}
