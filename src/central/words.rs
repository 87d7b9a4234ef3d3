//! Why an item is not taken, as a station shows it.

use super::portrait::PortraitError;
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
    /// The name, the body or the unit holds a letter that no card can draw.
    Letter(char),
    Seal,
    Portrait(PortraitError),
    PickUpCode,
    UnknownIssue,
    CommissionSeal,
    AuditShape,
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
            Rejection::Letter(_) => "letter",
            Rejection::Seal => "seal",
            Rejection::Portrait(_) => "portrait",
            Rejection::PickUpCode => "pick-up-code",
            Rejection::UnknownIssue => "unknown-issue",
            Rejection::CommissionSeal => "commission-seal",
            Rejection::AuditShape => "audit-shape",
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
            Rejection::Letter(letter) => {
                let code = u32::from(letter);
                return match lang {
                    Lang::Id => format!(
                        "Nama atau instansi Bapak/Ibu berisi huruf yang tidak dapat dicetak (U+{code:04X}). Mohon hubungi petugas."
                    ),
                    Lang::En => format!(
                        "Your name or office holds a letter that cannot be printed (U+{code:04X}). Please see the staff."
                    ),
                };
            }
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
            Rejection::CommissionSeal => (
                "Tanda tangan laporan pemasangan ini tidak cocok dengan kunci Anjungan.",
                "The signature of this report does not fit the station's key.",
            ),
            Rejection::AuditShape => (
                "Catatan pemeriksaan ini lebih panjang daripada yang dibuat Anjungan.",
                "This entry of the audit chain is longer than a station makes them.",
            ),
        };
        lang.pick(id, en).to_owned()
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
}
