//! What support needs to know of a station, in one file: findings, configuration, system, counts and the log. Nothing
//! of the people it serves is in it: counts are numbers, and the log names nobody.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use super::Finding;
use crate::clock::SharedClock;
use crate::config::StationConfig;
use crate::station::database;
use crate::store::{JobStore, OutboxStore, SqliteStore};

/// Lines of the log at most.
const LINES: &str = "2000";

/// Files of the system that say what machine this is, and how it is.
const SYSTEM: [&str; 9] = [
    "/etc/os-release",
    "/proc/version",
    "/proc/uptime",
    "/proc/meminfo",
    "/proc/mounts",
    "/proc/bus/input/devices",
    "/proc/net/route",
    "/sys/firmware/devicetree/base/model",
    "/sys/class/thermal/thermal_zone0/temp",
];

/// Writes the bundle: a gzipped tar.
pub fn write(
    path: &Path,
    config: &StationConfig,
    findings: &[Finding],
    clock: &SharedClock,
) -> io::Result<()> {
    let file = fs::File::create_new(path)?;
    let packed = flate2::write::GzEncoder::new(file, flate2::Compression::default());
    let mut tar = tar::Builder::new(packed);
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(u64::try_from(clock.now().as_second()).unwrap_or(0));
        tar.append_data(&mut header, name, bytes)
    };
    add("version.txt", concat!(env!("CARGO_PKG_VERSION"), "\n").as_bytes())?;
    let lines: Vec<String> = findings.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    add("findings.jsonl", lines.join("\n").as_bytes())?;
    add("station.toml", toml::to_string(config).unwrap_or_else(|error| error.to_string()).as_bytes())?;
    add("counts.json", counts(config, clock).to_string().as_bytes())?;
    for file in SYSTEM {
        if let Ok(text) = fs::read(file) {
            add(&format!("system{file}"), &text)?;
        }
    }
    for (name, program, args) in [
        (
            "log.txt",
            "journalctl",
            &["--unit=anjungan*", "--lines", LINES, "--no-pager", "--output=short-iso"][..],
        ),
        ("usb.txt", "lsusb", &[]),
        ("cameras.txt", "v4l2-ctl", &["--list-devices"]),
    ] {
        if let Ok(done) = Command::new(program).args(args).output() {
            add(name, &done.stdout)?;
        }
    }
    tar.into_inner()?.finish()?.flush()
}

/// How many of what wait here; numbers only.
fn counts(config: &StationConfig, clock: &SharedClock) -> serde_json::Value {
    let path = database(config);
    if !path.exists() {
        return serde_json::json!({ "database": "none" });
    }
    let opened = match SqliteStore::open(path, clock.now()) {
        Ok(opened) => opened,
        Err(error) => return serde_json::json!({ "database": error.to_string() }),
    };
    let outbox = opened.store.outbox_counts().ok();
    let jobs = opened.store.open_jobs().ok();
    let states = jobs.map(|jobs| jobs.iter().map(|job| job.state.word()).collect::<Vec<_>>());
    serde_json::json!({
        "outbox_queued": outbox.map(|counts| counts.queued),
        "outbox_parked": outbox.map(|counts| counts.parked),
        "open_print_jobs": states,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::clock::SystemClock;
    use crate::protocol::{OutboxItem, OutboxKind, PrintOutcome, Printed};
    use crate::station::doctor::Verdict;

    #[test]
    fn a_bundle_has_the_parts_and_the_counts_and_is_not_written_over_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let clock = SystemClock::shared();
        let config = StationConfig { data_dir: folder.path().join("data"), ..StationConfig::default() };
        let mut store = SqliteStore::open(database(&config), clock.now()).unwrap().store;
        let printed =
            Printed { print_id: "p1".into(), serial: "KEPTSECRET".into(), outcome: PrintOutcome::Printed };
        let kind = OutboxKind::Printed(printed);
        store.enqueue(&OutboxItem { id: "item-0001".into(), happened_at: clock.now(), kind }).unwrap();
        let finding =
            Finding { part: "disk", verdict: Verdict::Well, said: "roomy".into(), next: String::new() };
        let path = folder.path().join("bundle.tar.gz");
        write(&path, &config, &[finding], &clock).unwrap();

        let mut all = String::new();
        let mut names = Vec::new();
        let unpacked = flate2::read::GzDecoder::new(fs::File::open(&path).unwrap());
        for entry in tar::Archive::new(unpacked).entries().unwrap() {
            let mut entry = entry.unwrap();
            names.push(entry.path().unwrap().display().to_string());
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
        for name in ["findings.jsonl", "station.toml", "counts.json", "system/proc/uptime"] {
            assert!(names.iter().any(|there| there == name), "{name} of {names:?}");
        }
        assert!(all.contains("roomy") && all.contains("\"outbox_queued\":1"));
        assert!(!all.contains("KEPTSECRET"), "what waits is counted, not told");
        assert!(write(&path, &config, &[], &clock).is_err(), "another file's place");
    }
}
