//! The status list: what became of each card of one issuer and key (IETF Token Status List, CWT
//! form, four bits an entry, zlib).
//!
//! A list says neither day nor cause; those come from the server or from an opened record. Its
//! address, the claim `sub`, follows from issuer and key id, so a code need not carry it.

use std::fmt;
use std::io::{Read as _, Write as _};

use ciborium::Value;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::cbor::{self, Order};
use super::claims::Claims;
use super::cose::{self, Signed};
use super::{CredentialError, Issuer, IssuerId, Kid, SigningKey, TrustList};

const TYP: &str = "application/statuslist+cwt";
const BITS: u64 = 4;
/// CWT claim keys.
const SUB: i64 = 2;
const EXP: i64 = 4;
const IAT: i64 = 6;
const STATUS_LIST: i64 = 65_533;
const TTL: i64 = 65_534;
/// A list as it travels: 10 million entries of which one in twenty is set take less.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// A list unfolded: 16 million entries.
const MAX_PACKED: u64 = 8 * 1024 * 1024;

/// What became of a card. Four bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardStatus {
    Valid,
    Revoked,
    Suspended,
    /// The holder is no longer PNS or PPPK.
    NoLongerAsn,
    /// A newer card was issued; this one still proves who its holder is.
    Replaced,
    /// A value that this version gives no meaning to.
    Unknown(u8),
}

impl CardStatus {
    pub fn from_bits(bits: u8) -> Self {
        match bits {
            0 => Self::Valid,
            1 => Self::Revoked,
            2 => Self::Suspended,
            3 => Self::NoLongerAsn,
            12 => Self::Replaced,
            other => Self::Unknown(other),
        }
    }

    pub fn bits(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Revoked => 1,
            Self::Suspended => 2,
            Self::NoLongerAsn => 3,
            Self::Replaced => 12,
            Self::Unknown(bits) => bits,
        }
    }
}

/// Which list: an issuer has one for each of its keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListId {
    pub issuer: IssuerId,
    pub kid: Kid,
}

impl ListId {
    /// The address of the list and the value of its `sub`. `host` is the issuer's, of the trust
    /// list.
    pub fn sub(&self, host: &str) -> String {
        format!("https://{}/v1/status/{}/{}", host.to_ascii_lowercase(), self.issuer, self.kid)
    }
}

/// A status list; see the module's head.
#[derive(Clone, PartialEq, Eq)]
pub struct StatusList {
    /// Two entries a byte, the first in the low half.
    packed: Vec<u8>,
    signed: Option<Signature>,
}

/// What a verified list says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    id: ListId,
    iat: Timestamp,
    exp: Option<Timestamp>,
    ttl: Option<SignedDuration>,
}

impl StatusList {
    /// A list of `len` entries (rounded up to an even number), all of them valid.
    pub fn new(len: usize) -> Self {
        Self { packed: vec![0; len.div_ceil(2)], signed: None }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.packed.len() * 2
    }

    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    /// One entry, in constant time; `None` beyond the end.
    pub fn get(&self, index: u64) -> Option<CardStatus> {
        let byte = *self.packed.get(usize::try_from(index / 2).ok()?)?;
        let bits = if index.is_multiple_of(2) { byte & 0x0f } else { byte >> 4 };
        Some(CardStatus::from_bits(bits))
    }

    /// Sets one entry.
    pub fn set(&mut self, index: u64, status: CardStatus) -> Result<(), CredentialError> {
        let bits = status.bits();
        let byte = usize::try_from(index / 2).ok().and_then(|at| self.packed.get_mut(at));
        let byte = byte.filter(|_| bits < 16).ok_or(CredentialError::NoSuchEntry)?;
        *byte = if index.is_multiple_of(2) { (*byte & 0xf0) | bits } else { (*byte & 0x0f) | (bits << 4) };
        // What was signed is no longer what stands here.
        self.signed = None;
        Ok(())
    }

    /// Signs the list. `sub` is [`ListId::sub`], `ttl` how long a station may go without asking
    /// for a newer one.
    pub fn sign(
        &self,
        key: &SigningKey,
        sub: &str,
        iat: Timestamp,
        exp: Option<Timestamp>,
        ttl: Option<SignedDuration>,
    ) -> Result<Vec<u8>, CredentialError> {
        let mut claims = vec![
            (Value::from(SUB), Value::Text(sub.to_owned())),
            (Value::from(IAT), Value::from(iat.as_second())),
            (Value::from(STATUS_LIST), self.to_cbor()),
        ];
        claims.extend(exp.map(|exp| (Value::from(EXP), Value::from(exp.as_second()))));
        claims.extend(ttl.map(|ttl| (Value::from(TTL), Value::from(ttl.as_secs()))));
        let payload = cbor::encode_sorted(Value::Map(claims));
        let bytes = cose::sign(key.pair(), Some(key.kid()), Some(TYP), &[], payload);
        cbor::at_most("status list", &bytes, MAX_BYTES)?;
        Ok(bytes)
    }

    /// Takes a list that an issuer of the trust list signed about itself. `expected_sub` is the
    /// address that was asked for; `not_before_iat` the `iat` of the list held already, behind
    /// which no other goes back.
    pub fn verify(
        bytes: &[u8],
        trust: &TrustList,
        expected_sub: &str,
        not_before_iat: Option<Timestamp>,
    ) -> Result<StatusList, CredentialError> {
        cbor::at_most("status list", bytes, MAX_BYTES)?;
        let signed = Signed::decode(bytes, Some(TYP), Order::Any)?;
        // The address says whose list it is; only a key of that issuer may sign it.
        let (issuer, id) = whose(trust, expected_sub).ok_or(CredentialError::UnknownSigner)?;
        let key = issuer.key(&signed.kid()?).ok_or(CredentialError::UnknownSigner)?;
        signed.verify(&key.public, &[])?;

        let claims = Claims::decode(signed.payload(), Order::Any)?;
        if claims.text(SUB) != Some(expected_sub) {
            return Err(CredentialError::NotThisOne("status list"));
        }
        let iat = instant(&claims, IAT)?.ok_or(CredentialError::Shape("iat"))?;
        key.check_moment(iat)?;
        if not_before_iat.is_some_and(|held| iat < held) {
            return Err(CredentialError::GoesBack);
        }
        let ttl = claims.value(TTL).map(|_| claims.uint(TTL).ok_or(CredentialError::Shape("ttl")));
        let ttl = ttl.transpose()?.and_then(|ttl| i64::try_from(ttl).ok()).map(SignedDuration::from_secs);
        let list = claims.value(STATUS_LIST).ok_or(CredentialError::Shape("status list"))?;
        let packed = from_cbor(list)?;
        let signed = Signature { id, iat, exp: instant(&claims, EXP)?, ttl };
        Ok(StatusList { packed, signed: Some(signed) })
    }

    /// Whose list a verified one is.
    pub fn id(&self) -> Option<&ListId> {
        self.signed.as_ref().map(|signed| &signed.id)
    }

    /// When a verified list was signed.
    pub fn iat(&self) -> Option<Timestamp> {
        self.signed.as_ref().map(|signed| signed.iat)
    }

    /// When a station should ask for a newer one, as the issuer wishes.
    pub fn ttl(&self) -> Option<SignedDuration> {
        self.signed.as_ref()?.ttl
    }

    /// Is it older than a desk may rely on, or past its own end? A list that was never verified is.
    pub fn is_stale(&self, now: Timestamp, limit: SignedDuration) -> bool {
        self.signed.as_ref().is_none_or(|signed| {
            now.duration_since(signed.iat) > limit || signed.exp.is_some_and(|exp| now >= exp)
        })
    }

    /// Until when a desk may rely on a verified list: its own end, or `limit` after it was signed,
    /// whichever comes first.
    pub fn good_until(&self, limit: SignedDuration) -> Option<Timestamp> {
        let signed = self.signed.as_ref()?;
        let aged = signed.iat.checked_add(limit).unwrap_or(Timestamp::MAX);
        Some(signed.exp.map_or(aged, |exp| exp.min(aged)))
    }

    fn to_cbor(&self) -> Value {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        // Neither call can fail: the sink is a Vec.
        let lst = zlib.write_all(&self.packed).and_then(|()| zlib.finish()).unwrap_or_default();
        Value::Map(vec![
            (Value::Text("bits".to_owned()), Value::from(BITS)),
            (Value::Text("lst".to_owned()), Value::Bytes(lst)),
        ])
    }
}

impl fmt::Debug for StatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("StatusList");
        debug.field("len", &self.len()).field("signed", &self.signed).finish_non_exhaustive()
    }
}

/// The issuer and key whose list has this address.
fn whose<'a>(trust: &'a TrustList, sub: &str) -> Option<(&'a Issuer, ListId)> {
    trust.issuers.iter().find_map(|issuer| {
        issuer.keys.iter().find_map(|key| {
            let id = ListId { issuer: issuer.id.clone(), kid: key.kid.clone() };
            (id.sub(&issuer.host) == sub).then_some((issuer, id))
        })
    })
}

fn instant(claims: &Claims, key: i64) -> Result<Option<Timestamp>, CredentialError> {
    let Some(value) = claims.value(key) else { return Ok(None) };
    let seconds = value.as_integer().and_then(|seconds| i64::try_from(seconds).ok());
    let instant = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    instant.map(Some).ok_or(CredentialError::Shape("time"))
}

/// The packed entries of `{"bits": 4, "lst": zlib}`, bounded.
fn from_cbor(list: &Value) -> Result<Vec<u8>, CredentialError> {
    let bits = cbor::entry(list, "bits").and_then(Value::as_integer);
    if bits != Some(BITS.into()) {
        return Err(CredentialError::Shape("four bits an entry"));
    }
    let zlib = cbor::entry(list, "lst").and_then(Value::as_bytes);
    let zlib = zlib.ok_or(CredentialError::Shape("status list"))?;
    let mut packed = Vec::new();
    ZlibDecoder::new(zlib.as_slice())
        .take(MAX_PACKED + 1)
        .read_to_end(&mut packed)
        .map_err(|_| CredentialError::Shape("zlib"))?;
    cbor::at_most("status list", &packed, MAX_PACKED as usize)?;
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    /// The four-bit test vector of the draft's appendix, CBOR form
    /// (oauth-wg/draft-ietf-oauth-status-list, `examples/status_list_encoding4_cbor`).
    const FOUR_BITS: &str = include_str!("vectors/status_list_encoding4_cbor.hex");
    /// A whole status list token of the draft, `examples/status_list_cwt`. It is signed with
    /// ES256, has its key id in the unprotected header and one bit an entry.
    const ES256_TOKEN: &str = include_str!("vectors/status_list_cwt.hex");

    fn bytes(hex: &str) -> Vec<u8> {
        let hex: String = hex.split_whitespace().collect();
        HEXLOWER.decode(hex.as_bytes()).unwrap()
    }

    #[test]
    fn the_four_bit_vector_of_the_draft() {
        let list = cbor::strict(&bytes(FOUR_BITS), Order::Any).unwrap();
        let list = StatusList { packed: from_cbor(&list).unwrap(), signed: None };
        assert_eq!(list.len(), 1 << 20);
        let set = [
            (0, 1),
            (1993, 2),
            (35_460, 3),
            (459_495, 4),
            (595_669, 5),
            (754_353, 6),
            (845_645, 7),
            (923_232, 8),
            (924_445, 9),
            (934_534, 10),
            (1_004_534, 11),
            (1_000_345, 12),
            (1_030_203, 13),
            (1_030_204, 14),
            (1_030_205, 15),
        ];
        for (index, bits) in set {
            assert_eq!(list.get(index), Some(CardStatus::from_bits(bits)), "{index}");
        }
        let others = (0..1 << 20).filter(|index| list.get(*index) != Some(CardStatus::Valid));
        assert_eq!(others.count(), set.len());
        assert_eq!(list.get(1 << 20), None);

        // And the same entries set by us are the same list.
        let mut ours = StatusList::new(1 << 20);
        for (index, bits) in set {
            ours.set(index, CardStatus::from_bits(bits)).unwrap();
        }
        assert_eq!(ours.packed, list.packed);
    }

    #[test]
    fn a_token_of_the_draft_with_another_algorithm_is_refused_as_such() {
        let token = bytes(ES256_TOKEN);
        assert_eq!(Signed::decode(&token, Some(TYP), Order::Any), Err(CredentialError::UnknownAlgorithm));
    }

    #[test]
    fn entries_do_not_touch_their_neighbours() {
        let mut list = StatusList::new(5);
        assert_eq!(list.len(), 6);
        list.set(2, CardStatus::Replaced).unwrap();
        list.set(3, CardStatus::NoLongerAsn).unwrap();
        list.set(2, CardStatus::Revoked).unwrap();
        let all: Vec<_> = (0..6).filter_map(|i| list.get(i)).map(CardStatus::bits).collect();
        assert_eq!(all, [0, 0, 1, 3, 0, 0]);
        assert!(list.set(6, CardStatus::Valid).is_err());
        assert!(list.set(0, CardStatus::Unknown(16)).is_err());
        assert_eq!(list.get(u64::MAX), None);
    }

    #[test]
    fn a_list_that_unfolds_without_end_is_refused() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(&vec![0; MAX_PACKED as usize + 1]).unwrap();
        let list = Value::Map(vec![
            (Value::Text("bits".into()), Value::from(4)),
            (Value::Text("lst".into()), Value::Bytes(zlib.finish().unwrap())),
        ]);
        assert!(matches!(from_cbor(&list), Err(CredentialError::TooLong { .. })));
    }
}
