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
    if text.trim().is_empty() {
        return Ok(0.0);
    }
    let line = Line { x: 0.0, y: 100.0, face, anchor: Anchor::Start, inverse: false, text: text.to_owned() };
    let tree = usvg::Tree::from_str(&svg(&[line], 4096, 200), &options())?;
    Ok(tree.root().bounding_box().width())
}

/// Breaks the words into lines of at most `width` dots, between words; a single word that is too long is broken inside.
/// Nothing is ever left out.
pub fn wrap(text: &str, face: Face, width: f32) -> Result<Vec<String>, SlipError> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if measure(&longer, face)? <= width {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            let mut longer = line.clone();
            longer.push(letter);
            if !line.is_empty() && measure(&longer, face)? > width {
                lines.push(std::mem::take(&mut line));
                line.push(letter);
            } else {
                line = longer;
            }
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    Ok(lines)
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
    for line in lines {
        let anchor = match line.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let Face { size, weight } = line.face;
        // Writing into a String cannot fail.
        let _ = write!(
            out,
            r#"<text x="{}" y="{}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{}</text>"#,
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
