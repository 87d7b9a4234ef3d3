//! `escpos+serial:///dev/ttyUSB0?baud=115200`: a receipt printer on a serial line, 8 bits, no parity, one stop bit.

use super::super::line::{Line, Port};
use super::device::{DeviceLine, open};
use nix::sys::termios::{
    BaudRate, ControlFlags, InputFlags, SetArg, cfmakeraw, cfsetspeed, tcgetattr, tcsetattr,
};
use std::io;
use std::path::PathBuf;

/// How the printer says that it is busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It does not.
    None,
    /// By the wires RTS and CTS.
    Wires,
    /// By the characters XON and XOFF.
    Characters,
}

pub struct SerialPort {
    path: PathBuf,
    baud: u32,
    rate: BaudRate,
    flow: Flow,
}

impl SerialPort {
    /// `None` for a speed that serial lines do not have.
    pub fn new(path: PathBuf, baud: u32, flow: Flow) -> Option<SerialPort> {
        let rate = match baud {
            4800 => BaudRate::B4800,
            9600 => BaudRate::B9600,
            19_200 => BaudRate::B19200,
            38_400 => BaudRate::B38400,
            57_600 => BaudRate::B57600,
            115_200 => BaudRate::B115200,
            230_400 => BaudRate::B230400,
            _ => return None,
        };
        Some(SerialPort { path, baud, rate, flow })
    }
}

impl Port for SerialPort {
    fn name(&self) -> String {
        format!("escpos+serial://{}?baud={}", self.path.display(), self.baud)
    }

    fn connect(&mut self) -> io::Result<Box<dyn Line>> {
        let file = open(&self.path)?;
        let mut settings = tcgetattr(&file)?;
        cfmakeraw(&mut settings);
        cfsetspeed(&mut settings, self.rate)?;
        settings.control_flags |= ControlFlags::CLOCAL | ControlFlags::CREAD;
        settings.control_flags.set(ControlFlags::CRTSCTS, self.flow == Flow::Wires);
        settings.input_flags.set(InputFlags::IXON, self.flow == Flow::Characters);
        tcsetattr(&file, SetArg::TCSANOW, &settings)?;
        Ok(Box::new(DeviceLine(file)))
    }
}
