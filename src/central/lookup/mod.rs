//! What a phone is told about a card: a verdict from the code and the live status at once; the
//! holder's data once a captcha is passed. The pages around it stand in `pages::card`.
//!
//! The signed part of the code comes in the body of a request, never in its address, and is
//! neither kept nor logged. What is kept is that somebody saw the data of a card, in the audit table.

mod captcha;
mod holder;
mod rates;
mod verdict;

pub use captcha::{Asked, Captcha, Failed};
pub use holder::{Shown, holder};
pub use rates::{RateLimit, Rates, neighbourhood};
pub use verdict::{Answer, verdict};

use std::sync::Arc;

use tokio::sync::Mutex;

use super::documents::Document;
use super::{CentralError, Office, trust};
use crate::credential::TrustList;

/// What the phone's page keeps in memory.
pub struct Lookup {
    pub captcha: Captcha,
    /// Verdicts by address: they say nothing about a person, and cost a little work.
    pub verdicts: Rates,
    /// Data of people by address.
    pub addresses: Rates,
    /// Data of people by card.
    pub cards: Rates,
    trust: Mutex<Option<(Document, Arc<TrustList>)>>,
}

/// A queue at a gate: a card every two seconds for as long as it takes.
const VERDICTS: RateLimit = RateLimit { burst: 60, seconds_each: 2 };
/// An office behind one address, and nobody who harvests: 20 at once, then two a minute.
const ADDRESSES: RateLimit = RateLimit { burst: 20, seconds_each: 30 };
/// One card is looked up a few times a day; a photo of it that goes round is not worth much.
const CARDS: RateLimit = RateLimit { burst: 6, seconds_each: 10 * 60 };

impl Default for Lookup {
    fn default() -> Lookup {
        Lookup {
            captcha: Captcha::default(),
            verdicts: Rates::new(VERDICTS),
            addresses: Rates::new(ADDRESSES),
            cards: Rates::new(CARDS),
            trust: Mutex::default(),
        }
    }
}

impl Lookup {
    /// The list that goes out to stations, read once for as long as it stays the same.
    async fn trust(&self, office: &Office) -> Result<Arc<TrustList>, CentralError> {
        let current = trust::list(office).await?;
        let mut held = self.trust.lock().await;
        if let Some((document, list)) = held.as_ref()
            && document.etag == current.etag
        {
            return Ok(list.clone());
        }
        let list = Arc::new(trust::read(office, &current.bytes).await?);
        *held = Some((current, list.clone()));
        Ok(list)
    }
}
