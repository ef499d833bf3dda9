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
    pub start: Start,
    now: RefCell<Option<(u64, Box<dyn Read + 'a>)>>,
}

/// What is known of a stream that was read once.
pub struct Start {
    /// Bytes it has.
    pub size: u64,
    /// Its first bytes, all of one that is not long.
    pub head: Vec<u8>,
}

/// Bytes of a stream that are kept as a whole.
const SHORT: usize = 16 << 20;

/// First bytes kept of a longer one: somewhat more than the reader looks at before it knows how to read.
const HEAD: usize = 5 << 18;

impl Start {
    /// Reads a stream to its end.
    fn of(mut stream: impl Read) -> io::Result<Self> {
        let (mut size, mut head) = (0, Vec::new());
        let mut piece = vec![0; PIECE];
        loop {
            let n = stream.read(&mut piece)?;
            if n == 0 {
                return Ok(Self { size, head });
            }
            size += n as u64;
            if size <= SHORT as u64 {
                head.extend_from_slice(&piece[..n]);
            } else if head.len() > HEAD {
                head.truncate(HEAD);
                head.shrink_to_fit();
            }
        }
    }
}

impl<'a> Replay<'a> {
    /// Reads the stream once to know its size and that it is whole, unless that is known.
    pub fn new(
        open: impl Fn() -> io::Result<Box<dyn Read + 'a>> + 'a,
        start: Option<Start>,
    ) -> io::Result<Self> {
        let start = start.map_or_else(|| open().and_then(Start::of), Ok)?;
        Ok(Self { open: Box::new(open), start, now: RefCell::new(None) })
    }

    /// Reads at any place, as a [`Source`](super::super::source::Source) does.
    pub fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        if let Some(rest) = usize::try_from(offset).ok().and_then(|at| self.start.head.get(at..))
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
        let bytes: Vec<u8> = (0..30_000_000_u32).map(|i| (i * 7 % 251) as u8).collect();
        let n_opened = std::cell::Cell::new(0);
        let open = |n: usize| {
            let (bytes, n_opened) = (&bytes, &n_opened);
            move || {
                n_opened.set(n_opened.get() + 1);
                Ok(Box::new(&bytes[..n]) as Box<dyn Read>)
            }
        };
        let replay = Replay::new(open(30_000_000), None).unwrap();
        assert_eq!((replay.start.size, replay.start.head.len()), (30_000_000, HEAD));
        let mut into = [0; 100];
        for (at, opened) in
            [(0, 1), (1000, 1), (2_000_000, 2), (2_000_100, 2), (2_500_000, 2), (1_999_999, 3)]
        {
            let n = replay.read_at(at, &mut into).unwrap();
            assert_eq!(&into[..n], &bytes[at as usize..][..n]);
            assert_eq!((n, n_opened.get()), (100, opened), "at {at}");
        }
        assert_eq!(replay.read_at(29_999_950, &mut into).unwrap(), 50);
        assert_eq!(replay.read_at(30_000_000, &mut into).unwrap(), 0);
        assert_eq!(replay.read_at(90_000_000, &mut into).unwrap(), 0);
        // What is known of it spares the first reading; of a short one, all.
        n_opened.set(0);
        let again = Replay::new(open(30_000_000), Some(replay.start)).unwrap();
        assert_eq!((again.read_at(0, &mut into).unwrap(), n_opened.get()), (100, 0));
        assert_eq!((again.read_at(20_000_000, &mut into).unwrap(), n_opened.get()), (100, 1));
        n_opened.set(0);
        let short = Replay::new(open(SHORT), None).unwrap();
        assert_eq!((short.read_at(SHORT as u64 - 50, &mut into).unwrap(), n_opened.get()), (50, 1));
        assert_eq!(&into[..50], &bytes[SHORT - 50..SHORT]);
    }
}
