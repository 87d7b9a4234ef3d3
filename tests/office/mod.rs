//! An office in a browser: people, a station, and staff who sign in with a second factor.

#![allow(dead_code, reason = "each journey uses a part of it")]

use std::path::PathBuf;

use anjungan::clock::SystemClock;
use totp_rs::Builder;

use crate::browser::Browser;
use crate::central_station::{Server, Station};

pub const SMALL: (u32, u32) = (360, 720);
pub const WIDE: (u32, u32) = (1440, 900);

/// An office with people, a station that has issued a card, and an administrator.
pub struct Office {
    pub server: Server,
    pub station: Station,
    pub people: Vec<(String, String)>,
}

pub fn office() -> Office {
    let server = Server::new();
    let file = server.data.path().join("credentials.csv");
    let path = file.to_str().unwrap();
    server.command(&["sample", "--count", "60", "--seed", "3", "--credentials", path, "--active", "9"], 0);
    let text = std::fs::read_to_string(&file).unwrap();
    let people =
        text.lines().filter_map(|line| line.split_once(',')).map(|(a, b)| (a.into(), b.into())).collect();
    let server = server.start_talking();
    let station = Station::enrol(&server);
    Office { server, station, people }
}

/// The six digits that an authenticator app shows `ahead` seconds from now.
pub fn code(otpauth: &str, ahead: u64) -> String {
    let secret = otpauth.split("secret=").nth(1).unwrap().split('&').next().unwrap();
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let totp = Builder::new().with_secret(<[u8; 20]>::try_from(bytes).unwrap()).build().unwrap();
    totp.generate(SystemClock::shared().now().as_second() as u64 + ahead).to_string()
}

pub fn keep(browser: &Browser, name: &str) {
    let overflow =
        browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(overflow, 0, "{name}: nothing sticks out");
    if let Some(dir) = std::env::var_os("ANJUNGAN_PAGES") {
        browser.picture(&PathBuf::from(dir).join(format!("{name}.png")));
    }
}

pub fn sign_in(browser: &Browser, office: &Office, who: &(String, String), code: &str) {
    browser.open(&format!("{}/kantor", office.server.base()));
    browser.until("Masuk petugas kantor");
    browser.write("#nip", &who.0);
    browser.write("#sandi", &who.1);
    browser.write("#kode", code);
    browser.click("main form button");
}

/// The address for an authenticator app of somebody who is made staff now.
pub fn staff(office: &Office, who: &(String, String), role: &str) -> String {
    let put = office.server.command(&["--json", "staff", "put", &who.0, "--role", role], 0);
    let put: serde_json::Value = serde_json::from_str(&put).unwrap();
    put["otpauth"].as_str().unwrap().to_owned()
}
