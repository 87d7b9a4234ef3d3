//! Signing in on a page: whose tries count under which names, and who must do the proof of work first.

use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::time::Duration;

use super::accounts::verified;
use super::hasher::Lane;
use super::lookup::neighbourhood;
use super::throttle::Throttle;
use super::{App, Refused, limits, phone, slow_down};
use crate::person::{Employee, Nip};
use crate::protocol::ProblemCode;

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
        || app.hasher.is_crowded()
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
    let counted = count(app, nip, asker).map_err(|wait| {
        app.metrics.sign_in("slowed");
        slow_down(wait)
    })?;
    let sprayed = spray(app, &password);
    let home = neighbourhood(asker.address);
    let (now, known) = (counted.now, knows(app, nip, asker.mark));
    let granted = app.passwords.ask(&sprayed, now);
    let sprays_too = granted.is_ok();
    // A password that was tried at many accounts waits, but for who is known or has worked.
    if let Err(wait) = granted
        && !(known || asker.worked)
    {
        counted.take_back();
        app.metrics.sign_in("slowed");
        return Err(slow_down(wait).into());
    }
    let lane = if known || asker.worked {
        Lane::Known(if asker.worked { asker.browser } else { asker.mark })
    } else {
        Lane::Stranger(&home)
    };
    match verified(app, nip, password, lane).await {
        Ok(person) => {
            app.metrics.sign_in("right");
            if sprays_too {
                app.passwords.refund(&sprayed, now);
            }
            counted.right();
            Ok(person)
        }
        Err(refused) => {
            match &refused {
                Refused::Problem(problem) if problem.code != ProblemCode::SlowDown => {
                    app.metrics.sign_in("wrong");
                    notice(app, &sprayed, &crowd(asker.address));
                }
                // What the server could not do, or had no room for, is nobody's try.
                _ => {
                    if sprays_too {
                        app.passwords.refund(&sprayed, now);
                    }
                    counted.take_back();
                }
            }
            Err(refused)
        }
    }
}

/// The name under which one password is counted over all accounts: a hash under a key of this run's own,
/// which nothing remembers.
fn spray(app: &App, password: &str) -> String {
    format!("password {:016x}", app.spray_key.hash_one(password))
}

/// Says it once where many accounts are tried: from one address, or with one password from anywhere.
fn notice(app: &App, sprayed: &str, address: &str) {
    let (passwords, crowds) = (app.passwords.is_just_used_up(sprayed), app.crowds.is_just_used_up(address));
    for (is_so, how) in [(passwords, "one password"), (crowds, "one address")] {
        if is_so {
            app.metrics.sign_in("sprayed");
            tracing::warn!(how, "many wrong tries to sign in");
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
        let granted = app.crowds.ask_from(&number, &home, now);
        if granted.is_ok() {
            counted.shared.push((&app.crowds, number));
        }
        granted.and_then(|()| app.strangers_in.take(EVERYBODY, now))
    };
    match rest {
        Ok(()) => Ok(counted),
        Err(wait) => {
            counted.take_back();
            Err(wait)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::central::accounts::give_password;
    use crate::central::password;
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
        let people = sample::people(9, limits::STRANGERS.0 as usize + 400, t.office.today());
        let mut refused = 0;
        for (n, other) in people.iter().enumerate() {
            let address = IpAddr::V4(Ipv4Addr::from(0x0b00_0000 + n as u32));
            let asker = Asker { mark: "", browser: "", address, worked: false };
            refused += usize::from(count(&app, other.nip, asker).is_err());
        }
        assert_eq!(refused, 400);
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
    async fn one_password_over_many_accounts_is_noticed_and_slowed() {
        let t = office().await;
        let (nip, app) = (somebody(&t).await, t.app());
        give_password(&t.office, nip, password::hash_now(PASSWORD).unwrap()).await.unwrap();
        let others = sample::people(9, 100, t.office.today());
        let spray = async |n: usize, password: &str| {
            let address = IpAddr::V4(Ipv4Addr::from(0x0b00_0000 + n as u32));
            by_phone(&app, others[n].nip, password.into(), "", address).await
        };
        let mut tried = 0;
        for n in 0..80 {
            tried += usize::from(!slowed(&spray(n, "Sukamaju2026!").await));
        }
        assert_eq!(tried, 60, "from as many addresses as accounts");
        assert!(!slowed(&spray(90, "another one").await), "others are not held up");
        let text = app.metrics.text(&t.office).await.unwrap();
        assert!(text.contains("anjungan_sign_ins_total{outcome=\"sprayed\"} 1"), "{text}");
        assert!(text.contains("anjungan_sign_ins_total{outcome=\"slowed\"} 20"), "{text}");
        // Right ones are no spray, however many have the same.
        for n in 0..30 {
            let address = IpAddr::V4(Ipv4Addr::from(0x0c00_0000 + n));
            assert!(by_phone(&app, nip, PASSWORD.into(), "", address).await.is_ok());
        }
    }
}
