//! How the machine gets into the network (floor 3): one trait, a real and a simulated part, chosen at run time.
//!
//! | address | what it is |
//! | --- | --- |
//! | `nmcli:` | NetworkManager, by its own command |
//! | `simulated:` | a machine with a socket and a radio, in memory |
//! | `none:` | the network is set elsewhere; only whether there is a way out is looked at |

mod kernel;
mod nmcli;
mod simulated;

use crate::session::{NetworkState, Wifi};

pub use nmcli::Nmcli;
pub use simulated::{PASSWORD as SIMULATED_PASSWORD, Simulated};

/// Who can be asked about the network, and told. Calls block for seconds: a worker makes them.
pub trait Network: Send {
    fn state(&mut self) -> Result<NetworkState, NetworkError>;

    /// The Wi-Fis in the air, the strongest first.
    fn wifis(&mut self) -> Result<Vec<Wifi>, NetworkError>;

    /// Joins a Wi-Fi, now and from every start on.
    fn join(&mut self, name: &str, password: &str) -> Result<(), NetworkError>;
}

#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    #[error("network address {0:?}: write nmcli:, simulated: or none:")]
    Address(String),
    /// Nobody here manages the network.
    #[error("the network cannot be set from here: {0}")]
    NoManager(String),
    #[error("the Wi-Fi does not take this password")]
    Password,
    #[error("the Wi-Fi could not be joined: {0}")]
    Failed(String),
}

/// The network at an address (the table above).
pub fn open(uri: &str) -> Result<Box<dyn Network>, NetworkError> {
    Ok(match uri.trim().split_once(':') {
        Some(("nmcli", "")) => Box::new(Nmcli::system()),
        Some(("simulated", "")) => Box::<Simulated>::default(),
        Some(("none", "")) => Box::new(kernel::Kernel),
        _ => return Err(NetworkError::Address(uri.to_owned())),
    })
}
