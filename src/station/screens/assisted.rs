//! `Masuk dibantu petugas`: what the clerk types is dots, but for the person's NIP.

use slint::ComponentHandle;

use super::generated::{AssistEntry, AssistedView};
use super::{App, fault, sign_in};
use crate::lang::Lang;
use crate::protocol::AssistPurpose;
use crate::session::{AssistField, Assisted};

pub fn show(app: &App, step: &Assisted, lang: Lang) {
    let view = app.global::<AssistedView>();
    let (entry, text) = match step.field {
        AssistField::Nip => (AssistEntry::Nip, sign_in::grouped(step.nip.expose())),
        // Whoever stands beside the clerk must not read it.
        AssistField::StaffCode => (AssistEntry::StaffCode, "•".repeat(step.staff_code.count())),
        AssistField::Pin => (AssistEntry::Pin, "•".repeat(step.pin.count())),
    };
    view.set_entry(entry);
    view.set_text(text.into());
    view.set_new_password(step.purpose == AssistPurpose::NewPassword);
    view.set_waiting(step.is_waiting());
    let given = step.given.as_ref();
    view.set_given(given.map_or("", |given| given.code.expose()).into());
    view.set_page(given.map_or("", |given| given.page.as_str()).into());
    view.set_fault(fault(step.fault, lang));
}

pub fn forget(app: &App) {
    let view = app.global::<AssistedView>();
    view.set_entry(AssistEntry::Nip);
    view.set_text("".into());
    view.set_waiting(false);
    view.set_given("".into());
    view.set_page("".into());
    view.set_fault(super::generated::Fault::default());
}
