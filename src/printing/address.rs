//! Printer addresses: `scheme:rest?key=value&key=value`.

use super::ports::Flow;
use super::{Offset, Paper, PrintError, Tone};
use std::path::PathBuf;

/// An address taken apart.
#[derive(Clone, Debug)]
pub struct Address {
    uri: String,
    pub scheme: String,
    rest: String,
    options: Vec<(String, String)>,
}

impl Address {
    /// Takes `uri` apart; options that this kind of printer does not know are an error, so that a typing mistake is seen.
    pub fn parse(uri: &str) -> Result<Address, PrintError> {
        let bad = |why: &str| PrintError::BadAddress { uri: uri.to_owned(), why: why.to_owned() };
        let (scheme, rest) =
            uri.trim().split_once(':').ok_or_else(|| bad("there is no kind before a colon"))?;
        let scheme = scheme.to_ascii_lowercase();
        let known: &[&str] = match scheme.as_str() {
            "escpos+file" | "escpos+tcp" => &["width", "tone", "status"],
            "escpos+usb" => &["width", "tone", "status", "serial"],
            "escpos+serial" => &["width", "tone", "status", "baud", "flow"],
            "ipp" | "dir" => &["dx", "dy"],
            _ => &[],
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut options = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| bad(&format!("option {pair:?} has no value")))?;
            if !known.contains(&key) {
                return Err(bad(&format!("option {key:?} is unknown")));
            }
            options.push((key.to_owned(), value.to_owned()));
        }
        Ok(Address { uri: uri.to_owned(), scheme, rest: rest.to_owned(), options })
    }

    /// An error about this address.
    pub fn bad(&self, why: &str) -> PrintError {
        PrintError::BadAddress { uri: self.uri.clone(), why: why.to_owned() }
    }

    /// The path after the scheme; `dir:a/b`, `dir:/a/b` and `dir:///a/b` are all taken.
    pub fn path(&self) -> Result<PathBuf, PrintError> {
        let path = self.rest.strip_prefix("//").unwrap_or(&self.rest);
        if path.is_empty() {
            return Err(self.bad("the path is missing"));
        }
        Ok(PathBuf::from(path))
    }

    /// `//HOST`, `//HOST:PORT` or `//[IPV6]:PORT`, with or without a path.
    pub fn host_port(&self, default: u16) -> Result<(String, u16), PrintError> {
        let rest = self
            .rest
            .strip_prefix("//")
            .ok_or_else(|| self.bad("two slashes are missing after the colon"))?;
        let rest = rest.split_once('/').map_or(rest, |(host, _)| host);
        let (host, port) = match rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        if host.is_empty() || host.contains(['/', ' ']) {
            return Err(self.bad("the host is missing or misspelt"));
        }
        let port = match port {
            None => default,
            Some(text) => text
                .parse()
                .ok()
                .filter(|&p| p != 0)
                .ok_or_else(|| self.bad("the port must be a number from 1 to 65535"))?,
        };
        Ok((host.to_owned(), port))
    }

    /// The paper and the head, from `?width=` and `?tone=`.
    pub fn paper(&self) -> Result<Paper, PrintError> {
        let dots = match self.option("width") {
            None | Some("576") => 576,
            Some("384") => 384,
            Some(_) => return Err(self.bad("width must be 576 (80 mm paper) or 384 (58 mm paper)")),
        };
        let tone = match self.option("tone") {
            None => Tone::default(),
            Some(word) => Tone::parse(word).ok_or_else(|| self.bad("tone must be light, normal or dark"))?,
        };
        Ok(Paper { dots, tone })
    }

    /// `//VID:PID`, both hexadecimal, and the serial number that tells two of a make apart.
    pub fn usb(&self) -> Result<(u16, u16, Option<String>), PrintError> {
        let id = |text: &str| u16::from_str_radix(text, 16).ok();
        self.rest
            .strip_prefix("//")
            .and_then(|rest| rest.trim_end_matches('/').split_once(':'))
            .and_then(|(vendor, product)| Some((id(vendor)?, id(product)?)))
            .map(|(vendor, product)| (vendor, product, self.option("serial").map(str::to_owned)))
            .ok_or_else(|| self.bad("vendor and product must be four hexadecimal digits each, as 04b8:0e28"))
    }

    /// Speed and flow control of a serial line, from `?baud=` and `?flow=`.
    pub fn serial(&self) -> Result<(u32, Flow), PrintError> {
        let baud = self.option("baud").unwrap_or("115200");
        let baud = baud.parse().map_err(|_| self.bad("baud must be a number such as 115200"))?;
        let flow = match self.option("flow") {
            None | Some("none") => Flow::None,
            Some("rtscts") => Flow::Wires,
            Some("xonxoff") => Flow::Characters,
            Some(_) => return Err(self.bad("flow must be none, rtscts or xonxoff")),
        };
        Ok((baud, flow))
    }

    /// How far a card printer shifts what it prints, from `?dx=` and `?dy=` in millimetres, to be made good: right and down.
    pub fn offset(&self) -> Result<Offset, PrintError> {
        let tenths = |key: &str| -> Result<i16, PrintError> {
            let Some(text) = self.option(key) else { return Ok(0) };
            let value: f32 =
                text.parse().map_err(|_| self.bad(&format!("{key} must be millimetres, as 0.3")))?;
            if !(-5.0..=5.0).contains(&value) {
                return Err(self.bad(&format!("{key} must lie between -5 and 5 millimetres")));
            }
            Ok((value * 10.0).round() as i16)
        };
        Ok(Offset { right: tenths("dx")?, down: tenths("dy")? })
    }

    /// The address without our own options.
    pub fn plain(&self) -> String {
        format!("{}:{}", self.scheme, self.rest)
    }

    /// Whether the printer answers status requests, from `?status=`.
    pub fn asks_status(&self) -> Result<bool, PrintError> {
        match self.option("status") {
            None | Some("on") => Ok(true),
            Some("off") => Ok(false),
            Some(_) => Err(self.bad("status must be on or off")),
        }
    }

    fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }
}
