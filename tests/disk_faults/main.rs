//! Every fault of the disk at every step of what the server writes: the real program, whose calls to the system fail on
//! request (`disk.c`, put before the C library). After the fault it works again by itself, `/readyz` says so while
//! it lasts, and nothing that was acknowledged is lost.
#![cfg(all(feature = "central", target_os = "linux"))]

#[path = "../central_station/mod.rs"]
mod central_station;

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anjungan::credential::Verdict;
use anjungan::person::sample;
use anjungan::protocol::{Looked, OutboxItem, OutboxKind, SignIn, SignedIn};
use central_station::{Server, Station, portrait};
use jiff::Timestamp;

#[derive(Clone, Copy, Debug)]
enum Fault {
    Full = 1,
    ReadOnly,
    Broken,
    Slow,
}

/// What the C library's calls are told.
struct Disk {
    library: PathBuf,
    control: PathBuf,
}

impl Disk {
    /// `None`: there is no compiler here, and the test says so. CI has one.
    fn new(dir: &Path) -> Option<Disk> {
        let (library, control) = (dir.join("disk.so"), dir.join("control"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/disk_faults/disk.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-w", "-o"]).arg(&library).arg(source).arg("-ldl");
        let built = compiler.status().is_ok_and(|status| status.success());
        if !built {
            assert!(std::env::var_os("CI").is_none(), "no C compiler");
            eprintln!("SKIPPED: no C compiler");
            return None;
        }
        std::fs::write(&control, [0; 4096]).unwrap();
        Some(Disk { library, control })
    }

    fn say(&self, fault: i32, after: i32) {
        let mut file = std::fs::OpenOptions::new().write(true).open(&self.control).unwrap();
        // The number of calls that still work comes first: until the fault is there it means nothing.
        for (at, number) in [(4, after), (8, 0), (0, fault)] {
            file.seek(SeekFrom::Start(at)).unwrap();
            file.write_all(&number.to_ne_bytes()).unwrap();
        }
    }

    fn begin(&self, fault: Fault, after: i32) {
        self.say(fault as i32, after);
    }

    /// Ends the fault; how many calls met it.
    fn end(&self) -> i32 {
        let bytes = std::fs::read(&self.control).unwrap();
        self.say(0, 0);
        i32::from_ne_bytes(bytes[8..12].try_into().unwrap())
    }
}

fn looked(id: String) -> OutboxItem {
    let serial = "AAAAAAAAAAAAAAAA".parse().unwrap();
    let kind = OutboxKind::Looked(Looked { serial, verdict: Verdict::Valid });
    OutboxItem { id, happened_at: Timestamp::UNIX_EPOCH, kind }
}

#[test]
fn every_fault_at_every_call_is_over_when_it_is_over() {
    if std::env::var_os("ANJUNGAN_TEST_DATABASE").is_some() {
        // Another machine's disk, as far as this server knows.
        return;
    }
    let server = Server::new();
    let credentials = server.data.path().join("credentials.csv");
    let path = credentials.to_str().unwrap();
    server.command(&["sample", "--count", "10", "--seed", "3", "--credentials", path, "--active", "9"], 0);
    let text = std::fs::read_to_string(&credentials).unwrap();
    let person = text.lines().nth(sample::ACTIVE_PNS).unwrap().split_once(',').unwrap();
    let tools = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::new(tools.path()) else { return };
    let folder = server.folder();
    let server = server.start_with(&[
        ("LD_PRELOAD", &disk.library),
        ("FAULT_CONTROL", &disk.control),
        ("FAULT_FOLDER", &folder),
    ]);
    let station = Station::enrol(&server);
    let mut acknowledged = Vec::new();
    let mut number = 0;
    let mut send = |acknowledged: &mut Vec<String>| {
        number += 1;
        let item = looked(format!("LOOKED-{number:05}"));
        let taken = station.try_outbox(&item);
        if taken {
            acknowledged.push(item.id.clone());
        }
        taken
    };
    assert!(send(&mut acknowledged));

    let faults = [(Fault::Full, 10), (Fault::ReadOnly, 10), (Fault::Broken, 10), (Fault::Slow, 2)];
    for (fault, steps) in faults {
        for after in 0..steps {
            disk.begin(fault, after);
            // More tries than the pool has connections.
            let refused = (0..12).filter(|_| !send(&mut acknowledged)).count();
            let met = disk.end();
            println!("{fault:?} after {after} calls: met {met} times, {refused} of 12 refused");
            assert!(met > 0, "{fault:?} after {after}: the fault was met");
            assert!(!matches!(fault, Fault::Slow) || refused == 0, "slow is no fault");
            for _ in 0..12 {
                assert!(send(&mut acknowledged), "{fault:?} after {after}: it works again, by itself");
            }
        }
    }

    // A card and its photo: at each call on the way, whole or refused, and the same item is taken afterwards.
    let sign_in = || -> SignedIn {
        let asked = SignIn { nip: person.0.parse().unwrap(), password: person.1.to_owned() };
        station.post("sign-in", &asked).unwrap()
    };
    let pick_ups = ["BCDF-GHJK", "CDFG-HJKL", "DFGH-JKLM", "FGHJ-KLMN", "GHJK-LMNP", "HJKL-MNPQ"];
    let tries = [
        (Fault::Full, 0),
        (Fault::Full, 1),
        (Fault::ReadOnly, 0),
        (Fault::Broken, 1),
        (Fault::Broken, 3),
        (Fault::Broken, 6),
    ];
    for ((fault, after), pick_up) in tries.into_iter().zip(pick_ups) {
        let grant = sign_in().grant.unwrap();
        let id = format!("CARD-{fault:?}-{after}");
        let item = station.acceptance(&id, &grant, &portrait(), pick_up);
        disk.begin(fault, after);
        let taken = station.try_outbox(&item);
        let met = disk.end();
        let outcome = if taken { "made" } else { "refused" };
        println!("a card, {fault:?} after {after} calls: met {met} times, {outcome}");
        let named = |name: &String| name.len() == 64;
        assert!(!halves(&folder).iter().any(named), "no photo's name stands on half of one");
        station.issued(&item);
        assert!(halves(&folder).is_empty(), "{:?}", halves(&folder));
        acknowledged.push(id);
    }

    // While it lasts, the server says so, by part; a moment later that it is over.
    for (fault, failed) in [
        (Fault::Full, &["database failed", "keys failed", "photos failed"][..]),
        (Fault::ReadOnly, &["database failed", "keys failed", "photos failed"]),
        (Fault::Broken, &["database failed", "keys failed", "photos failed"]),
    ] {
        // What was found lately is what is told.
        std::thread::sleep(std::time::Duration::from_millis(3100));
        disk.begin(fault, 0);
        let (status, said) = server.get("/readyz");
        assert_eq!(server.get("/healthz").0, 200, "{fault:?}: reading goes on");
        disk.end();
        assert_eq!(status, 503, "{fault:?}: {said}");
        for line in failed {
            assert!(said.contains(line), "{fault:?}: {said}");
        }
        std::thread::sleep(std::time::Duration::from_millis(3100));
        let (_, said) = server.get("/readyz");
        assert!(!failed.iter().any(|line| said.contains(line)), "{fault:?} is over: {said}");
    }

    // The power goes at the end: what was acknowledged is on the disk.
    let server = server.power_cut();
    let kept = server.outbox_ids();
    let lost: Vec<_> = acknowledged.iter().filter(|id| !kept.contains(id)).collect();
    println!("{} acknowledged, {} lost", acknowledged.len(), lost.len());
    assert!(lost.is_empty(), "{lost:?}");
}

/// Files in the folder of photos whose bytes are not what their name says.
fn halves(folder: &Path) -> Vec<String> {
    use sha2::Digest as _;
    let photos = std::fs::read_dir(folder.join("photos")).unwrap().flatten();
    let names = photos.filter_map(|photo| {
        let name = photo.file_name().to_string_lossy().into_owned();
        let bytes = std::fs::read(photo.path()).ok()?;
        (data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(bytes)) != name).then_some(name)
    });
    names.collect()
}
