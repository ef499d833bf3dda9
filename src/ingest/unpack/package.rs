//! Where are the parts of an Office package (ECMA-376 part 2)? By the relationships between them.

use super::super::error::Error;
use super::super::format::Format;
use super::bytes::broken;
use super::xml::{self, Next, Xml};
use super::zip::{Archive, Entry, Unzip};

/// A link from one part to another.
#[derive(Debug)]
pub struct Relation {
    pub id: String,
    /// The last word of its type, as `worksheet`.
    pub kind: String,
    /// Path of the part it leads to.
    pub target: String,
}

/// Bytes of the small parts at most.
pub const MAX_PART: u64 = 64 << 20;

/// Links of a part at most: each leads to a file of the archive.
const MAX_RELATIONS: usize = 20_000;

/// The links of a part; of the package itself where the path is empty.
pub fn relations(archive: &Archive<'_>, part: &str, format: Format) -> Result<Vec<Relation>, Error> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let slash = if folder.is_empty() { "" } else { "/" };
    let path = format!("{folder}{slash}_rels/{name}.rels");
    let Some(entry) = archive.find(&path) else { return Ok(Vec::new()) };
    let mut xml = Xml::new(archive.read(entry, MAX_PART)?, format);
    let mut found = Vec::new();
    loop {
        match xml.next()? {
            Next::Open(tag) if tag.local_name().as_ref() == "Relationship" => {
                let [id, kind, target] =
                    xml::attributes(&tag, ["Id", "Type", "Target"]).map(Option::unwrap_or_default);
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                if found.len() == MAX_RELATIONS {
                    return Err(broken(format, "it has too many parts"));
                }
                found.push(Relation { id: id.into_owned(), kind, target: resolve(folder, &target) });
            }
            Next::End => return Ok(found),
            _ => {}
        }
    }
}

/// A part that has to be there.
pub fn part<'z, 'a>(archive: &'z Archive<'a>, path: &str, format: Format) -> Result<&'z Entry, Error> {
    archive.find(path).ok_or_else(|| broken(format, format!("{path} is missing")))
}

/// The content of a part that has to be there.
pub fn open<'a>(archive: &Archive<'a>, path: &str, format: Format, limit: u64) -> Result<Unzip<'a>, Error> {
    archive.read(part(archive, path, format)?, limit)
}

/// A path as seen from a folder.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            step => parts.push(step),
        }
    }
    parts.retain(|p| !p.is_empty());
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved() {
        for (folder, target, path) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/styles.xml", "xl/styles.xml"),
            ("xl/worksheets", "../sharedStrings.xml", "xl/sharedStrings.xml"),
            ("", "xl\\workbook.xml", "xl/workbook.xml"),
            ("", "../../../etc/passwd", "etc/passwd"),
        ] {
            assert_eq!(resolve(folder, target), path);
        }
    }
}
