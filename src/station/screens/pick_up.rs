//! The code that fetches a card, in two groups of four letters.

use slint::ComponentHandle;

use super::generated::PickUpView;
use super::{App, fault};
use crate::lang::Lang;
use crate::session::{CODE_LETTERS, PickUp};

pub fn show(app: &App, step: &PickUp, lang: Lang) {
    let view = app.global::<PickUpView>();
    view.set_code(grouped(step.code.expose()).into());
    view.set_waiting(step.is_waiting());
    view.set_fault(fault(step.fault, lang));
}

pub fn forget(app: &App) {
    let view = app.global::<PickUpView>();
    view.set_code("".into());
    view.set_waiting(false);
    view.set_fault(super::generated::Fault::default());
}

/// `XXXX-XXXX`, as far as it goes.
pub fn grouped(code: &str) -> String {
    let mut text = String::with_capacity(9);
    for (place, letter) in code.chars().filter(|c| CODE_LETTERS.contains(*c)).enumerate() {
        if place == 4 {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_of_four() {
        assert_eq!(grouped("BC"), "BC");
        assert_eq!(grouped("BCDF"), "BCDF");
        assert_eq!(grouped("BCDFG"), "BCDF-G");
        assert_eq!(grouped("BCDF-GHJK"), "BCDF-GHJK");
    }
}
