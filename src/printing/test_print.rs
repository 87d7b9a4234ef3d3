//! What a technician prints to see whether a printer is set up well: a slip with rulers and tones, a card with rulers.

use super::Paper;
use super::dither::{Tone, portrait};
use super::lettering::{Anchor, Face, Line, draw, wrap};
use super::slip::SlipError;
use crate::card::{DPI, Orientation};
use image::{GrayImage, Luma, Rgba, RgbaImage, imageops};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write;

/// What the test slip's code says.
pub const TEST_CODE: &str = "ANJUNGAN TEST PRINT";

/// The test slip: a ruler over the whole width, the three tones side by side, thin lines, and a code at the size of the
/// slips'. `sign` says which printer this is.
pub fn test_slip(paper: Paper, sign: &str) -> Result<GrayImage, SlipError> {
    let dots = paper.dots;
    let mut sheet = GrayImage::from_pixel(dots, 760, Luma([255]));
    let ink = |sheet: &mut GrayImage, x: u32, y: u32, w: u32, h: u32| {
        for (x, y) in (y..y + h).flat_map(|y| (x..x + w).map(move |x| (x, y))) {
            if x < sheet.width() && y < sheet.height() {
                sheet.put_pixel(x, y, Luma([0]));
            }
        }
    };
    let text = |x: u32, y: u32, size: f32, anchor: Anchor, text: &str| Line {
        x: x as f32,
        y: y as f32,
        face: Face { size, weight: 600 },
        anchor,
        inverse: false,
        text: text.to_owned(),
    };
    let mut lines = vec![
        text(dots / 2, 40, 30.0, Anchor::Middle, "CETAK UJI · TEST PRINT"),
        text(0, 180, 19.0, Anchor::Start, "Penggaris (mm): harus utuh di kedua tepi"),
    ];
    // A long address has two lines of room.
    let small = Face { size: 17.0, weight: 600 };
    for (row, part) in wrap(sign, small, dots as f32 - 8.0)?.iter().take(2).enumerate() {
        lines.push(text(dots / 2, 66 + 22 * row as u32, small.size, Anchor::Middle, part));
    }
    // A millimetre is 8 dots; every tenth is long.
    for x in (0..dots).step_by(8) {
        let tall = if x % 80 == 0 { 44 } else { 22 };
        ink(&mut sheet, x, 100, 2, tall);
    }
    ink(&mut sheet, dots - 2, 100, 2, 44);
    let wedge = RgbaImage::from_fn(180, 110, |x, _| {
        let tone = (x / 18 * 28).min(255) as u8;
        Rgba([tone, tone, tone, 255])
    });
    let width = dots / 3 - 8;
    for (n, tone) in Tone::ALL.into_iter().enumerate() {
        let left = n as u32 * (dots / 3) + 4;
        imageops::replace(&mut sheet, &portrait(&wedge, width, 110, tone), i64::from(left), 200);
        let chosen = if tone == paper.tone { " *" } else { "" };
        lines.push(text(left, 334, 20.0, Anchor::Start, &format!("{}{chosen}", tone.word())));
    }
    lines.push(text(0, 364, 19.0, Anchor::Start, "tone=: pilih yang jenjangnya lengkap"));
    for (n, thick) in [1, 2, 3, 4].into_iter().enumerate() {
        ink(&mut sheet, 20, 382 + n as u32 * 12, dots - 40, thick);
    }
    if let Ok(code) = QrCode::with_error_correction_level(TEST_CODE, EcLevel::M) {
        let (modules, scale) = (code.width() as u32, 8);
        let left = (dots - modules * scale) / 2;
        for (n, module) in code.to_colors().into_iter().enumerate() {
            let (column, row) = (n as u32 % modules, n as u32 / modules);
            if module == Color::Dark {
                ink(&mut sheet, left + column * scale, 452 + row * scale, scale, scale);
            }
        }
    }
    lines.push(text(dots / 2, 700, 20.0, Anchor::Middle, "ÀÉÎÕÜ ñ ç ş ā · Ibnu Sînâ · Łukasz"));
    draw(&mut sheet, &lines)?;
    Ok(sheet)
}

/// A face of the test card as a drawing: at every edge a staircase of bars whose distance from it grows by 0.1 mm, so that
/// the first bar that is whole tells the shift; millimetre rulers through the middle; patches of colour; a code.
pub fn test_card(orientation: Orientation, back: bool) -> String {
    let (width, height) = orientation.pixels();
    let mm = DPI / 25.4;
    let (w, h) = (width as f32, height as f32);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"><rect width="{width}" height="{height}" fill="#fff"/>"##
    );
    let mut bar = |x: f32, y: f32, bw: f32, bh: f32, fill: &str| {
        let _ =
            write!(svg, r#"<rect x="{x:.2}" y="{y:.2}" width="{bw:.2}" height="{bh:.2}" fill="{fill}"/>"#);
    };
    for step in 0..=20u8 {
        let away = f32::from(step) * 0.1 * mm;
        let colour = if step % 10 == 0 { "#c1121f" } else { "#12263f" };
        let along = f32::from(step) * 1.2 * mm;
        let (long, thin) = (1.0 * mm, 0.8 * mm);
        bar(away, h / 2.0 - 12.6 * mm + along, long, thin, colour);
        bar(w - away - long, h / 2.0 - 12.6 * mm + along, long, thin, colour);
        bar(w / 2.0 - 12.6 * mm + along, away, thin, long, colour);
        bar(w / 2.0 - 12.6 * mm + along, h - away - long, thin, long, colour);
    }
    for tick in 0..=(w / mm) as u32 {
        // The staircases at the edges stay free.
        if (tick as f32) < 3.5 || (tick as f32) > w / mm - 3.5 {
            continue;
        }
        let tall = if tick % 10 == 0 { 3.0 } else { 1.5 };
        bar(tick as f32 * mm, h / 2.0, 1.0, tall * mm, "#12263f");
    }
    for (n, fill) in ["#000", "#c1121f", "#0a7d4b", "#1d4ed8", "#00a3b4", "#b4008f", "#e0b100", "#808080"]
        .into_iter()
        .enumerate()
    {
        bar(w / 2.0 - 16.0 * mm + n as f32 * 4.0 * mm, h * 0.68, 3.6 * mm, 5.0 * mm, fill);
    }
    if let Ok(code) = QrCode::with_error_correction_level(TEST_CODE, EcLevel::M) {
        let (modules, scale) = (code.width(), 4.0);
        let left = (w / 2.0 - modules as f32 * scale / 2.0).round();
        for (n, module) in code.to_colors().into_iter().enumerate() {
            if module == Color::Dark {
                let (column, row) = ((n % modules) as f32, (n / modules) as f32);
                bar(left + column * scale, (h * 0.2).round() + row * scale, scale, scale, "#000");
            }
        }
    }
    let side = if back { "SISI BELAKANG · BACK" } else { "SISI DEPAN · FRONT" };
    let _ = write!(
        svg,
        r##"<text x="{}" y="{}" font-family="Noto Sans" font-size="34" font-weight="700" text-anchor="middle" fill="#12263f">KARTU UJI · {side}</text></svg>"##,
        w / 2.0,
        h * 0.47
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card;
    use crate::scan;

    #[test]
    fn the_test_slip_fills_its_paper_and_its_code_reads() {
        for dots in [576, 384] {
            let slip = test_slip(Paper { dots, tone: Tone::Dark }, "escpos+tcp://192.0.2.9:9100").unwrap();
            assert_eq!(slip.width(), dots);
            assert!(slip.get_pixel(0, 110)[0] == 0 && slip.get_pixel(dots - 1, 110)[0] == 0);
            let found = scan::read((&slip).into(), &scan::Budget::unlimited());
            assert_eq!(found[0].text(), TEST_CODE, "{dots}");
        }
    }

    #[test]
    fn the_test_card_is_drawn_in_the_size_of_a_card() {
        for orientation in Orientation::ALL {
            let svg = test_card(orientation, false);
            let face = card::drawing(&svg, orientation).unwrap();
            assert_eq!(face.dimensions(), orientation.pixels());
            let pdf =
                card::drawings_pdf(&[svg, test_card(orientation, true)], orientation, (0.3, -0.2)).unwrap();
            assert!(pdf.starts_with(b"%PDF"));
        }
    }
}
