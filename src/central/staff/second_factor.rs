//! The second factor of staff: a code of six digits from an authenticator app (TOTP, RFC 6238:
//! SHA-1, 30 seconds). The secret is not stored: it follows from the server's code key, so a copy
//! of the database alone signs nobody in.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use totp_rs::{Builder, Totp};

use crate::central::Office;
use crate::person::Nip;

/// A clock half a minute off still signs in.
const SKEW: u16 = 1;
const STEP_S: u64 = 30;

fn secret(office: &Office, nip: Nip, totp_no: i64) -> [u8; 20] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&office.keys.code[..]) else {
        unreachable!("HMAC takes any key")
    };
    mac.update(b"totp\0");
    mac.update(&nip.as_u64().to_be_bytes());
    mac.update(&totp_no.to_be_bytes());
    let bytes = mac.finalize().into_bytes();
    std::array::from_fn(|i| bytes[i])
}

fn totp(office: &Office, nip: Nip, totp_no: i64) -> Totp {
    let builder = Builder::new().with_secret(secret(office, nip, totp_no)).with_skew(SKEW);
    builder
        .with_step_duration(STEP_S)
        .build()
        .unwrap_or_else(|_| unreachable!("a secret of 160 bits and six digits"))
}

/// The time step of this code, if it is one of now; the caller lets each step count once.
pub fn step_of(office: &Office, nip: Nip, totp_no: i64, code: &str) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let now = u64::try_from(office.clock.now().as_second()).ok()?;
    totp(office, nip, totp_no).check(&digits, now).map(|step| step as i64)
}

/// What an authenticator app reads from a QR code.
pub fn address(office: &Office, nip: Nip, totp_no: i64) -> String {
    let secret = BASE32_NOPAD.encode(&secret(office, nip, totp_no));
    let host = office.config.host.to_ascii_lowercase();
    format!("otpauth://totp/Anjungan%20{host}:{nip}?secret={secret}&issuer=Anjungan%20{host}")
}

/// The digits so many seconds from now.
#[cfg(test)]
pub fn code_in(office: &Office, nip: Nip, totp_no: i64, seconds: i64) -> String {
    let at = office.clock.now().as_second() + seconds;
    totp(office, nip, totp_no).generate(at as u64).to_string()
}

#[cfg(test)]
pub fn code_now(office: &Office, nip: Nip, totp_no: i64) -> String {
    let now = office.clock.now().as_second() as u64;
    totp(office, nip, totp_no).generate(now).to_string()
}
