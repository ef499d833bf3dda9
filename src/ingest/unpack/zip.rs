//! What is in a ZIP archive (PKWARE APPNOTE 6.3), and is it what it says? The directory, and one file at a time.
//!
//! Only what is asked for is unpacked, and only as far as it is read; sizes and checksums are held against what comes.
//! One reader serves the check and the use, so that no archive can show them two faces.

use std::io::{self, BufReader, Read};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::super::encoding;
use super::super::error::{Error, Excess};
use super::super::format::Format;
use super::super::source::{Input, Stream};
use super::bytes::{self, Meter, Slice, broken, is_too_dense};

/// Files in an archive that is read.
const MAX_ENTRIES: u64 = 9_999;

/// Bytes of the directory of such an archive.
const MAX_DIRECTORY: u64 = 16 << 20;

/// A file in an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its path, with `/` between the folders.
    pub name: String,
    /// Bytes it has, as the directory says.
    pub size: u64,
    /// Bytes it takes in the archive, as the directory says.
    pub packed: u64,
    header_at: u64,
    crc: u32,
    method: u16,
    is_encrypted: bool,
}

/// An archive and its directory.
#[derive(Clone)]
pub struct Archive<'a> {
    input: Input<'a>,
    /// The files, without folders.
    pub entries: Vec<Entry>,
}

impl<'a> Archive<'a> {
    /// Reads the directory.
    pub fn open(input: Input<'a>) -> Result<Self, Error> {
        let end = End::find(input)?;
        if end.n_entries > MAX_ENTRIES {
            let excess = Excess::Entries;
            return Err(Error::TooDense { format: Format::Zip, excess, limit: MAX_ENTRIES });
        }
        if end.size > MAX_DIRECTORY || end.start.checked_add(end.size).is_none_or(|e| e > input.size) {
            return Err(broken(Format::Zip, "the directory does not fit into the file"));
        }
        let directory = read(input, end.start, end.size as usize)?;
        let (mut at, mut entries) = (0, Vec::new());
        for _ in 0..end.n_entries {
            let Some((entry, length)) = directory.get(at..).and_then(|d| Entry::parse(d, end.shift)) else {
                return Err(broken(Format::Zip, "the directory is damaged"));
            };
            at += length;
            if entry.packed > input.size || entry.header_at > input.size {
                return Err(broken(Format::Zip, format!("{:?} does not fit into the file", entry.name)));
            }
            if !entry.name.ends_with('/') {
                entries.push(entry);
            }
        }
        Ok(Self { input, entries })
    }

    /// The file of that path, whatever the case of its letters.
    pub fn find(&self, path: &str) -> Option<&Entry> {
        let path = path.trim_start_matches('/');
        let exact = self.entries.iter().find(|e| e.name == path);
        exact.or_else(|| self.entries.iter().find(|e| e.name.eq_ignore_ascii_case(path)))
    }

    /// The content of a file, of which at most `limit` bytes are read.
    pub fn read(&self, entry: &Entry, limit: u64) -> Result<Unzip<'a>, Error> {
        if entry.is_encrypted {
            return Err(Error::Encrypted { format: Format::Zip });
        }
        if is_too_dense(entry.packed, entry.size) {
            let excess = Excess::Ratio;
            return Err(Error::TooDense { format: Format::Zip, excess, limit: bytes::MAX_RATIO });
        }
        if entry.size > limit {
            return Err(Error::TooDense { format: Format::Zip, excess: Excess::Bytes, limit });
        }
        let header = read(self.input, entry.header_at, 30)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err(broken(Format::Zip, format!("{:?} is not where the directory says", entry.name)));
        }
        let start = entry.header_at + 30 + u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        let slice = Slice::new(self.input, start, start.saturating_add(entry.packed));
        let packed = slice.buffered();
        let inner = match entry.method {
            0 => Content::Stored(packed),
            8 => Content::Deflated(DeflateDecoder::new(packed)),
            other => {
                return Err(broken(Format::Zip, format!("{:?} is packed by method {other}", entry.name)));
            }
        };
        let meter = Meter { format: Format::Zip, limit: entry.size, out: 0 };
        Ok(Unzip { inner, start, meter, crc: Crc::new(), expected: entry.crc })
    }

    /// The first bytes of a file.
    pub fn head(&self, entry: &Entry, limit: usize) -> Result<Vec<u8>, Error> {
        let mut out = Vec::new();
        let content = self.read(entry, u64::MAX)?;
        content.take(limit as u64).read_to_end(&mut out).map_err(|e| bytes::unwrap(&e, Format::Zip))?;
        Ok(out)
    }
}

/// Where the directory is.
struct End {
    start: u64,
    size: u64,
    n_entries: u64,
    /// Bytes before the archive, by which all positions are shifted.
    shift: u64,
}

impl End {
    /// Looks for the record that ends an archive, with a comment behind it at most.
    fn find(input: Input<'_>) -> Result<Self, Error> {
        let from = input.size.saturating_sub(22 + 0xffff);
        let tail = read(input, from, (input.size - from) as usize)?;
        let fits = |&at: &usize| {
            let record = tail.get(at..).unwrap_or_default();
            record.len() >= 22 && at + 22 + usize::from(u16_at(record, 20)) <= tail.len()
        };
        let found = memchr::memmem::rfind_iter(&tail, b"PK\x05\x06").find(fits);
        let at = found.ok_or_else(|| broken(Format::Zip, "it ends before its directory"))?;
        let record = &tail[at..];
        let (mut n_entries, mut size) = (u64::from(u16_at(record, 10)), u64::from(u32_at(record, 12)));
        let mut start = u64::from(u32_at(record, 16));
        let mut end = from + at as u64;
        if n_entries == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff {
            let locator = at.checked_sub(20).and_then(|l| tail.get(l..)).unwrap_or_default();
            if locator.starts_with(b"PK\x06\x07") {
                end = u64_at(locator, 8);
                let record = read(input, end, 56)?;
                if !record.starts_with(b"PK\x06\x06") {
                    return Err(broken(Format::Zip, "its 64-bit directory is not where it says"));
                }
                (n_entries, size, start) = (u64_at(&record, 32), u64_at(&record, 40), u64_at(&record, 48));
            }
        }
        // The directory stands right before its end record; where it does not start as said, the whole is shifted.
        let shift = end.checked_sub(size).and_then(|real| real.checked_sub(start));
        let shift = shift.ok_or_else(|| broken(Format::Zip, "its directory is not where it says"))?;
        Ok(Self { start: start + shift, size, n_entries, shift })
    }
}

impl Entry {
    /// An entry of the directory and the bytes it takes there.
    fn parse(bytes: &[u8], shift: u64) -> Option<(Self, usize)> {
        if bytes.len() < 46 || !bytes.starts_with(b"PK\x01\x02") {
            return None;
        }
        let name_end = 46 + usize::from(u16_at(bytes, 28));
        let extra_end = name_end + usize::from(u16_at(bytes, 30));
        let length = extra_end + usize::from(u16_at(bytes, 32));
        let name = bytes.get(46..name_end)?;
        let name = match std::str::from_utf8(name) {
            Ok(name) => name.to_owned(),
            Err(_) => {
                let verdict = encoding::guess(name, name.len() as u64);
                verdict.encoding.decode_without_bom_handling(name).0.into_owned()
            }
        };
        let flags = u16_at(bytes, 8);
        let mut entry = Self {
            name: name.replace('\\', "/"),
            size: u64::from(u32_at(bytes, 24)),
            packed: u64::from(u32_at(bytes, 20)),
            header_at: u64::from(u32_at(bytes, 42)),
            crc: u32_at(bytes, 16),
            method: u16_at(bytes, 10),
            is_encrypted: flags & 1 != 0,
        };
        let mut extra = bytes.get(name_end..extra_end)?;
        while extra.len() >= 4 {
            let end = 4 + usize::from(u16_at(extra, 2));
            let Some(field) = extra.get(4..end) else { break };
            if u16_at(extra, 0) == 1 {
                let mut wide = field.chunks_exact(8).map(|c| u64_at(c, 0));
                for value in [&mut entry.size, &mut entry.packed, &mut entry.header_at] {
                    if *value == 0xffff_ffff {
                        *value = wide.next()?;
                    }
                }
            }
            extra = extra.get(end..).unwrap_or_default();
        }
        entry.header_at = entry.header_at.checked_add(shift)?;
        bytes.get(..length).map(|_| (entry, length))
    }
}

enum Content<'a> {
    Stored(BufReader<Slice<'a>>),
    Deflated(DeflateDecoder<BufReader<Slice<'a>>>),
}

/// The content of a file in an archive, in order.
pub struct Unzip<'a> {
    inner: Content<'a>,
    start: u64,
    meter: Meter,
    crc: Crc,
    expected: u32,
}

impl Read for Unzip<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let (n, at) = match &mut self.inner {
            Content::Stored(bytes) => (bytes.read(into)?, bytes.get_ref().position()),
            Content::Deflated(bytes) => (bytes.read(into)?, bytes.get_ref().get_ref().position()),
        };
        let damaged = |detail| Err(bytes::wrap(broken(Format::Zip, detail)));
        if self.meter.out + n as u64 > self.meter.limit {
            return damaged("a file in it is larger than it says");
        }
        self.meter.add(n, at.saturating_sub(self.start))?;
        self.crc.update(&into[..n]);
        if n == 0 && self.meter.out < self.meter.limit {
            return damaged("a file in it is shorter than it says");
        }
        if n == 0 && self.crc.sum() != self.expected {
            return damaged("a file in it does not agree with its checksum");
        }
        Ok(n)
    }
}

/// Bytes that have to be there.
fn read(input: Input<'_>, at: u64, n: usize) -> Result<Vec<u8>, Error> {
    let mut out = vec![0; n];
    match Stream::new(input, at).fill(&mut out) {
        Ok(filled) if filled == n => Ok(out),
        Ok(_) => Err(broken(Format::Zip, "it is cut off")),
        Err(_) => Err(Error::Lost { byte: at }),
    }
}

/// A little-endian number; 0 beyond the end.
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

/// As [`u16_at`].
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// As [`u16_at`].
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}
