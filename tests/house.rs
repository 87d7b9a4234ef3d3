//! The rules of the house, checked on the source itself: imports go down, and each outside
//! library is named only where it belongs.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules by floor, lowest first. A module may use its own floor and those below, except that on
/// floors 3 and 4 siblings do not know each other beyond what [`SIBLINGS`] allows.
const FLOORS: [&[&str]; 6] = [
    &["lang", "clock", "config", "manual", "privileges", "turn"],
    &["person", "card", "photo", "scan", "credential", "protocol", "sealed"],
    &["session"],
    &["camera", "printing", "display", "network", "sound", "store"],
    &["sync", "provision"],
    &["station", "central"],
];

/// Siblings of one floor that may know each other: joining a server is one more call to it.
const SIBLINGS: [(&str, &str); 1] = [("provision", "sync")];

/// Outside libraries, and the only modules that may name them.
const KEPT_IN: [(&str, &[&str]); 13] = [
    ("slint", &["station", "display"]),
    ("axum", &["central"]),
    ("sqlx", &["central"]),
    ("rusqlite", &["store"]),
    ("nokhwa", &["camera"]),
    ("v4l", &["camera"]),
    ("escpos", &["printing"]),
    ("ipp", &["printing"]),
    ("nix", &["printing", "privileges"]),
    ("nusb", &["printing"]),
    ("ureq", &["sync", "provision"]),
    ("rustls", &["sync", "central"]),
    ("zxing_cpp", &["scan"]),
];

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// Every file of the library with the top module that it belongs to, without comments.
fn sources() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    files
        .into_iter()
        .filter_map(|path| {
            let inside = path.strip_prefix(&root).ok()?.to_owned();
            let first = inside.components().next()?.as_os_str().to_str()?.to_owned();
            let module = first.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).ok()?;
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>();
            Some((inside, module, code.join("\n")))
        })
        .filter(|(_, module, _)| !matches!(module.as_str(), "bin" | "lib"))
        .collect()
}

/// The top modules of the house that a file names with `crate::`, also in a braced list.
fn modules_used(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for after in code.split("crate::").skip(1) {
        if let Some(list) = after.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut at_start = true;
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => at_start = true,
                    c if c.is_alphanumeric() || c == '_' => {
                        if depth == 0 && at_start {
                            word.push(c);
                            continue;
                        }
                    }
                    _ => {
                        if !word.is_empty() {
                            at_start = false;
                        }
                    }
                }
                if !word.is_empty() && (!at_start || c == ',' || c == '{') {
                    found.push(std::mem::take(&mut word));
                    at_start = c == ',';
                }
            }
            if !word.is_empty() {
                found.push(word);
            }
        } else {
            found.push(after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found
}

#[test]
fn every_module_has_a_floor() {
    for (path, module, _) in sources() {
        assert!(floor_of(&module).is_some(), "{} belongs to no floor: add it to FLOORS", path.display());
    }
}

#[test]
fn imports_go_down() {
    let mut climbs = Vec::new();
    for (path, module, code) in sources() {
        let Some(own) = floor_of(&module) else { continue };
        for used in modules_used(&code) {
            let Some(other) = floor_of(&used) else { continue };
            let known = SIBLINGS.contains(&(module.as_str(), used.as_str()));
            let sibling = other == own && used != module && own >= 3 && !known;
            if other > own || sibling {
                climbs
                    .push(format!("{}: {module} (floor {own}) uses {used} (floor {other})", path.display()));
            }
        }
    }
    assert!(climbs.is_empty(), "imports that climb:\n{}", climbs.join("\n"));
}

#[test]
fn outside_libraries_stay_in_their_rooms() {
    let mut strays = Vec::new();
    for (path, module, code) in sources() {
        for (library, rooms) in KEPT_IN {
            let named = code.contains(&format!("{library}::")) || code.contains(&format!("use {library};"));
            // `i_slint_backend_testing::` and the like are other names that end the same way.
            let whole = code
                .match_indices(&format!("{library}::"))
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            if named && whole && !rooms.contains(&module.as_str()) {
                strays.push(format!("{} names {library}", path.display()));
            }
        }
    }
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}

#[test]
fn the_reader_of_use_lines_reads_them() {
    assert_eq!(modules_used("use crate::card::Codes;"), ["card"]);
    assert_eq!(
        modules_used("use crate::{person::Nip, card::{Codes, Side}, lang::Lang};"),
        ["person", "card", "lang"]
    );
    assert_eq!(modules_used("let x = crate::clock::day(now, 7); crate::lang::Lang::Id"), ["clock", "lang"]);
}

#[test]
fn the_binaries_are_thin() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin");
    let mut files = Vec::new();
    rust_files(&folder, &mut files);
    assert_eq!(files.len(), 2);
    for path in files {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines < 150, "{} has {lines} lines", path.display());
    }
}
