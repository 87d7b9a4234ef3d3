//! What the fuzz targets start from: genuine documents, as files under `fuzz/seeds`. This test keeps them what the
//! program signs today; `ANJUNGAN_SEEDS=1 cargo nextest run seeds` writes them anew.

use std::fs;
use std::path::Path;

use coset::{CoseSign1, TaggedCborSerializable as _};
use data_encoding::BASE32_NOPAD;

use super::super::base45;
use super::*;

#[test]
fn the_seeds_of_the_fuzz_targets_are_what_is_signed_today() {
    let front = BASE32_NOPAD.decode(READY.front.split_once('#').unwrap().1.as_bytes()).unwrap();
    let mut list = StatusList::new(1_000);
    list.set(4, CardStatus::Revoked).unwrap();
    let ttl = jiff::SignedDuration::from_hours(12);
    let list = list.sign(&office(), &sub(), now(), Some(now()), Some(ttl)).unwrap();
    let payload = CoseSign1::from_tagged_slice(&list).unwrap().payload.unwrap();
    let seeds = [
        ("code/front", READY.front.clone().into_bytes()),
        ("code/back", READY.back.clone().into_bytes()),
        ("code/bkn", b"https://asndigital.bkn.go.id/kartu?x=1".to_vec()),
        ("cose/front", front),
        ("cose/back", base45::decode(&READY.back).unwrap()),
        ("cose/trust", trust().sign(&root()).unwrap()),
        ("status_list/whole", list.clone()),
        ("status_list/payload", payload),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for (name, bytes) in seeds {
        let file = folder.join(name);
        if std::env::var_os("ANJUNGAN_SEEDS").is_some() {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &bytes).unwrap();
        }
        let held = fs::read(&file).unwrap_or_default();
        // Which zlib packs a list is the whole build's choice; what is packed is compared.
        let same = match name {
            "status_list/whole" => read(&held) == read(&list),
            "status_list/payload" => held == payload_of(&folder.join("status_list/whole")),
            _ => held == bytes,
        };
        assert!(same, "{} is of another day", file.display());
    }
}

/// A signed list's entries and dates.
fn read(list: &[u8]) -> (Vec<Option<CardStatus>>, Option<Timestamp>, Option<jiff::SignedDuration>) {
    let list = StatusList::verify(list, &trust(), &sub(), None).unwrap();
    ((0..1_000).map(|index| list.get(index)).collect(), list.iat(), list.ttl())
}

fn payload_of(list: &Path) -> Vec<u8> {
    CoseSign1::from_tagged_slice(&fs::read(list).unwrap()).unwrap().payload.unwrap()
}
