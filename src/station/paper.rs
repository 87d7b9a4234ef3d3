//! Station: the worker of the printer. Each state of a job is on disk before it happens.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use data_encoding::HEXLOWER;

use super::engine::post;
use super::faults::of_printer;
use super::office::OfficeOrder;
use crate::card::{self, Orientation, Side, Templates};
use crate::clock::{SharedClock, day, os_random, random_bytes};
use crate::printing::{self, PrintError, Slip};
use crate::protocol::{Issue, OutboxItem, OutboxKind, PrintOutcome, Printed};
use crate::sealed::seal_to;
use crate::session::print_job::JobState;
use crate::session::{Alert, Event, Fault, Ticket, card_of_issue};
use crate::store::{IdentityStore, JobEnd, JobStore, NewJob, SqliteStore, StoreError};

/// HPKE `info` of a print job's picture.
pub const PICTURE_INFO: &[u8] = b"anjungan v1 print picture";

pub struct PaperOrder {
    pub ticket: Ticket,
    pub issue: Arc<Issue>,
    pub orientation: Orientation,
}

pub struct PaperWorker {
    pub printer: Option<String>,
    pub templates: Arc<Templates>,
    pub store: SqliteStore,
    pub orders: Receiver<PaperOrder>,
    /// Told when there is something to send.
    pub office: Sender<OfficeOrder>,
    pub clock: SharedClock,
    pub utc_offset_hours: i8,
}

impl PaperWorker {
    /// Prints each order in turn until the station lets go of the other end.
    pub fn run(mut self) {
        if let Err(error) = self.settle_what_the_power_cut() {
            tracing::error!(%error, "the print jobs of before cannot be settled");
        }
        while let Ok(order) = self.orders.recv() {
            let print_id = HEXLOWER.encode(&random_bytes::<8>());
            let state = self.print(&order, &print_id);
            if let JobState::Failed(Fault::Paper | Fault::Cover) = state {
                post(Event::Alert(Alert::Paper, true));
            }
            let trouble = matches!(state, JobState::Failed(Fault::PrinterOffline | Fault::PrinterTrouble));
            post(Event::Alert(Alert::Printer, trouble));
            if matches!(state, JobState::Printed | JobState::Sent) {
                post(Event::Alert(Alert::Paper, false));
            }
            tell(&order, &print_id, state);
            if self.office.send(OfficeOrder::Sync).is_err() {
                return;
            }
        }
    }

    /// Jobs that were waiting are dropped: a card must not come out an hour later for nobody.
    /// Jobs that were being sent stay unknown until staff have looked.
    fn settle_what_the_power_cut(&mut self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let unknown = self.store.recover(now)?.len();
        if unknown > 0 {
            tracing::warn!(unknown, "print jobs whose outcome the staff must say");
        }
        for job in self.store.open_jobs()? {
            if job.state == crate::store::JobState::Queued {
                let report = self.report(&job.print_id, &job.serial, PrintOutcome::Failed);
                self.store.end_job(&job.id, JobEnd::Failed { cause: "dropped" }, Some(&report), now)?;
            }
        }
        Ok(())
    }

    fn print(&mut self, order: &PaperOrder, print_id: &str) -> JobState {
        let Some(uri) = self.printer.clone() else { return JobState::Failed(Fault::PrinterOffline) };
        let job = match self.prepare(&order.issue, order.orientation, print_id) {
            Ok(job) => job,
            Err(fault) => return JobState::Failed(fault),
        };
        let id = HEXLOWER.encode(&random_bytes::<16>());
        // Nothing has left yet: a job that cannot be written down is not begun.
        if let Err(error) = self.begin(order, &id, print_id, &job) {
            tracing::error!(%error, "the print job cannot be written down");
            return JobState::Failed(Fault::PrinterTrouble);
        }
        let printed = printing::open(&uri).and_then(|mut printer| printer.print(&job));
        let state = match &printed {
            Ok(outcome) if outcome.confirmed => JobState::Printed,
            Ok(_) => JobState::Sent,
            // Part of it, or all of it, went out, and the printer did not say what became of it.
            Err(PrintError::Interrupted { .. }) => JobState::Unknown,
            Err(error) => JobState::Failed(of_printer(error)),
        };
        // What came out came out, whatever the disk says; a job that still stands as being sent is
        // a question to the staff at the next start.
        if let Err(error) = self.end(&id, print_id, &order.issue.serial, &printed) {
            tracing::error!(%error, "the end of a print job cannot be written down");
        }
        state
    }

    /// Each state is on disk before what it names happens.
    fn begin(
        &mut self,
        order: &PaperOrder,
        id: &str,
        print_id: &str,
        job: &printing::PrintJob,
    ) -> Result<(), StoreError> {
        let new = NewJob {
            id: id.to_owned(),
            print_id: print_id.to_owned(),
            serial: order.issue.serial.clone(),
            options: format!("{{\"orientation\":\"{}\"}}", order.orientation.word()),
            sealed_picture: self.seal(id, job)?,
        };
        self.store.add_job(&new, self.clock.now())?;
        tell(order, print_id, JobState::Queued);
        self.store.job_sending(id, self.clock.now())?;
        tell(order, print_id, JobState::Sending);
        Ok(())
    }

    fn end(
        &mut self,
        id: &str,
        print_id: &str,
        serial: &str,
        printed: &Result<printing::Outcome, PrintError>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (end, outcome) = match printed {
            Ok(outcome) if outcome.confirmed => (JobEnd::Printed, PrintOutcome::Printed),
            Ok(_) => (JobEnd::Sent, PrintOutcome::Sent),
            Err(error @ PrintError::Interrupted { .. }) => {
                return self.store.job_unknown(id, error.code(), now);
            }
            Err(error) => (JobEnd::Failed { cause: error.code() }, PrintOutcome::Failed),
        };
        let report = self.report(print_id, serial, outcome);
        self.store.end_job(id, end, Some(&report), now)
    }

    fn prepare(
        &self,
        issue: &Issue,
        orientation: Orientation,
        print_id: &str,
    ) -> Result<printing::PrintJob, Fault> {
        let drawn = print_job(
            issue,
            orientation,
            print_id,
            &self.templates,
            day(self.clock.now(), self.utc_offset_hours),
        );
        drawn.map_err(|error| {
            tracing::error!(%error, "the card cannot be drawn for print");
            Fault::CardPicture
        })
    }

    /// The picture of the job, for staff who may have to say later what came out.
    fn seal(&self, id: &str, job: &printing::PrintJob) -> Result<Vec<u8>, StoreError> {
        let Some(identity) = self.store.identity()? else { return Ok(Vec::new()) };
        let mut picture = Vec::new();
        if let Some(front) = job.sides.first() {
            let mut out = std::io::Cursor::new(&mut picture);
            if let Err(error) = front.write_to(&mut out, image::ImageFormat::Png) {
                tracing::warn!(%error, "a job without a picture for the staff");
            }
        }
        let sealed =
            seal_to(&identity.sealing_public, PICTURE_INFO, id.as_bytes(), &picture, &mut os_random());
        Ok(sealed.unwrap_or_else(|error| {
            tracing::warn!(%error, "a job without a picture for the staff");
            Vec::new()
        }))
    }

    fn report(&self, print_id: &str, serial: &str, outcome: PrintOutcome) -> OutboxItem {
        OutboxItem {
            id: HEXLOWER.encode(&random_bytes::<16>()),
            happened_at: self.clock.now(),
            kind: OutboxKind::Printed(Printed {
                print_id: print_id.to_owned(),
                serial: serial.to_owned(),
                outcome,
            }),
        }
    }
}

fn tell(order: &PaperOrder, print_id: &str, state: JobState) {
    post(Event::PrintJob { ticket: order.ticket, print_id: print_id.to_owned(), state });
}

#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    #[error(transparent)]
    Card(#[from] card::CardError),
    #[error("the portrait of the issue cannot be read")]
    Portrait,
}

/// Every form of one print that some printer may want.
pub fn print_job(
    issue: &Issue,
    orientation: Orientation,
    print_id: &str,
    templates: &Templates,
    today: jiff::civil::Date,
) -> Result<printing::PrintJob, DrawError> {
    let data = card_of_issue(issue).map_err(|_| DrawError::Portrait)?;
    let sides = Side::ALL
        .into_iter()
        .map(|side| card::render(&data, orientation, side, templates))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(printing::PrintJob {
        print_id: print_id.to_owned(),
        title: format!("Kartu ASN Virtual {}", issue.face_serial),
        sides,
        pdf: card::pdf(&data, orientation, &Side::ALL, templates)?,
        slip: Slip {
            body: issue.body.clone(),
            unit: issue.unit.clone(),
            kind: issue.nip.kind(),
            name: issue.name.clone(),
            nip: issue.nip,
            photo: data.photo,
            code: Some(issue.front_code.clone()),
            serial: issue.face_serial.clone(),
            day: today,
            print_id: print_id.to_owned(),
            lines: Vec::new(),
        },
    })
}
