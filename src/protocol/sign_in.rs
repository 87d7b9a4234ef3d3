//! Other ways in than NIP and password at the screen: by the person's own phone (RFC 8628), and
//! with a clerk who has seen the KTP.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Blob, SignedIn};
use crate::person::Nip;
use crate::sealed::{SealedError, StationKeys, open_with, seal_to};

/// What a station shows so that a phone can sign its person in.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignInOffer {
    /// For the station's questions; never shown.
    pub device_code: String,
    /// `XXXX-XXXX`, to be read and typed.
    pub user_code: String,
    /// The page with the code in it, for the QR code.
    pub url: String,
    /// The page without the code, short enough to be typed.
    pub page: String,
    /// Where a forgotten password is replaced.
    pub forgot_page: String,
    pub expires_in_s: u64,
    /// Seconds between two questions.
    pub interval_s: u64,
}

/// Has the phone said anything?
#[derive(Clone, Serialize, Deserialize)]
pub struct AskSignIn {
    pub device_code: String,
}

/// The answer to [`AskSignIn`]; the names are those of RFC 8628, section 3.5, where it has one.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum SignInAnswer {
    /// Nobody has decided. `opened`: the phone shows the page, so somebody is at it.
    AuthorizationPending {
        opened: bool,
    },
    /// Asked too early: from now on the pause is this many seconds.
    SlowDown {
        interval_s: u64,
    },
    AccessDenied,
    /// Too old, unknown, or handed out already.
    ExpiredToken,
    SignedIn(Box<SignedIn>),
}

/// What a clerk who has seen the KTP lets somebody do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssistPurpose {
    /// `Masuk dibantu petugas`: this one session.
    SignIn,
    /// A one-time code for a new password.
    NewPassword,
}

/// A station asks for something that only a clerk's code and PIN can open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AskAssist {
    pub nip: Nip,
    pub purpose: AssistPurpose,
}

/// HPKE `info` of a challenge.
const INFO: &[u8] = b"anjungan v1 assist";

/// A nonce sealed to the station's key pair, whose private half opens only with a staff secret and
/// PIN: who can say the nonce has a clerk before the screen. Good once, for a minute, for this
/// station, person and purpose.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AssistChallenge {
    pub sealed: Blob,
}

/// The opened nonce.
#[derive(Clone, Serialize, Deserialize)]
pub struct Assist {
    pub nip: Nip,
    pub purpose: AssistPurpose,
    pub nonce: Blob,
    /// Which clerk, as the station names them; for the audit line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<String>,
}

/// What came of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "assisted", rename_all = "kebab-case")]
pub enum Assisted {
    SignedIn(Box<SignedIn>),
    /// The person types this on the page, and chooses a password there.
    NewPassword {
        code: String,
        page: String,
        expires_in_s: u64,
    },
}

impl AssistChallenge {
    pub fn seal(
        nonce: &[u8; 32],
        device_id: &str,
        asked: &AskAssist,
        public: &[u8; 32],
        rng: &mut impl CryptoRng,
    ) -> Result<AssistChallenge, SealedError> {
        let sealed = seal_to(public, INFO, &binding(device_id, asked), nonce, rng)?;
        Ok(AssistChallenge { sealed: sealed.into() })
    }

    /// Opens it with what a clerk's code and PIN opened. Fails for another station, person or purpose.
    pub fn open(
        &self,
        device_id: &str,
        asked: &AskAssist,
        keys: &StationKeys,
    ) -> Result<Zeroizing<Vec<u8>>, SealedError> {
        open_with(keys.private(), INFO, &binding(device_id, asked), &self.sealed.0)
    }
}

fn binding(device_id: &str, asked: &AskAssist) -> Vec<u8> {
    let purpose = match asked.purpose {
        AssistPurpose::SignIn => 1,
        AssistPurpose::NewPassword => 2,
    };
    [&asked.nip.as_u64().to_be_bytes(), &[purpose][..], device_id.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_opens_for_its_station_person_and_purpose_alone() {
        let mut rng = crate::clock::os_random();
        let keys = StationKeys::generate(&mut rng).unwrap();
        let asked = AskAssist { nip: "197402152001122001".parse().unwrap(), purpose: AssistPurpose::SignIn };
        let sealed = AssistChallenge::seal(&[7; 32], "ME", &asked, &keys.public, &mut rng).unwrap();
        assert_eq!(sealed.open("ME", &asked, &keys).unwrap().as_slice(), [7; 32]);
        let other = AskAssist { purpose: AssistPurpose::NewPassword, ..asked.clone() };
        assert!(sealed.open("ME", &other, &keys).is_err());
        let other = AskAssist { nip: "198003102005011003".parse().unwrap(), ..asked.clone() };
        assert!(sealed.open("ME", &other, &keys).is_err());
        assert!(sealed.open("YOU", &asked, &keys).is_err());
        assert!(sealed.open("ME", &asked, &StationKeys::generate(&mut rng).unwrap()).is_err());
    }
}
