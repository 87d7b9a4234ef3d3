//! Card printers that are not there but speak as real ones do: `ippeveprinter` with the media of a card printer, and a real
//! CUPS with cups-pdf. Where these programs are missing the tests say that they skip; scripts/test installs them.

use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use anjungan::card::{self, Orientation};
use anjungan::clock::{SharedClock, SystemClock};
use anjungan::printing::{
    self, Capabilities, Fate, Offset, OnPaper, PrintError, PrintJob, PrinterFault, Progress, Witness,
};
use image::{Rgba, RgbaImage};
use tempfile::TempDir;

fn clock() -> SharedClock {
    SystemClock::shared()
}

fn a_card() -> PrintJob {
    let svgs = [false, true].map(|back| printing::test_card(Orientation::Landscape, back));
    PrintJob {
        print_id: "p1".into(),
        title: "Kartu uji".into(),
        sides: svgs.iter().map(|svg| card::drawing(svg, Orientation::Landscape).unwrap()).collect(),
        pdf: card::drawings_pdf(&svgs, Orientation::Landscape, (0.0, 0.0)).unwrap(),
        receipt: OnPaper::Nothing,
    }
}

#[derive(Default)]
struct Recorder {
    said: Vec<Progress>,
    trace: Option<String>,
    /// Leaves once it is told that the printer waits.
    impatient: bool,
}

impl Witness for Recorder {
    fn progress(&mut self, progress: Progress) {
        self.said.push(progress);
    }

    fn point_of_no_return(&mut self, trace: &str) -> bool {
        self.trace = Some(trace.to_owned());
        true
    }

    fn is_wanted(&mut self) -> bool {
        !self.impatient
    }
}

/// Says everything at once to somebody else.
struct Loud(Sender<Progress>);

impl Witness for Loud {
    fn progress(&mut self, progress: Progress) {
        let _ = self.0.send(progress);
    }

    fn point_of_no_return(&mut self, _: &str) -> bool {
        true
    }

    fn is_wanted(&mut self) -> bool {
        true
    }
}

fn there(program: &str) -> bool {
    let found = ["/usr/bin", "/usr/sbin"].iter().any(|folder| Path::new(folder).join(program).exists());
    if !found {
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// `ippeveprinter` ends at once where nothing announces it.
fn an_announcer_runs() -> bool {
    [("dbus-daemon", "/run/dbus/system_bus_socket"), ("avahi-daemon", "/run/avahi-daemon/socket")].iter().all(
        |(program, socket)| match UnixStream::connect(socket) {
            Ok(_) => true,
            Err(error) => {
                eprintln!(
                    "skipped: ippeveprinter needs {program}, which does not run here ({socket}: {error}). scripts/test \
                     starts it; by hand: bash -c '. scripts/lib.sh; need_announcer'"
                );
                false
            }
        },
    )
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..150 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("waited in vain for {what}");
}

/// Ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A card printer made of `ippeveprinter`.
struct Eve {
    folder: TempDir,
    port: u16,
    uri: String,
    server: Server,
}

impl Eve {
    /// `None` where the program is not installed.
    fn start(formats: &str) -> Option<Eve> {
        if !there("ippeveprinter") || !an_announcer_runs() {
            return None;
        }
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        let size = "MEMBER collection media-size {\n MEMBER integer x-dimension 5398\n MEMBER integer y-dimension 8560\n}";
        let formats: Vec<String> = formats.split(',').map(|format| format!("\"{format}\"")).collect();
        fs::write(
            at("card.conf"),
            format!(
                "ATTR keyword media-supported \"oe_card_2.125x3.37in\"\nATTR keyword media-default \"oe_card_2.125x3.37in\"\n\
                 ATTR keyword media-ready \"oe_card_2.125x3.37in\"\nATTR collection media-col-database {{\n{size}\n}}\n\
                 ATTR collection media-col-default {{\n{size}\n}}\n\
                 ATTR keyword sides-supported \"one-sided\",\"two-sided-long-edge\",\"two-sided-short-edge\"\n\
                 ATTR keyword print-color-mode-supported \"color\",\"monochrome\"\n\
                 ATTR keyword print-scaling-supported \"none\",\"fit\"\n\
                 ATTR collection media-col-ready {{\n{size}\nMEMBER keyword media-source \"main\"\n}}\n\
                 ATTR keyword media-source-supported \"main\"\nATTR keyword media-type-supported \"stationery\"\n\
                 ATTR octetString printer-input-tray \"type=sheetFeedAutoRemovableTray;maxcapacity=250;level=50;status=0;name=main;\"\n\
                 ATTR mimeMediaType document-format-supported {}\n",
                formats.join(",")
            ),
        )
        .unwrap();
        // Told to fail by a file beside it. The state sticks until a later job clears it.
        let script = format!(
            "#!/bin/sh\ncd '{}'\nif [ -e fail ]; then echo \"STATE: +$(cat fail)\" >&2; exit 1; fi\n\
             echo 'STATE: -cover-open-error,media-jam-error' >&2\n\
             echo x >> count\ncp \"$1\" taken\nenv | grep IPP_ > wishes\n",
            folder.path().display()
        );
        fs::write(at("take"), script).unwrap();
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(at("take"), executable).unwrap();
        fs::create_dir(at("spool")).unwrap();
        let port = free_port();
        let log = fs::File::create(at("log")).unwrap();
        let server = Command::new("ippeveprinter")
            .args(["-p", &port.to_string(), "-n", "localhost"])
            .arg("-a")
            .arg(at("card.conf"))
            .arg("-c")
            .arg(at("take"))
            .arg("-d")
            .arg(at("spool"))
            .arg(format!("Kartu {port}"))
            .stdout(Stdio::from(log.try_clone().unwrap()))
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap();
        let uri = format!("ipp://localhost:{port}/ipp/print");
        let mut eve = Eve { folder, port, uri, server: Server(server) };
        let mut printer = printing::open(&eve.uri, &clock()).unwrap();
        wait_for("ippeveprinter", || {
            if let Some(status) = eve.server.0.try_wait().unwrap() {
                let log = fs::read_to_string(eve.path("log")).unwrap_or_default();
                panic!("ippeveprinter ended by itself ({status}):\n{log}");
            }
            printer.status().is_ok()
        });
        Some(eve)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts so many cards into it, on the page that the printer has for that.
    fn load(&self, cards: u32) {
        let page = format!(
            "http://localhost:{}/media?size0=oe_card_2.125x3.37in&type0=stationery&level0={cards}",
            self.port
        );
        ureq::get(&page).call().unwrap();
    }

    /// Jobs that came out.
    fn count(&self) -> usize {
        fs::read_to_string(self.path("count")).unwrap_or_default().lines().count()
    }
}

#[test]
fn a_card_goes_out_in_its_size_on_both_sides_and_nothing_is_scaled() {
    let Some(eve) = Eve::start("application/pdf,image/pwg-raster") else { return };
    let mut printer = printing::open(&eve.uri, &clock()).unwrap();
    assert_eq!(printer.capabilities().unwrap(), Capabilities::Card { both_sides: true });
    let card = a_card();
    let mut witness = Recorder::default();
    assert!(printer.print(&card, &mut witness).unwrap().confirmed);
    assert_eq!(fs::read(eve.path("taken")).unwrap(), card.pdf, "byte for byte");
    let wishes = fs::read_to_string(eve.path("wishes")).unwrap();
    for wish in [
        "oe_card_2.125x3.37in",
        "two-sided-short-edge",
        "IPP_PRINT_SCALING=none",
        "IPP_PRINT_COLOR_MODE=color",
    ] {
        assert!(wishes.contains(wish), "{wish}: {wishes}");
    }
    // After a power cut the printer itself says what became of it.
    let trace = witness.trace.unwrap();
    assert!(trace.starts_with("ipp "));
    assert_eq!(printer.look_up(&trace), Some(Fate::Printed));
    assert_eq!(printer.look_up("ipp 4711"), None);
}

#[test]
fn a_printer_that_draws_nothing_gets_pixels() {
    let Some(eve) = Eve::start("image/pwg-raster") else { return };
    let mut printer = printing::open(&eve.uri, &clock()).unwrap();
    assert!(printer.print(&a_card(), &mut Recorder::default()).unwrap().confirmed);
    let raster = fs::read(eve.path("taken")).unwrap();
    assert_eq!(&raster[..13], b"RaS2PwgRaster");

    let Some(odd) = Eve::start("application/postscript") else { return };
    let error =
        printing::open(&odd.uri, &clock()).unwrap().print(&a_card(), &mut Recorder::default()).unwrap_err();
    assert!(matches!(error, PrintError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("application/postscript"), "{error}");
}

#[test]
fn a_job_that_fails_says_why_and_the_next_one_prints() {
    let Some(eve) = Eve::start("application/pdf") else { return };
    let mut printer = printing::open(&eve.uri, &clock()).unwrap();
    for (reason, fault) in
        [("cover-open-error", PrinterFault::CoverOpen), ("media-jam-error", PrinterFault::Jam)]
    {
        fs::write(eve.path("fail"), reason).unwrap();
        let error = printer.print(&a_card(), &mut Recorder::default()).unwrap_err();
        assert_eq!(error.fault(), fault, "{error}");
        assert!(matches!(error, PrintError::Interrupted { .. }), "{error}");
        fs::remove_file(eve.path("fail")).unwrap();
        assert!(printer.print(&a_card(), &mut Recorder::default()).unwrap().confirmed, "{reason}");
    }
}

/// The job stands at 'processing' until somebody puts cards in.
#[test]
fn an_empty_tray_is_waited_for_and_the_card_comes_out_once() {
    let Some(eve) = Eve::start("application/pdf") else { return };
    eve.load(0);
    let (said, heard) = channel();
    let uri = eve.uri.clone();
    let job = std::thread::spawn(move || {
        let mut witness = Loud(said);
        printing::open(&uri, &clock()).unwrap().print(&a_card(), &mut witness)
    });
    let paused = heard.iter().find(|progress| matches!(progress, Progress::Paused(_)));
    assert_eq!(paused, Some(Progress::Paused(PrinterFault::PaperOut)));
    assert_eq!(eve.count(), 0);
    eve.load(250);
    assert!(job.join().unwrap().unwrap().confirmed);
    assert_eq!(eve.count(), 1);
}

/// Nobody waits for cards to be put in: the job is taken back. This printer does not let go of it and prints it all the same
/// once it has cards, so what was said must not be that it never will.
#[test]
fn who_leaves_an_empty_tray_is_not_told_that_nothing_can_come_out() {
    let Some(eve) = Eve::start("application/pdf") else { return };
    eve.load(0);
    let mut printer = printing::open(&eve.uri, &clock()).unwrap();
    let mut witness = Recorder { impatient: true, ..Recorder::default() };
    let error = printer.print(&a_card(), &mut witness).unwrap_err();
    assert_eq!(error.fault(), PrinterFault::PaperOut, "{error}");
    assert!(error.may_be_whole(), "{error}");
    // It takes nothing else before it has cards again, and that passes.
    let busy = printer.print(&a_card(), &mut Recorder::default()).unwrap_err();
    assert!(busy.is_passing() && !busy.may_be_whole(), "{busy}");
    eve.load(250);
    wait_for("the job that was taken back", || eve.count() == 1);
}

#[test]
fn nobody_at_the_address_is_unreachable() {
    let uri = format!("ipp://127.0.0.1:{}/ipp/print", free_port());
    let error = printing::open(&uri, &clock()).unwrap().status().unwrap_err();
    assert_eq!(error.fault(), PrinterFault::Unreachable);
}

/// A CUPS of its own with a queue that makes PDF files.
struct Cups {
    folder: TempDir,
    server: String,
    _process: Server,
}

impl Cups {
    fn start() -> Option<Cups> {
        let model = "/usr/share/ppd/cups-pdf/CUPS-PDF_opt.ppd";
        if !there("cupsd") || !there("lpadmin") || !Path::new(model).exists() {
            return None;
        }
        // CUPS starts its filters as another user, who must get to these folders.
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["root", "requests", "cache", "state", "tmp", "log"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::set_permissions(at("tmp"), std::os::unix::fs::PermissionsExt::from_mode(0o1777)).unwrap();
        let port = free_port();
        fs::write(
            at("cupsd.conf"),
            format!(
                "Listen 127.0.0.1:{port}\nBrowsing Off\nDefaultAuthType None\nWebInterface No\n\
                 <Location />\nAllow all\n</Location>\n<Location /admin>\nAllow all\n</Location>\n\
                 <Policy default>\nJobPrivateAccess default\nJobPrivateValues none\n\
                 SubscriptionPrivateAccess default\nSubscriptionPrivateValues none\n\
                 <Limit All>\nAllow all\n</Limit>\n</Policy>\n"
            ),
        )
        .unwrap();
        let place = folder.path().display();
        fs::write(
            at("cups-files.conf"),
            format!(
                "ServerRoot {place}/root\nRequestRoot {place}/requests\nCacheDir {place}/cache\nStateDir {place}/state\n\
                 TempDir {place}/tmp\nAccessLog {place}/log/access\nErrorLog {place}/log/error\nPageLog {place}/log/page\n\
                 Sandboxing relaxed\n"
            ),
        )
        .unwrap();
        let process = Command::new("/usr/sbin/cupsd")
            .arg("-f")
            .arg("-c")
            .arg(at("cupsd.conf"))
            .arg("-s")
            .arg(at("cups-files.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let cups = Cups { folder, server: format!("127.0.0.1:{port}"), _process: Server(process) };
        wait_for("cupsd", || cups.admin("lpadmin", &["-p", "kartu", "-v", "cups-pdf:/", "-P", model, "-E"]));
        Some(cups)
    }

    fn admin(&self, program: &str, args: &[&str]) -> bool {
        let path = ["/usr/sbin", "/usr/bin"].iter().map(|folder| Path::new(folder).join(program));
        let path = path.into_iter().find(|path| path.exists()).unwrap();
        let out = Command::new(path).args(["-h", &self.server]).args(args).output().unwrap();
        out.status.success()
    }

    /// The jobs that still stand in the queue.
    fn waiting(&self) -> String {
        let out = Command::new("/usr/bin/lpstat").args(["-h", &self.server, "-o", "kartu"]).output().unwrap();
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    fn uri(&self) -> String {
        format!("ipp://{}/printers/kartu", self.server)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log/error")).unwrap_or_default()
    }
}

#[test]
fn a_queue_of_cups_prints_and_is_started_again_when_it_stands_still() {
    let Some(cups) = Cups::start() else { return };
    let mut printer = printing::open(&cups.uri(), &clock()).unwrap();
    let mut card = a_card();
    card.sides.truncate(1);
    let outcome =
        printer.print(&card, &mut Recorder::default()).unwrap_or_else(|e| panic!("{e}\n{}", cups.log()));
    assert!(outcome.confirmed);

    // Somebody paused it, and nothing is wrong with it: it is started again, before a print and by it.
    for by_itself in [false, true] {
        assert!(cups.admin("cupsdisable", &["kartu"]));
        assert!(printer.status().unwrap().fault.is_some());
        if by_itself {
            assert!(printer.print(&card, &mut Recorder::default()).unwrap().confirmed);
        } else {
            assert!(printer.ready().unwrap().fault.is_none());
        }
        assert!(printer.status().unwrap().fault.is_none());
    }
}

/// CUPS leaves a job whose filter fails standing for ever, at a printer that is idle.
#[test]
fn a_queue_whose_filter_fails_says_so_and_keeps_nothing() {
    let Some(cups) = Cups::start() else { return };
    let (done, ended) = channel();
    let uri = cups.uri();
    std::thread::spawn(move || {
        let card = PrintJob { pdf: b"%PDF-1.7\nnot a page".to_vec(), ..a_card() };
        let error = printing::open(&uri, &clock()).unwrap().print(&card, &mut Recorder::default());
        let _ = done.send(error.unwrap_err());
    });
    let error = ended.recv_timeout(Duration::from_secs(15)).unwrap_or_else(|e| panic!("{e}\n{}", cups.log()));
    assert!(error.to_string().contains("job-completed-with-errors"), "{error}");
    assert_eq!(cups.waiting(), "", "nothing comes out of it later");
}

#[test]
fn a_picture_is_made_into_a_card_and_moved_by_the_offset() {
    let face = RgbaImage::from_pixel(1011, 638, Rgba([0, 0, 0, 255]));
    let moved = printing::moved(face, Offset { right: 10, down: 0 });
    // One millimetre is 11.8 dots.
    assert_eq!((moved.get_pixel(11, 5)[0], moved.get_pixel(12, 5)[0]), (255, 0));
}
