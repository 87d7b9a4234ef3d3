//! A damaged database gives way to a new one, and a power cut in the middle loses nothing.
//!
//! First everything that can be read is carried over into `PATH.new`, and that is on the disk.
//! Then the damaged file is renamed. Then the new one takes its place. So at every moment what
//! people accepted stands in a file that the next start looks at:
//!
//! | `PATH`  | `PATH.new`     | so the cut came            | what the next start does            |
//! |---------|----------------|----------------------------|-------------------------------------|
//! | absent  | absent         | – (a first start)          | makes a new database                |
//! | damaged | any            | before the first rename    | carries over again, from the start  |
//! | absent  | whole          | between the renames        | finishes the renames                |
//! | absent  | not whole      | – (a disk that forgot)     | carries over from what was set aside|
//! | sound   | any            | – (somebody put `PATH` back)| keeps `PATH`, throws `.new` away   |

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::open::{self, SetAside, with_ending};
use super::{Salvaged, SqliteStore, salvage};
use crate::store::{Faults, IdentityStore, NoteStore, OutboxStore, StoreError};

/// Written last into a new database: under which name the damaged one is kept. Without it the
/// new one is not whole.
const KEPT_AS: &str = "damaged-database";

/// A place where a test cuts the power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    CarryingOver,
    CarriedOver,
    Renamed,
    RenamedBeside,
    Placed,
}

/// Told of each step when it is done; an error stops there, as a power cut would.
pub(super) type Watch<'a> = &'a mut dyn FnMut(Step) -> Result<(), StoreError>;

/// Puts a new database in the place of the damaged one at `path`.
pub(super) fn replace(
    path: &Path,
    why: String,
    now: Timestamp,
    watch: Watch<'_>,
) -> Result<SetAside, StoreError> {
    let kept_as = free_name(path, now);
    tracing::error!(kept_as = %kept_as.display(), why, "the database is damaged and is set aside");
    let salvaged = carry_over(path, path, &kept_as, &why, now, watch)?;
    fs::rename(path, &kept_as).map_err(|error| StoreError::io(path, error))?;
    watch(Step::Renamed)?;
    place(path, &kept_as, watch)?;
    Ok(SetAside { kept_as, why, salvaged })
}

/// Where there is no database at `path`: finishes what a power cut interrupted. `None`: nothing
/// was, this is a first start.
pub(super) fn finish(path: &Path, now: Timestamp, watch: Watch<'_>) -> Result<Option<SetAside>, StoreError> {
    let new = with_ending(path, ".new");
    if !exists(&new)? {
        return Ok(None);
    }
    let (kept_as, salvaged) = match whole(path, &new) {
        Ok(Some(whole)) => whole,
        Ok(None) | Err(StoreError::Damaged(_) | StoreError::Sql(_)) => {
            let Some(kept_as) = newest_set_aside(path)? else {
                discard(&new)?;
                return Ok(None);
            };
            let salvaged = carry_over(path, &kept_as, &kept_as, "carried over twice", now, watch)?;
            (kept_as, salvaged)
        }
        Err(other) => return Err(other),
    };
    place(path, &kept_as, watch)?;
    let why = "setting it aside was interrupted, and is finished now".to_owned();
    tracing::error!(kept_as = %kept_as.display(), why, "the database was damaged");
    Ok(Some(SetAside { kept_as, why, salvaged }))
}

/// Beside a sound database nothing of this is needed, and it holds what people gave.
pub(super) fn tidy(path: &Path) {
    for ending in [".new", ".reading"] {
        if let Err(error) = discard(&with_ending(path, ending)) {
            tracing::warn!(%error, "a leftover cannot be removed");
        }
    }
}

/// Makes `PATH.new` from what can be read in `from`. When this returns it is whole, in one file,
/// and on the disk.
fn carry_over(
    path: &Path,
    from: &Path,
    kept_as: &Path,
    why: &str,
    now: Timestamp,
    watch: Watch<'_>,
) -> Result<Salvaged, StoreError> {
    let new = with_ending(path, ".new");
    discard(&new)?;
    let mut store = open::ready(open::connect(&new)?, &new, now, Faults::default())?;
    let salvaged = salvage::from(from, &with_ending(path, ".reading"), &mut store)?;
    watch(Step::CarryingOver)?;
    let name = kept_as.file_name().unwrap_or_default().to_string_lossy();
    // For staff: in the same file as what was carried over, so it cannot be forgotten.
    let detail = format!(
        "kept as {name}: {why}; carried over: {} items, {} identity",
        salvaged.outbox,
        if salvaged.identity { "the" } else { "no" }
    );
    store.note("damaged", &detail, now)?;
    store.put_setting(KEPT_AS, &name)?;
    let busy: i64 = store.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy != 0 {
        return Err(StoreError::Busy);
    }
    store.conn.close().map_err(|(_, error)| error)?;
    sync(&new)?;
    sync_folder(path)?;
    watch(Step::CarriedOver)?;
    Ok(salvaged)
}

/// What `PATH.new` says of itself, where it is whole.
fn whole(path: &Path, new: &Path) -> Result<Option<(PathBuf, Salvaged)>, StoreError> {
    let store = SqliteStore { conn: open::checked(new)?, path: new.to_owned(), faults: Faults::default() };
    let Some(name) = store.setting(KEPT_AS)? else { return Ok(None) };
    let salvaged = Salvaged { identity: store.identity()?.is_some(), outbox: store.outbox_counts()?.queued };
    Ok(Some((path.with_file_name(name), salvaged)))
}

/// The last steps, from the moment at which nothing is called `path` any more.
fn place(path: &Path, kept_as: &Path, watch: Watch<'_>) -> Result<(), StoreError> {
    // The log of the damaged database must be away before another takes its name: SQLite would
    // play it into the new one.
    for beside in ["-wal", "-shm"] {
        let from = with_ending(path, beside);
        if exists(&from)? {
            fs::rename(&from, with_ending(kept_as, beside)).map_err(|error| StoreError::io(from, error))?;
        }
    }
    sync_folder(path)?;
    watch(Step::RenamedBeside)?;
    let new = with_ending(path, ".new");
    fs::rename(&new, path).map_err(|error| StoreError::io(&new, error))?;
    sync_folder(path)?;
    watch(Step::Placed)?;
    // Its log is empty since the checkpoint.
    discard(&new)
}

/// A name for the damaged database that nothing has yet.
fn free_name(path: &Path, now: Timestamp) -> PathBuf {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let mut kept_as = with_ending(path, &format!(".damaged-{stamp}"));
    for again in 2.. {
        if !kept_as.exists() {
            break;
        }
        kept_as = with_ending(path, &format!(".damaged-{stamp}-{again}"));
    }
    kept_as
}

/// By the time of its last change: a clock that went back makes names that are in no order.
fn newest_set_aside(path: &Path) -> Result<Option<PathBuf>, StoreError> {
    let begins = format!("{}.damaged-", path.file_name().unwrap_or_default().to_string_lossy());
    let mut newest = None;
    for entry in fs::read_dir(folder(path)).map_err(|error| StoreError::io(folder(path), error))? {
        let entry = entry.map_err(|error| StoreError::io(folder(path), error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&begins) && !name.ends_with("-wal") && !name.ends_with("-shm") {
            let changed = entry.metadata().and_then(|data| data.modified()).ok();
            newest = newest.max(Some((changed, name, entry.path())));
        }
    }
    Ok(newest.map(|(_, _, path)| path))
}

/// Removes a database and what SQLite keeps beside it.
pub(super) fn discard(path: &Path) -> Result<(), StoreError> {
    for ending in ["", "-wal", "-shm"] {
        let file = with_ending(path, ending);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(StoreError::io(file, error)),
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn exists(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(|error| StoreError::io(path, error))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn sync(file: &Path) -> Result<(), StoreError> {
    File::open(file).and_then(|file| file.sync_all()).map_err(|error| StoreError::io(file, error))
}

/// Names are on the disk once their folder is.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    sync(folder(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{acceptance, at, identity};

    const KEPT: u32 = 18;

    /// A database with twenty things owed, of which a page was lost. Its bytes.
    fn damaged(path: &Path) -> Vec<u8> {
        let mut store = SqliteStore::open(path, at(0)).unwrap().store;
        store.put_identity(&identity(1)).unwrap();
        for n in 0..20 {
            store.accept(&acceptance(&format!("n{n}"))).unwrap();
        }
        drop(store);
        let mut bytes = fs::read(path).unwrap();
        let place = bytes.len() - 2 * 4096;
        bytes[place..place + 4096].fill(0xa5);
        fs::write(path, &bytes).unwrap();
        bytes
    }

    fn cut_at(step: Step) -> impl FnMut(Step) -> Result<(), StoreError> {
        move |done| if done == step { Err(StoreError::Sql("power cut".into())) } else { Ok(()) }
    }

    /// The store holds what could be read, says so once, and nothing half done lies about.
    fn holds_everything(path: &Path, bytes: &[u8], name: &str) {
        let opened = SqliteStore::open(path, at(60)).unwrap();
        let queued = opened.store.outbox_counts().unwrap().queued;
        assert!(queued >= KEPT, "{name}: {queued} of 20 were kept");
        assert_eq!(opened.store.identity().unwrap().unwrap().enrolled.device_id, "device-1", "{name}");
        let notes = opened.store.events(10).unwrap();
        assert_eq!(notes.iter().filter(|note| note.kind == "damaged").count(), 1, "{name}: {notes:?}");
        if let Some(aside) = opened.set_aside {
            assert_eq!(fs::read(aside.kept_as).unwrap(), bytes, "{name}");
            assert_eq!(aside.salvaged.outbox, queued, "{name}");
        }
        drop(opened.store);
        assert_eq!(SqliteStore::open(path, at(61)).unwrap().set_aside, None, "{name}: once");
        let mut left: Vec<String> = fs::read_dir(path.parent().unwrap())
            .unwrap()
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with("station.db"))
            .collect();
        left.sort();
        assert!(
            matches!(left.as_slice(), [db, aside] if db == "station.db" && aside.contains(".damaged-")),
            "{name}: {left:?}"
        );
    }

    #[test]
    fn a_power_cut_at_any_step_loses_nothing() {
        let steps = [Step::CarryingOver, Step::CarriedOver, Step::Renamed, Step::RenamedBeside, Step::Placed];
        for first in steps {
            for second in steps {
                let dir = tempfile::tempdir().unwrap();
                let path = dir.path().join("station.db");
                let bytes = damaged(&path);
                let name = format!("{first:?}, then {second:?}");
                assert!(SqliteStore::open_watched(&path, at(30), &mut cut_at(first)).is_err(), "{name}");
                // The power goes again while the station starts (or it has nothing left to do).
                let _ = SqliteStore::open_watched(&path, at(31), &mut cut_at(second));
                holds_everything(&path, &bytes, &name);
            }
        }
    }

    #[test]
    fn a_log_left_beside_is_not_played_into_the_new_database() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("station.db");
        damaged(&path);
        assert!(SqliteStore::open_watched(&path, at(30), &mut cut_at(Step::Renamed)).is_err());
        let log = with_ending(&path, "-wal");
        fs::write(&log, b"the log of the damaged one").unwrap();
        let aside = SqliteStore::open(&path, at(60)).unwrap().set_aside.unwrap();
        assert_eq!(fs::read(with_ending(&aside.kept_as, "-wal")).unwrap(), b"the log of the damaged one");
        assert!(SqliteStore::open(&path, at(61)).unwrap().store.outbox_counts().unwrap().queued >= KEPT);
    }

    #[test]
    fn a_new_one_that_the_disk_forgot_is_made_again() {
        for forgotten in [&b""[..], b"no database, but a sentence that is long enough to be taken for one"] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("station.db");
            let bytes = damaged(&path);
            assert!(SqliteStore::open_watched(&path, at(30), &mut cut_at(Step::Renamed)).is_err());
            fs::write(with_ending(&path, ".new"), forgotten).unwrap();
            holds_everything(&path, &bytes, "forgotten");
        }
    }

    #[test]
    fn a_sound_database_is_kept_whatever_lies_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("station.db");
        SqliteStore::open(&path, at(0)).unwrap().store.accept(&acceptance("mine")).unwrap();
        let beside = [with_ending(&path, ".new"), with_ending(&path, ".reading")];
        for file in &beside {
            fs::write(file, b"half of something").unwrap();
        }
        let opened = SqliteStore::open(&path, at(1)).unwrap();
        assert_eq!((opened.set_aside, opened.store.outbox_counts().unwrap().queued), (None, 1));
        assert!(beside.iter().all(|file| !file.exists()));
    }

    #[test]
    fn a_new_one_of_which_nothing_can_be_read_and_nothing_set_aside_is_a_first_start() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("station.db");
        fs::write(with_ending(&path, ".new"), b"half of something").unwrap();
        let opened = SqliteStore::open(&path, at(1)).unwrap();
        assert_eq!((opened.set_aside, opened.store.outbox_counts().unwrap().queued), (None, 0));
    }
}
