//! `escpos+file:/dev/usb/lp0`: a receipt printer behind a device file that may be written and, where the kernel allows it,
//! read. The serial port uses the same line.

use super::super::line::{Line, Port, timed_out};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

pub struct DevicePort {
    path: PathBuf,
}

impl DevicePort {
    pub fn new(path: PathBuf) -> DevicePort {
        DevicePort { path }
    }
}

impl Port for DevicePort {
    fn name(&self) -> String {
        format!("escpos+file:{}", self.path.display())
    }

    fn connect(&mut self) -> io::Result<Box<dyn Line>> {
        Ok(Box::new(DeviceLine(open(&self.path)?)))
    }
}

/// Opens a device without ever waiting for it.
pub fn open(path: &std::path::Path) -> io::Result<File> {
    let flags = (rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY).bits();
    OpenOptions::new().read(true).write(true).custom_flags(flags.cast_signed()).open(path)
}

/// A file that is written and read without blocking.
pub struct DeviceLine(pub File);

impl DeviceLine {
    fn wait(&self, wanted: PollFlags, within: Duration) -> io::Result<()> {
        let limit = Timespec {
            tv_sec: i64::try_from(within.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: within.subsec_nanos().into(),
        };
        let mut fds = [PollFd::new(&self.0, wanted)];
        let ready = poll(&mut fds, Some(&limit))?;
        let seen = fds[0].revents();
        if seen.intersects(wanted) {
            Ok(())
        } else if ready > 0 {
            Err(io::Error::new(ErrorKind::BrokenPipe, "the device is gone"))
        } else {
            Err(timed_out())
        }
    }
}

impl Line for DeviceLine {
    fn write(&mut self, bytes: &[u8], within: Duration) -> io::Result<usize> {
        self.wait(PollFlags::OUT, within)?;
        match self.0.write(bytes) {
            Ok(0) => Err(ErrorKind::WriteZero.into()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Err(timed_out()),
            other => other,
        }
    }

    fn read(&mut self, within: Duration) -> io::Result<u8> {
        self.wait(PollFlags::IN, within)?;
        let mut byte = [0];
        match self.0.read(&mut byte) {
            // A printer's device has no end: nothing came.
            Ok(0) => Err(timed_out()),
            Ok(_) => Ok(byte[0]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Err(timed_out()),
            Err(error) => Err(error),
        }
    }
}
