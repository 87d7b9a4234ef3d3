//! The calls that a person at the desk waits for.

use super::client::{Answer, Weight};
use super::{Client, SyncError, pick_up};
use crate::person::Nip;
use crate::protocol::{Activate, Enrol, Enrolled, Issue, PickUp, SignIn, SignedIn};

/// A clone of the client for the person's session, so that nobody waits behind a sync.
#[derive(Clone)]
pub struct Desk {
    pub(super) client: Client,
}

impl Desk {
    pub fn new(client: Client) -> Desk {
        Desk { client }
    }

    /// NIP and this station's own password. A wrong one is `Refused` with `WrongCredentials`.
    pub fn sign_in(&self, nip: Nip, password: &str) -> Result<SignedIn, SyncError> {
        let body = SignIn { nip, password: password.to_owned() };
        let call = |token: &str| self.client.post("sign-in", &body, Some(token), Weight::Transfer);
        self.client.as_device(call)?.json()
    }

    /// First use: the office's code against a password of one's own.
    pub fn activate(&self, nip: Nip, code: &str, password: &str) -> Result<(), SyncError> {
        let body = Activate { nip, code: code.to_owned(), password: password.to_owned() };
        let call = |token: &str| self.client.post("activate", &body, Some(token), Weight::Short);
        self.client.as_device(call).and_then(Answer::nothing)
    }

    /// The card that was accepted earlier. `Refused` with `NotReady` while it is not made yet.
    pub fn pick_up(&self, code: &str) -> Result<Issue, SyncError> {
        let body = PickUp { code: pick_up::normal(code) };
        let call = |token: &str| self.client.post("pick-up", &body, Some(token), Weight::Transfer);
        self.client.as_device(call)?.json()
    }
}

impl Client {
    /// Joins a server with a one-time code; needs no device session.
    pub fn enrol(&self, enrol: &Enrol) -> Result<Enrolled, SyncError> {
        self.post("enrol", enrol, None, Weight::Short)?.json()
    }
}
