//! Certificates are judged by the station's clock, for everything but the time.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use super::timeouts;
use crate::clock::ManualClock;
use crate::sync::client::Weight;
use crate::sync::{Client, Roots, SyncError};

/// A server whose certificate holds in March 2001 and at no other time, so that no test passes by
/// the machine's own clock. Gives its address and the file with its authority.
pub fn server_of_2001(dir: &std::path::Path, body: &[u8]) -> (String, std::path::PathBuf) {
    server_at(dir, 0, body)
}

/// The same on this port.
pub fn server_at(dir: &std::path::Path, port: u16, body: &[u8]) -> (String, std::path::PathBuf) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2001, 3, 1);
    params.not_after = date_time_ymd(2001, 3, 31);
    let certificate = params.self_signed(&key).unwrap();
    let pem = dir.join("office-ca.pem");
    std::fs::write(&pem, certificate.pem()).unwrap();

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate.der().to_vec())],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let config = Arc::new(config);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let answer = [head.as_bytes(), body].concat();
    let listener = TcpListener::bind(("localhost", port)).unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), socket);
            let mut question = [0; 4096];
            // A client that does not believe the certificate hangs up here.
            if stream.read(&mut question).is_ok_and(|read| read > 0) {
                let _ = stream.write_all(&answer);
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    (url, pem)
}

fn client(url: &str, now: &str) -> Client {
    Client::new(url, Arc::new(ManualClock::at(now.parse().unwrap())), timeouts()).unwrap()
}

#[test]
fn a_certificate_is_judged_by_the_stations_clock() {
    let dir = tempfile::tempdir().unwrap();
    let (url, pem) = server_of_2001(dir.path(), b"{\"a\": 1}");
    let roots = Roots::load(Some(&pem)).unwrap();
    let ask = |now: &str, roots: &Roots| {
        client(&url, now).with_roots(roots).unwrap().get::<Value>("x", None, Weight::Short)
    };

    assert_eq!(ask("2001-03-15T00:00:00Z", &roots).unwrap()["a"], 1);
    for outside in ["1970-01-01T00:00:09Z", "2001-02-27T00:00:00Z", "2001-04-02T00:00:00Z"] {
        let error = ask(outside, &roots).unwrap_err();
        assert!(
            matches!(&error, SyncError::Unreachable(why) if why.contains("certificate")),
            "{outside}: {error}"
        );
    }
    // At the right time, but vouched for by nobody who is believed.
    assert!(matches!(ask("2001-03-15T00:00:00Z", &Roots::default()), Err(SyncError::Unreachable(_))));
}

#[test]
fn the_time_is_asked_for_whatever_the_clock_makes_of_the_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let (url, _) = server_of_2001(dir.path(), b"{\"a\": 1}");
    let answer: Value = client(&url, "1970-01-01T00:00:09Z").get_unverified("time").unwrap();
    assert_eq!(answer["a"], 1);
}

#[test]
fn whoever_looks_for_a_fault_is_told_that_it_is_the_certificate() {
    use crate::credential::SignedTime;
    use crate::protocol::Blob;
    use crate::sync::probe::{ProbeError, probe};
    let dir = tempfile::tempdir().unwrap();
    let now = "2001-03-15T00:00:00Z".parse().unwrap();
    // It answers the same to every question, so nobody has joined yet: a nonce of its own would be wrong.
    let signed = SignedTime::sign(&super::time_key(), &[7; 16], now).unwrap();
    let body = serde_json::to_vec(&Blob(signed)).unwrap();
    let (url, pem) = server_of_2001(dir.path(), &body);
    let clock: crate::clock::SharedClock = Arc::new(ManualClock::at("1970-01-01T00:00:09Z".parse().unwrap()));
    let ask = |roots: &Roots| probe(&url, roots, &clock, None, timeouts());
    let answered = ask(&Roots::load(Some(&pem)).unwrap()).unwrap();
    assert!(answered.now == now && !answered.proven);
    let error = ask(&Roots::default()).unwrap_err();
    assert!(matches!(&error, ProbeError::Certificate(why) if why.contains("certificate")), "{error}");
}
