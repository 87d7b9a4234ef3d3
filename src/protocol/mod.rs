//! Version 1 of what a station and the central server say to each other: JSON over HTTP, under
//! `/api/v1`. Everything here is a plain value; who sends it lives in `sync` and `central`.
//!
//! | call | body → answer | who may |
//! | --- | --- | --- |
//! | `GET  time?nonce=HEX` | → [`Blob`], a signed time | anybody |
//! | `POST enrol` | [`Enrol`] → [`Enrolled`] | the holder of a one-time code |
//! | `POST activate` | [`Activate`] → 204 | a device session, with an activation code |
//! | `POST device/nonce` | [`AskNonce`] → [`Nonce`] | anybody |
//! | `POST device/session` | [`OpenSession`] → [`DeviceSession`] | a device that signs the nonce |
//! | `POST sign-in` | [`SignIn`] → [`SignedIn`] | a device session |
//! | `POST sign-in/offer` | → [`SignInOffer`] | a device session |
//! | `POST sign-in/ask` | [`AskSignIn`] → [`SignInAnswer`] | the device session that offered |
//! | `POST sign-in/withdraw` | [`AskSignIn`] → 204 | the device session that offered |
//! | `POST assist/challenge` | [`AskAssist`] → [`AssistChallenge`] | a device session |
//! | `POST assist` | [`Assist`] → [`Assisted`] | a device session with a clerk's key open |
//! | `POST report` | [`Report`] → [`Reported`] | a device session with the person's grant |
//! | `POST download` | [`AskDownload`] → [`DownloadLink`] | the device session that had the card last |
//! | `POST calls` | → [`Call`] | a device session |
//! | `GET  calls/ID` | → [`Call`] | the device session that called |
//! | `GET  calls?known=VERSION` | → [`DeskCalls`] | a device session, at a desk |
//! | `POST calls/ID` | [`MarkCall`] → [`Call`] | a desk of the same place, or the caller |
//! | `POST outbox` | [`OutboxItem`] → [`OutboxAnswer`] | a device session |
//! | `POST outbox/batch` | [`OutboxBatch`] → [`OutboxAnswers`] | a device session |
//! | `POST outbox/part?id=ID&size=N&sha256=HEX&offset=N` | bytes, a part of an [`OutboxItem`] → [`PartTaken`] | a device session |
//! | `POST pick-up` | [`PickUp`] → [`Issue`] | a device session |
//! | `GET  card/SERIAL` | → [`LiveCard`] | a device session |
//! | `GET  device` | → [`Standing`] | a device session, approved or not |
//! | `POST leave/nonce` | [`AskNonce`] → [`Nonce`] | a station that was revoked |
//! | `POST leave/items` | [`HandOver`] → [`HandedOver`] | the same, signing the nonce |
//! | `POST leave/wipe` | [`AskWipe`] → [`Ordered`], an order that is signed | the same, signing the nonce |
//! | `POST leave/wiped` | [`Wiped`] → 204 | who holds the statement that it signed |
//! | `POST state` | [`StationState`] → 204 | a device session |
//! | `GET  roster?after=CURSOR` | → [`RosterPage`] | a device session |
//! | `GET  epoch` | → [`EpochWrap`], the region's key for this station | a device session |
//! | `GET  trust` | → bytes, with an `ETag` | anybody |
//! | `GET  roots` | → list of [`Blob`], each a hand-over from one root to the next | anybody |
//! | `GET  status/ISSUER/KID` | → bytes, with an `ETag` | anybody |
//!
//! A device session is a bearer token in `Authorization`. Every refusal is a [`Problem`].
//!
//! A station that has joined waits until an administrator has approved the [`Fingerprint`] of its keys. Until then
//! a session of it is good for `GET device` alone; every other call is refused with
//! [`ProblemCode::NotApproved`], and nothing that it sends is looked at.

mod acceptance;
mod audit;
mod batch;
mod bounded;
mod bytes;
mod call;
mod card;
mod commission;
mod device;
mod fingerprint;
mod issue;
mod leaving;
mod outbox;
mod problem;
mod roster;
mod service;
mod sign_in;
mod state;

pub use acceptance::{Acceptance, AcceptedPhoto};
pub use audit::{AuditAction, AuditEntry, ChainBreak, ChainEnd};
pub use batch::{Batch, Entry as BatchEntry};
pub use bytes::Blob;
pub use call::{Call, CallState, DeskCall, DeskCalls, MarkCall};
pub use card::{CardState, LiveCard};
pub use commission::{Commissioned, Commissioning, PartFound};
pub use device::{AskNonce, DeviceSession, Enrol, Enrolled, EpochWrap, Nonce, OpenSession, Standing};
pub use fingerprint::{Fingerprint, NotAFingerprint};
pub use issue::{Activate, Issue, PickUp, SignIn, SignedIn};
pub use leaving::{AskWipe, HandOver, HandedOver, LeftItem, Ordered, Wiped};
pub use outbox::{
    Looked, OutboxAnswer, OutboxAnswers, OutboxBatch, OutboxItem, OutboxKind, OutboxPart, PartTaken,
    PrintOutcome, Printed,
};
pub use problem::{Problem, ProblemCode};
pub use roster::{OpenRecord, RosterPage};
pub use service::{AskDownload, Correction, DownloadLink, Report, Reported, WrongField};
pub use sign_in::{
    AskAssist, AskSignIn, Assist, AssistChallenge, AssistPurpose, Assisted, SignInAnswer, SignInOffer,
};
pub use state::{PaperState, PartState, StationState};

/// The header in which a revoked station proves itself before its body is read: an [`OpenSession`] as
/// JSON, base64url without padding. Without it a body is a small one.
pub const PROOF_HEADER: &str = "x-anjungan-proof";

/// The path under which version 1 lives.
pub const BASE: &str = "/api/v1";
