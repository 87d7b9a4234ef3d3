//! Secret keys in files of their own: only the station's user may read them, and a power cut
//! leaves either the whole file or none.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use super::StoreError;

/// Writes a secret: mode 0600, through a temporary file, synced before and after it gets its name.
pub fn write(dir: &Path, name: &str, secret: &[u8]) -> Result<(), StoreError> {
    let path = dir.join(name);
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| StoreError::io(dir, error))?;
    let temporary = dir.join(format!("{name}.part"));
    let written = (|| {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        // The mode above counts only for a new file.
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(secret)?;
        file.sync_all()?;
        fs::rename(&temporary, &path)?;
        File::open(dir)?.sync_all()
    })();
    written.map_err(|error| {
        // Half a key is of no use; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&temporary);
        StoreError::io(path, error)
    })
}

/// Reads a secret of exactly `N` bytes. A file that others can read is refused.
pub fn read<const N: usize>(dir: &Path, name: &str) -> Result<Zeroizing<[u8; N]>, StoreError> {
    let path = dir.join(name);
    let refuse = |why: &str| StoreError::io(path.clone(), std::io::Error::other(why.to_owned()));
    let mode = fs::metadata(&path).map_err(|error| StoreError::io(&path, error))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(refuse("others can read this secret; it must have mode 0600"));
    }
    let bytes = Zeroizing::new(fs::read(&path).map_err(|error| StoreError::io(&path, error))?);
    let array: [u8; N] = bytes.as_slice().try_into().map_err(|_| refuse("not a key: its length is wrong"))?;
    Ok(Zeroizing::new(array))
}

/// Removes a secret that nothing points to any more; that it is gone already is fine.
pub fn remove(dir: &Path, name: &str) -> Result<(), StoreError> {
    let path = dir.join(name);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreError::io(path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_and_only_its_owner_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let keys = dir.path().join("keys");
        write(&keys, "device.key", &[7; 32]).unwrap();
        assert_eq!(*read::<32>(&keys, "device.key").unwrap(), [7; 32]);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&keys), 0o700);
        assert_eq!(mode(&keys.join("device.key")), 0o600);
        assert_eq!(fs::read_dir(&keys).unwrap().count(), 1, "the temporary file is gone");
        write(&keys, "device.key", &[8; 32]).unwrap();
        assert_eq!(*read::<32>(&keys, "device.key").unwrap(), [8; 32]);
        remove(&keys, "device.key").unwrap();
        remove(&keys, "device.key").unwrap();
        assert!(read::<32>(&keys, "device.key").is_err());
    }

    #[test]
    fn an_open_or_short_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "k", &[1; 31]).unwrap();
        assert!(read::<32>(dir.path(), "k").unwrap_err().to_string().contains("length"));
        write(dir.path(), "k", &[1; 32]).unwrap();
        fs::set_permissions(dir.path().join("k"), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read::<32>(dir.path(), "k").unwrap_err().to_string().contains("0600"));
    }
}
