//! Bytes that are unpacked while they are read: how far they may grow, and how a stream is read like a file.
//!
//! What a compressed file says about its size is not to be trusted, so that each byte that comes out is counted as it
//! comes. Errors travel as the source of an [`io::Error`] through the readers in between.

use std::cell::RefCell;
use std::io::{self, BufReader, Read};

use super::super::error::{Error, Excess};
use super::super::format::Format;
use super::super::source::{Input, Stream};

/// Most bytes that may come of one compressed byte. Workbooks of repeated rows reach 60; deflate ends at 1030.
pub const MAX_RATIO: u64 = 200;

/// Bytes that may come of anything.
pub const FREE_BYTES: u64 = 8 << 20;

/// Bytes read at a time.
pub const PIECE: usize = 1 << 14;

/// An error on its way through an [`io::Error`].
pub fn wrap(error: Error) -> io::Error {
    io::Error::other(error)
}

/// The error that was wrapped; any other means a damaged file.
pub fn unwrap(error: &io::Error, format: Format) -> Error {
    let named = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    named.cloned().unwrap_or_else(|| broken(format, error.to_string()))
}

/// A damaged file.
pub fn broken(format: Format, detail: impl Into<String>) -> Error {
    Error::Broken { format, line: 0, detail: detail.into() }
}

/// Part of an input, in order.
pub struct Slice<'a> {
    stream: Stream<'a>,
    end: u64,
}

impl<'a> Slice<'a> {
    /// The bytes from one place to another.
    pub fn new(input: Input<'a>, start: u64, end: u64) -> Self {
        Self { stream: Stream::new(input, start), end: end.min(input.size) }
    }

    /// Read in pieces that are no larger than what there is.
    pub fn buffered(self) -> BufReader<Self> {
        let left = usize::try_from(self.end.saturating_sub(self.position())).unwrap_or(usize::MAX);
        BufReader::with_capacity(left.clamp(1, PIECE), self)
    }

    /// The byte it stands before.
    pub fn position(&self) -> u64 {
        self.stream.done()
    }
}

impl Read for Slice<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let at = self.stream.done();
        let left = usize::try_from(self.end.saturating_sub(at)).unwrap_or(usize::MAX);
        let wanted = into.len().min(left);
        self.stream.fill(&mut into[..wanted]).map_err(|_| wrap(Error::Lost { byte: at }))
    }
}

/// Counts what comes out of compressed bytes.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    pub format: Format,
    /// Most bytes that may come out.
    pub limit: u64,
    pub out: u64,
}

impl Meter {
    /// Adds bytes that came out after so many went in.
    pub fn add(&mut self, n: usize, bytes_in: u64) -> io::Result<()> {
        self.out += n as u64;
        if self.out > self.limit {
            return Err(wrap(Error::TooDense {
                format: self.format,
                excess: Excess::Bytes,
                limit: self.limit,
            }));
        }
        if is_too_dense(bytes_in, self.out) {
            return Err(wrap(Error::TooDense {
                format: self.format,
                excess: Excess::Ratio,
                limit: MAX_RATIO,
            }));
        }
        Ok(())
    }
}

/// Whether no honest file makes so much of so little.
pub fn is_too_dense(bytes_in: u64, bytes_out: u64) -> bool {
    bytes_out > FREE_BYTES.saturating_add(bytes_in.saturating_mul(MAX_RATIO))
}

/// A stream that is read like a file: in order it costs nothing, and going back starts it again. Its first bytes, which
/// are read most often, are kept.
pub struct Replay<'a> {
    open: Box<dyn Fn() -> io::Result<Box<dyn Read + 'a>> + 'a>,
    pub size: u64,
    head: Vec<u8>,
    now: RefCell<Option<(u64, Box<dyn Read + 'a>)>>,
}

/// First bytes kept: somewhat more than the reader looks at before it knows how to read.
const HEAD: usize = 5 << 18;

impl<'a> Replay<'a> {
    /// Reads the stream once to know its size and that it is whole.
    pub fn new(open: impl Fn() -> io::Result<Box<dyn Read + 'a>> + 'a) -> io::Result<Self> {
        let (mut stream, mut size, mut head) = (open()?, 0, Vec::new());
        let mut piece = vec![0; PIECE];
        loop {
            let n = stream.read(&mut piece)?;
            if n == 0 {
                break;
            }
            size += n as u64;
            let kept = n.min(HEAD - head.len());
            head.extend_from_slice(&piece[..kept]);
        }
        Ok(Self { open: Box::new(open), size, head, now: RefCell::new(None) })
    }

    /// Reads at any place, as a [`Source`](super::super::source::Source) does.
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        if let Some(rest) = usize::try_from(offset).ok().and_then(|at| self.head.get(at..))
            && !rest.is_empty()
        {
            let n = rest.len().min(into.len());
            into[..n].copy_from_slice(&rest[..n]);
            return Ok(n);
        }
        let mut now = self.now.borrow_mut();
        let (mut at, mut stream) = match now.take() {
            Some(now) if now.0 <= offset => now,
            _ => (0, (self.open)()?),
        };
        let mut piece = vec![0; if at < offset { PIECE } else { 0 }];
        while at < offset {
            let wanted = usize::try_from(offset - at).unwrap_or(usize::MAX).min(piece.len());
            match stream.read(&mut piece[..wanted])? {
                0 => return Ok(0),
                n => at += n as u64,
            }
        }
        let n = stream.read(into)?;
        *now = Some((at + n as u64, stream));
        Ok(n)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_like_a_file() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|i| (i * 7 % 251) as u8).collect();
        let n_opened = std::cell::Cell::new(0);
        let replay = Replay::new(|| {
            n_opened.set(n_opened.get() + 1);
            Ok(Box::new(&bytes[..]) as Box<dyn Read>)
        })
        .unwrap();
        assert_eq!(replay.size, 3_000_000);
        let mut into = [0; 100];
        for (at, opened) in
            [(0, 1), (1000, 1), (2_000_000, 2), (2_000_100, 2), (2_500_000, 2), (1_999_999, 3)]
        {
            let n = replay.read_at(at, &mut into).unwrap();
            assert_eq!(&into[..n], &bytes[at as usize..][..n]);
            assert_eq!((n, n_opened.get()), (100, opened), "at {at}");
        }
        assert_eq!(replay.read_at(2_999_950, &mut into).unwrap(), 50);
        assert_eq!(replay.read_at(3_000_000, &mut into).unwrap(), 0);
        assert_eq!(replay.read_at(9_000_000, &mut into).unwrap(), 0);
    }
}
