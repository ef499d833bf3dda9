//! Where do the bytes come from? A source is read in pieces and more than once, and never held as a whole.
//!
//! A file dropped on the page is a [`Source`] whose bytes stay on the disk; bytes in memory are one too. Everything
//! else here turns a source into a stream: plain, or what a program compressed it from.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes of known number that can be read at any place, as often as needed.
pub trait Source {
    /// Number of bytes.
    fn size(&self) -> u64;

    /// Fills the start of `into` with the bytes from `offset` on and says how many; 0 only at the end.
    ///
    /// # Errors
    /// If the bytes can no longer be read, as when the file was moved or changed.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;
}

impl<T: AsRef<[u8]> + ?Sized> Source for T {
    fn size(&self) -> u64 {
        self.as_ref().len() as u64
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.as_ref();
        let rest = bytes.get(usize::try_from(offset).unwrap_or(usize::MAX)..).unwrap_or_default();
        let n = rest.len().min(into.len());
        into[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
}

/// A source without its type, so that the reader is compiled once.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub size: u64,
    read_at: &'a dyn Fn(u64, &mut [u8]) -> io::Result<usize>,
}

impl<'a> Input<'a> {
    pub fn new(size: u64, read_at: &'a dyn Fn(u64, &mut [u8]) -> io::Result<usize>) -> Self {
        Self { size, read_at }
    }

    /// The first bytes, at most `limit`.
    pub fn head(&self, limit: usize) -> io::Result<Vec<u8>> {
        let mut out = vec![0; usize::try_from(self.size).unwrap_or(usize::MAX).min(limit)];
        let n = fill(&mut self.cursor(), &mut out)?;
        out.truncate(n);
        Ok(out)
    }

    /// A reader at the start.
    pub fn cursor(&self) -> Cursor<'a> {
        Cursor { input: *self, at: 0 }
    }
}

/// Fills a buffer as far as the reader goes.
pub(super) fn fill(reader: &mut dyn Read, into: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < into.len() {
        match reader.read(&mut into[done..]) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// A reader over a source, with a place.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    input: Input<'a>,
    at: u64,
}

impl Read for Cursor<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = (self.input.read_at)(self.at, into)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Cursor<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.input.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// What is read as text in the end.
pub(super) enum Material<'a> {
    /// The source itself.
    Plain(Input<'a>),
    /// What a workbook or the like was turned into.
    Text(String),
}

impl Material<'_> {
    /// Bytes the progress counts: of the source.
    pub fn size(&self) -> u64 {
        match self {
            Self::Plain(input) => input.size,
            Self::Text(text) => text.len() as u64,
        }
    }

    /// From the first byte on.
    pub fn stream(&self) -> Stream<'_> {
        Stream {
            reader: match self {
                Self::Plain(input) => Box::new(input.cursor()),
                Self::Text(text) => Box::new(io::Cursor::new(text.as_bytes())),
            },
            done: Cell::new(0),
        }
    }
}

/// Bytes in order.
pub(super) struct Stream<'a> {
    reader: Box<dyn Read + 'a>,
    done: Cell<u64>,
}

impl Stream<'_> {
    /// Fills a buffer as far as the bytes go.
    pub fn fill(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = fill(&mut *self.reader, into)?;
        self.done.set(self.done.get() + n as u64);
        Ok(n)
    }

    /// Bytes read so far.
    pub fn done(&self) -> u64 {
        self.done.get()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_and_seeks_within_its_source() {
        let bytes = *b"0123456789";
        let read_at = |offset: u64, into: &mut [u8]| bytes.read_at(offset, into);
        let input = Input::new(bytes.size(), &read_at);
        assert_eq!(input.head(4).unwrap(), b"0123");
        assert_eq!(input.head(100).unwrap(), b"0123456789");
        let mut cursor = input.cursor();
        cursor.seek(SeekFrom::End(-3)).unwrap();
        let mut rest = Vec::new();
        cursor.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"789");
        assert_eq!(cursor.seek(SeekFrom::Current(-9)).unwrap(), 1);
        assert!(cursor.seek(SeekFrom::Current(-2)).is_err());
        cursor.seek(SeekFrom::Start(1000)).unwrap();
        assert_eq!(cursor.read(&mut [0; 4]).unwrap(), 0);
    }
}
