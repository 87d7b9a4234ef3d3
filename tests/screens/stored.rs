//! Pictures compared with stored ones. Stored is a sheet of small grey thumbnails, a sheet for each
//! display, language and look, and beside it the names and main colours of its scenes.
//!
//! A thumbnail's dot is the mean of a block of pixels: other antialiasing moves it by a level or
//! two of 255, another word by twenty.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use image::{GrayImage, Luma, Rgba, RgbaImage, imageops};

/// Side of a block in pixels.
const BLOCK: u32 = 24;
/// Grey levels are stored in steps of this, for the size of the files.
const STEP: u8 = 4;
/// A dot that differs by more is another picture.
const MOST: u8 = 12;
/// Thumbnails in a row of the sheet.
const ACROSS: u32 = 8;
/// A colour that covers less of the picture is not noted, and one that covers less than a quarter
/// of it has gone.
const SHARE: f64 = 0.012;

type Picture = (GrayImage, Vec<[u8; 3]>);

pub struct Sheet {
    name: String,
    old: HashMap<String, Picture>,
    /// The names of the stored ones, in the order of the sheet.
    order: Vec<String>,
    now: Vec<(String, GrayImage, Vec<[u8; 3]>)>,
    accept: bool,
}

impl Sheet {
    pub fn open(name: &str) -> Sheet {
        let accept = std::env::var_os("ANJUNGAN_SCREENS_ACCEPT").is_some_and(|value| value == "1");
        let stored = read(name);
        let order = stored.iter().map(|(name, _)| name.clone()).collect();
        Sheet { name: name.to_owned(), old: stored.into_iter().collect(), order, now: Vec::new(), accept }
    }

    /// What is different from the stored picture of this scene.
    pub fn compare(&mut self, scene: &str, picture: &RgbaImage) -> Vec<String> {
        let (small, colours) = (thumbnail(picture), main_colours(picture, SHARE));
        let mut faults = Vec::new();
        if !self.accept {
            match self.old.get(scene) {
                None => {
                    faults.push("no picture is stored: look at it, then ANJUNGAN_SCREENS_ACCEPT=1".into());
                }
                Some((old, _)) if old.dimensions() != small.dimensions() => {
                    faults.push("the stored picture has another size".into());
                }
                Some((old, old_colours)) => {
                    let changed = changed(old, &small);
                    if !changed.is_empty() {
                        let kept = explain(&self.name, scene, picture, old, &changed);
                        faults.push(format!("differs from the stored picture, see {}", kept.display()));
                    }
                    let here = main_colours(picture, SHARE / 4.0);
                    if let Some(gone) = old_colours.iter().find(|colour| !here.contains(colour)) {
                        faults.push(format!("the colour {gone:02x?} has gone"));
                    }
                }
            }
        }
        self.now.push((scene.to_owned(), small, colours));
        faults
    }

    /// Stores what was seen, where that is asked for; else says which stored pictures nothing is left of.
    pub fn close(mut self, whole: bool) -> Vec<String> {
        if self.accept {
            if !whole {
                self.keep_the_others();
            }
            self.write();
            return Vec::new();
        }
        if !whole {
            return Vec::new();
        }
        let gone = self.old.keys().filter(|name| !self.now.iter().any(|(now, ..)| now == *name));
        gone.map(|name| format!("a picture of {name} is stored, and there is no such scene")).collect()
    }

    /// Only some scenes were walked: those that were not stay as they are stored.
    fn keep_the_others(&mut self) {
        let mut seen = std::mem::take(&mut self.now);
        for name in &self.order {
            match seen.iter().position(|(now, ..)| now == name) {
                Some(at) => self.now.push(seen.remove(at)),
                None => self
                    .now
                    .extend(self.old.remove(name).map(|(small, colours)| (name.clone(), small, colours))),
            }
        }
        self.now.append(&mut seen);
    }

    fn write(&self) {
        let Some((_, first, _)) = self.now.first() else { return };
        let (w, h) = first.dimensions();
        let rows = (self.now.len() as u32).div_ceil(ACROSS);
        let mut sheet = GrayImage::new(w * ACROSS, h * rows);
        let mut list = String::new();
        for (number, (scene, small, colours)) in self.now.iter().enumerate() {
            let (x, y) = (number as u32 % ACROSS * w, number as u32 / ACROSS * h);
            imageops::replace(&mut sheet, small, x.into(), y.into());
            write!(list, "{scene}").unwrap();
            for [r, g, b] in colours {
                write!(list, " {r:02x}{g:02x}{b:02x}").unwrap();
            }
            list.push('\n');
        }
        let (picture, names) = files(&self.name);
        std::fs::create_dir_all(picture.parent().unwrap()).unwrap();
        sheet.save(picture).unwrap();
        std::fs::write(names, format!("{w}x{h}\n{list}")).unwrap();
    }
}

fn files(name: &str) -> (PathBuf, PathBuf) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/screens/stored");
    (folder.join(format!("{name}.png")), folder.join(format!("{name}.txt")))
}

fn read(name: &str) -> Vec<(String, Picture)> {
    let (picture, names) = files(name);
    let (Ok(picture), Ok(list)) = (image::open(&picture), std::fs::read_to_string(names)) else {
        return Vec::new();
    };
    let sheet = picture.into_luma8();
    let mut lines = list.lines();
    let (w, h) = lines.next().and_then(|size| size.split_once('x')).expect("a size in the first line");
    let (w, h): (u32, u32) = (w.parse().unwrap(), h.parse().unwrap());
    let scene = |(number, line): (usize, &str)| {
        let (x, y) = (number as u32 % ACROSS * w, number as u32 / ACROSS * h);
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        let colours = words.map(|hex| {
            let value = u32::from_str_radix(hex, 16).unwrap();
            [(value >> 16) as u8, (value >> 8) as u8, value as u8]
        });
        (name, (imageops::crop_imm(&sheet, x, y, w, h).to_image(), colours.collect()))
    };
    lines.enumerate().map(scene).collect()
}

/// The mean of each block, rounded to the steps that are stored.
fn thumbnail(picture: &RgbaImage) -> GrayImage {
    let (across, down) = (picture.width() / BLOCK, picture.height() / BLOCK);
    let mut sums = vec![0_u32; (across * down) as usize];
    for (y, line) in picture.as_raw().chunks_exact(picture.width() as usize * 4).enumerate() {
        let row = y as u32 / BLOCK;
        if row >= down {
            break;
        }
        for (x, pixel) in line.chunks_exact(4).enumerate() {
            let column = (x as u32 / BLOCK).min(across - 1);
            // Rec. 601, in 1/256.
            let grey = 77 * u32::from(pixel[0]) + 150 * u32::from(pixel[1]) + 29 * u32::from(pixel[2]);
            sums[(row * across + column) as usize] += grey;
        }
    }
    GrayImage::from_fn(across, down, |x, y| {
        let mean = (sums[(y * across + x) as usize] / (BLOCK * BLOCK) / 256).min(255) as u8;
        Luma([mean / STEP * STEP])
    })
}

fn changed(old: &GrayImage, new: &GrayImage) -> Vec<(u32, u32)> {
    let differs =
        |(x, y, pixel): &(u32, u32, &Luma<u8>)| old.get_pixel(*x, *y).0[0].abs_diff(pixel.0[0]) > MOST;
    new.enumerate_pixels().filter(differs).map(|(x, y, _)| (x, y)).collect()
}

/// The flat colours of a picture, the commonest first.
fn main_colours(picture: &RgbaImage, share: f64) -> Vec<[u8; 3]> {
    let mut counts: HashMap<[u8; 3], u32> = HashMap::new();
    // Every seventh pixel: a flat colour is met often enough.
    let pixels = picture.as_raw().chunks_exact(4).step_by(7);
    let all = pixels.len();
    for pixel in pixels {
        *counts.entry([pixel[0], pixel[1], pixel[2]]).or_default() += 1;
    }
    let least = share * all as f64;
    let mut found: Vec<_> = counts.into_iter().filter(|(_, count)| f64::from(*count) >= least).collect();
    found.sort_by_key(|(colour, count)| (u32::MAX - count, *colour));
    found.into_iter().map(|(colour, _)| colour).collect()
}

/// A picture of what is different: as it is now with the changed blocks framed, and below it as it
/// was, as far as the thumbnail tells.
fn explain(sheet: &str, scene: &str, now: &RgbaImage, old: &GrayImage, changed: &[(u32, u32)]) -> PathBuf {
    let (w, h) = now.dimensions();
    let mut out = RgbaImage::new(w, h * 2);
    imageops::replace(&mut out, now, 0, 0);
    for (x, y) in changed {
        for i in 0..BLOCK {
            for (dx, dy) in [(i, 0), (i, BLOCK - 1), (0, i), (BLOCK - 1, i)] {
                out.put_pixel(x * BLOCK + dx, y * BLOCK + dy, Rgba([255, 0, 0, 255]));
            }
        }
    }
    for (x, y, pixel) in out.enumerate_pixels_mut().filter(|(_, y, _)| *y >= h) {
        let (bx, by) = ((x / BLOCK).min(old.width() - 1), ((y - h) / BLOCK).min(old.height() - 1));
        let grey = old.get_pixel(bx, by).0[0];
        *pixel = Rgba([grey, grey, grey, 255]);
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("screens-that-differ");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{sheet}-{scene}.png"));
    out.save(&path).unwrap();
    path
}

#[test]
fn another_word_is_seen_and_softer_edges_are_not() {
    let mut picture = RgbaImage::from_pixel(240, 120, Rgba([250, 250, 250, 255]));
    let draw = |picture: &mut RgbaImage, x: u32, ink: u8| {
        for (dx, dy) in (0..5).flat_map(|dx| (0..30).map(move |dy| (dx, dy))) {
            picture.put_pixel(x + dx, 50 + dy, Rgba([ink, ink, ink, 255]));
        }
    };
    draw(&mut picture, 45, 20);
    let before = thumbnail(&picture);
    // Softer edges: a line of half ink beside the letter's stem.
    let mut soft = picture.clone();
    for dy in 0..30 {
        soft.put_pixel(44, 50 + dy, Rgba([225, 225, 225, 255]));
        soft.put_pixel(49, 50 + dy, Rgba([45, 45, 45, 255]));
    }
    assert_eq!(changed(&before, &thumbnail(&soft)), []);
    draw(&mut picture, 55, 20);
    assert_eq!(changed(&before, &thumbnail(&picture)), [(2, 2), (2, 3)]);
}
