//! Sign-in by phone: the screen shows a code, the person's own phone approves it.

use super::sign_in::signed_in;
use super::{Assisted, Cx, Effect, Event, Fault, SignIn, Step, Tap, Ticket};
use crate::protocol::AssistPurpose;

/// What the screen shows of an offer. The code with which the station asks is not in here.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// `XXXX-XXXX`.
    pub user_code: String,
    /// For the QR code.
    pub url: String,
    /// To be typed.
    pub page: String,
    /// Where a forgotten password is replaced.
    pub forgot_page: String,
}

impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Offer(..)")
    }
}

/// What came of an offer so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneNews {
    Offered(Offer),
    /// A phone shows the page: somebody is at it, however long the screen is not touched.
    Opened,
}

#[derive(Debug)]
pub struct PhoneSignIn {
    pub offer: Option<Offer>,
    /// A phone has the page open.
    pub opened: bool,
    pub fault: Option<Fault>,
    pub(super) ticket: Ticket,
}

impl PhoneSignIn {
    pub(super) fn start(cx: &mut Cx) -> PhoneSignIn {
        let ticket = cx.ticket();
        cx.emit(Effect::OfferSignIn { ticket });
        PhoneSignIn { offer: None, opened: false, fault: None, ticket }
    }

    /// Is the server being asked for a code at this moment?
    pub fn is_waiting(&self) -> bool {
        self.offer.is_none() && self.fault.is_none()
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::Phone(ticket, news) if ticket == self.ticket => match news {
                PhoneNews::Offered(offer) => self.offer = Some(offer),
                PhoneNews::Opened => self.opened = true,
            },
            Event::SignedIn(ticket, result) if ticket == self.ticket => match result {
                Ok(answer) => return signed_in(*answer, cx),
                // A code that grew old while somebody reads is simply another one.
                Err(Fault::PhoneExpired) => return Step::Phone(PhoneSignIn::start(cx)),
                Err(fault) => {
                    self.offer = None;
                    self.opened = false;
                    self.fault = Some(fault);
                }
            },
            Event::Tap(Tap::Back) => {
                cx.emit(Effect::WithdrawOffer);
                return Step::Choose;
            }
            Event::Tap(Tap::WithNip) => {
                cx.emit(Effect::WithdrawOffer);
                return Step::SignIn(SignIn::start(self.offer.map(|offer| offer.forgot_page)));
            }
            Event::Tap(Tap::Assisted) => {
                cx.emit(Effect::WithdrawOffer);
                return Step::Assisted(Assisted::start(AssistPurpose::SignIn, None));
            }
            Event::Tap(Tap::Continue) if self.fault.is_some() => {
                return Step::Phone(PhoneSignIn::start(cx));
            }
            _ => {}
        }
        Step::Phone(self)
    }
}
