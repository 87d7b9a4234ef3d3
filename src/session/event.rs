//! What can happen to a session: touches, ticks, and the results of what it asked for.

use std::sync::Arc;

use image::RgbaImage;

use super::print_job::JobState;
use super::{
    Alert, Clerk, CodeText, Commissioned, Decision, DeskState, Drawing, Fault, Finding, FoundCamera,
    FoundPrinter, JoinedNote, NetworkState, NewPassword, NumberFinding, PhoneNews, Portrait, PrintLine,
    Reading, Secret, Ticket, TimeNote, VisitLine, Wifi,
};
use crate::card::Orientation;
use crate::photo::Advice;
use crate::protocol::{CallState, DeskCall, Issue, SignedIn, WrongField};

#[derive(Debug)]
pub enum Event {
    /// A part of the station has ended: nobody can be served until it is started anew.
    Broken(Fault),
    /// Time passes; sent a few times a second.
    Tick,
    Tap(Tap),
    /// A key of a real keyboard.
    Key(Key),
    /// A key of the screen. Where it counts, it is a [`Key`](Event::Key) like any other.
    ScreenKey(Key),
    /// Something else lies over the screen now, or no longer does: a dialog.
    Covered,
    /// Something is wrong with the station, or right again.
    Alert(Alert, bool),
    /// What the server says about this station's keys: an administrator has approved them, or not yet.
    Approval(bool),
    SignedIn(Ticket, Result<Box<SignedInBox>, Fault>),
    /// The code for the phone is there, or the phone has it.
    Phone(Ticket, PhoneNews),
    /// The office has the report, under this number.
    Reported(Ticket, Result<String, Fault>),
    /// The address of the card, for a phone.
    Link(Ticket, Result<String, Fault>),
    /// A clerk has let this person choose a new password.
    NewPassword(Ticket, Result<NewPassword, Fault>),
    /// How far a call for staff has come, and how many desks hear it.
    Call(Ticket, Result<(CallState, u32), Fault>),
    /// At a desk: all calls that are open at this place.
    DeskCalls(Vec<DeskCall>),
    /// What the live picture asks of the person.
    Advice(Ticket, Advice),
    /// The background is gone, or why not.
    Cut(Ticket, Result<Portrait, Fault>),
    /// The pictures of a card are drawn.
    Drawn(Ticket, Result<Drawing, Fault>),
    /// The acceptance is on disk, with the code that fetches the card if it comes later.
    Kept(Ticket, Result<Secret, Fault>),
    /// The server made the card, or cannot be reached now, or will not.
    Issued(Ticket, Result<Box<Issue>, Fault>),
    /// Where a print stands. Its id stands on the paper too.
    PrintJob {
        ticket: Ticket,
        print_id: String,
        state: JobState,
    },
    PickedUp(Ticket, Result<Box<Issue>, Fault>),
    Scanned(Ticket, Box<Finding>),
    /// The codes of the last [`Scanned`](Event::Scanned) are before the camera now.
    StillThere(Ticket),
    /// What stands beside the verdict at a clerk's desk.
    DeskRead(Ticket, Result<Box<DeskState>, Fault>),
    /// A number was looked up in the region's data.
    NumberLooked(Ticket, Result<Box<NumberFinding>, Fault>),
    /// A visit is on the disk.
    VisitKept(Ticket, Result<Box<VisitLine>, Fault>),
    VisitsRead(Ticket, Result<Vec<VisitLine>, Fault>),
    /// The visits are in this file.
    VisitsExported(Ticket, Result<String, Fault>),
    PrintsRead(Ticket, Result<Vec<PrintLine>, Fault>),
    /// The picture of a card that was sent to the printer.
    PrintOpened(Ticket, Result<Arc<RgbaImage>, Fault>),
    PrintAnswered(Ticket, Result<(), Fault>),
    /// Staff code and PIN were tried.
    StaffOpened(Ticket, Result<Clerk, Fault>),
    /// Staff ask for the page of camera and clean plate; no touch of a visitor does.
    OpenStudio,
    /// What the camera sees and measures now.
    Reading(Ticket, Box<Reading>),
    /// The new clean plate is on the disk, or why there is none.
    PlateTaken(Ticket, Result<(), Fault>),
    /// The hours that are to be dark begin or end.
    Dark(bool),
    /// A place of the screen was touched, from 0 to 1 each way.
    Touched(f32, f32),
    NetworkSeen(Ticket, Result<NetworkState, Fault>),
    WifiFound(Ticket, Result<Vec<Wifi>, Fault>),
    WifiJoined(Ticket, Result<(), Fault>),
    /// A code before the camera, unjudged.
    CodeRead(Ticket, CodeText),
    /// The station has joined the office's server.
    Joined(Ticket, Result<Box<JoinedNote>, Fault>),
    TimeAsked(Ticket, Result<TimeNote, Fault>),
    PrintersFound(Ticket, Vec<FoundPrinter>),
    TestPrinted(Ticket, Result<(), Fault>),
    CamerasFound(Ticket, Vec<FoundCamera>),
    /// The report is signed and on its way.
    Commissioned(Ticket, Result<Box<Commissioned>, Fault>),
}

/// [`SignedIn`] without its contents in the debug form.
pub struct SignedInBox(pub SignedIn);

impl std::fmt::Debug for SignedInBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignedIn(..)")
    }
}

impl Event {
    /// Did a person do this?
    pub fn is_touch(&self) -> bool {
        matches!(self, Event::Tap(_) | Event::Key(_) | Event::ScreenKey(_) | Event::Touched(..))
    }
}

/// Every button there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tap {
    Start,
    Language,
    /// `Teks Besar`, on and off.
    LargeText,
    /// `Kontras Tinggi`, on and off.
    HighContrast,
    Home,
    Back,
    Continue,
    StillHere,
    CallStaff,
    /// At a desk: `Saya ke sana`, for the oldest call.
    AnswerCall,
    /// At a desk: the call that was answered is done.
    FinishCall,
    WithNip,
    /// `Masuk dibantu petugas`.
    Assisted,
    /// `Lupa Kata Sandi`.
    Forgot,
    /// `Data saya keliru`.
    WrongData,
    Tick(WrongField),
    /// `Unduh`.
    Download,
    /// `Lewati unduhan`.
    SkipDownload,
    MyCard,
    CheckCard,
    PickUp,
    /// `Perbarui Foto`: to the photo step.
    UpdatePhoto,
    /// `Mulai`: the camera goes on only now.
    CameraOn,
    Shoot,
    Retake,
    /// Camera and clean plate: for staff.
    Studio,
    /// `Foto latar kosong`.
    TakePlate,
    Orient(Orientation),
    /// `Gunakan Foto Ini`.
    UseThisPhoto,
    Print,
    /// Ends without printing.
    Finish,
    /// `Ambil Nanti`.
    Later,
    /// `Petugas`: to what is for staff.
    Staff,
    /// Staff sign out.
    SignOut,
    /// From `Mandiri` to `Meja Petugas` and back.
    SwitchProfile,
    /// The visitor log.
    Visitors,
    /// The prints of this station.
    Prints,
    /// The clerk's decision, with the KTP in hand.
    Decide(Decision),
    /// A line of a list, counted on the screen.
    Pick(usize),
    More,
    Less,
    /// The list to a file.
    Export,
    /// The print came out.
    CameOut,
    NotOut,
    /// It came out unusable.
    Spoiled,
    /// The spoiled one is destroyed.
    Destroyed,
    /// To `Di lokasi`.
    Setup,
    /// To the list of Wi-Fis.
    Wifi,
    /// The code is typed instead.
    TypeCode,
    /// The same once more: a search, a question, four touches.
    Again,
    /// Without it.
    Skip,
    TestPrint,
    OtherCamera,
    /// At a desk: the keys of the screen, for whom the visitor sees.
    TypeHost,
    /// The same for a number.
    TypeNumber,
    /// The keys of the screen go.
    TypingDone,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Erase,
    /// To the next field, or hands the form in.
    Enter,
    /// To a field by touching it.
    Focus(super::Field),
}

/// A key of a password is not for logs.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Key::Char(_) => "Char(..)",
            Key::Erase => "Erase",
            Key::Enter => "Enter",
            Key::Focus(_) => "Focus",
        })
    }
}
