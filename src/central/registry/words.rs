//! The words that offices write about employment: what somebody is employed as (PNS, PPPK, CPNS), and
//! whether they still are (Aktif, Tugas Belajar, Pensiun …). Two meanings, often in two columns.

use std::collections::BTreeMap;

use crate::person::Status;

/// What a word says of somebody's employment as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Employed {
    /// PNS or PPPK: which of them, the number says.
    Asn,
    Candidate,
}

/// What one word, or a pair of them (`PNS Aktif`), says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub employed: Option<Employed>,
    pub status: Option<Status>,
}

/// What the office has said of words that this program does not know: by [`plain`] form.
pub type Meanings = BTreeMap<String, Status>;

/// Longest word that a meaning is kept for, in characters.
pub const LONGEST: usize = 60;

/// As words are compared: small letters and digits, one blank between.
pub fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// What this cell says; `None` where nobody has said what it means.
pub fn said(text: &str, meanings: &Meanings) -> Option<Said> {
    let plain = plain(text);
    if let Some(status) = meanings.get(&plain) {
        return Some(Said { employed: None, status: Some(*status) });
    }
    known(&plain)
}

fn known(plain: &str) -> Option<Said> {
    one(plain).or_else(|| {
        // Two that agree: `PNS Aktif`, `Masa Persiapan Pensiun (MPP)`, `Tugas Belajar PPPK`.
        let splits = plain.match_indices(' ');
        splits.take(12).find_map(|(at, _)| joined(one(&plain[..at])?, known(&plain[at + 1..])?))
    })
}

fn joined(a: Said, b: Said) -> Option<Said> {
    let agree = a.status.is_none() || b.status.is_none() || a.status == b.status;
    let employed = a.employed.is_none() || b.employed.is_none() || a.employed == b.employed;
    (agree && employed).then(|| Said { employed: a.employed.or(b.employed), status: a.status.or(b.status) })
}

fn one(plain: &str) -> Option<Said> {
    if let Some(status) = status(plain) {
        return Some(Said { employed: None, status: Some(status) });
    }
    let employed = match plain {
        "pns"
        | "pnsd"
        | "pnsp"
        | "pns daerah"
        | "pns pusat"
        | "pegawai negeri sipil"
        | "asn"
        | "pppk"
        | "p3k"
        | "pppk paruh waktu"
        | "p3k paruh waktu"
        | "pppk pw"
        | "p3k pw"
        | "pppk penuh waktu"
        | "p3k penuh waktu"
        | "pegawai pemerintah dengan perjanjian kerja"
        | "pegawai pemerintah dengan perjanjian kerja paruh waktu" => Employed::Asn,
        "cpns"
        | "cpnsd"
        | "calon"
        | "calon pns"
        | "calon pegawai negeri sipil"
        | "calon asn"
        | "candidate" => Employed::Candidate,
        _ => return None,
    };
    Some(Said { employed: Some(employed), status: None })
}

fn status(plain: &str) -> Option<Status> {
    Some(match plain {
        "aktif"
        | "active"
        | "masih aktif"
        | "aktif bekerja"
        | "tugas belajar"
        | "tubel"
        | "izin belajar"
        | "ijin belajar"
        | "cltn"
        | "cuti luar tanggungan negara"
        | "cuti di luar tanggungan negara"
        | "cuti diluar tanggungan negara"
        | "perpanjangan cltn"
        | "mpp"
        | "masa persiapan pensiun"
        | "bebas tugas mpp"
        | "diperbantukan"
        | "dipekerjakan"
        | "dpk"
        | "dpb"
        | "penugasan"
        | "cuti"
        | "cuti besar"
        | "cuti sakit"
        | "cuti melahirkan"
        | "cuti tahunan"
        | "aktif kembali" => Status::Active,
        "pensiun"
        | "pensiunan"
        | "retired"
        | "bup"
        | "pensiun bup"
        | "batas usia pensiun"
        | "pensiun dini"
        | "pensiun aps"
        | "pensiun atas permintaan sendiri"
        | "purna tugas"
        | "purnatugas"
        | "purna bakti"
        | "purnabakti" => Status::Retired,
        "mengundurkan diri" | "berhenti" | "aps" | "berhenti atas permintaan sendiri" | "resigned" => {
            Status::Resigned
        }
        "diberhentikan"
        | "dismissed"
        | "diberhentikan dengan hormat"
        | "diberhentikan tidak dengan hormat"
        | "pemberhentian dengan hormat"
        | "pemberhentian tidak dengan hormat"
        | "pdh"
        | "ptdh" => Status::Dismissed,
        "meninggal" | "meninggal dunia" | "wafat" | "tewas" | "deceased" | "almarhum" | "almarhumah" => {
            Status::Deceased
        }
        "kontrak berakhir"
        | "contract ended"
        | "kontrak habis"
        | "habis kontrak"
        | "kontrak selesai"
        | "selesai kontrak"
        | "masa kontrak berakhir"
        | "putus kontrak" => Status::ContractEnded,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> Option<(Option<Employed>, Option<Status>)> {
        said(text, &Meanings::new()).map(|said| (said.employed, said.status))
    }

    #[test]
    fn words_of_offices_say_one_thing_or_the_other_or_both() {
        for word in ["PNS", "P3K", "PPPK Paruh Waktu", "Pegawai Negeri Sipil", "pppk (paruh waktu)"] {
            assert_eq!(says(word), Some((Some(Employed::Asn), None)), "{word}");
        }
        for word in [
            "Aktif",
            "Tugas Belajar",
            "CLTN",
            "Masa Persiapan Pensiun (MPP)",
            "M.P.P".replace('.', "").as_str(),
        ] {
            assert_eq!(says(word), Some((None, Some(Status::Active))), "{word}");
        }
        for word in
            ["PNS Aktif", "PNS - Aktif", "Aktif (PPPK)", "PPPK Paruh Waktu Aktif", "PNS Tugas Belajar"]
        {
            assert_eq!(says(word), Some((Some(Employed::Asn), Some(Status::Active))), "{word}");
        }
        assert_eq!(says("CPNS"), Some((Some(Employed::Candidate), None)));
        assert_eq!(says("Pensiun BUP"), Some((None, Some(Status::Retired))));
        assert_eq!(says("Pensiun (PNS)"), Some((Some(Employed::Asn), Some(Status::Retired))));
    }

    #[test]
    fn what_says_no_or_two_things_means_nothing_by_itself() {
        for word in [
            "Non Aktif",
            "Tidak Aktif",
            "aktif pensiun",
            "CPNS PNS",
            "Honorer",
            "Pemberhentian Sementara",
            "",
            "-",
        ] {
            assert_eq!(says(word), None, "{word}");
        }
    }

    #[test]
    fn every_word_of_the_registry_itself_is_known() {
        for status in Status::ALL {
            let said = said(status.word(), &Meanings::new()).unwrap();
            let candidate = said.employed == Some(Employed::Candidate);
            assert_eq!(said.status.or(candidate.then_some(Status::Candidate)), Some(status));
        }
    }

    #[test]
    fn what_the_office_has_said_counts_first() {
        let meanings = Meanings::from([("non aktif".to_owned(), Status::Dismissed)]);
        assert_eq!(said(" NON-AKTIF ", &meanings).unwrap().status, Some(Status::Dismissed));
    }
}
