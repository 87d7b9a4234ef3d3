//! Station: the guided run. A finger on another thread presses what a person would press, by the
//! words on the buttons, and leaves pictures and facts in a folder.
//!
//! Nothing here reaches into the session: what it presses goes through the screen, and what it
//! learns is what the workers said.

mod help;
mod setup;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::engine;
use super::paper::{DrawError, print_job};
use super::screens::App;
use crate::card::{self, CardError, Orientation, Side, Templates};
use crate::clock::{SharedClock, day};
use crate::display::{Finger, FingerError};
use crate::lang::Lang;
use crate::printing::{Offset, Paper};
use crate::protocol::Issue;
use crate::session::print_job::JobState;
use crate::session::{CODE_LENGTH, CODE_LETTERS, Event, Fault, Finding, card_of_issue};

/// The longest that one screen may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two presses, so that the pictures show what a person sees.
const BREATH: Duration = Duration::from_millis(350);

/// English for every Indonesian label, as the screens have it.
const ENGLISH: &str = include_str!("../../ui/lang/en/LC_MESSAGES/anjungan.po");

#[derive(Debug, thiserror::Error)]
pub enum GuidedError {
    #[error(transparent)]
    Finger(#[from] FingerError),
    #[error("{path}: {source}", path = path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("picture: {0}")]
    Picture(#[from] image::ImageError),
    #[error(transparent)]
    Card(#[from] CardError),
    #[error(transparent)]
    Draw(#[from] DrawError),
    #[error(transparent)]
    Slip(#[from] crate::printing::PrintError),
    #[error("waited for {0} and it did not come")]
    Waited(&'static str),
    #[error("no card for this person: the screen names the rule (Kartu belum dapat diterbitkan)")]
    NotEligible,
    #[error("the station refused, fault {0}")]
    Refused(&'static str),
    #[error("the print ended as {0}")]
    Print(&'static str),
    #[error("the guided run panicked")]
    Panicked,
}

/// Which way to walk.
#[derive(Clone)]
pub enum Way {
    /// Sign in, photo, card, print.
    Card { nip: String, password: String },
    /// Fetch a card that could not be had at an earlier visit.
    PickUp { code: String },
    /// Hold a card to the scan camera, and on for so many seconds after its first verdict: the server may have its word.
    Check { seconds: u64 },
    /// Call staff, sign in by phone, sign in with a clerk.
    Help { nip: String, staff_code: String, pin: String },
    /// At a desk: answer the call of this station.
    Answer { station: String },
    /// Stand before the live picture for so many seconds, for whoever measures what that costs.
    Live { nip: String, password: String, seconds: u64 },
    /// Di bengkel.
    Bench { pin: String },
    /// Di lokasi.
    Lobby { staff_code: String, pin: String },
}

/// A guided run to be.
pub struct Guide {
    way: Way,
    out: PathBuf,
    lang: Lang,
    places: bool,
}

/// A guided run that is under way.
pub struct Running(JoinHandle<Result<(), GuidedError>>);

impl Guide {
    pub fn new(way: Way, out: PathBuf, lang: Lang) -> Guide {
        Guide { way, out, lang, places: false }
    }

    /// Beside each picture, where its buttons are.
    #[must_use]
    pub fn with_places(self, places: bool) -> Guide {
        Guide { places, ..self }
    }

    /// It walks the technician's way, from whatever has to be done first.
    pub fn sets_up(&self) -> bool {
        matches!(self.way, Way::Bench { .. } | Way::Lobby { .. })
    }

    /// Begins to walk as soon as the screen runs. Ends the screen when done.
    pub fn start(self, app: &App, clock: &SharedClock, utc_offset_hours: i8) -> Result<Running, GuidedError> {
        let (tell, facts) = channel();
        engine::watch(move |event| {
            // Whoever cuts the power to see what survives wants to know: it is on the disk now.
            if matches!(event, Event::Kept(_, Ok(_))) {
                println!("kept");
            }
            let fact = match event {
                Event::Issued(_, Ok(issue)) | Event::PickedUp(_, Ok(issue)) => {
                    Some(Fact::Issued(issue.clone()))
                }
                Event::Issued(_, Err(fault)) | Event::PickedUp(_, Err(fault)) => Some(Fact::NotNow(*fault)),
                Event::Scanned(_, finding) => Some(Fact::Found(finding.clone())),
                Event::PrintJob { print_id, state, .. } => Some(Fact::Print(print_id.clone(), *state)),
                _ => None,
            };
            // The walker may have arrived and gone.
            fact.map(|fact| tell.send(fact).ok());
        });
        let walk = Walk {
            finger: Finger::new(app, clock.clone()),
            started: clock.monotonic(),
            clock: clock.clone(),
            utc_offset_hours,
            facts,
            out: self.out,
            lang: self.lang,
            places: self.places,
            steps: Vec::new(),
        };
        let way = self.way;
        let thread = std::thread::Builder::new().name("guided run".into()).spawn(move || {
            let result = walk.walk(way);
            if slint::quit_event_loop().is_err() {
                tracing::debug!("the screen was gone before the walk ended");
            }
            result
        });
        thread.map(Running).map_err(|source| GuidedError::Write { path: "thread".into(), source })
    }
}

impl Running {
    pub fn finish(self) -> Result<(), GuidedError> {
        self.0.join().map_err(|_| GuidedError::Panicked)?
    }
}

enum Fact {
    Issued(Box<Issue>),
    NotNow(Fault),
    Found(Box<Finding>),
    Print(String, JobState),
}

struct Walk {
    finger: Finger<App>,
    clock: SharedClock,
    utc_offset_hours: i8,
    started: Duration,
    facts: Receiver<Fact>,
    out: PathBuf,
    lang: Lang,
    places: bool,
    steps: Vec<serde_json::Value>,
}

impl Walk {
    fn walk(mut self, way: Way) -> Result<(), GuidedError> {
        let result = match way {
            Way::Card { nip, password } => self.card(&nip, &password),
            Way::PickUp { code } => self.pick_up(&code),
            Way::Check { seconds } => self.check(Duration::from_secs(seconds)),
            Way::Help { nip, staff_code, pin } => self.help(&nip, &staff_code, &pin),
            Way::Answer { station } => self.answer(&station),
            Way::Bench { pin } => self.bench(&pin),
            Way::Lobby { staff_code, pin } => self.lobby(&staff_code, &pin),
            Way::Live { nip, password, seconds } => self.live(&nip, &password, seconds),
        };
        if result.is_err() {
            // What stood there when it went wrong is worth more than the error's words.
            if let Err(error) = self.shot("stopped-here") {
                tracing::warn!(%error, "no picture of where the walk stopped");
            }
        }
        result
    }

    fn live(&mut self, nip: &str, password: &str, seconds: u64) -> Result<(), GuidedError> {
        self.sign_in(nip, password)?;
        self.press("Ambil Foto", "photo-invite")?;
        self.click("Mulai")?;
        self.wait("Ambil Foto")?;
        settle(2);
        self.shot("live")?;
        std::thread::sleep(Duration::from_secs(seconds));
        self.summary("summary.json", &serde_json::Value::Null)
    }

    fn sign_in(&mut self, nip: &str, password: &str) -> Result<(), GuidedError> {
        self.begin()?;
        self.press("Kartu Saya", "sign-in-phone")?;
        self.press("Masuk dengan NIP", "sign-in-nip")?;
        self.finger.press_key(nip)?;
        self.shot("sign-in-nip-typed")?;
        self.press("Lanjut", "sign-in-password")?;
        self.finger.press_key(password)?;
        self.shot("sign-in-password-typed")?;
        self.click("Masuk")?;
        if self.either(&["Keluar", "Kartu belum dapat diterbitkan"])? != "Keluar" {
            self.shot("refused")?;
            return Err(GuidedError::NotEligible);
        }
        self.shot("my-card")
    }

    fn card(&mut self, nip: &str, password: &str) -> Result<(), GuidedError> {
        self.sign_in(nip, password)?;
        // Who holds a card already takes a new photo for it.
        if self.finger.labels()?.contains(&self.word("Perbarui Foto")) {
            self.press("Perbarui Foto", "photo-invite")?;
        } else {
            self.press("Ambil Foto", "photo-invite")?;
        }
        self.click("Mulai")?;
        self.wait("Ambil Foto")?;
        self.shot("photo-live")?;
        self.finger.click_when_there(&self.word("Ambil Foto"), PATIENCE)?;
        self.shot("photo-countdown")?;
        self.wait("Gunakan Foto Ini")?;
        settle(4);
        self.shot("review-landscape")?;
        self.press("Tegak", "review-portrait")?;
        settle(4);
        self.shot("review-portrait-drawn")?;
        self.press("Mendatar", "review-landscape-again")?;
        self.finger.click_when_there(&self.word("Gunakan Foto Ini"), PATIENCE)?;
        self.shot("accepting")?;
        let issue = self.fact("the card to be issued", |fact| match fact {
            Fact::Issued(issue) => Some(Ok(issue)),
            Fact::NotNow(fault) => Some(Err(fault)),
            _ => None,
        })?;
        match issue {
            Ok(issue) => self.print(&issue),
            Err(fault) => self.later(fault),
        }
    }

    fn pick_up(&mut self, code: &str) -> Result<(), GuidedError> {
        self.begin()?;
        self.press("Ambil Kartu", "pick-up")?;
        self.finger.press_key(code)?;
        self.shot("pick-up-typed")?;
        self.click("Ambil Kartu")?;
        let issue = self.fact("the card", |fact| match fact {
            Fact::Issued(issue) => Some(Ok(issue)),
            Fact::NotNow(fault) => Some(Err(fault)),
            _ => None,
        })?;
        match issue {
            Ok(issue) => self.print(&issue),
            Err(fault) => Err(GuidedError::Refused(fault.code())),
        }
    }

    /// From the issued card to the paper.
    fn print(&mut self, issue: &Issue) -> Result<(), GuidedError> {
        self.wait("Cetak")?;
        settle(4);
        self.shot("issued")?;
        self.click("Cetak")?;
        self.shot("printing")?;
        let (print_id, ended) = self.fact("the print to end", |fact| match fact {
            Fact::Print(_, state) if !state.is_over() => None,
            Fact::Print(print_id, ended) => Some((print_id, ended)),
            _ => None,
        })?;
        settle(1);
        self.shot("done")?;
        self.keep_card(issue, &print_id)?;
        self.summary("summary.json", &serde_json::json!({ "face_serial": issue.face_serial }))?;
        match ended {
            JobState::Printed | JobState::Sent => Ok(()),
            other => Err(GuidedError::Print(other.word())),
        }
    }

    /// The network went: the person gets a code, and so does the summary.
    fn later(&mut self, fault: Fault) -> Result<(), GuidedError> {
        self.wait("Kartu dapat diambil nanti")?;
        settle(1);
        self.shot("later")?;
        let labels = self.finger.labels()?;
        let code = labels.iter().find(|label| is_pick_up_code(label)).cloned();
        self.summary("summary.json", &serde_json::json!({ "pick_up": code, "fault": fault.code() }))
    }

    fn check(&mut self, held: Duration) -> Result<(), GuidedError> {
        self.begin()?;
        self.press("Periksa Kartu Tamu", "check-looking")?;
        let mut finding = self.fact("a card in the scan camera's picture", |fact| match fact {
            Fact::Found(finding) => Some(finding),
            _ => None,
        })?;
        let until = self.clock.monotonic() + held;
        while let Some(left) = until.checked_sub(self.clock.monotonic()).filter(|left| !left.is_zero()) {
            match self.facts.recv_timeout(left) {
                Ok(Fact::Found(later)) => finding = later,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        self.shot("check-verdict")?;
        let verdict = serde_json::json!({
            "verdict": finding.judgement.verdict,
            "reasons": finding.judgement.reasons,
            "portrait": finding.portrait.is_some(),
            "status_age_hours": finding.status.map(|status| status.hours),
        });
        self.write("verdict.json", verdict.to_string().as_bytes())?;
        self.summary("summary-check.json", &verdict)
    }

    fn begin(&mut self) -> Result<(), GuidedError> {
        self.finger.wait_for("Mulai", PATIENCE)?;
        if self.lang == Lang::En {
            self.finger.click("English")?;
            settle(1);
        }
        self.shot("attract")?;
        self.press("Mulai", "choose")
    }

    /// Presses a button, and takes a picture of what comes.
    fn press(&mut self, label: &str, then: &str) -> Result<(), GuidedError> {
        self.click(label)?;
        self.shot(then)
    }

    fn click(&mut self, label: &str) -> Result<(), GuidedError> {
        let word = self.word(label);
        self.finger.click_when_there(&word, PATIENCE)?;
        settle(1);
        Ok(())
    }

    fn wait(&self, label: &str) -> Result<(), GuidedError> {
        Ok(self.finger.wait_for(&self.word(label), PATIENCE)?)
    }

    /// Waits for one of several things to come, and says which.
    fn either<'a>(&self, labels: &[&'a str]) -> Result<&'a str, GuidedError> {
        let until = self.clock.monotonic() + PATIENCE;
        while self.clock.monotonic() < until {
            let there = self.finger.labels()?;
            if let Some(found) = labels.iter().find(|label| there.contains(&self.word(label))) {
                return Ok(found);
            }
            settle(1);
        }
        Err(GuidedError::Waited("one of several screens"))
    }

    fn fact<T>(&self, what: &'static str, wanted: impl Fn(Fact) -> Option<T>) -> Result<T, GuidedError> {
        let mut quiet = Duration::ZERO;
        let turn = Duration::from_secs(1);
        loop {
            match self.facts.recv_timeout(turn) {
                Ok(fact) => {
                    if let Some(found) = wanted(fact) {
                        return Ok(found);
                    }
                }
                Err(RecvTimeoutError::Timeout) if quiet < PATIENCE => quiet += turn,
                Err(_) => return Err(GuidedError::Waited(what)),
            }
        }
    }

    fn shot(&mut self, name: &str) -> Result<(), GuidedError> {
        let folder = self.out.join("screens");
        std::fs::create_dir_all(&folder)
            .map_err(|source| GuidedError::Write { path: folder.clone(), source })?;
        // A check walks after a card into the same folder: its pictures go on counting.
        let pictures = std::fs::read_dir(&folder)
            .map_or(0, |files| files.flatten().filter(|file| is_picture(&file.path())).count());
        let number = pictures + 1;
        self.finger.snapshot()?.save(folder.join(format!("{number:02}-{name}.png")))?;
        if self.places {
            let places: std::collections::BTreeMap<_, _> = self.finger.places()?.into_iter().collect();
            self.write(
                &format!("screens/{number:02}-{name}.json"),
                serde_json::json!(places).to_string().as_bytes(),
            )?;
        }
        let at = self.clock.monotonic().saturating_sub(self.started);
        println!("{name}");
        self.steps.push(serde_json::json!({ "step": name, "at_ms": at.as_millis() as u64 }));
        Ok(())
    }

    /// The card's four faces, both sides as PDF, the photo, and what the paper shows.
    fn keep_card(&self, issue: &Issue, print_id: &str) -> Result<(), GuidedError> {
        let templates = Templates::builtin();
        let data = card_of_issue(issue).map_err(|_| GuidedError::Draw(DrawError::Portrait))?;
        for orientation in Orientation::ALL {
            for side in Side::ALL {
                let name = format!("card-{}-{}.png", orientation.word(), side.word());
                self.write(&name, &card::png(&data, orientation, side, &templates)?)?;
            }
        }
        self.write("card.pdf", &card::pdf(&data, Orientation::Landscape, &Side::ALL, &templates)?)?;
        self.write("photo.png", &issue.photo_png.0)?;
        let job = print_job(
            issue,
            Orientation::Landscape,
            print_id,
            &templates,
            day(self.clock.now(), self.utc_offset_hours),
            Offset::default(),
        )?;
        job.receipt.picture(Paper::default())?.save(self.out.join("print.png"))?;
        Ok(())
    }

    fn summary(&self, name: &str, outcome: &serde_json::Value) -> Result<(), GuidedError> {
        let facts = serde_json::json!({
            "versions": { "anjungan": env!("CARGO_PKG_VERSION"), "protocol": 1 },
            "language": self.lang.tag(),
            "outcome": outcome,
            "seconds": self.clock.monotonic().saturating_sub(self.started).as_secs_f64(),
            "steps": self.steps,
        });
        self.write(name, format!("{facts:#}\n").as_bytes())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), GuidedError> {
        let path = self.out.join(name);
        std::fs::write(&path, bytes).map_err(|source| GuidedError::Write { path, source })
    }

    /// A label in the language of the run.
    fn word(&self, indonesian: &str) -> String {
        match self.lang {
            Lang::Id => indonesian.to_owned(),
            Lang::En => english(ENGLISH, indonesian).unwrap_or(indonesian).to_owned(),
        }
    }
}

fn is_picture(path: &std::path::Path) -> bool {
    path.extension().is_some_and(|extension| extension == "png")
}

fn settle(breaths: u32) {
    std::thread::sleep(BREATH * breaths);
}

/// `XXXX-XXXX`, as it stands on the screen for later.
fn is_pick_up_code(label: &str) -> bool {
    let letters: Vec<char> = label.chars().filter(char::is_ascii_uppercase).collect();
    letters.len() == CODE_LENGTH
        && letters.iter().all(|letter| CODE_LETTERS.contains(*letter))
        && label.chars().all(|c| c.is_ascii_uppercase() || c == '-')
}

/// The translation of a label in a gettext file.
fn english<'a>(po: &'a str, label: &str) -> Option<&'a str> {
    let id = format!("msgid \"{label}\"");
    let mut lines = po.lines().skip_while(|line| *line != id);
    lines.find_map(|line| line.strip_prefix("msgstr \"")?.strip_suffix('"')).filter(|text| !text.is_empty())
}
