//! A turned picture under a finger: the renderer that the bare console uses turns the station's own screen, and the
//! matrix that libinput is given leads from each place of the glass to what is seen there.
#![cfg(feature = "station")]

use std::rc::Rc;
use std::time::Duration;

use anjungan::lang::Lang;
use anjungan::session::Session;
use anjungan::station::screens::{self, App};
use anjungan::turn::Turn;
use slint::platform::software_renderer::{MinimalSoftwareWindow, RenderingRotation, RepaintBufferType};
use slint::platform::{Platform, WindowAdapter};
use slint::{ComponentHandle, PhysicalSize, Rgb8Pixel};

struct OneWindow(Rc<MinimalSoftwareWindow>);

impl Platform for OneWindow {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, slint::PlatformError> {
        Ok(Rc::clone(&self.0) as Rc<dyn WindowAdapter>)
    }

    fn duration_since_start(&self) -> Duration {
        Duration::from_secs(5)
    }
}

/// The first screen as it lies on the glass, with the width of the glass.
fn glass(window: &MinimalSoftwareWindow, turn: Turn, picture: (u32, u32)) -> (Vec<Rgb8Pixel>, usize) {
    let (width, height) = if turn.is_quarter() { (picture.1, picture.0) } else { picture };
    let mut pixels = vec![Rgb8Pixel::default(); (width * height) as usize];
    window.request_redraw();
    let drawn = window.draw_if_needed(|renderer| {
        renderer.set_rendering_rotation(match turn {
            Turn::None => RenderingRotation::NoRotation,
            Turn::Right => RenderingRotation::Rotate90,
            Turn::Over => RenderingRotation::Rotate180,
            Turn::Left => RenderingRotation::Rotate270,
        });
        renderer.render(&mut pixels, width as usize);
    });
    assert!(drawn);
    (pixels, width as usize)
}

#[test]
fn the_matrix_leads_from_the_glass_to_what_is_seen_there() {
    let window = MinimalSoftwareWindow::new(RepaintBufferType::NewBuffer);
    slint::platform::set_platform(Box::new(OneWindow(Rc::clone(&window)))).unwrap();
    let picture = (1280, 800);
    let app = App::new().unwrap();
    window.set_size(PhysicalSize::new(picture.0, picture.1));
    screens::set_diagonal(&app, None);
    screens::show(&app, &Session::new(Lang::Id, Duration::ZERO), Duration::ZERO);
    app.show().unwrap();
    let (plain, stride) = glass(&window, Turn::None, picture);
    let mut colours: Vec<_> = plain.iter().map(|pixel| (pixel.r, pixel.g, pixel.b)).collect();
    colours.sort_unstable();
    colours.dedup();
    assert!(colours.len() > 20, "a screen was drawn");
    for turn in Turn::ALL {
        let (turned, width) = glass(&window, turn, picture);
        let rows = turn.touch().matrix().map(f32::from);
        let at = |row: &[f32], place: (f32, f32)| row[0] * place.0 + row[1] * place.1 + row[2];
        let height = turned.len() / width;
        let (mut same, mut all) = (0, 0);
        for y in (0..height).step_by(3) {
            for x in (0..width).step_by(3) {
                // The middle of the pixel, as libinput has it: from 0 to 1.
                let place = ((x as f32 + 0.5) / width as f32, (y as f32 + 0.5) / height as f32);
                let across = (at(&rows[..3], place) * picture.0 as f32) as usize;
                let down = (at(&rows[3..], place) * picture.1 as f32) as usize;
                same += usize::from(turned[y * width + x] == plain[down * stride + across]);
                all += 1;
            }
        }
        assert!(same * 1000 >= all * 995, "{turn:?}: {same} of {all}");
        if turn != Turn::None {
            // The picture is not its own mirror: without the matrix it does not fit.
            let other = if turn == Turn::Over { Turn::None } else { Turn::Over };
            assert_ne!(other.touch().matrix(), turn.touch().matrix());
        }
    }
}
