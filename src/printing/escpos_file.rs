//! `escpos+file:PATH`: a receipt printer behind a device file such as `/dev/usb/lp0`, or a plain file that collects what would
//! be printed, one print after the other, as a roll of paper would.

use super::{Capabilities, Outcome, PrintError, PrintJob, Printer, PrinterFault, PrinterStatus};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

/// A receipt printer that is written to and never read.
#[derive(Clone, Debug)]
pub struct EscposFile {
    path: PathBuf,
    dots: u32,
}

impl EscposFile {
    /// `dots` across the paper: 576 or 384.
    pub fn new(path: PathBuf, dots: u32) -> EscposFile {
        EscposFile { path, dots }
    }

    /// A device under `/dev` must be there already; any other path is made.
    fn is_device(&self) -> bool {
        self.path.starts_with("/dev")
    }

    fn error(&self, source: std::io::Error) -> PrintError {
        if self.is_device() && source.kind() == ErrorKind::NotFound {
            PrintError::Fault {
                printer: self.name(),
                fault: PrinterFault::Unreachable,
                detail: source.to_string(),
            }
        } else {
            PrintError::Write { path: self.path.clone(), source }
        }
    }

    fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(!self.is_device()).open(&self.path)?;
        file.write_all(bytes)?;
        file.flush()?;
        // Devices cannot sync and say EINVAL.
        if file.metadata()?.is_file() {
            file.sync_all()?;
        }
        Ok(())
    }
}

impl Printer for EscposFile {
    fn name(&self) -> String {
        format!("escpos+file:{}", self.path.display())
    }

    fn status(&mut self) -> Result<PrinterStatus, PrintError> {
        self.write(&[]).map_err(|e| self.error(e))?;
        Ok(PrinterStatus { fault: None, paper_low: false, confirmed: false })
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::Receipt { dots: self.dots }
    }

    fn print(&mut self, job: &PrintJob) -> Result<Outcome, PrintError> {
        let bytes = super::bytes(&job.slip, self.dots)?;
        self.write(&bytes).map_err(|e| self.error(e))?;
        // What a device does with the bytes it does not say; a plain file has them safely.
        let plain = self.path.is_file();
        Ok(Outcome { confirmed: plain, files: if plain { vec![self.path.clone()] } else { Vec::new() } })
    }
}
