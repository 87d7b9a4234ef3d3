//! Station: `anjungan plate take` and `anjungan plate check`: the clean plate from the command line.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::{Answer, CommandError, Place};
use crate::camera;
use crate::photo::Models;
use crate::privileges::Keep;
use crate::session::PlateState;
use crate::station::plates::{self, PlateError, Plates};

#[derive(Subcommand)]
pub enum Plate {
    /// Photographs the empty backdrop and keeps it. Nobody may stand before it.
    Take(Take),
    /// Says whether the kept one still fits what the camera sees.
    Check(Check),
}

#[derive(Args)]
struct Where {
    #[command(flatten)]
    place: Place,
    /// The face camera; overrides the configuration.
    #[arg(long, value_name = "URI")]
    camera: Option<String>,
    /// One JSON object instead of words.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Take {
    #[command(flatten)]
    at: Where,
    /// Seconds to step out of the picture.
    #[arg(long, default_value_t = 5)]
    wait: u64,
    /// How many frames are averaged.
    #[arg(long, default_value_t = plates::FRAMES)]
    frames: usize,
}

#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    at: Where,
}

impl Plate {
    pub fn run(self) -> Result<Answer, CommandError> {
        match self {
            Plate::Take(take) => take.run(),
            Plate::Check(check) => check.run(),
        }
    }
}

impl Where {
    fn open(&self) -> Result<(Box<dyn camera::Camera>, Plates), CommandError> {
        let config = self.place.load(Keep::Nothing)?;
        let uri = self.camera.as_ref().unwrap_or(&config.cameras.face);
        std::fs::create_dir_all(&config.data_dir)?;
        Ok((camera::open(uri)?, Plates::open(&config.data_dir)))
    }
}

impl Take {
    fn run(self) -> Result<Answer, CommandError> {
        let (mut camera, mut plates) = self.at.open()?;
        let models = Models::load()?;
        if self.wait > 0 {
            eprintln!("step out of the picture: {} s", self.wait);
            std::thread::sleep(Duration::from_secs(self.wait));
        }
        let taken = plates::take(camera.as_mut(), &models, self.frames);
        match taken.and_then(|picture| plates.keep(picture)) {
            Ok(cloth) => {
                let side = cloth.map_or_else(|| "other".to_owned(), |cloth| cloth.to_string());
                if self.at.json {
                    println!("{}", serde_json::json!({ "kept": true, "side": side }));
                } else {
                    println!("kept: the empty backdrop, {side} side");
                }
                Ok(Answer::Yes)
            }
            // The pictures came and were no good: an answer, not a failure.
            Err(PlateError::Problem(problem)) => {
                if self.at.json {
                    println!("{}", serde_json::json!({ "kept": false, "why": problem.to_string() }));
                } else {
                    println!("refused: {problem}");
                }
                Ok(Answer::No)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Check {
    fn run(self) -> Result<Answer, CommandError> {
        let (mut camera, mut plates) = self.at.open()?;
        // What is believed after several looks is what the station goes by.
        let mut state = PlateState::Missing;
        for _ in 0..4 {
            state = plates.look(&camera.frame(Duration::from_secs(5))?.rgb);
        }
        let word = match state {
            PlateState::Missing => "missing",
            PlateState::Holds => "holds",
            PlateState::Stale(why) => why.code(),
        };
        if self.at.json {
            println!("{}", serde_json::json!({ "plate": word }));
        } else {
            println!("{word}");
        }
        Ok(if state == PlateState::Holds { Answer::Yes } else { Answer::No })
    }
}
