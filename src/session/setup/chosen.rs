//! What a technician chose at the screen and how far they came: one small record, on the disk after every step, so
//! that a power cut in the middle costs the step and no more.

use serde::{Deserialize, Serialize};

use super::ShownKeys;
use crate::lang::Lang;
use crate::turn::{TouchMap, Turn};

/// The steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SetupStep {
    // Di bengkel.
    Language,
    Network,
    Join,
    Clock,
    Printer,
    // Di lokasi.
    Turn,
    Touch,
    Camera,
    Plate,
    Report,
}

impl SetupStep {
    pub const BENCH: [SetupStep; 5] =
        [SetupStep::Language, SetupStep::Network, SetupStep::Join, SetupStep::Clock, SetupStep::Printer];
    pub const LOBBY: [SetupStep; 5] =
        [SetupStep::Turn, SetupStep::Touch, SetupStep::Camera, SetupStep::Plate, SetupStep::Report];

    /// The steps of its stage.
    pub fn stage(self) -> [SetupStep; 5] {
        if self <= SetupStep::Printer { Self::BENCH } else { Self::LOBBY }
    }

    /// Which of its stage it is, from 1.
    pub fn number(self) -> usize {
        1 + self.stage().iter().position(|step| *step == self).unwrap_or_default()
    }
}

/// Choices and progress.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Chosen {
    pub language: Option<Lang>,
    /// Stands before the printer of the configuration.
    pub printer: Option<String>,
    /// Stands before the face camera of the configuration.
    pub face: Option<String>,
    pub turn: Turn,
    /// Turned, and nobody has said yet that it is well so: how it was before.
    pub trial: Option<Turn>,
    /// The station is joining or has joined, and nobody has said that the first staff code was written down.
    pub code_unread: bool,
    pub done: Vec<SetupStep>,
    /// Other than the turn alone would have it. A table, so it stands last.
    pub touch: Option<TouchMap>,
}

impl Chosen {
    /// What brings a touch to the picture.
    pub fn touch_map(&self) -> TouchMap {
        self.touch.unwrap_or(self.turn.touch())
    }

    pub fn has_done(&self, step: SetupStep) -> bool {
        self.done.contains(&step)
    }

    /// A step is done; one that was done before is done anew.
    pub(super) fn note(&mut self, step: SetupStep) {
        if !self.has_done(step) {
            self.done.push(step);
            self.done.sort_unstable();
        }
    }

    fn began(&self, stage: [SetupStep; 5]) -> bool {
        stage.iter().any(|step| self.has_done(*step))
    }

    fn first_open(&self, stage: [SetupStep; 5]) -> Option<SetupStep> {
        stage.into_iter().find(|step| !self.has_done(*step))
    }
}

/// What the session knows of the station as a piece of furniture.
#[derive(Clone, Debug)]
pub struct Fitting {
    pub chosen: Chosen,
    /// Name and place, once it has joined.
    pub joined: Option<(String, String)>,
    /// The keys that it joined with.
    pub keys: Option<ShownKeys>,
    /// No administrator has approved them yet.
    pub waiting: bool,
    /// The display can be turned by the station itself.
    pub turns: bool,
    /// So can its touch layer: the bare console.
    pub glass: bool,
    /// The face camera in use.
    pub face: String,
    /// The printer of the configuration.
    pub printer: Option<String>,
}

/// A session by itself has nothing to set up.
impl Default for Fitting {
    fn default() -> Self {
        Fitting {
            chosen: Chosen::default(),
            joined: Some((String::new(), String::new())),
            keys: None,
            waiting: false,
            turns: false,
            glass: false,
            face: String::new(),
            printer: None,
        }
    }
}

impl Fitting {
    /// The step of `Di bengkel` that is due. A station that was joined in another way (a batch file, a terminal)
    /// has no bench to go through, unless somebody began there.
    pub fn bench(&self) -> Option<SetupStep> {
        let begun = self.joined.is_none() || self.chosen.began(SetupStep::BENCH) || self.chosen.code_unread;
        let due = self.chosen.first_open(SetupStep::BENCH).filter(|_| begun);
        // Without a server nothing works, whatever the record says.
        due.or(self.joined.is_none().then_some(SetupStep::Join))
    }

    /// The keys that an administrator has yet to approve.
    pub fn unapproved(&self) -> Option<&ShownKeys> {
        self.keys.as_ref().filter(|_| self.waiting)
    }

    /// Where `Di lokasi` goes on; from its beginning once it was finished.
    pub fn lobby(&self) -> SetupStep {
        self.chosen.first_open(SetupStep::LOBBY).unwrap_or(SetupStep::Turn)
    }

    /// Is the picture turned on trial?
    pub fn trial(&self) -> Option<Turn> {
        self.chosen.trial
    }
}
