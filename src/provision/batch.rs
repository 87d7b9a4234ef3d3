//! One file for many stations, on the boot partition that any computer can write. Each station finds its own entry
//! by the serial number of its board, joins, and then wipes the whole file: the codes of the others are in it too.
//!
//! The server writes such a file (`anjungan-central device batch`); its codes live a day and are good once.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Link, LinkError, PinError, check_pin, staff_secret};
use crate::protocol::Batch;

/// Where the kernel says which board this is: a Raspberry Pi and other boards with a device tree, then PCs.
const SERIAL_FILES: [&str; 3] = [
    "/sys/firmware/devicetree/base/serial-number",
    "/sys/class/dmi/id/product_serial",
    "/sys/class/dmi/id/board_serial",
];

/// A station's own entry, checked.
pub struct Own {
    pub link: Link,
    pub staff_code: Zeroizing<String>,
    pub pin: Zeroizing<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    #[error("{path}: {source}", path = path.display())]
    File { path: PathBuf, source: io::Error },
    /// The line, and not what stands in it: it may be a PIN.
    #[error("{path}, line {line}: this is no file for a batch of stations", path = path.display())]
    Shape { path: PathBuf, line: usize },
    #[error("this board tells no serial number; a file for one station names none")]
    NoSerial,
    #[error("the file has no entry for the serial number {0}")]
    NotListed(String),
    #[error("the file has several entries for this station")]
    Twice,
    #[error("the entry of this station: {0}")]
    Link(#[from] LinkError),
    #[error("the entry of this station: {0}")]
    Pin(#[from] PinError),
    #[error("the entry of this station has a staff code that cannot be one")]
    StaffCode,
}

/// Reads a batch file.
pub fn load(path: &Path) -> Result<Batch, BatchError> {
    let failed = |source| BatchError::File { path: path.to_owned(), source };
    let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
    toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        let line = text.as_bytes()[..at].split(|byte| *byte == b'\n').count();
        BatchError::Shape { path: path.to_owned(), line }
    })
}

/// The entry for the board with this serial number. Letters count alike, leading zeros not at all: labels and
/// kernels disagree about both.
pub fn own(batch: &Batch, serial: Option<&str>) -> Result<Own, BatchError> {
    let entry = match batch.station.as_slice() {
        [only] if only.serial.is_none() => only,
        entries => {
            let serial = serial.ok_or(BatchError::NoSerial)?;
            let wanted = plain(serial);
            let mut own =
                entries.iter().filter(|entry| entry.serial.as_deref().is_some_and(|s| plain(s) == wanted));
            match (own.next(), own.next()) {
                (Some(entry), None) => entry,
                (None, _) => return Err(BatchError::NotListed(serial.to_owned())),
                (Some(_), Some(_)) => return Err(BatchError::Twice),
            }
        }
    };
    check_pin(&entry.pin)?;
    staff_secret(&entry.staff_code).ok_or(BatchError::StaffCode)?;
    Ok(Own {
        link: Link::new(&batch.central, &entry.code)?,
        staff_code: Zeroizing::new(entry.staff_code.clone()),
        pin: Zeroizing::new(entry.pin.clone()),
    })
}

fn plain(serial: &str) -> String {
    serial.trim().trim_start_matches('0').to_ascii_lowercase()
}

/// The serial number of this machine's board, where the kernel tells one.
pub fn board_serial() -> Option<String> {
    SERIAL_FILES.iter().find_map(|file| {
        let text = fs::read_to_string(file).ok()?;
        let serial = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        // What makers write who wrote nothing.
        let said = !serial.is_empty() && !serial.eq_ignore_ascii_case("to be filled by o.e.m.");
        said.then(|| serial.to_owned())
    })
}

/// Overwrites a file with secrets, brings that to the disk, and removes it. What a flash card keeps of worn
/// blocks nobody can wipe: that is why the codes in it live a day.
pub fn erase(path: &Path) -> Result<(), BatchError> {
    let failed = |source| BatchError::File { path: path.to_owned(), source };
    let mut file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let length = file.metadata().map_err(failed)?.len();
    let blank = [b'#'; 4096];
    let mut left = length;
    while left > 0 {
        let part = left.min(blank.len() as u64);
        file.write_all(&blank[..part as usize]).map_err(failed)?;
        left -= part;
    }
    file.sync_all().map_err(failed)?;
    fs::remove_file(path).map_err(failed)?;
    // The folder's own entry too.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
central = "https://kantor.example"

[[station]]
serial = "00000000a1b2c3d4"
name = "Lobi"
code = "GOOD-1"
staff_code = "BCDFG-HJKLM"
pin = "582917"

[[station]]
serial = "100000005e6f7081"
code = "GOOD-2"
staff_code = "BCDFG-HJKLN"
pin = "582918"
"#;

    fn load(text: &str) -> Result<Batch, BatchError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("batch.toml");
        fs::write(&path, text).unwrap();
        super::load(&path)
    }

    #[test]
    fn a_station_finds_its_own_entry_by_the_boards_number() {
        let batch = load(FILE).unwrap();
        let mine = own(&batch, Some("A1B2C3D4\0".trim_end_matches('\0'))).unwrap();
        assert_eq!(
            (mine.link.code.as_str(), mine.link.central_url.as_str()),
            ("GOOD-1", "https://kantor.example")
        );
        assert_eq!(own(&batch, Some("100000005E6F7081")).unwrap().link.code, "GOOD-2");
        assert!(matches!(own(&batch, Some("99")), Err(BatchError::NotListed(_))));
        assert!(matches!(own(&batch, None), Err(BatchError::NoSerial)));
        let twice = load(&FILE.replace("100000005e6f7081", "a1b2c3d4")).unwrap();
        assert!(matches!(own(&twice, Some("a1b2c3d4")), Err(BatchError::Twice)));
    }

    #[test]
    fn an_entry_without_a_number_is_for_a_file_of_one() {
        let one = FILE.split("[[station]]").take(2).collect::<Vec<_>>().join("[[station]]");
        let one = one.replace("serial = \"00000000a1b2c3d4\"", "");
        assert_eq!(own(&load(&one).unwrap(), None).unwrap().link.code, "GOOD-1");
        let two = FILE.replace("serial = \"00000000a1b2c3d4\"", "");
        assert!(matches!(own(&load(&two).unwrap(), None), Err(BatchError::NoSerial)));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_and_no_secret_is_said() {
        let of = |from: &str, to: &str| {
            own(&load(&FILE.replace(from, to)).unwrap(), Some("a1b2c3d4")).err().unwrap()
        };
        assert!(matches!(of("582917", "123456"), BatchError::Pin(_)));
        assert!(matches!(of("BCDFG-HJKLM", "nonsense"), BatchError::StaffCode));
        assert!(matches!(of("GOOD-1", "not a code"), BatchError::Link(_)));
        let broken = load(&FILE.replace("pin = \"582917\"", "pin = 582917")).err().unwrap().to_string();
        assert!(broken.contains("line 9") && !broken.contains("582917"), "{broken}");
    }

    #[test]
    fn an_erased_file_is_gone_and_erasing_again_is_no_fault() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("batch.toml");
        fs::write(&path, FILE).unwrap();
        // A second name for the same bytes shows what is left of them.
        let witness = dir.path().join("witness");
        fs::hard_link(&path, &witness).unwrap();
        erase(&path).unwrap();
        assert!(!path.exists());
        let left = fs::read(&witness).unwrap();
        assert!(left.len() == FILE.len() && left.iter().all(|byte| *byte == b'#'));
        erase(&path).unwrap();
    }
}
