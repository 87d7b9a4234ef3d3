//! Becoming the user that a data folder belongs to. An administrator runs commands with `sudo`; a file that root creates
//! in the folder cannot be opened by the service, which runs as a user of its own.

use std::ffi::CString;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, User, geteuid, initgroups, setgid, setgroups, setuid};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_keep_capabilities};

/// Why a command does not touch a data folder.
#[derive(Debug, thiserror::Error)]
pub enum PrivilegeError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} belongs to the user {owner}: run this command with sudo, or as that user", folder.display())]
    OtherUser { folder: PathBuf, owner: String },
    #[error(
        "{} belongs to the user {found}, not to {owner} like its folder, so that the service cannot use it. \
         Give it back: sudo chown -R {owner}: {}", path.display(), folder.display()
    )]
    Foreign { path: PathBuf, found: String, owner: String, folder: PathBuf },
    #[error("becoming the user {owner}: {source}")]
    Refused { owner: String, source: io::Error },
}

/// What of root's rights stays once root has become another user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing.
    Nothing,
    /// Reading and writing files whatever their mode (`CAP_DAC_OVERRIDE`): a list in root's own folder, a backup onto a
    /// mounted disk. What is written belongs to the folder's user.
    Files,
}

/// Where files are looked at: the data folder itself and its keys. Photos are left out, for there are many.
const LOOKED_THROUGH: [&str; 2] = ["", "keys"];
/// The program's own folders in it. Others (`lost+found` of a disk of its own) are nobody's concern.
const OWN_FOLDERS: [&str; 2] = ["keys", "photos"];

/// Where the process is root's and `folder` is not, becomes the folder's user, with that user's groups. Does nothing
/// where the folder is missing. Refuses where this user cannot use the folder, or where something in it belongs to
/// somebody else.
///
/// Capabilities are a thread's own: call it before any other thread is started.
pub fn become_owner_of(folder: &Path, keep: Keep) -> Result<(), PrivilegeError> {
    let owner = match std::fs::metadata(folder) {
        Ok(found) => found.uid(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(PrivilegeError::Unreadable { path: folder.to_owned(), source }),
    };
    let me = geteuid();
    if !me.is_root() {
        let all = rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK;
        if owner != me.as_raw() && rustix::fs::access(folder, all).is_err() {
            return Err(PrivilegeError::OtherUser { folder: folder.to_owned(), owner: name_of(owner) });
        }
        return refuse_foreign(folder, owner);
    }
    if owner == 0 {
        return Ok(());
    }
    refuse_foreign(folder, owner)?;
    switch(owner, keep).map_err(|source| PrivilegeError::Refused { owner: name_of(owner), source })
}

/// Refuses where an entry of the folder belongs to another user than the folder itself.
fn refuse_foreign(folder: &Path, owner: u32) -> Result<(), PrivilegeError> {
    for inner in LOOKED_THROUGH {
        let Ok(entries) = std::fs::read_dir(folder.join(inner)) else { continue };
        for entry in entries.flatten() {
            // A file may go while it is looked at: the database's journal does.
            let Ok(found) = entry.metadata() else { continue };
            let own = found.is_file() || OWN_FOLDERS.iter().any(|name| entry.file_name() == *name);
            if own && !found.is_symlink() && found.uid() != owner {
                return Err(PrivilegeError::Foreign {
                    path: entry.path(),
                    found: name_of(found.uid()),
                    owner: name_of(owner),
                    folder: folder.to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn switch(owner: u32, keep: Keep) -> io::Result<()> {
    let uid = Uid::from_raw(owner);
    let user = User::from_uid(uid)?;
    set_keep_capabilities(keep == Keep::Files)?;
    if let Some(user) = &user {
        let name = CString::new(user.name.as_str()).map_err(|_| io::ErrorKind::InvalidData)?;
        initgroups(&name, user.gid)?;
        setgid(user.gid)?;
    } else {
        // A user without a name, as containers have them: its number is its group.
        setgroups(&[])?;
        setgid(Gid::from_raw(owner))?;
    }
    setuid(uid)?;
    if keep == Keep::Files {
        let files = CapabilitySet::DAC_OVERRIDE;
        let sets = CapabilitySets { effective: files, permitted: files, inheritable: CapabilitySet::empty() };
        set_capabilities(None, sets)?;
        set_keep_capabilities(false)?;
    }
    Ok(())
}

/// The user's name; its number where it has none.
fn name_of(uid: u32) -> String {
    User::from_uid(Uid::from_raw(uid)).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_missing_or_ones_own_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let before = geteuid();
        become_owner_of(&folder.path().join("none"), Keep::Nothing).unwrap();
        become_owner_of(folder.path(), Keep::Files).unwrap();
        assert_eq!(geteuid(), before);
    }

    #[test]
    fn what_belongs_to_somebody_else_is_named_with_the_way_back() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("keys")).unwrap();
        std::fs::write(folder.path().join("keys/time.key"), "x").unwrap();
        let owner = std::fs::metadata(folder.path()).unwrap().uid();
        refuse_foreign(folder.path(), owner).unwrap();
        // As if the folder were another user's: each file of this user is then a foreign one.
        let told = refuse_foreign(folder.path(), owner + 4_321).unwrap_err().to_string();
        assert!(told.contains("chown -R") && told.contains(&format!("{}:", owner + 4_321)), "{told}");
    }
}
