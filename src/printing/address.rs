//! Printer addresses: `scheme:rest?key=value&key=value`.

use super::PrintError;
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
            "escpos+file" => &["width"],
            "escpos+tcp" => &["width", "status"],
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

    /// `//HOST`, `//HOST:PORT` or `//[IPV6]:PORT`; port 9100 where none is given.
    pub fn host_port(&self) -> Result<(String, u16), PrintError> {
        let rest = self
            .rest
            .strip_prefix("//")
            .ok_or_else(|| self.bad("two slashes are missing after the colon"))?
            .trim_end_matches('/');
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
            None => 9100,
            Some(text) => text
                .parse()
                .ok()
                .filter(|&p| p != 0)
                .ok_or_else(|| self.bad("the port must be a number from 1 to 65535"))?,
        };
        Ok((host.to_owned(), port))
    }

    /// Dots across the paper, from `?width=`.
    pub fn dots(&self) -> Result<u32, PrintError> {
        match self.option("width") {
            None | Some("576") => Ok(576),
            Some("384") => Ok(384),
            Some(_) => Err(self.bad("width must be 576 (80 mm paper) or 384 (58 mm paper)")),
        }
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
