//! What the office has said of words that this program does not know (`Non Job` is active): asked once,
//! and kept for the next list.

use super::words::{self, Employed, LONGEST, Meanings, plain};
use crate::central::storage::{Store, Tx};
use crate::central::{CentralError, Office};
use crate::person::Status;

/// Words that an office may give a meaning.
const MOST: i64 = 500;

pub async fn kept(store: &Store) -> Result<Meanings, CentralError> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT word, meaning FROM import_words ORDER BY word")
        .fetch_all(store.pool())
        .await?;
    let read = |(word, meaning): (String, String)| {
        let status = Status::parse(&meaning).ok_or(CentralError::Stored("the meaning of a word"))?;
        Ok((word, status))
    };
    rows.into_iter().map(read).collect()
}

/// Keeps what is new.
pub async fn keep(office: &Office, tx: &mut Tx, actor: &str, said: &Meanings) -> Result<(), CentralError> {
    for (word, status) in said {
        let word = plain(word);
        if word.is_empty() || word.chars().count() > LONGEST {
            return Err(CentralError::Argument(format!("a word has 1 to {LONGEST} letters")));
        }
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM import_words").fetch_one(&mut **tx).await?;
        if count >= MOST {
            return Err(CentralError::Argument(format!("at most {MOST} words are given a meaning")));
        }
        sqlx::query(
            "INSERT INTO import_words (word, meaning, actor, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (word) DO UPDATE SET meaning = $2, actor = $3, at = $4",
        )
        .bind(word)
        .bind(status.word())
        .bind(actor)
        .bind(office.clock.now().as_second())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// `Non Job=aktif`.
pub fn pair(text: &str) -> Result<(String, Status), String> {
    let (word, meaning) =
        text.split_once('=').ok_or_else(|| format!("'{text}' is not of the form WORD=STATUS"))?;
    let word = plain(word);
    if word.is_empty() || word.chars().count() > LONGEST {
        return Err(format!("a word has 1 to {LONGEST} letters"));
    }
    let said = words::said(meaning, &Meanings::new()).unwrap_or_default();
    let status = said.status.or(said.employed.map(|employed| match employed {
        Employed::Asn => Status::Active,
        Employed::Candidate => Status::Candidate,
    }));
    let known = Status::ALL.map(Status::word).join(", ");
    let status =
        Status::parse(meaning).or(status).ok_or_else(|| format!("'{meaning}' is none of: {known}"))?;
    Ok((word, status))
}
