//! Where do the bytes come from? A source is read in pieces and more than once, and never held as a whole.
//!
//! A file dropped on the page is a [`Source`] whose bytes stay on the disk; bytes in memory are one too.

use std::io;

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

    /// As [`Source::read_at`].
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        (self.read_at)(offset, into)
    }

    /// How large a buffer for the bytes has to be, at most `limit`: one larger than the source, so that
    /// reading it at once shows that there are no more.
    pub fn room(&self, limit: usize) -> usize {
        usize::try_from(self.size).map_or(limit, |size| size.saturating_add(1).min(limit))
    }

    /// The first bytes, at most `limit`.
    pub fn head(&self, limit: usize) -> io::Result<Vec<u8>> {
        let mut out = vec![0; usize::try_from(self.size).unwrap_or(usize::MAX).min(limit)];
        let n = Stream::new(*self, 0).fill(&mut out)?;
        out.truncate(n);
        Ok(out)
    }
}

/// Bytes in order.
pub(super) struct Stream<'a> {
    input: Input<'a>,
    at: u64,
}

impl<'a> Stream<'a> {
    /// From a byte on.
    pub fn new(input: Input<'a>, at: u64) -> Self {
        Self { input, at }
    }

    /// Fills a buffer as far as the bytes go.
    pub fn fill(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut n = 0;
        while n < into.len() {
            match self.input.read_at(self.at, &mut into[n..])? {
                0 => break,
                read => {
                    n += read;
                    self.at += read as u64;
                }
            }
        }
        Ok(n)
    }

    /// The byte it stands before.
    pub fn done(&self) -> u64 {
        self.at
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_fills_buffers_from_whatever_pieces_come() {
        let bytes = *b"0123456789";
        // A source may give less than was asked for.
        let read_at = |offset: u64, into: &mut [u8]| {
            let n = into.len().min(3);
            bytes.read_at(offset, &mut into[..n])
        };
        let input = Input::new(bytes.size(), &read_at);
        assert_eq!(input.head(4).unwrap(), b"0123");
        assert_eq!(input.head(100).unwrap(), b"0123456789");
        let (mut stream, mut buffer) = (Stream::new(input, 0), [0; 7]);
        assert_eq!((stream.fill(&mut buffer).unwrap(), &buffer), (7, b"0123456"));
        assert_eq!((stream.fill(&mut buffer).unwrap(), &buffer[..3], stream.done()), (3, &b"789"[..], 10));
        assert_eq!(stream.fill(&mut buffer).unwrap(), 0);
        assert_eq!(bytes.read_at(1000, &mut buffer).unwrap(), 0);
    }
}
