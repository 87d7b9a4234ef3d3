//! `Periksa Kartu Tamu`: the live camera looks for a card, and the verdict fills the screen.

use std::sync::Arc;
use std::time::Duration;

use image::RgbaImage;
use jiff::civil::DateTime;

use super::wedge::{CodeText, Wedge};
use super::{Cx, Effect, Event, Facts, Role, Sound, Step, Tap, Ticket};
use crate::credential::{Judgement, Reason, Verdict};

/// How long a verdict stands before the camera looks for the next card.
pub const VERDICT_STANDS: Duration = Duration::from_secs(30);

/// How long the screen says that a code is none of a card's.
const OTHER_STANDS: Duration = Duration::from_secs(4);

/// What the desk learns about a card that was held to the camera.
#[derive(Clone)]
pub struct Finding {
    pub judgement: Judgement,
    /// The holder's face, from the back code or from the opened record.
    pub portrait: Option<Arc<RgbaImage>>,
    /// How old the status list is that was asked.
    pub status: Option<ListAge>,
    /// What the opened record says; only where staff are signed in.
    pub facts: Option<Facts>,
}

/// What a verdict says about the age of its status list, in the station's own days and hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListAge {
    pub hours: u64,
    /// When the office signed it.
    pub from: DateTime,
    /// Until when a desk relies on it.
    pub until: DateTime,
}

impl std::fmt::Debug for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Finding({:?})", self.judgement.verdict)
    }
}

/// What is heard with a verdict.
pub(super) fn sound_of(verdict: Verdict) -> Sound {
    match verdict {
        Verdict::Valid => Sound::Good,
        Verdict::Confirm | Verdict::NoLongerValid | Verdict::NoCode => Sound::Attention,
        Verdict::NotGenuine => Sound::Bad,
    }
}

#[derive(Debug)]
pub struct Check {
    ticket: Ticket,
    pub finding: Option<(Box<Finding>, Duration)>,
    /// Until when the screen says that what was shown is not a card's code.
    other_until: Option<Duration>,
    wedge: Wedge,
}

impl Check {
    pub(super) fn start(cx: &mut Cx) -> Check {
        let ticket = cx.ticket();
        cx.emit(Effect::OpenCamera { ticket, role: Role::Scan });
        Check { ticket, finding: None, other_until: None, wedge: Wedge::default() }
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::Scanned(ticket, finding) if ticket == self.ticket => {
                if finding.judgement.reasons.contains(&Reason::OtherCode) {
                    self.other_until = Some(cx.now + OTHER_STANDS);
                }
                // The same card seen again says nothing new; turned round it may show a face.
                if finding.judgement.verdict == Verdict::NoCode || !self.is_news(&finding) {
                    return Step::Check(self);
                }
                self.other_until = None;
                cx.emit(Effect::Sound(sound_of(finding.judgement.verdict)));
                self.finding = Some((finding, cx.now));
            }
            // A hand scanner types what it read.
            Event::Key(key) => {
                if let Some(text) = self.wedge.key(key, cx.now) {
                    cx.emit(Effect::Look { ticket: self.ticket, text: CodeText(text) });
                }
            }
            Event::Tap(Tap::Continue) => self.finding = None,
            Event::Tick if self.has_stood_long(cx.now) => self.finding = None,
            Event::Tap(Tap::Back) => {
                cx.emit(Effect::CloseCameras);
                return Step::Choose;
            }
            _ => {}
        }
        Step::Check(self)
    }

    /// Was the last code shown none of a card?
    pub fn says_other(&self, now: Duration) -> bool {
        self.finding.is_none() && self.other_until.is_some_and(|until| now < until)
    }

    fn has_stood_long(&self, now: Duration) -> bool {
        self.finding.as_ref().is_some_and(|(_, since)| now.saturating_sub(*since) >= VERDICT_STANDS)
    }

    fn is_news(&self, finding: &Finding) -> bool {
        let Some((shown, _)) = &self.finding else { return true };
        let serial = |finding: &Finding| finding.judgement.holder.as_ref().map(|holder| holder.serial);
        serial(shown) != serial(finding)
            || shown.judgement.verdict != finding.judgement.verdict
            || (shown.portrait.is_none() && finding.portrait.is_some())
    }
}
