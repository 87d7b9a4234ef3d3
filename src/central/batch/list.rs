//! The list of a batch: a CSV with each station's name, place and the serial number of its board.

use std::collections::BTreeSet;

use serde::Deserialize;

/// Stations in one batch.
pub const MOST: usize = 200;
/// Bytes of a list; two hundred lines have a tenth of it.
pub const LARGEST: u64 = 256 * 1024;
/// Characters of a name, a place or a serial.
const LONGEST: usize = 60;

/// A line of the list: what the station is called, where it stands, and its board's serial number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Wanted {
    #[serde(alias = "nama")]
    pub name: String,
    #[serde(alias = "tempat")]
    pub place: String,
    #[serde(alias = "seri", alias = "nomor_seri")]
    pub serial: String,
}

/// Why a list is not taken. Nothing is made of one that cannot be taken whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    #[error("the first line must name the columns name, place and serial")]
    Columns,
    #[error("line {0} cannot be read")]
    Line(u64),
    #[error("line {0}: name, place and serial have 1 to 60 characters each")]
    Field(u64),
    #[error("the serial number {0} stands twice")]
    Twice(String),
    #[error("no station is in it")]
    Empty,
    #[error("a batch has at most {MOST} stations")]
    Many,
    #[error("the serial number {0} belongs to a station that is there already")]
    Known(String),
}

/// Reads the whole list, as programs for tables write it: with commas or semicolons.
pub fn read(bytes: &[u8]) -> Result<Vec<Wanted>, ListFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| ListFault::Columns)?.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let mut lines =
        csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = lines.headers().map_err(|_| ListFault::Columns)?.iter().map(str::to_lowercase).collect();
    lines.set_headers(header);
    if lines.headers().is_ok_and(|header| !names_all(header)) {
        return Err(ListFault::Columns);
    }
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut serials = BTreeSet::new();
    for line in lines.deserialize::<Wanted>() {
        let at = wanted.len() as u64 + 2;
        let station =
            line.map_err(|error| ListFault::Line(error.position().map_or(at, csv::Position::line)))?;
        let fields = [&station.name, &station.place, &station.serial];
        let good = |text: &&String| {
            (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        };
        if !fields.iter().all(good) || plain(&station.serial).is_empty() {
            return Err(ListFault::Field(at));
        }
        if !serials.insert(plain(&station.serial)) {
            return Err(ListFault::Twice(station.serial));
        }
        wanted.push(station);
        if wanted.len() > MOST {
            return Err(ListFault::Many);
        }
    }
    if wanted.is_empty() { Err(ListFault::Empty) } else { Ok(wanted) }
}

fn names_all(header: &csv::StringRecord) -> bool {
    let has = |names: &[&str]| header.iter().any(|name| names.contains(&name));
    has(&["name", "nama"]) && has(&["place", "tempat"]) && has(&["serial", "seri", "nomor_seri"])
}

/// The form in which serial numbers are compared: a board says it with zeros before and in small letters.
pub fn plain(serial: &str) -> String {
    serial.trim_start_matches('0').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        let good = read(b"name,place,serial\nLobi 1, Lobi utama ,00000000a1b2\nLobi 2,Lobi,c3d4\n").unwrap();
        assert_eq!((good.len(), good[0].place.as_str()), (2, "Lobi utama"));
        let table = "\u{feff}Nama;Tempat;Nomor_Seri\r\nLobi, kiri;Lobi;a1\r\n";
        assert_eq!(read(table.as_bytes()).unwrap()[0].name, "Lobi, kiri");
        let many: String = std::iter::once("name,place,serial\n".to_owned())
            .chain((0..201).map(|n| format!("A,B,x{n}\n")))
            .collect();
        for (bad, why) in [
            ("name,place,serial\n", ListFault::Empty),
            ("", ListFault::Columns),
            ("name,place\nLobi,Lobi\n", ListFault::Columns),
            ("name,place,serial\nLobi,,a1\n", ListFault::Field(2)),
            ("name,place,serial\nLobi,Lobi,000\n", ListFault::Field(2)),
            ("name,place,serial\nLobi,Lobi\n", ListFault::Line(2)),
            ("name,place,serial\nA,Lobi,00A1\nB,Lobi,a1\n", ListFault::Twice("a1".into())),
            (many.as_str(), ListFault::Many),
        ] {
            assert_eq!(read(bad.as_bytes()), Err(why), "{bad}");
        }
        assert_eq!(read(b"name,place,serial\n\xff,a,b\n"), Err(ListFault::Columns));
    }
}
