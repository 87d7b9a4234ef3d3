//! A sheet of labels, ten a page: each has the code by which one station joins, as a QR code and as letters.

use super::sheet::{HEIGHT, Letters, MARGIN, Page, WIDTH, Weight};
use crate::card::{CardError, code_outline, pages_pdf};
use crate::lang::Lang;

/// One station's label.
pub struct Label {
    pub name: String,
    pub place: String,
    /// Of the board that it is meant for.
    pub serial: String,
    pub code: String,
    /// What the QR code says: the server's address with the code.
    pub link: String,
}

const COLUMNS: usize = 2;
const ROWS: usize = 5;
const LABEL: (f32, f32) = (90.0, 52.0);
/// Above the first row.
const TOP: f32 = 22.0;
const QR: f32 = 40.0;

/// The sheet as a PDF. `until`: when the codes end, in the office's words.
pub fn labels(labels: &[Label], batch: &str, until: &str, lang: Lang) -> Result<Vec<u8>, CardError> {
    let said = [batch, until].into_iter();
    let letters =
        Letters::of(labels.iter().flat_map(|one| [&*one.name, &one.place, &one.serial]).chain(said));
    let sheets: Vec<&[Label]> = labels.chunks(COLUMNS * ROWS).collect();
    let mut pages = Vec::with_capacity(sheets.len());
    for (nth, sheet) in sheets.iter().enumerate() {
        let mut page = Page::new();
        head(&mut page, &letters, batch, (nth + 1, sheets.len()), lang);
        for (index, label) in sheet.iter().enumerate() {
            let (column, row) = (index % COLUMNS, index / COLUMNS);
            let corner = (MARGIN + column as f32 * LABEL.0, TOP + row as f32 * LABEL.1);
            draw(&mut page, &letters, label, corner, until, lang)?;
        }
        cuts(&mut page, sheet.len().div_ceil(COLUMNS));
        pages.push(page.finish());
    }
    let title = format!("{} {batch}", lang.pick("Label Anjungan", "Station labels"));
    pages_pdf(&pages, (WIDTH, HEIGHT), &title, lang)
}

fn head(page: &mut Page, letters: &Letters, batch: &str, (nth, all): (usize, usize), lang: Lang) {
    let number = format!("{} {nth} {} {all}", lang.pick("Halaman", "Page"), lang.pick("dari", "of"));
    let title = format!("{} – {batch}", lang.pick("Label Anjungan", "Station labels"));
    let title = letters.wrap(&title, 4.0, Weight::Title, 145.0).into_iter().next().unwrap_or_default();
    page.text((MARGIN, 13.0), 4.0, Weight::Title, &title);
    page.text_to((WIDTH - MARGIN, 13.0), 3.2, Weight::Text, &number);
    let how = lang.pick(
        "Tunjukkan kode QR kepada kamera Anjungan, atau ketik kodenya. Sekali pakai. Robek sesudahnya.",
        "Show the QR code to the station's camera, or type the code. Good once. Tear it up afterwards.",
    );
    page.text((MARGIN, 18.0), 3.0, Weight::Text, how);
}

fn draw(
    page: &mut Page,
    letters: &Letters,
    label: &Label,
    (left, top): (f32, f32),
    until: &str,
    lang: Lang,
) -> Result<(), CardError> {
    let (outline, modules) = code_outline(&label.link)?;
    page.code((left + 2.0, top + 5.0), (&outline, modules), QR);
    let (x, room) = (left + QR + 4.0, LABEL.0 - QR - 6.0);
    let mut y = top + 9.0;
    let mut lines = |words: &str, size: f32, weight: Weight, most: usize, gap: f32| {
        for line in shortened(letters.wrap(words, size, weight, room), most) {
            page.text((x, y), size, weight, &line);
            y += size * 1.25;
        }
        y += gap;
    };
    lines(&label.name, 4.0, Weight::Title, 2, 0.0);
    lines(&label.place, 3.2, Weight::Text, 2, 2.0);
    lines(&format!("{} {}", lang.pick("Papan", "Board"), label.serial), 2.8, Weight::Text, 2, 2.0);
    lines(&label.code, 4.4, Weight::Title, 1, 0.5);
    lines(&format!("{} {until}", lang.pick("Berlaku sampai", "Good until")), 2.6, Weight::Text, 2, 0.0);
    Ok(())
}

/// A label has only so much room; what is longer ends with dots. The page of the batch has it whole.
fn shortened(mut lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.pop();
            last.push('…');
        }
    }
    lines
}

/// Where to cut.
fn cuts(page: &mut Page, rows: usize) {
    let (right, bottom) = (MARGIN + COLUMNS as f32 * LABEL.0, TOP + rows as f32 * LABEL.1);
    for column in 0..=COLUMNS {
        let x = MARGIN + column as f32 * LABEL.0;
        page.line((x, TOP), (x, bottom), true);
    }
    for row in 0..=rows {
        let y = TOP + row as f32 * LABEL.1;
        page.line((MARGIN, y), (right, y), true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_is_on_a_page_of_ten() {
        let label = |n: usize| Label {
            name: format!("Lobi & <{n}>"),
            place: "Aula ".repeat(12).trim().to_owned(),
            serial: format!("10000000a1b2c3{n:02}"),
            code: format!("BCDF-GHJK-LM{n:02}"),
            link: format!("https://kantor.example/#BCDF-GHJK-LM{n:02}"),
        };
        let all: Vec<Label> = (0..23).map(label).collect();
        let pdf = labels(&all, "Kelompok <uji>", "03-03-2026 10.00", Lang::Id).unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        if let Some(folder) = std::env::var_os("ANJUNGAN_PAGES") {
            std::fs::write(std::path::PathBuf::from(folder).join("labels.pdf"), &pdf).unwrap();
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &pdf).unwrap();
        let Ok(out) = std::process::Command::new("pdftotext").arg(file.path()).arg("-").output() else {
            eprintln!("SKIPPED: pdftotext (poppler-utils) is not installed, so the labels are not read back");
            return;
        };
        let text = String::from_utf8(out.stdout).unwrap();
        assert_eq!(text.matches('\u{c}').count(), 3, "pages");
        for one in &all {
            for words in [&one.name, &one.code, &format!("Papan {}", one.serial)] {
                assert!(text.contains(words.as_str()), "{words}:\n{text}");
            }
        }
        assert!(text.contains("Halaman 3 dari 3") && text.contains("Berlaku sampai 03-03-2026 10.00"));
        #[cfg(feature = "station")]
        read_by_a_station(file.path(), &all);
    }

    /// As a station's camera reads them: each label's code leads to its own link.
    #[cfg(feature = "station")]
    fn read_by_a_station(pdf: &std::path::Path, all: &[Label]) {
        use crate::scan::{Budget, Found, Luma, read};
        let folder = tempfile::tempdir().unwrap();
        let drawn = std::process::Command::new("pdftoppm")
            .args(["-r", "100", "-gray", "-png"])
            .arg(pdf)
            .arg(folder.path().join("page"))
            .status();
        let Ok(drawn) = drawn else {
            eprintln!(
                "SKIPPED: pdftoppm (poppler-utils) is not installed, so no code is read off the labels"
            );
            return;
        };
        assert!(drawn.success());
        let mut found = std::collections::BTreeSet::new();
        for entry in std::fs::read_dir(folder.path()).unwrap().flatten() {
            let page = image::open(entry.path()).unwrap().into_luma8();
            // One label at a time, as people hold them up.
            let (width, height) = (page.width() / 2, page.height() / 6);
            for (x, y) in (0..2).flat_map(|x| (0..6).map(move |y| (x * width, y * height))) {
                let tall = (height * 3 / 2).min(page.height() - y);
                let part = image::imageops::crop_imm(&page, x, y, width, tall).to_image();

                found.extend(read(Luma::from(&part), &Budget::unlimited()).iter().map(Found::text));
            }
        }
        for one in all {
            assert!(found.contains(&one.link), "{}: {found:?}", one.link);
        }
    }
}
