//! Station: `anjungan card`, a drawn card of a made-up person or of the roster.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use zeroize::Zeroizing;

use super::{Answer, CommandError, Place};
use crate::card::{self, CardData, Orientation, Side, Templates};
use crate::clock::{SharedClock, day};
use crate::person::{Nip, sample};
use crate::protocol::OpenRecord;
use crate::provision::unlock;
use crate::sealed::{LookUp, open_by_epoch};
use crate::station::drawing;
use crate::store::{IdentityStore, RosterStore, SqliteStore};

#[derive(Clone, Copy, ValueEnum)]
enum SideArg {
    Front,
    Back,
    Both,
}

#[derive(Clone, Copy, ValueEnum)]
enum OrientationArg {
    Landscape,
    Portrait,
}

/// A card before its issue: without serial and codes, which only the central server makes.
#[derive(Args)]
#[group(id = "who", required = true, multiple = false)]
pub struct Who {
    /// Somebody of this station's roster; opens with the staff code and PIN in the environment
    /// variables ANJUNGAN_STAFF_CODE and ANJUNGAN_STAFF_PIN.
    #[arg(long)]
    nip: Option<Nip>,
    /// Made-up person number N.
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
}

#[derive(Args)]
pub struct Card {
    #[command(flatten)]
    who: Who,
    #[arg(long, value_enum, default_value = "landscape")]
    orientation: OrientationArg,
    #[arg(long, value_enum, default_value = "front")]
    side: SideArg,
    /// A .png for one side, a .pdf for one or both.
    #[arg(long, value_name = "FILE.png|pdf")]
    out: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// The generator's seed for `--sample`: the same people everywhere.
const SAMPLE_SEED: u64 = 1;

impl Card {
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        let config = self.place.load_for_anybody()?;
        let today = day(clock.now(), config.utc_offset_hours.unwrap_or(7));
        let person = match (self.who.nip, self.who.sample) {
            (Some(nip), _) => match self.roster_record(nip, clock)? {
                Some(record) => record,
                None => return Ok(Answer::No),
            },
            (None, Some(number)) => {
                let people = sample::people(SAMPLE_SEED, number.saturating_add(1), today);
                let person = people.get(number).ok_or("there is no such made-up person")?;
                OpenRecord::of(person, None)
            }
            (None, None) => return Err("either --nip or --sample".into()),
        };
        let data = CardData {
            kind: person.nip.kind(),
            name: person.name,
            nip: person.nip,
            return_to: person.body.clone(),
            body: person.body,
            unit: person.unit,
            face_serial: None,
            issued_on: None,
            photo: None,
            codes: None,
        };
        let templates = drawing::templates(config.templates.as_ref())?;
        self.write(&data, &templates)?;
        Ok(Answer::Yes)
    }

    fn write(&self, data: &CardData, templates: &Templates) -> Result<(), CommandError> {
        let orientation = match self.orientation {
            OrientationArg::Landscape => Orientation::Landscape,
            OrientationArg::Portrait => Orientation::Portrait,
        };
        let sides: &[Side] = match self.side {
            SideArg::Front => &[Side::Front],
            SideArg::Back => &[Side::Back],
            SideArg::Both => &Side::ALL,
        };
        let bytes = match (self.out.extension().and_then(|e| e.to_str()), sides) {
            (Some("pdf"), sides) => card::pdf(data, orientation, sides, templates)?,
            (Some("png"), [side]) => card::png(data, orientation, *side, templates)?,
            (Some("png"), _) => return Err("a .png holds one side: choose --side front or back".into()),
            _ => return Err(format!("{}: write a .png or a .pdf", self.out.display()).into()),
        };
        std::fs::write(&self.out, bytes).map_err(|error| format!("{}: {error}", self.out.display()).into())
    }

    /// Opens one record of the roster with the staff's code and PIN.
    fn roster_record(&self, nip: Nip, clock: &SharedClock) -> Result<Option<OpenRecord>, CommandError> {
        let secret = |name: &str| {
            std::env::var(name)
                .map(Zeroizing::new)
                .map_err(|_| format!("{name} is not set; --nip opens a sealed record"))
        };
        let (code, pin) = (secret("ANJUNGAN_STAFF_CODE")?, secret("ANJUNGAN_STAFF_PIN")?);
        let config = self.place.load_for_anybody()?;
        let store = SqliteStore::open(crate::station::database(&config), clock.now())?.store;
        let identity = store.identity()?.ok_or("no station has joined here; see anjungan provision")?;
        let unlocked = unlock(&identity, &code, &pin)?;
        let epoch = &unlocked.epoch;
        let index = epoch.index(&LookUp::Nip(nip.as_u64()));
        for record in store.records_by_index(&index)? {
            if let Ok(plain) = open_by_epoch(&record, epoch) {
                return Ok(Some(serde_json::from_slice(&plain)?));
            }
        }
        eprintln!("{}: not in this station's roster", nip.masked());
        Ok(None)
    }
}
