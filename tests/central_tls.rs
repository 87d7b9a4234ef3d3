//! The server with a certificate of its own, which is renewed while it runs; and a proxy before it.
#![cfg(feature = "central")]

mod central_station;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anjungan::protocol::Blob;
use central_station::Server;
use rcgen::{CertificateParams, KeyPair};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// A certificate that nobody but itself vouches for, and its key, as PEM.
fn pair() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// An agent that believes this certificate and no other.
fn believing(pem: &str) -> ureq::Agent {
    let roots = RootCerts::from(vec![Certificate::from_pem(pem.as_bytes()).unwrap()].into_iter());
    ureq::Agent::config_builder()
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .into()
}

/// The same, on a new connection each time: an old one goes on with the certificate it began with.
fn answers(url: &str, pem: &str) -> bool {
    believing(pem).get(format!("{url}/healthz")).call().is_ok_and(|answer| answer.status() == 200)
}

struct Office {
    server: Server,
    certificate: PathBuf,
    key: PathBuf,
}

impl Office {
    fn url(&self) -> String {
        self.server.base().replace("127.0.0.1", "localhost")
    }

    /// As a renewal does it: each file at once, beside the old one first.
    fn put(&self, certificate: &str, key: &str) {
        for (file, text) in [(&self.certificate, certificate), (&self.key, key)] {
            let beside = file.with_extension("new");
            fs::write(&beside, text).unwrap();
            fs::rename(&beside, file).unwrap();
        }
    }

    fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        for _ in 0..100 {
            if is_so() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("waited 10 s for {what}\n{}", self.server.log());
    }
}

fn office(pair: &(String, String)) -> Office {
    let server = Server::new();
    server.set_up();
    let folder = server.data.path();
    let (certificate, key) = (folder.join("server.pem"), folder.join("server.key"));
    fs::write(&certificate, &pair.0).unwrap();
    fs::write(&key, &pair.1).unwrap();
    configure(folder, &certificate, &key);
    Office { server: server.start_talking(), certificate, key }
}

fn configure(folder: &Path, certificate: &Path, key: &Path) {
    let file = folder.join("data/central.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (certificate, key) = (certificate.display(), key.display());
    let tls = format!("[tls]\ncertificate = \"{certificate}\"\nkey = \"{key}\"\nlook_seconds = 1\n");
    fs::write(&file, format!("{text}{tls}")).unwrap();
}

#[test]
fn a_renewed_certificate_is_served_without_a_restart_and_a_broken_one_is_not() {
    let (first, second, third) = (pair(), pair(), pair());
    let office = office(&first);
    assert!(office.server.base().starts_with("https://"));
    let url = office.url();
    // The protocol goes over it, and whoever does not know the certificate hears nothing.
    let nonce = "00".repeat(16);
    let time: Blob = believing(&first.0)
        .get(format!("{url}/api/v1/time?nonce={nonce}"))
        .call()
        .unwrap()
        .body_mut()
        .read_json()
        .unwrap();
    assert!(time.0.len() > 60);
    assert!(!answers(&url, &second.0));
    assert!(ureq::get(url.replace("https://", "http://")).call().is_err(), "nothing in the clear");

    office.put(&second.0, &second.1);
    office.until("the new certificate", || answers(&url, &second.0));
    assert!(!answers(&url, &first.0), "the old one is gone");

    // A certificate of one pair with the key of another, and half a file: the one in use goes on, and
    // the log says why.
    let half = &third.0[..third.0.len() / 2];
    for (certificate, key) in [(third.0.as_str(), second.1.as_str()), (half, third.1.as_str()), ("", "")] {
        let complaints = || office.server.log().matches("the new certificate cannot be used").count();
        let before = complaints();
        office.put(certificate, key);
        office.until("a word about the broken pair", || complaints() > before);
        assert!(answers(&url, &second.0));
    }
    // Mended, it is taken without anybody's help.
    office.put(&third.0, &third.1);
    office.until("the mended certificate", || answers(&url, &third.0));
}

#[test]
fn a_pair_that_does_not_fit_is_told_before_the_server_starts() {
    let (one, other) = (pair(), pair());
    let server = Server::new();
    server.set_up();
    let folder = server.data.path().to_owned();
    let (certificate, key) = (folder.join("server.pem"), folder.join("server.key"));
    fs::write(&certificate, &one.0).unwrap();
    fs::write(&key, &other.1).unwrap();
    configure(&folder, &certificate, &key);
    let told = server.refused(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(told.contains("tls: certificate and key"), "{told}");
    fs::remove_file(&key).unwrap();
    assert!(server.refused(&["check"]).contains("server.key"));
}

/// Who stands before the server and writes the header itself is believed; anybody else is who they are.
#[test]
fn a_callers_address_is_taken_from_a_named_proxy_alone() {
    let tries = |proxies: &str| {
        let server = Server::new();
        server.set_up();
        let file = server.data.path().join("data/central.toml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("proxies = [{proxies}]\n{text}")).unwrap();
        let server = server.start();
        // The limit of the page by which phones look at cards: 60 verdicts at once for one address.
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let url = format!("{}/V/AAAAAAAAAAAAAAAA", server.base());
        let look = |from: &str| {
            let sent =
                agent.post(&url).header("x-forwarded-for", from).header("content-type", "application/json");
            sent.send("{\"code\":\"x\"}").unwrap().status().as_u16()
        };
        let one = (0..120).map(|_| look("192.0.2.9")).filter(|status| *status == 429).count();
        (one > 0, look("192.0.2.10") == 429)
    };
    assert_eq!(
        tries("\"127.0.0.1\""),
        (true, false),
        "another caller behind the proxy has a limit of its own"
    );
    assert_eq!(tries(""), (true, true), "the header of anybody else counts for nothing");
}
