//! What a line to a receipt printer is made of: network, USB, serial, device file.

mod device;
mod serial;
mod tcp;
mod usb;

pub use device::DevicePort;
pub use serial::{Flow, SerialPort};
pub use tcp::TcpPort;
pub use usb::{UsbPort, found_on_usb};
