//! A present size and rate that nokhwa can read. It looks at them before it sets its own, and gives up where the packing
//! is none it knows (H264) or the time of a picture is no whole part of a second (7.5 a second are 2/15 s): some cameras begin
//! so, and other programs leave them so.

use std::io;

use ::v4l::frameinterval::FrameIntervalEnum as Rates;
use ::v4l::framesize::FrameSizeEnum as Sizes;
use ::v4l::video::Capture;
use ::v4l::video::capture::Parameters;
use ::v4l::{Device, Format, FourCC, Fraction};

/// What is taken from a camera here.
const PACKINGS: [&[u8; 4]; 2] = [b"YUYV", b"MJPG"];

/// Puts a camera that stands otherwise to the first size and rate that can be read, where it has one.
pub fn made_readable(index: u32) -> io::Result<()> {
    let device = Device::new(index as usize)?;
    if is_readable(device.format()?.fourcc, device.params()?.interval) {
        return Ok(());
    }
    let Some((format, rate)) = first_readable(&device)? else { return Ok(()) };
    device.set_format(&format)?;
    device.set_params(&Parameters::new(rate))?;
    Ok(())
}

fn is_readable(packing: FourCC, rate: Fraction) -> bool {
    rate.numerator == 1 && PACKINGS.iter().any(|known| **known == packing.repr)
}

fn first_readable(device: &Device) -> io::Result<Option<(Format, Fraction)>> {
    for packing in PACKINGS.map(FourCC::new) {
        for sizes in device.enum_framesizes(packing).unwrap_or_default() {
            let Sizes::Discrete(size) = sizes.size else { continue };
            for rates in device.enum_frameintervals(packing, size.width, size.height)? {
                if let Rates::Discrete(rate) = rates.interval
                    && is_readable(packing, rate)
                {
                    return Ok(Some((Format::new(size.width, size.height, packing), rate)));
                }
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_of_a_second_and_a_packing_of_films_cannot_be_read() {
        let yuyv = FourCC::new(b"YUYV");
        assert!(is_readable(yuyv, Fraction::new(1, 30)));
        assert!(is_readable(FourCC::new(b"MJPG"), Fraction::new(1, 25)));
        assert!(!is_readable(yuyv, Fraction::new(2, 15)));
        assert!(!is_readable(yuyv, Fraction::new(1001, 30000)));
        assert!(!is_readable(FourCC::new(b"H264"), Fraction::new(1, 30)));
    }
}
