//! How a station is, as it says itself: for whoever looks after the stations. It asks nothing back.

use serde::{Deserialize, Serialize};

/// One report. A station sends it when something in it changes, and every few minutes besides; the
/// server keeps the last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationState {
    /// The program's version.
    pub version: String,
    pub camera: PartState,
    pub printer: PartState,
    pub paper: PaperState,
    /// MiB on the disk of the station's data that are free. `None`: it cannot say.
    #[serde(default)]
    pub disk_free_mib: Option<u64>,
    /// Does it believe its clock?
    pub clock_trusted: bool,
    /// What it still owes the server.
    pub outbox: u32,
    /// What the server rejected and staff have not looked at yet.
    #[serde(default)]
    pub parked: u32,
    pub screen_on: bool,
}

/// A camera or a printer. A word that this version does not know is read as [`PartState::Unknown`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartState {
    Ready,
    /// It is there and cannot work: no picture, a jam, a cover.
    Faulty,
    /// It is set up and does not answer.
    Away,
    /// This station has none.
    None,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaperState {
    Enough,
    Low,
    Out,
    /// The printer does not say.
    #[serde(other)]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_stay_and_one_of_a_newer_station_is_no_error() {
        let state = StationState {
            version: "1.2".into(),
            camera: PartState::Away,
            printer: PartState::None,
            paper: PaperState::Low,
            disk_free_mib: Some(900),
            clock_trusted: false,
            outbox: 3,
            parked: 0,
            screen_on: true,
        };
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(
            text,
            r#"{"version":"1.2","camera":"away","printer":"none","paper":"low","disk_free_mib":900,"clock_trusted":false,"outbox":3,"parked":0,"screen_on":true}"#
        );
        assert_eq!(serde_json::from_str::<StationState>(&text).unwrap(), state);
        let newer =
            text.replace("\"away\"", "\"misty\"").replace("\"low\"", "\"wet\"").replace(",\"parked\":0", "");
        let read: StationState = serde_json::from_str(&newer).unwrap();
        assert_eq!((read.camera, read.paper, read.parked), (PartState::Unknown, PaperState::Unknown, 0));
    }
}
