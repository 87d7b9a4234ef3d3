//! Accounts of employees: the first password, and signing in at a station.

use std::net::IpAddr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq as _;

use super::codes::{code_hash, new_code};
use super::lookup::neighbourhood;
use super::password::{self, Weak};
use super::storage::{Tx, audit};
use super::throttle::Throttle;
use super::{App, CentralError, Office, Refused, limits, phone, registry, slow_down, welcome};
use crate::person::{Employee, Nip};
use crate::protocol::{Activate, Problem, ProblemCode, SignIn, SignedIn};

/// How long an activation code can be used: it is handed over at a desk or sent by letter.
pub const CODE_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A code that a clerk gives to somebody whose KTP they have seen: used at once, on the spot.
const DESK_CODE_LIFE: SignedDuration = SignedDuration::from_hours(1);
const PURPOSE: &str = "account";

/// Gives an employee an activation code, shown this once. `reset` also takes the old password
/// away; without it, somebody who has a password keeps it and gets no code.
pub async fn new_code_for(
    office: &Office,
    actor: &str,
    nip: Nip,
    reset: bool,
) -> Result<String, CentralError> {
    let (code, now, number) = (new_code(), office.clock.now(), nip.as_u64() as i64);
    let mut tx = office.store.write().await?;
    let record: Option<String> = sqlx::query_scalar("SELECT record_id FROM people WHERE nip = $1")
        .bind(number)
        .fetch_optional(&mut *tx)
        .await?;
    let record = record.ok_or(CentralError::NotFound("nobody in the registry has this NIP"))?;
    let active: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM accounts WHERE nip = $1 AND password_hash IS NOT NULL")
            .bind(number)
            .fetch_optional(&mut *tx)
            .await?;
    if active.is_some() && !reset {
        return Err(CentralError::NotFound("the account has a password already; use `user reset`"));
    }
    sqlx::query(
        "INSERT INTO accounts (nip, code_hash, code_expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (nip) DO UPDATE SET password_hash = NULL, code_hash = $2, code_expires_at = $3",
    )
    .bind(number)
    .bind(code_hash(&office.keys.code, PURPOSE, &code))
    .bind(now.as_second() + CODE_LIFE.as_secs())
    .execute(&mut *tx)
    .await?;
    audit(&mut tx, now, actor, if reset { "account-reset" } else { "account-new" }, &record).await?;
    tx.commit().await?;
    Ok(code)
}

/// A one-time code for somebody who stands before a clerk, and how many seconds it is good. The old
/// password goes only once the code is used: a code that is lost locks nobody out.
pub async fn code_at_the_desk(office: &Office, tx: &mut Tx, nip: Nip) -> Result<(String, u64), CentralError> {
    let (code, now) = (new_code(), office.clock.now());
    sqlx::query(
        "INSERT INTO accounts (nip, code_hash, code_expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (nip) DO UPDATE SET code_hash = $2, code_expires_at = $3",
    )
    .bind(nip.as_u64() as i64)
    .bind(code_hash(&office.keys.code, PURPOSE, &code))
    .bind(now.as_second() + DESK_CODE_LIFE.as_secs())
    .execute(&mut **tx)
    .await?;
    Ok((code, DESK_CODE_LIFE.as_secs() as u64))
}

/// Whether this person has chosen a password.
pub async fn has_password(office: &Office, nip: Nip) -> Result<bool, CentralError> {
    let held: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM accounts WHERE nip = $1 AND password_hash IS NOT NULL")
            .bind(nip.as_u64() as i64)
            .fetch_optional(office.store.pool())
            .await?;
    Ok(held.is_some())
}

/// Gives an account a password outright: sample people only, nobody chose it.
pub async fn give_password(office: &Office, nip: Nip, hash: String) -> Result<(), CentralError> {
    let mut tx = office.store.write().await?;
    put_password(&mut tx, nip, &hash, office.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets a password. Codes and phones of the account end with the old one.
pub async fn put_password(tx: &mut Tx, nip: Nip, hash: &str, now: Timestamp) -> Result<(), CentralError> {
    sqlx::query(
        "INSERT INTO accounts (nip, password_hash, activated_at) VALUES ($1, $2, $3)
         ON CONFLICT (nip) DO UPDATE SET password_hash = $2, activated_at = $3, code_hash = NULL",
    )
    .bind(nip.as_u64() as i64)
    .bind(hash)
    .bind(now.as_second())
    .execute(&mut **tx)
    .await?;
    end_phones(tx, nip).await
}

async fn end_phones(tx: &mut Tx, nip: Nip) -> Result<(), CentralError> {
    sqlx::query("DELETE FROM phone_sessions WHERE nip = $1")
        .bind(nip.as_u64() as i64)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The first password against the office's code. Tries are counted by number and line: the code has
/// 52 bits and is not guessed, so the limit only spares the server, and nobody can use up the tries
/// of somebody elsewhere.
pub async fn activate(app: &App, asked: Activate, address: IpAddr) -> Result<(), Refused> {
    let name = format!("activate {} {}", asked.nip.as_u64(), neighbourhood(address));
    let home = neighbourhood(address);
    app.activations.ask_from(&name, &home, app.office.clock.monotonic()).map_err(slow_down)?;
    password::check(&asked.password, asked.nip)
        .map_err(|weak: Weak| Problem::new(ProblemCode::WeakPassword, weak.to_string()))?;
    let bad = || Problem::new(ProblemCode::BadCode, "the activation code is wrong, used or too old");
    let (office, number) = (&app.office, asked.nip.as_u64() as i64);
    let now = office.clock.now();
    let stored: Option<Vec<u8>> = sqlx::query_scalar(
        "SELECT code_hash FROM accounts WHERE nip = $1 AND code_hash IS NOT NULL AND code_expires_at > $2",
    )
    .bind(number)
    .bind(now.as_second())
    .fetch_optional(office.store.pool())
    .await?;
    let typed = code_hash(&office.keys.code, PURPOSE, &asked.code);
    if !stored.is_some_and(|stored| bool::from(stored.ct_eq(&typed))) {
        return Err(bad().into());
    }
    let hash = app.hasher.hash(asked.password).await?;
    let mut tx = office.store.write().await?;
    // Only while the code still stands: two at once cannot both set a password.
    let set: Option<String> = sqlx::query_scalar(
        "UPDATE accounts SET password_hash = $3, activated_at = $4, code_hash = NULL, code_expires_at = NULL
         WHERE nip = $1 AND code_hash = $2
         RETURNING (SELECT record_id FROM people WHERE people.nip = accounts.nip)",
    )
    .bind(number)
    .bind(&typed)
    .bind(hash)
    .bind(now.as_second())
    .fetch_optional(&mut *tx)
    .await?;
    let record = set.ok_or_else(bad)?;
    end_phones(&mut tx, asked.nip).await?;
    audit(&mut tx, now, &record, "activate", &record).await?;
    tx.commit().await?;
    app.activations.forgive(&name);
    Ok(())
}

/// NIP and password at a station. A wrong one and an unknown one get the same answer after the
/// same work.
pub async fn sign_in(app: &App, device_id: &str, asked: SignIn) -> Result<SignedIn, Refused> {
    let office = &app.office;
    let name = format!("sign-in {device_id} {}", asked.nip.as_u64());
    app.throttle.ask_from(&name, device_id, office.clock.monotonic()).map_err(slow_down)?;
    let person = verified(app, asked.nip, asked.password).await?;
    app.throttle.forgive(&name);

    let mut tx = office.store.write().await?;
    let grant = welcome::grant(office, &mut tx, device_id, &person).await?;
    welcome::note(office, &mut tx, device_id, "sign-in", person.nip).await?;
    tx.commit().await?;
    Ok(welcome::signed_in(office, device_id, person, grant).await?)
}

/// The name under which tries from an office's one address are counted.
pub fn crowd(address: IpAddr) -> String {
    format!("address {}", neighbourhood(address))
}

/// Whether this browser is one that the person has signed in with before.
pub fn knows(app: &App, nip: Nip, mark: &str) -> bool {
    phone::marked(&app.office, nip, mark).is_some()
}

/// Who asks to sign in on a page.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// The mark of a browser in which somebody has signed in before; empty where there is none.
    pub mark: &'a str,
    /// The browser's own cookie; empty where nobody can have worked in it.
    pub browser: &'a str,
    pub address: IpAddr,
    /// Whether this browser has just done the proof of work.
    pub worked: bool,
}

/// NIP and password on a person's own phone, from a browser that has not worked.
#[cfg(test)]
pub async fn by_phone(
    app: &App,
    nip: Nip,
    password: String,
    mark: &str,
    address: IpAddr,
) -> Result<Employee, Refused> {
    by_phone_from(app, nip, password, Asker { mark, browser: "", address, worked: false }).await
}

/// Whether a browser must do the proof of work before it may try: where its wait would be one that
/// others may have earned, at its address, at this person's number or at the whole server. Who has
/// signed in with this browser before never must.
pub fn needs_work(app: &App, nip: Option<Nip>, mark: &str, address: IpAddr) -> bool {
    let now = app.office.clock.monotonic();
    if nip.is_some_and(|nip| knows(app, nip, mark)) {
        return false;
    }
    let at_the_number = |nip: Nip| {
        app.crowds.is_used_up(&number(nip), now)
            || app.phones.wait_left(&at_address(nip, address), now) > limits::PATIENCE
    };
    app.crowds.is_used_up(&crowd(address), now)
        || app.strangers_in.is_empty(EVERYBODY, now)
        || nip.is_some_and(at_the_number)
}

/// The name of the bucket for the whole server.
const EVERYBODY: &str = "everybody";

fn number(nip: Nip) -> String {
    format!("number {}", nip.as_u64())
}

fn at_address(nip: Nip, address: IpAddr) -> String {
    format!("new {} {}", nip.as_u64(), neighbourhood(address))
}

/// NIP and password on a person's own phone. Who has signed in with this browser before is counted
/// by it alone. Everybody else is counted by address, by number and address, by number, and over the
/// whole server. What strangers use up of these, they use up for browsers that do not work: a
/// browser that has worked is counted by itself, and by rates whose waits do not grow.
pub async fn by_phone_from(
    app: &App,
    nip: Nip,
    password: String,
    asker: Asker<'_>,
) -> Result<Employee, Refused> {
    let counted = count(app, nip, asker).map_err(slow_down)?;
    match verified(app, nip, password).await {
        Ok(person) => {
            counted.right();
            Ok(person)
        }
        Err(refused) => {
            // What the server could not do is nobody's try.
            if matches!(refused, Refused::Server(_)) {
                counted.take_back();
            }
            Err(refused)
        }
    }
}

/// One try, as it was counted under each of its names.
struct Counted<'a> {
    now: Duration,
    /// Of this person and browser or address: a right try forgives the wrong ones.
    own: Option<(&'a Throttle, String)>,
    /// Shared with others: a right try takes back itself alone.
    shared: Vec<(&'a Throttle, String)>,
}

impl Counted<'_> {
    fn right(self) {
        if let Some((throttle, name)) = &self.own {
            throttle.forgive(name);
        }
        self.refund();
    }

    fn take_back(self) {
        if let Some((throttle, name)) = &self.own {
            throttle.refund(name, self.now);
        }
        self.refund();
    }

    fn refund(self) {
        for (throttle, name) in self.shared {
            throttle.refund(&name, self.now);
        }
    }
}

/// Counts a try under all of its names, or under none.
fn count<'a>(app: &'a App, nip: Nip, asker: Asker<'_>) -> Result<Counted<'a>, Duration> {
    let now = app.office.clock.monotonic();
    let home = neighbourhood(asker.address);
    let mut counted = Counted { now, own: None, shared: Vec::new() };
    if let Some(browser) = phone::marked(&app.office, nip, asker.mark) {
        let name = format!("{} {browser}", nip.as_u64());
        app.known.ask(&name, now)?;
        counted.own = Some((&app.known, name));
        return Ok(counted);
    }
    let own = if asker.worked {
        (&app.worked, format!("browser {} {}", asker.browser, nip.as_u64()))
    } else {
        // The address first: whoever has used it up stores nothing more.
        let address = crowd(asker.address);
        app.crowds.ask_from(&address, &home, now)?;
        counted.shared.push((&app.crowds, address));
        (&app.phones, at_address(nip, asker.address))
    };
    if let Err(wait) = own.0.ask_from(&own.1, &home, now) {
        counted.take_back();
        return Err(wait);
    }
    counted.own = Some(own);
    let rest = if asker.worked {
        // Rates, not waits that double: whoever is meant must get through.
        let number = app.worked_numbers.take(&number(nip), now);
        number
            .and_then(|()| app.worked_addresses.take(&home, now))
            .and_then(|()| app.worked_in.take(EVERYBODY, now))
    } else {
        let number = number(nip);
        let asked = app.crowds.ask_from(&number, &home, now);
        if asked.is_ok() {
            counted.shared.push((&app.crowds, number));
        }
        asked.and_then(|()| app.strangers_in.take(EVERYBODY, now))
    };
    match rest {
        Ok(()) => Ok(counted),
        Err(wait) => {
            counted.take_back();
            Err(wait)
        }
    }
}

/// Whose password this is. A wrong one and an unknown number take the same work.
async fn verified(app: &App, nip: Nip, password: String) -> Result<Employee, Refused> {
    let office = &app.office;
    let person = registry::find(&office.store, nip).await?;
    let stored: Option<Option<String>> =
        sqlx::query_scalar("SELECT password_hash FROM accounts WHERE nip = $1")
            .bind(nip.as_u64() as i64)
            .fetch_optional(office.store.pool())
            .await?;
    let stored = stored.flatten();
    let has_password = stored.is_some();
    let typed: String = if password.len() > password::LONGEST { String::new() } else { password };
    let right = app.hasher.verify(typed, stored).await?;
    let Some(person) = person else {
        return Err(Problem::new(ProblemCode::WrongCredentials, "wrong NIP or password").into());
    };
    if !has_password {
        return Err(Problem::new(ProblemCode::NotActivated, "the account has no password yet").into());
    }
    if !right {
        return Err(Problem::new(ProblemCode::WrongCredentials, "wrong NIP or password").into());
    }
    Ok(person)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::central::testing::{office, somebody};
    use crate::person::sample;

    const PASSWORD: &str = "melati di beranda";

    /// The address of an office, behind which everybody stands.
    const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

    fn slowed<T>(answer: &Result<T, Refused>) -> bool {
        matches!(answer, Err(Refused::Problem(problem)) if problem.code == ProblemCode::SlowDown)
    }

    #[tokio::test]
    async fn who_storms_many_numbers_from_one_office_holds_up_nobody_who_works() {
        let t = office().await;
        let (nip, app) = (somebody(&t).await, t.app());
        give_password(&t.office, nip, password::hash_now(PASSWORD).unwrap()).await.unwrap();
        let others = sample::people(9, 200, t.office.today());
        let mut tried = 0;
        for other in others.iter().filter(|other| other.nip != nip) {
            let answer = by_phone(&app, other.nip, "bukan ini dia".into(), "", OFFICE).await;
            tried += 1;
            if slowed(&answer) {
                break;
            }
        }
        assert!((20..100).contains(&tried), "it holds inside one office: {tried}");
        assert!(app.crowds.is_used_up(&crowd(OFFICE), t.office.clock.monotonic()));
        let from = |browser, worked| Asker { mark: "", browser, address: OFFICE, worked };
        let sign_in = async |worked| by_phone_from(&app, nip, PASSWORD.into(), from("hers", worked)).await;
        assert!(slowed(&sign_in(false).await));
        assert_eq!(sign_in(true).await.unwrap().nip, nip);
        let known = phone::mark(&t.office, nip);
        assert!(by_phone(&app, nip, PASSWORD.into(), &known, OFFICE).await.is_ok());
        // Work opens no door to one number's password: the browser's own tries count.
        for held_up in [false, false, false, true, true] {
            let guess = by_phone_from(&app, nip, "bukan ini dia".into(), from("another", true)).await;
            assert_eq!(slowed(&guess), held_up);
        }
    }

    #[tokio::test]
    async fn junk_forgives_no_tries_and_what_is_refused_stores_nothing() {
        let t = office().await;
        let (nip, app) = (somebody(&t).await, t.app());
        give_password(&t.office, nip, password::hash_now(PASSWORD).unwrap()).await.unwrap();
        let elsewhere = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 9));
        for _ in 0..3 {
            let _ = by_phone(&app, nip, "bukan ini dia".into(), "", elsewhere).await;
        }
        assert!(slowed(&by_phone(&app, nip, PASSWORD.into(), "", elsewhere).await));
        // Twelve thousand calls with as many numbers: the address is used up after its free tries, and
        // from then on nothing is kept. (The work of a password is left out.)
        let others = sample::people(9, 500, t.office.today());
        let asker = Asker { mark: "", browser: "", address: OFFICE, worked: false };
        let mut taken = 0;
        for round in 0..24 {
            for other in &others {
                taken += usize::from(count(&app, other.nip, asker).is_ok());
                assert!(round == 0 || taken < 100, "{taken}");
            }
        }
        assert!((20..100).contains(&taken), "{taken}");
        assert!(slowed(&by_phone(&app, nip, PASSWORD.into(), "", elsewhere).await), "nothing is forgiven");
    }

    #[tokio::test]
    async fn who_tries_at_somebodys_number_all_day_does_not_lock_them_out() {
        let t = office().await;
        let (nip, app) = (somebody(&t).await, t.app());
        give_password(&t.office, nip, password::hash_now(PASSWORD).unwrap()).await.unwrap();
        // Five a second for an hour, from the same address and from others.
        for n in 0..18_000_u32 {
            let address = if n % 2 == 0 { OFFICE } else { IpAddr::V4(Ipv4Addr::from(0x0b00_0000 + n % 400)) };
            let _ = count(&app, nip, Asker { mark: "", browser: "", address, worked: false });
            if n % 5 == 0 {
                t.advance(1);
            }
        }
        let known = phone::mark(&t.office, nip);
        assert!(by_phone(&app, nip, PASSWORD.into(), &known, OFFICE).await.is_ok(), "her own browser");
        assert!(needs_work(&app, Some(nip), "", OFFICE) && !needs_work(&app, Some(nip), &known, OFFICE));
        let worked = Asker { mark: "", browser: "new", address: OFFICE, worked: true };
        assert!(by_phone_from(&app, nip, PASSWORD.into(), worked).await.is_ok(), "a new one, with work");
        // Work is no key either: at one number it is limited, and the wait does not grow.
        let mut waits = Vec::new();
        for n in 0..500_u32 {
            let browser = n.to_string();
            let address = IpAddr::V4(Ipv4Addr::from(0x0c00_0000 + n));
            let asker = Asker { mark: "", browser: &browser, address, worked: true };
            waits.extend(count(&app, nip, asker).err());
        }
        assert!(waits.len() > 400 && waits.iter().all(|wait| *wait <= Duration::from_secs(10)));
    }

    #[tokio::test]
    async fn the_whole_server_has_a_limit_that_leaves_known_browsers_alone() {
        let t = office().await;
        let (nip, app) = (somebody(&t).await, t.app());
        let people = sample::people(9, 1_000, t.office.today());
        let mut refused = 0;
        for (n, other) in people.iter().enumerate() {
            let address = IpAddr::V4(Ipv4Addr::from(0x0b00_0000 + n as u32));
            let asker = Asker { mark: "", browser: "", address, worked: false };
            refused += usize::from(count(&app, other.nip, asker).is_err());
        }
        assert_eq!(refused, 1_000 - limits::STRANGERS.0 as usize);
        let quiet = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 77));
        assert!(needs_work(&app, None, "", quiet));
        let mark = phone::mark(&t.office, nip);
        let known = Asker { mark: &mark, browser: "", address: quiet, worked: false };
        assert!(count(&app, nip, known).is_ok());
        let worked = Asker { mark: "", browser: "b", address: quiet, worked: true };
        assert!(count(&app, nip, worked).is_ok());
        t.advance(60);
        assert!(!needs_work(&app, None, "", quiet), "it fills again");
    }

    #[tokio::test]
    async fn wrong_activation_codes_hold_up_their_own_line_alone() {
        let t = office().await;
        let (nip, app) = (somebody(&t).await, t.app());
        let code = new_code_for(&t.office, "admin", nip, false).await.unwrap();
        let try_code = async |code: &str, from: u8| {
            let asked = Activate { nip, code: code.into(), password: PASSWORD.into() };
            activate(&app, asked, IpAddr::V4(Ipv4Addr::new(192, 0, 2, from))).await
        };
        let mut held_up = false;
        for _ in 0..100 {
            held_up |= slowed(&try_code("BBBB-BBBB-BBBB", 1).await);
        }
        assert!(held_up);
        assert!(slowed(&try_code(&code, 1).await));
        try_code(&code, 2).await.unwrap();
    }
}
