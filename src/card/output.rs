//! From the filled template to pixels, PNG and PDF.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _, RgbaImage};
use krilla::Document;
use krilla::geom::{Size, Transform as Shift};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg;

use super::compose::compose;
use super::error::{CardError, TemplateProblem};
use super::photo::Detail;
use super::{CORNER_MM, CardData, DPI, Orientation, Side, Templates, fonts};
use crate::lang::Lang;

/// Points of a PDF in a millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// One face in pixels: 1011x638 lying, 638x1011 upright, 300 dpi, opaque to the very edge, as card
/// printers want it. For a screen, see [`round_corners`].
pub fn render(
    data: &CardData,
    orientation: Orientation,
    side: Side,
    templates: &Templates,
) -> Result<RgbaImage, CardError> {
    let svg = compose(data, orientation, side, templates, Detail::Dots)?;
    pixels(&tree(&svg, orientation, side)?, orientation, side)
}

fn pixels(tree: &usvg::Tree, orientation: Orientation, side: Side) -> Result<RgbaImage, CardError> {
    let (width, height) = orientation.pixels();
    let broken = |what: &str| template_error(orientation, side, what.to_owned());
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| broken("no size"))?;
    pixmap.fill(Color::WHITE);
    let scale =
        Transform::from_scale(width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(tree, scale, &mut pixmap.as_mut());
    // Every pixel is opaque, so premultiplied and straight alpha are the same.
    RgbaImage::from_raw(width, height, pixmap.take()).ok_or_else(|| broken("no pixels"))
}

/// [`render`] as a PNG without alpha that says 300 dpi.
pub fn png(
    data: &CardData,
    orientation: Orientation,
    side: Side,
    templates: &Templates,
) -> Result<Vec<u8>, CardError> {
    let picture = render(data, orientation, side, templates)?;
    let opaque: Vec<u8> = picture.pixels().flat_map(|p| [p[0], p[1], p[2]]).collect();
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Up)
        .write_image(&opaque, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(CardError::Picture)?;
    // Signature and IHDR are 33 bytes; the density comes before the pixels.
    png.splice(33..33, PHYS);
    Ok(png)
}

/// The chunk `pHYs` with 11811 dots a metre both ways (300 dpi), its checksum included.
const PHYS: [u8; 21] =
    [0, 0, 0, 9, b'p', b'H', b'Y', b's', 0, 0, 0x2e, 0x23, 0, 0, 0x2e, 0x23, 1, 0x78, 0xa5, 0x3f, 0x76];

/// The faces as a PDF at true size, a page a side: codes and words as paths, nothing to substitute.
pub fn pdf(
    data: &CardData,
    orientation: Orientation,
    sides: &[Side],
    templates: &Templates,
) -> Result<Vec<u8>, CardError> {
    pdf_moved(data, orientation, sides, templates, (0.0, 0.0))
}

/// [`pdf`] for a printer that shifts what it prints: everything is moved by so many millimetres right and down.
pub fn pdf_moved(
    data: &CardData,
    orientation: Orientation,
    sides: &[Side],
    templates: &Templates,
    by: (f32, f32),
) -> Result<Vec<u8>, CardError> {
    let faces = sides
        .iter()
        .map(|side| {
            let svg = compose(data, orientation, *side, templates, Detail::Fine)?;
            tree(&svg, orientation, *side)
        })
        .collect::<Result<Vec<_>, _>>()?;
    document(&faces, orientation, by)
}

/// Any drawing in the measures of a card (a unit is a dot at 300 dpi) as pixels: a test card.
pub fn drawing(svg: &str, orientation: Orientation) -> Result<RgbaImage, CardError> {
    pixels(&tree(svg, orientation, Side::Front)?, orientation, Side::Front)
}

/// Drawings as a PDF at true size, a page each, moved by so many millimetres right and down.
pub fn drawings_pdf(svgs: &[String], orientation: Orientation, by: (f32, f32)) -> Result<Vec<u8>, CardError> {
    let trees = svgs.iter().map(|svg| tree(svg, orientation, Side::Front)).collect::<Result<Vec<_>, _>>()?;
    document(&trees, orientation, by)
}

fn document(faces: &[usvg::Tree], orientation: Orientation, by: (f32, f32)) -> Result<Vec<u8>, CardError> {
    let (width, height) = orientation.millimetres();
    let (width, height) = (width * POINTS, height * POINTS);
    let size = || Size::from_wh(width, height).ok_or_else(|| CardError::Pdf("no size".to_owned()));
    let mut document = Document::new();
    for tree in faces {
        let mut page = document.start_page_with(PageSettings::new(size()?));
        let mut surface = page.surface();
        surface.push_transform(&Shift::from_translate(by.0 * POINTS, by.1 * POINTS));
        let settings = SvgSettings { embed_text: false, ..SvgSettings::default() };
        surface
            .draw_svg(tree, size()?, settings)
            .ok_or_else(|| CardError::Pdf("the face cannot be drawn".to_owned()))?;
        surface.pop();
        surface.finish();
        page.finish();
    }
    document.set_metadata(Metadata::new().title("Kartu ASN Virtual".to_owned()).language("id".to_owned()));
    document.finish().map_err(|e| CardError::Pdf(format!("{e:?}")))
}

/// Drawings as the pages of a document, such as lists and labels: each page so many millimetres wide and high,
/// with its words as words, so that a reader finds and copies them.
pub fn pages_pdf(
    svgs: &[String],
    (width, height): (f32, f32),
    title: &str,
    lang: Lang,
) -> Result<Vec<u8>, CardError> {
    let size =
        || Size::from_wh(width * POINTS, height * POINTS).ok_or_else(|| CardError::Pdf("no size".to_owned()));
    let options = fonts::options();
    let mut document = Document::new();
    for svg in svgs {
        let tree = usvg::Tree::from_str(svg, &options).map_err(|e| CardError::Pdf(e.to_string()))?;
        let mut page = document.start_page_with(PageSettings::new(size()?));
        let mut surface = page.surface();
        surface
            .draw_svg(&tree, size()?, SvgSettings::default())
            .ok_or_else(|| CardError::Pdf("a page cannot be drawn".to_owned()))?;
        surface.finish();
        page.finish();
    }
    document.set_metadata(Metadata::new().title(title.to_owned()).language(lang.tag().to_owned()));
    document.finish().map_err(|e| CardError::Pdf(format!("{e:?}")))
}

/// A face as it looks on a screen: what lies beyond the rounded corners becomes transparent.
/// Works at any size of the whole card.
pub fn round_corners(face: &mut RgbaImage) {
    let (width, height) = face.dimensions();
    let long = width.max(height) as f32;
    let radius = CORNER_MM / 25.4 * DPI * long / super::LONG_PX as f32;
    let reach = (radius.ceil() as u32).min(width / 2).min(height / 2);
    for y in 0..reach {
        for x in 0..reach {
            let (dx, dy) = (radius - x as f32 - 0.5, radius - y as f32 - 0.5);
            let cover = (radius - dx.hypot(dy) + 0.5).clamp(0.0, 1.0);
            for (px, py) in [(x, y), (width - 1 - x, y), (x, height - 1 - y), (width - 1 - x, height - 1 - y)]
            {
                let alpha = &mut face.get_pixel_mut(px, py).0[3];
                *alpha = (f32::from(*alpha) * cover).round() as u8;
            }
        }
    }
}

fn tree(svg: &str, orientation: Orientation, side: Side) -> Result<usvg::Tree, CardError> {
    usvg::Tree::from_str(svg, &fonts::options()).map_err(|e| template_error(orientation, side, e.to_string()))
}

fn template_error(orientation: Orientation, side: Side, what: String) -> CardError {
    CardError::Template { orientation, side, problem: TemplateProblem::NotSvg(what) }
}
