//! The arguments of `anjungan-central`: every command, and what all of them take.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{ClientCommand, ClockCommand, KeyCommand, StaffCommand, TrustCommand, commands};

/// The central server of an office or a region: employees, cards, stations.
///
/// Without --config it reads central.toml in the folder of --data, then /etc/anjungan/central.toml. Host, return_to
/// and the issuer's id and name must be set there. Run by root, it acts as the user that the data folder belongs to.
/// `sample` writes a made-up office into an empty data folder.
#[derive(Parser)]
#[command(name = "anjungan-central", version, about)]
pub struct Cli {
    #[command(flatten)]
    pub office: OfficeArgs,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args)]
pub struct OfficeArgs {
    /// Configuration file (TOML); without it, central.toml in the folder of --data, then /etc/anjungan/central.toml
    #[arg(long, global = true, env = "ANJUNGAN_CENTRAL_CONFIG")]
    pub config: Option<PathBuf>,
    /// Folder of database, keys and photos; over the file's
    #[arg(long, global = true)]
    pub data: Option<PathBuf>,
    /// The address that stands in the codes; over the file's
    #[arg(long, global = true)]
    pub host: Option<String>,
    /// Facts as JSON, one object a line
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Subcommand)]
pub enum Command {
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
