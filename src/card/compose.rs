//! Filling a template: the marked boxes of one face are replaced by words, photo and code.

use std::fmt::Write as _;

use data_encoding::BASE64;

use super::code::Matrix;
use super::error::CardError;
use super::fit::{Fitted, fit};
use super::slot::{Area, Slot};
use super::{CardData, Orientation, Side, Templates, photo};
use crate::lang::Lang;
use crate::person::Kind;

/// One face as an SVG that stands alone: photo embedded at its full size, words as text.
///
/// Errors: a text that fits no way, a character that the fonts lack, a code too large for its box.
pub fn svg(
    data: &CardData,
    orientation: Orientation,
    side: Side,
    templates: &Templates,
) -> Result<String, CardError> {
    compose(data, orientation, side, templates, photo::Detail::Full)
}

/// [`svg`], with the photo in the detail that the output can show.
pub(super) fn compose(
    data: &CardData,
    orientation: Orientation,
    side: Side,
    templates: &Templates,
    detail: photo::Detail,
) -> Result<String, CardError> {
    let template = templates.get(orientation, side);
    let mut out = String::with_capacity(template.text.len() + 64 * 1024);
    out.push_str(&template.text[..template.after_root_name]);
    let _ = write!(out, " class=\"{}\"", classes(data));
    let mut done = template.after_root_name;
    let mut bottoms: Vec<(&str, f32)> = Vec::new();
    for slot in &template.slots {
        out.push_str(&template.text[done..slot.range.start]);
        match slot.id {
            "photo" => write_photo(&mut out, data, slot, detail)?,
            "code" => write_code(&mut out, data, side, slot)?,
            _ => {
                let under = bottoms.iter().find(|(id, _)| slot.below.as_deref() == Some(id));
                let slot = under.map_or_else(|| slot.clone(), |(_, bottom)| slot.moved_under(*bottom));
                bottoms.push((slot.id, write_text(&mut out, &slot, &words(data, slot.id))?));
            }
        }
        done = slot.range.end;
    }
    out.push_str(&template.text[done..]);
    Ok(out)
}

/// What the template's style sheet can tell apart.
fn classes(data: &CardData) -> String {
    let kind = match data.kind {
        Kind::Pns => "pns",
        Kind::Pppk => "pppk",
    };
    let issued = if data.codes.is_some() { "issued" } else { "preview" };
    let photo = if data.photo.is_some() { "has-photo" } else { "no-photo" };
    format!("{kind} {issued} {photo}")
}

fn words(data: &CardData, id: &str) -> String {
    match id {
        "name" => data.name.clone(),
        "nip" => data.nip.grouped(),
        "body" => data.body.clone(),
        "unit" => data.unit.clone(),
        "serial" => data.face_serial.clone().unwrap_or_default(),
        "issued" => data.issued_on.map(|day| Lang::Id.long_date(day)).unwrap_or_default(),
        _ => data.return_to.clone(),
    }
}

/// Gives back where the last line ends.
fn write_text(out: &mut String, slot: &Slot, words: &str) -> Result<f32, CardError> {
    let prefix = if words.trim().is_empty() { "" } else { &slot.prefix };
    let Fitted { size, lines } = fit(slot, &format!("{prefix}{words}"))?;
    let (Area { x, y, width, height }, style) = (slot.area, &slot.text);
    let step = size * style.leading;
    let top = y + slot.down.offset(height, step * lines.len() as f32);
    let _ = write!(out, "<g id=\"{}\">", slot.id);
    for (index, line) in lines.iter().enumerate() {
        // Capitals of Noto Sans are 0.714 high: half of that below the middle of the line.
        let baseline = top + step * (index as f32 + 0.5) + 0.357 * size;
        let left = x + slot.across.offset(width, line.width);
        let _ = write!(
            out,
            "<text x=\"{left:.2}\" y=\"{baseline:.2}\"{} style=\"{}font-size:{size}px;text-anchor:start\">{}</text>",
            slot.carried,
            escape(&slot.style),
            escape(&line.text)
        );
    }
    out.push_str("</g>");
    Ok(top + step * lines.len() as f32)
}

fn write_photo(
    out: &mut String,
    data: &CardData,
    slot: &Slot,
    detail: photo::Detail,
) -> Result<(), CardError> {
    let Some(picture) = &data.photo else { return Ok(()) };
    let Some(placed) = photo::place(picture, slot, detail)? else { return Ok(()) };
    let Area { x, y, width, height } = placed.area;
    let _ = write!(
        out,
        "<image id=\"photo\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
         preserveAspectRatio=\"none\"{} style=\"{}\" href=\"data:image/png;base64,",
        slot.carried,
        escape(&slot.style)
    );
    BASE64.encode_append(&placed.png, out);
    out.push_str("\"/>");
    Ok(())
}

/// The code on its white ground: whole dots a module, on the grid of dots, quiet zone included.
fn write_code(out: &mut String, data: &CardData, side: Side, slot: &Slot) -> Result<(), CardError> {
    let Some(codes) = &data.codes else { return Ok(()) };
    let text = match side {
        Side::Front => &codes.front,
        Side::Back => &codes.back,
    };
    let matrix = Matrix::encode(text, side)?;
    let room = slot.area.width.min(slot.area.height);
    let dots =
        matrix.dots_in(room as u32).ok_or(CardError::CodeTooLarge { side, length: text.chars().count() })?;
    let edge = matrix.edge_with_quiet_zone(dots);
    let x = (slot.area.x + slot.across.offset(slot.area.width, edge as f32)).round();
    let y = (slot.area.y + slot.down.offset(slot.area.height, edge as f32)).round();
    let (pad, ground) = (slot.pad, edge as f32 + 2.0 * slot.pad);
    let _ = write!(
        out,
        "<g id=\"code\"><rect x=\"{}\" y=\"{}\" width=\"{ground}\" height=\"{ground}\" rx=\"{}\" fill=\"#ffffff\"/>\
         <path fill=\"#000000\" fill-rule=\"evenodd\" shape-rendering=\"crispEdges\" d=\"{}\"/></g>",
        x - pad,
        y - pad,
        slot.radius,
        matrix.outline(x as u32, y as u32, dots)
    );
    Ok(())
}

/// Text for XML. Control characters were turned into spaces before the text was measured.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            _ => out.push(c),
        }
    }
    out
}
