//! Bodies that do not fit through what stands on the way, and lines that carry little.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use super::*;
use crate::store::{AcceptanceState, OutboxStore};
use crate::sync::{Client, SyncError};

fn portrait(id: &str, bytes: usize) -> OutboxItem {
    let sealed = Acceptance { sealed: Blob((0..=255).cycle().take(bytes).collect()) };
    OutboxItem { id: id.into(), happened_at: at(1), kind: OutboxKind::Acceptance(sealed) }
}

/// Sizes of the bodies that arrived at a path.
fn bodies(stub: &Stub, path: &str) -> Vec<usize> {
    let to = |request: &Request| request.path.contains(path).then_some(request.body.len());
    stub.requests().iter().filter_map(to).collect()
}

/// How many bodies were larger than this.
fn tried_too_large(stub: &Stub, most: usize) -> usize {
    stub.requests().iter().filter(|request| request.body.len() > most).count()
}

#[test]
fn portraits_arrive_through_a_proxy_that_takes_a_megabyte() {
    const MOST: usize = 1024 * 1024;
    let (office, stub) = Office::open();
    office.most_body.store(MOST, Ordering::SeqCst);
    let mut desk = Desk::at(&stub.url);
    for n in 0..3 {
        desk.store.enqueue(&printed(&format!("print-{n}"))).unwrap();
        desk.store.accept(&portrait(&format!("item-{n:04}"), 300 * 1024)).unwrap();
    }
    desk.store.accept(&portrait("item-large", 900 * 1024)).unwrap();
    desk.store.enqueue(&printed("print-last")).unwrap();
    let report = desk.syncer.run_once();
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    assert_eq!((report.issued.len(), report.outbox.queued, report.outbox.parked), (4, 0, 0));
    let order = office.taken.lock().unwrap().clone();
    assert_eq!(order[..3], ["print-0", "item-0000", "print-1"], "in their order: {order:?}");
    assert_eq!(order.last().unwrap(), "print-last");
    assert_eq!(desk.store.acceptance("item-large").unwrap().unwrap().state, AcceptanceState::Issued);

    // What was learned is remembered.
    let before = tried_too_large(&stub, MOST);
    for n in 0..3 {
        desk.store.accept(&portrait(&format!("next-{n:04}"), 900 * 1024)).unwrap();
    }
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.errors.len()), (3, 0));
    assert_eq!(tried_too_large(&stub, MOST), before);
}

#[test]
fn a_proxy_that_takes_next_to_nothing_parks_nothing() {
    let (office, stub) = Office::open();
    office.most_body.store(20 * 1024, Ordering::SeqCst);
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&portrait("item-0001", 400 * 1024)).unwrap();
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.outbox.queued), (1, 0), "{:?}", report.errors);

    office.most_body.store(300, Ordering::SeqCst);
    for n in 0..60 {
        desk.store.enqueue(&printed(&format!("print-{n}"))).unwrap();
    }
    desk.store.accept(&portrait("item-0002", 400 * 1024)).unwrap();
    for round in 0..6 {
        let report = desk.syncer.run_once();
        assert_eq!((report.outbox.queued, report.outbox.parked), (1, 0), "round {round}");
        assert!(report.errors.iter().any(|(_, error)| matches!(error, SyncError::TooLarge { .. })));
    }
    // Somebody corrects it.
    office.most_body.store(usize::MAX, Ordering::SeqCst);
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.outbox.queued), (1, 0), "{:?}", report.errors);
}

#[test]
fn a_body_that_the_server_itself_finds_too_large_is_no_malformed_one() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&acceptance("item-001")).unwrap();
    desk.store.accept(&acceptance("item-002")).unwrap();
    for _ in 0..2 {
        office.instead("outbox", problem(413, ProblemCode::Malformed));
    }
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.outbox.parked), (2, 0), "{:?}", report.errors);
}

#[test]
fn a_server_that_knows_no_parts_gets_the_whole() {
    let (office, stub) = Office::open();
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&portrait("item-0001", 2 * 1024 * 1024)).unwrap();
    office.instead("outbox/part", problem(404, ProblemCode::NotFound));
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.errors.len()), (1, 0));
    // Before it stands a proxy: nothing helps, and nothing is lost.
    office.most_body.store(1024 * 1024, Ordering::SeqCst);
    desk.store.accept(&portrait("item-0002", 2 * 1024 * 1024)).unwrap();
    for _ in 0..5 {
        let report = desk.syncer.run_once();
        assert_eq!((report.outbox.queued, report.outbox.parked), (1, 0));
    }
}

#[test]
fn an_upload_that_broke_off_goes_on_where_it_stood() {
    let (office, stub) = Office::open();
    office.most_body.store(512 * 1024, Ordering::SeqCst);
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&portrait("item-0001", 900 * 1024)).unwrap();
    let seen = || bodies(&stub, "outbox/part").iter().filter(|size| **size > 0).count();
    desk.syncer.run_once();
    let all = seen();
    assert!(all >= 5, "{all}");
    assert_eq!(*office.taken.lock().unwrap(), ["item-0001"]);

    desk.store.accept(&portrait("item-0002", 900 * 1024)).unwrap();
    *office.upload.lock().unwrap() = (String::new(), Vec::new());
    office.cut_after.store(3, Ordering::SeqCst);
    let report = desk.syncer.run_once();
    assert_eq!((report.outbox.queued, report.online), (1, Some(false)));
    let held = office.upload.lock().unwrap().1.len();
    assert!(held > 0);
    let before = bodies(&stub, "outbox/part").iter().sum::<usize>();
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.outbox.queued), (1, 0), "{:?}", report.errors);
    let resent = bodies(&stub, "outbox/part").iter().sum::<usize>() - before;
    let whole = serde_json::to_vec(&portrait("item-0002", 900 * 1024)).unwrap().len();
    assert_eq!(resent, whole - held, "nothing that is there goes again");
}

#[test]
fn a_server_that_keeps_no_part_is_odd_and_nothing_is_given_up() {
    let (office, stub) = Office::open();
    office.most_body.store(512 * 1024, Ordering::SeqCst);
    let mut desk = Desk::at(&stub.url);
    desk.store.accept(&portrait("item-0001", 900 * 1024)).unwrap();
    for have in [0, 0, 0, 0, 10 * 1024 * 1024] {
        office.instead("outbox/part", Reply::json(200, &PartTaken { have, answer: None }));
    }
    for _ in 0..2 {
        let report = desk.syncer.run_once();
        assert_eq!((report.outbox.queued, report.outbox.parked), (1, 0));
        assert!(matches!(report.errors.as_slice(), [(_, SyncError::Garbage { .. })]), "{:?}", report.errors);
    }
    assert_eq!(desk.syncer.run_once().issued.len(), 1);
}

/// What a line between a station and its server does with bytes that go up.
#[derive(Clone, Copy)]
enum Does {
    /// So many a second.
    Trickle(usize),
    /// It takes all of it at once and hands it on at so many a second, as a satellite's modem does.
    Hoard(usize),
    /// So many go through, then none, and the connection stays.
    Stall(usize),
}

fn line_to(stub: &Stub, does: Does) -> String {
    let target = stub.url.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    if !matches!(does, Does::Hoard(_)) {
        rustix::net::sockopt::set_socket_recv_buffer_size(&listener, 8 * 1024).unwrap();
    }
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let Ok(far) = TcpStream::connect(&target) else { continue };
            let (mut down_from, mut down_to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
            thread::spawn(move || {
                let _ = std::io::copy(&mut down_from, &mut down_to);
                let _ = down_to.shutdown(Shutdown::Both);
            });
            thread::spawn(move || carry(near, far, does));
        }
    });
    url
}

fn carry(mut near: TcpStream, mut far: TcpStream, does: Does) {
    const STEP: Duration = Duration::from_millis(10);
    let mut went = 0;
    let (rate, hoard) = match does {
        Does::Trickle(rate) | Does::Stall(rate) => (rate, None),
        Does::Hoard(rate) => {
            let (put, take) = std::sync::mpsc::channel::<Vec<u8>>();
            let mut near = near.try_clone().unwrap();
            thread::spawn(move || {
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(count @ 1..) = near.read(&mut buffer) {
                    let _ = put.send(buffer[..count].to_vec());
                }
            });
            (rate, Some(take))
        }
    };
    let step = (rate / 100).max(1);
    let mut buffer = vec![0; step];
    let mut pending = Vec::new();
    loop {
        if let Some(take) = &hoard {
            if pending.is_empty() {
                let Ok(more) = take.recv() else { break };
                pending = more;
            }
            let now = pending.len().min(step);
            buffer = pending.drain(..now).collect();
        } else {
            let Ok(count @ 1..) = near.read(&mut buffer[..step]) else { break };
            buffer.truncate(count);
        }
        if matches!(does, Does::Stall(most) if went > most) {
            // Neither hangs up nor reads on.
            thread::park();
        }
        if far.write_all(&buffer).is_err() {
            break;
        }
        went += buffer.len();
        buffer.resize(step, 0);
        if !matches!(does, Does::Stall(_)) && step > 64 {
            thread::sleep(STEP);
        }
    }
    let _ = far.shutdown(Shutdown::Both);
}

/// Thirty seconds of a station's waiting, in a test.
const QUIET: Duration = Duration::from_millis(700);

fn desk_at(url: &str) -> Desk {
    let timeouts = Timeouts { quiet: QUIET, transfer: Duration::from_secs(30), ..timeouts() };
    Desk::with(url, timeouts)
}

#[test]
fn a_body_that_takes_longer_than_any_silence_may_arrives() {
    let (office, stub) = Office::open();
    // About two seconds, three times what no byte may move.
    let mut desk = desk_at(&line_to(&stub, Does::Trickle(400 * 1024)));
    desk.store.accept(&portrait("item-0001", 600 * 1024)).unwrap();
    let report = desk.syncer.run_once();
    assert_eq!((report.issued.len(), report.outbox.queued), (1, 0), "{:?}", report.errors);
    assert_eq!(office.taken.lock().unwrap().len(), 1);
    assert_eq!(bodies(&stub, "outbox").len(), 1, "in one call");
}

#[test]
fn a_line_that_hides_how_slow_it_is_gets_smaller_bodies_until_they_arrive() {
    let (office, stub) = Office::open();
    let mut desk = desk_at(&line_to(&stub, Does::Hoard(400 * 1024)));
    desk.store.accept(&portrait("item-0001", 600 * 1024)).unwrap();
    let mut runs = 0;
    while desk.store.outbox_counts().unwrap().queued > 0 {
        runs += 1;
        assert!(runs < 8, "it never arrives");
        let report = desk.syncer.run_once();
        assert_eq!(report.outbox.parked, 0);
    }
    assert_eq!(*office.taken.lock().unwrap(), ["item-0001"]);
}

#[test]
fn a_line_on_which_no_byte_moves_is_given_up_and_the_rest_goes_in_smaller_pieces() {
    let (_office, stub) = Office::open();
    let mut desk = desk_at(&line_to(&stub, Does::Stall(200 * 1024)));
    desk.store.accept(&portrait("item-0001", 600 * 1024)).unwrap();
    let report = desk.syncer.run_once();
    assert_eq!((report.online, report.outbox.queued), (Some(false), 1));
    assert!(matches!(report.errors.as_slice(), [(_, SyncError::TimedOut(_))]), "{:?}", report.errors);
    // Each connection carries 200 kB here before it stands still.
    let mut runs = 0;
    while desk.store.outbox_counts().unwrap().queued > 0 {
        runs += 1;
        assert!(runs < 12, "it never arrives");
        desk.syncer.run_once();
    }
}

/// A refusal is read although the server hung up in the middle of the body.
#[test]
fn a_proxy_that_answers_and_hangs_up_before_it_has_read_is_heard() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 1024];
            let _ = stream.read(&mut head);
            let _ = stream.write_all(b"HTTP/1.1 413 X\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno");
            // What it did not read makes the system send a reset.
        }
    });
    let client = Client::new(&url, Arc::new(ManualClock::at(at(0))), timeouts()).unwrap();
    let body = vec![b' '; 4 * 1024 * 1024];
    let weight = crate::sync::client::Weight::Transfer;
    let asked = client.post_bytes("outbox", "application/json", &body, None, weight);
    assert!(matches!(asked, Err(SyncError::TooLarge { size }) if size == body.len()), "{:?}", asked.err());
}
