//! What systemd hears from the station: that it is ready, that its screen lives, and nothing more
//! once the process is stopped in its tracks.

#![cfg(unix)]

use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command};
use std::time::Duration;

/// Ends the station with the test.
struct Kiosk(Child);

impl Drop for Kiosk {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn heard(socket: &UnixDatagram) -> Option<String> {
    let mut bytes = [0; 256];
    socket.recv(&mut bytes).ok().map(|length| String::from_utf8_lossy(&bytes[..length]).into_owned())
}

#[test]
fn systemd_hears_that_the_screen_is_ready_and_lives_until_it_stands_still() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    let config = folder.path().join("station.toml");
    let data = folder.path().join("data");
    std::fs::write(
        &config,
        format!(
            "data_dir = \"{}\"\n[display]\nkind = \"headless\"\n[cameras]\nface = \"demo:\"\n",
            data.display()
        ),
    )
    .unwrap();
    let mut kiosk = Kiosk(
        Command::new(env!("CARGO_BIN_EXE_anjungan"))
            .args(["kiosk", "--config"])
            .arg(&config)
            .env("NOTIFY_SOCKET", &path)
            .env("WATCHDOG_USEC", "1500000")
            .spawn()
            .unwrap(),
    );

    let first = heard(&socket).expect("the station is ready");
    assert!(first.contains("READY=1") && first.contains("WATCHDOG=1"), "{first}");
    for _ in 0..3 {
        assert_eq!(heard(&socket).expect("the screen lives").trim(), "WATCHDOG=1");
    }

    // A process that is stopped stands for a picture that froze: silence, and systemd restarts it.
    let stop = Command::new("kill").args(["-STOP", &kiosk.0.id().to_string()]).status().unwrap();
    assert!(stop.success());
    // One word may have been on its way.
    socket.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
    let late = std::iter::from_fn(|| heard(&socket)).count();
    assert!(late <= 1, "{late} words from a station that stands still");
    kiosk.0.kill().unwrap();
}
