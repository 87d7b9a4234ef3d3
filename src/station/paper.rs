//! Station: the worker of the printer. It carries prints through the queue, looks at the printer while
//! nobody prints, and says when somebody's print was left behind.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::Duration;

use data_encoding::HEXLOWER;

use super::condition::Condition;
use super::engine::post;
use super::office::OfficeOrder;
use super::print_queue::{Follower, Order, PrintQueue};
use crate::card::{self, Orientation, Side, Templates};
use crate::clock::{SharedClock, day, os_random, random_bytes};
use crate::printing::{self, Offset, OnPaper, PrinterFault, PrinterStatus, Slip};
use crate::protocol::Issue;
use crate::sealed::seal_to;
use crate::session::print_job::JobState;
use crate::session::{Alert, Event, Fault, Ticket, card_of_issue};
use crate::store::{IdentityStore, NoteStore, SqliteStore, StoreError};

/// HPKE `info` of a print job's picture.
pub const PICTURE_INFO: &[u8] = b"anjungan v1 print picture";

/// Between two looks at a printer that nobody uses.
const LOOKING: Duration = Duration::from_secs(15);

/// So long the strip says that a print was left; staff find it in the list of events after that.
const LEFT_BEHIND: Duration = Duration::from_secs(15 * 60);

/// What is noted of a print that came out after its person had gone, and once staff have said what became of it.
pub const LEFT_NOTE: &str = "print-unclaimed";
pub const SETTLED_NOTE: &str = "print-claimed";

pub enum PaperOrder {
    Print {
        ticket: Ticket,
        issue: Arc<Issue>,
        orientation: Orientation,
    },
    /// Nobody waits for this print any more.
    Left(Ticket),
}

pub struct PaperWorker {
    pub queue: PrintQueue<SqliteStore>,
    pub templates: Arc<Templates>,
    pub orders: Receiver<PaperOrder>,
    /// Told when there is something to send.
    pub office: Sender<OfficeOrder>,
    pub condition: Condition,
    pub clock: SharedClock,
    pub utc_offset_hours: i8,
}

impl PaperWorker {
    /// Prints each order in turn until the station lets go of the other end.
    pub fn run(mut self) {
        match self.queue.settle() {
            Ok(0) => {}
            Ok(questions) => tracing::warn!(questions, "print jobs whose outcome the staff must say"),
            Err(error) => tracing::error!(%error, "the print jobs of before cannot be settled"),
        }
        let mut later = VecDeque::new();
        let mut left_behind = None;
        loop {
            let order = match later.pop_front() {
                Some(order) => order,
                None => match self.orders.recv_timeout(LOOKING) {
                    Ok(order) => order,
                    Err(RecvTimeoutError::Timeout) => {
                        self.look();
                        if left_behind.is_some_and(|until| self.clock.monotonic() > until) {
                            left_behind = None;
                            post(Event::Alert(Alert::Unclaimed, false));
                        }
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                },
            };
            // Somebody who left after the end took the print along, or left before it began.
            let PaperOrder::Print { ticket, issue, orientation } = order else { continue };
            let print_id = HEXLOWER.encode(&random_bytes::<8>());
            let (state, left) = self.print(ticket, &issue, orientation, &print_id, &mut later);
            if left && matches!(state, JobState::Printed | JobState::Sent) {
                post(Event::Alert(Alert::Unclaimed, true));
                left_behind = Some(self.clock.monotonic() + LEFT_BEHIND);
                if let Err(error) = self.queue.store.note(LEFT_NOTE, &print_id, self.clock.now()) {
                    tracing::warn!(%error, "a print that was left behind is not noted");
                }
            }
            alerts_of(state);
            post(Event::PrintJob { ticket, print_id, state });
            if self.office.send(OfficeOrder::Sync).is_err() {
                return;
            }
        }
    }

    /// Looks at the printer before somebody needs it.
    fn look(&mut self) {
        if let Some(status) = self.queue.status() {
            let fault = match &status {
                Ok(status) => status.fault,
                Err(error) => Some(error.fault()),
            };
            let no_paper = matches!(fault, Some(PrinterFault::PaperOut | PrinterFault::CoverOpen));
            post(Event::Alert(Alert::Paper, no_paper));
            post(Event::Alert(Alert::Printer, fault.is_some() && !no_paper));
            let low = matches!(status, Ok(PrinterStatus { paper_low: true, fault: None, .. }));
            post(Event::Alert(Alert::PaperLow, low));
            self.condition.paper_is_told(matches!(status, Ok(PrinterStatus { confirmed: true, .. })));
        }
    }

    /// Says how it ended, and whether its person had left before.
    fn print(
        &mut self,
        ticket: Ticket,
        issue: &Issue,
        orientation: Orientation,
        print_id: &str,
        later: &mut VecDeque<PaperOrder>,
    ) -> (JobState, bool) {
        if self.queue.devices.is_empty() {
            return (JobState::Failed(Fault::PrinterOffline), false);
        }
        let today = day(self.clock.now(), self.utc_offset_hours);
        let templates = Arc::clone(&self.templates);
        let draw = |offset: Offset| {
            print_job(issue, orientation, print_id, &templates, today, offset).map_err(|error| {
                tracing::error!(%error, "the card cannot be drawn for print");
                Fault::CardPicture
            })
        };
        let id = HEXLOWER.encode(&random_bytes::<16>());
        let sealed_picture = match self.picture(&id, issue, orientation) {
            Ok(picture) => picture,
            Err(error) => {
                tracing::error!(%error, "a print without its station's identity");
                return (JobState::Failed(Fault::PrinterTrouble), false);
            }
        };
        let order = Order {
            id,
            print_id: print_id.to_owned(),
            serial: Some(issue.serial.clone()),
            options: format!("{{\"orientation\":\"{}\"}}", orientation.word()),
            sealed_picture,
            draw: &draw,
        };
        let mut person = Person { ticket, print_id, orders: &self.orders, later, left: false };
        let state = self.queue.run(&order, &mut person);
        person.listen();
        let left = person.left;
        (state, left)
    }

    /// The picture of the job, sealed for staff who may have to say later what came out.
    fn picture(&self, id: &str, issue: &Issue, orientation: Orientation) -> Result<Vec<u8>, StoreError> {
        let Some(identity) = self.queue.store.identity()? else { return Ok(Vec::new()) };
        let front = card_of_issue(issue)
            .ok()
            .and_then(|data| card::render(&data, orientation, Side::Front, &self.templates).ok());
        let mut picture = Vec::new();
        if let Some(front) = front {
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
}

/// What the end of a print says about the printer.
fn alerts_of(state: JobState) {
    let paper = matches!(state, JobState::Failed(Fault::Paper | Fault::Cover));
    let trouble = matches!(
        state,
        JobState::Unknown
            | JobState::Failed(
                Fault::PrinterOffline | Fault::PrinterTrouble | Fault::PrinterJam | Fault::PrinterSupplies
            )
    );
    post(Event::Alert(Alert::Paper, paper));
    post(Event::Alert(Alert::Printer, trouble));
}

/// The person before the screen, as the queue knows them.
struct Person<'a> {
    ticket: Ticket,
    print_id: &'a str,
    orders: &'a Receiver<PaperOrder>,
    /// Orders that came meanwhile.
    later: &'a mut VecDeque<PaperOrder>,
    left: bool,
}

impl Person<'_> {
    fn take(&mut self, order: PaperOrder) {
        match order {
            PaperOrder::Left(ticket) if ticket == self.ticket => self.left = true,
            PaperOrder::Left(ticket) => self.later.retain(
                |order| !matches!(order, PaperOrder::Print { ticket: theirs, .. } if *theirs == ticket),
            ),
            order @ PaperOrder::Print { .. } => self.later.push_back(order),
        }
    }

    fn listen(&mut self) {
        loop {
            match self.orders.try_recv() {
                Ok(order) => self.take(order),
                Err(TryRecvError::Empty) => return,
                // The station closes: so does the person's visit.
                Err(TryRecvError::Disconnected) => {
                    self.left = true;
                    return;
                }
            }
        }
    }
}

impl Follower for Person<'_> {
    fn stands(&mut self, state: JobState) {
        if let JobState::Waiting(fault) = state {
            post(Event::Alert(Alert::Paper, matches!(fault, Fault::Paper | Fault::Cover)));
        }
        post(Event::PrintJob { ticket: self.ticket, print_id: self.print_id.to_owned(), state });
    }

    fn wants(&mut self) -> bool {
        self.listen();
        !self.left
    }

    fn rest(&mut self, how_long: Duration) {
        match self.orders.recv_timeout(how_long) {
            Ok(order) => self.take(order),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.left = true,
        }
    }
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
    offset: Offset,
) -> Result<printing::PrintJob, DrawError> {
    let data = card_of_issue(issue).map_err(|_| DrawError::Portrait)?;
    let sides = Side::ALL
        .into_iter()
        .map(|side| Ok(printing::moved(card::render(&data, orientation, side, templates)?, offset)))
        .collect::<Result<Vec<_>, card::CardError>>()?;
    Ok(printing::PrintJob {
        print_id: print_id.to_owned(),
        title: format!("Kartu ASN Virtual {}", issue.face_serial),
        sides,
        pdf: card::pdf_moved(&data, orientation, &Side::ALL, templates, offset.millimetres())?,
        receipt: OnPaper::Slip(Box::new(Slip {
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
        })),
    })
}
