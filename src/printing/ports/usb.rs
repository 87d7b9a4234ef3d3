//! `escpos+usb://VID:PID`: a receipt printer on USB, spoken to past the kernel's driver (USB printer class, interface 7).

use super::super::line::{Line, Port, timed_out};
use nusb::descriptors::TransferType;
use nusb::transfer::{Buffer, Bulk, Direction, In, Out, TransferError};
use nusb::{DeviceInfo, Endpoint, MaybeFuture};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::Duration;

/// Number of the USB class of printers.
const PRINTERS: u8 = 7;

pub struct UsbPort {
    vendor: u16,
    product: u16,
    /// Tells apart two printers of one make.
    serial: Option<String>,
}

impl UsbPort {
    pub fn new(vendor: u16, product: u16, serial: Option<String>) -> UsbPort {
        UsbPort { vendor, product, serial }
    }
}

fn other(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

/// Printers on USB: address and what they call themselves.
pub fn found_on_usb() -> io::Result<Vec<(String, String)>> {
    let devices = nusb::list_devices().wait().map_err(other)?;
    Ok(devices
        .filter(|device| device.interfaces().any(|interface| interface.class() == PRINTERS))
        .map(|device| {
            let name = |part: Option<&str>| part.unwrap_or_default().trim().to_owned();
            let called = format!("{} {}", name(device.manufacturer_string()), name(device.product_string()));
            let serial = device.serial_number().map(|serial| format!("?serial={serial}")).unwrap_or_default();
            let (vendor, product) = (device.vendor_id(), device.product_id());
            (format!("escpos+usb://{vendor:04x}:{product:04x}{serial}"), called.trim().to_owned())
        })
        .collect())
}

impl Port for UsbPort {
    fn name(&self) -> String {
        format!("escpos+usb://{:04x}:{:04x}", self.vendor, self.product)
    }

    fn connect(&mut self) -> io::Result<Box<dyn Line>> {
        let wanted = |device: &DeviceInfo| {
            device.vendor_id() == self.vendor
                && device.product_id() == self.product
                && self.serial.as_deref().is_none_or(|serial| device.serial_number() == Some(serial))
        };
        let device = nusb::list_devices()
            .wait()
            .map_err(other)?
            .find(wanted)
            .ok_or_else(|| io::Error::new(ErrorKind::NotFound, "no such device on USB"))?;
        let open = device.open().wait().map_err(other)?;
        let (number, write, read) = {
            let configuration = open.active_configuration().map_err(other)?;
            let printer = configuration
                .interface_alt_settings()
                .find(|interface| interface.class() == PRINTERS)
                .ok_or_else(|| io::Error::new(ErrorKind::NotFound, "that device is no printer"))?;
            let bulk = |direction: Direction| {
                printer
                    .endpoints()
                    .find(|e| e.direction() == direction && e.transfer_type() == TransferType::Bulk)
                    .map(|endpoint| endpoint.address())
            };
            let write = bulk(Direction::Out)
                .ok_or_else(|| io::Error::new(ErrorKind::NotFound, "that printer cannot be written"))?;
            (printer.interface_number(), write, bulk(Direction::In))
        };
        let interface = open.detach_and_claim_interface(number).wait().map_err(other)?;
        let out = interface.endpoint::<Bulk, Out>(write).map_err(other)?;
        let back = read.map(|address| interface.endpoint::<Bulk, In>(address)).transpose().map_err(other)?;
        Ok(Box::new(UsbLine { out, back, heard: VecDeque::new() }))
    }
}

struct UsbLine {
    out: Endpoint<Bulk, Out>,
    back: Option<Endpoint<Bulk, In>>,
    heard: VecDeque<u8>,
}

/// A transfer that was given up is a wait that is over; anything else means that the printer is gone.
fn failed(error: TransferError) -> io::Error {
    match error {
        TransferError::Cancelled => timed_out(),
        TransferError::Disconnected => io::Error::new(ErrorKind::BrokenPipe, "unplugged"),
        error => other(error),
    }
}

impl Line for UsbLine {
    fn write(&mut self, bytes: &[u8], within: Duration) -> io::Result<usize> {
        let done = self.out.transfer_blocking(Buffer::from(bytes), within);
        // What got through before the wait was over got through.
        match done.status {
            _ if done.actual_len > 0 => Ok(done.actual_len),
            Ok(()) => Err(timed_out()),
            Err(error) => Err(failed(error)),
        }
    }

    fn read(&mut self, within: Duration) -> io::Result<u8> {
        if let Some(byte) = self.heard.pop_front() {
            return Ok(byte);
        }
        let Some(back) = &mut self.back else { return Err(timed_out()) };
        let done = back.transfer_blocking(Buffer::new(back.max_packet_size()), within);
        let got = &done.buffer[..done.actual_len.min(done.buffer.len())];
        self.heard.extend(got);
        match (self.heard.pop_front(), done.status) {
            (Some(byte), _) => Ok(byte),
            (None, Ok(())) => Err(timed_out()),
            (None, Err(error)) => Err(failed(error)),
        }
    }
}
