//! Who and what the scenes show: made-up people, their card and photo.

use std::io::Cursor;
use std::sync::Arc;

use anjungan::card::{self, CardData, Orientation, Side, Templates};
use anjungan::person::{Employee, Nip, Status};
use anjungan::protocol::Issue;
use anjungan::session::{Decision, DeskVerdict, Drawing, Facts, VisitLine};
use image::{ImageFormat, RgbImage, RgbaImage, imageops};
use jiff::civil::date;
use resvg::{tiny_skia, usvg};

/// Pictures that the scenes share: drawn once.
pub struct Props {
    pub person: RgbImage,
    pub held_card: RgbImage,
    pub(super) photo: Arc<RgbaImage>,
    drawings: [Drawing; 2],
    pub(super) issue: Issue,
}

pub(super) const NIP: &str = "197402152001122001";
pub(super) const NAME: &str = "Dra. Hj. Sri Wahyuni Kusumaningtyas Prawirodirdjo, M.Si.";

/// Sixty characters with titles, and three; a unit of ninety.
pub(super) const LONGEST: &str = "Prof. Dr. H. Muhammad Abdurrahman Wirahadikusumah, M.Sc.Ed.S";
pub(super) const SHORTEST: &str = "Eka";
pub(super) const LONG_UNIT: &str =
    "Sub Bagian Perencanaan, Evaluasi dan Pelaporan Badan Kepegawaian Pengembangan SDM Daerah K";

pub(super) fn employee() -> Employee {
    Employee {
        nip: Nip::parse(NIP).unwrap(),
        name: NAME.into(),
        status: Status::Active,
        status_since: None,
        tmt: Some(date(2003, 1, 1)),
        contract_end: None,
        body: "Pemerintah Kabupaten Contoh".into(),
        unit: "Dinas Kesehatan".into(),
        position: "Analis Kepegawaian".into(),
        karpeg: None,
    }
}

pub(super) fn facts() -> Facts {
    let Employee { nip, name, body, unit, position, .. } = employee();
    Facts { nip, name, body, unit, position }
}

pub(super) fn visit_line(
    name: &str,
    time: &str,
    host: &str,
    verdict: DeskVerdict,
    decision: Option<Decision>,
) -> VisitLine {
    let visit = anjungan::session::Visit {
        name: name.into(),
        nip: (!name.is_empty()).then(|| employee().nip),
        host: host.into(),
        verdict,
        decision,
        serial: None,
        clerk: "petugas-1".into(),
    };
    VisitLine { id: time.into(), day: "02-03-2026".into(), time: time.into(), visit }
}

fn drawn(svg: &str) -> RgbaImage {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).unwrap();
    let size = tree.size().to_int_size();
    let mut pixmap = tiny_skia::Pixmap::new(size.width(), size.height()).unwrap();
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixmap.as_mut());
    let pixels = pixmap.pixels().iter().flat_map(|pixel| {
        let pixel = pixel.demultiply();
        [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
    });
    RgbaImage::from_raw(size.width(), size.height(), pixels.collect()).unwrap()
}

impl Props {
    pub fn new() -> Props {
        let person = drawn(include_str!("../../../assets/demo/person.svg"));
        let mut frame = drawn(include_str!("../../../assets/demo/backdrop.svg"));
        imageops::overlay(&mut frame, &person, 0, 0);
        // Head and shoulders in 3:4, as the cut gives them.
        let photo = imageops::thumbnail(&*imageops::crop_imm(&person, 280, 60, 675, 900), 600, 800);
        let mut png = Cursor::new(Vec::new());
        photo.write_to(&mut png, ImageFormat::Png).unwrap();
        let issue = Issue {
            serial: "MFRGGZDFMZTWQ2LK".into(),
            face_serial: "A20260000123".into(),
            issued_on: date(2026, 3, 2),
            nip: employee().nip,
            name: employee().name,
            body: employee().body,
            unit: employee().unit,
            front_code: format!("HTTPS://ASN.EXAMPLE.ID/V/MFRGGZDFMZTWQ2LK#{}", "A7".repeat(120)),
            back_code: "6BF".repeat(280),
            return_to: "BKPSDM Kabupaten Contoh, Jalan Merdeka 1".into(),
            photo_png: png.into_inner().into(),
        };
        let templates = Templates::builtin();
        let drawings = Orientation::ALL.map(|orientation| {
            let data = CardData {
                kind: issue.nip.kind(),
                name: issue.name.clone(),
                nip: issue.nip,
                body: issue.body.clone(),
                unit: issue.unit.clone(),
                face_serial: Some(issue.face_serial.clone()),
                issued_on: Some(issue.issued_on),
                photo: Some(photo.clone()),
                codes: Some(card::Codes { front: issue.front_code.clone(), back: issue.back_code.clone() }),
                return_to: issue.return_to.clone(),
            };
            let side = |side| Arc::new(card::render(&data, orientation, side, &templates).unwrap());
            Drawing { front: side(Side::Front), back: side(Side::Back) }
        });
        let mut held_card = RgbImage::from_pixel(1280, 960, image::Rgb([96, 88, 80]));
        let shown = image::DynamicImage::ImageRgba8((*drawings[0].front).clone()).into_rgb8();
        imageops::overlay(&mut held_card, &imageops::thumbnail(&shown, 640, 404), 320, 278);
        Props {
            person: image::DynamicImage::ImageRgba8(frame).into_rgb8(),
            held_card,
            photo: Arc::new(photo),
            drawings,
            issue,
        }
    }

    pub(super) fn drawing(&self, orientation: Orientation) -> Drawing {
        match orientation {
            Orientation::Landscape => self.drawings[0].clone(),
            Orientation::Portrait => self.drawings[1].clone(),
        }
    }
}
