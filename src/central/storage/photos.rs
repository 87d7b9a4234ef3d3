//! Finished portraits as files, named after the SHA-256 of their bytes. A file is written whole
//! and flushed before its name exists, and is never changed afterwards.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::Store;
use crate::central::CentralError;
use crate::central::codes::random_id;

impl Store {
    /// Keeps these bytes and returns their name. Keeping the same bytes twice is harmless.
    /// Blocks on the disk.
    pub fn keep_photo(&self, png: &[u8]) -> Result<String, CentralError> {
        let hash = HEXLOWER.encode(&Sha256::digest(png));
        let path = self.photos.join(&hash);
        if path.exists() {
            return Ok(hash);
        }
        let part = self.photos.join(format!(".part-{}", random_id()));
        let written = (|| {
            let mut file =
                std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
            file.write_all(png)?;
            file.sync_all()?;
            std::fs::rename(&part, &path)?;
            std::fs::File::open(&self.photos)?.sync_all()
        })();
        written.map_err(|e| {
            // A half-written part must not stay behind on a full disk; if it does, it is harmless.
            let _ = std::fs::remove_file(&part);
            CentralError::io(&path, e)
        })?;
        Ok(hash)
    }

    /// Removes a photo that no row names any more; that it is gone already is no fault.
    pub fn forget_photo(&self, hash: &str) -> Result<(), CentralError> {
        let path = self.photos.join(hash);
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(CentralError::io(&path, e)),
            _ => Ok(()),
        }
    }

    /// Reads a photo back and checks that it still is what its name says. Blocks on the disk.
    pub fn photo(&self, hash: &str) -> Result<Vec<u8>, CentralError> {
        if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(CentralError::Stored("the name of a photo"));
        }
        let path = self.photos.join(hash);
        let png = std::fs::read(&path).map_err(|e| CentralError::io(&path, e))?;
        if HEXLOWER.encode(&Sha256::digest(&png)) != hash {
            return Err(CentralError::Stored("the bytes of a photo"));
        }
        Ok(png)
    }
}

/// Whether this file is there and holds what this name says. Blocks on the disk.
pub fn is_photo(path: &Path, hash: &str) -> bool {
    std::fs::read(path).is_ok_and(|png| HEXLOWER.encode(&Sha256::digest(&png)) == hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_photo_comes_back_and_a_rotten_one_is_noticed() {
        let (store, dir) = crate::central::testing::store().await;
        let hash = store.keep_photo(b"picture").unwrap();
        assert_eq!(store.keep_photo(b"picture").unwrap(), hash);
        assert_eq!(store.photo(&hash).unwrap(), b"picture");
        std::fs::write(dir.path().join("photos").join(&hash), b"other").unwrap();
        assert!(matches!(store.photo(&hash), Err(CentralError::Stored(_))));
        assert!(store.photo("../central.sqlite").is_err());
    }
}
