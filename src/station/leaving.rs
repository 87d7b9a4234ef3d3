//! Station: what remains of one that was revoked and has wiped itself. It says so on its screen until it joins
//! again, and tells the server once.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::plates;
use crate::clock::CorrectedClock;
use crate::store::{Farewell, LeavingStore as _, SqliteStore, StoreError};
use crate::sync::{Roots, Timeouts, backoff, see_off};

/// Ends a wipe that was interrupted, as far as this machine goes. `None`: this station was not wiped.
pub fn finish(store: &mut SqliteStore, data_dir: &Path) -> Result<Option<Farewell>, StoreError> {
    let Some(farewell) = store.farewell()? else { return Ok(None) };
    if !farewell.finished {
        store.finish_wipe()?;
    }
    remove_plates(data_dir);
    Ok(Some(farewell))
}

/// The pictures of the empty backdrop go with the rest. They show nobody: one that cannot be removed stops
/// nothing.
pub fn remove_plates(data_dir: &Path) {
    for name in plates::FILES {
        match fs::remove_file(data_dir.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, name, "a picture of the backdrop stays behind");
            }
            _ => {}
        }
    }
}

/// Tells the server that nothing is left here, until it has heard it or the station ends.
pub struct SeeingOff {
    pub store: SqliteStore,
    pub clock: Arc<CorrectedClock>,
    pub central_ca: Option<PathBuf>,
    /// Hangs up when the station ends.
    pub ended: Receiver<()>,
}

impl SeeingOff {
    pub fn run(mut self) {
        for failures in 1_u32.. {
            let roots = match Roots::load(self.central_ca.as_deref()) {
                Ok(roots) => roots,
                Err(error) => {
                    return tracing::error!(%error, "the server is not told that this station was wiped");
                }
            };
            match see_off(&mut self.store, self.clock.clone(), &roots, Timeouts::default()) {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(%error, "the server does not know yet that this station was wiped");
                }
            }
            // Nobody else waits in step with it: no chance is needed.
            let pause = backoff::pause(failures, 1.0).max(Duration::from_secs(1));
            if self.ended.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }
}
