//! A finger beside a running event loop: it finds by label, presses for real, and what it presses
//! reaches the session. One platform a process, so this is a test file of its own.
#![cfg(feature = "station")]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anjungan::clock::SystemClock;
use anjungan::display::{self, DisplayError, DisplayKind, Finger, FingerError};
use anjungan::lang::Lang;
use anjungan::session::{Effect, Event, Session};
use anjungan::station::screens::{self, App};
use slint::ComponentHandle;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_finger_walks_from_the_welcome_to_the_password() {
    let clock = SystemClock::shared();
    let too_small = display::select(DisplayKind::Headless { width: 10, height: 10 }, &clock);
    assert!(matches!(too_small, Err(DisplayError::Size { .. })));
    display::select(DisplayKind::Headless { width: 800, height: 480 }, &clock).unwrap();
    let again = display::select(DisplayKind::Headless { width: 800, height: 480 }, &clock);
    assert!(matches!(again, Err(DisplayError::AlreadyChosen)));

    let app = App::new().unwrap();
    let session = Rc::new(RefCell::new(Some(Session::new(Lang::Id, clock.monotonic()))));
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    screens::set_station(&app, "Lobi", "10.24");
    screens::set_diagonal(&app, None);
    screens::wire(&app, {
        let (weak, clock, asked) = (app.as_weak(), clock.clone(), Arc::clone(&asked));
        move |event: Event| {
            let now = clock.monotonic();
            let (next, effects) = session.borrow_mut().take().unwrap().step(event, now);
            let names = effects.iter().map(|effect| match effect {
                Effect::SignIn { nip, password, .. } => format!("{nip} {}", password.expose()),
                Effect::CallStaff { .. } => "staff".to_owned(),
                _ => String::new(),
            });
            asked.lock().unwrap().extend(names);
            screens::show(&weak.unwrap(), &next, now);
            session.borrow_mut().replace(next);
        }
    });
    screens::show(&app, &Session::new(Lang::Id, clock.monotonic()), clock.monotonic());
    app.show().unwrap();

    let finger = Finger::new(&app, clock);
    let walk = std::thread::spawn(move || {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| walk(&finger)));
        slint::quit_event_loop().unwrap();
        result
    });
    slint::run_event_loop().unwrap();
    if let Err(panic) = walk.join().unwrap() {
        std::panic::resume_unwind(panic);
    }
    let asked = asked.lock().unwrap();
    assert_eq!(asked.iter().filter(|name| *name == "staff").count(), 1);
    assert!(asked.contains(&"197402152001122001 aB 1".to_owned()), "{asked:?}");
}

fn walk(finger: &Finger<App>) {
    finger.wait_for("Kartu ASN Virtual", SOON).unwrap();
    let error = finger.click("Tombol yang tidak ada").unwrap_err();
    assert!(
        matches!(&error, FingerError::NotThere { there, .. } if there.iter().any(|label| label == "Mulai"))
    );
    assert!(error.to_string().contains("Mulai"), "{error}");
    // A text is on the screen and is no button.
    assert!(matches!(finger.click("Kartu ASN Virtual"), Err(FingerError::NotEnabled { .. })));

    finger.click("Mulai").unwrap();
    finger.click_when_there("Panggil Petugas", SOON).unwrap();
    finger.wait_for("Panggilan sedang dikirim ke meja petugas.", SOON).unwrap();
    finger.click("Tutup").unwrap();
    finger.click("English").unwrap();
    finger.wait_for("Choose a service", SOON).unwrap();
    finger.click("Indonesia").unwrap();
    finger.click_when_there("Kartu Saya", SOON).unwrap();
    finger.click_when_there("Masuk dengan NIP", SOON).unwrap();

    // The number: some with the finger, the rest on a real keyboard.
    finger.click_when_there("1", SOON).unwrap();
    finger.click("9").unwrap();
    finger.click("9").unwrap();
    finger.click("Hapus").unwrap();
    finger.press_key("7402152001122001").unwrap();
    finger.click("Lanjut").unwrap();

    // The password: a capital, a digit and a space from the keys of the screen.
    finger.click_when_there("a", SOON).unwrap();
    finger.click("Huruf besar").unwrap();
    finger.click_when_there("B", SOON).unwrap();
    finger.click_when_there("Spasi", SOON).unwrap();
    finger.click("123").unwrap();
    finger.click_when_there("1", SOON).unwrap();
    let dots = finger.labels().unwrap();
    assert!(dots.iter().all(|label| !label.contains("aB")), "a password is on the screen: {dots:?}");
    let picture = finger.snapshot().unwrap();
    assert_eq!(picture.dimensions(), (800, 480));
    finger.click("Masuk").unwrap();
    finger.wait_for("Memeriksa…", SOON).unwrap();
    assert!(matches!(finger.click("Masuk"), Err(FingerError::NotEnabled { .. })));
}
