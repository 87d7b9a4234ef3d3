//! The connection under a call: TCP whose time-outs count from the last byte that moved.
//!
//! It stands in the place of ureq's own for two reasons. The system takes megabytes of a body at once and sends
//! them later, so a call would wait for its answer while its body is still under way: this one lets it hold little.
//! And a proxy that refuses a long body answers first, then hangs up: this one reads the answer.

use std::fmt;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, ShutdownHandle, Transport,
};

/// What the system holds of a body that was not sent yet (it takes this twice). At 2 KB a second it is gone within
/// the time that no byte may move.
const HELD: usize = 32 * 1024;
/// The least that is given to one of several addresses.
const EACH: Duration = Duration::from_millis(10);

/// Opens connections, where no proxy of the station's own did before.
#[derive(Debug)]
pub(super) struct Lines;

impl<In: Transport> Connector<In> for Lines {
    type Out = Either<In, Line>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        if let Some(chained) = chained {
            return Ok(Some(Either::A(chained)));
        }
        let stream = Arc::new(opened(details)?);
        stream.set_nodelay(true)?;
        rustix::net::sockopt::set_socket_send_buffer_size(&*stream, HELD).map_err(std::io::Error::from)?;
        let handle: Arc<dyn ShutdownHandle> = stream.clone();
        (details.register_shutdown)(Arc::downgrade(&handle))?;
        Ok(Some(Either::B(Line {
            stream,
            buffers: LazyBuffers::new(
                details.config.input_buffer_size(),
                details.config.output_buffer_size(),
            ),
            hung_up: false,
        })))
    }
}

/// Tries the addresses in turn, each with its share of the time: one without a way must not take all of it.
fn opened(details: &ConnectionDetails) -> Result<TcpStream, Error> {
    let each = details.timeout.not_zero().map(|whole| {
        let count = u32::try_from(details.addrs.len().max(1)).unwrap_or(u32::MAX);
        (*whole / count).max(EACH)
    });
    let mut last = Error::HostNotFound;
    for address in &details.addrs {
        let tried = match each {
            Some(each) => TcpStream::connect_timeout(address, each),
            None => TcpStream::connect(address),
        };
        match tried {
            Ok(stream) => return Ok(stream),
            Err(error) if is_late(&error) => last = Error::Timeout(details.timeout.reason),
            Err(error) => last = Error::Io(error),
        }
    }
    Err(last)
}

/// An open connection.
pub(super) struct Line {
    stream: Arc<TcpStream>,
    buffers: LazyBuffers,
    /// The other side takes no more; what it said before may be there to read.
    hung_up: bool,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = left(timeout.for_write())?;
        if self.hung_up {
            return Ok(());
        }
        self.stream.set_write_timeout(timeout.not_zero().map(|time| *time))?;
        let mut rest = &self.buffers.output()[..amount];
        while !rest.is_empty() {
            // Ends when a part of it has gone, or when nothing did for the whole time.
            match (&*self.stream).write(rest) {
                Ok(0) => return Err(Error::Io(ErrorKind::WriteZero.into())),
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_late(&error) => return Err(Error::Timeout(timeout.reason)),
                Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => {
                    self.hung_up = true;
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = left(timeout.for_read())?;
        self.stream.set_read_timeout(timeout.not_zero().map(|time| *time))?;
        loop {
            match (&*self.stream).read(self.buffers.input_append_buf()) {
                Ok(amount) => {
                    self.buffers.input_appended(amount);
                    return Ok(amount > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_late(&error) => return Err(Error::Timeout(timeout.reason)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether another call may use it: nothing was said that nobody asked for, and nobody hung up.
    fn is_open(&mut self) -> bool {
        if self.hung_up || self.stream.set_nonblocking(true).is_err() {
            return false;
        }
        let quiet = matches!(self.stream.peek(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock);
        self.stream.set_nonblocking(false).is_ok() && quiet
    }
}

fn is_late(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// The time that is left, or the error where none is.
fn left(timeout: NextTimeout) -> Result<NextTimeout, Error> {
    if timeout.after.is_zero() { Err(Error::Timeout(timeout.reason)) } else { Ok(timeout) }
}
