//! Tests of sealing as a whole: who opens what, who does not, and what a thief has.

use std::convert::Infallible;

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest as _, Sha256};

use super::*;

/// SHA-256 over a counter: random enough for a test, and the same each time.
struct Counter(u64);

impl TryRng for Counter {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&Sha256::digest(self.0.to_be_bytes())[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Counter {}

const NIP: u64 = 197_402_152_001_122_001;
const PLAIN: &[u8] = br#"{"name":"Sri Wahyuni","nip":"197402152001122001"}"#;
const CARD: [u8; 64] = [0x5a; 64];
const NEWER_CARD: [u8; 64] = [0xa5; 64];

/// A region with one record, one station and one clerk.
struct Region {
    epoch: EpochKey,
    record: SealedRecord,
    station: StationKeys,
    wrapped: WrappedEpoch,
    secret: StaffSecret,
    envelope: StaffEnvelope,
}

fn region() -> Region {
    let rng = &mut Counter(0);
    let epoch = EpochKey::generate(3, rng);
    let look_ups = [LookUp::Nip(NIP), LookUp::Karpeg("A 123456")];
    let id = RecordId("r-1".into());
    let record = seal_record(PLAIN, id, 5, &[&CARD, &NEWER_CARD], &epoch, &look_ups, rng).unwrap();
    let station = StationKeys::generate(rng).unwrap();
    let wrapped = wrap_epoch(&epoch, &station.public, rng).unwrap();
    let secret = StaffSecret::generate(rng);
    let envelope = wrap_private(&station, &secret, "260926", StaffParams::LEAST, rng).unwrap();
    Region { epoch, record, station, wrapped, secret, envelope }
}

#[test]
fn each_card_in_use_opens_its_own_person_and_a_stranger_none() {
    let record = region().record;
    assert_eq!(open_by_card(&record, &CARD).unwrap().as_slice(), PLAIN);
    assert_eq!(open_by_card(&record, &NEWER_CARD).unwrap().as_slice(), PLAIN);
    assert_eq!(open_by_card(&record, &[1; 64]).err(), Some(SealedError::NotForThisKey));
    assert!(
        record.wraps.iter().any(|wrap| matches!(wrap, Wrap::Card { tag, .. } if *tag == card_tag(&CARD)))
    );
}

#[test]
fn a_signed_in_clerk_opens_the_region() {
    let region = region();
    let keys = open_private(&region.envelope, &region.secret, "260926").unwrap();
    assert_eq!(keys.public, region.station.public);
    let epoch = unwrap_epoch(&region.wrapped, keys.private()).unwrap();
    assert_eq!(open_by_epoch(&region.record, &epoch).unwrap().as_slice(), PLAIN);
    assert_eq!(epoch.index(&LookUp::Nip(NIP)), region.record.indexes[0]);
    assert_eq!(epoch.index(&LookUp::Karpeg("a-123.456")), region.record.indexes[1]);
    assert_ne!(epoch.index(&LookUp::Nip(NIP + 1)), region.record.indexes[0]);

    let other = EpochKey::generate(3, &mut Counter(1_000));
    assert_eq!(open_by_epoch(&region.record, &other).err(), Some(SealedError::DoesNotOpen));
    let next = EpochKey::generate(4, &mut Counter(1_000));
    assert_eq!(open_by_epoch(&region.record, &next).err(), Some(SealedError::NotForThisKey));
    assert_ne!(next.index(&LookUp::Nip(NIP)).tag, other.index(&LookUp::Nip(NIP)).tag);
}

#[test]
fn secret_and_pin_are_both_needed() {
    let Region { envelope, secret, .. } = region();
    let other = StaffSecret::generate(&mut Counter(500));
    for (secret, pin) in [(&secret, "260927"), (&secret, ""), (&other, "260926")] {
        assert_eq!(open_private(&envelope, secret, pin).err(), Some(SealedError::DoesNotOpen));
    }
    // The costs in the envelope are bound to it and bounded.
    let mut dearer = envelope.clone();
    dearer.params.passes += 1;
    assert_eq!(open_private(&dearer, &secret, "260926").err(), Some(SealedError::DoesNotOpen));
    for (memory_kib, passes, lanes) in [(u32::MAX, 3, 1), (64, 3, 1), (65_536, 1_000, 1), (65_536, 3, 0)] {
        let params = StaffParams { memory_kib, passes, lanes };
        let envelope = StaffEnvelope { params, ..envelope.clone() };
        assert_eq!(open_private(&envelope, &secret, "260926").err(), Some(SealedError::Costs));
    }
}

#[test]
fn a_staff_secret_survives_its_text_and_is_no_cards_code() {
    let secret = StaffSecret::generate(&mut Counter(7));
    let text = secret.to_text();
    assert_eq!(StaffSecret::parse(&text).unwrap().as_bytes(), secret.as_bytes());
    for other in ["", "STAF:", "STAF:AAAA", "HTTPS://A.B/V/AAAAAAAAAAAAAAAA#AAAA", &text[5..]] {
        assert!(StaffSecret::parse(other).is_none(), "{other}");
    }
    assert_eq!(format!("{secret:?}"), "StaffSecret(..)");
}

/// A thief has the disk: every byte that a station stores, and time. No card, no staff secret.
#[test]
fn a_thief_opens_nothing() {
    let region = region();
    let disk = [
        serde_json::to_string(&region.record).unwrap(),
        serde_json::to_string(&region.envelope).unwrap(),
        serde_json::to_string(&region.wrapped).unwrap(),
        HEXLOWER.encode(&region.station.public),
    ]
    .concat();
    for known in ["Sri Wahyuni", "197402152001122001", "STAF:", "260926"] {
        assert!(!disk.contains(known), "{known} stands on the disk");
    }

    // Everything stored, as bytes, and in it every run of the length of a key or a signature.
    let mut bytes = region.record.ciphertext.clone();
    for wrap in &region.record.wraps {
        let (Wrap::Card { wrapped, .. } | Wrap::Epoch { wrapped, .. }) = wrap;
        bytes.extend(wrapped);
        if let Wrap::Card { tag, .. } = wrap {
            bytes.extend(tag);
        }
    }
    bytes.extend(region.record.indexes.iter().flat_map(|index| index.tag));
    bytes.extend(&region.envelope.sealed);
    bytes.extend(region.envelope.salt);
    bytes.extend(region.envelope.public);
    bytes.extend(&region.wrapped.sealed);
    let secrets: [&[u8]; 4] =
        [&CARD[..32], region.epoch.secret(), region.station.private(), region.secret.as_bytes()];
    for secret in secrets {
        assert!(!bytes.windows(secret.len()).any(|run| run == secret));
    }
    for run in bytes.windows(64) {
        assert!(open_by_card(&region.record, run).is_err());
    }
    for run in bytes.windows(16) {
        assert!(open_by_card(&region.record, run).is_err());
    }
    for run in bytes.windows(32) {
        let run: [u8; 32] = run.try_into().unwrap();
        assert!(open_by_card(&region.record, &run).is_err());
        assert!(open_by_epoch(&region.record, &EpochKey::from_secret(3, run)).is_err());
        assert!(unwrap_epoch(&region.wrapped, &run).is_err());
    }
    // Nor does the NIP betray itself to somebody who can guess it.
    let guess = EpochKey::from_secret(3, Sha256::digest(NIP.to_be_bytes()).into());
    assert_ne!(guess.index(&LookUp::Nip(NIP)), region.record.indexes[0]);
    assert_eq!(
        open_private(&region.envelope, &StaffSecret::generate(&mut Counter(9)), "260926").err(),
        Some(SealedError::DoesNotOpen)
    );
}

#[test]
fn no_part_of_a_record_goes_with_another() {
    let rng = &mut Counter(50);
    let Region { epoch, record, .. } = region();
    let seal = |id: &str, version, rng: &mut Counter| {
        seal_record(PLAIN, RecordId(id.into()), version, &[&CARD], &epoch, &[], rng).unwrap()
    };
    for other in [seal("r-2", 5, rng), seal("r-1", 6, rng), seal("r-1", 5, rng)] {
        let content = SealedRecord { ciphertext: other.ciphertext.clone(), ..record.clone() };
        let wraps = SealedRecord { wraps: other.wraps.clone(), ..record.clone() };
        for mixed in [content, wraps] {
            assert!(open_by_card(&mixed, &CARD).is_err());
            assert!(open_by_epoch(&mixed, &epoch).is_err());
        }
    }
    let renamed = SealedRecord { id: RecordId("r-9".into()), ..record.clone() };
    let renumbered = SealedRecord { version: 6, ..record };
    for record in [renamed, renumbered] {
        assert!(open_by_card(&record, &CARD).is_err());
        assert!(open_by_epoch(&record, &epoch).is_err());
    }
}

#[test]
fn a_record_travels_as_json() {
    let record = region().record;
    let json = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<SealedRecord>(&json).unwrap(), record);
    assert!(json.len() < 2 * PLAIN.len() + 800, "{}", json.len());
}

/// RFC 9180, appendix A.2.1 (base mode, sequence number 0).
#[test]
fn the_vector_of_rfc_9180() {
    let hex = |text: &str| HEXLOWER.decode(text.as_bytes()).unwrap();
    let private = hex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
    let private = private.try_into().unwrap();
    let sealed = hex(concat!(
        "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
    ));
    let info = hex("4f6465206f6e2061204772656369616e2055726e");
    let plain = open_with(&private, &info, b"Count-0", &sealed).unwrap();
    assert_eq!(plain.as_slice(), b"Beauty is truth, truth beauty");
}

#[test]
fn sealed_to_a_public_key_for_one_purpose_and_one_thing() {
    let keys = StationKeys::generate(&mut Counter(3)).unwrap();
    let sealed = seal_to(&keys.public, b"photo", b"p-1", PLAIN, &mut Counter(4)).unwrap();
    assert_eq!(open_with(keys.private(), b"photo", b"p-1", &sealed).unwrap().as_slice(), PLAIN);
    let other = StationKeys::generate(&mut Counter(5)).unwrap();
    assert!(open_with(other.private(), b"photo", b"p-1", &sealed).is_err());
    assert!(open_with(keys.private(), b"job", b"p-1", &sealed).is_err());
    assert!(open_with(keys.private(), b"photo", b"p-2", &sealed).is_err());
    // A public key of small order would make the secret known to everybody.
    assert_eq!(
        seal_to(&[0; 32], b"photo", b"p-1", PLAIN, &mut Counter(4)).err(),
        Some(SealedError::PublicKey)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn one_changed_byte_opens_nothing(at: usize, with: u8, part in 0_usize..4) {
        let keys = StationKeys::from_private(&[7; 32]).unwrap();
        let rng = &mut Counter(0);
        let epoch = EpochKey::from_secret(1, [8; 32]);
        let mut record = seal_record(PLAIN, RecordId("r".into()), 1, &[&CARD], &epoch, &[], rng).unwrap();
        let mut sealed = seal_to(&keys.public, b"i", b"a", PLAIN, rng).unwrap();
        let bytes = match (part, &mut record.wraps[..]) {
            (0, _) => &mut record.ciphertext,
            (1, [Wrap::Card { wrapped, .. }, _]) | (2, [_, Wrap::Epoch { wrapped, .. }]) => wrapped,
            _ => &mut sealed,
        };
        let at = at % bytes.len();
        prop_assume!(bytes[at] != with);
        bytes[at] = with;
        if part < 2 { prop_assert!(open_by_card(&record, &CARD).is_err()); }
        if part == 0 || part == 2 { prop_assert!(open_by_epoch(&record, &epoch).is_err()); }
        // X25519 ignores the last bit of a point, HPKE binds the point as it was sent.
        if part == 3 { prop_assert!(open_with(keys.private(), b"i", b"a", &sealed).is_err()); }
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(open_with(&[7; 32], b"i", b"a", &bytes).is_err());
        let wrapped = WrappedEpoch { epoch: 1, sealed: bytes };
        prop_assert!(unwrap_epoch(&wrapped, &[7; 32]).is_err());
    }
}
