use super::*;
use crate::central::testing::{TestOffice, database, office, somebody};
use crate::central::{Office, registry};
use crate::clock::SharedClock;

async fn in_use() -> (TestOffice, tempfile::TempDir) {
    let t = office().await;
    somebody(&t).await;
    let hash = t.office.store.keep_photo(b"a picture".to_vec()).await.unwrap();
    let mut tx = t.office.store.write().await.unwrap();
    sqlx::query("INSERT INTO photos (hash, bytes, stored_at) VALUES ($1, 9, 0)")
        .bind(hash)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (t, tempfile::tempdir().unwrap())
}

/// Another folder, and another database.
async fn into(t: &TestOffice, folder: &Path) -> CentralConfig {
    CentralConfig { data: folder.to_owned(), database: database().await, ..t.office.config.clone() }
}

#[tokio::test]
async fn a_restored_server_is_the_one_that_was_backed_up() {
    let (t, dir) = in_use().await;
    let file = dir.path().join("kantor.tar");
    let made = backup(&t.office, &file, true).await.unwrap();
    assert_eq!((made.people, made.photos, made.keys), (1, 1, true));
    assert!(matches!(backup(&t.office, &file, true).await, Err(CentralError::Argument(_))), "never over one");
    // What comes after the backup is not in it.
    let more = crate::person::sample::people(9, 5, t.office.today());
    registry::put_all(&t.office, &more).await.unwrap();

    let config = into(&t, &dir.path().join("new")).await;
    assert_eq!(restore(&config, &file).await.unwrap(), made);
    let clock: SharedClock = std::sync::Arc::new(t.clock.clone());
    let again = Office::open(config.clone(), clock).await.unwrap();
    let people: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM people").fetch_one(again.store.pool()).await.unwrap();
    assert_eq!(people, 1);
    assert_eq!(again.keys.root().unwrap().public(), t.office.keys.root().unwrap().public());
    let hash: String =
        sqlx::query_scalar("SELECT hash FROM photos").fetch_one(again.store.pool()).await.unwrap();
    assert_eq!(again.store.photo(&hash).await.unwrap(), b"a picture");
    assert!(matches!(restore(&config, &file).await, Err(CentralError::Argument(_))), "not over a server");
    let left: Vec<_> = fs::read_dir(&config.data).unwrap().flatten().map(|e| e.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".restore")), "{left:?}");
}

#[tokio::test]
async fn without_the_keys_a_restored_server_says_what_it_lacks() {
    let (t, dir) = in_use().await;
    let file = dir.path().join("kantor.tar");
    backup(&t.office, &file, false).await.unwrap();
    let config = into(&t, &dir.path().join("new")).await;
    restore(&config, &file).await.unwrap();
    let clock: SharedClock = std::sync::Arc::new(t.clock.clone());
    let told = Office::open(config, clock).await.err().unwrap().to_string();
    assert!(told.contains("restore it from a backup"), "{told}");
}

#[tokio::test]
async fn a_backup_that_is_cut_or_changed_leaves_the_folder_as_it_was() {
    let (t, dir) = in_use().await;
    let file = dir.path().join("kantor.tar");
    backup(&t.office, &file, true).await.unwrap();
    let whole = fs::read(&file).unwrap();
    let at = whole.windows(9).position(|bytes| bytes == b"a picture").unwrap();
    let mut other_photo = whole.clone();
    other_photo[at] = b'A';
    let database = whole.windows(15).position(|bytes| bytes == b"SQLite format 3").unwrap();
    let mut no_database = whole.clone();
    no_database[database..database + 4096].fill(0);
    for (what, bytes) in [
        ("cut", &whole[..whole.len() / 2]),
        ("another photo", &other_photo),
        ("no database", &no_database),
        ("nothing", &[][..]),
        ("something else", &b"hello, this is no tar at all"[..]),
    ] {
        fs::write(&file, bytes).unwrap();
        let folder = dir.path().join("new");
        assert!(restore(&into(&t, &folder).await, &file).await.is_err(), "{what}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "{what}");
    }
}

#[test]
fn no_entry_leaves_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    for path in ["../out", "/out", "keys/../../out", "photos/a/b", "other"] {
        let file = dir.path().join("evil.tar");
        let mut tar = tar::Builder::new(File::create(&file).unwrap());
        let mut header = tar::Header::new_gnu();
        header.set_size(1);
        // The builder's own check is gone around, as an attacker would.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        tar.append(&header, &b"x"[..]).unwrap();
        tar.finish().unwrap();
        let to = dir.path().join("to");
        assert!(unpack(&file, &to).is_err(), "{path}");
        assert!(!dir.path().join("out").exists() && !Path::new("/out").exists());
        fs::remove_dir_all(&to).unwrap();
    }
}
