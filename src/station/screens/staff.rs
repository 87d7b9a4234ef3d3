//! Staff sign in, and what they can do then. Neither code nor PIN ever stands on the screen.

use std::time::Duration;

use slint::ComponentHandle;

use super::chrome::seconds;
use super::generated::{StaffEntry, StaffHomeView, StaffSignInView};
use super::{App, fault};
use crate::config::Profile;
use crate::lang::Lang;
use crate::session::{Duty, Fault, PIN_LENGTH, STAFF_CODE_LENGTH, StaffField, StaffSignIn};

pub fn sign_in(app: &App, step: &StaffSignIn, duty: &Duty, lang: Lang, now: Duration) {
    let view = app.global::<StaffSignInView>();
    let wait = duty.wait_left(step.code.expose(), now);
    view.set_entry(match step.field {
        StaffField::Code => StaffEntry::Code,
        StaffField::Pin => StaffEntry::Pin,
    });
    view.set_code(dots(step.code.count().min(STAFF_CODE_LENGTH)).into());
    view.set_pin("•".repeat(step.pin.count()).into());
    view.set_ready(step.pin.count() >= *PIN_LENGTH.start() && wait.is_none());
    view.set_waiting(step.is_waiting());
    view.set_seconds(wait.map_or(0, seconds));
    view.set_first(duty.profile == Profile::MejaPetugas);
    let shown = if wait.is_some() { Some(Fault::StaffWait) } else { step.fault };
    view.set_fault(fault(shown.filter(|shown| *shown != Fault::StaffWait || wait.is_some()), lang));
}

pub fn home(app: &App, duty: &Duty) {
    let view = app.global::<StaffHomeView>();
    view.set_name(duty.clerk().map(|clerk| clerk.name.as_str()).unwrap_or_default().into());
    view.set_desk(duty.profile == Profile::MejaPetugas);
}

pub fn forget(app: &App) {
    let view = app.global::<StaffSignInView>();
    view.set_entry(StaffEntry::Code);
    view.set_code("".into());
    view.set_pin("".into());
    view.set_ready(false);
    view.set_waiting(false);
    view.set_fault(super::generated::Fault::default());
    app.global::<StaffHomeView>().set_name("".into());
}

/// As many dots as letters, in two groups of five.
fn dots(count: usize) -> String {
    let half = STAFF_CODE_LENGTH / 2;
    let first = "•".repeat(count.min(half));
    if count <= half { first } else { format!("{first} {}", "•".repeat(count - half)) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_code_is_two_groups_of_dots() {
        assert_eq!(super::dots(3), "•••");
        assert_eq!(super::dots(5), "•••••");
        assert_eq!(super::dots(10), "••••• •••••");
    }
}
