//! What is in a compound file ([MS-CFB])? Its streams, by name. A file that is XLS, DOC or an encrypted package.

use super::super::error::Error;
use super::super::format::Format;
use super::super::source::{Input, Stream};
use super::bytes::broken;
use super::zip::{u16_at, u32_at};

const FORMAT: Format = Format::CompoundFile;

/// From this number on, a sector number is no place but a mark.
const FIRST_MARK: u32 = 0xffff_fffa;

/// Size of the sectors of short streams.
const SHORT_SECTOR: usize = 64;

/// A compound file and its directory.
pub struct CompoundFile<'a> {
    input: Input<'a>,
    sector: usize,
    /// The sector that follows each sector.
    next: Vec<u32>,
    /// The same for those of short streams.
    next_short: Vec<u32>,
    /// The stream that holds all short streams.
    short: Vec<u8>,
    /// Streams shorter than this are among the short ones.
    min_long: u64,
    streams: Vec<Item>,
}

struct Item {
    name: String,
    start: u32,
    size: u64,
}

impl<'a> CompoundFile<'a> {
    /// Reads the directory.
    pub fn open(input: Input<'a>) -> Result<Self, Error> {
        let header = input.head(512).map_err(|_| Error::Lost { byte: 0 })?;
        let shift = u16_at(&header, 30);
        if header.len() < 512 || !matches!(shift, 9 | 12) {
            return Err(broken(FORMAT, "its header is damaged"));
        }
        let mut file = Self {
            input,
            sector: 1 << shift,
            next: Vec::new(),
            next_short: Vec::new(),
            short: Vec::new(),
            min_long: u64::from(u32_at(&header, 56)),
            streams: Vec::new(),
        };
        // The table of sectors is listed in the header, and further in sectors linked by their last number.
        let mut tables = numbers(&header[76..512]);
        let (mut at, mut n_left) = (u32_at(&header, 68), file.n_sectors());
        while at < FIRST_MARK {
            n_left = n_left.checked_sub(1).ok_or_else(looped)?;
            let mut more = numbers(&file.sector(at)?);
            at = more.pop().unwrap_or(FIRST_MARK);
            tables.extend(more);
        }
        for table in tables.into_iter().filter(|t| *t < FIRST_MARK) {
            let more = numbers(&file.sector(table)?);
            file.next.extend(more);
            if file.next.len() > file.n_sectors() + 2 * file.sector {
                break;
            }
        }
        let directory = file.chain(u32_at(&header, 48), u64::MAX)?;
        for item in directory.chunks_exact(128) {
            let length = usize::from(u16_at(item, 64)).clamp(2, 64) - 2;
            let units: Vec<u16> = (0..length / 2).map(|i| u16_at(item, 2 * i)).collect();
            let name = String::from_utf16_lossy(&units);
            let size = u64::from(u32_at(item, 120));
            match item.get(66) {
                Some(2) => file.streams.push(Item { name, start: u32_at(item, 116), size }),
                Some(5) => file.short = file.chain(u32_at(item, 116), size)?,
                _ => {}
            }
        }
        file.next_short = numbers(&file.chain(u32_at(&header, 60), u64::MAX)?);
        Ok(file)
    }

    /// Whether there is a stream of that name.
    pub fn has(&self, name: &str) -> bool {
        self.streams.iter().any(|s| s.name.eq_ignore_ascii_case(name))
    }

    /// The stream of that name.
    pub fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(item) = self.streams.iter().find(|s| s.name.eq_ignore_ascii_case(name)) else {
            return Ok(None);
        };
        if item.size >= self.min_long {
            return self.chain(item.start, item.size).map(Some);
        }
        let (mut out, mut at) = (Vec::new(), item.start);
        let (size, mut n_left) = (item.size as usize, self.next_short.len());
        while at < FIRST_MARK && out.len() < size {
            n_left = n_left.checked_sub(1).ok_or_else(looped)?;
            let from = (at as usize).checked_mul(SHORT_SECTOR).ok_or_else(cut_off)?;
            let sector = self.short.get(from..).ok_or_else(cut_off)?;
            out.extend_from_slice(&sector[..sector.len().min(SHORT_SECTOR).min(size - out.len())]);
            at = self.next_short.get(at as usize).copied().ok_or_else(cut_off)?;
        }
        Ok(Some(out))
    }

    fn n_sectors(&self) -> usize {
        usize::try_from(self.input.size).unwrap_or(usize::MAX) / self.sector + 1
    }

    /// The bytes of a sector; of the last one, as many as there are.
    fn sector(&self, number: u32) -> Result<Vec<u8>, Error> {
        let at = (u64::from(number) + 1) * self.sector as u64;
        let mut bytes = vec![0; self.sector];
        let n = Stream::new(self.input, at).fill(&mut bytes).map_err(|_| Error::Lost { byte: at })?;
        bytes.truncate(n);
        if n == 0 { Err(cut_off()) } else { Ok(bytes) }
    }

    /// The bytes of linked sectors, at most `size`. Sectors that stand in a row are read in one go.
    fn chain(&self, start: u32, size: u64) -> Result<Vec<u8>, Error> {
        let (mut out, mut first, mut n_left) = (Vec::new(), start, self.n_sectors());
        while first < FIRST_MARK && (out.len() as u64) < size {
            let (mut n, mut last) = (0, first);
            let next = loop {
                n_left = n_left.checked_sub(1).ok_or_else(looped)?;
                n += 1;
                let next = self.next.get(last as usize).copied().ok_or_else(cut_off)?;
                if next != last + 1 || next >= FIRST_MARK {
                    break next;
                }
                last = next;
            };
            let (at, from) = ((u64::from(first) + 1) * self.sector as u64, out.len());
            out.resize(from + n * self.sector, 0);
            let filled =
                Stream::new(self.input, at).fill(&mut out[from..]).map_err(|_| Error::Lost { byte: at })?;
            // Only the last sector of a file may be shorter than the others.
            if filled <= (n - 1) * self.sector {
                return Err(cut_off());
            }
            out.truncate(from + filled);
            first = next;
        }
        out.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Ok(out)
    }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|b| u32_at(b, 0)).collect()
}

fn cut_off() -> Error {
    broken(FORMAT, "it is cut off")
}

fn looped() -> Error {
    broken(FORMAT, "its sectors go round in a circle")
}
