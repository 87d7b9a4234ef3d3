//! An item that is too large for the way to the server goes in parts; what arrived stays there, so a line that
//! breaks off costs one part.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::client::Weight;
use super::sizes::LEAST;
use super::{Client, SyncError};
use crate::protocol::{OutboxAnswer, OutboxPart, PartTaken};

/// So many answers in one run may bring the upload no further: the server forgot what it had, or found that the
/// whole is not what was sent.
const STALLS: u32 = 3;

/// Sends a written item from where the server stands with it. Returns the item's answer.
pub(super) fn send(client: &Client, id: &str, item: &[u8]) -> Result<OutboxAnswer, SyncError> {
    let hash = HEXLOWER.encode(&Sha256::digest(item));
    let call = |offset: usize, bytes: &[u8]| -> Result<PartTaken, SyncError> {
        let path = format!("outbox/part?id={id}&size={}&sha256={hash}&offset={offset}", item.len());
        let kind = "application/octet-stream";
        client.as_device(|token| client.post_bytes(&path, kind, bytes, Some(token), Weight::Transfer))?.json()
    };
    let mut taken = call(0, &[])?;
    let mut stalls = 0;
    loop {
        if let Some(answer) = taken.answer {
            return Ok(answer);
        }
        let have = usize::try_from(taken.have).unwrap_or(usize::MAX);
        let Some(rest) = item.get(have..).filter(|rest| !rest.is_empty()) else {
            return Err(odd("all of an item is there, and no answer to it"));
        };
        let size = client.sized(super::sizes::Sizes::room).min(OutboxPart::MOST).min(rest.len());
        match call(have, &rest[..size]) {
            Ok(next) => {
                client.sized(|sizes, _| sizes.went(size, OutboxPart::MOST));
                if next.answer.is_none() && next.have <= taken.have {
                    stalls += 1;
                    if stalls >= STALLS {
                        return Err(odd("the parts of an item do not stay"));
                    }
                }
                taken = next;
            }
            Err(SyncError::TooLarge { .. }) if size > LEAST => {
                client.sized(|sizes, now| sizes.refused(size, now));
            }
            Err(error) => {
                if error.cut_short() {
                    client.sized(|sizes, _| sizes.broke_off(size));
                }
                return Err(error);
            }
        }
    }
}

fn odd(why: &str) -> SyncError {
    SyncError::Garbage { status: 200, why: why.to_owned() }
}
