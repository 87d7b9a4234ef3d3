//! What became of a card, asked at this moment.

use serde::{Deserialize, Serialize};

/// The words of a status list's entry, as they stand now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardState {
    Valid,
    Revoked,
    Suspended,
    /// The holder is no longer PNS or PPPK.
    NoLongerAsn,
    /// A newer card was issued; this one still proves who its holder is.
    Replaced,
}

/// The answer to `GET card/SERIAL`: no name, no day, no cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveCard {
    pub state: CardState,
}
