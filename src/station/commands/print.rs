//! Station: `anjungan print`: a file or a test print through the same queue as the station's, and the
//! list of printers that are found.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use data_encoding::{BASE64, HEXLOWER};
use image::{GrayImage, Luma, RgbaImage};

use super::{Answer, CommandError, Place};
use crate::card::{self, Orientation};
use crate::clock::{SharedClock, random_bytes};
use crate::lang::Lang;
use crate::printing::{
    self, Capabilities, Offset, OnPaper, Paper, PrintError, PrintJob, Tone, moved, portrait,
};
use crate::session::Fault;
use crate::session::print_job::JobState;
use crate::station::database;
use crate::station::print_queue::{Device, Follower, Order, PrintQueue};
use crate::store::SqliteStore;

#[derive(Args)]
pub struct Print {
    /// A .png or a .pdf.
    #[arg(value_name = "FILE.png|pdf", required_unless_present_any = ["list", "test"])]
    file: Option<PathBuf>,
    /// Where to print; default: the station's printers.
    #[arg(long, value_name = "URI")]
    printer: Option<String>,
    /// Lists the printers on USB, behind device files and in CUPS.
    #[arg(long, conflicts_with_all = ["file", "test"])]
    list: bool,
    /// A test print: rulers and tones on receipt paper, a card with rulers on a card printer.
    #[arg(long, conflicts_with = "file")]
    test: bool,
    /// How long to wait for a printer that cannot print now.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait: u64,
    /// One object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

/// What is to be printed, before it is known on what.
enum Matter {
    Picture(RgbaImage),
    Pdf(Vec<u8>),
    Test { receipt: Option<GrayImage> },
}

impl Print {
    pub fn run(self, clock: &SharedClock) -> Result<Answer, CommandError> {
        if self.list {
            return Ok(self.show_list());
        }
        let config = self.place.load_for_anybody()?;
        let uris: Vec<String> = match &self.printer {
            Some(uri) => vec![uri.clone()],
            None => [config.printer.clone(), config.printer_spare.clone()].into_iter().flatten().collect(),
        };
        let mut devices = uris.iter().map(|uri| Device::open(uri, clock)).collect::<Result<Vec<_>, _>>()?;
        let Some(first) = devices.first_mut() else {
            return Err("no printer: say --printer URI, or name one in the configuration".into());
        };
        let tone = uris.first().map_or(Ok(Tone::default()), |uri| printing::tone(uri))?;
        // A card printer that does not answer now may later: only receipt printers are known without asking.
        let paper = match first.printer.capabilities() {
            Ok(Capabilities::Receipt { dots }) => Some(Paper { dots, tone }),
            _ => None,
        };
        let matter = match &self.file {
            Some(file) => match (read(file)?, paper) {
                (Matter::Pdf(_), Some(_)) => return Err(PrintError::NotForReceipts.into()),
                (matter, _) => matter,
            },
            None => match first.printer.capabilities()? {
                Capabilities::Receipt { dots } => {
                    let paper = Paper { dots, tone };
                    Matter::Test { receipt: Some(printing::test_slip(paper, &first.printer.name())?) }
                }
                Capabilities::Card { .. } => Matter::Test { receipt: None },
            },
        };
        let title = match &self.file {
            Some(file) => file.file_name().map(|name| name.to_string_lossy().into_owned()),
            None => None,
        };
        let print_id = HEXLOWER.encode(&random_bytes::<8>());
        let draw = |offset: Offset| {
            let title = title.as_deref().unwrap_or("Anjungan");
            form(&matter, &print_id, title, offset, paper.unwrap_or_default()).map_err(|error| {
                tracing::error!(%error, "this cannot be brought into a printer's form");
                Fault::CardPicture
            })
        };
        // A machine that is no station yet has no queue: one of its own serves this print.
        let scratch = if config.data_dir.is_dir() { None } else { Some(Scratch::new()?) };
        let path = scratch.as_ref().map_or_else(|| database(&config), |folder| folder.0.join("queue.sqlite"));
        let store = SqliteStore::open(path, clock.now())?.store;
        let mut queue =
            PrintQueue { store, devices, clock: clock.clone(), patience: Duration::from_secs(self.wait) };
        let order = Order::of_no_issue(&print_id, &draw);
        let state = queue.run(&order, &mut Terminal::default());
        self.tell(&print_id, state);
        if let (Matter::Test { receipt }, JobState::Printed | JobState::Sent, false) =
            (&matter, state, self.json)
        {
            eprintln!("anjungan: {}", if receipt.is_some() { LOOK_AT_SLIP } else { LOOK_AT_CARD });
        }
        Ok(if matches!(state, JobState::Printed | JobState::Sent) { Answer::Yes } else { Answer::No })
    }

    fn tell(&self, print_id: &str, state: JobState) {
        let fault = match state {
            JobState::Failed(fault) | JobState::Waiting(fault) => Some(fault),
            JobState::Unknown => Some(Fault::PrintUnknown),
            _ => None,
        };
        if self.json {
            let code = fault.map(Fault::code);
            println!("{}", serde_json::json!({ "print_id": print_id, "state": state.word(), "code": code }));
            return;
        }
        println!("{} {print_id}", state.word());
        if let Some(fault) = fault {
            eprintln!("anjungan: {}", said_of(fault));
        }
        if state == JobState::Sent {
            eprintln!("anjungan: the printer took everything and does not say what became of it");
        }
    }

    fn show_list(&self) -> Answer {
        let (printers, untold) = printing::found();
        for printer in &printers {
            if self.json {
                println!("{}", serde_json::json!({ "uri": printer.uri, "called": printer.called }));
            } else {
                println!("{}\t{}", printer.uri, printer.called);
            }
        }
        for sentence in untold {
            eprintln!("anjungan: {sentence}");
        }
        if printers.is_empty() {
            eprintln!(
                "anjungan: no printer was found. One in the network is not looked for: \
                 try anjungan print --test --printer escpos+tcp://HOST:9100, or ipp://HOST/PATH"
            );
            return Answer::No;
        }
        Answer::Yes
    }
}

/// A test print, for whoever waits at the screen.
pub fn test_print(
    uri: &str,
    store: SqliteStore,
    clock: &SharedClock,
    patience: Duration,
) -> Result<JobState, CommandError> {
    let mut device = Device::open(uri, clock)?;
    let (paper, receipt) = match device.printer.capabilities()? {
        Capabilities::Receipt { dots } => {
            let paper = Paper { dots, tone: printing::tone(uri)? };
            (paper, Some(printing::test_slip(paper, &device.printer.name())?))
        }
        Capabilities::Card { .. } => (Paper::default(), None),
    };
    let print_id = HEXLOWER.encode(&random_bytes::<8>());
    let matter = Matter::Test { receipt };
    let draw = |offset: Offset| {
        form(&matter, &print_id, "Anjungan", offset, paper).map_err(|error| {
            tracing::error!(%error, "the test cannot be brought into a printer's form");
            Fault::CardPicture
        })
    };
    let mut queue = PrintQueue { store, devices: vec![device], clock: clock.clone(), patience };
    let order = Order::of_no_issue(&print_id, &draw);
    Ok(queue.run(&order, &mut Terminal::default()))
}

/// A folder that goes with the print.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Scratch> {
        let path =
            std::env::temp_dir().join(format!("anjungan-print-{}", HEXLOWER.encode(&random_bytes::<8>())));
        std::fs::create_dir(&path)?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "a folder stays behind");
        }
    }
}

fn read(file: &Path) -> Result<Matter, CommandError> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if bytes.starts_with(b"%PDF-") {
        return Ok(Matter::Pdf(bytes));
    }
    let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png)
        .map_err(|error| format!("{}: neither a PDF nor a PNG: {error}", file.display()))?;
    Ok(Matter::Picture(picture.into_rgba8()))
}

/// Every form that some printer may want.
fn form(
    matter: &Matter,
    print_id: &str,
    title: &str,
    offset: Offset,
    paper: Paper,
) -> Result<PrintJob, CommandError> {
    let job = |sides: Vec<RgbaImage>, pdf: Vec<u8>, receipt: OnPaper| PrintJob {
        print_id: print_id.to_owned(),
        title: title.to_owned(),
        sides,
        pdf,
        receipt,
    };
    Ok(match matter {
        Matter::Pdf(pdf) => job(Vec::new(), pdf.clone(), OnPaper::Nothing),
        Matter::Picture(picture) => {
            let pdf = card::drawings_pdf(&[as_svg(picture)?], orientation(picture), offset.millimetres())?;
            job(vec![moved(picture.clone(), offset)], pdf, OnPaper::Picture(dots(picture, paper)))
        }
        Matter::Test { receipt } => {
            let lying = Orientation::Landscape;
            let svgs = [false, true].map(|back| printing::test_card(lying, back));
            let sides = svgs
                .iter()
                .map(|svg| Ok(moved(card::drawing(svg, lying)?, offset)))
                .collect::<Result<Vec<_>, card::CardError>>()?;
            let pdf = card::drawings_pdf(&svgs, lying, offset.millimetres())?;
            let receipt = receipt.clone().map_or(OnPaper::Nothing, OnPaper::Picture);
            job(sides, pdf, receipt)
        }
    })
}

fn orientation(picture: &RgbaImage) -> Orientation {
    if picture.width() >= picture.height() { Orientation::Landscape } else { Orientation::Portrait }
}

/// The picture on a card of its own: what PDF printers get.
fn as_svg(picture: &RgbaImage) -> Result<String, CommandError> {
    let (width, height) = orientation(picture).pixels();
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png)?;
    Ok(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"><image width="{width}" height="{height}" href="data:image/png;base64,{}"/></svg>"#,
        BASE64.encode(&png.into_inner())
    ))
}

/// The picture as dots: as it is where it is black and white and fits the paper, else scaled and dithered.
fn dots(picture: &RgbaImage, paper: Paper) -> GrayImage {
    let wide = paper.dots;
    let plain = |p: &image::Rgba<u8>| p[3] == 255 && p.0[..3].iter().all(|c| *c == 0 || *c == 255);
    if picture.width() <= wide && picture.pixels().all(plain) {
        return GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
            Luma([picture.get_pixel(x, y)[0]])
        });
    }
    let width = picture.width().min(wide).max(1);
    let height = (u64::from(picture.height()) * u64::from(width) / u64::from(picture.width().max(1))).max(1);
    portrait(picture, width, height as u32, paper.tone)
}

/// What a technician looks at.
const LOOK_AT_SLIP: &str = "look at the slip: the ruler must be whole at both edges, or width= is wrong; \
                            of the grey wedges, choose as tone= the one whose steps are all told apart";
const LOOK_AT_CARD: &str = "look at the card: at each edge the first bar that is whole tells how far the edge cuts in, \
                            0.1 mm a bar; half the difference of two opposite edges is dx= or dy=";

fn said_of(fault: Fault) -> String {
    format!("{} ({})", fault.sentence(Lang::En), fault.code())
}

/// A technician who watches.
#[derive(Default)]
struct Terminal {
    shown: Option<JobState>,
}

impl Follower for Terminal {
    fn stands(&mut self, state: JobState) {
        if self.shown.replace(state) == Some(state) {
            return;
        }
        match state {
            JobState::Waiting(fault) => eprintln!("anjungan: waiting: {}", said_of(fault)),
            JobState::Sending(share) if share.sides > 0 => {
                eprintln!("anjungan: side {} of {}", share.side, share.sides);
            }
            JobState::Sending(share) if share.percent > 0 => {
                eprintln!("anjungan: sending, {} %", share.percent);
            }
            other => eprintln!("anjungan: {}", other.word()),
        }
    }

    fn wants(&mut self) -> bool {
        true
    }

    fn rest(&mut self, how_long: Duration) {
        std::thread::sleep(how_long);
    }
}
