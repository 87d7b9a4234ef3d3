//! Jumps of the server's clock, and what goes on meanwhile.

use std::sync::Arc;

use super::*;
use crate::central::testing::{TestOffice, office};
use crate::central::{Office, documents, keys, retention, status, trust};
use crate::clock::ManualClock;

const DAY: i64 = 86_400;

fn jump(t: &TestOffice, seconds: i64) {
    let now = t.clock_now();
    t.clock.set(now.checked_add(SignedDuration::from_secs(seconds)).unwrap());
}

impl TestOffice {
    fn clock_now(&self) -> Timestamp {
        self.office.clock.now()
    }
}

/// The same office, started again by a machine whose clock shows this.
async fn started(t: &TestOffice, shows: Timestamp) -> Office {
    let clock = Arc::new(ManualClock::at(shows));
    Office::open(t.office.config.clone(), clock).await.unwrap()
}

#[tokio::test]
async fn a_clock_that_runs_on_is_believed_and_one_that_jumps_is_not() {
    for (seconds, doubted) in [
        (0, false),
        (59 * 60, false),
        (-59 * 60, false),
        (61 * 60, true),
        (-61 * 60, true),
        (7 * 3600, true),
        (5 * 365 * DAY, true),
        (-5 * 365 * DAY, true),
    ] {
        let t = office().await;
        look(&t.office).await.unwrap();
        // Years go by, and no doubt arises from it.
        for _ in 0..30 {
            t.advance(40 * DAY as u64);
            assert_eq!(t.office.clock_doubt(), None);
        }
        let before = t.clock_now();
        jump(&t, seconds);
        assert_eq!(t.office.clock_doubt().is_some(), doubted, "{seconds}");
        assert_eq!(t.office.sure_now().is_err(), doubted);
        if doubted {
            t.advance(600);
            let known = t.office.known_now();
            assert_eq!(known.duration_since(before).as_secs(), 600, "the steady clock runs on");
            // Set right, it is believed by itself.
            jump(&t, -seconds);
            assert_eq!(t.office.clock_doubt(), None);
        }
    }
}

#[tokio::test]
async fn after_a_start_the_last_time_of_the_database_is_what_counts() {
    let t = office().await;
    look(&t.office).await.unwrap();
    let good = t.clock_now();
    for (days, doubted) in
        [(0, false), (29, false), (31, true), (90, true), (4000, true), (-1, true), (-4000, true)]
    {
        let shows = good.checked_add(SignedDuration::from_hours(24 * days)).unwrap();
        let office = started(&t, shows).await;
        assert_eq!(office.clock_doubt().is_some(), doubted, "{days} days");
        assert_eq!(office.today() == t.office.today(), doubted || days == 0, "{days} days");
        assert!(look(&office).await.is_ok());
        if doubted {
            assert_eq!(
                row(&office.store).await.unwrap().unwrap().good_at,
                good.as_second(),
                "not written down"
            );
        } else {
            sqlx::query("UPDATE server_clock SET good_at = $1")
                .bind(good.as_second())
                .execute(office.store.pool())
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn a_first_start_has_nothing_to_go_by_but_that_it_is_not_1970() {
    let dir = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
    let config = crate::central::CentralConfig {
        data: dir.path().join("data"),
        database: crate::central::testing::database().await,
        ..crate::central::CentralConfig::example()
    };
    let office = Office::open(config, Arc::new(clock.clone())).await.unwrap();
    assert!(office.clock_doubt().is_some());
    assert!(matches!(trust::list(&office).await, Err(CentralError::Clock(_))));
    // NTP comes.
    clock.set("2026-03-02T03:00:00Z".parse().unwrap());
    assert_eq!(office.clock_doubt(), None);
    trust::list(&office).await.unwrap();
}

#[tokio::test]
async fn six_seconds_in_another_year_sign_delete_and_end_nothing() {
    let t = office().await;
    look(&t.office).await.unwrap();
    crate::central::testing::somebody(&t).await;
    let mut tx = t.office.store.write().await.unwrap();
    audit(&mut tx, t.clock_now(), "X", "look: valid", "Y").await.unwrap();
    tx.commit().await.unwrap();
    let list = trust::list(&t.office).await.unwrap();
    let lines = async || -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM audit").fetch_one(t.office.store.pool()).await.unwrap()
    };
    let (before, today, keys_before) =
        (lines().await, t.office.today(), keys::signing::all(&t.office).await.unwrap());
    jump(&t, 11 * 365 * DAY);
    for cleared in [false, true] {
        if cleared {
            documents::forget(&t.office).await;
        }
        assert_eq!(trust::list(&t.office).await.unwrap().bytes, list.bytes, "the last good list goes on");
    }
    let kid = keys_before[0].kid.to_string();
    assert!(
        matches!(status::list(&t.office, "6201", &kid).await, Err(CentralError::Clock(_))),
        "a list that was never signed is not signed now"
    );
    assert!(matches!(retention::run(&t.office, false).await, Err(CentralError::Clock(_))));
    crate::central::day_turns(&t.office, &mut None).await;
    assert_eq!(lines().await, before, "nothing was deleted and nothing done");
    assert_eq!(t.office.today(), today, "nobody's contract ends by it");
    let keys_after = keys::signing::all(&t.office).await.unwrap();
    assert_eq!(keys_after.len(), keys_before.len(), "no key is rotated");
    jump(&t, -11 * 365 * DAY);
    assert_eq!(t.office.clock_doubt(), None);
    status::list(&t.office, "6201", &kid).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_confirmation_reaches_a_server_that_runs_and_the_next_start() {
    let t = office().await;
    look(&t.office).await.unwrap();
    jump(&t, 90 * DAY);
    assert!(t.office.clock_doubt().is_some());
    let console = started(&t, t.clock_now()).await;
    assert!(console.clock_doubt().is_some());
    assert!(reset_stations(&console, "admin", true).await.is_err(), "not by a clock that is in doubt");
    confirm(&console, "admin").await.unwrap();
    assert_eq!(console.clock_doubt(), None);
    assert!(t.office.clock_doubt().is_some(), "not yet heard of");
    look(&t.office).await.unwrap();
    assert_eq!(t.office.clock_doubt(), None);
    assert_eq!(started(&t, t.clock_now()).await.clock_doubt(), None);
    // What was confirmed once is no leave for the next jump.
    jump(&t, 90 * DAY);
    look(&t.office).await.unwrap();
    assert!(t.office.clock_doubt().is_some());
    let actions: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM audit WHERE action = 'clock-confirm'")
        .fetch_one(t.office.store.pool())
        .await
        .unwrap();
    assert_eq!(actions, 1);
}

#[tokio::test]
async fn stations_are_told_to_take_a_time_back_for_a_month_and_no_longer() {
    let t = office().await;
    assert_eq!(resets_until(&t.office).await.unwrap(), None);
    let until = reset_stations(&t.office, "admin", true).await.unwrap();
    assert_eq!(resets_until(&t.office).await.unwrap(), until);
    look(&t.office).await.unwrap();
    assert_eq!(resets_until(&t.office).await.unwrap(), until, "the time that is written down leaves it");
    reset_stations(&t.office, "admin", false).await.unwrap();
    assert_eq!(resets_until(&t.office).await.unwrap(), None);
    reset_stations(&t.office, "admin", true).await.unwrap();
    t.advance((RESET_DAYS * DAY) as u64);
    assert_eq!(resets_until(&t.office).await.unwrap(), None);
}
