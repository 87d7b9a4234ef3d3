//! `Masuk`: NIP, then password.

use super::event::SignedInBox;
use super::{Cx, Effect, Event, Fault, Forgot, Key, MyCard, PhoneSignIn, Secret, Step, Tap, Ticket};
use crate::person::Nip;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field {
    #[default]
    Nip,
    Password,
}

#[derive(Debug, Default)]
pub struct SignIn {
    pub field: Field,
    /// Digits as typed so far.
    pub nip: Secret,
    pub password: Secret,
    pub fault: Option<Fault>,
    /// Where a forgotten password is replaced, if the server said so.
    forgot_page: Option<String>,
    waiting: Option<Ticket>,
}

impl SignIn {
    pub(super) fn start(forgot_page: Option<String>) -> SignIn {
        SignIn { forgot_page, ..SignIn::default() }
    }

    /// Is the server being asked at this moment?
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::SignedIn(ticket, result) if self.waiting == Some(ticket) => {
                self.waiting = None;
                match result {
                    Ok(answer) => return signed_in(*answer, cx),
                    Err(fault) => {
                        // A wrong password is typed anew; a network that failed is not its fault.
                        if matches!(fault, Fault::WrongCredentials) {
                            self.password = Secret::default();
                        }
                        self.fault = Some(fault);
                    }
                }
            }
            Event::Tap(Tap::Back) => match self.field {
                Field::Password => {
                    return Step::SignIn(SignIn { nip: self.nip, ..SignIn::start(self.forgot_page) });
                }
                Field::Nip => return Step::Phone(PhoneSignIn::start(cx)),
            },
            Event::Tap(Tap::Forgot) if !self.is_waiting() => {
                return Step::Forgot(Forgot::start(self.forgot_page, self.nip));
            }
            _ if self.is_waiting() => {}
            Event::Key(key) => self.key(key, cx),
            Event::Tap(Tap::Continue) => self.key(Key::Enter, cx),
            _ => {}
        }
        Step::SignIn(self)
    }

    fn key(&mut self, key: Key, cx: &mut Cx) {
        self.fault = None;
        match (self.field, key) {
            (_, Key::Focus(Field::Nip)) => self.field = Field::Nip,
            (Field::Nip, Key::Enter) | (_, Key::Focus(Field::Password)) => {
                match Nip::parse(self.nip.expose()) {
                    Ok(_) => self.field = Field::Password,
                    Err(error) => self.fault = Some(Fault::Nip(error)),
                }
            }
            // Spaces and other separators are pasted or scanned along; the number has none.
            (Field::Nip, Key::Char(c)) => type_digit(&mut self.nip, c, 18),
            (Field::Nip, Key::Erase) => self.nip.pop(),
            (Field::Password, Key::Char(c)) => self.password.push(c),
            (Field::Password, Key::Erase) => self.password.pop(),
            (Field::Password, Key::Enter) => self.hand_in(cx),
        }
    }

    fn hand_in(&mut self, cx: &mut Cx) {
        if self.password.is_empty() {
            self.fault = Some(Fault::PasswordMissing);
            return;
        }
        match Nip::parse(self.nip.expose()) {
            Ok(nip) => {
                let ticket = cx.ticket();
                self.waiting = Some(ticket);
                cx.emit(Effect::SignIn { ticket, nip, password: self.password.clone() });
            }
            Err(error) => {
                self.field = Field::Nip;
                self.fault = Some(Fault::Nip(error));
            }
        }
    }
}

pub(super) fn type_digit(text: &mut Secret, c: char, most: usize) {
    if c.is_ascii_digit() && text.count() < most {
        text.push(c);
    }
}

pub(super) fn signed_in(answer: SignedInBox, cx: &mut Cx) -> Step {
    let answer = answer.0;
    match (answer.refusal, answer.grant) {
        (Some(refusal), _) => Step::Refused { refusal },
        (None, Some(grant)) => Step::MyCard(Box::new(MyCard::start(
            answer.employee,
            grant,
            answer.issue,
            answer.corrections,
            cx,
        ))),
        // The server promises one of the two.
        (None, None) => Step::Trouble { fault: Fault::ServerTrouble },
    }
}
