//! Which column of an import file is which: by the names that offices and programs give them, or by
//! what the office says itself.

use std::str::FromStr;

use super::text::tidy;

/// A column that the registry knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Nip,
    Name,
    Status,
    StatusSince,
    Tmt,
    ContractEnd,
    Body,
    Unit,
    Position,
    Karpeg,
    /// What somebody is employed as (PNS, PPPK, CPNS): another thing than whether they still are.
    Kind,
    /// Titles in columns of their own, which belong to the name.
    TitleBefore,
    TitleAfter,
}

/// The columns of one file, in its order; `None` for those that are not for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(pub Vec<Option<Column>>);

/// What the office says of columns whose names do not say it, or not rightly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping(pub Vec<(Column, Place)>);

/// Where a column of the registry stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Under this name in the first row.
    Header(String),
    /// The how manieth, from 0.
    Index(usize),
    Nowhere,
}

/// What a header lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("the first row must name the columns; '{0}' is not among them (at least nip, nama, status)")]
    Missing(&'static str),
    #[error("two columns of the first row mean '{0}'")]
    Twice(&'static str),
    #[error("no column of the first row is called '{0}'")]
    NoSuch(String),
}

fn column(header: &str) -> Option<Column> {
    let header = tidy(header);
    by_name(&header).or_else(|| {
        // `Akhir Kontrak (TMT)`: without what stands in brackets.
        let (before, rest) = header.split_once('(')?;
        let after = rest.split_once(')').map_or("", |(_, after)| after);
        by_name(&format!("{before} {after}"))
    })
}

/// Letters and digits count; whatever stands between them counts once, whatever it is.
fn plain(header: &str) -> String {
    let words = header.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

fn by_name(header: &str) -> Option<Column> {
    Some(match plain(header).as_str() {
        "nip"
        | "nip_baru"
        | "nip_lama_baru"
        | "ni_pppk"
        | "nip_ni_pppk"
        | "nip_nippk"
        | "nip_nipppk"
        | "nip_nik_pppk"
        | "nipppk"
        | "no_nip"
        | "nomor_nip"
        | "nomor_induk"
        | "nomor_induk_pegawai"
        | "employee_number" => Column::Nip,
        "nama" | "nama_lengkap" | "nama_pegawai" | "nama_asn" | "nama_dan_gelar" | "nama_gelar" | "name"
        | "full_name" => Column::Name,
        "status" | "kedudukan" | "kedudukan_hukum" | "kedudukan_pegawai" | "status_hukum"
        | "status_aktif" | "status_keaktifan" => Column::Status,
        "status_kepegawaian" | "status_pegawai" | "status_asn" | "jenis_pegawai" | "jenis_kepegawaian"
        | "jenis_asn" | "employment_kind" => Column::Kind,
        "status_sejak"
        | "sejak"
        | "tmt_status"
        | "status_since"
        | "tmt_pensiun"
        | "tmt_kedudukan"
        | "tmt_kedudukan_hukum" => Column::StatusSince,
        "tmt" | "tmt_pns" | "tmt_pppk" | "tmt_pns_pppk" | "tmt_pppk_pns" | "tmt_asn" | "mulai_kontrak"
        | "awal_kontrak" | "tmt_kontrak" | "tmt_awal_kontrak" | "start" => Column::Tmt,
        "akhir_kontrak"
        | "selesai_kontrak"
        | "tanggal_akhir_kontrak"
        | "tgl_akhir_kontrak"
        | "tmt_akhir_kontrak"
        | "akhir_kontrak_tmt"
        | "akhir_masa_kontrak"
        | "masa_kontrak_akhir"
        | "kontrak_berakhir"
        | "contract_end" => Column::ContractEnd,
        "instansi" | "nama_instansi" | "instansi_kerja" | "instansi_induk" | "body" => Column::Body,
        "unit" | "unit_kerja" | "nama_unit_kerja" | "unor" | "unit_organisasi" | "perangkat_daerah"
        | "opd" | "skpd" | "work_unit" => Column::Unit,
        "jabatan" | "nama_jabatan" | "position" => Column::Position,
        "karpeg" | "no_karpeg" | "nomor_karpeg" | "kartu_pegawai" | "no_kartu_pegawai" => Column::Karpeg,
        "gelar_depan" | "glr_depan" | "gelar_dpn" => Column::TitleBefore,
        "gelar_belakang" | "glr_belakang" | "gelar_blk" | "gelar_blkg" => Column::TitleAfter,
        _ => return None,
    })
}

impl Column {
    /// What is kept of a person, in the order in which it is exported.
    pub const KEPT: [Column; 10] = [
        Column::Nip,
        Column::Name,
        Column::Status,
        Column::StatusSince,
        Column::Tmt,
        Column::ContractEnd,
        Column::Body,
        Column::Unit,
        Column::Position,
        Column::Karpeg,
    ];

    /// All that a file is asked for.
    pub const ALL: [Column; 13] = [
        Column::Nip,
        Column::TitleBefore,
        Column::Name,
        Column::TitleAfter,
        Column::Kind,
        Column::Status,
        Column::StatusSince,
        Column::Tmt,
        Column::ContractEnd,
        Column::Body,
        Column::Unit,
        Column::Position,
        Column::Karpeg,
    ];

    /// Those that hold a day.
    pub const DAYS: [Column; 3] = [Column::StatusSince, Column::Tmt, Column::ContractEnd];

    pub fn word(self) -> &'static str {
        match self {
            Column::Nip => "nip",
            Column::Name => "nama",
            Column::Status => "status",
            Column::StatusSince => "status_sejak",
            Column::Tmt => "tmt",
            Column::ContractEnd => "akhir_kontrak",
            Column::Body => "instansi",
            Column::Unit => "unit",
            Column::Position => "jabatan",
            Column::Karpeg => "karpeg",
            Column::Kind => "jenis",
            Column::TitleBefore => "gelar_depan",
            Column::TitleAfter => "gelar_belakang",
        }
    }

    pub fn parse(word: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.word() == word)
    }

    /// Without these there is nobody to put in. The status may come from either of its two columns.
    pub fn needed(self) -> bool {
        matches!(self, Column::Nip | Column::Name)
    }
}

impl FromStr for Mapping {
    type Err = String;

    /// `nama=Nama Pegawai,karpeg=`: a column of the registry, and what the file calls it; nothing: it
    /// is left out.
    fn from_str(text: &str) -> Result<Mapping, String> {
        let more = [Column::Kind, Column::TitleBefore, Column::TitleAfter];
        let known = Column::KEPT.into_iter().chain(more).map(Column::word).collect::<Vec<_>>().join(", ");
        let pairs = text.split(',').map(|pair| {
            let (word, header) =
                pair.split_once('=').ok_or_else(|| format!("'{pair}' is not of the form column=name"))?;
            let column = Column::parse(word.trim()).ok_or_else(|| format!("'{word}' is none of: {known}"))?;
            let header = tidy(header);
            Ok((column, if header.is_empty() { Place::Nowhere } else { Place::Header(header) }))
        });
        Ok(Mapping(pairs.collect::<Result<_, String>>()?))
    }
}

impl Columns {
    /// What the first row seems to say, with what the office says over it. Where two columns mean the
    /// same, both are named.
    pub fn guess(header: &[String], mapping: &Mapping) -> Result<Columns, HeaderError> {
        let said = |column| mapping.0.iter().any(|(said, _)| *said == column);
        let mut columns: Vec<_> =
            header.iter().map(|name| column(name).filter(|column| !said(*column))).collect();
        two_meanings(header, &mut columns);
        for (column, place) in &mapping.0 {
            let found = match place {
                Place::Nowhere => continue,
                Place::Index(index) => Some(*index),
                Place::Header(name) => {
                    header.iter().position(|h| tidy(h).to_lowercase() == name.to_lowercase())
                }
            };
            let name = || match place {
                Place::Header(name) => name.clone(),
                _ => column.word().to_owned(),
            };
            let slot = found.and_then(|index| columns.get_mut(index));
            *slot.ok_or_else(|| HeaderError::NoSuch(name()))? = Some(*column);
        }
        Ok(Columns(columns))
    }

    /// Is everything there that an import needs, and only once?
    pub fn check(&self) -> Result<(), HeaderError> {
        for (i, found) in self.0.iter().enumerate() {
            if let Some(found) = found
                && self.0[..i].contains(&Some(*found))
            {
                return Err(HeaderError::Twice(found.word()));
            }
        }
        match Column::ALL.into_iter().find(|column| column.needed() && !self.has(*column)) {
            Some(missing) => Err(HeaderError::Missing(missing.word())),
            None if !self.has(Column::Status) && !self.has(Column::Kind) => {
                Err(HeaderError::Missing(Column::Status.word()))
            }
            None => Ok(()),
        }
    }

    /// The names that mean nothing to the registry: what stands below them is passed over.
    pub fn passed_over(&self, header: &[String]) -> Vec<String> {
        let unknown = header.iter().zip(&self.0).filter(|(_, column)| column.is_none());
        let names = unknown.map(|(name, _)| tidy(name).chars().take(60).collect::<String>());
        names.filter(|name| !name.is_empty() && !OURS.contains(&name.as_str())).take(NAMED).collect()
    }

    pub fn has(&self, column: Column) -> bool {
        self.place(column).is_some()
    }

    pub fn place(&self, column: Column) -> Option<usize> {
        self.0.iter().position(|found| *found == Some(column))
    }
}

/// What refused rows carry besides, when they come back mended.
pub const OURS: [&str; 4] = ["baris", "alasan", "line", "reason"];
/// Names that are told at most.
const NAMED: usize = 40;

/// `Status` beside `Kedudukan Hukum` is what somebody is employed as.
fn two_meanings(header: &[String], columns: &mut [Option<Column>]) {
    let called = |i: usize, name: &str| plain(&header[i]) == name;
    let is_status = |i: &usize| columns[*i] == Some(Column::Status);
    let all: Vec<usize> = (0..columns.len()).filter(is_status).collect();
    if let [_, _] = all[..]
        && !columns.contains(&Some(Column::Kind))
        && let Some(plainly) = all.iter().find(|i| called(**i, "status"))
    {
        columns[*plainly] = Some(Column::Kind);
    }
}

/// The delimiter of a file, from its first row: whichever of `;`, tab and `,` stands there most
/// often outside quotes.
pub fn delimiter(first_row: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in first_row {
        if *byte == b'"' {
            quoted = !quoted;
        }
        for (delimiter, count) in &mut counts {
            if !quoted && byte == delimiter {
                *count += 1;
            }
        }
    }
    // With the same number of each, the comma: it stands first.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(header: &[&str], mapping: &str) -> Result<Columns, HeaderError> {
        let mapping = if mapping.is_empty() { Mapping::default() } else { mapping.parse().unwrap() };
        let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
        let columns = Columns::guess(&header, &mapping)?;
        columns.check().map(|()| columns)
    }

    fn read(header: &[&str]) -> Result<Columns, HeaderError> {
        mapped(header, "")
    }

    #[test]
    fn columns_by_indonesian_and_english_names() {
        let id = read(&["NIP", "Nama", "Status", "TMT PNS", "Instansi", "Unit Kerja", "catatan"]).unwrap();
        let en = read(&["nip", "name", "status", "start", "body", "work unit", "note"]).unwrap();
        assert_eq!(id, en);
        assert!(id.has(Column::Body) && !id.has(Column::Karpeg));
        assert_eq!(read(&["nama", "status"]), Err(HeaderError::Missing("nip")));
        assert_eq!(read(&["nip", "nama", "name", "status"]), Err(HeaderError::Twice("nama")));
    }

    #[test]
    fn what_the_office_says_stands_over_the_names() {
        let header = ["Nomor", "Pegawai", "nama", "status", "unit"];
        assert_eq!(read(&header), Err(HeaderError::Missing("nip")));
        let columns = mapped(&header, "nip=nomor,nama= pegawai ,unit=").unwrap();
        assert_eq!(columns.0, [Some(Column::Nip), Some(Column::Name), None, Some(Column::Status), None]);
        assert_eq!(mapped(&header, "nip=Nomer"), Err(HeaderError::NoSuch("Nomer".into())));
        assert_eq!("nip".parse::<Mapping>().unwrap_err(), "'nip' is not of the form column=name");
        assert!("telepon=HP".parse::<Mapping>().unwrap_err().contains("none of: nip, nama"));
    }

    #[test]
    fn what_somebody_is_employed_as_is_no_status() {
        let columns = read(&["NIP", "NAMA", "KEDUDUKAN HUKUM", "STATUS KEPEGAWAIAN"]).unwrap();
        assert_eq!(columns.place(Column::Status), Some(2));
        assert_eq!(columns.place(Column::Kind), Some(3));
        let columns = read(&["NIP", "NAMA", "Status", "Kedudukan Hukum"]).unwrap();
        assert_eq!((columns.place(Column::Status), columns.place(Column::Kind)), (Some(3), Some(2)));
        let alone = read(&["NIP", "Nama", "Status Kepegawaian"]).unwrap();
        assert!(alone.has(Column::Kind) && !alone.has(Column::Status));
    }

    #[test]
    fn signs_between_words_count_once_and_brackets_may_be_left_out() {
        let header = [
            "NIP / NI PPPK",
            "Nama  Lengkap",
            "Status",
            "TMT PNS/PPPK",
            "Akhir Kontrak (TMT)",
            "No. Karpeg",
            "No. HP",
        ];
        let columns = read(&header).unwrap();
        assert_eq!(columns.place(Column::Tmt), Some(3));
        assert_eq!(columns.place(Column::ContractEnd), Some(4));
        assert_eq!(columns.place(Column::Karpeg), Some(5));
        assert_eq!(columns.passed_over(&header.map(str::to_owned)), ["No. HP"]);
    }

    #[test]
    fn the_delimiter_is_seen() {
        assert_eq!(delimiter(b"nip;nama;status"), b';');
        assert_eq!(delimiter(b"nip,nama,status"), b',');
        assert_eq!(delimiter(b"nip\tnama\tstatus"), b'\t');
        assert_eq!(delimiter(b"\"a;b;c;d\",nama,status"), b',');
        assert_eq!(delimiter(b"nip"), b',');
    }
}
