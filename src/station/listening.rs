//! Station: a desk listens for calls from the stations of its place, on a thread of its own that ends
//! with the program.

use std::time::Duration;

use super::clerk::profile;
use super::engine::post;
use crate::config::Profile;
use crate::session::Event;
use crate::store::NoteStore;
use crate::sync::Desk;

/// After a question that failed.
const PAUSE: Duration = Duration::from_secs(5);

/// Begins to listen. Each answer holds all open calls; the server answers when something changes.
pub fn listen(desk: Desk, store: impl NoteStore + Send + 'static, configured: Profile) {
    let listening = std::thread::Builder::new().name("calls".into()).spawn(move || {
        let mut known = 0;
        let mut heard = Vec::new();
        loop {
            // Staff may turn the station at any time.
            if profile(&store, configured) != Profile::MejaPetugas {
                if !std::mem::take(&mut heard).is_empty() {
                    post(Event::DeskCalls(Vec::new()));
                }
                known = 0;
                std::thread::sleep(PAUSE);
                continue;
            }
            match desk.listen_calls(known) {
                Ok(news) => {
                    known = news.version;
                    if news.calls != heard {
                        heard.clone_from(&news.calls);
                        post(Event::DeskCalls(news.calls));
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "no calls are heard");
                    // Nothing is known of calls while the line is cut.
                    if !heard.is_empty() {
                        heard.clear();
                        post(Event::DeskCalls(Vec::new()));
                    }
                    known = 0;
                    std::thread::sleep(PAUSE);
                }
            }
        }
    });
    if let Err(error) = listening {
        tracing::error!(%error, "this desk hears no calls");
    }
}
