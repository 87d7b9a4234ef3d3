//! A simulated printer on a line within the program, in simulated time: thousands of faults in a minute.

use super::machine::Machine;
use crate::clock::{Clock, ManualClock};
use crate::printing::line::{Line, Port, timed_out};
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What is thrown where the program is to be killed.
#[derive(Clone, Copy, Debug)]
pub struct Killed;

/// How far time jumps where something is waited for.
const STEP: Duration = Duration::from_millis(25);

struct Shared {
    machine: Machine,
    /// The program is killed once so many bytes were handed over.
    kill_at: Option<usize>,
    handed: usize,
}

/// A table with a printer on it, and a clock that only moves when somebody waits.
#[derive(Clone)]
pub struct Bench {
    shared: Arc<Mutex<Shared>>,
    clock: ManualClock,
}

impl Bench {
    pub fn new(machine: Machine, clock: ManualClock) -> Bench {
        Bench { shared: Arc::new(Mutex::new(Shared { machine, kill_at: None, handed: 0 })), clock }
    }

    /// The printer, at this moment.
    pub fn with<T>(&self, look: impl FnOnce(&mut Machine) -> T) -> T {
        let mut shared = self.lock();
        shared.machine.advance(self.clock.monotonic());
        look(&mut shared.machine)
    }

    /// Kills the program (it panics with [`Killed`]) once so many bytes were handed over from now on.
    pub fn kill_after(&self, bytes: usize) {
        let mut shared = self.lock();
        shared.kill_at = Some(shared.handed + bytes);
    }

    /// Lets time pass.
    pub fn wait(&self, how_long: Duration) {
        self.clock.advance(how_long);
        self.with(|_| ());
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Port for Bench {
    fn name(&self) -> String {
        "simulated:".to_owned()
    }

    fn connect(&mut self) -> io::Result<Box<dyn Line>> {
        self.clock.advance(STEP);
        if self.with(|machine| machine.is_there()) {
            Ok(Box::new(Inside(self.clone())))
        } else {
            Err(ErrorKind::ConnectionRefused.into())
        }
    }
}

struct Inside(Bench);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.with(Machine::line_closed);
    }
}

impl Inside {
    /// Tries until it works or time is over.
    fn patiently<T>(
        &self,
        within: Duration,
        mut attempt: impl FnMut(&mut Shared) -> Option<T>,
    ) -> io::Result<T> {
        let until = self.0.clock.monotonic() + within;
        loop {
            {
                let mut shared = self.0.lock();
                shared.machine.advance(self.0.clock.monotonic());
                if !shared.machine.is_there() {
                    return Err(ErrorKind::BrokenPipe.into());
                }
                if let Some(done) = attempt(&mut shared) {
                    return Ok(done);
                }
            }
            let left = until.saturating_sub(self.0.clock.monotonic());
            if left.is_zero() {
                return Err(timed_out());
            }
            self.0.clock.advance(left.min(STEP));
        }
    }
}

impl Line for Inside {
    fn write(&mut self, bytes: &[u8], within: Duration) -> io::Result<usize> {
        let mut killed = false;
        let taken = self.patiently(within, |shared| {
            let room = shared.kill_at.map_or(usize::MAX, |at| at.saturating_sub(shared.handed));
            let taken = shared.machine.take(bytes.get(..room.min(bytes.len())).unwrap_or_default());
            shared.handed += taken;
            killed = shared.kill_at.is_some_and(|at| shared.handed >= at);
            if killed {
                shared.kill_at = None;
            }
            (taken > 0 || killed).then_some(taken)
        });
        if killed {
            std::panic::panic_any(Killed);
        }
        taken
    }

    fn read(&mut self, within: Duration) -> io::Result<u8> {
        self.patiently(within, |shared| shared.machine.reply())
    }
}
