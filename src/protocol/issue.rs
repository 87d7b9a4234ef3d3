//! Signing in, and the issue: one card made for one person.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Blob, Correction};
use crate::person::{Employee, Nip, Refusal};

/// First activation of an account: the office's code against a password of one's own.
#[derive(Clone, Serialize, Deserialize)]
pub struct Activate {
    pub nip: Nip,
    pub code: String,
    pub password: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct SignIn {
    pub nip: Nip,
    pub password: String,
}

/// The answer to a sign-in that was right.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignedIn {
    pub employee: Employee,
    /// Lets this station hand in one acceptance for this person, also hours later when the
    /// network is back. Opaque to the station. `None` where `refusal` says why.
    pub grant: Option<String>,
    pub refusal: Option<Refusal>,
    /// The card that the person holds already, if any.
    pub issue: Option<Issue>,
    /// The person's reports of wrong data that are open, or were answered lately.
    #[serde(default)]
    pub corrections: Vec<Correction>,
}

/// One card made for one person: what the station needs to draw and print it.
///
/// A new photo or new data is a new issue; the older one is marked replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Random; stands in the codes.
    pub serial: String,
    /// `A` or `B` and 11 digits; stands on the face, for people.
    pub face_serial: String,
    pub issued_on: Date,
    pub nip: Nip,
    pub name: String,
    pub body: String,
    pub unit: String,
    /// Text of the front code.
    pub front_code: String,
    /// Text of the back code.
    pub back_code: String,
    /// Where a found card goes.
    pub return_to: String,
    /// The finished portrait: PNG with a transparent background.
    pub photo_png: Blob,
}

/// Fetches a card that was accepted earlier, by the code that the person was given.
#[derive(Clone, Serialize, Deserialize)]
pub struct PickUp {
    pub code: String,
}
