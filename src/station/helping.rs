//! Station: what goes on beside the person's way while they need help: the code for the phone, which
//! is asked about every few seconds, and a call for staff, which is followed. A thread of its own,
//! so that no sign-in waits behind it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::engine::post;
use super::faults::of_sync;
use crate::clock::Clock;
use crate::protocol::{CallState, SignInAnswer};
use crate::session::{Event, Fault, Offer, PhoneNews, SignedInBox, Ticket};
use crate::sync::{Desk, SyncError};

/// How often a call is looked after.
const FOLLOW: Duration = Duration::from_secs(2);
/// A call that the server does not answer for is given up after so many questions.
const LOST_AFTER: u32 = 5;

pub enum HelpOrder {
    OfferSignIn(Ticket),
    /// Another way was taken, or the visit is over.
    WithdrawOffer,
    CallStaff(Ticket),
    /// Whoever called has gone: nobody here follows the call any more. It goes on at the desk.
    Forget,
}

/// A code that stands on the screen.
struct Offering {
    ticket: Ticket,
    device_code: String,
    interval: Duration,
    ask_at: Duration,
    /// The line was cut at the last question; the code may still be good.
    failures: u32,
}

/// A call under way.
struct Calling {
    ticket: Ticket,
    id: String,
    look_at: Duration,
    failures: u32,
}

pub struct HelpLoop<C> {
    pub desk: Result<Desk, Fault>,
    pub orders: Receiver<HelpOrder>,
    pub clock: Arc<C>,
    offering: Option<Offering>,
    calling: Option<Calling>,
}

impl<C: Clock> HelpLoop<C> {
    pub fn new(desk: Result<Desk, Fault>, orders: Receiver<HelpOrder>, clock: Arc<C>) -> HelpLoop<C> {
        HelpLoop { desk, orders, clock, offering: None, calling: None }
    }

    /// Runs until the other end is let go.
    pub fn run(mut self) {
        loop {
            let order = match self.due_in() {
                None => self.orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(wait) => self.orders.recv_timeout(wait),
            };
            match order {
                Ok(order) => self.take(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.ask();
            self.follow();
        }
        self.withdraw();
    }

    fn due_in(&self) -> Option<Duration> {
        let asked = self.offering.as_ref().map(|offering| offering.ask_at);
        let followed = self.calling.as_ref().map(|calling| calling.look_at);
        let next = asked.into_iter().chain(followed).min()?;
        Some(next.saturating_sub(self.clock.monotonic()))
    }

    #[allow(clippy::needless_pass_by_value, reason = "an order is spent")]
    fn take(&mut self, order: HelpOrder) {
        match order {
            HelpOrder::OfferSignIn(ticket) => {
                self.withdraw();
                self.offer(ticket);
            }
            HelpOrder::WithdrawOffer => self.withdraw(),
            HelpOrder::CallStaff(ticket) => self.call(ticket),
            HelpOrder::Forget => {
                self.withdraw();
                self.calling = None;
            }
        }
    }

    fn offer(&mut self, ticket: Ticket) {
        match self.on(Desk::offer_sign_in) {
            Ok(offer) => {
                let interval = Duration::from_secs(offer.interval_s.clamp(1, 60));
                self.offering = Some(Offering {
                    ticket,
                    device_code: offer.device_code,
                    interval,
                    ask_at: self.clock.monotonic() + interval,
                    failures: 0,
                });
                let shown = Offer {
                    user_code: offer.user_code,
                    url: offer.url,
                    page: offer.page,
                    forgot_page: offer.forgot_page,
                };
                post(Event::Phone(ticket, PhoneNews::Offered(shown)));
            }
            Err(fault) => post(Event::SignedIn(ticket, Err(fault))),
        }
    }

    /// Nobody can approve it any more. If the server cannot be told, the code ends by itself.
    fn withdraw(&mut self) {
        if let (Some(offering), Ok(desk)) = (self.offering.take(), &self.desk)
            && let Err(error) = desk.withdraw_sign_in(&offering.device_code)
        {
            tracing::debug!(%error, "a code for the phone is not withdrawn");
        }
    }

    fn ask(&mut self) {
        let now = self.clock.monotonic();
        let Some(offering) = self.offering.as_mut().filter(|offering| now >= offering.ask_at) else { return };
        let Ok(desk) = &self.desk else { return };
        let answer = desk.ask_sign_in(&offering.device_code);
        let ticket = offering.ticket;
        offering.ask_at = self.clock.monotonic() + offering.interval;
        let end = match answer {
            Ok(SignInAnswer::AuthorizationPending { opened }) => {
                offering.failures = 0;
                if opened {
                    post(Event::Phone(ticket, PhoneNews::Opened));
                }
                return;
            }
            Ok(SignInAnswer::SlowDown { interval_s }) => {
                offering.interval = Duration::from_secs(interval_s.clamp(5, 120));
                offering.ask_at = self.clock.monotonic() + offering.interval;
                return;
            }
            Ok(SignInAnswer::SignedIn(answer)) => Ok(Box::new(SignedInBox(*answer))),
            Ok(SignInAnswer::AccessDenied) => Err(Fault::PhoneDenied),
            Ok(SignInAnswer::ExpiredToken) => Err(Fault::PhoneExpired),
            Err(error) => {
                // RFC 8628, section 3.5: after a connection that failed, ask less often.
                offering.failures += 1;
                offering.ask_at += offering.interval * offering.failures.min(4);
                let unheard = matches!(
                    error,
                    SyncError::Unreachable(_) | SyncError::TimedOut(_) | SyncError::BrokeOff(_)
                );
                if unheard && offering.failures < 3 {
                    return;
                }
                Err(of_sync(&error))
            }
        };
        self.offering = None;
        post(Event::SignedIn(ticket, end));
    }

    fn call(&mut self, ticket: Ticket) {
        match self.on(Desk::call_staff) {
            Ok(call) => {
                post(Event::Call(ticket, Ok((call.state, call.desks))));
                let look_at = self.clock.monotonic() + FOLLOW;
                self.calling = Some(Calling { ticket, id: call.id, look_at, failures: 0 });
            }
            Err(fault) => post(Event::Call(ticket, Err(fault))),
        }
    }

    fn follow(&mut self) {
        let now = self.clock.monotonic();
        let Some(calling) = self.calling.as_mut().filter(|calling| now >= calling.look_at) else { return };
        let Ok(desk) = &self.desk else { return };
        let answer = desk.look_call(&calling.id);
        calling.look_at = self.clock.monotonic() + FOLLOW;
        match answer {
            Ok(call) => {
                calling.failures = 0;
                post(Event::Call(calling.ticket, Ok((call.state, call.desks))));
                if call.state == CallState::Ended {
                    self.calling = None;
                }
            }
            Err(error) => {
                calling.failures += 1;
                if calling.failures >= LOST_AFTER {
                    post(Event::Call(calling.ticket, Err(of_sync(&error))));
                    self.calling = None;
                }
            }
        }
    }

    fn on<T>(&self, call: impl FnOnce(&Desk) -> Result<T, SyncError>) -> Result<T, Fault> {
        match &self.desk {
            Ok(desk) => call(desk).map_err(|error| of_sync(&error)),
            Err(fault) => Err(*fault),
        }
    }
}
