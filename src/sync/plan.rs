//! What is due, as a list. Pure: the same knowledge always gives the same plan.

use std::time::Duration;

use crate::credential::ListId;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Time,
    Outbox,
    Trust,
    Status(ListId),
    Roster,
    /// Is this station still one of the office's?
    Standing,
}

/// What is known when the plan is made. Ages are since the last success in this run of the program;
/// `None`: not yet.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub clock_trusted: bool,
    pub time_age: Option<Duration>,
    pub queued: u32,
    pub trust_age: Option<Duration>,
    /// Every list that the trust list names, with its age.
    pub lists: Vec<(ListId, Option<Duration>)>,
    pub roster_age: Option<Duration>,
    /// A walk through the roster was interrupted.
    pub roster_unfinished: bool,
    /// Since a call last showed that the server knows this station.
    pub standing_age: Option<Duration>,
    /// No administrator has approved this station's keys yet: what is of people is not asked for, and what is owed
    /// stays here.
    pub waiting: bool,
}

/// How old each thing may get.
#[derive(Clone, Copy, Debug)]
pub struct Intervals {
    pub time: Duration,
    pub trust: Duration,
    pub status: Duration,
    pub roster: Duration,
    /// A station that was revoked learns of it no later than this, and a round's pause.
    pub standing: Duration,
}

impl Default for Intervals {
    fn default() -> Self {
        Intervals {
            time: Duration::from_hours(1),
            trust: Duration::from_hours(1),
            status: Duration::from_mins(10),
            roster: Duration::from_mins(5),
            standing: Duration::from_secs(25),
        }
    }
}

/// The time first, because everything is judged by it; then what people wait for; then what
/// verdicts rest on; the roster last, because it is the longest.
pub fn plan(known: &Known, intervals: &Intervals) -> Vec<Operation> {
    let due = |age: Option<Duration>, interval| age.is_none_or(|age| age >= interval);
    let mut plan = Vec::new();
    // A clock that is not trusted is asked about each time round.
    if due(known.time_age, intervals.time) || !known.clock_trusted {
        plan.push(Operation::Time);
    }
    if known.queued > 0 && !known.waiting {
        plan.push(Operation::Outbox);
    }
    if due(known.trust_age, intervals.trust) {
        plan.push(Operation::Trust);
    }
    for (id, age) in &known.lists {
        if due(*age, intervals.status) {
            plan.push(Operation::Status(id.clone()));
        }
    }
    if !known.waiting && (known.roster_unfinished || due(known.roster_age, intervals.roster)) {
        plan.push(Operation::Roster);
    }
    // Outbox and roster show it by themselves.
    let shown = plan.iter().any(|operation| matches!(operation, Operation::Outbox | Operation::Roster));
    // Somebody stands before the screen of one that waits, so it asks each time round.
    if !shown && (known.waiting || due(known.standing_age, intervals.standing)) {
        plan.push(Operation::Standing);
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::Operation::{Outbox, Roster, Standing, Status, Time, Trust};
    use super::*;
    use crate::credential::{IssuerId, Kid};

    fn list() -> ListId {
        ListId { issuer: IssuerId::parse("6201").unwrap(), kid: Kid::of(&[1; 32]) }
    }

    /// Everything was done a minute ago.
    fn fresh() -> Known {
        let age = Some(Duration::from_mins(1));
        Known {
            clock_trusted: true,
            time_age: age,
            queued: 0,
            trust_age: age,
            lists: vec![(list(), age)],
            roster_age: age,
            waiting: false,
            roster_unfinished: false,
            standing_age: Some(Duration::from_secs(10)),
        }
    }

    #[test]
    fn what_is_due() {
        let age = |seconds| Some(Duration::from_secs(seconds));
        let old = age(4000);
        let table: Vec<(&str, Known, Vec<Operation>)> = vec![
            ("nothing", fresh(), vec![]),
            ("just started", Known::default(), vec![Time, Trust, Roster]),
            ("somebody waits", Known { queued: 1, ..fresh() }, vec![Outbox]),
            (
                "started with something owed",
                Known { queued: 2, ..Known::default() },
                vec![Time, Outbox, Trust, Roster],
            ),
            ("an old clock", Known { time_age: old, ..fresh() }, vec![Time]),
            ("a clock that is not believed", Known { clock_trusted: false, ..fresh() }, vec![Time]),
            ("an old trust list", Known { trust_age: old, ..fresh() }, vec![Trust]),
            ("an old status list", Known { lists: vec![(list(), old)], ..fresh() }, vec![Status(list())]),
            ("a new issuer", Known { lists: vec![(list(), None)], ..fresh() }, vec![Status(list())]),
            ("an old roster", Known { roster_age: old, ..fresh() }, vec![Roster]),
            ("nothing heard", Known { standing_age: age(25), ..fresh() }, vec![Standing]),
            ("nothing heard yet", Known { standing_age: None, ..fresh() }, vec![Standing]),
            ("what is owed tells", Known { standing_age: None, queued: 1, ..fresh() }, vec![Outbox]),
            ("waits for approval", Known { waiting: true, ..fresh() }, vec![Standing]),
            (
                "joined again, with something owed",
                Known { waiting: true, queued: 2, roster_unfinished: true, ..Known::default() },
                vec![Time, Trust, Standing],
            ),
            ("half a roster", Known { roster_unfinished: true, ..fresh() }, vec![Roster]),
        ];
        for (name, known, expected) in table {
            assert_eq!(plan(&known, &Intervals::default()), expected, "{name}");
        }
    }
}
