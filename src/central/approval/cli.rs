//! Stations on the command line: a word for one that waits, and one in a list.

use serde_json::json;

use super::{DeviceLine, Standing, named};
use crate::central::commands::{CONSOLE, answer_of, open};
use crate::central::{CentralConfig, CentralError, Office};
use crate::protocol::Fingerprint;

/// A station as a line of JSON.
pub fn facts(device: &DeviceLine) -> serde_json::Value {
    let mut facts = serde_json::to_value(device).unwrap_or_default();
    facts["state"] = device.standing().word().into();
    facts["fingerprint"] = device.fingerprint().map(|keys| keys.to_string()).into();
    facts
}

/// `device approve ID|FINGERPRINT`. One that is approved already is a yes.
pub async fn approve(config: CentralConfig, station: &str, as_json: bool) -> Result<u8, CentralError> {
    let office = open(config).await?;
    let answer = approved(&office, station).await;
    office.store.close().await;
    answer_of(answer.map(|(device, keys)| {
        if as_json {
            json!({
                "device_id": device.id, "name": device.name, "place": device.place,
                "fingerprint": keys.to_string(), "state": Standing::Joined.word()
            })
            .to_string()
        } else {
            format!("{}  {} ({}) is approved: {keys}", device.id, device.name, device.place)
        }
    }))
}

async fn approved(office: &Office, station: &str) -> Result<(DeviceLine, Fingerprint), CentralError> {
    let found = named(office, station).await?;
    let device = found.ok_or(CentralError::NotFound("no station has this id or this fingerprint"))?;
    let keys = match (device.fingerprint(), device.standing()) {
        (Some(keys), Standing::Unapproved | Standing::Joined) => keys,
        (_, Standing::Revoked | Standing::Wiped) => {
            return Err(CentralError::NotFound("this station is revoked"));
        }
        _ => return Err(CentralError::NotFound("nothing has joined in this station's place")),
    };
    if device.standing() == Standing::Unapproved {
        super::approve(office, CONSOLE, keys).await?;
    }
    Ok((device, keys))
}
