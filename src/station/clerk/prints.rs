//! Station: the prints as staff see them, and what they say about one whose end is unknown.

use std::collections::HashSet;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use image::RgbaImage;

use super::ClerkWorker;
use crate::clock::{offset, random_bytes};
use crate::protocol::{AuditAction, OutboxItem, OutboxKind, PrintOutcome, Printed};
use crate::sealed::open_with;
use crate::session::{Alert, Event, Fault, PrintAnswer, PrintLine, PrintState};
use crate::station::engine::post;
use crate::station::faults::of_store;
use crate::station::paper::{LEFT_NOTE, PICTURE_INFO, SETTLED_NOTE};
use crate::store::{JobEnd, JobState, JobStore, NoteStore, PrintJob, StoreError};

/// Prints in the list; older ones are forgotten after their days anyway.
const MOST: u32 = 500;

impl ClerkWorker {
    /// The newest prints first.
    pub(super) fn read_prints(&mut self) -> Result<Vec<PrintLine>, Fault> {
        let jobs = self.store.recent_jobs(MOST).map_err(|error| of_store(&error))?;
        let left = self.left_behind()?;
        Ok(jobs.into_iter().map(|job| self.print_line(job, &left)).collect())
    }

    /// Prints that came out after their person had gone, and of which nobody has said what became of them.
    pub(super) fn left_behind(&self) -> Result<HashSet<String>, Fault> {
        let noted = |kind| self.store.noted(kind).map_err(|error| of_store(&error));
        let settled: HashSet<String> = noted(SETTLED_NOTE)?.into_iter().collect();
        Ok(noted(LEFT_NOTE)?.into_iter().filter(|print_id| !settled.contains(print_id)).collect())
    }

    fn print_line(&self, job: PrintJob, left: &HashSet<String>) -> PrintLine {
        let out = matches!(job.state, JobState::Printed | JobState::Sent);
        let state =
            if out && left.contains(&job.print_id) { PrintState::LeftBehind } else { state(job.state) };
        let local = offset(self.utc_offset_hours).to_datetime(job.changed_at);
        PrintLine {
            id: job.id,
            print_id: job.print_id,
            serial: job.serial,
            state,
            day: local.strftime("%d-%m-%Y").to_string(),
            time: local.strftime("%H.%M").to_string(),
        }
    }

    /// The picture of what was sent: it opens with the staff code alone.
    pub(super) fn open_print(&mut self, id: &str) -> Result<Arc<RgbaImage>, Fault> {
        let job = self.job(id)?;
        let open = self.open.as_ref().ok_or(Fault::StaffOut)?;
        let sealed = job.sealed_picture.as_deref().filter(|sealed| !sealed.is_empty());
        let sealed = sealed.ok_or(Fault::NoPicture)?;
        let png = open_with(open.keys.private(), PICTURE_INFO, id.as_bytes(), sealed).map_err(|error| {
            tracing::warn!(%error, id, "the picture of a print does not open");
            Fault::NoPicture
        })?;
        let picture =
            image::load_from_memory_with_format(&png, image::ImageFormat::Png).map_err(|error| {
                tracing::error!(%error, id, "the picture of a print cannot be read");
                Fault::NoPicture
            })?;
        self.audit(AuditAction::PrintSeen, &job.serial)?;
        Ok(Arc::new(picture.into_rgba8()))
    }

    /// What somebody who looked says. The job ends with it, the server hears of it, and who said
    /// it stands in the audit log.
    pub(super) fn answer_print(&mut self, id: &str, answer: PrintAnswer) -> Result<(), Fault> {
        let job = self.job(id)?;
        if answer == PrintAnswer::HandedOver {
            self.audit(AuditAction::PrintCameOut, &job.print_id)?;
            return self.settle_left(&job.print_id);
        }
        let (end, outcome, action) = match answer {
            PrintAnswer::CameOut | PrintAnswer::HandedOver => {
                (JobEnd::Printed, PrintOutcome::Printed, AuditAction::PrintCameOut)
            }
            PrintAnswer::NotOut => {
                (JobEnd::Failed { cause: "staff-not-out" }, PrintOutcome::Failed, AuditAction::PrintNotOut)
            }
            PrintAnswer::Spoiled => (
                JobEnd::Spoiled { cause: "staff-destroyed" },
                PrintOutcome::Spoiled,
                AuditAction::PrintSpoiled,
            ),
        };
        let now = self.clock.now();
        let report = OutboxItem {
            id: HEXLOWER.encode(&random_bytes::<16>()),
            happened_at: now,
            kind: OutboxKind::Printed(Printed {
                print_id: job.print_id.clone(),
                serial: job.serial.clone(),
                outcome,
            }),
        };
        self.audit(action, &job.print_id)?;
        self.store.end_job(id, end, Some(&report), now).map_err(|error| match error {
            // Somebody else has answered, or the printer has.
            StoreError::WrongState { .. } => Fault::PrintAnswered,
            other => of_store(&other),
        })?;
        if self.left_behind()?.contains(&job.print_id) { self.settle_left(&job.print_id) } else { Ok(()) }
    }

    /// Staff have one that was left behind in hand: the strip need not ask for it any more.
    fn settle_left(&mut self, print_id: &str) -> Result<(), Fault> {
        self.store.note(SETTLED_NOTE, print_id, self.clock.now()).map_err(|error| of_store(&error))?;
        if self.left_behind()?.is_empty() {
            post(Event::Alert(Alert::Unclaimed, false));
        }
        Ok(())
    }

    fn job(&self, id: &str) -> Result<PrintJob, Fault> {
        self.store.job(id).map_err(|error| of_store(&error))?.ok_or(Fault::PrintAnswered)
    }
}

fn state(state: JobState) -> PrintState {
    match state {
        JobState::Queued => PrintState::Queued,
        JobState::Sending => PrintState::Sending,
        JobState::Printed => PrintState::Printed,
        JobState::Sent => PrintState::Sent,
        JobState::Failed => PrintState::Failed,
        JobState::Unknown => PrintState::Unknown,
        JobState::Spoiled => PrintState::Spoiled,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::testing::{morning, on_duty};
    use super::*;
    use crate::clock::os_random;
    use crate::sealed::seal_to;
    use crate::store::{AuditStore, IdentityStore, NewJob, OutboxStore};

    /// A job that the power cut while it was being sent.
    fn interrupted(worker: &mut ClerkWorker, id: &str) {
        let mut png = Cursor::new(Vec::new());
        RgbaImage::new(8, 5).write_to(&mut png, image::ImageFormat::Png).unwrap();
        let public = worker.store.identity().unwrap().unwrap().sealing_public;
        let sealed =
            seal_to(&public, PICTURE_INFO, id.as_bytes(), &png.into_inner(), &mut os_random()).unwrap();
        let job = NewJob {
            id: id.to_owned(),
            print_id: format!("P-{id}"),
            serial: "SERIAL".into(),
            options: "{}".into(),
            sealed_picture: sealed,
        };
        worker.store.add_job(&job, morning()).unwrap();
        worker.store.job_sending(id, morning()).unwrap();
        worker.store.recover(morning()).unwrap();
    }

    #[test]
    fn the_question_shows_its_card_and_the_answer_is_kept_told_and_noted() {
        let dir = tempfile::tempdir().unwrap();
        let (mut worker, _) = on_duty(&dir);
        let answers = [
            ("out", PrintAnswer::CameOut, PrintState::Printed, PrintOutcome::Printed),
            ("not", PrintAnswer::NotOut, PrintState::Failed, PrintOutcome::Failed),
            ("bad", PrintAnswer::Spoiled, PrintState::Spoiled, PrintOutcome::Spoiled),
        ];
        for (id, ..) in answers {
            interrupted(&mut worker, id);
        }
        assert_eq!(worker.desk_state().unwrap().questions, 3);
        assert_eq!(worker.open_print("out").unwrap().dimensions(), (8, 5));
        for (id, answer, ..) in answers {
            worker.answer_print(id, answer).unwrap();
            assert!(worker.store.job(id).unwrap().unwrap().sealed_picture.is_none(), "the picture goes");
        }
        assert_eq!(worker.desk_state().unwrap().questions, 0);
        assert_eq!(worker.answer_print("out", PrintAnswer::NotOut), Err(Fault::PrintAnswered));
        let lines = worker.read_prints().unwrap();
        for (id, _, state, _) in answers {
            assert_eq!(lines.iter().find(|line| line.id == id).unwrap().state, state);
        }
        let mut told = Vec::new();
        while let Some(head) = worker.store.outbox_head().unwrap() {
            if let OutboxKind::Printed(printed) = head.item.unwrap().kind {
                told.push(printed.outcome);
            }
            worker.store.outbox_answered(&head.id, None, morning()).unwrap();
        }
        assert_eq!(told, answers.map(|(.., outcome)| outcome));
        let noted: Vec<_> =
            worker.store.audit_chain().unwrap().into_iter().map(|entry| entry.action).collect();
        let meant = [
            AuditAction::PrintSeen,
            AuditAction::PrintCameOut,
            AuditAction::PrintNotOut,
            AuditAction::PrintSpoiled,
        ];
        assert_eq!(noted[..4], meant);
    }

    #[test]
    fn one_that_was_left_behind_is_asked_for_until_staff_say_what_became_of_it() {
        let dir = tempfile::tempdir().unwrap();
        let (mut worker, _) = on_duty(&dir);
        for id in ["handed", "torn"] {
            interrupted(&mut worker, id);
            worker.answer_print(id, PrintAnswer::CameOut).unwrap();
            worker.store.note(LEFT_NOTE, &format!("P-{id}"), morning()).unwrap();
        }
        let lines = worker.read_prints().unwrap();
        assert!(lines.iter().all(|line| line.state == PrintState::LeftBehind), "{lines:?}");
        assert_eq!(worker.desk_state().unwrap().questions, 2);

        worker.answer_print("handed", PrintAnswer::HandedOver).unwrap();
        assert_eq!(worker.desk_state().unwrap().questions, 1);
        worker.answer_print("torn", PrintAnswer::Spoiled).unwrap();
        assert_eq!(worker.desk_state().unwrap().questions, 0);
        let lines = worker.read_prints().unwrap();
        let state = |id: &str| lines.iter().find(|line| line.id == id).unwrap().state;
        assert_eq!((state("handed"), state("torn")), (PrintState::Printed, PrintState::Spoiled));
    }

    #[test]
    fn one_that_came_out_can_turn_out_spoiled_and_a_picture_opens_for_staff_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (mut worker, _) = on_duty(&dir);
        interrupted(&mut worker, "a");
        worker.answer_print("a", PrintAnswer::CameOut).unwrap();
        worker.answer_print("a", PrintAnswer::Spoiled).unwrap();
        assert_eq!(worker.read_prints().unwrap()[0].state, PrintState::Spoiled);
        interrupted(&mut worker, "b");
        worker.lock();
        assert_eq!(worker.open_print("b").err(), Some(Fault::StaffOut));
    }
}
