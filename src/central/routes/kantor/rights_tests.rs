//! Every address of the office's pages, asked by every role about every kind of person, against the
//! table of rights; and every address of the phone's pages and of the API has its line there.

use std::sync::Arc;

use crate::central::routes::asking::start;
use crate::central::staff::rights::{Gate, Subject, Verdict, right};
use crate::central::staff::{self, Role};
use crate::central::testing::office;
use crate::central::{accounts, registry};
use crate::person::{Nip, card_holds, sample};

/// What the routes' source names: method and path.
fn routes_in(source: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for part in source.split(".route(").skip(1) {
        let path = part.split('"').nth(1).unwrap_or_default().to_owned();
        let handlers = part.split_once(',').map_or("", |(_, rest)| rest.lines().next().unwrap_or_default());
        for (word, method) in [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("delete(", "DELETE")] {
            if handlers.contains(word) {
                found.push((method, path.clone()));
            }
        }
    }
    found
}

const KANTOR: &str = include_str!("mod.rs");

#[test]
fn every_address_has_its_line_in_the_table() {
    let sources = [KANTOR, include_str!("../akun/mod.rs"), include_str!("../api/mod.rs")];
    for (source, least) in sources.into_iter().zip([35, 15, 8]) {
        let routes = routes_in(source);
        assert!(routes.len() >= least, "the source is read: {}", routes.len());
        for (method, path) in routes {
            assert!(right(method, &path).is_some(), "{method} {path} is not in staff/rights.rs");
        }
    }
    // Of the stations' calls, those that touch accounts.
    let calls = routes_in(include_str!("../mod.rs"));
    let touching = calls
        .iter()
        .filter(|(_, path)| ["/activate", "/sign-in", "/assist"].iter().any(|start| path.starts_with(start)));
    let mut seen = 0;
    for (method, path) in touching {
        assert!(right(method, path).is_some(), "{method} {path} is not in staff/rights.rs");
        seen += 1;
    }
    assert_eq!(seen, 7);
    assert!(right("DELETE", "/kantor/orang").is_none() && right("GET", "/kantor/x").is_none());
}

/// Which roles an address lets in, written out once more: a slip in the table is seen here.
#[test]
fn the_table_is_what_was_meant() {
    let parts = [
        ("/kantor/orang", "ad"),
        ("/kantor/orang/{record}", "ad"),
        ("/kantor/impor", "a"),
        ("/kantor/sistem", "a"),
        ("/kantor/anjungan", "at"),
        ("/kantor/cetakan", "adt"),
        ("/kantor/laporan", "ad"),
        ("/kantor/koreksi", "ad"),
        ("/kantor/foto", "ad"),
        ("/kantor/catatan", "a"),
        ("/kantor", "adt"),
    ];
    for (path, letters) in parts {
        for (role, letter) in [(Role::Administrator, 'a'), (Role::Desk, 'd'), (Role::Technician, 't')] {
            let right = right("GET", path).unwrap();
            assert_eq!(right.lets_in(role), letters.contains(letter), "{role:?} {path}");
        }
    }
    for path in ["/kantor/kunci/{keys}", "/kantor/kelompok/{id}/persetujuan"] {
        let approval = right("POST", path).unwrap();
        assert!(approval.lets_in(Role::Administrator), "{path}");
        assert!(!approval.lets_in(Role::Desk) && !approval.lets_in(Role::Technician), "{path}");
    }
    let account = right("POST", "/kantor/orang/{record}/akun").unwrap();
    for subject in [Subject::Staff, Subject::Administrator, Subject::Oneself] {
        assert_eq!(account.verdict(Role::Desk, subject), Verdict::No);
        assert_eq!(account.verdict(Role::Technician, subject), Verdict::No);
        assert_eq!(account.verdict(Role::Administrator, subject), Verdict::WithFactor);
    }
    assert_eq!(account.verdict(Role::Desk, Subject::Employee), Verdict::Yes);
    assert_eq!(right("PUT", "/people").unwrap().gate, Gate::WriteKey);
    assert_eq!(right("GET", "/people").unwrap().gate, Gate::ReadKey);
}

#[tokio::test]
async fn every_role_gets_of_every_address_what_the_table_says() {
    let t = office().await;
    // Among the first of the samples is somebody who has left: no staff at work.
    let mut people = sample::people(7, 40, t.office.today());
    people.retain(|person| card_holds(person, t.office.today()));
    registry::put_all(&t.office, &people).await.unwrap();
    let nips: Vec<Nip> = people.iter().map(|person| person.nip).collect();
    let mut records = Vec::new();
    for nip in &nips {
        let mut tx = t.office.store.write().await.unwrap();
        records.push(crate::central::welcome::record_of(&mut tx, *nip).await.unwrap());
    }
    // Number 0 is an employee, 1 to 3 are those who ask, 4 and 5 others of the staff.
    let roles = [Role::Administrator, Role::Desk, Role::Technician];
    for (nip, role) in [(nips[4], Role::Desk), (nips[5], Role::Administrator)] {
        staff::put(&t.office, nip, role).await.unwrap();
    }
    let asking = start(Arc::new(t.app())).await;
    let mut asked_for = 0;
    for (n, role) in roles.into_iter().enumerate() {
        let (own, own_record) = (nips[n + 1], records[n + 1].clone());
        staff::put(&t.office, own, role).await.unwrap();
        let subjects = [
            (Subject::Employee, &records[0]),
            (Subject::Staff, &records[4]),
            (Subject::Administrator, &records[5]),
            (Subject::Oneself, &own_record),
        ];
        for (method, path) in routes_in(KANTOR) {
            let right = right(method, &path).unwrap();
            for (subject, record) in subjects {
                let cookie = staff::session_for_test(&t.office, own).await;
                let to = path.replace("{record}", record);
                let to = to.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
                let to = to.collect::<Vec<_>>().join("/");
                let body = "ganti=ya&status=active&sejak=2020-01-01";
                let answer = asking.ask(method, &to, &[("anjungan_kantor", &cookie)], body).await;
                let denied = ["Bukan bagian Anda", "Akun petugas hanya", "Untuk akun petugas diperlukan"]
                    .iter()
                    .position(|word| answer.contains(word) && answer.starts_with("HTTP/1.1 403"));
                let meant = match right.verdict(role, subject) {
                    Verdict::Yes => None,
                    Verdict::No if !right.lets_in(role) => Some(0),
                    Verdict::No => Some(1),
                    Verdict::WithFactor => Some(2),
                };
                assert_eq!(denied, meant, "{role:?} {method} {path} about {subject:?}: {answer}");
                assert!(!answer.starts_with("HTTP/1.1 5"), "{method} {path}: {answer}");
                asked_for += 1;
            }
        }
    }
    assert!(asked_for >= 400, "{asked_for}");
    // Nothing that was refused was done: the accounts of staff have no code.
    for nip in &nips[1..6] {
        let code: Option<i64> = sqlx::query_scalar("SELECT 1 FROM accounts WHERE nip = $1")
            .bind(nip.as_u64() as i64)
            .fetch_optional(t.office.store.pool())
            .await
            .unwrap();
        assert_eq!(code, None);
    }
    assert!(!accounts::has_password(&t.office, nips[0]).await.unwrap());
}
