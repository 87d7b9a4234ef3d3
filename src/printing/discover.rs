//! The printers that a technician may choose from: on USB, behind device files, in CUPS. Each is asked, none is assumed.

use super::ipp::queues;
use super::ports::found_on_usb;

/// The CUPS server of this machine.
const CUPS: &str = "ipp://localhost:631";

/// A printer that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// To be written into the configuration.
    pub uri: String,
    /// What it calls itself; may be empty.
    pub called: String,
}

/// Everything that is found, and a sentence for each place that could not be looked at.
pub fn found() -> (Vec<Found>, Vec<String>) {
    let mut printers = Vec::new();
    let mut untold = Vec::new();
    let mut add = |list: Vec<(String, String)>| {
        printers.extend(list.into_iter().map(|(uri, called)| Found { uri, called }));
    };
    match found_on_usb() {
        Ok(list) => add(list),
        Err(error) => untold.push(format!("USB cannot be looked at: {error}")),
    }
    for folder in ["/dev/usb", "/dev"] {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut devices: Vec<String> = files
            .map(|entry| entry.path().display().to_string())
            .filter(|path| path.rsplit('/').next().is_some_and(is_printer_device))
            .collect();
        devices.sort();
        add(devices.into_iter().map(|path| (format!("escpos+file:{path}"), String::new())).collect());
    }
    match queues(CUPS) {
        Ok(list) => add(list),
        Err(error) => untold.push(format!("CUPS cannot be asked: {error}")),
    }
    (printers, untold)
}

/// `lp0`, `lp1`: what the kernel calls printers.
fn is_printer_device(name: &str) -> bool {
    name.strip_prefix("lp")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_by_the_kernels_names() {
        assert!(is_printer_device("lp0") && is_printer_device("lp12"));
        assert!(!is_printer_device("lp") && !is_printer_device("lpx") && !is_printer_device("loop0"));
    }
}
