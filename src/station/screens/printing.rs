//! The print, while somebody waits for it.

use slint::ComponentHandle;

use super::generated::{JobStage, PrintingView};
use super::{App, fault};
use crate::lang::Lang;
use crate::session::print_job::JobState;
use crate::session::{Fault, Printing};

pub fn show(app: &App, step: &Printing, lang: Lang) {
    let view = app.global::<PrintingView>();
    let (stage, why) = match step.state {
        JobState::Queued => (JobStage::Queued, None),
        // A printed job leaves this screen at once.
        JobState::Sending | JobState::Printed | JobState::Sent => (JobStage::Sending, None),
        JobState::Failed(why) => (JobStage::Failed, Some(why)),
        JobState::Unknown => (JobStage::Unknown, Some(Fault::PrintUnknown)),
    };
    view.set_stage(stage);
    view.set_print_id(step.print_id.as_deref().unwrap_or_default().into());
    view.set_fault(fault(why, lang));
}

pub fn forget(app: &App) {
    let view = app.global::<PrintingView>();
    view.set_stage(JobStage::Queued);
    view.set_print_id("".into());
    view.set_fault(super::generated::Fault::default());
}
