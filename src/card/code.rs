//! QR codes in whole dots: encoding, size in dots, and the outline as one path.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use super::Side;
use super::error::CardError;

/// The standard's quiet zone (ISO/IEC 18004): four modules on every side.
const QUIET: u32 = 4;
/// Below three dots a module (0.25 mm) a card printer's spread closes the light modules.
const MIN_DOTS: u32 = 3;

/// A code on anything but a card: its dark areas as a path of whole units, a unit a module, and its edge with the
/// quiet zone.
pub fn outline(text: &str) -> Result<(String, u32), CardError> {
    let matrix = Matrix::encode(text, Side::Front)?;
    Ok((matrix.outline(0, 0, 1), matrix.edge_with_quiet_zone(1)))
}

/// The modules of a code, without quiet zone.
#[derive(Clone, Debug)]
pub struct Matrix {
    width: u32,
    dark: Vec<bool>,
}

impl Matrix {
    /// Encodes in the smallest version, then with as much error correction as that version holds
    /// for nothing. At least M on the front, which is carried and rubbed; at least L on the back,
    /// which holds a portrait.
    pub fn encode(text: &str, side: Side) -> Result<Matrix, CardError> {
        let better: &[EcLevel] = match side {
            Side::Front => &[EcLevel::H, EcLevel::Q],
            Side::Back => &[EcLevel::H, EcLevel::Q, EcLevel::M],
        };
        let least = match side {
            Side::Front => EcLevel::M,
            Side::Back => EcLevel::L,
        };
        let code = QrCode::with_error_correction_level(text, least)
            .map_err(|_| CardError::CodeTooLarge { side, length: text.chars().count() })?;
        let version = code.version();
        let code =
            better.iter().find_map(|level| QrCode::with_version(text, version, *level).ok()).unwrap_or(code);
        Ok(Matrix {
            width: code.width() as u32,
            dark: code.into_colors().into_iter().map(|c| c == Color::Dark).collect(),
        })
    }

    /// Dots a module in a square box of `room` dots, quiet zone included; `None` if under three.
    pub fn dots_in(&self, room: u32) -> Option<u32> {
        let dots = room / (self.width + 2 * QUIET);
        (dots >= MIN_DOTS).then_some(dots)
    }

    /// Edge of the code with its quiet zone, in dots.
    pub fn edge_with_quiet_zone(&self, dots: u32) -> u32 {
        (self.width + 2 * QUIET) * dots
    }

    fn is_dark(&self, x: i64, y: i64) -> bool {
        let inside = 0..i64::from(self.width);
        inside.contains(&x) && inside.contains(&y) && self.dark[(y * i64::from(self.width) + x) as usize]
    }

    /// The dark areas as closed outlines for an even-odd fill. `(x, y)` is the corner of the quiet
    /// zone. Outlines, not a box a module: viewers of PDFs would show hairlines between boxes.
    pub fn outline(&self, x: u32, y: u32, dots: u32) -> String {
        let side = i64::from(self.width) + 1;
        let corners = (side * side) as usize;
        let at = |cx: i64, cy: i64| (cy * side + cx) as usize;
        // An edge runs with the dark module on its right hand; each corner starts at most two.
        let mut edges: Vec<[bool; 4]> = vec![[false; 4]; corners];
        for my in 0..side - 1 {
            for mx in (0..side - 1).filter(|mx| self.is_dark(*mx, my)) {
                edges[at(mx, my)][EAST] |= !self.is_dark(mx, my - 1);
                edges[at(mx + 1, my)][SOUTH] |= !self.is_dark(mx + 1, my);
                edges[at(mx + 1, my + 1)][WEST] |= !self.is_dark(mx, my + 1);
                edges[at(mx, my + 1)][NORTH] |= !self.is_dark(mx - 1, my);
            }
        }
        let (left, top) = (x + QUIET * dots, y + QUIET * dots);
        let mut path = String::new();
        for start in 0..corners {
            while let Some(first) = (0..4).find(|d| edges[start][*d]) {
                let origin = (start as i64 % side, start as i64 / side);
                let (mut cx, mut cy) = origin;
                let _ = write!(path, "M{} {}", left + cx as u32 * dots, top + cy as u32 * dots);
                let mut heading = first;
                while edges[at(cx, cy)][heading] {
                    let mut run = 0;
                    while edges[at(cx, cy)][heading] {
                        edges[at(cx, cy)][heading] = false;
                        cx += STEPS[heading].0;
                        cy += STEPS[heading].1;
                        run += i64::from(dots);
                        // Where two dark modules meet at a corner, a turn to the right keeps to one.
                        if edges[at(cx, cy)][(heading + 1) % 4] {
                            break;
                        }
                    }
                    let (letter, sign) = [("h", 1), ("v", 1), ("h", -1), ("v", -1)][heading];
                    let _ = write!(path, "{letter}{}", run * sign);
                    let next = [(heading + 1) % 4, (heading + 3) % 4, heading];
                    heading = next.into_iter().find(|d| edges[at(cx, cy)][*d]).unwrap_or(heading);
                }
                path.push('z');
            }
        }
        path
    }
}

const EAST: usize = 0;
const SOUTH: usize = 1;
const WEST: usize = 2;
const NORTH: usize = 3;
const STEPS: [(i64, i64); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

#[cfg(test)]
mod tests {
    use super::*;

    fn front_text(signed: usize) -> String {
        let base32: String =
            (0..signed).map(|i| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[i * 7 % 32])).collect();
        format!("HTTPS://KARTU.BKPSDM.CONTOH.GO.ID/V/ABCDEFGHIJKLMNOP#{base32}")
    }

    #[test]
    fn the_front_stays_small() {
        for (length, version) in [(330, 11), (445, 13)] {
            let text = front_text(length - 53);
            assert_eq!(text.len(), length);
            let matrix = Matrix::encode(&text, Side::Front).unwrap();
            assert!(matrix.width <= 17 + 4 * version, "{length}: {} modules", matrix.width);
        }
    }

    #[test]
    fn the_back_fits_in_version_25() {
        let text: String = (0..1450).map(|i| char::from(b"0123ABCXYZ $%*+-./:"[i * 5 % 19])).collect();
        let matrix = Matrix::encode(&text, Side::Back).unwrap();
        assert!(matrix.width <= 17 + 4 * 25);
        assert_eq!(matrix.dots_in(500), Some(4));
    }

    #[test]
    fn too_much_for_any_code_is_an_error() {
        let text = "x".repeat(5000);
        assert!(matches!(Matrix::encode(&text, Side::Back), Err(CardError::CodeTooLarge { .. })));
    }

    #[test]
    fn dots_are_whole_and_never_under_three() {
        let matrix = Matrix { width: 61, dark: vec![false; 61 * 61] };
        assert_eq!(matrix.dots_in(308), Some(4));
        assert_eq!(matrix.dots_in(275), Some(3));
        assert_eq!(matrix.dots_in(206), None);
    }

    #[test]
    fn the_outline_of_one_module_is_a_square_and_a_ring_has_a_hole() {
        let one = Matrix { width: 1, dark: vec![true] };
        assert_eq!(one.outline(0, 0, 4), "M16 16h4v4h-4v-4z");
        let ring = Matrix { width: 3, dark: vec![true, true, true, true, false, true, true, true, true] };
        assert_eq!(ring.outline(0, 0, 1), "M4 4h3v3h-3v-3zM5 5v1h1v-1h-1z");
        let touching = Matrix { width: 2, dark: vec![true, false, false, true] };
        assert_eq!(touching.outline(0, 0, 1), "M4 4h1v1h-1v-1zM5 5h1v1h-1v-1z");
    }
}
