//! Station: `anjungan photo cut` and `anjungan photo check`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Answer, CommandError, Place, picture};
use crate::clock::SharedClock;
use crate::photo::{self, Crop, Models, PhotoError, Reason};
use crate::station;

#[derive(Subcommand)]
pub enum Photo {
    /// Removes the background: a PNG with transparency.
    Cut(Cut),
    /// Says whether a picture is good enough for the card.
    Check(Check),
    /// Opens the technician's page: live measures beside their limits, and the empty backdrop.
    Live(Live),
}

#[derive(Args)]
pub struct Cut {
    /// The picture.
    frame: PathBuf,
    /// The empty backdrop, taken with the same camera.
    #[arg(long)]
    plate: Option<PathBuf>,
    /// Keep the frame's size instead of cropping for the card.
    #[arg(long)]
    full_frame: bool,
    /// The PNG to write.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Args)]
pub struct Check {
    /// The picture.
    frame: PathBuf,
    /// The empty backdrop, taken with the same camera.
    #[arg(long)]
    plate: Option<PathBuf>,
    /// One JSON object instead of words.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Live {
    #[command(flatten)]
    place: Place,
}

impl Photo {
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        match self {
            Photo::Cut(cut) => cut.run(),
            Photo::Check(check) => check.run(),
            Photo::Live(live) => {
                station::run(&live.place.load_for_anybody()?, clock, None, station::Begin::Studio)?;
                Ok(Answer::Yes)
            }
        }
    }
}

impl Cut {
    fn run(self) -> Result<Answer, CommandError> {
        let frame = picture(&self.frame)?;
        let plate = self.plate.as_deref().map(picture).transpose()?;
        let crop = if self.full_frame { Crop::FullFrame } else { Crop::Card };
        match photo::cut(&Models::load()?, &frame, plate.as_ref(), crop) {
            Ok(cutout) => {
                cutout.photo.save_with_format(&self.out, image::ImageFormat::Png)?;
                if !cutout.used_plate {
                    eprintln!("no empty backdrop was used: the outline rests on the net alone");
                }
                Ok(Answer::Yes)
            }
            Err(refusal) if is_refusal(&refusal) => {
                eprintln!("{}: refused: {refusal} ({})", self.frame.display(), refusal.code());
                Ok(Answer::No)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Check {
    fn run(self) -> Result<Answer, CommandError> {
        let frame = picture(&self.frame)?;
        let plate = self.plate.as_deref().map(picture).transpose()?;
        let report = photo::check(&Models::load()?, &frame, plate.as_ref())?;
        let verdict = if report.verdict_ok { "ok" } else { "refuse" };
        let reasons: Vec<&str> = report.reasons.iter().map(|reason| Reason::code(*reason)).collect();
        let turn_to = report.reasons.iter().find_map(|reason| match reason {
            Reason::LikeBackdrop(side) => side.map(|side| side.to_string()),
            Reason::Advice(_) => None,
        });
        if self.json {
            let path = self.frame.display().to_string();
            let line = serde_json::json!({
                "path": path, "verdict": verdict, "reasons": reasons, "turn_to": turn_to,
                "measures": report.measures,
            });
            println!("{line}");
        } else {
            println!("{}: {verdict} {}", self.frame.display(), reasons.join(" "));
            if let Some(side) = turn_to {
                println!("{}: turn the cloth to its {side} side", self.frame.display());
            }
        }
        Ok(if report.verdict_ok { Answer::Yes } else { Answer::No })
    }
}

/// The picture was read, and no good photo can come of it.
fn is_refusal(error: &PhotoError) -> bool {
    matches!(
        error,
        PhotoError::NoFace
            | PhotoError::SeveralFaces(_)
            | PhotoError::FaceCutOff
            | PhotoError::FaceTooSmall
            | PhotoError::LikeBackdrop(_)
    )
}
