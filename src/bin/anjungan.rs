//! The station: the screen at the desk, and the technician's commands.

use std::process::ExitCode;

use anjungan::clock::SystemClock;
use anjungan::station::commands::{Answer, Cli};
use clap::Parser;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let filter =
        EnvFilter::try_from_env("ANJUNGAN_LOG").unwrap_or_else(|_| EnvFilter::new("warn,anjungan=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    // Misuse exits with 2, which is also what clap does by itself.
    match Cli::parse().run(&SystemClock::shared()) {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(error) => {
            eprintln!("anjungan: {error}");
            ExitCode::from(2)
        }
    }
}
