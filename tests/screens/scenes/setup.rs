//! Di bengkel and Di lokasi, a scene a page.

use std::time::Duration;

use anjungan::lang::Lang;
use anjungan::photo::{Advice, Measures, gauges};
use anjungan::session::{
    Chosen, CodeText, Commissioned, Event, Fault, Fitting, FoundCamera, FoundPrinter, JoinedNote, MARKS,
    NetworkState, PartState, PlateState, Reading, Secret, Session, SetupStep, ShownKeys, Tap, TimeNote, Wifi,
};
use anjungan::turn::Turn;

use super::{Props, Scene, Visit};

const LINK: &str = "https://kantor.contoh.go.id/#BCDF-GHJK-LMNP";

impl Visit<'_> {
    /// A station that is set up so far.
    fn fitted(mut self, fitting: Fitting) -> Self {
        let (session, effects) = Session::new(self.session.lang, self.now).with_fitting(fitting, self.now);
        self.session = session;
        self.carry(effects);
        self
    }

    /// At this step of the bench.
    fn bench(self, step: SetupStep) -> Self {
        let done = SetupStep::BENCH.into_iter().filter(|done| *done < step).collect();
        let joined = (step > SetupStep::Join).then(|| ("Lobi BKPSDM".to_owned(), "Lobi".to_owned()));
        self.fitted(Fitting { chosen: Chosen { done, ..Chosen::default() }, joined, ..Fitting::default() })
    }

    /// At this step of the lobby, by way of the staff's page.
    fn lobby(self, step: SetupStep) -> Self {
        let done = SetupStep::LOBBY.into_iter().filter(|done| *done < step);
        let chosen = Chosen { done: SetupStep::BENCH.into_iter().chain(done).collect(), ..Chosen::default() };
        let face = "v4l:///dev/video0".to_owned();
        self.fitted(Fitting { chosen, turns: true, glass: true, face, ..Fitting::default() })
            .staff_in()
            .tap(Tap::Setup)
    }

    fn network(self, state: Result<NetworkState, Fault>) -> Self {
        let visit = self.bench(SetupStep::Network);
        let ticket = visit.ticket;
        visit.send(Event::NetworkSeen(ticket, state))
    }

    fn wifis(self) -> Self {
        let visit = self.network(Ok(radio())).tap(Tap::Wifi);
        let wifi = |name: &str, signal, locked| Wifi { name: name.into(), signal, locked };
        let found = vec![
            wifi("BKPSDM-Kantor", 78, true),
            wifi("Dinas Komunikasi dan Informatika", 64, true),
            wifi("Tamu Pemkab", 41, false),
            wifi("AndroidAP-7", 22, true),
            wifi("Kantin", 12, false),
        ];
        let ticket = visit.ticket;
        visit.send(Event::WifiFound(ticket, Ok(found)))
    }

    fn pin(self) -> Self {
        let visit = self.bench(SetupStep::Join);
        let ticket = visit.ticket;
        visit.send(Event::CodeRead(ticket, CodeText(LINK.into())))
    }

    fn joining(self) -> Self {
        self.pin().types("582917").tap(Tap::Continue).types("582917").tap(Tap::Continue)
    }

    fn joined(self, result: Result<JoinedNote, Fault>) -> Self {
        let visit = self.joining();
        let ticket = visit.ticket;
        visit.send(Event::Joined(ticket, result.map(Box::new)))
    }

    fn time(self, result: Result<TimeNote, Fault>) -> Self {
        let visit = self.bench(SetupStep::Clock);
        let ticket = visit.ticket;
        visit.send(Event::TimeAsked(ticket, result))
    }

    fn printers(self, found: Vec<FoundPrinter>) -> Self {
        let visit = self.bench(SetupStep::Printer);
        let ticket = visit.ticket;
        visit.send(Event::PrintersFound(ticket, found))
    }

    fn tested(self, result: Result<(), Fault>) -> Self {
        let visit = self.printers(printers()).tap(Tap::Pick(0)).tap(Tap::TestPrint);
        let ticket = visit.ticket;
        visit.send(Event::TestPrinted(ticket, result))
    }

    fn trial(self, touches: usize) -> Self {
        let chosen = Chosen { turn: Turn::Right, trial: Some(Turn::None), ..Chosen::default() };
        let visit = self.fitted(Fitting { chosen, turns: true, ..Fitting::default() });
        MARKS.iter().take(touches).fold(visit, |visit, (x, y)| visit.send(Event::Touched(*x, *y)))
    }

    fn camera(self, advice: Advice, sharpness: f32) -> Self {
        let visit = self.lobby(SetupStep::Camera);
        let ticket = visit.ticket;
        let measures = Measures { faces: 1, mesh: true, sharpness, ..Measures::default() };
        let gauges = gauges(&measures);
        let visit = visit
            .send(Event::Reading(ticket, Box::new(Reading { advice, gauges, plate: PlateState::Missing })));
        let search = visit.search;
        let camera = |uri: &str, called: &str| FoundCamera { uri: uri.into(), called: called.into() };
        visit.send(Event::CamerasFound(
            search,
            vec![
                camera("v4l:///dev/video0", "HD Pro Webcam C920: HD Pro Webcam"),
                camera("v4l:///dev/video2", "Integrated Camera"),
            ],
        ))
    }

    fn reported(self, result: Result<Commissioned, Fault>) -> Self {
        let visit = self.lobby(SetupStep::Report);
        let ticket = visit.ticket;
        visit.send(Event::Commissioned(ticket, result.map(Box::new)))
    }
}

fn radio() -> NetworkState {
    NetworkState { wired: Some(false), wifi: Some(String::new()), out: false }
}

fn printers() -> Vec<FoundPrinter> {
    let printer = |uri: &str, called: &str| FoundPrinter { uri: uri.into(), called: called.into() };
    vec![
        printer("escpos+usb://04b8:0e28", "EPSON TM-T82III"),
        printer("ipp://localhost:631/printers/kartu", "Kartu"),
        printer("escpos+file:/dev/usb/lp0", ""),
    ]
}

fn parts(fault: bool) -> Vec<(String, PartState)> {
    let names = [
        "disk",
        "clock",
        "keys",
        "network",
        "central",
        "display",
        "touch",
        "camera",
        "backdrop",
        "scan camera",
        "printer",
    ];
    names
        .iter()
        .map(|name| {
            let state = match *name {
                "printer" if fault => PartState::Fault,
                "backdrop" if fault => PartState::Attention,
                "scan camera" if fault => PartState::Unknown,
                _ => PartState::Well,
            };
            ((*name).to_owned(), state)
        })
        .collect()
}

#[allow(clippy::too_many_lines, reason = "a list of scenes")]
pub fn scenes(lang: Lang, props: &Props) -> Vec<Scene> {
    let new = || Visit::new(lang, props);
    let keys = || ShownKeys {
        fingerprint: "MWQW 7GHK OQ2D WMVX WCQM 2B5U".into(),
        page: "https://kantor.contoh.go.id/kantor/kunci/MWQW7GHKOQ2DWMVXWCQM2B5U".into(),
    };
    let note = || JoinedNote {
        staff_code: Secret::from("BCDFG-HJKLM"),
        name: "Lobi BKPSDM".into(),
        place: "Gedung A lantai 1".into(),
        keys: keys(),
        waiting: true,
    };
    let time = |moved| TimeNote { day: "02-03-2026".into(), time: "10.24".into(), moved };
    vec![
        new().bench(SetupStep::Language).scene("setup-language"),
        new().bench(SetupStep::Network).scene("setup-network-looking"),
        new().network(Ok(radio())).scene("setup-network-none"),
        new()
            .network(Ok(NetworkState { wired: Some(true), wifi: Some(String::new()), out: true }))
            .scene("setup-network-cable"),
        new().network(Err(Fault::NoNetworkManager)).scene("setup-network-unmanaged"),
        new().network(Ok(radio())).tap(Tap::Wifi).scene("setup-wifi-searching"),
        new().wifis().scene("setup-wifi-list"),
        new().wifis().tap(Tap::Pick(1)).types("rahasia-kantor").scene("setup-wifi-password"),
        new().wifis().tap(Tap::Pick(0)).types("rah").tap(Tap::Continue).scene("setup-wifi-short"),
        new().wifis().tap(Tap::Pick(2)).scene("setup-wifi-joining"),
        new().bench(SetupStep::Join).scene("setup-join"),
        {
            let visit = new().bench(SetupStep::Join);
            let ticket = visit.ticket;
            visit
                .send(Event::CodeRead(ticket, CodeText("https://contoh.id".into())))
                .scene("setup-join-other-code")
        },
        new()
            .fitted(Fitting {
                chosen: Chosen {
                    code_unread: true,
                    done: vec![SetupStep::Language, SetupStep::Network],
                    ..Chosen::default()
                },
                ..Fitting::default()
            })
            .scene("setup-join-code-lost"),
        new()
            .bench(SetupStep::Join)
            .tap(Tap::TypeCode)
            .types("kantor.contoh.go.id")
            .scene("setup-join-address"),
        new()
            .bench(SetupStep::Join)
            .tap(Tap::TypeCode)
            .types("kantor.contoh.go.id")
            .tap(Tap::Continue)
            .types("bcdf-gh")
            .scene("setup-join-code"),
        new().bench(SetupStep::Join).tap(Tap::TypeCode).tap(Tap::Continue).scene("setup-join-address-fault"),
        new().pin().types("5829").scene("setup-pin"),
        new().pin().types("582917").tap(Tap::Continue).types("58").scene("setup-pin-again"),
        new()
            .pin()
            .types("582917")
            .tap(Tap::Continue)
            .types("582918")
            .tap(Tap::Continue)
            .scene("setup-pin-differs"),
        new().joining().scene("setup-joining"),
        new().joined(Ok(note())).scene("setup-joined"),
        new().joined(Ok(note())).tap(Tap::Continue).scene("setup-approval-bench"),
        new()
            .fitted(Fitting { keys: Some(keys()), waiting: true, ..Fitting::default() })
            .scene("setup-approval"),
        new().joined(Err(Fault::JoinCodeUsed)).scene("setup-join-used"),
        new().bench(SetupStep::Clock).scene("setup-clock-asking"),
        new().time(Ok(time(86_400 * 400))).scene("setup-clock"),
        new().time(Err(Fault::TimeUnsigned)).scene("setup-clock-unsigned"),
        new().bench(SetupStep::Printer).scene("setup-printer-looking"),
        new().printers(Vec::new()).scene("setup-printer-none"),
        new().printers(printers()).tap(Tap::Pick(0)).scene("setup-printer"),
        new().printers(printers()).tap(Tap::Pick(0)).tap(Tap::TestPrint).scene("setup-printer-testing"),
        new().tested(Ok(())).scene("setup-printer-tested"),
        new().tested(Err(Fault::Paper)).scene("setup-printer-paper"),
        new().tested(Ok(())).tap(Tap::Continue).scene("setup-anew"),
        new().lobby(SetupStep::Turn).scene("setup-turning"),
        new().lobby(SetupStep::Turn).tap(Tap::Pick(1)).scene("setup-turning-chosen"),
        new().trial(0).scene("setup-corners-trial"),
        new().trial(2).scene("setup-corners-two"),
        new().trial(4).scene("setup-corners-met"),
        {
            let visit = new().trial(0);
            (0..4)
                .fold(visit, |visit, _| visit.send(Event::Touched(0.5, 0.5)))
                .scene("setup-corners-elsewhere")
        },
        new().camera(Advice::MoveLeft, 0.01).scene("setup-camera"),
        new().camera(Advice::Ready, 0.2).later(Duration::from_secs(1)).scene("setup-camera-sharp"),
        {
            let visit = new().lobby(SetupStep::Plate);
            let ticket = visit.ticket;
            let reading = Reading {
                advice: Advice::NoFace,
                gauges: gauges(&Measures::default()),
                plate: PlateState::Missing,
            };
            visit.send(Event::Reading(ticket, Box::new(reading))).scene("setup-plate")
        },
        new().lobby(SetupStep::Report).scene("setup-report-looking"),
        new().reported(Ok(Commissioned { parts: parts(false), sent: true })).scene("setup-report"),
        new().reported(Ok(Commissioned { parts: parts(true), sent: false })).scene("setup-report-waits"),
        new().reported(Err(Fault::ReportNotKept)).scene("setup-report-fault"),
    ]
}
