//! Why a verdict is what it is: one table from reason to sentence and to what to do, in two
//! languages. No sentence names a cause of leaving service, and none says "false".

use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::lang::Lang;

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It has the frame of a card's code and no sound content.
    Damaged,
    /// The signature does not fit what the code says.
    Altered,
    /// No office of the trust list has the key that it names.
    UnknownSigner,
    /// The office withdrew the key.
    KeyRevoked,
    /// The key was not in use on the day of issue.
    KeyNotValidThen,
    /// More than one card in view.
    SeveralCards,
    /// Front and back are of one issue and say different things.
    SidesDiffer,
    /// Revoked, or the holder is no longer PNS or PPPK; deliberately one reason.
    NoLongerInForce,
    Suspended,
    /// The list gives a status that this version does not know.
    StatusUnknown,
    /// No status list for this card, or the list has no such entry.
    StatusMissing,
    StatusStale,
    ClockUntrusted,
    /// Card or list are dated after the present day.
    FromTheFuture,
    TrustListStale,
    /// The opened record is about somebody else.
    RecordDiffers,
    /// The opened record names a body that the card's issuer may not name.
    BodyNotTheirs,
    /// BKN's own link, which cannot be proven here.
    BknLink,
    /// Still in force; a newer one was issued.
    NewerCardExists,
    /// Genuine, and no portrait at hand.
    CompareTheFace,
    /// There is a code, and it is none of a card.
    OtherCode,
    NothingToRead,
}

impl Reason {
    pub const ALL: [Reason; 22] = [
        Reason::Damaged,
        Reason::Altered,
        Reason::UnknownSigner,
        Reason::KeyRevoked,
        Reason::KeyNotValidThen,
        Reason::SeveralCards,
        Reason::SidesDiffer,
        Reason::NoLongerInForce,
        Reason::Suspended,
        Reason::StatusUnknown,
        Reason::StatusMissing,
        Reason::StatusStale,
        Reason::ClockUntrusted,
        Reason::FromTheFuture,
        Reason::TrustListStale,
        Reason::RecordDiffers,
        Reason::BodyNotTheirs,
        Reason::BknLink,
        Reason::NewerCardExists,
        Reason::CompareTheFace,
        Reason::OtherCode,
        Reason::NothingToRead,
    ];

    /// Why, in one sentence.
    pub fn sentence(self, lang: Lang) -> &'static str {
        let (id, en) = self.words().0;
        lang.pick(id, en)
    }

    /// What to do now.
    pub fn what_to_do(self, lang: Lang) -> &'static str {
        let (id, en) = self.words().1;
        lang.pick(id, en)
    }

    /// The table: (why, what to do), each in Indonesian and English.
    #[allow(clippy::too_many_lines, reason = "a table is as long as it has rows")]
    fn words(self) -> ((&'static str, &'static str), (&'static str, &'static str)) {
        /// What a clerk may do where a card is genuine as far as known.
        const WITH_KTP: (&str, &str) = (
            "Boleh diterima dengan KTP; petugas yang memutuskan.",
            "May be accepted with an identity card (KTP); the clerk decides.",
        );
        /// What to do with a code that proves nothing.
        const ASK_KTP: (&str, &str) = (
            "Mohon minta KTP. Pemegang kartu dapat meminta kartu baru di kantornya.",
            "Please ask for an identity card (KTP). The holder can get a new card at their office.",
        );
        match self {
            Reason::Damaged => (
                (
                    "Isi kode tidak lengkap atau tidak utuh.",
                    "The code's content is incomplete or not intact.",
                ),
                (
                    "Mohon bersihkan kartu dan pindai sekali lagi. Bila tetap demikian, minta KTP.",
                    "Please clean the card and scan once more. If it stays so, ask for an identity card (KTP).",
                ),
            ),
            Reason::Altered => (
                (
                    "Isi kode tidak cocok dengan tanda tangan penerbitnya.",
                    "The code's content does not match its issuer's signature.",
                ),
                ASK_KTP,
            ),
            Reason::UnknownSigner => (
                (
                    "Penerbit kode ini tidak terdaftar di stasiun ini.",
                    "The issuer of this code is not on this station's list.",
                ),
                ASK_KTP,
            ),
            Reason::KeyRevoked => (
                (
                    "Kunci penerbit kartu ini sudah ditarik kantornya.",
                    "The key that signed this card was withdrawn by its office.",
                ),
                ASK_KTP,
            ),
            Reason::KeyNotValidThen => (
                (
                    "Kunci penerbit kartu ini tidak dipakai pada tanggal terbitnya.",
                    "The key that signed this card was not in use on its day of issue.",
                ),
                ASK_KTP,
            ),
            Reason::SeveralCards => (
                (
                    "Ada lebih dari satu kartu di depan kamera.",
                    "There is more than one card before the camera.",
                ),
                ("Mohon tunjukkan satu kartu saja.", "Please show one card only."),
            ),
            Reason::SidesDiffer => (
                (
                    "Sisi depan dan belakang tidak sama isinya.",
                    "The front and the back say different things.",
                ),
                WITH_KTP,
            ),
            Reason::NoLongerInForce => (
                ("Kartu ini tidak berlaku lagi.", "This card is no longer in force."),
                ("Silakan dilayani sebagai tamu umum.", "Please serve the person as a general visitor."),
            ),
            Reason::Suspended => {
                (("Kartu ini sedang ditangguhkan.", "This card is suspended for now."), WITH_KTP)
            }
            Reason::StatusUnknown => (
                (
                    "Status kartu ini belum dikenal oleh stasiun ini.",
                    "This station does not know the status of this card yet.",
                ),
                WITH_KTP,
            ),
            Reason::StatusMissing => (
                (
                    "Daftar status untuk kartu ini belum ada di sini. Bukan berarti tidak sah.",
                    "The status list for this card is not here yet. That does not mean it is not genuine.",
                ),
                WITH_KTP,
            ),
            Reason::StatusStale => (
                (
                    "Daftar status di sini sudah lama tidak diperbarui.",
                    "The status list here has not been renewed for long.",
                ),
                WITH_KTP,
            ),
            Reason::ClockUntrusted => (
                ("Jam stasiun ini belum dipastikan.", "This station's clock is not confirmed yet."),
                WITH_KTP,
            ),
            Reason::FromTheFuture => (
                (
                    "Tanggal pada kartu atau daftar status mendahului jam stasiun ini.",
                    "The card or the status list is dated ahead of this station's clock.",
                ),
                WITH_KTP,
            ),
            Reason::TrustListStale => (
                (
                    "Daftar penerbit di sini sudah lama tidak diperbarui.",
                    "The list of issuers here has not been renewed for long.",
                ),
                WITH_KTP,
            ),
            Reason::RecordDiffers => (
                (
                    "Data di stasiun ini bukan data pemegang kartu.",
                    "The data at this station are not those of the card's holder.",
                ),
                WITH_KTP,
            ),
            Reason::BodyNotTheirs => (
                (
                    "Instansi pada data bukan wewenang penerbit kartu ini.",
                    "The body named in the data is not one that this card's issuer may name.",
                ),
                WITH_KTP,
            ),
            Reason::BknLink => (
                ("Kartu BKN: belum dapat dipastikan di sini.", "BKN card: it cannot be confirmed here."),
                (
                    "Buka tautannya dengan ponsel, atau minta KTP.",
                    "Open its link with a phone, or ask for an identity card (KTP).",
                ),
            ),
            Reason::NewerCardExists => (
                (
                    "Kartu ini berlaku; ada kartu yang lebih baru.",
                    "This card is in force; there is a newer one.",
                ),
                (
                    "Tidak perlu tindakan; pemegang boleh memakai kartu yang baru.",
                    "Nothing to do; the holder may use the newer card.",
                ),
            ),
            Reason::CompareTheFace => (
                (
                    "Kode sah, tetapi fotonya ada di sisi lain.",
                    "The code is genuine; the photo is on the other side.",
                ),
                (
                    "Cocokkan wajah. Balik kartu untuk melihat foto.",
                    "Compare the face. Turn the card over to see the photo.",
                ),
            ),
            Reason::OtherCode => (
                ("Kode ini bukan kode kartu ASN.", "This is not the code of a civil servant's card."),
                ("Mohon tunjukkan kode pada kartu ASN.", "Please show the code on the civil servant's card."),
            ),
            Reason::NothingToRead => (
                ("Tidak ada kode yang terbaca.", "There is no code to read."),
                (
                    "Mohon dekatkan kartu ke kamera dan hindari pantulan cahaya.",
                    "Please bring the card closer to the camera and avoid reflections.",
                ),
            ),
        }
    }
}

impl Verdict {
    /// The word that fills the screen; empty where there was no code.
    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            Verdict::Valid => lang.pick("BERLAKU", "IN FORCE"),
            Verdict::Confirm => lang.pick("PERLU DIPASTIKAN", "TO BE CONFIRMED"),
            Verdict::NoLongerValid => lang.pick("TIDAK BERLAKU LAGI", "NO LONGER IN FORCE"),
            Verdict::NotGenuine => lang.pick("KODE TIDAK SAH", "CODE NOT GENUINE"),
            Verdict::NoCode => "",
        }
    }

    /// The code of this verdict in files and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Verdict::Valid => "valid",
            Verdict::Confirm => "confirm",
            Verdict::NoLongerValid => "no-longer-valid",
            Verdict::NotGenuine => "not-genuine",
            Verdict::NoCode => "no-code",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_sentences_and_no_forbidden_word() {
        let forbidden =
            ["palsu", "pensiun", "meninggal", "diberhentikan", "fake", "forged", "retired", "died"];
        for reason in Reason::ALL {
            for lang in [Lang::Id, Lang::En] {
                let text = format!("{} {}", reason.sentence(lang), reason.what_to_do(lang));
                assert!(text.len() > 20 && text.ends_with('.'), "{reason:?}: {text}");
                let lower = text.to_lowercase();
                assert!(forbidden.iter().all(|word| !lower.contains(word)), "{text}");
            }
            assert_ne!(reason.sentence(Lang::Id), reason.sentence(Lang::En));
        }
    }

    #[test]
    fn codes_are_what_serde_writes() {
        for verdict in
            [Verdict::Valid, Verdict::Confirm, Verdict::NoLongerValid, Verdict::NotGenuine, Verdict::NoCode]
        {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.code());
        }
        assert_eq!(serde_json::to_value(Reason::CompareTheFace).unwrap(), "compare-the-face");
    }
}
