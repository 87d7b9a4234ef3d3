//! The files that pages load from this server: one style sheet, and scripts. Part of the program,
//! so that page and file always belong together.

use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// A file under [`Asset::PREFIX`]. Its address holds its hash, so browsers may keep it for good.
pub struct Asset {
    pub kind: &'static str,
    pub bytes: &'static [u8],
    path: LazyLock<String>,
}

macro_rules! asset {
    ($file:literal, $kind:literal) => {
        Asset {
            kind: $kind,
            bytes: include_bytes!(concat!("../../../assets/web/", $file)),
            path: LazyLock::new(|| address($file, include_bytes!(concat!("../../../assets/web/", $file)))),
        }
    };
}

/// The one style sheet.
pub static STYLE: Asset = asset!("anjungan.css", "text/css; charset=utf-8");

/// The page behind a card's code.
pub static CARD_SCRIPT: Asset = asset!("card.js", "text/javascript; charset=utf-8");
/// ALTCHA's worker, as it was published.
pub static WORKER: Asset = asset!("altcha/pbkdf2.js", "text/javascript; charset=utf-8");

/// The pages of `/akun`.
pub static APP_SCRIPT: Asset = asset!("akun.js", "text/javascript; charset=utf-8");
/// A form behind a security code.
pub static WORK_SCRIPT: Asset = asset!("kerja.js", "text/javascript; charset=utf-8");
/// The drawn person of the demonstration camera, as the guide's example.
pub static EXAMPLE: Asset = asset!("../demo/person.svg", "image/svg+xml");
/// For a phone's home screen.
pub static ICON: Asset = asset!("ikon.svg", "image/svg+xml");
pub static ICON_192: Asset = asset!("ikon-192.png", "image/png");
pub static ICON_512: Asset = asset!("ikon-512.png", "image/png");

/// All of them, for the route that hands them out.
static ALL: [&Asset; 9] =
    [&STYLE, &CARD_SCRIPT, &WORKER, &APP_SCRIPT, &WORK_SCRIPT, &EXAMPLE, &ICON, &ICON_192, &ICON_512];

impl Asset {
    pub const PREFIX: &str = "/aset/";

    /// The path from the root, as it stands in a page.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The file with this name, as it stands in the address.
    pub fn find(name: &str) -> Option<&'static Asset> {
        ALL.into_iter().find(|asset| asset.path().strip_prefix(Asset::PREFIX) == Some(name))
    }
}

fn address(file: &str, bytes: &[u8]) -> String {
    let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
    let stem = stem.trim_start_matches("../").replace('/', "-");
    let hash = HEXLOWER.encode(&Sha256::digest(bytes)[..6]);
    format!("{}{stem}-{hash}.{extension}", Asset::PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_address_alone() {
        for asset in ALL {
            let name = asset.path().strip_prefix(Asset::PREFIX).unwrap();
            assert_eq!(Asset::find(name).unwrap().path(), asset.path());
            assert!(!asset.bytes.is_empty());
        }
        for other in ["../Cargo.toml", "anjungan.css", ""] {
            assert!(Asset::find(other).is_none());
        }
    }
}
