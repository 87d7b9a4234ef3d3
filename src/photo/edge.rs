//! Photo: the outline is drawn back to an edge that is seen. Before a backdrop of nearly the
//! clothes' colour the network's coarse outline decides, some pixels too far out; but a fold or a
//! shaded rim may stand there plainly, with nothing but backdrop beyond it.

use super::body::reached;
use super::plane::Plane;
use super::refine::Shape;
use super::regions::nearest;

/// So far the outline may be drawn back, in working pixels.
const REACH: f32 = 9.0;
/// Squared difference below which a pixel is the backdrop as far as can be seen: noise alone has 1.
const BACKDROP: f32 = 3.0;
/// Squared difference of a rim, how near to the outline it must stand, the part of the outline
/// around that must have one, and how far around.
const RIM: f32 = 8.0;
const AT_RIM: f32 = 2.5;
const RIMMED: f32 = 0.8;
const AROUND: usize = 8;

/// Gives back to the backdrop what lies outside of a visible rim and looks like nothing else.
pub fn drawn_back(shape: &mut Shape) {
    let inside = &shape.inside;
    let (depth, _) = nearest(&inside.map(|s| !s));
    let mut wall = inside.clone();
    for ((w, depth), d) in wall.data.iter_mut().zip(&depth.data).zip(&shape.difference.data) {
        *w = *w && (*depth > REACH || *d >= BACKDROP);
    }
    let strip = both(&reached(&wall), inside);
    if !strip.data.contains(&true) {
        return;
    }
    let (off, _) = nearest(&strip);
    let rest = both(&strip.map(|s| !s), inside);
    let front = both(&off.map(|d| d < 1.5), &rest);
    let (to_rim, _) = nearest(&both(&shape.difference.map(|d| d > RIM), &rest));
    let rimmed = both(&to_rim.map(|d| d <= AT_RIM), &front).map(f32::from).box_mean(AROUND);
    let all = front.map(f32::from).box_mean(AROUND);
    let (_, to_front) = nearest(&front);
    let mut kept = inside.clone();
    for (i, k) in kept.data.iter_mut().enumerate() {
        let front = to_front.data[i] as usize;
        if strip.data[i] && front < all.data.len() && rimmed.data[front] >= RIMMED * all.data[front] {
            *k = false;
        }
    }
    let given = both(&reached(&kept), inside);
    for (s, given) in shape.inside.data.iter_mut().zip(&given.data) {
        *s = *s && !given;
    }
}

/// Share of the outline, 0..1, at which something is seen that the backdrop does not have. The rest of
/// it is the network's guess, and ragged.
pub fn seen(shape: &Shape) -> f32 {
    let (depth, _) = nearest(&shape.inside.map(|s| !s));
    let (to_rim, _) = nearest(&both(&shape.difference.map(|d| d > RIM), &shape.inside));
    let outline = depth.data.iter().zip(&to_rim.data).filter(|(d, _)| (0.5..1.5).contains(*d));
    let (seen, all) = outline
        .fold((0, 0), |(seen, all), (_, to_rim)| (seen + usize::from(*to_rim <= AT_RIM + 1.0), all + 1));
    seen as f32 / all.max(1) as f32
}

fn both(one: &Plane<bool>, other: &Plane<bool>) -> Plane<bool> {
    let mut out = one.clone();
    for (o, other) in out.data.iter_mut().zip(&other.data) {
        *o = *o && *other;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of 40 pixels that differs from the backdrop by `rim` at its border and not within,
    /// and an outline that is five pixels too far out.
    fn shape(rim: f32) -> Shape {
        let (w, h) = (80, 80);
        let square = |from: usize, to: usize| {
            let mut map = Plane::filled(w, h, false);
            for y in from..to {
                map.data[y * w + from..y * w + to].fill(true);
            }
            map
        };
        let (outer, inner) = (square(20, 60), square(23, 57));
        let mut difference = Plane::filled(w, h, 1.0);
        for ((d, outer), inner) in difference.data.iter_mut().zip(&outer.data).zip(&inner.data) {
            if *outer && !inner {
                *d = rim;
            }
        }
        Shape { inside: square(15, 65), difference, near: vec![0.5; h], disputed: 0.0, bottom: 1.0, gap: 0.0 }
    }

    #[test]
    fn an_outline_is_drawn_back_to_a_rim_and_no_further() {
        let mut rimmed = shape(20.0);
        assert!(seen(&rimmed) < 0.1, "five pixels off");
        drawn_back(&mut rimmed);
        assert!(!rimmed.inside.at(17, 40) && rimmed.inside.at(21, 40), "to the rim");
        assert!(rimmed.inside.at(40, 40), "what is within stays, alike or not");
        assert!(seen(&rimmed) > 0.95);
    }

    #[test]
    fn without_a_rim_nothing_is_given_away() {
        let mut alike = shape(1.0);
        let before = alike.inside.data.clone();
        drawn_back(&mut alike);
        assert_eq!(alike.inside.data, before);
        assert!(seen(&alike) < 0.1);
    }
}
