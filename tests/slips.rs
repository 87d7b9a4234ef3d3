//! Slips of made-up people, judged by somebody else: an independent renderer draws the bytes, the picture is compared with
//! what was meant, and the code on it is read by our scanner and by zxing-cpp.

use anjungan::person::sample;
use anjungan::printing::{Slip, bytes, slip};
use anjungan::scan;
use escpost_render::render;
use image::{GrayImage, Luma, Rgba, RgbaImage};
use jiff::civil::date;
use qrcode::{EcLevel, QrCode};

/// The front code of person number `n`: as long as real ones are.
fn code(n: usize) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut state = n as u64 + 1;
    let mut text = "HTTPS://KARTU.CONTOH.GO.ID/V/".to_owned();
    let mut push = |count: usize, text: &mut String| {
        for _ in 0..count {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push(char::from(letters[(state >> 59) as usize]));
        }
    };
    push(16, &mut text);
    text.push('#');
    push(240 + n % 60, &mut text);
    text
}

/// A head and shoulders whose skin and cloth go from dark to light with the number.
fn portrait(n: usize) -> RgbaImage {
    let tone = (40 + n * 37 % 190) as f32;
    RgbaImage::from_fn(300, 400, |x, y| {
        let (dx, dy) = ((x as f32 - 150.0) / 100.0, (y as f32 - 160.0) / 130.0);
        let shade = |base: f32| (base + 25.0 * dx - 15.0 * dy).clamp(0.0, 255.0) as u8;
        if dx * dx + dy * dy < 1.0 {
            Rgba([shade(tone), shade(tone * 0.85), shade(tone * 0.75), 255])
        } else if y > 290 && (x as f32 - 150.0).abs() < 140.0 {
            Rgba([shade(255.0 - tone), shade(240.0 - tone), shade(230.0 - tone), 255])
        } else {
            Rgba([0; 4])
        }
    })
}

fn profile(dots: u32) -> escpost_profiles::PrinterProfile {
    let font = serde_json::json!({"cell_width_dots": 12, "cell_height_dots": 24, "baseline_dots": 20});
    serde_json::from_value(serde_json::json!({
        "schema_version": 1, "id": "test", "source": {"type": "reference"},
        "geometry": {"printable_width_dots": dots, "dpi_x": 203, "dpi_y": 203},
        "cutter": {"print_head_to_cutter_dots": 96},
        "motion": {"horizontal_units_per_inch": 203, "vertical_units_per_inch": 203},
        "column_bit_image": {"eight_dot_vertical_pitch_dots": 3},
        "commands": {
            "esc_backslash_negative": "apply", "esc_dollar_after_printable_data": "apply", "esc_j": "feed",
            "gs_v_0_following_lf": "feed", "gs_v_function_b_full": "feed", "gs_v_function_b_partial": "feed"
        },
        "defaults": {
            "line_spacing_dots": 30, "code_page": 0, "international_character_set": 0, "carriage_return": "ignored"
        },
        "fonts": {"a": font, "b": font},
        "features": {
            "barcodes": {"function_a": [], "function_b": []}, "bitImageColumn": true, "bitImageRaster": true,
            "graphics": true, "paperFullCut": true, "paperPartCut": true, "pulseStandard": true, "qrCode": true
        },
        "code_pages": {"0": "cp437"}, "vendor": "test", "model": "test", "paper_width_tenths_mm": 800,
        "canonical_profile_sha256": ""
    }))
    .unwrap()
}

/// Draws the slips of people `from..to` on both papers. Panics at the first that is not right.
fn judge(from: usize, to: usize) {
    let people = sample::people(7, to, date(2026, 11, 22));
    let zxing = zxingcpp::read().formats(zxingcpp::BarcodeFormat::QRCode);
    for (n, person) in people.iter().enumerate().skip(from) {
        let text = code(n);
        let slip = Slip {
            body: person.body.clone(),
            unit: person.unit.clone(),
            kind: person.nip.kind(),
            name: person.name.clone(),
            nip: person.nip,
            photo: Some(portrait(n)),
            code: Some(text.clone()),
            serial: format!("A2026{n:07}"),
            day: date(2026, 11, 22),
            print_id: format!("{n:016x}"),
            lines: Vec::new(),
        };
        for dots in [576, 384] {
            let meant = slip::raster(&slip, dots).unwrap();
            let drawn = render(&bytes(&slip, dots).unwrap(), &profile(dots)).unwrap();
            assert!(drawn.warnings.is_empty(), "{n} {dots}: {:?}", drawn.warnings);
            let sheet = &drawn.sheets[0].surface;
            let paper = GrayImage::from_fn(sheet.width(), sheet.height(), |x, y| {
                Luma([if sheet.is_printed(x, y) { 0 } else { 255 }])
            });
            for (x, y, dot) in paper.enumerate_pixels() {
                let want = if y < meant.height() { meant.get_pixel(x, y)[0] } else { 255 };
                assert_eq!(dot[0], want, "person {n}, {dots} dots, at {x} {y}");
            }
            let ours = scan::read((&paper).into(), &scan::Budget::unlimited());
            assert!(ours.first().is_some_and(|found| found.text() == text), "ours: {n} {dots}");
            // Whole dots a module, four on wide paper and three on narrow.
            let [(left, _), (right, _), ..] = ours[0].corners;
            let modules = QrCode::with_error_correction_level(&text, EcLevel::M).unwrap().width();
            let module = f64::from(right - left) / modules as f64;
            assert!(module >= if dots == 576 { 3.9 } else { 2.9 }, "{n} {dots}: {module}");
            let view = zxingcpp::ImageView::from_slice(
                paper.as_raw(),
                paper.width(),
                paper.height(),
                zxingcpp::ImageFormat::Lum,
            );
            let theirs = zxing.from(view.unwrap()).unwrap();
            assert!(theirs.first().is_some_and(|found| found.text() == text), "zxing: {n} {dots}");
        }
    }
}

/// A drawn person, lighter or darker by `power`.
fn drawn(power: f32) -> RgbaImage {
    let svg = include_str!("../assets/demo/person.svg");
    let tree = resvg::usvg::Tree::from_str(svg, &resvg::usvg::Options::default()).unwrap();
    let size = tree.size().to_int_size();
    let mut pixmap = resvg::tiny_skia::Pixmap::new(size.width(), size.height()).unwrap();
    resvg::render(&tree, resvg::tiny_skia::Transform::identity(), &mut pixmap.as_mut());
    let tone = |value: u8| ((f32::from(value) / 255.0).powf(power) * 255.0).round() as u8;
    let pixels = pixmap.pixels().iter().flat_map(|pixel| {
        let pixel = pixel.demultiply();
        [tone(pixel.red()), tone(pixel.green()), tone(pixel.blue()), pixel.alpha()]
    });
    let whole = RgbaImage::from_raw(size.width(), size.height(), pixels.collect()).unwrap();
    image::imageops::thumbnail(&*image::imageops::crop_imm(&whole, 280, 60, 675, 900), 600, 800)
}

/// Writes docs/pictures/slips.png anew where ANJUNGAN_SLIPS names a folder: the shortest and the longest name of five hundred
/// people, with a dark and a light photo, at both widths.
#[test]
fn pictures_for_the_documentation() {
    let people = sample::people(7, 500, date(2026, 11, 22));
    let longest = people.iter().max_by_key(|person| person.name.chars().count()).unwrap();
    let shortest = people.iter().min_by_key(|person| person.name.chars().count()).unwrap();
    let mut sheets = Vec::new();
    for (dots, person, power) in
        [(576, shortest, 2.2), (576, longest, 0.45), (384, longest, 2.2), (384, shortest, 0.45)]
    {
        let slip = Slip {
            body: person.body.clone(),
            unit: person.unit.clone(),
            kind: person.nip.kind(),
            name: person.name.clone(),
            nip: person.nip,
            photo: Some(drawn(power)),
            code: Some(code(3)),
            serial: "A20260000123".into(),
            day: date(2026, 11, 22),
            print_id: "1f6a09c2d4e7b835".into(),
            lines: Vec::new(),
        };
        sheets.push(slip::raster(&slip, dots).unwrap());
    }
    let gap = 24;
    let width = sheets.iter().map(|sheet| sheet.width() + gap).sum::<u32>() + gap;
    let height = sheets.iter().map(GrayImage::height).max().unwrap() + 2 * gap;
    let mut board = GrayImage::from_pixel(width, height, Luma([176]));
    let mut x = gap;
    for sheet in &sheets {
        image::imageops::replace(&mut board, sheet, i64::from(x), i64::from(gap));
        x += sheet.width() + gap;
    }
    if let Ok(folder) = std::env::var("ANJUNGAN_SLIPS") {
        board.save(std::path::Path::new(&folder).join("slips.png")).unwrap();
    }
}

#[test]
fn slips_of_sixteen_people_are_as_meant_and_read() {
    judge(0, 16);
}

#[test]
#[ignore = "takes minutes; scripts/test --long"]
fn slips_of_five_hundred_people_are_as_meant_and_read() {
    judge(0, 500);
}
