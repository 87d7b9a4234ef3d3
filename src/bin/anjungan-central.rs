//! `anjungan-central`: the central server and its commands. Arguments in, exit code out.

use std::process::ExitCode;

use anjungan::central::cli::{Cli, Command};
use anjungan::central::{
    CentralConfig, CentralError, Flags, commands, key_command, staff_command, trust_command,
};
use anjungan::privileges::{Keep, become_owner_of};
use clap::Parser as _;
use tracing_subscriber::EnvFilter;

/// How `serve` ends for anything but its configuration: a database or a port that may be there in a moment. The
/// unit starts it again.
const NOT_NOW: u8 = 3;

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
