//! `Masuk`: the number as it is typed, in groups; then masked. The password is dots.

use slint::ComponentHandle;

use super::generated::{Entry, SignInView};
use super::{App, fault};
use crate::lang::Lang;
use crate::person::Nip;
use crate::session::{Field, SignIn};

/// More dots say nothing more, and would not fit.
const MOST_DOTS: usize = 18;

pub fn show(app: &App, step: &SignIn, lang: Lang) {
    let view = app.global::<SignInView>();
    view.set_entry(match step.field {
        Field::Nip => Entry::Nip,
        Field::Password => Entry::Password,
    });
    let number = match step.field {
        Field::Nip => grouped(step.nip.expose()),
        // The next person in the queue can see the screen.
        Field::Password => Nip::parse(step.nip.expose()).map(Nip::masked).unwrap_or_default(),
    };
    view.set_nip(number.into());
    view.set_dots("•".repeat(step.password.count().min(MOST_DOTS)).into());
    view.set_waiting(step.is_waiting());
    view.set_fault(fault(step.fault, lang));
}

pub fn forget(app: &App) {
    let view = app.global::<SignInView>();
    view.set_entry(Entry::Nip);
    view.set_nip("".into());
    view.set_dots("".into());
    view.set_waiting(false);
    view.set_fault(super::generated::Fault::default());
}

/// Digits in the groups of a NIP as far as they are typed: `19680303 198911 2 001`.
pub fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + 3);
    for (place, digit) in digits.chars().enumerate() {
        if matches!(place, 8 | 14 | 15) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_grow_with_the_typing() {
        assert_eq!(grouped(""), "");
        assert_eq!(grouped("19680303"), "19680303");
        assert_eq!(grouped("196803031"), "19680303 1");
        assert_eq!(grouped("196803031989112001"), "19680303 198911 2 001");
    }
}
