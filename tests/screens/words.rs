//! The words of the screens: each has an English one, and each letter has a glyph.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use anjungan::lang::Lang;

const PO: &str = include_str!("../../ui/lang/en/LC_MESSAGES/anjungan.po");

/// What must not stand on a screen in this language.
pub fn untranslated(lang: Lang) -> HashSet<String> {
    if lang == Lang::En { translations().into_keys().collect() } else { HashSet::new() }
}

/// Texts of the source and what they are in English, without those that are the same.
fn translations() -> HashMap<String, String> {
    let line = |prefix: &str, line: &str| Some(line.strip_prefix(prefix)?.strip_suffix('"')?.to_owned());
    let ids = PO.lines().filter_map(|text| line("msgid \"", text));
    let texts = PO.lines().filter_map(|text| line("msgstr \"", text));
    let english: HashSet<String> = PO.lines().filter_map(|text| line("msgstr \"", text)).collect();
    ids.zip(texts).filter(|(id, text)| !id.is_empty() && id != text && !english.contains(id)).collect()
}

/// The files below a folder whose names end so, with their text.
fn files(folder: &str, end: &str) -> Vec<(String, String)> {
    fn read(folder: &Path, end: &str, into: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, end, into);
            } else if path.extension().is_some_and(|extension| extension == end) {
                into.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), end, &mut found);
    found
}

/// Every text of the screens, as it stands in the source.
fn texts_of_the_screens() -> HashSet<String> {
    let mut texts = HashSet::new();
    for (_, source) in files("ui", "slint") {
        let calls = source.split("@tr(\"").skip(1);
        texts.extend(calls.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()));
    }
    texts
}

#[test]
fn every_text_of_the_screens_has_an_english_one_and_no_other_is_kept() {
    let mut known = HashSet::new();
    let mut id = None;
    for line in PO.lines() {
        if let Some(text) = line.strip_prefix("msgid \"") {
            id = Some(text.trim_end_matches('"').to_owned());
        } else if let Some(text) = line.strip_prefix("msgstr \"") {
            let id = id.take().unwrap_or_else(|| panic!("no msgid before {line}"));
            if !id.is_empty() {
                let text = text.trim_end_matches('"');
                assert!(!text.is_empty(), "'{id}' has no translation");
                assert_eq!(id.matches("{}").count(), text.matches("{}").count(), "{id}");
                assert!(known.insert(id.clone()), "'{id}' stands there twice");
            }
        }
    }
    let used = texts_of_the_screens();
    assert!(used.len() > 50, "only {} texts were found in ui/", used.len());
    let missing: Vec<_> = used.difference(&known).collect();
    assert!(missing.is_empty(), "without a translation: {missing:?}");
    let left: Vec<_> = known.difference(&used).collect();
    assert!(left.is_empty(), "no screen says: {left:?}");
}

/// A letter without a glyph vanishes from the screen without a word.
#[test]
fn every_letter_has_a_glyph_in_each_weight() {
    let mut letters: BTreeSet<char> = (' '..='~').collect();
    for (folder, end) in [("ui", "slint"), ("ui/lang", "po"), ("src", "rs")] {
        for (path, text) in files(folder, end) {
            if path.ends_with("tests.rs") || path.contains("/tests/") {
                continue;
            }
            // The server's pages are shown by browsers, with fonts of their own.
            if path.contains("central/") {
                continue;
            }
            // Comments are not shown; tests try letters that nobody has.
            let shown = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = shown.lines().filter(|line| !line.trim_start().starts_with("//"));
            letters.extend(lines.flat_map(str::chars).filter(|c| !c.is_control() && !c.is_ascii()));
        }
    }
    // Names of people and places beyond ASCII.
    letters.extend("ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöøùúûüýÿŠšŽž’‘“”–—…•".chars());
    for (name, font) in [
        ("regular", &include_bytes!("../../assets/fonts/NotoSans-Regular.ttf")[..]),
        ("semibold", include_bytes!("../../assets/fonts/NotoSans-SemiBold.ttf")),
        ("bold", include_bytes!("../../assets/fonts/NotoSans-Bold.ttf")),
    ] {
        let face = ttf_parser::Face::parse(font, 0).unwrap();
        let missing: Vec<char> = letters.iter().copied().filter(|c| face.glyph_index(*c).is_none()).collect();
        assert!(missing.is_empty(), "{name} lacks {missing:?}");
    }
}

/// Sizes of type and colours come from the theme: one place to measure them.
#[test]
fn no_screen_has_a_size_of_type_or_a_colour_of_its_own() {
    for (path, source) in files("ui", "slint") {
        if path.ends_with("theme.slint") {
            continue;
        }
        for (number, line) in source.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let bad_size = code.split("font-size:").nth(1).is_some_and(|value| value.contains("px"));
            assert!(!bad_size, "{path}:{}: a size of type that is not the theme's: {line}", number + 1);
            let colour = code.split('#').skip(1).any(|rest| {
                rest.chars().take_while(char::is_ascii_hexdigit).count() >= 3 && !code.contains('"')
            });
            // The edge round a portrait is the paper of the photo itself.
            assert!(
                !colour || code.contains("background: #ffffff"),
                "{path}:{}: a colour that is not the theme's: {line}",
                number + 1
            );
        }
    }
}
