//! Staff sign in: the code that they carry, then their PIN. Works without a network.

use super::pick_up::CODE_LETTERS;
use super::{Cx, Effect, Event, Fault, Key, Secret, StaffGoal, Step, Tap, Ticket};

/// Letters in a staff code, as it is typed.
pub const STAFF_CODE_LENGTH: usize = 10;

/// What the QR code on a clerk's own card says: this, and 32 characters of base32.
const QR_PREFIX: &str = "STAF:";
const QR_LENGTH: usize = QR_PREFIX.len() + 32;

/// Digits in a PIN.
pub const PIN_LENGTH: std::ops::RangeInclusive<usize> = 6..=12;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StaffField {
    #[default]
    Code,
    Pin,
}

#[derive(Debug, Default)]
pub struct StaffSignIn {
    pub field: StaffField,
    pub code: Secret,
    pub pin: Secret,
    pub fault: Option<Fault>,
    goal: StaffGoal,
    waiting: Option<Ticket>,
}

impl StaffSignIn {
    pub(super) fn new(goal: StaffGoal) -> StaffSignIn {
        StaffSignIn { goal, ..StaffSignIn::default() }
    }

    /// Are code and PIN being tried at this moment?
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Nobody has begun to type.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty() && self.pin.is_empty()
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Step {
        match event {
            Event::StaffOpened(ticket, result) if self.waiting == Some(ticket) => {
                self.waiting = None;
                self.pin = Secret::default();
                match result {
                    Ok(clerk) => {
                        cx.duty.opened(clerk, cx.now);
                        return self.goal.open(cx);
                    }
                    Err(fault) => {
                        match fault {
                            Fault::StaffWrong => cx.duty.wrong(cx.now),
                            _ => cx.duty.not_tried(cx.now),
                        }
                        self.fault = Some(fault);
                    }
                }
            }
            _ if self.is_waiting() => {}
            Event::Tap(Tap::Back) => match self.field {
                StaffField::Pin => return Step::StaffSignIn(StaffSignIn::new(self.goal)),
                StaffField::Code => return self.goal.leave(),
            },
            Event::Key(key) => self.key(key, cx),
            Event::Tap(Tap::Continue) => self.key(Key::Enter, cx),
            _ => {}
        }
        Step::StaffSignIn(self)
    }

    fn key(&mut self, key: Key, cx: &mut Cx) {
        // What a hand scanner sends after a code is no wish to sign in without a PIN.
        if matches!((self.field, key), (StaffField::Pin, Key::Enter)) && self.pin.is_empty() {
            return;
        }
        self.fault = None;
        match (self.field, key) {
            (StaffField::Code, Key::Char(c)) => {
                self.letter(c.to_ascii_uppercase());
                if self.is_whole() {
                    self.field = StaffField::Pin;
                }
            }
            (StaffField::Code, Key::Erase) => self.code.pop(),
            (StaffField::Code, Key::Enter) => self.fault = Some(Fault::StaffCodeShape),
            (StaffField::Pin, Key::Char(c)) => {
                if c.is_ascii_digit() && self.pin.count() < *PIN_LENGTH.end() {
                    self.pin.push(c);
                }
            }
            (StaffField::Pin, Key::Erase) => self.pin.pop(),
            (StaffField::Pin, Key::Enter) => self.hand_in(cx),
            (_, Key::Focus(_)) => {}
        }
    }

    /// Takes what can be part of a code, typed or read by a hand scanner.
    fn letter(&mut self, c: char) {
        let typed = self.code.expose();
        let letters = |text: &str| text.chars().all(|c| CODE_LETTERS.contains(c));
        let as_letters = letters(typed) && CODE_LETTERS.contains(c) && typed.len() < STAFF_CODE_LENGTH;
        let as_qr = match QR_PREFIX.as_bytes().get(typed.len()) {
            Some(next) => QR_PREFIX.starts_with(typed) && char::from(*next) == c,
            None => {
                typed.starts_with(QR_PREFIX)
                    && typed.len() < QR_LENGTH
                    && (c.is_ascii_uppercase() || ('2'..='7').contains(&c))
            }
        };
        if as_letters || as_qr {
            self.code.push(c);
        }
    }

    fn is_whole(&self) -> bool {
        let typed = self.code.expose();
        if typed.starts_with(QR_PREFIX) { typed.len() == QR_LENGTH } else { typed.len() == STAFF_CODE_LENGTH }
    }

    fn hand_in(&mut self, cx: &mut Cx) {
        if !PIN_LENGTH.contains(&self.pin.count()) {
            self.fault = Some(Fault::StaffPinShape);
        } else if cx.duty.hand_in(self.code.expose(), cx.now) {
            let ticket = cx.ticket();
            self.waiting = Some(ticket);
            cx.emit(Effect::StaffUnlock { ticket, code: self.code.clone(), pin: self.pin.clone() });
        } else {
            self.fault = Some(Fault::StaffWait);
        }
    }
}
