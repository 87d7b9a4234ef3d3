//! Words into a box: measured with the real font, shrunk in steps, wrapped, never cut.

use std::fmt::Write as _;

use resvg::usvg::{self, Node};

use super::error::CardError;
use super::fonts;
use super::slot::{Slot, TextStyle};

/// One line with its measured width in dots.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub text: String,
    pub width: f32,
}

/// The size that fits, and the lines at that size.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    pub size: f32,
    pub lines: Vec<Line>,
}

/// Nothing on a card is set smaller: 12 dots at 300 dpi are 2.9 points.
const FLOOR: f32 = 12.0;
/// Nothing on a card is nearly this long; measuring more would only take time.
const MOST_BYTES: usize = 2_000;
/// The words may shrink this far before the text takes one more line.
const FEWER_LINES: f32 = 0.82;

/// Fits `words` into the slot.
///
/// In this order: one line, shrunk a little; two lines, shrunk a little, and so on; all lines,
/// shrunk down to the slot's smallest good size; and as a last resort more lines, smaller, a long word broken in
/// two. A name is never cut: if nothing fits it is an error.
pub fn fit(slot: &Slot, words: &str) -> Result<Fitted, CardError> {
    let style = &slot.text;
    let too_long = CardError::DoesNotFit { id: slot.id, characters: words.chars().count() };
    if words.len() > MOST_BYTES {
        return Err(too_long);
    }
    let paragraphs: Vec<Vec<String>> = words
        .lines()
        .map(|line| {
            let clean: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            kept_together(&clean)
        })
        .filter(|p| !p.is_empty())
        .collect();
    if paragraphs.is_empty() {
        return Ok(Fitted { size: style.size, lines: Vec::new() });
    }
    let text = Measured::new(slot.id, style, paragraphs)?;
    let (width, height) = (slot.area.width, slot.area.height);

    // Fewer lines, a little smaller, look calmer than more lines at full size.
    for count in 1..style.lines {
        for size in steps(style.size, (style.size * FEWER_LINES).max(style.min_size)) {
            let fits =
                |l: &Vec<Line>| l.len() <= count && l.len() as f32 * size * style.leading <= height + 0.5;
            if let Some(lines) = text.wrap(size, width).filter(fits) {
                return Ok(Fitted { size, lines: text.balanced(size, width, lines) });
            }
        }
    }
    for size in steps(style.size, style.min_size) {
        let fits =
            |l: &Vec<Line>| l.len() <= style.lines && l.len() as f32 * size * style.leading <= height + 0.5;
        if let Some(lines) = text.wrap(size, width).filter(fits) {
            return Ok(Fitted { size, lines: text.balanced(size, width, lines) });
        }
    }
    let last = text.broken(width, style)?;
    for size in steps(style.min_size, FLOOR) {
        let fits = |l: &Vec<Line>| l.len() as f32 * size * style.leading <= height + 0.5;
        if let Some(lines) = last.wrap(size, width).filter(fits) {
            return Ok(Fitted { size, lines });
        }
    }
    Err(too_long)
}

/// Words, with what must not be parted from the next word joined to it: `Jl. Merdeka No. 1`.
fn kept_together(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut join = false;
    for word in line.split_whitespace() {
        match words.last_mut().filter(|_| join) {
            Some(last) => *last = format!("{last} {word}"),
            None => words.push(word.to_owned()),
        }
        join = matches!(word, "No." | "Jl.");
    }
    words
}

/// Sizes from `from` down to `to`, a dot at a time, both included.
fn steps(from: f32, to: f32) -> impl Iterator<Item = f32> {
    let count = (from - to).max(0.0).floor() as usize;
    (0..=count).map(move |i| from - i as f32)
}

/// Words with their widths at font size 1.
struct Measured {
    id: &'static str,
    paragraphs: Vec<Vec<Word>>,
    space: f32,
    letter_spacing: f32,
}

#[derive(Clone)]
struct Word {
    text: String,
    width: f32,
    characters: usize,
}

impl Measured {
    fn new(id: &'static str, style: &TextStyle, paragraphs: Vec<Vec<String>>) -> Result<Self, CardError> {
        let mut flat: Vec<&str> = paragraphs.iter().flatten().map(String::as_str).collect();
        flat.extend(["n", "n n"]);
        let mut widths = widths(id, &flat, style.weight)?;
        let spaced = widths.pop().unwrap_or_default();
        let space = spaced - 2.0 * widths.pop().unwrap_or_default();
        let mut widths = widths.into_iter();
        let paragraphs = paragraphs
            .into_iter()
            .map(|words| {
                let word = |text: String| {
                    let characters = text.chars().count();
                    Word { width: widths.next().unwrap_or_default(), characters, text }
                };
                words.into_iter().map(word).collect()
            })
            .collect();
        Ok(Measured { id, paragraphs, space, letter_spacing: style.letter_spacing })
    }

    /// As many words a line as there is room for; `None` if a single word is too wide.
    fn wrap(&self, size: f32, width: f32) -> Option<Vec<Line>> {
        let mut lines: Vec<Line> = Vec::new();
        for paragraph in &self.paragraphs {
            let mut line: Option<Line> = None;
            for word in paragraph {
                let own = word.width * size + word.characters as f32 * self.letter_spacing;
                if own > width {
                    return None;
                }
                let gap = self.space * size + self.letter_spacing;
                line = Some(match line.take() {
                    None => Line { text: word.text.clone(), width: own },
                    Some(l) if l.width + gap + own <= width => {
                        Line { text: l.text + " " + &word.text, width: l.width + gap + own }
                    }
                    Some(full) => {
                        lines.push(full);
                        Line { text: word.text.clone(), width: own }
                    }
                });
            }
            lines.extend(line);
        }
        Some(lines)
    }

    /// The same number of lines with the least difference in length; a name of two lines breaks
    /// before its titles where that leaves no stub.
    fn balanced(&self, size: f32, width: f32, lines: Vec<Line>) -> Vec<Line> {
        let count = lines.len();
        if self.id == "name"
            && count == 2
            && let Some(split) = self.before_titles(size, width)
        {
            return split;
        }
        let (mut narrow, mut wide, mut best) = (0.0, width, lines);
        while wide - narrow > 1.0 {
            let middle = f32::midpoint(narrow, wide);
            match self.wrap(size, middle).filter(|l| l.len() == count) {
                Some(lines) => (wide, best) = (middle, lines),
                None => narrow = middle,
            }
        }
        best
    }

    fn before_titles(&self, size: f32, width: f32) -> Option<Vec<Line>> {
        let words = self.paragraphs.first()?;
        let comma = words.iter().position(|w| w.text.ends_with(','))?;
        let half = |words: &[Word]| Measured { paragraphs: vec![words.to_vec()], ..*self }.wrap(size, width);
        let (mut name, titles) = (half(&words[..=comma])?, half(&words[comma + 1..])?);
        let stub = titles.first()?.width < 0.25 * name.first()?.width;
        if name.len() != 1 || titles.len() != 1 || stub {
            return None;
        }
        name.extend(titles);
        Some(name)
    }

    /// Words wider than the box, broken between characters so that each part fits at the floor.
    fn broken(&self, width: f32, style: &TextStyle) -> Result<Self, CardError> {
        let cut = |word: &Word| {
            let own = word.width * FLOOR + word.characters as f32 * self.letter_spacing;
            let parts = (own / width * 1.1).ceil().max(1.0) as usize;
            let length = word.characters.div_ceil(parts).max(1);
            let characters: Vec<char> = word.text.chars().collect();
            characters.chunks(length).map(|c| c.iter().collect()).collect::<Vec<String>>()
        };
        let paragraphs = self.paragraphs.iter().map(|p| p.iter().flat_map(cut).collect::<Vec<_>>()).collect();
        Measured::new(self.id, style, paragraphs)
    }
}

/// Words are measured at this size.
const MEASURED_AT: f32 = 100.0;

/// Advance widths at font size 1, shaped by the same engine and fonts that draw the card.
fn widths(id: &'static str, words: &[&str], weight: u16) -> Result<Vec<f32>, CardError> {
    let no_glyph = |word: &str| CardError::NoGlyph { id, character: word.chars().next().unwrap_or(' ') };
    let tree = laid_out(words, weight).ok_or_else(|| no_glyph(words.first().copied().unwrap_or_default()))?;
    let drawn: Vec<&usvg::Text> = texts(tree.root()).collect();
    words
        .iter()
        .enumerate()
        .map(|(index, word)| {
            let text = drawn.get(index).filter(|_| drawn.len() == words.len());
            let text = text.ok_or_else(|| no_glyph(word))?;
            match missing(text) {
                Some(character) => Err(CardError::NoGlyph { id, character }),
                None => Ok(text.bounding_box().width() / MEASURED_AT),
            }
        })
        .collect()
}

/// Advance widths of single letters at font size 1; `None` where the fonts have no such letter. For lists, in
/// which a letter that is missing must not cost the whole list.
pub fn letter_widths(letters: &[char], weight: u16) -> Vec<Option<f32>> {
    let words: Vec<String> = letters.iter().map(char::to_string).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let tree = laid_out(&words, weight);
    let drawn: Vec<&usvg::Text> = tree.iter().flat_map(|tree| texts(tree.root())).collect();
    if drawn.len() == words.len() {
        let width =
            |text: &&usvg::Text| missing(text).is_none().then(|| text.bounding_box().width() / MEASURED_AT);
        return drawn.iter().map(width).collect();
    }
    // One of them draws nothing by itself: which one, is found in halves.
    if letters.len() == 1 {
        return vec![None];
    }
    let (left, right) = letters.split_at(letters.len() / 2);
    [letter_widths(left, weight), letter_widths(right, weight)].concat()
}

fn laid_out(words: &[&str], weight: u16) -> Option<usvg::Tree> {
    let mut svg = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">");
    for word in words {
        let _ = write!(
            svg,
            "<text xml:space=\"preserve\" font-size=\"{MEASURED_AT}\" font-weight=\"{weight}\">{}</text>",
            super::compose::escape(word)
        );
    }
    svg.push_str("</svg>");
    usvg::Tree::from_str(&svg, &fonts::options()).ok()
}

/// The first letter that the fonts do not have.
fn missing(text: &usvg::Text) -> Option<char> {
    let mut glyphs = text.layouted().iter().flat_map(|span| &span.positioned_glyphs);
    glyphs.find(|glyph| glyph.id.0 == 0).map(|glyph| glyph.text.chars().next().unwrap_or(' '))
}

fn texts(group: &usvg::Group) -> impl Iterator<Item = &usvg::Text> {
    group.children().iter().flat_map(|node| -> Box<dyn Iterator<Item = &usvg::Text>> {
        match node {
            Node::Text(text) => Box::new(std::iter::once(text.as_ref())),
            Node::Group(group) => Box::new(texts(group)),
            _ => Box::new(std::iter::empty()),
        }
    })
}
