//! A receipt printer that is not there, for the bench: listens on a port and does what it is told on standard input.
//!
//! `cargo run --example escpos_printer -- 9100`, then `paper 500` (rows left), `paper-out`, `cover`, `offline`, `hot`, `jam`,
//! `hang`, `unplug`, `power-off`, `mend`, `slips`, `quit`.

use anjungan::printing::simulated::{SimulatedPrinter, Trouble};
use std::io::BufRead;

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(9100);
    let printer = SimulatedPrinter::start(port, true)?;
    println!("{}", printer.uri(""));
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut words = line.split_whitespace();
        let trouble = match words.next() {
            Some("paper-out") => Trouble::PaperOut,
            Some("cover") => Trouble::CoverOpen,
            Some("offline") => Trouble::Offline,
            Some("hot") => Trouble::HeadHot,
            Some("jam") => Trouble::CutterJam,
            Some("hang") => Trouble::Hangs,
            Some("unplug") => Trouble::Unplugged,
            Some("power-off") => Trouble::NoPower,
            Some("paper") => {
                let rows = words.next().and_then(|text| text.parse().ok()).unwrap_or(0);
                printer.with(|machine| machine.set_paper(rows));
                continue;
            }
            Some("mend") => {
                printer.mend();
                continue;
            }
            Some("slips") => {
                println!("{}", printer.pieces().len());
                continue;
            }
            Some("quit") => return Ok(()),
            _ => {
                eprintln!(
                    "paper ROWS, paper-out, cover, offline, hot, jam, hang, unplug, power-off, mend, slips, quit"
                );
                continue;
            }
        };
        printer.break_down(trouble);
    }
    Ok(())
}
