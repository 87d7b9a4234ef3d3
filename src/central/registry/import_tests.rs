//! Files as offices really send them.

use super::super::changes_of;
use super::super::columns::Mapping;
use super::*;
use crate::central::roster;
use crate::central::testing::office;
use crate::person::{Nip, Status};

/// As the tests look at a refused row.
#[derive(Debug)]
struct RefusedRow {
    line: u64,
    reason: String,
}

fn plan(mapping: &str, sheet: Option<&str>) -> Plan {
    let mapping = if mapping.is_empty() { Mapping::default() } else { mapping.parse().unwrap() };
    let asked = Asked { sheet: sheet.map(str::to_owned), mapping, ..Asked::default() };
    Plan { asked, actor: "admin".into(), ..Plan::default() }
}

async fn taken(
    office: &Office,
    bytes: &[u8],
    plan: Plan,
) -> Result<(ImportReport, Vec<RefusedRow>), CentralError> {
    let mut refused = Vec::new();
    let input = BufReader::new(std::io::Cursor::new(bytes.to_vec()));
    let report = import(office, input, plan, |row, _| {
        if let Outcome::Refused(reason) = &row.outcome {
            refused.push(RefusedRow { line: row.line, reason: reason.to_string() });
        }
    })
    .await?;
    Ok((report, refused))
}

async fn run(office: &Office, bytes: &[u8]) -> (ImportReport, Vec<RefusedRow>) {
    taken(office, bytes, plan("", None)).await.unwrap()
}

async fn name_of(office: &Office, nip: &str) -> Option<String> {
    let nip = Nip::parse(nip).unwrap();
    super::super::find(&office.store, nip).await.unwrap().map(|person| person.name)
}

const A: &str = "197402152001122001";
const B: &str = "199001012023211005";
const C: &str = "198003102005011003";

#[tokio::test]
async fn rows_of_one_number_that_differ_are_all_refused_and_named_and_the_same_again_is_nothing_new() {
    let t = office().await;
    let row =
        |nip: &str, name: &str, unit: &str| format!("{nip},{name},aktif,2003-01-01,Pemkab Contoh,{unit}\n");
    let file = [
        "nip,nama,status,tmt,instansi,unit\n".to_owned(),
        row(A, "Sri", "Dinas A"),
        row(B, "Bayu", "Dinas A"),
        row(A, "Citra", "Dinas A"),
        row(B, "BAYU", "Dinas A"),
        row(C, "Citra", "Dinas A"),
        row(C, "Citra", "Dinas B"),
    ]
    .concat();
    for dry_run in [true, false, false] {
        let (report, refused) =
            taken(&t.office, file.as_bytes(), Plan { dry_run, ..plan("", None) }).await.unwrap();
        let known = name_of(&t.office, B).await.is_some();
        assert_eq!((report.rows, report.new + report.changed, report.refused), (6, report.new, 4));
        assert_eq!((report.new, report.same), if known && report.new == 0 { (0, 2) } else { (1, 1) });
        let told: Vec<String> = refused.iter().map(|row| format!("{}: {}", row.line, row.reason)).collect();
        assert_eq!(
            told,
            [
                "2: the NIP of line 4, another name",
                "4: the NIP of line 2, another name",
                "6: the NIP of line 7, with other data",
                "7: the NIP of line 6, with other data"
            ]
        );
        assert!(name_of(&t.office, A).await.is_none() && name_of(&t.office, C).await.is_none());
    }
    assert!(changes_of(&t.office.store, Nip::parse(B).unwrap()).await.unwrap().is_empty());
    let page = roster::page(&t.office.store, 0).await.unwrap().unwrap();
    assert_eq!(page.records.len(), 1);
}

#[tokio::test]
async fn numbers_that_a_table_program_has_rounded_are_recognised() {
    let t = office().await;
    let row = |nip: &str, name: &str| format!("{nip},{name},aktif,2006-03-01,X\n");
    let head = "nip,nama,status,tmt,instansi\n".to_owned();
    // Three people rounded into one number.
    let three = ["Wira", "Tirta", "Sari"].map(|name| row("198003122005011008", name)).concat();
    let (report, refused) = run(&t.office, (head.clone() + &three).as_bytes()).await;
    assert_eq!((report.new, report.refused), (0, 3));
    assert!(refused.iter().all(|row| row.reason.contains("rounded")), "{refused:?}");
    // Three people with a number each, all in steps of 32.
    let even: Vec<u64> = (0..3).map(|n| 198_003_122_005_011_008 + n * 32).collect();
    let all: String = even.iter().map(|nip| row(&nip.to_string(), "Wira")).collect();
    let (report, refused) = run(&t.office, (head.clone() + &all).as_bytes()).await;
    assert_eq!((report.new, report.refused), (0, 3), "{refused:?}");
    // One such number among others is honest.
    let one = row("198003122005011008", "Wira") + &row(A, "Sri") + &row(C, "Citra");
    assert_eq!(run(&t.office, (head + &one).as_bytes()).await.0.new, 3);
}

#[tokio::test]
async fn a_column_that_is_not_in_the_file_leaves_what_is_known() {
    let t = office().await;
    let full = format!(
        "nip,nama,status,status_sejak,tmt,akhir_kontrak,instansi,unit,jabatan,karpeg\n\
         {B},Laras,pppk,2023-04-01,2023-03-01,2025-02-28,Pemkab Contoh,Dinas B,Guru,K1\n"
    );
    run(&t.office, full.as_bytes()).await;
    let before = super::super::find(&t.office.store, Nip::parse(B).unwrap()).await.unwrap().unwrap();
    let today = t.office.today();
    assert!(!crate::person::card_holds(&before, today), "the contract has ended");
    for list in [
        format!("nip,nama,status,tmt,instansi\n{B},Laras,pppk,2023-03-01,Pemkab Contoh\n"),
        format!("nip,nama,status\n{B},Laras,aktif\n"),
        format!("nip,nama,status,Akhir Kontrak kira-kira\n{B},Laras,aktif,2030-01-01\n"),
    ] {
        let (report, _) = run(&t.office, list.as_bytes()).await;
        assert_eq!((report.same, report.changed, report.withheld), (1, 0, false), "{list}");
    }
    let after = super::super::find(&t.office.store, before.nip).await.unwrap().unwrap();
    assert_eq!(after, before);
}

#[tokio::test]
async fn what_would_be_emptied_is_counted_and_asked_for_before_anything_is_taken() {
    let t = office().await;
    let head = "nip,nama,status,akhir_kontrak,instansi,unit,No HP\n";
    let full = format!("{head}{B},Laras,pppk,2028-02-29,X,Dinas B,0\n{A},Sri,aktif,,X,Dinas A,0\n");
    run(&t.office, full.as_bytes()).await;
    let emptied = format!("{head}{A},Sri Baru,aktif,,X,Dinas A,0\n{B},Laras,pppk,,X,,0\n");
    let (report, _) = run(&t.office, emptied.as_bytes()).await;
    assert!(report.withheld);
    assert_eq!(report.emptied, [("akhir_kontrak", 1), ("unit", 1)].into());
    assert_eq!(report.passed_over, ["No HP"]);
    assert_eq!(name_of(&t.office, A).await.unwrap(), "Sri", "nothing was taken");
    assert!(changes_of(&t.office.store, Nip::parse(B).unwrap()).await.unwrap().is_empty());
    let allowed = Plan { allow_emptying: true, ..plan("", None) };
    let (report, _) = taken(&t.office, emptied.as_bytes(), allowed).await.unwrap();
    assert_eq!((report.withheld, report.changed), (false, 2));
    let laras = super::super::find(&t.office.store, Nip::parse(B).unwrap()).await.unwrap().unwrap();
    assert_eq!((laras.contract_end, laras.unit.as_str()), (None, ""));
}

#[tokio::test]
async fn what_somebody_is_employed_as_makes_no_leaver_active() {
    let t = office().await;
    let head = "NIP,NAMA,STATUS KEPEGAWAIAN,KEDUDUKAN HUKUM,INSTANSI\n";
    let first = format!(
        "{head}{A},Sri,PNS,Pensiun,X\n{B},Bayu,PPPK Paruh Waktu,Tugas Belajar,X\n{C},Citra,CPNS,Aktif,X\n"
    );
    assert_eq!(run(&t.office, first.as_bytes()).await.0.new, 3);
    let status = async |nip: &str| {
        super::super::find(&t.office.store, Nip::parse(nip).unwrap()).await.unwrap().unwrap().status
    };
    assert_eq!(
        (status(A).await, status(B).await, status(C).await),
        (Status::Retired, Status::Active, Status::Candidate)
    );
    // A list with the kind alone: the leaver stays one; the candidate becomes a PNS.
    for name in ["STATUS KEPEGAWAIAN", "Status"] {
        let kind = format!("NIP,NAMA,{name},INSTANSI\n{A},Sri,PNS,X\n{C},Citra,PNS,X\n");
        let (report, _) = run(&t.office, kind.as_bytes()).await;
        assert_eq!(
            (report.still_gone, status(A).await, status(C).await),
            (1, Status::Retired, Status::Active)
        );
    }
    // Who comes back by the legal status is counted as that before it is taken.
    let back = format!("{head}{A},Sri,PNS,Aktif,X\n");
    let dry = Plan { dry_run: true, ..plan("", None) };
    let (report, _) = taken(&t.office, back.as_bytes(), dry).await.unwrap();
    let [moved] = &report.moves[..] else { panic!("{report:?}") };
    assert_eq!((moved.from, moved.to, moved.count), (Status::Retired, Status::Active, 1));
    assert_eq!(status(A).await, Status::Retired);
    assert_eq!(report.missing, 2, "{report:?}");
    // Two columns that say different things, and nobody who is no ASN.
    let odd = format!("{head}{A},Sri,Pensiun,Aktif,X\n{B},Bayu,Honorer,Aktif,X\n{C},Citra,PNS,,X\n");
    let (report, refused) = run(&t.office, odd.as_bytes()).await;
    assert_eq!(report.refused, 3, "{refused:?}");
}

#[tokio::test]
async fn words_are_given_a_meaning_once() {
    let t = office().await;
    let list = format!("nip,nama,status,instansi\n{A},Sri,Non Job,X\n{B},Bayu,non-job,X\n{C},Citra,Aneh,X\n");
    let (report, _) = run(&t.office, list.as_bytes()).await;
    assert_eq!(
        (report.refused, report.words.get("non job"), report.words.get("aneh")),
        (3, Some(&2), Some(&1))
    );
    let mut said = plan("", None);
    said.asked.meanings.insert("Non Job".into(), Status::Active);
    let dry = Plan { dry_run: true, ..said.clone() };
    assert_eq!(taken(&t.office, list.as_bytes(), dry).await.unwrap().0.new, 2);
    assert_eq!(run(&t.office, list.as_bytes()).await.0.refused, 3, "a try keeps nothing");
    assert_eq!(taken(&t.office, list.as_bytes(), said).await.unwrap().0.new, 2);
    let (report, _) = run(&t.office, list.as_bytes()).await;
    assert_eq!((report.same, report.refused), (2, 1), "kept for the next list");
}

#[tokio::test]
async fn titles_in_columns_of_their_own_belong_to_the_name() {
    let t = office().await;
    let list = format!(
        "nip,gelar depan,nama,gelar belakang,status,instansi\n{A},Dra.,Sri Wahyuni,M.Si.,aktif,X\n{B},-,\"Bayu, S.Pd.\",S.Pd.,aktif,X\n"
    );
    run(&t.office, list.as_bytes()).await;
    assert_eq!(name_of(&t.office, A).await.unwrap(), "Dra. Sri Wahyuni, M.Si.");
    assert_eq!(name_of(&t.office, B).await.unwrap(), "Bayu, S.Pd.");
}

#[tokio::test]
async fn no_row_vanishes_whatever_ends_its_line() {
    for end in ["\r", "\n", "\r\n", "\r\r\n"] {
        let t = office().await;
        let list =
            ["nip,nama,status,instansi", &format!("{A},Sri,aktif,X"), &format!("{B},Bayu,aktif,X")].join(end);
        assert_eq!(run(&t.office, list.as_bytes()).await.0.new, 2, "{end:?}");
    }
    let t = office().await;
    let glued =
        format!("nip,nama,status,instansi\r\n{A},Sri,aktif,X\r{B},Bayu,aktif,X\r\n{C},Citra,aktif,X\r\n");
    assert_eq!(run(&t.office, glued.as_bytes()).await.0.new, 3);
    // A quote that takes in a row of somebody else.
    let t = office().await;
    let quoted = format!(
        "nip,nama,status,instansi,unit\n{A},Sri,aktif,X,\"Dinas\n{B},Bayu,aktif,X,Dinas\"\n{C},Citra,aktif,X,\n"
    );
    let (report, refused) = run(&t.office, quoted.as_bytes()).await;
    assert_eq!((report.rows, report.refused, report.new), (3, 1, 2), "{refused:?}");
    // No end of the line between two rows.
    let t = office().await;
    let one = format!("nip,nama,status,instansi\n{A},Sri,aktif,X{B},Bayu,aktif,X\n");
    assert_eq!(run(&t.office, one.as_bytes()).await.0.refused, 1);
}

#[tokio::test]
async fn days_are_read_as_their_column_writes_them_or_not_at_all() {
    let t = office().await;
    let list = |days: &[&str]| {
        let rows = days
            .iter()
            .enumerate()
            .map(|(i, day)| format!("19800312200501100{},Wira {i},aktif,{day},X\n", i + 1));
        std::iter::once("nip,nama,status,tmt,instansi\n".to_owned()).chain(rows).collect::<String>()
    };
    let (report, _) =
        run(&t.office, list(&["3/1/2006", "12/31/2010", "4/15/2012", "1/2/2012"]).as_bytes()).await;
    assert_eq!(report.new, 4);
    let tmt = async |nip: &str| {
        super::super::find(&t.office.store, Nip::parse(nip).unwrap()).await.unwrap().unwrap().tmt
    };
    assert_eq!(tmt("198003122005011001").await, Some(jiff::civil::date(2006, 3, 1)));
    assert_eq!(tmt("198003122005011004").await, Some(jiff::civil::date(2012, 1, 2)));
    let t = office().await;
    let (report, refused) =
        run(&t.office, list(&["3/1/2006", "12/31/2010", "31/12/2010", "2010-12-31"]).as_bytes()).await;
    assert_eq!((report.new, report.refused), (1, 3));
    assert!(refused[0].reason.contains("day first in line 4 and month first in line 3"), "{refused:?}");
    let t = office().await;
    run(&t.office, list(&["2006-02-28T17:00:00Z"]).as_bytes()).await;
    let tmt = super::super::find(&t.office.store, Nip::parse("198003122005011001").unwrap())
        .await
        .unwrap()
        .unwrap()
        .tmt;
    assert_eq!(tmt, Some(jiff::civil::date(2006, 3, 1)));
}

#[tokio::test]
async fn the_last_list_is_taken_back_as_a_whole_or_not_at_all() {
    use super::super::undo;
    let t = office().await;
    assert!(undo::plan(&t.office).await.unwrap().is_none());
    let head = "nip,nama,status,instansi,unit\n";
    run(&t.office, format!("{head}{A},Sri,aktif,X,Dinas A\n").as_bytes()).await;
    let before = super::super::find(&t.office.store, Nip::parse(A).unwrap()).await.unwrap().unwrap();
    let list = format!("{head}{A},Sri,pensiun,X,Dinas B\n{B},Bayu,aktif,X,Dinas A\n");
    run(&t.office, list.as_bytes()).await;
    let plan = undo::plan(&t.office).await.unwrap().unwrap();
    assert_eq!((plan.back, plan.gone, plan.in_the_way), (1, 1, 0));
    let record = super::super::record_of(&t.office.store, Nip::parse(B).unwrap()).await.unwrap().unwrap();
    let cursor: i64 = roster::page(&t.office.store, 0).await.unwrap().unwrap().cursor.parse().unwrap();
    undo::undo(&t.office, "admin", &plan.id).await.unwrap();
    let after = super::super::find(&t.office.store, Nip::parse(A).unwrap()).await.unwrap().unwrap();
    assert_eq!(after, before);
    assert!(name_of(&t.office, B).await.is_none());
    let page = roster::page(&t.office.store, cursor).await.unwrap().unwrap();
    assert_eq!((page.records.len(), page.removed), (1, vec![record]), "stations hear of it");
    let journal =
        crate::central::storage::AuditSearch { action: "import-undo", subject: &plan.id, before: None };
    assert_eq!(crate::central::storage::audit_lines(&t.office.store, &journal).await.unwrap().0.len(), 1);
    assert!(undo::undo(&t.office, "admin", &plan.id).await.is_err(), "once");

    // Again, and now somebody is changed since.
    run(&t.office, list.as_bytes()).await;
    let plan = undo::plan(&t.office).await.unwrap().unwrap();
    let other = Employee { unit: "Dinas C".into(), ..before.clone() };
    super::super::put_all(&t.office, &[other]).await.unwrap();
    assert_eq!(undo::plan(&t.office).await.unwrap().unwrap().in_the_way, 1);
    assert!(undo::undo(&t.office, "admin", &plan.id).await.is_err());
    assert!(name_of(&t.office, B).await.is_some(), "nothing of it was taken back");

    // And somebody new who has an account by now.
    run(&t.office, format!("{head}{C},Citra,aktif,X,\n").as_bytes()).await;
    let hash = crate::central::password::hash_now("melati di beranda").unwrap();
    crate::central::accounts::give_password(&t.office, Nip::parse(C).unwrap(), hash).await.unwrap();
    let plan = undo::plan(&t.office).await.unwrap().unwrap();
    assert_eq!((plan.gone, plan.in_the_way), (1, 1));
}

#[tokio::test]
async fn letters_that_no_card_can_draw_are_folded_or_named() {
    let t = office().await;
    let names = [
        "Tauﬁk Contoh",
        "Nur\u{fffd}aini",
        "\u{200d}",
        "Вира Contoh",
        "\u{202a}Sari\u{202c} Umpama\u{200b}",
        "Nurâ€™aini",
    ];
    let rows = names
        .iter()
        .enumerate()
        .map(|(i, name)| format!("\u{200e}19800312200501100{},{name},aktif,X\n", i + 1));
    let list: String = std::iter::once("nip,nama,status,instansi\n".to_owned()).chain(rows).collect();
    let (report, refused) = run(&t.office, list.as_bytes()).await;
    assert_eq!((report.new, report.converted), (3, 1));
    let told: Vec<&str> = refused.iter().map(|row| row.reason.as_str()).collect();
    assert_eq!(
        told,
        ["U+FFFD", "U+200D", "U+0412"].map(|code| format!("nama: no card can draw the letter {code}"))
    );
    assert_eq!(name_of(&t.office, "198003122005011001").await.unwrap(), "Taufik Contoh");
    assert_eq!(name_of(&t.office, "198003122005011005").await.unwrap(), "Sari Umpama");
    assert_eq!(name_of(&t.office, "198003122005011006").await.unwrap(), "Nur’aini");
}

#[tokio::test]
async fn a_plain_file_goes_in_and_again_changes_nothing() {
    let t = office().await;
    let file = format!(
        "nip,nama,status,tmt,instansi,unit,jabatan,karpeg\r\n\
         {A},\"Dra. Sri Wahyuni, M.Si.\",aktif,2003-01-01,Pemkab Contoh,Dinas Kesehatan,Analis,K 123456\r\n\
         {B},Bayu,pppk,01/03/2023,Pemkab Contoh,,Guru,\r\n"
    );
    let (report, refused) = run(&t.office, file.as_bytes()).await;
    assert_eq!((report.rows, report.new, refused.len()), (2, 2, 0));
    assert_eq!(name_of(&t.office, A).await.unwrap(), "Dra. Sri Wahyuni, M.Si.");
    let (report, _) = run(&t.office, file.as_bytes()).await;
    assert_eq!((report.same, report.changed), (2, 0));
    let page = crate::central::roster::page(&t.office.store, 0).await.unwrap().unwrap();
    let last = page.records[1].version.to_string();
    assert_eq!((page.records.len(), page.cursor, page.more), (2, last, false));
}

#[tokio::test]
async fn bom_semicolons_latin_1_tabs_and_the_hint_of_a_spreadsheet() {
    let t = office().await;
    let mut file = b"\xef\xbb\xbfNIP;Nama;Status;Instansi\r\n".to_vec();
    file.extend_from_slice(format!("{A};Ren").as_bytes());
    file.extend_from_slice(b"\xe9 Nur\x92aini;Aktif;Pemkab Contoh\r\n");
    let (report, refused) = run(&t.office, &file).await;
    assert_eq!((report.new, report.converted, refused.len()), (1, 1, 0));
    assert_eq!(name_of(&t.office, A).await.unwrap(), "René Nur’aini");
    let (report, _) =
        run(&t.office, format!("nip\tname\tstatus\tbody\n{B}\tBayu\tactive\tX\n").as_bytes()).await;
    assert_eq!(report.new, 1);
    let hinted = format!("sep=;\nnip;nama;status;instansi\n{C};Citra, S.E.;aktif;X");
    let (report, refused) = run(&t.office, hinted.as_bytes()).await;
    assert_eq!((report.new, refused.len()), (1, 0));
    assert_eq!(name_of(&t.office, C).await.unwrap(), "Citra, S.E.");
}

#[tokio::test]
async fn bad_rows_are_told_with_their_line_and_good_ones_go_in() {
    let t = office().await;
    let file = format!(
        "nip,nama,status,instansi\n\
         {A},Sri,aktif,X\n\
         19740215200112200,Tujuh belas,aktif,X\n\
         \n\
         19740215200112200A,Huruf,aktif,X\n\
         197402302001122001,Tanggal,aktif,X\n\
         {B},Bayu,entah,X\n\
         {C},\"Ci\ntra\",aktif,X\n\
         19"
    );
    let (report, refused) = run(&t.office, file.as_bytes()).await;
    let lines: Vec<u64> = refused.iter().map(|row| row.line).collect();
    assert_eq!(lines, [3, 5, 6, 7, 10], "{refused:?}");
    assert!(refused[0].reason.contains("17 digits"));
    assert!(refused[1].reason.contains("'A'"));
    assert!(refused[4].reason.contains("cut off"));
    assert_eq!((report.new, report.refused), (2, 5));
    assert_eq!(name_of(&t.office, C).await.unwrap(), "Ci tra");
}

#[tokio::test]
async fn a_quote_that_never_closes_costs_its_own_row_only() {
    let t = office().await;
    for middle in [format!("{B},\"Bayu,aktif,X"), format!("{B},\"Bayu,aktif,X\n{B},\"Bayu\",entah,X")] {
        let file = format!("nip,nama,status,instansi\n{A},Sri,aktif,X\n{middle}\n{C},\"Citra\",aktif,X\n");
        let (report, refused) = run(&t.office, file.as_bytes()).await;
        assert_eq!(report.new + report.same, 2, "{refused:?}");
        assert_eq!(refused[0].line, 3);
        assert!(name_of(&t.office, C).await.is_some() && name_of(&t.office, B).await.is_none());
    }
}

#[tokio::test]
async fn what_is_no_list_at_all_is_an_error_of_the_file() {
    let t = office().await;
    for (bytes, told) in [
        (&b""[..], "empty"),
        (b"\xff\xfen\0i\0p\0", "UTF-16"),
        (b"PK\x03\x04...", "damaged workbook"),
        (b"\xd0\xcf\x11\xe0....", ".xls"),
        (b"a,b,c\n1,2,3\n", "'nip'"),
        (b"<html><table><tr><td>nip</td></tr></table></html>", "web page"),
        (b"\xef\xbb\xbf\r\n<?xml version=\"1.0\"?><Workbook>", "web page"),
        (b"sep=;", "column names"),
    ] {
        let error = taken(&t.office, bytes, plan("", None)).await.unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[tokio::test]
async fn a_contract_that_runs_out_changes_the_record_without_a_list() {
    let t = office().await;
    let file =
        format!("nip,nama,status,tmt,akhir_kontrak,instansi\n{B},Bayu,aktif,2023-03-01,2026-03-02,X\n");
    run(&t.office, file.as_bytes()).await;
    assert_eq!(super::super::turn_of_day(&t.office).await.unwrap(), 0);
    t.clock.advance(std::time::Duration::from_hours(24));
    assert_eq!(super::super::turn_of_day(&t.office).await.unwrap(), 1);
    assert_eq!(super::super::turn_of_day(&t.office).await.unwrap(), 0);
    let page = crate::central::roster::page(&t.office.store, 0).await.unwrap().unwrap();
    let plain = crate::sealed::open_by_epoch(
        &page.records[0],
        &crate::central::keys::epoch::key(&t.office).await.unwrap(),
    )
    .unwrap();
    let record: crate::protocol::OpenRecord = serde_json::from_slice(&plain).unwrap();
    assert_eq!(record.status, Status::ContractEnded);
}

#[tokio::test]
async fn columns_are_mapped_and_what_changes_is_noted_with_who() {
    let t = office().await;
    let file = |unit: &str| format!("Nomor;Pegawai;status;instansi;Bagian\n{A};Sri;aktif;X;{unit}\n");
    let mapping = "nip=Nomor,nama=Pegawai,unit=Bagian";
    let error = taken(&t.office, file("A").as_bytes(), plan("", None)).await.unwrap_err().to_string();
    assert!(error.contains("'nip'"), "{error}");
    taken(&t.office, file("Dinas A").as_bytes(), plan(mapping, None)).await.unwrap();
    let nip = Nip::parse(A).unwrap();
    assert!(super::super::changes_of(&t.office.store, nip).await.unwrap().is_empty(), "new is no change");
    let dry = Plan { dry_run: true, ..plan(mapping, None) };
    let (report, _) = taken(&t.office, file("Dinas B").as_bytes(), dry).await.unwrap();
    assert_eq!(report.changed, 1);
    assert!(
        super::super::changes_of(&t.office.store, nip).await.unwrap().is_empty(),
        "a dry run changes nothing"
    );
    let actor = Plan { actor: "somebody".into(), ..plan(mapping, None) };
    let mut told = Vec::new();
    let input = BufReader::new(std::io::Cursor::new(file("Dinas B").into_bytes()));
    import(&t.office, input, actor, |row, _| told.push(row.clone())).await.unwrap();
    assert_eq!(
        told,
        [RowReport { line: 2, outcome: Outcome::Changed(vec![super::super::Column::Unit]), fields: vec![] }]
    );
    let [line] = &super::super::changes_of(&t.office.store, nip).await.unwrap()[..] else {
        panic!("one change")
    };
    assert_eq!((line.actor.as_str(), line.way.as_str(), line.field.as_str()), ("somebody", "import", "unit"));
    assert_eq!((line.before.as_str(), line.after.as_str()), ("Dinas A", "Dinas B"));
}

mod sheets {
    use super::super::super::guard::tests::workbook::{self, Cell, book};
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    #[tokio::test]
    async fn a_sheet_goes_in_as_a_list_does() {
        let t = office().await;
        let rows = vec![
            vec![text("DAFTAR PEGAWAI <2026>")],
            vec![],
            vec![
                text("No"),
                text("NIP"),
                text("Nama"),
                text("Status"),
                text("TMT"),
                text("Instansi"),
                text("Karpeg"),
            ],
            vec![
                Cell::Number("1".into()),
                text(A),
                text("Dra. Sri & Wahyuni, M.Si."),
                text("aktif"),
                Cell::Day(37_622),
                text("X"),
                Cell::Number("123456".into()),
            ],
            vec![
                Cell::Number("2".into()),
                Cell::Number(B.into()),
                text("Bayu"),
                text("aktif"),
                Cell::Empty,
                text("X"),
            ],
            vec![
                Cell::Empty,
                Cell::Inline(C.into()),
                Cell::Inline("Citra".into()),
                Cell::Fault,
                Cell::Empty,
                text("X"),
            ],
            vec![],
            vec![
                Cell::Empty,
                text(B),
                text("Bayu"),
                text("pppk"),
                text("01/03/2023"),
                text("X"),
                Cell::Empty,
                text("catatan"),
            ],
        ];
        let file = book(&[("Pegawai", rows)]);
        let (report, refused) = run(&t.office, &file).await;
        assert_eq!((report.rows, report.new, report.refused), (4, 2, 2), "{refused:?}");
        assert_eq!((refused[0].line, refused[1].line), (5, 6));
        assert!(refused[0].reason.contains("rounded"), "{refused:?}");
        assert!(refused[1].reason.contains("formula"), "{refused:?}");
        let person =
            super::super::super::find(&t.office.store, Nip::parse(A).unwrap()).await.unwrap().unwrap();
        assert_eq!(
            (person.name.as_str(), person.karpeg.as_deref()),
            ("Dra. Sri & Wahyuni, M.Si.", Some("123456"))
        );
        assert_eq!(person.tmt, Some(jiff::civil::date(2003, 1, 1)));
        let (report, _) = run(&t.office, &file).await;
        assert_eq!((report.same, report.changed), (2, 0), "again changes nothing");
    }

    #[tokio::test]
    async fn names_over_two_lines_and_numbers_of_columns_are_headings() {
        let t = office().await;
        let number = |n: u32| Cell::Number(n.to_string());
        let rows = vec![
            vec![text("DAFTAR NOMINATIF PEGAWAI")],
            ["No", "NIP", "Nama", "Status", "Masa Kerja", "", "Instansi"].map(text).to_vec(),
            ["", "", "", "", "TMT", "Akhir Kontrak"].map(text).to_vec(),
            (1..=7).map(number).collect(),
            vec![
                number(1),
                text(B),
                text("Laras"),
                text("pppk"),
                text("2023-03-01"),
                text("2028-02-29"),
                text("X"),
            ],
            vec![Cell::Empty, text("JUMLAH"), number(1)],
        ];
        let (report, refused) = run(&t.office, &book(&[("A", rows)])).await;
        assert_eq!((report.rows, report.new, report.refused), (2, 1, 1), "{refused:?}");
        let person =
            super::super::super::find(&t.office.store, Nip::parse(B).unwrap()).await.unwrap().unwrap();
        assert_eq!(person.tmt, Some(jiff::civil::date(2023, 3, 1)));
        assert_eq!(person.contract_end, Some(jiff::civil::date(2028, 2, 29)));
        // The other way round: a group above, and the names that stand alone in the upper line.
        let t = office().await;
        let rows = vec![
            ["No", "Identitas", "", "Status", "Instansi", "TMT"].map(text).to_vec(),
            ["", "NIP", "Nama"].map(text).to_vec(),
            vec![number(1), text(A), text("Sri"), text("aktif"), text("X"), Cell::Day(37_622)],
        ];
        let (report, refused) = run(&t.office, &book(&[("A", rows)])).await;
        assert_eq!((report.rows, report.new), (1, 1), "{refused:?}");
        let person =
            super::super::super::find(&t.office.store, Nip::parse(A).unwrap()).await.unwrap().unwrap();
        assert_eq!(person.tmt, Some(jiff::civil::date(2003, 1, 1)));
    }

    #[tokio::test]
    async fn of_several_sheets_one_must_be_named() {
        let t = office().await;
        let rows = |nip: &str| {
            vec![
                ["nip", "nama", "status", "instansi"].map(text).to_vec(),
                [nip, "Sri", "aktif", "X"].map(text).to_vec(),
            ]
        };
        let file = book(&[("Data A", rows(A)), ("Data B", rows(B))]);
        let told = |sheet| taken(&t.office, &file, plan("", sheet));
        let error = told(None).await.unwrap_err().to_string();
        assert!(error.contains("'Data A', 'Data B'"), "{error}");
        assert!(told(Some("Data C")).await.unwrap_err().to_string().contains("no sheet 'Data C'"));
        assert_eq!(told(Some("Data B")).await.unwrap().0.new, 1);
        assert!(name_of(&t.office, B).await.is_some() && name_of(&t.office, A).await.is_none());
        let empty = book(&[("Kosong", vec![])]);
        assert!(taken(&t.office, &empty, plan("", None)).await.unwrap_err().to_string().contains("empty"));
    }

    #[tokio::test]
    async fn a_workbook_that_is_none_is_an_error_of_the_file() {
        let t = office().await;
        for (parts, told) in [
            (vec![("mimetype", "application/vnd.oasis".into())], "no workbook"),
            (vec![("_rels/.rels", "<Relationships>".to_owned())], "no workbook"),
            (
                workbook::parts_with_sheet(
                    "<worksheet><sheetData><row r=\"4294967295\"><c><v>1</v></c></row></sheetData></worksheet>",
                ),
                "rows",
            ),
            (
                workbook::parts_with_sheet(
                    "<worksheet><sheetData><row r=\"9\"><c r=\"A9\"><v>1</v></c></row><row r=\"3\"><c r=\"A3\"><v>1</v></c></row></sheetData></worksheet>",
                ),
                "not in order",
            ),
            (
                workbook::parts_with_sheet(
                    "<worksheet><sheetData><row r=\"1\"><c r=\"A99999999999\"><v>1</v></c></row></sheetData></worksheet>",
                ),
                "sheet",
            ),
            (workbook::parts_with_sheet("<worksheet><sheetData><row><c t=\"s\"><v>7</v></c>"), "sheet"),
        ] {
            let file =
                workbook::zip(&parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>());
            let error = taken(&t.office, &file, plan("", None)).await.unwrap_err().to_string();
            assert!(error.contains(told), "{told}: {error}");
        }
    }
}
