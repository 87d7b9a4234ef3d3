//! One page of A4, in millimetres, and how wide words are on it.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use crate::card::{escape, letter_widths};

pub const WIDTH: f32 = 210.0;
pub const HEIGHT: f32 = 297.0;
/// Between the paper's edge and the words.
pub const MARGIN: f32 = 15.0;

/// Wide as a blank of the font.
const BLANK: f32 = 0.26;
/// Kerning and rounding: lines are broken a little before the measured end.
const SLACK: f32 = 0.985;
/// Stands for a letter that the fonts do not have.
const NO_LETTER: char = '?';

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Text,
    Title,
}

impl Weight {
    fn number(self) -> u16 {
        match self {
            Weight::Text => 400,
            Weight::Title => 700,
        }
    }
}

/// How wide the letters of some texts are.
pub struct Letters {
    text: HashMap<char, f32>,
    title: HashMap<char, f32>,
}

impl Letters {
    /// Measures every letter once.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Letters {
        let mut all: BTreeSet<char> = texts.flat_map(str::chars).filter(|c| printable(*c)).collect();
        all.extend((' '..='~').chain(['…', '·', '–']));
        let all: Vec<char> = all.into_iter().filter(|c| !c.is_whitespace()).collect();
        let measured = |weight: Weight| {
            let widths = letter_widths(&all, weight.number());
            let known = all.iter().zip(widths).filter_map(|(letter, width)| Some((*letter, width?)));
            known.chain([(' ', BLANK)]).collect()
        };
        Letters { text: measured(Weight::Text), title: measured(Weight::Title) }
    }

    /// The text as it can be printed: blanks for what is none, a sign for letters that are not there.
    pub fn clean(&self, text: &str) -> String {
        let letter = |c: char| if self.text.contains_key(&c) { c } else { NO_LETTER };
        let kept: String = text
            .chars()
            .filter(|c| c.is_whitespace() || printable(*c))
            .map(|c| if c.is_whitespace() { ' ' } else { letter(c) })
            .collect();
        kept.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn width(&self, text: &str, size: f32, weight: Weight) -> f32 {
        let widths = if weight == Weight::Title { &self.title } else { &self.text };
        text.chars().map(|c| widths.get(&c).copied().unwrap_or(0.6)).sum::<f32>() * size
    }

    /// Whole words on lines of this width; a word that is longer than a line is broken. Nothing is cut.
    pub fn wrap(&self, text: &str, size: f32, weight: Weight, width: f32) -> Vec<String> {
        let fits = |line: &str| self.width(line, size, weight) <= width * SLACK;
        let mut lines: Vec<String> = Vec::new();
        for word in self.clean(text).split(' ') {
            if let Some(line) = lines.last_mut() {
                let longer = format!("{line} {word}");
                if fits(&longer) {
                    *line = longer;
                    continue;
                }
            }
            let mut rest = String::new();
            for letter in word.chars() {
                if !rest.is_empty() && !fits(&format!("{rest}{letter}")) {
                    lines.push(std::mem::take(&mut rest));
                }
                rest.push(letter);
            }
            lines.push(rest);
        }
        lines
    }
}

/// Neither a control nor one of the signs that turn the direction of what follows.
fn printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// One page as it is drawn.
pub struct Page(String);

impl Page {
    pub fn new() -> Page {
        Page(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"Noto Sans\" fill=\"#0b1f3a\">"
        ))
    }

    /// A line of words; `y` is where they stand.
    pub fn text(&mut self, (x, y): (f32, f32), size: f32, weight: Weight, words: &str) {
        self.words((x, y), size, weight, "start", words);
    }

    /// The same, ending at `x`.
    pub fn text_to(&mut self, (x, y): (f32, f32), size: f32, weight: Weight, words: &str) {
        self.words((x, y), size, weight, "end", words);
    }

    fn words(&mut self, (x, y): (f32, f32), size: f32, weight: Weight, anchor: &str, words: &str) {
        let _ = write!(
            self.0,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{}\" text-anchor=\"{anchor}\">{}</text>",
            weight.number(),
            escape(words)
        );
    }

    /// A thin line.
    pub fn line(&mut self, (x1, y1): (f32, f32), (x2, y2): (f32, f32), dashed: bool) {
        let dash = if dashed { " stroke-dasharray=\"2 2\"" } else { "" };
        let _ = write!(
            self.0,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"#8794a6\" stroke-width=\"0.2\"{dash}/>"
        );
    }

    /// A QR code: its outline in modules, so many of them an edge, drawn this large.
    pub fn code(&mut self, (x, y): (f32, f32), (outline, modules): (&str, u32), edge: f32) {
        let scale = edge / modules as f32;
        let _ = write!(
            self.0,
            "<path transform=\"translate({x} {y}) scale({scale})\" fill=\"#000000\" fill-rule=\"evenodd\" d=\"{outline}\"/>"
        );
    }

    pub fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_wide_as_they_may_be_and_nothing_is_cut() {
        let name = "Prof. Dr. Ir. Ratna Kusumawardhani Purwaningtyas Hadiwidjojo-Sastroatmodjo, S.T., M.Eng.";
        let letters = Letters::of([name].into_iter());
        let lines = letters.wrap(name, 3.2, Weight::Text, 60.0);
        assert_eq!(lines.join(" "), name);
        assert!(lines.len() > 1 && lines.iter().all(|line| letters.width(line, 3.2, Weight::Text) <= 60.0));
        let long = "x".repeat(200);
        let broken = letters.wrap(&long, 3.2, Weight::Text, 60.0);
        assert_eq!(broken.concat(), long);
        assert!(letters.width("WWW", 3.0, Weight::Title) > letters.width("iii", 3.0, Weight::Title));
        assert_eq!(letters.wrap("", 3.0, Weight::Text, 60.0), [""]);
    }

    #[test]
    fn any_letters_can_be_printed_and_none_turns_the_line() {
        let odd = "Dinas \u{202e}é ñ <b>&\u{7} ꦗꦮ \u{301} 漢\u{200b}字";
        let letters = Letters::of([odd].into_iter());
        let clean = letters.clean(odd);
        assert!(clean.starts_with("Dinas é ñ <b>& ") && clean.ends_with("??"), "{clean}");
        assert!(clean.chars().all(printable));
    }
}
