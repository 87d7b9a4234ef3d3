//! How the picture stands on the glass, and what brings a touch to where it is seen. Floor 0: numbers only.
//!
//! A picture is turned by the display; the touch layer of the glass knows nothing of that. libinput takes a matrix
//! for it (`LIBINPUT_CALIBRATION_MATRIX`), by which a place on the glass, from 0 to 1 each way, becomes a place in
//! the picture. Only the eight ways count in which a rectangle lies on itself: turned, or mounted mirrored.

use serde::{Deserialize, Serialize};

/// How far the picture is turned to the right on the glass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum Turn {
    #[default]
    None,
    Right,
    Over,
    Left,
}

impl Turn {
    pub const ALL: [Turn; 4] = [Turn::None, Turn::Right, Turn::Over, Turn::Left];

    pub fn degrees(self) -> u16 {
        match self {
            Turn::None => 0,
            Turn::Right => 90,
            Turn::Over => 180,
            Turn::Left => 270,
        }
    }

    /// Does it make a lying picture an upright one?
    pub fn is_quarter(self) -> bool {
        matches!(self, Turn::Right | Turn::Left)
    }

    /// What brings a touch on the glass into a picture that is turned so.
    pub fn touch(self) -> TouchMap {
        let map = |swap, flip_x, flip_y| TouchMap { swap, flip_x, flip_y };
        match self {
            Turn::None => map(false, false, false),
            // The picture's top lies along the right edge of the glass.
            Turn::Right => map(true, false, true),
            Turn::Over => map(false, true, true),
            Turn::Left => map(true, true, false),
        }
    }
}

impl TryFrom<u16> for Turn {
    type Error = String;

    fn try_from(degrees: u16) -> Result<Turn, String> {
        let known = Turn::ALL.into_iter().find(|turn| turn.degrees() == degrees);
        known.ok_or_else(|| format!("a display is turned by 0, 90, 180 or 270 degrees, not by {degrees}"))
    }
}

impl From<Turn> for u16 {
    fn from(turn: Turn) -> u16 {
        turn.degrees()
    }
}

/// A place, from 0 to 1 to the right and down.
pub type Place = (f32, f32);

/// How far from its mark, each way, a touch may be.
const NEAR: f32 = 0.1;

/// From the glass to the picture: the two ways swapped or not, then each turned round or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TouchMap {
    pub swap: bool,
    pub flip_x: bool,
    pub flip_y: bool,
}

impl TouchMap {
    fn all() -> impl Iterator<Item = TouchMap> {
        (0..8).map(|n| TouchMap { swap: n & 1 > 0, flip_x: n & 2 > 0, flip_y: n & 4 > 0 })
    }

    pub fn apply(self, (x, y): Place) -> Place {
        let (x, y) = if self.swap { (y, x) } else { (x, y) };
        (if self.flip_x { 1.0 - x } else { x }, if self.flip_y { 1.0 - y } else { y })
    }

    /// This one first, then `after`.
    #[must_use]
    pub fn then(self, after: TouchMap) -> TouchMap {
        // Three places say which of the eight it is; corners are exact.
        let corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)];
        let through = |place| after.apply(self.apply(place));
        let same = |map: &TouchMap| corners.iter().all(|corner| map.apply(*corner) == through(*corner));
        TouchMap::all().find(same).unwrap_or(self)
    }

    /// The two rows that libinput takes.
    pub fn matrix(self) -> [i8; 6] {
        let row = |flip: bool, first: bool| {
            let (sign, shift) = if flip { (-1, 1) } else { (1, 0) };
            if first { [sign, 0, shift] } else { [0, sign, shift] }
        };
        let (across, down) = (row(self.flip_x, !self.swap), row(self.flip_y, self.swap));
        [across[0], across[1], across[2], down[0], down[1], down[2]]
    }

    /// What would bring these touches to their marks; none of the eight ways where the glass is worse off than that.
    pub fn correcting(touches: &[(Place, Place)]) -> Option<TouchMap> {
        let near = |a: Place, b: Place| (a.0 - b.0).abs() <= NEAR && (a.1 - b.1).abs() <= NEAR;
        TouchMap::all().find(|map| touches.iter().all(|(mark, touch)| near(map.apply(*touch), *mark)))
    }
}

/// The udev rule that turns every touch screen of this station.
pub fn touch_rule(map: TouchMap) -> String {
    let matrix = map.matrix().map(|number| number.to_string()).join(" ");
    format!(
        "# Written by anjungan: brings touches to where the picture shows them.\n\
         ENV{{ID_INPUT_TOUCHSCREEN}}==\"1\", ENV{{LIBINPUT_CALIBRATION_MATRIX}}=\"{matrix}\"\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: [Place; 4] = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)];

    fn by_matrix(matrix: [i8; 6], place: Place) -> Place {
        let rows = matrix.map(f32::from);
        let at = |row: &[f32]| row[0] * place.0 + row[1] * place.1 + row[2];
        (at(&rows[..3]), at(&rows[3..]))
    }

    #[test]
    fn the_matrix_says_what_the_map_does() {
        for map in TouchMap::all() {
            for place in MARKS {
                let (wanted, got) = (map.apply(place), by_matrix(map.matrix(), place));
                assert!((wanted.0 - got.0).abs() + (wanted.1 - got.1).abs() < 1e-6, "{map:?} {place:?}");
            }
        }
    }

    /// Where the corner of the picture is on the glass, as the renderer puts it there (checked against the
    /// renderer itself in `display`): the finger that touches it must land in that corner.
    #[test]
    fn a_touch_lands_in_the_corner_of_the_picture_that_is_under_the_finger() {
        for (turn, glass) in [
            (Turn::None, (0.0, 0.0)),
            (Turn::Right, (1.0, 0.0)),
            (Turn::Over, (1.0, 1.0)),
            (Turn::Left, (0.0, 1.0)),
        ] {
            assert_eq!(turn.touch().apply(glass), (0.0, 0.0), "{turn:?}");
        }
        assert_eq!(Turn::Right.touch().matrix(), [0, 1, 0, -1, 0, 1]);
        assert_eq!(Turn::Over.touch().matrix(), [-1, 0, 1, 0, -1, 1]);
        assert_eq!(Turn::Left.touch().matrix(), [0, -1, 1, 1, 0, 0]);
    }

    #[test]
    fn four_touches_say_how_the_glass_is_mounted() {
        for mounted in TouchMap::all() {
            let touches: Vec<_> = MARKS.iter().map(|mark| (*mark, mounted.apply(*mark))).collect();
            let found = TouchMap::correcting(&touches).unwrap();
            assert_eq!(mounted.then(found), TouchMap::default(), "{mounted:?}");
        }
        let shaky: Vec<_> = MARKS.iter().map(|mark| (*mark, (mark.0 + 0.06, mark.1 - 0.05))).collect();
        assert_eq!(TouchMap::correcting(&shaky), Some(TouchMap::default()));
        let all_in_one: Vec<_> = MARKS.iter().map(|mark| (*mark, (0.5, 0.5))).collect();
        assert_eq!(TouchMap::correcting(&all_in_one), None);
        let half: Vec<_> = MARKS.iter().map(|mark| (*mark, (mark.0 * 0.5, mark.1))).collect();
        assert_eq!(TouchMap::correcting(&half), None, "a glass that is wrongly scaled is no turn");
    }

    #[test]
    fn a_turn_is_kept_as_degrees_and_nothing_else_is_read() {
        assert_eq!(Turn::ALL.map(|turn| Turn::try_from(turn.degrees())), Turn::ALL.map(Ok));
        assert!(Turn::try_from(45).is_err());
    }

    #[test]
    fn the_rule_is_for_touch_screens_and_holds_numbers_alone() {
        let rule = touch_rule(Turn::Over.touch());
        assert!(rule.contains("ID_INPUT_TOUCHSCREEN") && rule.contains("=\"-1 0 1 0 -1 1\""), "{rule}");
    }
}
