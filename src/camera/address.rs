//! Camera addresses: `scheme:rest?key=value&key=value`.

use super::CameraError;
use std::path::PathBuf;
use std::time::Duration;

/// An address taken apart.
#[derive(Clone, Debug)]
pub struct Address {
    uri: String,
    pub scheme: String,
    pub rest: String,
    options: Vec<(String, String)>,
}

impl Address {
    /// Takes `uri` apart; options that no camera knows are an error, so that a typing mistake is seen.
    pub fn parse(uri: &str) -> Result<Address, CameraError> {
        let bad = |why: &str| CameraError::BadAddress { uri: uri.to_owned(), why: why.to_owned() };
        let (scheme, rest) =
            uri.trim().split_once(':').ok_or_else(|| bad("there is no kind before a colon"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut options = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| bad(&format!("option {pair:?} has no value")))?;
            if !["fps", "width", "height"].contains(&key) {
                return Err(bad(&format!("option {key:?} is unknown")));
            }
            options.push((key.to_owned(), value.to_owned()));
        }
        Ok(Address {
            uri: uri.to_owned(),
            scheme: scheme.to_ascii_lowercase(),
            rest: rest.to_owned(),
            options,
        })
    }

    /// An error about this address.
    pub fn bad(&self, why: &str) -> CameraError {
        CameraError::BadAddress { uri: self.uri.clone(), why: why.to_owned() }
    }

    /// The path after the scheme; `dir:a/b`, `dir:/a/b` and `dir:///a/b` are all taken.
    pub fn path(&self) -> Result<PathBuf, CameraError> {
        let path = self.rest.strip_prefix("//").unwrap_or(&self.rest);
        if path.is_empty() {
            return Err(self.bad("the path is missing"));
        }
        Ok(PathBuf::from(path))
    }

    /// The time between two pictures, from `?fps=`, between 0.1 and 120 pictures a second.
    pub fn fps(&self, otherwise: f32) -> Result<Duration, CameraError> {
        let fps = match self.option("fps") {
            None => otherwise,
            Some(text) => text
                .parse::<f32>()
                .ok()
                .filter(|fps| (0.1..=120.0).contains(fps))
                .ok_or_else(|| self.bad("fps must be a number from 0.1 to 120"))?,
        };
        Ok(Duration::from_secs_f32(1.0 / fps))
    }

    /// A size in pixels from an option.
    pub fn pixels(&self, key: &str, otherwise: u32) -> Result<u32, CameraError> {
        match self.option(key) {
            None => Ok(otherwise),
            Some(text) => text
                .parse()
                .ok()
                .filter(|n| (64..=8192).contains(n))
                .ok_or_else(|| self.bad(&format!("{key} must be a number from 64 to 8192"))),
        }
    }

    fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str())
    }
}
