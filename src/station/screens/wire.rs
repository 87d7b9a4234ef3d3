//! From touches and keys to events.

use slint::ComponentHandle;

use super::App;
use super::generated::{Act, Entry, Press};
use crate::card::Orientation;
use crate::protocol::WrongField;
use crate::session::{Decision, Event, Field, Key, Tap};

/// Sends an event for everything that a person does on this screen.
pub fn wire(app: &App, send: impl Fn(Event) + Clone + 'static) {
    let act = app.global::<Act>();
    let weak = app.as_weak();
    act.on_resized(move || {
        if let Some(app) = weak.upgrade() {
            super::fit(&app);
        }
    });
    let out = send.clone();
    act.on_press(move |press| out(Event::Tap(tap(press))));
    let out = send.clone();
    act.on_type(move |text| {
        // Keys without a character come as private-use or control characters: arrows, F1, Home.
        for c in text.chars().filter(|c| !c.is_control() && !('\u{e000}'..='\u{f8ff}').contains(c)) {
            out(Event::Key(Key::Char(c)));
        }
    });
    let out = send.clone();
    act.on_erase(move || out(Event::Key(Key::Erase)));
    let out = send.clone();
    act.on_screen_key(move |text| {
        for c in text.chars() {
            out(Event::ScreenKey(Key::Char(c)));
        }
    });
    let out = send.clone();
    act.on_screen_erase(move || out(Event::ScreenKey(Key::Erase)));
    let out = send.clone();
    act.on_covered(move || out(Event::Covered));
    let out = send.clone();
    let ticks = send.clone();
    act.on_tick(move |at| {
        let field = usize::try_from(at).ok().and_then(|at| WrongField::ALL.get(at));
        if let Some(field) = field {
            ticks(Event::Tap(Tap::Tick(*field)));
        }
    });
    act.on_enter(move || out(Event::Key(Key::Enter)));
    let out = send.clone();
    act.on_touched(move |x, y| out(Event::Touched(x, y)));
    let out = send.clone();
    act.on_pick(move |row| {
        if let Ok(row) = usize::try_from(row) {
            out(Event::Tap(Tap::Pick(row)));
        }
    });
    act.on_focus(move |entry| {
        send(Event::ScreenKey(Key::Focus(match entry {
            Entry::Nip => Field::Nip,
            Entry::Password => Field::Password,
        })));
    });
}

fn tap(press: Press) -> Tap {
    match press {
        Press::Start => Tap::Start,
        Press::Language => Tap::Language,
        Press::LargeText => Tap::LargeText,
        Press::HighContrast => Tap::HighContrast,
        Press::Home => Tap::Home,
        Press::Back => Tap::Back,
        Press::Proceed => Tap::Continue,
        Press::StillHere => Tap::StillHere,
        Press::CallStaff => Tap::CallStaff,
        Press::MyCard => Tap::MyCard,
        Press::CheckCard => Tap::CheckCard,
        Press::PickUp => Tap::PickUp,
        Press::UpdatePhoto => Tap::UpdatePhoto,
        Press::CameraOn => Tap::CameraOn,
        Press::Shoot => Tap::Shoot,
        Press::Retake => Tap::Retake,
        Press::Studio => Tap::Studio,
        Press::TakePlate => Tap::TakePlate,
        Press::Lying => Tap::Orient(Orientation::Landscape),
        Press::Upright => Tap::Orient(Orientation::Portrait),
        Press::UseThisPhoto => Tap::UseThisPhoto,
        Press::Print => Tap::Print,
        Press::Finish => Tap::Finish,
        Press::Later => Tap::Later,
        Press::Staff => Tap::Staff,
        Press::SignOut => Tap::SignOut,
        Press::SwitchProfile => Tap::SwitchProfile,
        Press::WithNip => Tap::WithNip,
        Press::Assisted => Tap::Assisted,
        Press::Forgot => Tap::Forgot,
        Press::WrongData => Tap::WrongData,
        Press::Download => Tap::Download,
        Press::SkipDownload => Tap::SkipDownload,
        Press::AnswerCall => Tap::AnswerCall,
        Press::FinishCall => Tap::FinishCall,
        Press::Visitors => Tap::Visitors,
        Press::Prints => Tap::Prints,
        Press::AcceptWithKtp => Tap::Decide(Decision::AcceptedWithKtp),
        Press::NotAccepted => Tap::Decide(Decision::NotAccepted),
        Press::More => Tap::More,
        Press::Less => Tap::Less,
        Press::Export => Tap::Export,
        Press::CameOut => Tap::CameOut,
        Press::NotOut => Tap::NotOut,
        Press::Spoiled => Tap::Spoiled,
        Press::Destroyed => Tap::Destroyed,
        Press::Setup => Tap::Setup,
        Press::Wifi => Tap::Wifi,
        Press::TypeCode => Tap::TypeCode,
        Press::Again => Tap::Again,
        Press::Skip => Tap::Skip,
        Press::TestPrint => Tap::TestPrint,
        Press::OtherCamera => Tap::OtherCamera,
        Press::TypeHost => Tap::TypeHost,
        Press::TypeNumber => Tap::TypeNumber,
        Press::TypingDone => Tap::TypingDone,
    }
}
