//! How a station is, in words: what is amiss first and marked, the rest in one quiet line.

use maud::{Markup, html};

use crate::central::condition::{Condition, Part};
use crate::lang::Lang;
use crate::protocol::{PaperState, PartState, StationState};

/// A report older than this says how the station was, not how it is.
const OLD_S: i64 = 20 * 60;

pub fn shown(condition: Option<&Condition>, now: i64, lang: Lang) -> Markup {
    let Some(condition) = condition else {
        return html! { span.quiet { (lang.pick("Belum melapor", "Has not reported yet")) } };
    };
    let state = &condition.state;
    let amiss: Vec<_> = Part::ALL.into_iter().filter(|part| part.amiss(state)).collect();
    let fine = Part::ALL.into_iter().filter(|part| !amiss.contains(part)).map(|part| word(part, state, lang));
    let mut quiet: Vec<String> = fine.flatten().collect();
    if state.outbox > 0 {
        quiet.push(format!("{} {}", state.outbox, lang.pick("menunggu dikirim", "wait to be sent")));
    }
    if !state.screen_on {
        quiet.push(lang.pick("layar mati", "screen off").to_owned());
    }
    html! {
        ul.condition {
            @for part in &amiss { @if let Some(word) = word(*part, state, lang) { li.amiss { (word) } } }
            @if state.parked > 0 {
                li.amiss { (state.parked) " " (lang.pick("ditolak server, perlu dilihat", "rejected by the server, to be looked at")) }
            }
            @if !quiet.is_empty() { li { (quiet.join(" · ")) } }
            li.quiet {
                (lang.pick("Laporan ", "Report ")) (age(now - condition.at, lang))
                @if now - condition.at > OLD_S { " " (lang.pick("– mungkin tidak berlaku lagi", "– may no longer hold")) }
            }
        }
    }
}

/// What a report says of one part. `None`: the station has no such part, or says nothing of it.
fn word(part: Part, state: &StationState, lang: Lang) -> Option<String> {
    let device = |name: &str, part| match part {
        PartState::Ready => Some(format!("{name} {}", lang.pick("siap", "ready"))),
        PartState::Faulty => Some(format!("{name} {}", lang.pick("terganggu", "has a fault"))),
        PartState::Away => Some(format!("{name} {}", lang.pick("tidak menjawab", "does not answer"))),
        PartState::None | PartState::Unknown => None,
    };
    match part {
        Part::Camera => device(lang.pick("kamera", "camera"), state.camera),
        Part::Printer => device(lang.pick("printer", "printer"), state.printer),
        Part::Paper => match state.paper {
            PaperState::Enough => Some(lang.pick("kertas cukup", "enough paper").into()),
            PaperState::Low => Some(lang.pick("kertas hampir habis", "paper runs low").into()),
            PaperState::Out => Some(lang.pick("kertas habis", "out of paper").into()),
            PaperState::Unknown => None,
        },
        Part::Disk => {
            let free = state.disk_free_mib?;
            let size = if free < 1024 { format!("{free} MiB") } else { format!("{} GiB", free / 1024) };
            Some(format!("{} {size}", lang.pick("ruang disk", "free disk")))
        }
        Part::Clock if state.clock_trusted => Some(lang.pick("jam benar", "clock right").into()),
        Part::Clock => Some(lang.pick("jam belum dipercaya", "clock not trusted").into()),
    }
}

/// How long ago, as people say it.
pub fn age(seconds: i64, lang: Lang) -> String {
    let (count, id, en) = match seconds.max(0) {
        ..60 => return lang.pick("baru saja", "just now").to_owned(),
        s @ 60..3600 => (s / 60, "menit lalu", "min ago"),
        s @ 3600..86_400 => (s / 3600, "jam lalu", "h ago"),
        s => (s / 86_400, "hari lalu", "days ago"),
    };
    format!("{count} {}", lang.pick(id, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_amiss_comes_first_and_marked() {
        let state = StationState {
            version: "1".into(),
            camera: PartState::None,
            printer: PartState::Away,
            paper: PaperState::Unknown,
            disk_free_mib: Some(499),
            clock_trusted: true,
            outbox: 2,
            parked: 1,
            screen_on: false,
        };
        let page = |now| shown(Some(&Condition { at: 0, state: state.clone() }), now, Lang::Id).into_string();
        let text = page(120);
        let at = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word}: {text}"));
        assert!(at("printer tidak menjawab") < at("ruang disk 499 MiB"));
        assert!(at("1 ditolak server") < at("jam benar · 2 menunggu dikirim · layar mati"));
        assert!(text.contains("2 menit lalu") && !text.contains("kamera") && !text.contains("kertas"));
        assert!(!text.contains("mungkin") && page(7200).contains("mungkin tidak berlaku lagi"));
    }
}
