//! Photo: one person, whole: the largest piece, without specks beside it and without holes that
//! are none.

use super::plane::Plane;
use super::regions::{nearest, pieces};

/// A hole is no gap where it lies this deep, in working pixels (loops of hair are nearer to the
/// outline), is less than one part in so many of the person, and the network is this sure.
const HOLE_DEEP: f32 = 25.0;
const HOLE_SHARE: usize = 100;
const HOLE_SURE: f32 = 0.9;

/// Keeps the largest piece and what is nearly as large; fills holes that are tiny or hardly less
/// than person by their odds, and those deep within where the network sees nothing but a person: an
/// earring, a fold of white cloth.
pub fn one_person(inside: &mut Plane<bool>, odds: &Plane<f32>, net: &Plane<f32>) {
    let (w, h) = (inside.width, inside.height);
    let persons = pieces(inside, true);
    let largest = persons.iter().map(Vec::len).max().unwrap_or(0);
    for piece in persons.iter().filter(|p| p.len() * 20 < largest) {
        for &i in piece {
            inside.data[i] = false;
        }
    }
    let at_edge = |i: &usize| i.is_multiple_of(w) || i % w == w - 1 || i / w == 0 || i / w == h - 1;
    let (around, holes): (Vec<_>, Vec<_>) =
        pieces(inside, false).into_iter().partition(|piece| piece.iter().any(at_edge));
    if holes.is_empty() {
        return;
    }
    let mut outside = Plane::filled(w, h, false);
    for i in around.into_iter().flatten() {
        outside.data[i] = true;
    }
    let (depth, _) = nearest(&outside);
    for hole in holes {
        let mean = |of: &Plane<f32>| hole.iter().map(|i| of.data[*i]).sum::<f32>() / hole.len() as f32;
        let within = hole.iter().all(|i| depth.data[*i] > HOLE_DEEP) && hole.len() * HOLE_SHARE < largest;
        if hole.len() <= 4.max(largest / 5000) || mean(odds) > -0.7 || (within && mean(net) > HOLE_SURE) {
            for i in hole {
                inside.data[i] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(from: usize, to: usize) -> Plane<bool> {
        let mut map = Plane::filled(60, 60, false);
        for y in from..to {
            map.data[y * 60 + from..y * 60 + to].fill(true);
        }
        map
    }

    fn odds() -> Plane<f32> {
        Plane::filled(60, 60, -9.0)
    }

    #[test]
    fn small_specks_go_and_small_holes_are_filled() {
        let mut map = square(10, 50);
        map.data[30 * 60 + 30] = false;
        map.data[2 * 60 + 2] = true;
        one_person(&mut map, &odds(), &Plane::filled(60, 60, 0.5));
        assert!(map.at(30, 30) && !map.at(2, 2));
    }

    #[test]
    fn a_hole_deep_within_is_filled_where_the_network_is_sure_and_a_gap_near_the_outline_stays() {
        let after = |x: usize, y: usize, sure: f32| {
            let mut map = square(1, 59);
            for i in [0, 1, 60, 61, 120, 121] {
                map.data[y * 60 + x + i] = false;
            }
            one_person(&mut map, &odds(), &Plane::filled(60, 60, sure));
            map.at(x, y)
        };
        assert!(after(29, 29, 0.99), "an earring");
        assert!(!after(29, 29, 0.5), "between arm and body");
        assert!(!after(10, 29, 0.99), "a loop of hair");
    }
}
