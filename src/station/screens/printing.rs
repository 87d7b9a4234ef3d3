//! The print, while somebody waits for it.

use slint::ComponentHandle;

use super::generated::{JobStage, PrinterArt, PrintingView};
use super::{App, fault};
use crate::lang::Lang;
use crate::session::print_job::{JobState, Share};
use crate::session::{Fault, Printing};

pub fn show(app: &App, step: &Printing, lang: Lang) {
    let view = app.global::<PrintingView>();
    let (stage, why) = match step.state {
        JobState::Queued => (JobStage::Queued, None),
        // A printed job leaves this screen at once.
        JobState::Sending(_) | JobState::Printed | JobState::Sent => (JobStage::Sending, None),
        JobState::Waiting(why) => (JobStage::Waiting, Some(why)),
        JobState::Failed(why) => (JobStage::Failed, Some(why)),
        JobState::Unknown => (JobStage::Unknown, Some(Fault::PrintUnknown)),
    };
    let share = match step.state {
        JobState::Sending(share) => share,
        _ => Share::default(),
    };
    view.set_stage(stage);
    view.set_percent(share.percent.into());
    view.set_side(share.side.into());
    view.set_sides(share.sides.into());
    view.set_art(art(why));
    view.set_print_id(step.print_id.as_deref().unwrap_or_default().into());
    view.set_fault(fault(why, lang));
}

/// What is to be done at the printer, drawn.
fn art(why: Option<Fault>) -> PrinterArt {
    match why {
        Some(Fault::Paper) => PrinterArt::Paper,
        Some(Fault::Cover) => PrinterArt::Cover,
        Some(Fault::PrinterOffline) => PrinterArt::Cable,
        Some(Fault::PrinterJam) => PrinterArt::Jam,
        Some(Fault::PrinterHot) => PrinterArt::Hot,
        Some(Fault::PrinterSupplies) => PrinterArt::Supplies,
        _ => PrinterArt::Look,
    }
}

pub fn forget(app: &App) {
    let view = app.global::<PrintingView>();
    view.set_stage(JobStage::Queued);
    view.set_percent(0);
    view.set_side(0);
    view.set_print_id("".into());
    view.set_fault(super::generated::Fault::default());
}
