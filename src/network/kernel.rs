//! What the kernel itself says: who has a link, and whether a way leads out. It sets nothing.

use std::fs;

use super::{Network, NetworkError, NetworkState, Wifi};

pub struct Kernel;

impl Network for Kernel {
    fn state(&mut self) -> Result<NetworkState, NetworkError> {
        Ok(look("/sys/class/net", "/proc/net/route"))
    }

    fn wifis(&mut self) -> Result<Vec<Wifi>, NetworkError> {
        Err(not_here())
    }

    fn join(&mut self, _: &str, _: &str) -> Result<(), NetworkError> {
        Err(not_here())
    }
}

fn not_here() -> NetworkError {
    NetworkError::NoManager("this station leaves its network to others (network = \"none:\")".into())
}

/// Read from the kernel's own files.
fn look(classes: &str, routes: &str) -> NetworkState {
    let interfaces = fs::read_dir(classes).into_iter().flatten().flatten();
    let mut state = NetworkState::default();
    for interface in interfaces {
        let name = interface.file_name().to_string_lossy().into_owned();
        let up = fs::read_to_string(interface.path().join("operstate")).is_ok_and(|text| text.trim() == "up");
        // Loopback, bridges and tunnels are made of no device.
        if !interface.path().join("device").exists() {
            continue;
        }
        if interface.path().join("wireless").exists() {
            state.wifi = Some(if up { name } else { state.wifi.unwrap_or_default() });
        } else {
            state.wired = Some(up || state.wired.unwrap_or_default());
        }
    }
    state.out = default_route(&fs::read_to_string(routes).unwrap_or_default());
    state
}

/// Does the kernel's table lead anywhere?
fn default_route(table: &str) -> bool {
    table.lines().skip(1).any(|line| line.split_whitespace().nth(1) == Some("00000000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_radios_and_the_way_out_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let classes = folder.path().join("net");
        let add = |name: &str, state: &str, radio: bool| {
            fs::create_dir_all(classes.join(name)).unwrap();
            fs::write(classes.join(name).join("operstate"), state).unwrap();
            if name != "docker0" {
                fs::create_dir_all(classes.join(name).join("device")).unwrap();
            }
            if radio {
                fs::create_dir_all(classes.join(name).join("wireless")).unwrap();
            }
        };
        let routes = folder.path().join("route");
        let see = || look(classes.to_str().unwrap(), routes.to_str().unwrap());
        assert_eq!(see(), NetworkState::default());
        add("docker0", "up\n", false);
        add("eth0", "down\n", false);
        assert_eq!(see(), NetworkState { wired: Some(false), wifi: None, out: false });
        add("wlan0", "up\n", true);
        fs::write(&routes, "Iface\tDestination\tGateway\nwlan0\t00000000\t0100A8C0\n").unwrap();
        assert_eq!(see(), NetworkState { wired: Some(false), wifi: Some("wlan0".into()), out: true });
    }
}
