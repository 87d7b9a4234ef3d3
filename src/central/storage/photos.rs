//! Finished portraits, named after the SHA-256 of their bytes: a folder behind `object_store`, so that a
//! server that outgrows one machine keeps them elsewhere by another line in [`Photos::open`]. A photo is
//! written whole and is on the disk before its name exists, and it is never changed afterwards.

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
}

impl Store {
    /// Keeps these bytes and returns their name. Keeping the same bytes twice is harmless.
    pub async fn keep_photo(&self, png: Vec<u8>) -> Result<String, CentralError> {
        let hash = HEXLOWER.encode(&Sha256::digest(&png));
        self.photos.is_there()?;
        let photos = &self.photos.store;
        match photos.head(&Name::from(hash.as_str())).await {
            Ok(_) => return Ok(hash),
            Err(object_store::Error::NotFound { .. }) => {}
            Err(other) => return Err(CentralError::photos(other)),
        }
        photos.put(&Name::from(hash.as_str()), png.into()).await.map_err(CentralError::photos)?;
        Ok(hash)
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
        assert!(store.photo("../central.sqlite").await.is_err());
        store.forget_photo(&hash).await.unwrap();
        store.forget_photo(&hash).await.unwrap();
        assert!(matches!(store.photo(&hash).await, Err(CentralError::Photos(_))));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    }
}
