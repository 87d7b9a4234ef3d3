//! Contact sheets for `docs/pictures`: every screen small, with its name. Written where
//! `ANJUNGAN_SCREENS_DOCS=1` asks for it; what they show is measured in the same run.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use image::{Rgba, RgbaImage, imageops};
use resvg::{tiny_skia, usvg};

/// Walks that have a sheet, the file it goes to, how many pictures stand in a row, and with what the names
/// of its scenes begin.
const SHEETS: [(&str, &str, u32, &str); 5] = [
    ("800x480-id", "screens-id", 5, ""),
    ("800x480-en", "screens-en", 5, ""),
    ("720x1280-id", "screens-upright", 10, ""),
    ("1024x600-id", "provisioning", 4, "setup-"),
    ("gallery-800x480", "gallery", 5, ""),
];
const WIDTH: u32 = 1440;
/// Of the line with the name.
const LINE: u32 = 20;
const GAP: u32 = 6;
/// Of WebP, where words of this size can just be read.
const QUALITY: f32 = 45.0;

pub struct Contact {
    file: &'static str,
    across: u32,
    of: &'static str,
    tiles: Vec<(String, RgbaImage)>,
}

impl Contact {
    pub fn open(walk: &str) -> Option<Contact> {
        std::env::var_os("ANJUNGAN_SCREENS_DOCS").filter(|value| value == "1")?;
        let (_, file, across, of) = SHEETS.into_iter().find(|(name, ..)| *name == walk)?;
        Some(Contact { file, across, of, tiles: Vec::new() })
    }

    pub fn add(&mut self, scene: &str, picture: &RgbaImage) {
        if !scene.starts_with(self.of) {
            return;
        }
        let width = WIDTH / self.across - GAP;
        let height = picture.height() * width / picture.width();
        let small = imageops::resize(picture, width, height, imageops::FilterType::CatmullRom);
        self.tiles.push((scene.to_owned(), small));
    }

    pub fn write(self) {
        let Some((_, first)) = self.tiles.first() else { return };
        let (cell_w, cell_h) = (first.width() + GAP, first.height() + LINE + GAP);
        let rows = (self.tiles.len() as u32).div_ceil(self.across);
        let (width, height) = (cell_w * self.across, cell_h * rows);
        let mut sheet = RgbaImage::from_pixel(width, height, Rgba([0x46, 0x51, 0x61, 255]));
        let mut names = format!("<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'>");
        for (number, (name, tile)) in self.tiles.iter().enumerate() {
            let (x, y) = (number as u32 % self.across * cell_w, number as u32 / self.across * cell_h);
            imageops::replace(&mut sheet, tile, i64::from(x + GAP / 2), i64::from(y + LINE));
            let (x, y) = (x + GAP, y + LINE - 5);
            write!(
                names,
                "<text x='{x}' y='{y}' font-family='Noto Sans' font-size='14' fill='white'>{name}</text>"
            )
            .unwrap();
        }
        names.push_str("</svg>");
        imageops::overlay(&mut sheet, &written(&names, width, height), 0, 0);
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
        let sheet = image::DynamicImage::ImageRgba8(sheet).into_rgb8();
        let webp = webp::Encoder::from_rgb(&sheet, width, height).encode(QUALITY);
        std::fs::write(folder.join(format!("{}.webp", self.file)), &*webp).unwrap();
    }
}

fn written(svg: &str, width: u32, height: u32) -> RgbaImage {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../../assets/fonts/NotoSans-Regular.ttf").to_vec());
    let options = usvg::Options { fontdb: Arc::new(fonts), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).unwrap();
    let mut pixmap = tiny_skia::Pixmap::new(width, height).unwrap();
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixmap.as_mut());
    let pixels = pixmap.pixels().iter().flat_map(|pixel| {
        let pixel = pixel.demultiply();
        [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
    });
    RgbaImage::from_raw(width, height, pixels.collect()).unwrap()
}
