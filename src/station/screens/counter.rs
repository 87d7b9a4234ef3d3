//! `Meja Petugas`: a verdict in the clerk's words, and today's visitors beside it.

use std::time::Duration;

use slint::{ComponentHandle, ModelRc, VecModel};

use super::generated::{CheckView, CounterView, Tone, VisitRow};
use super::picture::{self, Place};
use super::{App, check, fault};
use crate::lang::Lang;
use crate::person::Nip;
use crate::session::{
    Answer, Counter, Decision, DeskVerdict, Facts, Kept, NumberFinding, Seen, Typing, VisitLine,
};

/// More do not fit on any screen.
const MOST_ROWS: usize = 12;

pub fn show(app: &App, step: &Counter, lang: Lang, now: Duration) {
    let view = app.global::<CounterView>();
    view.set_number(step.number.expose().into());
    view.set_looking(step.is_looking());
    view.set_fault(fault(step.fault, lang));
    view.set_questions(i32::try_from(step.state.questions).unwrap_or(i32::MAX));
    let rows: Vec<VisitRow> =
        step.state.today.iter().take(MOST_ROWS).map(|line| visit_row(line, lang)).collect();
    super::list::set_rows(&view.get_today(), rows, |rows| view.set_today(rows));
    let hint = step.hint().map(|hint| hint.sentence(lang)).unwrap_or_default();
    app.global::<CheckView>().set_hint(hint.into());
    view.set_typing(match step.typing {
        None => 0,
        Some(Typing::Number) => 1,
        Some(Typing::Host) => 2,
    });
    // What waits while somebody types does not age.
    view.set_past(!step.is_paused() && step.answer.as_ref().is_some_and(|answer| answer.is_past(now)));
    match &step.answer {
        Some(answer) => answered(app, &view, answer, lang),
        None => blank(&view),
    }
}

pub fn forget(app: &App) {
    let view = app.global::<CounterView>();
    blank(&view);
    view.set_number("".into());
    view.set_typing(0);
    view.set_past(false);
    view.set_looking(false);
    view.set_fault(super::generated::Fault::default());
    view.set_today(ModelRc::new(VecModel::default()));
    view.set_questions(0);
}

fn answered(app: &App, view: &CounterView, answer: &Answer, lang: Lang) {
    let Some(verdict) = answer.seen.verdict() else { return blank(view) };
    let (why, what_to_do, age) = match &answer.seen {
        Seen::Card(finding) => check::sentences(finding, lang),
        Seen::Number(finding) => {
            let (why, what_to_do) = of_number(finding, lang);
            (why.to_owned(), what_to_do.to_owned(), String::new())
        }
    };
    let (name, nip, portrait) = match &answer.seen {
        Seen::Card(finding) => {
            let holder = finding.judgement.holder.as_ref();
            (holder.map(|holder| holder.name.as_str()), holder.map(|holder| holder.nip), &finding.portrait)
        }
        Seen::Number(finding) => match &**finding {
            NumberFinding::Matches { facts, portrait } => {
                (Some(facts.name.as_str()), Some(facts.nip), portrait)
            }
            NumberFinding::NoLonger { facts } => (Some(facts.name.as_str()), Some(facts.nip), &None),
            NumberFinding::NotHere => (None, None, &None),
        },
    };
    view.set_word(verdict.word(lang).into());
    view.set_why(why.into());
    view.set_what_to_do(if verdict.needs_decision() { with_ktp(lang).into() } else { what_to_do.into() });
    view.set_age(age.into());
    view.set_name(name.unwrap_or_default().into());
    view.set_nip(nip.map(Nip::grouped).unwrap_or_default().into());
    let facts = answer.seen.facts();
    let kind = nip.map(|nip| nip.kind().label()).unwrap_or_default();
    view.set_post(joined(&[kind, facts.map_or("", |facts| &facts.position)], " · ").into());
    view.set_place(facts.map(place).unwrap_or_default().into());
    match portrait {
        Some(portrait) => {
            view.set_has_portrait(true);
            if let Some(image) = picture::news(Place::Counter, portrait, super::frame::counter_room(app)) {
                view.set_portrait(image);
            }
        }
        None => without_portrait(view),
    }
    view.set_host(answer.host.expose().into());
    view.set_decides(verdict.needs_decision());
    view.set_keeping(matches!(answer.kept, Kept::Going(_)));
    view.set_kept(match answer.kept {
        Kept::Yes(decision) => kept(decision, lang).into(),
        Kept::No | Kept::Going(_) => "".into(),
    });
    view.set_tone(tone(verdict));
}

fn blank(view: &CounterView) {
    view.set_tone(Tone::None);
    view.set_word("".into());
    view.set_why("".into());
    view.set_what_to_do("".into());
    view.set_name("".into());
    view.set_nip("".into());
    view.set_post("".into());
    view.set_place("".into());
    view.set_age("".into());
    view.set_host("".into());
    view.set_kept("".into());
    view.set_decides(false);
    view.set_keeping(false);
    without_portrait(view);
}

fn without_portrait(view: &CounterView) {
    if view.get_has_portrait() {
        view.set_has_portrait(false);
        view.set_portrait(slint::Image::default());
        picture::gone(Place::Counter);
    }
}

fn place(facts: &Facts) -> String {
    joined(&[&facts.unit, &facts.body], ", ")
}

/// The parts that are not empty.
fn joined(parts: &[&str], between: &str) -> String {
    parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
}

/// A number proves nothing by itself, and the sentence says so.
fn of_number(finding: &NumberFinding, lang: Lang) -> (&'static str, &'static str) {
    match finding {
        NumberFinding::Matches { .. } => (
            lang.pick(
                "Keaslian KARPEG tidak dapat diperiksa.",
                "Whether a KARPEG is genuine cannot be checked.",
            ),
            lang.pick("Cocokkan wajah.", "Compare the face."),
        ),
        NumberFinding::NoLonger { .. } => (
            lang.pick("Kartu ini tidak berlaku lagi.", "This card is no longer in force."),
            lang.pick("Silakan dilayani sebagai tamu umum.", "Please serve the person as a general visitor."),
        ),
        NumberFinding::NotHere => (
            lang.pick(
                "Data daerah lain tidak ada di sini. Bukan berarti tidak sah.",
                "Other regions' records are not here. It does not mean that the number is not genuine.",
            ),
            "",
        ),
    }
}

/// Said only here, where the decision is written down.
fn with_ktp(lang: Lang) -> &'static str {
    lang.pick(
        "Boleh diterima dengan KTP; keputusan petugas dicatat.",
        "May be accepted with an identity card (KTP); the clerk's decision is recorded.",
    )
}

fn kept(decision: Option<Decision>, lang: Lang) -> String {
    match decision {
        Some(decision) => {
            let recorded = lang.pick("keputusan petugas dicatat.", "the clerk's decision is recorded.");
            format!("{}; {recorded}", decision.word(lang))
        }
        None => lang.pick("Tamu dicatat.", "The visitor is recorded.").to_owned(),
    }
}

fn tone(verdict: DeskVerdict) -> Tone {
    match verdict {
        DeskVerdict::Valid => Tone::Good,
        DeskVerdict::Confirm => Tone::Unsure,
        DeskVerdict::NoLongerValid => Tone::Ended,
        DeskVerdict::NotGenuine => Tone::Bad,
        DeskVerdict::NumberMatches | DeskVerdict::NumberNotHere => Tone::Plain,
    }
}

fn visit_row(line: &VisitLine, lang: Lang) -> VisitRow {
    let visit = &line.visit;
    VisitRow {
        name: super::list::visitor(visit, lang).into(),
        detail: joined(&[&line.time, &visit.host], " · ").into(),
        tone: tone(visit.verdict),
    }
}
