//! What can go wrong with a print: the faults that people at the desk can mend, and the errors around them.

use super::SlipError;
use std::path::PathBuf;

/// Why a printer does not print, in the words that the table of messages knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrinterFault {
    /// The roll or tray is empty.
    PaperOut,
    /// The lid is open.
    CoverOpen,
    /// It is on and answers, but does not take work: paused, or its feed button is held.
    Offline,
    /// Nothing answers at its address.
    Unreachable,
    /// The cutter is stuck.
    Cutter,
    /// The head is too hot; it goes on by itself once it has cooled.
    HeadHot,
    /// Paper or a card is stuck inside.
    Jam,
    /// Ribbon, ink or toner is used up.
    Supplies,
    /// Head, power supply: staff must look.
    Other,
}

impl PrinterFault {
    /// A stable code for the table of messages and for logs.
    pub fn code(self) -> &'static str {
        match self {
            PrinterFault::PaperOut => "printer-paper-out",
            PrinterFault::CoverOpen => "printer-cover-open",
            PrinterFault::Offline => "printer-offline",
            PrinterFault::Unreachable => "printer-unreachable",
            PrinterFault::Cutter => "printer-cutter",
            PrinterFault::HeadHot => "printer-head-hot",
            PrinterFault::Jam => "printer-jam",
            PrinterFault::Supplies => "printer-supplies",
            PrinterFault::Other => "printer-fault",
        }
    }

    /// What to do about it, for logs and the technician's commands.
    pub fn advice(self) -> &'static str {
        match self {
            PrinterFault::PaperOut => "is out of paper or cards. Put in new ones",
            PrinterFault::Cutter => "has its cutter stuck. Open the cover, free the blade, close it",
            PrinterFault::HeadHot => "cools its head. Wait; it goes on by itself",
            PrinterFault::Jam => "is jammed. Take out what is stuck, close it",
            PrinterFault::Supplies => "has used up its ribbon or ink. Put in a new one",
            PrinterFault::CoverOpen => "has its cover open. Close it",
            PrinterFault::Offline => "is switched to offline. Press its online or feed button",
            PrinterFault::Unreachable => "does not answer. Check its power, its cable and its address",
            PrinterFault::Other => "reports a fault. Switch it off and on; look at head and cutter",
        }
    }
}

/// Why something was not printed. Each sentence names the printer and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The address cannot be read.
    #[error(
        "printer address {uri:?}: {why}. Write dir:FOLDER, escpos+usb://VID:PID, escpos+serial:///dev/ttyUSB0, escpos+tcp://HOST:9100, escpos+file:PATH or ipp://HOST:PORT/PATH"
    )]
    BadAddress {
        /// As it was given.
        uri: String,
        /// What is wrong with it.
        why: String,
    },
    /// The printer cannot print now; nothing was printed.
    #[error("printer {printer} {}{}", fault.advice(), in_brackets(detail))]
    Fault {
        /// The printer.
        printer: String,
        /// What it says or what is seen.
        fault: PrinterFault,
        /// What the system says, may be empty.
        detail: String,
    },
    /// It stopped in the middle; part of it may be on paper.
    #[error(
        "printer {printer} stopped{}: it {}{}. {}",
        so_far(*sent, *total), fault.advice(), in_brackets(detail), if *may_be_whole {
            "Look whether the print came out whole"
        } else {
            "What came out is not whole: throw it away and print again"
        }
    )]
    Interrupted {
        /// The printer.
        printer: String,
        /// Why, as far as known.
        fault: PrinterFault,
        /// Bytes that had left.
        sent: usize,
        /// Bytes of the whole print.
        total: usize,
        /// `false`: what came out, if anything, is known not to be whole. `true`: only somebody who looks can say.
        may_be_whole: bool,
        /// What the system says, may be empty.
        detail: String,
    },
    /// The printer refuses this job for good: a kind of file that it does not take, a request that it does not know.
    #[error("printer {printer} refuses the job: {why}")]
    Refused {
        /// The printer.
        printer: String,
        /// What it says.
        why: String,
    },
    /// The queue could not write down that the print is about to become whole, so it was stopped before.
    #[error("the print was stopped because the disk did not take the note of it. Check free space")]
    NotWrittenDown,
    /// A picture is wider than the paper.
    #[error("the picture is {dots} dots wide, the paper only {paper}")]
    TooWide {
        /// Of the picture.
        dots: u32,
        /// Across the paper.
        paper: u32,
    },
    /// A PDF cannot be printed on receipt paper.
    #[error("a receipt printer takes pictures, not PDF files. Give it a PNG")]
    NotForReceipts,
    /// A file cannot be written: disk full, no permission, folder gone.
    #[error("printing to {} failed: {source}. Check free space and permissions", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The id cannot name a file.
    #[error("print id {0:?} may hold only letters, digits, hyphen and underscore")]
    BadId(String),
    /// The slip cannot be drawn.
    #[error(transparent)]
    Slip(#[from] SlipError),
}

/// Nothing where bytes are not what is counted.
fn so_far(sent: usize, total: usize) -> String {
    if sent == 0 { String::new() } else { format!(" after {sent} of {total} bytes") }
}

fn in_brackets(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(" ({detail})") }
}

impl PrintError {
    /// The fault to show, for errors that people at the desk can do something about.
    pub fn fault(&self) -> PrinterFault {
        match self {
            PrintError::Fault { fault, .. } | PrintError::Interrupted { fault, .. } => *fault,
            _ => PrinterFault::Other,
        }
    }

    /// A stable code for the table of messages and for logs.
    pub fn code(&self) -> &'static str {
        match self {
            PrintError::BadAddress { .. } => "printer-address",
            PrintError::Fault { fault, .. } | PrintError::Interrupted { fault, .. } => fault.code(),
            PrintError::Refused { .. } => "printer-refuses",
            PrintError::NotWrittenDown => "print-disk",
            PrintError::TooWide { .. } | PrintError::NotForReceipts => "print-form",
            PrintError::Write { .. } => "printer-write",
            PrintError::BadId(_) => "print-id",
            PrintError::Slip(_) => "print-slip",
        }
    }

    /// Whether the same job may succeed later without anybody changing it.
    pub fn is_passing(&self) -> bool {
        matches!(self, PrintError::Fault { .. } | PrintError::Interrupted { .. })
    }

    /// Whether the print may have come out whole all the same.
    pub fn may_be_whole(&self) -> bool {
        // Files are written whole or not at all, and the last one is then not there.
        matches!(self, PrintError::Interrupted { may_be_whole: true, .. })
    }
}
