//! Station: the guided run of whoever sets a station up: Di bengkel from its box to its first own screen, Di lokasi to
//! the report. It goes on from wherever the station was broken off.

use std::time::Duration;

use super::{GuidedError, PATIENCE, Walk, settle};
use crate::session::{MARKS, STAFF_CODE_LENGTH};

/// The Wi-Fi of the simulated network.
const WIFI: &str = "Kantor Contoh";

/// What stands on each page of the bench and on no other.
const PAGES: [&str; 7] = [
    "Bahasa Indonesia",
    "Jaringan",
    "Tunjukkan kode bergabung",
    "Menunggu persetujuan",
    "Waktu dari Server Kantor",
    "Pilih pencetak",
    "Mulai",
];

impl Walk {
    /// Di bengkel, to where the screen starts anew. The joining code is held before the scan camera by its address.
    pub(super) fn bench(&mut self, pin: &str) -> Result<(), GuidedError> {
        loop {
            match self.either(&PAGES)? {
                "Bahasa Indonesia" => self.press_after("setup-language", "Bahasa Indonesia")?,
                "Jaringan" => self.wifi()?,
                "Tunjukkan kode bergabung" => self.join(pin)?,
                // The bench goes on meanwhile; what stands there afterwards has nothing to press.
                "Menunggu persetujuan" if self.finger.labels()?.contains(&self.word("Lanjut")) => {
                    self.press_after("setup-approval", "Lanjut")?;
                }
                "Waktu dari Server Kantor" => {
                    self.wait("Lanjut")?;
                    self.press_after("setup-clock", "Lanjut")?;
                }
                "Pilih pencetak" => {
                    self.press("Cetak uji", "setup-printing")?;
                    self.wait("Lihat cetak uji: penggaris utuh di kedua tepi.")?;
                    self.shot("setup-printed")?;
                    self.summary("summary-bench.json", &serde_json::Value::Null)?;
                    self.click("Lanjut")?;
                    settle(3);
                    return Ok(());
                }
                // Nothing was left to do.
                _ => return self.summary("summary-bench.json", &serde_json::Value::Null),
            }
        }
    }

    fn press_after(&mut self, shot: &str, label: &str) -> Result<(), GuidedError> {
        self.shot(shot)?;
        self.click(label)
    }

    fn wifi(&mut self) -> Result<(), GuidedError> {
        self.shot("setup-network")?;
        self.press("Wi-Fi", "setup-wifi")?;
        self.finger.click_when_there(WIFI, PATIENCE)?;
        settle(1);
        self.finger.press_key(crate::network::SIMULATED_PASSWORD)?;
        self.shot("setup-wifi-password")?;
        self.click("Sambungkan")?;
        self.finger.wait_for(&format!("Wi-Fi: {WIFI}"), PATIENCE)?;
        self.press_after("setup-network-ready", "Lanjut")
    }

    fn join(&mut self, pin: &str) -> Result<(), GuidedError> {
        self.shot("setup-join")?;
        self.wait("PIN petugas pertama")?;
        self.finger.press_key(pin)?;
        self.press_after("setup-pin", "Lanjut")?;
        self.wait("PIN sekali lagi")?;
        self.finger.press_key(pin)?;
        self.click("Lanjut")?;
        self.wait("Sudah dicatat")?;
        self.shot("setup-joined")?;
        let labels = self.finger.labels()?;
        let code =
            labels.iter().find(|label| is_staff_code(label)).ok_or(GuidedError::Waited("a staff code"))?;
        self.write("staff-code", code.as_bytes())?;
        self.click("Sudah dicatat")
    }

    /// Di lokasi, to the report.
    pub(super) fn lobby(&mut self, staff_code: &str, pin: &str) -> Result<(), GuidedError> {
        self.finger.wait_for("Mulai", PATIENCE)?;
        self.press("Petugas", "staff-code")?;
        let letters: String = staff_code.chars().filter(|c| *c != '-').collect();
        self.finger.press_key(&letters)?;
        settle(1);
        self.finger.press_key(pin)?;
        self.click("Masuk")?;
        self.wait("Di lokasi")?;
        self.press_after("staff-home", "Di lokasi")?;
        self.wait("Bagaimana gambar di layar ini?")?;
        self.press_after("setup-turning", "Lanjut")?;
        for (number, (x, y)) in MARKS.into_iter().enumerate() {
            self.shot(&format!("setup-corner-{}", number + 1))?;
            self.finger.touch_at(x, y)?;
            settle(1);
        }
        self.wait("Sentuhan tepat")?;
        self.press_after("setup-corners", "Lanjut")?;
        settle(6);
        self.press_after("setup-camera", "Lanjut")?;
        self.wait("Foto latar kosong")?;
        settle(4);
        self.press_after("setup-plate", "Lanjut")?;
        self.finger.wait_for(&self.word("Selesai"), Duration::from_secs(120))?;
        self.shot("setup-report")?;
        self.click("Selesai")?;
        self.wait("Di lokasi")?;
        self.summary("summary-lobby.json", &serde_json::Value::Null)
    }
}

/// `XXXXX-XXXXX`, as it stands on the screen once.
fn is_staff_code(label: &str) -> bool {
    let half = STAFF_CODE_LENGTH / 2;
    label.len() == STAFF_CODE_LENGTH + 1
        && label.split_once('-').is_some_and(|(a, b)| {
            [a, b].iter().all(|part| part.len() == half && part.bytes().all(|b| b.is_ascii_uppercase()))
        })
}
