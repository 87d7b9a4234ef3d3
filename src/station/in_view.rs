//! Station: which codes are before the scan camera, over several frames.
//!
//! Two cards held up together are not both read in every frame: now the one, now the other. Seen frame by frame that
//! would be two cards shown in turn, and a desk would take the last for the only one.

use std::time::Duration;

/// A text not read for this long is gone.
const GONE: Duration = Duration::from_millis(600);

/// The texts before the camera.
#[derive(Debug, Default)]
pub struct InView {
    seen: Vec<Sighting>,
}

#[derive(Debug)]
struct Sighting {
    text: String,
    first: Duration,
    last: Duration,
}

impl InView {
    /// Takes what one frame gave and says what is in view now, in the order in which it came. Empty where the frame gave
    /// nothing: there is nothing new to judge.
    ///
    /// A text of earlier frames counts beside one of this frame only if it was read after this one first appeared:
    /// then they take turns. A card that makes way for the next was read before, and counts no more.
    pub fn see(&mut self, texts: impl Iterator<Item = String>, now: Duration) -> Vec<String> {
        self.seen.retain(|one| now.saturating_sub(one.last) <= GONE);
        let mut present = false;
        for text in texts {
            present = true;
            match self.seen.iter_mut().find(|one| one.text == text) {
                Some(one) => one.last = now,
                None => self.seen.push(Sighting { text, first: now, last: now }),
            }
        }
        if !present {
            return Vec::new();
        }
        let newest = self.seen.iter().filter(|one| one.last == now).map(|one| one.first).max().unwrap_or(now);
        let here = self.seen.iter().filter(|one| one.last == now || one.last > newest);
        here.map(|one| one.text.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is in view after each frame; a frame every 60 ms, its texts by letters.
    fn frames(frames: &[&str]) -> Vec<String> {
        let mut view = InView::default();
        let at = |i: usize| Duration::from_millis(60 * i as u64);
        frames
            .iter()
            .enumerate()
            .map(|(i, frame)| view.see(frame.chars().map(String::from), at(i)).concat())
            .collect()
    }

    #[test]
    fn one_card_is_one_card() {
        assert_eq!(frames(&["a", "", "a", "a"]), ["a", "", "a", "a"]);
    }

    #[test]
    fn two_cards_read_in_turn_are_two_cards() {
        assert_eq!(frames(&["a", "b", "a", "b", "a"]), ["a", "b", "ab", "ab", "ab"]);
        // Both at once, then one of them: the other is gone, or will be read again.
        assert_eq!(frames(&["ab", "a", "ab", "b"]), ["ab", "a", "ab", "ab"]);
    }

    #[test]
    fn a_card_that_makes_way_for_the_next_is_gone_at_once() {
        assert_eq!(frames(&["a", "a", "b", "b", "b"]), ["a", "a", "b", "b", "b"]);
    }

    #[test]
    fn one_that_was_taken_away_is_gone_after_a_moment() {
        let mut all = vec!["a", "b", "a"];
        all.extend([""; 11]);
        all.push("b");
        assert_eq!(frames(&all).last().map(String::as_str), Some("b"));
    }
}
