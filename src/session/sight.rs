//! Which code a verdict belongs to, and for how long it counts once that code has left the picture.

use std::collections::BTreeSet;
use std::time::Duration;

use super::CodeText;
use crate::credential::{Code, IssuerId, Judgement, Reason, Serial, Verdict};
use crate::lang::Lang;

/// A code that was not read for this long has left the picture. A card that is held is missed for half a second at
/// most; with a tick of the session on top, the verdict is marked as past within a second.
pub const ABSENT: Duration = Duration::from_millis(800);

/// A verdict whose code left so long ago is cleared: within ten seconds, a tick included.
pub const CLEARED: Duration = Duration::from_millis(9_500);

/// A hand scanner says that a code was read and never that it is gone: the verdict counts as present for so long.
pub const HAND_PRESENT: Duration = Duration::from_secs(20);

/// A card that stays in view after somebody is done with it is not looked at again until it was away for this long.
const STILL_THERE: Duration = Duration::from_secs(3);

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// One genuine card, whichever of its sides was read.
    Card { issuer: String, serial: String },
    /// Exactly these codes, sorted: nothing better is known of them.
    Codes(Vec<CodeText>),
    /// Codes of more than one card. None of them is judged; one is asked for.
    SeveralCards,
}

impl About {
    /// `codes` are what `texts` were read as.
    pub fn of(judgement: &Judgement, codes: &[Code], texts: &[String]) -> About {
        if are_of_several(codes) || judgement.reasons.contains(&Reason::SeveralCards) {
            return About::SeveralCards;
        }
        if let Some(holder) = &judgement.holder {
            return About::card(&holder.issuer, holder.serial);
        }
        // A code of something else beside a card's does not make it another card.
        let of_cards = codes.iter().zip(texts).filter(|(code, _)| !matches!(code, Code::Other));
        let mut about: Vec<String> = of_cards.map(|(_, text)| text.clone()).collect();
        if about.is_empty() {
            about = texts.to_vec();
        }
        about.sort();
        About::Codes(about.into_iter().map(CodeText).collect())
    }

    pub fn card(issuer: &IssuerId, serial: Serial) -> About {
        About::Card { issuer: issuer.as_str().to_owned(), serial: serial.to_string() }
    }
}

/// Are these codes of more than one card? A card has one front and one back, of one serial; a link of BKN's is a card by
/// itself. A damaged code claims nothing, so beside another one nobody can say whether it is of the same card.
fn are_of_several(codes: &[Code]) -> bool {
    let (mut fronts, mut backs, mut others) = (0, 0, 0);
    let mut claims = BTreeSet::new();
    for code in codes {
        match code {
            Code::Front(front) => {
                fronts += 1;
                claims.insert((front.issuer.as_str(), front.serial.to_string()));
            }
            Code::Back(back) => {
                backs += 1;
                claims.insert((back.issuer.as_str(), back.claims.serial.to_string()));
            }
            Code::BknLink(_) | Code::Damaged => others += 1,
            Code::Other => {}
        }
    }
    claims.len() > 1 || fronts > 1 || backs > 1 || others > 1 || (others > 0 && fronts + backs > 0)
}

/// What a screen asks for where the codes in view give no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    OneCard,
    /// There is a code, and it is none of a card.
    NoCard,
}

impl Hint {
    /// What to ask for instead of showing this verdict.
    pub fn of(verdict: Verdict, about: &About) -> Option<Hint> {
        match (about, verdict) {
            (About::SeveralCards, _) => Some(Hint::OneCard),
            (_, Verdict::NoCode) => Some(Hint::NoCard),
            _ => None,
        }
    }

    pub fn sentence(self, lang: Lang) -> String {
        match self {
            Hint::OneCard => {
                let reason = Reason::SeveralCards;
                format!("{} {}", reason.sentence(lang), reason.what_to_do(lang))
            }
            Hint::NoCard => Reason::OtherCode.sentence(lang).to_owned(),
        }
    }
}

/// When the code of a verdict was read last, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Presence {
    last: Duration,
    by_hand: bool,
}

impl Presence {
    pub(super) fn before_the_camera(now: Duration) -> Presence {
        Presence { last: now, by_hand: false }
    }

    pub(super) fn by_hand(now: Duration) -> Presence {
        Presence { last: now, by_hand: true }
    }

    pub(super) fn seen(&mut self, now: Duration) {
        self.last = now;
    }

    /// The code is no longer there: what stands on the screen is of before.
    pub fn is_past(self, now: Duration) -> bool {
        now.saturating_sub(self.last) >= if self.by_hand { HAND_PRESENT } else { ABSENT }
    }

    /// What stands on the screen has to go.
    pub(super) fn is_over(self, now: Duration) -> bool {
        let more = if self.by_hand { HAND_PRESENT } else { Duration::ZERO };
        now.saturating_sub(self.last) >= CLEARED + more
    }
}

/// A card that somebody was done with while it was still in view.
#[derive(Debug)]
pub(super) struct PutAway {
    about: About,
    last: Duration,
}

impl PutAway {
    pub(super) fn new(about: About, now: Duration) -> PutAway {
        PutAway { about, last: now }
    }

    /// Is this that card, without having been away? Seen so, it goes on being so.
    pub(super) fn covers(&mut self, about: &About, now: Duration) -> bool {
        let covers = self.about == *about && now.saturating_sub(self.last) < STILL_THERE;
        if covers {
            self.last = now;
        }
        covers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::parse;

    fn about(texts: &[&str], verdict: Verdict, reasons: &[Reason]) -> About {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let codes: Vec<Code> = texts.iter().map(|text| parse(text)).collect();
        let judgement = Judgement { verdict, reasons: reasons.to_vec(), holder: None, face_webp: None };
        About::of(&judgement, &codes, &texts)
    }

    const ONE: &str = "https://asndigital.bkn.go.id/kartu?x=1";
    const TWO: &str = "https://asndigital.bkn.go.id/kartu?x=2";

    #[test]
    fn a_link_is_a_card_and_two_links_are_two() {
        let one = about(&[ONE], Verdict::Confirm, &[Reason::BknLink]);
        let two = about(&[TWO], Verdict::Confirm, &[Reason::BknLink]);
        assert_ne!(one, two);
        assert_eq!(about(&[ONE, "hello"], Verdict::Confirm, &[Reason::BknLink]), one, "a poster beside it");
        let both = about(&[ONE, TWO], Verdict::Confirm, &[Reason::BknLink]);
        assert_eq!(both, About::SeveralCards);
        assert_eq!(Hint::of(Verdict::Confirm, &both), Some(Hint::OneCard));
        assert_eq!(Hint::of(Verdict::Confirm, &one), None);
        let torn = about(&[ONE, "HTTPS://K.EXAMPLE/V/#X"], Verdict::NotGenuine, &[Reason::Damaged]);
        assert_eq!(torn, About::SeveralCards, "a damaged code may be anybody's");
    }

    #[test]
    fn one_red_code_is_not_the_other() {
        let red = |text| about(&[text], Verdict::NotGenuine, &[Reason::Damaged]);
        assert_ne!(red("HTTPS://K.EXAMPLE/V/#X"), red("HTTPS://K.EXAMPLE/V/#Y"));
        let hello = about(&["hello"], Verdict::NoCode, &[Reason::OtherCode]);
        assert_eq!(Hint::of(Verdict::NoCode, &hello), Some(Hint::NoCard));
        assert!(!format!("{hello:?}").contains("hello"), "not for logs");
    }

    #[test]
    fn a_code_that_left_is_past_within_a_second_and_gone_within_ten() {
        let ms = Duration::from_millis;
        let tick = ms(200);
        let presence = Presence::before_the_camera(ms(5_000));
        assert!(!presence.is_past(ms(5_600)), "a frame may miss it");
        assert!(presence.is_past(ms(6_000).checked_sub(tick).unwrap()) && !presence.is_over(ms(13_000)));
        assert!(presence.is_over(ms(15_000).checked_sub(tick).unwrap()));
        let presence = Presence::by_hand(ms(5_000));
        assert!(
            !presence.is_past(ms(20_000)) && presence.is_past(ms(25_000)) && presence.is_over(ms(34_500))
        );
    }
}
