//! `Masuk dibantu petugas`: a clerk has seen the KTP, and says so with staff code and PIN. It lets
//! this one session in, or gives a code for a new password; nothing of the staff stays open.

use std::time::Duration;

use super::sign_in::{signed_in, type_digit};
use super::{
    CODE_LETTERS, Cx, Effect, Event, Fault, Key, PhoneSignIn, READING, Secret, SignIn, Step, Tap, Ticket,
};
use crate::person::Nip;
use crate::protocol::AssistPurpose;

/// Letters of a staff code, and the most digits of a PIN.
const STAFF_LETTERS: usize = 10;
const PIN_DIGITS: usize = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssistField {
    /// The person's, from the KTP or their letter of appointment.
    Nip,
    StaffCode,
    Pin,
}

/// A code for a new password, as the person takes it along.
#[derive(Debug)]
pub struct GivenCode {
    pub code: Secret,
    /// Where it is typed.
    pub page: String,
    until: Duration,
}

#[derive(Debug)]
pub struct Assisted {
    pub purpose: AssistPurpose,
    pub field: AssistField,
    pub nip: Secret,
    pub staff_code: Secret,
    pub pin: Secret,
    pub fault: Option<Fault>,
    pub given: Option<GivenCode>,
    waiting: Option<Ticket>,
}

/// A code for a new password as it comes from the server.
pub struct NewPassword {
    pub code: Secret,
    pub page: String,
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(..)")
    }
}

impl Assisted {
    pub(super) fn start(purpose: AssistPurpose, nip: Option<Secret>) -> Assisted {
        let known = nip.filter(|nip| Nip::parse(nip.expose()).is_ok());
        Assisted {
            purpose,
            field: if known.is_some() { AssistField::StaffCode } else { AssistField::Nip },
            nip: known.unwrap_or_default(),
            staff_code: Secret::default(),
            pin: Secret::default(),
            fault: None,
            given: None,
            waiting: None,
        }
    }

    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        if let Some(given) = &self.given {
            return match event {
                Event::Tap(Tap::Continue | Tap::Back) => Step::SignIn(SignIn::start(None)),
                Event::Tick if cx.now >= given.until => Step::Attract,
                _ => Step::Assisted(self),
            };
        }
        match event {
            Event::SignedIn(ticket, result) if self.waiting == Some(ticket) => {
                self.waiting = None;
                match result {
                    Ok(answer) => return signed_in(*answer, cx),
                    Err(fault) => self.refused(fault),
                }
            }
            Event::NewPassword(ticket, result) if self.waiting == Some(ticket) => {
                self.waiting = None;
                match result {
                    Ok(new) => {
                        self.staff_code = Secret::default();
                        self.pin = Secret::default();
                        self.given =
                            Some(GivenCode { code: new.code, page: new.page, until: cx.now + READING });
                    }
                    Err(fault) => self.refused(fault),
                }
            }
            _ if self.is_waiting() => {}
            Event::Tap(Tap::Back) => {
                self.fault = None;
                self.field = match self.field {
                    AssistField::Nip => return Step::Phone(PhoneSignIn::start(cx)),
                    AssistField::StaffCode => AssistField::Nip,
                    AssistField::Pin => AssistField::StaffCode,
                };
            }
            Event::Key(key) => self.key(key, cx),
            Event::Tap(Tap::Continue) => self.key(Key::Enter, cx),
            _ => {}
        }
        Step::Assisted(self)
    }

    /// The staff part is typed anew; what is wrong with the NIP leads back to it.
    fn refused(&mut self, fault: Fault) {
        self.fault = Some(fault);
        match fault {
            Fault::NobodyByNip => self.field = AssistField::Nip,
            // A network that failed is not the PIN's fault.
            Fault::Offline | Fault::ServerTrouble => {}
            _ => {
                self.field = AssistField::StaffCode;
                self.staff_code = Secret::default();
                self.pin = Secret::default();
            }
        }
    }

    fn key(&mut self, key: Key, cx: &mut Cx) {
        self.fault = None;
        match (self.field, key) {
            (_, Key::Focus(_)) => {}
            (AssistField::Nip, Key::Char(c)) => type_digit(&mut self.nip, c, 18),
            (AssistField::Nip, Key::Erase) => self.nip.pop(),
            (AssistField::Nip, Key::Enter) => match Nip::parse(self.nip.expose()) {
                Ok(_) => self.field = AssistField::StaffCode,
                Err(error) => self.fault = Some(Fault::Nip(error)),
            },
            (AssistField::StaffCode, Key::Char(c)) => {
                let c = c.to_ascii_uppercase();
                if CODE_LETTERS.contains(c) && self.staff_code.count() < STAFF_LETTERS {
                    self.staff_code.push(c);
                }
            }
            (AssistField::StaffCode, Key::Erase) => self.staff_code.pop(),
            (AssistField::StaffCode, Key::Enter) => {
                if self.staff_code.count() == STAFF_LETTERS {
                    self.field = AssistField::Pin;
                } else {
                    self.fault = Some(Fault::StaffCodeShape);
                }
            }
            (AssistField::Pin, Key::Char(c)) => type_digit(&mut self.pin, c, PIN_DIGITS),
            (AssistField::Pin, Key::Erase) => self.pin.pop(),
            (AssistField::Pin, Key::Enter) => self.hand_in(cx),
        }
    }

    fn hand_in(&mut self, cx: &mut Cx) {
        match Nip::parse(self.nip.expose()) {
            Ok(nip) => {
                let ticket = cx.ticket();
                self.waiting = Some(ticket);
                cx.emit(Effect::Assist {
                    ticket,
                    purpose: self.purpose,
                    nip,
                    staff_code: self.staff_code.clone(),
                    pin: self.pin.clone(),
                });
            }
            Err(error) => {
                self.field = AssistField::Nip;
                self.fault = Some(Fault::Nip(error));
            }
        }
    }
}
