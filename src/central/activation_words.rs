//! What the activation page says, in two languages. No sentence says whether an NIP is known here.

use super::password::Weak;
use crate::lang::Lang;

/// Why no password was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Nip,
    Differ,
    Weak(Weak),
    /// Wrong, used or too old, or nobody's: one answer for all of them.
    Code,
    /// Seconds to wait.
    Wait(u64),
    Unreadable,
    Server,
}

impl Fault {
    /// What happened, and what to do.
    pub fn sentence(self, lang: Lang) -> String {
        let (id, en) = match self {
            Fault::Nip => (
                "NIP ini belum lengkap atau ada angka yang keliru. NIP terdiri dari 18 angka; mohon periksa kembali.",
                "This NIP is not complete or has a wrong digit. A NIP has 18 digits; please check it again.",
            ),
            Fault::Differ => (
                "Kedua kata sandi tidak sama. Mohon ketik kembali keduanya.",
                "The two passwords are not the same. Please type both again.",
            ),
            Fault::Weak(Weak::Short) => (
                "Kata sandi ini terlalu pendek. Mohon pakai paling sedikit 10 karakter, misalnya beberapa kata.",
                "This password is too short. Please use at least 10 characters, for example a few words.",
            ),
            Fault::Weak(Weak::Long) => (
                "Kata sandi ini terlalu panjang. Mohon pakai yang lebih pendek.",
                "This password is too long. Please use a shorter one.",
            ),
            Fault::Weak(Weak::Nip) => (
                "Kata sandi ini memuat NIP, yang diketahui banyak orang. Mohon pilih yang lain.",
                "This password holds the NIP, which many people know. Please choose another.",
            ),
            Fault::Weak(Weak::Birth) => (
                "Kata sandi ini memuat tanggal lahir, yang mudah ditebak. Mohon pilih yang lain.",
                "This password holds a date of birth, which is easy to guess. Please choose another.",
            ),
            Fault::Weak(Weak::Repeated) => (
                "Kata sandi ini mengulang karakter yang sama. Mohon pakai lebih banyak karakter yang berbeda.",
                "This password repeats the same characters. Please use more different ones.",
            ),
            Fault::Weak(Weak::Common) => (
                "Kata sandi ini termasuk yang paling sering dipakai orang, sehingga mudah ditebak. Mohon pilih yang lain, misalnya beberapa kata.",
                "This password is one of those that people use most, so it is easy to guess. Please choose another, for example a few words.",
            ),
            Fault::Weak(Weak::Name) => (
                "Kata sandi ini tersusun dari nama kantor atau layanan ini, yang mudah ditebak. Mohon pilih yang lain.",
                "This password is made of names of this office or service, which are easy to guess. Please choose another.",
            ),
            Fault::Code => (
                "NIP dan kode aktivasi ini tidak cocok, atau kode sudah dipakai atau lewat masanya. Mohon periksa \
                 keduanya; kode baru dapat diminta kepada petugas.",
                "This NIP and activation code do not match, or the code was used or is too old. Please check both; \
                 the staff can give you a new code.",
            ),
            Fault::Wait(seconds) => return wait(seconds, lang),
            Fault::Unreadable => (
                "Isian tidak terbaca. Mohon isi kembali.",
                "The form could not be read. Please fill it in again.",
            ),
            Fault::Server => (
                "Maaf, kata sandi belum dapat disimpan karena gangguan di Server Kantor. Kode Bapak/Ibu tetap \
                 berlaku; mohon coba lagi sebentar lagi.",
                "Sorry, the password could not be saved because of a fault at the central server. Your code is still \
                 good; please try again in a moment.",
            ),
        };
        lang.pick(id, en).to_owned()
    }
}

fn wait(seconds: u64, lang: Lang) -> String {
    let minutes = seconds.div_ceil(60);
    match (lang, seconds < 60) {
        (Lang::Id, true) => {
            format!("Sudah beberapa kali dicoba. Mohon tunggu {seconds} detik, lalu coba lagi.")
        }
        (Lang::Id, false) => {
            format!("Sudah beberapa kali dicoba. Mohon tunggu {minutes} menit, lalu coba lagi.")
        }
        (Lang::En, true) => {
            format!("There were several tries. Please wait for {seconds} s, then try again.")
        }
        (Lang::En, false) => {
            format!("There were several tries. Please wait for {minutes} min, then try again.")
        }
    }
}

/// The words of the form.
pub struct Words {
    pub heading: &'static str,
    pub intro: &'static str,
    pub nip_hint: &'static str,
    pub code: &'static str,
    pub code_hint: &'static str,
    pub password: &'static str,
    pub password_hint: &'static str,
    pub again: &'static str,
    pub again_hint: &'static str,
    pub button: &'static str,
    pub note: &'static str,
    pub done: &'static str,
    pub next: &'static str,
}

impl Words {
    pub const fn of(lang: Lang) -> &'static Words {
        match lang {
            Lang::Id => &ID,
            Lang::En => &EN,
        }
    }
}

const ID: Words = Words {
    heading: "Buat kata sandi Anjungan",
    intro: "Untuk Bapak/Ibu yang sudah menerima kode aktivasi dari petugas.",
    nip_hint: "18 angka",
    code: "Kode aktivasi",
    code_hint: "12 huruf dari petugas",
    password: "Kata sandi Anjungan",
    password_hint: "Paling sedikit 10 karakter, tanpa NIP dan tanggal lahir. Hanya untuk Anjungan, bukan kata sandi layanan lain.",
    again: "Ulangi kata sandi Anjungan",
    again_hint: "Agar tidak ada salah ketik",
    button: "Simpan Kata Sandi",
    note: "Petugas tidak pernah menanyakan kata sandi Bapak/Ibu.",
    done: "Kata sandi sudah dibuat",
    next: "Silakan masuk di Anjungan dengan NIP dan kata sandi ini. Kode aktivasi tidak dapat dipakai lagi.",
};

const EN: Words = Words {
    heading: "Create your Anjungan password",
    intro: "For those who have received an activation code from the staff.",
    nip_hint: "18 digits",
    code: "Activation code",
    code_hint: "12 letters from the staff",
    password: "Anjungan password",
    password_hint: "At least 10 characters, without NIP and date of birth. For Anjungan only, not the password of another service.",
    again: "Repeat the Anjungan password",
    again_hint: "So that no slip of the finger stays",
    button: "Save Password",
    note: "The staff never ask for your password.",
    done: "Your password is set",
    next: "Please sign in at an Anjungan station with your NIP and this password. The activation code cannot be used again.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_a_sentence_of_its_own_in_both_languages() {
        let faults = [
            Fault::Nip,
            Fault::Differ,
            Fault::Weak(Weak::Short),
            Fault::Weak(Weak::Long),
            Fault::Weak(Weak::Nip),
            Fault::Weak(Weak::Birth),
            Fault::Weak(Weak::Repeated),
            Fault::Weak(Weak::Common),
            Fault::Weak(Weak::Name),
            Fault::Code,
            Fault::Wait(2),
            Fault::Wait(900),
            Fault::Unreadable,
            Fault::Server,
        ];
        let all: std::collections::HashSet<String> =
            faults.iter().flat_map(|fault| [Lang::Id, Lang::En].map(|lang| fault.sentence(lang))).collect();
        assert_eq!(all.len(), faults.len() * 2);
        assert!(Fault::Wait(900).sentence(Lang::Id).contains("15 menit"));
    }
}
