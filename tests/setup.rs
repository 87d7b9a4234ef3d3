//! A technician sets a station up, with the real programs: from an empty folder by the screen alone to a station that
//! has joined, prints, and has told the office how it was left. The power may go in between.
#![cfg(all(feature = "station", feature = "central"))]

mod common;

use std::path::Path;

use common::{Central, PIN, Running, anjungan, wait_until};
use image::{GrayImage, Luma};
use tempfile::TempDir;

/// A station out of its box: a configuration, and nothing else.
struct Boxed {
    folder: TempDir,
}

impl Boxed {
    fn new() -> Boxed {
        let folder = TempDir::new().unwrap();
        let place = |name: &str| folder.path().join(name).display().to_string();
        let text = format!(
            "data_dir = \"{}\"\nprinter = \"escpos+file:{}\"\nnetwork = \"simulated:\"\n\n\
             [display]\nkind = \"headless\"\n\n[cameras]\nface = \"demo:\"\nscan = \"shown:{}\"\n\n\
             [limits]\nsync_seconds = 1\n",
            place("data"),
            place("paper.escpos"),
            place("code.png"),
        );
        std::fs::write(folder.path().join("station.toml"), text).unwrap();
        Boxed { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Holds a code before the scan camera.
    fn shows(&self, link: &str) {
        let code = qrcode::QrCode::new(link).unwrap();
        let (n, colours) = (code.width() as u32, code.to_colors());
        let picture = GrayImage::from_fn((n + 8) * 10, (n + 8) * 10, |x, y| {
            let (x, y) = ((x / 10).wrapping_sub(4), (y / 10).wrapping_sub(4));
            let dark = x < n && y < n && colours[(y * n + x) as usize] == qrcode::Color::Dark;
            Luma([if dark { 0 } else { 255 }])
        });
        // Whole or not there at all: the camera may be looking.
        let new = self.path().join("new.png");
        picture.save(&new).unwrap();
        std::fs::rename(new, self.path().join("code.png")).unwrap();
    }

    fn guided(&self, way: &str, out: &str) -> std::process::Command {
        let mut command = anjungan();
        command
            .args(["guided", way])
            .arg("--config")
            .arg(self.path().join("station.toml"))
            .arg("--out")
            .arg(self.path().join(out))
            .env("ANJUNGAN_PIN", PIN);
        command
    }

    fn setup(&self) -> String {
        std::fs::read_to_string(self.path().join("data/setup.toml")).unwrap()
    }
}

#[test]
fn from_the_box_to_the_report_by_the_screen_alone() {
    let central = Central::start(10);
    let boxed = Boxed::new();
    boxed.shows(&format!("{}/#{}", central.url, central.code("Lobi 1")));

    // The power goes as soon as the staff code was noted.
    let mut bench = Running::spawn(boxed.guided("bench", "first"));
    assert!(bench.until("setup-clock"), "it came to the clock");
    bench.cut_power();
    assert!(boxed.setup().contains("join"), "{}", boxed.setup());
    let code = std::fs::read_to_string(boxed.path().join("first/staff-code")).unwrap();

    let mut bench = Running::spawn(boxed.guided("bench", "second"));
    assert!(bench.until("setup-printed"));
    assert!(bench.ends_well());
    let steps = std::fs::read_to_string(boxed.path().join("second/summary-bench.json")).unwrap();
    assert!(!steps.contains("setup-language") && !steps.contains("setup-join"), "taken up again: {steps}");
    assert!(boxed.path().join("paper.escpos").metadata().unwrap().len() > 10_000, "a test print");
    let kept = boxed.setup();
    assert!(kept.contains("code_unread = false") && kept.contains("\"printer\""), "{kept}");

    // What it joined with waits for an administrator, who has heard nothing of people's data leave meanwhile.
    let listed: serde_json::Value =
        serde_json::from_str(central.command(&["device", "list", "--json"]).trim()).unwrap();
    assert_eq!(listed["state"], "unapproved");
    let doctor = anjungan()
        .args(["doctor", "--json", "--config"])
        .arg(boxed.path().join("station.toml"))
        .output()
        .unwrap();
    let said = String::from_utf8(doctor.stdout).unwrap();
    let keys = said.lines().find(|line| line.contains("\"keys\"")).unwrap();
    assert!(
        keys.contains("waiting for approval") && keys.contains(listed["fingerprint"].as_str().unwrap()),
        "{keys}"
    );
    let mut waits = anjungan();
    waits.arg("kiosk").arg("--config").arg(boxed.path().join("station.toml"));
    let waits = Running::spawn(waits);
    central.approve("Lobi 1");
    let approved = || {
        let database = rusqlite::Connection::open(boxed.path().join("data/station.sqlite")).unwrap();
        let enrolled: String =
            database.query_row("SELECT enrolled FROM identity", [], |row| row.get(0)).unwrap();
        !enrolled.contains("waiting")
    };
    wait_until("the screen to go on by itself", approved);
    drop(waits);

    // In the lobby, with what the screen showed once.
    let mut lobby = boxed.guided("lobby", "lobby");
    lobby.args(["--staff-code", &code]);
    let mut lobby = Running::spawn(lobby);
    assert!(lobby.until("setup-report"));
    assert!(lobby.ends_well());
    assert!(boxed.setup().contains("\"report\""));
    wait_until("the report to arrive", || !central.reports().is_empty());
    let reports = central.reports();
    let report: serde_json::Value = serde_json::from_str(&reports[0]).unwrap();
    assert_eq!(report["touch_checked"], true);
    assert_eq!(report["display"], serde_json::json!([1280, 800]));
    assert!(report["parts"].as_array().unwrap().len() > 8);
    assert!(central.audit().iter().any(|action| action == "device-commissioned"));
}
