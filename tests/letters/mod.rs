//! A mail server for journeys: it takes what comes and hands it over.

#![allow(dead_code, reason = "each journey uses a part of it")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use crate::central_station::Server;

/// Its port, and the letters as they come, each with what was said before it.
pub fn sink() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for line in listener.incoming().flatten() {
            let mut reader = BufReader::new(line.try_clone().unwrap());
            let mut out = line;
            out.write_all(b"220 sink\r\n").unwrap();
            let (mut letter, mut in_data) = (String::new(), false);
            let mut text = String::new();
            while reader.read_line(&mut text).unwrap_or(0) > 0 {
                if in_data && text == ".\r\n" {
                    in_data = false;
                    out.write_all(b"250 taken\r\n").unwrap();
                } else if in_data {
                    letter.push_str(&text);
                } else if text.starts_with("DATA") {
                    in_data = true;
                    out.write_all(b"354 go on\r\n").unwrap();
                } else if text.starts_with("QUIT") {
                    out.write_all(b"221 bye\r\n").unwrap();
                    break;
                } else {
                    letter.push_str(&text);
                    out.write_all(b"250 ok\r\n").unwrap();
                }
                text.clear();
            }
            let _ = tell.send(letter);
        }
    });
    (port, told)
}

/// What an office writes down to send its letters there.
pub fn settings(port: u16) -> String {
    format!(
        "[mail]\nkind = \"smtp\"\nfrom = \"Anjungan <anjungan@kartu.example>\"\nserver = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n"
    )
}

/// Puts these settings into the configuration that `sample` wrote; none leave it as it is.
pub fn configure(server: &Server, mail: &str) {
    if mail.is_empty() {
        return;
    }
    let file = server.data.path().join("data/central.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    // Tables stand at the end of the file that `sample` writes.
    let text = match text.find("[mail]") {
        Some(at) => format!("{}{mail}", &text[..at]),
        None => format!("{text}\n{mail}"),
    };
    std::fs::write(&file, text).unwrap();
}

/// The path of the link in a letter.
pub fn link(letter: &str) -> String {
    // Long lines are folded in quoted-printable.
    let plain = letter.replace("=\r\n", "").replace("=3D", "=");
    plain.split("https://kartu.example").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}
