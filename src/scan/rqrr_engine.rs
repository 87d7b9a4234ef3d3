//! The second engine: rqrr, pure Rust, asked where the first one found nothing.
//!
//! rqrr 0.11 panics on some photographs (a division in its geometry), so it runs under `catch_unwind`: such a picture
//! counts as one without a code. The panic hook still prints its line; the release profile must not set
//! `panic = "abort"`.

use super::threshold::local_mean;
use super::{Engine, Found, Luma};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// rqrr on the picture as it is, or on one made black and white by its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Rqrr {
    local_threshold: bool,
}

impl Rqrr {
    /// With rqrr's own threshold, a running mean along the rows.
    pub fn plain() -> Self {
        Rqrr { local_threshold: false }
    }

    /// With a local-mean threshold first: for shadows and glare across the code.
    pub fn local() -> Self {
        Rqrr { local_threshold: true }
    }
}

impl Engine for Rqrr {
    fn name(&self) -> &'static str {
        if self.local_threshold { "rqrr, local threshold" } else { "rqrr" }
    }

    fn read(&self, picture: Luma) -> Vec<Found> {
        catch_unwind(AssertUnwindSafe(|| {
            if self.local_threshold {
                let flat = local_mean(picture);
                search(Luma { data: &flat, ..picture })
            } else {
                search(picture)
            }
        }))
        .unwrap_or_default()
    }
}

fn search(picture: Luma) -> Vec<Found> {
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(picture.width, picture.height, |x, y| {
        picture.data[y * picture.width + x]
    });
    let mut found = Vec::new();
    for grid in prepared.detect_grids() {
        let mut bytes = Vec::new();
        // A failed decode may have written half a text: only a whole one counts.
        if grid.decode_to(&mut bytes).is_ok() {
            found.push(Found { bytes, corners: grid.bounds.map(|p| (p.x, p.y)) });
        }
    }
    found
}
