//! Station: what is well and what is not, part by part, with the next step. A part that cannot be looked at
//! says so; it is never called well for that.

pub mod bundle;
mod camera;
mod parts;
mod surroundings;

use serde::Serialize;

use crate::clock::SharedClock;
use crate::config::StationConfig;
use crate::sync::probe;

pub use camera::Camera;
pub use parts::{Central, Clock, Disk, Display, Keys, Outbox, Printer};
pub use surroundings::{Backdrop, Configuration, Network, Touch};

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Well,
    /// Works, and somebody should look.
    Attention,
    Fault,
    /// Not set up here, or nothing that can be asked.
    Unknown,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Well => "well",
            Verdict::Attention => "attention",
            Verdict::Fault => "fault",
            Verdict::Unknown => "unknown",
        }
    }
}

/// What was found about a part.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    pub part: &'static str,
    pub verdict: Verdict,
    /// What is so.
    pub said: String,
    /// What to do about it; empty where nothing is.
    pub next: String,
}

/// A part that can be asked how it is. Asking takes seconds at most and changes nothing.
pub trait Part {
    fn name(&self) -> &'static str;

    fn check(&self) -> Answer;
}

/// A part's answer, before it has its name.
pub struct Answer {
    pub verdict: Verdict,
    pub said: String,
    pub next: String,
}

impl Answer {
    pub fn well(said: impl Into<String>) -> Answer {
        Answer { verdict: Verdict::Well, said: said.into(), next: String::new() }
    }

    pub fn new(verdict: Verdict, said: impl Into<String>, next: impl Into<String>) -> Answer {
        Answer { verdict, said: said.into(), next: next.into() }
    }
}

/// Every part that is looked at, in this order.
pub fn parts(config: &StationConfig, clock: &SharedClock) -> Vec<Box<dyn Part>> {
    let mut parts: Vec<Box<dyn Part>> = vec![
        Box::new(Configuration { source: config.source.clone(), data: config.data_dir.clone() }),
        Box::new(Disk { folder: config.data_dir.clone() }),
        Box::new(Clock { config: config.clone(), clock: clock.clone() }),
        Box::new(Keys { config: config.clone(), clock: clock.clone() }),
        Box::new(Network),
        Box::new(Central { config: config.clone(), clock: clock.clone(), timeouts: probe::TIMEOUTS }),
        Box::new(Outbox { config: config.clone(), clock: clock.clone() }),
        Box::new(Display { config: config.display.clone() }),
        Box::new(Touch { config: config.display.clone() }),
        Box::new(Camera { role: "camera", uri: config.cameras.face.clone() }),
        Box::new(Backdrop { camera: config.cameras.face.clone(), folder: config.data_dir.clone() }),
    ];
    if let Some(scan) = &config.cameras.scan {
        parts.push(Box::new(Camera { role: "scan camera", uri: scan.clone() }));
    }
    parts.push(Box::new(Printer { role: "printer", uri: config.printer.clone(), clock: clock.clone() }));
    if config.printer_spare.is_some() {
        let uri = config.printer_spare.clone();
        parts.push(Box::new(Printer { role: "spare printer", uri, clock: clock.clone() }));
    }
    parts
}

/// Asks them all.
pub fn examine(parts: &[Box<dyn Part>]) -> impl Iterator<Item = Finding> {
    parts.iter().map(|part| {
        let Answer { verdict, said, next } = part.check();
        Finding { part: part.name(), verdict, said, next }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::printing::simulated::{SimulatedPrinter, Trouble};

    fn of<'a>(findings: &'a [Finding], part: &str) -> &'a Finding {
        findings.iter().find(|finding| finding.part == part).unwrap()
    }

    #[test]
    fn each_part_says_how_it_is_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let printer = SimulatedPrinter::start(0, true).unwrap();
        let config = StationConfig {
            data_dir: folder.path().to_owned(),
            printer: Some(printer.uri("")),
            printer_spare: Some("escpos+file:/dev/usb/lp97".to_owned()),
            central: Some("http://127.0.0.1:9".to_owned()),
            ..StationConfig::default()
        };
        let clock = SystemClock::shared();
        let findings: Vec<Finding> = examine(&parts(&config, &clock)).collect();
        assert_eq!(of(&findings, "disk").verdict, Verdict::Well);
        assert_eq!(of(&findings, "printer").verdict, Verdict::Well);
        assert_eq!(of(&findings, "spare printer").verdict, Verdict::Fault);
        assert_eq!(of(&findings, "central").verdict, Verdict::Fault);
        assert_eq!(of(&findings, "keys").verdict, Verdict::Unknown);
        assert!(findings.iter().all(|f| f.verdict == Verdict::Well || !f.next.is_empty()));

        printer.break_down(Trouble::PaperOut);
        let findings: Vec<Finding> = examine(&parts(&config, &clock)).collect();
        let paper = of(&findings, "printer");
        assert_eq!(paper.verdict, Verdict::Fault);
        assert!(paper.next.contains("paper"), "{}", paper.next);
    }
}
