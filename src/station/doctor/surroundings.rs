//! What stands around the program: fingers on the glass, the backdrop before the camera, the network's cable.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Answer, Part, Verdict};
use crate::camera;
use crate::config::{DisplayConfig, DisplayKind};
use crate::photo::Staleness;
use crate::session::PlateState;
use crate::station::plates::Plates;

/// Bits of the kernel's input interface (linux/input-event-codes.h).
const ABS_MT_POSITION_X: usize = 0x35;
const INPUT_PROP_DIRECT: usize = 0x01;

/// Which configuration is judged, and of which data folder: another one than the station's would be called well in vain.
pub struct Configuration {
    pub source: Option<PathBuf>,
    pub data: PathBuf,
}

impl Part for Configuration {
    fn name(&self) -> &'static str {
        "configuration"
    }

    fn check(&self) -> Answer {
        let data = self.data.display();
        match &self.source {
            Some(file) => Answer::well(format!("read from {}; data in {data}", file.display())),
            None => Answer::well(format!("built-in values, for no file was found; data in {data}")),
        }
    }
}

/// Touch. On the bare console the toolkit runs deaf and says nothing where it may not read the input devices,
/// so this is asked of the system.
pub struct Touch {
    pub config: DisplayConfig,
}

/// An input device as the kernel describes it.
struct Input {
    name: String,
    touches: bool,
    readable: bool,
}

impl Part for Touch {
    fn name(&self) -> &'static str {
        "touch"
    }

    fn check(&self) -> Answer {
        match self.config.kind {
            DisplayKind::Headless => Answer::well("headless: nobody touches it"),
            DisplayKind::Window => Answer::well("a window; the desktop hands on what is touched"),
            DisplayKind::Linuxkms => judge(&inputs(Path::new("/sys/class/input"), Path::new("/dev/input"))),
        }
    }
}

fn judge(inputs: &[Input]) -> Answer {
    let screen = inputs.iter().find(|input| input.touches);
    match (screen, inputs.iter().any(|input| input.readable)) {
        (Some(screen), _) if screen.readable => Answer::well(format!("{} can be read", screen.name)),
        (Some(screen), _) => Answer::new(
            Verdict::Fault,
            format!("{} is there and may not be read", screen.name),
            "Add the station's user to the group input, or run it by the systemd unit.",
        ),
        (None, true) => Answer::new(
            Verdict::Attention,
            "no touch screen; a mouse or a keyboard can be read",
            "Check the touch screen's USB cable; display and touch often have a cable each.",
        ),
        (None, false) => Answer::new(
            Verdict::Fault,
            format!("no touch screen, and none of {} input devices can be read", inputs.len()),
            "Plug the touch screen's USB cable in; the station's user must be in the group input.",
        ),
    }
}

fn inputs(classes: &Path, devices: &Path) -> Vec<Input> {
    let Ok(entries) = fs::read_dir(classes) else { return Vec::new() };
    let mut found: Vec<(String, Input)> = entries
        .flatten()
        .filter_map(|entry| {
            let event = entry.file_name().to_string_lossy().into_owned();
            event.starts_with("event").then_some(())?;
            let said = |file: &str| fs::read_to_string(entry.path().join("device").join(file)).ok();
            let touches = bit(&said("capabilities/abs").unwrap_or_default(), ABS_MT_POSITION_X)
                || bit(&said("properties").unwrap_or_default(), INPUT_PROP_DIRECT);
            let name = said("name").map_or_else(|| event.clone(), |name| name.trim().to_owned());
            Some((event.clone(), Input { name, touches, readable: File::open(devices.join(&event)).is_ok() }))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.into_iter().map(|(_, input)| input).collect()
}

/// Is a bit set in one of the kernel's masks: words in hexadecimal, as long as a pointer, the highest first?
fn bit(mask: &str, number: usize) -> bool {
    let word = mask.split_whitespace().rev().nth(number / usize::BITS as usize);
    word.and_then(|word| usize::from_str_radix(word, 16).ok())
        .is_some_and(|word| word >> (number % usize::BITS as usize) & 1 == 1)
}

/// The empty backdrop that is kept, beside what the camera sees now.
pub struct Backdrop {
    pub camera: String,
    pub folder: PathBuf,
}

/// As many looks as it takes until the station itself would believe a change.
const LOOKS: usize = 4;

impl Part for Backdrop {
    fn name(&self) -> &'static str {
        "backdrop"
    }

    fn check(&self) -> Answer {
        const PAGE: &str = "Take it anew on the technician's page, or with: anjungan plate take.";
        let mut camera = match camera::open(&self.camera) {
            Ok(camera) => camera,
            Err(error) => {
                return Answer::new(
                    Verdict::Unknown,
                    format!("not looked at: {error}"),
                    "While the station's screen runs, its technician's page shows the backdrop.",
                );
            }
        };
        let mut plates = Plates::open(&self.folder);
        plates.bring(camera.as_mut());
        let mut state = PlateState::Missing;
        for _ in 0..LOOKS {
            match camera.frame(Duration::from_secs(5)) {
                Ok(frame) => state = plates.look(&frame.rgb),
                Err(error) => {
                    return Answer::new(
                        Verdict::Fault,
                        format!("no picture: {error}"),
                        "Check the camera's cable.",
                    );
                }
            }
        }
        match state {
            PlateState::Holds => Answer::well("the empty backdrop fits what the camera sees"),
            PlateState::Missing => Answer::new(
                Verdict::Attention,
                "no empty backdrop was taken here: photos are cut by the net alone",
                PAGE,
            ),
            PlateState::Stale(why) => {
                let said = match why {
                    Staleness::LightChanged => "the light is another than when the empty backdrop was taken",
                    Staleness::CameraMoved => "the camera has moved since the empty backdrop was taken",
                    Staleness::AnotherPlace => "the camera sees another backdrop than the one that was taken",
                };
                Answer::new(Verdict::Attention, said, PAGE)
            }
        }
    }
}

/// The network as far as this machine goes: a link, and a way out of it.
pub struct Network;

impl Part for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn check(&self) -> Answer {
        let table = |name: &str| fs::read_to_string(Path::new("/proc/net").join(name)).unwrap_or_default();
        let default = default_route(&table("route")).or_else(|| default_route_v6(&table("ipv6_route")));
        connected(&links(Path::new("/sys/class/net")), default.as_deref())
    }
}

/// Interfaces beside the loopback, and whether their link is up.
fn links(folder: &Path) -> Vec<(String, bool)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut links: Vec<(String, bool)> = entries
        .flatten()
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(name, _)| name != "lo")
        .map(|(name, path)| {
            let state = fs::read_to_string(path.join("operstate")).unwrap_or_default();
            (name, state.trim() == "up")
        })
        .collect();
    links.sort();
    links
}

/// The interface of the default route in the kernel's table.
fn default_route(table: &str) -> Option<String> {
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_whitespace();
        let interface = fields.next()?;
        (fields.next()? == "00000000").then(|| interface.to_owned())
    })
}

/// The same in the table of IPv6: destination, its length, source, its length, next hop, metric, counts, flags,
/// interface. A network that leads nowhere has its default route on the loopback.
fn default_route_v6(table: &str) -> Option<String> {
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [destination, "00", .., interface] = fields.as_slice() else { return None };
        let everywhere = destination.len() == 32 && destination.bytes().all(|digit| digit == b'0');
        (everywhere && *interface != "lo").then(|| (*interface).to_owned())
    })
}

fn connected(links: &[(String, bool)], default: Option<&str>) -> Answer {
    if let Some(interface) = default {
        return Answer::well(format!("{interface} leads out"));
    }
    let names = |up: bool| {
        let names: Vec<&str> =
            links.iter().filter(|(_, is)| *is == up).map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    };
    if links.iter().any(|(_, up)| *up) {
        return Answer::new(
            Verdict::Fault,
            format!("{} has a link, and no way leads out of it", names(true)),
            "The network gives no address: check the router, or set a fixed address (nmtui).",
        );
    }
    if links.is_empty() {
        return Answer::new(
            Verdict::Fault,
            "no network interface",
            "Plug a network adapter in, or look for its driver.",
        );
    }
    Answer::new(
        Verdict::Fault,
        format!("no link on {}", names(false)),
        "Plug the network cable in, or join a Wi-Fi (nmtui).",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_the_kernels_masks() {
        // A multitouch screen of a Raspberry Pi: bits 0, 1, 0x2f, 0x35, 0x36, 0x39 in one word of 64.
        assert!(bit("260800000000003", ABS_MT_POSITION_X));
        assert!(bit("2", INPUT_PROP_DIRECT));
        assert!(!bit("3", ABS_MT_POSITION_X) && !bit("", 0) && !bit("nonsense", 0) && !bit("1", 64));
        assert!(bit("1 0", 64), "the highest word stands first");
    }

    #[test]
    fn a_network_of_ipv6_alone_leads_out() {
        let none = "0".repeat(32);
        let line = |destination: &str, length: &str, interface: &str| {
            format!(
                "{destination} {length} {none} 00 {none} 00000400 00000001 00000000 00450003 {interface:>8}\n"
            )
        };
        let local = "fe800000000000000000000000000000";
        let nowhere = line(&none, "00", "lo") + &line(local, "40", "eth0") + &line(&none, "08", "eth0");
        assert_eq!(default_route_v6(&nowhere), None);
        let out = nowhere + &line(&none, "00", "eth0");
        assert_eq!(default_route_v6(&out).as_deref(), Some("eth0"));
        assert_eq!(connected(&[("eth0".into(), true)], Some("eth0")).verdict, Verdict::Well);
        assert_eq!(default_route_v6("nonsense\n\n"), None);
    }

    #[test]
    fn a_touch_screen_that_may_not_be_read_is_a_fault_and_none_at_all_too() {
        let folder = tempfile::tempdir().unwrap();
        let (classes, devices) = (folder.path().join("class"), folder.path().join("dev"));
        let add = |event: &str, name: &str, abs: &str, readable: bool| {
            let device = classes.join(event).join("device");
            fs::create_dir_all(device.join("capabilities")).unwrap();
            fs::write(device.join("name"), format!("{name}\n")).unwrap();
            fs::write(device.join("capabilities/abs"), abs).unwrap();
            fs::create_dir_all(&devices).unwrap();
            if readable {
                fs::write(devices.join(event), b"").unwrap();
            }
        };
        assert_eq!(judge(&inputs(&classes, &devices)).verdict, Verdict::Fault);
        add("event0", "A keyboard", "0\n", true);
        let found = judge(&inputs(&classes, &devices));
        assert_eq!(found.verdict, Verdict::Attention);
        add("event1", "A screen", "260800000000003\n", false);
        let found = judge(&inputs(&classes, &devices));
        assert!(found.verdict == Verdict::Fault && found.next.contains("group input"), "{}", found.said);
        fs::write(devices.join("event1"), b"").unwrap();
        assert_eq!(judge(&inputs(&classes, &devices)).verdict, Verdict::Well);
    }

    #[test]
    fn a_cable_a_link_without_a_way_out_and_a_way_out_are_told_apart() {
        let table = "Iface\tDestination\tGateway\neth0\t0002000A\t00000000\neth0\t00000000\t0202000A\n";
        assert_eq!(default_route(table).as_deref(), Some("eth0"));
        assert_eq!(default_route("Iface\tDestination\neth0\t0002000A\t0\n"), None);
        let link = |up| vec![("eth0".to_owned(), up)];
        assert_eq!(connected(&link(true), Some("eth0")).verdict, Verdict::Well);
        assert!(connected(&link(true), None).said.contains("no way leads out"));
        assert!(connected(&link(false), None).next.contains("cable"));
        assert!(connected(&[], None).said.contains("no network interface"));
    }

    #[test]
    fn a_place_without_a_plate_says_so_and_a_camera_that_brings_one_holds() {
        let folder = tempfile::tempdir().unwrap();
        let part = |camera: &str| Backdrop { camera: camera.to_owned(), folder: folder.path().to_owned() };
        assert_eq!(part("v4l:///dev/video97").check().verdict, Verdict::Unknown);
        let drawn = part("demo:").check();
        assert_eq!(drawn.verdict, Verdict::Well, "{}", drawn.said);
    }
}
