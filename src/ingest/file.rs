//! A file opened: how it is decoded, how its table is written, and its first megabyte of text.

use super::dialect::{self, Layout, Told};
use super::encoding::{self, Verdict};
use super::error::Error;
use super::feed::{Feed, Trouble};
use super::format::{self, Format};
use super::source::{Input, Stream};
use super::walk::Walk;

/// A file whose start has been looked at.
pub(super) struct File<'a> {
    input: Input<'a>,
    pub verdict: Verdict,
    /// The first text, all of a small file.
    pub head: String,
    /// Bytes of the source the head was decoded from.
    head_bytes: u64,
    pub layout: Layout,
}

impl<'a> File<'a> {
    /// Looks at the start of a file, taking for given what the user has told.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Unreadable`], [`Error::Empty`] or [`Error::Lost`].
    pub fn open(input: Input<'a>, told: &Told, limit: u64) -> Result<Self, Error> {
        if input.size > limit {
            return Err(Error::TooLarge { bytes: input.size, limit });
        }
        let bytes = input.head(encoding::LOOK).map_err(|_| Error::Lost { byte: 0 })?;
        let (looks_like, position) = format::sniff(&bytes);
        if looks_like != Format::Text {
            return Err(Error::Unreadable { looks_like, position });
        }
        let verdict = encoding::decide(&bytes, bytes.len() as u64 == input.size);
        Self::decoded(input, verdict, told)
    }

    fn decoded(input: Input<'a>, mut verdict: Verdict, told: &Told) -> Result<Self, Error> {
        let (head, head_bytes, is_all) = loop {
            match read_head(input, &verdict) {
                Ok(head) => break head,
                Err(Trouble::Lost { byte }) => return Err(Error::Lost { byte }),
                // Cannot come twice: no other encoding has this trouble.
                Err(Trouble::NotUtf8 { byte }) => verdict = another(input, byte)?,
            }
        };
        let layout = dialect::detect_head(&head, is_all, told)?;
        Ok(Self { input, verdict, head, head_bytes, layout })
    }

    /// The same file after a byte was found that is no UTF-8.
    pub fn reopened(self, byte: u64, told: &Told) -> Result<Self, Error> {
        let verdict = another(self.input, byte)?;
        Self::decoded(self.input, verdict, told)
    }

    /// A walk over the rows.
    pub fn walk(&self) -> Result<Walk<'_>, Trouble> {
        Walk::new(self.input, &self.verdict, &self.layout)
    }

    /// Bytes in all.
    pub fn size(&self) -> u64 {
        self.input.size
    }

    /// About how many rows there are, from the first ones.
    pub fn estimated_rows(&self) -> usize {
        let bytes = self.head.as_bytes();
        let rows = &bytes[self.layout.data_start.min(bytes.len())..];
        let look = &rows[..rows.len().min(64 * 1024)];
        let n = memchr::memchr2_iter(b'\n', b'\r', look).count() + 1;
        let text = self.size() as f64 * self.head.len() as f64 / self.head_bytes.max(1) as f64;
        (text / look.len().max(1) as f64 * n as f64 * 1.02) as usize
    }
}

/// The first text, the bytes it took, and whether that is all.
fn read_head(input: Input<'_>, verdict: &Verdict) -> Result<(String, u64, bool), Trouble> {
    let mut feed = Feed::new(Stream::new(input), verdict, encoding::LOOK)?;
    let mut head = String::new();
    feed.fill(&mut head)?;
    Ok((head, feed.done(), feed.ended))
}

/// The encoding that bytes suggest which are no UTF-8.
fn another(input: Input<'_>, byte: u64) -> Result<Verdict, Error> {
    let lost = |_| Error::Lost { byte };
    let mut around = vec![0; encoding::LOOK];
    let mut stream = Stream::new(input);
    // The letters before the byte count as well.
    let mut skip = byte.saturating_sub(encoding::LOOK as u64 / 2);
    while skip > 0 {
        let n = usize::try_from(skip).unwrap_or(usize::MAX).min(around.len());
        let read = stream.fill(&mut around[..n]).map_err(lost)?;
        if read == 0 {
            break;
        }
        skip -= read as u64;
    }
    let n = stream.fill(&mut around).map_err(lost)?;
    Ok(Verdict { encoding: encoding::guess(&around[..n]), mark: 0, sure: true })
}
