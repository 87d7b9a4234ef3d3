//! `Periksa Kartu Tamu`: the live picture, then a verdict in words.

use std::time::Duration;

use jiff::civil::DateTime;
use slint::ComponentHandle;

use super::App;
use super::generated::{CheckView, Finding as Tone};
use super::picture::{self, Place};
use crate::credential::{Reason, Verdict};
use crate::lang::Lang;
use crate::session::{Check, Finding, ListAge, Shown};

pub fn show(app: &App, step: &Check, lang: Lang, now: Duration) {
    let view = app.global::<CheckView>();
    view.set_hint(step.hint().map(|hint| hint.sentence(lang)).unwrap_or_default().into());
    let Some(Shown { finding, presence }) = &step.shown else {
        blank(&view);
        return;
    };
    view.set_past(presence.is_past(now));
    let judgement = &finding.judgement;
    view.set_word(judgement.verdict.word(lang).into());
    let (why, what_to_do, age) = sentences(finding, lang);
    view.set_why(why.into());
    view.set_what_to_do(what_to_do.into());
    let holder = judgement.holder.as_ref().filter(|_| names_its_holder(judgement.verdict));
    view.set_name(holder.map_or("", |holder| holder.name.as_str()).into());
    view.set_nip(holder.map(|holder| holder.nip.grouped()).unwrap_or_default().into());
    view.set_age(holder.map(|_| age).unwrap_or_default().into());
    let short = finding.status.filter(|_| holder.is_some()).map(|status| age_short(status, lang));
    view.set_age_short(short.unwrap_or_default().into());
    match finding.portrait.as_ref().filter(|_| holder.is_some()) {
        Some(portrait) => {
            view.set_has_portrait(true);
            let room = super::frame::portrait_room(app);
            if let Some(image) = picture::news(Place::Portrait, portrait, room) {
                view.set_portrait(image);
            }
        }
        None => without_portrait(&view),
    }
    view.set_finding(match judgement.verdict {
        Verdict::Valid => Tone::Valid,
        Verdict::Confirm => Tone::Confirm,
        Verdict::NoLongerValid => Tone::NoLongerValid,
        Verdict::NotGenuine => Tone::NotGenuine,
        Verdict::NoCode => Tone::None,
    });
}

pub fn forget(app: &App) {
    let view = app.global::<CheckView>();
    blank(&view);
    view.set_hint("".into());
    view.set_seen(false);
    view.set_frame(slint::Image::default());
}

fn blank(view: &CheckView) {
    view.set_finding(Tone::None);
    view.set_past(false);
    view.set_word("".into());
    view.set_why("".into());
    view.set_what_to_do("".into());
    view.set_name("".into());
    view.set_nip("".into());
    view.set_age("".into());
    view.set_age_short("".into());
    without_portrait(view);
}

fn without_portrait(view: &CheckView) {
    if view.get_has_portrait() {
        view.set_has_portrait(false);
        view.set_portrait(slint::Image::default());
        picture::gone(Place::Portrait);
    }
}

/// A card that counts for nothing here says nothing about a person.
fn names_its_holder(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Valid | Verdict::Confirm)
}

/// Why, in at most two sentences; what to do; and how old the status list is.
pub(super) fn sentences(finding: &Finding, lang: Lang) -> (String, String, String) {
    let judgement = &finding.judgement;
    let why =
        judgement.reasons.iter().take(2).map(|reason| reason.sentence(lang)).collect::<Vec<_>>().join(" ");
    let what_to_do = match judgement.reasons.first() {
        // A face on the screen proves nothing until somebody compares it.
        _ if finding.portrait.is_some() && judgement.verdict == Verdict::Valid => {
            lang.pick("Cocokkan wajah dengan foto ini.", "Compare the face with this photo.")
        }
        // What has to be done comes before what may be.
        Some(_) if judgement.reasons.contains(&Reason::CompareTheFace) => {
            Reason::CompareTheFace.what_to_do(lang)
        }
        Some(reason) => reason.what_to_do(lang),
        None if judgement.verdict == Verdict::Valid => Reason::CompareTheFace.what_to_do(lang),
        None => "",
    };
    let age = finding.status.map(|status| age(status, lang)).unwrap_or_default();
    (why, what_to_do.to_owned(), age)
}

/// From when the status list is that was asked, and until when a desk relies on it.
fn age(status: ListAge, lang: Lang) -> String {
    let (from, until) = (moment(status.from, lang), moment(status.until, lang));
    match lang {
        Lang::Id => format!("Daftar status dari {from}, berlaku sampai {until}."),
        Lang::En => format!("Status list of {from}, good until {until}."),
    }
}

/// The same in days, for the smallest screen.
fn age_short(status: ListAge, lang: Lang) -> String {
    // `10 Maret 2026` without the year, and the month in three letters.
    let day = |at: DateTime| {
        let date = lang.long_date(at.date());
        let mut words = date.split(' ');
        let (day, month) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        format!("{day} {}", month.chars().take(3).collect::<String>())
    };
    let (from, until, year) = (day(status.from), day(status.until), status.until.year());
    match lang {
        Lang::Id => format!("Daftar status {from} – {until} {year}"),
        Lang::En => format!("Status list {from} – {until} {year}"),
    }
}

/// `10 Maret 2026 pukul 09.05`
fn moment(at: DateTime, lang: Lang) -> String {
    let day = lang.long_date(at.date());
    let (hour, minute) = (at.hour(), at.minute());
    match lang {
        Lang::Id => format!("{day} pukul {hour:02}.{minute:02}"),
        Lang::En => format!("{day} at {hour:02}:{minute:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_age_of_a_list_is_said_in_days_people_know() {
        let status = ListAge {
            hours: 4,
            from: date(2026, 3, 10).at(9, 5, 0, 0),
            until: date(2026, 3, 17).at(9, 5, 0, 0),
        };
        assert_eq!(
            age(status, Lang::Id),
            "Daftar status dari 10 Maret 2026 pukul 09.05, berlaku sampai 17 Maret 2026 pukul 09.05."
        );
        assert_eq!(
            age(status, Lang::En),
            "Status list of 10 March 2026 at 09:05, good until 17 March 2026 at 09:05."
        );
    }
}
