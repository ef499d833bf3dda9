//! What kind of file is this? Told from its first bytes, never from its name.
//!
//! Text is read as it is; what is unpacked or converted first is the matter of `unpack`; the other kinds are named so
//! that the message can say what was dropped instead. Known signatures come first; else bytes that no text has (NUL and
//! other control bytes) mark a binary file. A byte-order mark of UTF-16 makes NULs legitimate. Which workbook a ZIP
//! archive or a compound file is, only its directory tells.

use std::fmt;

use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

/// What the bytes look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Text in some encoding.
    #[default]
    Text,
    /// JSON: objects or arrays, one a line or in one array.
    Json,
    /// A ZIP archive.
    Zip,
    /// Gzip.
    Gzip,
    /// A workbook of Excel 2007 and later, in XML.
    Xlsx,
    /// A workbook of Excel 2007 and later, in records.
    Xlsb,
    /// A workbook of Excel 5 to 2003.
    Xls,
    /// An OpenDocument spreadsheet.
    Ods,
    /// A page of HTML, which some programs call XLS.
    Html,
    /// XML other than that of a workbook in an archive.
    Xml,
    /// Portable Document Format.
    Pdf,
    /// A text document or a presentation.
    Document,
    /// Compound binary file that is no workbook.
    CompoundFile,
    /// Apache Parquet.
    Parquet,
    /// A picture.
    Image,
    /// SQLite database.
    Sqlite,
    /// An archive or compressed file of another kind: 7z, RAR, tar, bzip2, xz, Zstandard.
    Archive,
    /// Something else that is not text.
    Binary,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "JSON",
            Self::Zip => "a ZIP archive",
            Self::Gzip => "a gzip file",
            Self::Xlsx => "an XLSX workbook",
            Self::Xlsb => "an XLSB workbook",
            Self::Xls => "an XLS workbook",
            Self::Ods => "an ODS spreadsheet",
            Self::Html => "a web page",
            Self::Xml => "an XML file",
            Self::Pdf => "a PDF document",
            Self::Document => "a text document or a presentation",
            Self::CompoundFile => "an old Office file",
            Self::Parquet => "a Parquet file",
            Self::Image => "a picture",
            Self::Sqlite => "an SQLite database",
            Self::Archive => "a packed archive",
            Self::Binary => "binary data",
        })
    }
}

const SIGNATURES: [(&[u8], Format); 19] = [
    (b"PK\x03\x04", Format::Zip),
    (b"PK\x05\x06", Format::Zip),
    (b"PK\x07\x08", Format::Zip),
    (b"\x1f\x8b", Format::Gzip),
    (b"%PDF-", Format::Pdf),
    (b"{\\rtf", Format::Document),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Format::CompoundFile),
    (b"PAR1", Format::Parquet),
    (b"\x89PNG\r\n\x1a\n", Format::Image),
    (b"\xff\xd8\xff", Format::Image),
    (b"GIF87a", Format::Image),
    (b"GIF89a", Format::Image),
    (b"SQLite format 3\0", Format::Sqlite),
    (b"7z\xbc\xaf\x27\x1c", Format::Archive),
    (b"Rar!\x1a\x07", Format::Archive),
    (b"\xfd7zXZ\0", Format::Archive),
    (b"\x28\xb5\x2f\xfd", Format::Archive),
    (b"\x1f\x9d", Format::Archive),
    (b"\x7fELF", Format::Binary),
];

/// Where a tar archive names itself.
const TAR_MARK: usize = 257;

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
    let is_bzip2 = bytes.starts_with(b"BZh") && bytes.get(4..).is_some_and(|b| b.starts_with(b"1AY&SY"));
    if is_bzip2 {
        return (Format::Archive, 0);
    }
    if bytes.get(TAR_MARK..).is_some_and(|rest| rest.starts_with(b"ustar")) {
        return (Format::Archive, TAR_MARK);
    }
    if is_utf16(bytes) {
        return (Format::Text, 0);
    }
    if let Some(markup) = markup(bytes) {
        return (markup, 0);
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

/// A page or another text of tags, by the tag it begins with.
fn markup(bytes: &[u8]) -> Option<Format> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let starts = |word: &[u8]| {
        bytes.get(..word.len()).is_some_and(|b| b.eq_ignore_ascii_case(word))
            && bytes.get(word.len()).is_some_and(|b| matches!(b, b'>' | b' ' | b'\t' | b'\r' | b'\n'))
    };
    if starts(b"<?xml") {
        // A page may also begin so.
        let head = &bytes[..bytes.len().min(1024)];
        let is_page = head.windows(5).any(|w| w.eq_ignore_ascii_case(b"<html"));
        return Some(if is_page { Format::Html } else { Format::Xml });
    }
    let page: [&[u8]; 7] = [b"<!doctype", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<style"];
    page.into_iter().any(starts).then_some(Format::Html)
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
    // Letters such as 一 (U+4E00) have theirs on the other side.
    if one < 8 || one * 10 < head.len() || other * 4 > one {
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
            (b"\n <HTML xmlns=\"x\"><table>", Format::Html),
            (b"\xef\xbb\xbf<?xml version=\"1.0\"?><Workbook>", Format::Xml),
            (b"<?xml version=\"1.0\"?>\n<!DOCTYPE html><html>", Format::Html),
            (b"<tables>,b\n1,2\n", Format::Text),
            (b"<10,>=10\n1,2\n", Format::Text),
            (b"7z\xbc\xaf\x27\x1c", Format::Archive),
            (b"\xff\xfea\x00,\x00", Format::Text),
            (b"", Format::Text),
        ] {
            assert_eq!(sniff(bytes).0, expected, "{bytes:?}");
        }
        assert_eq!(sniff(b"a,b\n\x00"), (Format::Binary, 4));
    }
}
