//! What does a gzip file (RFC 1952) hold? One stream, of one member or several.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::super::format::Format;
use super::super::source::Input;
use super::bytes::{Meter, Slice};

/// The content of a gzip file, in order. Every member has to be whole and to agree with its checksum.
pub struct Gunzip<'a> {
    inner: MultiGzDecoder<BufReader<Slice<'a>>>,
    meter: Meter,
}

impl<'a> Gunzip<'a> {
    /// From the start; at most `limit` bytes may come out.
    pub fn new(input: Input<'a>, limit: u64) -> Self {
        let bytes = Slice::new(input, 0, input.size).buffered();
        Self { inner: MultiGzDecoder::new(bytes), meter: Meter { format: Format::Gzip, limit, out: 0 } }
    }
}

impl Read for Gunzip<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(into)?;
        let bytes_in = self.inner.get_ref().get_ref().position();
        self.meter.add(n, bytes_in)?;
        Ok(n)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use super::super::super::error::{Error, Excess};
    use super::super::super::source::Source;
    use super::super::bytes;
    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(content).unwrap();
        out.finish().unwrap()
    }

    fn gunzip(file: &[u8], limit: u64) -> Result<Vec<u8>, Error> {
        let read_at = |at: u64, into: &mut [u8]| file.read_at(at, into);
        let mut out = Vec::new();
        let read = Gunzip::new(Input::new(file.size(), &read_at), limit).read_to_end(&mut out);
        read.map(|_| out).map_err(|e| bytes::unwrap(&e, Format::Gzip))
    }

    #[test]
    fn members_are_joined_and_damage_is_found() {
        let content: Vec<u8> = (0..200_000_u32).flat_map(|i| i.wrapping_mul(i).to_le_bytes()).collect();
        let (left, right) = content.split_at(12_345);
        let file = [gzip(left), gzip(b""), gzip(right)].concat();
        assert_eq!(gunzip(&file, 1 << 20).unwrap(), content);
        let is_broken = |file: &[u8]| matches!(gunzip(file, 1 << 20), Err(Error::Broken { .. }));
        for cut in [1, 5, 9, 12, 1000, file.len() / 2, file.len() - 9, file.len() - 1] {
            assert!(is_broken(&file[..cut]), "cut at {cut}");
        }
        let mut flipped = file.clone();
        let last = flipped.len() - 1;
        flipped[last - 5] ^= 1;
        assert!(is_broken(&flipped), "checksum");
        assert!(is_broken(&[&file[..], b"garbage behind it"].concat()));
        let too_many = Error::TooDense { format: Format::Gzip, excess: Excess::Bytes, limit: 1000 };
        assert_eq!(gunzip(&file, 1000), Err(too_many));
    }

    #[test]
    fn a_bomb_is_refused_before_it_grows() {
        let bomb = gzip(&vec![0; 64 << 20]);
        assert!(matches!(gunzip(&bomb, u64::MAX), Err(Error::TooDense { excess: Excess::Ratio, .. })));
        // As many bytes as are free come of anything.
        assert_eq!(gunzip(&gzip(&vec![b' '; 8 << 20]), u64::MAX).unwrap().len(), 8 << 20);
    }
}
