//! What the modules below say in one language, in both: refusals, and the words of the journal. The
//! modules speak to programs and to whoever runs commands; these pages speak to the office.

use crate::central::registry::{Column, RowError};
use crate::lang::Lang;
use crate::person::NipError;

/// Refusals: how one begins, and the whole sentence in Indonesian. A test looks whether each is here.
const REFUSALS: &[(&str, &str)] = &[
    ("a reason has", "Alasan berisi 1 sampai 200 karakter, satu baris."),
    ("an answer has", "Jawaban berisi 1 sampai 300 karakter, satu baris."),
    ("not a serial", "Ini bukan nomor seri kartu."),
    ("no card has this serial", "Tidak ada kartu dengan nomor seri ini."),
    (
        "the card is not in a state",
        "Keadaan kartu sudah berubah, sehingga hal ini tidak dapat diputuskan lagi. Mohon lihat kartunya kembali.",
    ),
    ("no such decision", "Putusan ini tidak dikenal."),
    ("no card has this photo", "Tidak ada kartu dengan foto ini."),
    (
        "the card of this photo was",
        "Kartu dengan foto ini sudah diganti atau dicabut, sehingga fotonya tidak perlu ditinjau lagi.",
    ),
    (
        "somebody else has decided about",
        "Petugas lain sudah memutuskan foto ini. Mohon lihat putusannya dahulu.",
    ),
    (
        "nothing of this station waits",
        "Tidak ada lagi kiriman Anjungan ini yang menunggu putusan. Mungkin petugas lain sudah memutuskannya.",
    ),
    ("no such device", "Anjungan ini tidak ada, atau sudah dicabut."),
    ("no such station", "Anjungan ini tidak ada."),
    (
        "no station with this fingerprint",
        "Tidak ada Anjungan dengan sidik kunci ini yang menunggu persetujuan. Mungkin sudah diputuskan, atau Anjungan itu bergabung lagi.",
    ),
    ("not a fingerprint", "Ini bukan sidik kunci Anjungan."),
    ("name and place have", "Nama dan tempat masing-masing berisi 1 sampai 60 karakter."),
    ("nobody in the registry has this", "Pegawai ini tidak ada dalam daftar."),
    (
        "the account has a password already",
        "Pegawai ini sudah punya kata sandi. Pilih \"Ganti kata sandi\" untuk membuat kode baru.",
    ),
    ("no open report has this number", "Laporan ini sudah dijawab, atau nomornya tidak ada."),
    (
        "four lists wait already",
        "Sudah ada empat daftar yang menunggu. Mohon selesaikan atau buang salah satunya.",
    ),
    ("this list is not there any more", "Daftar ini sudah tidak ada: daftar disimpan paling lama satu jam."),
    ("the file is larger than", "Berkas ini lebih besar dari 128 MB."),
    ("the file did not arrive whole", "Berkas tidak sampai dengan utuh. Mohon unggah lagi."),
    (
        "this day cannot be",
        "Tanggal ini tidak dapat dipakai. Mohon pilih hari antara tahun 1950 dan dua tahun dari sekarang.",
    ),
    ("no such status", "Status ini tidak dikenal."),
    ("no such scope", "Hak ini tidak dikenal."),
    ("a client's name has", "Nama sistem berisi 1 sampai 60 karakter."),
    ("no such client", "Sistem ini tidak ada, atau kuncinya sudah dicabut."),
    ("a batch's name has", "Nama kelompok berisi paling banyak 60 karakter."),
    ("no such batch", "Kelompok ini tidak ada."),
    ("every station of this batch", "Semua Anjungan dalam kelompok ini sudah bergabung."),
    (
        "these codes were shown once",
        "Kode-kode ini hanya tampil sekali dan tidak disimpan. Buat kode baru di halaman kelompoknya.",
    ),
    ("accounts of staff are for", "Akun petugas hanya diurus administrator."),
    (
        "this needs your own second factor",
        "Untuk akun petugas diperlukan kode dari aplikasi autentikator Anda sendiri, yang belum dipakai. Mohon tunggu kode berikutnya.",
    ),
    ("no such unit", "Unit kerja ini tidak ada."),
    ("no list was taken in yet", "Belum ada daftar yang dimasukkan."),
    ("another list was taken in since", "Sesudah itu sudah ada daftar lain yang dimasukkan."),
    ("this list was taken back already", "Daftar ini sudah dibatalkan."),
    ("a word has", "Kata berisi 1 sampai 60 huruf."),
    ("at most 500 words", "Paling banyak 500 kata dapat diberi arti."),
];

/// A refusal as this page says it. What has no sentence of its own is said as it is.
pub fn refusal(english: &str, lang: Lang) -> String {
    let known = REFUSALS.iter().find(|(start, _)| english.starts_with(start));
    if let (Lang::Id, Some((_, indonesian))) = (lang, known) {
        return (*indonesian).to_owned();
    }
    let mut letters = english.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// What is wrong with a whole file. Its own names stand in the sentences, so these are looked for inside.
pub fn file_fault(english: &str, lang: Lang) -> String {
    const FAULTS: &[(&str, &str)] = &[
        ("several sheets", "Buku kerja ini berisi beberapa lembar. Mohon pilih lembarnya."),
        ("is empty", "Berkas atau lembar ini kosong."),
        (
            "web page with the ending",
            "Ini halaman web yang berakhiran .xls. Buka dengan program tabel, lalu simpan sebagai .xlsx.",
        ),
        (
            "cannot be accounted for",
            "Ada baris yang tidak terbaca. Mohon simpan ulang berkas ini sebagai .xlsx atau CSV UTF-8.",
        ),
        ("UTF-16", "Berkas ini memakai UTF-16. Simpan sebagai CSV UTF-8."),
        ("no row of column names", "Baris nama kolom tidak ada."),
        (
            ".xls)",
            "Ini buku kerja lama (.xls) atau yang berkata sandi. Simpan sebagai .xlsx tanpa kata sandi.",
        ),
        (
            "damaged workbook",
            "Buku kerja ini rusak, atau bentuknya tidak dikenal. Simpan ulang sebagai .xlsx.",
        ),
        (
            "unfolds to more",
            "Isi buku kerja ini jauh lebih besar daripada daftar pegawai. Berkas tidak dibaca.",
        ),
        ("no workbook", "Ini bukan buku kerja .xlsx yang dapat dibaca."),
        ("not in order", "Baris-baris dalam lembar ini tidak berurutan. Simpan ulang sebagai .xlsx."),
        ("no sheet", "Lembar itu tidak ada dalam buku kerja ini."),
        ("sheet", "Lembar ini tidak dapat dibaca. Simpan ulang sebagai .xlsx."),
        ("is not among them", "Kolom NIP, nama, atau status belum ditentukan."),
        ("two columns", "Dua kolom dalam berkas ini berarti sama. Pilih salah satunya."),
        ("no column of the first row", "Kolom yang dipilih tidak ada dalam berkas ini."),
    ];
    match FAULTS.iter().find(|(part, _)| english.contains(part)) {
        Some((_, indonesian)) if lang == Lang::Id => (*indonesian).to_owned(),
        _ => refusal(english, lang),
    }
}

/// Why a row is refused.
pub fn row_fault(error: &RowError, lang: Lang) -> String {
    if lang == Lang::En {
        return error.to_string();
    }
    match error {
        RowError::Fields { found, named } => {
            format!("Baris ini berisi {found} kolom, baris pertama {named}: mungkin terpotong.")
        }
        RowError::Nip(error) => nip_fault(*error),
        RowError::Rounded => {
            "NIP tersimpan sebagai bilangan, sehingga angka terakhirnya hilang. Simpan kolom NIP sebagai teks.".into()
        }
        RowError::Glued => "Dua baris berada dalam satu baris, atau akhir barisnya tidak ada.".into(),
        RowError::NoNip => "NIP kosong.".into(),
        RowError::Age(age) => format!("Menurut NIP ini, pengangkatan pada usia {age} tahun: ada angka yang keliru."),
        RowError::Ahead => "Menurut NIP ini, tahun pengangkatan masih di depan: ada angka yang keliru.".into(),
        RowError::Twice { line, name: true } => format!("NIP ini sama dengan NIP di baris {line}, namanya berbeda."),
        RowError::Twice { line, name: false } => format!("NIP ini sama dengan NIP di baris {line}, datanya berbeda."),
        RowError::RoundedTwice(line) => format!(
            "NIP ini sama dengan NIP di baris {line}, namanya berbeda: program tabel telah membulatkannya. Simpan kolom NIP sebagai teks."
        ),
        RowError::NoName => "Nama kosong.".into(),
        RowError::Name => "Nama lebih dari 150 karakter.".into(),
        RowError::Letter { column, letter } => {
            format!("{column}: huruf U+{:04X} tidak dapat dicetak pada kartu.", u32::from(*letter))
        }
        RowError::NoStatus => "Status kosong.".into(),
        RowError::Status(column) => format!(
            "Kata dalam kolom {column} tidak dikenal. Yang dikenal: aktif, cpns, pensiun, berhenti, diberhentikan, meninggal, kontrak berakhir. Tentukan artinya di bawah."
        ),
        RowError::Disagree => "Kolom status dan kolom jenis kepegawaian berlawanan.".into(),
        RowError::DateOrder { column, day_first, month_first } => format!(
            "{column}: baris {day_first} menulis hari dahulu, baris {month_first} menulis bulan dahulu. Tulis 2026-12-31."
        ),
        RowError::Date(column) => format!("{column}: bukan tanggal (tulis 31-12-2026 atau 2026-12-31)."),
        RowError::NoBody => "Instansi kosong.".into(),
        RowError::Body => "Instansi ini tidak boleh disebut oleh penerbit kartu kantor ini.".into(),
        RowError::Long(column) => format!("{column}: lebih dari 200 karakter."),
        RowError::Quote => "Tanda kutip dibuka dan tidak ditutup.".into(),
        RowError::TooLong => "Baris terlalu panjang.".into(),
        RowError::Fault(column) => format!("{column}: rumus dalam sel ini gagal."),
    }
}

fn nip_fault(error: NipError) -> String {
    match error {
        NipError::Length(count) => format!("NIP berisi {count} angka, seharusnya 18."),
        NipError::NotADigit(other) => format!("NIP berisi '{other}', yang bukan angka."),
        NipError::Birth => "Angka 1 sampai 8 dari NIP bukan tanggal lahir.".into(),
        NipError::Year => "Angka 9 sampai 12 dari NIP bukan tahun sesudah kelahiran.".into(),
        NipError::Month => {
            "Angka 13 dan 14 dari NIP bukan bulan (PNS) dan bukan 21 atau lebih (PPPK).".into()
        }
        NipError::Sex => "Angka 15 dari NIP bukan 1 atau 2.".into(),
        NipError::Serial => "Tiga angka terakhir dari NIP adalah 000.".into(),
    }
}

pub fn column(column: Column, lang: Lang) -> &'static str {
    match column {
        Column::Nip => lang.pick("NIP", "NIP"),
        Column::Name => lang.pick("Nama", "Name"),
        Column::Status => lang.pick("Kedudukan hukum (status)", "Legal status"),
        Column::Kind => lang.pick("Jenis kepegawaian", "Kind of employment"),
        Column::TitleBefore => lang.pick("Gelar depan", "Titles before the name"),
        Column::TitleAfter => lang.pick("Gelar belakang", "Titles after the name"),
        Column::StatusSince => lang.pick("Status sejak", "Status since"),
        Column::Tmt => "TMT",
        Column::ContractEnd => lang.pick("Akhir kontrak", "Contract ends"),
        Column::Body => lang.pick("Instansi", "Employing body"),
        Column::Unit => lang.pick("Unit kerja", "Work unit"),
        Column::Position => lang.pick("Jabatan", "Position"),
        Column::Karpeg => "KARPEG",
    }
}

/// What is done, as the journal keeps it and as people say it. A test looks whether each is here.
pub const ACTIONS: &[(&str, &str, &str)] = &[
    ("account-new", "Kode aktivasi dibuat", "Activation code made"),
    ("account-reset", "Kode kata sandi baru dibuat", "Code for a new password made"),
    ("activate", "Akun diaktifkan", "Account activated"),
    ("api-issues", "Kartu dibaca oleh sistem lain", "Cards read by another system"),
    ("api-key-new", "Kunci sistem lain dibuat", "Key for another system made"),
    ("api-key-revoke", "Kunci sistem lain dicabut", "Key of another system revoked"),
    ("api-list", "Daftar dibaca oleh sistem lain", "List read by another system"),
    ("api-put", "Data diubah oleh sistem lain", "Data changed by another system"),
    ("api-read", "Data dibaca oleh sistem lain", "Data read by another system"),
    ("api-status", "Status diubah oleh sistem lain", "Status changed by another system"),
    (
        "approve-station",
        "Masuk di Anjungan disetujui lewat ponsel",
        "Sign-in at a station approved on a phone",
    ),
    ("assist-refused", "Akun petugas tidak dibuka di Anjungan", "A staff account not opened at a station"),
    ("assisted-new-password", "Kode kata sandi lewat petugas", "Password code from a clerk"),
    ("assisted-sign-in", "Masuk dibantu petugas", "Signed in with a clerk's help"),
    ("audit-chain-broken", "Rantai catatan Anjungan terputus", "A station's chain does not hold"),
    ("batch-approve", "Kelompok Anjungan disetujui di muka", "A batch of stations approved beforehand"),
    ("batch-withdraw", "Persetujuan di muka ditarik", "Approval beforehand withdrawn"),
    ("call-answered", "Panggilan petugas dijawab", "Call for staff answered"),
    ("call-staff", "Petugas dipanggil", "Staff called"),
    ("card-resume", "Kartu dipulihkan", "Card made good again"),
    ("card-revoke", "Kartu dicabut", "Card revoked"),
    ("card-suspend", "Kartu ditangguhkan", "Card suspended"),
    ("correction", "Data keliru dilaporkan", "Wrong data reported"),
    ("correction-closed", "Laporan dijawab", "Report answered"),
    ("deny-station", "Masuk di Anjungan ditolak lewat ponsel", "Sign-in at a station declined on a phone"),
    ("clock-confirm", "Jam server dipastikan", "The server's clock confirmed"),
    ("clock-reset-end", "Pembetulan jam Anjungan diakhiri", "Stations take back no time any more"),
    ("clock-reset-stations", "Anjungan boleh membetulkan jamnya", "Stations may take back a wrong time"),
    ("device-approve", "Anjungan disetujui", "Station approved"),
    (
        "device-batch",
        "Kode dan label kelompok Anjungan dibuat",
        "Codes and labels of a batch of stations made",
    ),
    ("device-code", "Kode bergabung dibuat", "Code to join made"),
    ("device-commissioned", "Laporan pemasangan diterima", "Set-up report received"),
    ("device-new", "Anjungan disiapkan", "Room made for a station"),
    ("device-reject", "Kunci Anjungan ditolak", "A station's keys rejected"),
    (
        "device-quarantine",
        "Anjungan yang dicabut menyerahkan kirimannya",
        "A revoked station handed over what it owed",
    ),
    ("device-revoke", "Anjungan dicabut", "Station revoked"),
    (
        "device-wipe",
        "Anjungan yang dicabut diperintah menghapus datanya",
        "A revoked station was told to wipe itself",
    ),
    ("device-wiped", "Anjungan yang dicabut telah menghapus datanya", "A revoked station has wiped itself"),
    ("download-link", "Tautan unduhan dibuat", "Download link made"),
    ("download-opened", "Tautan unduhan dibuka", "Download link opened"),
    ("email", "Alamat surel diubah", "E-mail address changed"),
    ("enrol", "Anjungan bergabung", "Station joined"),
    ("epoch-new", "Kunci wilayah diganti", "The region's key changed"),
    ("import", "Daftar dimasukkan", "List taken in"),
    ("import-undo", "Daftar dibatalkan", "List taken back"),
    ("issue", "Kartu diterbitkan", "Card issued"),
    ("look: confirm", "Kartu diperiksa: perlu dipastikan", "Card checked: to be confirmed"),
    ("look: no-code", "Kartu diperiksa: tanpa kode", "Card checked: no code"),
    ("look: no-longer-valid", "Kartu diperiksa: tidak berlaku lagi", "Card checked: no longer valid"),
    ("look: not-genuine", "Kartu diperiksa: kode tidak sah", "Card checked: code not genuine"),
    ("look: valid", "Kartu diperiksa: berlaku", "Card checked: valid"),
    ("page: data shown", "Data pemegang kartu dilihat lewat ponsel", "A holder's data seen on a phone"),
    (
        "page: person seen by administrator",
        "Data pegawai dibuka administrator",
        "A person's page opened by an administrator",
    ),
    (
        "page: person seen by desk",
        "Data pegawai dibuka petugas meja",
        "A person's page opened by a desk clerk",
    ),
    (
        "page: photo seen by administrator",
        "Foto ditinjau administrator",
        "A photo looked at by an administrator",
    ),
    ("page: photo seen by desk", "Foto ditinjau petugas meja", "A photo looked at by a desk clerk"),
    ("password-by-link", "Kata sandi diganti lewat tautan", "Password changed by a link"),
    ("password-changed", "Kata sandi diganti", "Password changed"),
    ("password-link", "Tautan kata sandi dikirim", "Password link sent"),
    ("person-status", "Status pegawai diubah", "Employee's status changed"),
    ("phone-sign-in", "Masuk dengan ponsel", "Signed in on a phone"),
    ("phones-signed-out", "Semua ponsel dikeluarkan", "All phones signed out"),
    ("photo-accepted", "Foto diterima", "Photo accepted"),
    ("photo-again", "Foto baru diminta", "New photo asked for"),
    ("pick-up", "Kartu diambil", "Card picked up"),
    ("quarantine-discarded", "Kiriman yang ditahan dibuang", "A held item discarded"),
    ("quarantine-released", "Kiriman yang ditahan diterima", "A held item released"),
    ("reject", "Kiriman Anjungan ditolak", "A station's item rejected"),
    ("report", "Laporan unit dibuat", "Unit report made"),
    ("sign-in", "Masuk di Anjungan", "Signed in at a station"),
    ("sign-in-by-phone", "Masuk di Anjungan lewat ponsel", "Signed in at a station by phone"),
    ("staff-put", "Peran petugas diberikan", "Staff role given"),
    ("staff-remove", "Peran petugas diambil", "Staff role taken away"),
    ("staff-second-factor-wrong", "Kode kedua petugas keliru berulang kali", "Wrong second factors of staff"),
    ("staff-sign-in", "Petugas masuk", "Staff signed in"),
    ("staff-sign-out", "Petugas keluar", "Staff signed out"),
    ("trust-import", "Daftar penerbit dimasukkan", "Trust list taken in"),
];

pub fn action(word: &str, lang: Lang) -> String {
    let known = ACTIONS.iter().find(|(known, ..)| *known == word);
    known.map_or_else(|| word.to_owned(), |(_, id, en)| lang.pick(id, en).to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The sources behind these pages, without their tests.
    fn sources(dir: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !name.contains("tests") {
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                found.push((path.to_string_lossy().into_owned(), text));
            }
        }
    }

    fn all() -> Vec<(String, String)> {
        let mut found = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/central"), &mut found);
        found
    }

    #[test]
    fn each_refusal_behind_these_pages_has_its_indonesian_words() {
        let behind = [
            "kantor/",
            "decisions.rs",
            "fleet.rs",
            "approval.rs",
            "approval/beforehand.rs",
            "accounts.rs",
            "corrections.rs",
            "imports.rs",
            "reviews.rs",
            "report.rs",
            "batch/",
        ];
        let mut seen = 0;
        for (path, text) in all().iter().filter(|(path, _)| behind.iter().any(|part| path.contains(part))) {
            for kind in ["CentralError::NotFound(", "CentralError::Argument("] {
                for rest in text.split(kind).skip(1) {
                    let Some(from) = rest.find('"').filter(|at| *at < 60) else { continue };
                    let sentence = &rest[from + 1..];
                    let known = REFUSALS.iter().any(|(start, _)| sentence.starts_with(start));
                    assert!(known, "{path}: {}", sentence.split('"').next().unwrap());
                    seen += 1;
                }
            }
        }
        assert!(seen > 12, "{seen}");
        assert_eq!(
            refusal("no such device, or it is revoked", Lang::En),
            "No such device, or it is revoked."
        );
        assert!(refusal("no such device, or it is revoked", Lang::Id).starts_with("Anjungan ini"));
    }

    #[test]
    fn each_action_of_the_journal_has_its_words() {
        let mut seen = 0;
        for (path, text) in all() {
            for rest in text
                .split("audit(")
                .skip(1)
                .filter(|rest| rest.starts_with("&mut ") || rest.starts_with("tx"))
            {
                // The fourth argument, where it is a word.
                let call = rest.split(".await").next().unwrap_or_default();
                // Where the actor is a word too, it stands before it.
                let mut words = call.split('"').skip(1).step_by(2);
                let actors = ["admin", "nobody", "page", "phone"];
                let Some(word) = words.find(|word| !actors.contains(word) && !word.contains('{')) else {
                    continue;
                };
                assert!(ACTIONS.iter().any(|(known, ..)| *known == word), "{path}: {word}");
                seen += 1;
            }
        }
        assert!(seen > 20, "{seen}");
        assert_eq!(action("card-revoke", Lang::Id), "Kartu dicabut");
    }
}
