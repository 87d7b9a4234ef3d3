//! Nobody stands before a dead end: a call for staff is heard at the desk, a phone signs its person
//! in, and a clerk does. The real server and two real stations.
#![cfg(all(feature = "central", feature = "station"))]

mod common;

use anjungan::person::sample::ACTIVE_PNS as ACTIVE;
use common::{Central, PIN, Running, Station};

/// A phone: NIP and password on the page, then the decision.
fn approve(central: &Central, (nip, password): &(String, String), code: &str) {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut jar = String::new();
    let mut send = |request: Result<ureq::http::Response<ureq::Body>, ureq::Error>, jar: &mut String| {
        let mut answer = request.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            jar.push_str(cookie.to_str().unwrap().split(';').next().unwrap());
            jar.push_str("; ");
        }
        answer.body_mut().read_to_string().unwrap()
    };
    let hidden = |page: &str| {
        let after = page.split("name=\"bukti\" value=\"").nth(1).expect(page);
        after.split('"').next().unwrap().to_owned()
    };
    let at = |path: &str| format!("{}{path}", central.url);
    let page = send(agent.get(at(&format!("/masuk?k={code}"))).call(), &mut jar);
    let form = "application/x-www-form-urlencoded";
    let body = format!("bukti={}&k={code}&nip={nip}&sandi={password}", hidden(&page));
    let page = send(
        agent.post(at("/masuk")).header("cookie", &jar).header("content-type", form).send(body),
        &mut jar,
    );
    assert!(page.contains("Satu") && page.contains("Lobi"), "{page}");
    let body = format!("bukti={}&k={code}&putusan=setuju", hidden(&page));
    let page = send(
        agent.post(at("/masuk/putusan")).header("cookie", &jar).header("content-type", form).send(body),
        &mut jar,
    );
    assert!(page.contains("Disetujui"), "{page}");
}

#[test]
fn a_call_is_answered_a_phone_signs_in_and_so_does_a_clerk() {
    let central = Central::start(10);
    let station = Station::join(&central, &central.url, "Satu", "demo:", "demo:");
    let desk = Station::join(&central, &central.url, "Meja", "demo:", "demo:");
    let text = std::fs::read_to_string(desk.config()).unwrap();
    std::fs::write(desk.config(), format!("profile = \"meja-petugas\"\n{text}")).unwrap();
    let person = &central.people[ACTIVE];

    let mut answer = desk.guided("answer");
    answer.args(["--station", "Satu"]);
    let answer = Running::spawn(answer);
    let mut walk = station.guided("help");
    walk.args(["--nip", &person.0, "--staff-code", &station.staff_code]).env("ANJUNGAN_PIN", PIN);
    let mut walk = Running::spawn(walk);
    let code = walk.until_word("code ").expect("the screen shows a code");
    approve(&central, person, &code);
    assert!(walk.until("phone-signed-in"));
    assert!(walk.until("assisted-signed-in"));
    assert!(walk.ends_well() && answer.ends_well());
    let lines = central.audit();
    for action in ["call-staff", "call-answered", "approve-station", "sign-in-by-phone", "assisted-sign-in"] {
        assert_eq!(lines.iter().filter(|line| *line == action).count(), 1, "{action}: {lines:?}");
    }
}
