//! The parts of a station, each with the questions that tell how it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Answer, Part, Verdict};
use crate::clock::{CorrectedClock, SharedClock, os_random};
use crate::config::{DisplayConfig, DisplayKind, StationConfig};
use crate::printing::{self, Capabilities, PrintError, PrinterStatus};
use crate::provision::fingerprint;
use crate::station::database;
use crate::store::{
    IdentityStore, ListStore, OutboxCounts, OutboxStore, QueuedItem, SqliteStore, StoreError,
};
use crate::sync::floor::LONGEST_OFF;
use crate::sync::probe::{Answered, ProbeError, probe};
use crate::sync::{Roots, Syncer, Timeouts};

/// Below this a station soon cannot keep what people accept.
const LITTLE: u64 = 200 * 1024 * 1024;
const VERY_LITTLE: u64 = 20 * 1024 * 1024;

const AS_STATION: &str = "Run it with sudo, or as the station's user.";

/// The folder of the station's data.
pub struct Disk {
    pub folder: PathBuf,
}

impl Part for Disk {
    fn name(&self) -> &'static str {
        "disk"
    }

    fn check(&self) -> Answer {
        let place = self.folder.display();
        let probe = self.folder.join(".doctor");
        let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
        if let Err(error) = written {
            let next = format!("Make {place} and give it to the station's user, or name another data_dir.");
            return Answer::new(Verdict::Fault, format!("{place} cannot be written: {error}"), next);
        }
        match rustix::fs::statvfs(&self.folder) {
            Ok(state) => {
                let free = state.f_bavail * state.f_frsize;
                let said = format!("{} MB free in {place}", free / 1_000_000);
                let next = "Free some space, or move data_dir to a larger disk.";
                match free {
                    ..VERY_LITTLE => Answer::new(Verdict::Fault, said, next),
                    VERY_LITTLE..LITTLE => Answer::new(Verdict::Attention, said, next),
                    _ => Answer::well(said),
                }
            }
            Err(error) => {
                Answer::new(Verdict::Unknown, format!("free space cannot be asked: {error}"), "Look with df.")
            }
        }
    }
}

/// The station's database, where there is one. Looking must not make one.
fn store(config: &StationConfig, clock: &SharedClock) -> Result<Option<SqliteStore>, String> {
    let path = database(config);
    // A folder that this user may not look into is not an empty one.
    if !path.try_exists().map_err(|error| format!("{}: {error}", path.display()))? {
        return Ok(None);
    }
    SqliteStore::open(path, clock.now()).map(|opened| Some(opened.store)).map_err(|error| error.to_string())
}

const NOT_JOINED: &str = "Join the office's server: anjungan provision URL --code CODE.";

/// The clocks: the machine's, the last proven time, the server's.
pub struct Clock {
    pub config: StationConfig,
    pub clock: SharedClock,
}

impl Part for Clock {
    fn name(&self) -> &'static str {
        "clock"
    }

    fn check(&self) -> Answer {
        let now = self.clock.now();
        let floor = match store(&self.config, &self.clock).map(|store| store.map(|s| s.clock_floor())) {
            Ok(Some(Ok(floor))) => floor,
            _ => None,
        };
        clocks(now, floor, self.server())
    }
}

impl Clock {
    /// The server's time, proven by the key that joining pinned. `None`: it could not be asked.
    fn server(&self) -> Option<Timestamp> {
        let store = store(&self.config, &self.clock).ok()??;
        let clock = Arc::new(CorrectedClock::new(self.clock.clone()));
        let central = self.config.central.as_deref();
        let syncer = Syncer::new(Box::new(store), clock, Box::new(os_random()), central, ASKED);
        syncer.and_then(|mut syncer| syncer.said_time()).ok()
    }
}

/// A look at the clocks keeps nobody waiting for long.
const ASKED: Timeouts = Timeouts {
    connect: Duration::from_secs(3),
    answer: Duration::from_secs(5),
    quiet: Duration::from_secs(5),
    transfer: Duration::from_secs(5),
};

/// The machine's clock, the last proven time and the server's clock, held against each other.
fn clocks(machine: Timestamp, floor: Option<Timestamp>, server: Option<Timestamp>) -> Answer {
    const NEAR: SignedDuration = SignedDuration::from_mins(5);
    let text = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let named = |at: Option<Timestamp>, none: &str| at.map_or_else(|| none.to_owned(), text);
    let said = format!(
        "machine {}; last proven here {}; server {}",
        text(machine),
        named(floor, "never"),
        named(server, "not asked")
    );
    if let (Some(floor), Some(server)) = (floor, server) {
        if floor.duration_since(server) > NEAR {
            return Answer::new(
                Verdict::Fault,
                format!("{said}: the server's clock is behind, or was ahead once"),
                "If the server is right now: anjungan clock confirm here, or for all stations anjungan-central clock \
                 reset-stations at the server.",
            );
        }
        if server.duration_since(floor) > LONGEST_OFF {
            return Answer::new(
                Verdict::Attention,
                format!("{said}: the server's clock is far ahead of what is known here"),
                "After months without power this is so. It is taken after six hours, or at once by anjungan clock confirm.",
            );
        }
    }
    if let Some(server) = server
        && server.duration_since(machine).abs() > NEAR
    {
        let next = "The station goes by the server's. A battery clock or NTP helps until it is reached.";
        return Answer::new(Verdict::Attention, format!("{said}: the machine's clock is wrong"), next);
    }
    match floor {
        Some(floor) if machine < floor => Answer::new(
            Verdict::Attention,
            format!("{said}: the machine's clock is before a time that was proven"),
            "Connect the network: the station asks the server for the time by itself. A battery clock helps.",
        ),
        Some(_) => Answer::well(said),
        None => Answer::new(Verdict::Unknown, said, "Join the office's server; it proves the time."),
    }
}

/// What joining gave.
pub struct Keys {
    pub config: StationConfig,
    pub clock: SharedClock,
}

impl Part for Keys {
    fn name(&self) -> &'static str {
        "keys"
    }

    fn check(&self) -> Answer {
        let store = match store(&self.config, &self.clock) {
            Ok(store) => store,
            Err(why) => {
                let next = "Keep a copy of the data folder and call support.";
                return Answer::new(Verdict::Fault, format!("the database cannot be opened: {why}"), next);
            }
        };
        let held = |store: SqliteStore| {
            let identity = store.identity()?;
            Ok::<_, StoreError>(identity.map(|held| {
                let keys = fingerprint(&store, &held).ok();
                (held, keys)
            }))
        };
        match store.map(held) {
            None | Some(Ok(None)) => {
                Answer::new(Verdict::Unknown, "this station has joined no server", NOT_JOINED)
            }
            Some(Ok(Some((identity, keys)))) => {
                let said = format!(
                    "joined as {:?} ({})",
                    identity.enrolled.station_name, identity.enrolled.device_id
                );
                if !identity.enrolled.waiting {
                    return Answer::well(said);
                }
                let keys = keys.map_or_else(|| "unreadable".to_owned(), |keys| keys.to_string());
                Answer::new(
                    Verdict::Attention,
                    format!("{said}, waiting for approval; fingerprint {keys}"),
                    "An administrator approves this fingerprint on the server's page of stations.",
                )
            }
            Some(Err(error)) => Answer::new(Verdict::Fault, error.to_string(), NOT_JOINED),
        }
    }
}

/// The office's server, asked for the time as a sync asks.
pub struct Central {
    pub config: StationConfig,
    pub clock: SharedClock,
    pub timeouts: Timeouts,
}

impl Part for Central {
    fn name(&self) -> &'static str {
        "central"
    }

    fn check(&self) -> Answer {
        let joined =
            store(&self.config, &self.clock).ok().flatten().and_then(|store| store.identity().ok()?);
        let url = self.config.central.clone().or(joined.as_ref().map(|known| known.central_url.clone()));
        let Some(url) = url else {
            return Answer::new(Verdict::Unknown, "no server is known here", NOT_JOINED);
        };
        let roots = match Roots::load(self.config.central_ca.as_deref()) {
            Ok(roots) => roots,
            Err(error) => {
                let said = format!("the certificate authority {error}");
                return Answer::new(Verdict::Fault, said, "Correct central_ca in the configuration.");
            }
        };
        let key: Option<[u8; 32]> = joined.and_then(|known| known.enrolled.time_public.array());
        match probe(&url, &roots, &self.clock, key.as_ref(), self.timeouts) {
            Ok(Answered { proven: true, .. }) => Answer::well(format!("{url} answers, signed")),
            Ok(Answered { proven: false, .. }) => Answer::new(
                Verdict::Attention,
                format!("{url} answers; whose it is nobody knows before this station has joined"),
                NOT_JOINED,
            ),
            Err(error) => Answer::new(Verdict::Fault, format!("{url}: {error}"), remedy(&error)),
        }
    }
}

fn remedy(error: &ProbeError) -> &'static str {
    match error {
        ProbeError::Address(_) => "Correct central in the configuration.",
        ProbeError::Way(_) => "Check the network cable or Wi-Fi, then the server's address.",
        ProbeError::Silent(_) => {
            "The way is there: whoever looks after the server, its proxy or the firewall must look."
        }
        ProbeError::Portal { .. } => {
            "Log in to this network, or ask its keeper to let the station out; else correct the server's address."
        }
        ProbeError::Broken(_) => "The way is well: whoever looks after the server must look at it.",
        ProbeError::Foreign => "Correct the server's address; where the server was set up anew, join again.",
        ProbeError::Certificate(_) => {
            "Name the office's authority as central_ca, or have the server's certificate corrected."
        }
    }
}

/// What the station owes the server.
pub struct Outbox {
    pub config: StationConfig,
    pub clock: SharedClock,
}

/// So often the oldest item is sent before somebody should look; or it waits for so long.
const TRIES: u32 = 5;
const WAITS: SignedDuration = SignedDuration::from_hours(1);

impl Part for Outbox {
    fn name(&self) -> &'static str {
        "outbox"
    }

    fn check(&self) -> Answer {
        let store = match store(&self.config, &self.clock) {
            Ok(Some(store)) => store,
            Ok(None) => return Answer::new(Verdict::Unknown, "nothing was ever owed here", NOT_JOINED),
            Err(why) => return Answer::new(Verdict::Unknown, format!("not looked at: {why}"), AS_STATION),
        };
        match store.outbox_counts().and_then(|counts| Ok((counts, store.outbox_head()?))) {
            Ok((counts, head)) => owed(counts, head.as_ref(), self.clock.now()),
            Err(error) => Answer::new(
                Verdict::Fault,
                error.to_string(),
                "Keep a copy of the data folder and call support.",
            ),
        }
    }
}

fn owed(counts: OutboxCounts, head: Option<&QueuedItem>, now: Timestamp) -> Answer {
    let OutboxCounts { queued, parked } = counts;
    let refused =
        if parked > 0 { format!("; {parked} were refused and wait for staff") } else { String::new() };
    if let Some(head) = head {
        let since = head.item.as_ref().ok().map(|item| now.duration_since(item.happened_at));
        if head.attempts >= TRIES || since.is_some_and(|since| since > WAITS) {
            let hours = since.map_or(0, |since| since.as_hours().max(0));
            return Answer::new(
                Verdict::Fault,
                format!(
                    "{queued} items do not get to the server: the oldest is {hours} h old and was sent {} times{refused}",
                    head.attempts
                ),
                "Nothing is lost, and it is tried again. What is in the way: central above, and the log.",
            );
        }
    }
    if parked > 0 {
        return Answer::new(
            Verdict::Attention,
            format!("{queued} items wait{refused}"),
            "Staff see them, each with its reason, on their page.",
        );
    }
    Answer::well(if queued == 0 { "nothing waits".to_owned() } else { format!("{queued} items wait") })
}

/// The screen: what it needs is there. Whether people see it only people can say.
pub struct Display {
    pub config: DisplayConfig,
}

impl Part for Display {
    fn name(&self) -> &'static str {
        "display"
    }

    fn check(&self) -> Answer {
        match self.config.kind {
            DisplayKind::Headless => Answer::well("headless: there is no screen to look at"),
            DisplayKind::Window
                if ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|v| std::env::var_os(v).is_some()) =>
            {
                Answer::well("a window; a desktop is there")
            }
            DisplayKind::Window => Answer::new(
                Verdict::Fault,
                "a window, and no desktop is there",
                "Start a desktop, or set display.kind to linuxkms.",
            ),
            DisplayKind::Linuxkms => {
                let cards: Vec<PathBuf> =
                    (0..4).map(|n| PathBuf::from(format!("/dev/dri/card{n}"))).collect();
                let opens =
                    |path: &Path| std::fs::OpenOptions::new().read(true).write(true).open(path).is_ok();
                let there = cards.iter().any(|path| path.exists());
                if cards.iter().any(|path| opens(path)) {
                    Answer::well("the graphics device can be opened")
                } else if there {
                    let next = "Add the station's user to the groups video and render.";
                    Answer::new(Verdict::Fault, "the graphics device may not be opened", next)
                } else {
                    Answer::new(
                        Verdict::Fault,
                        "no graphics device (/dev/dri/card*)",
                        "Check the display's cable and driver.",
                    )
                }
            }
        }
    }
}

/// A printer, asked as before a print.
pub struct Printer {
    pub role: &'static str,
    pub uri: Option<String>,
    pub clock: SharedClock,
}

impl Part for Printer {
    fn name(&self) -> &'static str {
        self.role
    }

    fn check(&self) -> Answer {
        let Some(uri) = &self.uri else {
            let next = "Choose one: anjungan print --list. Without a printer cards are fetched elsewhere.";
            return Answer::new(Verdict::Unknown, "no printer is configured", next);
        };
        let mut printer = match printing::open(uri, &self.clock) {
            Ok(printer) => printer,
            Err(error) => {
                return Answer::new(Verdict::Fault, error.to_string(), "Correct it in the configuration.");
            }
        };
        let status = match printer.status() {
            Ok(status) => status,
            Err(error) => {
                let next = match &error {
                    PrintError::Fault { fault, .. } => format!("It {}.", fault.advice()),
                    PrintError::Write { .. } => {
                        "Make the folder and give it to the station's user, or name another.".to_owned()
                    }
                    _ => "Correct it in the configuration; anjungan print --list shows what is found."
                        .to_owned(),
                };
                return Answer::new(Verdict::Fault, error.to_string(), next);
            }
        };
        let kind = match printer.capabilities() {
            Ok(Capabilities::Card { both_sides: true }) => "cards, both sides".to_owned(),
            Ok(Capabilities::Card { both_sides: false }) => "cards, one side".to_owned(),
            Ok(Capabilities::Receipt { dots }) => format!("receipts of {dots} dots"),
            Err(error) => return Answer::new(Verdict::Fault, error.to_string(), "Check its address."),
        };
        match status {
            PrinterStatus { fault: Some(fault), .. } => {
                let next = format!("It {}.", fault.advice());
                Answer::new(Verdict::Fault, format!("{uri}: {}", fault.code()), next)
            }
            PrinterStatus { paper_low: true, .. } => Answer::new(
                Verdict::Attention,
                format!("{uri}: {kind}, paper is running low"),
                "Put in a new roll soon.",
            ),
            PrinterStatus { confirmed: false, .. } => Answer::new(
                Verdict::Attention,
                format!("{uri}: {kind}; it never says how it is, so prints stay unconfirmed"),
                "Where it can answer, leave ?status=off out; make a test print: anjungan print --test.",
            ),
            PrinterStatus { .. } => Answer::well(format!("{uri}: {kind}, ready")),
        }
    }
}

#[cfg(test)]
mod tests;
