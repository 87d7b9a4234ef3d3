//! Employees who work with the office's pages: their roles, their second factor, their sessions.
//! An administrator is made on the command line; nobody becomes one over the network.

mod cli;
mod confirm;
pub mod rights;
mod second_factor;
mod session;
mod tries;

use clap::ValueEnum;
use serde::Serialize;

use super::commands::CONSOLE;
use super::ending::{self, Cause};
use super::registry::nip_from;
use super::storage::{Tx, audit};
use super::{CentralError, Office, welcome};
use crate::person::Nip;

pub use cli::{StaffCommand, run as staff_command};
pub use confirm::{confirm, touch, verdict};
pub use session::{Session, close, find, sign_in_from};
#[cfg(test)]
pub use session::{session_for_test, sign_in};

/// What somebody does at the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything.
    Administrator,
    /// People at the desk: who somebody is, codes for accounts, reports of wrong data.
    Desk,
    /// Stations.
    Technician,
}

/// A part of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    People,
    /// Suspending and revoking cards.
    Cards,
    Corrections,
    /// Photos, looked at after they counted.
    Photos,
    Stations,
    /// Whether a station that has joined is the office's own: administrators alone.
    Approval,
    /// What came out of the printers.
    Prints,
    /// Lists of employees, taken in.
    Lists,
    /// Keys of other systems.
    Systems,
    Journal,
}

impl Role {
    pub fn word(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Desk => "desk",
            Role::Technician => "technician",
        }
    }

    pub fn parse(word: &str) -> Option<Role> {
        Role::value_variants().iter().copied().find(|role| role.word() == word)
    }

    pub fn may(self, area: Area) -> bool {
        match self {
            Role::Administrator => true,
            Role::Desk => {
                matches!(area, Area::People | Area::Corrections | Area::Photos | Area::Prints)
            }
            Role::Technician => matches!(area, Area::Stations | Area::Prints),
        }
    }
}

/// A line of `staff list`.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    pub nip: Nip,
    pub name: String,
    pub role: Role,
}

/// Makes an employee staff, or gives them another role. Either way with a new second factor, whose
/// address for an authenticator app is returned and shown this once; open sessions end.
pub async fn put(office: &Office, nip: Nip, role: Role) -> Result<String, CentralError> {
    let number = nip.as_u64() as i64;
    let now = office.clock.now();
    let mut tx = office.store.write().await?;
    let known: Option<i64> = sqlx::query_scalar("SELECT 1 FROM people WHERE nip = $1")
        .bind(number)
        .fetch_optional(&mut *tx)
        .await?;
    known.ok_or(CentralError::NotFound("nobody in the registry has this NIP"))?;
    let totp_no: i64 = sqlx::query_scalar(
        "INSERT INTO staff (nip, role, totp_no, totp_last, added_at) VALUES ($1, $2, $3, 0, $3)
         ON CONFLICT (nip) DO UPDATE SET role = $2, totp_last = 0,
             totp_no = CASE WHEN staff.totp_no < $3 THEN $3 ELSE staff.totp_no + 1 END
         RETURNING totp_no",
    )
    .bind(number)
    .bind(role.word())
    // Never a number that was given before, not even to somebody who was staff, left and is back.
    .bind(now.as_microsecond())
    .fetch_one(&mut *tx)
    .await?;
    ending::of_person(&mut tx, nip, Cause::Role).await?;
    let record = welcome::record_of(&mut tx, nip).await?;
    audit(&mut tx, now, CONSOLE, "staff-put", &record).await?;
    tx.commit().await?;
    Ok(second_factor::address(office, nip, totp_no))
}

/// From now on an employee like all others.
pub async fn remove(office: &Office, nip: Nip) -> Result<(), CentralError> {
    let number = nip.as_u64() as i64;
    let mut tx = office.store.write().await?;
    ending::of_person(&mut tx, nip, Cause::Role).await?;
    let done = sqlx::query("DELETE FROM staff WHERE nip = $1").bind(number).execute(&mut *tx).await?;
    if done.rows_affected() == 0 {
        return Err(CentralError::NotFound("nobody of the staff has this NIP"));
    }
    let record = welcome::record_of(&mut tx, nip).await?;
    audit(&mut tx, office.clock.now(), CONSOLE, "staff-remove", &record).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn list(office: &Office) -> Result<Vec<Member>, CentralError> {
    let rows: Vec<(i64, String, String)> = sqlx::query_as(
        "SELECT s.nip, p.name, s.role FROM staff s JOIN people p ON p.nip = s.nip ORDER BY p.name, s.nip",
    )
    .fetch_all(office.store.pool())
    .await?;
    rows.into_iter()
        .map(|(nip, name, role)| {
            let role = Role::parse(&role).ok_or(CentralError::Stored("a role"))?;
            Ok(Member { nip: nip_from(nip)?, name, role })
        })
        .collect()
}

/// Does this person hold a role?
pub async fn is_member(tx: &mut Tx, nip: Nip) -> Result<bool, CentralError> {
    let held: Option<i64> = sqlx::query_scalar("SELECT 1 FROM staff WHERE nip = $1")
        .bind(nip.as_u64() as i64)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(held.is_some())
}

#[cfg(test)]
mod tests;
