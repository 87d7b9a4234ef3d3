//! What rests on a person, a role or a station, and ends with it: one table of causes, and the one place
//! where it is done.

use super::CentralError;
use super::storage::Tx;
use crate::person::Nip;

/// Why something ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The office gave a code for a new password: whoever knows the old one is out.
    NewCode,
    /// The person has a new password.
    NewPassword,
    /// The person is an employee no longer: dismissed, retired, dead, or their contract is over.
    Left,
    /// A role was given, changed or taken away, or there is a new second factor.
    Role,
    /// A station was shut out.
    StationRevoked,
}

/// What may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rests {
    PhoneSession,
    OfficeSession,
    /// A station's code that a phone approved and the station has not fetched.
    SignInOffer,
    /// The right to hand in a photo that was accepted after a sign-in; where it is unused.
    Grant,
    ActivationCode,
    PasswordLink,
    /// A challenge for a clerk who helps somebody in.
    AssistNonce,
    DeviceSession,
    DeviceNonce,
}

/// The table. What a revoked station's grants opened is decided about by staff (`quarantine`), so these stay.
pub const ENDS: &[(Cause, &[Rests])] = &[
    (
        Cause::NewCode,
        &[
            Rests::PhoneSession,
            Rests::OfficeSession,
            Rests::SignInOffer,
            Rests::Grant,
            Rests::PasswordLink,
            Rests::AssistNonce,
        ],
    ),
    (Cause::NewPassword, &PERSON),
    (Cause::Left, &PERSON),
    (Cause::Role, &[Rests::OfficeSession, Rests::AssistNonce]),
    (
        Cause::StationRevoked,
        &[Rests::DeviceSession, Rests::DeviceNonce, Rests::SignInOffer, Rests::AssistNonce],
    ),
];

/// All that rests on a person.
const PERSON: [Rests; 7] = [
    Rests::PhoneSession,
    Rests::OfficeSession,
    Rests::SignInOffer,
    Rests::Grant,
    Rests::ActivationCode,
    Rests::PasswordLink,
    Rests::AssistNonce,
];

fn ends(cause: Cause) -> impl Iterator<Item = Rests> {
    ENDS.iter().filter(move |(other, _)| *other == cause).flat_map(|(_, rests)| rests.iter().copied())
}

/// Ends what rests on this person, for this cause.
pub async fn of_person(tx: &mut Tx, nip: Nip, cause: Cause) -> Result<(), CentralError> {
    for rests in ends(cause) {
        let statement = match rests {
            Rests::PhoneSession => "DELETE FROM phone_sessions WHERE nip = $1",
            Rests::OfficeSession => "DELETE FROM staff_sessions WHERE nip = $1",
            Rests::SignInOffer => "DELETE FROM sign_in_offers WHERE nip = $1",
            Rests::Grant => "DELETE FROM grants WHERE nip = $1 AND item_id IS NULL",
            Rests::ActivationCode => {
                "UPDATE accounts SET code_hash = NULL, code_expires_at = NULL WHERE nip = $1"
            }
            // They count the letters of an hour, so they stay.
            Rests::PasswordLink => "UPDATE password_links SET expires_at = 0 WHERE nip = $1",
            Rests::AssistNonce => "DELETE FROM assist_nonces WHERE nip = $1",
            Rests::DeviceSession | Rests::DeviceNonce => continue,
        };
        sqlx::query(statement).bind(nip.as_u64() as i64).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Ends what rests on this station, once it is revoked.
pub async fn of_station(tx: &mut Tx, id: &str) -> Result<(), CentralError> {
    for rests in ends(Cause::StationRevoked) {
        let statement = match rests {
            Rests::DeviceSession => "DELETE FROM device_sessions WHERE device_id = $1",
            Rests::DeviceNonce => "DELETE FROM nonces WHERE device_id = $1",
            Rests::SignInOffer => "DELETE FROM sign_in_offers WHERE device_id = $1",
            Rests::AssistNonce => "DELETE FROM assist_nonces WHERE device_id = $1",
            _ => continue,
        };
        sqlx::query(statement).bind(id).execute(&mut **tx).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
