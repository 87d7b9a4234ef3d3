//! The calls behind a person who needs help: other ways in, staff, wrong data, a link.

use super::client::Weight;
use super::{Desk, SyncError};
use crate::person::Nip;
use crate::protocol::{
    AskAssist, AskDownload, AskSignIn, Assist, AssistChallenge, AssistPurpose, Assisted, Call, CallState,
    DeskCalls, DownloadLink, MarkCall, Report, Reported, SignInAnswer, SignInOffer, StationState, WrongField,
};
use crate::sealed::StationKeys;

impl Desk {
    /// A code to show, for a phone to approve.
    pub fn offer_sign_in(&self) -> Result<SignInOffer, SyncError> {
        let call = |token: &str| self.client.post("sign-in/offer", &(), Some(token), Weight::Short);
        self.client.as_device(call)?.json()
    }

    /// Has the phone decided? Not to be asked sooner than the offer's interval.
    pub fn ask_sign_in(&self, device_code: &str) -> Result<SignInAnswer, SyncError> {
        let body = AskSignIn { device_code: device_code.to_owned() };
        let call = |token: &str| self.client.post("sign-in/ask", &body, Some(token), Weight::Transfer);
        self.client.as_device(call)?.json()
    }

    /// From now on nobody can approve it.
    pub fn withdraw_sign_in(&self, device_code: &str) -> Result<(), SyncError> {
        let body = AskSignIn { device_code: device_code.to_owned() };
        let call = |token: &str| self.client.post("sign-in/withdraw", &body, Some(token), Weight::Short);
        self.client.as_device(call)?.nothing()
    }

    /// Proves with the key pair that a clerk's code and PIN opened that a clerk lets this happen.
    pub fn assist(
        &self,
        nip: Nip,
        purpose: AssistPurpose,
        keys: &StationKeys,
        staff: Option<&str>,
    ) -> Result<Assisted, SyncError> {
        let device_id = self.client.device.as_ref().ok_or(SyncError::NotJoined)?.id.clone();
        let asked = AskAssist { nip, purpose };
        let call = |token: &str| self.client.post("assist/challenge", &asked, Some(token), Weight::Short);
        let challenge: AssistChallenge = self.client.as_device(call)?.json()?;
        // Sealed to another key than ours: this station has joined anew since.
        let nonce = challenge.open(&device_id, &asked, keys).map_err(|_| SyncError::NotJoined)?;
        let staff = staff.map(str::to_owned);
        let body = Assist { nip, purpose, nonce: nonce.to_vec().into(), staff };
        let call = |token: &str| self.client.post("assist", &body, Some(token), Weight::Transfer);
        self.client.as_device(call)?.json()
    }

    /// `Data saya keliru`: the report's number.
    pub fn report(&self, grant: &str, fields: &[WrongField]) -> Result<String, SyncError> {
        let body = Report { grant: grant.to_owned(), fields: fields.to_vec() };
        let call = |token: &str| self.client.post("report", &body, Some(token), Weight::Short);
        let reported: Reported = self.client.as_device(call)?.json()?;
        Ok(reported.number)
    }

    /// `Unduh`: the address of a card that this station was given just now.
    pub fn download(&self, serial: &str) -> Result<DownloadLink, SyncError> {
        let body = AskDownload { serial: serial.to_owned() };
        let call = |token: &str| self.client.post("download", &body, Some(token), Weight::Short);
        self.client.as_device(call)?.json()
    }

    /// How this station is. Nothing hangs on its arrival.
    pub fn tell_state(&self, state: &StationState) -> Result<(), SyncError> {
        let call = |token: &str| self.client.post("state", state, Some(token), Weight::Short);
        self.client.as_device(call)?.nothing()
    }

    /// `Panggil Petugas`.
    pub fn call_staff(&self) -> Result<Call, SyncError> {
        let call = |token: &str| self.client.post("calls", &(), Some(token), Weight::Short);
        self.client.as_device(call)?.json()
    }

    /// How far this station's call has come.
    pub fn look_call(&self, id: &str) -> Result<Call, SyncError> {
        let path = format!("calls/{}", super::client::escaped(id));
        self.client.as_device(|token| self.client.get(&path, Some(token), Weight::Short))
    }

    /// The open calls of this desk's place; waits some seconds where they are those of `known`.
    pub fn listen_calls(&self, known: u64) -> Result<DeskCalls, SyncError> {
        let path = format!("calls?known={known}");
        self.client.as_device(|token| self.client.get(&path, Some(token), Weight::Short))
    }

    /// What this desk does about a call.
    pub fn mark_call(&self, id: &str, state: CallState) -> Result<Call, SyncError> {
        let path = format!("calls/{}", super::client::escaped(id));
        let body = MarkCall { state };
        let call = |token: &str| self.client.post(&path, &body, Some(token), Weight::Short);
        self.client.as_device(call)?.json()
    }
}
