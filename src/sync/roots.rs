//! Whose certificates are believed: the authorities that browsers know, or the office's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// The authorities that may vouch for the server. By default those that Mozilla lists.
#[derive(Clone, Debug)]
pub struct Roots(Arc<RootCertStore>);

impl Default for Roots {
    fn default() -> Roots {
        Roots(Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }))
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
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
            store.add(certificate).map_err(|error| unusable(error.to_string()))?;
        }
        if store.is_empty() {
            return Err(unusable("there is no certificate in it".into()));
        }
        Ok(Roots(Arc::new(store)))
    }

    /// What rustls judges by.
    pub(super) fn store(&self) -> Arc<RootCertStore> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_read_from_its_file_or_the_file_is_named() {
        assert!(Roots::load(None).unwrap().store().len() > 50, "the authorities that browsers know");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("office-ca.pem");
        let said = Roots::load(Some(&path)).unwrap_err().to_string();
        assert!(said.contains("office-ca.pem: cannot be read"), "{said}");

        let one = rcgen::generate_simple_self_signed(["kantor.example".to_owned()]).unwrap().cert.pem();
        let two = rcgen::generate_simple_self_signed(["pusat.example".to_owned()]).unwrap().cert.pem();
        fs::write(&path, format!("# the office's own\n{one}{two}")).unwrap();
        assert_eq!(Roots::load(Some(&path)).unwrap().store().len(), 2);

        let half = one.replace("-----END", "-----EN");
        let no_certificate = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        for unusable in [
            "",
            "no certificate",
            "-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n",
            &half,
            no_certificate,
        ] {
            fs::write(&path, unusable).unwrap();
            let said = Roots::load(Some(&path)).unwrap_err().to_string();
            assert!(said.contains("office-ca.pem: "), "{said}");
        }
    }
}
