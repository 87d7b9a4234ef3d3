//! `Panggil Petugas`: what the screen may say about a call. It says no more than is so.

use super::{Fault, Ticket};
use crate::lang::Lang;
use crate::protocol::CallState;

/// How far the call of this visit has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Calling {
    #[default]
    Nobody,
    /// The server is being asked.
    Asking(Ticket),
    Under {
        ticket: Ticket,
        state: CallState,
        /// Desks of this place that listen.
        desks: u32,
    },
    /// The call did not go out.
    Failed(Fault),
}

impl Calling {
    /// Does the button make a new call? While one is under way it only shows how far that is.
    pub fn is_free(self) -> bool {
        matches!(self, Calling::Nobody | Calling::Failed(_) | Calling::Under { state: CallState::Ended, .. })
    }

    /// News of a call. Those of a former one change nothing.
    pub(super) fn heard(&mut self, of: Ticket, news: Result<(CallState, u32), Fault>) {
        let own = match *self {
            Calling::Asking(ticket) | Calling::Under { ticket, .. } => ticket == of,
            Calling::Nobody | Calling::Failed(_) => false,
        };
        if own {
            *self = match news {
                Ok((state, desks)) => Calling::Under { ticket: of, state, desks },
                Err(fault) => Calling::Failed(fault),
            };
        }
    }

    /// Two or three words for the button.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Calling::Nobody | Calling::Under { state: CallState::Ended, .. } => {
                lang.pick("Panggil Petugas", "Call Staff")
            }
            Calling::Under { state: CallState::Waiting, desks: 0, .. } | Calling::Failed(_) => {
                lang.pick("Datangi petugas", "See the staff")
            }
            Calling::Asking(_) | Calling::Under { state: CallState::Waiting, .. } => {
                lang.pick("Memanggil…", "Calling…")
            }
            Calling::Under { state: CallState::Ringing, .. } => {
                lang.pick("Petugas dipanggil", "Staff called")
            }
            Calling::Under { state: CallState::Coming, .. } => lang.pick("Petugas datang", "Staff coming"),
        }
    }

    /// Heading and sentence of the sheet behind the button.
    pub fn words(self, lang: Lang) -> (&'static str, &'static str) {
        let (id, en) = match self {
            Calling::Nobody | Calling::Under { state: CallState::Ended, .. } => (
                ("Panggil Petugas", "Tekan Panggil Petugas bila Bapak/Ibu memerlukan bantuan."),
                ("Call Staff", "Press Call Staff if you need help."),
            ),
            Calling::Asking(_) => (
                ("Memanggil petugas…", "Panggilan sedang dikirim ke meja petugas."),
                ("Calling the staff…", "Your call is on its way to the staff desk."),
            ),
            Calling::Under { state: CallState::Waiting, desks: 0, .. } => (
                (
                    "Belum ada meja petugas yang terhubung",
                    "Panggilan dicatat, tetapi belum ada yang mendengarnya. Mohon datangi meja petugas.",
                ),
                (
                    "No staff desk is connected",
                    "Your call is noted, but nobody hears it yet. Please go to the staff desk.",
                ),
            ),
            Calling::Under { state: CallState::Waiting, .. } => (
                ("Memanggil petugas…", "Panggilan menunggu ditampilkan di meja petugas."),
                ("Calling the staff…", "Your call is waiting to be shown at the staff desk."),
            ),
            Calling::Under { state: CallState::Ringing, .. } => (
                ("Petugas dipanggil", "Meja petugas sudah menerima panggilan. Mohon tunggu di sini."),
                ("The staff are called", "The staff desk has your call. Please wait here."),
            ),
            Calling::Under { state: CallState::Coming, .. } => (
                ("Petugas dalam perjalanan", "Petugas sudah menjawab dan menuju ke sini."),
                ("Somebody is on the way", "The staff have answered and are coming here."),
            ),
            Calling::Failed(_) => (
                (
                    "Panggilan tidak terkirim",
                    "Anjungan ini tidak terhubung ke meja petugas. Mohon datangi meja petugas.",
                ),
                (
                    "Your call did not go out",
                    "This station cannot reach the staff desk. Please go to the staff desk.",
                ),
            ),
        };
        match lang {
            Lang::Id => id,
            Lang::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_that_is_not_so() {
        let own = Ticket(3);
        let under = |state, desks| Calling::Under { ticket: own, state, desks };
        for lang in [Lang::Id, Lang::En] {
            let called = lang.pick("Petugas dipanggil", "The staff are called");
            for calling in [
                Calling::Nobody,
                Calling::Asking(own),
                Calling::Failed(Fault::Offline),
                under(CallState::Waiting, 0),
                under(CallState::Waiting, 2),
            ] {
                assert_ne!(calling.words(lang).0, called);
            }
            assert_eq!(under(CallState::Ringing, 1).words(lang).0, called);
            assert_ne!(under(CallState::Coming, 1).words(lang).0, called);
        }
        let mut calling = Calling::Asking(own);
        calling.heard(Ticket(2), Ok((CallState::Coming, 1)));
        assert_eq!(calling, Calling::Asking(own), "a former visit's call is not this one's");
        calling.heard(own, Ok((CallState::Ringing, 1)));
        assert!(!calling.is_free());
        calling.heard(own, Err(Fault::Offline));
        assert!(calling.is_free());
        calling.heard(own, Ok((CallState::Coming, 1)));
        assert_eq!(calling, Calling::Failed(Fault::Offline));
    }
}
