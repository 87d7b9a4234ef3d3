//! No button that does something for good stands where the main button of the screen before stood: the second tap of a
//! double tap, or an impatient finger, would press it unread. The session's guard (`session::SETTLING`) is the second
//! line behind this.

use std::collections::BTreeMap;

use i_slint_backend_testing::{ElementQuery, ElementRoot};
use image::RgbaImage;
use slint::ComponentHandle;

type Place = [f32; 4];

/// What a finger finds on a screen.
#[derive(Default)]
struct Buttons {
    main: Vec<(String, Place)>,
    for_good: Vec<(String, Place)>,
}

/// What cannot be taken back by pressing something else: prints, acceptances, decisions, ends, the way to the staff.
const FOR_GOOD: [&str; 14] = [
    "Cetak",
    "Cetak Lagi",
    "Gunakan Foto Ini",
    "Selesai",
    "Petugas",
    "Keluar",
    "Akhiri",
    "Diterima dengan KTP",
    "Terima + KTP",
    "Tidak diterima",
    "Catat Tamu",
    "Sudah dimusnahkan",
    "Beri Kode",
    "Simpan CSV",
];

/// Screens that follow one another, by a press of the main button or by themselves with no main button between.
const FOLLOWS: [(&str, &str); 41] = [
    ("attract", "choose"),
    ("phone", "my-card"),
    ("phone", "my-card-none"),
    ("nip-typed", "password-empty"),
    ("nip-typed", "nip-fault"),
    ("password-typed", "my-card"),
    ("password-typed", "my-card-none"),
    ("password-typed", "password-wrong"),
    ("password-typed", "refused"),
    ("assisted-nip", "assisted-code"),
    ("assisted-code", "assisted-pin"),
    ("assisted-pin", "my-card"),
    ("assisted-pin", "my-card-none"),
    ("assisted-pin", "new-password-given"),
    ("refused", "attract"),
    ("my-card", "issued-lying"),
    ("my-card", "issued-upright"),
    ("my-card-none", "photo-invite"),
    ("photo-invite", "photo-ready"),
    ("photo-ready", "review-lying"),
    ("photo-ready", "review-upright"),
    ("review-lying", "issued-lying"),
    ("review-upright", "issued-upright"),
    ("review-lying", "accepting-kept"),
    ("review-lying", "later"),
    ("review-lying", "trouble"),
    ("later", "attract"),
    ("issued-lying", "printing-failed"),
    ("issued-lying", "printing-unknown"),
    ("issued-lying", "done-printed"),
    ("issued-lying", "done-sent"),
    ("issued-upright", "done-printed"),
    ("printing-failed", "done-printed"),
    ("done-printed", "attract"),
    ("done-sent", "attract"),
    ("done-later", "attract"),
    ("pick-up-typed", "issued-lying"),
    ("staff-pin", "staff-home"),
    ("staff-pin", "desk-look"),
    ("staff-print-question", "staff-print-spoiled"),
    ("check-valid-portrait", "check-look"),
];

pub struct Pairs(BTreeMap<String, Buttons>);

impl Pairs {
    pub fn new() -> Pairs {
        Pairs(BTreeMap::new())
    }

    pub fn wants(scene: &str) -> bool {
        FOLLOWS.iter().any(|(before, after)| scene == *before || scene == *after)
    }

    pub fn see<C: ComponentHandle + ElementRoot>(&mut self, app: &C, scene: &str, picture: &RgbaImage) {
        let scale = app.window().scale_factor();
        let mut buttons = Buttons::default();
        for element in ElementQuery::from_root(app).match_inherits("Touchable").find_all() {
            if element.type_name().is_some_and(|name| name == "KeyCap") {
                continue;
            }
            let (at, size) = (element.absolute_position(), element.size());
            let place = [at.x, at.y, at.x + size.width, at.y + size.height];
            let label = element.accessible_label().unwrap_or_default().to_string();
            if FOR_GOOD.contains(&label.as_str()) {
                buttons.for_good.push((label.clone(), place));
            }
            // The main button is the one in the accent's colour, by day or by night.
            let (x, y) = ((at.x + 8.0) * scale, (at.y + size.height / 2.0) * scale);
            let inside =
                x >= 0.0 && y >= 0.0 && (x as u32) < picture.width() && (y as u32) < picture.height();
            if inside {
                let dot = picture.get_pixel(x as u32, y as u32).0;
                if matches!(dot[..3], [0x00, 0x55, 0x60] | [0x62, 0xd0, 0xdc]) {
                    buttons.main.push((label, place));
                }
            }
        }
        self.0.insert(scene.to_owned(), buttons);
    }

    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (before, after) in FOLLOWS {
            let (Some(first), Some(second)) = (self.0.get(before), self.0.get(after)) else {
                faults.push(format!("no scene {before} or {after}"));
                continue;
            };
            for (main, a) in &first.main {
                for (label, b) in &second.for_good {
                    if a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3] {
                        faults.push(format!("'{label}' of {after} stands where '{main}' of {before} stood"));
                    }
                }
            }
        }
        // A table that finds no main button proves nothing.
        let mains =
            FOLLOWS.iter().filter(|(before, _)| self.0.get(*before).is_some_and(|it| !it.main.is_empty()));
        if mains.count() < FOLLOWS.len() / 2 {
            faults.push("most screens have no main button".into());
        }
        faults
    }
}
