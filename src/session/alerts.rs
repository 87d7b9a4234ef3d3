//! What is wrong with the station. Alerts lie over the step; they do not multiply the states.

use crate::lang::Lang;

/// In order of weight: the first one that is raised stands in the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alert {
    Disk,
    /// A damaged database was set aside, and the station began a new one.
    SetAside,
    ClockUntrusted,
    Camera,
    ScanCamera,
    Printer,
    Paper,
    /// Somebody's print lies in the printer, and that somebody has gone.
    Unclaimed,
    PaperLow,
    Offline,
    NotJoined,
    Backdrop,
    NoPlate,
}

impl Alert {
    pub const ALL: [Alert; 13] = [
        Alert::Disk,
        Alert::SetAside,
        Alert::ClockUntrusted,
        Alert::Camera,
        Alert::ScanCamera,
        Alert::Printer,
        Alert::Paper,
        Alert::Unclaimed,
        Alert::PaperLow,
        Alert::Offline,
        Alert::NotJoined,
        Alert::Backdrop,
        Alert::NoPlate,
    ];

    /// A word or two for the strip.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Alert::Disk => lang.pick("Penyimpanan penuh", "Storage full"),
            Alert::SetAside => lang.pick("Data stasiun baru", "New station data"),
            Alert::ClockUntrusted => lang.pick("Jam belum pasti", "Clock not confirmed"),
            Alert::Camera => lang.pick("Kamera terputus", "Camera disconnected"),
            Alert::ScanCamera => lang.pick("Kamera pindai terputus", "Scan camera disconnected"),
            Alert::Printer => lang.pick("Pencetak bermasalah", "Printer trouble"),
            Alert::Paper => lang.pick("Kertas habis", "Out of paper"),
            Alert::Unclaimed => lang.pick("Cetakan belum diambil", "A print was left"),
            Alert::PaperLow => lang.pick("Kertas hampir habis", "Paper is running low"),
            Alert::Offline => lang.pick("Jaringan terputus", "Network down"),
            Alert::NotJoined => {
                lang.pick("Belum terhubung ke Server Kantor", "Not joined to the office server")
            }
            Alert::Backdrop => lang.pick("Latar foto berubah", "Backdrop has changed"),
            Alert::NoPlate => lang.pick("Belum ada foto latar kosong", "No empty backdrop yet"),
        }
    }

    /// Nothing that concerns who stands here: only staff are told.
    pub fn is_for_staff(self) -> bool {
        self == Alert::NoPlate
    }

    /// The plain sentence behind the label: what it means for the person who stands here.
    pub fn sentence(self, lang: Lang) -> &'static str {
        match self {
            Alert::Disk => lang.pick(
                "Stasiun ini tidak dapat menyimpan data baru. Mohon hubungi petugas.",
                "This station cannot store anything new. Please ask the staff.",
            ),
            Alert::SetAside => lang.pick(
                "Data lama rusak dan disimpan untuk teknisi. Bila kartu Bapak/Ibu belum terbit, mohon hubungi petugas.",
                "The old data was damaged and is kept for the technician. If your card is still to come, please ask the staff.",
            ),
            Alert::ClockUntrusted => lang.pick(
                "Jam stasiun belum dipastikan. Pemeriksaan kartu dapat meminta KTP.",
                "The station's clock is not confirmed yet. A card check may ask for an ID card.",
            ),
            Alert::Camera => lang.pick(
                "Foto menunggu kamera tersambung kembali.",
                "Photos wait until the camera is connected again.",
            ),
            Alert::ScanCamera => lang.pick(
                "Pemeriksaan kartu menunggu kamera tersambung kembali.",
                "Card checks wait until the camera is connected again.",
            ),
            Alert::Printer => lang.pick(
                "Kartu tetap dapat diterbitkan; cetak dapat diambil nanti.",
                "Cards can still be issued; the print can be fetched later.",
            ),
            Alert::Paper => lang.pick(
                "Kartu tetap dapat diterbitkan; petugas akan mengisi kertas.",
                "Cards can still be issued; the staff will refill the paper.",
            ),
            Alert::Unclaimed => lang.pick(
                "Cetakan orang sebelumnya masih di pencetak. Mohon serahkan kepada petugas.",
                "The previous person's print is still in the printer. Please hand it to the staff.",
            ),
            Alert::PaperLow => lang.pick(
                "Masih cukup untuk sekarang; petugas akan mengisi kertas.",
                "Enough for now; the staff will refill the paper.",
            ),
            Alert::Offline => lang.pick(
                "Kartu tamu tetap dapat diperiksa. Kartu baru diterbitkan setelah jaringan pulih.",
                "Visitors' cards can still be checked. New cards are issued once the network is back.",
            ),
            Alert::NotJoined => lang.pick(
                "Teknisi perlu menghubungkan stasiun ini ke Server Kantor.",
                "A technician has to join this station to the office server.",
            ),
            Alert::Backdrop => lang.pick(
                "Foto tetap dapat diambil. Petugas perlu memotret ulang latar kosong.",
                "Photos can still be taken. The staff need to take the empty backdrop anew.",
            ),
            Alert::NoPlate => lang.pick(
                "Latar foto dihapus tanpa foto latar kosong. Hasilnya lebih rapi bila latar kosong dipotret.",
                "Backgrounds are removed without the empty backdrop. Results are cleaner once it has been taken.",
            ),
        }
    }
}

/// The alerts that are raised at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alerts(u16);

impl Alerts {
    pub fn set(&mut self, alert: Alert, raised: bool) {
        let bit = 1 << alert as u16;
        if raised {
            self.0 |= bit;
        } else {
            self.0 &= !bit;
        }
    }

    /// As one number, for a place that several threads share.
    pub fn bits(self) -> u16 {
        self.0
    }

    pub fn from_bits(bits: u16) -> Alerts {
        Alerts(bits)
    }

    pub fn is_raised(self, alert: Alert) -> bool {
        self.0 & (1 << alert as u16) != 0
    }

    /// The one that matters most to who stands here.
    pub fn first(self) -> Option<Alert> {
        self.all().find(|alert| !alert.is_for_staff())
    }

    /// Every one, also those that only staff are told.
    pub fn all(self) -> impl Iterator<Item = Alert> {
        Alert::ALL.into_iter().filter(move |alert| self.is_raised(*alert))
    }
}
