//! A list of a hundred megabytes into the central server. Long: run with `--ignored`.
#![cfg(feature = "central")]

use std::io::{BufWriter, Write as _};
use std::process::{Command, Stdio};

/// Distinct people in the file; the rest are repeats, as in lists glued together over years.
const PEOPLE: u32 = 12_000;
const BYTES: usize = 100_000_000;
/// Peak resident memory. A file held whole would be over it several times.
const MOST_KIB: u64 = 96 * 1024;

#[test]
#[ignore = "a hundred megabytes: scripts/test --long"]
fn a_list_of_100_megabytes_streams_through() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("large.csv");
    let mut out = BufWriter::new(std::fs::File::create(&file).unwrap());
    writeln!(out, "nip,nama,status,tmt,instansi,unit,jabatan").unwrap();
    let (mut size, mut rows) = (0, 0_u32);
    while size < BYTES {
        let n = rows % PEOPLE;
        let (year, month, day, serial) = (1960 + n % 40, 1 + n / 40 % 12, 1 + n / 480 % 28, 1 + n / 13_440);
        let start = year + 24;
        let nip = format!("{year}{month:02}{day:02}{start}{month:02}{}{serial:03}", 1 + n % 2);
        let line = format!(
            "{nip},\"Nama Contoh Ke-{n}, S.E., M.Si.\",aktif,{start}-{month:02}-01,Pemerintah Kabupaten Contoh,\
             \"Dinas Pekerjaan Umum, Penataan Ruang, Perumahan dan Kawasan Permukiman\",Analis Kebijakan\n"
        );
        out.write_all(line.as_bytes()).unwrap();
        size += line.len();
        rows += 1;
    }
    // Cut in the middle of the last row.
    out.write_all(b"19740215200").unwrap();
    out.into_inner().unwrap().sync_all().unwrap();

    let office = dir.path().join("central.toml");
    let text =
        "host = \"KARTU.CONTOH.GO.ID\"\nreturn_to = \"BKPSDM\"\n[issuer]\nid = \"6201\"\nname = \"BKPSDM\"\n";
    std::fs::write(&office, text).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_anjungan-central"))
        .args(["import", file.to_str().unwrap(), "--json", "--data"])
        .arg(dir.path().join("data"))
        .arg("--config")
        .arg(&office)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let status = loop {
        let text = std::fs::read_to_string(&status_file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kib.unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    };
    let mut printed = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take().unwrap(), &mut printed).unwrap();
    assert_eq!(status.code(), Some(1), "one row was cut off");
    let report: serde_json::Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    assert_eq!(report["rows"].as_u64(), Some(u64::from(rows) + 1));
    assert_eq!((report["new"].as_u64(), report["refused"].as_u64()), (Some(u64::from(PEOPLE)), Some(1)));
    println!("{rows} rows, peak {peak} KiB");
    assert!(peak > 0 && peak < MOST_KIB, "{peak} KiB");
}
