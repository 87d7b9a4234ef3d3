//! What a picture of a screen must keep to: targets and gaps in millimetres, nothing beyond the
//! screen or over its neighbour, contrast, labels, translation.

use std::collections::{HashMap, HashSet};

use anjungan::display::density::DESIGN;
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery, ElementRoot};
use image::RgbaImage;
use slint::ComponentHandle;

/// Millimetres: a touch target, a key of the keyboard, what lies between two of them.
const TARGET: f32 = 13.0;
const KEY: f32 = 9.0;
const GAP: f32 = 2.5;

/// Of text against its ground (WCAG 2.2, 1.4.6).
const CONTRAST: f32 = 7.0;

/// Left, top, right, bottom in design pixels.
type Place = [f32; 4];

pub fn picture<C: ComponentHandle + ElementRoot>(
    app: &C,
    picture: &RgbaImage,
    untranslated: &HashSet<String>,
    fault: &mut impl FnMut(String),
) {
    if is_blank(picture) {
        fault("the picture is blank".into());
    }
    let scale = app.window().scale_factor();
    let window = (picture.width() as f32 / scale, picture.height() as f32 / scale);
    let touchables = touchables(app, window, fault);
    texts(app, picture, scale, window, &touchables, fault);
    for element in ElementQuery::from_root(app).find_all() {
        for said in [element.accessible_label(), element.accessible_description()].into_iter().flatten() {
            if untranslated.contains(said.as_str()) {
                fault(format!("'{said}' is not translated"));
            }
        }
    }
}

/// Under thirty colours, or one that covers nearly everything: nothing was drawn.
fn is_blank(picture: &RgbaImage) -> bool {
    let colours = colours(picture, [0.0, 0.0, picture.width() as f32, picture.height() as f32], 5);
    let most = colours.values().max().copied().unwrap_or_default();
    let all: u32 = colours.values().sum();
    colours.len() < 30 || f64::from(most) > 0.97 * f64::from(all)
}

fn place(element: &ElementHandle) -> Place {
    let (at, size) = (element.absolute_position(), element.size());
    [at.x, at.y, at.x + size.width, at.y + size.height]
}

fn beyond(place: Place, window: (f32, f32)) -> bool {
    place[0] < -0.5 || place[1] < -0.5 || place[2] > window.0 + 0.5 || place[3] > window.1 + 0.5
}

/// How far two places are apart; below zero they overlap.
fn apart(a: Place, b: Place) -> f32 {
    (b[0] - a[2]).max(a[0] - b[2]).max(b[1] - a[3]).max(a[1] - b[3])
}

/// What can be touched is named, large enough, on the screen and apart from its neighbours.
fn touchables<C: ElementRoot>(
    app: &C,
    window: (f32, f32),
    fault: &mut impl FnMut(String),
) -> Vec<(String, Place)> {
    let mut places = Vec::new();
    for element in ElementQuery::from_root(app).match_inherits("Touchable").find_all() {
        let label = element.accessible_label().unwrap_or_default().to_string();
        let (size, at) = (element.size(), place(&element));
        if label.is_empty() {
            fault(format!("something at {at:?} can be touched and has no label"));
        }
        if element.accessible_role() != Some(AccessibleRole::Button) {
            fault(format!("'{label}' is not a button for a screen reader"));
        }
        let is_key = element.type_name().is_some_and(|name| name == "KeyCap");
        let least = if is_key { KEY } else { TARGET };
        let (w, h) = (size.width / DESIGN, size.height / DESIGN);
        if w < least - 0.05 || h < least - 0.05 {
            fault(format!("'{label}' is {w:.1} x {h:.1} mm, under {least}"));
        }
        if beyond(at, window) {
            fault(format!("'{label}' reaches beyond the screen: {at:?} of {window:?}"));
        }
        // What lies under a dialog cannot be touched.
        if element.accessible_enabled() != Some(false) {
            places.push((label, at));
        }
    }
    for (i, (a, pa)) in places.iter().enumerate() {
        for (b, pb) in &places[i + 1..] {
            let gap = apart(*pa, *pb) / DESIGN;
            if gap < GAP - 0.05 {
                fault(format!("'{a}' and '{b}' are {gap:.1} mm apart, under {GAP}"));
            }
        }
    }
    places
}

/// Every text is on the screen, inside of the button it belongs to, over no other one, and stands
/// out from its ground.
fn texts<C: ElementRoot>(
    app: &C,
    picture: &RgbaImage,
    scale: f32,
    window: (f32, f32),
    touchables: &[(String, Place)],
    fault: &mut impl FnMut(String),
) {
    // What lies under a dialog is not read.
    let dialog = ElementQuery::from_root(app).match_inherits("Dialog").find_first();
    let query =
        dialog.as_ref().map_or_else(|| ElementQuery::from_root(app), ElementHandle::query_descendants);
    let mut seen: Vec<(String, Place)> = Vec::new();
    for element in query.match_inherits("Text").find_all() {
        // What only measures is never seen.
        if element.type_name().is_some_and(|name| name == "Ruler") {
            continue;
        }
        let at = place(&element);
        if at[2] - at[0] < 1.0 || at[3] - at[1] < 1.0 {
            continue;
        }
        let what =
            element.accessible_label().map_or_else(|| format!("text at {at:?}"), |it| format!("'{it}'"));
        if beyond(at, window) {
            fault(format!("{what} reaches beyond the screen: {at:?} of {window:?}"));
            continue;
        }
        let (x, y) = (f32::midpoint(at[0], at[2]), f32::midpoint(at[1], at[3]));
        let inside = |p: &Place| (p[0]..p[2]).contains(&x) && (p[1]..p[3]).contains(&y);
        if let Some((label, around)) = touchables.iter().find(|(_, around)| inside(around))
            && (at[0] < around[0] || at[1] < around[1] - 1.0 || at[2] > around[2] || at[3] > around[3] + 1.0)
        {
            fault(format!("the words of '{label}' are wider or higher than it"));
        }
        if let Some(ratio) = contrast(picture, at.map(|v| v * scale))
            && ratio < CONTRAST
        {
            fault(format!("{what} has a contrast of {ratio:.1}, under {CONTRAST}"));
        }
        if let Some((other, _)) = seen.iter().find(|(_, p)| apart(at, *p) < -2.0) {
            fault(format!("{what} lies over {other}"));
        }
        seen.push((what, at));
    }
}

/// The colours of every `nth` line.
fn colours(picture: &RgbaImage, at: Place, nth: usize) -> HashMap<[u8; 3], u32> {
    let mut colours = HashMap::new();
    let (right, bottom) = ((at[2] as u32).min(picture.width()), (at[3] as u32).min(picture.height()));
    for y in (at[1].max(0.0) as u32..bottom).step_by(nth) {
        for x in at[0].max(0.0) as u32..right {
            let [r, g, b, _] = picture.get_pixel(x, y).0;
            *colours.entry([r, g, b]).or_default() += 1;
        }
    }
    colours
}

/// Of the strongest ink against the commonest colour; `None` where there is no ink.
fn contrast(picture: &RgbaImage, at: Place) -> Option<f32> {
    let colours = colours(picture, at, 2);
    let (ground, _) = colours.iter().max_by_key(|(_, count)| **count)?;
    // A few pixels of full ink are in every letter; single ones may be of a neighbour.
    let inks = colours.iter().filter(|(colour, count)| **count >= 5 && *colour != ground);
    let light = luminance(*ground);
    inks.map(|(ink, _)| {
        let (a, b) = (light, luminance(*ink));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    })
    .reduce(f32::max)
}

/// Relative luminance (WCAG 2.2).
fn luminance(colour: [u8; 3]) -> f32 {
    let [r, g, b] = colour.map(|value| {
        let value = f32::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[test]
fn contrast_is_that_of_the_standard() {
    assert!((luminance([255, 255, 255]) - 1.0).abs() < 1e-4);
    let mut picture = RgbaImage::from_pixel(20, 20, image::Rgba([255, 255, 255, 255]));
    assert_eq!(contrast(&picture, [0.0, 0.0, 20.0, 20.0]), None);
    for x in 0..10 {
        picture.put_pixel(x, 4, image::Rgba([0x76, 0x76, 0x76, 255]));
    }
    // The grey that is known for just reaching 4.5:1 on white.
    assert!((contrast(&picture, [0.0, 0.0, 20.0, 20.0]).unwrap() - 4.54).abs() < 0.01);
}
