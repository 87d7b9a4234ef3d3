//! What a session asks of the workers. Each request carries the ticket of its answer.

use std::sync::Arc;

use super::{CodeText, Portrait, Secret, Ticket};
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
