//! Station: the worker of loudspeaker and headphones. A station that cannot sound says so once in
//! its log; the screen says everything without it.

use std::sync::mpsc::Receiver;

use crate::config::SoundConfig;
use crate::lang::Lang;
use crate::session::Sound;
use crate::sound::{self, Espeak, Signal, Silent, Speaker, Voice};

pub enum SoundOrder {
    Play(Sound),
    /// To the headphones, and nowhere else.
    Say(String, Lang),
    /// The person has gone: what is still spoken is theirs.
    Hush,
}

/// Plays and speaks until the station lets go of the other end.
pub fn run(config: &SoundConfig, orders: &Receiver<SoundOrder>) {
    let mut speaker = speaker(&config.device, "no sound");
    let mut voice = voice(config);
    while let Ok(order) = orders.recv() {
        let done = match order {
            SoundOrder::Play(sound) => match &mut speaker {
                Some(speaker) => {
                    let signal = signal(sound);
                    speaker.play(signal.name(), &signal.wave(config.volume))
                }
                None => Ok(()),
            },
            SoundOrder::Say(text, lang) => voice.say(&text, lang),
            SoundOrder::Hush => {
                voice.hush();
                Ok(())
            }
        };
        if let Err(error) = done {
            tracing::warn!(%error, "sound");
        }
    }
}

fn signal(sound: Sound) -> Signal {
    match sound {
        Sound::Shutter => Signal::Shutter,
        Sound::Good => Signal::Valid,
        Sound::Attention => Signal::Confirm,
        Sound::Ended => Signal::Ended,
        Sound::Bad => Signal::NotGenuine,
        Sound::Trouble => Signal::Fault,
    }
}

fn speaker(address: &str, without: &str) -> Option<Box<dyn Speaker>> {
    sound::open(address).unwrap_or_else(|error| {
        tracing::warn!(%error, "{without}");
        None
    })
}

fn voice(config: &SoundConfig) -> Box<dyn Voice> {
    let Some(headphones) = config.headphones.as_deref().and_then(|device| speaker(device, "no headphones"))
    else {
        return Box::new(Silent);
    };
    if let Some(voice) = Espeak::into_headphones(headphones) {
        return Box::new(voice);
    }
    tracing::warn!("headphones are configured, and espeak-ng is not installed: nothing is spoken");
    Box::new(Silent)
}
