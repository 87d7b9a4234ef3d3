//! How many pixels a millimetre has, so that a letter of 5 mm is 5 mm on every display.
//!
//! The screens are designed in sixths of a millimetre; the window's scale factor brings them to
//! the pixels of the glass.

/// Design pixels a millimetre; `ui/theme.slint` counts on it.
pub const DESIGN: f32 = 6.0;

const MM_PER_INCH: f32 = 25.4;

/// The least room, in design pixels, that the screens are laid out for: 7 inches lying, 10 inches
/// standing.
const LEAST_LYING: (f32, f32) = (900.0, 530.0);
const LEAST_UPRIGHT: (f32, f32) = (740.0, 1300.0);

/// The scale factor of a window of `width` x `height` pixels on a display of this diagonal.
///
/// A window that is smaller than the screens need is shown smaller than life rather than cut.
pub fn scale(width: u32, height: u32, diagonal_inches: Option<f32>) -> f32 {
    let (w, h) = (width.max(1) as f32, height.max(1) as f32);
    let inches = diagonal_inches.unwrap_or_else(|| usual_diagonal(width, height));
    let wanted = w.hypot(h) / (inches * MM_PER_INCH) / DESIGN;
    let least = if h > w { LEAST_UPRIGHT } else { LEAST_LYING };
    wanted.min(w / least.0).min(h / least.1)
}

/// Panels of so many pixels are mostly sold in this size: up to 600 lines lying 7 inches, else 10.1.
fn usual_diagonal(width: u32, height: u32) -> f32 {
    if height <= 600 && width > height { 7.0 } else { 10.1 }
}

/// The diagonal in inches that a display's EDID states, from the size of its first detailed timing
/// (VESA E-EDID 1.4, 3.10.2: millimetres) or, where that is missing, in whole centimetres (3.6).
pub fn diagonal_of_edid(edid: &[u8]) -> Option<f32> {
    if edid.len() < 128 || edid[..8] != [0, 255, 255, 255, 255, 255, 255, 0] {
        return None;
    }
    let upper = u32::from(edid[68]);
    let timing = (u32::from(edid[66]) | (upper >> 4) << 8, u32::from(edid[67]) | (upper & 15) << 8);
    let whole = (u32::from(edid[21]) * 10, u32::from(edid[22]) * 10);
    // Some panels state the ratio of their sides (16 x 9 mm) where their size belongs.
    let (w, h) = [timing, whole].into_iter().find(|(w, h)| *w > 60 && *h > 40)?;
    Some((w as f32).hypot(h as f32) / MM_PER_INCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f32, b: f32) -> bool {
        (a - b).abs() < 0.01
    }

    #[test]
    fn thirteen_millimetres_are_thirteen_on_each_display() {
        // 66 px on 7 inches of 800x480 and 75 px on 10 inches of 1280x800 (look.md's own figures).
        assert!((78.0 * scale(800, 480, None) - 68.2).abs() < 0.1);
        assert!((78.0 * scale(1280, 800, Some(10.0)) - 77.3).abs() < 0.1);
        assert!((78.0 * scale(1024, 600, Some(7.0)) - 86.8).abs() < 0.1);
        assert!(near(scale(1024, 600, Some(10.1)), 0.771));
    }

    #[test]
    fn a_window_that_is_too_small_shows_everything_smaller() {
        let small = scale(640, 400, Some(5.0));
        assert!(640.0 / small >= 899.9 && 400.0 / small >= 529.9, "{small}");
        // Seven inches upright are narrower than the screens' words.
        let upright = scale(720, 1280, Some(7.0));
        assert!(near(upright, 720.0 / 740.0), "{upright}");
    }

    #[test]
    fn an_edid_states_the_size_in_millimetres_or_centimetres() {
        let mut edid = [0; 128];
        edid[..8].copy_from_slice(&[0, 255, 255, 255, 255, 255, 255, 0]);
        (edid[21], edid[22]) = (22, 14);
        assert!((diagonal_of_edid(&edid).unwrap() - 10.27).abs() < 0.01);
        (edid[66], edid[67], edid[68]) = (154, 86, 0);
        assert!((diagonal_of_edid(&edid).unwrap() - 6.94).abs() < 0.01);
        (edid[66], edid[67]) = (16, 9);
        assert!((diagonal_of_edid(&edid).unwrap() - 10.27).abs() < 0.01);
        assert!(diagonal_of_edid(&edid[..100]).is_none());
        assert!(diagonal_of_edid(&[7; 128]).is_none());
    }
}
