//! Do these letters make words of one language? Alphabets of languages that were written in one byte a
//! letter.
//!
//! Read in the wrong encoding, a letter turns into a sign inside a word (`M¸ller`), a capital behind a small
//! letter (`MÝller`), or a letter of another alphabet. [`fit`] counts what is in its place.
//!
//! Alphabets: Unicode CLDR, exemplar characters.

use std::sync::OnceLock;

/// Letters beyond ASCII, small, one alphabet each. The western languages are one: their names travel.
const ALPHABETS: &[&str] = &[
    "àâäáãåæçèéêëìíîïñòóôöõøùúûüßœªº",
    "áéíóúýðþæö",
    "ąćęłńóśźż",
    "áäčďéěíĺľňóôŕřšťúůýž",
    "áéíóöőúüű",
    "čćđšž",
    "ăâîşţșț",
    "çğıiöşüâîû",
    "ąčęėįšųūž",
    "āčēģīķļņšūž",
    "äöõüšž",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдежзиклмнопрстуфхцчшђјљњћџ",
    "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگکی",
];

/// Signs that stand in texts of all languages.
const SIGNS: &str = "\u{a0}’‘‚“”„–—…€£¥§°«»×·№®©™±²³½¼¾µ¡¿";

/// Characters a text is judged by.
const LOOK: usize = 4000;

/// Bit of the signs; alphabets have theirs below it.
const SIGN: u32 = 1 << 31;

/// All letters of the alphabets are below this code point.
const LAST: usize = 0x700;

/// The alphabets a letter belongs to, or that it is a sign.
fn homes(c: char) -> u32 {
    static HOMES: OnceLock<Vec<u32>> = OnceLock::new();
    let homes = HOMES.get_or_init(|| {
        let mut homes = vec![0; LAST];
        for (i, letters) in ALPHABETS.iter().enumerate() {
            for c in letters.chars().flat_map(|c| c.to_uppercase().chain([c])) {
                if let Some(home) = homes.get_mut(c as usize).filter(|_| !c.is_ascii()) {
                    *home |= 1 << i;
                }
            }
        }
        homes
    });
    match homes.get(c as usize) {
        Some(0) | None if SIGNS.contains(c) => SIGN,
        Some(home) => *home,
        None => 0,
    }
}

/// Share, 0..1, of the characters beyond ASCII that are in their place under the alphabet that suits most of
/// them. A broken one counts five times; a text of ASCII is 1.
pub(super) fn fit(text: &str) -> f64 {
    let mut n_fit = [0_usize; ALPHABETS.len()];
    let (mut n, mut n_signs, mut before) = (0, 0, ' ');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if !c.is_ascii() {
            n += if c == char::REPLACEMENT_CHARACTER { 5 } else { 1 };
            let mut at = place(before, c, rest.peek().copied().unwrap_or(' '));
            n_signs += usize::from(at == SIGN);
            at &= !SIGN;
            while at != 0 {
                n_fit[at.trailing_zeros() as usize] += 1;
                at &= at - 1;
            }
            if n >= LOOK {
                break;
            }
        }
        before = c;
    }
    let most = n_fit.into_iter().max().unwrap_or(0) + n_signs;
    if n == 0 { 1.0 } else { most as f64 / n as f64 }
}

/// The alphabets under which a character is in its place between its neighbours.
fn place(before: char, c: char, next: char) -> u32 {
    let homes = homes(c);
    if homes == 0 {
        return 0;
    }
    if homes == SIGN {
        let is_inside = match c {
            '’' | '·' | '\u{a0}' => false,
            '£' | '¥' | '±' | '×' | '¼' | '½' | '¾' => before.is_alphabetic() || next.is_alphabetic(),
            _ => before.is_alphabetic() && next.is_alphabetic(),
        };
        return if is_inside { 0 } else { SIGN };
    }
    let is_step = before.is_lowercase() && c.is_uppercase();
    // Latin letters go with ASCII ones, all others do not.
    let is_latin = (c as u32) < 0x250;
    let is_mixed = !is_latin && (before.is_ascii_alphabetic() || next.is_ascii_alphabetic());
    let is_glued = before.is_ascii_digit() || next.is_ascii_digit();
    if is_step || is_mixed || is_glued { 0 } else { homes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fit_in_the_right_encoding_only() {
        for (text, encoding) in [
            ("Jürgen Müller, Käthe Weiß", encoding_rs::WINDOWS_1252),
            ("Łukasz Kamiński, Żaneta Wiśniewska", encoding_rs::WINDOWS_1250),
            ("Jūratė Žukauskienė, Šimkus", encoding_rs::WINDOWS_1257),
            ("Hélène Lefèvre, François Côté", encoding_rs::MACINTOSH),
            ("Иван Петров, Мария", encoding_rs::WINDOWS_1251),
            ("Γιώργος Παπαδόπουλος", encoding_rs::WINDOWS_1253),
        ] {
            assert_eq!(fit(text), 1.0, "{text}");
            let (bytes, _, unmappable) = encoding.encode(text);
            assert!(!unmappable);
            for other in [encoding_rs::WINDOWS_1252, encoding_rs::MACINTOSH] {
                let read = other.decode_without_bom_handling(&bytes).0;
                assert!(other == encoding || fit(&read) < 0.95, "{read}: {}", fit(&read));
            }
        }
        assert_eq!((fit("plain"), fit("é\u{fffd}")), (1.0, 1.0 / 6.0));
        assert!(fit("客户编号") < 0.1);
    }
}
