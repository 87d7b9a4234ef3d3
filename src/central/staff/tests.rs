use std::net::{IpAddr, Ipv4Addr};

use super::second_factor::code_now;
use super::*;
use crate::central::entering::Asker;
use crate::central::testing::{TestOffice, office, somebody};
use crate::central::{App, Refused, accounts, entering, password, phone};
use crate::protocol::ProblemCode;

const PASSWORD: &str = "melati di beranda";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

struct Desk {
    t: TestOffice,
    app: App,
    nip: Nip,
    totp_no: i64,
}

async fn desk(role: Role) -> Desk {
    let t = office().await;
    let nip = somebody(&t).await;
    accounts::give_password(&t.office, nip, password::hash_now(PASSWORD).unwrap()).await.unwrap();
    put(&t.office, nip, role).await.unwrap();
    let totp_no = number_of(&t).await;
    Desk { app: t.app(), t, nip, totp_no }
}

async fn number_of(t: &TestOffice) -> i64 {
    sqlx::query_scalar("SELECT totp_no FROM staff").fetch_one(t.office.store.pool()).await.unwrap()
}

impl Desk {
    async fn sign_in(&self, password: &str, code: &str) -> Result<String, ProblemCode> {
        match sign_in(&self.app, self.nip, password.into(), code, "", HERE).await {
            Ok(cookie) => Ok(cookie),
            Err(Refused::Problem(problem)) => Err(problem.code),
            Err(other) => panic!("{other}"),
        }
    }

    fn code(&self) -> String {
        code_now(&self.t.office, self.nip, self.totp_no)
    }
}

#[tokio::test]
async fn all_three_must_fit_and_a_code_counts_once() {
    let desk = desk(Role::Desk).await;
    let code = desk.code();
    assert_eq!(desk.sign_in("salah sekali ini", &code).await, Err(ProblemCode::WrongCredentials));
    assert_eq!(desk.sign_in(PASSWORD, "").await, Err(ProblemCode::WrongCredentials));
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    desk.t.advance(3600);
    assert_eq!(desk.sign_in(PASSWORD, &spaced).await, Err(ProblemCode::WrongCredentials), "an hour old");
    let code = desk.code();
    let cookie = desk.sign_in(PASSWORD, &code).await.unwrap();
    assert_eq!(desk.sign_in(PASSWORD, &code).await, Err(ProblemCode::WrongCredentials), "used");
    let session = find(&desk.t.office, &cookie).await.unwrap().unwrap();
    assert_eq!(session.role, Role::Desk);
    close(&desk.t.office, &session).await.unwrap();
    assert!(find(&desk.t.office, &cookie).await.unwrap().is_none());
}

#[tokio::test]
async fn guessing_codes_with_the_right_password_slows_down() {
    let desk = desk(Role::Administrator).await;
    let mut slowed = false;
    for guess in 0..6 {
        let answer = desk.sign_in(PASSWORD, &format!("{guess:06}")).await;
        slowed |= answer == Err(ProblemCode::SlowDown);
    }
    assert!(slowed);
    // A new server in the same place, and junk for other numbers, forgive nothing.
    let again = Desk { app: desk.t.app(), ..desk };
    assert_eq!(again.sign_in(PASSWORD, &again.code()).await, Err(ProblemCode::SlowDown));
    // Nor does the right code in between forgive the wrong ones of whoever knows the password.
    again.t.advance(60);
    again.sign_in(PASSWORD, &again.code()).await.unwrap();
    assert_eq!(again.sign_in(PASSWORD, "000000").await, Err(ProblemCode::WrongCredentials));
    assert_eq!(again.sign_in(PASSWORD, "000001").await, Err(ProblemCode::SlowDown));
    // A day of guessing, as quick as the longest wait lets it go.
    let (mut tried, mut waited) = (0, 0);
    while waited < 24 * 3600 {
        if again.sign_in(PASSWORD, &format!("{tried:06}")).await == Err(ProblemCode::WrongCredentials) {
            tried += 1;
        }
        again.t.advance(900);
        waited += 900;
    }
    assert!((90..100).contains(&tried), "{tried} of a million");
    let noted: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM audit WHERE action = 'staff-second-factor-wrong'")
            .fetch_one(again.t.office.store.pool())
            .await
            .unwrap();
    assert_eq!(noted, 1, "the office is told, once for each row of them");
}

#[tokio::test]
async fn nobody_locks_a_clerk_out_with_what_they_do_not_know() {
    let desk = desk(Role::Desk).await;
    // Without the password: all hour, from her own office. Nothing of hers is counted by it.
    for _ in 0..3_600 {
        let _ = desk.sign_in("bukan ini dia", "000000").await;
        desk.t.advance(1);
    }
    let tries: i64 =
        sqlx::query_scalar("SELECT tries FROM staff").fetch_one(desk.t.office.store.pool()).await.unwrap();
    assert_eq!(tries, 0);
    let asker = |mark| Asker { mark, browser: "hers", address: HERE, worked: true };
    let sign_in = async |mark| {
        sign_in_from(&desk.app, desk.nip, PASSWORD.into(), &desk.code(), asker(mark)).await.is_ok()
    };
    assert!(entering::needs_work(&desk.app, Some(desk.nip), "", HERE), "with the proof of work");
    assert!(sign_in("").await);
    // With the password, and so with a browser that the pages of phones know: her own goes on.
    let (thief, hers) = (phone::mark(&desk.t.office, desk.nip), phone::staff_mark(&desk.t.office, desk.nip));
    let mut slowed = false;
    for guess in 0..9 {
        let asker = Asker { mark: &thief, browser: "", address: HERE, worked: false };
        let answer = sign_in_from(&desk.app, desk.nip, PASSWORD.into(), &format!("{guess:06}"), asker).await;
        slowed |= matches!(answer, Err(Refused::Problem(problem)) if problem.code == ProblemCode::SlowDown);
    }
    assert!(slowed);
    desk.t.advance(90);
    for guess in 0..9 {
        let asker = Asker { mark: &thief, browser: "", address: HERE, worked: false };
        let _ = sign_in_from(&desk.app, desk.nip, PASSWORD.into(), &format!("{guess:06}"), asker).await;
    }
    assert!(!sign_in(thief.as_str()).await);
    assert!(sign_in(hers.as_str()).await);
}

#[tokio::test]
async fn a_session_ends_by_itself_with_the_day_and_with_the_role() {
    let desk = desk(Role::Technician).await;
    let cookie = desk.sign_in(PASSWORD, &desk.code()).await.unwrap();
    for _ in 0..20 {
        desk.t.advance(29 * 60);
        assert!(find(&desk.t.office, &cookie).await.unwrap().is_some(), "in use");
    }
    desk.t.advance(29 * 60);
    assert!(find(&desk.t.office, &cookie).await.unwrap().is_none(), "ten hours");
    let cookie = desk.sign_in(PASSWORD, &desk.code()).await.unwrap();
    desk.t.advance(31 * 60);
    assert!(find(&desk.t.office, &cookie).await.unwrap().is_none(), "idle");
    let cookie = desk.sign_in(PASSWORD, &desk.code()).await.unwrap();
    remove(&desk.t.office, desk.nip).await.unwrap();
    assert!(find(&desk.t.office, &cookie).await.unwrap().is_none());
    assert!(list(&desk.t.office).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_new_second_factor_is_another_one_and_ends_what_was_open() {
    let desk = desk(Role::Desk).await;
    let cookie = desk.sign_in(PASSWORD, &desk.code()).await.unwrap();
    let first = second_factor::address(&desk.t.office, desk.nip, desk.totp_no);
    let second = put(&desk.t.office, desk.nip, Role::Desk).await.unwrap();
    assert_ne!(first, second);
    assert!(find(&desk.t.office, &cookie).await.unwrap().is_none());
    desk.t.advance(60);
    assert_eq!(desk.sign_in(PASSWORD, &desk.code()).await, Err(ProblemCode::WrongCredentials), "the old one");
    remove(&desk.t.office, desk.nip).await.unwrap();
    let third = put(&desk.t.office, desk.nip, Role::Desk).await.unwrap();
    assert!(third != second && third != first);
}

#[test]
fn each_role_may_do_its_own_work() {
    for area in [Area::People, Area::Cards, Area::Corrections, Area::Stations, Area::Journal] {
        assert!(Role::Administrator.may(area));
        assert!(!(Role::Desk.may(area) && Role::Technician.may(area)), "{area:?}");
    }
    assert!(!Role::Desk.may(Area::Cards) && !Role::Technician.may(Area::People));
}

#[tokio::test]
async fn a_code_is_good_one_step_early_or_late_and_never_again() {
    for (seconds, good) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
        let desk = desk(Role::Desk).await;
        // The middle of a step.
        desk.t.advance(15);
        let code = second_factor::code_in(&desk.t.office, desk.nip, desk.totp_no, seconds);
        assert_eq!(desk.sign_in(PASSWORD, &code).await.is_ok(), good, "{seconds} s");
        if good {
            assert!(desk.sign_in(PASSWORD, &code).await.is_err(), "{seconds} s, twice");
        }
        if seconds == 30 {
            let older = second_factor::code_in(&desk.t.office, desk.nip, desk.totp_no, 0);
            assert!(desk.sign_in(PASSWORD, &older).await.is_err(), "nor one from before it");
        }
    }
}

#[tokio::test]
async fn an_account_of_staff_is_touched_with_a_factor_that_counts_once() {
    let desk = desk(Role::Administrator).await;
    let cookie = desk.sign_in(PASSWORD, &desk.code()).await.unwrap();
    let session = find(&desk.t.office, &cookie).await.unwrap().unwrap();
    let right = rights::right("POST", "/kantor/orang/{record}/akun").unwrap();
    let used = desk.code();
    assert!(touch(&desk.app, &session, right, desk.nip, &used).await.is_err(), "it signed in with it");
    assert!(touch(&desk.app, &session, right, desk.nip, "").await.is_err());
    desk.t.advance(60);
    let code = desk.code();
    assert!(touch(&desk.app, &session, right, desk.nip, &code).await.is_ok());
    assert!(touch(&desk.app, &session, right, desk.nip, &code).await.is_err(), "twice");
    let lesser = Session::for_test(Role::Desk, "OTHER");
    desk.t.advance(60);
    let right_code = desk.code();
    assert!(
        touch(&desk.app, &lesser, right, desk.nip, &right_code).await.is_err(),
        "not a clerk, with any code"
    );
}
