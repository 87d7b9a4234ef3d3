//! How a station was left by its technician, as a small block of its line.

use jiff::tz::Offset;
use maud::{Markup, html};

use crate::lang::Lang;
use crate::protocol::Commissioning;

pub fn shown(report: &Commissioning, here: Offset, lang: Lang) -> Markup {
    let amiss: Vec<_> = report.parts.iter().filter(|part| part.verdict != "well").collect();
    let day = here.to_datetime(report.at).strftime("%d-%m-%Y %H.%M").to_string();
    let facts = [
        (lang.pick("Papan", "Board"), report.board.clone()),
        (lang.pick("Layar", "Display"), screen(report, lang)),
        (
            lang.pick("Sentuhan", "Touch"),
            lang.pick(
                if report.touch_checked { "diperiksa, tepat" } else { "belum diperiksa" },
                if report.touch_checked { "checked, right" } else { "not checked" },
            )
            .to_owned(),
        ),
        (lang.pick("Kamera", "Camera"), report.camera.clone()),
        (lang.pick("Pencetak", "Printer"), report.printer.clone().unwrap_or_else(|| "–".into())),
        (lang.pick("Latar kosong", "Empty backdrop"), plates(report)),
        (
            lang.pick("Jam", "Clock"),
            lang.pick(
                if report.clock_trusted { "dipastikan" } else { "belum dipastikan" },
                if report.clock_trusted { "confirmed" } else { "not confirmed" },
            )
            .to_owned(),
        ),
        (lang.pick("Versi", "Version"), report.version.clone()),
    ];
    html! {
        details.commissioned {
            summary {
                (lang.pick("Dipasang ", "Set up ")) (day)
                @if !amiss.is_empty() { " · " (amiss.len()) " " (lang.pick("perlu dilihat", "to look at")) }
            }
            ul {
                @for (name, value) in &facts { li { (name) ": " (value) } }
                // The doctor's own words, which are a technician's.
                @for part in &amiss { li.amiss { (part.part) ": " (part.said) } }
            }
        }
    }
}

fn screen(report: &Commissioning, lang: Lang) -> String {
    let (width, height) = report.display;
    match report.turn {
        0 => format!("{width} × {height}"),
        turn => format!("{width} × {height}, {} {turn}°", lang.pick("diputar", "turned by")),
    }
}

fn plates(report: &Commissioning) -> String {
    if report.plates.is_empty() { "–".into() } else { report.plates.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::commissioning::tests::report;

    #[test]
    fn what_is_amiss_stands_in_the_first_line_and_nothing_comes_through_unescaped() {
        let mut told = report("2026-03-02T03:24:00Z".parse().unwrap());
        told.camera = "<b>".into();
        let page = |lang| shown(&told, Offset::from_hours(7).unwrap(), lang).into_string();
        let said = page(Lang::Id);
        assert!(said.contains("Dipasang 02-03-2026 10.24 · 1 perlu dilihat"), "{said}");
        assert!(said.contains("720 × 1280, diputar 90°") && said.contains("backdrop: the light changed"));
        assert!(!said.contains("<b>"), "{said}");
        assert!(page(Lang::En).contains("Set up 02-03-2026 10.24 · 1 to look at"));
    }
}
