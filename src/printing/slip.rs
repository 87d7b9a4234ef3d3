//! `Struk Kartu`: what a receipt printer gives instead of a card, as a picture in black dots. Pure: values in, dots out.
//!
//! The slip is drawn as one raster because receipt printers disagree about character sets, and a name must come out right on
//! every one. The QR code stands in whole dots with its full quiet zone.

use super::dither::{Tone, close_up, portrait};
use super::lettering::{Anchor, Face, Line, draw, measure, wrap, wrap_evenly};
use crate::lang::Lang;
use crate::person::{Kind, Nip};
use image::{GrayImage, Luma, RgbaImage, imageops};
use jiff::civil::Date;
use qrcode::{Color, EcLevel, QrCode};
use resvg::usvg;

/// What stands on a slip.
#[derive(Clone, Debug)]
pub struct Slip {
    /// The employing body, in the head.
    pub body: String,
    /// The work unit; may be empty.
    pub unit: String,
    /// PNS or PPPK.
    pub kind: Kind,
    /// With titles; wrapped where long, never cut.
    pub name: String,
    /// Printed in groups.
    pub nip: Nip,
    /// The portrait, transparent around the person.
    pub photo: Option<RgbaImage>,
    /// The text of the card's front code; without one there is no code on the slip.
    pub code: Option<String>,
    /// The serial on the card's face; may be empty.
    pub serial: String,
    /// The day of the print.
    pub day: Date,
    /// The print's own id, by which a slip is traced to its issue.
    pub print_id: String,
    /// Further sentences for this print, each a paragraph: a pick-up code for one.
    pub lines: Vec<String>,
}

/// Why a slip cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum SlipError {
    /// Only 576 and 384 dots are drawn.
    #[error("a slip is 576 or 384 dots wide, not {0}")]
    Width(u32),
    /// The text is longer than any QR code can hold.
    #[error("the code's text of {bytes} bytes does not fit a QR code: {why}")]
    Code {
        /// Length of the text.
        bytes: usize,
        /// What the encoder says.
        why: String,
    },
    /// The code would need modules too small to be read from receipt paper.
    #[error("a code of {modules} modules needs wider paper than {dots} dots")]
    CodeTooLarge {
        /// Modules on a side.
        modules: u32,
        /// Dots across the paper.
        dots: u32,
    },
    /// So much text that the slip would be metres long.
    #[error("the slip would be too long to print")]
    TooLong,
    /// The drawing of the words cannot be read.
    #[error("the words of the slip cannot be drawn: {0}")]
    Words(#[from] usvg::Error),
}

/// Two and a half metres at 8 dots a millimetre: more is a mistake.
const LONGEST: u32 = 20_000;
const QUIET_MODULES: u32 = 4;
const TITLE: &str = "STRUK KARTU ASN VIRTUAL";
const SCAN_ME: &str = "Pindai kode ini untuk memeriksa kartu";
const VALIDITY: &str = "Kartu berlaku selama pemegangnya PNS atau PPPK.";

/// Measures for one paper width, in dots (8 a millimetre).
struct Style {
    dots: u32,
    margin: f32,
    head: Face,
    title: Face,
    name: Face,
    name_long: Face,
    nip: Face,
    text: Face,
    small: Face,
    photo: (u32, u32),
    /// Photo and words side by side, or one above the other.
    beside: bool,
    /// The fewest and the most dots a module of the code.
    module: (u32, u32),
}

impl Style {
    fn of(dots: u32) -> Result<Style, SlipError> {
        let face = |size: f32, weight: u16| Face { size, weight };
        match dots {
            576 => Ok(Style {
                dots,
                margin: 20.0,
                head: face(31.0, 700),
                title: face(23.0, 700),
                name: face(34.0, 700),
                name_long: face(28.0, 700),
                nip: face(27.0, 600),
                text: face(24.0, 600),
                small: face(22.0, 600),
                photo: (204, 272),
                beside: true,
                module: (4, 6),
            }),
            384 => Ok(Style {
                dots,
                margin: 8.0,
                head: face(26.0, 700),
                title: face(21.0, 700),
                name: face(30.0, 700),
                name_long: face(26.0, 700),
                nip: face(27.0, 600),
                text: face(23.0, 600),
                small: face(21.0, 600),
                photo: (180, 240),
                beside: false,
                module: (3, 5),
            }),
            other => Err(SlipError::Width(other)),
        }
    }
}

/// Things in their places, from the top down.
struct Sheet {
    style: Style,
    tone: Tone,
    y: f32,
    lines: Vec<Line>,
    bars: Vec<(u32, u32, u32, u32)>,
    pictures: Vec<(u32, u32, GrayImage)>,
}

impl Sheet {
    fn width(&self) -> f32 {
        self.style.dots as f32
    }

    /// Writes a paragraph of at most `width` dots at `x`; the baseline sits at four fifths of a line of 1.28 times the size.
    fn paragraph(
        &mut self,
        text: &str,
        face: Face,
        x: f32,
        width: f32,
        anchor: Anchor,
    ) -> Result<(), SlipError> {
        for text in wrap_evenly(text, face, width)? {
            let height = (face.size * 1.28).round();
            self.lines.push(Line {
                x,
                y: self.y + (face.size * 1.02).round(),
                face,
                anchor,
                inverse: false,
                text,
            });
            self.y += height;
        }
        Ok(())
    }

    fn centred(&mut self, text: &str, face: Face) -> Result<(), SlipError> {
        let width = self.width() - 2.0 * self.style.margin;
        self.paragraph(text, face, self.width() / 2.0, width, Anchor::Middle)
    }

    fn rule(&mut self) {
        let margin = self.style.margin as u32;
        let y = self.y as u32;
        self.bars.push((margin, y, self.style.dots - 2 * margin, 2));
        self.y += 2.0;
    }

    /// Label on the left, value on the right; below it where both do not fit a line.
    fn row(&mut self, label: &str, value: &str) -> Result<(), SlipError> {
        if value.trim().is_empty() {
            return Ok(());
        }
        let (face, margin) = (self.style.small, self.style.margin);
        let room = self.width() - 2.0 * margin;
        let right = self.width() - margin;
        if measure(label, face)? + measure(value, face)? + 16.0 <= room {
            let top = self.y;
            self.paragraph(label, face, margin, room, Anchor::Start)?;
            self.y = top;
            self.paragraph(value, face, right, room, Anchor::End)
        } else {
            self.paragraph(label, face, margin, room, Anchor::Start)?;
            self.paragraph(value, face, right, room, Anchor::End)
        }
    }
}

/// The slip in dots of 0 (black) and 255 (paper), `dots` wide: 576 for 80 mm paper, 384 for 58 mm.
///
/// # Errors
/// [`SlipError`]: another width, or a code that does not fit the paper.
pub fn raster(slip: &Slip, dots: u32) -> Result<GrayImage, SlipError> {
    raster_toned(slip, dots, Tone::Normal)
}

/// [`raster`] for a head that prints darker or paler than most.
pub fn raster_toned(slip: &Slip, dots: u32, tone: Tone) -> Result<GrayImage, SlipError> {
    let mut sheet = Sheet {
        style: Style::of(dots)?,
        tone,
        y: 8.0,
        lines: Vec::new(),
        bars: Vec::new(),
        pictures: Vec::new(),
    };
    head(&mut sheet, slip)?;
    person(&mut sheet, slip)?;
    code(&mut sheet, slip)?;
    foot(&mut sheet, slip)?;

    let height = sheet.y.ceil() as u32;
    if height > LONGEST {
        return Err(SlipError::TooLong);
    }
    let mut paper = GrayImage::from_pixel(dots, height, Luma([255]));
    for (left, top, width, height) in &sheet.bars {
        for y in *top..top + height {
            for x in *left..left + width {
                paper.put_pixel(x, y, Luma([0]));
            }
        }
    }
    for (x, y, picture) in &sheet.pictures {
        imageops::replace(&mut paper, picture, i64::from(*x), i64::from(*y));
    }
    draw(&mut paper, &sheet.lines)?;
    Ok(paper)
}

/// The body's name, then what this paper is, white in a black bar.
fn head(sheet: &mut Sheet, slip: &Slip) -> Result<(), SlipError> {
    sheet.centred(&slip.body, sheet.style.head)?;
    sheet.y += 8.0;
    let face = sheet.style.title;
    let bar = (face.size * 1.7).round();
    sheet.bars.push((0, sheet.y as u32, sheet.style.dots, bar as u32));
    sheet.lines.push(Line {
        x: sheet.width() / 2.0,
        y: sheet.y + (bar / 2.0 + face.size * 0.36).round(),
        face,
        anchor: Anchor::Middle,
        inverse: true,
        text: TITLE.to_owned(),
    });
    sheet.y += bar + 18.0;
    Ok(())
}

/// Photo, name, NIP, kind and unit: side by side on wide paper, one under the other on narrow paper.
fn person(sheet: &mut Sheet, slip: &Slip) -> Result<(), SlipError> {
    let (margin, dots) = (sheet.style.margin, sheet.style.dots);
    let top = sheet.y;
    let mut photo_bottom = top;
    let mut left = margin;
    if let Some(photo) = &slip.photo {
        let photo = close_up(photo, sheet.style.photo.0, sheet.style.photo.1);
        let (width, height) = fitted(&photo, sheet.style.photo);
        let x = if sheet.style.beside {
            left += width as f32 + 22.0;
            margin as u32
        } else {
            (dots - width) / 2
        };
        let dots = portrait(&photo, width, height, sheet.tone);
        sheet.pictures.push((x, top as u32, dots));
        photo_bottom = top + height as f32;
        if !sheet.style.beside {
            sheet.y = photo_bottom + 14.0;
        }
    }
    let room = sheet.width() - margin - left;
    let (x, anchor) =
        if sheet.style.beside { (left, Anchor::Start) } else { (sheet.width() / 2.0, Anchor::Middle) };
    let name = if wrap(&slip.name, sheet.style.name, room)?.len() <= 3 {
        sheet.style.name
    } else {
        sheet.style.name_long
    };
    sheet.paragraph(&slip.name, name, x, room, anchor)?;
    sheet.y += 6.0;
    let label = format!("{} · {}", slip.kind.label(), slip.kind.number_label());
    sheet.paragraph(&label, sheet.style.small, x, room, anchor)?;
    sheet.paragraph(&slip.nip.grouped(), sheet.style.nip, x, room, anchor)?;
    sheet.y += 6.0;
    sheet.paragraph(&slip.unit, sheet.style.text, x, room, anchor)?;
    sheet.y = sheet.y.max(photo_bottom) + 16.0;
    Ok(())
}

/// The photo's proportions within the box.
fn fitted(photo: &RgbaImage, (width, height): (u32, u32)) -> (u32, u32) {
    let (w, h) = (photo.width().max(1) as f32, photo.height().max(1) as f32);
    let scale = (width as f32 / w).min(height as f32 / h);
    (((w * scale).round() as u32).clamp(1, width), ((h * scale).round() as u32).clamp(1, height))
}

/// The front code with its quiet zone, as large as the paper and the reader's comfort allow.
fn code(sheet: &mut Sheet, slip: &Slip) -> Result<(), SlipError> {
    let Some(text) = &slip.code else {
        return Ok(());
    };
    let qr = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|e| SlipError::Code { bytes: text.len(), why: e.to_string() })?;
    let modules = qr.width() as u32;
    let dots = sheet.style.dots;
    let (least, most) = sheet.style.module;
    let scale = (dots / (modules + 2 * QUIET_MODULES)).min(most);
    if scale < least {
        return Err(SlipError::CodeTooLarge { modules, dots });
    }
    let side = (modules + 2 * QUIET_MODULES) * scale;
    let colors = qr.to_colors();
    let picture = GrayImage::from_fn(side, side, |x, y| {
        let module = |at: u32| (at / scale).checked_sub(QUIET_MODULES).filter(|&m| m < modules);
        match (module(x), module(y)) {
            (Some(c), Some(r)) if colors[(r * modules + c) as usize] == Color::Dark => Luma([0]),
            _ => Luma([255]),
        }
    });
    sheet.rule();
    sheet.pictures.push(((dots - side) / 2, sheet.y as u32, picture));
    sheet.y += side as f32;
    sheet.centred(SCAN_ME, sheet.style.small)?;
    sheet.y += 14.0;
    Ok(())
}

/// Serial, day, print id; further sentences; what makes the card valid.
fn foot(sheet: &mut Sheet, slip: &Slip) -> Result<(), SlipError> {
    sheet.rule();
    sheet.y += 10.0;
    sheet.row("No. seri kartu", &slip.serial)?;
    sheet.row("Dicetak", &Lang::Id.long_date(slip.day))?;
    sheet.row("No. cetak", &slip.print_id)?;
    sheet.y += 10.0;
    sheet.rule();
    sheet.y += 10.0;
    for line in &slip.lines {
        sheet.centred(line, sheet.style.text)?;
        sheet.y += 8.0;
    }
    sheet.centred(VALIDITY, sheet.style.small)?;
    sheet.y += 16.0;
    Ok(())
}
