//! What stands on the screen as gone wrong, whatever the step: so that a new fault is heard too.

use super::print_job::JobState;
use super::{Fault, PhotoStage, Step};

/// The fault that the present step shows.
pub(super) fn shown(step: &Step) -> Option<Fault> {
    match step {
        Step::SignIn(step) => step.fault,
        Step::MyCard(step) => step.fault,
        Step::Photo(step) => match step.stage {
            PhotoStage::Live { fault, .. } => fault,
            _ => None,
        },
        Step::Review(step) => step.fault,
        Step::Issued(step) => step.fault,
        Step::Printing(step) => match step.state {
            JobState::Failed(fault) => Some(fault),
            JobState::Unknown => Some(Fault::PrintUnknown),
            _ => None,
        },
        Step::PickUp(step) => step.fault,
        Step::Later { fault, .. } | Step::Trouble { fault } => Some(*fault),
        _ => None,
    }
}
