//! Photo: the measures of a face beside their limits, for whoever sets up a camera.

use super::limits::LIMITS;
use super::quality::Measures;

/// What is measured. Units stand at [`Measures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    EyeDistance,
    HeadHeight,
    Aside,
    Height,
    Roll,
    Yaw,
    Pitch,
    LidGap,
    EyeOpening,
    MouthGap,
    Brightness,
    Overexposed,
    Underexposed,
    Balance,
    Sharpness,
}

/// One measure, with the limits that the advice and the verdict go by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gauge {
    pub what: Quantity,
    pub value: f32,
    pub least: Option<f32>,
    pub most: Option<f32>,
    pub ok: bool,
}

/// Every measure of the best face; none without exactly one face. What only the mesh can say is
/// left out where it found nothing.
pub fn gauges(m: &Measures) -> Vec<Gauge> {
    use Quantity as Q;
    if m.faces != 1 {
        return Vec::new();
    }
    let l = &LIMITS;
    let between = |what, value, (least, most)| gauge(what, value, Some(least), Some(most));
    let least = |what, value, limit| gauge(what, value, Some(limit), None);
    let most = |what, value, limit| gauge(what, value, None, Some(limit));
    let mut all = vec![
        least(Q::EyeDistance, m.eye_distance, l.eye_distance),
        between(Q::HeadHeight, m.t_share, l.t_share),
        between(Q::Aside, m.eyes_x, l.eyes_x),
        between(Q::Height, m.eyes_y, l.eyes_y),
        between(Q::Roll, m.roll, (-l.roll, l.roll)),
        between(Q::Brightness, m.luminance, l.luminance),
        most(Q::Overexposed, m.overexposed, l.overexposed),
        most(Q::Underexposed, m.underexposed, l.underexposed),
        least(Q::Sharpness, m.sharpness, l.sharpness),
    ];
    if m.mesh {
        // Closed eyes are believed only where both say so.
        let open = m.lid_gap >= l.lid_gap || m.eye_opening >= l.eye_opening;
        all.extend([
            between(Q::Yaw, m.yaw, (-l.yaw, l.yaw)),
            between(Q::Pitch, m.pitch, l.pitch),
            Gauge { ok: open, ..least(Q::LidGap, m.lid_gap, l.lid_gap) },
            Gauge { ok: open, ..least(Q::EyeOpening, m.eye_opening, l.eye_opening) },
            most(Q::MouthGap, m.mouth_gap, l.mouth_gap),
            least(Q::Balance, m.balance, l.balance),
        ]);
    }
    all
}

fn gauge(what: Quantity, value: f32, least: Option<f32>, most: Option<f32>) -> Gauge {
    let ok = least.is_none_or(|limit| value >= limit) && most.is_none_or(|limit| value <= limit);
    Gauge { what, value, least, most, ok }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_measure_is_held_against_its_own_limit() {
        let m = Measures {
            faces: 1,
            eye_distance: 60.0,
            t_share: 0.2,
            roll: -20.0,
            mesh: true,
            lid_gap: 0.01,
            eye_opening: 0.06,
            ..Measures::default()
        };
        let ok = |what| gauges(&m).iter().find(|g| g.what == what).map(|g| g.ok);
        assert_eq!(ok(Quantity::EyeDistance), Some(false));
        assert_eq!(ok(Quantity::HeadHeight), Some(true));
        assert_eq!(ok(Quantity::Roll), Some(false));
        assert_eq!(ok(Quantity::LidGap), Some(true));
        assert!(gauges(&Measures { faces: 2, ..m }).is_empty());
    }
}
