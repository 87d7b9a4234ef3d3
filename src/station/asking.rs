//! Station: asks the office's server what became of a card in view. Beside the camera: a verdict waits for no
//! network, and changes once the answer is there.

use std::sync::mpsc::{Receiver, Sender};

use crate::credential::{CardStatus, Serial};
use crate::protocol::CardState;
use crate::sync::Desk;

/// An answer about a card.
pub type Heard = (Serial, CardStatus);

/// The thread that asks.
pub struct Asking {
    pub asked: Receiver<Serial>,
    pub heard: Sender<Heard>,
}

impl Asking {
    /// On a thread of its own.
    pub fn start(self, desk: Desk) {
        let thread = std::thread::Builder::new().name("card state".into());
        if let Err(error) = thread.spawn(move || self.run(&desk)) {
            tracing::error!(%error, "cards are judged by the lists alone");
        }
    }

    /// Runs until nobody asks any more.
    fn run(self, desk: &Desk) {
        while let Ok(serial) = self.asked.recv() {
            // Over a slow line cards come and go; the one that is in view now counts.
            let serial = self.asked.try_iter().last().unwrap_or(serial);
            match desk.card(serial) {
                Ok(state) => {
                    if self.heard.send((serial, status_of(state))).is_err() {
                        return;
                    }
                }
                // Without a network, or for a card that this office did not make, the lists have the word.
                Err(error) => tracing::debug!(%error, "nothing was heard of a card"),
            }
        }
    }
}

fn status_of(state: CardState) -> CardStatus {
    match state {
        CardState::Valid => CardStatus::Valid,
        CardState::Revoked => CardStatus::Revoked,
        CardState::Suspended => CardStatus::Suspended,
        CardState::NoLongerAsn => CardStatus::NoLongerAsn,
        CardState::Replaced => CardStatus::Replaced,
    }
}
