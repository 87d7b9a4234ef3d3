//! Workbooks that mean harm, and one that does not.

use std::io::Cursor;

use super::*;

#[path = "../../../tests/workbook/mod.rs"]
pub mod workbook;

use workbook::{Cell, book, parts_with_sheet, zip};

/// A thousandth of the real ones, so that the tests are quick.
const LIMITS: Limits = Limits {
    parts: 20,
    total: 2 << 20,
    strings: 2_500,
    string_bytes: 160 << 10,
    small: 16 << 10,
    piece: 4 << 10,
};

fn judged(file: Vec<u8>) -> String {
    check(&mut Cursor::new(file), &LIMITS).map_or_else(|refused| refused.to_string(), |()| "fine".into())
}

fn with(name: &'static str, text: &str) -> String {
    let mut parts = parts_with_sheet("<worksheet><sheetData></sheetData></worksheet>");
    parts.retain(|(known, _)| *known != name);
    parts.push((name, text.to_owned()));
    judged(zip(&parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>()))
}

fn sheet(text: &str) -> String {
    with("xl/worksheets/sheet1.xml", text)
}

#[test]
fn a_plain_workbook_is_fine_and_a_long_sheet_too() {
    let rows = (0..2_000).map(|i| vec![Cell::Number(i.to_string()), Cell::Inline("Sri".into())]).collect();
    assert_eq!(judged(book(&[("Pegawai", rows)])), "fine");
    let quoted =
        "<worksheet><sheetData><row><c r='A1' note='a>b<c'><v>1</v></c></row></sheetData></worksheet>";
    assert_eq!(sheet(quoted), "fine");
}

#[test]
fn bombs_are_refused_while_they_unfold() {
    let row = "<row><c><v>1</v></c></row>";
    let told = [
        ("bytes", sheet(&format!("<worksheet><sheetData>{}", row.repeat(100_000)))),
        ("one cell", sheet(&format!("<worksheet><sheetData><row><c><v>{}", "9".repeat(5_000)))),
        // Many short runs of one rich text: each is small, the cell is not.
        (
            "one cell",
            sheet(&format!("<worksheet><sheetData><row><c><is>{}", "<r><t>x</t></r>".repeat(3_000))),
        ),
        ("one cell", sheet(&format!("<worksheet {}", "a='>' ".repeat(3_000)))),
        ("one part", sheet(&format!("<worksheet><cols>{}", "<col/>".repeat(9_000)))),
        ("one part", with("xl/styles.xml", &"<xf/>".repeat(9_000))),
        ("one part", with("xl/media/image1.png", &"x".repeat(20_000))),
        ("strings", with("xl/sharedStrings.xml", &format!("<sst>{}", "<si><t>a</t></si>".repeat(2_600)))),
        ("strings", with("xl/sharedStrings.xml", "<sst uniqueCount=\"99999999999\">")),
        ("strings", with("xl/sharedStrings.xml", "<x:sst a='1' uniqueCount = '9999999999999999999999'>")),
        // A table of strings that plays the sheet is still a table of strings.
        (
            "strings",
            with(
                "xl/sharedStrings.xml",
                &format!(
                    "<sheetData></sheetData><sst><si>{}",
                    "<t>aaaaaaaaaaaaaaaaaaaaaaaaa</t>".repeat(9_000)
                ),
            ),
        ),
    ];
    for (what, told) in told {
        assert!(told.contains(what), "{what}: {told}");
    }
    let parts: Vec<_> = (0..30).map(|i| (format!("{i}.xml"), b"x")).collect();
    let many = zip(&parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect::<Vec<_>>());
    assert!(judged(many).contains("parts"));
}

#[test]
fn what_can_be_read_in_two_ways_is_not_read() {
    let good = book(&[("A", vec![vec![Cell::Inline("x".into())]])]);
    assert_eq!(judged(good.clone()), "fine");
    let end = good.len() - 22;
    let changed = |at: usize, to: u8| {
        let mut file = good.clone();
        file[at] = to;
        judged(file)
    };
    let mut before = b"before".to_vec();
    before.extend(&good);
    let mut after = good.clone();
    after.extend(b"after");
    let directory = u32::from_le_bytes(good[end + 16..end + 20].try_into().unwrap()) as usize;
    for told in [
        judged(before),
        judged(after),
        judged(good[..good.len() - 30].to_vec()),
        judged(b"PK\x03\x04".to_vec()),
        changed(end + 4, 1),
        changed(end + 10, 99),
        changed(directory + 8, 1),
        changed(directory + 10, 12),
        sheet("<worksheet><!-- > --><sheetData>"),
        sheet("<!DOCTYPE x><worksheet>"),
    ] {
        assert!(told.contains("damaged"), "{told}");
    }
    // A part that ends too early, or is no deflate stream at all.
    let mut torn = good.clone();
    let from = 30 + "_rels/.rels".len();
    torn[from..from + 8].fill(0xff);
    assert!(judged(torn).contains("damaged"));
}
