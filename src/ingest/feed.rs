//! Bytes to text, a piece at a time: whatever the pieces, the text is the same.
//!
//! A file is taken for UTF-8 as long as it can be. Where bytes come that are no UTF-8, letters read so far
//! decide: with twenty good ones for each break it is UTF-8 with damage, shown as U+FFFD; with fewer, it was
//! never UTF-8, and the reader starts again ([`Trouble::NotUtf8`]) with the encoding those bytes suggest.

use encoding_rs::{CoderResult, Decoder};

use super::encoding::Verdict;
use super::source::Stream;

/// Bytes fetched at a time: large enough to be fast, small enough that they are still in a cache when their text is
/// read.
pub(super) const CHUNK: usize = 1 << 18;

/// Good letters of several bytes for each break in UTF-8 with damage.
pub(super) const LETTERS_PER_BREAK: u64 = 20;

/// Why no more text comes.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The bytes can no longer be read; the field says from where on.
    Lost { byte: u64 },
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
    /// Text of a stream from its start; `chunk` bytes are fetched at a time.
    pub fn new(mut stream: Stream<'a>, verdict: &Verdict, chunk: usize) -> Result<Self, Trouble> {
        let how = if verdict.encoding == encoding_rs::UTF_8 {
            How::Utf8 { letters: 0, breaks: 0, sure: verdict.sure }
        } else {
            How::Other(Box::new(verdict.encoding.new_decoder_without_bom_handling()))
        };
        stream.fill(&mut vec![0; verdict.mark]).map_err(|_| Trouble::Lost { byte: 0 })?;
        Ok(Self { stream, how, raw: Vec::new(), pending: 0, chunk, ended: false, lossy: false })
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
            .map_err(|_| Trouble::Lost { byte: self.stream.done() })?;
        self.ended = n < self.chunk;
        let filled = self.pending + n;
        let from = self.stream.done() - filled as u64;
        self.pending = match &mut self.how {
            How::Utf8 { .. } => self.utf8(filled, from, text)?,
            How::Other(decoder) => {
                self.lossy |= decode(decoder, &self.raw[..filled], self.ended, text);
                0
            }
        };
        self.raw.copy_within(filled - self.pending..filled, 0);
        Ok(())
    }

    /// Takes the UTF-8 in the first bytes of `raw`, which stand at `from` in the source; says how many at
    /// their end wait for more.
    fn utf8(&mut self, filled: usize, from: u64, text: &mut String) -> Result<usize, Trouble> {
        let How::Utf8 { letters, breaks, sure } = &mut self.how else { return Ok(0) };
        let mut at = 0;
        loop {
            let rest = &self.raw[at..filled];
            let error = match std::str::from_utf8(rest) {
                Ok(good) => {
                    *letters += count_letters(good);
                    text.push_str(good);
                    return Ok(0);
                }
                Err(error) => error,
            };
            let good = std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default();
            *letters += count_letters(good);
            text.push_str(good);
            at += error.valid_up_to();
            let length = match error.error_len() {
                // The letter goes on in the next piece.
                None if !self.ended => return Ok(filled - at),
                None => filled - at,
                Some(length) => length,
            };
            // A file that was cut off within a letter is no less UTF-8 for it.
            let is_cut = error.error_len().is_none() && *letters > 0;
            *breaks += u64::from(!is_cut);
            if !*sure && !is_cut && *letters < LETTERS_PER_BREAK * *breaks {
                return Err(Trouble::NotUtf8 { byte: from + at as u64 });
            }
            text.push('\u{fffd}');
            self.lossy = true;
            at += length;
        }
    }
}

/// Letters of several bytes.
fn count_letters(text: &str) -> u64 {
    if text.is_ascii() { 0 } else { text.bytes().filter(|b| *b >= 0xc0).count() as u64 }
}

/// Decodes a piece; says whether some bytes were no letters.
fn decode(decoder: &mut Decoder, bytes: &[u8], last: bool, text: &mut String) -> bool {
    let (mut rest, mut lossy) = (bytes, false);
    loop {
        text.reserve(decoder.max_utf8_buffer_length(rest.len()).unwrap_or(rest.len() * 3).max(16));
        let (result, read, had_errors) = decoder.decode_to_string(rest, text, last);
        lossy |= had_errors;
        rest = &rest[read..];
        if result == CoderResult::InputEmpty {
            return lossy;
        }
    }
}
