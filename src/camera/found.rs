//! The cameras that the kernel knows, for a technician to choose from.

use std::fs;
use std::path::Path;

/// Address and maker's name of each, by number.
pub fn found() -> Vec<(String, String)> {
    look(Path::new("/sys/class/video4linux"))
}

/// A device has several nodes; index 0 is the one that gives pictures.
fn look(classes: &Path) -> Vec<(String, String)> {
    let mut found: Vec<(u32, String)> = fs::read_dir(classes)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.strip_prefix("video")?.parse().ok()?;
            let said = |file: &str| fs::read_to_string(entry.path().join(file)).unwrap_or_default();
            (said("index").trim() == "0").then(|| (number, said("name").trim().to_owned()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(number, name)| (format!("v4l:///dev/video{number}"), name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_without_pictures_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        for (node, index, name) in
            [("video10", "0\n", "B\n"), ("video0", "0\n", "A\n"), ("video1", "1\n", "A\n")]
        {
            fs::create_dir(folder.path().join(node)).unwrap();
            fs::write(folder.path().join(node).join("index"), index).unwrap();
            fs::write(folder.path().join(node).join("name"), name).unwrap();
        }
        let wanted = [("v4l:///dev/video0", "A"), ("v4l:///dev/video10", "B")];
        assert_eq!(look(folder.path()), wanted.map(|(uri, name)| (uri.to_owned(), name.to_owned())));
        assert!(look(Path::new("/nowhere")).is_empty());
    }
}
