//! What the packages put beside the programs: nobody at the glass or at a USB keyboard gets behind the screen, and what an
//! administrator does as root leaves nothing that the services cannot use.
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
fn a_wrong_configuration_is_not_started_over_and_over() {
    // The server ends with 2 for that alone; a database that is not there yet is waited for.
    for line in ["Restart=on-failure", "RestartPreventExitStatus=2", "StartLimitIntervalSec=0"] {
        says("systemd/anjungan-central.service", line);
    }
}

/// A station's screen says what is wrong, stays, and goes on by itself once the file is right.
#[test]
fn a_station_with_a_wrong_configuration_stays_until_it_is_corrected() {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("station.toml");
    let good =
        format!("data_dir = \"{}\"\n[display]\nkind = \"headless\"\n", folder.path().join("data").display());
    std::fs::write(&file, format!("{good}cammeras = 1\n")).unwrap();
    let said = folder.path().join("said");
    let mut station = Command::new(env!("CARGO_BIN_EXE_anjungan"))
        .args(["kiosk", "--config"])
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(&said).unwrap())
        .spawn()
        .unwrap();
    let heard = || std::fs::read_to_string(&said).unwrap();
    let mut until = |what: &str, so: &dyn Fn() -> bool| {
        for _ in 0..600 {
            if so() {
                return;
            }
            let ended = station.try_wait().unwrap();
            assert!(ended.is_none(), "it ended ({ended:?}) before {what}: {}", heard());
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("waited a minute for {what}: {}", heard());
    };
    until("the message", &|| heard().contains("station.toml, line 4") && heard().contains("cammeras"));
    std::fs::write(&file, &good).unwrap();
    until("its start", &|| {
        heard().contains("starts anew") && folder.path().join("data/station.sqlite").exists()
    });
    station.kill().unwrap();
    station.wait().unwrap();
}

#[test]
fn the_examples_for_proxies_are_in_the_servers_package() {
    let cargo = text("Cargo.toml");
    let central = cargo.split_once("[package.metadata.deb.variants.central]").unwrap().1;
    assert!(central.contains("[\"assets/debian/proxies/*\", \"usr/share/doc/anjungan-central/examples/\""));
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

#[cfg(feature = "central")]
mod as_root {
    use std::os::unix::fs::{MetadataExt as _, chown};
    use std::path::Path;
    use std::process::Command;

    /// A user that no system has a name for.
    const SOMEBODY: u32 = 43_210;

    /// A data folder of somebody else's, where this process may make one.
    fn folder_of_somebody() -> Option<tempfile::TempDir> {
        let folder = tempfile::tempdir().unwrap();
        if chown(folder.path(), Some(SOMEBODY), Some(SOMEBODY)).is_err() {
            eprintln!("skipped: only root can give a folder to somebody else");
            return None;
        }
        Some(folder)
    }

    fn owners(folder: &Path) -> Vec<(String, u32)> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let about = std::fs::symlink_metadata(entry.path()).unwrap();
            found.push((entry.path().display().to_string(), about.uid()));
            if about.is_dir() {
                found.extend(owners(&entry.path()));
            }
        }
        found
    }

    fn run(program: &str, data: &Path, args: &[&str]) -> (Option<i32>, String) {
        let (command, rest) = args.split_first().unwrap();
        let out = Command::new(program).arg(command).arg("--data").arg(data).args(rest).output().unwrap();
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        (out.status.code(), told)
    }

    #[test]
    fn a_command_of_roots_leaves_nothing_of_roots_in_the_servers_folder() {
        let Some(folder) = folder_of_somebody() else { return };
        let (program, data) = (env!("CARGO_BIN_EXE_anjungan-central"), folder.path());
        // A folder that is root's alone: a list is read there, a backup is written there.
        let own = tempfile::tempdir().unwrap();
        let list = own.path().join("list.csv");
        std::fs::write(&list, "nip,nama,status,instansi\n198003102005011003,Citra,aktif,X\n").unwrap();
        let backup = own.path().join("b.tar");
        for args in [
            &["sample", "--count", "10"][..],
            &["device", "new", "--name", "A", "--place", "B"],
            &["import", list.to_str().unwrap()],
            &["key", "list"],
            &["backup", backup.to_str().unwrap(), "--keys"],
        ] {
            let (code, told) = run(program, data, args);
            assert_eq!(code, Some(0), "{args:?}: {told}");
        }
        assert!(backup.exists());
        let found = owners(data);
        assert!(found.iter().any(|(path, _)| path.ends_with("central.sqlite")), "{found:?}");
        assert!(found.iter().any(|(path, _)| path.contains("/keys/")), "{found:?}");
        for (path, uid) in found {
            assert_eq!(uid, SOMEBODY, "{path}");
        }
    }

    #[test]
    fn a_command_of_roots_leaves_nothing_of_roots_in_the_stations_folder() {
        let Some(folder) = folder_of_somebody() else { return };
        let program = env!("CARGO_BIN_EXE_anjungan");
        // Not joined, or nobody answers: the database is made all the same.
        let (code, told) = run(program, folder.path(), &["staff", "list"]);
        assert_eq!(code, Some(1), "{told}");
        let (code, told) = run(
            program,
            folder.path(),
            &["provision", "http://127.0.0.1:9", "--code", "A", "--pin", "493817"],
        );
        assert_eq!(code, Some(2), "{told}");
        let found = owners(folder.path());
        assert!(!found.is_empty());
        for (path, uid) in found {
            assert_eq!(uid, SOMEBODY, "{path}");
        }
    }

    #[test]
    fn what_an_earlier_command_left_to_root_is_named_with_its_remedy() {
        let Some(folder) = folder_of_somebody() else { return };
        let program = env!("CARGO_BIN_EXE_anjungan-central");
        assert_eq!(run(program, folder.path(), &["sample", "--count", "10"]).0, Some(0));
        let key = std::fs::read_dir(folder.path().join("keys")).unwrap().flatten().next().unwrap().path();
        chown(&key, Some(0), Some(0)).unwrap();
        let (code, told) = run(program, folder.path(), &["key", "list"]);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains("chown -R 43210: ") && told.contains(key.to_str().unwrap()), "{told}");
    }
}
