//! A file opened: how it is decoded, how its table is written, and its first megabyte of text.

use super::Progress;
use super::dialect::{self, Layout, Told};
use super::encoding::{self, Verdict};
use super::error::Error;
use super::feed::{Feed, Trouble};
use super::records::{Record, Records};
use super::scan::Stop;
use super::source::{Input, Stream};
use super::unpack::{self, Origin};
use super::walk::Walk;
use super::watch::Watch;

/// A file whose start has been looked at.
pub(super) struct File<'a> {
    input: Input<'a>,
    /// Where its text came from.
    pub origin: &'a Origin,
    pub verdict: Verdict,
    /// The first text, all of a small file.
    pub head: String,
    /// Bytes of the source for each byte of its text, in the head.
    bytes_per_text: f64,
    pub layout: Layout,
}

/// What one reading of a file leaves for the next, so that nothing is found out twice.
#[derive(Default)]
pub(super) struct Kept {
    /// What was unpacked.
    unpacked: Option<unpack::Kept>,
    /// How the text turned out to be written.
    written: Option<Written>,
}

struct Written {
    /// What had been told of it, and the sheet it came from.
    told: Told,
    sheet: Option<String>,
    verdict: Verdict,
    layout: Layout,
}

impl Kept {
    /// Bytes of the text it holds.
    pub fn n_bytes(&self) -> usize {
        self.unpacked.as_ref().map_or(0, unpack::Kept::n_bytes)
    }
}

impl<'a> File<'a> {
    /// Opens a file, taking for given what the user has told, and does some work with it; from the start
    /// again, in another encoding, where what was taken for UTF-8 turns out to be none.
    ///
    /// What an earlier reading of the same file has kept is used instead of unpacking it again; what this one can keep
    /// is left in its place.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Empty`], [`Error::Lost`], [`Error::Aborted`], what unpacking fails with, or what
    /// the work fails with.
    pub fn with<T>(
        input: Input<'a>,
        told: &Told,
        limit: u64,
        kept: &mut Option<Kept>,
        progress: &mut Progress<'_>,
        mut work: impl FnMut(&File<'_>, &mut Progress<'_>) -> Result<T, Stop>,
    ) -> Result<T, Error> {
        let watch = Watch::new(progress, input.size);
        watch.start()?;
        if input.size > limit {
            return Err(Error::TooLarge { bytes: input.size, limit });
        }
        let read_at = watch.counted(|at, into| input.read_at(at, into));
        let (input, mut done) = (Input::new(input.size, &read_at), None);
        let Kept { unpacked: mut text, mut written } = kept.take().unwrap_or_default();
        let unpacked = unpack::unpack(input, told, limit, &mut text, &watch, &mut |input, told, origin| {
            let read = |progress: &mut Progress<'_>| {
                Self::read(input, told, origin, &mut written, &mut |file: &File<'_>| work(file, progress))
            };
            done = Some(watch.rest(read)?);
            Ok(())
        });
        // Whatever else seems to have gone wrong then did so because reading had stopped.
        watch.check()?;
        unpacked?;
        *kept = Some(Kept { unpacked: text, written });
        watch.end()?;
        // Unpacking ends with the work or with an error.
        done.ok_or(Error::Empty)
    }

    /// Reads text.
    fn read<T>(
        input: Input<'_>,
        told: &Told,
        origin: &Origin,
        written: &mut Option<Written>,
        work: &mut impl FnMut(&File<'_>) -> Result<T, Stop>,
    ) -> Result<T, Error> {
        let known = written.take().filter(|w| w.told == *told && w.sheet == origin.sheet);
        let (mut verdict, mut layout) = match known {
            Some(written) => (written.verdict, Some(written.layout)),
            None => (Self::decide(input, told, origin)?, None),
        };
        loop {
            let read = File::open(input, verdict.clone(), layout.take(), told, origin).and_then(|file| {
                let done = work(&file)?;
                let (told, sheet) = (told.clone(), origin.sheet.clone());
                *written = Some(Written { told, sheet, verdict: file.verdict, layout: file.layout });
                Ok(done)
            });
            match read {
                Ok(done) => return Ok(done),
                Err(Stop::Failed(error)) => return Err(error),
                // Cannot come twice: no other encoding has this trouble.
                Err(Stop::NotUtf8 { byte }) => verdict = another(input, byte)?,
                // Whoever reads numbers answers this before.
                Err(Stop::CommaDecimals) => return Err(Error::NoAmountColumn),
            }
        }
    }

    fn decide(input: Input<'_>, told: &Told, origin: &Origin) -> Result<Verdict, Error> {
        if origin.is_converted {
            return Ok(Verdict::new(encoding_rs::UTF_8, true));
        }
        let bytes = input.head(encoding::LOOK).map_err(|_| Error::Lost { byte: 0 })?;
        let said = encoding::told(told.encoding.as_deref(), &bytes);
        Ok(said.unwrap_or_else(|| encoding::decide(&bytes, bytes.len() as u64 == input.size)))
    }

    /// Opens text, whose layout is found unless it is known.
    fn open(
        input: Input<'a>,
        verdict: Verdict,
        layout: Option<Layout>,
        told: &Told,
        origin: &'a Origin,
    ) -> Result<Self, Stop> {
        let mut feed = Feed::new(Stream::new(input, 0), &verdict, input.room(encoding::LOOK + 1))?;
        let mut head = String::new();
        while head.len() <= encoding::LOOK && !feed.ended {
            feed.fill(&mut head)?;
        }
        let bytes_per_text = feed.done() as f64 / head.len().max(1) as f64;
        // As much text whatever the encoding, so that what it shows is the same.
        let is_all = head.len() <= encoding::LOOK;
        head.truncate(head.floor_char_boundary(encoding::LOOK));
        let layout = match layout {
            Some(layout) => layout,
            None => dialect::detect_head(&head, is_all, told)?,
        };
        Ok(Self { input, origin, verdict, head, bytes_per_text, layout })
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
        let rows = self.head.get(self.layout.data_start..).unwrap_or_default();
        let look = &rows[..rows.floor_char_boundary(64 * 1024)];
        let mut records = Records::new(look, self.layout.dialect, 0, 1);
        let mut record = Record::default();
        // Counted as they are cut: a row may take several lines.
        let n = std::iter::from_fn(|| records.next(&mut record).is_record().then_some(())).count() + 1;
        let text = self.size() as f64 / self.bytes_per_text.max(0.1);
        (text / look.len().max(1) as f64 * n as f64 * 1.02) as usize
    }
}

/// The encoding that bytes suggest which are no UTF-8; the letters before them count as well.
fn another(input: Input<'_>, byte: u64) -> Result<Verdict, Error> {
    let mut around = vec![0; input.room(encoding::LOOK)];
    let mut stream = Stream::new(input, byte.saturating_sub(encoding::LOOK as u64 / 2));
    let n = stream.fill(&mut around).map_err(|_| Error::Lost { byte })?;
    Ok(encoding::guess(&around[..n], input.size))
}
