//! Photo: which side of the two-coloured cloth to turn to where a person looks like the backdrop.

use super::plane::{Colour, Plane};

/// The sides of the cloth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloth {
    Red,
    Blue,
}

/// In linear light, as a camera sees them in an office.
const RED: Colour = [0.58, 0.01, 0.014];
const BLUE: Colour = [0.018, 0.089, 0.503];
/// Squared difference of square roots of light below which clothes look like the cloth.
const ALIKE: f32 = 0.08;

impl Cloth {
    /// The side that a backdrop shows; `None` for any other wall.
    pub(super) fn of(backdrop: &Plane<Colour>) -> Option<Cloth> {
        let n = backdrop.data.len().max(1) as f32;
        let mean: Colour = std::array::from_fn(|k| backdrop.data.iter().map(|c| c[k]).sum::<f32>() / n);
        let red = mean[0] > 2.5 * mean[1].max(mean[2]);
        let blue = mean[2] > 2.0 * mean[0].max(mean[1]);
        if red { Some(Cloth::Red) } else { blue.then_some(Cloth::Blue) }
    }

    #[must_use]
    pub fn other(self) -> Cloth {
        match self {
            Cloth::Red => Cloth::Blue,
            Cloth::Blue => Cloth::Red,
        }
    }
}

/// The side to turn to: off the one that hangs; before any other wall the one that less of the
/// person looks like. `net` is the network's share of person, `backdrop` the wall behind.
pub fn other_side(frame: &Plane<Colour>, net: &Plane<f32>, backdrop: &Plane<Colour>) -> Cloth {
    if let Some(hangs) = Cloth::of(backdrop) {
        return hangs.other();
    }
    let like = |cloth: &Colour| {
        frame.data.iter().zip(&net.data).filter(|(c, p)| **p > 0.9 && difference(c, cloth) < ALIKE).count()
    };
    if like(&RED) < like(&BLUE) { Cloth::Red } else { Cloth::Blue }
}

fn difference(a: &Colour, b: &Colour) -> f32 {
    (0..3).map(|k| (a[k].max(0.0).sqrt() - b[k].sqrt()).powi(2)).sum()
}

impl std::fmt::Display for Cloth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Cloth::Red => "red",
            Cloth::Blue => "blue",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_the_side_that_hangs_nor_the_colour_worn() {
        let all = Plane::filled(8, 8, 1.0_f32);
        let dressed = |c: Colour| Plane::filled(8, 8, c);
        assert_eq!(other_side(&dressed(BLUE), &all, &dressed(RED)), Cloth::Blue);
        assert_eq!(other_side(&dressed(BLUE), &all, &dressed(BLUE)), Cloth::Red);
        let white = [0.8, 0.8, 0.78];
        assert_eq!(other_side(&dressed(BLUE), &all, &dressed(white)), Cloth::Red);
        assert_eq!(other_side(&dressed(RED), &all, &dressed(white)), Cloth::Blue);
    }
}
