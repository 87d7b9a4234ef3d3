//! The pages for people: HTML that the server writes, the frame around it, and the few files that
//! every page shares. Which path leads to which page stands in `routes`.
//!
//! To add a page: build its `main` with [`maud::html!`] (which escapes whatever stands in it), wrap
//! it in a [`Page`] and answer with [`Page::answer`]. Words come in two languages through
//! [`Lang::pick`](crate::lang::Lang::pick), Indonesian first. Classes stand in
//! `assets/web/anjungan.css`. No page holds a script or a style of its own: the policy that goes out
//! with each forbids both; a script is a file in `assets/web` and an [`Asset`].

pub mod app;
mod assets;
pub mod card;
mod card_words;
mod frame;
pub mod icons;
pub mod photo_words;
pub mod signs;

pub use assets::{APP_SCRIPT, Asset, EXAMPLE, WORK_SCRIPT, WORKER};
pub use frame::{Page, Tongue, language};
