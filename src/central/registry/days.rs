//! Days as lists write them. Whether `3/1/2006` is March or January, the whole column says: one that
//! holds `12/31/2010` is month first. Where its rows disagree, none of them is guessed at.

use jiff::Timestamp;
use jiff::civil::Date;

use super::text::tidy;
use crate::clock;

/// In which order a column writes days like `3/1/2006`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As Indonesia writes it; also where no row says.
    #[default]
    DayFirst,
    MonthFirst,
    /// The line of a row that can only be day first, and of one that can only be month first.
    Disagree(u64, u64),
}

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDay {
    Unreadable,
    Disagree(u64, u64),
}

/// What the rows of one column have shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    day_first: Option<u64>,
    month_first: Option<u64>,
}

impl Shown {
    pub fn look(&mut self, text: &str, line: u64) {
        let plain = tidy(text);
        let Some([a, b, year]) = three(before_time(&plain)) else { return };
        if year.len() != 4 {
            return;
        }
        match (a.parse::<u8>(), b.parse::<u8>()) {
            (Ok(13..=31), Ok(1..=12)) => self.day_first = self.day_first.or(Some(line)),
            (Ok(1..=12), Ok(13..=31)) => self.month_first = self.month_first.or(Some(line)),
            _ => {}
        }
    }

    pub fn order(self) -> Order {
        match (self.day_first, self.month_first) {
            (Some(day), Some(month)) => Order::Disagree(day, month),
            (None, Some(_)) => Order::MonthFirst,
            _ => Order::DayFirst,
        }
    }
}

/// An empty cell and a `-` are no day. Instants count as the day that they are at the office.
pub fn read(text: &str, order: Order, utc_offset_hours: i8) -> Result<Option<Date>, NoDay> {
    let text = tidy(text);
    if matches!(text.as_str(), "" | "-" | "0000-00-00" | "NULL" | "null") {
        return Ok(None);
    }
    let day = instant(&text, utc_offset_hours).map_or_else(|| written(before_time(&text), order), Ok)?;
    if (1900..=2200).contains(&day.year()) { Ok(Some(day)) } else { Err(NoDay::Unreadable) }
}

fn instant(text: &str, utc_offset_hours: i8) -> Option<Date> {
    let dated = text.len() > 10 && text.is_char_boundary(10) && text[10..].contains(':');
    let at: Timestamp = dated.then(|| text.parse().ok()).flatten()?;
    Some(clock::offset(utc_offset_hours).to_datetime(at).date())
}

/// Without a time of day behind it.
fn before_time(text: &str) -> &str {
    match text.find(['T', ' ']) {
        Some(at) if text[at..].contains(':') && text[..at].contains(|c: char| c.is_ascii_digit()) => {
            // `1 Maret 2006 00:00`: the time is the last word.
            let last = text.rfind(['T', ' ']).unwrap_or(at);
            if last == at || text[at + 1..last].contains(':') { &text[..at] } else { &text[..last] }
        }
        _ => text,
    }
}

fn three(text: &str) -> Option<[&str; 3]> {
    let mut parts = text.split(['-', '/', '.']).map(str::trim);
    let found = [parts.next()?, parts.next()?, parts.next()?];
    (parts.next().is_none() && found.iter().all(|part| digits(part, 4))).then_some(found)
}

fn digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn written(text: &str, order: Order) -> Result<Date, NoDay> {
    let made = |year: &str, month: &str, day: &str| -> Option<Date> {
        if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    };
    let day = match three(text) {
        Some([year, month, day]) if year.len() == 4 => made(year, month, day),
        Some([a, b, year]) => match order {
            // The same day either way.
            Order::Disagree(..) if a == b => made(year, a, b),
            Order::Disagree(day, month) => return Err(NoDay::Disagree(day, month)),
            Order::DayFirst => made(year, b, a),
            Order::MonthFirst => made(year, a, b),
        },
        None => in_words(text).or_else(|| counted(text)),
    };
    day.ok_or(NoDay::Unreadable)
}

/// `1 Maret 2006`, `01-Mar-2006`, `Rabu, 1 Maret 2006`, `March 1, 2006`.
fn in_words(text: &str) -> Option<Date> {
    let words: Vec<&str> = text.split([' ', '-', '/', '.', ',']).filter(|word| !word.is_empty()).collect();
    let [a, b, year] = match words[..] {
        [a, b, year] => [a, b, year],
        [weekday, a, b, year]
            if month(weekday).is_none() && !weekday.contains(|c: char| c.is_ascii_digit()) =>
        {
            [a, b, year]
        }
        _ => return None,
    };
    let (day, month) = match (month(a), month(b)) {
        (Some(month), None) => (b, month),
        (None, Some(month)) => (a, month),
        _ => return None,
    };
    if year.len() != 4 || !digits(year, 4) || !digits(day, 2) {
        return None;
    }
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

fn month(word: &str) -> Option<i8> {
    Some(match word.to_lowercase().as_str() {
        "januari" | "january" | "jan" => 1,
        "februari" | "pebruari" | "february" | "feb" | "peb" => 2,
        "maret" | "march" | "mar" | "mrt" => 3,
        "april" | "apr" => 4,
        "mei" | "may" => 5,
        "juni" | "june" | "jun" => 6,
        "juli" | "july" | "jul" => 7,
        "agustus" | "august" | "agu" | "agt" | "ags" | "aug" => 8,
        "september" | "sep" | "sept" => 9,
        "oktober" | "october" | "okt" | "oct" => 10,
        "november" | "nopember" | "nov" | "nop" => 11,
        "desember" | "december" | "des" | "dec" => 12,
        _ => return None,
    })
}

/// A table program's own number of a day: days since the end of 1899. Only such as an employee's day can
/// have, from 1927 to 2118: a smaller one may be a year, or the number of a row.
fn counted(text: &str) -> Option<Date> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    let days: i32 = (whole.len() == 5 && digits(whole, 5)).then(|| whole.parse().ok()).flatten()?;
    let first = Date::new(1899, 12, 30).ok()?;
    (10_000..80_000).contains(&days).then(|| first.checked_add(jiff::Span::new().days(days)).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    fn plainly(text: &str) -> Result<Option<Date>, NoDay> {
        read(text, Order::DayFirst, 7)
    }

    #[test]
    fn days_as_lists_write_them() {
        for text in [
            "2003-01-31",
            "31-01-2003",
            "31/1/2003",
            "31.01.2003",
            "2003-01-31 00:00:00",
            "2003/01/31",
            "2003-01-31T00:00:00",
            "31 Januari 2003",
            "31-Jan-2003",
            "Jumat, 31 Januari 2003",
            "January 31, 2003",
            "37652",
            "31/01/2003 00:00",
            "31 Januari 2003 00:00:00",
            "31 - 01 - 2003",
        ] {
            assert_eq!(plainly(text), Ok(Some(day(2003, 1, 31))), "{text}");
        }
        assert_eq!(plainly(""), Ok(None));
        assert_eq!(plainly("-"), Ok(None));
        for text in [
            "1-2",
            "01-02-03",
            "999999-1-1",
            "2003",
            "31-02-2003",
            "12 12 2003",
            "kemarin",
            "31/1/03",
            "T:",
            "é",
        ] {
            assert_eq!(plainly(text), Err(NoDay::Unreadable), "{text}");
        }
    }

    #[test]
    fn an_instant_is_the_offices_day() {
        let of = |text: &str, hours| read(text, Order::DayFirst, hours);
        assert_eq!(of("2006-02-28T17:00:00Z", 7), Ok(Some(day(2006, 3, 1))));
        assert_eq!(of("2006-02-28T16:59:59Z", 7), Ok(Some(day(2006, 2, 28))));
        assert_eq!(of("2006-02-28 15:00:00+00:00", 9), Ok(Some(day(2006, 3, 1))));
        assert_eq!(of("2006-03-01T00:00:00+07:00", 7), Ok(Some(day(2006, 3, 1))));
        assert_eq!(of("2006-02-28T17:00:00.000Z", 7), Ok(Some(day(2006, 3, 1))));
    }

    #[test]
    fn a_column_says_its_order_or_that_its_rows_disagree() {
        let shown = |texts: &[&str]| {
            let mut shown = Shown::default();
            for (i, text) in texts.iter().enumerate() {
                shown.look(text, i as u64 + 2);
            }
            shown.order()
        };
        assert_eq!(shown(&["3/1/2006", "12/31/2010", "1/2/2012"]), Order::MonthFirst);
        assert_eq!(shown(&["3/1/2006", "31/12/2010 00:00"]), Order::DayFirst);
        assert_eq!(shown(&["3/1/2006", "2010-12-31"]), Order::DayFirst);
        let order = shown(&["12/31/2010", "3/1/2006", "31/12/2010"]);
        assert_eq!(order, Order::Disagree(4, 2));
        assert_eq!(read("3/1/2006", order, 7), Err(NoDay::Disagree(4, 2)));
        assert_eq!(read("3/3/2006", order, 7), Ok(Some(day(2006, 3, 3))));
        assert_eq!(read("2006-03-01", order, 7), Ok(Some(day(2006, 3, 1))));
        assert_eq!(read("3/1/2006", Order::MonthFirst, 7), Ok(Some(day(2006, 3, 1))));
    }
}
