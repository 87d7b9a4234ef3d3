//! Cuts an import file into rows without ever holding more than a few lines of it.
//!
//! A row may go over several lines inside quotes. A quote that is opened and never closed must not
//! swallow the rest of the file, so only a few lines are joined, and whoever cannot use a joined
//! row hands its later lines back.

use std::collections::VecDeque;
use std::io::{self, BufRead};

/// Lines of one quoted row.
const MOST_LINES: usize = 8;
/// Bytes of one line; more is not a list of people.
const LONGEST_LINE: usize = 64 * 1024;

/// One line as it stands in the file, without its line feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1.
    pub number: u64,
    pub bytes: Vec<u8>,
    /// Longer than a line may be; `bytes` is its beginning.
    pub too_long: bool,
    /// The file ends without a line feed here.
    pub unended: bool,
}

/// The lines of a file, with some of them handed back. A line ends with a line feed, a carriage return,
/// or both: programs of every age have written lists.
pub struct Lines<R> {
    reader: R,
    back: VecDeque<Line>,
    number: u64,
    /// The last line ended with a carriage return: a line feed right behind it belongs to it.
    returned: bool,
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R) -> Self {
        Lines { reader, back: VecDeque::new(), number: 0, returned: false }
    }

    /// How many lines were read so far.
    pub fn count(&self) -> u64 {
        self.number
    }

    /// The next line, or `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.back.pop_front() {
            return Ok(Some(line));
        }
        let mut line = Line { number: self.number + 1, bytes: Vec::new(), too_long: false, unended: true };
        let mut any = false;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if buffer.is_empty() {
                break;
            }
            if std::mem::take(&mut self.returned) && buffer[0] == b'\n' {
                self.reader.consume(1);
                continue;
            }
            any = true;
            let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &buffer[..end.unwrap_or(buffer.len())];
            let room = LONGEST_LINE - line.bytes.len();
            line.too_long |= part.len() > room;
            line.bytes.extend_from_slice(&part[..part.len().min(room)]);
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.returned = end.is_some_and(|end| buffer[end] == b'\r');
            self.reader.consume(used);
            if end.is_some() {
                line.unended = false;
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(line))
    }

    /// The next row: one line, or several where quotes hold them together.
    pub fn next_row(&mut self, delimiter: u8) -> io::Result<Option<Vec<Line>>> {
        let Some(first) = self.next()? else { return Ok(None) };
        let mut quotes = quotes(&first.bytes, delimiter, false);
        let mut row = vec![first];
        while quotes.open && !quotes.slip && row.len() < MOST_LINES {
            let Some(line) = self.next()? else { break };
            quotes = self::quotes(&line.bytes, delimiter, true);
            row.push(line);
        }
        if quotes.open || (quotes.slip && row.len() > 1) {
            let rest = row.split_off(1);
            self.hand_back(rest);
        }
        Ok(Some(row))
    }

    /// Takes lines back; they come again, in order, before the rest of the file.
    pub fn hand_back(&mut self, lines: Vec<Line>) {
        for line in lines.into_iter().rev() {
            self.back.push_front(line);
        }
    }
}

/// How the quotes of a line stand at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotes {
    /// A quoted field goes on in the next line.
    pub open: bool,
    /// A quoted field ended, and no delimiter followed: over several lines, this is the quote of
    /// another row that closed one left open by mistake.
    pub slip: bool,
}

/// Follows the quotes of a line. One opens only where a field begins.
pub fn quotes(line: &[u8], delimiter: u8, open_before: bool) -> Quotes {
    let mut quotes = Quotes { open: open_before, slip: false };
    let mut at_start = !open_before;
    let mut i = 0;
    while i < line.len() {
        let byte = line[i];
        let after = line.get(i + 1).copied();
        if quotes.open {
            if byte == b'"' && after == Some(b'"') {
                i += 1;
            } else if byte == b'"' {
                quotes.open = false;
                quotes.slip |= after.is_some_and(|after| after != delimiter);
            }
        } else if byte == b'"' && at_start {
            quotes.open = true;
        }
        at_start = byte == delimiter && !quotes.open;
        i += 1;
    }
    quotes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let mut lines = Lines::new(text.as_bytes());
        let mut rows = Vec::new();
        while let Some(row) = lines.next_row(b',').unwrap() {
            rows.push(row.into_iter().map(|l| String::from_utf8(l.bytes).unwrap()).collect());
        }
        rows
    }

    #[test]
    fn quotes_hold_lines_together() {
        assert_eq!(rows("a,b\r\nc,d"), [["a,b"], ["c,d"]]);
        assert_eq!(rows("a,\"b\nc\"\nd"), [vec!["a,\"b", "c\""], vec!["d"]]);
        assert_eq!(rows("a,\"b\"\"c\"\nd"), [["a,\"b\"\"c\""], ["d"]]);
        assert_eq!(rows("a \"b,c\nd"), [["a \"b,c"], ["d"]], "a quote inside a field is only a quote");
        assert!(rows("").is_empty());
    }

    #[test]
    fn every_line_end_there_is_ends_a_line() {
        assert_eq!(rows("a,b\rc,d\re,f"), [["a,b"], ["c,d"], ["e,f"]]);
        assert_eq!(rows("a,b\r\nc,d\re,f\ng"), [["a,b"], ["c,d"], ["e,f"], ["g"]]);
        assert_eq!(rows("a\r\r\nb"), [["a"], [""], ["b"]]);
        // Also where the two signs of one end fall into two pieces of the reader.
        let mut lines = Lines::new(io::BufReader::with_capacity(2, "a\r\nb\r\n".as_bytes()));
        for line in ["a", "b"] {
            assert_eq!(lines.next().unwrap().unwrap().bytes, line.as_bytes());
        }
        assert_eq!((lines.next().unwrap(), lines.count()), (None, 2));
    }

    #[test]
    fn a_quote_that_never_closes_takes_one_line_with_it() {
        let text = "a,\"b\n".to_owned() + &"c,d\n".repeat(30);
        assert_eq!(rows(&text).len(), 31);
        assert_eq!(rows("a,\"b\nc"), [["a,\"b"], ["c"]]);
        assert_eq!(rows("a,\"b\nc,\"d\",e\nf"), [["a,\"b"], ["c,\"d\",e"], ["f"]]);
    }

    #[test]
    fn lines_are_counted_and_bounded() {
        let text = "x".repeat(LONGEST_LINE + 5) + "\ny";
        let mut lines = Lines::new(io::BufReader::with_capacity(7, text.as_bytes()));
        let long = lines.next().unwrap().unwrap();
        assert!(long.too_long && !long.unended && long.bytes.len() == LONGEST_LINE);
        let last = lines.next().unwrap().unwrap();
        assert_eq!((last.number, last.bytes.as_slice(), last.unended), (2, b"y".as_slice(), true));
        assert_eq!(lines.next().unwrap(), None);
    }
}
