//! Photo: between sRGB bytes and linear light, where mixing of colours is true (IEC 61966-2-1).

use std::sync::OnceLock;

/// Linear light 0..1 of each sRGB byte.
pub fn table() -> &'static [f32; 256] {
    static TABLE: OnceLock<[f32; 256]> = OnceLock::new();
    TABLE.get_or_init(|| {
        std::array::from_fn(|i| {
            let s = i as f32 / 255.0;
            if s <= 0.04045 { s / 12.92 } else { ((s + 0.055) / 1.055).powf(2.4) }
        })
    })
}

const STEPS: usize = 4096;

/// sRGB byte of a linear value; values outside 0..1 are clipped.
pub fn to_byte(linear: f32) -> u8 {
    static BACK: OnceLock<Vec<u8>> = OnceLock::new();
    // Indexed by the square root, which spends the steps where bytes lie close together.
    let back = BACK.get_or_init(|| {
        (0..=STEPS)
            .map(|i| {
                let l = (i as f32 / STEPS as f32).powi(2);
                let s = if l <= 0.003_130_8 { l * 12.92 } else { 1.055 * l.powf(1.0 / 2.4) - 0.055 };
                (s * 255.0).round() as u8
            })
            .collect()
    });
    back[(linear.clamp(0.0, 1.0).sqrt() * STEPS as f32) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_the_round_trip() {
        for i in 0..=255_u8 {
            assert!(to_byte(table()[usize::from(i)]).abs_diff(i) <= 1, "{i}");
        }
    }
}
