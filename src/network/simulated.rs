//! A machine in memory: a socket without a cable, and two Wi-Fis, one of which opens with `kantor-contoh`.

use super::{Network, NetworkError, NetworkState, Wifi};

/// What opens the locked one.
pub const PASSWORD: &str = "kantor-contoh";

#[derive(Debug, Default)]
pub struct Simulated {
    /// A cable is plugged in.
    pub cable: bool,
    joined: Option<String>,
    /// The manager does not answer.
    pub away: bool,
}

impl Simulated {
    fn answers(&self) -> Result<(), NetworkError> {
        if self.away { Err(NetworkError::NoManager("told to be away".into())) } else { Ok(()) }
    }
}

impl Network for Simulated {
    fn state(&mut self) -> Result<NetworkState, NetworkError> {
        self.answers()?;
        Ok(NetworkState {
            wired: Some(self.cable),
            wifi: Some(self.joined.clone().unwrap_or_default()),
            out: self.cable || self.joined.is_some(),
        })
    }

    fn wifis(&mut self) -> Result<Vec<Wifi>, NetworkError> {
        self.answers()?;
        let wifi = |name: &str, signal, locked| Wifi { name: name.into(), signal, locked };
        Ok(vec![wifi("Kantor Contoh", 78, true), wifi("Tamu", 41, false)])
    }

    fn join(&mut self, name: &str, password: &str) -> Result<(), NetworkError> {
        let wifi = self.wifis()?.into_iter().find(|wifi| wifi.name == name);
        let wifi = wifi.ok_or_else(|| NetworkError::Failed("it is gone".into()))?;
        if wifi.locked && password != PASSWORD {
            return Err(NetworkError::Password);
        }
        self.joined = Some(wifi.name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_with_its_password_and_can_be_away() {
        let mut network = Simulated::default();
        assert!(!network.state().unwrap().out);
        assert!(matches!(network.join("Kantor Contoh", "salah-salah"), Err(NetworkError::Password)));
        assert!(matches!(network.join("Lain", ""), Err(NetworkError::Failed(_))));
        network.join("Kantor Contoh", PASSWORD).unwrap();
        assert!(network.state().unwrap().out);
        network.away = true;
        assert!(matches!(network.state(), Err(NetworkError::NoManager(_))));
    }
}
