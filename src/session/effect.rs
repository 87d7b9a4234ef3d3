//! What a session asks of the workers. Each request carries the ticket of its answer.

use std::sync::Arc;

use super::{Chosen, CodeText, Portrait, PrintAnswer, Secret, Ticket, Visit};
use crate::card::{CardData, Orientation};
use crate::config::Profile;
use crate::person::Nip;
use crate::protocol::{AssistPurpose, CallState, Issue, WrongField};

#[derive(Debug)]
pub enum Effect {
    SignIn {
        ticket: Ticket,
        nip: Nip,
        password: Secret,
    },
    /// Show the live picture, and send [`Advice`](super::Event::Advice) (face) or
    /// [`Scanned`](super::Event::Scanned) (scan).
    OpenCamera {
        ticket: Ticket,
        role: Role,
    },
    CloseCameras,
    /// Somebody types: the scan camera goes on showing its picture and reads nothing, until it is told to.
    PauseScan {
        paused: bool,
    },
    /// Judge a code that a hand scanner typed, and send [`Scanned`](super::Event::Scanned).
    Look {
        ticket: Ticket,
        text: CodeText,
    },
    /// Show the live picture whole, and send [`Reading`](super::Event::Reading)s.
    Study {
        ticket: Ticket,
    },
    /// Take the clean plate anew, and keep it.
    TakePlate {
        ticket: Ticket,
    },
    /// Take a short burst, choose the best frame, remove its background.
    Shoot {
        ticket: Ticket,
    },
    Draw {
        ticket: Ticket,
        card: Box<CardData>,
        orientation: Orientation,
    },
    /// Seal the portrait, write the acceptance to disk, say [`Kept`](super::Event::Kept), then
    /// send it and say [`Issued`](super::Event::Issued).
    Accept {
        ticket: Ticket,
        grant: String,
        portrait: Portrait,
    },
    Print {
        ticket: Ticket,
        issue: Arc<Issue>,
        orientation: Orientation,
    },
    /// Nobody waits for this print any more.
    LeavePrint {
        ticket: Ticket,
    },
    PickUp {
        ticket: Ticket,
        code: Secret,
    },
    /// Try a staff code and PIN, and say [`StaffOpened`](super::Event::StaffOpened).
    StaffUnlock {
        ticket: Ticket,
        code: Secret,
        pin: Secret,
    },
    /// Today's visitors and the questions: [`DeskRead`](super::Event::DeskRead).
    ReadDesk {
        ticket: Ticket,
    },
    LookUp {
        ticket: Ticket,
        number: Secret,
    },
    /// Write a visit down, and say [`VisitKept`](super::Event::VisitKept).
    KeepVisit {
        ticket: Ticket,
        visit: Box<Visit>,
    },
    ReadVisits {
        ticket: Ticket,
    },
    ExportVisits {
        ticket: Ticket,
        ids: Vec<String>,
    },
    ReadPrints {
        ticket: Ticket,
    },
    OpenPrint {
        ticket: Ticket,
        id: String,
    },
    AnswerPrint {
        ticket: Ticket,
        id: String,
        answer: PrintAnswer,
    },
    /// Staff signed out: what their code opened is closed.
    StaffLock,
    /// The station faces this way from now on, also after a restart.
    KeepProfile(Profile),
    /// Ask for a code for the phone and keep asking what became of it: [`Phone`](super::Event::Phone),
    /// then [`SignedIn`](super::Event::SignedIn).
    OfferSignIn {
        ticket: Ticket,
    },
    /// The code on the screen is no longer to be approved.
    WithdrawOffer,
    /// Open the staff's key for this one thing: [`SignedIn`](super::Event::SignedIn) or
    /// [`NewPassword`](super::Event::NewPassword).
    Assist {
        ticket: Ticket,
        purpose: AssistPurpose,
        nip: Nip,
        staff_code: Secret,
        pin: Secret,
    },
    /// Tell the office what is wrong: [`Reported`](super::Event::Reported).
    Report {
        ticket: Ticket,
        grant: String,
        fields: Vec<WrongField>,
    },
    /// Ask for a link to this card: [`Link`](super::Event::Link).
    Download {
        ticket: Ticket,
        serial: String,
    },
    /// Call, and follow the call: [`Call`](super::Event::Call).
    CallStaff {
        ticket: Ticket,
    },
    /// At a desk: say what is done about a call.
    MarkCall {
        id: String,
        state: CallState,
    },
    /// What was chosen and done in setting up, on the disk.
    KeepSetup(Box<Chosen>),
    /// The screen starts anew, with what was chosen.
    StartAnew,
    LookNetwork {
        ticket: Ticket,
    },
    FindWifi {
        ticket: Ticket,
    },
    JoinWifi {
        ticket: Ticket,
        name: String,
        password: Secret,
    },
    /// Show the live picture and send every code in it as it is: [`CodeRead`](super::Event::CodeRead).
    ReadCode {
        ticket: Ticket,
    },
    /// Join the server that this link names.
    Join {
        ticket: Ticket,
        link: Secret,
        pin: Secret,
    },
    AskTime {
        ticket: Ticket,
    },
    FindPrinters {
        ticket: Ticket,
    },
    TestPrint {
        ticket: Ticket,
        uri: String,
    },
    FindCameras {
        ticket: Ticket,
    },
    /// This camera takes the portraits from now on.
    UseCamera {
        uri: String,
    },
    /// Look at every part, sign what was found, and send it.
    Commission {
        ticket: Ticket,
    },
    Sound(Sound),
    /// Nothing of the last person may stay in any buffer.
    Forget,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// The picture is taken.
    Shutter,
    /// A verdict each: valid, to be confirmed, no longer valid, not genuine.
    Good,
    Attention,
    Ended,
    Bad,
    /// Something went wrong.
    Trouble,
}

/// What a camera is for. One device may hold both roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Takes the portrait.
    Face,
    /// Reads codes.
    Scan,
}
