//! The live picture: brought to the screen's size on a worker, shown on the UI thread.

use image::{RgbImage, imageops};
use slint::{ComponentHandle, Image, Rgb8Pixel, SharedPixelBuffer};

use super::App;
use super::generated::{CardRoom, CheckView, CounterView, PhotoStage, PhotoView, Screen, StudioView};
use crate::session::Role;

/// Largest side of a live picture; a layout that asks for more is shown stretched.
const MOST: u32 = 2048;

/// Blocks of this side are one colour before they are smoothed: no face is known by them.
const BLOCK: u32 = 24;

/// The live picture as it will be shown, `width` x `height` pixels, cut from the frame's middle.
/// Runs on a worker.
///
/// The face camera's picture is a mirror, and what lies outside of the outline is blurred and
/// dimmed: who stands behind is nobody's business.
pub fn prepare_frame(frame: &RgbImage, role: Role, width: u32, height: u32) -> SharedPixelBuffer<Rgb8Pixel> {
    let (width, height) = (width.clamp(1, MOST), height.clamp(1, MOST));
    let mut out = SharedPixelBuffer::<Rgb8Pixel>::new(width, height);
    if frame.width() == 0 || frame.height() == 0 {
        return out;
    }
    let view = View::cover(frame, width, height, role == Role::Face);
    let soft = (role == Role::Face).then(|| blurred(frame, &view));
    let mut row = out.make_mut_slice().chunks_exact_mut(width as usize);
    for y in 0..height {
        let Some(line) = row.next() else { break };
        for (x, pixel) in (0..width).zip(line) {
            let [r, g, b] = match &soft {
                Some(soft) if !in_outline(x as f32 / width as f32, y as f32 / height as f32) => {
                    let [r, g, b] = bilinear(soft, x as f32 / BLOCK as f32, y as f32 / BLOCK as f32);
                    [r / 2, g / 2, b / 2]
                }
                _ => view.sample(frame, x, y),
            };
            *pixel = Rgb8Pixel { r, g, b };
        }
    }
    out
}

/// Shows a prepared picture, where a screen with a live picture stands.
pub fn show_frame(app: &App, role: Role, frame: SharedPixelBuffer<Rgb8Pixel>) {
    let screen = app.global::<super::generated::Chrome>().get_screen();
    match role {
        Role::Face => {
            if matches!(screen, Screen::Studio | Screen::SetupCamera) {
                let view = app.global::<StudioView>();
                view.set_frame(Image::from_rgb8(frame));
                view.set_seen(true);
                return;
            }
            let view = app.global::<PhotoView>();
            // Once the picture is taken, it stands still.
            let live = matches!(view.get_stage(), PhotoStage::Live | PhotoStage::Countdown);
            if screen == Screen::Photo && live {
                view.set_frame(Image::from_rgb8(frame));
                view.set_seen(true);
            }
        }
        Role::Scan => {
            if matches!(screen, Screen::Check | Screen::Counter | Screen::SetupLook) {
                let view = app.global::<CheckView>();
                view.set_frame(Image::from_rgb8(frame));
                view.set_seen(true);
            }
        }
    }
}

/// The size of the live picture as it is laid out now, in pixels of the screen.
pub fn frame_size(app: &App, role: Role) -> (u32, u32) {
    let screen = app.global::<super::generated::Chrome>().get_screen();
    let studio = matches!(screen, Screen::Studio | Screen::SetupCamera);
    let (width, height) = match role {
        Role::Face if studio => {
            let view = app.global::<StudioView>();
            (view.get_frame_width(), view.get_frame_height())
        }
        Role::Face => {
            let view = app.global::<PhotoView>();
            (view.get_frame_width(), view.get_frame_height())
        }
        Role::Scan => {
            let view = app.global::<CheckView>();
            (view.get_frame_width(), view.get_frame_height())
        }
    };
    let (width, height) = pixels(app, width, height);
    (width.clamp(1, MOST), height.clamp(1, MOST))
}

/// The room for a card's picture on the present screen, in pixels.
pub fn card_room(app: &App) -> (u32, u32) {
    let room = app.global::<CardRoom>();
    pixels(app, room.get_width(), room.get_height())
}

/// The room for the portrait beside a verdict, in pixels.
pub fn portrait_room(app: &App) -> (u32, u32) {
    let view = app.global::<CheckView>();
    pixels(app, view.get_portrait_width(), view.get_portrait_height())
}

/// The room for the portrait at the clerk's desk, in pixels.
pub fn counter_room(app: &App) -> (u32, u32) {
    let view = app.global::<CounterView>();
    pixels(app, view.get_portrait_width(), view.get_portrait_height())
}

fn pixels(app: &App, width: f32, height: f32) -> (u32, u32) {
    let scale = app.window().scale_factor();
    let whole = |length: f32| (length * scale).round().clamp(0.0, MOST as f32) as u32;
    (whole(width), whole(height))
}

/// Where a pixel of the screen lies in the frame.
struct View {
    left: f32,
    top: f32,
    /// Pixels of the frame a pixel of the screen.
    step: f32,
    mirror: Option<u32>,
}

impl View {
    /// The largest part of the frame's middle that has the proportion of the screen's place.
    fn cover(frame: &RgbImage, width: u32, height: u32, mirrored: bool) -> View {
        let (w, h) = (frame.width() as f32, frame.height() as f32);
        let step = (w / width as f32).min(h / height as f32);
        View {
            left: (w - step * width as f32) / 2.0,
            top: (h - step * height as f32) / 2.0,
            step,
            mirror: mirrored.then_some(width),
        }
    }

    fn sample(&self, frame: &RgbImage, x: u32, y: u32) -> [u8; 3] {
        let x = self.mirror.map_or(x, |width| width - 1 - x);
        let (fx, fy) = (self.left + (x as f32 + 0.5) * self.step, self.top + (y as f32 + 0.5) * self.step);
        bilinear(frame, fx - 0.5, fy - 0.5)
    }
}

/// The view in one pixel a block of the screen.
fn blurred(frame: &RgbImage, view: &View) -> RgbImage {
    let side = view.step * BLOCK as f32;
    let width = ((frame.width() as f32 - 2.0 * view.left) / side).ceil().max(1.0);
    let height = ((frame.height() as f32 - 2.0 * view.top) / side).ceil().max(1.0);
    let (w, h) = ((width * side) as u32, (height * side) as u32);
    let part = imageops::crop_imm(frame, view.left as u32, view.top as u32, w, h);
    let mut small = imageops::thumbnail(&*part, width as u32, height as u32);
    if view.mirror.is_some() {
        imageops::flip_horizontal_in_place(&mut small);
    }
    small
}

fn bilinear(image: &RgbImage, x: f32, y: f32) -> [u8; 3] {
    let (most_x, most_y) = (image.width() - 1, image.height() - 1);
    let (x, y) = (x.clamp(0.0, most_x as f32), y.clamp(0.0, most_y as f32));
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(most_x), (top + 1).min(most_y));
    // Shares in 1/256: nobody sees finer ones, and whole numbers are quicker.
    let across = ((x - left as f32) * 256.0) as u32;
    let down = ((y - top as f32) * 256.0) as u32;
    let stride = image.width() as usize * 3;
    let data = image.as_raw();
    let row = |y: u32, channel: usize| {
        let at = |x: u32| u32::from(data[y as usize * stride + x as usize * 3 + channel]);
        at(left) * (256 - across) + at(right) * across
    };
    std::array::from_fn(|channel| {
        ((row(top, channel) * (256 - down) + row(bottom, channel) * down) >> 16) as u8
    })
}

/// Is the place (shares of width and height) within head and shoulders of `outline.svg`?
fn in_outline(x: f32, y: f32) -> bool {
    let within = |cx: f32, cy: f32, rx: f32, ry: f32| {
        let (dx, dy) = ((x * 300.0 - cx) / rx, (y * 400.0 - cy) / ry);
        dx * dx + dy * dy <= 1.0
    };
    let neck = (104.0..196.0).contains(&(x * 300.0)) && (200.0..330.0).contains(&(y * 400.0));
    within(150.0, 160.0, 78.0, 104.0) || within(150.0, 410.0, 140.0, 125.0) || neck
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    fn halves(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(
            width,
            height,
            |x, _| if x < width / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) },
        )
    }

    fn at(buffer: &SharedPixelBuffer<Rgb8Pixel>, x: u32, y: u32) -> [u8; 3] {
        let pixel = buffer.as_slice()[(y * buffer.width() + x) as usize];
        [pixel.r, pixel.g, pixel.b]
    }

    #[test]
    fn a_face_is_a_mirror_and_a_card_is_not() {
        let frame = halves(1280, 720);
        let face = prepare_frame(&frame, Role::Face, 300, 400);
        let scan = prepare_frame(&frame, Role::Scan, 300, 400);
        assert_eq!(at(&face, 120, 160), [0, 0, 200]);
        assert_eq!(at(&scan, 120, 160), [200, 0, 0]);
        assert_eq!(at(&scan, 2, 2), [200, 0, 0]);
    }

    #[test]
    fn outside_of_the_outline_it_is_dim_and_details_are_gone() {
        let dots = RgbImage::from_fn(960, 720, |x, y| {
            if (x / 4 + y / 4) % 2 == 0 { Rgb([255, 255, 255]) } else { Rgb([0, 0, 0]) }
        });
        let out = prepare_frame(&dots, Role::Face, 300, 400);
        let outside: Vec<u8> = (0..40).map(|i| at(&out, 4 + i, 10 + i % 7)[0]).collect();
        let (least, most) = (outside.iter().min().unwrap(), outside.iter().max().unwrap());
        assert!(most - least < 12 && *most < 80, "{outside:?}");
        let inside: Vec<u8> = (0..40).map(|i| at(&out, 130 + i, 160)[0]).collect();
        assert!(inside.iter().max().unwrap() - inside.iter().min().unwrap() > 120);
    }

    #[test]
    fn any_size_of_frame_and_screen_is_taken() {
        for (w, h) in [(1, 1), (2, 900), (640, 480), (33, 7)] {
            for (to_w, to_h) in [(1, 1), (420, 560), (700, 300)] {
                for role in [Role::Face, Role::Scan] {
                    let out = prepare_frame(&halves(w, h), role, to_w, to_h);
                    assert_eq!((out.width(), out.height()), (to_w, to_h));
                }
            }
        }
        assert_eq!(prepare_frame(&RgbImage::new(0, 0), Role::Face, 10, 10).width(), 10);
        assert_eq!(prepare_frame(&halves(4, 4), Role::Scan, 0, 99_999).height(), MOST);
    }
}
