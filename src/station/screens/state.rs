//! The whole state of the window, as text: so that nothing of a person stays in it unseen. The
//! function is written from `ui/data.slint` when the screens are compiled (build.rs).

use slint::ComponentHandle;

use super::App;
#[allow(clippy::wildcard_imports, reason = "every view, also those that are added tomorrow")]
use super::generated::*;

include!(concat!(env!("OUT_DIR"), "/window_state.rs"));
