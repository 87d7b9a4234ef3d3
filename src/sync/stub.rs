//! A small server for tests: a real socket that answers well, badly, slowly or not at all.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// With the query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What goes back.
#[derive(Clone, Debug)]
pub enum Reply {
    Whole {
        status: u16,
        etag: Option<String>,
        body: Vec<u8>,
    },
    /// Bytes that may be anything.
    Raw(Vec<u8>),
    /// The connection closes without a word.
    Close,
    /// A silence, then the connection closes.
    Slow(Duration),
}

impl Reply {
    pub fn json(status: u16, body: &impl serde::Serialize) -> Reply {
        Reply::Whole { status, etag: None, body: serde_json::to_vec(body).unwrap() }
    }
}

/// A server at a port of its own, until the test ends.
pub struct Stub {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    pub fn new(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (seen.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (log.clone(), answer.clone());
                thread::spawn(move || serve(&stream, &log, answer.as_ref()));
            }
        });
        Stub { url, seen }
    }

    /// Everything that arrived so far, as `METHOD path`.
    pub fn seen(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

/// A test's stub sees good requests only; anything else ends the connection.
fn serve(stream: &TcpStream, log: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Reply) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
            None => break,
        }
    }
    let mut request = Request { method, path, headers, body: Vec::new() };
    let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body).ok()?;
    log.lock().unwrap().push(request.clone());
    let mut out = stream;
    match answer(&request) {
        Reply::Whole { status, etag, body } => {
            let etag = etag.map(|etag| format!("etag: {etag}\r\n")).unwrap_or_default();
            let head = format!(
                "HTTP/1.1 {status} X\r\n{etag}content-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            out.write_all(head.as_bytes()).ok()?;
            out.write_all(&body).ok()
        }
        Reply::Raw(bytes) => out.write_all(&bytes).ok(),
        Reply::Close => None,
        Reply::Slow(silence) => {
            thread::sleep(silence);
            None
        }
    }
}
