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
    let plain: String =
        tidy(header).to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    Some(match plain.trim_matches('_') {
        "nip" | "nip_baru" | "ni_pppk" | "nip_ni_pppk" | "nomor_induk" | "employee_number" => Column::Nip,
        "nama" | "nama_lengkap" | "nama_pegawai" | "name" | "full_name" => Column::Name,
        "status" | "status_pegawai" | "status_kepegawaian" | "kedudukan" => Column::Status,
        "status_sejak" | "sejak" | "tmt_status" | "status_since" | "tmt_pensiun" => Column::StatusSince,
        "tmt" | "tmt_pns" | "tmt_pppk" | "mulai_kontrak" | "tmt_kontrak" | "start" => Column::Tmt,
        "akhir_kontrak" | "selesai_kontrak" | "tanggal_akhir_kontrak" | "contract_end" => Column::ContractEnd,
        "instansi" | "nama_instansi" | "instansi_kerja" | "body" => Column::Body,
        "unit" | "unit_kerja" | "unor" | "perangkat_daerah" | "work_unit" => Column::Unit,
        "jabatan" | "nama_jabatan" | "position" => Column::Position,
        "karpeg" | "no_karpeg" | "nomor_karpeg" => Column::Karpeg,
        _ => return None,
    })
}

impl Column {
    pub const ALL: [Column; 10] = [
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
        }
    }

    pub fn parse(word: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.word() == word)
    }

    /// Without these there is nobody to put in.
    pub fn needed(self) -> bool {
        matches!(self, Column::Nip | Column::Name | Column::Status)
    }
}

impl FromStr for Mapping {
    type Err = String;

    /// `nama=Nama Pegawai,karpeg=`: a column of the registry, and what the file calls it; nothing: it
    /// is left out.
    fn from_str(text: &str) -> Result<Mapping, String> {
        let known = Column::ALL.map(Column::word).join(", ");
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
            None => Ok(()),
        }
    }

    pub fn has(&self, column: Column) -> bool {
        self.place(column).is_some()
    }

    pub fn place(&self, column: Column) -> Option<usize> {
        self.0.iter().position(|found| *found == Some(column))
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
    fn the_delimiter_is_seen() {
        assert_eq!(delimiter(b"nip;nama;status"), b';');
        assert_eq!(delimiter(b"nip,nama,status"), b',');
        assert_eq!(delimiter(b"nip\tnama\tstatus"), b'\t');
        assert_eq!(delimiter(b"\"a;b;c;d\",nama,status"), b',');
        assert_eq!(delimiter(b"nip"), b',');
    }
}
