//! Station: `anjungan touch-rule`: what root's helper unit runs when a technician has turned the picture.
//!
//! The record belongs to the station's user, and root reads it: nothing of it but a turn and three yes-or-noes reaches
//! the rule, and no word of it reaches the log.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Answer, CommandError};
use crate::provision::setup;
use crate::turn::touch_rule;

#[derive(Args)]
pub struct TouchRule {
    /// The station's data folder.
    #[arg(long, value_name = "DIR", default_value = "/var/lib/anjungan")]
    data: PathBuf,
    /// The rule's file.
    #[arg(long, value_name = "FILE", default_value = "/run/udev/rules.d/71-anjungan-touch.rules")]
    file: PathBuf,
}

impl TouchRule {
    /// The answer is no where the rule stands there already: then nothing need be told to udev.
    pub fn run(self) -> Result<Answer, CommandError> {
        let changed = write(&self.data, &self.file)?;
        Ok(if changed { Answer::Yes } else { Answer::No })
    }
}

fn write(data: &Path, file: &Path) -> Result<bool, CommandError> {
    let rule = touch_rule(setup::load(data)?.touch_map());
    if std::fs::read_to_string(file).is_ok_and(|there| there == rule) {
        return Ok(false);
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let new = file.with_extension("new");
    std::fs::write(&new, rule).and_then(|()| std::fs::rename(&new, file))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Chosen;
    use crate::turn::Turn;

    #[test]
    fn the_rule_follows_the_record_and_is_written_only_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (data, file) = (folder.path().join("data"), folder.path().join("rules.d/71.rules"));
        assert!(write(&data, &file).unwrap(), "without a record touches stay as they are");
        assert!(!write(&data, &file).unwrap());
        setup::keep(&data, &Chosen { turn: Turn::Right, ..Chosen::default() }).unwrap();
        assert!(write(&data, &file).unwrap());
        assert!(std::fs::read_to_string(&file).unwrap().contains("\"0 1 0 -1 0 1\""));
        std::fs::write(setup::path(&data), "turn = \"; reboot\"\n").unwrap();
        let before = std::fs::read_to_string(&file).unwrap();
        let said = write(&data, &file).unwrap_err().to_string();
        assert!(!said.contains("reboot"), "{said}");
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            before,
            "a record that cannot be read changes nothing"
        );
    }
}
