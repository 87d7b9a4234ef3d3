//! Who looked at whom: entries that a station chains by their hashes, so that one that is taken
//! out, changed or put in later shows.
//!
//! An entry's hash covers what it says and the hash before it. The chain does not keep a thief of
//! the whole station from writing another one; what the server has received it cannot take back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Blob;

const LABEL: &[u8] = b"anjungan/audit/1";

/// What somebody at a station did that showed them something of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditAction {
    /// A card was held to the camera: the verdict. The subject is its serial.
    LookValid,
    LookConfirm,
    LookNoLongerValid,
    LookNotGenuine,
    /// A number was looked up and stands in the data. The subject is the record.
    LookUp,
    /// A number was looked up and does not stand in the data. No subject.
    LookUpNone,
    /// A clerk took somebody with a KTP, where the verdict was to be confirmed.
    Accepted,
    NotAccepted,
    /// The visitors of some days were read.
    VisitorsRead,
    /// They were written to a file.
    VisitorsExported,
    /// The picture of a card in the print queue was seen. The subject is its serial.
    PrintSeen,
    /// What a clerk said about a print whose end was unknown.
    PrintCameOut,
    PrintNotOut,
    /// Spoiled, and destroyed.
    PrintSpoiled,
}

impl AuditAction {
    pub const ALL: [AuditAction; 14] = [
        AuditAction::LookValid,
        AuditAction::LookConfirm,
        AuditAction::LookNoLongerValid,
        AuditAction::LookNotGenuine,
        AuditAction::LookUp,
        AuditAction::LookUpNone,
        AuditAction::Accepted,
        AuditAction::NotAccepted,
        AuditAction::VisitorsRead,
        AuditAction::VisitorsExported,
        AuditAction::PrintSeen,
        AuditAction::PrintCameOut,
        AuditAction::PrintNotOut,
        AuditAction::PrintSpoiled,
    ];

    /// The word in files and databases.
    pub fn word(self) -> &'static str {
        match self {
            AuditAction::LookValid => "look-valid",
            AuditAction::LookConfirm => "look-confirm",
            AuditAction::LookNoLongerValid => "look-no-longer-valid",
            AuditAction::LookNotGenuine => "look-not-genuine",
            AuditAction::LookUp => "look-up",
            AuditAction::LookUpNone => "look-up-none",
            AuditAction::Accepted => "accepted",
            AuditAction::NotAccepted => "not-accepted",
            AuditAction::VisitorsRead => "visitors-read",
            AuditAction::VisitorsExported => "visitors-exported",
            AuditAction::PrintSeen => "print-seen",
            AuditAction::PrintCameOut => "print-came-out",
            AuditAction::PrintNotOut => "print-not-out",
            AuditAction::PrintSpoiled => "print-spoiled",
        }
    }

    pub fn parse(word: &str) -> Option<AuditAction> {
        AuditAction::ALL.into_iter().find(|action| action.word() == word)
    }
}

/// One link of a station's chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// 1, 2, 3, … at one station.
    pub seq: u64,
    /// Milliseconds since 1970, UTC: what is hashed is what travels.
    pub at_ms: i64,
    /// A clerk's id, or [`PUBLIC`](Self::PUBLIC) where nobody was signed in.
    pub actor: String,
    pub action: AuditAction,
    /// A card's serial, a record's id or a print's: never a name or a NIP. May be empty.
    pub subject: String,
    /// The hash of the entry before; 32 zeros for the first.
    pub previous: Blob,
    pub hash: Blob,
}

/// Where an entry does not fit the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum ChainBreak {
    #[error("its content does not have its hash")]
    Altered,
    #[error("entries before it are missing")]
    Gap,
    #[error("it does not follow from the entry before")]
    Forked,
    #[error("the station began its chain anew")]
    Restarted,
}

impl ChainBreak {
    pub fn word(self) -> &'static str {
        match self {
            ChainBreak::Altered => "altered",
            ChainBreak::Gap => "gap",
            ChainBreak::Forked => "forked",
            ChainBreak::Restarted => "restarted",
        }
    }
}

/// The end of a chain so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainEnd {
    pub seq: u64,
    pub hash: [u8; 32],
}

impl AuditEntry {
    /// Who looks where nobody is signed in: a station that faces the public.
    pub const PUBLIC: &str = "public";

    /// The next link after `end`; `None` begins a chain.
    pub fn after(
        end: Option<&ChainEnd>,
        at: Timestamp,
        actor: &str,
        action: AuditAction,
        subject: &str,
    ) -> AuditEntry {
        let (seq, previous) = end.map_or((1, [0; 32]), |end| (end.seq + 1, end.hash));
        let mut entry = AuditEntry {
            seq,
            at_ms: at.as_millisecond(),
            actor: actor.to_owned(),
            action,
            subject: subject.to_owned(),
            previous: previous.to_vec().into(),
            hash: Blob::default(),
        };
        entry.hash = entry.digest().to_vec().into();
        entry
    }

    /// SHA-256 of everything but the hash itself, each part with its length before it.
    pub fn digest(&self) -> [u8; 32] {
        let parts: [&[u8]; 7] = [
            LABEL,
            &self.seq.to_be_bytes(),
            &self.at_ms.to_be_bytes(),
            self.actor.as_bytes(),
            self.action.word().as_bytes(),
            self.subject.as_bytes(),
            &self.previous.0,
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }

    /// Does it follow from what was held so far?
    pub fn check(&self, end: Option<&ChainEnd>) -> Result<(), ChainBreak> {
        if self.hash.0 != self.digest() {
            return Err(ChainBreak::Altered);
        }
        let (next, previous) = end.map_or((1, [0; 32]), |end| (end.seq + 1, end.hash));
        if self.seq == next && self.previous.0 == previous {
            Ok(())
        } else if self.seq == 1 && end.is_some() {
            Err(ChainBreak::Restarted)
        } else if self.seq > next {
            Err(ChainBreak::Gap)
        } else {
            Err(ChainBreak::Forked)
        }
    }

    /// The end of the chain, once this is its last link.
    pub fn end(&self) -> ChainEnd {
        ChainEnd { seq: self.seq, hash: self.hash.array().unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(subjects: &[&str]) -> Vec<AuditEntry> {
        let mut chain: Vec<AuditEntry> = Vec::new();
        for (second, subject) in (0..).zip(subjects) {
            let at = Timestamp::from_second(1_800_000_000 + second).unwrap();
            let end = chain.last().map(AuditEntry::end);
            chain.push(AuditEntry::after(end.as_ref(), at, "petugas-1", AuditAction::LookUp, subject));
        }
        chain
    }

    fn verify(chain: &[AuditEntry]) -> Vec<Result<(), ChainBreak>> {
        let mut end = None;
        chain
            .iter()
            .map(|entry| {
                let verdict = entry.check(end.as_ref());
                end = Some(entry.end());
                verdict
            })
            .collect()
    }

    #[test]
    fn a_chain_holds_and_each_kind_of_damage_has_its_name() {
        let whole = chain(&["a", "b", "c", "d"]);
        assert!(verify(&whole).iter().all(Result::is_ok));

        let mut altered = whole.clone();
        altered[1].subject = "x".into();
        assert_eq!(verify(&altered), [Ok(()), Err(ChainBreak::Altered), Ok(()), Ok(())]);

        // Altered with a hash that fits again: the next one does not follow.
        altered[1].hash = altered[1].digest().to_vec().into();
        assert_eq!(verify(&altered), [Ok(()), Ok(()), Err(ChainBreak::Forked), Ok(())]);

        let mut gap = whole.clone();
        gap.remove(2);
        assert_eq!(verify(&gap), [Ok(()), Ok(()), Err(ChainBreak::Gap)]);

        let anew = [&whole[..2], &chain(&["z"])[..]].concat();
        assert_eq!(verify(&anew)[2], Err(ChainBreak::Restarted));
        let mut put_in = whole.clone();
        put_in.insert(1, whole[3].clone());
        assert_eq!(verify(&put_in)[1], Err(ChainBreak::Gap));
    }

    #[test]
    fn words_are_what_travels() {
        for action in AuditAction::ALL {
            assert_eq!(AuditAction::parse(action.word()), Some(action));
            assert_eq!(serde_json::to_string(&action).unwrap(), format!("\"{}\"", action.word()));
        }
        let entry = chain(&["a"]).remove(0);
        let again: AuditEntry = serde_json::from_str(&serde_json::to_string(&entry).unwrap()).unwrap();
        assert_eq!(again, entry);
        assert!(again.check(None).is_ok());
    }
}
