//! docs/privacy.md says for everything that may hold a face or a name how long it is kept, and which
//! test shows it. A test that is renamed or removed must not leave a promise without a proof.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn tests_below(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_below(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let functions = text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            names.extend(functions.map(str::to_owned));
        }
    }
}

#[test]
fn each_line_of_the_table_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = BTreeSet::new();
    tests_below(&root.join("src"), &mut known);
    tests_below(&root.join("tests"), &mut known);
    let page = fs::read_to_string(root.join("docs/privacy.md")).unwrap();
    let table = page.split("| what | purpose |").nth(1).expect("the table of what is held");
    let lines: Vec<&str> = table.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert!(lines.len() >= 12, "only {} lines were found", lines.len());
    for line in lines {
        let last = line.trim_end_matches('|').rsplit('|').next().unwrap();
        let named: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test is named in: {line}");
        for name in named {
            assert!(known.contains(name), "there is no test {name}, named in: {line}");
        }
    }
}
