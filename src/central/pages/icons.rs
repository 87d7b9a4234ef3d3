//! The signs of the phone's menu, of the same set as the station's (Lucide, ISC; see `assets/icons`).

use maud::Markup;

pub use super::signs::attention;
use super::signs::sign;

pub fn id_card() -> Markup {
    sign(
        r#"<path d="M13 19a4 4 0 00-8 0"/><path d="M16 10h2"/><path d="M16 14h2"/><circle cx="9" cy="12" r="3"/><rect x="2" y="5" width="20" height="14" rx="2"/>"#,
    )
}

pub fn camera() -> Markup {
    sign(
        r#"<path d="M13.997 4a2 2 0 0 1 1.76 1.05l.486.9A2 2 0 0 0 18.003 7H20a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2h1.997a2 2 0 0 0 1.759-1.048l.489-.904A2 2 0 0 1 10.004 4z"/><circle cx="12" cy="13" r="3"/>"#,
    )
}

pub fn smartphone() -> Markup {
    sign(r#"<rect x="5" y="2" width="14" height="20" rx="2" ry="2"/><path d="M12 18h.01"/>"#)
}

pub fn eye() -> Markup {
    sign(
        r#"<path d="M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1-19.876 0"/><circle cx="12" cy="12" r="3"/>"#,
    )
}
