//! Passwords of accounts: what is taken as one, and Argon2id.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::CentralError;
use crate::clock::random_bytes;
use crate::person::Nip;

/// Shortest password, in characters.
pub const SHORTEST: usize = 10;
/// Longest that is looked at, in bytes: hashing takes time by length.
pub const LONGEST: usize = 256;

/// OWASP Password Storage Cheat Sheet, Argon2id: m = 19 MiB, t = 2, p = 1.
fn argon2id() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Why a text is not taken as a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    #[error("the password is shorter than 10 characters")]
    Short,
    #[error("the password is longer than 256 bytes")]
    Long,
    #[error("the password holds the employee number")]
    Nip,
    #[error("the password is a date of birth")]
    Birth,
    #[error("the password repeats too few characters")]
    Repeated,
}

/// Is this a password for this person? Never the NIP, never the date of birth in any usual form.
pub fn check(password: &str, nip: Nip) -> Result<(), Weak> {
    if password.chars().count() < SHORTEST {
        return Err(Weak::Short);
    }
    if password.len() > LONGEST {
        return Err(Weak::Long);
    }
    let digits: String = password.chars().filter(char::is_ascii_digit).collect();
    if digits.contains(&nip.to_string()) {
        return Err(Weak::Nip);
    }
    // What is left once a date of birth is taken out must be a password by itself: half of one.
    let plain: String = password.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    for form in birth_forms(nip) {
        if plain.contains(&form) && plain.len() - form.len() < SHORTEST / 2 {
            return Err(Weak::Birth);
        }
    }
    let mut seen: Vec<char> = password.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() < 4 {
        return Err(Weak::Repeated);
    }
    Ok(())
}

/// The date of birth as people write it, without what stands between, in lower case.
fn birth_forms(nip: Nip) -> Vec<String> {
    const MONTHS: [[&str; 2]; 12] = [
        ["januari", "january"],
        ["februari", "february"],
        ["maret", "march"],
        ["april", "april"],
        ["mei", "may"],
        ["juni", "june"],
        ["juli", "july"],
        ["agustus", "august"],
        ["september", "september"],
        ["oktober", "october"],
        ["november", "november"],
        ["desember", "december"],
    ];
    let birth = nip.birth();
    let (y, m, d) = (birth.year(), birth.month(), birth.day());
    let short = y % 100;
    let mut forms = vec![
        format!("{y}{m:02}{d:02}"),
        format!("{d:02}{m:02}{y}"),
        format!("{m:02}{d:02}{y}"),
        format!("{d}{m}{y}"),
        format!("{y}{m}{d}"),
        format!("{y}{d:02}{m:02}"),
        format!("{d:02}{m:02}{short:02}"),
        format!("{short:02}{m:02}{d:02}"),
    ];
    let month = usize::try_from(m - 1).ok().and_then(|i| MONTHS.get(i));
    for name in month.into_iter().flatten() {
        for name in [name, &name[..3]] {
            forms.push(format!("{d}{name}{y}"));
            forms.push(format!("{d:02}{name}{y}"));
            forms.push(format!("{d:02}{name}{short:02}"));
        }
    }
    forms
}

/// Hashes and compares, a few at a time: each run takes 19 MiB and the better part of a core.
pub struct Hasher {
    permits: Semaphore,
    /// Compared with where there is no account, so that an unknown NIP takes as long as a known.
    nobody: String,
}

impl Hasher {
    /// Takes as long as one hash; at the start of the server only.
    pub fn new() -> Result<Hasher, CentralError> {
        let unknown = data_encoding::HEXLOWER.encode(&random_bytes::<16>());
        Ok(Hasher { permits: Semaphore::new(4), nobody: hash_now(&unknown)? })
    }

    /// The PHC string of this password.
    pub async fn hash(&self, password: String) -> Result<String, CentralError> {
        let _permit = self.permits.acquire().await.map_err(|_| CentralError::Worker)?;
        tokio::task::spawn_blocking(move || hash_now(&password)).await.map_err(|_| CentralError::Worker)?
    }

    /// Is it this password? `None` (no such account, or no password yet) takes as long and is never right.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, CentralError> {
        let _permit = self.permits.acquire().await.map_err(|_| CentralError::Worker)?;
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let right = tokio::task::spawn_blocking(move || {
            let parsed =
                PasswordHash::new(&stored).map_err(|_| CentralError::Stored("the hash of a password"))?;
            Ok::<_, CentralError>(argon2id().verify_password(password.as_bytes(), &parsed).is_ok())
        })
        .await
        .map_err(|_| CentralError::Worker)??;
        Ok(right && known)
    }
}

/// The PHC string of this password; takes tens of milliseconds.
pub fn hash_now(password: &str) -> Result<String, CentralError> {
    argon2id()
        .hash_password_with_salt(password.as_bytes(), &random_bytes::<16>())
        .map(|hash| hash.to_string())
        .map_err(|_| CentralError::Worker)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nip() -> Nip {
        Nip::parse("197402152001122001").unwrap()
    }

    #[test]
    fn neither_the_nip_nor_the_date_of_birth() {
        for (password, why) in [
            ("pendek", Weak::Short),
            ("197402152001122001", Weak::Nip),
            ("19740215 200112 2 001", Weak::Nip),
            ("saya-197402152001122001!", Weak::Nip),
            ("15-02-1974..", Weak::Birth),
            ("1974-02-15", Weak::Birth),
            ("15/2/1974!!!!", Weak::Birth),
            ("15 Februari 1974", Weak::Birth),
            ("15feb1974!!", Weak::Birth),
            ("02151974....", Weak::Birth),
            ("150274abcd", Weak::Birth),
            ("aaaaaaaaaaaa", Weak::Repeated),
        ] {
            assert_eq!(check(password, nip()), Err(why), "{password}");
        }
        assert_eq!(check(&"x1Yz".repeat(65), nip()), Err(Weak::Long));
        assert_eq!(check("melati di beranda", nip()), Ok(()));
        assert_eq!(check("melati 15 02 1974 beranda", nip()), Ok(()));
    }

    #[tokio::test]
    async fn the_right_password_only_and_nobody_never() {
        let hasher = Hasher::new().unwrap();
        let stored = hasher.hash("melati di beranda".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hasher.verify("melati di beranda".into(), Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("melati di berandA".into(), Some(stored)).await.unwrap());
        assert!(!hasher.verify("melati di beranda".into(), None).await.unwrap());
        assert!(hasher.verify("x".into(), Some("rubbish".into())).await.is_err());
    }
}
