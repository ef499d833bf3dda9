//! Is a text a table in JSON (RFC 8259), and which? One object or array a line, an array of them, or an object that
//! holds such an array.
//!
//! Columns are the names of the members, in order of first appearance; members of an object in an object are named
//! `outer.inner`, what lies deeper is written as JSON. Numbers are written as they stand, `null` is an empty cell. The
//! names become the first line of the text and the k-th record the line after it. Nothing is kept of a record once it is
//! written, so that only the text takes memory.

use std::collections::HashMap;
use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::value::RawValue;
use serde_json::{Deserializer, error::Category};

use super::super::error::{Error, Excess};
use super::super::format::Format;
use super::bytes;
use super::grid::write_cell;

const FORMAT: Format = Format::Json;

/// Columns at most.
const MAX_COLUMNS: usize = 16_384;

/// How the records stand in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One after the other.
    Lines,
    /// In an array.
    Array,
    /// In an array that is a member of an object.
    Wrapped,
}

/// Whether the first bytes of a text are those of a table in JSON; `is_all` says whether they are all of it.
///
/// What merely begins with a bracket is no JSON: its first record has to be one, and what follows it has to be what may
/// follow it.
pub fn looks_like(head: &[u8], is_all: bool) -> Option<Shape> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let outer = *head.first()?;
    let inner = head.get(1..)?.trim_ascii_start();
    let (start, is_in_array) = match (outer, inner.first()) {
        (b'{', Some(b'"')) => (head, false),
        (b'[', Some(b'{' | b'[')) => (inner, true),
        (b'[', Some(_)) => (head, false),
        _ => return None,
    };
    let mut values = Deserializer::from_slice(start).into_iter::<IgnoredAny>();
    match values.next()? {
        Ok(_) => {}
        // The first record is larger than the head, or the only one is broken off.
        Err(error) if error.classify() == Category::Eof && (outer == b'{' || is_in_array) => {
            return Some(if is_in_array { Shape::Array } else { Shape::Wrapped });
        }
        Err(_) => return None,
    }
    let rest = start.get(values.byte_offset()..).unwrap_or_default();
    let line_ends =
        rest.iter().find(|b| !matches!(b, b' ' | b'\t')).is_none_or(|b| matches!(b, b'\n' | b'\r'));
    let next = rest.trim_ascii_start().first();
    match (is_in_array, next) {
        (true, Some(b',' | b']')) => Some(Shape::Array),
        (true, _) => None,
        (false, Some(b'{' | b'[')) if line_ends => Some(Shape::Lines),
        // Nothing follows: one object, which may hold the records. One array of values is no table.
        (false, None) if outer == b'{' && is_all => Some(Shape::Wrapped),
        (false, None) if outer == b'{' && line_ends => Some(Shape::Lines),
        _ => None,
    }
}

/// The table of a text as text, with tabs between the cells.
pub fn to_text<R: Read>(open: impl Fn() -> R, mut shape: Shape, max_bytes: u64) -> Result<String, Error> {
    let mut table = Table { max_bytes, ..Table::default() };
    // Columns that appear further down need a second walk, so that every line has them all; so does an object that turns
    // out to hold no records and is one itself.
    loop {
        table.restart();
        let mut source = BufReader::with_capacity(bytes::PIECE, open());
        skip_mark(&mut source).map_err(|e| bytes::unwrap(&e, FORMAT))?;
        let mut from = Deserializer::from_reader(source);
        let read = match shape {
            Shape::Lines => lines(&mut from, &mut table),
            Shape::Array => Rows(&mut table, Strict::Yes).deserialize(&mut from).and_then(|()| from.end()),
            Shape::Wrapped => Wrapper(&mut table, DEPTH).deserialize(&mut from).and_then(|()| from.end()),
        };
        match (read, table.failed.take()) {
            (_, Some(error)) => return Err(error),
            (Err(error), None) => return Err(trouble(error)),
            (Ok(()), None) => {}
        }
        if shape == Shape::Wrapped && table.n_rows == 0 {
            shape = Shape::Lines;
        } else if table.n_late == 0 {
            return Ok(table.finish());
        }
    }
}

/// Objects around the array of records at most.
const DEPTH: usize = 3;

fn lines<'de, R: serde_json::de::Read<'de>>(
    from: &mut Deserializer<R>,
    table: &mut Table,
) -> Result<(), serde_json::Error> {
    while from.end().is_err() {
        Row(table, Strict::Yes).deserialize(&mut *from)?;
    }
    Ok(())
}

fn skip_mark(source: &mut impl std::io::BufRead) -> std::io::Result<()> {
    if source.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        source.consume(3);
    }
    Ok(())
}

fn trouble(error: serde_json::Error) -> Error {
    // What is wrong with a line end is wrong with the line it ends.
    let line = error.line() as u64 - u64::from(error.line() > 1 && error.column() == 0);
    let detail = error.to_string();
    match error.classify() {
        Category::Io => bytes::unwrap(&error.into(), FORMAT),
        _ => Error::Broken { format: FORMAT, line, detail },
    }
}

/// The text being written.
#[derive(Default)]
struct Table {
    max_bytes: u64,
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    text: String,
    n_rows: u64,
    /// Columns that first appeared below the first row, in this walk.
    n_late: usize,
    /// Cells of the current row, by column.
    cells: Vec<String>,
    failed: Option<Error>,
}

impl Table {
    fn restart(&mut self) {
        self.text.clear();
        (self.n_rows, self.n_late) = (0, 0);
    }

    /// The column of a name, whose cell is then written by [`content`].
    fn column(&mut self, name: &str) -> Option<&mut String> {
        let column = match self.by_name.get(name) {
            Some(column) => *column,
            None if self.names.len() >= MAX_COLUMNS => return None,
            None => {
                self.n_late += usize::from(self.n_rows > 0);
                self.by_name.insert(name.to_owned(), self.names.len());
                self.names.push(name.to_owned());
                self.names.len() - 1
            }
        };
        self.cell(column)
    }

    fn cell(&mut self, column: usize) -> Option<&mut String> {
        if column >= MAX_COLUMNS {
            return None;
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells.get_mut(column)
    }

    fn end_row(&mut self) -> Result<(), ()> {
        let length = self.cells.iter().map(|c| c.len() + 1).sum::<usize>().max(self.names.len());
        if (self.text.len() + length) as u64 > self.max_bytes {
            let (format, limit) = (FORMAT, self.max_bytes);
            self.failed = Some(Error::TooDense { format, excess: Excess::Bytes, limit });
            return Err(());
        }
        for column in 0..self.names.len().max(self.cells.len()) {
            if column > 0 {
                self.text.push('\t');
            }
            if let Some(cell) = self.cells.get_mut(column) {
                write_cell(&mut self.text, cell);
                cell.clear();
            }
        }
        self.text.push('\n');
        self.n_rows += 1;
        Ok(())
    }

    /// The names and the rows below them.
    fn finish(self) -> String {
        let mut out = String::new();
        for (i, name) in self.names.iter().enumerate() {
            if i > 0 {
                out.push('\t');
            }
            write_cell(&mut out, name);
        }
        if !self.names.is_empty() {
            out.push('\n');
        }
        let mut text = self.text;
        text.insert_str(0, &out);
        text
    }
}

/// What a cell shows of a value.
fn content(raw: &str, out: &mut String) {
    out.clear();
    match raw.as_bytes().first() {
        Some(b'"') => match serde_json::from_str::<String>(raw) {
            Ok(text) => *out = text,
            // A half of a surrogate pair is no letter.
            Err(_) => out.push_str(raw),
        },
        Some(b'n') => {}
        Some(b't') => out.push_str("TRUE"),
        Some(b'f') => out.push_str("FALSE"),
        Some(b'{' | b'[') => compact(raw, out),
        _ => out.push_str(raw),
    }
}

/// JSON without the blanks between its parts.
fn compact(raw: &str, out: &mut String) {
    let (mut is_text, mut is_escaped) = (false, false);
    for letter in raw.chars() {
        if is_text || !letter.is_ascii_whitespace() {
            out.push(letter);
        }
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_text => is_escaped = true,
            '"' => is_text = !is_text,
            _ => {}
        }
    }
}

/// Whether anything but records is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strict {
    Yes,
    No,
}

/// A record: an object, or an array of cells.
struct Row<'t>(&'t mut Table, Strict);

impl Row<'_> {
    /// A value that is no record.
    fn other<E: serde::de::Error>(&self, value: Unexpected<'_>) -> Result<(), E> {
        match self.1 {
            Strict::Yes => Err(E::invalid_type(value, self)),
            Strict::No => Ok(()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.other(Unexpected::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.other(Unexpected::Signed(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.other(Unexpected::Unsigned(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.other(Unexpected::Float(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.other(Unexpected::Str(value))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value::<Box<RawValue>>()?;
            member(self.0, &name, value.get());
        }
        self.0.end_row().map_err(|()| full())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut n = 0;
        while let Some(value) = items.next_element::<Box<RawValue>>()? {
            if let Some(cell) = self.0.cell(n) {
                content(value.get(), cell);
            }
            n += 1;
        }
        self.0.end_row().map_err(|()| full())
    }
}

fn full<E: serde::de::Error>() -> E {
    E::custom("too much text")
}

/// Writes a member of a record; those of an object in it get columns of their own.
fn member(table: &mut Table, name: &str, raw: &str) {
    if raw.starts_with('{') {
        let inner: Result<Members<'_>, _> = serde_json::from_str(raw);
        if let Ok(Members(inner)) = inner
            && !inner.is_empty()
        {
            for (key, value) in inner {
                if let Some(cell) = table.column(&format!("{name}.{key}")) {
                    content(value.get(), cell);
                }
            }
            return;
        }
    }
    if let Some(cell) = table.column(name) {
        content(raw, cell);
    }
}

/// Members in the order they are written.
struct Members<'r>(Vec<(String, &'r RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = members.next_entry()? {
                    all.push(member);
                }
                Ok(Members(all))
            }
        }
        from.deserialize_map(All)
    }
}

/// An array of records.
struct Rows<'t>(&'t mut Table, Strict);

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Row(self.0, self.1))?.is_some() {}
        Ok(())
    }
}

/// An object that holds an array of records, itself or in an object in it; the first one that has any is taken.
struct Wrapper<'t>(&'t mut Table, usize);

impl<'de> DeserializeSeed<'de> for Wrapper<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Wrapper<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        Rows(self.0, Strict::No).visit_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_key::<IgnoredAny>()?.is_some() {
            if self.0.n_rows > 0 || self.1 == 0 {
                members.next_value::<IgnoredAny>()?;
            } else {
                members.next_value_seed(Wrapper(self.0, self.1 - 1))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn text(json: &str) -> Result<String, Error> {
        let shape = looks_like(json.as_bytes(), true).unwrap();
        to_text(|| json.as_bytes(), shape, 10_000)
    }

    #[test]
    fn what_merely_begins_with_a_bracket_is_no_json() {
        for (head, shape) in [
            ("{\"a\":1}\n{\"a\":2}", Some(Shape::Lines)),
            ("\u{feff} {\"a\":1}", Some(Shape::Wrapped)),
            ("{\"a\":1}{\"a\":2}", None),
            ("[{\"a\":1},", Some(Shape::Array)),
            ("[\n [1,2],\n [3,4]]", Some(Shape::Array)),
            ("[1,2]\n[3,4]\n", Some(Shape::Lines)),
            ("{\"data\":[{\"a\":1", Some(Shape::Wrapped)),
            ("[{\"a\":1", Some(Shape::Array)),
            ("[id],[name]\n[1],[x]\n", None),
            ("[1],[2]\n[3],[4]\n", None),
            ("[1]\n5\n", None),
            ("{\"a\":1},5\n{\"a\":2},6\n", None),
            ("{\"a\":1};5\n", None),
            ("{id};{name}\n", None),
            ("[", None),
            ("{", None),
            ("[]", None),
            ("{}", None),
            ("[{a:1}]", None),
            ("", None),
        ] {
            assert_eq!(looks_like(head.as_bytes(), true), shape, "{head:?}");
        }
    }

    #[test]
    fn records_become_lines() {
        let lines = "{\"id\":\"a\",\"n\":1.10,\"x\":null}\r\n{\"id\":\"b\\tc\",\"new\":{\"k\": [1, {\"q\": \"z z\"}]},\"n\":12345678901234567890}\n";
        let expected = "id\tn\tx\tnew.k\na\t1.10\t\t\nb c\t12345678901234567890\t\t[1,{\"q\":\"z z\"}]\n";
        assert_eq!(text(lines).unwrap(), expected);
        let array = "[{\"a\": true, \"b\": {}}, null, {\"b\": \"\\\"q\\\"\", \"a\": false}]";
        assert_eq!(text(array).unwrap(), "a\tb\nTRUE\t{}\nFALSE\t\"\"\"q\"\"\"\n");
        assert_eq!(text("[\"a\",\"b\"]\n[1,\"x\"]\n").unwrap(), "a\tb\n1\tx\n");
        let wrapped = "{\"ok\": true, \"tags\": [1, \"x\"], \"result\": {\"n\": 2, \"rows\": [{\"a\": 1}, {\"a\": 2}]}, \"more\": [{\"z\": 1}]}";
        assert_eq!(text(wrapped).unwrap(), "a\n1\n2\n");
        assert_eq!(text("{\"a\": 1, \"b\": 2}").unwrap(), "a\tb\n1\t2\n");
    }

    #[test]
    fn errors_name_their_line() {
        for (json, line) in [
            ("{\"a\":1}\n{\"a\":\n2}\n{\"a\" 3}\n", 4),
            ("[{\"a\":1},\n{\"a\":2}", 2),
            ("[{\"a\":1},\n5]", 2),
            ("[{\"a\":1}]\n\nx", 3),
            ("{\"data\":[{\"a\":1}\n", 1),
        ] {
            match text(json) {
                Err(Error::Broken { format: Format::Json, line: found, .. }) => {
                    assert_eq!(found, line, "{json}")
                }
                other => panic!("{json}: {other:?}"),
            }
        }
        let long = "{\"a\":\"0123456789\"}\n".repeat(2000);
        assert!(matches!(text(&long), Err(Error::TooDense { excess: Excess::Bytes, .. })));
        // Columns are counted, and so is what they take in every row.
        let wide: String = (0..200).map(|i| format!("{{\"c{i}\":1}}\n")).collect();
        assert!(matches!(text(&wide), Err(Error::TooDense { excess: Excess::Bytes, .. })));
    }
}
