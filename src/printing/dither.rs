//! A portrait in black dots: grey tones as a thermal head can print them.

use image::{GrayImage, Luma, RgbaImage};

/// How a thermal head renders tones. Dots spread on the paper, some heads' more than others', so middle tones come out darker
/// than asked and are lifted. The test print shows all three, for the technician to choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// For heads that print darker than most.
    Light,
    #[default]
    Normal,
    /// For heads that print paler than most.
    Dark,
}

impl Tone {
    pub const ALL: [Tone; 3] = [Tone::Light, Tone::Normal, Tone::Dark];

    /// The word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Tone::Light => "light",
            Tone::Normal => "normal",
            Tone::Dark => "dark",
        }
    }

    pub fn parse(word: &str) -> Option<Tone> {
        Tone::ALL.into_iter().find(|tone| tone.word() == word)
    }

    /// The exponent that lifts middle tones.
    fn lift(self) -> f32 {
        match self {
            Tone::Light => 0.62,
            Tone::Normal => 0.78,
            Tone::Dark => 0.98,
        }
    }
}

/// How strongly a tone is pushed away from the mean around it: a collar before a neck, a brow on a forehead. These two and the
/// lifts were chosen with `benches/dither.py`: closer to the photo than plain error diffusion on paper where dots
/// spread as well as on paper where they do not.
const LOCAL: f32 = 0.25;
/// The same for the dots next to it: edges.
const SHARP: f32 = 0.5;
/// The lightest tone of the person.
const LIGHTEST: f32 = 0.97;
/// Reach of that mean, as a share of the picture's width.
const AROUND: f32 = 0.05;
/// The share of the darkest and of the lightest pixels that may go fully black or white when contrast is stretched.
const CLIP: f32 = 0.01;

/// The photo on white, scaled to `width` by `height` dots, in dots of 0 and 255: contrast stretched over the person, lifted
/// for the paper, sharpened, then error diffusion (Floyd and Steinberg 1976) in alternating directions, which leaves no
/// worm patterns to one side.
pub fn portrait(photo: &RgbaImage, width: u32, height: u32, tone: Tone) -> GrayImage {
    let (w, h) = (width as usize, height as usize);
    let small = shrink(photo, w, h);
    let (dark, light) = range(&small);
    // The person keeps a hint of tone even where lightest, so that a pale edge still shows against the paper.
    let curve: [f32; 256] = std::array::from_fn(|grey| (grey as f32 / 255.0).powf(tone.lift()) * LIGHTEST);
    let toned: Vec<f32> = small
        .iter()
        .map(|[grey, alpha]| {
            let grey = ((grey - dark) / (light - dark)).clamp(0.0, 1.0) * 255.0;
            255.0 * (curve[grey.round() as usize] * alpha + 1.0 - alpha)
        })
        .collect();
    let near = softened(&toned, w, h, 1, 2);
    let around = softened(&toned, w, h, ((width as f32 * AROUND) as usize).max(1), 2);
    // Paper stays paper: sharpening must not throw dots outside the person.
    let mut levels: Vec<f32> = toned
        .iter()
        .zip(near.iter().zip(&around))
        .map(|(tone, (near, around))| {
            let sharp = tone + SHARP * (tone - near) + LOCAL * (tone - around);
            if *tone >= PAPER { 255.0 } else { sharp.clamp(0.0, 254.0) }
        })
        .collect();
    diffuse(&mut levels, w, h)
}

/// From here on a tone is the paper's own.
const PAPER: f32 = 254.5;

/// Grey (0 to 255) and cover (0 to 1) of each dot: the mean over the part of the photo that it covers. What is see-through
/// does not count towards the grey.
fn shrink(photo: &RgbaImage, width: usize, height: usize) -> Vec<[f32; 2]> {
    let (from_w, from_h) = (photo.width() as usize, photo.height() as usize);
    if from_w == 0 || from_h == 0 {
        return vec![[255.0, 0.0]; width * height];
    }
    let columns = spans(from_w, width);
    let mut out = vec![[0.0f32; 2]; width * height];
    let mut line = vec![[0.0f32; 2]; width];
    let pixels = photo.as_raw();
    for (y, &(top, bottom)) in spans(from_h, height).iter().enumerate() {
        let row_out = &mut out[y * width..(y + 1) * width];
        for (source, share) in shares(top, bottom) {
            let row = &pixels[source.min(from_h - 1) * from_w * 4..][..from_w * 4];
            for (dot, &(left, right)) in line.iter_mut().zip(&columns) {
                *dot = [0.0; 2];
                for (x, part) in shares(left, right) {
                    let p = &row[x.min(from_w - 1) * 4..][..4];
                    let cover = f32::from(p[3]) / 255.0 * part;
                    dot[0] += luminance([p[0], p[1], p[2], p[3]]) * cover;
                    dot[1] += cover;
                }
            }
            for (sum, dot) in row_out.iter_mut().zip(&line) {
                sum[0] += dot[0] * share;
                sum[1] += dot[1] * share;
            }
        }
        let rows = bottom - top;
        for (sum, &(left, right)) in row_out.iter_mut().zip(&columns) {
            let [grey, cover] = *sum;
            *sum = [if cover > 0.0 { grey / cover } else { 255.0 }, cover / (rows * (right - left))];
        }
    }
    out
}

/// Where each of `to` dots begins and ends among `from` pixels.
fn spans(from: usize, to: usize) -> Vec<(f32, f32)> {
    let step = from as f32 / to.max(1) as f32;
    (0..to).map(|at| (at as f32 * step, ((at + 1) as f32 * step).min(from as f32))).collect()
}

/// The pixels from `begin` to `end`, with the part of each that lies between.
fn shares(begin: f32, end: f32) -> impl Iterator<Item = (usize, f32)> {
    let last = (end.ceil() as usize).max(begin as usize + 1);
    (begin as usize..last).map(move |at| {
        let part = (end.min((at + 1) as f32) - begin.max(at as f32)).max(0.0);
        (at, part)
    })
}

/// The mean over a square of `2 * reach + 1` dots, `times` times over, which comes near a Gaussian; edges count on.
fn softened(tones: &[f32], width: usize, height: usize, reach: usize, times: u32) -> Vec<f32> {
    let mut soft = tones.to_vec();
    let mut row = Vec::new();
    for _ in 0..times {
        for line in soft.chunks_mut(width.max(1)) {
            row.clear();
            row.extend_from_slice(line);
            mean(&row, reach, |at, value| line[at] = value);
        }
        for x in 0..width {
            row.clear();
            row.extend((0..height).map(|y| soft[y * width + x]));
            mean(&row, reach, |at, value| soft[at * width + x] = value);
        }
    }
    soft
}

/// The running mean of a row.
fn mean(row: &[f32], reach: usize, mut put: impl FnMut(usize, f32)) {
    let Some(last) = row.len().checked_sub(1) else { return };
    let at = |index: isize| row[index.clamp(0, last as isize) as usize];
    let reach = reach as isize;
    let mut sum: f32 = (-reach..=reach).map(at).sum();
    let count = (2 * reach + 1) as f32;
    for here in 0..row.len() {
        put(here, sum / count);
        sum += at(here as isize + reach + 1) - at(here as isize - reach);
    }
}

/// The part of the photo that a small picture needs: little empty space over the head, in the proportion of `width` to
/// `height`, around the head's middle. Borders that have nobody in them go; the lower edge stays.
pub fn close_up(photo: &RgbaImage, width: u32, height: u32) -> RgbaImage {
    let solid = |x: u32, y: u32| photo.get_pixel(x, y)[3] > 127;
    let (w, h) = photo.dimensions();
    let Some(top) = (0..h).find(|&y| (0..w).any(|x| solid(x, y))) else {
        return photo.clone();
    };
    let top = top.saturating_sub((h - top) / 20);
    let tall = h - top;
    let broad = (tall * width / height.max(1)).clamp(1, w);
    // The head is the upper third of what is there.
    let head: Vec<u32> = (top..top + tall / 3).flat_map(|y| (0..w).filter(move |&x| solid(x, y))).collect();
    let sum: u64 = head.iter().map(|&x| u64::from(x)).sum();
    let middle = (sum / (head.len() as u64).max(1)) as u32;
    let left = middle.saturating_sub(broad / 2).min(w - broad);
    image::imageops::crop_imm(photo, left, top, broad, tall).to_image()
}

/// Rec. 601 luma of a pixel, 0 to 255.
fn luminance(p: [u8; 4]) -> f32 {
    0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2])
}

/// The tones between which the person's dots lie, at least 40 levels apart.
fn range(small: &[[f32; 2]]) -> (f32, f32) {
    let mut tones: Vec<f32> = small.iter().filter(|dot| dot[1] > 0.5).map(|dot| dot[0]).collect();
    let Some(last) = tones.len().checked_sub(1) else { return (0.0, 255.0) };
    let cut = (last as f32 * CLIP) as usize;
    let dark = *tones.select_nth_unstable_by(cut, f32::total_cmp).1;
    let light = *tones.select_nth_unstable_by(last - cut, f32::total_cmp).1;
    (dark.min(light - 40.0), light)
}

fn diffuse(tones: &mut [f32], width: usize, height: usize) -> GrayImage {
    let mut out = GrayImage::new(width as u32, height as u32);
    for y in 0..height {
        let forth = y % 2 == 0;
        for step in 0..width {
            let x = if forth { step } else { width - 1 - step };
            let at = y * width + x;
            let dot = if tones[at] < 128.0 { 0.0 } else { 255.0 };
            let error = tones[at] - dot;
            out.put_pixel(x as u32, y as u32, Luma([dot as u8]));
            let ahead = if forth { 1isize } else { -1 };
            for (dx, dy, share) in [(ahead, 0, 7.0), (-ahead, 1, 3.0), (0, 1, 5.0), (ahead, 1, 1.0)] {
                let to = x.checked_add_signed(dx).filter(|&to| to < width);
                if let Some(to) = to
                    && y + dy < height
                {
                    let tone = &mut tones[(y + dy) * width + to];
                    // White stays white and does not pass error on into the paper.
                    if *tone < 255.0 {
                        *tone += error * share / 16.0;
                    }
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    fn black_share(dots: &GrayImage) -> f32 {
        dots.pixels().filter(|p| p[0] == 0).count() as f32 / dots.len() as f32
    }

    #[test]
    fn only_black_and_white_and_nothing_outside_the_person() {
        let photo = RgbaImage::from_fn(90, 120, |x, y| {
            Rgba([x as u8 * 2, y as u8 * 2, 90, if x < 45 { 255 } else { 0 }])
        });
        let dots = portrait(&photo, 60, 80, Tone::Normal);
        assert!(dots.pixels().all(|p| p[0] == 0 || p[0] == 255));
        assert!((0..80).all(|y| (34..60).all(|x| dots.get_pixel(x, y)[0] == 255)));
        assert!(black_share(&dots) > 0.1);
    }

    #[test]
    fn darker_photos_get_more_dots() {
        // Left half a fixed range of tones, right half one tone: the stretch is the same for both pictures.
        let photo = |tone: u8| {
            RgbaImage::from_fn(100, 100, |x, _| {
                let v = if x < 10 {
                    0
                } else if x < 20 {
                    255
                } else {
                    tone
                };
                Rgba([v, v, v, 255])
            })
        };
        let dark = black_share(&portrait(&photo(60), 100, 100, Tone::Normal));
        let light = black_share(&portrait(&photo(190), 100, 100, Tone::Normal));
        assert!(dark > light + 0.3, "{dark} {light}");
    }

    #[test]
    fn a_lighter_tone_prints_fewer_dots() {
        let photo = RgbaImage::from_fn(100, 100, |x, _| Rgba([(x * 2 + 20) as u8, 100, 90, 255]));
        let [light, normal, dark] = Tone::ALL.map(|tone| black_share(&portrait(&photo, 100, 100, tone)));
        assert!(light < normal - 0.02 && normal < dark - 0.02, "{light} {normal} {dark}");
        assert!(Tone::ALL.iter().all(|tone| Tone::parse(tone.word()) == Some(*tone)));
    }

    #[test]
    fn a_close_up_follows_the_head_and_keeps_the_lower_edge() {
        // A head at the right of a wide, mostly empty picture, over a body that touches the lower edge.
        let photo = RgbaImage::from_fn(400, 400, |x, y| {
            let person = (260..320).contains(&x) && y >= 200;
            Rgba([if y == 399 { 9 } else { 90 }, 0, 0, if person { 255 } else { 0 }])
        });
        let close = close_up(&photo, 3, 4);
        assert_eq!(close.dimensions(), (157, 210));
        assert_eq!(close.get_pixel(78, 209), &Rgba([9, 0, 0, 255]));
        assert_eq!(close.get_pixel(78, 5)[3], 0);
        let nobody = RgbaImage::new(30, 40);
        assert_eq!(close_up(&nobody, 3, 4), nobody);
    }

    #[test]
    fn a_photo_of_one_tone_or_of_nothing_is_no_trouble() {
        for pixel in [[0, 0, 0, 255], [255, 255, 255, 255], [9, 9, 9, 0]] {
            let photo = RgbaImage::from_pixel(10, 10, Rgba(pixel));
            assert_eq!(portrait(&photo, 30, 40, Tone::Normal).dimensions(), (30, 40));
        }
    }
}
