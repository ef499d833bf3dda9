//! Many short texts in one: the strings of a workbook that cells refer to.

use super::super::error::{Error, Excess};
use super::super::format::Format;

/// Texts by number.
#[derive(Debug, Default)]
pub struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Appends a text, unless all together take more than so many bytes.
    pub fn push(&mut self, text: &str, format: Format, limit: u64) -> Result<(), Error> {
        let size = self.all.len() + text.len() + size_of::<usize>() * (self.ends.len() + 1);
        if size as u64 > limit {
            return Err(Error::TooDense { format, excess: Excess::Bytes, limit });
        }
        self.all.push_str(text);
        self.ends.push(self.all.len());
        Ok(())
    }

    /// The text of a number.
    pub fn get(&self, i: usize) -> Option<&str> {
        let start = if i == 0 { 0 } else { *self.ends.get(i - 1)? };
        self.all.get(start..*self.ends.get(i)?)
    }
}
