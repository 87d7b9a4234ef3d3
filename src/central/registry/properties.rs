//! What holds for any file and any known person: nothing is lost whose column is not in the file, no row
//! vanishes, days are read as their column writes them, and every letter can be drawn or is named.

use std::fmt::Write as _;
use std::io::{BufReader, Cursor};
use std::ops::ControlFlow;

use jiff::civil::Date;
use proptest::prelude::*;

use super::changes::value;
use super::columns::{Column, Columns, HeaderError, Mapping};
use super::faults::RowError;
use super::import::{Plan, import};
use super::row::{Field, Form, Read, Rules, read};
use super::source::{Asked, See, walk};
use super::{days, letters, put_all};
use crate::central::CentralError;
use crate::central::testing::office;
use crate::person::{Employee, Nip, Status};

const NIP: &str = "199001012023211005";

fn day() -> impl Strategy<Value = Option<Date>> {
    proptest::option::of(
        (1960_i16..2090, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| Date::new(y, m, d).unwrap()),
    )
}

fn somebody() -> impl Strategy<Value = Employee> {
    let words = || "[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8})?";
    let status = proptest::sample::select(Status::ALL.to_vec());
    (
        words(),
        status,
        (day(), day(), day()),
        words(),
        "([A-Z][a-z]{3})?",
        "([A-Z][a-z]{3})?",
        proptest::option::of("[A-Z][0-9]{5}"),
    )
        .prop_map(|(name, status, (status_since, tmt, contract_end), body, unit, position, karpeg)| {
            Employee {
                nip: Nip::parse(NIP).unwrap(),
                name,
                status,
                status_since,
                tmt,
                contract_end,
                body,
                unit,
                position,
                karpeg,
            }
        })
}

/// Counts what it is shown, and keeps what stood in the rows.
#[derive(Default)]
struct Looker {
    rows: u64,
    text: String,
}

impl See for Looker {
    fn sheets(&mut self, names: &[String], _: Option<&str>) -> Result<String, CentralError> {
        Ok(names[0].clone())
    }

    fn header(&mut self, _: &[String], _: &Columns) -> Result<(), HeaderError> {
        Ok(())
    }

    fn row(&mut self, _: u64, fields: &[Field<'_>], _: Result<Read, RowError>) -> ControlFlow<()> {
        self.rows += 1;
        for field in fields {
            self.text.push_str(&field.text);
            self.text.push('|');
        }
        ControlFlow::Continue(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// The day of a status goes with its status; everything else stays.
    #[test]
    fn no_value_is_lost_whose_column_is_not_in_the_file(
        before in somebody(),
        row in somebody(),
        in_file in proptest::collection::vec(any::<bool>(), 7),
    ) {
        let optional = [Column::StatusSince, Column::Tmt, Column::ContractEnd, Column::Body, Column::Unit, Column::Position, Column::Karpeg];
        let mut columns = vec![Column::Nip, Column::Name, Column::Status];
        columns.extend(optional.iter().zip(&in_file).filter(|(_, there)| **there).map(|(column, _)| *column));
        let header: Vec<String> = columns.iter().map(|column| column.word().to_owned()).collect();
        let known = Columns::guess(&header, &Mapping::default()).unwrap();
        let fields: Vec<Field<'_>> =
            columns.iter().map(|column| Field { text: value(&row, *column).into(), form: Form::Text }).collect();
        let over = read(&fields, &known, &Rules::default()).unwrap().over(&before);
        for column in optional.into_iter().filter(|column| !columns.contains(column)) {
            let goes_with_status = column == Column::StatusSince && before.status != row.status;
            if !goes_with_status {
                prop_assert_eq!(value(&over.person, column), value(&before, column));
            }
            prop_assert!(!over.emptied.contains(&column));
        }
        // What is in the file is as the file says, and what it empties is counted.
        for column in optional.into_iter().filter(|column| columns.contains(column)) {
            prop_assert_eq!(value(&over.person, column), value(&row, column));
            let emptied = !value(&before, column).is_empty() && value(&row, column).is_empty();
            let asked = emptied && !(column == Column::StatusSince && before.status != row.status);
            prop_assert_eq!(over.emptied.contains(&column), asked);
        }
    }

    /// Whatever ends the lines, and wherever quotes stand: each number comes out in a row, and the lines add up.
    #[test]
    fn no_row_vanishes(
        rows in proptest::collection::vec((0_u64..100, "[a-z ]{0,6}", 0_usize..6, 0_usize..9), 1..30),
    ) {
        let mut text = String::from("nip,nama,status,instansi,unit\n");
        let mut numbers = Vec::new();
        for (i, (serial, name, end, quote)) in rows.iter().enumerate() {
            let nip = 198_003_122_005_011_001 + serial * 1_000_000_000 % 7 + i as u64;
            numbers.push(nip.to_string());
            let name = match quote {
                0 => format!("\"{name}"),
                1 => format!("{name}\""),
                2 => format!("\"{name}\n{name}\""),
                3 => format!("\"{name}\"\"\""),
                _ => name.clone(),
            };
            let _ = write!(text, "{nip},{name},aktif,X,Dinas");
            text.push_str(["\n", "\r", "\r\n", "\r\r\n", "\n\n", "\r\n\r\n"][*end]);
        }
        let mut looker = Looker::default();
        let tally = walk(BufReader::new(Cursor::new(text.clone())), &Asked::default(), &mut looker).unwrap();
        prop_assert!(tally.agrees(), "{:?}", tally);
        prop_assert_eq!(tally.rows, looker.rows);
        for nip in numbers {
            prop_assert!(looker.text.contains(&nip), "{} of {:?}: {:?}", nip, text, looker.text);
        }
    }

    /// Any bytes at all: no panic, and the lines add up.
    #[test]
    fn any_bytes_are_accounted_for(bytes in proptest::collection::vec(proptest::sample::select(b"nip,am\"\r\n;\t1\xff ".to_vec()), 0..200)) {
        let mut looker = Looker::default();
        if let Ok(tally) = walk(BufReader::new(Cursor::new(bytes)), &Asked::default(), &mut looker) {
            prop_assert!(tally.agrees() && tally.rows == looker.rows, "{:?}", tally);
        }
    }

    /// A column that shows its order is read in it.
    #[test]
    fn days_are_read_in_the_order_of_their_column(
        all in proptest::collection::vec((1960_i16..2090, 1_i8..=12, 1_i8..=28), 1..20),
        month_first in any::<bool>(),
        sign in proptest::sample::select(vec!['/', '-', '.']),
    ) {
        let written = |(y, m, d): (i16, i8, i8)| {
            if month_first { format!("{m}{sign}{d}{sign}{y}") } else { format!("{d:02}{sign}{m:02}{sign}{y}") }
        };
        let mut shown = days::Shown::default();
        for (i, day) in all.iter().enumerate() {
            shown.look(&written(*day), i as u64 + 2);
        }
        let proved = all.iter().any(|(_, _, day)| *day > 12);
        for day in all {
            let read = days::read(&written(day), shown.order(), 7);
            if proved || !month_first {
                prop_assert_eq!(read, Ok(Some(Date::new(day.0, day.1, day.2).unwrap())));
            }
        }
    }

    /// What comes out of folding stays as it is, holds nothing unseen, and what is not named can be drawn.
    #[test]
    fn every_letter_is_drawn_or_named(text in "[ -~À-ÿﬁ\u{200b}\u{202a}\u{feff}а-яĀ-ſ’\u{300}-\u{308}]{0,24}") {
        let (folded, _) = letters::folded(&text);
        prop_assert_eq!(letters::first_unseen(&folded), None);
        let (again, wrong) = letters::folded(&folded);
        if !wrong {
            prop_assert_eq!(&again, &folded);
        }
        if letters::undrawable(&folded).is_none() {
            let letters: Vec<char> = folded.chars().filter(|letter| !letter.is_whitespace()).collect();
            prop_assert!(crate::card::letter_widths(&letters, 700).iter().all(Option::is_some), "{:?}", folded);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// In the database: taken, unchanged and refused are all there is; a try says the same; the same file
    /// again changes nothing; and of rows that differ about one number none is taken.
    #[test]
    fn taken_unchanged_and_refused_are_all_rows(
        known in somebody(),
        rows in proptest::collection::vec((1_u64..12, proptest::sample::select(vec!["Sri", "Bayu", "Citra", "ﬁ", "\u{fffd}"]), proptest::sample::select(vec!["aktif", "PNS", "Pensiun", "aneh", ""]), proptest::sample::select(vec!["2003-01-01", "1/2/2003", "31/12/2003", "12/31/2003", ""])), 1..20),
    ) {
        let mut list = String::from("nip,nama,status,tmt,instansi,catatan\n");
        for (serial, name, status, tmt) in &rows {
            let _ = writeln!(list, "{},{name},{status},{tmt},X,y", 199_001_012_023_211_000 + serial);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outcome: Result<(), TestCaseError> = runtime.block_on(async {
            let t = office().await;
            put_all(&t.office, std::slice::from_ref(&known)).await.unwrap();
            let run = async |dry_run: bool, allow_emptying: bool| {
                let plan = Plan { dry_run, allow_emptying, actor: "admin".into(), ..Plan::default() };
                import(&t.office, BufReader::new(Cursor::new(list.clone().into_bytes())), plan, |_, _| {}).await.unwrap()
            };
            let tried = run(true, false).await;
            prop_assert_eq!(tried.new + tried.changed + tried.same + tried.refused, tried.rows);
            prop_assert_eq!(tried.rows, rows.len() as u64);
            prop_assert_eq!(&tried.passed_over, &["catatan"]);
            prop_assert_eq!(tried.reasons.iter().map(|reason| reason.count).sum::<u64>(), tried.refused);
            let asked = run(false, false).await;
            prop_assert_eq!(asked.withheld, tried.empties() > 0);
            let taken = run(false, true).await;
            if tried.empties() > 0 {
                prop_assert_eq!((taken.new, taken.changed, taken.refused), (tried.new, tried.changed, tried.refused));
            }
            let again = run(false, false).await;
            prop_assert_eq!((again.new, again.changed, again.refused), (0, 0, tried.refused));
            let people: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM people").fetch_one(t.office.store.pool()).await.unwrap();
            prop_assert_eq!(people as u64, 1 + tried.new);
            // What the file has no column for is as it was.
            let now = super::find(&t.office.store, known.nip).await.unwrap().unwrap();
            prop_assert_eq!((&now.unit, &now.position, &now.karpeg), (&known.unit, &known.position, &known.karpeg));
            prop_assert_eq!(now.contract_end, known.contract_end);
            Ok(())
        });
        outcome?;
    }
}
