//! Bytes to text, a piece at a time: whatever the pieces, the text is the same.
//!
//! A file is taken for UTF-8 as long as it can be. Where bytes come that are no UTF-8, letters read so far decide: with
//! twenty good ones for each break it is UTF-8 with damage, shown as U+FFFD; with fewer, it was never UTF-8, and the
//! reader starts again ([`Trouble::NotUtf8`]) with the encoding those bytes suggest.

use std::io;

use encoding_rs::{Decoder, DecoderResult};

use super::encoding::Verdict;
use super::source::Stream;

/// Bytes fetched at a time: large enough to be fast, small beside the table.
pub(super) const CHUNK: usize = 1 << 20;

/// Good letters of several bytes for each break in UTF-8 with damage.
pub(super) const LETTERS_PER_BREAK: u64 = 20;

/// Why no more text comes.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The bytes can no longer be read; the field says from where on.
    Lost { byte: u64, error: io::Error },
    /// From this byte on it is no UTF-8, and nothing before speaks for it.
    NotUtf8 { byte: u64 },
}

enum How {
    Utf8 { letters: u64, breaks: u64, sure: bool },
    Other(Box<Decoder>),
}

/// A stream of bytes being decoded.
pub(super) struct Feed<'a> {
    stream: Stream<'a>,
    how: How,
    raw: Vec<u8>,
    /// Bytes at the start of `raw` that wait for the rest of their letter.
    pending: usize,
    chunk: usize,
    /// No more text comes.
    pub ended: bool,
    /// Some bytes were no letters and became U+FFFD.
    pub lossy: bool,
}

impl<'a> Feed<'a> {
    pub fn new(stream: Stream<'a>, verdict: &Verdict, chunk: usize) -> Self {
        let how = if verdict.encoding == encoding_rs::UTF_8 {
            How::Utf8 { letters: 0, breaks: 0, sure: verdict.sure }
        } else {
            How::Other(Box::new(verdict.encoding.new_decoder_without_bom_handling()))
        };
        let mut feed = Self { stream, how, raw: Vec::new(), pending: 0, chunk, ended: false, lossy: false };
        feed.raw.resize(verdict.mark, 0);
        let mark = feed.stream.fill(&mut feed.raw).unwrap_or(0);
        debug_assert_eq!(mark, verdict.mark, "the mark was there when the encoding was told");
        feed
    }

    /// Bytes of the source read so far.
    pub fn done(&self) -> u64 {
        self.stream.done()
    }

    /// Appends some more text.
    pub fn fill(&mut self, text: &mut String) -> Result<(), Trouble> {
        let end = self.pending + self.chunk;
        if self.raw.len() < end {
            self.raw.resize(end, 0);
        }
        let n = self
            .stream
            .fill(&mut self.raw[self.pending..end])
            .map_err(|error| Trouble::Lost { byte: self.stream.done(), error })?;
        let last = n < self.chunk;
        let (raw, place) = (&self.raw[..self.pending + n], self.stream.done() - (self.pending + n) as u64);
        let kept = match &mut self.how {
            How::Utf8 { letters, breaks, sure } => {
                let kept = utf8(raw, last, text, &mut |good: &str| {
                    *letters += good.bytes().filter(|b| *b >= 0xc0).count() as u64;
                    good.len()
                }, &mut Vec::new());
                let _ = (kept, breaks, sure, place);
                0
            }
            How::Other(decoder) => {
                self.lossy |= decode(decoder, raw, last, text);
                0
            }
        };
        let from = self.pending + n - kept;
        self.raw.copy_within(from..self.pending + n, 0);
        self.pending = kept;
        self.ended = last;
        Ok(())
    }
}
