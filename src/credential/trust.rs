//! The trust list: which offices issue cards, with which keys, signed by the root that a station
//! pins when it is enrolled.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use super::cbor::{self, Order};
use super::cose::{self, Signed};
use super::{CredentialError, IssuerId, KeyPair, Kid, front};

/// Large enough for the keys of 5,000 issuers.
const MAX_BYTES: usize = 8 * 1024 * 1024;
const AAD: &[u8] = b"anjungan/trust-list/1";

/// Everything that the country's stations trust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustList {
    /// Grows with every change and never goes back.
    pub version: u64,
    pub issued_at: Timestamp,
    pub issuers: Vec<Issuer>,
}

/// One issuing office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    pub id: IssuerId,
    pub name: String,
    /// The employing bodies that it may name on a card.
    pub bodies: Vec<String>,
    /// Where its codes point to and its status lists are found.
    pub host: String,
    /// The numbers it may print on the face of a card.
    pub face_serials: Vec<SerialRange>,
    pub keys: Vec<IssuerKey>,
}

/// Face serials from `first` to `last`, both included: a letter and 11 digits each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerialRange {
    pub first: String,
    pub last: String,
}

/// A key of an issuer. Days are those of the codes: civil days at the office, without an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuerKey {
    pub kid: Kid,
    #[serde(with = "public_hex")]
    pub public: [u8; 32],
    /// The first day on which it signed.
    pub from: Date,
    /// The last day on which it signed; what it signed until then stays good.
    pub until: Option<Date>,
    /// Withdrawn because somebody else may have it: nothing under it counts any more, from
    /// whatever day, since a thief writes any day.
    pub revoked: bool,
}

impl IssuerKey {
    /// A key in use from this day on.
    pub fn new(public: [u8; 32], from: Date) -> Self {
        Self { kid: Kid::of(&public), public, from, until: None, revoked: false }
    }

    /// May something of this day be signed with it? The day is one at the office, as it stands in
    /// a code.
    pub fn check_day(&self, day: Date) -> Result<(), CredentialError> {
        self.check_days(day, day)
    }

    /// May something of this moment be signed with it? No list says in which time zone its office
    /// lies, so the moment counts if it falls on a day of the key in any: from UTC+14, where a day
    /// begins first, to UTC-12, where it ends last.
    pub fn check_moment(&self, at: Timestamp) -> Result<(), CredentialError> {
        let day = |hours| Offset::constant(hours).to_datetime(at).date();
        self.check_days(day(-12), day(14))
    }

    fn check_days(&self, earliest: Date, latest: Date) -> Result<(), CredentialError> {
        if self.revoked {
            return Err(CredentialError::KeyRevoked);
        }
        if latest < self.from || self.until.is_some_and(|until| earliest > until) {
            return Err(CredentialError::KeyNotValidThen);
        }
        Ok(())
    }
}

impl Issuer {
    pub fn key(&self, kid: &Kid) -> Option<&IssuerKey> {
        self.keys.iter().find(|key| key.kid == *kid)
    }
}

impl TrustList {
    pub fn issuer(&self, id: &IssuerId) -> Option<&Issuer> {
        self.issuers.iter().find(|issuer| issuer.id == *id)
    }

    /// The key of this issuer with this id.
    pub fn key(&self, issuer: &IssuerId, kid: &Kid) -> Option<&IssuerKey> {
        self.issuer(issuer)?.key(kid)
    }

    /// Signs the list with the root key.
    pub fn sign(&self, root: &KeyPair) -> Result<Vec<u8>, CredentialError> {
        self.check()?;
        let payload = cbor::from_serde(self)?;
        let bytes = cose::sign(root, None, None, AAD, payload);
        cbor::at_most("trust list", &bytes, MAX_BYTES)?;
        Ok(bytes)
    }

    /// Takes a list that the root signed. `at_least` is the version held already: an older one is
    /// refused, the same one is taken again (a station reads its own copy at every start).
    pub fn verify(
        bytes: &[u8],
        root_public: &[u8; 32],
        at_least: Option<u64>,
    ) -> Result<TrustList, CredentialError> {
        cbor::at_most("trust list", bytes, MAX_BYTES)?;
        let signed = Signed::decode(bytes, None, Order::Sorted)?;
        signed.verify(root_public, AAD)?;
        let list: TrustList = cbor::to_serde(signed.payload())?;
        list.check()?;
        if at_least.is_some_and(|held| list.version < held) {
            return Err(CredentialError::GoesBack);
        }
        Ok(list)
    }

    /// What must hold for look-ups to have one answer.
    fn check(&self) -> Result<(), CredentialError> {
        let mut ids: Vec<_> = self.issuers.iter().map(|issuer| &issuer.id).collect();
        ids.sort();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(CredentialError::Shape("issuer named once"));
        }
        for issuer in &self.issuers {
            front::normal_host(&issuer.host)?;
            for (i, key) in issuer.keys.iter().enumerate() {
                let twice = issuer.keys[..i].iter().any(|other| other.kid == key.kid);
                if twice || key.kid != Kid::of(&key.public) {
                    return Err(CredentialError::Shape("key id"));
                }
                if key.until.is_some_and(|until| until < key.from) {
                    return Err(CredentialError::Shape("days of a key"));
                }
            }
        }
        Ok(())
    }
}

/// 32 bytes as hexadecimal text, so that a list can be read by people.
mod public_hex {
    use data_encoding::HEXLOWER;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        HEXLOWER
            .decode(text.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| D::Error::custom("a public key has 64 hexadecimal digits"))
    }
}
