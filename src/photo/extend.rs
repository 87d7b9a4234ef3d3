//! Photo: a smooth field known in some places, carried on to all places (push-pull pyramid).

use super::plane::{Colour, Plane};

/// Weighted colours: the sum of `weight * colour` and the weight, on a grid of cells.
#[derive(Clone, Copy, Default)]
pub struct Weighted {
    pub sum: Colour,
    pub weight: f32,
}

/// Collects `value(x, y)` (a colour with its weight) over cells of `cell` pixels a side.
pub fn collect(
    width: usize,
    height: usize,
    cell: usize,
    mut value: impl FnMut(usize, usize) -> Option<Colour>,
) -> Plane<Weighted> {
    let mut grid = Plane::filled(width.div_ceil(cell), height.div_ceil(cell), Weighted::default());
    for y in 0..height {
        for x in 0..width {
            if let Some(c) = value(x, y) {
                let w = grid.width;
                let g = &mut grid.data[(y / cell) * w + x / cell];
                g.sum = std::array::from_fn(|k| g.sum[k] + c[k]);
                g.weight += 1.0;
            }
        }
    }
    grid
}

/// Every cell's mean; cells with less than `full` weight lean on coarser ones, so that the field
/// goes on smoothly where nothing is known. `None` where no cell has any weight.
pub fn filled(grid: &Plane<Weighted>, full: f32) -> Option<Plane<Colour>> {
    if grid.width == 1 && grid.height == 1 {
        let g = grid.data[0];
        return (g.weight > 0.0).then(|| Plane::filled(1, 1, g.sum.map(|s| s / g.weight)));
    }
    let coarse = filled(&halved(grid), full)?;
    let mut out = Plane::filled(grid.width, grid.height, [0.0; 3]);
    for y in 0..grid.height {
        for x in 0..grid.width {
            let g = grid.at(x, y);
            let below = coarse.sample(x as f32 / 2.0 - 0.25, y as f32 / 2.0 - 0.25);
            let trust = (g.weight / full).min(1.0);
            let fine = if g.weight > 0.0 { g.sum.map(|s| s / g.weight) } else { below };
            out.data[y * grid.width + x] =
                std::array::from_fn(|k| fine[k] * trust + below[k] * (1.0 - trust));
        }
    }
    Some(out)
}

fn halved(grid: &Plane<Weighted>) -> Plane<Weighted> {
    let mut out = Plane::filled(grid.width.div_ceil(2), grid.height.div_ceil(2), Weighted::default());
    for y in 0..grid.height {
        for x in 0..grid.width {
            let w = out.width;
            let (o, g) = (&mut out.data[(y / 2) * w + x / 2], grid.at(x, y));
            for k in 0..3 {
                o.sum[k] += g.sum[k];
            }
            o.weight += g.weight;
        }
    }
    out
}

/// Light smoothing over neighbouring cells (1 2 1 each way).
pub fn smoothed(field: &Plane<Colour>) -> Plane<Colour> {
    let (w, h) = (field.width, field.height);
    let pass = |src: &Plane<Colour>, dx: usize, dy: usize| {
        let mut out = src.clone();
        for y in 0..h {
            for x in 0..w {
                let before = src.at(x.saturating_sub(dx), y.saturating_sub(dy));
                let here = src.at(x, y);
                let after = src.at((x + dx).min(w - 1), (y + dy).min(h - 1));
                out.data[y * w + x] = std::array::from_fn(|k| (before[k] + 2.0 * here[k] + after[k]) / 4.0);
            }
        }
        out
    };
    pass(&pass(field, 1, 0), 0, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_takes_the_colour_around_it_and_nothing_gives_nothing() {
        let grid = collect(64, 64, 4, |x, y| {
            (!(20..44).contains(&x) || !(20..44).contains(&y)).then_some([0.25; 3])
        });
        let field = filled(&grid, 4.0).unwrap();
        assert!(field.data.iter().all(|c| (c[1] - 0.25).abs() < 1e-4));
        assert!(filled(&collect(64, 64, 4, |_, _| None), 4.0).is_none());
    }
}
