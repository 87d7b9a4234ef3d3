//! Every printer, and every way in which it can disappoint. What a slip looks like on paper: tests/slips.rs.

use super::simulated::{SimulatedPrinter, Trouble};
use super::slip::raster;
use super::*;
use crate::clock::SystemClock;
use crate::person::{Kind, Nip};
use image::{GrayImage, Rgba};
use std::fs;
use std::net::TcpListener;
use std::time::Duration;

const CODE: &str = "HTTPS://KARTU.EXAMPLE.GO.ID/V/ABCDEFGHIJKLMNOP#2KCE3IQEIXKQKKBAKQBBQ6QFSJXHKRVNHXRYSQBUUUQGF3XQIBKFIJVSNBGPFIAQIIAUKYLFMRQWYIDBORXXEYLONEBGS3RAONSWG5DJN5XCAY3BONSSA5DJOQ2TINRXHA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRXHA4Q";

fn portrait() -> RgbaImage {
    RgbaImage::from_fn(300, 400, |x, y| {
        let (dx, dy) = ((x as f32 - 150.0) / 110.0, (y as f32 - 170.0) / 140.0);
        let head = dx * dx + dy * dy < 1.0;
        let body = y > 300 && (x as f32 - 150.0).abs() < 140.0;
        if head {
            Rgba([(150.0 + 60.0 * dx) as u8, 130, 110, 255])
        } else if body {
            Rgba([60, 70, 90, 255])
        } else {
            Rgba([0; 4])
        }
    })
}

fn a_slip() -> Slip {
    Slip {
        body: "Pemerintah Kabupaten Contoh".to_owned(),
        unit: "Dinas Kependudukan dan Pencatatan Sipil".to_owned(),
        kind: Kind::Pns,
        name: "Siti Nurhaliza Contoh, S.Sos.".to_owned(),
        nip: Nip::parse("19680303 198911 2 001").unwrap(),
        photo: Some(portrait()),
        code: Some(CODE.to_owned()),
        serial: "A20260000012".to_owned(),
        day: jiff::civil::date(2026, 11, 22),
        print_id: "01JD9X4K7Q".to_owned(),
        lines: Vec::new(),
    }
}

fn a_job() -> PrintJob {
    PrintJob {
        print_id: "01JD9X4K7Q".to_owned(),
        title: "Kartu".to_owned(),
        sides: vec![RgbaImage::from_pixel(1011, 638, Rgba([200, 10, 90, 255])); 2],
        pdf: b"%PDF-1.7 not looked into".to_vec(),
        receipt: OnPaper::Slip(Box::new(a_slip())),
    }
}

fn opened(uri: &str) -> Box<dyn Printer> {
    open(uri, &SystemClock::shared()).unwrap()
}

/// Rows of a slip's picture as a printer has them: eight dots a byte.
fn rows(picture: &GrayImage) -> Vec<Vec<u8>> {
    let inked = picture
        .rows()
        .map(|row| {
            let dots: Vec<bool> = row.map(|p| p[0] < 128).collect();
            dots.chunks(8).map(|byte| byte.iter().fold(0, |bits, dot| bits << 1 | u8::from(*dot))).collect()
        })
        .collect();
    simulated::Piece { rows: inked, cut: true }.inked().to_vec()
}

/// Remembers what it was told.
#[derive(Default)]
struct Recorder {
    said: Vec<Progress>,
    trace: Option<String>,
    full_disk: bool,
    left: bool,
}

impl Witness for Recorder {
    fn progress(&mut self, progress: Progress) {
        self.said.push(progress);
    }

    fn point_of_no_return(&mut self, trace: &str) -> bool {
        self.trace = Some(trace.to_owned());
        !self.full_disk
    }

    fn is_wanted(&mut self) -> bool {
        !self.left
    }
}

#[test]
fn long_names_and_bare_slips_are_drawn_in_both_widths() {
    let mut long = a_slip();
    long.name =
        "Prof. Dr. H. Raden Muhammad Wiryanataningrat Kusumawardhana Sastranegara, S.H., M.Hum., Ph.D."
            .to_owned();
    long.unit = "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia <&> 'Kantor'".to_owned();
    long.lines = vec!["Kode pengambilan: BCDF-GHJK".to_owned()];
    let bare = Slip {
        unit: String::new(),
        name: "Ngadimin".to_owned(),
        photo: None,
        code: None,
        serial: String::new(),
        ..a_slip()
    };
    for dots in [576, 384] {
        let tall = raster(&long, dots).unwrap();
        let plain = raster(&a_slip(), dots).unwrap();
        let short = raster(&bare, dots).unwrap();
        assert!(tall.height() > plain.height() && plain.height() > short.height());
        for picture in [&tall, &plain, &short] {
            assert!(picture.pixels().all(|p| p[0] == 0 || p[0] == 255));
        }
    }
}

#[test]
fn what_cannot_be_drawn_says_why() {
    assert!(matches!(raster(&a_slip(), 500), Err(SlipError::Width(500))));
    let mut slip = a_slip();
    slip.code = Some("x".repeat(1200));
    assert!(matches!(raster(&slip, 384), Err(SlipError::CodeTooLarge { .. })));
    slip.code = Some("x".repeat(9000));
    assert!(matches!(raster(&slip, 576), Err(SlipError::Code { bytes: 9000, .. })));
}

#[test]
fn a_folder_gets_whole_files_named_by_print() {
    let dir = tempfile::tempdir().unwrap();
    let mut printer = opened(&format!("dir:{}/prints", dir.path().display()));
    assert_eq!(printer.capabilities().unwrap(), Capabilities::Card { both_sides: true });
    assert!(printer.status().unwrap().fault.is_none());
    let outcome = printer.print(&a_job(), &mut NoWitness).unwrap();
    assert!(outcome.confirmed);
    let mut names: Vec<String> = fs::read_dir(dir.path().join("prints"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["01JD9X4K7Q-back.png", "01JD9X4K7Q-front.png", "01JD9X4K7Q.pdf"]);
    let front = image::open(&outcome.files[0]).unwrap();
    assert_eq!((front.width(), front.height()), (1011, 638));
    let bytes = fs::read(&outcome.files[0]).unwrap();
    assert!(bytes.windows(4).any(|w| w == b"pHYs"));
}

#[test]
fn ids_that_would_leave_the_folder_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut printer = opened(&format!("dir:{}", dir.path().display()));
    for id in ["", "../x", "a/b", "a b", ".hidden"] {
        let job = PrintJob { print_id: id.to_owned(), ..a_job() };
        assert_eq!(printer.print(&job, &mut NoWitness).unwrap_err().code(), "print-id", "{id}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_full_disk_or_a_file_in_the_way_is_a_write_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let error = opened(&format!("dir:{}/x", file.display())).print(&a_job(), &mut NoWitness).unwrap_err();
    assert_eq!(error.code(), "printer-write");
    assert!(error.to_string().contains("file"));
    let error = opened("escpos+file:/dev/usb/lp97").status().unwrap_err();
    assert_eq!(error.fault(), PrinterFault::Unreachable);
}

#[test]
fn a_file_collects_prints_as_a_roll_does() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("print.escpos");
    let mut printer = opened(&format!("escpos+file:{}?width=384", file.display()));
    assert_eq!(printer.capabilities().unwrap(), Capabilities::Receipt { dots: 384 });
    let once = bytes(&a_slip(), 384).unwrap();
    assert!(printer.print(&a_job(), &mut NoWitness).unwrap().confirmed);
    assert_eq!(fs::read(&file).unwrap(), once);
    printer.print(&a_job(), &mut NoWitness).unwrap();
    assert_eq!(fs::read(&file).unwrap(), [once.clone(), once].concat());
}

#[test]
fn a_network_printer_prints_and_says_so() {
    for numbers in [true, false] {
        let device = SimulatedPrinter::start(0, numbers).unwrap();
        let mut printer = opened(&device.uri(""));
        let ready = PrinterStatus { fault: None, paper_low: false, confirmed: true };
        assert_eq!(printer.status().unwrap(), ready);
        let mut witness = Recorder::default();
        assert!(printer.print(&a_job(), &mut witness).unwrap().confirmed);
        let pieces = device.pieces();
        assert_eq!(pieces.len(), 1, "numbers: {numbers}");
        assert_eq!(pieces[0].inked(), rows(&raster(&a_slip(), 576).unwrap()));
        assert_eq!(witness.trace.as_deref(), Some("escpos"));
        assert!(matches!(witness.said.last(), Some(Progress::Sending { done, of }) if done == of));
        device.with(|machine| machine.set_paper(2_500));
        assert!(printer.status().unwrap().paper_low);
        assert!(printer.print(&a_job(), &mut NoWitness).is_ok());
    }
}

#[test]
fn a_network_printer_with_a_fault_prints_nothing_until_it_is_mended() {
    let device = SimulatedPrinter::start(0, true).unwrap();
    let mut printer = opened(&device.uri("?width=384"));
    for (trouble, fault) in [
        (Trouble::PaperOut, PrinterFault::PaperOut),
        (Trouble::CoverOpen, PrinterFault::CoverOpen),
        (Trouble::Offline, PrinterFault::Offline),
        (Trouble::HeadHot, PrinterFault::HeadHot),
    ] {
        device.break_down(trouble);
        assert_eq!(printer.status().unwrap().fault, Some(fault));
        let error = printer.print(&a_job(), &mut NoWitness).unwrap_err();
        assert!(matches!(error, PrintError::Fault { .. }), "{error}");
        assert_eq!(error.fault(), fault);
    }
    assert!(device.pieces().is_empty());
    device.mend();
    assert!(printer.print(&a_job(), &mut NoWitness).unwrap().confirmed);
}

#[test]
fn a_printer_that_stops_midway_is_known_not_to_be_whole_and_the_next_slip_is_clean() {
    for (trouble, fault) in [
        (Trouble::PaperOut, PrinterFault::PaperOut),
        (Trouble::NoPower, PrinterFault::Unreachable),
        (Trouble::Unplugged, PrinterFault::Unreachable),
    ] {
        let device = SimulatedPrinter::start(0, true).unwrap();
        device.plan(20_000, trouble);
        let mut printer = opened(&device.uri(""));
        let error = printer.print(&a_job(), &mut NoWitness).unwrap_err();
        assert!(matches!(error, PrintError::Interrupted { may_be_whole: false, .. }), "{error}");
        assert_eq!(error.fault(), fault);
        device.mend();
        assert!(printer.print(&a_job(), &mut NoWitness).unwrap().confirmed);
        let whole = rows(&raster(&a_slip(), 576).unwrap());
        let pieces = device.pieces();
        let last = pieces.last().unwrap();
        assert_eq!(last.inked(), whole, "{trouble:?}: nothing of the broken-off one is on it");
        assert_eq!(pieces.iter().filter(|piece| piece.inked() == whole).count(), 1, "{trouble:?}");
    }
}

#[test]
fn a_cutter_that_jams_after_the_last_row_leaves_a_whole_slip() {
    let device = SimulatedPrinter::start(0, true).unwrap();
    let mut printer = opened(&device.uri(""));
    // The first job finds out how the printer confirms, and leaves nothing behind.
    printer.print(&a_job(), &mut NoWitness).unwrap();
    device.break_down(Trouble::CutterJam);
    let outcome = printer.print(&a_job(), &mut NoWitness).unwrap();
    assert!(outcome.confirmed);
    assert_eq!(outcome.trouble, Some(PrinterFault::Cutter));
}

#[test]
fn a_disk_that_is_full_stops_a_print_before_it_is_whole() {
    let device = SimulatedPrinter::start(0, true).unwrap();
    let mut witness = Recorder { full_disk: true, ..Recorder::default() };
    let error = opened(&device.uri("")).print(&a_job(), &mut witness).unwrap_err();
    assert!(matches!(error, PrintError::NotWrittenDown), "{error}");
    let whole = rows(&raster(&a_slip(), 576).unwrap());
    device.with(|machine| {
        assert!(machine.paper().iter().all(|piece| piece.inked().len() < whole.len()));
    });
}

#[test]
fn a_silent_host_is_reported_in_time_and_a_mute_printer_can_be_configured() {
    let device = SimulatedPrinter::start(0, false).unwrap();
    device.break_down(Trouble::Hangs);
    let uri = device.uri("");
    // The limit is 5 seconds: the answer must be there when a wait of that long is over.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _ = sender.send(opened(&uri).print(&a_job(), &mut NoWitness).unwrap_err());
    });
    let error = receiver.recv_timeout(Duration::from_secs(5)).unwrap();
    assert_eq!(error.fault(), PrinterFault::Unreachable);
    assert!(error.to_string().contains("does not answer as a printer"), "{error}");

    device.mend();
    let mut mute = opened(&device.uri("?status=off"));
    assert!(!mute.status().unwrap().confirmed);
    assert!(!mute.print(&a_job(), &mut NoWitness).unwrap().confirmed);
}

/// A pair of a terminal's ends: what a serial line is to a program.
#[test]
fn a_serial_line_is_set_up_and_carries_a_print() {
    let pair = nix::pty::openpty(None, None).unwrap();
    let path = std::fs::read_link(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&pair.slave)));
    let path = path.unwrap();
    let mut far = std::fs::File::from(pair.master);
    // The zeros that complete what an earlier job may have left, then the slip.
    let want = receipt::flush(384).len() + bytes(&a_slip(), 384).unwrap().len();
    let reader = std::thread::spawn(move || {
        let (mut got, mut buffer) = (Vec::new(), [0; 4096]);
        while got.len() < want {
            match std::io::Read::read(&mut far, &mut buffer) {
                Ok(n @ 1..) => got.extend_from_slice(&buffer[..n]),
                _ => break,
            }
        }
        // The far end stays open until everything is compared.
        (got, far)
    });
    let uri = format!("escpos+serial://{}?baud=115200&width=384&status=off", path.display());
    let outcome = opened(&uri).print(&a_job(), &mut NoWitness).unwrap();
    assert!(!outcome.confirmed, "it says nothing");
    let (got, _far) = reader.join().unwrap();
    assert!(got.ends_with(&bytes(&a_slip(), 384).unwrap()), "not a byte is changed on the way");
}

#[test]
fn a_host_that_is_not_there_is_unreachable() {
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    for uri in [format!("escpos+tcp://127.0.0.1:{port}"), "escpos+tcp://printer.invalid:9100".to_owned()] {
        let error = opened(&uri).status().unwrap_err();
        assert_eq!(error.fault(), PrinterFault::Unreachable);
        assert!(error.to_string().contains(&uri), "{error}");
    }
}

#[test]
fn addresses_with_mistakes_say_which() {
    for (uri, part) in [
        ("nonsense", "colon"),
        ("lpt:1", "lpt"),
        ("dir:", "path"),
        ("dir:x?width=576", "width"),
        ("escpos+file:x?width=500", "576"),
        ("escpos+file:x?colour=red", "colour"),
        ("escpos+tcp:host", "slashes"),
        ("escpos+tcp://:9100", "host"),
        ("escpos+tcp://host:99999", "port"),
        ("escpos+tcp://host?status=maybe", "status"),
        ("escpos+tcp://host?tone=loud", "tone"),
        ("escpos+usb://04b8", "hexadecimal"),
        ("escpos+serial:///dev/ttyUSB0?baud=7", "speed"),
        ("escpos+serial:///dev/ttyUSB0?flow=fast", "flow"),
        ("ipp://", "host"),
    ] {
        let Err(error) = open(uri, &SystemClock::shared()) else { panic!("{uri} should not open") };
        assert_eq!(error.code(), "printer-address", "{uri}");
        assert!(error.to_string().contains(part), "{error}");
    }
    assert_eq!(opened("escpos+tcp://[::1]:9101").name(), "escpos+tcp://[::1]:9101");
    assert_eq!(opened("escpos+tcp://printer").name(), "escpos+tcp://printer:9100");
}

#[test]
fn offsets_move_a_face_by_tenths_of_a_millimetre() {
    let by = offset("ipp://localhost/printers/kartu?dx=0.3&dy=-0.2").unwrap();
    assert_eq!(by, Offset { right: 3, down: -2 });
    assert!(offset("ipp://localhost/printers/kartu?dx=9").is_err());
    let face = RgbaImage::from_pixel(1011, 638, Rgba([9, 9, 9, 255]));
    let face = moved(face, by);
    // 0.3 mm is 3.5 dots, -0.2 mm is -2.4.
    assert_eq!(face.get_pixel(3, 0)[0], 255);
    assert_eq!((face.get_pixel(4, 0)[0], face.get_pixel(4, 635)[0], face.get_pixel(4, 637)[0]), (9, 9, 255));
}
