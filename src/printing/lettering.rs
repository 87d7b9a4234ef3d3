//! Words on a slip: measured, wrapped and drawn with the house's own font through usvg and resvg.

use super::slip::SlipError;
use image::{GrayImage, Luma};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;
use std::fmt::Write;
use std::sync::Arc;

/// Ink that covers at least this much of a dot (of 255) blackens it.
const INK: u8 = 112;

/// How words look: size in dots and weight (400, 600 or 700).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    pub size: f32,
    pub weight: u16,
}

/// On which side of `x` the words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// One line of words in its place; `y` is the baseline.
#[derive(Clone, Debug)]
pub struct Line {
    pub x: f32,
    pub y: f32,
    pub face: Face,
    pub anchor: Anchor,
    /// White on black rather than black on white.
    pub inverse: bool,
    pub text: String,
}

fn options() -> usvg::Options<'static> {
    usvg::Options {
        fontdb: Arc::clone(crate::card::fonts()),
        font_family: "Noto Sans".to_owned(),
        ..usvg::Options::default()
    }
}

/// Width of the words in dots.
pub fn measure(text: &str, face: Face) -> Result<f32, SlipError> {
    Ok(widths(&[text], face)?.first().copied().unwrap_or_default())
}

/// Widths of several words in dots, laid out in one go.
fn widths(words: &[&str], face: Face) -> Result<Vec<f32>, SlipError> {
    let lines: Vec<Line> = words
        .iter()
        .map(|word| Line {
            x: 0.0,
            y: 100.0,
            face,
            anchor: Anchor::Start,
            inverse: false,
            text: (*word).to_owned(),
        })
        .collect();
    let tree = usvg::Tree::from_str(&svg(&lines, 4096, 200), &options())?;
    let mut widths = vec![0.0; words.len()];
    for node in tree.root().children() {
        // Each line is named by its place; words of nothing but spaces leave no node.
        let place = node.id().parse::<usize>().ok();
        if let Some(width) = place.and_then(|place| widths.get_mut(place)) {
            *width = node.bounding_box().width();
        }
    }
    Ok(widths)
}

/// Words with their widths, ready to be set in lines.
struct Words {
    /// A piece of text, its width, and whether a space stands before it.
    pieces: Vec<(String, f32, bool)>,
    space: f32,
}

impl Words {
    /// Measures the words; one wider than `width` is cut into letters, so that it can be broken.
    fn new(text: &str, face: Face, width: f32) -> Result<Words, SlipError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut measured = widths(&[&words[..], &["n n", "nn"]].concat(), face)?;
        let closed = measured.pop().unwrap_or_default();
        let space = measured.pop().unwrap_or_default() - closed;
        let mut pieces = Vec::new();
        for (word, wide) in words.into_iter().zip(measured) {
            if wide <= width {
                pieces.push((word.to_owned(), wide, true));
                continue;
            }
            let letters: Vec<String> = word.chars().map(String::from).collect();
            let each: Vec<&str> = letters.iter().map(String::as_str).collect();
            let wides = widths(&each, face)?;
            for (n, (letter, wide)) in letters.into_iter().zip(wides).enumerate() {
                pieces.push((letter, wide, n == 0));
            }
        }
        Ok(Words { pieces, space })
    }

    /// Sets the words in lines of at most `width` dots.
    fn lines(&self, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let (mut line, mut used) = (String::new(), 0.0);
        for (piece, wide, spaced) in &self.pieces {
            let gap = if *spaced && !line.is_empty() { self.space } else { 0.0 };
            if !line.is_empty() && used + gap + wide > width {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            } else if gap > 0.0 {
                line.push(' ');
                used += gap;
            }
            line.push_str(piece);
            used += wide;
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }
}

/// Breaks the words into lines of at most `width` dots, between words; a single word that is too long is broken inside.
/// Nothing is ever left out.
pub fn wrap(text: &str, face: Face, width: f32) -> Result<Vec<String>, SlipError> {
    // A dot less, for the roundings of many words in a line.
    Ok(Words::new(text, face, width - 1.0)?.lines(width - 1.0))
}

/// As [`wrap`], with lines of about equal length: the narrowest setting that needs no more lines, so that no single word is
/// left over on the last one.
pub fn wrap_evenly(text: &str, face: Face, width: f32) -> Result<Vec<String>, SlipError> {
    let words = Words::new(text, face, width - 1.0)?;
    let mut best = words.lines(width - 1.0);
    let count = best.len();
    let longest = words.pieces.iter().map(|p| p.1).fold(width / 2.0, f32::max);
    let (mut narrow, mut wide) = (longest, width - 1.0);
    for _ in 0..if count > 1 { 7 } else { 0 } {
        let middle = f32::midpoint(narrow, wide);
        let lines = words.lines(middle);
        if lines.len() > count {
            narrow = middle;
        } else {
            wide = middle;
            best = lines;
        }
    }
    Ok(best)
}

/// Draws the lines onto the picture, in pure black or white.
pub fn draw(onto: &mut GrayImage, lines: &[Line]) -> Result<(), SlipError> {
    let (width, height) = onto.dimensions();
    for inverse in [false, true] {
        let some: Vec<Line> = lines.iter().filter(|line| line.inverse == inverse).cloned().collect();
        if some.is_empty() {
            continue;
        }
        let tree = usvg::Tree::from_str(&svg(&some, width, height), &options())?;
        let mut pixmap = Pixmap::new(width, height).ok_or(SlipError::TooLong)?;
        resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
        for (dot, ink) in onto.pixels_mut().zip(pixmap.pixels()) {
            if ink.alpha() >= INK {
                *dot = Luma([if inverse { 255 } else { 0 }]);
            }
        }
    }
    Ok(())
}

/// Black text on nothing; the caller looks at the ink's coverage only.
fn svg(lines: &[Line], width: u32, height: u32) -> String {
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="Noto Sans">"#
    );
    for (place, line) in lines.iter().enumerate() {
        let anchor = match line.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let Face { size, weight } = line.face;
        // Writing into a String cannot fail.
        let _ = write!(
            out,
            r#"<text id="{place}" x="{}" y="{}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{}</text>"#,
            line.x,
            line.y,
            escaped(&line.text)
        );
    }
    out.push_str("</svg>");
    out
}

/// Text as XML content; control characters, which XML forbids, become spaces.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() || c == '\u{fffe}' || c == '\u{ffff}' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACE: Face = Face { size: 30.0, weight: 700 };

    #[test]
    fn wrapping_loses_nothing_and_no_line_is_too_long() {
        let long = "Dr. Ir. H. Raden Mas Wiryanataningratkusumawardhanasastranegara, S.Sos., M.Si. & <Rekan>";
        for width in [60.0, 200.0, 536.0] {
            let lines = wrap(long, FACE, width).unwrap();
            for line in &lines {
                assert!(measure(line, FACE).unwrap() <= width, "{line}");
            }
            let joined: String = lines.concat().split_whitespace().collect();
            assert_eq!(joined, long.split_whitespace().collect::<String>());
        }
    }

    #[test]
    fn even_lines_are_as_few_and_leave_no_word_alone() {
        let text = "Kartu berlaku selama pemegangnya PNS atau PPPK.";
        let face = Face { size: 22.0, weight: 600 };
        let plain = wrap(text, face, 530.0).unwrap();
        let even = wrap_evenly(text, face, 530.0).unwrap();
        assert_eq!((plain.len(), even.len()), (2, 2));
        assert!(even[1].split(' ').count() >= 2, "{even:?}");
    }

    #[test]
    fn nothing_to_say_takes_no_line() {
        assert!(wrap(" \n ", FACE, 100.0).unwrap().is_empty());
        assert!(measure("\u{0}\u{1}", FACE).unwrap() < 60.0);
    }

    #[test]
    fn letters_leave_ink_and_stay_inside_their_measure() {
        let mut picture = GrayImage::from_pixel(300, 60, Luma([255]));
        let line = Line {
            x: 10.0,
            y: 42.0,
            face: FACE,
            anchor: Anchor::Start,
            inverse: false,
            text: "Bapak Ketut".to_owned(),
        };
        draw(&mut picture, &[line]).unwrap();
        let right = (10.0 + measure("Bapak Ketut", FACE).unwrap()) as u32 + 2;
        let ink: Vec<u32> =
            picture.enumerate_pixels().filter(|(_, _, p)| p[0] == 0).map(|(x, _, _)| x).collect();
        assert!(ink.len() > 300);
        assert!(ink.iter().all(|&x| x >= 9 && x <= right));
    }
}
