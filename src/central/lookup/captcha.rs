//! The step before a holder's data: digits to copy, and work for the phone (ALTCHA, protocol 2,
//! PBKDF2). Digits stop no robot and are there for the person, who sees that a door is being opened;
//! the work makes each look cost something, and [`rates`](super::rates) make harvesting pointless.
//!
//! Nothing is kept for a challenge that nobody answers: what the server has to know about it is
//! signed into it. One that was answered is remembered until it is too old, so it counts once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use altcha::{
    Challenge, CounterMode, CreateChallengeOptions, Payload, VerifySolutionOptions, create_challenge,
    verify_solution,
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use rand_core::Rng as _;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::central::CentralError;
use crate::clock::{os_random, random_bytes};
use crate::credential::Serial;

/// Iterations of PBKDF2-SHA-256 for each number that is tried.
const COST: u32 = 1_000;
/// The number to find lies in this range: 0.1 to 0.4 s of one server core, one to four seconds of a
/// small phone, which spends them while its holder copies the digits.
const COUNTERS: std::ops::Range<u32> = 1_000..3_000;
const DIGITS: usize = 5;
/// Time to copy five digits, also with a screen reader.
const LIFE_S: i64 = 10 * 60;
/// Answered challenges that are remembered at a time; each one cost its solver some work.
const MOST_SPENT: usize = 100_000;

/// What is signed into a challenge.
const SALT: &str = "salt";
const MAC: &str = "mac";
const UNTIL: &str = "until";

/// One challenge: what the page shows, and what its script works on.
pub struct Asked {
    pub digits: String,
    /// As JSON.
    pub challenge: String,
}

/// Why an answer is not taken; the page gives a new challenge with each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The digits are others.
    Digits,
    /// Too old, answered already, for another card, or not of this server.
    Old,
    /// The work was not done.
    Work,
}

pub struct Captcha {
    secret: String,
    /// By signature, until when.
    spent: Mutex<HashMap<String, i64>>,
}

impl Default for Captcha {
    /// A secret of its own at every start: a challenge lives for minutes.
    fn default() -> Captcha {
        Captcha { secret: HEXLOWER.encode(&random_bytes::<32>()), spent: Mutex::default() }
    }
}

impl Captcha {
    /// A new challenge for this card.
    pub fn ask(&self, serial: Serial, now: Timestamp) -> Result<Asked, CentralError> {
        let digits: String =
            (0..DIGITS).map(|_| char::from(b'0' + (os_random().next_u32() % 10) as u8)).collect();
        let salt = HEXLOWER.encode(&random_bytes::<16>());
        let data = [
            (SALT, salt.clone().into()),
            (MAC, self.mac(&salt, serial, &digits).into()),
            (UNTIL, (now.as_second() + LIFE_S).into()),
        ];
        let counter = COUNTERS.start + os_random().next_u32() % (COUNTERS.end - COUNTERS.start);
        let challenge = create_challenge(CreateChallengeOptions {
            algorithm: "PBKDF2/SHA-256".to_owned(),
            cost: COST,
            counter: Some(counter),
            counter_mode: CounterMode::Uint32,
            data: Some(data.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
            hmac_signature_secret: Some(self.secret.clone()),
            ..Default::default()
        })
        .map_err(|_| CentralError::Stored("a challenge"))?;
        let challenge = serde_json::to_string(&challenge).map_err(|_| CentralError::Stored("a challenge"))?;
        Ok(Asked { digits, challenge })
    }

    /// Takes an answer: the digits as they were typed, and challenge with solution as the script
    /// sends them, JSON in base64url. A challenge is spent by any answer to it.
    pub fn check(&self, serial: Serial, digits: &str, proof: &str, now: Timestamp) -> Result<(), Failed> {
        let payload = BASE64URL_NOPAD.decode(proof.as_bytes()).map_err(|_| Failed::Work)?;
        let Payload { challenge, solution } = serde_json::from_slice(&payload).map_err(|_| Failed::Work)?;
        let done = verify_solution(VerifySolutionOptions::new(&challenge, &solution, self.secret.as_str()))
            .map_err(|_| Failed::Work)?;
        if done.invalid_signature != Some(false) {
            return Err(Failed::Old);
        }
        if !done.verified {
            return Err(Failed::Work);
        }
        let (salt, mac, until) = signed(&challenge).ok_or(Failed::Old)?;
        if until <= now.as_second() || !self.spend(&challenge, until, now) {
            return Err(Failed::Old);
        }
        let typed: String = digits.chars().filter(|c| !(c.is_whitespace() || *c == '-')).collect();
        let right: bool = self.mac(salt, serial, &typed).as_bytes().ct_eq(mac.as_bytes()).into();
        if right { Ok(()) } else { Err(Failed::Digits) }
    }

    /// Binds the digits to a challenge and a card, without saying them.
    fn mac(&self, salt: &str, serial: Serial, digits: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("any length is a key");
        mac.update(b"anjungan/captcha/1");
        // Salt and serial have a fixed length.
        mac.update(salt.as_bytes());
        mac.update(serial.as_bytes());
        mac.update(digits.as_bytes());
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }

    fn spend(&self, challenge: &Challenge, until: i64, now: Timestamp) -> bool {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= MOST_SPENT {
            spent.retain(|_, until| *until > now.as_second());
        }
        let Some(signature) = challenge.signature.clone() else { return false };
        // With no room left nobody gets in twice, and for some minutes nobody at all.
        spent.len() < MOST_SPENT && spent.insert(signature, until).is_none()
    }
}

fn signed(challenge: &Challenge) -> Option<(&str, &str, i64)> {
    let data = challenge.parameters.data.as_ref()?;
    Some((data.get(SALT)?.as_str()?, data.get(MAC)?.as_str()?, data.get(UNTIL)?.as_i64()?))
}

#[cfg(test)]
mod tests {
    use altcha::{SolveChallengeOptions, solve_challenge};

    use super::*;

    const CARD: Serial = Serial::from_bytes([1; 10]);

    fn now() -> Timestamp {
        "2026-03-02T03:00:00Z".parse().unwrap()
    }

    fn solved(asked: &Asked) -> String {
        let challenge: Challenge = serde_json::from_str(&asked.challenge).unwrap();
        let solution = solve_challenge(SolveChallengeOptions::new(&challenge)).unwrap().unwrap();
        encoded(&Payload { challenge, solution })
    }

    fn encoded(payload: &Payload) -> String {
        BASE64URL_NOPAD.encode(&serde_json::to_vec(payload).unwrap())
    }

    #[test]
    fn the_right_digits_with_the_work_open_once_and_for_one_card() {
        let captcha = Captcha::default();
        let asked = captcha.ask(CARD, now()).unwrap();
        assert!(asked.digits.len() == DIGITS && !asked.challenge.contains(&asked.digits));
        let proof = solved(&asked);
        let spaced = asked.digits.chars().flat_map(|c| [c, ' ']).collect::<String>();
        assert_eq!(captcha.check(CARD, &spaced, &proof, now()), Ok(()));
        assert_eq!(captcha.check(CARD, &asked.digits, &proof, now()), Err(Failed::Old));

        let asked = captcha.ask(CARD, now()).unwrap();
        let other = Serial::from_bytes([2; 10]);
        assert_eq!(captcha.check(other, &asked.digits, &solved(&asked), now()), Err(Failed::Digits));
    }

    #[test]
    fn wrong_digits_spend_the_challenge() {
        let captcha = Captcha::default();
        let asked = captcha.ask(CARD, now()).unwrap();
        let proof = solved(&asked);
        assert_eq!(captcha.check(CARD, "", &proof, now()), Err(Failed::Digits));
        assert_eq!(captcha.check(CARD, &asked.digits, &proof, now()), Err(Failed::Old));
    }

    #[test]
    fn no_work_an_old_one_or_anothers_opens_nothing() {
        let captcha = Captcha::default();
        let asked = captcha.ask(CARD, now()).unwrap();
        let proof = solved(&asked);
        let late = now() + jiff::SignedDuration::from_secs(LIFE_S);
        assert_eq!(captcha.check(CARD, &asked.digits, &proof, late), Err(Failed::Old));
        let elsewhere = Captcha::default();
        assert_eq!(elsewhere.check(CARD, &asked.digits, &proof, now()), Err(Failed::Old));

        let json = BASE64URL_NOPAD.decode(proof.as_bytes()).unwrap();
        let good: Payload = serde_json::from_slice(&json).unwrap();
        let mut lazy = good.clone();
        lazy.solution.counter = 0;
        let mut cheap = good.clone();
        cheap.challenge.parameters.cost = 1;
        let mut longer = good;
        if let Some(data) = longer.challenge.parameters.data.as_mut() {
            data.insert(UNTIL.to_owned(), i64::MAX.into());
        }
        assert_eq!(captcha.check(CARD, &asked.digits, &encoded(&lazy), now()), Err(Failed::Work));
        for changed in [cheap, longer] {
            assert_eq!(captcha.check(CARD, &asked.digits, &encoded(&changed), now()), Err(Failed::Old));
        }
        for garbage in ["", "e30", "!", "bnVsbA"] {
            assert_eq!(captcha.check(CARD, &asked.digits, garbage, now()), Err(Failed::Work), "{garbage}");
        }
        assert_eq!(captcha.check(CARD, &asked.digits, &proof, now()), Ok(()), "none of these spent it");
    }
}
