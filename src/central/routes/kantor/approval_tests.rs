//! Who may say on the pages that a station is the office's own.

use super::*;
use crate::central::approval::{self, Standing};
use crate::central::codes::{new_token, token_hash};
use crate::central::fleet::tests::waiting_at;
use crate::central::routes::form::{cookie_name, is_secure};
use crate::central::routes::walk_tests::Served;
use crate::central::staff::Role;
use crate::central::testing::{TestOffice, office, somebody};
use crate::protocol::Fingerprint;

/// A browser of somebody with this role: the cookies that it sends, and what its forms carry.
struct Desk {
    cookies: String,
    proof: String,
}

async fn desk(t: &TestOffice, served: &Served, role: Role) -> Desk {
    let nip = somebody(t).await;
    staff::put(&t.office, nip, role).await.unwrap();
    let (token, now) = (new_token(), t.office.clock.now().as_second());
    sqlx::query("INSERT INTO staff_sessions (token_hash, nip, opened_at, seen_at) VALUES ($1, $2, $3, $3)")
        .bind(token_hash(&token))
        .bind(nip.as_u64() as i64)
        .bind(now)
        .execute(t.office.store.pool())
        .await
        .unwrap();
    let session = format!("{}={token}", cookie_name(is_secure(&t.office), COOKIE));
    let first = served
        .raw(&format!("GET /kantor HTTP/1.1\r\nhost: x\r\ncookie: {session}\r\nconnection: close\r\n\r\n"))
        .await;
    let browser =
        first.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie for forms");
    let browser = browser.split(';').next().unwrap();
    let proof = crate::central::phone::form_proof(&t.office, browser.split_once('=').unwrap().1);
    Desk { cookies: format!("{session}; {browser}"), proof }
}

async fn get(served: &Served, desk: &Desk, path: &str) -> (u16, String) {
    let cookies = &desk.cookies;
    let asked = format!("GET {path} HTTP/1.1\r\nhost: x\r\ncookie: {cookies}\r\nconnection: close\r\n\r\n");
    answer(served.raw(&asked).await)
}

async fn post(served: &Served, desk: &Desk, path: &str, fields: &str) -> (u16, String) {
    let (cookies, body) = (&desk.cookies, format!("bukti={}&{fields}", desk.proof));
    let asked = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\ncookie: {cookies}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    answer(served.raw(&asked).await)
}

fn answer(whole: String) -> (u16, String) {
    (whole[9..12].parse().unwrap(), whole)
}

async fn standing(t: &TestOffice, id: &str) -> Standing {
    approval::named(&t.office, id).await.unwrap().unwrap().standing()
}

#[tokio::test]
async fn an_administrator_approves_or_rejects_and_nobody_else_does() {
    let t = office().await;
    let served = Served::start(&t).await;
    let id = waiting_at(&t, "Lobi").await;
    let keys = approval::named(&t.office, &id).await.unwrap().unwrap().fingerprint().unwrap();
    let page = format!("{}{}", Fingerprint::PATH, keys.plain());
    assert!(keys.page("https://kantor.example").ends_with(&page));

    let stranger = Desk { cookies: String::new(), proof: String::new() };
    assert_eq!(get(&served, &stranger, &page).await.0, 303);
    assert_eq!(post(&served, &stranger, &page, "putusan=setuju").await.0, 303);
    for role in [Role::Desk, Role::Technician] {
        let other = desk(&t, &served, role).await;
        for word in ["setuju", "tolak"] {
            assert_eq!(post(&served, &other, &page, &format!("putusan={word}")).await.0, 403, "{role:?}");
        }
        let (status, shown) = get(&served, &other, "/kantor/anjungan").await;
        assert_eq!(status == 200, role == Role::Technician);
        assert!(!shown.contains("name=\"putusan\""), "{role:?} is offered no answer");
        assert_eq!(standing(&t, &id).await, Standing::Unapproved);
    }

    let admin = desk(&t, &served, Role::Administrator).await;
    let (status, shown) = get(&served, &admin, "/kantor/anjungan").await;
    assert_eq!(status, 200);
    let (waits, list) = (shown.find(&keys.to_string()).unwrap(), shown.find("<table").unwrap());
    assert!(waits < list && shown.contains("name=\"putusan\""), "those that wait come first");
    let (status, shown) = get(&served, &admin, &page).await;
    assert!(status == 200 && shown.contains(&keys.to_string()) && shown.contains("name=\"putusan\""));
    // What is not meant does nothing.
    let forged = Desk { proof: "x".into(), cookies: admin.cookies.clone() };
    assert_eq!(post(&served, &forged, &page, "putusan=setuju").await.0, 403);
    assert_eq!(post(&served, &admin, &page, "putusan=mungkin").await.0, 400);
    assert_eq!(post(&served, &admin, "/kantor/kunci/ABC", "putusan=setuju").await.0, 400);
    let other = Fingerprint::of(&[1; 32], &[2; 32]).plain();
    assert_eq!(post(&served, &admin, &format!("/kantor/kunci/{other}"), "putusan=setuju").await.0, 404);
    assert_eq!(standing(&t, &id).await, Standing::Unapproved);

    assert_eq!(post(&served, &admin, &page, "putusan=setuju").await.0, 303);
    assert_eq!(standing(&t, &id).await, Standing::Joined);
    assert!(get(&served, &admin, &page).await.1.contains("Sudah disetujui"));
    let lines: Vec<(String, String)> =
        sqlx::query_as("SELECT action, actor FROM audit WHERE subject = $1 AND action = 'device-approve'")
            .bind(&id)
            .fetch_all(t.office.store.pool())
            .await
            .unwrap();
    assert!(lines.len() == 1 && lines[0].1 != "admin", "who did it: {lines:?}");

    let id = waiting_at(&t, "Aula").await;
    let keys = approval::named(&t.office, &id).await.unwrap().unwrap().fingerprint().unwrap();
    let page = format!("{}{}", Fingerprint::PATH, keys.plain());
    assert_eq!(post(&served, &admin, &page, "putusan=tolak").await.0, 303);
    assert_eq!(standing(&t, &id).await, Standing::Rejected);
    assert_eq!(get(&served, &admin, &page).await.0, 404);
    assert!(get(&served, &admin, "/kantor/anjungan").await.1.contains("Kuncinya ditolak"));
}
