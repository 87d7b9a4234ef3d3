//! Joining the office's server: its one-time code before the station's own camera, or typed; then the first PIN,
//! twice; then the first staff code, which stands there once and until somebody says that it is written down.

use super::{Go, Page, ShownKeys};
use crate::session::{Cx, Effect, Event, Fault, Key, PIN_LENGTH, Secret, Tap, Ticket};

/// Longer than any address with a code.
const LONGEST: usize = 200;

/// What joining gave.
#[derive(Debug)]
pub struct JoinedNote {
    pub staff_code: Secret,
    pub name: String,
    pub place: String,
    /// The keys that it joined with, and whether an administrator has yet to approve them.
    pub keys: ShownKeys,
    pub waiting: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkField {
    Address,
    Code,
}

#[derive(Debug)]
pub struct JoinPage {
    pub stage: JoinStage,
    pub fault: Option<Fault>,
}

#[derive(Debug)]
pub enum JoinStage {
    /// The camera looks for the code.
    Look(Ticket),
    Type {
        field: LinkField,
        address: String,
        code: Secret,
    },
    Pin {
        link: Secret,
        pin: Secret,
        first: Option<Secret>,
    },
    Joining {
        ticket: Ticket,
        link: Secret,
    },
    /// It has joined; the staff code is on the screen.
    Joined(JoinedNote),
}

/// Whose server a link names: what stands between the scheme and the next slash. `None`: it is no link to join.
pub fn host_of(link: &str) -> Option<&str> {
    let (address, code) = link.trim().split_once('#')?;
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let host = rest.split('/').next().unwrap_or_default();
    (!host.is_empty() && !code.is_empty()).then_some(host)
}

impl JoinPage {
    pub(super) fn start(cx: &mut Cx) -> JoinPage {
        // The power went between joining and the note: the code is gone for good.
        let lost = cx.fitting.chosen.code_unread && cx.fitting.joined.is_some();
        JoinPage { stage: look(cx), fault: lost.then_some(Fault::StaffCodeLost) }
    }

    pub(super) fn step(mut self: Box<Self>, event: Event, cx: &mut Cx) -> Go {
        use JoinStage as J;
        self.stage = match (self.stage, event) {
            (J::Look(ticket), Event::CodeRead(answered, text)) if ticket == answered => {
                if host_of(&text.0).is_some() {
                    cx.emit(Effect::CloseCameras);
                    self.fault = None;
                    pin(Secret::from(text.0.trim()))
                } else {
                    self.fault = Some(Fault::NoJoinCode);
                    J::Look(ticket)
                }
            }
            (J::Look(_), Event::Tap(Tap::TypeCode)) => {
                cx.emit(Effect::CloseCameras);
                self.fault = None;
                J::Type { field: LinkField::Address, address: "https://".into(), code: Secret::default() }
            }
            // Joined in another way meanwhile, and known here since the start.
            (J::Look(_), Event::Tap(Tap::Skip)) if may_skip(cx) => {
                cx.emit(Effect::CloseCameras);
                return Go::On;
            }
            (J::Look(_), Event::Tap(Tap::Back)) => {
                cx.emit(Effect::CloseCameras);
                return Go::Back;
            }
            (J::Type { field, address, code }, event) => {
                typing(&mut self.fault, field, address, code, event, cx)
            }
            (J::Pin { link, pin, first }, event) => first_pin(&mut self.fault, link, pin, first, &event, cx),
            (J::Joining { ticket, link }, Event::Joined(answered, result)) if ticket == answered => {
                match result {
                    Ok(note) => {
                        self.fault = None;
                        cx.fitting.joined = Some((note.name.clone(), note.place.clone()));
                        (cx.fitting.keys, cx.fitting.waiting) = (Some(note.keys.clone()), note.waiting);
                        J::Joined(*note)
                    }
                    Err(fault) => {
                        self.fault = Some(fault);
                        // Nothing came of it: whatever the station was before, it still is.
                        cx.fitting.chosen.code_unread = false;
                        super::keep(cx);
                        match fault {
                            // The same code is still good once the network is back or the PIN is another one.
                            Fault::Offline | Fault::ServerTrouble | Fault::PinWeak => pin(link),
                            _ => look(cx),
                        }
                    }
                }
            }
            (J::Joined(_), Event::Tap(Tap::Continue)) => {
                cx.fitting.chosen.code_unread = false;
                return Go::On;
            }
            (stage, _) => stage,
        };
        Go::Stay(Page::Join(self))
    }
}

/// Nothing is left to join: a batch file did it.
fn may_skip(cx: &Cx) -> bool {
    cx.fitting.joined.is_some()
}

fn look(cx: &mut Cx) -> JoinStage {
    let ticket = cx.ticket();
    cx.emit(Effect::ReadCode { ticket });
    JoinStage::Look(ticket)
}

fn pin(link: Secret) -> JoinStage {
    JoinStage::Pin { link, pin: Secret::default(), first: None }
}

/// Address and code, typed one after the other. What is wrong goes into the page's fault.
fn typing(
    fault: &mut Option<Fault>,
    field: LinkField,
    mut address: String,
    mut code: Secret,
    event: Event,
    cx: &mut Cx,
) -> JoinStage {
    let same = |address, code| JoinStage::Type { field, address, code };
    match (field, event) {
        (_, Event::Key(Key::Char(c))) => {
            *fault = None;
            match field {
                // The whole link typed or pasted at once belongs to both fields.
                LinkField::Address if c == '#' => {
                    return JoinStage::Type { field: LinkField::Code, address, code };
                }
                LinkField::Address if address.len() < LONGEST && !c.is_whitespace() => address.push(c),
                LinkField::Code if code.count() < 64 && !c.is_whitespace() => {
                    code.push(c.to_ascii_uppercase());
                }
                _ => {}
            }
            same(address, code)
        }
        (_, Event::Key(Key::Erase)) => {
            match field {
                LinkField::Address => {
                    address.pop();
                }
                LinkField::Code => code.pop(),
            }
            same(address, code)
        }
        (LinkField::Address, Event::Tap(Tap::Continue) | Event::Key(Key::Enter)) => {
            if host_of(&format!("{address}#X")).is_some() {
                JoinStage::Type { field: LinkField::Code, address, code }
            } else {
                *fault = Some(Fault::AddressShape);
                same(address, code)
            }
        }
        (LinkField::Code, Event::Tap(Tap::Continue) | Event::Key(Key::Enter)) => {
            if code.is_empty() {
                *fault = Some(Fault::NoJoinCode);
                return same(address, code);
            }
            let mut link = Secret::from(address.as_str());
            link.push('#');
            code.expose().chars().for_each(|c| link.push(c));
            pin(link)
        }
        (LinkField::Address, Event::Tap(Tap::Back)) => look(cx),
        (LinkField::Code, Event::Tap(Tap::Back)) => {
            JoinStage::Type { field: LinkField::Address, address, code }
        }
        _ => same(address, code),
    }
}

/// The first PIN, twice.
fn first_pin(
    fault: &mut Option<Fault>,
    link: Secret,
    mut pin: Secret,
    first: Option<Secret>,
    event: &Event,
    cx: &mut Cx,
) -> JoinStage {
    let fresh = |link, first| JoinStage::Pin { link, pin: Secret::default(), first };
    match event {
        Event::Key(Key::Char(c)) => {
            *fault = None;
            if c.is_ascii_digit() && pin.count() < *PIN_LENGTH.end() {
                pin.push(*c);
            }
        }
        Event::Key(Key::Erase) => pin.pop(),
        Event::Tap(Tap::Back) if first.is_some() => return fresh(link, None),
        Event::Tap(Tap::Back) => return look(cx),
        Event::Tap(Tap::Continue) | Event::Key(Key::Enter) => {
            if !PIN_LENGTH.contains(&pin.count()) {
                *fault = Some(Fault::StaffPinShape);
                return JoinStage::Pin { link, pin, first };
            }
            match first {
                None => return fresh(link, Some(pin)),
                Some(first) if first != pin => {
                    *fault = Some(Fault::PinDiffers);
                    return fresh(link, None);
                }
                Some(_) => {
                    *fault = None;
                    // On the disk before the server is asked: it gives its answer once.
                    cx.fitting.chosen.code_unread = true;
                    super::keep(cx);
                    let ticket = cx.ticket();
                    cx.emit(Effect::Join { ticket, link: link.clone(), pin });
                    return JoinStage::Joining { ticket, link };
                }
            }
        }
        _ => {}
    }
    JoinStage::Pin { link, pin, first }
}
