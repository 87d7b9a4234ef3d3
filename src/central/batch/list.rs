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
    #[error(
        "line {0}: a table program has changed the serial number (1.00E+16); set the column to text and write it again"
    )]
    Changed(u64),
    #[error("the list is UTF-16 or a workbook; save it as CSV UTF-8")]
    Form,
    #[error("the serial number {0} stands twice")]
    Twice(String),
    #[error("no station is in it")]
    Empty,
    #[error("a batch has at most {MOST} stations")]
    Many,
    #[error("the serial number {0} belongs to a station that is there already")]
    Known(String),
}

/// Reads the whole list, as programs for tables write it: with commas, semicolons or tabs, and with the
/// hint `sep=;` in a line before the names.
pub fn read(bytes: &[u8]) -> Result<Vec<Wanted>, ListFault> {
    if [&b"PK\x03\x04"[..], b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff"]
        .iter()
        .any(|start| bytes.starts_with(start))
    {
        return Err(ListFault::Form);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ListFault::Columns)?.trim_start_matches('\u{feff}');
    let (hint, text) = hinted(text);
    let first = text.lines().next().unwrap_or_default();
    let most =
        [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| first.bytes().filter(|b| b == sign).count());
    let delimiter = hint.or(most).unwrap_or(b',');
    let skipped = u64::from(hint.is_some());
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
        let at = wanted.len() as u64 + 2 + skipped;
        let station =
            line.map_err(|error| ListFault::Line(error.position().map_or(at, |at| at.line() + skipped)))?;
        let fields = [&station.name, &station.place, &station.serial];
        let good = |text: &&String| {
            (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        };
        if !fields.iter().all(good) || plain(&station.serial).is_empty() {
            return Err(ListFault::Field(at));
        }
        if is_changed(&station.serial) {
            return Err(ListFault::Changed(at));
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

/// A table program's hint in the first line, and the text without it.
fn hinted(text: &str) -> (Option<u8>, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end_matches('\r').as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign @ (b',' | b';' | b'\t')] => (Some(*sign), rest),
        _ => (None, text),
    }
}

/// `1.00E+16` and `1,00000000012346E+15`: what a table program makes of digits, and of digits with one E.
fn is_changed(serial: &str) -> bool {
    let plain = serial.to_ascii_uppercase();
    let Some((number, power)) = plain.split_once("E+").or_else(|| plain.split_once("E-")) else {
        return false;
    };
    let digits =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
    digits(number) && digits(power)
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
        for (sep, sign) in [("sep=;\n", ';'), ("sep=\t\r\n", '\t'), ("", '\t'), ("", ';')] {
            let list =
                format!("{sep}name,place,serial\nLobi 1,Lobi,10000000e1a2\n").replace(',', &sign.to_string());
            assert_eq!(read(list.as_bytes()).unwrap()[0].serial, "10000000e1a2", "{list:?}");
        }
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
            ("name,place,serial\nA,Lobi,1.00E+16\n", ListFault::Changed(2)),
            ("sep=;\nname;place;serial\nA;Lobi;\"1,00000000012346E+15\"\n", ListFault::Changed(3)),
            ("name,place,serial\nA,Lobi,1.5e-3\n", ListFault::Changed(2)),
            ("PK\u{3}\u{4}", ListFault::Form),
            ("name,place,serial\nA,Lobi,00A1\nB,Lobi,a1\n", ListFault::Twice("a1".into())),
            (many.as_str(), ListFault::Many),
        ] {
            assert_eq!(read(bad.as_bytes()), Err(why), "{bad}");
        }
        assert_eq!(read(b"name,place,serial\n\xff,a,b\n"), Err(ListFault::Columns));
    }
}
