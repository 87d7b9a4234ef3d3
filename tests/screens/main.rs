//! Every screen as a picture, in both languages and the four sizes that the station is made for.
//!
//! `ANJUNGAN_SCREENS=DIR cargo test --test screens` leaves the pictures in DIR.
#![cfg(feature = "station")]

mod scenes;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use anjungan::clock::{ManualClock, SharedClock};
use anjungan::display::{self, DisplayKind};
use anjungan::lang::Lang;
use anjungan::session::{Role, Step};
use anjungan::station::screens::{self, App};
use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use image::RgbaImage;
use scenes::{Props, Scene};
use slint::platform::update_timers_and_animations;
use slint::{ComponentHandle, PhysicalSize};

/// Width, height, least touch target (13 mm), least key of the keyboard (9 mm), in pixels.
const SIZES: [(u32, u32, f32, f32); 4] =
    [(1280, 800, 75.0, 53.0), (1024, 600, 75.0, 53.0), (800, 480, 66.0, 47.0), (720, 1280, 75.0, 53.0)];

#[test]
fn every_screen_in_both_languages_and_four_sizes() {
    let clock = ManualClock::at("2026-03-02T03:24:00Z".parse().unwrap());
    let shared: SharedClock = std::sync::Arc::new(clock.clone());
    display::select(DisplayKind::Headless { width: 1280, height: 800 }, &shared).unwrap();
    let app = App::new().unwrap();
    app.show().unwrap();
    screens::set_station(&app, "Lobi BKPSDM", "10.24");

    let kept = std::env::var_os("ANJUNGAN_SCREENS").map(PathBuf::from);
    let temporary = tempfile::tempdir().unwrap();
    let folder = kept.unwrap_or_else(|| temporary.path().to_owned());
    let only = std::env::var("ANJUNGAN_SCREENS_ONLY").unwrap_or_default();

    let props = Props::new();
    let words = translations();
    let mut faults = Vec::new();
    for (width, height, target, key) in SIZES {
        app.window().set_size(PhysicalSize::new(width, height));
        settle(&app, &clock);
        for lang in [Lang::Id, Lang::En] {
            let out = folder.join(format!("{width}x{height}-{}", lang.tag()));
            std::fs::create_dir_all(&out).unwrap();
            for (number, scene) in scenes::all(lang, &props).into_iter().enumerate() {
                if !scene.name.contains(&only) {
                    continue;
                }
                let picture = shot(&app, &scene, &props, &clock);
                let name = format!("{:02}-{}", number + 1, scene.name);
                picture.save(out.join(format!("{name}.png"))).unwrap();
                let mut fault =
                    |what: String| faults.push(format!("{width}x{height} {} {name}: {what}", lang.tag()));
                if is_blank(&picture) {
                    fault("the picture is blank".into());
                }
                let untranslated =
                    if lang == Lang::En { words.keys().cloned().collect() } else { HashSet::new() };
                check(&app, (width as f32, height as f32), target, key, &untranslated, &mut fault);
                screens::forget(&app);
                // What is said does not hang on the size; once is enough.
                if width == SIZES[0].0 {
                    settle(&app, &clock);
                    leaks(&app, &mut fault);
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// The scene as it stands after a second.
fn shot(app: &App, scene: &Scene, props: &Props, clock: &ManualClock) -> RgbaImage {
    for session in scene.before.iter().chain([&scene.session]) {
        screens::show(app, session, scene.now);
        settle(app, clock);
        if let Some(role) = scene.camera {
            let frame = match role {
                Role::Face => &props.person,
                Role::Scan => &props.held_card,
            };
            let (width, height) = screens::frame_size(app, role);
            // Staff see all of it, as the camera does.
            let like = if matches!(session.step, Step::Studio(_)) { Role::Scan } else { role };
            screens::show_frame(app, role, screens::prepare_frame(frame, like, width, height));
        }
        // Pictures of cards are brought to the room that the screen has by now.
        screens::show(app, session, scene.now);
    }
    if let Some(label) = scene.touch {
        let touched = ElementHandle::find_by_accessible_label(app, label)
            .find(|element| element.accessible_role() == Some(AccessibleRole::Button));
        touched
            .unwrap_or_else(|| panic!("{}: no button '{label}'", scene.name))
            .invoke_accessible_default_action();
        settle(app, clock);
        // The other side of a card comes in the size that is known by now.
        screens::show(app, &scene.session, scene.now);
    }
    settle(app, clock);
    snapshot(app)
}

/// The words and numbers of the scenes' people, wherever they still stand.
fn leaks(app: &App, fault: &mut impl FnMut(String)) {
    for element in ElementQuery::from_root(app).find_all() {
        let said = element.accessible_label().unwrap_or_default();
        if ["Wahyuni", "Budi", "19740215", "Kepala Dinas"].iter().any(|word| said.contains(word)) {
            fault(format!("'{said}' is still there after forgetting"));
        }
    }
}

/// Lays out, runs what changed, and lets a second pass.
fn settle(app: &App, clock: &ManualClock) {
    update_timers_and_animations();
    snapshot(app);
    clock.advance(std::time::Duration::from_millis(500));
    update_timers_and_animations();
}

fn snapshot(app: &App) -> RgbaImage {
    let pixels = app.window().take_snapshot().unwrap();
    RgbaImage::from_raw(pixels.width(), pixels.height(), pixels.as_bytes().to_vec()).unwrap()
}

/// Under a hundred colours, or one that covers nearly everything: nothing was drawn.
fn is_blank(picture: &RgbaImage) -> bool {
    let mut colours: HashMap<[u8; 4], u32> = HashMap::new();
    for pixel in picture.pixels() {
        *colours.entry(pixel.0).or_default() += 1;
    }
    let most = colours.values().max().copied().unwrap_or_default();
    colours.len() < 30 || f64::from(most) > 0.97 * f64::from(picture.width() * picture.height())
}

/// What can be touched is named, large enough, on the screen and apart from its neighbours; and
/// nothing that has a translation stands there without it.
fn check(
    app: &App,
    window: (f32, f32),
    target: f32,
    key: f32,
    untranslated: &HashSet<String>,
    fault: &mut impl FnMut(String),
) {
    let mut places: Vec<(String, [f32; 4])> = Vec::new();
    for element in ElementQuery::from_root(app).match_inherits("Touchable").find_all() {
        let label = element.accessible_label().unwrap_or_default().to_string();
        let (at, size) = (element.absolute_position(), element.size());
        if label.is_empty() {
            fault(format!("something at {at:?} can be touched and has no label"));
        }
        if element.accessible_role() != Some(AccessibleRole::Button) {
            fault(format!("'{label}' is not a button for a screen reader"));
        }
        let is_key = element.type_name().is_some_and(|name| name == "KeyCap");
        let least = if is_key { key } else { target };
        if size.width < least || size.height < least {
            fault(format!("'{label}' is {}x{} px, under {least}", size.width, size.height));
        }
        let (right, bottom) = (at.x + size.width, at.y + size.height);
        if at.x < 0.0 || at.y < 0.0 || right > window.0 + 0.5 || bottom > window.1 + 0.5 {
            fault(format!("'{label}' reaches beyond the screen: {:?}", [at.x, at.y, right, bottom]));
        }
        // What lies under a dialog cannot be touched.
        if element.accessible_enabled() != Some(false) {
            places.push((label, [at.x, at.y, right, bottom]));
        }
    }
    for (i, (a, pa)) in places.iter().enumerate() {
        for (b, pb) in &places[i + 1..] {
            let apart = (pb[0] - pa[2]).max(pa[0] - pb[2]).max(pb[1] - pa[3]).max(pa[1] - pb[3]);
            if apart < 7.5 {
                fault(format!("'{a}' and '{b}' are {apart} px apart"));
            }
        }
    }
    for element in ElementQuery::from_root(app).match_type_name("Text").find_all() {
        let (at, size) = (element.absolute_position(), element.size());
        let (right, bottom) = (at.x + size.width, at.y + size.height);
        if at.x < -0.5 || at.y < -0.5 || right > window.0 + 0.5 || bottom > window.1 + 0.5 {
            fault(format!("text at {:?} reaches beyond the screen", [at.x, at.y, right, bottom]));
        }
    }
    for element in ElementQuery::from_root(app).find_all() {
        for said in [element.accessible_label(), element.accessible_description()].into_iter().flatten() {
            if untranslated.contains(said.as_str()) {
                fault(format!("'{said}' is not translated"));
            }
        }
    }
}

const PO: &str = include_str!("../../ui/lang/en/LC_MESSAGES/anjungan.po");

/// Texts of the source and what they are in English, without those that are the same.
fn translations() -> HashMap<String, String> {
    let line = |prefix: &str, line: &str| Some(line.strip_prefix(prefix)?.strip_suffix('"')?.to_owned());
    let ids = PO.lines().filter_map(|text| line("msgid \"", text));
    let texts = PO.lines().filter_map(|text| line("msgstr \"", text));
    let english: HashSet<String> = PO.lines().filter_map(|text| line("msgstr \"", text)).collect();
    ids.zip(texts).filter(|(id, text)| !id.is_empty() && id != text && !english.contains(id)).collect()
}

/// Every text of the screens, as it stands in the source.
fn texts_of_the_screens() -> HashSet<String> {
    fn read(folder: &std::path::Path, texts: &mut HashSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, texts);
            } else if path.extension().is_some_and(|end| end == "slint") {
                let source = std::fs::read_to_string(&path).unwrap();
                let calls = source.split("@tr(\"").skip(1);
                texts.extend(calls.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()));
            }
        }
    }
    let mut texts = HashSet::new();
    read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ui"), &mut texts);
    texts
}

#[test]
fn every_text_of_the_screens_has_an_english_one_and_no_other_is_kept() {
    let mut known = HashSet::new();
    let mut id = None;
    for line in PO.lines() {
        if let Some(text) = line.strip_prefix("msgid \"") {
            id = Some(text.trim_end_matches('"').to_owned());
        } else if let Some(text) = line.strip_prefix("msgstr \"") {
            let id = id.take().unwrap_or_else(|| panic!("no msgid before {line}"));
            if !id.is_empty() {
                let text = text.trim_end_matches('"');
                assert!(!text.is_empty(), "'{id}' has no translation");
                assert_eq!(id.matches("{}").count(), text.matches("{}").count(), "{id}");
                assert!(known.insert(id.clone()), "'{id}' stands there twice");
            }
        }
    }
    let used = texts_of_the_screens();
    assert!(used.len() > 50, "only {} texts were found in ui/", used.len());
    let missing: Vec<_> = used.difference(&known).collect();
    assert!(missing.is_empty(), "without a translation: {missing:?}");
    let left: Vec<_> = known.difference(&used).collect();
    assert!(left.is_empty(), "no screen says: {left:?}");
}
