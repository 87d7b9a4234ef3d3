//! The pages for phones as a browser meets them: forms, cookies, redirects, against the real binary.
#![cfg(feature = "central")]

mod central_station;
mod letters;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anjungan::person::sample;
use anjungan::protocol::{
    AskDownload, AskSignIn, DownloadLink, Report, Reported, SignIn, SignInAnswer, SignInOffer, SignedIn,
    WrongField,
};
use central_station::{Server, Station, portrait};

/// A browser: it keeps cookies and follows nothing by itself.
struct Browser<'a> {
    server: &'a Server,
    agent: ureq::Agent,
    jar: Vec<(String, String)>,
}

struct Seen {
    status: u16,
    kind: String,
    place: Option<String>,
    bytes: Vec<u8>,
}

impl Seen {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The value of a hidden field.
    fn hidden(&self, name: &str) -> String {
        let text = self.text();
        let after = text.split(&format!("name=\"{name}\" value=\"")).nth(1).expect(&text);
        after.split('"').next().unwrap().to_owned()
    }
}

impl<'a> Browser<'a> {
    fn new(server: &'a Server) -> Browser<'a> {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        Browser { server, agent, jar: Vec::new() }
    }

    fn cookies(&self) -> String {
        self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn get(&mut self, path: &str) -> Seen {
        let url = format!("{}{path}", self.server.base);
        let answer = self.agent.get(url).header("cookie", self.cookies()).call().unwrap();
        self.see(answer)
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)], from: &str) -> Seen {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
        let request = self
            .agent
            .post(format!("{}{path}", self.server.base))
            .header("cookie", self.cookies())
            .header("sec-fetch-site", from)
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request.send(body.join("&")).unwrap();
        self.see(answer)
    }

    /// Sends a file as a browser's form does.
    fn send_file(&mut self, path: &str, proof: &str, file: &[u8]) -> Seen {
        let head = format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"bukti\"\r\n\r\n{proof}\r\n--xyz\r\n\
             Content-Disposition: form-data; name=\"foto\"; filename=\"../../x.jpg\"\r\n\
             Content-Type: image/jpeg\r\n\r\n"
        );
        let body = [head.as_bytes(), file, b"\r\n--xyz--\r\n"].concat();
        let request = self
            .agent
            .post(format!("{}{path}", self.server.base))
            .header("cookie", self.cookies())
            .header("content-type", "multipart/form-data; boundary=xyz");
        let answer = request.send(&body[..]).unwrap();
        self.see(answer)
    }

    /// Begins to send a file of so many bytes, and sends no more of it than this.
    fn begin_file(&self, length: usize, sent: &[u8]) -> TcpStream {
        let mut line = TcpStream::connect(self.server.base.strip_prefix("http://").unwrap()).unwrap();
        let head = format!(
            "POST /akun/foto/kirim HTTP/1.1\r\nhost: x\r\ncookie: {}\r\ncontent-length: {length}\r\n\
             content-type: multipart/form-data; boundary=xyz\r\n\r\n",
            self.cookies()
        );
        line.write_all(head.as_bytes()).unwrap();
        line.write_all(sent).unwrap();
        line
    }

    fn sign_in(&mut self, who: &(String, String)) {
        let proof = self.get("/masuk").hidden("bukti");
        let fields = [("bukti", proof.as_str()), ("nip", &who.0), ("sandi", &who.1)];
        assert_eq!(self.post("/masuk", &fields, "same-origin").status, 303);
    }

    fn see(&mut self, mut answer: ureq::http::Response<ureq::Body>) -> Seen {
        for cookie in answer.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            assert!(
                text.contains("HttpOnly") && text.contains("SameSite=") && text.contains("Path=/"),
                "{text}"
            );
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            self.jar.retain(|(held, _)| held != name);
            if !text.contains("Max-Age=0") {
                self.jar.push((name.to_owned(), value.to_owned()));
            }
        }
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (kind, place) = (header("content-type").unwrap_or_default(), header("location"));
        let status = answer.status().as_u16();
        Seen {
            status,
            kind,
            place,
            bytes: answer.body_mut().with_config().limit(32 << 20).read_to_vec().unwrap(),
        }
    }
}

fn office(mail: &str) -> (Server, Vec<(String, String)>) {
    let server = Server::new();
    let credentials = server.data.path().join("credentials.csv");
    let path = credentials.to_str().unwrap();
    server.command(&["sample", "--count", "10", "--seed", "3", "--credentials", path, "--active", "9"], 0);
    letters::configure(&server, mail);
    let text = std::fs::read_to_string(&credentials).unwrap();
    let people =
        text.lines().filter_map(|line| line.split_once(',')).map(|(a, b)| (a.into(), b.into())).collect();
    (server.start(), people)
}

fn ask(station: &Station, offer: &SignInOffer) -> SignInAnswer {
    station.post("sign-in/ask", &AskSignIn { device_code: offer.device_code.clone() }).unwrap()
}

#[test]
fn a_phone_approves_the_screen_it_stands_before_and_no_form_from_elsewhere_does() {
    let (server, people) = office("");
    let station = Station::enrol(&server);
    let who = &people[sample::ACTIVE_PNS];
    let offer: SignInOffer = station.post("sign-in/offer", &()).unwrap();
    assert!(matches!(ask(&station, &offer), SignInAnswer::AuthorizationPending { opened: false }));

    let mut phone = Browser::new(&server);
    let path = offer.url.strip_prefix("https://kartu.example").expect(&offer.url);
    let form = phone.get(path);
    assert!(form.status == 200 && form.text().contains(&offer.user_code), "{}", form.text());
    assert!(!form.text().contains("Meja 1"), "who has not signed in learns nothing of a station");
    let proof = form.hidden("bukti");
    let fields = |password: &'static str| {
        [
            ("bukti", proof.clone()),
            ("k", offer.user_code.clone()),
            ("nip", who.0.clone()),
            ("sandi", password.into()),
        ]
    };
    let send = |phone: &mut Browser, fields: &[(&str, String)], from: &str| {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        phone.post("/masuk", &fields, from)
    };
    // A form of another site, one without the proof, and one from a browser that never saw the page.
    let mut right = fields("x").to_vec();
    right[3].1.clone_from(&who.1);
    assert_eq!(send(&mut phone, &right, "cross-site").status, 403);
    let mut forged = right.clone();
    forged[0].1 = "forged".into();
    assert_eq!(send(&mut phone, &forged, "same-origin").status, 403);
    assert_eq!(send(&mut Browser::new(&server), &right, "same-origin").status, 403);

    let wrong = send(&mut phone, &fields("bukan-ini"), "same-origin");
    assert!(wrong.status == 403 && wrong.text().contains("belum cocok"));
    let shown = send(&mut phone, &right, "same-origin");
    assert_eq!(shown.status, 200, "{}", shown.text());
    for word in ["Meja 1", "Lobi", &offer.user_code, "Setujui", "Bukan Saya"] {
        assert!(shown.text().contains(word), "{word}");
    }
    std::thread::sleep(Duration::from_secs(5));
    assert!(matches!(ask(&station, &offer), SignInAnswer::AuthorizationPending { opened: true }));
    let proof = shown.hidden("bukti");
    let decide = |phone: &mut Browser, code: &str, from: &str| {
        phone.post("/masuk/putusan", &[("bukti", &proof), ("k", code), ("putusan", "setuju")], from)
    };
    assert_eq!(decide(&mut phone, &offer.user_code, "cross-site").status, 403);
    assert_eq!(decide(&mut phone, "XXXX-XXXX", "same-origin").status, 410);
    let done = decide(&mut phone, &offer.user_code, "same-origin");
    assert!(done.status == 200 && done.text().contains("Disetujui"), "{}", done.text());
    assert_eq!(decide(&mut phone, &offer.user_code, "same-origin").status, 410, "decided once");
    std::thread::sleep(Duration::from_secs(5));
    let SignInAnswer::SignedIn(signed_in) = ask(&station, &offer) else { panic!("approved") };
    assert_eq!(signed_in.employee.nip.to_string(), who.0);

    // Guessed codes: the person who guesses is slowed down, and it is they who have to sign in first.
    let guesses = (0..8).map(|_| phone.get("/masuk?k=BBBB-BBBB").status).collect::<Vec<_>>();
    assert!(guesses[0] == 404 && guesses.contains(&429), "{guesses:?}");
    let script = Browser::new(&server).get("/masuk?k=%22%3E%3Cscript%3E").text();
    assert!(!script.contains("<script") && script.contains("&quot;&gt;&lt;scrip"), "{script}");
}

#[test]
fn a_storm_of_passwords_from_one_office_stops_neither_stations_nor_known_phones() {
    let (server, people) = office("");
    let station = Station::enrol(&server);
    let who = &people[sample::ACTIVE_PNS];
    let sign_in = |phone: &mut Browser, password: &str| {
        let proof = phone.get("/masuk").hidden("bukti");
        phone.post("/masuk", &[("bukti", &proof), ("nip", &who.0), ("sandi", password)], "same-origin").status
    };
    let mut known = Browser::new(&server);
    assert_eq!(sign_in(&mut known, &who.1), 303);
    let mut storm = Browser::new(&server);
    let tries: Vec<_> = (0..5).map(|_| sign_in(&mut storm, "bukan ini dia")).collect();
    assert!(tries.contains(&429), "{tries:?}");
    assert_eq!(sign_in(&mut storm, &who.1), 429, "also with the right one, at this address");
    known.jar.retain(|(name, _)| !name.ends_with("anjungan_masuk"));
    assert_eq!(sign_in(&mut known, &who.1), 303, "a phone that is known is counted apart");
    let body = SignIn { nip: who.0.parse().unwrap(), password: who.1.clone() };
    let at_station: SignedIn = station.post("sign-in", &body).unwrap();
    assert!(at_station.grant.is_some());
}

#[test]
fn a_forgotten_password_is_replaced_by_a_letter() {
    let (port, mail) = letters::sink();
    let (server, people) = office(&letters::settings(port));
    let who = &people[sample::ACTIVE_PNS];
    server.command(&["user", "email", &who.0, "sri@kartu.example"], 0);
    server.command(&["user", "email", &who.0, "sri@kartu.example\r\nBcc: x@y"], 2);
    server.command(&["user", "email", "198003102005011003", "x@y.id"], 1);
    let mut phone = Browser::new(&server);
    let proof = phone.get("/lupa").hidden("bukti");
    let ask = |phone: &mut Browser, nip: &str| {
        phone.post("/lupa", &[("bukti", &proof), ("nip", nip)], "same-origin")
    };
    let nobody = ask(&mut phone, "198003102005011003");
    let somebody = ask(&mut phone, &who.0);
    assert_eq!((nobody.status, nobody.text()), (200, somebody.text()), "to the letter the same");
    assert_eq!(phone.post("/lupa", &[("nip", who.0.as_str())], "same-origin").status, 403);

    let letter = mail.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(letter.contains("RCPT TO:<sri@kartu.example>"), "{letter}");
    let link = letters::link(&letter);
    assert!(mail.recv_timeout(Duration::from_millis(300)).is_err(), "one letter");
    let form = phone.get(&link);
    assert_eq!(form.status, 200, "{link}");
    let proof = form.hidden("bukti");
    let set = |phone: &mut Browser, first: &str, second: &str| {
        phone.post(&link, &[("bukti", &proof), ("sandi", first), ("ulang", second)], "same-origin").status
    };
    assert_eq!(set(&mut phone, "melati di beranda", "melati di taman"), 422);
    assert_eq!(set(&mut phone, &who.0, &who.0), 422);
    assert_eq!(set(&mut phone, "melati di beranda", "melati di beranda"), 200);
    assert_eq!(set(&mut phone, "mawar di beranda", "mawar di beranda"), 404, "good once");
    assert_eq!(phone.get("/lupa/tidak-ada").status, 404);
    let proof = phone.get("/masuk").hidden("bukti");
    let old = phone.post("/masuk", &[("bukti", &proof), ("nip", &who.0), ("sandi", &who.1)], "same-origin");
    assert_eq!(old.status, 403);
    let new = [("bukti", proof.as_str()), ("nip", &who.0), ("sandi", "melati di beranda"), ("ingat", "ya")];
    let new = phone.post("/masuk", &new, "same-origin");
    assert_eq!((new.status, new.place.as_deref()), (303, Some("/akun")));
    assert!(phone.get("/akun/ponsel").text().contains("ponsel ini"));
}

#[test]
fn a_card_goes_to_one_phone_and_wrong_data_to_the_office() {
    let (server, people) = office("");
    let station = Station::enrol(&server);
    let who = &people[sample::ACTIVE_PNS];
    let sign_in = || -> SignedIn {
        station.post("sign-in", &SignIn { nip: who.0.parse().unwrap(), password: who.1.clone() }).unwrap()
    };
    let grant = sign_in().grant.unwrap();
    let fields = vec![WrongField::Unit];
    let told: Reported = station.post("report", &Report { grant: grant.clone(), fields }).unwrap();
    let other = Station::enrol(&server);
    let stolen = Report { grant: grant.clone(), fields: vec![WrongField::Name] };
    assert_eq!(other.post::<_, Reported>("report", &stolen).unwrap_err().0, 403);
    let listed = server.command(&["corrections", "list", "--json"], 0);
    let line: serde_json::Value = serde_json::from_str(listed.trim()).unwrap();
    assert_eq!(
        (line["number"].as_str(), line["fields"][0].as_str()),
        (Some(told.number.as_str()), Some("unit"))
    );
    let answer = "Unit sudah diperbaiki <b>hari ini</b>.";
    server.command(&["corrections", "close", &told.number, "--answer", answer], 0);
    server.command(&["corrections", "close", &told.number, "--answer", "lagi"], 1);
    assert_eq!(server.command(&["corrections", "list"], 0), "");
    let seen = &sign_in().corrections[0];
    assert_eq!((seen.number.as_str(), seen.answer.as_deref()), (told.number.as_str(), Some(answer)));

    let issue = station.issued(&station.acceptance("ITEM-0001", &grant, &portrait(), "BCDF-GHJK"));
    let asked = AskDownload { serial: issue.serial.clone() };
    assert_eq!(
        other.post::<_, DownloadLink>("download", &asked).err().unwrap().0,
        404,
        "not this station's card"
    );
    let download: DownloadLink = station.post("download", &asked).unwrap();
    let path = download.url.strip_prefix("https://kartu.example").unwrap().to_owned();
    let mut phone = Browser::new(&server);
    let before = phone.get(&path);
    assert!(before.status == 200 && !before.text().contains(&issue.name), "a preview shows no card");
    let png = format!("{path}/depan-tegak.png");
    assert_eq!(phone.get(&png).status, 404);
    let proof = before.hidden("bukti");
    assert_eq!(phone.post(&path, &[("bukti", "x")], "same-origin").status, 403);
    let opened = phone.post(&path, &[("bukti", &proof)], "same-origin");
    assert_eq!((opened.status, opened.place.as_deref()), (303, Some(path.as_str())));
    assert!(phone.get(&path).text().contains("Unduh"));
    for (name, kind) in [
        ("depan-tegak.png", "image/png"),
        ("belakang-mendatar.png", "image/png"),
        ("kartu-mendatar.pdf", "application/pdf"),
    ] {
        let file = phone.get(&format!("{path}/{name}"));
        assert_eq!((file.status, file.kind.as_str()), (200, kind), "{name}");
        assert!(file.bytes.starts_with(if kind == "image/png" { b"\x89PNG" } else { b"%PDF" }));
    }
    assert_eq!(phone.get(&format!("{path}/..%2f..%2fcentral.sqlite")).status, 404);
    let mut second = Browser::new(&server);
    assert_eq!(second.get(&path).status, 404, "one phone only");
    assert_eq!(second.get(&png).status, 404);

    // The same person's own page, with the office's answer, which is text and nothing else.
    let proof = phone.get("/masuk").hidden("bukti");
    phone.post("/masuk", &[("bukti", &proof), ("nip", &who.0), ("sandi", &who.1)], "same-origin");
    let own = phone.get("/akun/keliru");
    assert!(own.text().contains("&lt;b&gt;hari ini&lt;/b&gt;") && own.text().contains(&told.number));
    let proof = own.hidden("bukti");
    assert_eq!(phone.post("/akun/keliru", &[("bukti", &proof)], "same-origin").status, 422, "nothing ticked");
    assert_eq!(phone.post("/akun/keliru", &[("bukti", &proof), ("name", "ya")], "same-origin").status, 303);
    assert_eq!(
        phone.post("/akun/keluar", &[("bukti", &proof)], "same-origin").place.as_deref(),
        Some("/masuk")
    );
    assert_eq!(phone.get("/akun").place.as_deref(), Some("/masuk"));
}

#[test]
fn what_is_sent_instead_of_a_photo_is_refused_in_plain_words() {
    let (server, people) = office("");
    let who = &people[sample::ACTIVE_PNS];
    let mut phone = Browser::new(&server);
    let nobody = phone.send_file("/akun/foto/kirim", "x", b"x");
    assert_eq!((nobody.status, nobody.place.as_deref()), (303, Some("/masuk")), "who is not signed in");
    phone.sign_in(who);
    let proof = phone.get("/akun/foto").hidden("bukti");
    let mut send = |proof: &str, file: &[u8]| phone.send_file("/akun/foto/kirim", proof, file);
    assert_eq!(send("forged", b"x").status, 403);
    let mut bomb = portrait();
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    for (file, status, words) in [
        (&b""[..], 422, "Belum ada foto yang dipilih"),
        (b"<svg onload=alert(1)>", 422, "F20"),
        (b"\xff\xd8\xff\xe0 no more of it", 422, "F20"),
        (&bomb, 422, "F2"),
        (&vec![0xff; 13 * 1024 * 1024], 413, "F21"),
    ] {
        let refused = send(&proof, file);
        assert_eq!(refused.status, status, "{words}: {}", refused.text());
        assert!(refused.text().contains(words) && !refused.text().contains("alert(1)"), "{words}");
    }
    // Two hundred megabytes are refused before they are sent.
    let mut answer = String::new();
    let line = phone.begin_file(200 * 1024 * 1024, b"--xyz");
    line.take(12).read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "HTTP/1.1 413");
    // One at a time: while the first is on its way, a second one is asked to wait.
    let first = phone.begin_file(1000, b"--xyz\r\n");
    std::thread::sleep(Duration::from_millis(500));
    let second = phone.send_file("/akun/foto/kirim", &proof, b"x");
    assert!(second.status == 429 && second.text().contains("masih diperiksa"), "{}", second.text());
    drop(first);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(phone.send_file("/akun/foto/kirim", &proof, b"x").status, 422, "and then it may come");
    assert_eq!(phone.get("/akun/foto/lihat").place.as_deref(), Some("/akun/foto"));
    assert_eq!(phone.get("/akun/foto/lihat/depan-tegak.png").status, 404);
    let decided = [("bukti", proof.as_str()), ("foto", "AAAAAAAAAAAAAAAA"), ("putusan", "pakai")];
    assert_eq!(phone.post("/akun/foto/lihat", &decided, "same-origin").status, 410);
    assert_eq!(phone.post("/akun/foto/lihat", &decided, "cross-site").status, 403);
    assert_eq!(std::fs::read_dir(server.data.path().join("data/photos")).unwrap().count(), 0);
}

#[test]
fn the_app_has_a_name_icons_and_nothing_of_anybody() {
    let (server, _) = office("");
    let mut phone = Browser::new(&server);
    assert_eq!(phone.get("/").place.as_deref(), Some("/akun"));
    let manifest = phone.get("/manifest.webmanifest");
    assert_eq!((manifest.status, manifest.kind.as_str()), (200, "application/manifest+json"));
    let manifest: serde_json::Value = serde_json::from_slice(&manifest.bytes).unwrap();
    for icon in manifest["icons"].as_array().unwrap() {
        let file = phone.get(icon["src"].as_str().unwrap());
        assert_eq!((file.status, Some(file.kind.as_str())), (200, icon["type"].as_str()));
    }
}
