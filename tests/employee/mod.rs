//! What the journeys of an employee's phone share: an office with people, a photo of nobody, and
//! pictures of the pages at two widths.

#![allow(dead_code, reason = "each journey uses a part of it")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use anjungan::clock::{SystemClock, random_bytes};
use anjungan::protocol::{AuditAction, AuditEntry, OutboxItem, OutboxKind};
use image::{Rgb, RgbImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

use crate::browser::Browser;
use crate::central_station::{Server, Station};
use crate::letters;

pub const SMALL: (u32, u32) = (360, 720);
pub const WIDE: (u32, u32) = (1440, 900);
/// Width of a photo whose face is just large enough: the work on it is slow in a build that is not optimised.
pub const SIZE: u32 = 880;
pub const PASSWORD: &str = "melati di beranda";

pub struct Office {
    pub server: Server,
    pub people: Vec<(String, String)>,
}

impl Office {
    pub fn new(mail: &str) -> Office {
        let server = Server::new();
        let file = server.data.path().join("credentials.csv");
        let path = file.to_str().unwrap();
        server
            .command(&["sample", "--count", "20", "--seed", "3", "--credentials", path, "--active", "9"], 0);
        letters::configure(&server, mail);
        let text = std::fs::read_to_string(&file).unwrap();
        let people = text.lines().filter_map(|line| line.split_once(',')).map(|(a, b)| (a.into(), b.into()));
        let people = people.collect();
        Office { server: server.start_talking(), people }
    }

    pub fn open(&self, browser: &Browser, path: &str) {
        browser.open(&format!("{}{path}", self.server.base()));
    }

    pub fn sign_in(&self, browser: &Browser, nip: &str, password: &str) {
        self.open(browser, "/masuk");
        browser.write("#nip", nip);
        browser.write("#sandi", password);
        browser.click("main form button");
    }

    /// Nobody's name, number or card's number stands in what the server says.
    pub fn says_nothing_of(&self, private: &[&str]) {
        let log = self.server.log();
        for word in private {
            assert!(!log.contains(word), "{word} in the log");
        }
    }
}

/// Nobody: the drawing of the demonstration camera before its cloth, as a phone's JPEG, `wide` pixels.
pub fn drawn(folder: &Path, name: &str, wide: u32, dark: u8) -> PathBuf {
    let mut picture = Pixmap::new(wide, wide * 3 / 4).unwrap();
    for part in ["backdrop.svg", "person.svg"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo").join(part);
        let tree = usvg::Tree::from_data(&std::fs::read(file).unwrap(), &usvg::Options::default()).unwrap();
        let scale = wide as f32 / tree.size().width();
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    }
    let photo = RgbImage::from_fn(wide, wide * 3 / 4, |x, y| {
        let p = picture.pixel(x, y).unwrap();
        // The grain that no camera is without.
        let grain = ((x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77)) >> 13) % 5;
        Rgb([p.red(), p.green(), p.blue()].map(|v| (v / dark).saturating_add(grain as u8).saturating_sub(2)))
    });
    let file = folder.join(name);
    photo.save(&file).unwrap();
    file
}

/// Looks at both widths that nothing sticks out, and keeps pictures where somebody asks for them.
pub fn keep(browser: &Browser, name: &str) {
    let lang = browser.run("return document.documentElement.lang");
    for size in [WIDE, SMALL] {
        browser.resize(size);
        let spare =
            browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert_eq!(spare, 0, "{name}: nothing sticks out at {}", size.0);
        if let Some(dir) = std::env::var_os("ANJUNGAN_PAGES") {
            let file = format!("{name}-{}-{}.png", size.0, lang.as_str().unwrap());
            browser.picture(&PathBuf::from(dir).join(file));
        }
    }
}

/// The same page in both languages, and back in Indonesian.
pub fn keep_both(browser: &Browser, name: &str) {
    keep(browser, name);
    browser.click(".strip nav a");
    browser.until("Bahasa Indonesia");
    keep(browser, name);
    browser.click(".strip nav a");
    browser.until("English");
}

pub fn images_are_there(browser: &Browser) {
    let shown = "return [...document.images].every(i => i.complete && i.naturalWidth > 0)";
    for _ in 0..100 {
        if browser.run(shown) == true {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("a picture is missing on:\n{}", browser.text());
}

/// What the browser complained about, but for the refusals that were meant.
pub fn complaints(browser: &Browser) -> Vec<String> {
    let meant = ["status of 403", "status of 422", "status of 429", "status of 404", "status of 410"];
    // A recommendation about password managers is none: a link for a new password names nobody.
    let lines = browser.log().into_iter().filter(|line| !line.contains("\"level\":\"DEBUG\""));
    lines.filter(|line| !meant.iter().any(|word| line.contains(word))).collect()
}

/// The person's newest card: its serial and its state.
pub fn newest(office: &Office, nip: &str) -> (String, String) {
    let out = office.server.command(&["--json", "issue", "list", nip], 0);
    let line: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    let word = |name: &str| line[name].as_str().unwrap().to_owned();
    (word("serial"), word("state"))
}

/// A station notes in its chain that it saw this card.
pub fn looked(station: &Station, serial: &str) {
    let now = SystemClock::shared().now();
    let entry = AuditEntry::after(None, now, AuditEntry::PUBLIC, AuditAction::LookValid, serial);
    let id = data_encoding::HEXLOWER.encode(&random_bytes::<16>());
    station.outbox(&OutboxItem { id, happened_at: now, kind: OutboxKind::Audit(entry) });
}
