//! What people read from this server: why an item is not taken, and the page behind a front code.

use super::portrait::PortraitError;
use crate::credential::CardStatus;
use crate::lang::Lang;
use crate::person::Refusal;

/// Why an item of a station's outbox is never going to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    ForeignItem,
    GrantUnknown,
    GrantUsed,
    GrantExpired,
    NotEligible(Refusal),
    Seal,
    Portrait(PortraitError),
    PickUpCode,
    UnknownIssue,
}

impl Rejection {
    /// A stable code, then a sentence in each language: `grant-used: …. / ….`
    pub fn reason(self) -> String {
        format!("{}: {} / {}", self.code(), self.sentence(Lang::Id), self.sentence(Lang::En))
    }

    fn code(self) -> &'static str {
        match self {
            Rejection::ForeignItem => "foreign-item",
            Rejection::GrantUnknown => "grant-unknown",
            Rejection::GrantUsed => "grant-used",
            Rejection::GrantExpired => "grant-expired",
            Rejection::NotEligible(_) => "not-eligible",
            Rejection::Seal => "seal",
            Rejection::Portrait(_) => "portrait",
            Rejection::PickUpCode => "pick-up-code",
            Rejection::UnknownIssue => "unknown-issue",
        }
    }

    fn sentence(self, lang: Lang) -> String {
        let (id, en) = match self {
            Rejection::ForeignItem => {
                ("Kiriman ini milik anjungan lain.", "This item belongs to another station.")
            }
            Rejection::GrantUnknown => (
                "Masuk yang mendasari kiriman ini tidak dikenal. Mohon Bapak/Ibu masuk kembali.",
                "The sign-in behind this item is not known. Please sign in again.",
            ),
            Rejection::GrantUsed => (
                "Untuk masuk yang sama sudah ada kartu. Mohon masuk kembali untuk foto baru.",
                "This sign-in has had its card already. Please sign in again for a new photo.",
            ),
            Rejection::GrantExpired => (
                "Kiriman ini datang lebih dari 14 hari setelah masuk. Mohon Bapak/Ibu masuk kembali.",
                "This item came more than 14 days after the sign-in. Please sign in again.",
            ),
            Rejection::NotEligible(refusal) => return refusal.sentence(lang),
            Rejection::Seal => (
                "Foto tidak dapat dibuka di Server Kantor. Mohon ambil foto kembali.",
                "The photo cannot be opened at the central server. Please take it again.",
            ),
            Rejection::Portrait(PortraitError::NotPng | PortraitError::Encoding) => (
                "Foto tidak dapat dibaca. Mohon ambil foto kembali.",
                "The photo cannot be read. Please take it again.",
            ),
            Rejection::Portrait(PortraitError::NotTransparent) => (
                "Latar foto belum dihapus. Mohon ambil foto kembali.",
                "The photo's background was not removed. Please take it again.",
            ),
            Rejection::Portrait(PortraitError::Proportion | PortraitError::Size) => (
                "Ukuran foto tidak sesuai. Mohon ambil foto kembali.",
                "The photo has the wrong size. Please take it again.",
            ),
            Rejection::PickUpCode => {
                ("Kode ambil tidak terbaca.", "The pick-up code does not have the right form.")
            }
            Rejection::UnknownIssue => {
                ("Kartu yang dicetak tidak dikenal.", "The printed card is not known.")
            }
        };
        lang.pick(id, en).to_owned()
    }
}

/// Headline and sentence of the page behind a front code. `None`: no such serial here.
pub fn page_words(status: Option<CardStatus>, lang: Lang) -> (&'static str, &'static str) {
    match status {
        Some(CardStatus::Valid) => lang.pick_pair(
            ("Nomor ini tercatat berlaku", "Menurut data hari ini, kartu dengan nomor ini berlaku."),
            ("This number is on record as valid", "As of today, the card with this number is valid."),
        ),
        Some(CardStatus::Replaced) => lang.pick_pair(
            (
                "Nomor ini tercatat berlaku, ada kartu yang lebih baru",
                "Kartu dengan nomor ini masih membuktikan pemegangnya; pemegang sudah mempunyai kartu yang lebih baru.",
            ),
            (
                "This number is on record as valid; there is a newer card",
                "The card with this number still proves its holder, who has a newer one by now.",
            ),
        ),
        Some(CardStatus::Suspended | CardStatus::Unknown(_)) => lang.pick_pair(
            (
                "Nomor ini perlu dipastikan",
                "Kartu dengan nomor ini sedang tidak dapat dipastikan. Mohon minta KTP atau hubungi kantor penerbit.",
            ),
            (
                "This number needs confirmation",
                "The card with this number cannot be confirmed at present. Please ask for an identity card or see the issuing office.",
            ),
        ),
        Some(CardStatus::Revoked | CardStatus::NoLongerAsn) => lang.pick_pair(
            (
                "Nomor ini tidak berlaku lagi",
                "Kartu dengan nomor ini tidak berlaku lagi. Silakan dilayani sebagai tamu umum.",
            ),
            (
                "This number is no longer valid",
                "The card with this number is no longer valid. Please serve the bearer as any other guest.",
            ),
        ),
        None => lang.pick_pair(
            ("Nomor ini tidak ada di sini", "Server ini tidak mengenal kartu dengan nomor ini."),
            ("This number is not known here", "This server knows no card with this number."),
        ),
    }
}

/// What the page cannot say, and who can.
pub fn page_limits(lang: Lang) -> &'static str {
    lang.pick(
        "Halaman ini hanya menjawab tentang nomornya. Nomor dapat disalin orang lain: cocokkan wajah pembawa dengan foto pada kartu. Meja layanan dengan Anjungan dapat memeriksa tanda tangan pada kode dan membuktikan keaslian kartu.",
        "This page answers for the number only. A number can be copied by others: compare the bearer's face with the photo on the card. A service desk with a station can check the signature in the code and prove that the card is genuine.",
    )
}

trait PickPair {
    fn pick_pair<'a>(self, id: (&'a str, &'a str), en: (&'a str, &'a str)) -> (&'a str, &'a str);
}

impl PickPair for Lang {
    fn pick_pair<'a>(self, id: (&'a str, &'a str), en: (&'a str, &'a str)) -> (&'a str, &'a str) {
        match self {
            Lang::Id => id,
            Lang::En => en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_a_code_and_both_languages() {
        let reason = Rejection::GrantUsed.reason();
        assert!(reason.starts_with("grant-used: ") && reason.contains(" / "));
        let refused = Rejection::NotEligible(Refusal::Candidate).reason();
        assert!(refused.contains("TMT PNS") && refused.contains("appointment"));
    }

    #[test]
    fn the_page_names_no_cause_and_never_says_false() {
        for status in
            [0, 1, 2, 3, 12, 7].map(|bits| Some(CardStatus::from_bits(bits))).into_iter().chain([None])
        {
            for lang in [Lang::Id, Lang::En] {
                let (head, text) = page_words(status, lang);
                for word in ["palsu", "fake", "pensiun", "retired", "meninggal", "diberhentikan"] {
                    assert!(!format!("{head} {text}").to_lowercase().contains(word));
                }
            }
        }
    }
}
