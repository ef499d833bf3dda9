//! What kind of file is this? Told from its first bytes, never from its name.
//!
//! Only [`Format::Text`] is read; the other kinds are named so that the message can say what was dropped instead.
//! Known signatures come first; else bytes that no text has (NUL and other control bytes) mark a binary file. A
//! byte-order mark of UTF-16 makes NULs legitimate.

use std::fmt;

use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

/// What the bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Text in some encoding.
    Text,
    /// A ZIP archive, which is also what XLSX and ODS files are.
    Zip,
    /// Gzip.
    Gzip,
    /// Portable Document Format.
    Pdf,
    /// Compound binary file: XLS and DOC.
    CompoundFile,
    /// Apache Parquet.
    Parquet,
    /// A picture.
    Image,
    /// SQLite database.
    Sqlite,
    /// Something else that is not text.
    Binary,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Zip => "a ZIP archive or an XLSX workbook",
            Self::Gzip => "a gzip file",
            Self::Pdf => "a PDF document",
            Self::CompoundFile => "an old Office file (XLS)",
            Self::Parquet => "a Parquet file",
            Self::Image => "a picture",
            Self::Sqlite => "an SQLite database",
            Self::Binary => "binary data",
        })
    }
}

const SIGNATURES: [(&[u8], Format); 12] = [
    (b"PK\x03\x04", Format::Zip),
    (b"PK\x05\x06", Format::Zip),
    (b"\x1f\x8b", Format::Gzip),
    (b"%PDF-", Format::Pdf),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format::CompoundFile),
    (b"PAR1", Format::Parquet),
    (b"\x89PNG\r\n\x1a\n", Format::Image),
    (b"\xff\xd8\xff", Format::Image),
    (b"GIF87a", Format::Image),
    (b"GIF89a", Format::Image),
    (b"SQLite format 3\0", Format::Sqlite),
    (b"\x7fELF", Format::Binary),
];

/// How much of a file is looked at for bytes that no text has.
const LOOK: usize = 64 * 1024;

/// The kind of a file and the byte position that told.
#[must_use]
pub fn sniff(bytes: &[u8]) -> (Format, usize) {
    for (signature, format) in SIGNATURES {
        if bytes.starts_with(signature) {
            return (format, 0);
        }
    }
    if is_utf16(bytes) {
        return (Format::Text, 0);
    }
    let head = &bytes[..bytes.len().min(LOOK)];
    // Old text files may end in Ctrl-Z, and ISO-2022 texts switch character sets with ESC.
    let telling = |&b: &u8| b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1a | 0x1b);
    match head.iter().position(telling) {
        None => (Format::Text, 0),
        // One stray control byte in a long text is dirt; a NUL, or many, is another kind of file.
        Some(first) => {
            let n_telling = head.iter().filter(|&b| telling(b)).count();
            let dirt = !head.contains(&0) && n_telling * 200 < head.len();
            if dirt { (Format::Text, 0) } else { (Format::Binary, first) }
        }
    }
}

/// Whether a byte-order mark, or what the bytes look like, says UTF-16.
#[must_use]
pub fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe])
        || bytes.starts_with(&[0xfe, 0xff])
        || utf16_without_mark(bytes).is_some()
}

/// UTF-16 without a byte-order mark: delimiters, digits and line ends have a NUL beside them, nearly always on the same
/// side, and a file whose other letters are Chinese still has many of them. Read that way, it holds no control
/// characters.
#[must_use]
pub fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(LOOK) & !1];
    let (mut even, mut odd) = (0_usize, 0_usize);
    for pair in head.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let encoding = if odd > even { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
    let (one, other) = (even.max(odd), even.min(odd));
    if one < 8 || one * 10 < head.len() || other * 50 > one {
        return None;
    }
    let (text, had_errors) = encoding.decode_without_bom_handling(head);
    // A pair may be cut in two at the end of what is looked at.
    let n_odd = text.chars().filter(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')).count();
    (n_odd == 0 && (!had_errors || head.len() == LOOK)).then_some(encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_and_control_bytes_are_told_from_text() {
        for (bytes, expected) in [
            (&b"PK\x03\x04rest"[..], Format::Zip),
            (b"\x1f\x8b\x08", Format::Gzip),
            (b"%PDF-1.7", Format::Pdf),
            (b"a,b\n\x00\x01\x02", Format::Binary),
            (b"\x01\x02\x03\x04", Format::Binary),
            (b"a,b\n1,2\n", Format::Text),
            (b"\xff\xfea\x00,\x00", Format::Text),
            (b"", Format::Text),
        ] {
            assert_eq!(sniff(bytes).0, expected, "{bytes:?}");
        }
        assert_eq!(sniff(b"a,b\n\x00"), (Format::Binary, 4));
    }
}
