//! Station: who carries which effect out. One thread a device, each with a queue of its own, so
//! that a slow printer never holds up a sign-in.

use std::sync::mpsc::Sender;

use super::clerk::ClerkOrder;
use super::condition::Condition;
use super::drawing::DrawOrder;
use super::face::FaceOrder;
use super::helping::HelpOrder;
use super::live::LiveView;
use super::office::OfficeOrder;
use super::paper::PaperOrder;
use super::scanner::ScanOrder;
use super::screens::App;
use super::sounding::SoundOrder;
use super::technician::TechnicianOrder;
use crate::lang::Lang;
use crate::session::{Effect, Role};

/// The queues of the workers. Dropping it ends them.
pub struct Workers {
    pub face: Sender<FaceOrder>,
    pub face_view: LiveView,
    pub scan: Sender<ScanOrder>,
    pub scan_view: LiveView,
    pub drawing: Sender<DrawOrder>,
    pub paper: Sender<PaperOrder>,
    pub office: Sender<OfficeOrder>,
    pub clerk: Sender<ClerkOrder>,
    pub sound: Sender<SoundOrder>,
    pub technician: Sender<TechnicianOrder>,
    /// The face camera reads codes too.
    pub one_camera: bool,
    /// Where the screen's alerts are left for the server.
    pub condition: Condition,
    /// Somebody may wear headphones: what stands on the screen is read aloud into them.
    pub speaks: bool,
}

impl Workers {
    /// Gives an effect to the worker that it is for. `false`: that worker has ended.
    pub fn carry(&self, effect: Effect) -> bool {
        match effect {
            Effect::SignIn { ticket, nip, password } => {
                self.office.send(OfficeOrder::SignIn { ticket, nip, password }).is_ok()
            }
            Effect::PickUp { ticket, code } => self.office.send(OfficeOrder::PickUp { ticket, code }).is_ok(),
            Effect::Accept { ticket, grant, portrait } => {
                self.office.send(OfficeOrder::Accept { ticket, grant, portrait }).is_ok()
            }
            Effect::OfferSignIn { ticket } => self.help(HelpOrder::OfferSignIn(ticket)),
            Effect::WithdrawOffer => self.help(HelpOrder::WithdrawOffer),
            Effect::CallStaff { ticket } => self.help(HelpOrder::CallStaff(ticket)),
            Effect::MarkCall { id, state } => self.office.send(OfficeOrder::MarkCall { id, state }).is_ok(),
            Effect::Report { ticket, grant, fields } => {
                self.office.send(OfficeOrder::Report { ticket, grant, fields }).is_ok()
            }
            Effect::Download { ticket, serial } => {
                self.office.send(OfficeOrder::Download { ticket, serial }).is_ok()
            }
            Effect::Assist { ticket, purpose, nip, staff_code, pin } => {
                self.office.send(OfficeOrder::Assist { ticket, purpose, nip, staff_code, pin }).is_ok()
            }
            Effect::OpenCamera { ticket, role: Role::Face } => {
                self.face.send(FaceOrder::Open(ticket)).is_ok()
            }
            Effect::OpenCamera { ticket, role: Role::Scan } => {
                self.scan.send(ScanOrder::Open(ticket)).is_ok()
            }
            Effect::PauseScan { paused } => self.scan.send(ScanOrder::Pause(paused)).is_ok(),
            Effect::Look { ticket, text } => self.scan.send(ScanOrder::Look(ticket, text)).is_ok(),
            Effect::Study { ticket } => self.face.send(FaceOrder::Study(ticket)).is_ok(),
            Effect::TakePlate { ticket } => self.face.send(FaceOrder::TakePlate(ticket)).is_ok(),
            Effect::CloseCameras => {
                self.face.send(FaceOrder::Close).is_ok() && self.scan.send(ScanOrder::Close).is_ok()
            }
            Effect::Shoot { ticket } => self.face.send(FaceOrder::Shoot(ticket)).is_ok(),
            Effect::Draw { ticket, card, orientation } => {
                self.drawing.send(DrawOrder { ticket, card, orientation }).is_ok()
            }
            Effect::Print { ticket, issue, orientation } => {
                self.paper.send(PaperOrder::Print { ticket, issue, orientation }).is_ok()
            }
            Effect::StaffUnlock { ticket, code, pin } => {
                self.clerk.send(ClerkOrder::Unlock { ticket, code, pin }).is_ok()
            }
            Effect::ReadDesk { ticket } => self.clerk.send(ClerkOrder::ReadDesk(ticket)).is_ok(),
            Effect::LookUp { ticket, number } => {
                self.clerk.send(ClerkOrder::LookUp { ticket, number }).is_ok()
            }
            Effect::KeepVisit { ticket, visit } => {
                self.clerk.send(ClerkOrder::KeepVisit { ticket, visit }).is_ok()
            }
            Effect::ReadVisits { ticket } => self.clerk.send(ClerkOrder::ReadVisits(ticket)).is_ok(),
            Effect::ExportVisits { ticket, ids } => {
                self.clerk.send(ClerkOrder::ExportVisits { ticket, ids }).is_ok()
            }
            Effect::ReadPrints { ticket } => self.clerk.send(ClerkOrder::ReadPrints(ticket)).is_ok(),
            Effect::OpenPrint { ticket, id } => self.clerk.send(ClerkOrder::OpenPrint { ticket, id }).is_ok(),
            Effect::AnswerPrint { ticket, id, answer } => {
                self.clerk.send(ClerkOrder::AnswerPrint { ticket, id, answer }).is_ok()
            }
            Effect::StaffLock => self.clerk.send(ClerkOrder::Lock).is_ok(),
            Effect::KeepProfile(profile) => self.clerk.send(ClerkOrder::KeepProfile(profile)).is_ok(),
            Effect::LeavePrint { ticket } => self.paper.send(PaperOrder::Left(ticket)).is_ok(),
            Effect::KeepSetup(chosen) => self.technician(TechnicianOrder::Keep(chosen)),
            Effect::StartAnew => self.technician(TechnicianOrder::Anew),
            Effect::LookNetwork { ticket } => self.technician(TechnicianOrder::LookNetwork(ticket)),
            Effect::FindWifi { ticket } => self.technician(TechnicianOrder::FindWifi(ticket)),
            Effect::JoinWifi { ticket, name, password } => {
                self.technician(TechnicianOrder::JoinWifi { ticket, name, password })
            }
            Effect::ReadCode { ticket } => self.scan.send(ScanOrder::Read(ticket)).is_ok(),
            Effect::Join { ticket, link, pin } => {
                self.technician(TechnicianOrder::Join { ticket, link, pin })
            }
            Effect::AskTime { ticket } => self.technician(TechnicianOrder::AskTime(ticket)),
            Effect::FindPrinters { ticket } => self.technician(TechnicianOrder::FindPrinters(ticket)),
            Effect::TestPrint { ticket, uri } => self.technician(TechnicianOrder::TestPrint { ticket, uri }),
            Effect::FindCameras { ticket } => self.technician(TechnicianOrder::FindCameras(ticket)),
            Effect::UseCamera { uri } => {
                let scans = !self.one_camera || self.scan.send(ScanOrder::Use(uri.clone())).is_ok();
                scans && self.face.send(FaceOrder::Use(uri)).is_ok()
            }
            Effect::Commission { ticket } => self.technician(TechnicianOrder::Commission(ticket)),
            Effect::Sound(sound) => self.sound.send(SoundOrder::Play(sound)).is_ok(),
            Effect::Forget => self.sound.send(SoundOrder::Hush).is_ok() && self.help(HelpOrder::Forget),
        }
    }

    /// Into the headphones, where there are any. A voice that has ended is no reason to close.
    pub fn say(&self, text: String, lang: Lang) {
        if self.speaks && self.sound.send(SoundOrder::Say(text, lang)).is_err() {
            tracing::warn!("the voice has ended");
        }
    }

    fn technician(&self, order: TechnicianOrder) -> bool {
        self.technician.send(order).is_ok()
    }

    fn help(&self, order: HelpOrder) -> bool {
        self.office.send(OfficeOrder::Help(order)).is_ok()
    }

    /// The layout decides how large the live pictures are.
    pub fn tell_frame_sizes(&self, app: &App) {
        self.face_view.measure(app);
        self.scan_view.measure(app);
    }
}
