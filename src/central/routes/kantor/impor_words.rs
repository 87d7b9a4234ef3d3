//! What the page of lists shows beside its forms: the first rows, the counts, what a column means.

use maud::{Markup, html};

use super::people::status_word;
use super::said;
use crate::central::registry::{Column, ImportReport, Preview, PreviewRow};
use crate::lang::Lang;

/// The first rows under the names of the file, each with what is wrong with it.
pub fn preview_table(seen: &Preview, lang: Lang) -> Markup {
    let (line, wrong) =
        (lang.pick("Baris", "Line"), lang.pick("Tidak akan masuk karena", "Will not go in because"));
    // Only what would be taken in: a sheet may have a hundred columns besides.
    let used: Vec<(usize, Column)> =
        seen.columns.iter().enumerate().filter_map(|(i, column)| Some((i, (*column)?))).collect();
    html! {
        h2 { (lang.pick("Baris pertama", "The first rows")) }
        @if used.is_empty() {
            p { (lang.pick(
                "Belum ada kolom yang dikenali dari namanya. Pilih kolomnya di atas.",
                "No column is known by its name yet. Choose the columns above."
            )) }
        } @else if seen.rows.is_empty() {
            p { (lang.pick("Di bawah nama kolom tidak ada baris.", "There are no rows below the names.")) }
        } @else {
            table {
                thead { tr {
                    th scope="col" { (line) }
                    @for (_, column) in &used { th scope="col" { (said::column(*column, lang)) } }
                    th scope="col" { (wrong) }
                } }
                tbody { @for row in &seen.rows { tr {
                    td.number data-label=(line) { (row.line) }
                    @for (i, column) in &used {
                        td data-label=(said::column(*column, lang)) {
                            (row.fields.get(*i).map_or("", String::as_str))
                            @if let Some(understood) = understood(row, *column, lang) { span.second { "= " (understood) } }
                        }
                    }
                    td data-label=(wrong) {
                        @if let Err(fault) = &row.read { strong { (said::row_fault(fault, lang)) } } @else { "–" }
                    }
                } } }
            }
        }
        @if !seen.passed_over.is_empty() {
            p.quiet {
                (lang.pick("Kolom yang tidak dipakai: ", "Columns that are not used: "))
                (seen.passed_over.join(", ")) "."
            }
        }
    }
}

/// What a cell is taken for, where it could be taken for something else.
fn understood(row: &PreviewRow, column: Column, lang: Lang) -> Option<String> {
    let person = row.read.as_ref().ok()?;
    match column {
        Column::StatusSince => person.status_since.map(|day| lang.long_date(day)),
        Column::Tmt => person.tmt.map(|day| lang.long_date(day)),
        Column::ContractEnd => person.contract_end.map(|day| lang.long_date(day)),
        Column::Status | Column::Kind => Some(status_word(person.status, lang).to_owned()),
        _ => None,
    }
}

pub fn counts(report: &ImportReport, dry_run: bool, lang: Lang) -> Markup {
    let words = if dry_run {
        [("akan baru", "would be new"), ("akan berubah", "would change")]
    } else {
        [("baru", "new"), ("berubah", "changed")]
    };
    let number = |value: u64, (id, en): (&'static str, &'static str)| {
        html! { div { strong { (value) } span { (lang.pick(id, en)) } } }
    };
    html! {
        div.numbers {
            (number(report.rows, ("baris dibaca", "rows read")))
            (number(report.new, words[0]))
            (number(report.changed, words[1]))
            (number(report.same, ("tetap sama", "as before")))
            (number(report.refused, ("ditolak", "refused")))
        }
    }
}

pub fn explained(column: Column, lang: Lang) -> &'static str {
    match column {
        Column::Nip => lang.pick("18 angka, disimpan sebagai teks", "18 digits, kept as text"),
        Column::Name => lang.pick("Dengan gelar, seperti pada kartu", "With titles, as on the card"),
        Column::Status => lang
            .pick("Aktif, Tugas Belajar, Pensiun, Meninggal …", "Aktif, Tugas Belajar, Pensiun, Meninggal …"),
        Column::Kind => lang.pick(
            "PNS, PPPK, CPNS: bukan apakah masih bekerja",
            "PNS, PPPK, CPNS: not whether somebody still is",
        ),
        Column::TitleBefore | Column::TitleAfter => {
            lang.pick("Digabungkan dengan nama", "Joined to the name")
        }
        Column::StatusSince => lang.pick("Hari pertama status itu", "First day of that status"),
        Column::Tmt => lang.pick("TMT PNS, atau awal kontrak PPPK", "TMT PNS, or a PPPK contract's start"),
        Column::ContractEnd => lang.pick("Hanya PPPK", "PPPK only"),
        Column::Body => {
            lang.pick("Tanpa kolom ini: instansi pertama kantor", "Without it: the office's first body")
        }
        Column::Unit => lang
            .pick("Boleh bertingkat: Dinas / Bidang / Seksi", "May be a path: Agency / Division / Section"),
        Column::Position => lang.pick("Boleh kosong", "May be empty"),
        Column::Karpeg => lang.pick("Nomor KARPEG lama, bila ada", "Number of an older KARPEG, if any"),
    }
}
