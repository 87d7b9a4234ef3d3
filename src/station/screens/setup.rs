//! Di bengkel and Di lokasi: what a technician is asked, and what was found.

use std::rc::Rc;
use std::time::Duration;

use slint::{ComponentHandle, ModelRc, VecModel};

use super::chrome::seconds;
use super::generated::{Code, Screen, SetupLine, SetupPage, SetupView, Spot, Tone};
use super::phone::news;
use super::photo::instruction;
use super::{App, fault};
use crate::lang::Lang;
use crate::session::{
    ApprovalPage, CameraPage, Commissioned, Fault, Fitting, JoinPage, JoinStage, LinkField, MARKS,
    NetworkPage, Page, PartState, PrinterPage, SETUP_LINES, Setup, SetupStep, TestPrint, Turning, WifiStage,
    host_of,
};
use crate::turn::Turn;

/// Which of the screens a page is.
pub fn screen(step: &Setup) -> Screen {
    match &step.page {
        Page::Join(page) if matches!(page.stage, JoinStage::Look(_)) => Screen::SetupLook,
        Page::Corners(_) => Screen::Corners,
        Page::Camera(_) => Screen::SetupCamera,
        _ => Screen::Setup,
    }
}

/// Everything that a page may set, as it is where it sets nothing.
#[allow(clippy::struct_excessive_bools, reason = "each is a part of the page that is there or not")]
#[derive(Default)]
struct Shown {
    page: SetupPage,
    busy: bool,
    ready: bool,
    tested: bool,
    radio: bool,
    lines: Vec<SetupLine>,
    more: bool,
    chosen: Option<usize>,
    said: String,
    text: String,
    secret: String,
    /// What a code on the page says.
    link: String,
    seconds: i32,
    fault: Option<Fault>,
}

pub fn show(app: &App, step: &Setup, fitting: &Fitting, lang: Lang, now: Duration) {
    let shown = match &step.page {
        Page::Language => Shown { page: SetupPage::Language, ..Shown::default() },
        Page::Network(page) => network(page, lang),
        Page::Join(page) => join(page, fitting, lang),
        Page::Approval(page) => approval(*page, fitting, lang),
        Page::Clock(page) => Shown {
            page: SetupPage::Clock,
            busy: page.is_waiting(),
            ready: page.note.is_some() && !page.is_waiting(),
            text: page.note.as_ref().map_or_else(String::new, |note| format!("{} · {}", note.time, note.day)),
            said: page.note.as_ref().map_or_else(String::new, |note| moved(note.moved, lang)),
            fault: page.fault,
            ..Shown::default()
        },
        Page::Printer(page) => printer(page, lang),
        Page::Turning(page) => turning(*page, lang),
        Page::Corners(page) => Shown {
            chosen: page.mark().map(|_| page.touched.len()),
            tested: page.met,
            seconds: page.until.map_or(0, |until| seconds(until.saturating_sub(now)).max(1)),
            fault: page.fault,
            ..Shown::default()
        },
        Page::Camera(page) => camera(page, lang),
        Page::Report(page) => match &page.report {
            None => Shown { page: SetupPage::Report, busy: true, ..Shown::default() },
            Some(Ok(report)) => reported(report, lang),
            Some(Err(fault)) => Shown { page: SetupPage::Report, fault: Some(*fault), ..Shown::default() },
        },
        Page::Anew => Shown { page: SetupPage::Anew, ..Shown::default() },
    };
    put(app, shown, step.step_of(), lang);
}

fn put(app: &App, shown: Shown, step: Option<SetupStep>, lang: Lang) {
    let view = app.global::<SetupView>();
    view.set_page(shown.page);
    view.set_place(step.map_or_else(String::new, |step| place(step, lang)).into());
    view.set_busy(shown.busy);
    view.set_ready(shown.ready);
    view.set_tested(shown.tested);
    view.set_radio(shown.radio);
    let held: Vec<SetupLine> = slint::Model::iter(&view.get_lines()).collect();
    // Buttons that are made anew at every tick could not be pressed.
    if held != shown.lines {
        view.set_lines(ModelRc::from(Rc::new(VecModel::from(shown.lines))));
    }
    view.set_more(shown.more);
    view.set_chosen(shown.chosen.and_then(|at| i32::try_from(at).ok()).unwrap_or(-1));
    view.set_said(shown.said.into());
    view.set_text(shown.text.into());
    view.set_secret(shown.secret.into());
    if let Some(code) = news(&shown.link) {
        view.set_code(code);
    }
    view.set_seconds(shown.seconds);
    view.set_fault(fault(shown.fault, lang));
    if slint::Model::row_count(&view.get_marks()) == 0 {
        let marks: VecModel<Spot> = MARKS.iter().map(|(x, y)| Spot { x: *x, y: *y }).collect();
        view.set_marks(ModelRc::from(Rc::new(marks)));
    }
}

pub fn forget(app: &App) {
    put(app, Shown::default(), None, Lang::Id);
    app.global::<SetupView>().set_code(Code::default());
}

/// Groups of the fingerprint in a row: two rows are read without losing one's place.
const GROUPS: usize = 3;

fn approval(page: ApprovalPage, fitting: &Fitting, lang: Lang) -> Shown {
    let Some(keys) = &fitting.keys else {
        return Shown { page: SetupPage::Approval, ..Shown::default() };
    };
    let groups: Vec<&str> = keys.fingerprint.split(' ').collect();
    Shown {
        page: SetupPage::Approval,
        ready: page == ApprovalPage::Bench,
        lines: groups.chunks(GROUPS).map(|row| line(row.join(" "), Tone::None)).collect(),
        said: match page {
            ApprovalPage::Bench => lang.pick(
                "Penyiapan dapat dilanjutkan selagi menunggu.",
                "Setting up can go on in the meantime.",
            ),
            ApprovalPage::Alone => lang.pick(
                "Setelah disetujui, layar ini berlanjut sendiri.",
                "Once it is approved, this screen goes on by itself.",
            ),
        }
        .to_owned(),
        link: keys.page.clone(),
        ..Shown::default()
    }
}

fn place(step: SetupStep, lang: Lang) -> String {
    let stage = match step.stage() {
        SetupStep::BENCH => lang.pick("Di bengkel", "At the bench"),
        _ => lang.pick("Di lokasi", "On site"),
    };
    let (number, of) = (step.number(), step.stage().len());
    match lang {
        Lang::Id => format!("{stage} · langkah {number} dari {of}"),
        Lang::En => format!("{stage} · step {number} of {of}"),
    }
}

fn line(title: impl Into<String>, tone: Tone) -> SetupLine {
    SetupLine { title: title.into().into(), detail: "".into(), tone }
}

fn network(page: &NetworkPage, lang: Lang) -> Shown {
    let fault = page.fault;
    match &page.stage {
        WifiStage::Searching(_) => Shown { page: SetupPage::WifiList, busy: true, fault, ..Shown::default() },
        WifiStage::List { found, .. } => Shown {
            page: SetupPage::WifiList,
            lines: page
                .lines()
                .iter()
                .map(|wifi| SetupLine {
                    title: wifi.name.as_str().into(),
                    detail: match (lang, wifi.locked) {
                        (Lang::Id, true) => format!("sinyal {} % · dengan kata sandi", wifi.signal),
                        (Lang::Id, false) => format!("sinyal {} % · terbuka", wifi.signal),
                        (Lang::En, true) => format!("signal {} % · with a password", wifi.signal),
                        (Lang::En, false) => format!("signal {} % · open", wifi.signal),
                    }
                    .into(),
                    tone: Tone::None,
                })
                .collect(),
            more: found.len() > SETUP_LINES,
            fault,
            ..Shown::default()
        },
        WifiStage::Password { wifi, password } => Shown {
            page: SetupPage::WifiPassword,
            said: wifi.name.clone(),
            text: "•".repeat(password.count()),
            fault,
            ..Shown::default()
        },
        WifiStage::Joining { wifi, .. } => Shown {
            page: SetupPage::Network,
            busy: true,
            said: match lang {
                Lang::Id => format!("Menyambung ke {}…", wifi.name),
                Lang::En => format!("Connecting to {}…", wifi.name),
            },
            ..Shown::default()
        },
        WifiStage::Closed => links(page, lang),
    }
}

fn links(page: &NetworkPage, lang: Lang) -> Shown {
    let Some(state) = &page.state else {
        let said = lang.pick("Jaringan sedang dilihat…", "Looking at the network…").to_owned();
        return Shown {
            page: SetupPage::Network,
            busy: page.fault.is_none(),
            said,
            fault: page.fault,
            ..Shown::default()
        };
    };
    let mut lines = Vec::new();
    lines.extend(state.wired.map(|plugged| {
        if plugged {
            line(lang.pick("Kabel tersambung", "Cable connected"), Tone::Good)
        } else {
            line(lang.pick("Kabel belum terpasang", "No cable plugged in"), Tone::Plain)
        }
    }));
    lines.extend(state.wifi.as_deref().map(|name| match name {
        "" => line(lang.pick("Wi-Fi belum tersambung", "No Wi-Fi connected"), Tone::Plain),
        name => line(format!("Wi-Fi: {name}"), Tone::Good),
    }));
    let said = if state.out {
        lang.pick("Jaringan siap.", "The network is ready.")
    } else {
        lang.pick("Pasang kabel jaringan, atau pilih Wi-Fi.", "Plug the network cable in, or choose a Wi-Fi.")
    };
    Shown {
        page: SetupPage::Network,
        ready: state.out,
        radio: state.wifi.is_some(),
        lines,
        said: said.to_owned(),
        fault: page.fault,
        ..Shown::default()
    }
}

fn join(page: &JoinPage, fitting: &Fitting, lang: Lang) -> Shown {
    let fault = page.fault;
    match &page.stage {
        // Only what joined in another way, or before, can be left as it is.
        JoinStage::Look(_) => Shown { ready: fitting.joined.is_some(), fault, ..Shown::default() },
        JoinStage::Type { field, address, code } => Shown {
            page: SetupPage::JoinTyping,
            ready: *field == LinkField::Code,
            text: if *field == LinkField::Code { code.expose().to_owned() } else { address.clone() },
            fault,
            ..Shown::default()
        },
        JoinStage::Pin { link, pin, first } => {
            let host = host_of(link.expose()).unwrap_or_default();
            let plain = link.expose().starts_with("http://");
            let said = match (lang, plain) {
                (Lang::Id, false) => format!("Server: {host}. Pilih PIN yang tidak mudah ditebak."),
                (Lang::En, false) => format!("Server: {host}. Choose a PIN that is not easily guessed."),
                (Lang::Id, true) => {
                    format!("Server: {host}, tanpa enkripsi: hanya di jaringan yang dipercaya.")
                }
                (Lang::En, true) => {
                    format!("Server: {host}, not encrypted: only on a network that is trusted.")
                }
            };
            Shown {
                page: SetupPage::JoinPin,
                ready: first.is_some(),
                said,
                text: "•".repeat(pin.count()),
                fault,
                ..Shown::default()
            }
        }
        JoinStage::Joining { link, .. } => Shown {
            page: SetupPage::Joining,
            said: host_of(link.expose()).unwrap_or_default().to_owned(),
            ..Shown::default()
        },
        JoinStage::Joined(note) => Shown {
            page: SetupPage::Joined,
            said: format!("{} · {}", note.name, note.place),
            secret: note.staff_code.expose().to_owned(),
            ..Shown::default()
        },
    }
}

fn moved(seconds: i64, lang: Lang) -> String {
    match (lang, seconds.unsigned_abs()) {
        (Lang::Id, 0..=2) => "Ditandatangani Server Kantor. Jam sudah tepat.".to_owned(),
        (Lang::En, 0..=2) => "Signed by the office server. The clock was right.".to_owned(),
        (Lang::Id, off) => format!("Ditandatangani Server Kantor. Jam disesuaikan {}.", span(off, lang)),
        (Lang::En, off) => format!("Signed by the office server. The clock was set by {}.", span(off, lang)),
    }
}

fn span(seconds: u64, lang: Lang) -> String {
    match seconds {
        0..=119 => format!("{seconds} {}", lang.pick("detik", "s")),
        120..=7_199 => format!("{} {}", seconds / 60, lang.pick("menit", "min")),
        7_200..=172_799 => format!("{} {}", seconds / 3_600, lang.pick("jam", "h")),
        _ => format!("{} {}", seconds / 86_400, lang.pick("hari", "days")),
    }
}

fn printer(page: &PrinterPage, lang: Lang) -> Shown {
    let printing = matches!(page.test, Some(TestPrint::Printing(_)));
    let lines = page.lines().iter().map(|printer| SetupLine {
        title: if printer.called.is_empty() { printer.uri.as_str() } else { printer.called.as_str() }.into(),
        detail: if printer.called.is_empty() { "".into() } else { printer.uri.as_str().into() },
        tone: Tone::None,
    });
    let said = if printing {
        lang.pick("Cetak uji sedang dikirim…", "The test print is being sent…")
    } else {
        lang.pick("Mencari pencetak…", "Looking for printers…")
    };
    Shown {
        page: SetupPage::Printer,
        busy: printing || page.found.is_none(),
        ready: page.chosen.is_some(),
        tested: page.test == Some(TestPrint::Done),
        lines: lines.collect(),
        more: page.found.as_ref().is_some_and(|found| found.len() > SETUP_LINES),
        chosen: page
            .chosen
            .as_ref()
            .and_then(|chosen| page.lines().iter().position(|printer| printer.uri == chosen.uri)),
        said: said.to_owned(),
        fault: match page.test {
            Some(TestPrint::Failed(fault)) => Some(fault),
            _ => None,
        },
        ..Shown::default()
    }
}

fn turning(page: Turning, lang: Lang) -> Shown {
    let words = [
        (lang.pick("Sudah tegak", "Upright already"), lang.pick("tidak diputar", "not turned")),
        (lang.pick("Putar ke kanan", "Turn right"), "90°"),
        (lang.pick("Balik", "Turn over"), "180°"),
        (lang.pick("Putar ke kiri", "Turn left"), "270°"),
    ];
    let by = (360 + page.wanted.degrees() - page.now.degrees()) % 360;
    Shown {
        page: SetupPage::Turning,
        busy: page.fixed,
        ready: page.wanted != page.now,
        lines: words
            .iter()
            .map(|(title, detail)| SetupLine {
                title: (*title).into(),
                detail: (*detail).into(),
                tone: Tone::None,
            })
            .collect(),
        chosen: Turn::ALL.iter().position(|turn| turn.degrees() == by),
        said: lang
            .pick(
                "Gambar ini berdiri di jendela: desktop yang memutarnya.",
                "This picture stands in a window: the desktop turns it.",
            )
            .to_owned(),
        ..Shown::default()
    }
}

fn camera(page: &CameraPage, lang: Lang) -> Shown {
    let (at, of) = (page.place().map_or(1, |at| at + 1), page.found.len().max(1));
    let known = page.place().map(|at| page.found[at].called.as_str()).filter(|called| !called.is_empty());
    let name = known.unwrap_or(&page.uri);
    let sharp = match page.is_sharp() {
        None => line(lang.pick("Ketajaman: belum ada wajah", "Focus: nobody is there yet"), Tone::Plain),
        Some(true) => line(lang.pick("Gambar tajam", "The picture is sharp"), Tone::Good),
        Some(false) => line(
            lang.pick("Kurang tajam: atur fokus kamera", "Not sharp: set the camera's focus"),
            Tone::Unsure,
        ),
    };
    let advice = page.reading.as_ref().map(|reading| reading.advice);
    Shown {
        lines: vec![sharp],
        more: of > 1,
        said: advice
            .map_or_else(
                || lang.pick("Berdirilah di tempat pegawai", "Stand where people will stand"),
                |advice| instruction(advice, lang),
            )
            .to_owned(),
        text: match lang {
            Lang::Id => format!("Kamera {at} dari {of}: {name}"),
            Lang::En => format!("Camera {at} of {of}: {name}"),
        },
        ..Shown::default()
    }
}

fn reported(report: &Commissioned, lang: Lang) -> Shown {
    let lines = report.parts.iter().map(|(part, state)| {
        let (word, tone) = match state {
            PartState::Well => (lang.pick("baik", "well"), Tone::Good),
            PartState::Attention => (lang.pick("perlu dilihat", "look at it"), Tone::Unsure),
            PartState::Fault => (lang.pick("bermasalah", "fault"), Tone::Unsure),
            PartState::Unknown => (lang.pick("tidak ada", "none"), Tone::Plain),
        };
        line(format!("{}: {word}", named(part, lang)), tone)
    });
    Shown {
        page: SetupPage::Report,
        ready: true,
        lines: lines.collect(),
        said: if report.sent {
            lang.pick("Laporan sudah di Server Kantor", "The office server has the report")
        } else {
            lang.pick("Laporan menunggu dikirim", "The report waits to be sent")
        }
        .to_owned(),
        ..Shown::default()
    }
}

/// A part of the doctor's, in words.
fn named(part: &str, lang: Lang) -> String {
    match part {
        "configuration" => lang.pick("Pengaturan", "Configuration"),
        "disk" => lang.pick("Penyimpanan", "Storage"),
        "clock" => lang.pick("Jam", "Clock"),
        "keys" => lang.pick("Kunci", "Keys"),
        "network" => lang.pick("Jaringan", "Network"),
        "central" => lang.pick("Server Kantor", "Office server"),
        "outbox" => lang.pick("Menunggu dikirim", "Waiting to be sent"),
        "display" => lang.pick("Layar", "Display"),
        "touch" => lang.pick("Sentuhan", "Touch"),
        "camera" => lang.pick("Kamera", "Camera"),
        "scan camera" => lang.pick("Kamera pindai", "Scan camera"),
        "backdrop" => lang.pick("Latar", "Backdrop"),
        "printer" => lang.pick("Pencetak", "Printer"),
        "spare printer" => lang.pick("Pencetak cadangan", "Spare printer"),
        other => return other.to_owned(),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::config::StationConfig;
    use crate::station::doctor;

    #[test]
    fn every_part_of_the_doctors_has_a_name_in_both_languages() {
        let config = StationConfig {
            printer_spare: Some("dir:x".into()),
            cameras: crate::config::CameraConfig { face: "demo:".into(), scan: Some("demo:".into()) },
            ..StationConfig::default()
        };
        for part in doctor::parts(&config, &SystemClock::shared()) {
            let name = part.name();
            assert_ne!(named(name, Lang::Id), name, "{name} has no Indonesian word");
        }
    }

    #[test]
    fn a_clock_says_by_how_much_it_was_off() {
        assert!(moved(1, Lang::Id).contains("sudah tepat"));
        assert!(moved(-90, Lang::Id).contains("90 detik"));
        assert!(moved(86_400 * 400, Lang::En).contains("400 days"));
    }
}
