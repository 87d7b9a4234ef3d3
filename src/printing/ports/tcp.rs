//! `escpos+tcp://HOST:9100`: a receipt printer in the network. Each job connects anew: printers drop idle connections, and many
//! take one at a time.

use super::super::line::{Line, Port, is_timeout, timed_out};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::time::Duration;

/// For the name service; it has no timeout of its own.
const RESOLVING: Duration = Duration::from_millis(1500);
/// For one address; at most two are tried, so a host that is off is reported within 5 seconds.
const CONNECTING: Duration = Duration::from_millis(1500);
/// A socket's timeout of zero would mean for ever.
const SHORTEST: Duration = Duration::from_millis(1);

pub struct TcpPort {
    host: String,
    port: u16,
}

impl TcpPort {
    pub fn new(host: String, port: u16) -> TcpPort {
        TcpPort { host, port }
    }

    /// The host's addresses. The name service is asked on a thread, because it may take minutes to give up.
    fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        let (host, port) = (self.host.clone(), self.port);
        let (sender, receiver) = mpsc::channel();
        std::thread::Builder::new().name("printer-name".to_owned()).spawn(move || {
            // Nobody listens any more where the wait was over.
            let _ = sender.send((host.as_str(), port).to_socket_addrs().map(Vec::from_iter));
        })?;
        let mut found = receiver
            .recv_timeout(RESOLVING)
            .map_err(|_| io::Error::new(ErrorKind::TimedOut, "the name service does not answer"))??;
        // Receipt printers speak IPv4, rarely both.
        found.sort_by_key(SocketAddr::is_ipv6);
        Ok(found)
    }
}

impl Port for TcpPort {
    fn name(&self) -> String {
        let Self { host, port } = self;
        if host.contains(':') {
            format!("escpos+tcp://[{host}]:{port}")
        } else {
            format!("escpos+tcp://{host}:{port}")
        }
    }

    fn connect(&mut self) -> io::Result<Box<dyn Line>> {
        let mut last = io::Error::new(ErrorKind::NotFound, "the name has no address");
        for address in self.resolve()?.into_iter().take(2) {
            match TcpStream::connect_timeout(&address, CONNECTING) {
                Ok(stream) => {
                    // Short questions must not wait for long answers.
                    stream.set_nodelay(true)?;
                    return Ok(Box::new(TcpLine(stream)));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

struct TcpLine(TcpStream);

impl Line for TcpLine {
    fn write(&mut self, bytes: &[u8], within: Duration) -> io::Result<usize> {
        self.0.set_write_timeout(Some(within.max(SHORTEST)))?;
        match self.0.write(bytes) {
            Ok(0) => Err(ErrorKind::WriteZero.into()),
            Err(error) if is_timeout(&error) => Err(timed_out()),
            other => other,
        }
    }

    fn read(&mut self, within: Duration) -> io::Result<u8> {
        self.0.set_read_timeout(Some(within.max(SHORTEST)))?;
        let mut byte = [0];
        match self.0.read(&mut byte) {
            Ok(0) => Err(io::Error::new(ErrorKind::UnexpectedEof, "it closed the connection")),
            Ok(_) => Ok(byte[0]),
            Err(error) if is_timeout(&error) => Err(timed_out()),
            Err(error) => Err(error),
        }
    }
}
