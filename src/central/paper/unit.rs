//! The report of a unit on paper: figures, then everybody who lacks a card, by sub-unit, on as many pages as
//! it takes.

use super::sheet::{HEIGHT, Letters, MARGIN, Page, WIDTH, Weight};
use crate::card::{CardError, pages_pdf};
use crate::central::report::{Line, UnitReport};
use crate::lang::Lang;

/// Size of the list's letters; a line of it; between two people.
const SIZE: f32 = 3.2;
const LEADING: f32 = 4.3;
const GAP: f32 = 1.3;
/// Where each column begins, and how wide it is.
const NAME: (f32, f32) = (MARGIN + 11.0, 73.0);
const NIP: f32 = MARGIN + 87.0;
const WHY: (f32, f32) = (MARGIN + 126.0, 54.0);
/// Words end here; the foot stands below.
const BOTTOM: f32 = HEIGHT - 22.0;

/// The report as a PDF.
pub fn unit_report(report: &UnitReport, office: &str, lang: Lang) -> Result<Vec<u8>, CardError> {
    let said = report.lines.iter().flat_map(|line| [&*line.person.name, &line.person.unit]);
    let letters = Letters::of(said.chain([office, &report.unit]));
    let mut sheets = Sheets { pages: Vec::new(), y: 0.0, letters: &letters, lang };
    sheets.begin();
    head(&mut sheets, report, office);
    let mut unit = None;
    for (index, line) in report.lines.iter().enumerate() {
        let below = below(report, &line.person.unit);
        let heading = (unit != Some(below)).then_some(below).filter(|below| !below.is_empty());
        unit = Some(below);
        sheets.person(index + 1, line, heading);
    }
    let count = sheets.pages.len();
    let office = letters.wrap(office, 3.0, Weight::Text, 130.0).swap_remove(0);
    let foot = format!("{office} · {}", lang.long_date(report.day));
    let mut pages = Vec::with_capacity(count);
    for (nth, mut page) in sheets.pages.into_iter().enumerate() {
        let y = HEIGHT - 12.0;
        page.line((MARGIN, y - 5.0), (WIDTH - MARGIN, y - 5.0), false);
        page.text((MARGIN, y), 3.0, Weight::Text, &foot);
        let number =
            format!("{} {} {} {count}", lang.pick("Halaman", "Page"), nth + 1, lang.pick("dari", "of"));
        page.text_to((WIDTH - MARGIN, y), 3.0, Weight::Text, &number);
        pages.push(page.finish());
    }
    pages_pdf(&pages, (WIDTH, HEIGHT), title(lang), lang)
}

fn title(lang: Lang) -> &'static str {
    lang.pick("Pegawai yang belum memiliki Kartu ASN Virtual", "Employees without a Kartu ASN Virtual")
}

/// The part of a person's unit below the one that the report is about.
fn below<'a>(report: &UnitReport, unit: &'a str) -> &'a str {
    let mut rest = unit;
    for _ in crate::central::report::levels(&report.unit) {
        rest = rest.split_once(" / ").map_or("", |(_, rest)| rest);
    }
    rest.trim()
}

/// Pages that are being filled.
struct Sheets<'a> {
    pages: Vec<Page>,
    y: f32,
    letters: &'a Letters,
    lang: Lang,
}

impl Sheets<'_> {
    fn begin(&mut self) {
        self.pages.push(Page::new());
        self.y = MARGIN;
    }

    fn page(&mut self) -> &mut Page {
        if self.pages.is_empty() {
            self.begin();
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// Words over the whole width.
    fn words(&mut self, size: f32, weight: Weight, words: &str) {
        for line in self.letters.wrap(words, size, weight, WIDTH - 2.0 * MARGIN) {
            self.y += size * 1.35;
            let at = (MARGIN, self.y);
            self.page().text(at, size, weight, &line);
        }
    }

    /// What the columns are called.
    fn columns(&mut self) {
        let lang = self.lang;
        self.y += 6.0;
        let y = self.y;
        let page = self.page();
        for (x, word) in [
            (MARGIN, lang.pick("No.", "No.")),
            (NAME.0, lang.pick("Nama", "Name")),
            (NIP, "NIP"),
            (WHY.0, lang.pick("Keterangan", "Why")),
        ] {
            page.text((x, y), SIZE, Weight::Title, word);
        }
        page.line((MARGIN, y + 1.8), (WIDTH - MARGIN, y + 1.8), false);
        self.y += 2.2;
    }

    /// One person; with the heading above, where a sub-unit begins. Neither is torn apart.
    fn person(&mut self, number: usize, line: &Line, heading: Option<&str>) {
        let letters = self.letters;
        let name = letters.wrap(&line.person.name, SIZE, Weight::Text, NAME.1);
        let why = letters.wrap(&line.lack.words(self.lang), SIZE, Weight::Text, WHY.1);
        let heading: Vec<String> = heading
            .map(|unit| letters.wrap(unit, SIZE, Weight::Title, WIDTH - 2.0 * MARGIN))
            .unwrap_or_default();
        let above = if heading.is_empty() { 0.0 } else { heading.len() as f32 * LEADING + 3.0 };
        let high = name.len().max(why.len()) as f32 * LEADING + GAP;
        if self.y + above + high > BOTTOM {
            self.begin();
            self.columns();
        }
        if !heading.is_empty() {
            self.y += 3.0;
        }
        for line in heading {
            self.y += LEADING;
            let at = (MARGIN, self.y);
            self.page().text(at, SIZE, Weight::Title, &line);
        }
        let y = self.y + LEADING;
        let page = self.page();
        page.text_to((NAME.0 - 3.0, y), SIZE, Weight::Text, &number.to_string());
        page.text((NIP, y), SIZE, Weight::Text, &line.person.nip.grouped());
        for (x, lines) in [(NAME.0, name), (WHY.0, why)] {
            for (nth, words) in lines.iter().enumerate() {
                page.text((x, y + nth as f32 * LEADING), SIZE, Weight::Text, words);
            }
        }
        self.y += high;
    }
}

/// What the unit's head reads first.
fn head(sheets: &mut Sheets, report: &UnitReport, office: &str) {
    let lang = sheets.lang;
    sheets.words(3.4, Weight::Text, office);
    sheets.y += 3.0;
    sheets.words(5.6, Weight::Title, title(lang));
    let unit =
        if report.unit.is_empty() { lang.pick("(tanpa unit kerja)", "(no work unit)") } else { &report.unit };
    sheets.words(4.4, Weight::Title, unit);
    let as_of = format!("{} {}", lang.pick("Keadaan per", "As of"), lang.long_date(report.day));
    sheets.words(3.4, Weight::Text, &as_of);
    sheets.y += 4.0;
    let lacking = report.lines.len();
    let figures = match lang {
        Lang::Id => format!(
            "{} pegawai; {} memiliki kartu, {lacking} belum. Kartu yang terbit bulan ini: {}.",
            report.people, report.with_card, report.made
        ),
        Lang::En => format!(
            "{} employees; {} have a card, {lacking} have none. Cards made this month: {}.",
            report.people, report.with_card, report.made
        ),
    };
    sheets.words(3.8, Weight::Title, &figures);
    for (why, count) in counted(&report.lines, lang) {
        sheets.words(SIZE, Weight::Text, &format!("{count} – {why}"));
    }
    sheets.y += 2.0;
    let next = if lacking == 0 {
        lang.pick("Semua pegawai unit ini memiliki kartu.", "Everybody of this unit has a card.")
    } else {
        lang.pick(
            "Mohon ingatkan pegawai yang belum berfoto: di Anjungan kantor, atau dengan ponsel di halaman kartu. \
             Yang masih CPNS mendapat kartu sejak TMT PNS tercatat.",
            "Please remind those without a photo: at a station of the office, or by phone on the card's page. \
             Candidates get a card once their TMT PNS is on record.",
        )
    };
    sheets.words(SIZE, Weight::Text, next);
    if lacking > 0 {
        sheets.columns();
    }
}

/// The reasons, those of the most people first. Days on which single people begin are one reason.
fn counted(lines: &[Line], lang: Lang) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for line in lines {
        let word = match line.lack {
            crate::central::report::Lack::Rule(crate::person::Refusal::NotYet { .. }) => {
                lang.pick("Pengangkatan belum mulai", "Appointment has not begun").to_owned()
            }
            lack => lack.words(lang),
        };
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}
