//! An accepted card on its way through the proxies that stand before servers: nginx, Caddy, Apache and HAProxy, each
//! with the example of the package, and nginx as it comes. The station's own client, the real proxy, the real server.
#![cfg(all(feature = "station", feature = "central"))]

mod common;

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anjungan::clock::{Clock as _, CorrectedClock, SystemClock, os_random};
use anjungan::person::sample;
use anjungan::protocol::{Acceptance, AcceptedPhoto, OutboxItem, OutboxKind};
use anjungan::store::{IdentityStore as _, OutboxStore as _, SqliteStore};
use anjungan::sync::{SyncReport, Syncer, Timeouts};
use common::{Central, Station};
use tempfile::TempDir;

/// A proxy in the foreground, in a folder of its own.
struct Proxy {
    url: String,
    folder: TempDir,
    process: Child,
}

impl Proxy {
    /// `None`: the program is not here; CI has all of them.
    fn start(program: &str, config: impl FnOnce(&Path, u16) -> Vec<String>) -> Option<Proxy> {
        let found = ["/usr/sbin", "/usr/bin"].map(|folder| Path::new(folder).join(program));
        let Some(program) = found.into_iter().find(|path| path.exists()) else {
            assert!(std::env::var_os("ANJUNGAN_NEED_PROXIES").is_none(), "{program} is not installed");
            eprintln!("SKIPPED: {program} is not installed");
            return None;
        };
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let args = config(folder.path(), port);
        let said = std::fs::File::create(folder.path().join("said")).unwrap();
        let process = Command::new(program)
            .args(args)
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        let mut proxy = Proxy { url: format!("http://127.0.0.1:{port}"), folder, process };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(proxy);
            }
            if proxy.process.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("it does not listen: {}", proxy.said());
    }

    /// Everything that it wrote: its logs, and what went to the console.
    fn said(&self) -> String {
        let files = std::fs::read_dir(self.folder.path()).unwrap().flatten().map(|entry| entry.path());
        let logs =
            files.filter(|path| path.extension().is_some_and(|end| end == "log") || path.ends_with("said"));
        logs.map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()).collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // As an operator ends it, so that its helpers end, too.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

/// The example as it lies in the package, with these words in the place of those.
fn example(name: &str, instead: &[(&str, String)]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/debian/proxies").join(name);
    instead.iter().fold(std::fs::read_to_string(path).unwrap(), |text, (from, to)| {
        assert!(text.contains(from), "{name} does not say {from:?}");
        text.replace(from, to)
    })
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|said| said.stdout.starts_with(b"0"))
}

fn address(central: &Central) -> String {
    central.url.strip_prefix("http://").unwrap().to_owned()
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// nginx around a site.
fn nginx(folder: &Path, site: &str) -> Vec<String> {
    let place = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {place}/{kind};\n"))
        .concat();
    let user = if is_root() { "user root;" } else { "" };
    let text = format!(
        "{user}\ndaemon off;\nworker_processes 1;\npid {place}/pid;\nerror_log {place}/main.log;\n\
         events {{}}\nhttp {{\naccess_log {place}/stock.log;\n{temporary}{site}\n}}\n"
    );
    let path = write(folder, "nginx.conf", &text);
    ["-c", path.to_str().unwrap(), "-p", folder.to_str().unwrap()].map(str::to_owned).to_vec()
}

fn nginx_example(central: &Central) -> Option<Proxy> {
    Proxy::start("nginx", |folder, port| {
        let logs = format!("{}/", folder.display());
        let site = example(
            "nginx.conf",
            &[
                ("listen 443 ssl;", format!("listen 127.0.0.1:{port};")),
                ("listen [::]:443 ssl;", String::new()),
                ("ssl_certificate /etc", "# /etc".into()),
                ("ssl_certificate_key /etc", "# /etc".into()),
                ("/var/log/nginx/", logs),
                ("127.0.0.1:8420", address(central)),
            ],
        );
        nginx(folder, &site)
    })
}

/// As a hurried operator writes it: nothing but where the server is.
fn nginx_stock(central: &Central) -> Option<Proxy> {
    Proxy::start("nginx", |folder, port| {
        let to = address(central);
        nginx(
            folder,
            &format!("server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://{to}; }} }}"),
        )
    })
}

fn caddy_example(central: &Central) -> Option<Proxy> {
    Proxy::start("caddy", |folder, port| {
        let text = example(
            "Caddyfile",
            &[
                ("kartu.kantor.example {", format!("http://127.0.0.1:{port} {{")),
                ("/var/log/caddy/", format!("{}/", folder.display())),
                ("127.0.0.1:8420", address(central)),
                ("\n{\n", "\n{\n\tadmin off\n".into()),
            ],
        );
        let path = write(folder, "Caddyfile", &text);
        ["run", "--adapter", "caddyfile", "--config", path.to_str().unwrap()].map(str::to_owned).to_vec()
    })
}

fn apache_example(central: &Central) -> Option<Proxy> {
    Proxy::start("apache2", |folder, port| {
        let place = folder.display();
        let site = example(
            "apache.conf",
            &[
                ("*:443", format!("127.0.0.1:{port}")),
                ("SSLEngine on", String::new()),
                ("SSLCertificateFile", "# ".into()),
                ("SSLCertificateKeyFile", "# ".into()),
                ("/var/log/apache2/", format!("{place}/")),
                ("127.0.0.1:8420", address(central)),
            ],
        );
        let modules: String = ["mpm_event", "authz_core", "proxy", "proxy_http", "reqtimeout"]
            .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"))
            .concat();
        let user = if is_root() { "User www-data\nGroup www-data\n" } else { "" };
        let text = format!(
            "ServerRoot {place}\nServerName localhost\nListen 127.0.0.1:{port}\nDefaultRuntimeDir {place}\n\
             PidFile {place}/pid\nErrorLog {place}/main.log\n{user}{modules}{site}"
        );
        let path = write(folder, "apache.conf", &text);
        ["-f", path.to_str().unwrap(), "-DFOREGROUND"].map(str::to_owned).to_vec()
    })
}

fn haproxy_example(central: &Central) -> Option<Proxy> {
    Proxy::start("haproxy", |folder, port| {
        let site = example(
            "haproxy.cfg",
            &[
                (":::443 v4v6 ssl crt /etc/haproxy/kartu.kantor.example.pem", format!("127.0.0.1:{port}")),
                ("127.0.0.1:8420", address(central)),
            ],
        );
        let path =
            write(folder, "haproxy.cfg", &format!("global\n    log stdout format raw local0\n\n{site}"));
        ["-db", "-f", path.to_str().unwrap()].map(str::to_owned).to_vec()
    })
}

/// A portrait of more than a megabyte: a flat colour with a little grain, which no PNG makes small, and the background
/// clear.
fn portrait() -> Vec<u8> {
    let mut seed = 1_u32;
    let picture = image::RgbaImage::from_fn(800, 1066, |x, _| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        let grain = seed.to_le_bytes().map(|byte| 120 + byte % 8);
        image::Rgba(if (80..720).contains(&x) { [grain[0], grain[1], grain[2], 255] } else { [0; 4] })
    });
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// A person signs in through the proxy and accepts a photo; what the station's next sync makes of it.
fn accepted_card(central: &Central, url: &str) -> SyncReport {
    let station = Station::join(central, url, "Meja 1", "demo:", "demo:");
    let clock = Arc::new(CorrectedClock::new(SystemClock::shared()));
    let path = station.data().join("station.sqlite");
    let mut store = SqliteStore::open(path, clock.now()).unwrap().store;
    let identity = store.identity().unwrap().unwrap();
    let beside = Box::new(store.beside().unwrap());
    let mut syncer =
        Syncer::new(beside, clock.clone(), Box::new(os_random()), Some(url), Timeouts::default()).unwrap();
    let (nip, password) = &central.people[sample::ACTIVE_PNS];
    let signed_in = syncer.desk().sign_in(nip.parse().unwrap(), password).unwrap();
    let id = "ITEM-0001";
    let accepted =
        AcceptedPhoto { grant: signed_in.grant.unwrap(), pick_up_code: "BCDF-GHJK".into(), png: portrait() };
    assert!(accepted.png.len() > 1024 * 1024, "{}", accepted.png.len());
    let public = identity.enrolled.portrait_public.array().unwrap();
    let sealed = Acceptance::seal(&accepted, id, &public, &mut os_random()).unwrap();
    let kind = OutboxKind::Acceptance(sealed);
    store.accept(&OutboxItem { id: id.into(), happened_at: clock.now(), kind }).unwrap();
    syncer.run_once()
}

fn arrives(central: &Central, proxy: &Proxy) {
    let report = accepted_card(central, &proxy.url);
    let said = || proxy.said();
    assert!(report.errors.is_empty(), "{:?}\n{}", report.errors, said());
    assert_eq!((report.issued.len(), report.outbox.queued, report.outbox.parked), (1, 0, 0), "{}", said());
}

/// With the example: a card arrives, and no log tells which card somebody looked at, also where the server is gone.
fn holds(start: fn(&Central) -> Option<Proxy>) {
    let central = Central::start(10);
    let Some(proxy) = start(&central) else { return };
    arrives(&central, &proxy);
    let look = || {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        for path in ["/V/GEHEIMSERIAL", "/u/GEHEIMTOKEN", "/lupa/GEHEIMLINK"] {
            let _ = agent.get(format!("{}{path}", proxy.url)).header("referer", "/V/GEHEIMREF").call();
        }
    };
    look();
    drop(central);
    look();
    let said = proxy.said();
    assert!(!said.contains("GEHEIM"), "{said}");
}

#[test]
fn nginx_with_the_example() {
    holds(nginx_example);
}

#[test]
fn caddy_with_the_example() {
    holds(caddy_example);
}

#[test]
fn apache_with_the_example() {
    holds(apache_example);
}

#[test]
fn haproxy_with_the_example() {
    holds(haproxy_example);
}

#[test]
fn nginx_as_it_comes() {
    let central = Central::start(10);
    let Some(proxy) = nginx_stock(&central) else { return };
    arrives(&central, &proxy);
    assert!(proxy.said().contains(" 413 "), "it refused the whole first:\n{}", proxy.said());
}
