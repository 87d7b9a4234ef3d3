//! Whose certificates are believed: the authorities that browsers know, or the office's own.

use std::fs;
use std::path::{Path, PathBuf};

use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// The authorities that may vouch for the server. By default those that Mozilla lists.
#[derive(Clone, Debug)]
pub struct Roots(RootCerts);

impl Default for Roots {
    fn default() -> Roots {
        Roots(RootCerts::WebPki)
    }
}

/// Why an office's authority cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    #[error("{path}: cannot be read: {source}", path = path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{path}: {why}", path = path.display())]
    NoCertificate { path: PathBuf, why: String },
}

impl Roots {
    /// The certificates in the PEM file at `path`, and no others; without a path the default.
    pub fn load(path: Option<&Path>) -> Result<Roots, RootsError> {
        let Some(path) = path else { return Ok(Roots::default()) };
        let pem =
            fs::read(path).map_err(|source| RootsError::Unreadable { path: path.to_owned(), source })?;
        let unusable = |why: String| RootsError::NoCertificate { path: path.to_owned(), why };
        let mut certificates = Vec::new();
        for item in parse_pem(&pem) {
            if let PemItem::Certificate(certificate) = item.map_err(|error| unusable(error.to_string()))? {
                certificates.push(certificate);
            }
        }
        if certificates.is_empty() {
            return Err(unusable("there is no certificate in it".into()));
        }
        Ok(Roots(certificates.into()))
    }

    pub(super) fn tls(&self) -> TlsConfig {
        TlsConfig::builder().root_certs(self.0.clone()).build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_read_from_its_file_or_the_file_is_named() {
        assert!(matches!(Roots::load(None).unwrap().tls().root_certs(), RootCerts::WebPki));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("office-ca.pem");
        let said = Roots::load(Some(&path)).unwrap_err().to_string();
        assert!(said.contains("office-ca.pem: cannot be read"), "{said}");

        let one = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        fs::write(&path, format!("# the office's own\n{one}{one}")).unwrap();
        let tls = Roots::load(Some(&path)).unwrap().tls();
        assert!(matches!(tls.root_certs(), RootCerts::Specific(held) if held.len() == 2));
        assert!(!tls.disable_verification());

        let half = one.replace("-----END", "-----EN");
        for unusable in
            ["", "no certificate", "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n", &half]
        {
            fs::write(&path, unusable).unwrap();
            let said = Roots::load(Some(&path)).unwrap_err().to_string();
            assert!(said.contains("office-ca.pem: "), "{said}");
        }
    }
}
