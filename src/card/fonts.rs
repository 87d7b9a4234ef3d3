//! The card's fonts: three weights of Noto Sans, built in, so that every machine draws the same card.

use std::sync::{Arc, LazyLock};

use resvg::usvg::{self, fontdb};

/// The one family that templates may name.
pub const FAMILY: &str = "Noto Sans";

static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut database = fontdb::Database::new();
    database.load_font_data(include_bytes!("../../assets/fonts/NotoSans-Regular.ttf").to_vec());
    database.load_font_data(include_bytes!("../../assets/fonts/NotoSans-SemiBold.ttf").to_vec());
    database.load_font_data(include_bytes!("../../assets/fonts/NotoSans-Bold.ttf").to_vec());
    // A template that names another family still gets its words: without this they would vanish.
    database.set_serif_family(FAMILY);
    database.set_sans_serif_family(FAMILY);
    database.set_monospace_family(FAMILY);
    database.set_cursive_family(FAMILY);
    database.set_fantasy_family(FAMILY);
    Arc::new(database)
});

/// The station's typefaces, for whoever else draws words into a picture.
pub fn fonts() -> &'static Arc<fontdb::Database> {
    &DATABASE
}

/// How every SVG of this module is read: our fonts only, and no file is ever opened.
pub fn options() -> usvg::Options<'static> {
    usvg::Options {
        font_family: FAMILY.to_owned(),
        fontdb: Arc::clone(&DATABASE),
        languages: vec!["id".to_owned(), "en".to_owned()],
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: usvg::ImageHrefResolver::default_data_resolver(),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    }
}
