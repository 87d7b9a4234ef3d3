//! `Data saya keliru`: what is ticked, the number, the office's answer.

use slint::{ComponentHandle, ModelRc, VecModel};

use super::generated::{ReportStage, ReportView, TickBox};
use super::{App, fault};
use crate::lang::Lang;
use crate::protocol::WrongField;
use crate::session::{Report, Reporting};

pub fn show(app: &App, step: &Report, lang: Lang) {
    let view = app.global::<ReportView>();
    let (stage, number, answer) = match &step.stage {
        Reporting::Answered(correction) => (
            ReportStage::Answered,
            correction.number.as_str(),
            correction.answer.as_deref().unwrap_or_default(),
        ),
        Reporting::Ticking => (ReportStage::Ticking, "", ""),
        Reporting::Sent(number) => (ReportStage::Sent, number.as_str(), ""),
    };
    let boxes = WrongField::ALL
        .map(|field| TickBox { label: word(field, lang).into(), ticked: step.ticked.contains(&field) });
    view.set_stage(stage);
    view.set_number(number.into());
    view.set_answer(answer.into());
    view.set_boxes(ModelRc::new(VecModel::from(boxes.to_vec())));
    view.set_any(!step.ticked.is_empty());
    view.set_waiting(step.is_waiting());
    view.set_fault(fault(step.fault, lang));
}

pub fn forget(app: &App) {
    let view = app.global::<ReportView>();
    view.set_stage(ReportStage::Ticking);
    view.set_number("".into());
    view.set_answer("".into());
    view.set_boxes(ModelRc::default());
    view.set_any(false);
    view.set_waiting(false);
    view.set_fault(super::generated::Fault::default());
}

/// What people call it.
fn word(field: WrongField, lang: Lang) -> &'static str {
    match field {
        WrongField::Name => lang.pick("Nama", "Name"),
        WrongField::Nip => "NIP",
        WrongField::Body => lang.pick("Instansi", "Employing body"),
        WrongField::Unit => lang.pick("Unit kerja", "Work unit"),
        WrongField::Status => lang.pick("Status pegawai", "Employment"),
        WrongField::Photo => lang.pick("Foto", "Photo"),
    }
}
