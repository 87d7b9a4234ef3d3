//! The way out of a station that was revoked.
//!
//! "Unknown device" is a word that nobody signed: a captive portal, a server that was restored, or one at
//! the wrong address may say it, and a station that hears it keeps everything. It only asks whether it is
//! to leave. What it owes goes over first, and it goes when an order holds that is signed by the key pinned
//! at enrolment, for this device, this question and exactly what waits here.

use rand_core::CryptoRng;

use super::client::{Answer, Weight};
use super::sizes::Sizes;
use super::{Client, Roots, SyncError, Timeouts};
use crate::clock::SharedClock;
use crate::credential::{WipeOrder, sign_assertion, sign_wiped};
use crate::protocol::{
    AskNonce, AskWipe, HandOver, HandedOver, LeftItem, Nonce, OpenSession, Ordered, ProblemCode, Wiped,
};
use crate::store::{Farewell, Identity, Store};

/// Whoever accepts a photo while this goes on adds to what is owed. So many times it is begun anew in one
/// run; the next run goes on.
const TURNS: u32 = 3;

/// Hands over what is owed, asks for the order and obeys it. When this returns the store is empty but for
/// what it returns; an error leaves everything as it was.
pub(super) fn leave(
    client: &Client,
    store: &mut dyn Store,
    identity: &Identity,
    time_public: &[u8; 32],
    rng: &mut dyn CryptoRng,
) -> Result<Farewell, SyncError> {
    let device = client.device.as_ref().ok_or(SyncError::NotJoined)?;
    for _ in 0..TURNS {
        hand_over(client, store)?;
        let items = store.owed_ids()?;
        let mut challenge = [0; 32];
        rng.fill_bytes(&mut challenge);
        let asked = AskWipe { proof: prove(client)?, challenge: challenge.into(), items };
        let Ordered { order } = client.post_proven("leave/wipe", &asked, &asked.proof)?.json()?;
        let forged = |source| SyncError::Untrusted { what: "the order to wipe", source };
        WipeOrder::verify(&order.0, time_public, &device.id, &challenge, &asked.items).map_err(forged)?;
        let statement = sign_wiped(&device.key, &device.id, &challenge).map_err(forged)?;
        let farewell = Farewell {
            central_url: client.central_url().to_owned(),
            device_id: device.id.clone(),
            station_name: identity.enrolled.station_name.clone(),
            challenge: challenge.into(),
            statement: statement.into(),
            wiped_at: client.clock.now(),
            finished: false,
            told: false,
        };
        if store.wipe(&farewell, &asked.items)? {
            tracing::warn!(device = farewell.device_id, "this station was revoked, and has wiped itself");
            return Ok(farewell);
        }
    }
    Err(SyncError::Garbage { status: 200, why: "somebody goes on working here; later".into() })
}

/// Sends everything that waits. Nothing changes here: what an answer that was lost may have said is asked
/// again, and the server keeps each item once.
fn hand_over(client: &Client, store: &dyn Store) -> Result<(), SyncError> {
    let mut position = 0;
    loop {
        let owed = store.owed(position, HandOver::MOST, client.sized(Sizes::room))?;
        let Some((last, _)) = owed.last() else { return Ok(()) };
        let last = *last;
        let items: Vec<LeftItem> = owed.into_iter().map(|(_, item)| item).collect();
        let asked = HandOver { proof: prove(client)?, items };
        let told = client.post_proven("leave/items", &asked, &asked.proof).and_then(|answer| answer.json());
        let HandedOver { kept } = match told {
            // Fewer at a time. One that is too large by itself stays here, and so does the station.
            Err(SyncError::TooLarge { size }) if asked.items.len() > 1 => {
                client.sized(|sizes, now| sizes.refused(size, now));
                continue;
            }
            Err(error) => {
                if error.cut_short() {
                    let size: usize = asked.items.iter().map(|item| item.body.len()).sum();
                    client.sized(|sizes, _| sizes.broke_off(size));
                }
                return Err(error);
            }
            Ok(told) => told,
        };
        position = last;
        // Whether the server may let go of what it did not keep is for its order to say.
        let left = asked.items.iter().filter(|item| !kept.contains(&item.id)).count();
        if left > 0 {
            tracing::warn!(left, "the server has no room for more");
        }
    }
}

/// A signature over a nonce that is given to revoked stations alone.
fn prove(client: &Client) -> Result<OpenSession, SyncError> {
    let device = client.device.as_ref().ok_or(SyncError::NotJoined)?;
    let asked = AskNonce { device_id: device.id.clone() };
    let Nonce { nonce } = client.post("leave/nonce", &asked, None, Weight::Short)?.json()?;
    let signature = sign_assertion(&device.key, &device.id, &nonce.0)
        .map_err(|source| SyncError::Untrusted { what: "the nonce", source })?;
    Ok(OpenSession { device_id: device.id.clone(), nonce, signature: signature.into() })
}

/// Ends the wipe and tells the server, where either is still to do. What is left then; after an error, the
/// rest of it is done another time.
pub(super) fn go(client: &Client, store: &mut dyn Store, farewell: &Farewell) -> Result<Farewell, SyncError> {
    if !farewell.finished {
        store.finish_wipe()?;
    }
    if !farewell.told {
        tell(client, farewell)?;
        store.farewell_told()?;
    }
    Ok(Farewell { finished: true, told: true, ..farewell.clone() })
}

/// A server that refuses to hear it will not hear it another time either.
fn tell(client: &Client, farewell: &Farewell) -> Result<(), SyncError> {
    let told = Wiped {
        device_id: farewell.device_id.clone(),
        challenge: farewell.challenge.clone(),
        statement: farewell.statement.clone(),
    };
    match client.post("leave/wiped", &told, None, Weight::Short).and_then(Answer::nothing) {
        Err(SyncError::Refused(problem)) if is_final(problem.code) => {
            tracing::warn!(%problem, "the server does not want to hear that this station was wiped");
            Ok(())
        }
        other => other,
    }
}

fn is_final(code: ProblemCode) -> bool {
    matches!(code, ProblemCode::UnknownDevice | ProblemCode::NotFound | ProblemCode::DeviceSession)
}

/// At the start of a station that was wiped: ends what a power cut interrupted. An error: some of it is still
/// to do.
pub fn see_off(
    store: &mut dyn Store,
    clock: SharedClock,
    roots: &Roots,
    timeouts: Timeouts,
) -> Result<(), SyncError> {
    let Some(farewell) = store.farewell()? else { return Ok(()) };
    let client = Client::new(&farewell.central_url, clock, timeouts)?.with_roots(roots)?;
    go(&client, store, &farewell).map(drop)
}
