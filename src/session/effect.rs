//! What a session asks of the workers. Each request carries the ticket of its answer.

use std::sync::Arc;

use super::{CodeText, Portrait, PrintAnswer, Secret, Ticket, Visit};
use crate::card::{CardData, Orientation};
use crate::config::Profile;
use crate::person::Nip;
use crate::protocol::Issue;

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
    PickUp {
        ticket: Ticket,
        code: Secret,
    },
    CallStaff,
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
    Sound(Sound),
    /// Nothing of the last person may stay in any buffer.
    Forget,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    Shutter,
    Good,
    Attention,
    Bad,
}

/// What a camera is for. One device may hold both roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Takes the portrait.
    Face,
    /// Reads codes.
    Scan,
}
