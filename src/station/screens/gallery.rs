//! The gallery: every component in all its states, on pages that a designer turns. No session and
//! no device stands behind it.

use std::cell::Cell;
use std::rc::Rc;

use slint::{ComponentHandle, Global, Image, Rgb8Pixel, SharedPixelBuffer};

use super::generated::{Act, CheckView, Chrome, Finding, Gallery, Ink, Size};
use crate::credential::{Reason, Verdict};
use crate::lang::Lang;

/// How often the looks come round: day, large text, high contrast, both, the dark desk.
const LOOKS: i32 = 5;

/// Opens the gallery and wires its buttons; the event loop is the caller's.
pub fn open(lang: Lang) -> Result<Gallery, slint::PlatformError> {
    let gallery = Gallery::new()?;
    let chrome = Chrome::get(&gallery);
    chrome.set_station("Lobi".into());
    chrome.set_time("10.24".into());
    chrome.set_mark(2);
    chrome.set_alert(lang.pick("Kertas habis", "Out of paper").into());
    let weak = gallery.as_weak();
    gallery.on_turn(move |by| {
        if let Some(gallery) = weak.upgrade() {
            turn(&gallery, (gallery.get_page() + by).rem_euclid(gallery.get_pages()));
        }
    });
    let (weak, at) = (gallery.as_weak(), Rc::new(Cell::new(0)));
    gallery.on_look(move |by| {
        if let Some(gallery) = weak.upgrade() {
            at.set((at.get() + by).rem_euclid(LOOKS));
            look(&gallery, at.get());
        }
    });
    let weak = gallery.as_weak();
    Act::get(&gallery).on_resized(move || {
        if let Some(gallery) = weak.upgrade() {
            super::fit_window(gallery.window(), None);
        }
    });
    turn(&gallery, 0);
    Ok(gallery)
}

/// Shows the gallery in this look: 0 day, 1 large text, 2 high contrast, 3 both, 4 dark.
pub fn look(gallery: &Gallery, look: i32) {
    Size::get(gallery).set_large(matches!(look, 1 | 3));
    Ink::get(gallery).set_contrast(matches!(look, 2 | 3));
    Ink::get(gallery).set_night(look == 4);
}

/// Goes to a page, and gives its component something to show.
pub fn turn(gallery: &Gallery, page: i32) {
    let lang = Lang::Id;
    Chrome::get(gallery).set_alert_sentence(crate::session::Alert::Paper.sentence(lang).into());
    Chrome::get(gallery).set_warning(if page == 9 { 37 } else { -1 });
    Chrome::get(gallery).set_alert_open(page == 10);
    let view = CheckView::get(gallery);
    let (finding, verdict, reason) = match page {
        11 => (Finding::Valid, Verdict::Valid, Reason::CompareTheFace),
        12 => (Finding::Confirm, Verdict::Confirm, Reason::StatusStale),
        _ => (Finding::NotGenuine, Verdict::NotGenuine, Reason::Altered),
    };
    view.set_finding(finding);
    view.set_word(verdict.word(lang).into());
    view.set_why(reason.sentence(lang).into());
    view.set_what_to_do(reason.what_to_do(lang).into());
    view.set_has_portrait(page == 11);
    view.set_portrait(Image::from_rgb8(SharedPixelBuffer::<Rgb8Pixel>::new(3, 4)));
    gallery.set_page(page);
}

/// Gives the window its scale. Call it once it is shown.
pub fn fit(gallery: &Gallery) {
    super::fit_window(gallery.window(), None);
}
