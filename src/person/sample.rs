//! Sample people: invented employees of an invented regency, the same for the same seed.
//!
//! For demonstrations, tests and training. No name, number or office is that of a real person; the
//! numbers follow every rule of a real NIP.

mod names;
mod offices;
mod rng;

use std::collections::HashSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::{Employee, Nip, Sex, Status};
use rng::SplitMix;

pub use offices::BODY;

/// Position of an active PNS, a woman with an ordinary name.
pub const ACTIVE_PNS: usize = 0;
/// Position of an active PPPK, a man; the contract runs two more years.
pub const ACTIVE_PPPK: usize = 1;
/// Position of a CPNS: no card yet. Her number follows from `today`, like her appointment.
pub const CANDIDATE: usize = 2;
/// Position of a retired PNS with an older KARPEG.
pub const RETIRED: usize = 3;
/// Position of an active PNS whose name with titles has 60 characters.
pub const LONGEST_NAME: usize = 4;
/// Position of an active PNS with a single name.
pub const MONONYM: usize = 5;
/// Position of an active PPPK with an apostrophe in her name.
pub const APOSTROPHE: usize = 6;

/// `count` people, none twice. The first seven are always the same characters, in the order of the
/// constants above; the others come from `seed`: about 86 in a hundred active, the rest spread over
/// every other status. Nobody's status begins after `today`.
pub fn people(seed: u64, count: usize, today: Date) -> Vec<Employee> {
    // Sample people live in our times, whatever a test takes for today.
    let today = today.clamp(date(2026, 1, 1), date(2099, 12, 31));
    let mut rng = SplitMix::new(seed);
    let mut people: Vec<Employee> = characters(today).into_iter().take(count).collect();
    let mut taken: HashSet<Nip> = people.iter().map(|p| p.nip).collect();
    while people.len() < count {
        let person = draw(&mut rng, today);
        if taken.insert(person.nip) {
            people.push(person);
        }
    }
    people
}

fn characters(today: Date) -> [Employee; 7] {
    let day = |text: &str| text.parse::<Date>().ok();
    let base = |nip: &str, name: &str, unit: usize, position: &str| Employee {
        nip: Nip::parse(nip).expect("the characters' numbers are tested"),
        name: name.to_owned(),
        status: Status::Active,
        status_since: None,
        tmt: None,
        contract_end: None,
        body: BODY.to_owned(),
        unit: offices::UNITS[unit].name.to_owned(),
        position: position.to_owned(),
        karpeg: None,
    };
    let contract = |tmt: &str| (day(tmt), Some(today.saturating_add(2.years())));
    let (pppk_from, pppk_to) = contract("2024-03-01");
    let (other_from, other_to) = contract("2023-06-01");
    let candidate_since = first_of_month(today.saturating_sub(7.months()));
    [
        Employee {
            tmt: day("2012-04-01"),
            karpeg: Some("Q 041872".to_owned()),
            ..base("198704172011032005", "Ratna Puspitasari, S.Pd.", 1, "Guru Ahli Muda")
        },
        Employee {
            tmt: pppk_from,
            contract_end: pppk_to,
            ..base("199106082024211007", "Dadang Permana, S.Kom.", 11, "Pranata Komputer Ahli Pertama")
        },
        Employee {
            status: Status::Candidate,
            status_since: Some(candidate_since),
            nip: nip(
                date(2001, 9, 23),
                i32::from(candidate_since.year()),
                candidate_since.month(),
                Sex::Female,
                14,
            ),
            ..base("200109232025032014", "Lilis Komalasari, A.Md.Keb.", 4, "Bidan Terampil")
        },
        Employee {
            status: Status::Retired,
            status_since: day("2023-06-01"),
            tmt: day("1990-12-01"),
            karpeg: Some("E 603915".to_owned()),
            ..base("196505111989111002", "Drs. Slamet Haryadi", 0, "Pengawas Sekolah Ahli Madya")
        },
        Employee {
            tmt: day("2006-01-01"),
            ..base(
                "197911302005012009",
                "Dr. Ir. Hj. Andi Nurkhasanah Lumban Gaol, S.T., M.T., M.Eng.",
                8,
                "Teknik Jalan dan Jembatan Ahli Muda",
            )
        },
        Employee {
            tmt: day("2011-02-01"),
            karpeg: Some("P 220417".to_owned()),
            ..base("198302142010011018", "Sumarjo", 9, "Polisi Pamong Praja Mahir")
        },
        Employee {
            tmt: other_from,
            contract_end: other_to,
            ..base("199412252023212031", "Nur'aini Ma'rifah", 5, "Perawat Ahli Pertama")
        },
    ]
}

fn draw(rng: &mut SplitMix, today: Date) -> Employee {
    let sex = if rng.chance(52) { Sex::Female } else { Sex::Male };
    let status = match rng.below(100) {
        0..86 => Status::Active,
        86..90 => Status::Candidate,
        90..95 => Status::Retired,
        95 | 96 => Status::Resigned,
        97 => Status::Dismissed,
        98 => Status::Deceased,
        _ => Status::ContractEnded,
    };
    let pppk = status == Status::ContractEnded || (status == Status::Active && rng.chance(30));
    let unit = &offices::UNITS[rng.below(offices::UNITS.len())];
    let beginner = pppk || status == Status::Candidate;
    let post = rng.pick(if beginner { unit.first } else { unit.permanent });
    let career = if pppk { contract(rng, status, sex, today) } else { permanent(rng, status, sex, today) };
    Employee {
        name: names::name(rng, sex, post),
        status,
        body: BODY.to_owned(),
        unit: unit.name.to_owned(),
        position: post.position.to_owned(),
        nip: career.nip,
        status_since: career.status_since,
        tmt: career.tmt,
        contract_end: career.contract_end,
        karpeg: career.karpeg,
    }
}

/// The dates of one working life, and the number that follows from them.
struct Career {
    nip: Nip,
    status_since: Option<Date>,
    tmt: Option<Date>,
    contract_end: Option<Date>,
    karpeg: Option<String>,
}

fn permanent(rng: &mut SplitMix, status: Status, sex: Sex, today: Date) -> Career {
    let serial = rng.between(1, 60);
    if status == Status::Candidate {
        let since = first_of_month(today.saturating_sub(i64::from(rng.between(1, 20)).months()));
        let age = rng.between(23, 34);
        let born = birthday(rng, since.year() - age);
        return Career {
            nip: nip(born, since.year().into(), since.month(), sex, serial),
            status_since: Some(since),
            tmt: None,
            contract_end: None,
            karpeg: None,
        };
    }
    let age = if status == Status::Retired { rng.between(59, 70) } else { rng.between(26, 56) };
    let born = birthday(rng, today.year() - age);
    // Appointed between 22 and 35, and at least three years ago, so that the TMT PNS has passed.
    let appointed_at = rng.between(22, (age - 3).min(35));
    let month = rng.pick(&[1, 3, 4, 11, 12]);
    let appointed = date(born.year() + appointed_at, month, 1);
    let tmt = first_of_month(appointed.saturating_add(i64::from(rng.between(12, 20)).months()));
    let status_since = match status {
        // The month after the 58th birthday.
        Status::Retired => Some(first_of_month(born.saturating_add(58.years().months(1)))),
        Status::Active => None,
        _ => Some(day_between(rng, tmt, today)),
    };
    let karpeg = (tmt.year() < 2022 && rng.chance(60)).then(|| {
        let letter = rng.pick(&["C", "E", "G", "K", "L", "M", "N", "P", "Q"]);
        format!("{letter} {:06}", rng.below(1_000_000))
    });
    Career {
        nip: nip(born, appointed.year().into(), appointed.month(), sex, serial),
        status_since,
        tmt: Some(tmt),
        contract_end: None,
        karpeg,
    }
}

fn contract(rng: &mut SplitMix, status: Status, sex: Sex, today: Date) -> Career {
    let serial = rng.between(1, 60);
    // Five years is the usual length; one that ended had one or two.
    let (year, length) = match status {
        Status::ContractEnded => (today.year() - rng.between(4, 5), rng.between(1, 2)),
        _ => (today.year() - rng.between(1, 3), 5),
    };
    let tmt = date(year, rng.pick(&[3, 6, 7, 10]), 1);
    let end = tmt.saturating_add(i64::from(length).years()).saturating_sub(1.day());
    let age = rng.between(22, 54);
    let born = birthday(rng, year - age);
    Career {
        nip: nip(born, year.into(), 21, sex, serial),
        status_since: (status == Status::ContractEnded).then(|| end.saturating_add(1.day())),
        tmt: Some(tmt),
        contract_end: Some(end),
        karpeg: None,
    }
}

/// Every day of that year but 29 February and the ends of months.
fn birthday(rng: &mut SplitMix, year: i16) -> Date {
    date(year, rng.between(1, 12) as i8, rng.between(1, 28) as i8)
}

fn first_of_month(day: Date) -> Date {
    day.first_of_month()
}

fn day_between(rng: &mut SplitMix, from: Date, to: Date) -> Date {
    let days = from.until(to).map_or(0, |span| span.get_days());
    from.saturating_add(i64::from(rng.between(0, days.clamp(0, 9_000) as i16)).days())
}

/// `month` is the month of appointment for a PNS and 21 or more for a PPPK.
fn nip(born: Date, year: i32, month: i8, sex: Sex, serial: i16) -> Nip {
    let sex = match sex {
        Sex::Male => 1,
        Sex::Female => 2,
    };
    let text =
        format!("{:04}{:02}{:02}{year:04}{month:02}{sex}{serial:03}", born.year(), born.month(), born.day());
    Nip::parse(&text).expect("made by the rules of the number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::{Kind, card_holds, eligibility};

    const TODAY: Date = date(2026, 6, 15);

    #[test]
    fn the_characters_are_who_they_say() {
        let people = people(1, 7, TODAY);
        let fine = |index: usize| eligibility(&people[index], TODAY) == Ok(());
        assert!(fine(ACTIVE_PNS) && people[ACTIVE_PNS].kind() == Kind::Pns);
        assert!(fine(ACTIVE_PPPK) && people[ACTIVE_PPPK].kind() == Kind::Pppk);
        assert_eq!(people[CANDIDATE].status, Status::Candidate);
        assert!(!fine(CANDIDATE) && card_holds(&people[CANDIDATE], TODAY));
        assert!(!card_holds(&people[RETIRED], TODAY));
        assert!(fine(LONGEST_NAME));
        assert_eq!(people[LONGEST_NAME].name.chars().count(), names::LONGEST);
        assert!(fine(MONONYM) && !people[MONONYM].name.contains(' '));
        assert!(fine(APOSTROPHE) && people[APOSTROPHE].name.contains('\''));
    }

    #[test]
    fn a_seed_gives_the_same_people_and_another_seed_others() {
        assert_eq!(people(7, 200, TODAY), people(7, 200, TODAY));
        assert_ne!(people(7, 200, TODAY), people(8, 200, TODAY));
        assert_eq!(people(7, 3, TODAY), people(8, 3, TODAY));
    }

    #[test]
    fn nobody_twice_and_every_status_is_there() {
        let people = people(42, 5_000, TODAY);
        let numbers: HashSet<Nip> = people.iter().map(|p| p.nip).collect();
        assert_eq!(numbers.len(), 5_000);
        for status in Status::ALL {
            assert!(people.iter().any(|p| p.status == status), "{status:?}");
        }
        let active = people.iter().filter(|p| eligibility(p, TODAY).is_ok()).count();
        assert!((4_100..4_600).contains(&active), "{active}");
    }

    #[test]
    fn dates_number_and_status_agree() {
        for today in [TODAY, date(2026, 1, 1), date(2028, 2, 29), date(2031, 12, 31)] {
            for p in people(3, 3_000, today) {
                let text = p.nip.to_string();
                let year: i16 = text[8..12].parse().unwrap();
                assert!(p.status_since.is_none_or(|since| since <= today), "{p:?}");
                assert!(p.name.chars().count() <= names::LONGEST, "{p:?}");
                match p.status {
                    Status::Active => assert_eq!(eligibility(&p, today), Ok(()), "{p:?}"),
                    Status::Candidate => assert!(p.tmt.is_none() && card_holds(&p, today), "{p:?}"),
                    _ => assert!(!card_holds(&p, today), "{p:?}"),
                }
                if let Some(tmt) = p.tmt {
                    let after = tmt.year() - year;
                    let expected = if p.kind() == Kind::Pppk { 0..=0 } else { 1..=3 };
                    assert!(expected.contains(&after), "{p:?}");
                    assert!(p.status_since.is_none_or(|since| since >= tmt), "{p:?}");
                }
                assert_eq!(p.contract_end.is_some(), p.kind() == Kind::Pppk, "{p:?}");
            }
        }
    }

    #[test]
    fn an_impossible_today_is_no_panic() {
        assert_eq!(people(1, 50, Date::MIN).len(), 50);
        assert_eq!(people(1, 50, Date::MAX).len(), 50);
    }
}
