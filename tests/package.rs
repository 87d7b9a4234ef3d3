//! What the packages put beside the programs: nobody at the glass or at a USB keyboard gets behind the screen.
#![cfg(feature = "station")]

use std::path::Path;

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Lines that say something.
fn lines(path: &str) -> Vec<String> {
    let kept = |line: &&str| !line.is_empty() && !line.starts_with(['#', '[']) && !line.starts_with("//");
    text(path).lines().map(str::trim).filter(kept).map(str::to_owned).collect()
}

fn says(path: &str, line: &str) {
    let lines = lines(path);
    assert!(lines.iter().any(|there| there == line), "{path} does not say {line:?}: {lines:?}");
}

/// The assets of the station's package, not the server's.
fn shipped() -> String {
    let cargo = text("Cargo.toml");
    let (_, deb) = cargo.split_once("[package.metadata.deb]").unwrap();
    deb.split_once("[package.metadata.deb.variants").unwrap().0.to_owned()
}

#[test]
fn every_file_of_the_kiosk_is_in_the_package() {
    let shipped = shipped();
    for (from, to) in [
        ("systemd/logind-anjungan.conf", "usr/lib/systemd/logind.conf.d/anjungan.conf"),
        ("systemd/60-anjungan-sysctl.conf", "usr/lib/sysctl.d/60-anjungan.conf"),
        ("systemd/60-anjungan-polkit.rules", "usr/share/polkit-1/rules.d/60-anjungan.rules"),
        ("systemd/tmpfiles.d/anjungan.conf", "usr/lib/tmpfiles.d/anjungan.conf"),
    ] {
        assert!(shipped.contains(&format!("[\"{from}\", \"{to}\"")), "{from}");
    }
    for unit in ["anjungan", "anjungan-provision", "anjungan-touch"] {
        assert!(shipped.contains(&format!("unit-name = \"{unit}\"")), "{unit}");
    }
}

#[test]
fn switching_consoles_leads_nowhere() {
    // No getty on another console, none on ours, and the console itself takes no Alt+Fn.
    says("systemd/logind-anjungan.conf", "NAutoVTs=0");
    says("systemd/logind-anjungan.conf", "ReserveVT=0");
    says("systemd/anjungan.service", "Conflicts=getty@tty1.service");
    says("systemd/anjungan.service", "ExecStartPre=-+/usr/bin/kbd_mode -f -k -C /dev/tty1");
    // Its own list of devices binds kbd_mode too, although that one runs as root.
    says("systemd/anjungan.service", "DeviceAllow=/dev/tty1 rw");
    assert!(
        shipped().lines().any(|line| line.contains("fonts-dejavu-core, kbd,")),
        "kbd_mode comes with the package"
    );
    says("systemd/anjungan.service", "StandardInput=null");
}

#[test]
fn no_key_restarts_or_stops_the_machine() {
    says("systemd/60-anjungan-sysctl.conf", "kernel.sysrq = 0");
    says("systemd/60-anjungan-sysctl.conf", "kernel.ctrl-alt-del = 0");
    says("systemd/tmpfiles.d/anjungan.conf", "L /etc/systemd/system/ctrl-alt-del.target - - - - /dev/null");
    for key in ["Power", "Reboot", "Suspend", "Hibernate"] {
        says("systemd/logind-anjungan.conf", &format!("Handle{key}Key=ignore"));
        says("systemd/logind-anjungan.conf", &format!("Handle{key}KeyLongPress=ignore"));
    }
}

#[test]
fn a_screen_that_ends_comes_back_by_itself() {
    for line in ["Restart=always", "RestartSec=2", "StartLimitIntervalSec=0", "WatchdogSec=20"] {
        says("systemd/anjungan.service", line);
    }
}

#[test]
fn a_device_whose_driver_comes_later_is_allowed_too() {
    // systemd looks a kind's name up as the unit starts, among the drivers that are loaded then.
    let unit = text("systemd/anjungan.service");
    let kinds: Vec<&str> = unit.lines().filter_map(|line| line.strip_prefix("DeviceAllow=char-")).collect();
    let (numbers, names): (Vec<&str>, Vec<&str>) =
        kinds.iter().partition(|kind| kind.starts_with(|first: char| first.is_ascii_digit()));
    // Video4Linux, input, DRM and USB printers are the screen, its touch, the camera and the paper.
    for number in ["81 rw", "13 rw", "226 rw", "180 rw"] {
        assert!(numbers.contains(&number), "{number} is not among {numbers:?}");
    }
    assert_eq!(names, ["media rw"]);
}

#[test]
fn the_stations_user_may_join_a_wifi_and_nothing_else() {
    let rules = text("systemd/60-anjungan-polkit.rules");
    let actions: Vec<&str> = rules.split('"').filter(|part| part.starts_with("org.")).collect();
    assert_eq!(
        actions,
        [
            "org.freedesktop.NetworkManager.network-control",
            "org.freedesktop.NetworkManager.wifi.scan",
            "org.freedesktop.NetworkManager.settings.modify.system",
        ]
    );
    assert!(rules.contains("subject.user == \"anjungan\"") && rules.matches("YES").count() == 1);
}

#[test]
fn touches_follow_the_picture_by_a_helper_that_does_nothing_else() {
    let unit = text("systemd/anjungan-touch.service");
    assert!(unit.contains("ExecCondition=/usr/bin/anjungan touch-rule"));
    // In a network of its own it would wait for udev's answer until its time is over.
    assert!(unit.contains("trigger --settle") && !unit.contains("PrivateNetwork"));
    says("systemd/anjungan-touch.path", "PathChanged=/var/lib/anjungan/setup.toml");
    says(
        "systemd/anjungan-touch.service",
        "ExecStart=/usr/bin/systemctl --no-block try-restart anjungan.service",
    );
    says("systemd/anjungan-touch.service", "ReadWritePaths=/run/udev");
}

/// cargo-deb names a file of users or folders in postinst by its source, dpkg installs it by its target.
#[test]
fn files_of_users_and_folders_have_one_name() {
    let cargo = text("Cargo.toml");
    let mut seen = 0;
    for line in cargo.lines().filter(|line| line.contains("sysusers.d/") || line.contains("tmpfiles.d/")) {
        let names: Vec<&str> = line.split('"').filter(|part| part.contains('/')).collect();
        let [from, to] = names[..] else { panic!("not an asset: {line}") };
        assert_eq!(Path::new(from).file_name(), Path::new(to).file_name(), "{line}");
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(from).exists(), "{from}");
        seen += 1;
    }
    assert_eq!(seen, 4);
}

/// Another version of a tool writes other packages: each that a script installs is named with its version.
#[test]
fn tools_that_scripts_install_are_pinned() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let mut installs = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let Ok(script) = std::fs::read_to_string(entry.unwrap().path()) else { continue };
        for line in script.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            let pinned = if line.contains("cargo install") {
                line.contains("--version \"=")
            } else if line.contains("pip\" install") || line.contains("pip install") {
                line.contains("==")
            } else if line.contains("npm install") || line.contains("npx ") {
                line.contains('@')
            } else {
                continue;
            };
            installs += 1;
            assert!(pinned, "no version: {line}");
        }
    }
    assert!(installs >= 2, "the scripts install their tools in another way: look at this test");
}
