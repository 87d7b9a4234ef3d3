//! Passwords of accounts: what is taken as one (OWASP ASVS 5.0, 6.2).

use super::Office;
pub use super::hasher::hash_now;
use crate::person::Nip;

/// Shortest password, in characters.
pub const SHORTEST: usize = 10;
/// Longest that is looked at, in bytes: 128 characters of any script.
pub const LONGEST: usize = 512;
/// What is left of a password once its part that others know is taken out must be half of one.
const HALF: usize = SHORTEST / 2;
/// Shortest part of a NIP, and shortest name, that counts as one.
const PART_OF_NIP: usize = 6;
const NAME: usize = 4;

/// The 10,000 that are most often found in stolen lists, sorted; `assets/passwords` says whose list it is.
static COMMON: &str = include_str!("../../assets/passwords/common.txt");
/// This product's own words, and those of what it makes.
const PRODUCT: [&str; 8] =
    ["anjungan", "kartu", "virtual", "pegawai", "kantor", "password", "katasandi", "rahasia"];

/// Why a text is not taken as a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    #[error("the password is shorter than 10 characters")]
    Short,
    #[error("the password is longer than 512 bytes")]
    Long,
    #[error("the password holds the employee number")]
    Nip,
    #[error("the password is a date of birth")]
    Birth,
    #[error("the password repeats too few characters")]
    Repeated,
    #[error("the password is one of the commonest")]
    Common,
    #[error("the password is made of names of the office or of this service")]
    Name,
}

/// Is this a password for this person of this office?
pub fn check(office: &Office, password: &str, nip: Nip) -> Result<(), Weak> {
    check_with(password, nip, &names(office))
}

/// Words that stand on every page of this office.
fn names(office: &Office) -> Vec<String> {
    let issuer = &office.config.issuer;
    let texts = [issuer.name.as_str(), issuer.id.as_str(), office.config.host.as_str()];
    let texts = texts.into_iter().chain(issuer.bodies.iter().map(String::as_str)).chain(PRODUCT);
    let mut names: Vec<String> = texts
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= NAME)
        .map(str::to_lowercase)
        .collect();
    // The longest first: one may be a part of another.
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}

/// Never the NIP or a part of it, the date of birth in any usual form, names that stand on every page,
/// or one of the commonest, each with a little beside it.
fn check_with(password: &str, nip: Nip, names: &[String]) -> Result<(), Weak> {
    if password.chars().count() < SHORTEST {
        return Err(Weak::Short);
    }
    if password.len() > LONGEST {
        return Err(Weak::Long);
    }
    let number = nip.to_string();
    let digits: String = password.chars().filter(char::is_ascii_digit).collect();
    if digits.contains(&number) {
        return Err(Weak::Nip);
    }
    let plain: String = password.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let mostly = |part: &str| plain.contains(part) && plain.len() - part.len() < HALF;
    if birth_forms(nip).iter().any(|form| mostly(form)) {
        return Err(Weak::Birth);
    }
    let mut parts = (PART_OF_NIP..number.len())
        .flat_map(|length| (0..=number.len() - length).map(move |at| (at, at + length)));
    if parts.any(|(from, to)| number.get(from..to).is_some_and(mostly)) {
        return Err(Weak::Nip);
    }
    let mut seen: Vec<char> = password.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() < 4 {
        return Err(Weak::Repeated);
    }
    if is_common(&plain) {
        return Err(Weak::Common);
    }
    let without = names.iter().fold(plain.clone(), |rest, name| rest.replace(name.as_str(), ""));
    if without != plain && (without.chars().count() < HALF || in_list(&without)) {
        return Err(Weak::Name);
    }
    Ok(())
}

/// One of the commonest, alone, twice, two of them, or with a few digits or one of the commonest numbers around it.
fn is_common(plain: &str) -> bool {
    let core = plain.trim_matches(|c: char| c.is_ascii_digit());
    let around = plain.replacen(core, "", 1);
    let padded = !core.is_empty() && in_list(core) && (around.len() < HALF || in_list(&around));
    let mut cuts = plain.char_indices().map(|(at, _)| plain.split_at(at));
    in_list(plain) || padded || cuts.any(|(one, other)| in_list(one) && in_list(other))
}

fn in_list(text: &str) -> bool {
    // A few hundred lines are looked at: the list is sorted by letters, and a line begins after each end.
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let begin = COMMON.get(..middle).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let end = COMMON.get(begin..).and_then(|rest| rest.find('\n')).map_or(COMMON.len(), |at| begin + at);
        match COMMON.get(begin..end).map(|line| line.cmp(text)) {
            Some(std::cmp::Ordering::Equal) => return true,
            Some(std::cmp::Ordering::Less) => low = end + 1,
            _ => high = begin,
        }
    }
    false
}

/// The date of birth as people write it, without what stands between, in lower case.
fn birth_forms(nip: Nip) -> Vec<String> {
    const MONTHS: [[&str; 2]; 12] = [
        ["januari", "january"],
        ["februari", "february"],
        ["maret", "march"],
        ["april", "april"],
        ["mei", "may"],
        ["juni", "june"],
        ["juli", "july"],
        ["agustus", "august"],
        ["september", "september"],
        ["oktober", "october"],
        ["november", "november"],
        ["desember", "december"],
    ];
    let birth = nip.birth();
    let (y, m, d) = (birth.year(), birth.month(), birth.day());
    let short = y % 100;
    let mut forms = vec![
        format!("{y}{m:02}{d:02}"),
        format!("{d:02}{m:02}{y}"),
        format!("{m:02}{d:02}{y}"),
        format!("{d}{m}{y}"),
        format!("{y}{m}{d}"),
        format!("{y}{d:02}{m:02}"),
        format!("{d:02}{m:02}{short:02}"),
        format!("{short:02}{m:02}{d:02}"),
    ];
    let month = usize::try_from(m - 1).ok().and_then(|i| MONTHS.get(i));
    for name in month.into_iter().flatten() {
        for name in [name, &name[..3]] {
            forms.push(format!("{d}{name}{y}"));
            forms.push(format!("{d:02}{name}{y}"));
            forms.push(format!("{d:02}{name}{short:02}"));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nip() -> Nip {
        Nip::parse("197402152001122001").unwrap()
    }

    fn check(password: &str, nip: Nip) -> Result<(), Weak> {
        let names: Vec<String> = ["pemerintah", "sukamaju", "anjungan", "kota"].map(String::from).into();
        check_with(password, nip, &names)
    }

    #[test]
    fn the_list_is_sorted_and_whole() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert_eq!(lines.len(), 10_000);
        assert!(lines.is_sorted() && lines.iter().all(|line| in_list(line)));
        assert!(["123456", "password", "qwerty", "iloveyou"].iter().all(|word| in_list(word)));
        assert!(["", "melati", "\u{10ffff}", "passwo", "passwordz9"].iter().all(|word| !in_list(word)));
    }

    #[test]
    fn neither_what_everybody_uses_nor_what_stands_on_every_page() {
        for (password, why) in [
            ("1234567890", Weak::Common),
            ("Password12", Weak::Common),
            ("password123456", Weak::Common),
            ("P-a-s-s-w-o-r-d 1", Weak::Common),
            ("QwertyUIOP", Weak::Common),
            ("iloveyou2024", Weak::Common),
            ("2024sunshine", Weak::Common),
            ("dragondragon", Weak::Common),
            ("monkeydragon", Weak::Common),
            ("Anjungan2026", Weak::Name),
            ("kota sukamaju!", Weak::Name),
            ("PemerintahKotaSukamaju1", Weak::Name),
            ("anjungan-dragon", Weak::Name),
            ("2001122001!!", Weak::Nip),
            ("abcd200112", Weak::Nip),
            ("1974021520", Weak::Birth),
        ] {
            assert_eq!(check(password, nip()), Err(why), "{password}");
        }
        for password in ["melati di beranda", "kuda9 hijau berlari", "anjungan melati biru", "kN3!vq-82hsd"] {
            assert_eq!(check(password, nip()), Ok(()), "{password}");
        }
        // 128 characters are no limit, of whatever script.
        assert_eq!(check(&"kuda hijau ".repeat(12)[..128], nip()), Ok(()));
        assert_eq!(check(&"\u{1f40e}\u{1f33f}\u{1f3e0}\u{1f319}".repeat(32), nip()), Ok(()));
        assert_eq!(check(&"kuda hijau ".repeat(50), nip()), Err(Weak::Long));
    }

    #[test]
    fn neither_the_nip_nor_the_date_of_birth() {
        for (password, why) in [
            ("pendek", Weak::Short),
            ("197402152001122001", Weak::Nip),
            ("19740215 200112 2 001", Weak::Nip),
            ("saya-197402152001122001!", Weak::Nip),
            ("15-02-1974..", Weak::Birth),
            ("1974-02-15", Weak::Birth),
            ("15/2/1974!!!!", Weak::Birth),
            ("15 Februari 1974", Weak::Birth),
            ("15feb1974!!", Weak::Birth),
            ("02151974....", Weak::Birth),
            ("150274abcd", Weak::Birth),
            ("aaaaaaaaaaaa", Weak::Repeated),
        ] {
            assert_eq!(check(password, nip()), Err(why), "{password}");
        }
        assert_eq!(check(&"x1Yz".repeat(129), nip()), Err(Weak::Long));
        assert_eq!(check("melati di beranda", nip()), Ok(()));
        assert_eq!(check("melati 15 02 1974 beranda", nip()), Ok(()));
    }
}
