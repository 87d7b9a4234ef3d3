//! The print queue in SQLite.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{SqliteStore, millis, moment, outbox};
use crate::protocol::OutboxItem;
use crate::store::{JobEnd, JobState, JobStore, JournalLine, NewJob, PrintJob, StoreError};

const COLUMNS: &str =
    "id, print_id, serial, state, cause, options, trace, sealed_picture, queued_at, changed_at";

fn read(row: &Row<'_>) -> rusqlite::Result<Result<PrintJob, StoreError>> {
    let word: String = row.get(3)?;
    let Some(state) = JobState::parse(&word) else {
        return Ok(Err(StoreError::bad_row("print_jobs", format!("no state '{word}'"))));
    };
    Ok(Ok(PrintJob {
        id: row.get(0)?,
        print_id: row.get(1)?,
        serial: row.get(2)?,
        state,
        cause: row.get(4)?,
        options: row.get(5)?,
        trace: row.get(6)?,
        sealed_picture: row.get(7)?,
        queued_at: moment(row, 8)?,
        changed_at: moment(row, 9)?,
    }))
}

/// Writes a line of the journal.
fn note(
    tx: &Transaction<'_>,
    id: &str,
    state: JobState,
    cause: Option<&str>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO print_journal (job_id, seq, at, state, cause)
         SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3, ?4 FROM print_journal WHERE job_id = ?1",
        params![id, millis(now), state.word(), cause],
    )?;
    Ok(())
}

fn go(
    tx: &Transaction<'_>,
    id: &str,
    next: JobState,
    cause: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let word: Option<String> =
        tx.query_row("SELECT state FROM print_jobs WHERE id = ?1", [id], |row| row.get(0)).optional()?;
    let word = word.ok_or_else(|| StoreError::Absent { what: "print job", id: id.to_owned() })?;
    if !JobState::parse(&word).is_some_and(|state| state.allows(next)) {
        return Err(StoreError::WrongState { what: "print job", id: id.to_owned(), state: word });
    }
    tx.execute(
        "UPDATE print_jobs SET state = ?2, cause = ?3, changed_at = ?4 WHERE id = ?1",
        params![id, next.word(), cause, millis(now)],
    )?;
    note(tx, id, next, cause, now)?;
    if next == JobState::Queued {
        // A new attempt begins with nothing at any printer.
        tx.execute("UPDATE print_jobs SET trace = NULL WHERE id = ?1", [id])?;
    }
    if next.ended() {
        tx.execute("UPDATE print_jobs SET sealed_picture = NULL WHERE id = ?1", [id])?;
    }
    Ok(())
}

impl SqliteStore {
    fn jobs_where(&self, condition: &str) -> Result<Vec<PrintJob>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM print_jobs WHERE {condition} ORDER BY queued_at, id");
        let mut query = self.conn.prepare(&sql)?;
        query.query_map([], read)?.collect::<Result<Result<Vec<_>, _>, _>>()?
    }
}

impl JobStore for SqliteStore {
    fn add_job(&mut self, job: &NewJob, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let rows = tx.execute(
                "INSERT INTO print_jobs (id, print_id, serial, state, options, sealed_picture,
                                         queued_at, changed_at)
                 VALUES (?1, ?2, ?3, 'queued', ?4, ?5, ?6, ?6) ON CONFLICT DO NOTHING",
                params![job.id, job.print_id, job.serial, job.options, job.sealed_picture, millis(now)],
            )?;
            match rows {
                1 => Ok(note(tx, &job.id, JobState::Queued, None, now)?),
                _ => Err(StoreError::Conflict { what: "print job", id: job.id.clone() }),
            }
        })
    }

    fn job_sending(&mut self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| go(tx, id, JobState::Sending, None, now))
    }

    fn job_trace(&mut self, id: &str, trace: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| {
            let rows = tx.execute(
                "UPDATE print_jobs SET trace = ?2, changed_at = ?3 WHERE id = ?1 AND state = 'sending'",
                params![id, trace, millis(now)],
            )?;
            match rows {
                1 => Ok(note(tx, id, JobState::Sending, Some("may become whole from here on"), now)?),
                _ => Err(StoreError::WrongState {
                    what: "print job",
                    id: id.to_owned(),
                    state: "not being sent".to_owned(),
                }),
            }
        })
    }

    fn job_waiting(&mut self, id: &str, cause: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| go(tx, id, JobState::Queued, Some(cause), now))
    }

    fn job_unknown(&mut self, id: &str, cause: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(|tx| go(tx, id, JobState::Unknown, Some(cause), now))
    }

    fn end_job(
        &mut self,
        id: &str,
        end: JobEnd<'_>,
        report: Option<&OutboxItem>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (next, cause) = match end {
            JobEnd::Printed => (JobState::Printed, None),
            JobEnd::Sent => (JobState::Sent, None),
            JobEnd::Failed { cause } => (JobState::Failed, Some(cause)),
            JobEnd::Spoiled { cause } => (JobState::Spoiled, Some(cause)),
        };
        self.write(|tx| {
            go(tx, id, next, cause, now)?;
            match report {
                Some(report) => outbox::append(tx, report).map(|_| ()),
                None => Ok(()),
            }
        })
    }

    fn job(&self, id: &str) -> Result<Option<PrintJob>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM print_jobs WHERE id = ?1");
        self.conn.query_row(&sql, [id], read).optional()?.transpose()
    }

    fn open_jobs(&self) -> Result<Vec<PrintJob>, StoreError> {
        self.jobs_where("state IN ('queued', 'sending', 'unknown')")
    }

    fn recent_jobs(&self, at_most: u32) -> Result<Vec<PrintJob>, StoreError> {
        let columns = COLUMNS.replace("sealed_picture", "NULL");
        let sql = format!("SELECT {columns} FROM print_jobs ORDER BY changed_at DESC, id DESC LIMIT ?1");
        let mut query = self.conn.prepare(&sql)?;
        query.query_map([at_most], read)?.collect::<Result<Result<Vec<_>, _>, _>>()?
    }

    fn journal(&self, id: &str) -> Result<Vec<JournalLine>, StoreError> {
        let mut query =
            self.conn.prepare("SELECT at, state, cause FROM print_journal WHERE job_id = ?1 ORDER BY seq")?;
        let lines = query.query_map([id], |row| {
            let word: String = row.get(1)?;
            let at = moment(row, 0)?;
            let cause = row.get(2)?;
            Ok(JobState::parse(&word)
                .map(|state| JournalLine { at, state, cause })
                .ok_or_else(|| StoreError::bad_row("print_journal", format!("no state '{word}'"))))
        })?;
        lines.collect::<Result<Result<Vec<_>, _>, _>>()?
    }

    fn recover(&mut self, now: Timestamp) -> Result<Vec<PrintJob>, StoreError> {
        self.write(|tx| {
            let sending: Vec<String> = tx
                .prepare("SELECT id FROM print_jobs WHERE state = 'sending'")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            sending.iter().try_for_each(|id| go(tx, id, JobState::Unknown, Some("interrupted"), now))
        })?;
        self.jobs_where("state = 'unknown'")
    }
}
