//! A receipt printer made of a socket on this machine: answers as a real one does, keeps what it "printed", and fails on command.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the threads look whether they should stop.
const GLANCE: Duration = Duration::from_millis(20);

/// How the simulated printer behaves, from the next byte on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Prints everything.
    Works,
    /// Prints, and says that the roll is near its end.
    PaperLow,
    /// Has no paper.
    PaperOut,
    /// Has its cover open.
    CoverOpen,
    /// Is paused.
    Offline,
    /// Takes connections and data, and never says a word.
    Silent,
    /// Runs out of paper after so many bytes of print data.
    PaperOutAfter(usize),
    /// Closes the connection after so many bytes of print data.
    VanishAfter(usize),
}

#[derive(Debug)]
struct State {
    behaviour: Behaviour,
    printed: Vec<u8>,
}

/// The simulated printer. Stops when dropped.
#[derive(Debug)]
pub struct SimulatedPrinter {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SimulatedPrinter {
    /// Listens on a free port of this machine.
    pub fn start(behaviour: Behaviour) -> std::io::Result<SimulatedPrinter> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State { behaviour, printed: Vec::new() }));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::Builder::new().name("simulated-printer".to_owned()).spawn({
            let (state, stop) = (Arc::clone(&state), Arc::clone(&stop));
            move || {
                while !stop.load(Ordering::Relaxed) {
                    match listener.accept() {
                        Ok((stream, _)) => {
                            // A connection that ends in an error is one that the other side dropped.
                            let _ = serve(stream, &state, &stop);
                        }
                        Err(_) => std::thread::sleep(GLANCE),
                    }
                }
            }
        })?;
        Ok(SimulatedPrinter { address, state, stop, thread: Some(thread) })
    }

    /// The address to print to, with options such as `?width=384` where wanted.
    pub fn uri(&self, options: &str) -> String {
        format!("escpos+tcp://{}{options}", self.address)
    }

    /// Changes its behaviour.
    pub fn set(&self, behaviour: Behaviour) {
        lock(&self.state).behaviour = behaviour;
    }

    /// Everything that came to the paper so far: print data without status requests.
    pub fn printed(&self) -> Vec<u8> {
        lock(&self.state).printed.clone()
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

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection, until either side ends it.
fn serve(mut stream: TcpStream, state: &Mutex<State>, stop: &AtomicBool) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(GLANCE))?;
    let mut waiting = Vec::new();
    let mut buffer = [0; 4096];
    while !stop.load(Ordering::Relaxed) {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => waiting.extend_from_slice(&buffer[..n]),
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(e) => return Err(e),
        }
        while let Some(command) = next_command(&waiting) {
            let rest = waiting.split_off(command);
            let bytes = std::mem::replace(&mut waiting, rest);
            match obey(&bytes, &mut lock(state)) {
                Answer::None => {}
                Answer::Byte(byte) => stream.write_all(&[byte])?,
                Answer::HangUp => return Ok(()),
            }
        }
    }
    Ok(())
}

/// The length of the first whole command in `data`. Knows what a slip is made of; anything else is one byte of text.
fn next_command(data: &[u8]) -> Option<usize> {
    let length = match data {
        [] | [0x10 | 0x1b | 0x1d] => None,
        [0x1b, b'@', ..] => Some(2),
        [0x10, 0x04, ..] | [0x1b, b'd', ..] | [0x1d, b'r', ..] => Some(3),
        [0x1d, b'V', ..] => Some(4),
        [0x1d, b'v', rest @ ..] => match rest {
            [_, _, wl, wh, hl, hh, ..] => {
                let width = usize::from(u16::from_le_bytes([*wl, *wh]));
                let height = usize::from(u16::from_le_bytes([*hl, *hh]));
                Some(8 + width * height)
            }
            _ => None,
        },
        _ => Some(1),
    };
    length.filter(|&length| length <= data.len())
}

enum Answer {
    None,
    Byte(u8),
    HangUp,
}

fn obey(command: &[u8], state: &mut State) -> Answer {
    let behaviour = match state.behaviour {
        Behaviour::PaperOutAfter(bytes) if state.printed.len() >= bytes => Behaviour::PaperOut,
        other => other,
    };
    if behaviour == Behaviour::Silent {
        return Answer::None;
    }
    match command {
        [0x10, 0x04, n] => Answer::Byte(real_time(*n, behaviour)),
        // Answered in order: a printer that has stopped does not come to it.
        [0x1d, b'r', _] if stopped(behaviour) => Answer::None,
        [0x1d, b'r', _] => Answer::Byte(if behaviour == Behaviour::PaperLow { 0b11 } else { 0 }),
        _ if stopped(behaviour) => Answer::None,
        _ => {
            state.printed.extend_from_slice(command);
            match behaviour {
                Behaviour::VanishAfter(bytes) if state.printed.len() >= bytes => Answer::HangUp,
                _ => Answer::None,
            }
        }
    }
}

fn stopped(behaviour: Behaviour) -> bool {
    matches!(behaviour, Behaviour::PaperOut | Behaviour::CoverOpen | Behaviour::Offline)
}

/// The answer to `DLE EOT n`.
fn real_time(n: u8, behaviour: Behaviour) -> u8 {
    let bits = match (n, behaviour) {
        (1, Behaviour::PaperOut | Behaviour::CoverOpen | Behaviour::Offline) => 0b0000_1000,
        (2, Behaviour::CoverOpen) => 0b0000_0100,
        (2, Behaviour::PaperOut) => 0b0010_0000,
        (4, Behaviour::PaperOut) => 0b0110_1100,
        (4, Behaviour::PaperLow) => 0b0000_1100,
        _ => 0,
    };
    0b0001_0010 | bits
}
