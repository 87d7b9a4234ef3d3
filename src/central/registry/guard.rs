//! Looks through a workbook before its reader does. A workbook is a ZIP of XML; the reader takes what
//! it finds into memory, and a small file can unfold to anything. So everything is unfolded here first,
//! into nothing, and counted: parts, bytes, strings, and the length of whatever the reader would hold
//! at a time.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;

/// What a workbook may unfold to.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub parts: usize,
    /// Bytes of all parts together.
    pub total: u64,
    /// Strings that are kept apart from the sheets: the reader holds all of them.
    pub strings: u64,
    /// Bytes of the part that holds them.
    pub string_bytes: u64,
    /// Bytes of any part that is no sheet, and of what the reader may gather from the start of one.
    pub small: u64,
    /// Bytes of one cell, or of one tag.
    pub piece: u64,
}

impl Default for Limits {
    /// Room for a full sheet of 1,048,576 rows with a number and a name of its own in each.
    fn default() -> Self {
        Limits {
            parts: 1_000,
            total: 2 << 30,
            strings: 2_500_000,
            string_bytes: 160 << 20,
            small: 16 << 20,
            piece: 1 << 20,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("it cannot be read: {0}")]
    Io(io::Error),
    #[error("it is a damaged workbook, or one in a form that is not read; save it again as .xlsx")]
    Form,
    #[error("it unfolds to more than a list of people can be ({0})")]
    TooMuch(&'static str),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Refused {
        match error.kind() {
            // What the unfolding says of bytes that are no deflate stream, or end too early.
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                Refused::Form
            }
            _ => Refused::Io(error),
        }
    }
}

struct Part {
    stored: bool,
    xml: bool,
    packed: u64,
    at: u64,
}

pub fn check<R: Read + Seek>(file: &mut R, limits: &Limits) -> Result<(), Refused> {
    let mut counted = Counted::default();
    for part in parts(file, limits)? {
        file.seek(SeekFrom::Start(part.at))?;
        let mut head = [0; 30];
        file.read_exact(&mut head)?;
        if head[..4] != *b"PK\x03\x04" {
            return Err(Refused::Form);
        }
        let skip = u64::from(two(&head, 26)) + u64::from(two(&head, 28));
        file.seek(SeekFrom::Current(skip as i64))?;
        let packed = file.by_ref().take(part.packed);
        let mut look = Look::new(part.xml, limits);
        if part.stored {
            look.through(packed, &mut counted)?;
        } else {
            look.through(DeflateDecoder::new(packed), &mut counted)?;
        }
    }
    Ok(())
}

/// The parts, by the directory at the end. Only the plain form is taken, the one that every office
/// program writes: no comment, nothing before the first part, no 64-bit sizes. So there is one way to
/// read it, and the reader reads the same.
fn parts<R: Read + Seek>(file: &mut R, limits: &Limits) -> Result<Vec<Part>, Refused> {
    let length = file.seek(SeekFrom::End(0))?;
    let end_at = length.checked_sub(22).ok_or(Refused::Form)?;
    file.seek(SeekFrom::Start(end_at))?;
    let mut end = [0; 22];
    file.read_exact(&mut end)?;
    let (count, size, start) = (two(&end, 10), u64::from(four(&end, 12)), u64::from(four(&end, 16)));
    let plain =
        end[..4] == *b"PK\x05\x06" && end[4..8] == [0; 4] && two(&end, 8) == count && two(&end, 20) == 0;
    if !plain || start + size != end_at {
        return Err(Refused::Form);
    }
    if usize::from(count) > limits.parts || size > 1 << 20 {
        return Err(Refused::TooMuch("parts"));
    }
    file.seek(SeekFrom::Start(start))?;
    let mut directory = vec![0; size as usize];
    file.read_exact(&mut directory)?;
    let (mut rest, mut parts) = (directory.as_slice(), Vec::new());
    for _ in 0..count {
        if rest.len() < 46 || rest[..4] != *b"PK\x01\x02" {
            return Err(Refused::Form);
        }
        let (flags, method) = (two(rest, 8), two(rest, 10));
        let (packed, at) = (four(rest, 20), four(rest, 42));
        let name = 46..46 + usize::from(two(rest, 28));
        let next = name.end + usize::from(two(rest, 30)) + usize::from(two(rest, 32));
        let text = rest.get(name).ok_or(Refused::Form)?.to_ascii_lowercase();
        // Bit 0: with a password. 0 and 8: stored and deflated.
        if flags & 1 != 0 || !matches!(method, 0 | 8) || packed == u32::MAX || at == u32::MAX {
            return Err(Refused::Form);
        }
        let xml = text.ends_with(b".xml") || text.ends_with(b".rels");
        parts.push(Part { stored: method == 0, xml, packed: u64::from(packed), at: u64::from(at) });
        rest = rest.get(next..).ok_or(Refused::Form)?;
    }
    Ok(parts)
}

fn two(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn four(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Over all parts.
#[derive(Default)]
struct Counted {
    bytes: u64,
    strings: u64,
}

#[derive(Clone, Copy, PartialEq)]
enum At {
    Text,
    Tag,
    Quoted(u8),
    Instruction,
}

/// Where the rows of a sheet are.
#[derive(Clone, Copy, PartialEq)]
enum Data {
    Before,
    Inside,
    After,
}

/// One part, byte by byte.
struct Look<'a> {
    limits: &'a Limits,
    xml: bool,
    at: At,
    bytes: u64,
    /// Since the last tag began or ended.
    piece: u64,
    /// Since the last cell, row or string began or ended.
    held: u64,
    /// The beginning of the tag that is read.
    tag: Vec<u8>,
    previous: u8,
    data: Data,
    is_strings: bool,
}

/// The beginning of a tag that is looked at; `uniqueCount` of a table of strings stands well within.
const TAG: usize = 4096;

impl<'a> Look<'a> {
    fn new(xml: bool, limits: &'a Limits) -> Self {
        let (at, tag) = (At::Text, Vec::with_capacity(TAG));
        let (bytes, piece, held, previous) = (0, 0, 0, 0);
        Look { limits, xml, at, bytes, piece, held, tag, previous, data: Data::Before, is_strings: false }
    }

    fn through(&mut self, mut part: impl Read, counted: &mut Counted) -> Result<(), Refused> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let got = part.read(&mut buffer)?;
            if got == 0 {
                return Ok(());
            }
            counted.bytes += got as u64;
            if counted.bytes > self.limits.total {
                return Err(Refused::TooMuch("bytes"));
            }
            if !self.xml {
                self.bytes += got as u64;
                self.sized()?;
                continue;
            }
            for byte in &buffer[..got] {
                self.step(*byte, counted)?;
            }
            self.sized()?;
        }
    }

    /// What the reader holds of this part whatever it is.
    fn sized(&self) -> Result<(), Refused> {
        match self.data {
            _ if self.is_strings && self.bytes > self.limits.string_bytes => Err(Refused::TooMuch("strings")),
            Data::Before if !self.is_strings && self.bytes > self.limits.small => {
                Err(Refused::TooMuch("bytes of one part"))
            }
            _ => Ok(()),
        }
    }

    fn step(&mut self, byte: u8, counted: &mut Counted) -> Result<(), Refused> {
        self.bytes += 1;
        self.piece += 1;
        self.held += 1;
        if self.piece > self.limits.piece || (self.data == Data::Inside && self.held > self.limits.piece) {
            return Err(Refused::TooMuch("one cell"));
        }
        match self.at {
            At::Text if byte == b'<' => (self.at, self.piece) = (At::Tag, 0),
            At::Tag => match byte {
                // Comments and the like: no office program writes them, and they hide where tags end.
                b'!' if self.tag.is_empty() => return Err(Refused::Form),
                b'?' if self.tag.is_empty() => self.at = At::Instruction,
                b'"' | b'\'' => self.at = At::Quoted(byte),
                b'>' => self.tag_ends(counted)?,
                _ => {}
            },
            At::Quoted(quote) if byte == quote => self.at = At::Tag,
            At::Instruction if byte == b'>' && self.previous == b'?' => self.text(),
            At::Text | At::Quoted(_) | At::Instruction => {}
        }
        if matches!(self.at, At::Tag | At::Quoted(_)) && byte != b'<' && self.tag.len() < TAG {
            self.tag.push(byte);
        }
        self.previous = byte;
        Ok(())
    }

    fn text(&mut self) {
        self.at = At::Text;
        self.piece = 0;
        self.tag.clear();
    }

    fn tag_ends(&mut self, counted: &mut Counted) -> Result<(), Refused> {
        let closes = self.tag.first() == Some(&b'/');
        let name = self.tag[usize::from(closes)..].split(|b| b.is_ascii_whitespace() || *b == b'/').next();
        // Without the name space.
        let name = name.unwrap_or_default().rsplit(|b| *b == b':').next().unwrap_or_default();
        match name {
            b"c" | b"row" => self.held = 0,
            b"sheetData" => {
                self.held = 0;
                self.data = match (closes, self.data) {
                    (false, Data::Before) => Data::Inside,
                    (true, Data::Inside) => Data::After,
                    (_, as_before) => as_before,
                };
            }
            b"si" => {
                self.held = 0;
                counted.strings += u64::from(!closes);
            }
            b"sst" => {
                self.is_strings = true;
                // The reader makes room for as many as it says here, at once.
                if declared(&self.tag).is_none_or(|count| count > self.limits.strings) {
                    return Err(Refused::TooMuch("strings"));
                }
            }
            _ => {}
        }
        if counted.strings > self.limits.strings {
            return Err(Refused::TooMuch("strings"));
        }
        self.text();
        Ok(())
    }
}

/// The largest count in this tag; 0 where it says none, `None` where it is no number that can be.
fn declared(tag: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(tag).ok()?;
    let mut most = 0;
    for (at, word) in text.match_indices("uniqueCount") {
        let digits = text[at + word.len()..].trim_start_matches(|c: char| !c.is_ascii_digit());
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        most = most.max(digits[..end].parse().ok()?);
    }
    (tag.len() < TAG).then_some(most)
}

#[cfg(test)]
#[path = "guard_tests.rs"]
pub mod tests;
