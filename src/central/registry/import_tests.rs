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
    Plan { asked, dry_run: false, actor: "admin".into() }
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
async fn a_person_who_stands_in_a_list_three_times_is_as_the_last_row_says() {
    let t = office().await;
    let row = |nip: &str, name: &str| {
        format!("{nip},{name},aktif,2003-01-01,Pemkab Contoh,Dinas Kesehatan,Analis\n")
    };
    let file = [
        "nip,nama,status,tmt,instansi,unit,jabatan\n".to_owned(),
        row(A, "Sri"),
        row(B, "Bayu"),
        row(A, "Sri Wahyuni"),
        row(A, "Sri Wahyuni"),
        row(C, "Citra"),
        row(C, "Citra Dewi"),
    ]
    .concat();
    let (report, _) = run(&t.office, file.as_bytes()).await;
    assert_eq!((report.new, report.changed, report.same, report.refused), (3, 2, 1, 0));
    assert_eq!(name_of(&t.office, A).await.unwrap(), "Sri Wahyuni");
    assert_eq!(name_of(&t.office, C).await.unwrap(), "Citra Dewi");
    let noted = changes_of(&t.office.store, Nip::parse(A).unwrap()).await.unwrap();
    assert_eq!(noted.iter().map(|line| line.before.as_str()).collect::<Vec<_>>(), ["Sri"]);
    // A record each for the stations, under numbers of their own.
    let page = roster::page(&t.office.store, 0).await.unwrap().unwrap();
    assert_eq!(page.records.len(), 3);
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
    assert_eq!(told, [RowReport { line: 2, outcome: Outcome::Changed(vec![Column::Unit]) }]);
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
