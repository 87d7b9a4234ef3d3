//! Photo: connected pieces of a map, and distances to it.

use super::plane::Plane;

/// Connected pieces of pixels that are `value`, as indices.
pub fn pieces(map: &Plane<bool>, value: bool) -> Vec<Vec<usize>> {
    let (w, h) = (map.width, map.height);
    let mut seen = vec![false; w * h];
    let mut out = Vec::new();
    for start in 0..w * h {
        if seen[start] || map.data[start] != value {
            continue;
        }
        seen[start] = true;
        let mut piece = vec![start];
        let mut next = 0;
        while next < piece.len() {
            let i = piece[next];
            next += 1;
            let column = i % w;
            let around = [
                (column > 0).then(|| i - 1),
                (column + 1 < w).then(|| i + 1),
                i.checked_sub(w),
                (i + w < w * h).then(|| i + w),
            ];
            for j in around.into_iter().flatten() {
                if !seen[j] && map.data[j] == value {
                    seen[j] = true;
                    piece.push(j);
                }
            }
        }
        out.push(piece);
    }
    out
}

const SIDE: f32 = 1.0;
const DIAGONAL: f32 = 4.0 / 3.0;

/// Distance in pixels (chamfer 3-4) to the nearest seed, and that seed's index; `u32::MAX` where
/// there is no seed at all.
pub fn nearest(seeds: &Plane<bool>) -> (Plane<f32>, Plane<u32>) {
    let (w, h) = (seeds.width, seeds.height);
    let mut dist = seeds.map(|s| if s { 0.0_f32 } else { 1e9 });
    let mut index = Plane::filled(w, h, u32::MAX);
    for (i, s) in seeds.data.iter().enumerate() {
        if *s {
            index.data[i] = i as u32;
        }
    }
    let mut relax = |i: usize, j: usize, step: f32| {
        if dist.data[j] + step < dist.data[i] {
            dist.data[i] = dist.data[j] + step;
            index.data[i] = index.data[j];
        }
    };
    for y in 0..h {
        for x in 0..w {
            let i = y * w + x;
            if x > 0 {
                relax(i, i - 1, SIDE);
            }
            if y > 0 {
                relax(i, i - w, SIDE);
                if x > 0 {
                    relax(i, i - w - 1, DIAGONAL);
                }
                if x + 1 < w {
                    relax(i, i - w + 1, DIAGONAL);
                }
            }
        }
    }
    for y in (0..h).rev() {
        for x in (0..w).rev() {
            let i = y * w + x;
            if x + 1 < w {
                relax(i, i + 1, SIDE);
            }
            if y + 1 < h {
                relax(i, i + w, SIDE);
                if x + 1 < w {
                    relax(i, i + w + 1, DIAGONAL);
                }
                if x > 0 {
                    relax(i, i + w - 1, DIAGONAL);
                }
            }
        }
    }
    (dist, index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_the_seed_and_its_distance() {
        let mut seeds = Plane::filled(9, 7, false);
        seeds.data[3 * 9 + 2] = true;
        let (dist, index) = nearest(&seeds);
        assert!((dist.at(7, 3) - 5.0).abs() < 1e-5);
        assert!(index.data.iter().all(|i| *i == 3 * 9 + 2));
        assert!(nearest(&Plane::filled(4, 4, false)).1.data.iter().all(|i| *i == u32::MAX));
    }
}
