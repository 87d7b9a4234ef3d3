//! The central server as a station meets it: the real binary on a free port, over HTTP.
#![cfg(feature = "central")]

mod central_station;

use anjungan::credential::{CardStatus, Code, ListId, StatusList, TrustList, Verdict, parse};
use anjungan::person::{Refusal, sample};
use anjungan::protocol::{
    Activate, CardState, Issue, LiveCard, Looked, OpenRecord, OutboxAnswer, OutboxItem, OutboxKind, PickUp,
    PrintOutcome, Printed, Problem, ProblemCode, RosterPage, SignIn, SignedIn,
};
use anjungan::sealed::{open_by_card, open_by_epoch};
use central_station::{Server, Station, portrait};
use jiff::Timestamp;

/// A server with ten sample people, of whom all but the last have a password.
fn office() -> (Server, Vec<(String, String)>) {
    let server = Server::new();
    let credentials = server.data.path().join("credentials.csv");
    let path = credentials.to_str().unwrap();
    server.command(&["sample", "--count", "10", "--seed", "3", "--credentials", path, "--active", "9"], 0);
    let text = std::fs::read_to_string(&credentials).unwrap();
    let people =
        text.lines().filter_map(|line| line.split_once(',')).map(|(a, b)| (a.into(), b.into())).collect();
    (server.start(), people)
}

fn sign_in(station: &Station, who: &(String, String)) -> SignedIn {
    station.post("sign-in", &SignIn { nip: who.0.parse().unwrap(), password: who.1.clone() }).unwrap()
}

fn problem<T>(result: Result<T, (u16, Problem)>) -> (u16, ProblemCode) {
    match result {
        Ok(_) => panic!("this should have been refused"),
        Err((status, problem)) => (status, problem.code),
    }
}

#[test]
fn from_sign_in_to_a_card_that_another_desk_can_check() {
    let (server, people) = office();
    let station = Station::enrol(&server);
    let signed_in = sign_in(&station, &people[sample::ACTIVE_PNS]);
    assert!(signed_in.issue.is_none() && signed_in.refusal.is_none());
    let grant = signed_in.grant.unwrap();

    // The photo goes up; the card comes down; a repeat gets the same card.
    let item = station.acceptance("ITEM-0001", &grant, &portrait(), "BCDF-GHJK");
    let issue = station.issued(&item);
    assert_eq!(station.issued(&item), issue);
    assert_eq!((issue.nip, &issue.name), (signed_in.employee.nip, &signed_in.employee.name));
    assert!(issue.face_serial.starts_with('A') && issue.face_serial.len() == 12, "{}", issue.face_serial);

    // A desk that knows nothing but the root key it pinned.
    let trust = TrustList::verify(&station.bytes("trust").1, &station.root_public(), None).unwrap();
    let Code::Front(front) = parse(&issue.front_code) else { panic!("a front code") };
    let Code::Back(back) = parse(&issue.back_code) else { panic!("a back code") };
    let key = trust.key(&front.issuer, &front.kid).unwrap();
    front.verify(&key.public).unwrap();
    assert_eq!(back.claims.serial, front.serial);
    assert_eq!(front.serial.to_string(), issue.serial);
    assert!(back.claims.face_webp.len() <= 750 && image::load_from_memory(&back.claims.face_webp).is_ok());
    let entry = |issue: &Issue| station.status_of(&trust, issue);
    assert_eq!(entry(&issue), CardStatus::Valid);
    let photo = image::load_from_memory(&issue.photo_png.0).unwrap();
    assert!(photo.color().has_alpha() && (photo.width(), photo.height()) == (600, 800));

    // The roster: the card opens its own person, a clerk's epoch key the region.
    let records = station.roster("");
    let opened: Vec<_> = records.iter().filter_map(|r| open_by_card(r, front.signature()).ok()).collect();
    let [plain] = opened.as_slice() else { panic!("one record is this card's") };
    let record: OpenRecord = serde_json::from_slice(plain).unwrap();
    assert_eq!(record.nip, issue.nip);
    assert!(image::load_from_memory(&record.portrait_webp.unwrap().0).is_ok());
    assert!(records.iter().all(|r| open_by_epoch(r, &station.epoch()).is_ok()));

    // A new photo is a new issue; the older card is replaced and still proves its holder.
    let again = sign_in(&station, &people[sample::ACTIVE_PNS]);
    assert_eq!(again.issue.as_ref(), Some(&issue));
    let item = station.acceptance("ITEM-0002", &again.grant.unwrap(), &portrait(), "LMNP-QRST");
    let newer = station.issued(&item);
    assert_ne!(newer.serial, issue.serial);
    assert_eq!((entry(&issue), entry(&newer)), (CardStatus::Replaced, CardStatus::Valid));
    let records = station.roster("");
    assert_eq!(records.iter().filter(|r| open_by_card(r, front.signature()).is_ok()).count(), 1);

    // Pick-up, as people type; a wrong code; a print.
    let picked: Issue = station.post("pick-up", &PickUp { code: "LMNP-QRST".into() }).unwrap();
    assert_eq!(picked, newer);
    let wrong = station.post::<_, Issue>("pick-up", &PickUp { code: "XXXX-XXXX".into() });
    assert_eq!(problem(wrong), (404, ProblemCode::NotFound));
    let print = |id: &str, serial: &str| OutboxItem {
        id: id.into(),
        happened_at: Timestamp::UNIX_EPOCH,
        kind: OutboxKind::Printed(Printed {
            print_id: "PRINT-1".into(),
            serial: serial.into(),
            outcome: PrintOutcome::Printed,
        }),
    };
    assert!(matches!(station.outbox(&print("ITEM-0003", &newer.serial)), OutboxAnswer::Noted));
    assert!(matches!(station.outbox(&print("ITEM-0004", "AAAAAAAAAAAAAAAA")), OutboxAnswer::Rejected { .. }));
    let look = Looked { serial: "AAAAAAAAAAAAAAAA".parse().unwrap(), verdict: Verdict::Confirm };
    let look = OutboxItem { kind: OutboxKind::Looked(look), ..print("ITEM-0005", "") };
    assert!(matches!(station.outbox(&look), OutboxAnswer::Noted));

    // The page behind the code, for anybody.
    let path = format!("/V/{}", newer.serial);
    let (status, page) = server.get(&path);
    assert!(status == 200 && page.contains("JavaScript") && !page.contains(&newer.name));
    assert_eq!(server.get("/V/AAAAAAAAAAAAAAAA"), (200, page), "it says nothing about a number");
    let signed = newer.front_code.split_once('#').unwrap().1;
    let (status, verdict) = server.post_form(&path, &format!("kode={signed}"));
    assert!(status == 200 && verdict.contains("BERLAKU") && verdict.contains("data-challenge"), "{verdict}");
    assert!(!verdict.contains(&newer.name) && !verdict.contains(&newer.nip.grouped()));
    for (path, signed) in [(path.as_str(), &signed[..90]), ("/V/AAAAAAAAAAAAAAAA", signed), (&path, "")] {
        let (status, verdict) = server.post_form(path, &format!("kode={signed}"));
        assert!(status == 200 && verdict.contains("KODE TIDAK SAH") && !verdict.contains("data-challenge"));
    }
    let (status, refused) =
        server.post_form(&format!("{path}/pemegang"), &format!("kode={signed}&angka=12345&bukti=e30"));
    assert!(status == 422 && !refused.contains(&newer.name), "no data without the captcha");
    assert_eq!(server.get("/healthz"), (200, "ok\n".into()));
    let (status, ready) = server.get("/readyz");
    assert_eq!((status, ready.as_str()), (200, "database ok\nkeys ok\nphotos ok\ndisk ok\nclock ok\n"));

    // The same card, asked live by a station.
    let live = |serial: &str| station.get::<LiveCard>(&format!("card/{serial}"));
    assert_eq!(live(&newer.serial).unwrap().state, CardState::Valid);
    assert_eq!(live(&issue.serial).unwrap().state, CardState::Replaced);
    server.command(&["issue", "decide", "suspend", &newer.serial, "--reason", "hilang"], 0);
    assert_eq!(live(&newer.serial).unwrap().state, CardState::Suspended, "at once");
    for none in ["AAAAAAAAAAAAAAAA", "x", "%ff", "..%2f.."] {
        assert_eq!(problem(live(none)), (404, ProblemCode::NotFound), "{none}");
    }
    let anonymous = server.anonymous().get::<LiveCard>(&format!("card/{}", newer.serial));
    assert_eq!(problem(anonymous), (401, ProblemCode::DeviceSession));

    // Its numbers: routes by their template, and nothing of whom it was about.
    let (status, numbers) = server.get("/metrics");
    assert!(status == 200 && numbers.contains("route=\"/api/v1/card/{serial}\""), "{numbers}");
    assert!(numbers.contains("anjungan_issues 2") && numbers.contains("anjungan_verifications_total"));
    for personal in [newer.serial.clone(), newer.name.clone(), newer.nip.to_string()] {
        assert!(!numbers.contains(&personal), "{personal}");
    }
    let passed_on = server.header_of("/metrics", ("x-forwarded-for", "192.0.2.1"));
    assert_eq!(passed_on, 404, "not for who comes through a proxy");
}

#[test]
fn an_item_that_comes_twice_at_once_makes_one_card() {
    let (server, people) = office();
    let station = Station::enrol(&server);
    let grant = sign_in(&station, &people[sample::ACTIVE_PPPK]).grant.unwrap();
    let item = station.acceptance("ITEM-0010", &grant, &portrait(), "BCDF-GHJK");
    let issues: Vec<Issue> = std::thread::scope(|scope| {
        let at_once: Vec<_> = (0..4).map(|_| scope.spawn(|| station.issued(&item))).collect();
        at_once.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(issues.iter().all(|issue| *issue == issues[0]));
    assert!(issues[0].face_serial.starts_with('B') && issues[0].face_serial.ends_with("0000001"));

    // The grant is spent; another item with it is parked, and so is one with no grant at all.
    let reason = |item: &OutboxItem| match station.outbox(item) {
        OutboxAnswer::Rejected { reason } => reason,
        other => panic!("{other:?}"),
    };
    let second = station.acceptance("ITEM-0011", &grant, &portrait(), "BCDF-GHJK");
    assert!(reason(&second).starts_with("grant-used: "));
    assert_eq!(reason(&second), reason(&second), "a repeat is answered as the first");
    let forged = station.acceptance("ITEM-0012", "forged", &portrait(), "BCDF-GHJK");
    assert!(reason(&forged).starts_with("grant-unknown: "));
    let grant = sign_in(&station, &people[sample::ACTIVE_PPPK]).grant.unwrap();
    let no_photo = station.acceptance("ITEM-0013", &grant, b"no picture", "BCDF-GHJK");
    assert!(reason(&no_photo).starts_with("portrait: "));
    // Sealed for one item, sent as another.
    let mut moved = station.acceptance("ITEM-0014", &grant, &portrait(), "BCDF-GHJK");
    moved.id = "ITEM-0015".into();
    assert!(reason(&moved).starts_with("seal: "));
    // None of these spent the grant.
    station.issued(&station.acceptance("ITEM-0016", &grant, &portrait(), "BCDF-GHJK"));
    // Another station cannot hand in what this one was granted, nor read its answers.
    let other = Station::enrol(&server);
    assert!(
        matches!(other.outbox(&item), OutboxAnswer::Rejected { reason } if reason.starts_with("foreign-item"))
    );
}

#[test]
fn what_was_answered_survives_a_power_cut() {
    let (server, people) = office();
    let mut station = Station::enrol(&server);
    let grant = sign_in(&station, &people[0]).grant.unwrap();
    let item = station.acceptance("ITEM-0030", &grant, &portrait(), "BCDF-GHJK");
    let issue = station.issued(&item);
    let (trust, status) = (station.bytes("trust"), station.bytes(&station.status_path()));
    // One more is on its way when the power goes: afterwards it is there whole or not at all.
    let grant = sign_in(&station, &people[1]).grant.unwrap();
    let late = station.acceptance("ITEM-0031", &grant, &portrait(), "LMNP-QRST");
    let server = std::thread::scope(|scope| {
        let _lost = scope.spawn(|| station.try_outbox(&late));
        std::thread::sleep(std::time::Duration::from_millis(150));
        server.power_cut()
    });
    station.moved_to(&server);
    assert_eq!(station.issued(&item), issue);
    let second = station.issued(&late);
    assert_eq!(station.issued(&late), second);
    assert!(second.face_serial.starts_with('B') && second.face_serial.ends_with("0000001"));
    assert_eq!((station.bytes("trust"), station.bytes(&station.status_path())), (trust, status));
}

#[test]
fn who_gets_no_card_and_who_does_not_get_in() {
    let (server, people) = office();
    let station = Station::enrol(&server);
    let refusal = |who: usize| {
        let answer = sign_in(&station, &people[who]);
        assert!(answer.grant.is_none());
        answer.refusal.unwrap()
    };
    assert!(matches!(refusal(sample::CANDIDATE), Refusal::Candidate | Refusal::NotYet { .. }));
    assert_eq!(refusal(sample::RETIRED), Refusal::NoLongerAsn);

    let try_in =
        |nip: &str, password: &str| {
            problem(station.post::<_, SignedIn>(
                "sign-in",
                &SignIn { nip: nip.parse().unwrap(), password: password.into() },
            ))
        };
    // A wrong password and a NIP that nobody has: the same answer, to the letter.
    assert_eq!(try_in(&people[0].0, "wrong password"), (401, ProblemCode::WrongCredentials));
    assert_eq!(try_in("197402152001122001", "wrong password"), (401, ProblemCode::WrongCredentials));
    // Again and again: slowed down, and told for how long.
    let mut last = (0, ProblemCode::NotFound);
    for _ in 0..8 {
        if last.0 == 429 {
            break;
        }
        last = try_in(&people[0].0, "wrong password");
    }
    assert_eq!(last, (429, ProblemCode::SlowDown));
    // Somebody else at the same station is not.
    assert!(sign_in(&station, &people[1]).grant.is_some());
}

#[test]
fn an_account_without_a_password_gets_one_by_the_offices_code() {
    let (server, _) = office();
    let station = Station::enrol(&server);
    let nip = "198003102005011003";
    let file = server.data.path().join("one.csv");
    std::fs::write(&file, format!("nip,nama,status,tmt,instansi\n{nip},Citra,aktif,2006-01-01,X\n")).unwrap();
    server.command(&["import", file.to_str().unwrap()], 0);
    let sign = |password: &str| {
        station
            .post::<_, SignedIn>("sign-in", &SignIn { nip: nip.parse().unwrap(), password: password.into() })
    };
    assert_eq!(problem(sign("melati di beranda")), (403, ProblemCode::NotActivated));
    let out = server.command(&["user", "add", nip, "--json"], 0);
    let facts: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(facts["page"].as_str(), Some("https://kartu.example/aktivasi"));
    let code = facts["code"].as_str().unwrap().to_owned();
    let activate = |code: &str, password: &str| {
        let body = Activate { nip: nip.parse().unwrap(), code: code.into(), password: password.into() };
        station.post_empty("activate", &body)
    };
    assert_eq!(problem(activate(&code, nip)), (422, ProblemCode::WeakPassword));
    assert_eq!(problem(activate("XXXX-XXXX-XXXX", "melati di beranda")), (403, ProblemCode::BadCode));
    assert_eq!(activate(&code.to_lowercase(), "melati di beranda").unwrap(), 204);
    assert_eq!(problem(activate(&code, "mawar di beranda")), (403, ProblemCode::BadCode));
    sign("melati di beranda").unwrap();
    // No second code while there is a password; nobody gets one who is not in the registry.
    server.command(&["user", "add", nip], 1);
    server.command(&["user", "reset", "197402152001122001"], 1);
    server.command(&["user", "add", "123"], 2);
    server.command(&["user", "reset", nip], 0);
    assert_eq!(problem(sign("melati di beranda")), (403, ProblemCode::NotActivated));
}

#[test]
fn somebody_turns_the_code_into_a_password_on_their_phone() {
    let (server, _) = office();
    let station = Station::enrol(&server);
    let nip = "198003102005011003";
    let file = server.data.path().join("one.csv");
    std::fs::write(&file, format!("nip,nama,status,tmt,instansi\n{nip},Citra,aktif,2006-01-01,X\n")).unwrap();
    server.command(&["import", file.to_str().unwrap()], 0);
    let out = server.command(&["user", "add", nip], 0);
    let code = out.lines().find_map(|line| line.strip_prefix("activation code: ")).unwrap().to_owned();
    assert!(out.contains("page: https://kartu.example/aktivasi"), "{out}");

    let (status, page) = server.get("/aktivasi");
    assert!(status == 200 && page.contains("Kode aktivasi") && !page.contains("<script"));
    assert!(server.get("/aktivasi?lang=en").1.contains("Activation code"));
    let policy = server.header("/aktivasi", "content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for (name, value) in [
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex, nofollow"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(server.header("/aktivasi", name), value);
    }

    let form = |nip: &str, code: &str, first: &str, second: &str| {
        let body = format!("lang=id&nip={nip}&code={code}&password={first}&again={second}");
        server.post_form("/aktivasi", &body)
    };
    let good = "melati+di+beranda";
    let (status, page) = form(nip, &code, good, "melati+di+taman");
    assert!(status == 422 && page.contains("tidak sama") && page.contains("not the same"), "{page}");
    // A wrong code, and a NIP that nobody here has: the same page but for the NIP.
    let (status, wrong) = form(nip, "XXXX-XXXX-XXXX", good, good);
    assert_eq!(status, 403);
    let nobody = "197402152001122001";
    assert_eq!(form(nobody, "XXXX-XXXX-XXXX", good, good), (403, wrong.replace(nip, nobody)));
    let grouped = "19800310+200501+1+003";
    let (status, page) = form(grouped, &code.to_lowercase(), good, good);
    assert!(status == 200 && page.contains("sudah dibuat") && !page.contains("<form"), "{page}");
    assert_eq!(form(nip, &code, good, good).0, 403, "a code is good once");
    // A code of 52 bits stands sixty tries from one line; who shares the line is not held up by it.
    let slowed = (0..64).map(|_| form(nip, &code, good, good)).find(|(status, _)| *status == 429);
    assert!(slowed.unwrap().1.contains("Mohon tunggu"), "the throttle of the call");
    let signed_in: SignedIn = station
        .post("sign-in", &SignIn { nip: nip.parse().unwrap(), password: "melati di beranda".into() })
        .unwrap();
    assert_eq!(signed_in.employee.name, "Citra");

    // Nothing that was typed becomes a part of the page.
    let (status, page) = form("%22%3E%3Cb%3E", "%3Cscript%3E", good, good);
    assert!(status == 422 && !page.contains("<script") && !page.contains("<b>"), "{page}");
    assert_eq!(server.post_form("/aktivasi", "nip=%ff&code=%zz").0, 400);
    assert_eq!(server.post_form("/aktivasi", &"x".repeat(70_000)).0, 413);
}

#[test]
fn no_card_is_signed_for_an_office_that_was_made_up() {
    let server = Server::new();
    for command in [&["serve"][..], &["import", "people.csv"], &["device", "list"]] {
        let told = server.refused(command);
        for key in ["host =", "return_to =", "[issuer] id =", "central.toml"] {
            assert!(told.contains(key), "{command:?}: {told}");
        }
    }
    assert!(!server.data.path().join("data").exists(), "nothing was begun");
    // The same folder once the office has written down who it is.
    server.set_up();
    server.command(&["device", "list"], 0);
    let server = server.start();
    let station = Station::enrol(&server);
    let trust = TrustList::verify(&station.bytes("trust").1, &station.root_public(), None).unwrap();
    assert_eq!(trust.issuers[0].name, "BKPSDM");
}

#[test]
fn a_station_that_joins_again_hands_in_what_still_waits() {
    let (server, people) = office();
    let station = Station::enrol(&server);
    let grant = sign_in(&station, &people[sample::ACTIVE_PNS]).grant.unwrap();
    let waiting = station.acceptance("ITEM-0040", &grant, &portrait(), "BCDF-GHJK");
    let again = server.command(&["device", "new", "--for", &station.device_id], 0);
    let code = again.trim().rsplit(' ').next().unwrap();
    let mut joined = Station::try_enrol(&server, code).unwrap();
    assert_eq!(joined.device_id, station.device_id);
    joined.open();
    // Other keys: nothing that it sends is looked at before an administrator has approved them.
    assert_eq!(problem(joined.post::<_, OutboxAnswer>("outbox", &waiting)), (403, ProblemCode::NotApproved));
    let listed = server.command(&["device", "list", "--json"], 0);
    let listed: serde_json::Value = serde_json::from_str(listed.trim()).unwrap();
    assert_eq!((listed["state"].as_str(), listed["enrolments"].as_i64()), (Some("unapproved"), Some(2)));
    let keys = listed["fingerprint"].as_str().unwrap();
    let told = server.command(&["device", "approve", keys, "--json"], 0);
    let told: serde_json::Value = serde_json::from_str(told.trim()).unwrap();
    assert_eq!((&told["device_id"], &told["fingerprint"]), (&listed["id"], &listed["fingerprint"]));
    server.command(&["device", "approve", &joined.device_id], 0);
    assert!(server.command(&["device", "list"], 0).contains(&format!("joined      Meja 1  (Lobi)  {keys}")));
    for nobody in ["NOWHERE", "AAAA AAAA AAAA AAAA AAAA AAAA"] {
        server.command(&["device", "approve", nobody], 1);
    }
    server.command(&["device", "approve"], 2);
    joined.issued(&waiting);
    server.command(&["device", "new", "--for", "NOWHERE"], 1);
    server.command(&["device", "new", "--for", &station.device_id, "--name", "X"], 2);
    server.command(&["device", "new", "--name", "X"], 2);
}

#[test]
fn a_device_joins_once_and_a_revoked_one_is_out() {
    let (server, _) = office();
    let station = Station::enrol(&server);
    assert_eq!(problem(Station::try_enrol(&server, &station.code)), (403, ProblemCode::BadCode));
    assert_eq!(problem(Station::try_enrol(&server, "BCDF-GHJK-LMNP")), (403, ProblemCode::BadCode));
    // A nonce is good for one session, and for this device's signature only.
    let nonce = station.nonce();
    assert!(station.open_with(&nonce, &station.device_id).is_ok());
    assert_eq!(problem(station.open_with(&nonce, &station.device_id)), (401, ProblemCode::DeviceSession));
    let other = Station::enrol(&server);
    assert!(other.open_with(&station.nonce(), &station.device_id).is_err());
    assert_eq!(problem(server.anonymous().get::<RosterPage>("roster")), (401, ProblemCode::DeviceSession));
    // Shut out at once, with the session that is open.
    let listed = server.command(&["device", "list", "--json"], 0);
    assert!(listed.lines().count() == 2 && listed.contains(&station.device_id));
    server.command(&["device", "revoke", &station.device_id], 0);
    server.command(&["device", "revoke", &station.device_id], 1);
    assert_eq!(problem(station.get::<RosterPage>("roster")), (401, ProblemCode::DeviceSession));
    assert_eq!(problem(station.try_nonce()), (403, ProblemCode::UnknownDevice));
}

#[test]
fn documents_keep_their_tag_until_they_change() {
    let (server, people) = office();
    let station = Station::enrol(&server);
    let now = station.time();
    assert!(now.duration_since(Timestamp::UNIX_EPOCH).as_secs() > 1_700_000_000);
    for path in ["trust".to_owned(), station.status_path()] {
        let (etag, bytes) = station.bytes(&path);
        assert_eq!(station.bytes(&path), (etag.clone(), bytes), "the same bytes");
        assert_eq!(station.conditional(&path, &etag), 304);
        assert_eq!(station.conditional(&path, "\"other\""), 200);
    }
    let (before, _) = station.bytes(&station.status_path());
    let grant = sign_in(&station, &people[0]).grant.unwrap();
    let issue = station.issued(&station.acceptance("ITEM-0020", &grant, &portrait(), "BCDF-GHJK"));
    // A new card that holds changes nothing that the list says.
    assert_eq!(station.bytes(&station.status_path()).0, before);

    // A list without entries is small, so it goes out as it is whatever the caller takes.
    assert_eq!(station.encoding_of(&station.status_path()), None);

    // Somebody leaves: the office's list says so, the card's entry follows, the desk sees it.
    let file = server.data.path().join("leaves.csv");
    let row = format!(
        "nip;nama;status;sejak;instansi\n{};{};pensiun;2020-01-01;{}\n",
        issue.nip, issue.name, issue.body
    );
    std::fs::write(&file, row).unwrap();
    server.command(&["import", file.to_str().unwrap()], 0);
    let trust = TrustList::verify(&station.bytes("trust").1, &station.root_public(), None).unwrap();
    assert_eq!(station.status_of(&trust, &issue), CardStatus::NoLongerAsn);
    assert_eq!(station.conditional(&station.status_path(), &before), 200);
    let (path, signed) = (format!("/V/{}", issue.serial), issue.front_code.split_once('#').unwrap().1);
    let over = server.post_form(&path, &format!("kode={signed}")).1;
    assert!(over.contains("TIDAK BERLAKU LAGI") && !over.contains("data-challenge"), "{over}");
    let again = sign_in(&station, &people[0]);
    assert_eq!((again.refusal, again.issue), (Some(Refusal::NoLongerAsn), None));
    let list = ListId { issuer: trust.issuers[0].id.clone(), kid: trust.issuers[0].keys[0].kid.clone() };
    let sub = list.sub(&trust.issuers[0].host);
    let bytes = station.bytes(&station.status_path()).1;
    let verified = StatusList::verify(&bytes, &trust, &sub, None).unwrap();
    assert_eq!(verified.id(), Some(&list));
    // The page of changes holds the one person who changed.
    assert_eq!(station.roster(&station.cursor_before_last()).len(), 1);
}

#[test]
fn what_cannot_be_read_is_refused_with_a_problem() {
    let (server, _) = office();
    let station = Station::enrol(&server);
    for (path, body) in [
        ("sign-in", &b"{"[..]),
        ("sign-in", b"\xff\xfe\x00"),
        ("sign-in", b"{\"nip\":\"1\",\"password\":\"x\"}"),
        ("enrol", b"[]"),
        ("outbox", b"{\"id\":\"x\"}"),
        ("outbox", b"null"),
        ("device/session", b"{\"device_id\":7}"),
    ] {
        let (status, problem) = station.raw("POST", path, body).unwrap_err();
        assert_eq!((status, problem.code), (400, ProblemCode::Malformed), "{path}");
        assert!(!problem.detail.contains("\"x\""));
    }
    let large = vec![b' '; 70_000];
    assert_eq!(problem(station.raw("POST", "sign-in", &large)), (413, ProblemCode::Malformed));
    assert_eq!(problem(station.raw("GET", "nowhere", b"")), (404, ProblemCode::NotFound));
    assert_eq!(problem(station.raw("GET", "sign-in", b"")), (405, ProblemCode::Malformed));
    for path in [
        "time",
        "time?nonce=zz",
        "time?nonce=00",
        "roster?after=abc",
        "roster?after=-1",
        "roster?after=9007199254740991",
    ] {
        assert_eq!(problem(station.raw("GET", path, b"")), (400, ProblemCode::Malformed), "{path}");
    }
    assert_eq!(problem(station.raw("GET", "status/6201/ffffffff", b"")).0, 404);
    assert_eq!(problem(station.raw("GET", "status/x/..%2f..", b"")).0, 404);
    assert_eq!(problem(station.raw("GET", "status/%ff/x", b"")).0, 404);
    assert!(server.post_form("/V/%ff", "kode=X").1.contains("KODE TIDAK SAH"));
}

#[test]
fn a_list_is_asked_about_taken_in_and_taken_back_by_command() {
    let server = Server::new();
    server.set_up();
    let at = |name: &str| server.data.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, text: &str| std::fs::write(at(name), text).unwrap();
    write(
        "full.csv",
        "nip,nama,status,akhir_kontrak,instansi,unit\n199001012023211005,Laras,pppk,2028-02-29,X,Dinas\n197402152001122001,Sri,pensiun,,X,Dinas\n",
    );
    server.command(&["import", &at("full.csv")], 0);
    // A column that is not there leaves what is known; one that is empty is asked for.
    write(
        "status.csv",
        "NIP,Nama,STATUS KEPEGAWAIAN,No HP\n199001012023211005,Laras,PPPK,1\n197402152001122001,Sri,PNS,1\n",
    );
    let out = server.command(&["import", &at("status.csv")], 0);
    assert!(out.contains("2 as before") && out.contains("columns passed over: No HP"), "{out}");
    write(
        "empty.csv",
        "nip,nama,status,akhir_kontrak,instansi,unit\n199001012023211005,Laras,pppk,,X,Dinas\n",
    );
    let out = server.command(&["import", &at("empty.csv")], 1);
    assert!(out.contains("akhir_kontrak: 1 values") && out.contains("nothing was taken in"), "{out}");
    server.command(&["export", &at("before.csv")], 0);
    // Counted by what changes, before it does.
    write(
        "back.csv",
        "nip,nama,status,kedudukan hukum\n199001012023211005,Laras,PPPK,Non Job\n197402152001122001,Sri,PNS,Aktif\n198003102005011003,Citra,PNS,Aktif\n",
    );
    let flags = [
        "import",
        &at("back.csv"),
        "--refused",
        &at("refused.csv"),
        "--missing",
        &at("missing.csv"),
        "--dry-run",
    ];
    let out = server.command(&flags, 1);
    assert!(out.contains("retired → active: 1") && out.contains("'non job' has no meaning yet"), "{out}");
    let refused = std::fs::read_to_string(at("refused.csv")).unwrap();
    assert!(
        refused.starts_with(
            "nip,nama,status,kedudukan hukum,line,reason\n199001012023211005,Laras,PPPK,Non Job,2,"
        ),
        "{refused}"
    );
    assert_eq!(std::fs::read_to_string(at("missing.csv")).unwrap(), "nip,nama,unit\n");
    let out =
        server.command(&["import", &at("back.csv"), "--word", "Non Job=aktif", "--map", "instansi="], 1);
    assert!(out.contains("1 changed") && out.contains("the employing body (instansi) is missing"), "{out}");
    // Taken back, and once only.
    assert!(
        server
            .command(&["import-undo"], 0)
            .contains("1 people back to what they were, 0 whom it brought gone")
    );
    server.command(&["import-undo", "--yes"], 0);
    server.command(&["import-undo", "--yes"], 1);
    server.command(&["export", &at("after.csv")], 0);
    assert_eq!(std::fs::read(at("before.csv")).unwrap(), std::fs::read(at("after.csv")).unwrap());
    // What is no list, and says what to do.
    write("page.xls", "<html><table><tr><td>nip</td></tr></table></html>");
    server.command(&["import", &at("page.xls")], 2);
}

#[test]
fn an_import_by_command_tells_every_bad_row_and_its_exit_code() {
    let server = Server::new();
    server.set_up();
    let file = server.data.path().join("people.csv");
    let path = file.to_str().unwrap();
    std::fs::write(&file, b"\xef\xbb\xbfnip;nama;status;instansi\n197402152001122001;Ren\xe9;aktif;X\n")
        .unwrap();
    server.command(&["import", path], 0);
    std::fs::write(&file, "nip,nama,status,instansi\n1,A,aktif,X\n198003102005011003,Citra,aktif,X\n19")
        .unwrap();
    let out = server.command(&["import", path, "--json"], 1);
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines[0]["line"].as_u64(), lines[1]["line"].as_u64()), (Some(2), Some(4)));
    assert_eq!((lines[2]["new"].as_u64(), lines[2]["refused"].as_u64()), (Some(1), Some(2)));
    server.command(&["import", "/nowhere.csv"], 2);
    server.command(&["key", "list"], 0);
    let config = server.data.path().join("central.toml");
    std::fs::write(&config, "listen = \"127.0.0.1:0\"\nhots = \"x\"\n").unwrap();
    server.command(&["--config", config.to_str().unwrap(), "key", "list"], 2);
}
