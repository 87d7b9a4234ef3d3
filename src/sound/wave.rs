//! The station's signals, made of sines and a little noise: no recording of anybody's.

use std::f32::consts::TAU;

/// Samples a second.
pub const RATE: u32 = 22_050;

/// One channel of 16-bit samples at [`RATE`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave(pub Vec<i16>);

impl Wave {
    /// As a WAV file (RIFF, PCM, mono).
    pub fn to_wav(&self) -> Vec<u8> {
        let size = self.0.len() as u32 * 2;
        let mut file = Vec::with_capacity(44 + size as usize);
        file.extend(b"RIFF");
        file.extend((36 + size).to_le_bytes());
        file.extend(b"WAVEfmt ");
        file.extend(16_u32.to_le_bytes());
        file.extend(1_u16.to_le_bytes());
        file.extend(1_u16.to_le_bytes());
        file.extend(RATE.to_le_bytes());
        file.extend((RATE * 2).to_le_bytes());
        file.extend(2_u16.to_le_bytes());
        file.extend(16_u16.to_le_bytes());
        file.extend(b"data");
        file.extend(size.to_le_bytes());
        self.0.iter().for_each(|sample| file.extend(sample.to_le_bytes()));
        file
    }
}

/// What there is to hear. Each is told from the others by its tune, not by its pitch alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// The picture is taken.
    Shutter,
    /// BERLAKU: up, and up again.
    Valid,
    /// PERLU DIPASTIKAN: the same tone twice, as a question.
    Confirm,
    /// TIDAK BERLAKU LAGI: one soft low tone.
    Ended,
    /// KODE TIDAK SAH: three short low ones.
    NotGenuine,
    /// Something went wrong: down.
    Fault,
    /// Somebody is wanted at the desk: a bell, twice.
    Call,
}

/// Hertz (0 is silence) and milliseconds.
type Note = (f32, u32);

impl Signal {
    pub const ALL: [Signal; 7] = [
        Signal::Shutter,
        Signal::Valid,
        Signal::Confirm,
        Signal::Ended,
        Signal::NotGenuine,
        Signal::Fault,
        Signal::Call,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Signal::Shutter => "shutter",
            Signal::Valid => "valid",
            Signal::Confirm => "confirm",
            Signal::Ended => "ended",
            Signal::NotGenuine => "not-genuine",
            Signal::Fault => "fault",
            Signal::Call => "call",
        }
    }

    /// `volume` in percent.
    pub fn wave(self, volume: u8) -> Wave {
        let loudness = f32::from(volume.min(100)) / 100.0;
        let samples = match self {
            Signal::Shutter => shutter(),
            Signal::Valid => tune(&[(1046.5, 110), (1318.5, 110), (1568.0, 220)]),
            Signal::Confirm => tune(&[(880.0, 150), (0.0, 90), (880.0, 200)]),
            Signal::Ended => tune(&[(392.0, 420)]),
            Signal::NotGenuine => tune(&[(311.1, 110), (0.0, 60), (311.1, 110), (0.0, 60), (311.1, 160)]),
            Signal::Fault => tune(&[(784.0, 140), (523.3, 260)]),
            Signal::Call => tune(&[(1174.7, 260), (880.0, 320), (0.0, 120), (1174.7, 260), (880.0, 320)]),
        };
        Wave(samples.into_iter().map(|sample| (sample * loudness * 32_000.0) as i16).collect())
    }
}

fn tune(notes: &[Note]) -> Vec<f32> {
    notes.iter().flat_map(|(hertz, ms)| tone(*hertz, ms * RATE / 1000)).collect()
}

/// A sine with a touch of its octave; the edges are soft, so that nothing clicks.
fn tone(hertz: f32, samples: u32) -> impl Iterator<Item = f32> {
    let edge = (RATE / 125) as f32;
    (0..samples).map(move |i| {
        let at = i as f32;
        let envelope = (at / edge).min((samples - i) as f32 / edge).min(1.0);
        let phase = TAU * hertz * at / RATE as f32;
        0.8 * envelope * (0.85 * phase.sin() + 0.15 * (2.0 * phase).sin())
    })
}

/// Two short rustles, as a curtain makes that opens and shuts.
fn shutter() -> Vec<f32> {
    let mut state = 0x2545_F491_u32;
    let mut rustle = move |samples: u32, loud: f32| -> Vec<f32> {
        let noise = (0..samples).map(|i| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let fade = 1.0 - i as f32 / samples as f32;
            (state as f32 / u32::MAX as f32 * 2.0 - 1.0) * loud * fade * fade
        });
        noise.collect()
    };
    let mut all = rustle(RATE / 30, 0.8);
    all.extend(std::iter::repeat_n(0.0, RATE as usize / 25));
    all.extend(rustle(RATE / 20, 0.6));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loudest(wave: &Wave) -> i16 {
        wave.0.iter().map(|sample| sample.saturating_abs()).max().unwrap()
    }

    #[test]
    fn every_signal_is_its_own_short_and_in_range() {
        for signal in Signal::ALL {
            let wave = signal.wave(100);
            let seconds = wave.0.len() as f32 / RATE as f32;
            assert!((0.1..1.5).contains(&seconds), "{signal:?} lasts {seconds} s");
            assert!((10_000..=32_000).contains(&loudest(&wave)), "{signal:?}: {}", loudest(&wave));
            // Begins and ends at rest; noise begins with its own loudness.
            assert!(wave.0.last().unwrap().abs() < 600, "{signal:?} ends with a click");
            for other in Signal::ALL {
                assert!(signal == other || wave != other.wave(100), "{signal:?} sounds as {other:?}");
            }
        }
    }

    #[test]
    fn the_volume_counts() {
        assert_eq!(loudest(&Signal::Valid.wave(0)), 0);
        assert!(loudest(&Signal::Valid.wave(30)) < loudest(&Signal::Valid.wave(60)));
        assert_eq!(Signal::Valid.wave(200), Signal::Valid.wave(100));
    }

    #[test]
    fn a_wav_file_states_its_size() {
        let file = Signal::Fault.wave(50).to_wav();
        let stated = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
        assert_eq!(stated + 8, file.len());
        assert_eq!(u32::from_le_bytes(file[24..28].try_into().unwrap()), RATE);
    }
}
