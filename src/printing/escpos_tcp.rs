//! `escpos+tcp://HOST:9100`: a receipt printer in the network. Every wait is bounded, and a print counts as done only when the
//! printer itself has said so.

use super::status::{DONE, QUESTIONS, is_done, is_real_time, judge, question};
use super::{Capabilities, Outcome, PrintError, PrintJob, Printer, PrinterFault, PrinterStatus};
use std::fmt::Display;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::time::Duration;

/// For the name service; it has no timeout of its own.
const RESOLVING: Duration = Duration::from_millis(1500);
/// For one address; at most two are tried, so a host that is off is reported within 5 seconds.
const CONNECTING: Duration = Duration::from_millis(1500);
/// For one status answer; printers answer in milliseconds.
const ANSWERING: Duration = Duration::from_millis(1200);
/// For a piece of the print to be taken: a printer takes none while it prints from a full buffer.
const TAKING: Duration = Duration::from_secs(8);
/// How often the printer is asked after the last byte, `ANSWERING` apart, before the print counts as failed.
const PATIENCE: u32 = 20;
/// Bytes a piece.
const PIECE: usize = 2048;

/// A receipt printer in the network. Each call connects anew: printers drop idle connections, and many take one at a time.
#[derive(Clone, Debug)]
pub struct EscposTcp {
    host: String,
    port: u16,
    dots: u32,
    asks_status: bool,
}

impl EscposTcp {
    /// `dots` across the paper: 576 or 384. `asks_status` is false for a printer that never answers `DLE EOT`.
    pub fn new(host: String, port: u16, dots: u32, asks_status: bool) -> EscposTcp {
        EscposTcp { host, port, dots, asks_status }
    }

    fn fault(&self, fault: PrinterFault, detail: impl Display) -> PrintError {
        PrintError::Fault { printer: self.name(), fault, detail: detail.to_string() }
    }

    fn unreachable(&self, detail: impl Display) -> PrintError {
        self.fault(PrinterFault::Unreachable, detail)
    }

    /// The host's addresses. The name service is asked on a thread, because it may take minutes to give up.
    fn resolve(&self) -> Result<Vec<SocketAddr>, PrintError> {
        let (host, port) = (self.host.clone(), self.port);
        let (sender, receiver) = mpsc::channel();
        std::thread::Builder::new()
            .name("printer-name".to_owned())
            .spawn(move || {
                // Nobody listens any more where the wait was over.
                let _ = sender.send((host.as_str(), port).to_socket_addrs().map(Vec::from_iter));
            })
            .map_err(|e| self.unreachable(e))?;
        let mut found = receiver
            .recv_timeout(RESOLVING)
            .map_err(|_| self.unreachable("the name service does not answer"))?
            .map_err(|e| self.unreachable(e))?;
        // Receipt printers speak IPv4, rarely both.
        found.sort_by_key(SocketAddr::is_ipv6);
        Ok(found)
    }

    fn connect(&self) -> Result<TcpStream, PrintError> {
        let mut last = "the name has no address".to_owned();
        for address in self.resolve()?.into_iter().take(2) {
            match TcpStream::connect_timeout(&address, CONNECTING) {
                Ok(stream) => {
                    let timeouts = stream
                        .set_read_timeout(Some(ANSWERING))
                        .and_then(|()| stream.set_write_timeout(Some(TAKING)));
                    timeouts.map_err(|e| self.unreachable(e))?;
                    return Ok(stream);
                }
                Err(e) if is_timeout(&e) => "no answer in time".clone_into(&mut last),
                Err(e) => last = e.to_string(),
            }
        }
        Err(self.unreachable(last))
    }

    /// Asks the four questions, one after the other.
    fn ask(&self, stream: &mut TcpStream) -> Result<PrinterStatus, PrintError> {
        let mut answers = [0; 4];
        for (request, answer) in QUESTIONS.into_iter().zip(&mut answers) {
            stream.write_all(&question(request)).map_err(|e| self.unreachable(e))?;
            let mut byte = [0];
            loop {
                stream.read_exact(&mut byte).map_err(|e| match e.kind() {
                    _ if is_timeout(&e) => {
                        self.unreachable("it takes the connection but does not answer as a printer")
                    }
                    ErrorKind::UnexpectedEof => self.unreachable("it closed the connection"),
                    _ => self.unreachable(e),
                })?;
                // Some printers send status changes by themselves first; those look different.
                if is_real_time(byte[0]) {
                    break;
                }
            }
            *answer = byte[0];
        }
        judge(answers).map_err(|why| self.fault(PrinterFault::Other, why))
    }

    /// Writes everything in pieces.
    fn send(&self, stream: &mut TcpStream, bytes: &[u8]) -> Result<(), PrintError> {
        let mut sent = 0;
        for piece in bytes.chunks(PIECE) {
            if let Err(e) = stream.write_all(piece) {
                let fault = if is_timeout(&e) { self.cause() } else { PrinterFault::Unreachable };
                return Err(self.interrupted(fault, sent, bytes.len(), e));
            }
            sent += piece.len();
        }
        Ok(())
    }

    /// Waits for the answer to `GS r 1`, asking for faults while there is none.
    fn wait_until_done(&self, stream: &mut TcpStream, total: usize) -> Result<(), PrintError> {
        let gone = |e: std::io::Error| self.interrupted(PrinterFault::Unreachable, total, total, e);
        stream.write_all(&DONE).map_err(gone)?;
        let mut asked = 0;
        // Answers to DLE EOT 2 and 4 carry no number: the newest of each is kept in order of asking.
        let mut answers = [0b0001_0010u8; 4];
        let mut next = 1;
        loop {
            let mut byte = [0];
            match stream.read_exact(&mut byte) {
                Ok(()) if is_done(byte[0]) => return Ok(()),
                Ok(()) if is_real_time(byte[0]) => {
                    answers[next] = byte[0];
                    next = if next == 1 { 3 } else { 1 };
                    if let Ok(PrinterStatus { fault: Some(fault), .. }) = judge(answers) {
                        return Err(self.interrupted(fault, total, total, ""));
                    }
                }
                Ok(()) => {}
                Err(e) if is_timeout(&e) && asked < PATIENCE => {
                    asked += 1;
                    let offline = question(QUESTIONS[1]);
                    let paper = question(QUESTIONS[3]);
                    next = 1;
                    stream.write_all(&[offline, paper].concat()).map_err(gone)?;
                }
                Err(e) if is_timeout(&e) => {
                    let why = "it never said that the slip is done";
                    return Err(self.interrupted(PrinterFault::Offline, total, total, why));
                }
                Err(e) => return Err(gone(e)),
            }
        }
    }

    /// Why a printer has stopped taking data, asked over a connection of its own.
    fn cause(&self) -> PrinterFault {
        let status = self.connect().and_then(|mut stream| self.ask(&mut stream));
        status.ok().and_then(|s| s.fault).unwrap_or(PrinterFault::Offline)
    }

    fn interrupted(
        &self,
        fault: PrinterFault,
        sent: usize,
        total: usize,
        detail: impl Display,
    ) -> PrintError {
        let detail = detail.to_string();
        PrintError::Interrupted { printer: self.name(), fault, sent, total, detail }
    }
}

/// Linux reports a socket's timeout as `WouldBlock`, other systems as `TimedOut`.
fn is_timeout(e: &std::io::Error) -> bool {
    matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

impl Printer for EscposTcp {
    fn name(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') {
            format!("escpos+tcp://[{host}]:{port}")
        } else {
            format!("escpos+tcp://{host}:{port}")
        }
    }

    fn status(&mut self) -> Result<PrinterStatus, PrintError> {
        let mut stream = self.connect()?;
        if self.asks_status {
            self.ask(&mut stream)
        } else {
            Ok(PrinterStatus { fault: None, paper_low: false, confirmed: false })
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::Receipt { dots: self.dots }
    }

    fn print(&mut self, job: &PrintJob) -> Result<Outcome, PrintError> {
        // Drawn before the printer is bothered: a slip that cannot be drawn wastes no paper.
        let bytes = super::bytes(&job.slip, self.dots)?;
        let mut stream = self.connect()?;
        if self.asks_status
            && let Some(fault) = self.ask(&mut stream)?.fault
        {
            return Err(self.fault(fault, ""));
        }
        self.send(&mut stream, &bytes)?;
        if self.asks_status {
            self.wait_until_done(&mut stream, bytes.len())?;
        }
        Ok(Outcome { confirmed: self.asks_status, files: Vec::new() })
    }
}
