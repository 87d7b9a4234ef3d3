//! Who gets a card, and whose card still holds: rules 1 and 2 of the circular letter.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Employee, Kind, Status};
use crate::lang::Lang;

/// The rule by which somebody gets no card today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case")]
pub enum Refusal {
    /// A CPNS gets none until the appointment as PNS is complete, also after more than a year.
    Candidate,
    /// The appointment stands in the books but has no date from which it counts.
    NoStartDate,
    /// The appointment counts from a day that lies ahead.
    NotYet { from: Date },
    /// No longer PNS or PPPK. The cause is nobody's business at a counter.
    NoLongerAsn,
    /// The office has suspended this person's card, and with it the right to another one, until it lifts
    /// that. Not a rule of the letter: only the central server knows it.
    Suspended,
}

impl Refusal {
    /// The rule in plain words.
    pub fn sentence(self, lang: Lang) -> String {
        match self {
            Refusal::Candidate => lang
                .pick(
                    "Kartu ASN Virtual diberikan setelah pengangkatan sebagai PNS selesai (ada TMT PNS). Saat ini Bapak/Ibu masih tercatat sebagai CPNS.",
                    "The card is issued once the appointment as PNS is complete (it has a TMT PNS). You are still recorded as CPNS.",
                )
                .to_owned(),
            Refusal::NoStartDate => lang
                .pick(
                    "Tanggal mulai pengangkatan Bapak/Ibu belum tercatat, sehingga kartu belum dapat diterbitkan.",
                    "The start date of your appointment is not recorded yet, so the card cannot be issued.",
                )
                .to_owned(),
            Refusal::NotYet { from } => match lang {
                Lang::Id => format!(
                    "Pengangkatan Bapak/Ibu berlaku mulai {}. Kartu dapat diterbitkan sejak hari itu.",
                    from.strftime("%d-%m-%Y")
                ),
                Lang::En => format!(
                    "Your appointment counts from {}. The card can be issued from that day on.",
                    from.strftime("%d-%m-%Y")
                ),
            },
            Refusal::NoLongerAsn => lang
                .pick(
                    "Kartu ASN Virtual hanya untuk PNS dan PPPK yang masih aktif menurut data kantor.",
                    "The card is only for PNS and PPPK who are active in the office's records.",
                )
                .to_owned(),
            Refusal::Suspended => lang
                .pick(
                    "Kartu Bapak/Ibu sedang ditangguhkan oleh kantor, sehingga kartu baru belum dapat diterbitkan.",
                    "The office has suspended your card, so a new one cannot be issued for now.",
                )
                .to_owned(),
        }
    }

    /// What the person can do next.
    pub fn next(self, lang: Lang) -> &'static str {
        match self {
            Refusal::Candidate => lang.pick(
                "Silakan kembali setelah SK pengangkatan sebagai PNS terbit. Bila sudah terbit, mohon hubungi BKPSDM agar data diperbarui.",
                "Please come back once the decree of appointment as PNS is issued. If it has been, ask the personnel office to update your record.",
            ),
            Refusal::NotYet { .. } => lang.pick(
                "Silakan kembali sejak tanggal itu. Bila tanggalnya keliru, mohon hubungi BKPSDM dengan membawa SK.",
                "Please come back from that date on. If the date is wrong, see the personnel office and bring your decree.",
            ),
            Refusal::Suspended => lang.pick(
                "Mohon hubungi petugas BKPSDM. Sesudah penangguhan dicabut, kartu berlaku kembali.",
                "Please see the personnel office. Once the suspension is lifted, the card is valid again.",
            ),
            Refusal::NoStartDate | Refusal::NoLongerAsn => lang.pick(
                "Bila data ini keliru, mohon hubungi BKPSDM dengan membawa SK.",
                "If this is wrong, please see the personnel office and bring your decree.",
            ),
        }
    }
}

/// May this person be issued a card on this day?
pub fn eligibility(person: &Employee, today: Date) -> Result<(), Refusal> {
    if !still_asn(person, today) {
        return Err(Refusal::NoLongerAsn);
    }
    if person.status == Status::Candidate {
        return Err(match person.tmt {
            Some(from) if from > today => Refusal::NotYet { from },
            _ => Refusal::Candidate,
        });
    }
    match person.tmt {
        None => Err(Refusal::NoStartDate),
        Some(from) if from > today => Err(Refusal::NotYet { from }),
        Some(_) => Ok(()),
    }
}

/// Does a card that this person was once issued still hold on this day?
///
/// It holds as long as the holder is PNS or PPPK; an older print of a valid holder stays valid.
pub fn card_holds(person: &Employee, today: Date) -> bool {
    still_asn(person, today)
}

fn still_asn(person: &Employee, today: Date) -> bool {
    let left = match person.status {
        Status::Candidate | Status::Active => false,
        // Without a day, the office has said that it is so: it counts at once.
        _ => person.status_since.is_none_or(|since| since <= today),
    };
    let contract_over = person.kind() == Kind::Pppk && person.contract_end.is_some_and(|end| end < today);
    !left && !contract_over
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::Nip;
    use jiff::civil::date;

    fn pns() -> Employee {
        Employee {
            nip: Nip::parse("197402152001122001").unwrap(),
            name: "Sri Wahyuni".into(),
            status: Status::Active,
            status_since: None,
            tmt: Some(date(2003, 1, 1)),
            contract_end: None,
            body: "Pemerintah Kabupaten Contoh".into(),
            unit: "Dinas Kesehatan".into(),
            position: "Analis".into(),
            karpeg: None,
        }
    }

    fn pppk() -> Employee {
        Employee {
            nip: Nip::parse("199001012023211005").unwrap(),
            tmt: Some(date(2023, 3, 1)),
            contract_end: Some(date(2028, 2, 29)),
            ..pns()
        }
    }

    #[test]
    fn rule_2_a_pns_from_the_tmt_on() {
        let person = pns();
        assert_eq!(eligibility(&person, date(2003, 1, 1)), Ok(()));
        assert_eq!(eligibility(&person, date(2002, 12, 31)), Err(Refusal::NotYet { from: date(2003, 1, 1) }));
    }

    #[test]
    fn rule_2_a_pppk_from_the_contracts_start() {
        assert_eq!(eligibility(&pppk(), date(2023, 3, 1)), Ok(()));
        assert_eq!(eligibility(&pppk(), date(2023, 2, 28)), Err(Refusal::NotYet { from: date(2023, 3, 1) }));
    }

    #[test]
    fn rule_2_a_candidate_gets_none_also_after_more_than_a_year() {
        let person =
            Employee { status: Status::Candidate, status_since: Some(date(2020, 1, 1)), tmt: None, ..pns() };
        assert_eq!(eligibility(&person, date(2026, 1, 1)), Err(Refusal::Candidate));
    }

    #[test]
    fn an_active_person_without_a_start_date_is_an_incomplete_appointment() {
        assert_eq!(
            eligibility(&Employee { tmt: None, ..pns() }, date(2026, 1, 1)),
            Err(Refusal::NoStartDate)
        );
    }

    #[test]
    fn rule_1_a_card_holds_until_the_day_somebody_leaves() {
        for status in
            [Status::Retired, Status::Resigned, Status::Dismissed, Status::Deceased, Status::ContractEnded]
        {
            let person = Employee { status, status_since: Some(date(2026, 6, 1)), ..pns() };
            assert!(card_holds(&person, date(2026, 5, 31)), "{status:?}");
            assert!(!card_holds(&person, date(2026, 6, 1)), "{status:?}");
            assert_eq!(eligibility(&person, date(2026, 6, 1)), Err(Refusal::NoLongerAsn));
        }
    }

    #[test]
    fn rule_1_a_contract_that_ran_out_ends_the_card_without_anybody_saying_so() {
        assert!(card_holds(&pppk(), date(2028, 2, 29)));
        assert!(!card_holds(&pppk(), date(2028, 3, 1)));
    }

    #[test]
    fn a_status_that_ended_without_a_day_counts_at_once() {
        let person = Employee { status: Status::Retired, status_since: None, ..pns() };
        assert!(!card_holds(&person, date(1999, 1, 1)));
    }

    #[test]
    fn no_refusal_names_a_cause() {
        let forbidden = ["pensiun", "meninggal", "diberhentikan", "retired", "dismissed", "deceased"];
        for lang in [Lang::Id, Lang::En] {
            let text = Refusal::NoLongerAsn.sentence(lang) + Refusal::NoLongerAsn.next(lang);
            assert!(forbidden.iter().all(|word| !text.to_lowercase().contains(word)));
        }
    }
}
