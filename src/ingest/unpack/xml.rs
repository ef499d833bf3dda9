//! The events of an XML text, with names without their prefix, and no event larger than what a cell can hold.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesCData, BytesStart, BytesText, Event};

use super::super::error::{Error, Excess};
use super::super::format::Format;
use super::bytes::{self, broken};

/// Bytes of one event at most: a tag, or a text between two.
const MAX_EVENT: usize = 4 << 20;

/// Reads of one event no further than it may be long.
struct Capped<R> {
    inner: R,
    left: usize,
    format: Format,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.inner.read(into)
    }
}

impl<R: BufRead> BufRead for Capped<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            let (format, limit) = (self.format, MAX_EVENT as u64);
            return Err(bytes::wrap(Error::TooDense { format, excess: Excess::Bytes, limit }));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.left = self.left.saturating_sub(n);
        self.inner.consume(n);
    }
}

/// An XML text being read.
pub struct Xml<R: Read> {
    reader: quick_xml::Reader<Capped<BufReader<R>>>,
    buffer: Vec<u8>,
    /// Name of the tag that closed last.
    closed: String,
    format: Format,
}

/// What comes next.
pub enum Next<'x> {
    /// A tag opens; one without content closes right behind.
    Open(BytesStart<'x>),
    /// A tag closes.
    Close(&'x str),
    /// Text, of which there may be more behind it.
    Text(BytesText<'x>),
    /// Text in which marks have no meaning.
    Data(BytesCData<'x>),
    /// A character given by its number or name.
    Char(&'static str, Option<char>),
    /// Something without meaning here.
    Other,
    /// The end.
    End,
}

impl<R: Read> Xml<R> {
    pub fn new(source: R, format: Format) -> Self {
        let inner = BufReader::with_capacity(1 << 15, source);
        let mut reader = quick_xml::Reader::from_reader(Capped { inner, left: MAX_EVENT, format });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), closed: String::new(), format }
    }

    /// The next event.
    pub fn next(&mut self) -> Result<Next<'_>, Error> {
        self.buffer.clear();
        self.reader.get_mut().left = MAX_EVENT;
        let event = self.reader.read_event_into(&mut self.buffer);
        match event.map_err(|error| trouble(&error, self.format))? {
            Event::Start(tag) | Event::Empty(tag) => Ok(Next::Open(tag)),
            Event::End(tag) => {
                self.closed.clear();
                self.closed.push_str(tag.local_name().as_ref().trim_ascii_end());
                Ok(Next::Close(&self.closed))
            }
            Event::Text(text) => Ok(Next::Text(text)),
            Event::CData(text) => Ok(Next::Data(text)),
            Event::GeneralRef(name) => {
                let number = name.resolve_char_ref().map_err(|error| trouble(&error, self.format))?;
                let named = resolve_predefined_entity(&name);
                match (number, named) {
                    (None, None) => Err(broken(self.format, format!("unknown entity &{};", &*name))),
                    _ => Ok(Next::Char(named.unwrap_or_default(), number)),
                }
            }
            Event::Eof => Ok(Next::End),
            _ => Ok(Next::Other),
        }
    }

    /// A file that ends within what it began.
    pub fn cut_off(&self) -> Error {
        broken(self.format, "it ends too early")
    }
}

impl Next<'_> {
    /// Appends what text there is.
    pub fn push_to(&self, text: &mut String) {
        match self {
            Next::Text(piece) => text.push_str(&piece.xml10_content()),
            Next::Data(piece) => text.push_str(&piece.xml10_content()),
            Next::Char(_, Some(c)) => text.push(*c),
            Next::Char(named, None) => text.push_str(named),
            _ => {}
        }
    }
}

fn trouble(error: &quick_xml::Error, format: Format) -> Error {
    match error {
        quick_xml::Error::Io(error) => bytes::unwrap(error, format),
        other => broken(format, other.to_string()),
    }
}

/// The value of an attribute, whatever the prefix of its name.
pub fn attribute<'t>(tag: &'t BytesStart<'_>, name: &str) -> Option<Cow<'t, str>> {
    let mut all = tag.attributes();
    let all = all.with_checks(false).flatten();
    let mut named = all.filter(|a| a.key.local_name().as_ref() == name);
    named.next()?.normalized_value(XmlVersion::Implicit1_0).ok()
}

/// As [`attribute`], for several at once; the tag is walked through once.
pub fn attributes<'t, const N: usize>(
    tag: &'t BytesStart<'_>,
    names: [&str; N],
) -> [Option<Cow<'t, str>>; N] {
    let mut found = [const { None }; N];
    for attribute in tag.attributes().with_checks(false).flatten() {
        let key = attribute.key.local_name();
        if let Some(i) = names.iter().position(|n| *n == key.as_ref()) {
            found[i] = attribute.normalized_value(XmlVersion::Implicit1_0).ok();
        }
    }
    found
}

/// Reads texts in which Office writes control characters as `_x000D_`.
pub fn unescape_office(text: &str) -> Cow<'_, str> {
    let find = |text: &str| memchr::memmem::find(text.as_bytes(), b"_x");
    if find(text).is_none() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, from)) = find(rest).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        let escape = from.as_bytes().get(..7).filter(|e| e[6] == b'_');
        let digits = escape.and_then(|e| std::str::from_utf8(&e[2..6]).ok());
        let unit = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = unit.and_then(|d| u32::from_str_radix(d, 16).ok());
        let length = if unit.is_some() { 7 } else { 2 };
        match unit {
            Some(unit) => out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
            None => out.push_str("_x"),
        }
        rest = from.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_attributes() {
        let text = "\u{feff}<?xml version='1.0'?><x:a xmlns:x='u' x:id='1 &amp; 2' b='3'>q &lt;&#65;&#x4e2d;<![CDATA[<z>]]><c/></x:a>";
        let mut xml = Xml::new(text.as_bytes(), Format::Xlsx);
        let (mut seen, mut content) = (Vec::new(), String::new());
        loop {
            let next = xml.next().unwrap();
            next.push_to(&mut content);
            match next {
                Next::Open(tag) => {
                    let [id, b, none] = attributes(&tag, ["id", "b", "none"]);
                    assert_eq!(attribute(&tag, "id"), id);
                    seen.push(format!("{} {id:?} {b:?} {none:?}", tag.local_name().as_ref()));
                }
                Next::Close(name) => seen.push(format!("/{name}")),
                Next::End => break,
                _ => {}
            }
        }
        assert_eq!(seen, ["a Some(\"1 & 2\") Some(\"3\") None", "c None None None", "/c", "/a"]);
        assert_eq!(content, "q <A中<z>");
    }

    #[test]
    fn no_event_grows_beyond_a_cell() {
        let long = format!("<a>{}</a>", "x".repeat(MAX_EVENT + 100_000));
        let mut xml = Xml::new(long.as_bytes(), Format::Ods);
        xml.next().unwrap();
        assert!(matches!(xml.next(), Err(Error::TooDense { excess: Excess::Bytes, .. })));
    }

    #[test]
    fn escapes_of_office() {
        for (text, expected) in [
            ("plain_xylophone", "plain_xylophone"),
            ("a_x000D__x000a_b", "a\r\nb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x", "_x"),
            ("é_x00", "é_x00"),
            ("_xD83D_", "\u{fffd}"),
            ("_x00é1_", "_x00é1_"),
        ] {
            assert_eq!(unescape_office(text), expected);
        }
    }
}
