//! The server's keys: files of their own beside the database, mode 0600, made at the first start.
//!
//! A key that is missing later is an error and never made anew: a new root would cut off every
//! station, a new epoch key every roster record.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use data_encoding::HEXLOWER;
use serde::Serialize;
use zeroize::Zeroizing;

use super::CentralError;
use super::codes::random_id;
use crate::clock::random_bytes;
use crate::credential::{IssuerId, KeyPair, SigningKey};
use crate::sealed::{EpochKey, StationKeys};

type Secret = Zeroizing<[u8; 32]>;

/// Name of the file and what the key is for, in the order of `key list`.
const FILES: [(&str, &str); 6] = [
    ("root", "Ed25519, signs the trust list; stations pin it"),
    ("issuer", "Ed25519, signs codes and status lists"),
    ("time", "Ed25519, signs the time; stations pin it"),
    ("portrait", "X25519, opens portraits on their way from a station"),
    ("epoch-1", "symmetric, opens the region's roster records"),
    ("code", "symmetric, one-time codes are kept under it"),
];

/// Everything secret that the server holds.
pub struct Keys {
    pub root: KeyPair,
    pub issuer: SigningKey,
    pub time: KeyPair,
    pub portrait: Secret,
    pub portrait_public: [u8; 32],
    pub epoch: EpochKey,
    pub code: Secret,
}

/// What `key list` says of one key.
#[derive(Debug, Serialize)]
pub struct KeyLine {
    pub name: &'static str,
    pub purpose: &'static str,
    /// The public half in hexadecimal; symmetric keys have none.
    pub public: Option<String>,
    /// Of the issuer's key: its name in codes.
    pub kid: Option<String>,
}

impl Keys {
    /// Opens the keys in `data/keys`, or makes all of them where there is no such folder yet.
    pub fn open(data: &Path, issuer: IssuerId) -> Result<Keys, CentralError> {
        let dir = data.join("keys");
        if !dir.exists() {
            make(data, &dir)?;
        }
        let read = |name: &str| read_key(&dir.join(format!("{name}.key")));
        let portrait = read("portrait")?;
        Ok(Keys {
            root: KeyPair::from_secret(*read("root")?),
            issuer: SigningKey::from_secret(*read("issuer")?, issuer),
            time: KeyPair::from_secret(*read("time")?),
            portrait_public: StationKeys::from_private(&portrait)?.public,
            portrait,
            epoch: EpochKey::from_secret(1, *read("epoch-1")?),
            code: read("code")?,
        })
    }

    /// Public facts about every key.
    pub fn list(&self) -> Vec<KeyLine> {
        FILES
            .iter()
            .map(|&(name, purpose)| {
                let public = match name {
                    "root" => Some(self.root.public()),
                    "issuer" => Some(self.issuer.public()),
                    "time" => Some(self.time.public()),
                    "portrait" => Some(self.portrait_public),
                    _ => None,
                };
                KeyLine {
                    name,
                    purpose,
                    public: public.map(|bytes| HEXLOWER.encode(&bytes)),
                    kid: (name == "issuer").then(|| self.issuer.kid().to_string()),
                }
            })
            .collect()
    }
}

/// Makes every key in a folder beside the final one and gives it its name at the end, so that a
/// power cut leaves all of them or none.
fn make(data: &Path, dir: &Path) -> Result<(), CentralError> {
    let part = data.join(format!(".keys-{}", random_id()));
    let io = |e| CentralError::io(&part, e);
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&part).map_err(io)?;
    for (name, _) in FILES {
        let secret = Zeroizing::new(random_bytes::<32>());
        let text = Zeroizing::new(HEXLOWER.encode(secret.as_slice()));
        let path = part.join(format!("{name}.key"));
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(|e| CentralError::io(&path, e))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.sync_all())
            .map_err(|e| CentralError::io(&path, e))?;
    }
    std::fs::File::open(&part).and_then(|d| d.sync_all()).map_err(io)?;
    if let Err(e) = std::fs::rename(&part, dir) {
        // Another process was first; its keys count.
        let _ = std::fs::remove_dir_all(&part);
        if !dir.exists() {
            return Err(CentralError::io(dir, e));
        }
    }
    std::fs::File::open(data).and_then(|d| d.sync_all()).map_err(|e| CentralError::io(data, e))
}

fn read_key(path: &Path) -> Result<Secret, CentralError> {
    let bad = |reason| CentralError::Key { path: path.to_owned(), reason };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(bad("the file is missing; restore it from a backup, a new key would not do"));
        }
        Err(e) => return Err(CentralError::io(path, e)),
    };
    let mode = std::fs::metadata(path).map_err(|e| CentralError::io(path, e))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(bad("others may read the file; its mode must be 0600"));
    }
    let bytes = Zeroizing::new(
        HEXLOWER
            .decode(text.trim().as_bytes())
            .map_err(|_| bad("the file must hold 64 hexadecimal digits"))?,
    );
    <[u8; 32]>::try_from(bytes.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| bad("the file must hold 64 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer() -> IssuerId {
        IssuerId::parse("6201").unwrap()
    }

    #[test]
    fn keys_are_made_once_and_stay() {
        let dir = tempfile::tempdir().unwrap();
        let first = Keys::open(dir.path(), issuer()).unwrap();
        let again = Keys::open(dir.path(), issuer()).unwrap();
        assert_eq!(first.root.public(), again.root.public());
        assert_eq!(first.issuer.kid(), again.issuer.kid());
        let list = again.list();
        assert_eq!(list.len(), FILES.len());
        assert!(list.iter().find(|l| l.name == "code").unwrap().public.is_none());
        for (name, _) in FILES {
            let path = dir.path().join("keys").join(format!("{name}.key"));
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_missing_open_or_broken_key_stops_the_server() {
        let dir = tempfile::tempdir().unwrap();
        Keys::open(dir.path(), issuer()).unwrap();
        let root = dir.path().join("keys/root.key");
        std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o644)).unwrap();
        let told = |dir: &Path| Keys::open(dir, issuer()).err().unwrap().to_string();
        assert!(told(dir.path()).contains("0600"));
        std::fs::set_permissions(&root, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&root, "zz").unwrap();
        assert!(told(dir.path()).contains("64 hexadecimal"));
        std::fs::remove_file(&root).unwrap();
        assert!(told(dir.path()).contains("missing"));
    }
}
