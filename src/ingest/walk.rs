//! The records of a file, whose text is held in a window that moves along.

use super::ahead::Rows;
use super::dialect::Layout;
use super::encoding::Verdict;
use super::feed::{CHUNK, Feed, Trouble};
use super::records::{Next, Reader, Record};
use super::source::{Input, Stream};

/// A walk over the records below the header.
pub(super) struct Walk<'a> {
    feed: Feed<'a>,
    reader: Reader,
    /// The window.
    pub text: String,
    /// Where the window starts in the text of the file, in bytes of UTF-8.
    start: u64,
    /// Where the rows of the table end in that text.
    end: u64,
    pub record: Record,
}

impl<'a> Walk<'a> {
    /// From the first row of a table.
    pub fn new(input: Input<'a>, verdict: &Verdict, layout: &Layout) -> Result<Self, Trouble> {
        Self::in_pieces(input, verdict, layout, input.room(CHUNK))
    }

    /// As [`Walk::new`], with the number of bytes fetched at a time.
    pub fn in_pieces(
        input: Input<'a>,
        verdict: &Verdict,
        layout: &Layout,
        chunk: usize,
    ) -> Result<Self, Trouble> {
        let mut feed = Feed::new(Stream::new(input, 0), verdict, chunk)?;
        let (mut text, mut start) = (String::new(), 0);
        let data_start = layout.data_start as u64;
        // Everything before the rows is passed over.
        loop {
            let left = usize::try_from(data_start - start).unwrap_or(usize::MAX);
            if left <= text.len() {
                text.drain(..left);
                start += left as u64;
                break;
            }
            start += text.len() as u64;
            text.clear();
            if feed.ended {
                break;
            }
            feed.fill(&mut text)?;
        }
        let reader = Reader::new(layout.dialect, 0, layout.data_line);
        let end = layout.data_end.map_or(u64::MAX, |end| end as u64);
        Ok(Self { feed, reader, text, start, end, record: Record::default() })
    }

    /// Bytes of the source that the records read so far take, about: of the window, the share that was read counts.
    pub fn bytes_done(&self) -> u64 {
        let read = self.start as f64 + self.reader.position as f64;
        let fetched = self.start as f64 + self.text.len() as f64;
        (self.feed.done() as f64 * (read / fetched.max(1.0))) as u64
    }

    /// Whether some bytes were no letters of the encoding.
    pub fn is_lossy(&self) -> bool {
        self.feed.lossy
    }

    /// Whether the source ends with the current record, and without a line end.
    #[inline]
    pub fn is_at_open_end(&self) -> bool {
        self.record.range.end == self.text.len() && self.feed.ended
    }

    /// Moves to the next record; false after the last.
    #[inline]
    pub fn next(&mut self) -> Result<bool, Trouble> {
        loop {
            let left = usize::try_from(self.end - self.start).unwrap_or(usize::MAX);
            let (window, is_last) = match self.text.get(..left) {
                Some(window) => (window, true),
                None => (self.text.as_str(), self.feed.ended),
            };
            match self.reader.next(window, is_last, &mut self.record) {
                Next::Record => return Ok(true),
                Next::End => return Ok(false),
                Next::More => self.go_on()?,
            }
        }
    }

    /// The next records as far as they are plain (see [`ahead`](super::ahead)) and have so many cells. They stay to be
    /// read until they are passed over.
    #[inline]
    pub fn plain_rows(&mut self, width: usize) -> Option<Rows<'_>> {
        let left = usize::try_from(self.end - self.start).unwrap_or(usize::MAX);
        let window = self.text.get(..left).unwrap_or(&self.text);
        self.reader.plain_rows(window, width)
    }

    /// Passes over the first of the [`Walk::plain_rows`].
    pub fn pass(&mut self, n: usize) {
        self.reader.pass(n);
    }

    #[cold]
    fn go_on(&mut self) -> Result<(), Trouble> {
        let read = self.reader.position;
        self.text.drain(..read);
        self.start += read as u64;
        self.reader.position = 0;
        // A record larger than the window: the window doubles, so that the whole stays linear.
        let wanted = self.text.len() * 2;
        self.feed.fill(&mut self.text)?;
        while self.text.len() < wanted && !self.feed.ended {
            self.feed.fill(&mut self.text)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::super::dialect;
    use super::super::encoding::{self, LOOK};
    use super::super::source::Source;
    use super::*;

    type Rows = Vec<(u64, Vec<String>)>;

    /// All records, with the pieces of the given size; or the byte that was no UTF-8.
    fn rows(bytes: &[u8], chunk: usize) -> Result<Rows, u64> {
        let verdict = encoding::decide(&bytes[..bytes.len().min(LOOK)], bytes.len() <= LOOK);
        let (text, _) = verdict.encoding.decode_without_bom_handling(&bytes[verdict.mark..]);
        let Ok(layout) = dialect::detect(&text, None) else { return Ok(Vec::new()) };
        let read_at = |at: u64, into: &mut [u8]| bytes.read_at(at, into);
        let input = Input::new(bytes.size(), &read_at);
        let told = |trouble: Trouble| match trouble {
            Trouble::NotUtf8 { byte } => byte,
            Trouble::Lost { byte } => panic!("lost at {byte}"),
        };
        let mut walk = Walk::in_pieces(input, &verdict, &layout, chunk).map_err(told)?;
        let mut out = Vec::new();
        while walk.next().map_err(told)? {
            let (record, text) = (&walk.record, &walk.text);
            out.push((record.line, (0..record.len()).map(|i| record.raw(text, i).to_owned()).collect()));
        }
        Ok(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Letters of one to four bytes, quotes, line ends of all kinds and broken bytes, cut into pieces of any size.
        #[test]
        fn any_chunking_gives_the_same_rows(
            cells in prop::collection::vec("[a-c,\"é客😀 \\r\\n]{0,12}", 1..60),
            chunk in 1_usize..40,
            broken in prop::option::of(0_usize..400),
            label in prop::sample::select(vec!["utf-8", "utf-16le", "gb18030", "big5", "shift_jis"]),
        ) {
            let mut text = "a,b,c\n".to_owned();
            cells.chunks(3).for_each(|row| text.push_str(&format!("{}\n", row.join(","))));
            let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
            let mut bytes = match label {
                "utf-16le" => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
                _ => encoding.encode(&text).0.into_owned(),
            };
            if let Some(place) = broken.filter(|p| *p < bytes.len()) {
                bytes[place] = 0xff;
            }
            prop_assert_eq!(rows(&bytes, chunk), rows(&bytes, 1 << 20));
        }
    }

    #[test]
    fn a_record_larger_than_many_pieces_is_one_record() {
        let long = "x".repeat(10_000);
        let text = format!("a,b\n1,\"{long}\n{long}\"\n2,y\n");
        let found = rows(text.as_bytes(), 64).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[1].0, found[0].1[1].len()), (4, 20_001));
    }
}
