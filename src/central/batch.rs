//! `device batch`: codes for many stations at once, as the one file that a technician copies onto all their boot
//! partitions, and a list for the office with each station's first staff code and PIN.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::Deserialize;

use super::codes::letters;
use super::{CentralError, Office, fleet};
use crate::clock::random_bytes;
use crate::protocol::{Batch, BatchEntry};

/// Digits of a first PIN.
const PIN_DIGITS: usize = 8;

/// A line of the list: what the station is called, where it stands, and its board's serial number.
#[derive(Deserialize)]
struct Wanted {
    name: String,
    place: String,
    serial: String,
}

/// What the office is told of one station, once.
pub struct Handed {
    pub device_id: String,
    pub name: String,
    pub place: String,
    pub serial: String,
    pub staff_code: String,
    pub pin: String,
}

/// Makes room for every station of the list (CSV: name, place, serial) and writes the file. Nothing is made where
/// the list cannot be read whole, or the file is there already.
pub async fn make(
    office: &Office,
    actor: &str,
    list: &Path,
    file: &Path,
) -> Result<Vec<Handed>, CentralError> {
    let wanted = read(list)?;
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(|error| CentralError::io(file, error))?;
    let mut batch = Batch { central: office.config.page(""), station: Vec::new() };
    let mut handed = Vec::new();
    for Wanted { name, place, serial } in wanted {
        let (device_id, code) = fleet::new_device(office, actor, &name, &place).await?;
        let (staff_code, pin) = (staff_code(), pin());
        batch.station.push(BatchEntry {
            serial: Some(serial.clone()),
            name: name.clone(),
            code,
            staff_code: staff_code.clone(),
            pin: pin.clone(),
        });
        handed.push(Handed { device_id, name, place, serial, staff_code, pin });
    }
    let text = toml::to_string(&batch).map_err(|_| CentralError::Stored("the batch file"))?;
    out.write_all(text.as_bytes())
        .and_then(|()| out.sync_all())
        .map_err(|error| CentralError::io(file, error))?;
    Ok(handed)
}

fn read(list: &Path) -> Result<Vec<Wanted>, CentralError> {
    let failed = |why: String| CentralError::Config(format!("{}: {why}", list.display()));
    let mut lines = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(list)
        .map_err(|error| failed(error.to_string()))?;
    let wanted: Vec<Wanted> =
        lines.deserialize().collect::<Result<_, _>>().map_err(|error| failed(error.to_string()))?;
    let mut serials = std::collections::BTreeSet::new();
    for station in &wanted {
        let serial = station.serial.trim_start_matches('0').to_ascii_lowercase();
        if serial.is_empty() || station.name.is_empty() || station.place.is_empty() {
            return Err(failed("each line needs name, place and serial".into()));
        }
        if !serials.insert(serial) {
            return Err(failed(format!("the serial number {} stands twice", station.serial)));
        }
    }
    if wanted.is_empty() {
        return Err(failed("no station is in it".into()));
    }
    Ok(wanted)
}

/// As a station makes one: `XXXXX-XXXXX`.
fn staff_code() -> String {
    let text = letters(10);
    format!("{}-{}", &text[..5], &text[5..])
}

/// Random digits that a station takes: neither a repeated block nor a run.
fn pin() -> String {
    loop {
        let digits: Vec<u8> = random_bytes::<32>()
            .into_iter()
            .filter(|byte| *byte < 250)
            .map(|byte| byte % 10)
            .take(PIN_DIGITS)
            .collect();
        let kinds: std::collections::BTreeSet<u8> = digits.iter().copied().collect();
        let step = |pair: &[u8]| (pair[1] + 10 - pair[0]) % 10;
        let runs = digits.windows(2).all(|pair| step(pair) == step(&digits));
        // More kinds of digits than a repeated block of three can have.
        if digits.len() == PIN_DIGITS && kinds.len() > 3 && !runs {
            return digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Result<Vec<Wanted>, CentralError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list.csv");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        let good = list("name,place,serial\nLobi 1, Lobi utama ,00000000a1b2\nLobi 2,Lobi,c3d4\n").unwrap();
        assert_eq!((good.len(), good[0].place.as_str()), (2, "Lobi utama"));
        for bad in [
            "name,place,serial\n",
            "name,place\nLobi,Lobi\n",
            "name,place,serial\nLobi,,a1\n",
            "name,place,serial\nLobi,Lobi,000\n",
            "name,place,serial\nA,Lobi,00A1\nB,Lobi,a1\n",
        ] {
            assert!(list(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn first_codes_and_pins_are_such_as_stations_take() {
        for _ in 0..200 {
            let pin = pin();
            assert_eq!(pin.len(), PIN_DIGITS);
            #[cfg(feature = "station")]
            assert_eq!(crate::provision::check_pin(&pin), Ok(()), "{pin}");
            let code = staff_code();
            assert_eq!(code.len(), 11);
            #[cfg(feature = "station")]
            assert!(crate::provision::staff_secret(&code).is_some(), "{code}");
        }
    }
}
