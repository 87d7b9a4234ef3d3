//! Workbooks (XLSX) for tests, as small as one can be and still be read.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

#[derive(Clone)]
pub enum Cell {
    Empty,
    /// Kept apart from the sheet, as Excel does it.
    Text(String),
    /// In the sheet itself.
    Inline(String),
    Number(String),
    /// Days since the end of 1899, shown as a date.
    Day(u32),
    Fault,
}

/// A workbook of these sheets.
pub fn book(sheets: &[(&str, Vec<Vec<Cell>>)]) -> Vec<u8> {
    let mut strings = Vec::new();
    let (mut list, mut links, mut parts) = (String::new(), String::new(), Vec::new());
    for (i, (name, rows)) in sheets.iter().enumerate() {
        let n = i + 1;
        let _ = write!(list, "<sheet name=\"{}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>", escaped(name));
        let _ = write!(
            links,
            "<Relationship Id=\"rId{n}\" Type=\"http://x/relationships/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
        );
        parts.push((format!("xl/worksheets/sheet{n}.xml"), sheet(rows, &mut strings)));
    }
    let mut table = format!("<sst count=\"{0}\" uniqueCount=\"{0}\">", strings.len());
    for text in &strings {
        let _ = write!(table, "<si><t>{}</t></si>", escaped(text));
    }
    table.push_str("</sst>");
    let mut all = frame(&list, &links);
    all.push(("xl/sharedStrings.xml".into(), table));
    all.append(&mut parts);
    zip(&all.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect::<Vec<_>>())
}

/// The parts of a workbook with one sheet, which is this text.
pub fn parts_with_sheet(sheet: &str) -> Vec<(&'static str, String)> {
    let link = "<Relationship Id=\"rId1\" Type=\"http://x/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>";
    let frame = frame("<sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/>", link);
    let names = ["_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"];
    let mut parts: Vec<_> = names.into_iter().zip(frame.into_iter().map(|(_, text)| text)).collect();
    parts.push(("xl/worksheets/sheet1.xml", sheet.to_owned()));
    parts
}

fn frame(sheets: &str, links: &str) -> Vec<(String, String)> {
    let relations = |links: &str| format!("<Relationships>{links}</Relationships>");
    let office = "<Relationship Id=\"rId1\" Type=\"http://x/relationships/officeDocument\" Target=\"xl/workbook.xml\"/>";
    let styles =
        "<styleSheet><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    vec![
        ("_rels/.rels".into(), relations(office)),
        (
            "xl/workbook.xml".into(),
            format!("<?xml version=\"1.0\"?><workbook><sheets>{sheets}</sheets></workbook>"),
        ),
        ("xl/_rels/workbook.xml.rels".into(), relations(links)),
        ("xl/styles.xml".into(), styles.into()),
    ]
}

fn sheet(rows: &[Vec<Cell>], strings: &mut Vec<String>) -> String {
    let mut text = String::from("<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>");
    for (r, row) in rows.iter().enumerate() {
        let _ = write!(text, "<row r=\"{}\">", r + 1);
        for (c, cell) in row.iter().enumerate() {
            let at = format!("{}{}", char::from(b'A' + c as u8), r + 1);
            let _ = match cell {
                Cell::Empty => Ok(()),
                Cell::Text(value) => {
                    strings.push(value.clone());
                    write!(text, "<c r=\"{at}\" t=\"s\"><v>{}</v></c>", strings.len() - 1)
                }
                Cell::Inline(value) => {
                    write!(text, "<c r=\"{at}\" t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(value))
                }
                Cell::Number(value) => write!(text, "<c r=\"{at}\"><v>{value}</v></c>"),
                Cell::Day(value) => write!(text, "<c r=\"{at}\" s=\"1\"><v>{value}</v></c>"),
                Cell::Fault => write!(text, "<c r=\"{at}\" t=\"e\"><v>#N/A</v></c>"),
            };
        }
        text.push_str("</row>");
    }
    text.push_str("</sheetData></worksheet>");
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// These parts, packed.
pub fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in parts {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        let packed = packed.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(bytes);
        let at = file.len() as u32;
        // From "version needed" to "length of the extra field", the same in both places.
        let mut facts = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0];
        for number in [crc.sum(), packed.len() as u32, bytes.len() as u32, name.len() as u32] {
            facts.extend(number.to_le_bytes());
        }
        file.extend(b"PK\x03\x04");
        file.extend(&facts);
        file.extend(name.as_bytes());
        file.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&facts);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend((parts.len() as u16).to_le_bytes());
    file.extend((parts.len() as u16).to_le_bytes());
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}
