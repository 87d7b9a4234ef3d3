//! `dir:PATH`: a folder that takes prints as files, for card printers with a hot folder, and for tests and pictures.

use super::{Capabilities, Outcome, PrintError, PrintJob, Printer, PrinterStatus, Progress, Witness};
use image::{ImageEncoder, RgbaImage, codecs::png::PngEncoder};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes `ID-front.png`, `ID-back.png` and `ID.pdf` for each print. A file is complete or absent: it is written under
/// another name, flushed to disk and then renamed.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder is made at the first use.
    pub fn new(path: PathBuf) -> Folder {
        Folder { path }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, PrintError> {
        let path = self.path.join(name);
        let part = self.path.join(format!(".{name}.part"));
        let write = || {
            let mut file = File::create(&part)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&part, &path)?;
            // The new name is on disk once its folder is.
            File::open(&self.path)?.sync_all()
        };
        match write() {
            Ok(()) => Ok(path),
            Err(source) => {
                // Nothing half-written stays behind; the first error is the one to report.
                let _ = fs::remove_file(&part);
                Err(PrintError::Write { path, source })
            }
        }
    }

    fn made(&self) -> Result<(), PrintError> {
        fs::create_dir_all(&self.path).map_err(|source| PrintError::Write { path: self.path.clone(), source })
    }
}

/// Ids become file names, so they are plain.
fn checked(id: &str) -> Result<&str, PrintError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > 100 || !id.chars().all(plain) {
        return Err(PrintError::BadId(id.to_owned()));
    }
    Ok(id)
}

/// PNG at 300 dots an inch, so that it prints at its true size.
fn png(side: &RgbaImage, path: &Path) -> Result<Vec<u8>, PrintError> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(side.as_raw(), side.width(), side.height(), image::ExtendedColorType::Rgba8)
        .map_err(|e| PrintError::Write { path: path.to_owned(), source: std::io::Error::other(e) })?;
    Ok(with_density(bytes))
}

/// Adds the chunk `pHYs` (11811 pixels a metre, which is 300 an inch) after the header, where PNG wants it.
fn with_density(png: Vec<u8>) -> Vec<u8> {
    /// Signature, then length, name, 13 bytes and checksum of the header.
    const HEADER_END: usize = 8 + 4 + 4 + 13 + 4;
    /// Length 9, name, 11811 twice, unit metre, and the CRC-32 of name and data.
    const PHYS: [u8; 21] =
        [0, 0, 0, 9, b'p', b'H', b'Y', b's', 0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1, 0x78, 0xa5, 0x3f, 0x76];
    let Some((head, rest)) = png.split_at_checked(HEADER_END) else {
        return png;
    };
    [head, &PHYS, rest].concat()
}

impl Printer for Folder {
    fn name(&self) -> String {
        format!("dir:{}", self.path.display())
    }

    fn status(&mut self) -> Result<PrinterStatus, PrintError> {
        self.made()?;
        Ok(PrinterStatus { fault: None, paper_low: false, confirmed: true })
    }

    fn capabilities(&mut self) -> Result<Capabilities, PrintError> {
        Ok(Capabilities::Card { both_sides: true })
    }

    fn print(&mut self, job: &PrintJob, witness: &mut dyn Witness) -> Result<Outcome, PrintError> {
        let id = checked(&job.print_id)?;
        self.made()?;
        if !witness.point_of_no_return("dir") {
            return Err(PrintError::NotWrittenDown);
        }
        let mut files = Vec::new();
        for (n, side) in job.sides.iter().enumerate() {
            witness.progress(Progress::Side { side: n as u32 + 1, of: job.sides.len() as u32 });
            let name = match n {
                0 => format!("{id}-front.png"),
                1 => format!("{id}-back.png"),
                n => format!("{id}-{}.png", n + 1),
            };
            files.push(self.put(&name, &png(side, &self.path)?)?);
        }
        if !job.pdf.is_empty() {
            files.push(self.put(&format!("{id}.pdf"), &job.pdf)?);
        }
        Ok(Outcome { confirmed: true, files, trouble: None })
    }
}
