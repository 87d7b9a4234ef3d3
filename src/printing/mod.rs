//! Printers (floor 3): one trait, real and simulated parts, chosen at run time by an address.
//!
//! | address | what it is |
//! | --- | --- |
//! | `dir:PATH` | a folder that takes PNG and PDF files, named by print id |
//! | `escpos+file:PATH` | a receipt printer behind a file (`/dev/usb/lp0`), or a plain file that collects the bytes |
//! | `escpos+tcp://HOST:9100` | a receipt printer in the network |
//!
//! Receipt printers take `?width=576` (80 mm paper, the default) or `?width=384` (58 mm); `escpos+tcp` also takes
//! `?status=off` for a printer that never answers status requests, whose prints then stay unconfirmed.

mod address;
mod dither;
mod escpos_file;
mod escpos_tcp;
mod folder;
mod lettering;
mod receipt;
mod simulated;
pub mod slip;
mod status;

pub use escpos_file::EscposFile;
pub use escpos_tcp::EscposTcp;
pub use folder::Folder;
pub use receipt::{bytes, raster_bytes};
pub use simulated::{Behaviour, SimulatedPrinter};
pub use slip::{Slip, SlipError};

use address::Address;
use image::RgbaImage;
use std::path::PathBuf;

/// One print: every form of it that some printer may want.
#[derive(Clone, Debug)]
pub struct PrintJob {
    /// The print's own id, unique; names files and stands on the slip.
    pub print_id: String,
    /// What people call the job.
    pub title: String,
    /// The card's sides at 300 dpi, front first.
    pub sides: Vec<RgbaImage>,
    /// The same as PDF pages at true size.
    pub pdf: Vec<u8>,
    /// What a receipt printer prints instead of a card.
    pub slip: Slip,
}

/// What a printer can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capabilities {
    /// Cards, or pictures of them.
    Card {
        /// Whether the back is printed too.
        both_sides: bool,
    },
    /// Receipt paper.
    Receipt {
        /// Dots across the paper, at 203 dpi.
        dots: u32,
    },
}

/// What a printer says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrinterStatus {
    /// What keeps it from printing, `None` where it is ready.
    pub fault: Option<PrinterFault>,
    /// Paper is running low: still prints, staff should know.
    pub paper_low: bool,
    /// Whether the printer itself said so. A file or a mute printer cannot.
    pub confirmed: bool,
}

/// What became of a print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The printer said that everything is on paper, or the files are safely on disk.
    pub confirmed: bool,
    /// Files that were written, for printers that are folders.
    pub files: Vec<PathBuf>,
}

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
    /// Cutter, head, power supply: staff must look.
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
            PrinterFault::Other => "printer-fault",
        }
    }

    /// What to do about it, for logs and the technician's commands.
    fn advice(self) -> &'static str {
        match self {
            PrinterFault::PaperOut => "is out of paper. Put in a new roll",
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
    #[error("printer address {uri:?}: {why}. Write dir:FOLDER, escpos+file:PATH or escpos+tcp://HOST:9100")]
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
    /// It stopped in the middle; part of the slip may be on paper and is not valid.
    #[error(
        "printer {printer} stopped after {sent} of {total} bytes: it {}{}. Throw the piece of paper away and print again",
        fault.advice(), in_brackets(detail)
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
        /// What the system says, may be empty.
        detail: String,
    },
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
            PrintError::Write { .. } => "printer-write",
            PrintError::BadId(_) => "print-id",
            PrintError::Slip(_) => "print-slip",
        }
    }

    /// Whether the same job may succeed later without anybody changing it.
    pub fn is_passing(&self) -> bool {
        matches!(self, PrintError::Fault { .. } | PrintError::Interrupted { .. } | PrintError::Write { .. })
    }
}

/// Something that prints. Calls block, so they belong on a worker thread.
pub trait Printer: Send {
    /// How people call this printer: its address.
    fn name(&self) -> String;

    /// Asks the printer how it is. Takes at most 5 seconds.
    ///
    /// # Errors
    /// [`PrintError::Fault`] with [`PrinterFault::Unreachable`] where nothing answers, [`PrintError::Write`] for a file that
    /// cannot be written.
    fn status(&mut self) -> Result<PrinterStatus, PrintError>;

    /// What it can print.
    fn capabilities(&self) -> Capabilities;

    /// Prints and waits for the printer's word, where it gives one.
    fn print(&mut self, job: &PrintJob) -> Result<Outcome, PrintError>;
}

/// Takes a printer's address (the table above). Nothing is connected or written yet, so a printer that is switched off now
/// can be opened and used later.
pub fn open(uri: &str) -> Result<Box<dyn Printer>, PrintError> {
    let address = Address::parse(uri)?;
    Ok(match address.scheme.as_str() {
        "dir" => Box::new(Folder::new(address.path()?)),
        "escpos+file" => Box::new(EscposFile::new(address.path()?, address.dots()?)),
        "escpos+tcp" => {
            let (host, port) = address.host_port()?;
            Box::new(EscposTcp::new(host, port, address.dots()?, address.asks_status()?))
        }
        other => return Err(address.bad(&format!("{other:?} is no kind of printer"))),
    })
}

#[cfg(test)]
mod tests;
