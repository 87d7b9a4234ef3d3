//! The pages of `/akun` as an app on a phone's home screen: its name, its colours, its icon. Nothing
//! of a person is kept for it on the phone: without a network it opens nothing, and what a person
//! wants at hand they save with `Unduh`.

use maud::{Markup, html};
use serde_json::json;

use super::assets::{ICON, ICON_192, ICON_512};

/// Of the strip above the page, and of the app's first picture: as in the style sheet.
const GROUND: &str = "#f6f8fa";
const ACCENT: &str = "#005f6b";

/// What a page of the app says of it.
pub fn head() -> Markup {
    html! {
        link rel="manifest" href="/manifest.webmanifest";
        meta name="theme-color" content=(ACCENT);
        link rel="icon" type="image/svg+xml" href=(ICON.path());
        link rel="apple-touch-icon" href=(ICON_192.path());
    }
}

pub fn manifest() -> String {
    let icon = |path: &str, sizes: &str, kind: &str| json!({ "src": path, "sizes": sizes, "type": kind, "purpose": "any maskable" });
    json!({
        "id": "/akun",
        "name": "Anjungan: Kartu ASN Virtual",
        "short_name": "Kartu ASN",
        "description": "Kartu ASN Virtual: lihat, perbarui foto, unduh, cetak.",
        "lang": "id",
        "start_url": "/akun",
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": ACCENT,
        "icons": [
            icon(ICON_192.path(), "192x192", "image/png"),
            icon(ICON_512.path(), "512x512", "image/png"),
            icon(ICON.path(), "any", "image/svg+xml"),
        ],
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::{Pixmap, Transform};
    use resvg::usvg;

    use super::*;

    /// The PNG files are nothing but the drawing, at the sizes that phones ask for.
    #[test]
    fn the_icons_are_drawn_from_the_one_drawing() {
        let tree = usvg::Tree::from_data(ICON.bytes, &usvg::Options::default()).unwrap();
        for (side, icon) in [(192, &ICON_192), (512, &ICON_512)] {
            let mut drawn = Pixmap::new(side, side).unwrap();
            let scale = side as f32 / tree.size().width();
            resvg::render(&tree, Transform::from_scale(scale, scale), &mut drawn.as_mut());
            if let Some(dir) = std::env::var_os("ANJUNGAN_ICONS") {
                drawn.save_png(std::path::Path::new(&dir).join(format!("ikon-{side}.png"))).unwrap();
                continue;
            }
            let kept = image::load_from_memory(icon.bytes).unwrap().into_rgba8();
            assert_eq!(kept.dimensions(), (side, side));
            assert!(kept.pixels().all(|p| p.0[3] == 255), "a phone cuts its own corners");
            let far = kept.iter().zip(drawn.data()).filter(|(a, b)| a.abs_diff(**b) > 2).count();
            assert_eq!(far, 0, "draw them anew: ANJUNGAN_ICONS=assets/web cargo nextest run the_icons_are");
        }
    }

    #[test]
    fn the_manifest_names_what_is_there() {
        let manifest: serde_json::Value = serde_json::from_str(&manifest()).unwrap();
        for icon in manifest["icons"].as_array().unwrap() {
            let name = icon["src"].as_str().unwrap().strip_prefix(super::super::Asset::PREFIX).unwrap();
            assert_eq!(super::super::Asset::find(name).unwrap().kind, icon["type"].as_str().unwrap());
        }
        assert_eq!(
            (manifest["start_url"].as_str(), manifest["display"].as_str()),
            (Some("/akun"), Some("standalone"))
        );
    }
}
