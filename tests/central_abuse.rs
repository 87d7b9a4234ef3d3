//! Whoever does not keep to the rules of the line: slow, huge, replayed, cut off.
#![cfg(feature = "central")]

mod central_station;

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::Duration;

use anjungan::credential::Verdict;
use anjungan::person::sample;
use anjungan::protocol::{
    AskSignIn, Looked, OpenSession, OutboxItem, OutboxKind, ProblemCode, SignIn, SignInAnswer, SignedIn,
};
use central_station::{Server, Station, portrait};
use jiff::Timestamp;

fn office() -> (Server, Vec<(String, String)>) {
    let server = Server::new();
    let credentials = server.data.path().join("credentials.csv");
    let path = credentials.to_str().unwrap();
    server.command(&["sample", "--count", "10", "--seed", "3", "--credentials", path, "--active", "3"], 0);
    let text = std::fs::read_to_string(&credentials).unwrap();
    let people =
        text.lines().filter_map(|line| line.split_once(',')).map(|(a, b)| (a.into(), b.into())).collect();
    (server, people)
}

fn look(id: String) -> OutboxItem {
    let serial = "AAAAAAAAAAAAAAAA".parse().unwrap();
    let kind = OutboxKind::Looked(Looked { serial, verdict: Verdict::Valid });
    OutboxItem { id, happened_at: Timestamp::UNIX_EPOCH, kind }
}

/// Whatever the server still says on this line until it hangs up.
fn rest(mut line: TcpStream) -> String {
    let mut said = Vec::new();
    let _ = line.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn a_body_of_200_megabytes_is_refused_before_it_is_read() {
    let (server, _) = office();
    let server = server.start();
    let station = Station::enrol(&server);
    let host = server.base().strip_prefix("http://").unwrap();
    for (path, bearer) in
        [("/api/v1/outbox", station.token()), ("/api/v1/sign-in", station.token()), ("/masuk", String::new())]
    {
        let mut line = TcpStream::connect(host).unwrap();
        line.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {bearer}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: 209715200\r\n\r\n"
        );
        line.write_all(head.as_bytes()).unwrap();
        let chunk = vec![b' '; 1 << 20];
        let mut sent = 0;
        // The server hangs up long before the end.
        while sent < 200 && line.write_all(&chunk).is_ok() {
            sent += 1;
        }
        assert!(sent < 100, "{path}: {sent} MiB were taken");
    }
    assert_eq!(server.get("/readyz").0, 200);
}

#[test]
fn who_never_ends_a_request_is_hung_up_on_and_holds_nobody_up() {
    let (server, _) = office();
    let server = server.start();
    let host = server.base().strip_prefix("http://").unwrap();
    let slow: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut line = TcpStream::connect(host).unwrap();
            line.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ").unwrap();
            line.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
            line
        })
        .collect();
    assert_eq!(server.get("/healthz").0, 200, "others are served meanwhile");
    for line in slow {
        let said = rest(line);
        assert!(!said.starts_with("HTTP/1.1 200"), "{said}");
    }
}

#[test]
fn an_assertion_that_was_overheard_opens_nothing() {
    let (server, _) = office();
    let server = server.start();
    let (station, other) = (Station::enrol(&server), Station::enrol(&server));
    let overheard: OpenSession = station.assertion(&station.nonce(), &station.device_id);
    assert!(station.raw("POST", "device/session", &serde_json::to_vec(&overheard).unwrap()).is_ok());
    // Again; for another station; with another nonce; after a restart.
    let refused = |asked: &OpenSession| {
        let answer = station.raw("POST", "device/session", &serde_json::to_vec(asked).unwrap());
        let (status, problem) = answer.unwrap_err();
        assert_eq!((status, problem.code), (401, ProblemCode::DeviceSession));
    };
    refused(&overheard);
    refused(&OpenSession { device_id: other.device_id.clone(), ..overheard.clone() });
    refused(&OpenSession { nonce: station.nonce().nonce, ..overheard.clone() });
    refused(&OpenSession { nonce: other.nonce().nonce, ..overheard });
}

#[test]
fn guessing_a_stations_code_finds_nothing() {
    let (server, _) = office();
    let server = server.start();
    let station = Station::enrol(&server);
    for guess in 0..100 {
        let asked = AskSignIn { device_code: format!("{guess:032}") };
        let answer = station.post::<_, SignInAnswer>("sign-in/ask", &asked);
        assert!(!matches!(answer, Ok(SignInAnswer::SignedIn(_))), "a guess opened");
    }
}

/// Power cuts while stations hand in: what was acknowledged is there afterwards.
fn power_cuts(rounds: usize) {
    let (server, people) = office();
    let mut server = server.start();
    let stations: Vec<Station> = (0..4).map(|_| Station::enrol(&server)).collect();
    let mut stations = stations;
    let acknowledged = Mutex::new(HashSet::new());
    let mut slowest = Duration::ZERO;
    let mut card = None;
    for round in 0..rounds {
        if round == 0 {
            let asked = SignIn {
                nip: people[sample::ACTIVE_PNS].0.parse().unwrap(),
                password: people[sample::ACTIVE_PNS].1.clone(),
            };
            let signed_in: SignedIn = stations[0].post("sign-in", &asked).unwrap();
            let item =
                stations[0].acceptance("CARD-0001", &signed_in.grant.unwrap(), &portrait(), "BCDF-GHJK");
            card = Some((stations[0].issued(&item), item));
        }
        std::thread::scope(|scope| {
            for (n, station) in stations.iter().enumerate() {
                let acknowledged = &acknowledged;
                scope.spawn(move || {
                    for item in 0..10_000 {
                        let item = look(format!("LOOK-{round}-{n}-{item}"));
                        if !station.try_outbox(&item) {
                            return;
                        }
                        acknowledged.lock().unwrap().insert(item.id);
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(150 + 40 * (round as u64 % 7)));
            server.kill();
        });
        let (again, took) = server.again();
        server = again;
        slowest = slowest.max(took);
        for station in &mut stations {
            station.moved_to(&server);
            station.open();
        }
    }
    let kept: HashSet<String> = server.outbox_ids().into_iter().collect();
    let acknowledged = acknowledged.into_inner().unwrap();
    let lost: Vec<&String> = acknowledged.iter().filter(|id| !kept.contains(*id)).collect();
    assert!(lost.is_empty(), "{} of {} were lost: {lost:?}", lost.len(), acknowledged.len());
    assert!(acknowledged.len() > rounds, "{}", acknowledged.len());
    let (issue, item) = card.unwrap();
    assert_eq!(stations[0].issued(&item), issue);
    println!(
        "{rounds} power cuts, {} acknowledged items, none lost; slowest restart {slowest:?}",
        acknowledged.len()
    );
}

#[test]
fn nothing_acknowledged_is_lost_in_a_power_cut_under_load() {
    power_cuts(3);
}

#[test]
#[ignore = "twenty power cuts: scripts/test --long"]
fn nothing_acknowledged_is_lost_in_twenty_power_cuts() {
    power_cuts(20);
}
