//! Walking through the screens as people do: a visit whose steps, taps and words are counted, and
//! visits where everything is pressed at once. No device stands behind them: what the workers would
//! answer is made up, so the state of the window is all there is to look at.
#![cfg(feature = "station")]

mod walker;

use std::collections::BTreeSet;
use std::time::Duration;

use anjungan::session::{Event, Step, Tap};
use walker::{NIP, PASSWORD, SECRETS, Walker};

/// Under twelve taps besides NIP and password.
const MOST_TAPS: usize = 12;
/// Every word that stands on the way, also on buttons that nobody needs.
const MOST_WORDS: usize = 120;

#[test]
fn from_the_first_screen_to_the_printed_card() {
    let mut walker = Walker::new(1280, 800);
    let mut known: BTreeSet<String> = BTreeSet::new();
    let (mut taps, mut words, mut steps, mut asked) = (0, 0, 0, Vec::new());
    let mut read = |walker: &Walker, name: &str| {
        let texts: Vec<String> = walker.texts();
        let questions = texts.iter().filter(|text| text.ends_with('?')).count();
        let new: Vec<&String> = texts.iter().filter(|text| !known.contains(*text)).collect();
        let count: usize = new.iter().map(|text| count_words(text)).sum();
        known = texts.iter().cloned().collect();
        words += count;
        steps += 1;
        println!(
            "{name:<22} {count:>3} words  {}",
            new.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(" | ")
        );
        if questions > 1 {
            asked.push(name.to_owned());
        }
    };
    read(&walker, "first screen");
    let mut press = |walker: &mut Walker, label: &str, name: &str| {
        if label.is_empty() {
            // A screen that comes by itself.
            walker.wait(Duration::from_secs(4));
        } else {
            walker.press(label);
            taps += 1;
        }
        read(walker, name);
    };
    press(&mut walker, "Mulai", "choice");
    press(&mut walker, "Kartu Saya", "sign in");
    // The phone stands first; this person has none.
    if walker.has("Masuk dengan NIP") {
        press(&mut walker, "Masuk dengan NIP", "NIP");
    }
    walker.keys(NIP);
    press(&mut walker, "Lanjut", "password");
    walker.keys(PASSWORD);
    press(&mut walker, "Masuk", "my card");
    press(&mut walker, "Ambil Foto", "photo guide");
    press(&mut walker, "Mulai", "live picture");
    press(&mut walker, "Ambil Foto", "countdown");
    press(&mut walker, "", "review");
    press(&mut walker, "Gunakan Foto Ini", "issued");
    press(&mut walker, "Cetak", "printed");
    assert!(matches!(walker.step(), Step::Done { .. }), "{:?}", walker.step());
    println!("{steps} screens, {taps} taps besides NIP and password, {words} words");
    assert!(taps < MOST_TAPS, "{taps} taps");
    assert!(words < MOST_WORDS, "{words} words");
    assert_eq!(asked, Vec::<String>::new(), "screens with two questions");
    walker.wait(Duration::from_secs(30));
    assert!(matches!(walker.step(), Step::Attract));
    walker.assert_nothing_is_left("a finished visit");
}

fn count_words(text: &str) -> usize {
    text.split(|c: char| c.is_whitespace() || c == '/')
        .filter(|word| word.chars().any(char::is_alphabetic))
        .count()
}

/// Each place of the way, left by every door: end, back, quiet, staff, a new person's first tap.
#[test]
fn nothing_of_a_visit_is_left_however_it_ends() {
    let mut walker = Walker::new(800, 480);
    for place in 0..walker::PLACES.len() {
        for ending in ["home", "quiet", "back"] {
            let name = walker.reach(place);
            let seen = walker.state();
            match ending {
                "home" => walker.send(Event::Tap(Tap::Home)),
                "quiet" => walker.wait(Duration::from_secs(200)),
                _ => {
                    for _ in 0..12 {
                        walker.send(Event::Tap(Tap::Back));
                        walker.send(Event::Tap(Tap::Continue));
                    }
                    walker.send(Event::Tap(Tap::Home));
                }
            }
            assert!(matches!(walker.step(), Step::Attract), "{name} {ending}: {:?}", walker.step());
            walker.assert_nothing_is_left(&format!("{name}, left by {ending}"));
            // The search finds what is there to be found: else it would prove nothing.
            if place >= 3 {
                assert!(
                    SECRETS.iter().any(|secret| seen.contains(secret)) || seen.contains("••"),
                    "{name}: nothing of the person was on the screen: {seen}"
                );
            }
        }
    }
}

#[test]
fn the_language_may_change_at_every_step() {
    let mut walker = Walker::new(720, 1280);
    for place in 0..walker::PLACES.len() {
        let name = walker.reach(place);
        let before = format!("{:?}", walker.step());
        let indonesian = walker.texts();
        walker.press_strip("English");
        let english = walker.texts();
        assert_eq!(before, format!("{:?}", walker.step()), "{name}: the step is another one");
        assert_ne!(indonesian, english, "{name}: no word changed");
        walker.press_strip("Indonesia");
        // Nothing is before the camera here, so a verdict has become one of a moment ago meanwhile.
        let mut again = walker.texts();
        again.retain(|word| word != "Kartu sebelumnya");
        assert_eq!(indonesian, again, "{name}: not the words from before");
        walker.send(Event::Tap(Tap::Home));
        walker.assert_nothing_is_left(&name);
    }
}

/// Fingers everywhere: presses, drags, two at a time, keys, cards before the camera on any screen,
/// answers that come late or twice, and the language in between.
#[test]
fn a_storm_of_presses_breaks_nothing_and_leaves_nothing() {
    let mut walker = Walker::new(800, 480);
    for seed in 1..=6_u64 {
        let mut dice = walker::Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        walker.reach(dice.below(walker::PLACES.len()));
        for _ in 0..250 {
            match dice.below(12) {
                0..=3 => walker.touch_anywhere(&mut dice),
                4 => walker.drag_anywhere(&mut dice),
                5 => walker.two_fingers(&mut dice),
                6 => walker.keys(["\t", "\n", "\u{8}", "7", "Z", "é", " "][dice.below(7)]),
                7 => walker.hold_a_card(&mut dice),
                8 => walker.late_answer(&mut dice),
                9 => walker.send(Event::Tap(Tap::Language)),
                10 => walker.wait(Duration::from_millis(200 * dice.below(30) as u64)),
                _ => walker.press_any(&mut dice),
            }
        }
        walker.send(Event::Tap(Tap::Home));
        walker.wait(Duration::from_secs(1));
        walker.assert_nothing_is_left(&format!("storm {seed}"));
    }
}

/// The picture that is taken with a drag is not taken: a finger that slides off means no.
#[test]
fn a_drag_of_over_thirty_pixels_is_no_press() {
    let mut walker = Walker::new(1280, 800);
    walker.drag("Mulai", 45.0);
    assert!(matches!(walker.step(), Step::Attract));
    walker.drag("Mulai", 12.0);
    assert!(matches!(walker.step(), Step::Choose));
}

/// Tab reaches every button of every screen, Return presses it, and the ring shows where it is.
#[test]
fn the_keypad_reaches_everything() {
    let mut walker = Walker::new(1280, 800);
    for place in 0..walker::PLACES.len() {
        let name = walker.reach(place);
        let wanted = walker.buttons();
        let mut found = BTreeSet::new();
        for _ in 0..wanted.len() + 3 {
            walker.keys("\t");
            found.extend(walker.focused());
        }
        let missed: Vec<_> = wanted.difference(&found).collect();
        assert!(missed.is_empty(), "{name}: Tab does not reach {missed:?}");
        walker.send(Event::Tap(Tap::Home));
    }
    walker.keys("\t");
    while !walker.focused().contains("Mulai") {
        walker.keys("\t");
    }
    walker.keys("\n");
    assert!(matches!(walker.step(), Step::Choose), "Return presses what has the focus");
}
