//! The line to a receipt printer: bytes out, bytes in, every wait bounded. What speaks ESC/POS over it is
//! [`Receipt`](super::escpos::Receipt); what it is made of is in [`ports`](super::ports).

use std::io;
use std::time::Duration;

/// An open line. A line that failed once is closed by dropping it.
pub trait Line: Send {
    /// Hands over what is taken now: at least one byte, waiting at most `within` for room.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] where nothing was taken in that time; anything else means that the printer is gone.
    fn write(&mut self, bytes: &[u8], within: Duration) -> io::Result<usize>;

    /// The next byte of the printer, waiting at most `within`.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] where none came; anything else means that the printer is gone.
    fn read(&mut self, within: Duration) -> io::Result<u8>;
}

/// Where a receipt printer is plugged in.
pub trait Port: Send {
    /// The address, as people write it.
    fn name(&self) -> String;

    /// Opens a line; takes at most 5 seconds.
    fn connect(&mut self) -> io::Result<Box<dyn Line>>;
}

/// Says that a wait is over, in the one way that all lines say it.
pub fn timed_out() -> io::Error {
    io::Error::from(io::ErrorKind::TimedOut)
}

/// Linux reports a socket's timeout as `WouldBlock`, other systems as `TimedOut`.
pub fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
