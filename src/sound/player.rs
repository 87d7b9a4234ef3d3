//! A player program of the system. It keeps ALSA's C library and its headers out of the build, and
//! it is the one that the system's own sound settings apply to.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{SoundError, Speaker, Wave};

/// Programs that play a WAV file from standard input, the preferred one first.
const PLAYERS: [(&str, &[&str]); 3] =
    [("aplay", &["-q", "-"]), ("paplay", &["/dev/stdin"]), ("pw-play", &["-"])];

pub struct Player {
    program: String,
    arguments: Vec<String>,
    sounding: Option<Child>,
}

impl Player {
    /// The first player that is installed.
    pub fn found() -> Result<Player, SoundError> {
        let (program, arguments) =
            PLAYERS.iter().find(|(program, _)| installed(program)).ok_or(SoundError::NoPlayer)?;
        Ok(Player::new(program, arguments.iter().map(ToString::to_string).collect()))
    }

    /// One ALSA device, such as `plughw:1`.
    pub fn alsa(device: &str) -> Player {
        Player::new("aplay", vec!["-q".into(), "-D".into(), device.into(), "-".into()])
    }

    fn new(program: &str, arguments: Vec<String>) -> Player {
        Player { program: program.to_owned(), arguments, sounding: None }
    }

    fn failed(&self, why: std::io::Error) -> SoundError {
        SoundError::Program { program: self.program.clone(), why }
    }
}

impl Speaker for Player {
    fn play(&mut self, _name: &str, wave: &Wave) -> Result<(), SoundError> {
        self.hush();
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|why| self.failed(why))?;
        let file = wave.to_wav();
        let Some(mut input) = child.stdin.take() else { return Ok(()) };
        // A pipe holds less than a second: the rest is written while it plays.
        std::thread::spawn(move || {
            if let Err(error) = input.write_all(&file) {
                tracing::debug!(%error, "the player went before the sound's end");
            }
        });
        self.sounding = Some(child);
        Ok(())
    }

    fn hush(&mut self) {
        if let Some(mut child) = self.sounding.take() {
            // It may have ended by itself; either way it is waited for, so that no zombie stays.
            if child.kill().is_err() || child.wait().is_err() {
                tracing::debug!("a player could not be ended");
            }
        }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.hush();
    }
}

/// Is there such a program on the path?
pub(super) fn installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| is_program(&folder.join(program))))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::Signal;

    #[test]
    fn a_player_gets_the_whole_file_and_is_ended_by_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let heard = folder.path().join("heard.wav");
        let script = format!("cat > {}", heard.display());
        let mut player = Player::new("sh", vec!["-c".into(), script]);
        let wave = Signal::Call.wave(70);
        player.play("call", &wave).unwrap();
        player.sounding.as_mut().unwrap().wait().unwrap();
        assert_eq!(std::fs::read(&heard).unwrap(), wave.to_wav());

        let mut slow = Player::new("sh", vec!["-c".into(), "exec sleep 60".into()]);
        slow.play("call", &wave).unwrap();
        slow.play("call", &wave).unwrap();
        slow.hush();
        assert!(slow.sounding.is_none());
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = Player::new("no-such-player", Vec::new()).play("x", &Signal::Fault.wave(1)).unwrap_err();
        assert!(error.to_string().contains("no-such-player"), "{error}");
        assert!(installed("sh") && !installed("no-such-player"));
    }
}
