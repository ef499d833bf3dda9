//! Damaged files: small ones of the corpus, changed by a seeded generator. The same seed and number give the
//! same bytes.
#![allow(dead_code)]

/// SplitMix64 (Steele, Lea & Flood 2014).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64, number: u64) -> Self {
        Self(seed ^ number.wrapping_mul(0xd129_0ed1_f4a5_1c0b))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 where that is 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let (a, b) = (self.below(length + 1), self.below(length + 1));
        a.min(b)..a.max(b)
    }
}

/// Texts that mean something to the reader.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"\"\"",
    b"'",
    b",",
    b";",
    b"\t",
    b"|",
    b"||",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b" ",
    b"\\",
    b"\\\"",
    b"\0",
    b"\x1a",
    b"\x1b$B",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xff",
    b"\x80",
    b"\xc3",
    b"\xe5\xae",
    b"\xf0\x9f\x98",
    b"\x81\x30\x81\x30",
    b"sep=;\n",
    b"99999999999999999999999999",
    b"-0",
    b"1e308",
    b"1E-999",
    b"1,234",
    b"1.234",
    b"(5)",
    b"5-",
    b"NaN",
    b"inf",
    b"0000-00-00",
    b"9999-12-31",
    b"31/12/99",
    b"1/2/3",
    b"2147483648",
    b"-9223372036854775808",
    b"\xe4\xb8\x87",
    b"\xe4\xba\xbf",
    b"Total",
    b"\xe5\x90\x88\xe8\xae\xa1",
    b"customer",
    b"date",
    b"amount",
    b"churn",
    b"tenure",
    b"C1001",
    b"#N/A",
    b"NULL",
    b"=1+1",
    b"<b>",
    "，".as_bytes(),
    "“".as_bytes(),
    "”".as_bytes(),
    "\u{200f}".as_bytes(),
    "\u{feff}".as_bytes(),
];

/// Longest file made.
pub const LONGEST: usize = 1500;

/// The damaged file of a number.
pub fn mutated(seeds: &[Vec<u8>], seed: u64, number: u64) -> Vec<u8> {
    let mut random = Random::new(seed, number);
    // One in sixteen is nothing but chance, half of these of bytes that mean something.
    match random.below(32) {
        0 => return (0..random.below(300)).map(|_| random.next() as u8).collect(),
        1 => {
            let n = random.below(80);
            return (0..n).flat_map(|_| PIECES[random.below(PIECES.len())].iter().copied()).collect();
        }
        _ => {}
    }
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..1 + random.below(6) {
        change(&mut bytes, seeds, &mut random);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let length = bytes.len();
    let at = random.below(length + 1);
    match random.below(10) {
        // A bit.
        0 if length > 0 => bytes[random.below(length)] ^= 1 << random.below(8),
        // A byte.
        1 if length > 0 => bytes[random.below(length)] = random.next() as u8,
        // Cut off.
        2 => bytes.truncate(at),
        // A piece lost.
        3 => {
            let lost = random.range(length);
            bytes.drain(lost);
        }
        // A piece twice, elsewhere.
        4 => {
            let mut piece = bytes[random.range(length)].to_vec();
            piece.truncate(400);
            bytes.splice(at..at, piece);
        }
        // The end of another file.
        5 => {
            let other = &seeds[random.below(seeds.len())];
            bytes.truncate(at);
            bytes.extend_from_slice(&other[random.below(other.len() + 1)..]);
        }
        // One character for another, everywhere.
        6 => {
            let marks = b",;\t|\"'\n\r .-/0159:";
            let (from, to) = (marks[random.below(marks.len())], marks[random.below(marks.len())]);
            bytes.iter_mut().filter(|b| **b == from).for_each(|b| *b = to);
        }
        // Every second byte a zero, or some bytes in a row.
        7 if random.below(8) == 0 => *bytes = bytes.iter().flat_map(|b| [*b, 0]).collect(),
        7 => {
            let repeated = vec![random.next() as u8; random.below(60)];
            bytes.splice(at..at, repeated);
        }
        // Something that means something, once or a few times.
        8 => {
            let piece = PIECES[random.below(PIECES.len())].repeat(1 + random.below(20));
            bytes.splice(at..at, piece);
        }
        _ => {
            let piece = PIECES[random.below(PIECES.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
    }
}
