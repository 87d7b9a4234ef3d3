//! What an IPP printer says of itself and of a job, and what follows for the way a card is sent to it.

use super::super::{PrintJob, PrinterFault};
use super::pwg;
use crate::card::{LONG_MM, SHORT_MM};
use image::{DynamicImage, ImageFormat, RgbaImage};
use ipp::prelude::*;
use std::collections::BTreeMap;
use std::io::Cursor;

/// A kind of document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Pdf,
    /// PWG raster: a page a side, at 300 dpi.
    Raster,
    /// A picture a side.
    Png,
}

impl Form {
    pub fn mime(self) -> &'static str {
        match self {
            Form::Pdf => "application/pdf",
            Form::Raster => "image/pwg-raster",
            Form::Png => "image/png",
        }
    }
}

/// What is sent.
pub struct Documents {
    pub form: Form,
    pub pages: Vec<Vec<u8>>,
}

/// The printer's answer to Get-Printer-Attributes.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a yes or no of the printer's own")]
pub struct Takes {
    formats: Vec<String>,
    media: Vec<String>,
    media_col: bool,
    sides: Vec<String>,
    pub duplex: bool,
    colour: Vec<String>,
    scaling: Vec<String>,
    several_documents: bool,
    pub stopped: bool,
    pub fault: Option<PrinterFault>,
    /// What it complains of, also where it calls that a report or a warning only: why a job failed that has.
    pub complaint: Option<PrinterFault>,
    pub low: bool,
    /// As the printer words them.
    pub reasons: String,
    /// Its own sentence about itself; may be empty.
    pub message: String,
}

/// Hundredths of a millimetre by which a medium's size may differ from a card's.
const TOLERANCE: i32 = 120;

impl Takes {
    pub fn of(attributes: &IppAttributes) -> Takes {
        let get = |name: &str| {
            attributes
                .groups_of(DelimiterTag::PrinterAttributes)
                .find_map(|group| group.get(name).map(IppAttribute::value))
        };
        let words = |name: &str| get(name).map(words_of).unwrap_or_default();
        let is_true = |name: &str| get(name).and_then(|value| value.as_boolean().copied());
        let sides = words("sides-supported");
        let reasons = words("printer-state-reasons");
        let number = |name: &str| get(name).and_then(|value| value.as_enum().copied());
        Takes {
            formats: words("document-format-supported"),
            media: words("media-supported"),
            media_col: words("media-col-supported").iter().any(|word| word == "media-size"),
            duplex: sides.iter().any(|side| side.starts_with("two-sided")),
            sides,
            colour: words("print-color-mode-supported"),
            scaling: words("print-scaling-supported"),
            several_documents: is_true("multiple-document-jobs-supported").unwrap_or(false),
            stopped: number("printer-state") == Some(5)
                || is_true("printer-is-accepting-jobs") == Some(false),
            fault: reasons.iter().find_map(|reason| fault_of(reason)),
            complaint: reasons.iter().find_map(|reason| complaint_of(reason)),
            low: reasons.iter().any(|reason| reason.contains("media-low") || reason.contains("media-needed")),
            reasons: reasons.join(", "),
            message: get("printer-state-message").map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// A printer of which only this is known.
    #[cfg(test)]
    pub fn standing(stopped: bool, reason: &str) -> Takes {
        let (fault, complaint) = (fault_of(reason), complaint_of(reason));
        Takes { stopped, fault, complaint, reasons: reason.to_owned(), ..Takes::default() }
    }

    /// The card in a form that the printer takes; where it takes none, why not.
    pub fn documents(&self, job: &PrintJob) -> Result<Documents, String> {
        let takes = |form: Form| self.formats.iter().any(|format| format == form.mime());
        let one = |page: Vec<u8>| vec![page];
        if takes(Form::Pdf) && !job.pdf.is_empty() {
            return Ok(Documents { form: Form::Pdf, pages: one(job.pdf.clone()) });
        }
        if job.sides.is_empty() {
            return Err(format!("it takes no PDF, only {}", self.formats.join(", ")));
        }
        if takes(Form::Raster) {
            return Ok(Documents { form: Form::Raster, pages: one(pwg::pages(&job.sides, self.duplex)) });
        }
        if takes(Form::Png) && (job.sides.len() == 1 || self.several_documents) {
            let pages = job.sides.iter().map(png).collect::<Result<_, _>>()?;
            return Ok(Documents { form: Form::Png, pages });
        }
        Err(format!("it takes neither PDF nor PWG raster nor PNG, only {}", self.formats.join(", ")))
    }

    /// How the card is to be printed: its size, both sides, colour, no scaling; each only where the printer knows it.
    pub fn template(&self, job: &PrintJob) -> Vec<(&'static str, IppValue)> {
        let mut wanted = Vec::new();
        let mut say = |name, value: Option<IppValue>| wanted.extend(value.map(|value| (name, value)));
        let word = |text: &str| IppValue::new_keyword(text).ok();
        match self.card_medium() {
            Some(name) => say("media", word(name)),
            None if self.media_col => say("media-col", card_size()),
            None => {}
        }
        let lying = job.sides.first().is_none_or(|side| side.width() >= side.height());
        let flip = if lying { "two-sided-short-edge" } else { "two-sided-long-edge" };
        if job.sides.len() > 1 {
            let first = self.sides.iter().find(|side| *side == flip);
            let any = self.sides.iter().find(|side| side.starts_with("two-sided"));
            say("sides", first.or(any).and_then(|side| word(side)));
        }
        if self.colour.iter().any(|mode| mode == "color") {
            say("print-color-mode", word("color"));
        }
        if self.scaling.iter().any(|way| way == "none") {
            say("print-scaling", word("none"));
        }
        wanted
    }

    /// The name of a card among the printer's media: PWG names end in their size.
    fn card_medium(&self) -> Option<&String> {
        let (long, short) = card_hundredths();
        self.media.iter().find(|name| {
            let Some((width, height)) = size_of(name) else { return false };
            let near = |a: i32, b: i32| (a - b).abs() <= TOLERANCE;
            (near(width, short) && near(height, long)) || (near(width, long) && near(height, short))
        })
    }
}

/// Long and short side of a card in hundredths of a millimetre, the unit of `media-col`.
fn card_hundredths() -> (i32, i32) {
    ((LONG_MM * 100.0).round() as i32, (SHORT_MM * 100.0).round() as i32)
}

/// The size in a self-describing name (PWG 5101.1) such as `iso_id-1_53.98x85.6mm`, in hundredths of a millimetre.
fn size_of(name: &str) -> Option<(i32, i32)> {
    let size = name.rsplit('_').next()?;
    let (digits, unit) = match size.strip_suffix("mm") {
        Some(digits) => (digits, 100.0),
        None => (size.strip_suffix("in")?, 2540.0),
    };
    let (width, height) = digits.split_once('x')?;
    let hundredths = |text: &str| text.parse::<f32>().ok().map(|value| (value * unit).round() as i32);
    Some((hundredths(width)?, hundredths(height)?))
}

fn card_size() -> Option<IppValue> {
    let (long, short) = card_hundredths();
    let collection = |members: [(&str, IppValue); 2]| -> Option<IppValue> {
        let mut map = BTreeMap::new();
        for (name, value) in members {
            map.insert(ipp::value::IppName::new(name).ok()?, value);
        }
        Some(IppValue::Collection(map))
    };
    let size =
        collection([("x-dimension", IppValue::Integer(short)), ("y-dimension", IppValue::Integer(long))])?;
    collection([("media-size", size), ("media-top-margin", IppValue::Integer(0))])
}

fn png(side: &RgbaImage) -> Result<Vec<u8>, String> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(side.clone())
        .into_rgb8()
        .write_to(&mut out, ImageFormat::Png)
        .map_err(|e| e.to_string())?;
    Ok(out.into_inner())
}

fn words_of(value: &IppValue) -> Vec<String> {
    match value {
        IppValue::Array(values) => values.iter().flat_map(words_of).collect(),
        other => vec![other.to_string()],
    }
}

/// What a reason means for people (RFC 8011, 5.4.12). Reports and warnings stop nothing; only a printer that needs media
/// waits for them, however lightly it says so.
fn fault_of(reason: &str) -> Option<PrinterFault> {
    if reason.starts_with("media-needed") {
        return Some(PrinterFault::PaperOut);
    }
    if reason.ends_with("-warning") || reason.ends_with("-report") {
        return None;
    }
    complaint_of(reason)
}

/// [`fault_of`], however heavy the printer finds it.
fn complaint_of(reason: &str) -> Option<PrinterFault> {
    let is = |part: &str| reason.contains(part);
    if is("media-empty") || is("media-needed") || is("input-tray-missing") {
        Some(PrinterFault::PaperOut)
    } else if is("cover-open") || is("door-open") || is("interlock-open") {
        Some(PrinterFault::CoverOpen)
    } else if is("jam") {
        Some(PrinterFault::Jam)
    } else if is("supply-empty") || is("toner-empty") || is("ribbon") {
        Some(PrinterFault::Supplies)
    } else if is("offline") || is("connecting-to-device") || is("timed-out") || is("shutdown") {
        Some(PrinterFault::Unreachable)
    } else if is("fuser") || is("over-temp") {
        Some(PrinterFault::HeadHot)
    } else if reason.ends_with("-error") {
        Some(PrinterFault::Other)
    } else {
        None
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobPhase {
    /// Not begun, or held.
    Waiting,
    Processing,
    /// Begun, and standing still.
    Stopped,
    Canceled,
    Aborted,
    Completed,
}

/// The printer's answer to Get-Job-Attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobView {
    pub phase: JobPhase,
    pub reasons: String,
    /// Sides that are printed, where it counts them.
    pub impressions: Option<u32>,
    /// It has a time at which it began.
    pub processed: bool,
}

impl JobView {
    pub fn of(attributes: &IppAttributes) -> Option<JobView> {
        let get = |name: &str| {
            attributes
                .groups_of(DelimiterTag::JobAttributes)
                .find_map(|group| group.get(name).map(IppAttribute::value))
        };
        let phase = match get("job-state")?.as_enum()? {
            3 | 4 => JobPhase::Waiting,
            5 => JobPhase::Processing,
            6 => JobPhase::Stopped,
            7 => JobPhase::Canceled,
            8 => JobPhase::Aborted,
            9 => JobPhase::Completed,
            _ => return None,
        };
        let count = |name: &str| get(name).and_then(|value| value.as_integer().copied());
        Some(JobView {
            phase,
            reasons: get("job-state-reasons").map(words_of).unwrap_or_default().join(", "),
            impressions: count("job-impressions-completed").and_then(|count| u32::try_from(count).ok()),
            processed: count("time-at-processing").is_some_and(|at| at != 0),
        })
    }

    /// Whether the printer ever began with it.
    pub fn began(&self) -> bool {
        self.processed || matches!(self.phase, JobPhase::Processing | JobPhase::Stopped | JobPhase::Completed)
    }

    pub fn is_over(&self) -> bool {
        matches!(self.phase, JobPhase::Canceled | JobPhase::Aborted | JobPhase::Completed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_found_among_media_by_their_size() {
        let takes = |media: &[&str]| Takes {
            media: media.iter().map(|m| (*m).to_owned()).collect(),
            ..Takes::default()
        };
        for name in
            ["iso_id-1_53.98x85.6mm", "custom_cr80_85.6x53.98mm", "oe_card_2.125x3.37in", "om_card_54x86mm"]
        {
            assert_eq!(takes(&["iso_a4_210x297mm", name]).card_medium().map(String::as_str), Some(name));
        }
        assert_eq!(
            takes(&["iso_a4_210x297mm", "oe_business-card_2x3.5in", "odd", "x_y_zmm"]).card_medium(),
            None
        );
    }

    #[test]
    fn reasons_become_faults_and_warnings_do_not() {
        for (reason, fault) in [
            ("media-empty-error", Some(PrinterFault::PaperOut)),
            ("media-needed", Some(PrinterFault::PaperOut)),
            ("media-needed-warning", Some(PrinterFault::PaperOut)),
            ("cover-open", Some(PrinterFault::CoverOpen)),
            ("media-jam-error", Some(PrinterFault::Jam)),
            ("marker-supply-empty", Some(PrinterFault::Supplies)),
            ("offline-report", None),
            ("media-low-warning", None),
            ("none", None),
            ("paused", None),
            ("com.example-odd-error", Some(PrinterFault::Other)),
        ] {
            assert_eq!(fault_of(reason), fault, "{reason}");
        }
        assert_eq!(complaint_of("media-empty-report"), Some(PrinterFault::PaperOut));
    }
}
