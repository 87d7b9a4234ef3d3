//! Photo: every limit of a portrait, in one table with its source.

/// "OFIQ" is BSI's open face quality library (ISO/IEC 29794-5), whose scores of 50 of 100 are
/// taken as the bar; "own" are chosen for a desk and stand in proportion to the crop.
pub struct Limits {
    /// OFIQ: 50 points at 70 px.
    pub eye_distance: f32,
    /// Own: nearer and farther than this the card's crop (T is a quarter of its height) leaves the
    /// frame or loses detail. Live advice only; the eye distance decides about a picture.
    pub t_share: (f32, f32),
    /// Own: eye middle about the frame's centre line, and its height; live advice only.
    pub eyes_x: (f32, f32),
    pub eyes_y: (f32, f32),
    /// Own: up to here the crop levels the eyes well; ICAO wants 5 after that. Degrees.
    pub roll: f32,
    /// Own: about 20 degrees; the detector's word where the mesh finds nothing.
    pub turn: f32,
    /// Own, degrees: ICAO wants 5, and the mesh wavers by some 3; half a profile is refused, a
    /// head turned a little is not.
    pub yaw: f32,
    /// Own, degrees, down and up: a camera above or below the eyes moves it, and people's faces
    /// differ from the mean one by some 8.
    pub pitch: (f32, f32),
    /// Own, both must hold, in T: the mesh draws closed eyes half open (OFIQ's 0.02 is of a mesh
    /// that follows the lids), the dark of an open eye is 0.055 to 0.08 high, of closed lids the
    /// lashes leave up to 0.043.
    pub lid_gap: f32,
    pub eye_opening: f32,
    /// OFIQ: 50 points at 0.2 T. A smile that shows teeth has 0.14.
    pub mouth_gap: f32,
    /// OFIQ: mean between 0.2 and 0.8.
    pub luminance: (f32, f32),
    /// OFIQ gives 50 points at 1 % of the face; spectacles and shining foreheads lie in our
    /// outline, so more is borne.
    pub overexposed: f32,
    /// Own: hair and beards lie in the outline.
    pub underexposed: f32,
    /// The measure is OFIQ's, the limit own: half the face in other light than the other.
    pub balance: f32,
    /// Own, measured on sharp portraits and the same blurred.
    pub sharpness: f32,
}

pub const LIMITS: Limits = Limits {
    eye_distance: 70.0,
    t_share: (0.15, 0.30),
    eyes_x: (0.38, 0.62),
    eyes_y: (0.25, 0.60),
    roll: 15.0,
    turn: 0.55,
    yaw: 18.0,
    pitch: (-22.0, 22.0),
    lid_gap: 0.052,
    eye_opening: 0.047,
    mouth_gap: 0.2,
    luminance: (0.2, 0.8),
    overexposed: 0.08,
    underexposed: 0.6,
    balance: 0.35,
    sharpness: 0.02,
};
