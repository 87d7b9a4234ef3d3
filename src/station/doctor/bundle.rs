//! What support needs to know of a station, in one file: findings, configuration, system, counts and the log. Nothing
//! of the people it serves is in it: counts are numbers, and the log names nobody.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

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

/// Writes the bundle: a gzipped tar. Returns what is not in it, each with the reason; the same stands in `missing.txt`.
pub fn write(
    path: &Path,
    config: &StationConfig,
    findings: &[Finding],
    clock: &SharedClock,
) -> io::Result<Vec<String>> {
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let mut missing = Vec::new();
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
        match fs::read(file) {
            Ok(text) => add(&format!("system{file}"), &text)?,
            // Not every machine has every one of them.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => missing.push(format!("{file}: {error}")),
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
        match Command::new(program).args(args).output() {
            Ok(done) => {
                add(name, &done.stdout)?;
                missing.extend(lack(name, program, &done));
            }
            Err(error) => missing.push(format!("{name}: {program}: {error}")),
        }
    }
    match database(config).try_exists() {
        Err(error) => missing.push(format!("{}: {error}; {AS_ROOT}", database(config).display())),
        Ok(true) if fs::File::open(database(config)).is_err() => {
            missing.push(format!("{}: may not be read; {AS_ROOT}", database(config).display()));
        }
        Ok(_) => {}
    }
    add("missing.txt", missing.join("\n").as_bytes())?;
    tar.into_inner()?.finish()?.flush()?;
    Ok(missing)
}

/// What to do where this user may not see everything.
const AS_ROOT: &str = "run it with sudo, or as the station's user";

/// Why what a program printed is less than was wanted.
fn lack(name: &str, program: &str, done: &Output) -> Option<String> {
    let said = String::from_utf8_lossy(&done.stderr);
    let said = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given");
    if !done.status.success() {
        return Some(format!("{name}: {program} failed: {said}"));
    }
    let lines = String::from_utf8_lossy(&done.stdout);
    // The journal has a line of its own that says that it has none.
    let empty = !lines.lines().any(|line| !line.trim().is_empty() && !line.starts_with("-- "));
    (program == "journalctl" && empty)
        .then(|| format!("{name}: the journal shows this user no line of the station; {AS_ROOT}"))
}

/// How many of what wait here; numbers only.
fn counts(config: &StationConfig, clock: &SharedClock) -> serde_json::Value {
    let path = database(config);
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => return serde_json::json!({ "database": "none" }),
        Err(error) => return serde_json::json!({ "database": error.to_string() }),
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
        for name in ["missing.txt", "findings.jsonl", "station.toml", "counts.json", "system/proc/uptime"] {
            assert!(names.iter().any(|there| there == name), "{name} of {names:?}");
        }
        assert!(all.contains("roomy") && all.contains("\"outbox_queued\":1"));
        assert!(!all.contains("KEPTSECRET"), "what waits is counted, not told");
        assert!(write(&path, &config, &[], &clock).is_err(), "another file's place");
    }

    #[test]
    fn a_log_that_is_empty_or_forbidden_is_told() {
        use std::os::unix::process::ExitStatusExt as _;
        let done = |code: i32, out: &str, err: &str| Output {
            status: std::process::ExitStatus::from_raw(code << 8),
            stdout: out.into(),
            stderr: err.into(),
        };
        let of = |done: &Output| lack("log.txt", "journalctl", done).unwrap_or_default();
        for empty in ["", "\n", "-- No entries --\n", "-- Journal begins at Mon. --\n"] {
            assert!(of(&done(0, empty, "")).contains("sudo"), "{empty:?}");
        }
        let denied = of(&done(1, "", "\nNo journal files were opened due to insufficient permissions.\n"));
        assert!(denied.contains("insufficient permissions"), "{denied}");
        assert_eq!(of(&done(0, "2026-03-02T10:00:00+0700 kiosk anjungan[1]: sync\n", "Hint: ...")), "");
        assert_eq!(lack("usb.txt", "lsusb", &done(0, "", "")), None, "no device is no lack");
    }
}
