//! rqrr, pure Rust: finds codes by flood fill, so it reads some that the others' scan lines miss.
//!
//! rqrr 0.11 panics on some photographs (a division in its geometry), so it runs under `catch_unwind`: such a picture
//! counts as one without a code. The panic hook still prints its line; the release profile must not set
//! `panic = "abort"`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Engine, Found, Luma, Reading};

/// rqrr with its own threshold, a running mean along the rows. It likes a picture that is black and white already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rqrr;

impl Engine for Rqrr {
    fn name(&self) -> &'static str {
        "rqrr"
    }

    fn cost(&self) -> f32 {
        60.0
    }

    fn read(&self, picture: Luma) -> Reading {
        catch_unwind(AssertUnwindSafe(|| search(picture))).unwrap_or_default()
    }
}

fn search(picture: Luma) -> Reading {
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(picture.width, picture.height, |x, y| {
        picture.data[y * picture.width + x]
    });
    let mut reading = Reading::default();
    for grid in prepared.detect_grids() {
        let corners = grid.bounds.map(|p| (p.x, p.y));
        let mut bytes = Vec::new();
        // A failed decode may have written half a text: only a whole one counts.
        if grid.decode_to(&mut bytes).is_ok() {
            reading.found.push(Found { bytes, corners });
        } else {
            reading.near.push(corners);
        }
    }
    reading
}
