//! Finished portraits, named after the SHA-256 of their bytes: a folder behind `object_store`, so that a
//! server that outgrows one machine keeps them elsewhere by another line in [`Photos::open`]. A photo is
//! written whole and is on the disk before its name exists, and it is never changed afterwards.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::{ObjectStore, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};

use super::Store;
use crate::central::CentralError;

/// Where the photos are.
#[derive(Clone, Debug)]
pub struct Photos {
    store: Arc<dyn ObjectStore>,
    folder: PathBuf,
}

impl Photos {
    /// A folder, which exists. Each photo is flushed before it gets its name, and the folder after it: what
    /// was acknowledged survives a power cut. The library does neither unless it is told.
    pub fn open(folder: &Path) -> Result<Photos, CentralError> {
        let store = LocalFileSystem::new_with_prefix(folder).map_err(CentralError::photos)?.with_fsync(true);
        Ok(Photos { store: Arc::new(store), folder: folder.to_owned() })
    }

    /// The library makes a folder that is not there. One that was there is on a disk that is not mounted,
    /// and nothing may go beside it.
    fn is_there(&self) -> Result<(), CentralError> {
        std::fs::metadata(&self.folder).map(drop).map_err(|e| CentralError::io(&self.folder, e))
    }

    /// Is this photo here whole? Its name is on the disk when this returns.
    async fn keeps(&self, hash: &str) -> Result<bool, CentralError> {
        let (folder, hash) = (self.folder.clone(), hash.to_owned());
        let kept = tokio::task::spawn_blocking(move || {
            if !is_photo(&folder.join(&hash), &hash) {
                return Ok(false);
            }
            std::fs::File::open(&folder).and_then(|dir| dir.sync_all()).map(|()| true)
        });
        kept.await.map_err(|_| CentralError::Worker)?.map_err(|e| CentralError::io(&self.folder, e))
    }
}

impl Store {
    /// Keeps these bytes and returns their name. Keeping the same bytes twice is harmless.
    pub async fn keep_photo(&self, png: Vec<u8>) -> Result<String, CentralError> {
        let hash = HEXLOWER.encode(&Sha256::digest(&png));
        self.photos.is_there()?;
        let photos = &self.photos.store;
        match photos.head(&Name::from(hash.as_str())).await {
            // The try that wrote it may have failed at the last step, the folder's flush: what is there already is
            // acknowledged only once it is whole and on the disk.
            Ok(_) if self.photos.keeps(&hash).await? => return Ok(hash),
            Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
            Err(other) => return Err(CentralError::photos(other)),
        }
        photos.put(&Name::from(hash.as_str()), png.into()).await.map_err(CentralError::photos)?;
        // The parts of tries that could not even remove what they had begun.
        for part in 1..=3 {
            let _ = std::fs::remove_file(self.photos.folder.join(format!("{hash}#{part}")));
        }
        Ok(hash)
    }

    /// Writes a file as large as a photo into the folder and removes it again.
    pub async fn try_photo(&self) -> Result<(), CentralError> {
        try_folder(&self.photos.folder).await
    }

    /// Removes a photo that no row names any more; that it is gone already is no fault.
    pub async fn forget_photo(&self, hash: &str) -> Result<(), CentralError> {
        match self.photos.store.delete(&named(hash)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(other) => Err(CentralError::photos(other)),
        }
    }

    /// Reads a photo back and checks that it still is what its name says.
    pub async fn photo(&self, hash: &str) -> Result<Vec<u8>, CentralError> {
        let found = self.photos.store.get(&named(hash)?).await.map_err(CentralError::photos)?;
        let png: Vec<u8> = found.bytes().await.map_err(CentralError::photos)?.into();
        if HEXLOWER.encode(&Sha256::digest(&png)) != hash {
            return Err(CentralError::Stored("the bytes of a photo"));
        }
        Ok(png)
    }
}

fn named(hash: &str) -> Result<Name, CentralError> {
    if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(CentralError::Stored("the name of a photo"));
    }
    Ok(Name::from(hash))
}

/// The file that is written to see whether a folder takes one. No photo and no key has such a name.
const TRIED: &str = ".ready";
/// About what a portrait takes.
const TRIED_BYTES: usize = 256 * 1024;

/// Writes a file of a photo's size into this folder, flushes it, and removes it again.
pub async fn try_folder(folder: &Path) -> Result<(), CentralError> {
    let file = folder.join(TRIED);
    let path = file.clone();
    let tried = tokio::task::spawn_blocking(move || {
        let made =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
        let written = made.and_then(|mut made| {
            made.write_all(&vec![0; TRIED_BYTES])?;
            made.sync_all()
        });
        let removed = std::fs::remove_file(&path);
        written.and(removed)
    });
    tried.await.map_err(|_| CentralError::Worker)?.map_err(|e| CentralError::io(&file, e))
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
        let hash = store.keep_photo(b"picture".to_vec()).await.unwrap();
        assert_eq!(store.keep_photo(b"picture".to_vec()).await.unwrap(), hash);
        assert_eq!(store.photo(&hash).await.unwrap(), b"picture");
        let folder = dir.path().join("photos");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no part of a file stays behind");
        std::fs::write(folder.join(&hash), b"other").unwrap();
        assert!(matches!(store.photo(&hash).await, Err(CentralError::Stored(_))));
        assert_eq!(store.keep_photo(b"picture".to_vec()).await.unwrap(), hash);
        assert_eq!(store.photo(&hash).await.unwrap(), b"picture", "half a photo is written again, not taken");
        store.try_photo().await.unwrap();
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing is left of a try");
        assert!(store.photo("../central.sqlite").await.is_err());
        store.forget_photo(&hash).await.unwrap();
        store.forget_photo(&hash).await.unwrap();
        assert!(matches!(store.photo(&hash).await, Err(CentralError::Photos(_))));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }
}
