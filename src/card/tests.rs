//! Tests of whole faces: every sample name on all four, codes read back, pages at true size.

use image::{Rgba, RgbaImage};
use jiff::civil::date;
use resvg::usvg::{self, Node};

use super::*;
use crate::person::{Employee, sample};

fn base(alphabet: &[u8], length: usize) -> String {
    (0..length).map(|i| char::from(alphabet[(i * i * 31 + i * 7) % alphabet.len()])).collect()
}

fn codes(front: usize) -> Codes {
    let signed = base(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", front - 49);
    Codes {
        front: format!("HTTPS://KARTU.CONTOHKAB.GO.ID/V/ABCDEFGHIJKLMNOP#{signed}"),
        back: base(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", 1450),
    }
}

/// A drawn head and shoulders on transparency.
fn portrait() -> RgbaImage {
    RgbaImage::from_fn(600, 800, |x, y| {
        let (dx, dy) = ((x as f32 - 300.0) / 130.0, (y as f32 - 330.0) / 170.0);
        let (sx, sy) = ((x as f32 - 300.0) / 270.0, (y as f32 - 800.0) / 270.0);
        if dx.hypot(dy) < 1.0 {
            Rgba([201, 156, 124, 255])
        } else if sx.hypot(sy) < 1.0 {
            Rgba([44, 62, 92, 255])
        } else {
            Rgba([0, 255, 0, 0])
        }
    })
}

fn card(person: &Employee) -> CardData {
    CardData {
        kind: person.kind(),
        name: person.name.clone(),
        nip: person.nip,
        body: person.body.clone(),
        unit: person.unit.clone(),
        face_serial: Some("A20260000123".to_owned()),
        issued_on: Some(date(2026, 11, 22)),
        photo: Some(portrait()),
        codes: Some(codes(330)),
        return_to: "BKPSDM Kabupaten Kertamulya, Jl. Merdeka No. 1, Kertamulya 12345, telepon (0123) 456789"
            .to_owned(),
    }
}

fn people(count: usize) -> Vec<Employee> {
    sample::people(1, count, date(2026, 6, 15))
}

fn faces() -> impl Iterator<Item = (Orientation, Side)> {
    Orientation::ALL.into_iter().flat_map(|o| Side::ALL.into_iter().map(move |s| (o, s)))
}

fn texts(group: &usvg::Group, found: &mut Vec<(String, usvg::Rect)>) {
    for node in group.children() {
        match node {
            Node::Text(text) => {
                let words: String =
                    text.chunks().iter().map(usvg::TextChunk::text).collect::<Vec<_>>().concat();
                // The capitals and descenders as drawn, not the font's tall line box.
                let ink = text.flattened().abs_bounding_box();
                found.push((words, ink));
                assert!(
                    text.layouted().iter().flat_map(|s| &s.positioned_glyphs).all(|g| g.id.0 != 0),
                    "a glyph is missing"
                );
            }
            Node::Group(group) => texts(group, found),
            _ => {}
        }
    }
}

#[test]
fn every_sample_name_stands_whole_inside_its_box_on_all_four_faces() {
    let templates = Templates::builtin();
    let mut data = card(&people(1)[0]);
    (data.photo, data.codes) = (None, None);
    for person in people(12) {
        (data.name, data.nip, data.kind) = (person.name.clone(), person.nip, person.kind());
        (data.body, data.unit) = (person.body.clone(), person.unit.clone());
        for (orientation, side) in faces() {
            let svg = svg(&data, orientation, side, &templates).unwrap();
            let tree = usvg::Tree::from_str(&svg, &fonts::options()).unwrap();
            for slot in &templates.get(orientation, side).slots {
                if matches!(slot.id, "photo" | "code") {
                    continue;
                }
                let Some(Node::Group(group)) = tree.node_by_id(slot.id) else {
                    panic!("{} is gone", slot.id)
                };
                let mut lines = Vec::new();
                texts(group, &mut lines);
                let joined = lines.iter().map(|(words, _)| words.as_str()).collect::<Vec<_>>().join(" ");
                match slot.id {
                    "name" => assert_eq!(joined, person.name),
                    "unit" => assert_eq!(joined, person.unit),
                    _ => {}
                }
                assert!(lines.len() <= slot.text.lines, "{joined}");
                let area = slot.area;
                for (words, ink) in lines {
                    // The hook of a J hangs a little out of its advance, to the left.
                    assert!(
                        ink.left() >= area.x - 3.0 && ink.right() <= area.x + area.width + 1.0,
                        "{words}"
                    );
                    let top = if slot.below.is_some() { 0.0 } else { area.y - 1.0 };
                    assert!(ink.top() >= top && ink.bottom() <= area.y + area.height + 6.0, "{words}");
                }
            }
        }
    }
}

#[test]
fn every_name_of_the_generator_fits_at_a_good_size() {
    let templates = Templates::builtin();
    for orientation in Orientation::ALL {
        let slots = &templates.get(orientation, Side::Front).slots;
        for person in people(300) {
            for (id, words) in [("name", &person.name), ("unit", &person.unit)] {
                let slot = slots.iter().find(|s| s.id == id).unwrap();
                let fitted = fit::fit(slot, words).unwrap();
                assert!(fitted.size >= slot.text.min_size, "{words}");
                assert!(fitted.lines.len() <= slot.text.lines, "{words}");
                assert!(fitted.lines.iter().all(|l| l.width <= slot.area.width), "{words}");
            }
        }
    }
}

#[test]
fn no_two_texts_and_no_text_and_code_touch() {
    let templates = Templates::builtin();
    let mut data = card(&people(7)[sample::LONGEST_NAME]);
    data.codes = Some(codes(445));
    "Dinas Pekerjaan Umum, Perumahan Rakyat dan Kawasan Permukiman".clone_into(&mut data.unit);
    "Pemerintah Kabupaten Kepulauan Kertamulya Selatan".clone_into(&mut data.body);
    for (orientation, side) in faces() {
        let svg = svg(&data, orientation, side, &templates).unwrap();
        let tree = usvg::Tree::from_str(&svg, &fonts::options()).unwrap();
        let mut boxes = Vec::new();
        texts(tree.root(), &mut boxes);
        for id in ["photo", "code"] {
            boxes.extend(tree.node_by_id(id).map(|n| (id.to_owned(), n.abs_bounding_box())));
        }
        for (index, (words, a)) in boxes.iter().enumerate() {
            assert!(a.left() >= 30.0 && a.top() >= 30.0, "{words} leaves the safe area");
            for (other, b) in &boxes[index + 1..] {
                let apart = a.right() <= b.left()
                    || b.right() <= a.left()
                    || a.bottom() <= b.top()
                    || b.bottom() <= a.top();
                assert!(apart, "{orientation:?} {side:?}: '{words}' touches '{other}'");
            }
        }
    }
}

#[test]
fn a_name_is_never_cut_however_long_its_words() {
    let templates = Templates::builtin();
    let mut data = card(&people(1)[0]);
    (data.photo, data.codes) = (None, None);
    for name in ["W".repeat(60), "Wm ".repeat(20), "I".to_owned(), "Ng".repeat(50)] {
        data.name.clone_from(&name);
        for orientation in Orientation::ALL {
            let svg = svg(&data, orientation, Side::Front, &templates).unwrap();
            let tree = usvg::Tree::from_str(&svg, &fonts::options()).unwrap();
            let Some(Node::Group(group)) = tree.node_by_id("name") else { panic!("no name") };
            let mut lines = Vec::new();
            texts(group, &mut lines);
            let letters: String = lines.iter().map(|(words, _)| words.replace(' ', "")).collect();
            assert_eq!(letters, name.replace(' ', ""));
            assert!(lines.iter().all(|(_, ink)| ink.right() < orientation.pixels().0 as f32 - 30.0));
        }
    }
    for times in [450, 200_000] {
        data.name = "Sri ".repeat(times);
        let refused = svg(&data, Orientation::Landscape, Side::Front, &templates);
        assert!(matches!(refused, Err(CardError::DoesNotFit { id: "name", .. })));
    }
}

#[test]
fn what_xml_reserves_and_what_the_fonts_lack() {
    let templates = Templates::builtin();
    let mut data = card(&people(1)[0]);
    data.name = "Nur'aini & <Anak> \"X\"\u{0}\u{7} ]]>".to_owned();
    let svg = svg(&data, Orientation::Landscape, Side::Front, &templates).unwrap();
    assert!(svg.contains("Nur&apos;aini &amp; &lt;Anak&gt; &quot;X&quot; ]]&gt;"));
    data.name = "Sri 漢".to_owned();
    let error = render(&data, Orientation::Landscape, Side::Front, &templates).unwrap_err();
    assert!(matches!(error, CardError::NoGlyph { id: "name", character: '漢' }), "{error}");
}

#[test]
fn codes_stand_on_whole_dots_and_are_read_back() {
    let templates = Templates::builtin();
    let mut data = card(&people(1)[0]);
    for length in [330, 445] {
        data.codes = Some(codes(length));
        for (orientation, side) in faces() {
            let face = render(&data, orientation, side, &templates).unwrap();
            let slot = templates.get(orientation, side).slots.iter().find(|s| s.id == "code").unwrap();
            let wanted = match side {
                Side::Front => &data.codes.as_ref().unwrap().front,
                Side::Back => &data.codes.as_ref().unwrap().back,
            };
            let matrix = code::Matrix::encode(wanted, side).unwrap();
            let dots = matrix.dots_in(slot.area.width as u32).unwrap();
            assert_eq!(dots, 4, "{length} {side:?}");
            let edge = matrix.edge_with_quiet_zone(dots);
            let x = (slot.area.x + slot.across.offset(slot.area.width, edge as f32)).round() as u32;
            let y = (slot.area.y + slot.down.offset(slot.area.height, edge as f32)).round() as u32;
            // Each module is one pure colour, and the four outermost rows and columns are white.
            let modules = edge / dots;
            let sample = |mx: u32, my: u32| face.get_pixel(x + mx * dots, y + my * dots).0;
            for (mx, my) in (0..modules).flat_map(|my| (0..modules).map(move |mx| (mx, my))) {
                let colour = sample(mx, my);
                assert!(colour == [255; 4] || colour == [0, 0, 0, 255], "{colour:?} at {mx} {my}");
                let quiet = mx < 4 || my < 4 || mx >= modules - 4 || my >= modules - 4;
                assert!(!quiet || colour == [255; 4], "quiet zone at {mx} {my}");
                for (dx, dy) in (0..dots).flat_map(|dy| (0..dots).map(move |dx| (dx, dy))) {
                    assert_eq!(face.get_pixel(x + mx * dots + dx, y + my * dots + dy).0, colour);
                }
            }
            #[cfg(feature = "station")]
            assert_eq!(read_code(face).as_ref(), Some(wanted), "{orientation:?} {side:?} {length}");
        }
    }
}

/// Reads with the engine that the station falls back to; the server is built without one.
#[cfg(feature = "station")]
fn read_code(face: RgbaImage) -> Option<String> {
    let grey = image::DynamicImage::ImageRgba8(face).into_luma8();
    let (width, height) = grey.dimensions();
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(width as usize, height as usize, |x, y| {
            grey.get_pixel(x as u32, y as u32).0[0]
        });
    prepared.detect_grids().into_iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

#[test]
fn a_preview_has_no_code_and_says_when_it_comes() {
    let templates = Templates::builtin();
    let mut data = card(&people(1)[0]);
    (data.codes, data.face_serial, data.issued_on, data.photo) = (None, None, None, None);
    for (orientation, side) in faces() {
        let svg = svg(&data, orientation, side, &templates).unwrap();
        assert!(!svg.contains("id=\"code\""));
        let tree = usvg::Tree::from_str(&svg, &fonts::options()).unwrap();
        let mut shown = Vec::new();
        texts(tree.root(), &mut shown);
        let all: String = shown.into_iter().map(|(words, _)| words + " ").collect();
        assert!(all.contains("Kode dibuat saat kartu terbit"), "{all}");
        assert!(!all.contains("Nomor kartu") && !all.contains("Terbit"), "{all}");
        render(&data, orientation, side, &templates).unwrap();
    }
}

#[test]
fn colours_follow_the_kind() {
    let templates = Templates::builtin();
    for (index, red_leads) in [(sample::ACTIVE_PNS, true), (sample::ACTIVE_PPPK, false)] {
        let data = card(&people(7)[index]);
        for (orientation, side) in faces() {
            let face = render(&data, orientation, side, &templates).unwrap();
            let Rgba([r, g, b, _]) = *face.get_pixel(3, 3);
            assert_eq!(r > g.max(b), red_leads, "{orientation:?} {side:?} {r} {g} {b}");
            let (width, _) = orientation.pixels();
            let Rgba([r, g, b, _]) =
                *face.get_pixel(width - 4, if side == Side::Front { face.height() - 4 } else { 40 });
            assert!(b > r && r > g, "ends in purple: {r} {g} {b}");
        }
    }
}

#[test]
fn the_photo_brings_no_colour_from_behind_its_transparency() {
    let templates = Templates::builtin();
    let data = card(&people(1)[0]);
    for orientation in Orientation::ALL {
        let face = render(&data, orientation, Side::Front, &templates).unwrap();
        assert!(face.pixels().all(|p| i16::from(p[1]) - i16::from(p[0].max(p[2])) < 20), "a green halo");
        assert!(face.pixels().any(|p| p.0 == [44, 62, 92, 255]), "the coat is on the card");
    }
}

#[test]
fn png_is_opaque_says_300_dpi_and_corners_can_be_rounded() {
    let data = card(&people(1)[0]);
    let png = png(&data, Orientation::Landscape, Side::Front, &Templates::builtin()).unwrap();
    let at = png.windows(4).position(|w| w == b"pHYs").unwrap();
    assert_eq!(u32::from_be_bytes(png[at + 4..at + 8].try_into().unwrap()), 11_811);
    let read = image::load_from_memory(&png).unwrap();
    assert_eq!((read.width(), read.height()), (1011, 638));
    let mut rounded = read.into_rgba8();
    assert!(rounded.pixels().all(|p| p[3] == 255));
    round_corners(&mut rounded);
    assert_eq!(rounded.get_pixel(0, 0)[3], 0);
    assert_eq!(rounded.get_pixel(1010, 637)[3], 0);
    assert_eq!(rounded.get_pixel(38, 0)[3], 255);
    assert_eq!(rounded.get_pixel(12, 12)[3], 255);
}

#[test]
fn pdf_pages_have_the_true_size() {
    let data = card(&people(1)[0]);
    for (orientation, wide) in [(Orientation::Landscape, true), (Orientation::Portrait, false)] {
        let pdf = pdf(&data, orientation, &Side::ALL, &Templates::builtin()).unwrap();
        let text = String::from_utf8_lossy(&pdf);
        let boxes: Vec<Vec<f32>> = text
            .split("/MediaBox")
            .skip(1)
            .map(|rest| {
                let inside = rest.split(['[', ']']).nth(1).unwrap_or_default();
                inside.split_whitespace().filter_map(|n| n.parse().ok()).collect()
            })
            .collect();
        assert_eq!(boxes.len(), 2, "a page a side");
        let (long, short) = (85.60 * 72.0 / 25.4, 53.98 * 72.0 / 25.4);
        let expected = if wide { [long, short] } else { [short, long] };
        for page in boxes {
            assert!((page[2] - expected[0]).abs() < 0.01 && (page[3] - expected[1]).abs() < 0.01, "{page:?}");
        }
        assert!(!text.contains("/Font "), "words are paths");
    }
}

#[test]
fn a_broken_template_says_what_and_where() {
    let good = Templates::builtin().text(Orientation::Landscape, Side::Front).to_owned();
    let refused = |text: String| {
        let given = [(Orientation::Landscape, Side::Front, text)];
        Templates::from_texts(given).unwrap_err().to_string()
    };
    let cases = [
        (good.replace("</svg>", ""), "not well-formed XML"),
        (good.replace("id=\"serial\"", "id=\"seriel\""), "no <rect> with id=\"serial\""),
        (good.replace("<rect id=\"nip\"", "<circle id=\"nip\""), "id=\"nip\" must be a <rect>"),
        (good.replace("id=\"unit\"", "id=\"body\""), "id=\"body\" stands in it twice"),
        (
            good.replace("viewBox=\"0 0 1011 638\"", "viewBox=\"0 0 638 1011\""),
            "viewBox must be \"0 0 1011 638\"",
        ),
        (
            good.replace("<rect id=\"code\" x=\"668\"", "<rect id=\"code\" x=\"about\""),
            "id=\"code\": x=\"about\"",
        ),
        (
            good.replace("<rect id=\"code\" x=\"668\"", "<rect id=\"code\" x=\"968\""),
            "id=\"code\" reaches over",
        ),
        (
            good.replace("<rect id=\"name\"", "<rect transform=\"scale(2)\" id=\"name\""),
            "id=\"name\" or a group",
        ),
        (good.replace("data-below=\"body\"", "data-below=\"bodi\""), "data-below=\"bodi\""),
        (good.replace("</svg>", "<image href=\"logo.png\"/></svg>"), "points to \"logo.png\""),
        (good.replace("<svg ", "<svg class=\"x\" "), "must have no class"),
        (String::new(), "not well-formed XML"),
    ];
    for (text, words) in cases {
        let said = refused(text);
        assert!(said.starts_with("template front-landscape.svg: ") && said.contains(words), "{said}");
    }
}

#[test]
fn an_office_may_change_a_template_without_compiling() {
    let text = Templates::builtin().text(Orientation::Portrait, Side::Back).replace("#ffffff", "#fff8e0");
    let changed =
        Templates::from_texts([(Orientation::Portrait, Side::Back, format!("\u{feff}{text}"))]).unwrap();
    let data = card(&people(1)[0]);
    let face = render(&data, Orientation::Portrait, Side::Back, &changed).unwrap();
    assert_eq!(face.get_pixel(5, 1005).0, [0xff, 0xf8, 0xe0, 255]);
    let untouched = render(&data, Orientation::Landscape, Side::Back, &changed).unwrap();
    assert_eq!(untouched.get_pixel(5, 630).0, [255; 4]);
}

#[test]
fn properties_in_a_style_attribute_count_as_drawing_programs_write_them() {
    let text = Templates::builtin().text(Orientation::Landscape, Side::Front).replace(
        "<rect id=\"name\"",
        "<rect style=\"font-size:40px; font-weight:400;fill:#ffee00\" id=\"name\"",
    );
    let changed = Templates::from_texts([(Orientation::Landscape, Side::Front, text)]).unwrap();
    let slot =
        changed.get(Orientation::Landscape, Side::Front).slots.iter().find(|s| s.id == "name").unwrap();
    assert_eq!((slot.text.size, slot.text.weight), (40.0, 400));
    let mut data = card(&people(7)[sample::LONGEST_NAME]);
    (data.photo, data.codes) = (None, None);
    let svg = svg(&data, Orientation::Landscape, Side::Front, &changed).unwrap();
    let tree = usvg::Tree::from_str(&svg, &fonts::options()).unwrap();
    let Some(Node::Group(group)) = tree.node_by_id("name") else { panic!("no name") };
    let mut lines = Vec::new();
    texts(group, &mut lines);
    assert!(lines.iter().all(|(_, ink)| ink.right() <= slot.area.x + slot.area.width));
}
