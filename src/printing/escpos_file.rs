//! `escpos+file:PATH` with a plain file: it collects what would be printed, one print after the other, as a roll of paper would.
//! Device files are lines, see [`ports`](super::ports).

use super::{Capabilities, Outcome, Paper, PrintError, PrintJob, Printer, PrinterStatus, Progress, Witness};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

/// A file that takes the place of a receipt printer.
#[derive(Clone, Debug)]
pub struct EscposFile {
    path: PathBuf,
    paper: Paper,
}

impl EscposFile {
    pub fn new(path: PathBuf, paper: Paper) -> EscposFile {
        EscposFile { path, paper }
    }

    fn error(&self, source: std::io::Error) -> PrintError {
        PrintError::Write { path: self.path.clone(), source }
    }

    fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        file.write_all(bytes)?;
        file.flush()?;
        // Odd files (a pipe, /dev/null) cannot sync and say EINVAL.
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

    fn capabilities(&mut self) -> Result<Capabilities, PrintError> {
        Ok(Capabilities::Receipt { dots: self.paper.dots })
    }

    fn print(&mut self, job: &PrintJob, witness: &mut dyn Witness) -> Result<Outcome, PrintError> {
        let bytes = super::raster_bytes(&job.receipt.picture(self.paper)?);
        witness.progress(Progress::Sending { done: 0, of: bytes.len() });
        if !witness.point_of_no_return("file") {
            return Err(PrintError::NotWrittenDown);
        }
        self.write(&bytes).map_err(|e| self.error(e))?;
        // A plain file has them safely; what else a path may lead to does not say.
        let plain = self.path.is_file();
        let files = if plain { vec![self.path.clone()] } else { Vec::new() };
        Ok(Outcome { confirmed: plain, files, trouble: None })
    }
}
