//! Who lacks a card and why, and the same read back from the PDF.

use std::process::{Command, Stdio};

use jiff::ToSpan as _;
use jiff::civil::date;

use super::*;
use crate::central::issuing::{Decision, accept_by_phone, decide};
use crate::central::portrait::tests::drawn;
use crate::central::storage::{AuditSearch, audit_lines};
use crate::central::testing::office;
use crate::central::{accounts, registry};
use crate::person::{Nip, Status, sample};

fn person(nth: u32, unit: &str) -> Employee {
    let nip = format!("19740215200112{}{:03}", 1 + nth % 2, nth + 1);
    Employee {
        nip: Nip::parse(&nip).unwrap(),
        name: format!("Pegawai Contoh {nth}"),
        status: Status::Active,
        status_since: None,
        tmt: Some(date(2003, 1, 1)),
        contract_end: None,
        body: "Pemerintah Kabupaten Contoh".into(),
        unit: unit.into(),
        position: "Analis".into(),
        karpeg: None,
    }
}

/// What `pdftotext -layout` reads, page by page. None where it is not installed; the test says so.
fn read_back(pdf: &[u8]) -> Option<Vec<String>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    let run =
        Command::new("pdftotext").arg("-layout").arg(file.path()).arg("-").stderr(Stdio::inherit()).output();
    let Ok(out) = run else {
        eprintln!("SKIPPED: pdftotext (poppler-utils) is not installed, so the PDF is not read back");
        return None;
    };
    assert!(out.status.success(), "pdftotext");
    let text = String::from_utf8(out.stdout).unwrap();
    let mut pages: Vec<String> = text.split('\u{c}').map(str::to_owned).collect();
    assert_eq!(pages.pop().as_deref(), Some(""), "a form feed ends the last page");
    Some(pages)
}

#[tokio::test]
async fn everybody_without_a_card_is_listed_with_the_reason() {
    let t = office().await;
    let today = t.office.today();
    let mut people: Vec<Employee> = (0..8).map(|nth| person(nth, "Dinas A / Bidang 1")).collect();
    people[1].status = Status::Candidate;
    people[1].tmt = None;
    people[2].status = Status::Retired;
    people[3].tmt = Some(today + 5.days());
    people[4].tmt = None;
    people[5].unit = "Dinas A".into();
    people[6].unit = "Dinas AB".into();
    people[7].unit = String::new();
    registry::put_all(&t.office, &people).await.unwrap();
    let hash = crate::central::password::hash_now("melati di taman").unwrap();
    accounts::give_password(&t.office, people[5].nip, hash).await.unwrap();
    let card = async |nip: Nip| accept_by_phone(&t.office, nip, drawn(300, 400)).await.unwrap().unwrap();
    let first = card(people[0].nip).await;

    let of = async |unit: &str| of_unit(&t.office, unit).await.unwrap();
    let lacks = |report: &UnitReport| -> Vec<(Nip, Lack)> {
        report.lines.iter().map(|line| (line.person.nip, line.lack)).collect()
    };
    let report = of(" Dinas A ").await;
    assert_eq!((report.unit.as_str(), report.people, report.with_card, report.made), ("Dinas A", 5, 1, 1));
    assert_eq!(
        lacks(&report),
        [
            (people[5].nip, Lack::NoPhoto { account: true }),
            (people[1].nip, Lack::Rule(Refusal::Candidate)),
            (people[3].nip, Lack::Rule(Refusal::NotYet { from: today + 5.days() })),
            (people[4].nip, Lack::Rule(Refusal::NoStartDate)),
        ]
    );
    assert_eq!(lacks(&of("").await), [(people[7].nip, Lack::NoPhoto { account: false })]);
    assert!(
        of_unit(&t.office, "Dinas").await.is_err() && of_unit(&t.office, "Dinas A / Bidang").await.is_err()
    );
    assert_eq!(first_levels(&t.office).await.unwrap(), ["", "Dinas A", "Dinas AB"]);

    decide(&t.office, "X", &first, Decision::Suspend, "Hilang").await.unwrap();
    assert!(lacks(&of("Dinas A / Bidang 1").await).contains(&(people[0].nip, Lack::Suspended)));
    decide(&t.office, "X", &first, Decision::Revoke, "Hilang").await.unwrap();
    assert!(lacks(&of("Dinas A / Bidang 1").await).contains(&(people[0].nip, Lack::Revoked)));
    card(people[0].nip).await;
    let report = of("Dinas A / Bidang 1").await;
    assert_eq!((report.with_card, report.made), (1, 2));

    let pdf = pdf(&t.office, "STAFF", report, Lang::Id).await.unwrap();
    let asked = AuditSearch { action: "report", subject: "Dinas A / Bidang 1", before: None };
    assert_eq!(audit_lines(&t.office.store, &asked).await.unwrap().0[0].actor, "STAFF");
    assert!(pdf.starts_with(b"%PDF-"));
    let Some(pages) = read_back(&pdf) else { return };
    assert_eq!(pages.len(), 1);
    for words in [
        "BKPSDM Kabupaten Contoh",
        "Dinas A / Bidang 1",
        "Keadaan per 2 Maret 2026",
        "4 pegawai; 1 memiliki kartu, 3 belum. Kartu yang terbit bulan ini: 2.",
        "CPNS: kartu sejak TMT PNS",
        "Halaman 1 dari 1",
        &people[1].nip.grouped(),
        &people[1].name,
    ] {
        assert!(pages[0].contains(words), "{words}:\n{}", pages[0]);
    }
    assert!(!pages[0].contains(&people[0].name), "who has a card is not in it");
}

#[test]
fn a_unit_of_2000_people_takes_its_pages_and_loses_nobody() {
    let today = date(2026, 3, 2);
    let unit = "Dinas Kesehatan & <Keluarga> \"Berencana\" — Ñandú, Ærø, Ελλάδα, Україна, ꦗꦮ";
    let mut people = sample::people(5, 2000, today);
    people[17].name =
        "Prof. Dr. Ir. Ratna Kusumawardhani Purwaningtyas Hadiwidjojo-Sastroatmodjo, S.T., M.Eng., Ph.D."
            .into();
    for (nth, person) in people.iter_mut().enumerate() {
        person.unit = format!("{unit} / Bidang {}", nth / 700);
    }
    let lines: Vec<Line> = people
        .iter()
        .map(|person| Line { person: person.clone(), lack: Lack::NoPhoto { account: false } })
        .collect();
    let report = UnitReport { unit: unit.into(), day: today, people: 2100, with_card: 100, made: 7, lines };
    for lang in [Lang::Id, Lang::En] {
        let pdf = paper::unit_report(&report, "BKPSDM Kabupaten Contoh", lang).unwrap();
        assert!(pdf.len() < 3_000_000, "{} bytes", pdf.len());
        let Some(pages) = read_back(&pdf) else { return };
        let count = pages.len();
        assert!((35..=60).contains(&count), "{count} pages");
        let all = pages.concat();
        for person in &people {
            assert!(all.contains(&person.nip.grouped()), "{}", person.nip);
        }
        for (nth, page) in pages.iter().enumerate() {
            let number = match lang {
                Lang::Id => format!("Halaman {} dari {count}", nth + 1),
                Lang::En => format!("Page {} of {count}", nth + 1),
            };
            assert!(page.contains(&number) && page.contains("BKPSDM Kabupaten Contoh"), "{number}");
            assert!(page.contains(&lang.long_date(today)), "{nth}");
        }
        // The unit's name, with a sign for each letter that the font does not have.
        let head: String = pages[0].split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            head.contains("Dinas Kesehatan & <Keluarga> \"Berencana\" — Ñandú, Ærø, ??????, ???????, ??"),
            "{head}"
        );
        let long: Vec<&str> = people[17].name.split_whitespace().collect();
        assert!(long.iter().all(|word| all.contains(word)), "a long name is whole");
        for bidang in 0..3 {
            assert!(all.contains(&format!("Bidang {bidang}")));
        }
        if let Some(folder) = std::env::var_os("ANJUNGAN_PAGES") {
            let file = std::path::PathBuf::from(folder).join(format!("report-{}.pdf", lang.tag()));
            std::fs::write(file, &pdf).unwrap();
        }
    }
}

#[test]
fn a_unit_where_all_have_a_card_says_so() {
    let report = UnitReport {
        unit: "Camat".into(),
        day: date(2026, 3, 2),
        people: 3,
        with_card: 3,
        made: 0,
        lines: Vec::new(),
    };
    let pdf = paper::unit_report(&report, "BKPSDM", Lang::Id).unwrap();
    let Some(pages) = read_back(&pdf) else { return };
    assert!(pages.len() == 1 && pages[0].contains("Semua pegawai unit ini memiliki kartu."));
}

#[test]
fn a_files_name_takes_letters_that_every_system_has() {
    let day = date(2026, 3, 2);
    for (unit, name) in [
        ("Dinas Kesehatan", "laporan-2026-03-dinas-kesehatan.pdf"),
        ("../../etc \"x\"\r\n", "laporan-2026-03-etc-x.pdf"),
        ("ꦗꦮ", "laporan-2026-03-unit.pdf"),
        ("", "laporan-2026-03-unit.pdf"),
    ] {
        assert_eq!(file_name(unit, day), name);
    }
    assert!(file_name(&"x".repeat(500), day).len() < 90);
}
