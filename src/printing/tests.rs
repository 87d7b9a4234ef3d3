//! Slips judged by an independent renderer and read back; every printer, and every way in which it can disappoint.

use super::slip::raster;
use super::*;
use crate::person::{Kind, Nip};
use crate::scan;
use escpost_render::render;
use image::{GrayImage, Luma, Rgba};
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
        slip: a_slip(),
    }
}

/// A plain printer at 203 dpi, as the renderer wants it described.
fn a_printer(dots: u32) -> escpost_profiles::PrinterProfile {
    let font = serde_json::json!({"cell_width_dots": 12, "cell_height_dots": 24, "baseline_dots": 20});
    serde_json::from_value(serde_json::json!({
        "schema_version": 1, "id": "test", "source": {"type": "reference"},
        "geometry": {"printable_width_dots": dots, "dpi_x": 203, "dpi_y": 203},
        "cutter": {"print_head_to_cutter_dots": 96},
        "motion": {"horizontal_units_per_inch": 203, "vertical_units_per_inch": 203},
        "column_bit_image": {"eight_dot_vertical_pitch_dots": 3},
        "commands": {
            "esc_backslash_negative": "apply", "esc_dollar_after_printable_data": "apply", "esc_j": "feed",
            "gs_v_0_following_lf": "feed", "gs_v_function_b_full": "feed", "gs_v_function_b_partial": "feed"
        },
        "defaults": {
            "line_spacing_dots": 30, "code_page": 0, "international_character_set": 0, "carriage_return": "ignored"
        },
        "fonts": {"a": font, "b": font},
        "features": {
            "barcodes": {"function_a": [], "function_b": []}, "bitImageColumn": true, "bitImageRaster": true,
            "graphics": true, "paperFullCut": true, "paperPartCut": true, "pulseStandard": true, "qrCode": true
        },
        "code_pages": {"0": "cp437"}, "vendor": "test", "model": "test", "paper_width_tenths_mm": 800,
        "canonical_profile_sha256": ""
    }))
    .unwrap()
}

/// What an independent reading of the bytes puts on the paper.
fn on_paper(bytes: &[u8], dots: u32) -> GrayImage {
    let profile = a_printer(dots);
    let result = render(bytes, &profile).unwrap();
    assert!(result.warnings.is_empty(), "{:?}", result.warnings);
    assert_eq!(result.sheets.len(), 1);
    let sheet = &result.sheets[0].surface;
    GrayImage::from_fn(sheet.width(), sheet.height(), |x, y| {
        Luma([if sheet.is_printed(x, y) { 0 } else { 255 }])
    })
}

#[test]
fn the_paper_shows_the_raster_dot_for_dot() {
    for dots in [576, 384] {
        let picture = raster(&a_slip(), dots).unwrap();
        let paper = on_paper(&bytes(&a_slip(), dots).unwrap(), dots);
        assert_eq!(paper.width(), dots);
        assert!(paper.height() >= picture.height());
        for (x, y, dot) in paper.enumerate_pixels() {
            let want = if y < picture.height() { picture.get_pixel(x, y)[0] } else { 255 };
            assert_eq!(dot[0], want, "{x} {y}");
        }
    }
}

#[test]
fn the_code_on_the_paper_is_read_back_and_has_whole_dots() {
    for dots in [576, 384] {
        let paper = on_paper(&bytes(&a_slip(), dots).unwrap(), dots);
        let found = scan::read((&paper).into(), &scan::Budget::unlimited());
        assert_eq!(found.len(), 1, "{dots}");
        assert_eq!(found[0].text(), CODE);
        let [a, b, ..] = found[0].corners;
        let modules = qrcode::QrCode::with_error_correction_level(CODE, qrcode::EcLevel::M).unwrap().width();
        let module = f64::from(b.0 - a.0) / modules as f64;
        assert!(module >= if dots == 576 { 3.9 } else { 2.9 }, "{dots}: {module}");
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
    let mut printer = open(&format!("dir:{}/prints", dir.path().display())).unwrap();
    assert_eq!(printer.capabilities(), Capabilities::Card { both_sides: true });
    assert!(printer.status().unwrap().fault.is_none());
    let outcome = printer.print(&a_job()).unwrap();
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
    let mut printer = open(&format!("dir:{}", dir.path().display())).unwrap();
    for id in ["", "../x", "a/b", "a b", ".hidden"] {
        let job = PrintJob { print_id: id.to_owned(), ..a_job() };
        assert_eq!(printer.print(&job).unwrap_err().code(), "print-id", "{id}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_full_disk_or_a_file_in_the_way_is_a_write_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let error = open(&format!("dir:{}/x", file.display())).unwrap().print(&a_job()).unwrap_err();
    assert_eq!(error.code(), "printer-write");
    assert!(error.to_string().contains("file"));
    // /dev/full takes the opening and refuses every byte, as a full disk does.
    let error = open("escpos+file:/dev/full").unwrap().print(&a_job()).unwrap_err();
    assert_eq!(error.code(), "printer-write");
    let error = open("escpos+file:/dev/usb/lp97").unwrap().status().unwrap_err();
    assert_eq!(error.fault(), PrinterFault::Unreachable);
}

#[test]
fn a_file_collects_prints_as_a_roll_does() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("print.escpos");
    let mut printer = open(&format!("escpos+file:{}?width=384", file.display())).unwrap();
    assert_eq!(printer.capabilities(), Capabilities::Receipt { dots: 384 });
    let once = bytes(&a_slip(), 384).unwrap();
    assert!(printer.print(&a_job()).unwrap().confirmed);
    assert_eq!(fs::read(&file).unwrap(), once);
    printer.print(&a_job()).unwrap();
    assert_eq!(fs::read(&file).unwrap(), [once.clone(), once].concat());
}

#[test]
fn a_network_printer_prints_and_says_so() {
    let device = SimulatedPrinter::start(Behaviour::Works).unwrap();
    let mut printer = open(&device.uri("")).unwrap();
    let ready = PrinterStatus { fault: None, paper_low: false, confirmed: true };
    assert_eq!(printer.status().unwrap(), ready);
    assert!(printer.print(&a_job()).unwrap().confirmed);
    assert_eq!(device.printed(), bytes(&a_slip(), 576).unwrap());
    device.set(Behaviour::PaperLow);
    assert!(printer.status().unwrap().paper_low);
    assert!(printer.print(&a_job()).is_ok());
}

#[test]
fn a_network_printer_with_a_fault_prints_nothing_until_it_is_mended() {
    let device = SimulatedPrinter::start(Behaviour::Works).unwrap();
    let mut printer = open(&device.uri("?width=384")).unwrap();
    for (behaviour, fault) in [
        (Behaviour::PaperOut, PrinterFault::PaperOut),
        (Behaviour::CoverOpen, PrinterFault::CoverOpen),
        (Behaviour::Offline, PrinterFault::Offline),
    ] {
        device.set(behaviour);
        assert_eq!(printer.status().unwrap().fault, Some(fault));
        let error = printer.print(&a_job()).unwrap_err();
        assert!(matches!(error, PrintError::Fault { .. }), "{error}");
        assert_eq!(error.fault(), fault);
    }
    assert!(device.printed().is_empty());
    device.set(Behaviour::Works);
    assert!(printer.print(&a_job()).unwrap().confirmed);
}

#[test]
fn a_network_printer_that_stops_midway_is_not_taken_for_done() {
    let device = SimulatedPrinter::start(Behaviour::PaperOutAfter(5_000)).unwrap();
    let mut printer = open(&device.uri("")).unwrap();
    let error = printer.print(&a_job()).unwrap_err();
    assert!(matches!(error, PrintError::Interrupted { .. }), "{error}");
    assert_eq!(error.fault(), PrinterFault::PaperOut);
    drop(device);

    let device = SimulatedPrinter::start(Behaviour::VanishAfter(5_000)).unwrap();
    let error = open(&device.uri("")).unwrap().print(&a_job()).unwrap_err();
    assert!(matches!(error, PrintError::Interrupted { .. }), "{error}");
    assert_eq!(error.fault(), PrinterFault::Unreachable);
}

#[test]
fn a_silent_host_is_reported_in_time_and_a_mute_printer_can_be_configured() {
    let device = SimulatedPrinter::start(Behaviour::Silent).unwrap();
    let uri = device.uri("");
    // The limit is 5 seconds: the answer must be there when a wait of that long is over.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(open(&uri).unwrap().print(&a_job()).unwrap_err()));
    let error = receiver.recv_timeout(Duration::from_secs(5)).unwrap();
    assert_eq!(error.fault(), PrinterFault::Unreachable);
    assert!(error.to_string().contains("does not answer as a printer"), "{error}");

    let mut mute = open(&device.uri("?status=off")).unwrap();
    assert!(!mute.status().unwrap().confirmed);
    assert!(!mute.print(&a_job()).unwrap().confirmed);
}

#[test]
fn a_host_that_is_not_there_is_unreachable() {
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    for uri in [format!("escpos+tcp://127.0.0.1:{port}"), "escpos+tcp://printer.invalid:9100".to_owned()] {
        let error = open(&uri).unwrap().status().unwrap_err();
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
    ] {
        let Err(error) = open(uri) else { panic!("{uri} should not open") };
        assert_eq!(error.code(), "printer-address", "{uri}");
        assert!(error.to_string().contains(part), "{error}");
    }
    assert_eq!(open("escpos+tcp://[::1]:9101").unwrap().name(), "escpos+tcp://[::1]:9101");
    assert_eq!(open("escpos+tcp://printer").unwrap().name(), "escpos+tcp://printer:9100");
}
