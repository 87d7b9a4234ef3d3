//! Photo: a head has a body. Where clothes look like the backdrop the network may lose all of what
//! is below the head, and what it says there is then not to be taken for knowledge.

use super::plane::Plane;
use super::regions::{nearest, pieces};

/// Share of what shows of a person, from the top, that is head and hair rather than body. Own: the
/// card's crop needs the shoulders.
const HEAD: f32 = 0.4;

/// The row from which on a person is body.
pub fn chest(inside: &Plane<bool>) -> usize {
    let top = inside.data.iter().position(|s| *s).map_or(inside.height, |i| i / inside.width);
    top + ((inside.height - top) as f32 * HEAD) as usize
}

/// Where the body of what was found can be: below it, and as far aside as it goes down. Shoulders
/// lie within that, seen from the ears; what lies off it is backdrop, whatever is worn.
pub fn below(inside: &Plane<bool>) -> Plane<bool> {
    let (w, h) = (inside.width, inside.height);
    let mut out = inside.clone();
    for y in 1..h {
        let (above, row) = out.data[(y - 1) * w..(y + 1) * w].split_at_mut(w);
        for (x, here) in row.iter_mut().enumerate() {
            *here |= above[x.saturating_sub(1)..(x + 2).min(w)].contains(&true);
        }
    }
    out.data[..chest(inside) * w].fill(false);
    out
}

/// How much an outline is thickened so that it closes, working pixels.
const THICK: f32 = 2.5;
/// So far off what was found it is more than the outline of that.
const BEYOND: f32 = 7.0;
/// So large, as a share of what was found, is a part of a person; and what of it may be left out in
/// the end.
pub const PART: f32 = 0.02;
pub const LEFT_OUT: f32 = 0.003;
/// Own: the network's mean share of person in clothes that it loses is above 0.07, in a shaded corner
/// of the cloth 0.000.
const TRACE: f32 = 0.02;

/// What cannot be reached from the picture's top and sides without crossing the person or something
/// else that the bare backdrop does not have: cloth of the backdrop's very colour, whose outline
/// alone is seen. Holes of the person itself are not meant, there the backdrop may show.
/// Only what is at least this large beyond the outline, as a share of the person, and where the
/// network sees a trace of one.
pub fn enclosed(inside: &Plane<bool>, foreign: &Plane<bool>, net: &Plane<f32>, least: f32) -> Plane<bool> {
    let mut wall = nearest(foreign).0.map(|d| d <= THICK);
    for (w, i) in wall.data.iter_mut().zip(&inside.data) {
        *w |= i;
    }
    let (outside, _) = nearest(&reached(&wall));
    let (off, _) = nearest(inside);
    let free = reached(inside);
    let mut out = outside.map(|d| d > THICK);
    for (i, o) in out.data.iter_mut().enumerate() {
        *o = *o && free.data[i] && !inside.data[i];
    }
    // Pieces that are more than the outline of what was found, and not small.
    let area = inside.data.iter().filter(|s| **s).count() as f32;
    for piece in pieces(&out, true) {
        let beyond = piece.iter().filter(|i| off.data[**i] > BEYOND).count() as f32;
        let seen = piece.iter().map(|i| net.data[*i]).sum::<f32>() / piece.len() as f32;
        if beyond < least * area || seen < TRACE {
            for i in piece {
                out.data[i] = false;
            }
        }
    }
    out
}

/// Pixels that are no wall, from the picture's top and sides on.
pub fn reached(wall: &Plane<bool>) -> Plane<bool> {
    let (w, h) = (wall.width, wall.height);
    let mut out = Plane::filled(w, h, false);
    let mut next: Vec<usize> = (0..w).chain((0..h).flat_map(|y| [y * w, y * w + w - 1])).collect();
    while let Some(i) = next.pop() {
        if wall.data[i] || out.data[i] {
            continue;
        }
        out.data[i] = true;
        let x = i % w;
        next.extend((x > 0).then(|| i - 1));
        next.extend((x + 1 < w).then(|| i + 1));
        next.extend(i.checked_sub(w));
        next.extend((i + w < w * h).then(|| i + w));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widens_downwards_and_never_up() {
        let mut head = Plane::filled(11, 6, false);
        head.data[11 + 5] = true;
        let body = below(&head);
        let width = |y: usize| (0..11).filter(|x| body.at(*x, y)).count();
        assert_eq!([0, 1, 2, 3, 4, 5].map(width), [0, 0, 0, 5, 7, 9]);
    }

    #[test]
    fn an_outline_encloses_and_a_hole_or_an_open_outline_does_not() {
        // A head with a hole, and a garment's outline from it down to the lower edge.
        let (w, h) = (60, 60);
        let mut head = Plane::filled(w, h, false);
        for (i, s) in head.data.iter_mut().enumerate() {
            let hole = (28..32).contains(&(i % w)) && (8..12).contains(&(i / w));
            *s = (24..36).contains(&(i % w)) && (3..18).contains(&(i / w)) && !hole;
        }
        let mut outline = Plane::filled(w, h, false);
        for y in 18..h {
            outline.data[y * w + 12] = true;
            outline.data[y * w + 47] = true;
        }
        outline.data[18 * w + 12..18 * w + 48].fill(true);
        let seen = Plane::filled(w, h, 0.1);
        let found = enclosed(&head, &outline, &seen, PART);
        assert!(found.at(30, 50) && found.at(14, 30), "the garment");
        assert!(!found.at(5, 50) && !found.at(30, 10), "neither backdrop nor a hole");
        assert!(!enclosed(&head, &outline, &seen, 9.0).data.contains(&true), "too small to count");
        let nobody = Plane::filled(w, h, 0.0);
        assert!(
            !enclosed(&head, &outline, &nobody, PART).data.contains(&true),
            "a shaded corner of the cloth"
        );
        for y in 30..40 {
            outline.data[y * w + 12] = false;
        }
        assert!(!enclosed(&head, &outline, &seen, PART).at(30, 50), "open on one side");
    }
}
