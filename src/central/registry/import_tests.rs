//! Files as offices really send them.

use super::*;
use crate::central::testing::office;
use crate::person::{Nip, Status};

async fn run(office: &Office, bytes: &[u8]) -> (ImportReport, Vec<RefusedRow>) {
    let mut refused = Vec::new();
    let report = import(office, bytes, false, |row| refused.push(row)).await.unwrap();
    (report, refused)
}

async fn name_of(office: &Office, nip: &str) -> Option<String> {
    let nip = Nip::parse(nip).unwrap();
    super::super::find(&office.store, nip).await.unwrap().map(|person| person.name)
}

const A: &str = "197402152001122001";
const B: &str = "199001012023211005";
const C: &str = "198003102005011003";

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
        (b"PK\x03\x04...", "spreadsheet"),
        (b"a,b,c\n1,2,3\n", "'nip'"),
        (b"sep=;", "column names"),
    ] {
        let error = import(&t.office, bytes, false, |_| {}).await.unwrap_err().to_string();
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
