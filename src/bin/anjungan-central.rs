//! `anjungan-central`: the central server and its commands. Arguments in, exit code out.

use std::path::PathBuf;
use std::process::ExitCode;

use anjungan::central::{
    CentralConfig, CentralError, ClientCommand, ClockCommand, Flags, KeyCommand, StaffCommand, TrustCommand,
    commands, key_command, staff_command, trust_command,
};
use anjungan::privileges::{Keep, become_owner_of};
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// How `serve` ends for anything but its configuration: a database or a port that may be there in a moment. The
/// unit starts it again.
const NOT_NOW: u8 = 3;

/// The central server of an office or a region: employees, cards, stations.
///
/// Without --config it reads central.toml in the folder of --data, then /etc/anjungan/central.toml. Host, return_to
/// and the issuer's id and name must be set there. Run by root, it acts as the user that the data folder belongs to.
/// `sample` writes a made-up office into an empty data folder.
#[derive(Parser)]
#[command(name = "anjungan-central", version, about)]
struct Cli {
    #[command(flatten)]
    office: OfficeArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct OfficeArgs {
    /// Configuration file (TOML); without it, central.toml in the folder of --data, then /etc/anjungan/central.toml
    #[arg(long, global = true, env = "ANJUNGAN_CENTRAL_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of database, keys and photos; over the file's
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// The address that stands in the codes; over the file's
    #[arg(long, global = true)]
    host: Option<String>,
    /// Facts as JSON, one object a line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Answers stations and phones until it is stopped
    Serve {
        /// Address and port; port 0 takes a free one
        #[arg(long)]
        listen: Option<String>,
    },
    /// Takes employees from a list (CSV or XLSX); every bad row is told with its line and reason
    Import(commands::Import),
    /// Says what taking the last list back would do, and does it with --yes
    ImportUndo(commands::ImportUndo),
    /// Writes the registry into a CSV file that `import` reads back
    Export { file: PathBuf },
    /// Puts in people who do not exist, for a demonstration; into an empty data folder, an office too
    Sample(commands::Sample),
    /// Looks through the configuration, and starts nothing
    Check,
    /// Deletes what is older than the configuration keeps; the server does so itself once a day
    Retention(commands::Retention),
    /// Writes database, photos and configuration into one file (tar), also while the server runs
    Backup {
        file: PathBuf,
        /// The server's keys too; keep such a file as you keep the keys
        #[arg(long)]
        keys: bool,
    },
    /// Puts a backup into a data folder in which no server was yet
    Restore { file: PathBuf },
    /// Stations: make room for one, see them, shut one out
    #[command(subcommand)]
    Device(commands::Device),
    /// Accounts of employees
    #[command(subcommand)]
    User(commands::User),
    /// The server's keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// The list of issuers that stations trust, and its root
    #[command(subcommand)]
    Trust(TrustCommand),
    /// Cards: one person's, and what becomes of one
    #[command(subcommand)]
    Issue(commands::Issue),
    /// Who works with the office's pages
    #[command(subcommand)]
    Staff(StaffCommand),
    /// Keys of other systems, for the API
    #[command(subcommand)]
    Client(ClientCommand),
    /// What people reported as wrong in their data
    #[command(subcommand)]
    Corrections(commands::Corrections),
    /// Who of a unit has no card yet, as a PDF for its head
    Report(commands::Report),
    /// The server's clock: see it, confirm it, let stations take back a time that was wrong
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Walks the stations' chains of who looked at whom; 1: one does not hold
    Audit,
    /// Writes manual pages and shell completions; for whoever makes packages
    #[command(hide = true)]
    Pages { folder: PathBuf },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("ANJUNGAN_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    run(cli).unwrap_or_else(|error| {
        eprintln!("anjungan-central: {error:#}");
        ExitCode::from(2)
    })
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    if let Command::Pages { folder } = &cli.command {
        anjungan::manual::write(<Cli as clap::CommandFactory>::command(), folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    let flags = Flags { config: cli.office.config, data: cli.office.data, host: cli.office.host };
    let config = CentralConfig::load(&flags)?;
    // Before the runtime starts its threads: capabilities are a thread's own.
    let keep = if matches!(cli.command, Command::Serve { .. }) { Keep::Nothing } else { Keep::Files };
    become_owner_of(&config.data, keep)?;
    let config = match cli.command {
        Command::Sample(_) => CentralConfig::load_or_make_up(&flags)?,
        _ => config,
    };
    let json = cli.office.json;
    tokio::runtime::Runtime::new()?.block_on(carry_out(cli.command, config, json))
}

async fn carry_out(command: Command, config: CentralConfig, json: bool) -> anyhow::Result<ExitCode> {
    Ok(ExitCode::from(match command {
        Command::Serve { listen } => match commands::run(config, listen).await {
            Ok(code) => code,
            // Trying again changes nothing: the unit stays down until somebody has corrected the file.
            Err(error @ CentralError::Config(_)) => return Err(error.into()),
            Err(error) => {
                eprintln!("anjungan-central: {error}");
                NOT_NOW
            }
        },
        Command::Import(import) => {
            let what = format!("import {}", import.file().display());
            import.run(config, json).await.map_err(|e| anyhow::Error::from(e).context(what))?
        }
        Command::ImportUndo(act) => act.run(config, json).await?,
        Command::Export { file } => commands::export(config, &file).await?,
        Command::Sample(sample) => sample.run(config).await?,
        Command::Check => commands::check(&config)?,
        Command::Retention(act) => act.run(config, json).await?,
        Command::Backup { file, keys } => commands::backup(config, &file, keys, json).await?,
        Command::Restore { file } => commands::restore(&config, &file, json).await?,
        Command::Device(act) => act.run(config, json).await?,
        Command::User(act) => act.run(config, json).await?,
        Command::Issue(act) => act.run(config, json).await?,
        Command::Staff(command) => staff_command(config, command, json).await?,
        Command::Client(command) => command.run(config, json).await?,
        Command::Corrections(act) => act.run(config, json).await?,
        Command::Key(command) => key_command(config, command, json).await?,
        Command::Trust(command) => trust_command(config, command).await?,
        Command::Report(report) => report.run(config, json).await?,
        Command::Clock(command) => command.run(config, json).await?,
        Command::Audit => commands::audit(config, json).await?,
        Command::Pages { .. } => unreachable!("written above, without a configuration"),
    }))
}
