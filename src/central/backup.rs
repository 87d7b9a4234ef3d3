//! `backup` and `restore`: one file (tar) with the database, the photos and the configuration, taken
//! while the server runs. The database in it is a file of SQLite also where the server's is PostgreSQL, so
//! that a backup of either can be restored into either. The keys go in only where they are asked for: with both in one place,
//! whoever has the file has everything.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::codes::random_id;
use super::storage::Place;
use super::{CentralConfig, CentralError, Office, Store};

const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "central.sqlite";
const CONFIG: &str = "central.toml";
/// The backup's configuration in the data folder, where another one is in force.
pub const RESTORED_CONFIG: &str = "central.toml.from-backup";
/// The layout of the file. A reader refuses a higher one.
const VERSION: u32 = 1;

/// What a backup says of itself; its first entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub version: u32,
    /// Seconds since 1970.
    pub made_at: i64,
    pub host: String,
    pub issuer: String,
    pub people: u64,
    pub cards: u64,
    pub photos: u64,
    /// Are the server's keys in it?
    pub keys: bool,
}

/// Writes a backup. The file appears whole or not at all, readable for its owner alone.
pub async fn backup(office: &Office, file: &Path, with_keys: bool) -> Result<Manifest, CentralError> {
    if file.exists() {
        return Err(CentralError::Argument(format!("{}: is there already", file.display())));
    }
    let part = file.with_file_name(format!(".backup-{}", random_id()));
    let snapshot = office.config.data.join(format!(".snapshot-{}", random_id()));
    let made = written(office, &part, &snapshot, with_keys).await;
    let _ = fs::remove_file(&snapshot);
    let done = made.and_then(|manifest| {
        fs::rename(&part, file).map_err(|e| CentralError::io(file, e))?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| CentralError::io(folder, e))?;
        Ok(manifest)
    });
    if done.is_err() {
        let _ = fs::remove_file(&part);
    }
    done
}

async fn written(
    office: &Office,
    part: &Path,
    snapshot: &Path,
    with_keys: bool,
) -> Result<Manifest, CentralError> {
    // A photo is on the disk before a row names it, so the rows come first and the files after.
    office.store.snapshot(snapshot).await?;
    let (told, data) = (Store::told(snapshot).await?, office.config.data.clone());
    let config = office.config.source.clone();
    let photos = told.photos;
    let manifest = Manifest {
        version: VERSION,
        made_at: office.clock.now().as_second(),
        host: office.config.host.clone(),
        issuer: office.issuer.to_string(),
        people: told.people,
        cards: told.cards,
        photos: photos.len() as u64,
        keys: with_keys,
    };
    let (told, snapshot, part) = (manifest.clone(), snapshot.to_owned(), part.to_owned());
    tokio::task::spawn_blocking(move || {
        pack(&told, (&data, config.as_deref()), &snapshot, &photos, &part)
            .map_err(|e| CentralError::io(&part, e))
    })
    .await
    .map_err(|_| CentralError::Worker)??;
    Ok(manifest)
}

fn pack(
    manifest: &Manifest,
    (data, config): (&Path, Option<&Path>),
    snapshot: &Path,
    photos: &[String],
    part: &Path,
) -> std::io::Result<()> {
    let out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(part)?;
    let mut tar = tar::Builder::new(BufWriter::new(out));
    let text = serde_json::to_vec_pretty(manifest)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    header.set_cksum();
    tar.append_data(&mut header, MANIFEST, text.as_slice())?;
    tar.append_path_with_name(snapshot, DATABASE)?;
    if let Some(config) = config {
        tar.append_path_with_name(config, CONFIG)?;
    }
    for hash in photos {
        tar.append_path_with_name(data.join("photos").join(hash), format!("photos/{hash}"))?;
    }
    if manifest.keys {
        tar.append_dir_all("keys", data.join("keys"))?;
    }
    let mut out = tar.into_inner()?;
    out.flush()?;
    out.get_ref().sync_all()
}

/// Puts a backup into a data folder in which no server was yet. Everything is read and checked first;
/// a backup that is not whole leaves the folder as it was.
pub async fn restore(config: &CentralConfig, file: &Path) -> Result<Manifest, CentralError> {
    let data = &config.data;
    let database = data.join(DATABASE);
    let place = config.place()?;
    if matches!(place, Place::Folder) && database.exists() {
        return Err(CentralError::Argument(format!(
            "{}: a server's database is there already; restore into another folder",
            data.display()
        )));
    }
    fs::create_dir_all(data).map_err(|e| CentralError::io(data, e))?;
    let part = data.join(format!(".restore-{}", random_id()));
    let done = unpacked((data, config.source.as_deref()), &place, file, &part).await;
    let _ = fs::remove_dir_all(&part);
    done
}

async fn unpacked(
    (data, config): (&Path, Option<&Path>),
    place: &Place,
    file: &Path,
    part: &Path,
) -> Result<Manifest, CentralError> {
    let damaged = |why: &str| CentralError::Argument(format!("{}: {why}", file.display()));
    let (from, to) = (file.to_owned(), part.to_owned());
    tokio::task::spawn_blocking(move || unpack(&from, &to).map_err(|e| CentralError::io(&from, e)))
        .await
        .map_err(|_| CentralError::Worker)??;
    let text = fs::read(part.join(MANIFEST)).map_err(|_| damaged("no backup of this server"))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|_| damaged("what it says of itself cannot be read"))?;
    if manifest.version > VERSION {
        return Err(damaged("a newer version of this program made it"));
    }
    let photos = Store::check(&part.join(DATABASE)).await?.photos;
    let folder = part.to_owned();
    let whole = tokio::task::spawn_blocking(move || {
        photos.iter().all(|hash| super::storage::is_photo(&folder.join("photos").join(hash), hash))
    });
    if !whole.await.map_err(|_| CentralError::Worker)? {
        return Err(damaged("a photo is missing or is not what its name says"));
    }
    if manifest.keys && data.join("keys").exists() {
        return Err(CentralError::Argument(
            "there is a folder of keys already, and the backup has keys too".into(),
        ));
    }
    let mut moves = vec!["photos"];
    if manifest.keys {
        moves.push("keys");
    }
    let mut renamed = None;
    if part.join(CONFIG).exists() && !data.join(CONFIG).exists() {
        // Where a configuration is in force, the backup's lies beside it to be compared, and counts for nothing.
        match config {
            None => moves.push(CONFIG),
            Some(_) => renamed = Some((part.join(CONFIG), data.join(RESTORED_CONFIG))),
        }
    }
    // The database last: with it the folder is a server's.
    let filled = if let Place::Postgres(_) = place {
        Some(Store::fill(place, &part.join(DATABASE)).await?)
    } else {
        moves.push(DATABASE);
        None
    };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(part.join("photos"))
        .map_err(|e| CentralError::io(part, e))?;
    let moves = moves.into_iter().map(|name| (part.join(name), data.join(name)));
    for (from, to) in renamed.into_iter().chain(moves) {
        fs::rename(&from, &to).map_err(|e| CentralError::io(&to, e))?;
    }
    File::open(data).and_then(|folder| folder.sync_all()).map_err(|e| CentralError::io(data, e))?;
    if let Some(filled) = filled {
        filled.commit().await?;
    }
    Ok(manifest)
}

/// Only what a backup has goes in, and nothing outside the folder.
fn unpack(file: &Path, to: &Path) -> std::io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(to)?;
    let mut tar = tar::Archive::new(BufReader::new(File::open(file)?));
    for entry in tar.entries()? {
        let mut entry = entry?;
        let path: PathBuf = entry.path()?.into_owned();
        let names: Vec<_> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let known = match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [MANIFEST | DATABASE | CONFIG] => entry.header().entry_type().is_file(),
            ["photos" | "keys"] => entry.header().entry_type().is_dir(),
            ["photos" | "keys", name] => entry.header().entry_type().is_file() && !name.starts_with(".."),
            _ => false,
        };
        if !known {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "an entry that no backup has"));
        }
        let target = to.join(&path);
        if entry.header().entry_type().is_dir() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(&target)?;
            continue;
        }
        if let Some(folder) = target.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut out = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&target)?;
        std::io::copy(&mut entry, &mut out)?;
        out.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "backup_tests.rs"]
mod tests;
