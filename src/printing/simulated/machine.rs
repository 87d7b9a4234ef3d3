//! The inside of a simulated receipt printer: bytes and time go in, rows of dots come out on paper. Pure.
//!
//! It does what real ones do: questions of the kind `DLE EOT` are answered the moment they arrive, everything else waits in
//! a buffer of limited size and takes its time; a printer in trouble keeps what it has in the buffer and goes on once it is
//! mended; one that loses its power forgets it.

use std::collections::VecDeque;
use std::time::Duration;

/// Paper for so many slips of [`SLIP_ROWS`] is on a fresh roll.
pub const SLIPS_ON_A_ROLL: u32 = 30;
/// Rows of a middling slip with its feed.
const SLIP_ROWS: u32 = 1200;
/// The sensor for the end of the roll reports from here on.
const NEAR_END: u32 = 3 * SLIP_ROWS;
/// 150 mm a second at 8 rows a millimetre.
const ROWS_A_SECOND: u32 = 1200;
/// Bytes that wait.
const BUFFER: usize = 16 * 1024;
/// Rows of the feed before a cut.
const FEED: u32 = 96;

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    PaperOut,
    CoverOpen,
    Offline,
    HeadHot,
    /// Shows at the next cut.
    CutterJam,
    /// Takes nothing and says nothing.
    Hangs,
    /// Its cable is out: it keeps its power and prints what it has.
    Unplugged,
    /// No power: what it had is forgotten.
    NoPower,
}

/// Something that happens once so many bytes of print data have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breakdown {
    pub after: usize,
    pub what: Trouble,
    /// Somebody mends it so much later; never, where nobody does.
    pub mended_after: Option<Duration>,
}

/// A piece of paper: what lies between two cuts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Rows with ink or white that were printed, eight dots a byte. Feeds are not in it.
    pub rows: Vec<Vec<u8>>,
    pub cut: bool,
}

impl Piece {
    /// Rows without the white ones at either end.
    pub fn inked(&self) -> &[Vec<u8>] {
        let blank = |row: &Vec<u8>| row.iter().all(|byte| *byte == 0);
        let from = self.rows.iter().position(|row| !blank(row)).unwrap_or(self.rows.len());
        let to = self.rows.iter().rposition(|row| !blank(row)).map_or(from, |at| at + 1);
        self.rows.get(from..to).unwrap_or_default()
    }
}

/// The printer.
#[derive(Debug)]
pub struct Machine {
    now: Duration,
    /// The head is busy until then.
    busy_until: Duration,
    buffer: VecDeque<u8>,
    /// Picture rows that are still to come: bytes a row, rows.
    raster: (usize, usize),
    replies: VecDeque<u8>,
    /// The last three bytes that arrived, for questions that are answered at once.
    tail: [u8; 2],
    rows_left: u32,
    trouble: Option<Trouble>,
    mended_at: Option<Duration>,
    /// The next cut will jam.
    jams: bool,
    plan: Option<Breakdown>,
    arrived: usize,
    tells_changes: bool,
    told: [u8; 4],
    /// Says that it is an Epson, and sends numbers back.
    numbers: bool,
    /// Everything that was printed, oldest first; the last one is still in the printer.
    paper: Vec<Piece>,
}

impl Machine {
    /// `numbers`: it confirms by number as Epson's do; otherwise in order only.
    pub fn new(numbers: bool) -> Machine {
        Machine {
            now: Duration::ZERO,
            busy_until: Duration::ZERO,
            buffer: VecDeque::new(),
            raster: (0, 0),
            replies: VecDeque::new(),
            tail: [0; 2],
            rows_left: SLIPS_ON_A_ROLL * SLIP_ROWS,
            trouble: None,
            mended_at: None,
            jams: false,
            plan: None,
            arrived: 0,
            tells_changes: false,
            told: [0; 4],
            numbers,
            paper: vec![Piece::default()],
        }
    }

    /// Something will happen to it.
    pub fn plan(&mut self, breakdown: Breakdown) {
        self.plan = Some(Breakdown { after: self.arrived + breakdown.after, ..breakdown });
    }

    pub fn break_down(&mut self, what: Trouble) {
        match what {
            Trouble::CutterJam => self.jams = true,
            Trouble::NoPower => {
                self.forget();
                self.trouble = Some(what);
            }
            _ => self.trouble = Some(what),
        }
        self.tell();
    }

    /// Somebody looks after it: a new roll where the old one was at its end, cover closed, power on.
    pub fn mend(&mut self) {
        if self.trouble == Some(Trouble::PaperOut) || self.rows_left == 0 {
            self.rows_left = SLIPS_ON_A_ROLL * SLIP_ROWS;
        }
        self.trouble = None;
        self.jams = false;
        self.mended_at = None;
        self.busy_until = self.busy_until.max(self.now);
        self.tell();
    }

    /// Leaves paper for so many rows.
    pub fn set_paper(&mut self, rows: u32) {
        self.rows_left = rows;
        self.tell();
    }

    pub fn trouble(&self) -> Option<Trouble> {
        if self.rows_left == 0 && self.trouble.is_none() { Some(Trouble::PaperOut) } else { self.trouble }
    }

    /// Whether a line to it can be opened.
    pub fn is_there(&self) -> bool {
        !matches!(self.trouble, Some(Trouble::Unplugged | Trouble::NoPower))
    }

    /// The pieces of paper that came out, the one that hangs in the printer last.
    pub fn paper(&self) -> &[Piece] {
        &self.paper
    }

    /// Time goes on; it prints what it has time and paper for.
    pub fn advance(&mut self, now: Duration) {
        while let Some(at) = self.mended_at.filter(|at| *at <= now) {
            self.print_until(at);
            self.mend();
        }
        self.print_until(now);
    }

    /// Takes bytes while there is room. Says how many.
    pub fn take(&mut self, bytes: &[u8]) -> usize {
        // A question that must be answered at once is never a matter of room; where there is none it is not kept either.
        if let ([0x10, 0x04, n @ 1..=4], true) = (bytes, self.buffer.len() + 3 > BUFFER) {
            if !self.is_there() || self.trouble == Some(Trouble::Hangs) {
                return 0;
            }
            self.replies.push_back(self.real_time(*n));
            return bytes.len();
        }
        let mut taken = 0;
        for byte in bytes {
            if !self.is_there() || self.trouble == Some(Trouble::Hangs) {
                break;
            }
            let asks = self.tail == [0x10, 0x04] && (1..=4).contains(byte);
            if self.buffer.len() >= BUFFER {
                break;
            }
            taken += 1;
            self.arrived += 1;
            self.buffer.push_back(*byte);
            if asks {
                self.replies.push_back(self.real_time(*byte));
            }
            self.tail = [self.tail[1], *byte];
            if let Some(plan) = self.plan.filter(|plan| self.arrived >= plan.after) {
                self.plan = None;
                self.mended_at = plan.mended_after.map(|after| self.now + after);
                self.break_down(plan.what);
            }
        }
        taken
    }

    /// The next byte that it says.
    pub fn reply(&mut self) -> Option<u8> {
        if self.trouble == Some(Trouble::Hangs) || !self.is_there() { None } else { self.replies.pop_front() }
    }

    /// What it said to a line that was closed is gone; so is its promise to tell changes.
    pub fn line_closed(&mut self) {
        self.replies.clear();
        self.tells_changes = false;
        self.tail = [0; 2];
    }

    fn forget(&mut self) {
        self.buffer.clear();
        self.raster = (0, 0);
        self.line_closed();
    }

    fn stopped(&self) -> bool {
        !matches!(self.trouble(), None | Some(Trouble::Unplugged))
    }

    fn print_until(&mut self, now: Duration) {
        self.now = self.now.max(now);
        while self.busy_until <= self.now && !self.stopped() {
            if !self.next() {
                // Nothing to do: the head rests, and time that was not used is not saved up.
                self.busy_until = self.now;
                return;
            }
        }
    }

    /// Works off one row or one command; `false` where there is none whole.
    fn next(&mut self) -> bool {
        let (width, rows) = self.raster;
        if rows > 0 {
            if self.buffer.len() < width {
                return false;
            }
            let row: Vec<u8> = self.buffer.drain(..width).collect();
            self.raster.1 -= 1;
            self.here().rows.push(row);
            self.feed(1);
            return true;
        }
        let head: Vec<u8> = self.buffer.iter().take(16).copied().collect();
        let Some(length) = command(&head) else { return false };
        self.buffer.drain(..length);
        match head.get(..length).unwrap_or_default() {
            [0x1d, b'v', b'0', _, wl, wh, hl, hh] => {
                let size = |low: &u8, high: &u8| usize::from(u16::from_le_bytes([*low, *high]));
                self.raster = (size(wl, wh), size(hl, hh));
            }
            [0x1d, b'V', ..] if self.jams => self.jammed(),
            [0x1d, b'V', ..] => {
                self.feed(FEED);
                self.here().cut = true;
                self.paper.push(Piece::default());
            }
            [0x1b, b'd', lines] => self.feed(30 * u32::from(*lines)),
            [b'\n'] => self.feed(30),
            [0x1d, b'r', _] => {
                let near = if self.rows_left <= NEAR_END { 0b11 } else { 0 };
                self.replies.push_back(near);
            }
            [0x1d, b'a', wanted] => {
                self.tells_changes = *wanted != 0;
                self.told = [0; 4];
                self.tell();
            }
            [0x1d, b'I', 66] if self.numbers => self.replies.extend(b"_EPSON\0"),
            [0x1d, b'(', b'H', _, _, _, _, digits @ ..] if self.numbers => {
                self.replies.extend([0x37, 0x22]);
                self.replies.extend(digits);
                self.replies.push_back(0);
            }
            _ => {}
        }
        true
    }

    fn jammed(&mut self) {
        // The command stays undone: the buffer starts with it again once the jam is cleared.
        for byte in [0x1d, b'V', 66, 0].into_iter().rev() {
            self.buffer.push_front(byte);
        }
        self.jams = false;
        self.trouble = Some(Trouble::CutterJam);
        self.tell();
    }

    fn here(&mut self) -> &mut Piece {
        if self.paper.is_empty() {
            self.paper.push(Piece::default());
        }
        let last = self.paper.len() - 1;
        &mut self.paper[last]
    }

    fn feed(&mut self, rows: u32) {
        let before = self.rows_left;
        self.rows_left = before.saturating_sub(rows);
        self.busy_until += Duration::from_secs(1) * rows / ROWS_A_SECOND;
        let passed = |mark: u32| before > mark && self.rows_left <= mark;
        if passed(0) || passed(NEAR_END) {
            self.tell();
        }
    }

    /// Automatic status, where it was asked for and something changed.
    fn tell(&mut self) {
        let trouble = self.trouble();
        let bit = |set: bool, bits: u8| if set { bits } else { 0 };
        let said = [
            0b0001_0000
                | bit(trouble.is_some(), 0b0000_1000)
                | bit(trouble == Some(Trouble::CoverOpen), 0b0010_0000),
            bit(trouble == Some(Trouble::CutterJam), 0b0000_1000)
                | bit(trouble == Some(Trouble::HeadHot), 0b0100_0000),
            bit(self.rows_left <= NEAR_END, 0b0000_0011)
                | bit(trouble == Some(Trouble::PaperOut), 0b0000_1100),
            0,
        ];
        if self.tells_changes && said != self.told {
            self.told = said;
            self.replies.extend(said);
        }
    }

    /// The answer to `DLE EOT n`.
    fn real_time(&self, n: u8) -> u8 {
        let trouble = self.trouble();
        let near = if self.rows_left <= NEAR_END { 0b0000_1100 } else { 0 };
        let bits = match (n, trouble) {
            (1, Some(_)) | (3, Some(Trouble::CutterJam)) => 0b0000_1000,
            (2, Some(Trouble::CoverOpen)) => 0b0000_0100,
            (2, Some(Trouble::PaperOut)) => 0b0010_0000,
            (2, Some(Trouble::CutterJam | Trouble::HeadHot)) | (3, Some(Trouble::HeadHot)) => 0b0100_0000,
            (4, Some(Trouble::PaperOut)) => 0b0110_1100,
            (4, _) => near,
            _ => 0,
        };
        0b0001_0010 | bits
    }
}

/// The length of the first whole command in `data`, without the rows of a picture. Anything unknown is one byte of text.
#[allow(clippy::match_same_arms, reason = "a table of commands and their lengths")]
fn command(data: &[u8]) -> Option<usize> {
    let length = match data {
        [] | [0x10 | 0x1b | 0x1d] | [0x1d, b'(', _] | [0x1d, b'(', _, _] | [0x1d, b'(' | b'V'] => {
            return None;
        }
        [0x1b, b'@', ..] => 2,
        [0x10, 0x04, ..] | [0x1b, b'd', ..] | [0x1d, b'r' | b'a' | b'I', ..] => 3,
        [0x1d, b'V', 65 | 66, ..] => 4,
        [0x1d, b'V', ..] => 3,
        [0x1d, b'(', _, low, high, ..] => 5 + usize::from(u16::from_le_bytes([*low, *high])),
        [0x1d, b'v', ..] => 8,
        _ => 1,
    };
    (length <= data.len()).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printing::receipt::{confirm, raster_bytes};
    use image::{GrayImage, Luma};

    fn picture(rows: u32) -> GrayImage {
        GrayImage::from_fn(384, rows, |x, y| Luma([if (x + y) % 7 == 0 { 0 } else { 255 }]))
    }

    fn said(machine: &mut Machine) -> Vec<u8> {
        std::iter::from_fn(|| machine.reply()).collect()
    }

    #[test]
    fn it_prints_what_it_is_sent_in_its_own_time_and_confirms_after_that() {
        let mut machine = Machine::new(true);
        let bytes = [raster_bytes(&picture(120)), confirm(7)].concat();
        assert_eq!(machine.take(&bytes), bytes.len());
        machine.advance(Duration::from_millis(50));
        let rows = machine.paper()[0].rows.len();
        assert!((55..=65).contains(&rows), "{rows}");
        assert!(said(&mut machine).is_empty(), "not on paper yet");
        machine.advance(Duration::from_secs(1));
        assert_eq!(said(&mut machine), b"\x37\x220007\0");
        assert_eq!(machine.paper().len(), 2, "one piece, cut");
        assert_eq!(machine.paper()[0].rows.len(), 120);
    }

    #[test]
    fn a_roll_ends_and_a_refill_prints_what_waited() {
        let mut machine = Machine::new(false);
        machine.set_paper(50);
        machine.take(&raster_bytes(&picture(120)));
        machine.advance(Duration::from_secs(5));
        assert_eq!((machine.trouble(), machine.paper()[0].rows.len()), (Some(Trouble::PaperOut), 50));
        machine.take(&[0x10, 0x04, 4]);
        assert_eq!(said(&mut machine), [0b0111_1110], "answered at once, whatever waits");
        machine.mend();
        machine.advance(Duration::from_secs(6));
        assert_eq!(machine.paper()[0].rows.len(), 120);
    }

    #[test]
    fn its_buffer_is_full_when_it_is_full_and_power_empties_it() {
        let mut machine = Machine::new(false);
        machine.break_down(Trouble::CoverOpen);
        assert_eq!(machine.take(&vec![0; 40_000]), BUFFER);
        for _ in 0..300 {
            assert_eq!(machine.take(&[0x10, 0x04, 2]), 3, "whatever waits, and as often as it is asked");
            assert_eq!(said(&mut machine), [0b0001_0110]);
        }
        machine.break_down(Trouble::NoPower);
        assert!(!machine.is_there());
        machine.mend();
        assert_eq!(machine.take(&vec![0; 40_000]), BUFFER);
    }
}
