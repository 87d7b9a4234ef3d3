//! The lines on which requests come: so many of one address, and none that does nothing.
//!
//! A line is idle where no request is under way on it: what else a client sends meanwhile, pings and
//! half of a head, does not count.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::HttpBody as _;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::Next;
use axum::response::Response;
use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use super::lookup::neighbourhood;
use super::places::{Place, Places};

/// What is under way on one line.
#[derive(Default)]
struct Work {
    now: AtomicUsize,
    /// Requests so far, and pieces of their answers that went out.
    begun: AtomicU64,
    /// Bytes of answers that have not gone out yet.
    owed: AtomicI64,
}

/// All lines of a server. A clone is the same lines.
#[derive(Clone)]
pub struct Lines {
    places: Places,
    /// A proxy carries everybody's requests: it has a share of its own.
    proxied: Places,
    proxies: Arc<[IpAddr]>,
    idle: Duration,
    work: Arc<Mutex<HashMap<SocketAddr, Arc<Work>>>>,
}

impl Lines {
    pub fn new(most: usize, of_one: usize, idle: Duration, proxies: &[IpAddr]) -> Lines {
        Lines {
            places: Places::new(most, of_one),
            proxied: Places::new(most, most),
            proxies: proxies.into(),
            idle,
            work: Arc::default(),
        }
    }

    /// Notes that a request is under way, until its answer has gone out.
    pub async fn busy(self, request: Request, next: Next) -> Response {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
        let work = peer.and_then(|peer| {
            let all = self.work.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(&peer).cloned()
        });
        let Some(work) = work else { return next.run(request).await };
        let busy = Busy::new(work);
        let answer = next.run(request).await;
        let size = i64::try_from(answer.body().size_hint().lower()).unwrap_or(i64::MAX);
        busy.0.owed.fetch_add(size, Ordering::Relaxed);
        answer
    }
}

struct Busy(Arc<Work>);

impl Busy {
    fn new(work: Arc<Work>) -> Busy {
        work.now.fetch_add(1, Ordering::Relaxed);
        work.begun.fetch_add(1, Ordering::Relaxed);
        Busy(work)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<S> Accept<TcpStream, S> for Lines {
    type Stream = Line;
    type Service = S;
    type Future = Ready<io::Result<(Line, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.line(stream).map(|line| (line, service)))
    }
}

impl Lines {
    fn line(&self, stream: TcpStream) -> io::Result<Line> {
        let peer = stream.peer_addr()?;
        let place = if self.proxies.contains(&peer.ip().to_canonical()) {
            self.proxied.take("proxies")
        } else {
            self.places.take(&neighbourhood(peer.ip()))
        };
        let place = place.ok_or_else(|| io::Error::other("too many lines"))?;
        let work = Arc::<Work>::default();
        self.work.lock().unwrap_or_else(PoisonError::into_inner).insert(peer, work.clone());
        let look = Look { idle: self.idle, begun: 0, timer: Box::pin(tokio::time::sleep(self.idle)) };
        let end = End { peer, lines: self.clone(), work: work.clone() };
        Ok(Line { stream, work, look, end, _place: place })
    }
}

/// Looks now and then whether anything has begun since.
struct Look {
    idle: Duration,
    begun: u64,
    timer: Pin<Box<Sleep>>,
}

impl Look {
    fn is_idle(&mut self, work: &Work, context: &mut Context<'_>) -> bool {
        while self.timer.as_mut().poll(context).is_ready() {
            let begun = work.begun.load(Ordering::Relaxed);
            if work.now.load(Ordering::Relaxed) == 0 && begun == self.begun {
                return true;
            }
            self.begun = begun;
            self.timer = Box::pin(tokio::time::sleep(self.idle));
        }
        false
    }
}

struct End {
    peer: SocketAddr,
    lines: Lines,
    work: Arc<Work>,
}

impl Drop for End {
    fn drop(&mut self) {
        let mut all = self.lines.work.lock().unwrap_or_else(PoisonError::into_inner);
        // A new line may have come from the same port meanwhile.
        if all.get(&self.peer).is_some_and(|held| Arc::ptr_eq(held, &self.work)) {
            all.remove(&self.peer);
        }
    }
}

/// One line.
pub struct Line {
    stream: TcpStream,
    work: Arc<Work>,
    look: Look,
    #[allow(dead_code, reason = "kept for what it does when it goes")]
    end: End,
    _place: Place,
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let line = self.get_mut();
        let read = Pin::new(&mut line.stream).poll_read(context, into);
        if read.is_pending() && line.look.is_idle(&line.work, context) {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let line = self.get_mut();
        let written = Pin::new(&mut line.stream).poll_write(context, bytes);
        // A long answer that goes out slowly is work; a pong is none.
        if let Poll::Ready(Ok(count)) = written
            && line.work.owed.load(Ordering::Relaxed) > 0
        {
            line.work.begun.fetch_add(1, Ordering::Relaxed);
            line.work.owed.fetch_sub(count as i64, Ordering::Relaxed);
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const IDLE: Duration = Duration::from_millis(100);

    fn served(lines: Lines) -> SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let busy = lines.clone();
        let late = async || {
            tokio::time::sleep(6 * IDLE).await;
            "late"
        };
        let routes = axum::Router::new()
            .route("/late", get(late))
            .layer(axum::middleware::from_fn(move |request, next| busy.clone().busy(request, next)))
            .into_make_service_with_connect_info::<SocketAddr>();
        let server = axum_server::from_tcp(listener).unwrap().acceptor(lines);
        tokio::spawn(async move { server.serve(routes).await });
        addr
    }

    #[tokio::test]
    async fn a_line_on_which_nothing_is_asked_ends_and_pings_are_nothing() {
        let lines = Lines::new(10, 10, IDLE, &[]);
        let addr = served(lines.clone());
        let mut line = TcpStream::connect(addr).await.unwrap();
        // HTTP/2: the preface, settings, and from then on pings.
        line.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        let ended = tokio::time::timeout(100 * IDLE, async {
            let (mut read, mut write) = line.split();
            let pings = async {
                while write.write_all(b"\0\0\x08\x06\0\0\0\0\0pingping").await.is_ok() {
                    tokio::time::sleep(IDLE / 4).await;
                }
            };
            let answers = async { while read.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {} };
            tokio::select! { () = pings => {}, () = answers => {} }
        });
        assert!(ended.await.is_ok(), "it is still open");
        // What is under way is not cut off.
        let mut line = TcpStream::connect(addr).await.unwrap();
        line.write_all(b"GET /late HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        line.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("late"), "{answer}");
        tokio::task::yield_now().await;
        assert!(lines.work.lock().unwrap().len() <= 1, "nothing of them is kept");
    }

    #[tokio::test]
    async fn one_address_has_so_many_lines_and_a_proxy_is_not_one_address() {
        for (proxies, open) in [(vec![], 2), (vec![IpAddr::from([127, 0, 0, 1])], 4)] {
            let addr = served(Lines::new(4, 2, 50 * IDLE, &proxies));
            let mut lines = Vec::new();
            for _ in 0..4 {
                lines.push(TcpStream::connect(addr).await.unwrap());
            }
            let mut answered = 0;
            for line in &mut lines {
                let asked = line.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
                let mut head = [0; 12];
                answered += usize::from(asked.is_ok() && line.read_exact(&mut head).await.is_ok());
            }
            assert_eq!(answered, open);
        }
    }
}
