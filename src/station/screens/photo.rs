//! The photo step: one instruction at a time, in plain words.

use std::time::Duration;

use slint::ComponentHandle;

use super::generated::{PhotoStage as Stage, PhotoView};
use super::{App, chrome, fault};
use crate::lang::Lang;
use crate::photo::Advice;
use crate::session::{PhotoStage, PhotoStep, allows_shot};

pub fn show(app: &App, step: &PhotoStep, lang: Lang, now: Duration) {
    let view = app.global::<PhotoView>();
    match &step.stage {
        PhotoStage::Invite => {
            view.set_stage(Stage::Invite);
            blank(&view);
        }
        PhotoStage::Live { advice, fault: why, .. } => {
            view.set_stage(Stage::Live);
            view.set_instruction(advice.map_or("", |advice| instruction(advice, lang)).into());
            view.set_ready(*advice == Some(Advice::Ready));
            view.set_may_shoot(advice.is_some_and(allows_shot));
            view.set_fault(fault(*why, lang));
        }
        PhotoStage::Countdown { ends } => {
            view.set_stage(Stage::Countdown);
            view.set_count(chrome::seconds(ends.saturating_sub(now)).max(1));
        }
        PhotoStage::Cutting { .. } => view.set_stage(Stage::Cutting),
    }
}

pub fn forget(app: &App) {
    let view = app.global::<PhotoView>();
    view.set_stage(Stage::Invite);
    blank(&view);
}

fn blank(view: &PhotoView) {
    view.set_seen(false);
    view.set_frame(slint::Image::default());
    view.set_instruction("".into());
    view.set_ready(false);
    view.set_may_shoot(false);
    view.set_fault(super::generated::Fault::default());
}

/// What to do now. The picture is a mirror, and the camera's left is the person's right: who is
/// asked to the right moves to the right on the screen too.
pub fn instruction(advice: Advice, lang: Lang) -> &'static str {
    match advice {
        Advice::NoFace => lang.pick("Silakan berdiri di depan kamera", "Please stand in front of the camera"),
        Advice::SeveralPeople => lang.pick("Satu orang saja di depan kamera", "One person at a time, please"),
        Advice::ComeCloser => lang.pick("Mendekat sedikit", "Come a little closer"),
        Advice::StepBack => lang.pick("Mundur sedikit", "Step back a little"),
        Advice::MoveLeft => lang.pick("Geser sedikit ke kanan", "Move a little to the right"),
        Advice::MoveRight => lang.pick("Geser sedikit ke kiri", "Move a little to the left"),
        Advice::MoveUp => lang.pick("Berdiri lebih tegak", "Stand a little taller"),
        Advice::MoveDown => lang.pick("Turun sedikit", "Lower your head a little"),
        Advice::TooDark => lang.pick("Menghadap ke cahaya", "Face the light"),
        Advice::TooBright => lang.pick("Menjauh dari cahaya langsung", "Move out of the direct light"),
        Advice::Blurred => lang.pick("Mohon tetap tenang", "Please hold still"),
        Advice::HeadTilted => {
            lang.pick("Tegakkan kepala, lihat ke kamera", "Head upright, look at the camera")
        }
        Advice::LookStraight => {
            lang.pick("Hadapkan wajah lurus ke kamera", "Turn your face straight to the camera")
        }
        Advice::ChinUp => lang.pick("Angkat dagu sedikit", "Raise your chin a little"),
        Advice::ChinDown => lang.pick("Turunkan dagu sedikit", "Lower your chin a little"),
        Advice::EyesClosed => lang.pick("Mohon buka mata", "Please open your eyes"),
        Advice::MouthOpen => lang.pick("Mohon tutup mulut", "Please close your mouth"),
        Advice::UnevenLight => lang.pick(
            "Cahaya datang dari satu sisi: putar badan ke cahaya",
            "Light from one side: turn towards it",
        ),
        Advice::BackdropNotFree => {
            lang.pick("Latar belakang harus kosong", "Nothing else before the backdrop, please")
        }
        Advice::FaceCutOff => {
            lang.pick("Wajah tampak penuh: mundur sedikit", "The whole face, please: step back")
        }
        Advice::Ready => lang.pick("Bagus, siap difoto", "Good, ready for the photo"),
    }
}
