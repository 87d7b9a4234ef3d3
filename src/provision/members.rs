//! The staff of a station: each with a code and a PIN of their own for the same key pair, so that
//! the audit log says who, and so that one can be taken away without the others.

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::staff::unlocked;
use super::{PinError, UnlockError, Unlocked, check_pin, new_staff_code, staff_secret};
use crate::clock::SharedClock;
use crate::sealed::{SealedError, StaffParams, StaffSecret, open_private, wrap_private};
use crate::store::{Identity, NoteStore, StaffMember, StaffStore, StoreError};

/// The member of the staff who was there when the station joined.
pub const FIRST: &str = "petugas-1";

/// Name of the setting that counts members; a number is never given twice.
const COUNT: &str = "staff.count";

/// Letters in a name.
const LONGEST_NAME: usize = 60;

#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    #[error("the PIN is refused: {0}")]
    Pin(#[from] PinError),
    #[error("a name has 1 to {LONGEST_NAME} letters")]
    Name,
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("keys: {0}")]
    Keys(#[from] SealedError),
}

/// Opens the station with whatever member's code and PIN these are. Returns the member's id and
/// name; the first member has no name.
pub fn open_as(
    identity: &Identity,
    staff: &[StaffMember],
    code: &str,
    pin: &str,
) -> Result<(String, String, Unlocked), UnlockError> {
    let secret = staff_secret(code).ok_or(UnlockError::Wrong)?;
    let tag = tag(&secret);
    for member in staff.iter().filter(|member| member.tag == tag) {
        match open_private(&member.envelope, &secret, pin) {
            Ok(keys) => return Ok((member.id.clone(), member.name.clone(), unlocked(identity, keys)?)),
            Err(SealedError::DoesNotOpen) => {}
            Err(_) => return Err(UnlockError::JoinAgain),
        }
    }
    let keys = open_private(&identity.staff_envelope, &secret, pin).map_err(|error| match error {
        SealedError::DoesNotOpen => UnlockError::Wrong,
        _ => UnlockError::JoinAgain,
    })?;
    Ok((FIRST.to_owned(), String::new(), unlocked(identity, keys)?))
}

/// Adds a member, by the word of one who is there: their code and PIN open what is wrapped anew.
/// Returns the new member's id and code; the code is shown once and kept nowhere.
#[allow(clippy::too_many_arguments, reason = "two people, each with a code or a name, and a PIN")]
pub fn add_member(
    store: &mut (impl StaffStore + NoteStore),
    identity: &Identity,
    clock: &SharedClock,
    opened_by: &Unlocked,
    name: &str,
    pin: &str,
    params: StaffParams,
    rng: &mut impl CryptoRng,
) -> Result<(String, Zeroizing<String>), MemberError> {
    check_pin(pin)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(MemberError::Name);
    }
    debug_assert_eq!(identity.sealing_public, opened_by.keys.public, "the station's own keys");
    let count = store.setting(COUNT)?.and_then(|count| count.parse::<u32>().ok()).unwrap_or(1) + 1;
    let code = new_staff_code(rng);
    let secret = staff_secret(&code).ok_or(SealedError::Shape("staff code"))?;
    let member = StaffMember {
        id: format!("petugas-{count}"),
        name: name.to_owned(),
        tag: tag(&secret),
        envelope: wrap_private(&opened_by.keys, &secret, pin, params, rng)?,
        added_at: clock.now(),
    };
    // The number first: one that is counted and not used is nobody's.
    store.put_setting(COUNT, &count.to_string())?;
    store.add_staff(&member)?;
    store.note("staff-added", &member.id, clock.now())?;
    Ok((member.id, code))
}

/// Eight bits of the code, so that one attempt costs one Argon2id and not one for each member. It
/// takes eight of the code's 43 bits from a thief's work; the PIN and Argon2id stand before the rest.
fn tag(secret: &StaffSecret) -> u8 {
    Sha256::new().chain_update(b"anjungan/staff-tag/1").chain_update(secret.as_bytes()).finalize()[0]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::clock::{ManualClock, os_random};
    use crate::protocol::{Enrolled, EpochWrap};
    use crate::sealed::{EpochKey, StationKeys, wrap_epoch};
    use crate::store::SqliteStore;

    const PIN: &str = "582917";

    #[test]
    fn each_member_opens_with_their_own_code_until_they_are_removed() {
        let rng = &mut os_random();
        let keys = StationKeys::generate(rng).unwrap();
        let wrapped = wrap_epoch(&EpochKey::generate(1, rng), &keys.public, rng).unwrap();
        let first = new_staff_code(rng);
        let secret = staff_secret(&first).unwrap();
        let identity = Identity {
            central_url: "http://127.0.0.1:9".into(),
            enrolled: Enrolled {
                device_id: "D".into(),
                station_name: "Meja 1".into(),
                place: "Lobi".into(),
                utc_offset_hours: 7,
                issuer: "6201".into(),
                root_public: vec![1; 32].into(),
                time_public: vec![2; 32].into(),
                portrait_public: vec![3; 32].into(),
                epoch: EpochWrap { epoch: wrapped.epoch, wrapped: wrapped.sealed.into() },
                waiting: false,
            },
            device_key: "device.key".into(),
            sealing_public: keys.public,
            staff_envelope: wrap_private(&keys, &secret, PIN, StaffParams::LEAST, rng).unwrap(),
            joined_at: Timestamp::UNIX_EPOCH,
        };
        let dir = tempfile::tempdir().unwrap();
        let mut store =
            SqliteStore::open(dir.path().join("station.db"), Timestamp::UNIX_EPOCH).unwrap().store;
        let clock: SharedClock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let (id, name, open) = open_as(&identity, &[], &first, PIN).unwrap();
        assert_eq!((id.as_str(), name.as_str()), (FIRST, ""));

        let mut add = |name: &str, pin: &str| {
            add_member(&mut store, &identity, &clock, &open, name, pin, StaffParams::LEAST, &mut os_random())
        };
        assert!(matches!(add("Rina", "123456"), Err(MemberError::Pin(_))), "an easy PIN");
        assert!(matches!(add(" ", "739164"), Err(MemberError::Name)));
        let (rina, rinas) = add("Rina", "739164").unwrap();
        let (budi, budis) = add("Budi", "204857").unwrap();
        assert_eq!((rina.as_str(), budi.as_str()), ("petugas-2", "petugas-3"));

        let staff = store.staff().unwrap();
        let (id, name, _) = open_as(&identity, &staff, &rinas, "739164").unwrap();
        assert_eq!((id.as_str(), name.as_str()), ("petugas-2", "Rina"));
        assert!(matches!(open_as(&identity, &staff, &rinas, "204857"), Err(UnlockError::Wrong)));
        assert!(matches!(open_as(&identity, &staff, &budis, PIN), Err(UnlockError::Wrong)));
        assert_eq!(open_as(&identity, &staff, &first, PIN).unwrap().0, FIRST);

        assert!(store.remove_staff("petugas-2").unwrap() && !store.remove_staff("petugas-2").unwrap());
        let staff = store.staff().unwrap();
        assert!(matches!(open_as(&identity, &staff, &rinas, "739164"), Err(UnlockError::Wrong)));
        assert_eq!(open_as(&identity, &staff, &budis, "204857").unwrap().0, "petugas-3");
        let mut add = |name: &str| {
            add_member(
                &mut store,
                &identity,
                &clock,
                &open,
                name,
                "739164",
                StaffParams::LEAST,
                &mut os_random(),
            )
        };
        assert_eq!(add("Ani").unwrap().0, "petugas-4", "a number is nobody else's");
    }
}
