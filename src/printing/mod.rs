//! Printers (floor 3): one trait, real and simulated parts, chosen at run time by an address.
//!
//! | address | what it is |
//! | --- | --- |
//! | `dir:PATH` | a folder that takes PNG and PDF files, named by print id |
//! | `escpos+usb://VID:PID` | a receipt printer on USB; `?serial=` tells two of a make apart |
//! | `escpos+serial:///dev/ttyUSB0?baud=115200` | one on a serial line; `?flow=none`, `rtscts` or `xonxoff` |
//! | `escpos+tcp://HOST:9100` | one in the network |
//! | `escpos+file:PATH` | one behind a device file (`/dev/usb/lp0`), or a plain file that collects the bytes |
//! | `ipp://HOST:PORT/PATH` | a card printer that speaks IPP, or a queue of CUPS |
//!
//! Receipt printers take `?width=576` (80 mm paper, the default) or `?width=384` (58 mm), `?tone=light|normal|dark` for their
//! head, and `?status=off` for a printer that never answers, whose prints then stay unconfirmed. Card printers take `?dx=` and
//! `?dy=`, millimetres by which the print is moved right and down.

mod address;
mod discover;
mod dither;
mod ear;
mod error;
mod escpos;
mod escpos_file;
mod folder;
mod ipp;
mod lettering;
mod line;
mod ports;
mod receipt;
pub mod simulated;
pub mod slip;
mod status;
mod test_print;

pub use discover::{Found, found};
pub use dither::{Tone, portrait};
pub use error::{PrintError, PrinterFault};
pub use escpos::{Receipt, Says};
pub use escpos_file::EscposFile;
pub use folder::Folder;
pub use ipp::Ipp;
pub use receipt::{bytes, raster_bytes};
pub use slip::{Slip, SlipError};
pub use test_print::{test_card, test_slip};

use crate::clock::SharedClock;
use address::Address;
use image::{GrayImage, RgbaImage};
use ports::{DevicePort, SerialPort, TcpPort, UsbPort};
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
    /// The same as PDF pages at true size; empty where there is none.
    pub pdf: Vec<u8>,
    /// What a receipt printer prints instead of a card.
    pub receipt: OnPaper,
}

/// What goes on receipt paper.
#[derive(Clone, Debug)]
pub enum OnPaper {
    /// `Struk Kartu`.
    Slip(Box<Slip>),
    /// A picture, no wider than the paper.
    Picture(GrayImage),
    /// This is for card printers only.
    Nothing,
}

impl OnPaper {
    /// Black dots on white, at most as wide as the paper.
    pub fn picture(&self, paper: Paper) -> Result<GrayImage, PrintError> {
        match self {
            OnPaper::Slip(slip) => Ok(slip::raster_toned(slip, paper.dots, paper.tone)?),
            OnPaper::Picture(picture) if picture.width() <= paper.dots => Ok(picture.clone()),
            OnPaper::Picture(picture) => {
                Err(PrintError::TooWide { dots: picture.width(), paper: paper.dots })
            }
            OnPaper::Nothing => Err(PrintError::NotForReceipts),
        }
    }
}

/// Receipt paper, and the head that prints on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Dots across, 8 a millimetre: 576 or 384.
    pub dots: u32,
    pub tone: Tone,
}

impl Default for Paper {
    fn default() -> Paper {
        Paper { dots: 576, tone: Tone::Normal }
    }
}

/// A card's face at 300 dpi, moved as the offset says; what it leaves free is white.
pub fn moved(face: RgbaImage, offset: Offset) -> RgbaImage {
    if offset == Offset::default() {
        return face;
    }
    let (right, down) = offset.millimetres();
    let dots = |millimetres: f32| (millimetres / 25.4 * crate::card::DPI).round() as i64;
    let mut sheet = RgbaImage::from_pixel(face.width(), face.height(), image::Rgba([255; 4]));
    image::imageops::replace(&mut sheet, &face, dots(right), dots(down));
    sheet
}

/// By how much a card's print is moved, in tenths of a millimetre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offset {
    pub right: i16,
    pub down: i16,
}

impl Offset {
    /// In millimetres.
    pub fn millimetres(self) -> (f32, f32) {
        (f32::from(self.right) / 10.0, f32::from(self.down) / 10.0)
    }
}

/// How far a print is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The printer is being reached.
    Connecting,
    /// So many bytes are out.
    Sending { done: usize, of: usize },
    /// A side is being printed, from 1.
    Side { side: u32, of: u32 },
    /// The printer stands still and goes on by itself once this is over.
    Paused(PrinterFault),
}

/// Who follows a print.
pub trait Witness {
    /// Something moved.
    fn progress(&mut self, progress: Progress);

    /// From the next byte on the print may become whole. Returns once that is on disk, with `trace`, by which the printer's
    /// driver finds the job again after a power cut; `false`: it cannot be written down, so nothing more may be sent.
    fn point_of_no_return(&mut self, trace: &str) -> bool;

    /// Whether anybody still wants the print; asked while it waits.
    fn is_wanted(&mut self) -> bool;
}

/// A witness that keeps nothing, for prints that are in no queue.
#[derive(Debug, Default)]
pub struct NoWitness;

impl Witness for NoWitness {
    fn progress(&mut self, _: Progress) {}

    fn point_of_no_return(&mut self, _: &str) -> bool {
        true
    }

    fn is_wanted(&mut self) -> bool {
        true
    }
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
    /// What went wrong after the print was whole, such as a cut that failed.
    pub trouble: Option<PrinterFault>,
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

    /// The same, and does what the printer needs done to be able to print: a queue that stands still for no reason that is
    /// left is started.
    ///
    /// # Errors
    /// As [`Printer::status`].
    fn ready(&mut self) -> Result<PrinterStatus, PrintError> {
        self.status()
    }

    /// What it can print: the printer is asked where it can say.
    fn capabilities(&mut self) -> Result<Capabilities, PrintError>;

    /// Prints and waits for the printer's word, where it gives one.
    fn print(&mut self, job: &PrintJob, witness: &mut dyn Witness) -> Result<Outcome, PrintError>;

    /// What became of a job that a power cut has parted from us, by the trace it left; `None` where the printer cannot say.
    fn look_up(&mut self, trace: &str) -> Option<Fate> {
        let _ = trace;
        None
    }
}

/// What a printer says of an earlier job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Printed,
    /// It never came out, and never will.
    NotPrinted,
}

/// Takes a printer's address (the table above). Nothing is connected or written yet, so a printer that is switched off now
/// can be opened and used later.
pub fn open(uri: &str, clock: &SharedClock) -> Result<Box<dyn Printer>, PrintError> {
    let address = Address::parse(uri)?;
    let receipt = |port: Box<dyn line::Port>| -> Result<Box<dyn Printer>, PrintError> {
        let says = if address.asks_status()? { None } else { Some(Says::Nothing) };
        Ok(Box::new(Receipt::new(port, address.paper()?, says, clock.clone())))
    };
    match address.scheme.as_str() {
        "dir" => Ok(Box::new(Folder::new(address.path()?))),
        "escpos+file" => {
            let path = address.path()?;
            if path.starts_with("/dev") {
                receipt(Box::new(DevicePort::new(path)))
            } else {
                Ok(Box::new(EscposFile::new(path, address.paper()?)))
            }
        }
        "escpos+tcp" => {
            let (host, port) = address.host_port(9100)?;
            receipt(Box::new(TcpPort::new(host, port)))
        }
        "escpos+serial" => {
            let (baud, flow) = address.serial()?;
            let port = SerialPort::new(address.path()?, baud, flow)
                .ok_or_else(|| address.bad("that is no speed of a serial line"))?;
            receipt(Box::new(port))
        }
        "escpos+usb" => {
            let (vendor, product, serial) = address.usb()?;
            receipt(Box::new(UsbPort::new(vendor, product, serial)))
        }
        "ipp" => {
            address.host_port(631)?;
            Ok(Box::new(Ipp::new(&address.plain(), clock.clone()).ok_or_else(|| address.bad("misspelt"))?))
        }
        other => Err(address.bad(&format!("{other:?} is no kind of printer"))),
    }
}

/// The head of the receipt printer at this address.
pub fn tone(uri: &str) -> Result<Tone, PrintError> {
    Ok(Address::parse(uri)?.paper()?.tone)
}

/// By how much prints for the printer at this address are to be moved.
pub fn offset(uri: &str) -> Result<Offset, PrintError> {
    Address::parse(uri)?.offset()
}

#[cfg(test)]
mod tests;
