//! A receipt printer that is not there, for the bench: listens on a port and does what it is told on standard input.
//!
//! `cargo run --example escpos_printer -- 9100`, then `paper 500` (rows left), `paper-out`, `cover`, `offline`, `hot`, `jam`,
//! `hang`, `unplug`, `power-off`, `mend`, `slips`, `save FOLDER` (the slips as pictures), `quit`.

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
            Some("save") => {
                let folder = std::path::PathBuf::from(words.next().unwrap_or("."));
                for (number, piece) in printer.pieces().iter().enumerate() {
                    save(&folder.join(format!("slip-{}.png", number + 1)), piece.inked())?;
                }
                println!("saved");
                continue;
            }
            Some("quit") => return Ok(()),
            _ => {
                eprintln!(
                    "paper ROWS, paper-out, cover, offline, hot, jam, hang, unplug, power-off, mend, slips, save FOLDER, quit"
                );
                continue;
            }
        };
        printer.break_down(trouble);
    }
    Ok(())
}

/// A piece of paper as a picture, eight dots a byte.
fn save(path: &std::path::Path, rows: &[Vec<u8>]) -> std::io::Result<()> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0) as u32 * 8;
    let picture = image::GrayImage::from_fn(width.max(1), (rows.len() as u32).max(1), |x, y| {
        let byte = rows.get(y as usize).and_then(|row| row.get(x as usize / 8)).copied().unwrap_or(0);
        image::Luma([if byte & (0x80 >> (x % 8)) == 0 { 255 } else { 0 }])
    });
    picture.save(path).map_err(std::io::Error::other)
}
