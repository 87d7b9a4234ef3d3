//! The server's command line, as functions: each prints its results on standard output, all else
//! on standard error, and returns the exit code (0 done, 1 an answer of "no"; errors are the
//! caller's, who exits with 2).

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use serde_json::json;

use super::{
    CentralConfig, CentralError, Office, accounts, approval, backup, batch, chain, fleet, password, registry,
    retention, serve,
};
use crate::clock::{SharedClock, SystemClock, random_bytes};
use crate::person::{Nip, sample};

pub use super::help::cli::{Corrections, Issue, User};
use super::leaving::Quarantine;
pub use super::registry::{Import, ImportUndo, export_to as export};
pub use super::report_cli::Report;

/// Who acts, in the journal, where a command does: whoever may run it on the server.
pub const CONSOLE: &str = "admin";

/// `serve`: runs until Ctrl-C or SIGTERM.
pub async fn run(mut config: CentralConfig, listen: Option<String>) -> Result<u8, CentralError> {
    config.listen = listen.unwrap_or(config.listen);
    let signal =
        |kind| tokio::signal::unix::signal(kind).map_err(|e| CentralError::Config(format!("signals: {e}")));
    // Before the line that says "ready": whoever reads it may send a signal at once.
    let mut terminate = signal(tokio::signal::unix::SignalKind::terminate())?;
    let mut interrupt = signal(tokio::signal::unix::SignalKind::interrupt())?;
    let scheme = if config.tls.is_on() { "https" } else { "http" };
    let running = serve(config, SystemClock::shared()).await?;
    say(&format!("listening on {scheme}://{}", running.addr));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    Ok(0)
}

/// `check`: the configuration alone; nothing is opened.
pub fn check(config: &CentralConfig) -> Result<u8, CentralError> {
    let issuer = config.check()?;
    super::mail::Mailer::open(&config.mail)?;
    match &config.source {
        Some(file) => say(&format!("configuration: {}", file.display())),
        None => say("configuration: built-in values, for no file was found"),
    }
    for name in super::environment::set_names(std::env::vars()) {
        say(&format!("environment:   {name}"));
    }
    say(&format!("data:          {}", config.data.display()));
    say(&format!("issuer:        {issuer}, host {}", config.host));
    Ok(0)
}

/// `retention [--dry-run]`: what the rules delete, kind by kind.
#[derive(clap::Args)]
pub struct Retention {
    /// Says how much, and deletes nothing
    #[arg(long)]
    dry_run: bool,
}

impl Retention {
    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        let office = open(config).await?;
        let kinds = retention::run(&office, self.dry_run).await;
        office.store.close().await;
        for kind in kinds? {
            if as_json {
                say(&serde_json::to_string(&kind).unwrap_or_default());
            } else {
                let days = if kind.days == 0 { "kept".to_owned() } else { format!("{} days", kind.days) };
                say(&format!("{:10}  {:9}  {}", kind.kind, days, kind.count));
            }
        }
        Ok(0)
    }
}

/// `backup FILE [--keys]`
pub async fn backup(
    config: CentralConfig,
    file: &Path,
    with_keys: bool,
    as_json: bool,
) -> Result<u8, CentralError> {
    let office = open(config).await?;
    let made = backup::backup(&office, file, with_keys).await;
    office.store.close().await;
    told(&made?, as_json);
    if !with_keys {
        eprintln!("The keys are not in it: keep a copy of the folder keys/ elsewhere.");
    }
    Ok(0)
}

/// `restore FILE`
pub async fn restore(config: &CentralConfig, file: &Path, as_json: bool) -> Result<u8, CentralError> {
    let manifest = backup::restore(config, file).await?;
    told(&manifest, as_json);
    let beside = config.data.join(backup::RESTORED_CONFIG);
    if let (Some(source), true) = (&config.source, beside.exists()) {
        eprintln!(
            "{} is in force; the backup's configuration lies in {}",
            source.display(),
            beside.display()
        );
    }
    if !manifest.keys && !config.data.join("keys").exists() {
        eprintln!("Put the folder keys/ into {} before the server starts.", config.data.display());
    }
    Ok(0)
}

fn told(manifest: &backup::Manifest, as_json: bool) {
    if as_json {
        say(&serde_json::to_string(manifest).unwrap_or_default());
    } else {
        say(&format!("{} people, {} cards, {} photos", manifest.people, manifest.cards, manifest.photos));
    }
}

/// `sample --count N --seed S [--credentials FILE] [--active K]`: people who do not exist. The
/// file gets a line `nip,password` for each of the first `active`, in the order of
/// [`sample::people`]: some of them may sign in and get no card.
#[derive(clap::Args)]
pub struct Sample {
    #[arg(long, default_value_t = 200)]
    count: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Gives the first of them passwords and writes `nip,password` lines here
    #[arg(long)]
    credentials: Option<PathBuf>,
    /// How many get a password
    #[arg(long, default_value_t = 10)]
    active: usize,
}

impl Sample {
    pub async fn run(self, config: CentralConfig) -> Result<u8, CentralError> {
        let Sample { count, seed, credentials, active } = self;
        let office = open(config).await?;
        let people = sample::people(seed, count, office.today());
        let (new, changed, same) = registry::put_all(&office, &people).await?;
        say(&format!("{} sample people: {new} new, {changed} changed, {same} as before", people.len()));
        if let Some(path) = &credentials {
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(path)
                .map_err(|e| CentralError::io(path, e))?;
            for person in people.iter().take(active) {
                let secret = data_encoding::BASE32_NOPAD.encode(&random_bytes::<10>()).to_lowercase();
                let text = secret.clone();
                let hash = tokio::task::spawn_blocking(move || password::hash_now(&text))
                    .await
                    .map_err(|_| CentralError::Worker)??;
                accounts::give_password(&office, person.nip, hash).await?;
                writeln!(file, "{},{secret}", person.nip).map_err(|e| CentralError::io(path, e))?;
            }
            file.sync_all().map_err(|e| CentralError::io(path, e))?;
        }
        office.store.close().await;
        Ok(0)
    }
}

/// `device …`
#[derive(Subcommand)]
pub enum Device {
    /// Prints a one-time code: for a new station, or for one that joins again
    New {
        #[arg(long, required_unless_present = "again")]
        name: Option<String>,
        #[arg(long, required_unless_present = "again")]
        place: Option<String>,
        /// A station that is listed already and joins again: it keeps its id, and with it what waits
        /// in its outbox
        #[arg(long = "for", value_name = "DEVICE-ID", conflicts_with_all = ["name", "place"])]
        again: Option<String>,
    },
    /// Codes for many stations: one file for all their boot partitions, and what each one's staff begin with
    Batch {
        /// CSV with the columns name, place and serial (of the board)
        list: PathBuf,
        /// The file to copy onto the boot partitions, as anjungan-batch.toml; its codes live a day
        file: PathBuf,
        /// Writes a sheet of labels too (PDF): each station's code as a QR code
        #[arg(long)]
        labels: Option<PathBuf>,
        /// Approves its stations beforehand, each once, by the serial number of its board. Whoever copies the file
        /// joins as one of them: keep it as you keep a key. The batch's page withdraws it
        #[arg(long)]
        approve: bool,
        /// What the batch is called on the office's page; its day where nothing is said
        #[arg(long, default_value = "")]
        name: String,
    },
    /// An administrator's word that a station which has joined is the office's own; before it the station gets
    /// nothing of people
    Approve {
        /// The station's id, or the fingerprint of its keys as it stands on its screen
        #[arg(value_name = "ID|FINGERPRINT")]
        station: String,
    },
    /// Shows the stations, their ids, their state and the fingerprints of their keys
    List,
    /// Shuts a station out at once and for good; it hands over what it owed and wipes itself
    Revoke { id: String },
    /// What revoked stations handed over
    #[command(subcommand)]
    Quarantine(Quarantine),
}

impl Device {
    pub async fn run(self, config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
        match self {
            Device::New { name, place, again } => {
                let new = (name.unwrap_or_default(), place.unwrap_or_default());
                device_new(config, again, new, as_json).await
            }
            Device::Batch { list, file, labels, approve, name } => {
                device_batch(config, &list, (&file, labels.as_deref()), (&name, approve), as_json).await
            }
            Device::Approve { station } => approval::cli::approve(config, &station, as_json).await,
            Device::List => device_list(config, as_json).await,
            Device::Revoke { id } => device_revoke(config, &id).await,
            Device::Quarantine(act) => act.run(config, as_json).await,
        }
    }
}

/// `device new --name NAME --place PLACE`, or `device new --for ID` for a station that joins again.
async fn device_new(
    config: CentralConfig,
    again: Option<String>,
    (name, place): (String, String),
    as_json: bool,
) -> Result<u8, CentralError> {
    let office = open(config).await?;
    let answer = match again {
        Some(id) => fleet::new_code(&office, CONSOLE, &id).await.map(|code| (id, code)),
        None => fleet::new_device(&office, CONSOLE, &name, &place).await,
    };
    office.store.close().await;
    answer_of(answer.map(|(id, code)| one_time_code(&id, &code, as_json)))
}

/// `device batch LIST FILE [--labels PDF] [--approve] [--name NAME]`. Nothing is made where the list cannot be taken whole, or a
/// file is there already.
async fn device_batch(
    config: CentralConfig,
    list: &Path,
    (file, sheet): (&Path, Option<&Path>),
    (name, approve): (&str, bool),
    as_json: bool,
) -> Result<u8, CentralError> {
    let bytes = std::fs::read(list).map_err(|error| CentralError::io(list, error))?;
    let failed = |why: batch::ListFault| CentralError::Config(format!("{}: {why}", list.display()));
    let wanted = batch::read(&bytes).map_err(failed)?;
    let office = open(config).await?;
    let made = batch_files(&office, wanted, (file, sheet), name).await;
    if let (Ok(Ok(made)), true) = (&made, approve) {
        approval::beforehand::give(&office, CONSOLE, &made.id).await?;
    }
    office.store.close().await;
    let made = made?.map_err(failed)?;
    for station in &made.handed {
        let batch::Handed { name, place, serial, staff_code, pin, .. } = station;
        if as_json {
            println!("{}", serde_json::to_string(station).unwrap_or_default());
        } else {
            println!("{serial}  {name}, {place}: staff code {staff_code}, PIN {pin}");
        }
    }
    if approve {
        eprintln!(
            "Its stations are approved beforehand: whoever copies {} joins as one of them.",
            file.display()
        );
    }
    eprintln!("The codes in {} live a day. What stands above is shown this once.", file.display());
    Ok(0)
}

/// Makes the batch and writes its files. Where it is not made, none of them is left in the way of the next try.
async fn batch_files(
    office: &Office,
    wanted: Vec<batch::Wanted>,
    (file, sheet): (&Path, Option<&Path>),
    name: &str,
) -> Result<Result<batch::Made, batch::ListFault>, CentralError> {
    let mut out = new_file(file)?;
    let gone = |path: &Path| {
        if let Err(error) = std::fs::remove_file(path) {
            tracing::warn!(%error, "an empty file is left");
        }
    };
    let mut labels = sheet.map(new_file).transpose().inspect_err(|_| gone(file))?;
    let made = match batch::make(office, CONSOLE, name, wanted).await {
        Ok(Ok(made)) => made,
        other => {
            [Some(file), sheet].into_iter().flatten().for_each(gone);
            return other;
        }
    };
    keep(&mut out, batch::file(office, &made.handed)?.as_bytes(), file)?;
    if let (Some(labels), Some(sheet)) = (&mut labels, sheet) {
        keep(labels, &batch::labels(office, &made, crate::lang::Lang::Id).await?, sheet)?;
    }
    Ok(Ok(made))
}

/// A file for its owner alone, that was not there before.
pub(super) fn new_file(path: &Path) -> Result<std::fs::File, CentralError> {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    made.map_err(|error| CentralError::io(path, error))
}

pub(super) fn keep(file: &mut std::fs::File, bytes: &[u8], path: &Path) -> Result<(), CentralError> {
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| CentralError::io(path, error))
}

fn one_time_code(id: &str, code: &str, as_json: bool) -> String {
    if as_json {
        return json!({ "device_id": id, "code": code, "expires_in_s": fleet::CODE_LIFE.as_secs() })
            .to_string();
    }
    eprintln!("The code is shown this once and can be used for 24 hours.");
    format!("{id}  one-time code: {code}")
}

/// `device list`
async fn device_list(config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
    let office = open(config).await?;
    for device in fleet::devices(&office).await? {
        if as_json {
            say(&approval::cli::facts(&device).to_string());
            continue;
        }
        let state = device.standing().word();
        let keys = device.fingerprint().map_or_else(String::new, |keys| format!("  {keys}"));
        let held = match device.quarantined {
            0 => String::new(),
            count => format!("  {count} items in quarantine"),
        };
        say(&format!("{}  {state:10}  {}  ({}){keys}{held}", device.id, device.name, device.place));
    }
    office.store.close().await;
    Ok(0)
}

/// `device revoke ID`
async fn device_revoke(config: CentralConfig, id: &str) -> Result<u8, CentralError> {
    let office = open(config).await?;
    let answer = fleet::revoke(&office, CONSOLE, id).await;
    office.store.close().await;
    answer_of(answer.map(|()| format!("{id} is revoked")))
}

/// `user add NIP` and `user reset NIP`
pub(super) async fn user(
    config: CentralConfig,
    nip: &str,
    reset: bool,
    as_json: bool,
) -> Result<u8, CentralError> {
    let nip = Nip::parse(nip).map_err(|e| CentralError::Argument(format!("NIP: {e}")))?;
    let office = open(config).await?;
    let answer = accounts::new_code_for(&office, CONSOLE, nip, reset).await;
    let page = office.config.activation_page();
    office.store.close().await;
    answer_of(answer.map(|code| {
        if as_json {
            json!({ "code": code, "page": page, "expires_in_s": accounts::CODE_LIFE.as_secs() }).to_string()
        } else {
            eprintln!("The code is shown this once and can be used for 30 days, on this page:");
            format!("activation code: {code}\npage: {page}")
        }
    }))
}

/// `audit`: an answer of no where a station's chain does not hold.
pub async fn audit(config: CentralConfig, as_json: bool) -> Result<u8, CentralError> {
    let office = open(config).await?;
    let found = chain::verify(&office).await?;
    office.store.close().await;
    for broken in &found.breaks {
        if as_json {
            say(&serde_json::to_string(broken).unwrap_or_default());
        } else {
            say(&format!("{}  {}  entry {}: {}", broken.device, broken.station, broken.seq, broken.why));
        }
    }
    eprintln!("{} entries of {} stations, {} breaks", found.entries, found.stations, found.breaks.len());
    Ok(u8::from(!found.breaks.is_empty()))
}

/// The office behind a command.
pub(super) async fn open(config: CentralConfig) -> Result<Arc<Office>, CentralError> {
    let clock: SharedClock = SystemClock::shared();
    Ok(Arc::new(Office::open(config, clock).await?))
}

/// An answer of "no" is told and is no failure.
pub(super) fn answer_of(answer: Result<String, CentralError>) -> Result<u8, CentralError> {
    match answer {
        Ok(text) => {
            say(&text);
            Ok(0)
        }
        Err(CentralError::NotFound(why)) => {
            eprintln!("{why}");
            Ok(1)
        }
        Err(error) => Err(error),
    }
}

/// One line on standard output, flushed. A reader who has gone away is no reason to fail.
pub(super) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
