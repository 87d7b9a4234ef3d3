//! A slot: one marked `<rect>` of a template, and what its attributes ask for.

use std::ops::Range;

use resvg::usvg::roxmltree::Node;

use super::error::TemplateProblem;

/// A box in dots from the card's upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

/// Where along one axis something stands in its box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Start,
    Middle,
    End,
}

impl Place {
    /// Offset of something `inner` long in a box `outer` long.
    pub fn offset(self, outer: f32, inner: f32) -> f32 {
        match self {
            Place::Start => 0.0,
            Place::Middle => (outer - inner) / 2.0,
            Place::End => outer - inner,
        }
    }
}

/// How a text slot sets its words.
#[derive(Clone, Debug, PartialEq)]
pub struct TextStyle {
    pub size: f32,
    /// The smallest size that is still good to read; the text wraps before it goes below.
    pub min_size: f32,
    pub lines: usize,
    /// Distance of two baselines, in font sizes.
    pub leading: f32,
    pub weight: u16,
    /// In dots, added after every character.
    pub letter_spacing: f32,
}

/// One marked box.
#[derive(Clone, Debug)]
pub struct Slot {
    pub id: &'static str,
    /// The bytes of the template that the program replaces.
    pub range: Range<usize>,
    pub area: Area,
    pub across: Place,
    pub down: Place,
    pub text: TextStyle,
    /// White margin around a code, beyond its own quiet zone.
    pub pad: f32,
    pub radius: f32,
    /// A word set before the text, where there is a text.
    pub prefix: String,
    /// Another slot: this one begins `gap` under that one's last line, wherever that is.
    pub below: Option<String>,
    pub gap: f32,
    /// Attributes that go over to what is written there, as they stand in the template.
    pub carried: String,
    /// The same for the declarations of a `style` attribute, as SVG programs write them.
    pub style: String,
}

/// Attributes that describe the box, not what is written in it.
const OF_THE_BOX: [&str; 10] =
    ["style", "id", "x", "y", "width", "height", "rx", "ry", "font-size", "text-anchor"];

impl Slot {
    /// Reads a slot from its element.
    pub fn read(id: &'static str, node: Node, source: &str) -> Result<Slot, TemplateProblem> {
        if node.tag_name().name() != "rect" {
            return Err(TemplateProblem::NotARect(id));
        }
        if node.ancestors().any(|n| n.has_attribute("transform")) {
            return Err(TemplateProblem::Transformed(id));
        }
        let number = |attribute: &'static str, or: Option<f32>| match (given(&node, attribute), or) {
            (None, Some(value)) => Ok(value),
            (given, _) => {
                let value = given.unwrap_or_default();
                let parsed: Option<f32> = value.trim().trim_end_matches("px").parse().ok();
                parsed.filter(|n| n.is_finite() && *n >= 0.0).ok_or_else(|| TemplateProblem::BadNumber {
                    id,
                    attribute,
                    value: value.to_owned(),
                })
            }
        };
        let positive = |attribute: &'static str, or: Option<f32>| {
            number(attribute, or).and_then(|n| {
                if n > 0.0 {
                    Ok(n)
                } else {
                    Err(TemplateProblem::BadNumber { id, attribute, value: n.to_string() })
                }
            })
        };
        let area = Area {
            x: number("x", None)?,
            y: number("y", None)?,
            width: positive("width", None)?,
            height: positive("height", None)?,
        };
        let size = positive("font-size", Some(24.0))?;
        let text = TextStyle {
            size,
            min_size: positive("data-min-size", Some(size * 0.6))?.min(size),
            lines: positive("data-lines", Some(1.0))?.clamp(1.0, 20.0) as usize,
            leading: positive("data-leading", Some(1.2))?,
            weight: positive("font-weight", Some(400.0))?.min(1000.0) as u16,
            letter_spacing: number("letter-spacing", Some(0.0))?,
        };
        let across = place(id, &node, "text-anchor", "start, middle, end")?.unwrap_or(Place::Start);
        let down = place(id, &node, "data-valign", "top, middle, bottom")?.unwrap_or(Place::Start);
        let mut carried = String::new();
        for attribute in node.attributes() {
            if !attribute.name().starts_with("data-") && !OF_THE_BOX.contains(&attribute.name()) {
                carried.push(' ');
                carried.push_str(&source[attribute.range()]);
            }
        }
        let style = declarations(node.attribute("style").unwrap_or_default())
            .filter(|(name, _)| !OF_THE_BOX.contains(name))
            .map(|(name, value)| [name, ":", value, ";"].concat())
            .collect();
        Ok(Slot {
            id,
            range: node.range(),
            area,
            across,
            down,
            text,
            pad: number("data-pad", Some(0.0))?,
            radius: number("rx", Some(0.0))?,
            below: node.attribute("data-below").map(str::to_owned),
            gap: number("data-gap", Some(0.0))?,
            prefix: node.attribute("data-prefix").unwrap_or_default().to_owned(),
            carried,
            style,
        })
    }
}

impl Slot {
    /// The same slot, beginning under another one's last line; its lower edge stays.
    pub fn moved_under(&self, bottom: f32) -> Slot {
        let end = self.area.y + self.area.height;
        let y = (bottom + self.gap).min(end - 1.0);
        Slot { area: Area { y, height: end - y, ..self.area }, ..self.clone() }
    }
}

/// A property as an attribute, or as drawing programs write it, in `style`, which has the last word.
fn given<'a>(node: &Node<'a, '_>, property: &str) -> Option<&'a str> {
    let mut styled = declarations(node.attribute("style").unwrap_or_default());
    styled.find(|(name, _)| *name == property).map(|(_, value)| value).or_else(|| node.attribute(property))
}

fn declarations(style: &str) -> impl Iterator<Item = (&str, &str)> {
    style.split(';').filter_map(|d| d.split_once(':')).map(|(name, value)| (name.trim(), value.trim()))
}

fn place(
    id: &'static str,
    node: &Node,
    attribute: &'static str,
    allowed: &'static str,
) -> Result<Option<Place>, TemplateProblem> {
    match given(node, attribute) {
        None => Ok(None),
        Some("start" | "top") => Ok(Some(Place::Start)),
        Some("middle") => Ok(Some(Place::Middle)),
        Some("end" | "bottom") => Ok(Some(Place::End)),
        Some(value) => Err(TemplateProblem::BadWord { id, attribute, value: value.to_owned(), allowed }),
    }
}
