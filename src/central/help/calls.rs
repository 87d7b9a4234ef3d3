//! `Panggil Petugas`: calls between the stations of one place. They live in memory: one that is
//! older than ten minutes helps nobody, and after a restart the station calls again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::offers::not_found;
use crate::central::codes::random_id;
use crate::central::storage::audit;
use crate::central::{App, CentralError, Office, Refused};
use crate::protocol::{Call, CallState, DeskCall, DeskCalls};

/// After this a call that nobody took is over.
const LIFE: Duration = Duration::from_mins(10);
/// A desk that has not asked for this long does not listen.
const LISTENS_FOR: Duration = Duration::from_secs(30);
/// How long a desk's question may wait for news. Less than a station's patience for an answer.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

struct Open {
    id: String,
    /// The station that calls.
    device_id: String,
    station: String,
    place: String,
    state: CallState,
    since: Duration,
}

/// Stations that listen: their place, and when they asked last.
type Desks = HashMap<String, (String, Duration)>;

/// All open calls, and who listens.
pub struct Calls {
    open: Mutex<(Vec<Open>, Desks)>,
    version: watch::Sender<u64>,
}

impl Default for Calls {
    fn default() -> Self {
        Calls { open: Mutex::default(), version: watch::Sender::new(1) }
    }
}

impl Calls {
    /// With what is too old gone.
    fn with<T>(&self, now: Duration, act: impl FnOnce(&mut Vec<Open>, &mut Desks) -> T) -> T {
        let mut inner = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (open, desks) = &mut *inner;
        let before = open.len();
        open.retain(|call| now.saturating_sub(call.since) < LIFE);
        desks.retain(|_, (_, seen)| now.saturating_sub(*seen) < LISTENS_FOR);
        if open.len() != before {
            self.changed();
        }
        act(open, desks)
    }

    fn changed(&self) {
        self.version.send_modify(|version| *version += 1);
    }
}

async fn station(office: &Office, device_id: &str) -> Result<(String, String), CentralError> {
    Ok(sqlx::query_as("SELECT name, place FROM devices WHERE id = $1")
        .bind(device_id)
        .fetch_one(office.store.pool())
        .await?)
}

fn follow(open: &[Open], desks: &Desks, id: &str, device_id: &str) -> Option<Call> {
    let call = open.iter().find(|call| call.id == id)?;
    let desks = desks.iter().filter(|(desk, (place, _))| *place == call.place && *desk != device_id).count();
    Some(Call { id: id.to_owned(), state: call.state, desks: desks as u32 })
}

/// A station calls. While its former call is open, that is the call.
pub async fn call(app: &App, device_id: &str) -> Result<Call, Refused> {
    let office = &app.office;
    let (name, place) = station(office, device_id).await?;
    let now = office.clock.monotonic();
    let (call, new) = app.calls.with(now, |open, desks| {
        let held = open.iter().find(|call| call.device_id == device_id).map(|call| call.id.clone());
        let new = held.is_none();
        let id = held.unwrap_or_else(|| {
            let id = random_id();
            open.push(Open {
                id: id.clone(),
                device_id: device_id.to_owned(),
                station: name,
                place,
                state: CallState::Waiting,
                since: now,
            });
            id
        });
        (follow(open, desks, &id, device_id), new)
    });
    if new {
        app.calls.changed();
        let mut tx = office.store.write().await?;
        audit(&mut tx, office.clock.now(), device_id, "call-staff", device_id).await?;
        tx.commit().await?;
    }
    call.ok_or_else(|| not_found("the call is over"))
}

/// How far this station's call has come. One that is gone has ended.
pub fn look(app: &App, device_id: &str, id: &str) -> Call {
    let now = app.office.clock.monotonic();
    app.calls
        .with(now, |open, desks| {
            let own = open.iter().any(|call| call.id == id && call.device_id == device_id);
            own.then(|| follow(open, desks, id, device_id)).flatten()
        })
        .unwrap_or_else(|| Call { id: id.to_owned(), state: CallState::Ended, desks: 0 })
}

/// The open calls of this desk's place, when they are others than those of version `known`, or
/// after some seconds.
pub async fn listen(app: &App, device_id: &str, known: u64) -> Result<DeskCalls, Refused> {
    let (_, place) = station(&app.office, device_id).await?;
    let mut news = app.calls.version.subscribe();
    let present = |version: u64| {
        let now = app.office.clock.monotonic();
        let calls = app.calls.with(now, |open, desks| {
            desks.insert(device_id.to_owned(), (place.clone(), now));
            open.iter()
                .filter(|call| call.place == place && call.device_id != device_id)
                .map(|call| DeskCall {
                    id: call.id.clone(),
                    station: call.station.clone(),
                    state: call.state,
                    age_s: now.saturating_sub(call.since).as_secs(),
                })
                .collect()
        });
        DeskCalls { version, calls }
    };
    let version = *news.borrow_and_update();
    // Known to listen from the question on, not from its answer.
    let held = present(version);
    if version != known {
        return Ok(held);
    }
    let _ = tokio::time::timeout(LONGEST_WAIT, news.changed()).await;
    let version = *news.borrow_and_update();
    Ok(present(version))
}

/// A desk of the same place says what it does about a call; the station that called may end it.
/// A state never goes back.
pub async fn mark(app: &App, device_id: &str, id: &str, state: CallState) -> Result<Call, Refused> {
    let office = &app.office;
    let (_, place) = station(office, device_id).await?;
    let now = office.clock.monotonic();
    let marked = app.calls.with(now, |open, desks| {
        let at = open.iter().position(|call| call.id == id)?;
        let own = open[at].device_id == device_id;
        // Who calls does not answer, and a desk elsewhere does not hear it.
        if own && state != CallState::Ended || !own && open[at].place != place {
            return None;
        }
        let moved = open[at].state < state;
        open[at].state = open[at].state.max(state);
        let call = follow(open, desks, id, device_id);
        if open[at].state == CallState::Ended {
            open.remove(at);
        }
        call.map(|call| (call, moved))
    });
    let (call, moved) = marked.ok_or_else(|| not_found("no such call here"))?;
    if moved {
        app.calls.changed();
        if call.state == CallState::Coming {
            let mut tx = office.store.write().await?;
            audit(&mut tx, office.clock.now(), device_id, "call-answered", id).await?;
            tx.commit().await?;
        }
    }
    Ok(call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::fleet::tests::joined_at;
    use crate::central::testing::office;

    #[tokio::test]
    async fn a_call_says_no_more_than_is_so() {
        let t = office().await;
        let app = t.app();
        let (caller, desk) = (joined_at(&t, "Lobi").await, joined_at(&t, "Lobi").await);
        let elsewhere = joined_at(&t, "Cabang").await;
        let first = call(&app, &caller).await.unwrap();
        assert_eq!((first.state, first.desks), (CallState::Waiting, 0), "nobody listens");
        assert_eq!(call(&app, &caller).await.unwrap().id, first.id, "one call at a time");

        let heard = listen(&app, &desk, 0).await.unwrap();
        assert_eq!(heard.calls.len(), 1);
        assert!(listen(&app, &elsewhere, 0).await.unwrap().calls.is_empty());
        let state = |id: &str| look(&app, &caller, id);
        assert_eq!((state(&first.id).state, state(&first.id).desks), (CallState::Waiting, 1));
        mark(&app, &desk, &first.id, CallState::Ringing).await.unwrap();
        assert_eq!(state(&first.id).state, CallState::Ringing);
        assert!(mark(&app, &elsewhere, &first.id, CallState::Coming).await.is_err());
        assert!(mark(&app, &caller, &first.id, CallState::Coming).await.is_err());
        mark(&app, &desk, &first.id, CallState::Coming).await.unwrap();
        mark(&app, &desk, &first.id, CallState::Ringing).await.unwrap();
        assert_eq!(state(&first.id).state, CallState::Coming, "never back");
        assert_eq!(look(&app, &desk, &first.id).state, CallState::Ended, "followed by its caller alone");
        mark(&app, &caller, &first.id, CallState::Ended).await.unwrap();
        assert_eq!(state(&first.id).state, CallState::Ended);
        assert_ne!(call(&app, &caller).await.unwrap().id, first.id);
        t.advance(600);
        assert!(listen(&app, &desk, 0).await.unwrap().calls.is_empty(), "too old");
    }

    #[tokio::test]
    async fn a_desk_hears_a_call_while_it_waits() {
        let t = office().await;
        let app = std::sync::Arc::new(t.app());
        let (caller, desk) = (joined_at(&t, "Lobi").await, joined_at(&t, "Lobi").await);
        let known = listen(&app, &desk, 0).await.unwrap().version;
        let waiting = tokio::spawn({
            let (app, desk) = (app.clone(), desk.clone());
            async move { listen(&app, &desk, known).await.unwrap() }
        });
        tokio::task::yield_now().await;
        call(&app, &caller).await.unwrap();
        assert_eq!(waiting.await.unwrap().calls.len(), 1);
    }
}
