//! What a camera's driver offers, and what of it is taken. nokhwa's own choice of the nearest knows the rates of exactly the size
//! that is asked for alone, so that a camera without that size is not opened at all; and it gives up before it has set
//! anything where a camera stands at a packing that it does not know (H264) or at a picture time that is no whole part
//! of a second (7.5 a second are 2/15 s). So the camera is put to what is wanted first.

use std::io;

use ::v4l::frameinterval::FrameIntervalEnum as Rates;
use ::v4l::framesize::FrameSizeEnum as Sizes;
use ::v4l::video::Capture;
use ::v4l::video::capture::Parameters;
use ::v4l::{Device, Format, FourCC, Fraction};
use nokhwa::utils::{CameraFormat, FrameFormat, Resolution};

/// What is taken from a camera here.
const PACKINGS: [FrameFormat; 2] = [FrameFormat::YUYV, FrameFormat::MJPEG];

/// Pictures a second that are asked for.
const RATE: u32 = 30;

/// Uncompressed pictures are better, but over USB 2 they come too slowly at full size; below this rate JPEG is asked for.
const FLUENT: u32 = 15;

/// Puts a camera to the best that it offers for about this size; says what it stands at now.
pub fn put(device: &Device, size: (u32, u32)) -> Result<CameraFormat, String> {
    let offers = offers(device, size).map_err(|error| error.to_string())?;
    let Some(best) = best(&offers, size) else {
        return Err("it offers neither YUYV nor MJPEG at a whole number of pictures a second".to_owned());
    };
    set(device, best).map_err(|error| format!("{best}: {error}"))
}

fn set(device: &Device, wanted: CameraFormat) -> io::Result<CameraFormat> {
    let packing = fourcc(wanted.format());
    // What is so already is not set: somebody may be using it.
    let mut format = device.format()?;
    if (format.fourcc, format.width, format.height) != (packing, wanted.width(), wanted.height()) {
        format = device.set_format(&Format::new(wanted.width(), wanted.height(), packing))?;
    }
    let mut rate = device.params()?.interval;
    if (rate.numerator, rate.denominator) != (1, wanted.frame_rate()) {
        rate = device.set_params(&Parameters::with_fps(wanted.frame_rate()))?.interval;
    }
    // A driver may give something near to it.
    let rate = whole(rate).unwrap_or(wanted.frame_rate());
    Ok(CameraFormat::new(Resolution::new(format.width, format.height), wanted.format(), rate))
}

/// What V4L2 calls it.
fn fourcc(packing: FrameFormat) -> FourCC {
    FourCC::new(if packing == FrameFormat::MJPEG { b"MJPG" } else { b"YUYV" })
}

fn offers(device: &Device, size: (u32, u32)) -> io::Result<Vec<CameraFormat>> {
    let known: Vec<FourCC> = device.enum_formats()?.into_iter().map(|format| format.fourcc).collect();
    let mut offers = Vec::new();
    for (format, packing) in PACKINGS.map(|format| (format, fourcc(format))) {
        if !known.contains(&packing) {
            continue;
        }
        for sizes in device.enum_framesizes(packing)? {
            let (width, height) = match sizes.size {
                Sizes::Discrete(one) => (one.width, one.height),
                // Sensors on a ribbon and capture bridges take any size.
                Sizes::Stepwise(range) => (
                    within(size.0, range.min_width, range.max_width, range.step_width),
                    within(size.1, range.min_height, range.max_height, range.step_height),
                ),
            };
            let offer = |rate| CameraFormat::new(Resolution::new(width, height), format, rate);
            // A driver may name no rates at all.
            let Ok(rates) = device.enum_frameintervals(packing, width, height) else {
                offers.push(offer(RATE));
                continue;
            };
            offers.extend(rates.into_iter().filter_map(|rates| match rates.interval {
                Rates::Discrete(one) => whole(one).map(offer),
                Rates::Stepwise(_) => Some(offer(RATE)),
            }));
        }
    }
    Ok(offers)
}

/// Pictures a second of a picture's time, where that is a whole number.
fn whole(time: Fraction) -> Option<u32> {
    let rate = time.denominator.checked_div(time.numerator)?;
    (rate * time.numerator == time.denominator && rate > 0).then_some(rate)
}

/// The nearest of a range with steps that does not lie above it.
fn within(wanted: u32, least: u32, most: u32, step: u32) -> u32 {
    let wanted = wanted.clamp(least, most.max(least));
    wanted - (wanted - least).checked_rem(step).unwrap_or(0)
}

/// YUYV where it is fluent at about this size, else MJPEG, else YUYV at any rate.
fn best(offers: &[CameraFormat], size: (u32, u32)) -> Option<CameraFormat> {
    let nearest = |packing: FrameFormat| {
        offers.iter().copied().filter(|offer| offer.format() == packing).min_by_key(|offer| {
            let (wide, high) = (offer.width().abs_diff(size.0), offer.height().abs_diff(size.1));
            let far = u64::from(wide).pow(2) + u64::from(high).pow(2);
            (far, offer.frame_rate().abs_diff(RATE))
        })
    };
    let plain = nearest(FrameFormat::YUYV);
    match plain {
        Some(offer) if is_enough(offer, size) => plain,
        _ => nearest(FrameFormat::MJPEG).or(plain),
    }
}

/// Fluent, and not much narrower than asked for.
fn is_enough(offer: CameraFormat, size: (u32, u32)) -> bool {
    offer.frame_rate() >= FLUENT && offer.width() * 4 >= size.0 * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: (u32, u32) = (1280, 960);

    fn offer(width: u32, height: u32, packing: FrameFormat, rate: u32) -> CameraFormat {
        CameraFormat::new(Resolution::new(width, height), packing, rate)
    }

    #[test]
    fn a_slow_or_small_format_is_not_enough() {
        let enough = |w, h, rate| is_enough(offer(w, h, FrameFormat::YUYV, rate), WANTED);
        assert!(enough(1280, 960, 30) && enough(1024, 768, 15));
        assert!(!enough(1280, 960, 8) && !enough(640, 480, 30));
    }

    #[test]
    fn a_webcam_without_the_size_gives_the_nearest_and_jpeg_where_plain_pictures_are_slow() {
        let (plain, jpeg) = (FrameFormat::YUYV, FrameFormat::MJPEG);
        let wide = [
            offer(640, 480, plain, 30),
            offer(1280, 720, plain, 10),
            offer(1280, 720, plain, 5),
            offer(640, 480, jpeg, 30),
            offer(1280, 720, jpeg, 60),
            offer(1280, 720, jpeg, 30),
            offer(1920, 1080, jpeg, 30),
        ];
        assert_eq!(best(&wide, WANTED), Some(offer(1280, 720, jpeg, 30)));
        assert_eq!(
            best(&wide[..3], WANTED),
            Some(offer(1280, 720, plain, 10)),
            "slow, and there is no other"
        );
        assert_eq!(best(&[offer(1280, 960, plain, 25)], WANTED), Some(offer(1280, 960, plain, 25)));
        assert_eq!(best(&[], WANTED), None);
    }

    #[test]
    fn parts_of_a_second_and_ranges() {
        assert_eq!(whole(Fraction::new(1, 30)), Some(30));
        assert_eq!(whole(Fraction::new(1000, 30000)), Some(30), "as some drivers write it");
        assert_eq!(whole(Fraction::new(2, 15)), None);
        assert_eq!(whole(Fraction::new(1001, 30000)), None);
        assert_eq!(whole(Fraction::new(0, 0)), None);
        assert_eq!(within(960, 16, 1944, 2), 960);
        assert_eq!(within(961, 32, 1944, 2), 960);
        assert_eq!((within(1280, 32, 640, 8), within(100, 320, 640, 0)), (640, 320));
    }
}
