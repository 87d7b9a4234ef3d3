//! Floor 0. Manual pages and shell completions, written from a program's own arguments, so that they say
//! what the program does. The packages carry them.

use std::io;
use std::path::Path;

use clap::{Command, ValueEnum as _};
use clap_complete::Shell;

/// Where the completions for bash lie below the folder, as in `/usr/share`.
pub const COMPLETIONS: &str = "completions";
/// And the manual pages.
pub const PAGES: &str = "man";

/// Writes a manual page for the program and each of its commands, and completions for bash, zsh and fish.
pub fn write(mut program: Command, folder: &Path) -> io::Result<()> {
    let (pages, completions) = (folder.join(PAGES), folder.join(COMPLETIONS));
    std::fs::create_dir_all(&pages)?;
    std::fs::create_dir_all(&completions)?;
    let name = program.get_name().to_owned();
    for shell in Shell::value_variants() {
        if matches!(shell, Shell::Bash | Shell::Zsh | Shell::Fish) {
            clap_complete::generate_to(*shell, &mut program, &name, &completions)?;
        }
    }
    clap_mangen::generate_to(program, &pages)?;
    // `anjungan help print` says what `anjungan print --help` says; a page of its own would say nothing.
    for page in std::fs::read_dir(&pages)? {
        let path = page?.path();
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.split('-').any(|word| word == "help") {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_page_and_hidden_ones_have_none() {
        let dir = tempfile::tempdir().unwrap();
        let program = Command::new("demo")
            .subcommand(Command::new("shown").about("Does what it says.").subcommand(Command::new("below")))
            .subcommand(Command::new("secret").hide(true));
        write(program, dir.path()).unwrap();
        let page = std::fs::read_to_string(dir.path().join("man/demo-shown.1")).unwrap();
        assert!(page.contains("Does what it says."), "{page}");
        assert!(dir.path().join("man/demo.1").exists());
        assert!(!dir.path().join("man/demo-secret.1").exists());
        assert!(dir.path().join("man/demo-shown-below.1").exists());
        assert!(!dir.path().join("man/demo-shown-help.1").exists());
        for file in ["demo.bash", "_demo", "demo.fish"] {
            assert!(dir.path().join(COMPLETIONS).join(file).exists(), "{file}");
        }
    }
}
