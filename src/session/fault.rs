//! The one table of faults that a person can meet: a code for staff, a sentence in two languages,
//! and what to do next.

use crate::lang::Lang;
use crate::person::NipError;

/// Declares the faults and, so that none can be left out, the list of them all.
macro_rules! faults {
    ($($fault:ident,)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Fault {
            Nip(NipError),
            $($fault,)+
        }

        impl Fault {
            /// One for each row of the table.
            pub const ALL: &[Fault] =
                &[Fault::Nip(NipError::Length(0)), Fault::Nip(NipError::Birth), $(Fault::$fault,)+];
        }
    };
}

faults! {
    PasswordMissing,
    WrongCredentials,
    NotActivated,
    SlowDown,
    NobodyByNip,
    PhoneDenied,
    PhoneExpired,
    LinkTooLate,
    Offline,
    ServerTrouble,
    NotJoined,
    NotApproved,
    StaffAccount,
    Removed,
    CameraGone,
    NoFace,
    SeveralPeople,
    FaceCutOff,
    FaceTooSmall,
    TooDark,
    TooBright,
    Blurred,
    HeadTilted,
    LookStraight,
    EyesClosed,
    MouthOpen,
    UnevenLight,
    OffCentre,
    BackdropNotFree,
    BackgroundUnclear,
    TurnToRed,
    TurnToBlue,
    PlateSomebody,
    PlateTooDark,
    PlateTooBright,
    PlateMoving,
    PlateLightChanging,
    PlateNotKept,
    CardPicture,
    DiskFull,
    StoreTrouble,
    Rejected,
    CodeShape,
    CodeUnknown,
    CardNotReady,
    Paper,
    Cover,
    PrinterOffline,
    PrinterTrouble,
    PrinterHot,
    PrinterJam,
    PrinterSupplies,
    PrintUnknown,
    PrintDropped,
    PartEnded,
    StartFailed,
    StaffWrong,
    StaffWait,
    StaffCodeShape,
    StaffPinShape,
    StaffJoinAgain,
    StaffOut,
    DecideFirst,
    NumberShape,
    NoRecords,
    ExportPlace,
    ExportFailed,
    NoPicture,
    PrintAnswered,
    NoNetworkManager,
    WifiPassword,
    WifiFailed,
    NoJoinCode,
    AddressShape,
    JoinCodeUsed,
    JoinWouldOrphan,
    JoinAnswerLost,
    PinWeak,
    PinDiffers,
    StaffCodeLost,
    TouchElsewhere,
    TestPrintFailed,
    TimeUnsigned,
    ReportNotKept,
}

impl Fault {
    /// What staff and technicians look up.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// What happened, and what it means.
    pub fn sentence(self, lang: Lang) -> &'static str {
        let row = self.row();
        lang.pick(row.1, row.2)
    }

    /// What to do.
    pub fn next(self, lang: Lang) -> &'static str {
        let row = self.row();
        lang.pick(row.3, row.4)
    }

    #[rustfmt::skip]
    #[allow(clippy::too_many_lines, reason = "one table")]
    fn row(self) -> (&'static str, &'static str, &'static str, &'static str, &'static str) {
        match self {
            Fault::Nip(NipError::Length(_)) => ("A01",
                "NIP terdiri dari 18 angka.", "A NIP has 18 digits.",
                "Mohon lengkapi angkanya.", "Please complete the number."),
            Fault::Nip(_) => ("A02",
                "NIP ini tampaknya belum tepat.", "This NIP does not look right yet.",
                "Mohon periksa kembali angka demi angka.", "Please check it digit by digit."),
            Fault::PasswordMissing => ("A03",
                "Kata sandi belum diisi.", "The password is empty.",
                "Mohon isi kata sandi Anjungan.", "Please enter your Anjungan password."),
            Fault::WrongCredentials => ("A04",
                "NIP atau kata sandi belum cocok.", "NIP or password do not match.",
                "Mohon coba lagi, atau tekan Panggil Petugas.", "Please try again, or press Call Staff."),
            Fault::NotActivated => ("A05",
                "Akun ini belum diaktifkan.", "This account is not activated yet.",
                "Petugas akan memberikan kode aktivasi.", "The staff will give you an activation code."),
            Fault::SlowDown => ("A06",
                "Terlalu banyak percobaan.", "Too many tries.",
                "Mohon tunggu sebentar, lalu coba lagi.", "Please wait a moment, then try again."),
            Fault::NobodyByNip => ("A12",
                "NIP ini belum ada di data kantor.", "This NIP is not in the office's data yet.",
                "Mohon petugas mencocokkan NIP dengan SK.", "The staff, please compare it with the letter of appointment."),
            Fault::PhoneDenied => ("A13",
                "Permintaan masuk ditolak di ponsel.", "Declined on the phone.",
                "Bila bukan Bapak/Ibu, tekan Panggil Petugas.", "If that was not you, press Call Staff."),
            Fault::PhoneExpired => ("A14",
                "Kode di layar sudah kedaluwarsa.", "The code on the screen has expired.",
                "Mohon coba lagi dengan kode yang baru.", "Please try again with the new code."),
            Fault::LinkTooLate => ("A15",
                "Tautan kartu tidak dapat dibuat lagi.", "The link can no longer be made.",
                "Mohon masuk kembali, lalu pilih Unduh.", "Please sign in again, then choose Download."),
            Fault::Offline => ("N01",
                "Jaringan terputus.", "The network is down.",
                "Mohon coba beberapa saat lagi.", "Please try again in a while."),
            Fault::ServerTrouble => ("N02",
                "Server Kantor sedang bermasalah.", "The office server is in trouble.",
                "Mohon coba beberapa saat lagi, atau tekan Panggil Petugas.", "Please try again in a while, or press Call Staff."),
            Fault::NotJoined => ("N03",
                "Belum terhubung ke Server Kantor.", "Not joined to the office server.",
                "Mohon hubungi petugas.", "Please ask the staff."),
            Fault::NotApproved => ("N05",
                "Administrator belum menyetujui Anjungan ini.", "The administrator has not approved this station yet.",
                "Mohon gunakan Anjungan lain, atau hubungi petugas.", "Please use another station, or ask the staff."),
            Fault::StaffAccount => ("A16",
                "Akun petugas kantor tidak dibuka di Anjungan.", "An account of the office's staff is not opened at a station.",
                "Masuk dengan kata sandi sendiri, atau hubungi administrator.", "Sign in with the own password, or ask the administrator."),
            Fault::Removed => ("N04",
                "Anjungan ini tidak dipakai lagi.", "This station is out of use.",
                "Datanya sudah dihapus. Mohon gunakan anjungan lain.", "Its data is deleted. Please use another one."),
            Fault::CameraGone => ("C01",
                "Kamera terputus.", "The camera is disconnected.",
                "Mohon tunggu; kamera dicoba lagi. Bila tetap begini, tekan Panggil Petugas.", "Please wait, the camera is tried again. If it stays so, press Call Staff."),
            Fault::NoFace => ("F01",
                "Wajah belum terlihat.", "No face can be seen.",
                "Mohon berdiri di depan kamera.", "Please stand in front of the camera."),
            Fault::SeveralPeople => ("F02",
                "Ada lebih dari satu orang di gambar.", "There is more than one person in the picture.",
                "Mohon satu orang saja di depan kamera.", "Please, one person at a time."),
            Fault::FaceCutOff => ("F03",
                "Wajah belum terlihat seluruhnya.", "The face is not wholly in the picture.",
                "Mohon mundur sedikit.", "Please step back a little."),
            Fault::FaceTooSmall => ("F09",
                "Wajah masih terlalu jauh.", "The face is still too far away.",
                "Mohon mendekat sedikit.", "Please come a little closer."),
            Fault::TooDark => ("F04",
                "Gambar terlalu gelap.", "The picture is too dark.",
                "Mohon menghadap ke cahaya.", "Please face the light."),
            Fault::TooBright => ("F05",
                "Gambar terlalu terang.", "The picture is too bright.",
                "Mohon menjauh dari cahaya langsung.", "Please move out of the direct light."),
            Fault::Blurred => ("F06",
                "Gambar kurang tajam.", "The picture is not sharp.",
                "Mohon berdiri tenang sebentar.", "Please hold still for a moment."),
            Fault::HeadTilted => ("F07",
                "Kepala tampak miring.", "The head is tilted.",
                "Mohon tegakkan kepala.", "Please hold your head upright."),
            Fault::LookStraight => ("F10",
                "Wajah belum menghadap kamera.", "The face is not turned to the camera.",
                "Mohon lihat lurus ke kamera.", "Please look straight at the camera."),
            Fault::EyesClosed => ("F11",
                "Mata tampak terpejam.", "The eyes look closed.",
                "Mohon foto ulang dengan mata terbuka.", "Please take it again with open eyes."),
            Fault::MouthOpen => ("F12",
                "Mulut tampak terbuka.", "The mouth looks open.",
                "Mohon foto ulang dengan mulut tertutup.", "Please take it again with a closed mouth."),
            Fault::UnevenLight => ("F13",
                "Cahaya pada wajah tidak merata.", "The light on the face is uneven.",
                "Mohon menghadap ke cahaya.", "Please face the light."),
            Fault::OffCentre => ("F14",
                "Wajah belum di tengah bingkai.", "The face is not in the middle of the outline.",
                "Mohon geser hingga wajah di dalam bingkai.", "Please move until the face is inside the outline."),
            Fault::BackdropNotFree => ("F15",
                "Ada orang atau benda lain di latar.", "There is somebody or something else before the backdrop.",
                "Mohon satu orang saja di depan latar.", "Please, only one person before the backdrop."),
            Fault::BackgroundUnclear => ("F08",
                "Latar belum dapat dibedakan dari pakaian atau rambut.", "The background cannot be told from clothes or hair.",
                "Mohon coba lagi; petugas dapat mengganti sisi kain latar.", "Please try again; the staff can turn the backdrop cloth."),
            Fault::TurnToRed => ("F16",
                "Warna pakaian mirip dengan latar.", "The clothes are close to the backdrop's colour.",
                "Petugas akan membalik kain latar ke sisi merah. Mohon tekan Panggil Petugas.", "The staff will turn the cloth to its red side. Please press Call Staff."),
            Fault::TurnToBlue => ("F17",
                "Warna pakaian mirip dengan latar.", "The clothes are close to the backdrop's colour.",
                "Petugas akan membalik kain latar ke sisi biru. Mohon tekan Panggil Petugas.", "The staff will turn the cloth to its blue side. Please press Call Staff."),
            Fault::PlateSomebody => ("L01",
                "Masih ada orang di depan latar.", "There is still somebody before the backdrop.",
                "Mohon keluar dari gambar, lalu ulangi.", "Please step out of the picture, then try again."),
            Fault::PlateTooDark => ("L02",
                "Latar terlalu gelap.", "The backdrop is too dark.",
                "Mohon nyalakan lampu atau buka tirai, lalu ulangi.", "Please switch the lamps on or open the blinds, then try again."),
            Fault::PlateTooBright => ("L03",
                "Latar terlalu terang.", "The backdrop is too bright.",
                "Mohon jauhkan lampu dari latar, lalu ulangi.", "Please move the lamp away from it, then try again."),
            Fault::PlateMoving => ("L04",
                "Ada yang bergerak di gambar, atau kamera goyah.", "Something moves in the picture, or the camera shakes.",
                "Mohon kencangkan kamera, tunggu kain diam, lalu ulangi.", "Please fasten the camera, let the cloth hang still, then try again."),
            Fault::PlateLightChanging => ("L05",
                "Cahaya berubah-ubah saat difoto.", "The light changed while it was taken.",
                "Mohon tunggu hingga cahaya tetap, lalu ulangi.", "Please wait until the light is steady, then try again."),
            Fault::PlateNotKept => ("L06",
                "Foto latar tidak dapat disimpan.", "The picture of the backdrop could not be stored.",
                "Mohon periksa penyimpanan stasiun. Foto latar yang lama tetap dipakai.", "Please check the station's storage. The older one stays in use."),
            Fault::CardPicture => ("K01",
                "Gambar kartu tidak dapat dibuat.", "The picture of the card could not be made.",
                "Kartu Bapak/Ibu tetap aman. Mohon tekan Panggil Petugas.", "Your card is safe. Please press Call Staff."),
            Fault::DiskFull => ("D01",
                "Penyimpanan stasiun penuh; foto belum diterima.", "The station's storage is full; the photo was not accepted.",
                "Mohon hubungi petugas atau gunakan stasiun lain.", "Please ask the staff or use another station."),
            Fault::StoreTrouble => ("D02",
                "Stasiun tidak dapat menyimpan; foto belum diterima.", "The station could not store; the photo was not accepted.",
                "Mohon hubungi petugas atau gunakan stasiun lain.", "Please ask the staff or use another station."),
            Fault::Rejected => ("D03",
                "Server Kantor tidak dapat menerbitkan kartu ini.", "The office server could not issue this card.",
                "Mohon masuk kembali dan ulangi fotonya. Bila tetap begini, hubungi petugas.", "Please sign in again and repeat the photo. If it stays so, ask the staff."),
            Fault::CodeShape => ("P01",
                "Kode terdiri dari 8 huruf.", "The code has 8 letters.",
                "Mohon lengkapi kodenya.", "Please complete the code."),
            Fault::CodeUnknown => ("P02",
                "Kode ini tidak dikenal.", "This code is not known.",
                "Periksa lagi, atau masuk dengan NIP.", "Please check it, or sign in with your NIP."),
            Fault::CardNotReady => ("P03",
                "Kartu masih diproses.", "This card is still being made.",
                "Mohon coba beberapa saat lagi.", "Please try again in a while."),
            Fault::PartEnded => ("X01",
                "Stasiun ini sedang tidak dapat digunakan.", "This station is out of order for a moment.",
                "Stasiun akan menyala kembali sendiri. Mohon tunggu sebentar, atau gunakan stasiun lain.", "It will start again by itself. Please wait a moment, or use another station."),
            Fault::StartFailed => ("X02",
                "Stasiun ini sedang tidak dapat digunakan.", "This station is out of order.",
                "Mohon gunakan stasiun lain, atau hubungi petugas.", "Please use another station, or ask the staff."),
            Fault::Paper => ("R01",
                "Kertas pencetak habis.", "The printer is out of paper.",
                "Petugas akan mengisi kertas. Kartu juga dapat diambil nanti.", "The staff will refill it. The card can also be fetched later."),
            Fault::Cover => ("R02",
                "Penutup pencetak terbuka.", "The printer's cover is open.",
                "Petugas akan menutupnya. Kartu juga dapat diambil nanti.", "The staff will close it. The card can also be fetched later."),
            Fault::PrinterOffline => ("R03",
                "Pencetak tidak menjawab.", "The printer does not answer.",
                "Petugas akan memeriksa kabel dan sakelarnya. Kartu juga dapat diambil nanti.", "The staff will check its cable and switch. The card can also be fetched later."),
            Fault::PrinterTrouble => ("R04",
                "Pencetak bermasalah.", "The printer is in trouble.",
                "Kartu sudah terbit dan dapat dicetak nanti.", "The card is issued and can be printed later."),
            Fault::PrinterHot => ("R07",
                "Pencetak sedang mendinginkan diri.", "The printer is cooling down.",
                "Mohon tunggu sebentar; cetakan dilanjutkan sendiri.", "Please wait a moment; the print goes on by itself."),
            Fault::PrinterJam => ("R08",
                "Ada yang tersangkut di pencetak.", "Something is stuck in the printer.",
                "Petugas akan membukanya. Kartu juga dapat diambil nanti.", "The staff will free it. The card can also be fetched later."),
            Fault::PrinterSupplies => ("R09",
                "Pita atau tinta pencetak habis.", "The printer's ribbon or ink is used up.",
                "Petugas akan menggantinya. Kartu juga dapat diambil nanti.", "The staff will replace it. The card can also be fetched later."),
            Fault::PrintUnknown => ("R05",
                "Belum pasti apakah kartu sudah keluar.", "It is not certain whether the card came out.",
                "Petugas akan memeriksa pencetak.", "The staff will look at the printer."),
            Fault::PrintDropped => ("R06",
                "Cetakan dibatalkan.", "The print was dropped.",
                "Kartu sudah terbit dan dapat dicetak lagi.", "The card is issued and can be printed again."),
            Fault::StaffWrong => ("S01",
                "Kode petugas atau PIN belum cocok.", "Staff code or PIN do not match.",
                "Mohon periksa dan coba lagi. Lupa kode: hubungi administrator.", "Please check and try again. Forgotten: ask the administrator."),
            Fault::StaffWait => ("S02",
                "Terlalu banyak percobaan.", "Too many tries.",
                "Mohon tunggu sampai hitungan habis.", "Please wait until the countdown is over."),
            Fault::StaffCodeShape => ("S03",
                "Kode petugas terdiri dari 10 huruf.", "A staff code has 10 letters.",
                "Mohon lengkapi kodenya.", "Please complete the code."),
            Fault::StaffPinShape => ("S04",
                "PIN terdiri dari 6 sampai 12 angka.", "A PIN has 6 to 12 digits.",
                "Mohon lengkapi PIN.", "Please complete the PIN."),
            Fault::StaffJoinAgain => ("S05",
                "Kunci kantor tidak dapat dibuka di stasiun ini.", "The office's key does not open at this station.",
                "Administrator perlu menghubungkan ulang stasiun ini.", "The administrator has to join this station again."),
            Fault::StaffOut => ("S06",
                "Petugas sudah keluar.", "Staff are signed out.",
                "Mohon masuk lagi dengan kode petugas dan PIN.", "Please sign in again with staff code and PIN."),
            Fault::DecideFirst => ("S07",
                "Keputusan petugas belum dipilih.", "The clerk has not decided yet.",
                "Mohon pilih: diterima dengan KTP, atau tidak diterima.", "Please choose: accepted with KTP, or not accepted."),
            Fault::NumberShape => ("S08",
                "Ini bukan NIP atau nomor KARPEG.", "This is neither a NIP nor a KARPEG number.",
                "Mohon ketik NIP 18 angka atau nomor KARPEG.", "Please type a NIP of 18 digits or a KARPEG number."),
            Fault::NoRecords => ("S09",
                "Data pegawai belum ada di stasiun ini.", "The records have not reached this station yet.",
                "Mohon minta KTP, dan coba lagi setelah jaringan tersambung.", "Please ask for an identity card (KTP), and try again once the network is up."),
            Fault::ExportPlace => ("S10",
                "Tempat menyimpan berkas belum diatur.", "No place for files is set.",
                "Administrator mengaturnya dengan export_dir.", "The administrator sets it with export_dir."),
            Fault::ExportFailed => ("S11",
                "Berkas tidak dapat disimpan.", "The file could not be written.",
                "Mohon periksa media penyimpanan, lalu coba lagi.", "Please check the storage medium, then try again."),
            Fault::NoPicture => ("S12",
                "Gambar cetakan ini tidak dapat dibuka.", "The picture of this print cannot be opened.",
                "Cocokkan nomor cetakan pada kertas.", "Compare the print number on the paper."),
            Fault::PrintAnswered => ("S13",
                "Cetakan ini sudah dijawab.", "This print has been answered already.",
                "Tidak perlu tindakan lagi.", "Nothing more to do."),
            Fault::NoNetworkManager => ("T01",
                "Jaringan tidak dapat diatur dari layar ini.", "The network cannot be set from this screen.",
                "Atur dari terminal, atau pasang NetworkManager.", "Set it from a terminal, or install NetworkManager."),
            Fault::WifiPassword => ("T02",
                "Kata sandi Wi-Fi belum cocok.", "The Wi-Fi password does not match yet.",
                "Mohon ketik lagi: 8 sampai 63 huruf atau angka.", "Please type it again: 8 to 63 characters."),
            Fault::WifiFailed => ("T03",
                "Wi-Fi ini tidak dapat dipakai.", "This Wi-Fi could not be joined.",
                "Mohon coba lagi lebih dekat ke pemancar, atau pakai kabel.", "Please try again closer to it, or use a cable."),
            Fault::NoJoinCode => ("T04",
                "Ini bukan kode bergabung.", "This is no code to join.",
                "Tunjukkan kode dari halaman Anjungan di Server Kantor.", "Show the code of the office server's page of stations."),
            Fault::AddressShape => ("T05",
                "Alamat server belum lengkap.", "The server's address is not complete.",
                "Contohnya https://kantor.example, tanpa spasi.", "It looks like https://kantor.example, without spaces."),
            Fault::JoinCodeUsed => ("T06",
                "Kode bergabung salah, sudah dipakai, atau kedaluwarsa.", "The code to join is wrong, used or too old.",
                "Mohon buat kode baru di halaman Anjungan.", "Please make a new one on the page of stations."),
            Fault::JoinWouldOrphan => ("T07",
                "Masih ada kiriman atas nama Anjungan yang lama.", "Items still wait here under the former station.",
                "Mohon buat Kode bergabung lagi untuk Anjungan itu.", "Please make a code to join again for that station."),
            Fault::JoinAnswerLost => ("T08",
                "Server menerima Anjungan ini, tetapi jawabannya tidak tersimpan.", "The server took this station, and its answer could not be kept.",
                "Periksa penyimpanan, lalu buat kode bergabung yang baru.", "Check the storage, then make a new code to join."),
            Fault::PinWeak => ("T09",
                "PIN ini mudah ditebak.", "This PIN is easily guessed.",
                "Mohon pilih 6 sampai 12 angka yang tidak berulang atau berurutan.", "Please choose 6 to 12 digits that neither repeat nor count."),
            Fault::PinDiffers => ("T10",
                "Kedua PIN tidak sama.", "The two PINs differ.",
                "Mohon pilih PIN sekali lagi.", "Please choose the PIN once more."),
            Fault::StaffCodeLost => ("T11",
                "Anjungan sudah bergabung, tetapi kode petugas belum dicatat.", "The station has joined, and its staff code was not written down.",
                "Mohon bergabung sekali lagi dengan kode baru; riwayatnya tetap.", "Please join once more with a new code; the history stays."),
            Fault::TouchElsewhere => ("T12",
                "Sentuhan tidak sampai pada tandanya.", "The touches did not meet their marks.",
                "Mohon tekan keempat tanda sekali lagi, tepat di tengahnya.", "Please press the four marks once more, in their middle."),
            Fault::TestPrintFailed => ("T13",
                "Cetak uji tidak berhasil.", "The test print did not succeed.",
                "Periksa kabel, kertas, dan penutup pencetak, lalu coba lagi.", "Check the printer's cable, paper and cover, then try again."),
            Fault::TimeUnsigned => ("T14",
                "Waktu dari Server Kantor belum dapat dipastikan.", "The office server's time could not be confirmed.",
                "Mohon coba lagi. Bila tetap begini, hubungi administrator.", "Please try again. If it stays so, ask the administrator."),
            Fault::ReportNotKept => ("T15",
                "Laporan tidak dapat disimpan.", "The report could not be kept.",
                "Periksa penyimpanan stasiun, lalu kembali dan coba lagi.", "Check the station's storage, then go back and try again."),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Words that blame or wound somebody, in the languages of the screen.
    const NEVER: [&str; 12] = [
        "palsu",
        "meninggal",
        "pensiun",
        "diberhentikan",
        "dipecat",
        "buka jilbab",
        "lepas jilbab",
        "fake",
        "forged",
        "dead",
        "dismissed",
        "retired",
    ];

    #[test]
    fn every_fault_speaks_both_languages_and_blames_nobody() {
        for fault in Fault::ALL {
            let name = fault.code();
            for said in [Fault::sentence, Fault::next] {
                let (id, en) = (said(*fault, Lang::Id), said(*fault, Lang::En));
                assert_ne!(id, en, "{name}");
                for text in [id, en] {
                    assert!(text.len() > 10 && text.ends_with('.'), "{name}: {text:?}");
                    assert!(text.starts_with(char::is_uppercase), "{name}: {text:?}");
                    let small = text.to_lowercase();
                    let word = NEVER.iter().find(|word| small.contains(**word));
                    assert!(word.is_none(), "{name}: {text:?} says {word:?}");
                }
            }
        }
    }

    #[test]
    fn a_code_leads_to_one_row() {
        let codes: BTreeSet<&str> = Fault::ALL.iter().map(|fault| fault.code()).collect();
        assert_eq!(codes.len(), Fault::ALL.len());
        for code in codes {
            let digits = code.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
            assert!(code.len() == 3 && digits.len() == 2 && digits.parse::<u8>().is_ok(), "{code}");
        }
    }
}
