//! A cable, or a Wi-Fi. The station looks every few seconds, so that a plug that is put in shows by itself.

use std::time::Duration;

use super::{Go, Page, shown, turned};
use crate::session::{Cx, Effect, Event, Fault, Key, Secret, Tap, Ticket};

const LOOK_EVERY: Duration = Duration::from_secs(3);

/// WPA2 and WPA3 take 8 to 63 characters.
const PASSWORD: std::ops::RangeInclusive<usize> = 8..=63;

/// How the machine stands in the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkState {
    /// A cable with something at its other end; `None`: this machine has no socket.
    pub wired: Option<bool>,
    /// The Wi-Fi that is in use. `None`: this machine has no radio; empty: none is in use.
    pub wifi: Option<String>,
    /// A way leads out.
    pub out: bool,
}

/// A Wi-Fi in the air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wifi {
    pub name: String,
    /// Of 100.
    pub signal: u8,
    /// It asks for a password.
    pub locked: bool,
}

#[derive(Debug)]
pub struct NetworkPage {
    pub state: Option<NetworkState>,
    pub stage: WifiStage,
    pub fault: Option<Fault>,
    ticket: Ticket,
    /// When the state is looked at again; `None` while an answer is due.
    again: Option<Duration>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum WifiStage {
    /// No Wi-Fi is asked for.
    Closed,
    Searching(Ticket),
    List {
        found: Vec<Wifi>,
        page: usize,
    },
    Password {
        wifi: Wifi,
        password: Secret,
    },
    Joining {
        wifi: Wifi,
        ticket: Ticket,
    },
}

impl NetworkPage {
    pub(super) fn start(cx: &mut Cx) -> NetworkPage {
        let ticket = cx.ticket();
        cx.emit(Effect::LookNetwork { ticket });
        NetworkPage { state: None, stage: WifiStage::Closed, fault: None, ticket, again: None }
    }

    /// The Wi-Fis on the present page of the list, and whether there are others.
    pub fn lines(&self) -> &[Wifi] {
        match &self.stage {
            WifiStage::List { found, page } => shown(found, *page),
            _ => &[],
        }
    }

    pub(super) fn step(mut self, event: Event, cx: &mut Cx) -> Go {
        match event {
            Event::NetworkSeen(ticket, result) if ticket == self.ticket => {
                self.again = Some(cx.now + LOOK_EVERY);
                match result {
                    Ok(state) => self.state = Some(state),
                    Err(fault) => self.fault = Some(fault),
                }
            }
            Event::Tick if self.again.is_some_and(|at| cx.now >= at) => {
                self.again = None;
                self.ticket = cx.ticket();
                cx.emit(Effect::LookNetwork { ticket: self.ticket });
            }
            event => return self.wifi(event, cx),
        }
        Go::Stay(Page::Network(self))
    }

    fn wifi(mut self, event: Event, cx: &mut Cx) -> Go {
        use WifiStage as W;
        self.stage = match (self.stage, event) {
            (W::Closed, Event::Tap(Tap::Continue)) if self.state.as_ref().is_some_and(|state| state.out) => {
                return Go::On;
            }
            (W::Closed, Event::Tap(Tap::Back)) => return Go::Back,
            (W::Closed | W::List { .. }, Event::Tap(Tap::Wifi | Tap::Again))
            | (W::Password { .. }, Event::Tap(Tap::Back)) => {
                self.fault = None;
                let ticket = cx.ticket();
                cx.emit(Effect::FindWifi { ticket });
                W::Searching(ticket)
            }
            (W::Searching(ticket), Event::WifiFound(answered, result)) if ticket == answered => {
                match result {
                    Ok(found) => W::List { found, page: 0 },
                    Err(fault) => {
                        self.fault = Some(fault);
                        W::Closed
                    }
                }
            }
            (W::Searching(_) | W::List { .. }, Event::Tap(Tap::Back)) => W::Closed,
            (W::List { found, page }, Event::Tap(tap @ (Tap::More | Tap::Less))) => {
                let page = turned(page, tap, found.len());
                W::List { found, page }
            }
            (W::List { found, page }, Event::Tap(Tap::Pick(row))) => {
                match shown(&found, page).get(row).cloned() {
                    Some(wifi) if wifi.locked => W::Password { wifi, password: Secret::default() },
                    Some(wifi) => join(wifi, Secret::default(), cx),
                    None => W::List { found, page },
                }
            }
            (W::Password { wifi, mut password }, Event::Key(key)) => {
                self.fault = None;
                match key {
                    Key::Char(c) if password.count() < *PASSWORD.end() => password.push(c),
                    Key::Erase => password.pop(),
                    _ => {}
                }
                W::Password { wifi, password }
            }
            (W::Password { wifi, password }, Event::Tap(Tap::Continue)) => {
                if PASSWORD.contains(&password.count()) {
                    join(wifi, password, cx)
                } else {
                    self.fault = Some(Fault::WifiPassword);
                    W::Password { wifi, password }
                }
            }
            (W::Joining { wifi, ticket }, Event::WifiJoined(answered, result)) if ticket == answered => {
                self.fault = result.err();
                if self.fault == Some(Fault::WifiPassword) {
                    // Another try at the password, without looking for the network again.
                    W::Password { wifi, password: Secret::default() }
                } else {
                    self.again = Some(cx.now);
                    W::Closed
                }
            }
            (stage, _) => stage,
        };
        Go::Stay(Page::Network(self))
    }
}

fn join(wifi: Wifi, password: Secret, cx: &mut Cx) -> WifiStage {
    let ticket = cx.ticket();
    cx.emit(Effect::JoinWifi { ticket, name: wifi.name.clone(), password });
    WifiStage::Joining { wifi, ticket }
}
