//! The four templates: read, checked once, and ready to be filled.

use std::sync::LazyLock;

use resvg::usvg;
use resvg::usvg::roxmltree::{self, Document, Node};

use super::error::{CardError, TemplateProblem};
use super::slot::Slot;
use super::{Orientation, Side, fonts};

/// Every id that a template may mark; the comment at the top of each template explains them.
const IDS: [&str; 9] = ["name", "nip", "body", "unit", "photo", "code", "serial", "issued", "return_to"];
const FRONT_NEEDS: [&str; 7] = ["name", "nip", "body", "unit", "photo", "code", "serial"];
const BACK_NEEDS: [&str; 4] = ["body", "return_to", "code", "serial"];

/// One face's template.
#[derive(Clone, Debug)]
pub struct Template {
    pub text: String,
    /// Where in `text` the root's classes go: right behind `<svg`.
    pub after_root_name: usize,
    /// In the order in which they stand in `text`.
    pub slots: Vec<Slot>,
}

/// The four faces. Two built-in ones a side; an office may replace any of them.
#[derive(Clone, Debug)]
pub struct Templates {
    landscape: [Template; 2],
    portrait: [Template; 2],
}

static BUILTIN: LazyLock<Templates> = LazyLock::new(|| {
    let read = |orientation, side, text: &str| {
        Template::read(orientation, side, text.to_owned()).expect("the built-in templates are tested")
    };
    Templates {
        landscape: [
            read(Orientation::Landscape, Side::Front, include_str!("../../assets/card/front-landscape.svg")),
            read(Orientation::Landscape, Side::Back, include_str!("../../assets/card/back-landscape.svg")),
        ],
        portrait: [
            read(Orientation::Portrait, Side::Front, include_str!("../../assets/card/front-portrait.svg")),
            read(Orientation::Portrait, Side::Back, include_str!("../../assets/card/back-portrait.svg")),
        ],
    }
});

impl Templates {
    /// The templates that come with the program.
    pub fn builtin() -> Templates {
        BUILTIN.clone()
    }

    /// The built-in templates with some replaced. Each text is checked; the error names the file,
    /// and the id where there is one.
    pub fn from_texts(
        texts: impl IntoIterator<Item = (Orientation, Side, String)>,
    ) -> Result<Templates, CardError> {
        let mut templates = Templates::builtin();
        for (orientation, side, text) in texts {
            let template = Template::read(orientation, side, text)
                .map_err(|problem| CardError::Template { orientation, side, problem })?;
            *templates.slot(orientation, side) = template;
        }
        Ok(templates)
    }

    /// The name under which an office puts its own template into the template folder.
    pub fn file_name(orientation: Orientation, side: Side) -> &'static str {
        match (side, orientation) {
            (Side::Front, Orientation::Landscape) => "front-landscape.svg",
            (Side::Front, Orientation::Portrait) => "front-portrait.svg",
            (Side::Back, Orientation::Landscape) => "back-landscape.svg",
            (Side::Back, Orientation::Portrait) => "back-portrait.svg",
        }
    }

    /// The text of one template, for an office that wants to start from it.
    pub fn text(&self, orientation: Orientation, side: Side) -> &str {
        &self.get(orientation, side).text
    }

    pub(super) fn get(&self, orientation: Orientation, side: Side) -> &Template {
        let faces = match orientation {
            Orientation::Landscape => &self.landscape,
            Orientation::Portrait => &self.portrait,
        };
        &faces[side as usize]
    }

    fn slot(&mut self, orientation: Orientation, side: Side) -> &mut Template {
        let faces = match orientation {
            Orientation::Landscape => &mut self.landscape,
            Orientation::Portrait => &mut self.portrait,
        };
        &mut faces[side as usize]
    }
}

impl Template {
    fn read(orientation: Orientation, side: Side, text: String) -> Result<Template, TemplateProblem> {
        // A byte order mark, as some editors write it, would shift every position.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let document =
            roxmltree::Document::parse(&text).map_err(|e| TemplateProblem::NotXml(e.to_string()))?;
        check_root(document.root_element(), orientation)?;
        check_images(&document)?;
        let slots = read_slots(&document, orientation, side)?;
        usvg::Tree::from_xmltree(&document, &fonts::options())
            .map_err(|e| TemplateProblem::NotSvg(e.to_string()))?;
        let name = document.root_element().range().start + 1;
        let length = text[name..].find(|c: char| c.is_whitespace() || c == '>' || c == '/');
        let after_root_name = name + length.unwrap_or(0);
        Ok(Template { text, after_root_name, slots })
    }
}

fn check_root(root: Node, orientation: Orientation) -> Result<(), TemplateProblem> {
    let (width, height) = orientation.pixels();
    let view: Vec<f32> = root
        .attribute("viewBox")
        .unwrap_or_default()
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter_map(|n| n.parse().ok())
        .collect();
    if view != [0.0, 0.0, width as f32, height as f32] {
        return Err(TemplateProblem::ViewBox { width, height });
    }
    if root.has_attribute("class") {
        return Err(TemplateProblem::RootClass);
    }
    Ok(())
}

/// Pictures are embedded: a link would be a file that this floor must not open, and would vanish.
fn check_images(document: &Document) -> Result<(), TemplateProblem> {
    let linked = document
        .descendants()
        .filter(|n| matches!(n.tag_name().name(), "image" | "feImage"))
        .flat_map(|n| n.attributes())
        .find(|a| a.name() == "href" && !a.value().trim_start().starts_with("data:"));
    match linked {
        Some(link) => Err(TemplateProblem::LinkedImage(link.value().to_owned())),
        None => Ok(()),
    }
}

fn read_slots(
    document: &Document,
    orientation: Orientation,
    side: Side,
) -> Result<Vec<Slot>, TemplateProblem> {
    let (width, height) = orientation.pixels();
    let mut slots: Vec<Slot> = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        let Some(id) = IDS.into_iter().find(|id| node.attribute("id") == Some(id)) else { continue };
        if slots.iter().any(|s| s.id == id) {
            return Err(TemplateProblem::Twice(id));
        }
        let slot = Slot::read(id, node, document.input_text())?;
        let area = slot.area;
        if area.x + area.width > width as f32 || area.y + area.height > height as f32 {
            return Err(TemplateProblem::OutsideCard(id));
        }
        if let Some(value) = slot.below.as_ref().filter(|b| slots.iter().all(|s| s.id != *b)) {
            return Err(TemplateProblem::BadWord {
                id,
                attribute: "data-below",
                value: value.clone(),
                allowed: "the ids of boxes that stand before it in the file",
            });
        }
        slots.push(slot);
    }
    let needed: &[&'static str] = match side {
        Side::Front => &FRONT_NEEDS,
        Side::Back => &BACK_NEEDS,
    };
    match needed.iter().find(|id| slots.iter().all(|s| s.id != **id)) {
        Some(missing) => Err(TemplateProblem::MissingId(missing)),
        None => Ok(slots),
    }
}
