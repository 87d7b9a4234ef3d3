//! A real Chromium, driven over WebDriver (Debian's `chromium` and `chromium-driver`).
//!
//! A journey that finds no browser fails and says how to install it; it is never skipped.

#![allow(dead_code, reason = "each journey uses a part of it")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use data_encoding::BASE64;
use serde_json::{Value, json};

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

pub struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// A phone of this many CSS pixels, without anything kept from before.
    pub fn start(width: u32, height: u32) -> Browser {
        Browser::with(width, height)
    }

    /// The same without JavaScript.
    pub fn without_script(width: u32, height: u32) -> Browser {
        let browser = Browser::start(width, height);
        let asked = json!({ "cmd": "Emulation.setScriptExecutionDisabled", "params": { "value": true } });
        browser.post("goog/cdp/execute", &asked);
        browser
    }

    /// The same page on a screen of another size.
    pub fn resize(&self, (width, height): (u32, u32)) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
        let asked = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": metrics });
        let value = self.post("goog/cdp/execute", &asked);
        assert!(value["error"].is_null(), "{value}");
    }

    fn with(width: u32, height: u32) -> Browser {
        let (driver, port) = driver();
        let profile = tempfile::tempdir().unwrap();
        let mut args: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
            "--force-device-scale-factor=1",
        ]
        .into_iter()
        .map(str::to_owned)
        .collect();
        args.push(format!("--user-data-dir={}", profile.path().display()));
        args.push(format!("--window-size={width},{height}"));
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_mins(2)))
            .build()
            .new_agent();
        // Emulated, because a window of Chromium is never as narrow as a small phone.
        let phone = json!({ "deviceMetrics": { "width": width, "height": height, "pixelRatio": 1.0, "touch": true, "mobile": true } });
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": args, "binary": "/usr/bin/chromium", "mobileEmulation": phone },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let root = format!("http://127.0.0.1:{port}/session");
        let answer: Value = agent.post(&root).send_json(&asked).unwrap().body_mut().read_json().unwrap();
        let id = answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("{answer}"));
        let session = format!("{root}/{id}");
        Browser { driver, session, agent, _profile: profile }
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let mut answer = self.agent.post(format!("{}/{path}", self.session)).send_json(body).unwrap();
        answer.body_mut().read_json::<Value>().unwrap()["value"].take()
    }

    fn get(&self, path: &str) -> Value {
        let mut answer = self.agent.get(format!("{}/{path}", self.session)).call().unwrap();
        answer.body_mut().with_config().limit(64 << 20).read_json::<Value>().unwrap()["value"].take()
    }

    pub fn open(&self, url: &str) {
        let value = self.post("url", &json!({ "url": url }));
        assert!(value.is_null(), "{value}");
    }

    pub fn run(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// What a person can read on the page.
    pub fn text(&self) -> String {
        self.text_of("body").unwrap_or_default()
    }

    pub fn text_of(&self, css: &str) -> Option<String> {
        let id = self.find(css)?;
        self.get(&format!("element/{id}/text")).as_str().map(str::to_owned)
    }

    fn find(&self, css: &str) -> Option<String> {
        let value = self.post("element", &json!({ "using": "css selector", "value": css }));
        value[ELEMENT].as_str().map(str::to_owned)
    }

    /// Waits until a person can read this.
    pub fn until(&self, words: &str) {
        for _ in 0..300 {
            if self.text().contains(words) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("waited 30 s for '{words}', and read:\n{}\n{}", self.text(), self.log().join("\n"));
    }

    pub fn click(&self, css: &str) {
        let id = self.find(css).unwrap_or_else(|| panic!("no {css} in:\n{}", self.text()));
        let value = self.post(&format!("element/{id}/click"), &json!({}));
        assert!(value.is_null(), "{css}: {value}");
    }

    /// Presses a button by the keyboard: without JavaScript the driver cannot click.
    pub fn press(&self, css: &str) {
        self.write(css, "\u{e007}");
    }

    /// The tab key, wherever the focus is.
    pub fn tab(&self) {
        let keys =
            json!([{ "type": "keyDown", "value": "\u{e004}" }, { "type": "keyUp", "value": "\u{e004}" }]);
        let value =
            self.post("actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": keys }] }));
        assert!(value.is_null(), "{value}");
    }

    pub fn write(&self, css: &str, text: &str) {
        let id = self.find(css).unwrap_or_else(|| panic!("no {css} in:\n{}", self.text()));
        let value = self.post(&format!("element/{id}/value"), &json!({ "text": text }));
        assert!(value.is_null(), "{css}: {value}");
    }

    /// Everything that the page complained about, such as a policy that stopped it.
    pub fn log(&self) -> Vec<String> {
        let lines = self.post("se/log", &json!({ "type": "browser" }));
        lines.as_array().into_iter().flatten().map(ToString::to_string).collect()
    }

    /// The whole page as a picture.
    pub fn picture(&self, file: &Path) {
        let shot = self.post(
            "goog/cdp/execute",
            &json!({
                "cmd": "Page.captureScreenshot", "params": { "format": "png", "captureBeyondViewport": true },
            }),
        );
        let png =
            BASE64.decode(shot["data"].as_str().unwrap_or_else(|| panic!("{shot}")).as_bytes()).unwrap();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, png).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A driver and its port. It takes one that is free and then listens there by IPv4 and IPv6, and gives up where
/// somebody was quicker at either: then another one.
fn driver() -> (Child, u16) {
    for _ in 0..5 {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("no chromedriver: apt-get install chromium chromium-driver");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            line.unwrap().split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        if let Some(port) = port {
            std::thread::spawn(move || lines.for_each(drop));
            return (driver, port);
        }
        driver.wait().unwrap();
    }
    panic!("chromedriver ended five times without saying where it listens");
}
