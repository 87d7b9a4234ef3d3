//! The simulated receipt printer behind a socket of this machine.

use super::machine::{Breakdown, Machine, Piece, Trouble};
use crate::clock::{SharedClock, SystemClock};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the threads look whether something is to be done.
const GLANCE: Duration = Duration::from_millis(5);

/// The simulated printer. Stops when dropped.
pub struct SimulatedPrinter {
    address: SocketAddr,
    machine: Arc<Mutex<Machine>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SimulatedPrinter {
    /// Listens on a port of this machine; 0 takes a free one. `numbers`: it confirms as Epson's do.
    pub fn start(port: u16, numbers: bool) -> std::io::Result<SimulatedPrinter> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let machine = Arc::new(Mutex::new(Machine::new(numbers)));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name("simulated-printer".to_owned()).spawn({
            let (machine, stop) = (Arc::clone(&machine), Arc::clone(&stop));
            move || {
                let clock = SystemClock::shared();
                while !stop.load(Ordering::Relaxed) {
                    let there = {
                        let mut machine = lock(&machine);
                        machine.advance(clock.monotonic());
                        machine.is_there()
                    };
                    match listener.accept() {
                        // A host that is not there would not answer; dropping it at once is the nearest thing.
                        Ok(_) if !there => {}
                        Ok((stream, _)) => {
                            // A connection that ends in an error is one that the other side dropped.
                            let _ = serve(stream, &machine, &clock, &stop);
                            lock(&machine).line_closed();
                        }
                        Err(_) => std::thread::sleep(GLANCE),
                    }
                }
            }
        })?;
        Ok(SimulatedPrinter { address, machine, stop, thread: Some(thread) })
    }

    /// The address to print to, with options such as `?width=384` where wanted.
    pub fn uri(&self, options: &str) -> String {
        format!("escpos+tcp://{}{options}", self.address)
    }

    /// Does something to the printer.
    pub fn with<T>(&self, act: impl FnOnce(&mut Machine) -> T) -> T {
        act(&mut lock(&self.machine))
    }

    pub fn break_down(&self, what: Trouble) {
        self.with(|machine| machine.break_down(what));
    }

    pub fn plan(&self, after: usize, what: Trouble) {
        self.with(|machine| machine.plan(Breakdown { after, what, mended_after: None }));
    }

    pub fn mend(&self) {
        self.with(Machine::mend);
    }

    /// The pieces that were cut off so far.
    pub fn pieces(&self) -> Vec<Piece> {
        self.with(|machine| machine.paper().iter().filter(|piece| piece.cut).cloned().collect())
    }
}

impl Drop for SimulatedPrinter {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(machine: &Mutex<Machine>) -> MutexGuard<'_, Machine> {
    machine.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection, until either side ends it.
fn serve(
    mut stream: TcpStream,
    machine: &Mutex<Machine>,
    clock: &SharedClock,
    stop: &AtomicBool,
) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(GLANCE))?;
    let mut waiting: Vec<u8> = Vec::new();
    let mut buffer = [0; 2048];
    while !stop.load(Ordering::Relaxed) {
        // What has no room stays in the network, so that the sender notices.
        if waiting.is_empty() {
            match stream.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(n) => waiting.extend_from_slice(&buffer[..n]),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(e) => return Err(e),
            }
        } else {
            std::thread::sleep(GLANCE);
        }
        let mut replies = Vec::new();
        {
            let mut machine = lock(machine);
            machine.advance(clock.monotonic());
            let taken = machine.take(&waiting);
            waiting.drain(..taken);
            machine.advance(clock.monotonic());
            if !machine.is_there() {
                return Ok(());
            }
            while let Some(byte) = machine.reply() {
                replies.push(byte);
            }
        }
        stream.write_all(&replies)?;
    }
    Ok(())
}
