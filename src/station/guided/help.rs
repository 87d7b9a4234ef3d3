//! Station: the guided run through the ways that help: a call for staff, sign-in by phone, sign-in
//! with a clerk; and a desk that answers the call.

use super::{GuidedError, PATIENCE, Walk, is_pick_up_code, settle};

/// Breaths that a clerk takes from the desk to the station.
const ON_THE_WAY: u32 = 20;

impl Walk {
    /// Calls the staff and waits for one to be on the way; then signs in by phone (whoever drives the
    /// run approves the code, which is said on standard output), and once more with a clerk.
    pub(super) fn help(&mut self, nip: &str, staff_code: &str, pin: &str) -> Result<(), GuidedError> {
        self.begin()?;
        self.press("Panggil Petugas", "call")?;
        // A quick clerk may have answered before anybody looked.
        self.either(&["Petugas dipanggil", "Petugas dalam perjalanan"])?;
        self.shot("call-heard")?;
        self.wait("Petugas dalam perjalanan")?;
        self.shot("call-coming")?;
        self.click("Tutup")?;

        self.press("Kartu Saya", "phone")?;
        let code = self.code_on_the_screen()?;
        println!("code {code}");
        self.wait("Keluar")?;
        self.shot("phone-signed-in")?;
        self.click("Keluar")?;

        self.finger.wait_for("Mulai", PATIENCE)?;
        self.click("Mulai")?;
        self.click("Kartu Saya")?;
        self.press("Masuk dibantu petugas", "assisted-nip")?;
        self.finger.press_key(nip)?;
        self.click("Lanjut")?;
        self.wait("Kode petugas")?;
        self.finger.press_key(&staff_code.replace('-', ""))?;
        self.shot("assisted-code")?;
        self.click("Lanjut")?;
        self.wait("PIN petugas")?;
        self.finger.press_key(pin)?;
        self.shot("assisted-pin")?;
        self.click("Masukkan")?;
        self.wait("Keluar")?;
        self.shot("assisted-signed-in")?;
        self.summary("summary.json", &serde_json::Value::Null)
    }

    /// At a desk: waits for this station's call and answers it.
    pub(super) fn answer(&mut self, station: &str) -> Result<(), GuidedError> {
        self.finger.click_when_there(station, PATIENCE)?;
        settle(1);
        self.shot("desk-call")?;
        self.click("Saya ke sana")?;
        // On the way: whoever called has to see it before the call is done.
        settle(ON_THE_WAY);
        self.press("Sudah dibantu", "desk-answered")?;
        self.summary("summary.json", &serde_json::Value::Null)
    }

    fn code_on_the_screen(&self) -> Result<String, GuidedError> {
        let until = self.clock.monotonic() + PATIENCE;
        while self.clock.monotonic() < until {
            if let Some(code) = self.finger.labels()?.into_iter().find(|label| is_pick_up_code(label)) {
                return Ok(code);
            }
            settle(1);
        }
        Err(GuidedError::Waited("a code for the phone"))
    }
}
