//! What the page behind a card's code says, in both languages at once: a pair is Indonesian, then
//! English. No sentence names a cause, none says "false".

use crate::central::lookup::{Answer, Failed};
use crate::credential::{Reason, Verdict};

pub type Pair = (&'static str, &'static str);

/// Why, and what to do: for somebody at a counter or a door with a phone in the hand.
pub fn sentences(answer: &Answer) -> (Pair, Pair) {
    const WITH_KTP: Pair = (
        "Boleh diterima dengan KTP; yang melayani yang memutuskan.",
        "May be accepted with an identity card (KTP); whoever serves decides.",
    );
    const ASK_KTP: Pair = (
        "Mohon minta KTP. Pemegang kartu dapat meminta kartu baru di kantornya.",
        "Please ask for an identity card (KTP). The holder can get a new card at their office.",
    );
    const COMPARE: Pair = (
        "Cocokkan wajah pembawa dengan foto pada kartu. Data pemegang dapat dilihat di bawah.",
        "Compare the bearer's face with the photo on the card. The holder's data can be seen below.",
    );
    match (answer.verdict, answer.reasons.first()) {
        (Verdict::Valid, Some(Reason::NewerCardExists)) => (
            (
                "Kartu ini asli dan pemegangnya masih ASN; ada kartu yang lebih baru.",
                "This card is genuine and its holder is in service; there is a newer card.",
            ),
            COMPARE,
        ),
        (Verdict::Valid, _) => (
            (
                "Kartu ini asli dan berlaku menurut data saat ini.",
                "This card is genuine and in force as of this moment.",
            ),
            COMPARE,
        ),
        (Verdict::NoLongerValid, _) => (
            ("Kartu ini tidak berlaku lagi.", "This card is no longer in force."),
            ("Silakan dilayani sebagai tamu umum.", "Please serve the person as a general visitor."),
        ),
        (Verdict::Confirm, Some(Reason::Suspended)) => {
            (("Kartu ini sedang ditangguhkan.", "This card is suspended for now."), WITH_KTP)
        }
        (Verdict::Confirm, Some(Reason::KeyRevoked)) => (
            (
                "Kartu ini tercatat di kantor penerbitnya, tetapi perlu diganti dengan kartu baru.",
                "This card is on record at its office, and needs to be exchanged for a new one.",
            ),
            WITH_KTP,
        ),
        (Verdict::Confirm, _) => (
            (
                "Tanda tangan kartu ini asli, tetapi statusnya belum dapat dipastikan di sini.",
                "The signature on this card is genuine, but its status cannot be confirmed here.",
            ),
            WITH_KTP,
        ),
        (_, Some(Reason::Damaged)) => (
            ("Tautan ini tidak lengkap atau sudah berubah.", "This link is incomplete or was changed."),
            (
                "Mohon pindai sekali lagi kode pada kartunya. Bila tetap demikian, minta KTP.",
                "Please scan the code on the card once more. If it stays so, ask for an identity card (KTP).",
            ),
        ),
        (_, Some(Reason::UnknownSigner | Reason::KeyRevoked | Reason::KeyNotValidThen)) => (
            (
                "Tanda tangan pada kode ini bukan dari kunci penerbit yang terdaftar.",
                "The signature in this code is not from a registered key of the issuer.",
            ),
            ASK_KTP,
        ),
        _ => (
            (
                "Isi kode tidak cocok dengan tanda tangan penerbitnya.",
                "The code's content does not match its issuer's signature.",
            ),
            ASK_KTP,
        ),
    }
}

/// Why the answer to the captcha was not taken.
pub fn failed(failed: Failed) -> Pair {
    match failed {
        Failed::Digits => (
            "Angkanya belum sama. Mohon salin angka yang baru di bawah ini.",
            "The digits are not the same. Please copy the new ones below.",
        ),
        Failed::Old => (
            "Kode keamanan sudah lewat waktunya atau sudah dipakai. Mohon salin angka yang baru.",
            "The security code is too old or was used. Please copy the new digits.",
        ),
        Failed::Work => (
            "Pemeriksaan di ponsel ini belum selesai. Mohon coba sekali lagi.",
            "The check on this phone was not finished. Please try once more.",
        ),
    }
}

pub const WAIT: Pair = (
    "Data ini sudah beberapa kali dilihat. Mohon coba lagi sebentar lagi",
    "This was looked at several times. Please try again shortly",
);
pub const WAITING: Pair = ("Kartu sedang diperiksa…", "Checking the card…");
pub const NO_CODE: Pair = ("Kode kartu tidak ikut terbaca", "The card's code was not read along");
pub const NO_CODE_WHY: Pair = (
    "Alamat ini hanya memuat nomor kartu. Yang membuktikan kartu ada di dalam kode QR-nya.",
    "This address holds the card's number only. What proves the card is in its QR code.",
);
pub const NO_CODE_DO: Pair = (
    "Mohon pindai kode QR pada kartu dengan kamera ponsel, jangan mengetik alamatnya.",
    "Please scan the QR code on the card with the phone's camera; do not type the address.",
);
pub const OFFLINE: Pair = ("Jaringan terputus", "The network is down");
pub const OFFLINE_DO: Pair = (
    "Server belum menjawab. Kartu ini belum diperiksa; ini bukan berarti tidak sah.",
    "The server did not answer. The card has not been checked; this does not mean it is not genuine.",
);
pub const AGAIN: Pair = ("Coba lagi", "Try again");
pub const NO_SCRIPT: Pair = ("Kartu ini belum diperiksa", "This card has not been checked");
pub const NO_SCRIPT_WHY: Pair = (
    "Tanda tangan pada kode hanya dapat diperiksa dengan JavaScript, dan peramban ini tidak menjalankannya.",
    "The signature in the code can only be checked with JavaScript, which this browser does not run.",
);
pub const NO_SCRIPT_DO: Pair = (
    "Nyalakan JavaScript lalu buka lagi, pakai ponsel lain, atau minta KTP. Meja layanan dengan Anjungan \
     dapat memeriksa kartu ini tanpa internet.",
    "Turn JavaScript on and open this again, use another phone, or ask for an identity card (KTP). A service \
     desk with a station can check this card without the internet.",
);
pub const DATA: Pair = ("Data pemegang", "The holder's data");
pub const DATA_WHY: Pair = (
    "Untuk melindungi pemegang kartu, mohon salin angka ini lebih dahulu.",
    "To protect the card's holder, please copy these digits first.",
);
pub const DIGITS: Pair = ("Kode keamanan", "Security code");
pub const DIGITS_HINT: Pair = ("Ketik lima angka di atas", "Type the five digits above");
pub const SHOW: Pair = ("Lihat data pemegang", "Show the holder's data");
pub const BUSY: Pair = ("Ponsel sedang menyelesaikan pemeriksaan…", "The phone is finishing its check…");
pub const TROUBLE: Pair = (
    "Belum berhasil: jaringan terputus atau peramban ini terlalu lama. Mohon coba lagi, atau pakai ponsel lain.",
    "That did not work: the network is down, or this browser is too old. Please try again or use another phone.",
);
pub const NOTED: Pair = (
    "Pembukaan data ini dicatat pada kartu tersebut, tanpa mencatat siapa yang melihat. Mohon tidak menyimpan \
     atau menyebarkannya (UU 27/2022).",
    "That this data was opened is noted with the card, not by whom. Please do not keep it or pass it on \
     (UU 27/2022).",
);

pub const NAME: Pair = ("Nama", "Name");
pub const NIP: Pair = ("NIP", "NIP (employee number)");
pub const NIP_PPPK: Pair = ("Nomor Induk PPPK", "PPPK number");
pub const TMT: Pair = ("TMT PNS", "Appointed from (TMT PNS)");
pub const CONTRACT: Pair = ("Mulai kontrak", "Start of contract");
pub const BODY: Pair = ("Instansi", "Employing body");
pub const STATUS: Pair = ("Status", "Status");
pub const ACTIVE_PNS: Pair = ("PNS aktif", "PNS, in service");
pub const ACTIVE_PPPK: Pair = ("PPPK aktif", "PPPK, in service");
pub const SERIAL: Pair = ("Nomor seri kartu", "Serial on the card");
pub const ISSUED: Pair = ("Tanggal terbit", "Day of issue");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_verdict_is_without_words_and_none_names_a_cause() {
        let verdicts = [Verdict::Valid, Verdict::Confirm, Verdict::NoLongerValid, Verdict::NotGenuine];
        let forbidden = ["palsu", "fake", "forged", "pensiun", "retired", "meninggal", "diberhentikan"];
        for verdict in verdicts {
            for reason in Reason::ALL {
                let ((why_id, why_en), (do_id, do_en)) =
                    sentences(&Answer { verdict, reasons: vec![reason] });
                for text in [why_id, why_en, do_id, do_en] {
                    assert!(text.ends_with('.') && text.len() > 20, "{text}");
                    assert!(!forbidden.iter().any(|word| text.to_lowercase().contains(word)), "{text}");
                }
                assert_ne!((why_id, do_id), (why_en, do_en));
            }
        }
    }
}
