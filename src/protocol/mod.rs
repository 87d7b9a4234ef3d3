//! Version 1 of what a station and the central server say to each other: JSON over HTTP, under
//! `/api/v1`. Everything here is a plain value; who sends it lives in `sync` and `central`.
//!
//! | call | body → answer | who may |
//! | --- | --- | --- |
//! | `GET  time?nonce=HEX` | → [`Blob`], a signed time | anybody |
//! | `POST enrol` | [`Enrol`] → [`Enrolled`] | the holder of a one-time code |
//! | `POST activate` | [`Activate`] → 204 | the holder of an activation code |
//! | `POST device/nonce` | [`AskNonce`] → [`Nonce`] | anybody |
//! | `POST device/session` | [`OpenSession`] → [`DeviceSession`] | a device that signs the nonce |
//! | `POST sign-in` | [`SignIn`] → [`SignedIn`] | a device session |
//! | `POST outbox` | [`OutboxItem`] → [`OutboxAnswer`] | a device session |
//! | `POST pick-up` | [`PickUp`] → [`Issue`] | a device session |
//! | `GET  roster?after=CURSOR` | → [`RosterPage`] | a device session |
//! | `GET  trust` | → bytes, with an `ETag` | anybody |
//! | `GET  status/ISSUER/KID` | → bytes, with an `ETag` | anybody |
//!
//! A device session is a bearer token in `Authorization`. Every refusal is a [`Problem`].

mod acceptance;
mod bytes;
mod device;
mod issue;
mod outbox;
mod problem;
mod roster;

pub use acceptance::{Acceptance, AcceptedPhoto};
pub use bytes::Blob;
pub use device::{AskNonce, DeviceSession, Enrol, Enrolled, EpochWrap, Nonce, OpenSession};
pub use issue::{Activate, Issue, PickUp, Report, SignIn, SignedIn};
pub use outbox::{Looked, OutboxAnswer, OutboxItem, OutboxKind, PrintOutcome, Printed};
pub use problem::{Problem, ProblemCode};
pub use roster::{OpenRecord, RosterPage};

/// The path under which version 1 lives.
pub const BASE: &str = "/api/v1";
