//! For tests: the routes of an office on a port of their own, and a browser that asks them.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::form::{cookie_name, is_secure};
use crate::central::codes::new_token;
use crate::central::{App, phone};

pub struct Asking {
    addr: SocketAddr,
    serving: JoinHandle<()>,
    secure: bool,
    browser: String,
    /// What stands in the forms of this browser.
    pub proof: String,
}

pub async fn start(app: Arc<App>) -> Asking {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let browser = new_token();
    let (proof, secure) = (phone::form_proof(&app.office, &browser), is_secure(&app.office));
    let router = super::all(app);
    let serving = tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    Asking { addr, serving, secure, browser, proof }
}

impl Asking {
    /// The whole answer, head and body. `cookies`: names as the pages call them, and values.
    pub async fn ask(&self, method: &str, path: &str, cookies: &[(&str, &str)], body: &str) -> String {
        let name = |name: &str| cookie_name(self.secure, name);
        let mut jar = format!("{}={}", name("anjungan_formulir"), self.browser);
        for (held, value) in cookies {
            jar = format!("{jar}; {}={value}", name(held));
        }
        let body = if method == "POST" { format!("bukti={}&{body}", self.proof) } else { String::new() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: \
             application/x-www-form-urlencoded\r\ncookie: {jar}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut line = TcpStream::connect(self.addr).await.unwrap();
        line.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = line.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
