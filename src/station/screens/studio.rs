//! The technician's page: measures in numbers, each beside its limit.

use std::rc::Rc;
use std::time::Duration;

use slint::{ComponentHandle, ModelRc, VecModel};

use super::generated::{Gauge as Row, StudioStage as Stage, StudioView};
use super::photo::instruction;
use super::{App, chrome, fault};
use crate::lang::Lang;
use crate::photo::{Gauge, Quantity, Staleness};
use crate::session::{PlateState, Studio, StudioStage};

pub fn show(app: &App, step: &Studio, lang: Lang, now: Duration) {
    let view = app.global::<StudioView>();
    match &step.stage {
        StudioStage::Watching => view.set_stage(Stage::Watching),
        StudioStage::StepAside { ends } => {
            view.set_stage(Stage::Aside);
            view.set_count(chrome::seconds(ends.saturating_sub(now)).max(1));
        }
        StudioStage::Taking { .. } => view.set_stage(Stage::Taking),
        StudioStage::Taken => view.set_stage(Stage::Taken),
    }
    view.set_in_setup(step.in_setup);
    view.set_fault(fault(step.fault, lang));
    let Some(reading) = &step.reading else { return };
    view.set_advice(instruction(reading.advice, lang).into());
    view.set_plate(plate(reading.plate, lang).into());
    view.set_plate_ok(reading.plate == PlateState::Holds);
    let rows: VecModel<Row> = reading.gauges.iter().map(|gauge| row(gauge, lang)).collect();
    view.set_gauges(ModelRc::from(Rc::new(rows)));
}

pub fn forget(app: &App) {
    let view = app.global::<StudioView>();
    view.set_stage(Stage::Watching);
    view.set_seen(false);
    view.set_frame(slint::Image::default());
    view.set_advice("".into());
    view.set_plate("".into());
    view.set_gauges(ModelRc::default());
    view.set_fault(super::generated::Fault::default());
}

fn plate(state: PlateState, lang: Lang) -> &'static str {
    match state {
        PlateState::Missing => lang.pick("Belum ada foto latar kosong", "No empty backdrop yet"),
        PlateState::Holds => lang.pick("Foto latar kosong sesuai", "The empty backdrop fits"),
        PlateState::Stale(Staleness::LightChanged) => {
            lang.pick("Cahaya berubah: foto ulang latar", "The light changed: take the backdrop anew")
        }
        PlateState::Stale(Staleness::CameraMoved) => {
            lang.pick("Kamera bergeser: foto ulang latar", "The camera moved: take the backdrop anew")
        }
        PlateState::Stale(Staleness::AnotherPlace) => {
            lang.pick("Latar lain: foto ulang latar", "Another backdrop: take it anew")
        }
    }
}

fn row(gauge: &Gauge, lang: Lang) -> Row {
    // Degrees and pixels as they are, everything else as a share.
    let decimals = match gauge.what {
        Quantity::EyeDistance => 0,
        Quantity::Roll | Quantity::Yaw | Quantity::Pitch => 1,
        Quantity::LidGap | Quantity::EyeOpening | Quantity::Sharpness => 3,
        _ => 2,
    };
    let number = |value: f32| decimal(format!("{value:.decimals$}"), lang);
    // Limits are round numbers.
    let limit = |value: f32| decimal(value.to_string(), lang);
    Row {
        name: name(gauge.what, lang).into(),
        short: short(gauge.what, lang).into(),
        value: number(gauge.value).into(),
        limit: match (gauge.least, gauge.most) {
            (Some(least), Some(most)) => format!("{} – {}", limit(least), limit(most)),
            (Some(least), None) => format!("min {}", limit(least)),
            (None, Some(most)) => format!("{} {}", lang.pick("maks", "max"), limit(most)),
            (None, None) => String::new(),
        }
        .into(),
        ok: gauge.ok,
    }
}

fn decimal(text: String, lang: Lang) -> String {
    match lang {
        Lang::Id => text.replace('.', ","),
        Lang::En => text,
    }
}

fn name(what: Quantity, lang: Lang) -> &'static str {
    match what {
        Quantity::EyeDistance => lang.pick("Jarak mata (px)", "Eye distance (px)"),
        Quantity::HeadHeight => lang.pick("Tinggi wajah", "Face height"),
        Quantity::Aside => lang.pick("Posisi datar", "Across"),
        Quantity::Height => lang.pick("Posisi tegak", "Down"),
        Quantity::Roll => lang.pick("Miring (°)", "Roll (°)"),
        Quantity::Yaw => lang.pick("Menoleh (°)", "Yaw (°)"),
        Quantity::Pitch => lang.pick("Mengangguk (°)", "Pitch (°)"),
        Quantity::LidGap => lang.pick("Celah mata", "Lid gap"),
        Quantity::EyeOpening => lang.pick("Bukaan mata", "Eye opening"),
        Quantity::MouthGap => lang.pick("Celah mulut", "Mouth gap"),
        Quantity::Brightness => lang.pick("Terang", "Brightness"),
        Quantity::Overexposed => lang.pick("Terlalu terang", "Overexposed"),
        Quantity::Underexposed => lang.pick("Terlalu gelap", "Underexposed"),
        Quantity::Balance => lang.pick("Kiri-kanan", "Left-right"),
        Quantity::Sharpness => lang.pick("Ketajaman", "Sharpness"),
    }
}

/// A word for the smallest screen, where the name in full would be cut.
fn short(what: Quantity, lang: Lang) -> &'static str {
    match what {
        Quantity::EyeDistance => lang.pick("Jarak", "Eyes"),
        Quantity::HeadHeight => lang.pick("Tinggi", "Face"),
        Quantity::Aside => lang.pick("Datar", "Across"),
        Quantity::Height => lang.pick("Tegak", "Down"),
        Quantity::Roll => lang.pick("Miring", "Roll"),
        Quantity::Yaw => lang.pick("Toleh", "Yaw"),
        Quantity::Pitch => lang.pick("Angguk", "Pitch"),
        Quantity::LidGap => lang.pick("Kelopak", "Lids"),
        Quantity::EyeOpening => lang.pick("Mata", "Opening"),
        Quantity::MouthGap => lang.pick("Mulut", "Mouth"),
        Quantity::Brightness => lang.pick("Terang", "Light"),
        Quantity::Overexposed => lang.pick("Silau", "Glare"),
        Quantity::Underexposed => lang.pick("Gelap", "Dark"),
        Quantity::Balance => lang.pick("Sisi", "Sides"),
        Quantity::Sharpness => lang.pick("Tajam", "Sharp"),
    }
}
