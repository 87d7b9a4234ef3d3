//! Pictures for the screen, brought to the size that they are shown in: the software renderer
//! takes the nearest pixel, which would tear a QR code and small type apart.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use image::RgbaImage;
use image::imageops::{self, FilterType};
use slint::{Image, Rgba8Pixel, SharedPixelBuffer};

/// Where a picture stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    MyCard,
    Review,
    IssuedFront,
    IssuedBack,
    Portrait,
    Counter,
    Question,
}

/// A picture that is on the screen: which, and in what size. The weak reference keeps no pixels,
/// and an address that is held so is not given to another picture.
type Shown = (Place, Weak<RgbaImage>, (u32, u32));

thread_local! {
    static SHOWN: RefCell<Vec<Shown>> = const { RefCell::new(Vec::new()) };
}

/// The picture to show, or `None` where it is there already in this size.
///
/// `room` is in pixels of the screen; nothing is shown before the screen knows it.
pub fn news(place: Place, picture: &Arc<RgbaImage>, room: (u32, u32)) -> Option<Image> {
    if room.0 == 0 || room.1 == 0 {
        return None;
    }
    SHOWN.with_borrow_mut(|shown| {
        let same = |(at, weak, size): &Shown| {
            *at == place && *size == room && std::ptr::eq(weak.as_ptr(), Arc::as_ptr(picture))
        };
        if shown.iter().any(same) {
            return None;
        }
        shown.retain(|(at, ..)| *at != place);
        shown.push((place, Arc::downgrade(picture), room));
        Some(to_slint(&fitted(picture, room)))
    })
}

/// Nothing stands here any more, so that the same picture is news again.
pub fn gone(place: Place) {
    SHOWN.with_borrow_mut(|shown| shown.retain(|(at, ..)| *at != place));
}

pub fn forget() {
    SHOWN.with_borrow_mut(Vec::clear);
}

/// The largest size of the picture's own proportion that covers or meets the room on both sides.
fn fitted(picture: &RgbaImage, room: (u32, u32)) -> RgbaImage {
    let (w, h) = picture.dimensions();
    let scale = (room.0 as f32 / w as f32).max(room.1 as f32 / h as f32);
    let size = (((w as f32 * scale).round() as u32).max(1), ((h as f32 * scale).round() as u32).max(1));
    if scale < 1.0 {
        imageops::thumbnail(picture, size.0, size.1)
    } else if scale > 1.0 {
        imageops::resize(picture, size.0, size.1, FilterType::CatmullRom)
    } else {
        picture.clone()
    }
}

fn to_slint(picture: &RgbaImage) -> Image {
    Image::from_rgba8(SharedPixelBuffer::<Rgba8Pixel>::clone_from_slice(
        picture.as_raw(),
        picture.width(),
        picture.height(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_news_once_and_again_in_another_size() {
        let picture = Arc::new(RgbaImage::new(1011, 638));
        let other = Arc::new(RgbaImage::new(1011, 638));
        assert!(news(Place::Review, &picture, (0, 0)).is_none());
        let image = news(Place::Review, &picture, (500, 316)).unwrap();
        assert_eq!((image.size().width, image.size().height), (501, 316));
        assert!(news(Place::Review, &picture, (500, 316)).is_none());
        assert!(news(Place::MyCard, &picture, (500, 316)).is_some());
        assert!(news(Place::Review, &picture, (600, 379)).is_some());
        assert!(news(Place::Review, &other, (600, 379)).is_some());
        gone(Place::Review);
        assert!(news(Place::Review, &other, (600, 379)).is_some());
        forget();
        assert!(news(Place::MyCard, &picture, (500, 316)).is_some());
    }
}
