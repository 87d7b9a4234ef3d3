//! The folder of secret files beside the database: mode 0600, and sealed where there is a passphrase.
//!
//! The passphrase is the systemd credential `anjungan-keys` (`$CREDENTIALS_DIRECTORY`), or stands in
//! the file that the configuration names. Without one the secrets lie in the clear, readable for the
//! server's user alone; `key list` says so.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use super::Secret;
use crate::central::CentralError;
use crate::central::codes::random_id;
use crate::clock::os_random;
use crate::sealed::{KeyLock, LockKey, StaffParams};

/// Describes the passphrase; a folder without it is not sealed.
const LOCK: &str = "lock.json";
/// How a sealed file begins; one in the clear is 64 hexadecimal digits.
const SEALED: &str = "sealed:";
/// The systemd credential.
const CREDENTIAL: &str = "anjungan-keys";

pub struct Folder {
    dir: PathBuf,
    lock: Option<LockKey>,
}

/// The passphrase that this process was given, if any.
pub fn passphrase(file: Option<&Path>) -> Result<Option<Zeroizing<Vec<u8>>>, CentralError> {
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY").map(|dir| Path::new(&dir).join(CREDENTIAL));
    let Some(path) = credential.filter(|path| path.exists()).or_else(|| file.map(Path::to_owned)) else {
        return Ok(None);
    };
    let text = Zeroizing::new(std::fs::read(&path).map_err(|e| CentralError::io(&path, e))?);
    let text = Zeroizing::new(text.trim_ascii().to_vec());
    if text.len() < 12 {
        return Err(CentralError::Key { path, reason: "a passphrase has at least 12 characters" });
    }
    Ok(Some(text))
}

impl Folder {
    /// Opens `data/keys`; where there is none, makes it with these secrets, all of them or none.
    pub fn open(
        data: &Path,
        passphrase: Option<&[u8]>,
        make: &[(&str, Secret)],
    ) -> Result<Folder, CentralError> {
        let dir = data.join("keys");
        if !dir.exists() {
            let part = data.join(format!(".keys-{}", random_id()));
            let io = |e| CentralError::io(&part, e);
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&part).map_err(io)?;
            let mut folder = Folder { dir: part.clone(), lock: None };
            if let Some(passphrase) = passphrase {
                folder.put_lock(passphrase)?;
            }
            for (name, secret) in make {
                folder.write(name, secret)?;
            }
            if let Err(e) = std::fs::rename(&part, &dir) {
                // Another process was first; its keys count.
                let _ = std::fs::remove_dir_all(&part);
                if !dir.exists() {
                    return Err(CentralError::io(&dir, e));
                }
            }
            sync(data)?;
        }
        let mut folder = Folder { dir, lock: None };
        let lock = folder.dir.join(LOCK);
        if lock.exists() {
            let bad = |reason| CentralError::Key { path: lock.clone(), reason };
            let text = std::fs::read(&lock).map_err(|e| CentralError::io(&lock, e))?;
            let held: KeyLock = serde_json::from_slice(&text).map_err(|_| bad("not a lock"))?;
            let passphrase = passphrase.ok_or_else(|| {
                bad("the keys are sealed; give the passphrase as the systemd credential anjungan-keys, or in keys.passphrase_file")
            })?;
            folder.lock =
                Some(held.open(passphrase).map_err(|_| bad("another passphrase sealed these keys"))?);
        }
        Ok(folder)
    }

    pub fn is_sealed(&self) -> bool {
        self.lock.is_some()
    }

    /// Seals every secret under this passphrase, or under another one than before. The lock comes
    /// last: a power cut in between leaves files that still open, the sealed ones with this
    /// passphrase once the command is run again.
    pub fn seal(&mut self, passphrase: &[u8]) -> Result<usize, CentralError> {
        let names = self.names()?;
        let secrets = names.iter().map(|name| self.read(name)).collect::<Result<Vec<_>, _>>()?;
        let part = self.dir.with_file_name(format!(".keys-{}", random_id()));
        let io = |e| CentralError::io(&part, e);
        std::fs::DirBuilder::new().mode(0o700).create(&part).map_err(io)?;
        let mut sealed = Folder { dir: part.clone(), lock: None };
        sealed.put_lock(passphrase)?;
        for (name, secret) in names.iter().zip(&secrets) {
            sealed.write(name, secret)?;
        }
        for entry in std::fs::read_dir(&self.dir).map_err(io)?.flatten() {
            // What is public (a root kept elsewhere, its hand-overs) moves along.
            let target = part.join(entry.file_name());
            if !target.exists() {
                std::fs::copy(entry.path(), &target).map_err(io)?;
            }
        }
        // Two renames: in between the keys lie under another name, and the server will not start
        // with new ones because the database knows it has been here.
        let old = self.dir.with_file_name(format!(".keys-before-{}", random_id()));
        std::fs::rename(&self.dir, &old).map_err(io)?;
        std::fs::rename(&part, &self.dir).map_err(io)?;
        std::fs::remove_dir_all(&old).map_err(|e| CentralError::io(&old, e))?;
        self.lock = sealed.lock;
        Ok(names.len())
    }

    fn names(&self) -> Result<Vec<String>, CentralError> {
        let entries = std::fs::read_dir(&self.dir).map_err(|e| CentralError::io(&self.dir, e))?;
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        Ok(names.filter_map(|name| name.strip_suffix(".key").map(str::to_owned)).collect())
    }

    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    pub fn read(&self, name: &str) -> Result<Secret, CentralError> {
        let path = self.path(name);
        let bad = |reason| CentralError::Key { path: path.clone(), reason };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => Zeroizing::new(text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(bad("the file is missing; restore it from a backup, a new key would not do"));
            }
            Err(e) => return Err(CentralError::io(&path, e)),
        };
        let mode = std::fs::metadata(&path).map_err(|e| CentralError::io(&path, e))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(bad("others may read the file; its mode must be 0600"));
        }
        let text = text.trim();
        if let Some(sealed) = text.strip_prefix(SEALED) {
            let lock =
                self.lock.as_ref().ok_or_else(|| bad("the file is sealed, and its lock is missing"))?;
            let sealed = HEXLOWER.decode(sealed.as_bytes()).map_err(|_| bad("not a sealed key"))?;
            return lock.open(name, &sealed).map_err(|_| bad("it does not open: another key's, or changed"));
        }
        let shape = || bad("the file must hold 64 hexadecimal digits");
        let bytes = Zeroizing::new(HEXLOWER.decode(text.as_bytes()).map_err(|_| shape())?);
        <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| shape())
    }

    /// Writes a secret that is new; one of this name is never overwritten.
    pub fn write(&self, name: &str, secret: &Secret) -> Result<(), CentralError> {
        let text = match &self.lock {
            Some(lock) => {
                let sealed = lock.seal(name, secret, &mut os_random())?;
                Zeroizing::new(format!("{SEALED}{}\n", HEXLOWER.encode(&sealed)))
            }
            None => Zeroizing::new(format!("{}\n", HEXLOWER.encode(secret.as_slice()))),
        };
        self.put(&format!("{name}.key"), text.as_bytes())
    }

    fn put_lock(&mut self, passphrase: &[u8]) -> Result<(), CentralError> {
        let (lock, key) = KeyLock::new(passphrase, StaffParams::default(), &mut os_random())?;
        let text = serde_json::to_vec(&lock).map_err(|_| CentralError::Stored("a lock"))?;
        self.put(LOCK, &text)?;
        self.lock = Some(key);
        Ok(())
    }

    /// A file of its own, whole or not at all.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), CentralError> {
        let (path, part) = (self.dir.join(name), self.dir.join(format!(".{name}-{}", random_id())));
        let io = |e| CentralError::io(&path, e);
        if path.exists() {
            return Err(io(std::io::ErrorKind::AlreadyExists.into()));
        }
        let mut file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(io)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        if let Err(error) = written.and_then(|()| std::fs::rename(&part, &path)) {
            // Half a secret of a key that is not in use.
            let _ = std::fs::remove_file(&part);
            return Err(io(error));
        }
        sync(&self.dir)
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.key"))
    }
}

fn sync(dir: &Path) -> Result<(), CentralError> {
    std::fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(|e| CentralError::io(dir, e))
}
