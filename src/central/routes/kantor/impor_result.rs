//! What came of a list, or would: the counts in the ways in which an office asks, and what it is asked
//! for before anything is taken in.

use maud::{Markup, html};

use super::impor_words::counts;
use super::people::status_word;
use super::{Work, said};
use crate::central::imports::{Ended, Job, Progress};
use crate::central::registry::{Column, ImportReport, plain_word};
use crate::lang::Lang;
use crate::person::Status;

/// People who are missing from a list and are shown; the rest stands in the file.
const SHOWN: usize = 50;

pub fn result(work: &Work, job: &Job, progress: &Progress, ended: &Ended) -> Markup {
    let lang = work.lang();
    match ended {
        Ended::Unreadable(why) => html! { div.alert role="alert" { p { (said::file_fault(why, lang)) } } },
        Ended::Failed => html! { div.alert role="alert" { p { (lang.pick(
            "Maaf, ada gangguan di Server Kantor. Baris yang sudah masuk tetap masuk; daftar boleh dimasukkan lagi.",
            "Sorry, there is a fault at the central server. Rows that are in stay in; the list may be taken in again."
        )) } } },
        Ended::Done(report) => done(work, job, report, progress.dry_run || report.withheld),
    }
}

fn done(work: &Work, job: &Job, report: &ImportReport, tried: bool) -> Markup {
    let lang = work.lang();
    html! {
        @if report.withheld {
            div.alert role="alert" { p { (lang.pick(
                "Belum ada yang dimasukkan: ada data yang akan dikosongkan. Mohon centang kotaknya di bawah bila memang demikian.",
                "Nothing was taken in: values would be emptied. Please tick the box below if that is right."
            )) } }
        }
        div role="status" {
            h2 { @if tried { (lang.pick("Hasil percobaan", "What would happen")) } @else { (lang.pick("Sudah dimasukkan", "Taken in")) } }
            (counts(report, tried, lang))
        }
        @if report.converted > 0 {
            p { (grouped(report.converted, lang)) (lang.pick(
                " baris memakai penyandian huruf lain dan sudah dibetulkan. Mohon periksa namanya.",
                " rows were in another encoding and were put right. Please check their names."
            )) }
        }
        (moves(report, lang))
        @if report.refused > 0 {
            h3 { (lang.pick("Ditolak karena", "Refused because")) }
            ul { @for reason in &report.reasons {
                li {
                    strong { (grouped(reason.count, lang)) } " – "
                    (lang.pick("mulai baris ", "from line ")) (reason.line) ": " (said::row_fault(&reason.error, lang))
                }
            } }
            p { a.button.other href={ "/kantor/impor/" (job.id) "/ditolak.csv" } {
                (lang.pick("Unduh baris yang ditolak (CSV)", "Download the refused rows (CSV)"))
            } }
        }
        (missing(work, report))
    }
}

fn moves(report: &ImportReport, lang: Lang) -> Markup {
    html! {
        @if !report.moves.is_empty() {
            h3 { (lang.pick("Perubahan status", "Changes of status")) }
            ul { @for moved in &report.moves {
                li { (status_word(moved.from, lang)) " → " (status_word(moved.to, lang)) ": " strong { (grouped(moved.count, lang)) } }
            } }
        }
        @if report.still_gone > 0 {
            p { (grouped(report.still_gone, lang)) (lang.pick(
                " orang yang sudah tidak bekerja hanya disebut jenis kepegawaiannya. Statusnya tetap.",
                " people who have left are named only by their kind of employment. Their status stays."
            )) }
        }
        @if !report.fields.is_empty() {
            h3 { (lang.pick("Data yang berubah", "Data that changes")) }
            ul { @for (column, count) in &report.fields {
                li { (column_name(column, lang)) ": " strong { (grouped(*count, lang)) } }
            } }
        }
    }
}

fn missing(work: &Work, report: &ImportReport) -> Markup {
    let lang = work.lang();
    html! {
        @if report.missing > 0 {
            details {
                summary { (grouped(report.missing, lang)) (lang.pick(
                    " orang aktif tidak ada dalam daftar ini", " active people are not in this list"
                )) }
                p.quiet { (lang.pick("Datanya tidak diubah.", "Their data is not changed.")) }
                ul { @for person in report.missing_people.iter().take(SHOWN) {
                    li {
                        a href=(work.link(&format!("/kantor/orang/{}", person.record))) { (person.name) }
                        span.second { (person.unit) }
                    }
                } }
                @if report.missing > SHOWN as u64 {
                    p.quiet { (lang.pick("Dan ", "And ")) (grouped(report.missing - SHOWN as u64, lang)) (lang.pick(" orang lagi.", " more.")) }
                }
            }
        }
    }
}

/// What is asked before the list is taken in: what words mean, and whether values may be emptied.
pub fn questions(progress: &Progress, lang: Lang) -> Markup {
    let Some(Ended::Done(report)) = &progress.ended else { return html! {} };
    let said = &progress.asked.meanings;
    let open = report.words.keys().filter(|word| !said.contains_key(&plain_word(word)));
    let all: Vec<(&String, Option<Status>)> = said
        .iter()
        .map(|(word, status)| (word, Some(*status)))
        .chain(open.map(|word| (word, None)))
        .collect();
    html! {
        @if !all.is_empty() {
            h3 { (lang.pick("Arti kata", "What words mean")) }
            p.quiet { (lang.pick("Disimpan untuk daftar berikutnya.", "Kept for the next list.")) }
            @for (i, (word, status)) in all.iter().enumerate() {
                input type="hidden" name={ "kata_" (i) } value=(word);
                label {
                    "“" (word) "”" @if let Some(count) = report.words.get(*word) { span.hint { (grouped(*count, lang)) (lang.pick(" baris", " rows")) } }
                    select name={ "arti_" (i) } {
                        option value="" { (lang.pick("– belum ditentukan –", "– not said –")) }
                        @for known in Status::ALL {
                            option value=(known.word()) selected[*status == Some(known)] { (status_word(known, lang)) }
                        }
                    }
                }
            }
        }
        @if report.empties() > 0 && (progress.dry_run || report.withheld) {
            div.alert {
                p { (lang.pick("Sel kosong akan menghapus data yang sudah ada:", "Empty cells would empty what is known:")) }
                ul { @for (column, count) in &report.emptied {
                    li { (column_name(column, lang)) ": " strong { (grouped(*count, lang)) } }
                } }
                label.tick {
                    input type="checkbox" name="kosongkan" value="ya";
                    " " (lang.pick("Ya, kosongkan data itu", "Yes, empty these values"))
                }
            }
        }
    }
}

fn column_name(word: &str, lang: Lang) -> String {
    Column::parse(word).map_or_else(|| word.to_owned(), |column| said::column(column, lang).to_owned())
}

/// `1.568`; in English `1,568`.
pub fn grouped(number: u64, lang: Lang) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push_str(lang.pick(".", ","));
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        assert_eq!(
            (grouped(1_568, Lang::Id).as_str(), grouped(1_234_567, Lang::En).as_str()),
            ("1.568", "1,234,567")
        );
        assert_eq!((grouped(0, Lang::Id).as_str(), grouped(999, Lang::Id).as_str()), ("0", "999"));
    }
}
