//! How many sizes and rates a driver names. nokhwa writes all of them down as it opens a camera; a driver that takes any size
//! (a loopback that nobody feeds yet) names a range, of which that makes millions of entries, and a range
//! without a step makes it panic.

use ::v4l::Device;
use ::v4l::frameinterval::FrameIntervalEnum as Rates;
use ::v4l::framesize::FrameSizeEnum as Sizes;
use ::v4l::video::Capture;

/// Ten times what a webcam or a sensor on a ribbon names.
const MANY: u64 = 200_000;

/// Refuses a camera whose list would fill the memory.
pub fn few_enough(device: &Device) -> Result<(), String> {
    let count = count(device).map_err(|error| error.to_string())?;
    if count > MANY {
        return Err(format!(
            "its driver names {count} sizes and rates, as one does that gets no pictures itself yet"
        ));
    }
    Ok(())
}

fn count(device: &Device) -> std::io::Result<u64> {
    let mut count = 0_u64;
    for format in device.enum_formats()? {
        for sizes in device.enum_framesizes(format.fourcc)? {
            let (many, width, height) = match sizes.size {
                Sizes::Discrete(one) => (1, one.width, one.height),
                Sizes::Stepwise(s) => {
                    let wide = steps(s.min_width, s.max_width, s.step_width);
                    let high = steps(s.min_height, s.max_height, s.step_height);
                    (wide.min(high), s.min_width, s.min_height)
                }
            };
            // A driver may name no rates at all.
            let rates = device.enum_frameintervals(format.fourcc, width, height).unwrap_or_default();
            let rates = rates.into_iter().map(|rates| match rates.interval {
                Rates::Discrete(_) => 1,
                Rates::Stepwise(s) => steps(s.min.numerator, s.max.numerator, s.step.numerator),
            });
            count = count.saturating_add(many.saturating_mul(rates.fold(0, u64::saturating_add)));
        }
    }
    Ok(count)
}

/// How many there are from `least` to `most`.
fn steps(least: u32, most: u32, step: u32) -> u64 {
    match u64::from(most.saturating_sub(least)).checked_div(u64::from(step)) {
        Some(further) => further + 1,
        None => u64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_counted_without_being_written_down() {
        assert_eq!(steps(2, 8192, 1), 8191);
        assert_eq!(steps(32, 2592, 2), 1281);
        assert_eq!(steps(640, 640, 8), 1);
        assert_eq!(steps(1, 8, 0), u64::MAX, "a range without a step");
    }
}
