//! What is kept how long. Once a day the server deletes what is older, and leaves one line in the journal
//! for each kind, with the count.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::leaving::LINE_DAYS;
use super::storage::audit;
use super::{CentralError, Office};

/// Rows in one transaction: a writer elsewhere waits no longer than this takes.
const BATCH: i64 = 1000;
/// What has run out by itself (sessions, nonces, links) stays this long for whoever looks into a fault.
const RUN_OUT_DAYS: u32 = 7;
/// A grant that has run out still explains why an acceptance is refused.
const GRANT_DAYS: u32 = 90;
/// Parts of an item whose rest does not come: the station holds the whole and begins anew.
const PART_DAYS: u32 = 1;
/// The actor in the journal.
const ACTOR: &str = "retention";

/// Days; 0 keeps for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the words of the configuration: they say the unit")]
pub struct Retention {
    /// Photos of cards that were replaced or revoked, counted from their making.
    pub superseded_photos_days: u32,
    /// Who looked at whose card.
    pub looks_days: u32,
    /// Who signed in, where and how.
    pub sign_ins_days: u32,
    /// The rest of the journal.
    pub audit_days: u32,
    /// The server's first answers to what stations handed in.
    pub outbox_days: u32,
    /// What revoked stations handed over and nobody decided about.
    pub quarantine_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Retention {
            superseded_photos_days: 730,
            looks_days: 365,
            sign_ins_days: 365,
            audit_days: 1825,
            outbox_days: 365,
            quarantine_days: 90,
        }
    }
}

impl Retention {
    pub fn check(&self) -> Result<(), CentralError> {
        let wrong = |why: &str| Err(CentralError::Config(format!("retention: {why}")));
        // A grant lives 14 days: until then a repeat must get its first answer.
        if (1..30).contains(&self.outbox_days) {
            return wrong("outbox_days: 30 or more, or 0: stations may repeat what they sent");
        }
        if self.superseded_photos_days > 0
            && (self.outbox_days == 0 || self.outbox_days > self.superseded_photos_days)
        {
            return wrong("superseded_photos_days: no less than outbox_days: a kept answer names its photo");
        }
        Ok(())
    }
}

/// What came of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deleted {
    pub kind: &'static str,
    /// 0: kept for ever.
    pub days: u32,
    pub count: u64,
}

/// Rows of one table that are older than a day.
struct Rule {
    kind: &'static str,
    table: &'static str,
    key: &'static str,
    /// With `$1`, the second before which rows go.
    where_old: &'static str,
    days: u32,
}

const LOOK: &str = "(action LIKE 'look:%' OR action LIKE 'page:%') AND at < $1";
const SIGN_IN: &str = "action LIKE 'sign-in%' AND at < $1";
const OTHER: &str =
    "action NOT LIKE 'look:%' AND action NOT LIKE 'page:%' AND action NOT LIKE 'sign-in%' AND at < $1";

const UNDECIDED: &str = "decision IS NULL AND received_at < $1";

fn rules(kept: &Retention) -> Vec<Rule> {
    let rule = |kind, table, key, where_old, days| Rule { kind, table, key, where_old, days };
    let run_out = |table, key| rule("run-out", table, key, "expires_at < $1", RUN_OUT_DAYS);
    vec![
        rule("looks", "audit", "id", LOOK, kept.looks_days),
        rule("sign-ins", "audit", "id", SIGN_IN, kept.sign_ins_days),
        rule("audit", "audit", "id", OTHER, kept.audit_days),
        rule("outbox", "outbox_items", "id", "received_at < $1", kept.outbox_days),
        // What nobody decided about holds portraits: it goes no later than what a station keeps of its own.
        rule("quarantine", "quarantine", "id", UNDECIDED, kept.quarantine_days),
        rule("quarantine", "quarantine", "id", "decided_at < $1", LINE_DAYS),
        rule("grants", "grants", "hash", "expires_at < $1", GRANT_DAYS),
        run_out("device_sessions", "token_hash"),
        run_out("nonces", "nonce"),
        run_out("sign_in_offers", "device_code_hash"),
        run_out("assist_nonces", "nonce_hash"),
        run_out("phone_sessions", "series"),
        run_out("password_links", "token_hash"),
        run_out("download_links", "token_hash"),
        rule("run-out", "outbox_parts", "device_id", "received_at < $1", PART_DAYS),
        rule("run-out", "outbox_uploads", "device_id", "changed_at < $1", PART_DAYS),
        rule("run-out", "staff_sessions", "token_hash", "seen_at < $1", RUN_OUT_DAYS),
    ]
}

/// Deletes what is too old, or says how much that would be.
pub async fn run(office: &Office, dry_run: bool) -> Result<Vec<Deleted>, CentralError> {
    if !dry_run {
        office.sure_now()?;
    }
    let kept = &office.config.retention;
    let mut all: Vec<Deleted> = Vec::new();
    for rule in rules(kept) {
        let count = if rule.days == 0 { 0 } else { apply(office, &rule, dry_run).await? };
        match all.iter_mut().find(|told| told.kind == rule.kind) {
            Some(told) => told.count += count,
            None => all.push(Deleted { kind: rule.kind, days: rule.days, count }),
        }
    }
    let days = kept.superseded_photos_days;
    let count = if days == 0 { 0 } else { photos(office, days, dry_run).await? };
    all.push(Deleted { kind: "photos", days, count });
    if !dry_run {
        let mut tx = office.store.write().await?;
        for told in all.iter().filter(|told| told.count > 0) {
            let action = format!("retention: {}", told.kind);
            audit(&mut tx, office.clock.now(), ACTOR, &action, &told.count.to_string()).await?;
        }
        tx.commit().await?;
    }
    Ok(all)
}

fn before(office: &Office, days: u32) -> i64 {
    office.clock.now().as_second() - SignedDuration::from_hours(24 * i64::from(days)).as_secs()
}

async fn apply(office: &Office, rule: &Rule, dry_run: bool) -> Result<u64, CentralError> {
    let Rule { table, key, where_old, .. } = rule;
    let before = before(office, rule.days);
    if dry_run {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE {where_old}");
        let count: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(before).fetch_one(office.store.pool()).await?;
        return Ok(count as u64);
    }
    let mut count = 0;
    loop {
        let sql = format!(
            "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {where_old} LIMIT {BATCH})"
        );
        let mut tx = office.store.write().await?;
        let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before).execute(&mut *tx).await?;
        tx.commit().await?;
        count += done.rows_affected();
        if done.rows_affected() < BATCH as u64 {
            return Ok(count);
        }
    }
}

/// Photos that only cards name which are replaced or revoked, and made long ago. The row goes first: a
/// file that no row names is harmless, a row without its file is not.
async fn photos(office: &Office, days: u32, dry_run: bool) -> Result<u64, CentralError> {
    let mut tx = office.store.write().await?;
    let old: Vec<String> = sqlx::query_scalar(
        "SELECT p.hash FROM photos p WHERE p.stored_at < $1
         AND EXISTS (SELECT 1 FROM issues i WHERE i.photo_hash = p.hash)
         AND NOT EXISTS (SELECT 1 FROM issues i WHERE i.photo_hash = p.hash
             AND (i.state NOT IN ('replaced', 'revoked') OR i.issued_at >= $1))",
    )
    .bind(before(office, days))
    .fetch_all(&mut *tx)
    .await?;
    if dry_run {
        return Ok(old.len() as u64);
    }
    for hash in &old {
        sqlx::query("DELETE FROM photos WHERE hash = $1").bind(hash).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    for hash in &old {
        office.store.forget_photo(hash).await?;
    }
    Ok(old.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central::storage::{AuditSearch, audit_lines};
    use crate::central::testing::office;

    #[tokio::test]
    async fn what_is_too_old_goes_and_a_line_says_how_much() {
        let t = office().await;
        let mut tx = t.office.store.write().await.unwrap();
        let now = t.office.clock.now();
        for action in ["look: valid", "page: data shown", "sign-in", "sign-in-phone", "enrol"] {
            audit(&mut tx, now, "X", action, "Y").await.unwrap();
        }
        tx.commit().await.unwrap();
        t.advance(364 * 86_400);
        assert!(run(&t.office, false).await.unwrap().iter().all(|told| told.count == 0));
        t.advance(2 * 86_400);
        let count = |told: &[Deleted], kind: &str| told.iter().find(|told| told.kind == kind).unwrap().count;
        let dry = run(&t.office, true).await.unwrap();
        let done = run(&t.office, false).await.unwrap();
        assert_eq!(dry, done, "a dry run says what the other does");
        assert_eq!((count(&done, "looks"), count(&done, "sign-ins"), count(&done, "audit")), (2, 2, 0));
        assert!(run(&t.office, true).await.unwrap().iter().all(|told| told.count == 0));
        let asked = AuditSearch { action: "", subject: "", before: None };
        let lines = audit_lines(&t.office.store, &asked).await.unwrap().0;
        let told: Vec<(&str, &str)> =
            lines.iter().map(|line| (line.action.as_str(), line.subject.as_str())).collect();
        assert!(told.contains(&("retention: looks", "2")) && told.contains(&("retention: sign-ins", "2")));
        assert!(told.contains(&("enrol", "Y")) && !told.contains(&("sign-in", "Y")), "{told:?}");
    }

    #[test]
    fn rules_that_would_take_what_is_needed_are_refused() {
        let with = |change: fn(&mut Retention)| {
            let mut kept = Retention::default();
            change(&mut kept);
            kept.check()
        };
        assert!(with(|_| {}).is_ok() && with(|kept| kept.audit_days = 0).is_ok());
        assert!(with(|kept| kept.outbox_days = 7).is_err());
        assert!(with(|kept| kept.superseded_photos_days = 30).is_err());
        assert!(with(|kept| kept.outbox_days = 0).is_err());
    }
}
