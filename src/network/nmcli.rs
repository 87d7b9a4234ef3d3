//! NetworkManager by its own command. What it prints for programs (`--terse`) is one line a thing, fields between
//! colons, a colon inside of a field behind a backslash; in the C locale it does not change with the language.
//!
//! The password goes to it on its standard input (`--ask`), never on its command line, where every process of the
//! machine could read it. Which user may change the network is polkit's to say; the package's rule names ours.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use super::{Network, NetworkError, NetworkState, Wifi, kernel};

/// Seconds that it may take over one order; a Wi-Fi that answers at all answers within them.
const SECONDS: &str = "30";

pub struct Nmcli {
    program: PathBuf,
}

impl Nmcli {
    pub fn system() -> Nmcli {
        Nmcli::at("nmcli")
    }

    /// Another program that understands the same orders.
    pub fn at(program: impl Into<PathBuf>) -> Nmcli {
        Nmcli { program: program.into() }
    }

    fn start(&self, args: &[&str]) -> Result<Child, NetworkError> {
        Command::new(&self.program)
            .env("LC_ALL", "C")
            .args(["--wait", SECONDS])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> NetworkError {
        NetworkError::NoManager(format!("{}: {error}", self.program.display()))
    }

    fn run(&self, args: &[&str]) -> Result<Output, NetworkError> {
        self.start(args)?.wait_with_output().map_err(|error| self.failed(&error))
    }

    /// Forgets a network.
    fn forget(&self, name: &str) {
        match self.run(&["connection", "delete", "id", name]) {
            Ok(out) if out.status.success() => {}
            Ok(out) => tracing::debug!(said = said(&out), "no profile to forget"),
            Err(error) => tracing::debug!(%error, "no profile to forget"),
        }
    }

    /// Its answer to a question.
    fn ask(&self, args: &[&str]) -> Result<String, NetworkError> {
        let out = self.run(args)?;
        if out.status.success() {
            return Ok(String::from_utf8_lossy(&out.stdout).into_owned());
        }
        Err(NetworkError::NoManager(said(&out)))
    }
}

impl Network for Nmcli {
    fn state(&mut self) -> Result<NetworkState, NetworkError> {
        let devices = match self.ask(&["--terse", "--fields", "TYPE,STATE,CONNECTION", "device"]) {
            Ok(devices) => devices,
            // Somebody else manages it: the kernel knows whether there is a way out.
            Err(error) => {
                tracing::debug!(%error, "the network as the kernel has it");
                return kernel::Kernel.state();
            }
        };
        let full = self.ask(&["--terse", "--fields", "CONNECTIVITY", "networking", "connectivity"])?;
        let seen = state(&devices, &full);
        // A socket that is left to others (ifupdown, networkd) is the kernel's to tell.
        if devices.lines().any(|line| line.starts_with("ethernet:unmanaged:")) {
            return Ok(beside(seen, &kernel::Kernel.state()?));
        }
        Ok(seen)
    }

    fn wifis(&mut self) -> Result<Vec<Wifi>, NetworkError> {
        let list = self.ask(&["--terse", "--fields", "SSID,SIGNAL,SECURITY", "device", "wifi", "list"])?;
        Ok(wifis(&list))
    }

    fn join(&mut self, name: &str, password: &str) -> Result<(), NetworkError> {
        // A profile of before may hold a wrong password, and would be taken instead of asking.
        self.forget(name);
        let mut args = vec!["device", "wifi", "connect", name];
        if !password.is_empty() {
            args.insert(0, "--ask");
        }
        let mut child = self.start(&args)?;
        if let Some(mut stdin) = child.stdin.take() {
            // It may have ended without reading; its exit code says so better than a broken pipe.
            if let Err(error) = writeln!(stdin, "{password}") {
                tracing::debug!(%error, "nmcli took no input");
            }
        }
        if asked_again(&mut child) {
            // Refused. It would go on asking an input that has ended until its time is over.
            let ended = child.kill().and_then(|()| child.wait());
            ended.map_err(|error| self.failed(&error))?;
            self.forget(name);
            return Err(NetworkError::Password);
        }
        let out = child.wait_with_output().map_err(|error| self.failed(&error))?;
        if out.status.success() {
            return Ok(());
        }
        let why = said(&out);
        let secrets = why.contains("Secrets were required") || why.contains("802-11-wireless-security");
        Err(if secrets { NetworkError::Password } else { NetworkError::Failed(why) })
    }
}

/// Follows it to its end, or until it asks for the password a second time.
fn asked_again(child: &mut Child) -> bool {
    let Some(stdout) = &mut child.stdout else { return false };
    let (mut heard, mut some) = (Vec::new(), [0; 256]);
    loop {
        match stdout.read(&mut some) {
            Ok(0) | Err(_) => return false,
            Ok(n) => heard.extend_from_slice(some.get(..n).unwrap_or_default()),
        }
        // Plain before it tries, with the setting's name once it has tried; versions differ in which comes first.
        let text = String::from_utf8_lossy(&heard);
        if text.matches("Password: ").count() + text.matches("Password (").count() > 1 {
            return true;
        }
    }
}

/// The first line of what it said went wrong. No password is in it: it never repeats one.
fn said(out: &Output) -> String {
    let text = String::from_utf8_lossy(&out.stderr);
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it says nothing").to_owned()
}

fn state(devices: &str, connectivity: &str) -> NetworkState {
    let mut state = NetworkState::default();
    for line in devices.lines() {
        let fields = fields(line);
        let [kind, is, connection] = fields.as_slice() else { continue };
        let connected = is.starts_with("connected");
        match kind.as_str() {
            "ethernet" => state.wired = Some(connected || state.wired == Some(true)),
            "wifi" if connected => state.wifi = Some(connection.clone()),
            "wifi" => {
                state.wifi.get_or_insert_default();
            }
            _ => {}
        }
    }
    // Whether the whole Internet is there is not asked: an office's server may be the only thing behind the plug.
    let link = state.wired == Some(true) || state.wifi.as_ref().is_some_and(|name| !name.is_empty());
    state.out = link && connectivity.trim() != "none";
    state
}

/// What NetworkManager has, and what others have beside it.
fn beside(seen: NetworkState, kernel: &NetworkState) -> NetworkState {
    // A way that leads over a cable which is not there may still stand in the kernel's table.
    let out = seen.out || (kernel.wired == Some(true) && kernel.out);
    NetworkState { wired: seen.wired.max(kernel.wired), out, ..seen }
}

/// One line a radio cell; the strongest cell speaks for its network.
fn wifis(list: &str) -> Vec<Wifi> {
    let mut found: Vec<Wifi> = Vec::new();
    for line in list.lines() {
        let fields = fields(line);
        let [name, signal, security] = fields.as_slice() else { continue };
        let signal: u8 = signal.parse().unwrap_or_default();
        // A network that hides its name cannot be chosen from a list.
        if name.is_empty() {
            continue;
        }
        match found.iter_mut().find(|wifi| wifi.name == *name) {
            Some(known) => known.signal = known.signal.max(signal),
            None => found.push(Wifi {
                name: name.clone(),
                signal,
                locked: !(security.is_empty() || security == "--"),
            }),
        }
    }
    found.sort_by_key(|wifi| std::cmp::Reverse(wifi.signal));
    found
}

/// The fields of a terse line.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let last = fields.len() - 1;
        match c {
            '\\' => fields[last].extend(chars.next()),
            ':' => fields.push(String::new()),
            c => fields[last].push(c),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_cable_a_radio_and_nothing_are_told_apart() {
        let cable = state(
            "ethernet:connected:Wired connection 1\nwifi:disconnected:\nloopback:connected (externally):lo\n",
            "full\n",
        );
        assert_eq!(cable, NetworkState { wired: Some(true), wifi: Some(String::new()), out: true });
        let radio = state("wifi:connected:Kantor\\: lantai 2\nwifi-p2p:disconnected:\n", "limited\n");
        assert_eq!(radio, NetworkState { wired: None, wifi: Some("Kantor: lantai 2".into()), out: true });
        let others = NetworkState { wired: Some(true), wifi: None, out: true };
        let left = beside(state("ethernet:unmanaged:\nwifi:disconnected:\n", "none\n"), &others);
        assert_eq!(left, NetworkState { wired: Some(true), wifi: Some(String::new()), out: true });
        let nothing = state("ethernet:unavailable:\n", "none\n");
        assert_eq!(nothing, NetworkState { wired: Some(false), wifi: None, out: false });
    }

    #[test]
    fn the_strongest_cell_speaks_for_a_network_and_the_list_is_by_strength() {
        let found = wifis("Tamu:41:\nKantor:35:WPA2\n:90:WPA2\nKantor:78:WPA1 WPA2\nA\\\\B\\:C:12:WPA3\n");
        let names: Vec<_> = found.iter().map(|wifi| (wifi.name.as_str(), wifi.signal, wifi.locked)).collect();
        assert_eq!(names, [("Kantor", 78, true), ("Tamu", 41, false), ("A\\B:C", 12, true)]);
    }

    /// A program that takes the password as nmcli does, and writes down how it was called.
    fn fake(folder: &std::path::Path, body: &str) -> Nmcli {
        let path = folder.join("nmcli");
        fs::write(&path, format!("#!/bin/sh\necho \"$@\" >> {}/called\n{body}", folder.display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        Nmcli::at(path)
    }

    #[test]
    fn the_password_goes_in_by_standard_input_and_stands_on_no_command_line() {
        let folder = tempfile::tempdir().unwrap();
        // As NetworkManager 1.52 has it: what is refused is asked for again, also where nothing is left to be read.
        let body = "asks() { echo \"Passwords or encryption keys are required to access the wireless network 'Kantor'.\"\n\
                    printf 'Password (802-11-wireless-security.psk): '; }\n\
                    case \"$*\" in\n*connect*) asks; read p; [ \"$p\" = rahasia-wifi ] && exit 0\n\
                    asks; sleep 5; echo 'Error: Timeout 30 sec expired.' >&2; exit 3;;\n\
                    esac\nexit 10\n";
        let mut network = fake(folder.path(), body);
        network.join("Kantor", "rahasia-wifi").unwrap();
        assert!(matches!(network.join("Kantor", "salah-salah"), Err(NetworkError::Password)));
        let called = fs::read_to_string(folder.path().join("called")).unwrap();
        assert!(called.contains("--wait 30 --ask device wifi connect Kantor"), "{called}");
        assert!(!called.contains("rahasia") && !called.contains("salah"), "{called}");
    }

    #[test]
    fn a_manager_that_is_not_there_and_one_that_fails_say_so() {
        let mut none = Nmcli::at("/nowhere/nmcli");
        assert!(matches!(none.wifis(), Err(NetworkError::NoManager(_))));
        assert_eq!(none.state().unwrap(), kernel::Kernel.state().unwrap(), "the kernel is asked instead");
        let folder = tempfile::tempdir().unwrap();
        let mut down = fake(folder.path(), "echo 'Error: NetworkManager is not running.' >&2; exit 8\n");
        let error = down.wifis().unwrap_err();
        assert!(error.to_string().contains("is not running"), "{error}");
        let mut far = fake(folder.path(), "echo 'Error: No network with SSID found.' >&2; exit 10\n");
        assert!(matches!(far.join("Kantor", "12345678"), Err(NetworkError::Failed(_))));
    }
}
