//! Station: the report at the end of `Di lokasi`: what stands here and how each part was found, signed with the
//! station's key and put into the outbox, which brings it to the server whenever there is a network.

use std::fs;
use std::time::Duration;

use data_encoding::HEXLOWER;

use super::doctor::{self, Verdict};
use super::technician::plates;
use crate::clock::{SharedClock, random_bytes};
use crate::config::StationConfig;
use crate::credential::{KeyPair, sign_commission};
use crate::protocol::{Commissioned as Signed, Commissioning, OutboxItem, OutboxKind, PartFound};
use crate::provision::batch::board_serial;
use crate::session::{Chosen, Commissioned, Fault, PartState, SetupStep};
use crate::store::{IdentityStore, OutboxStore, StoreError, secrets};

/// How long the page waits for the office to have it; it goes on by itself after that.
const WAITING: Duration = Duration::from_secs(8);

/// What the kernel calls the board: a Raspberry Pi and others with a device tree, then PCs.
const MODEL_FILES: [&str; 2] = ["/sys/firmware/devicetree/base/model", "/sys/class/dmi/id/product_name"];

/// What a report is made of.
pub struct Surroundings<'a> {
    pub config: &'a StationConfig,
    pub chosen: &'a Chosen,
    pub clock: &'a SharedClock,
    pub trusted: bool,
    pub display: (u32, u32),
}

/// A report in the outbox.
pub struct Told {
    /// The item's id.
    item: String,
    parts: Vec<(String, PartState)>,
}

/// Looks at every part, signs what was found, and keeps it for the server.
pub fn make(around: &Surroundings, store: &mut (impl IdentityStore + OutboxStore)) -> Result<Told, Fault> {
    let identity = store.identity().map_err(|error| not_kept(&error))?.ok_or(Fault::NotJoined)?;
    let secret =
        secrets::read::<32>(&store.keys_dir(), &identity.device_key).map_err(|error| not_kept(&error))?;
    let (report, parts) = report(around);
    let text = serde_json::to_vec(&report).map_err(|error| {
        tracing::error!(%error, "the report cannot be written");
        Fault::ReportNotKept
    })?;
    let signed = sign_commission(&KeyPair::from_secret(*secret), &identity.enrolled.device_id, text);
    let item = HEXLOWER.encode(&random_bytes::<16>());
    let kind = OutboxKind::Commissioned(Signed { signed: signed.into() });
    let owed = OutboxItem { id: item.clone(), happened_at: report.at, kind };
    store.enqueue(&owed).map_err(|error| not_kept(&error))?;
    Ok(Told { item, parts })
}

fn not_kept(error: &StoreError) -> Fault {
    tracing::error!(%error, "the report");
    Fault::ReportNotKept
}

/// Waits a little for the server to have taken it.
pub fn follow(told: Told, store: &impl OutboxStore) -> Commissioned {
    let step = Duration::from_millis(200);
    let mut waited = Duration::ZERO;
    // The outbox goes in order: while anything older is at its head, this one is still to come.
    let waits = || store.outbox_counts().is_ok_and(|counts| counts.queued > 0);
    while waits() && waited < WAITING {
        std::thread::sleep(step);
        waited += step;
    }
    let parked = store.parked().is_ok_and(|parked| parked.iter().any(|item| item.id == told.item));
    Commissioned { parts: told.parts, sent: !waits() && !parked }
}

fn report(around: &Surroundings) -> (Commissioning, Vec<(String, PartState)>) {
    let Surroundings { config, chosen, clock, .. } = around;
    let findings: Vec<_> = doctor::examine(&doctor::parts(config, clock)).collect();
    let parts = findings.iter().map(|finding| (finding.part.to_owned(), state(finding.verdict))).collect();
    let found = findings.into_iter().map(|finding| PartFound {
        part: finding.part.to_owned(),
        verdict: finding.verdict.word().to_owned(),
        said: finding.said,
    });
    let report = Commissioning {
        at: clock.now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        board: board(),
        serial: board_serial(),
        display: around.display,
        turn: chosen.turn.degrees(),
        touch: chosen.touch_map().matrix(),
        touch_checked: chosen.has_done(SetupStep::Touch),
        camera: config.cameras.face.clone(),
        printer: config.printer.clone(),
        plates: plates(&config.data_dir),
        clock_trusted: around.trusted,
        disk_free_mib: rustix::fs::statvfs(&config.data_dir)
            .ok()
            .map(|disk| disk.f_bavail * disk.f_frsize / 1024 / 1024),
        parts: found.collect(),
    };
    (report, parts)
}

fn state(verdict: Verdict) -> PartState {
    match verdict {
        Verdict::Well => PartState::Well,
        Verdict::Attention => PartState::Attention,
        Verdict::Fault => PartState::Fault,
        Verdict::Unknown => PartState::Unknown,
    }
}

fn board() -> String {
    let said = MODEL_FILES.iter().find_map(|file| fs::read_to_string(file).ok());
    let said = said.unwrap_or_default();
    let said = said.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    if said.is_empty() { std::env::consts::ARCH.to_owned() } else { said.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::store::SqliteStore;
    use crate::turn::Turn;

    #[test]
    fn the_report_says_what_stands_here_and_a_station_that_joined_nobody_signs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plate-red.png"), b"x").unwrap();
        let config = StationConfig {
            data_dir: folder.path().to_owned(),
            printer: Some(format!("dir:{}", folder.path().display())),
            ..StationConfig::default()
        };
        let chosen = Chosen { turn: Turn::Right, done: vec![SetupStep::Touch], ..Chosen::default() };
        let clock = SystemClock::shared();
        let around = Surroundings {
            config: &config,
            chosen: &chosen,
            clock: &clock,
            trusted: true,
            display: (720, 1280),
        };
        let (report, parts) = report(&around);
        assert_eq!((report.turn, report.touch, report.touch_checked), (90, [0, 1, 0, -1, 0, 1], true));
        assert_eq!(report.plates, ["plate-red.png"]);
        assert_eq!(report.parts.len(), parts.len());
        let disk = parts.iter().find(|(part, _)| part == "disk").unwrap();
        assert_eq!(disk.1, PartState::Well);
        assert!(!report.board.is_empty());

        let mut store = SqliteStore::open(folder.path().join("station.sqlite"), clock.now()).unwrap().store;
        assert!(matches!(make(&around, &mut store), Err(Fault::NotJoined)));
        assert_eq!(store.outbox_counts().unwrap().queued, 0);
    }
}
