//! The signs beside a verdict, of the same set as the station's (Lucide, ISC; see `assets/icons`).
//! In the page itself, so that they take the colour of the text around them.

use maud::{Markup, PreEscaped, html};

pub fn sign(paths: &'static str) -> Markup {
    html! {
        svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"
            stroke-linejoin="round" aria-hidden="true" { (PreEscaped(paths)) }
    }
}

pub fn check() -> Markup {
    sign(r#"<circle cx="12" cy="12" r="10"/><path d="m16 9-5.5 5.5L8 12"/>"#)
}

pub fn attention() -> Markup {
    sign(
        r#"<path d="m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3"/><path d="M12 9v4"/><path d="M12 17h.01"/>"#,
    )
}

pub fn minus() -> Markup {
    sign(r#"<circle cx="12" cy="12" r="10"/><path d="M8 12h8"/>"#)
}

pub fn cross() -> Markup {
    sign(
        r#"<path d="M20 13c0 5-3.5 7.5-7.66 8.95a1 1 0 0 1-.67-.01C7.5 20.5 4 18 4 13V6a1 1 0 0 1 1-1c2 0 4.5-1.2 6.24-2.72a1.17 1.17 0 0 1 1.52 0C14.51 3.81 17 5 19 5a1 1 0 0 1 1 1z"/><path d="m14.5 9.5-5 5"/><path d="m9.5 9.5 5 5"/>"#,
    )
}
