//! The device session: a signed server nonce against a bearer token, renewed when it ends.

use std::sync::PoisonError;
use std::time::Duration;

use zeroize::Zeroizing;

use super::client::Weight;
use super::{Client, SyncError};
use crate::credential::{KeyPair, sign_assertion};
use crate::protocol::{AskNonce, DeviceSession, Nonce, OpenSession, ProblemCode};

/// A new session is opened this long before the old one ends.
const MARGIN: Duration = Duration::from_secs(30);

/// Who signs.
pub(super) struct Device {
    pub id: String,
    pub key: KeyPair,
}

/// A bearer token, in memory only.
#[derive(Clone)]
pub(super) struct Session {
    token: Zeroizing<String>,
    /// Monotonic time.
    until: Duration,
}

impl Client {
    /// Makes a call that needs a device session. Where the server says that the session has ended,
    /// a new one is opened and the call is made once more.
    pub(super) fn as_device<T>(&self, call: impl Fn(&str) -> Result<T, SyncError>) -> Result<T, SyncError> {
        let token = self.token()?;
        match call(&token) {
            Err(SyncError::Refused(problem)) if problem.code == ProblemCode::DeviceSession => {
                self.forget_session();
                call(&self.token()?.clone())
            }
            other => other,
        }
    }

    fn token(&self) -> Result<Zeroizing<String>, SyncError> {
        // The lock is not held over the network: two threads may each open a session, and either
        // is good.
        let held = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(session) = held.filter(|session| self.clock.monotonic() < session.until) {
            return Ok(session.token);
        }
        let session = self.open_session()?;
        let token = session.token.clone();
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
        Ok(token)
    }

    fn open_session(&self) -> Result<Session, SyncError> {
        let device = self.device.as_ref().ok_or(SyncError::NotJoined)?;
        let asked = AskNonce { device_id: device.id.clone() };
        let Nonce { nonce } = self.post("device/nonce", &asked, None, Weight::Short)?.json()?;
        let signature = sign_assertion(&device.key, &device.id, &nonce.0)
            .map_err(|source| SyncError::Untrusted { what: "the nonce", source })?;
        let open = OpenSession { device_id: device.id.clone(), nonce, signature: signature.into() };
        let asked_at = self.clock.monotonic();
        let session: DeviceSession = self.post("device/session", &open, None, Weight::Short)?.json()?;
        let lasts = Duration::from_secs(session.expires_in_s.min(86_400)).saturating_sub(MARGIN);
        Ok(Session { token: Zeroizing::new(session.token), until: asked_at + lasts })
    }
}
