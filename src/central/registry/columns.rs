//! Which column of an import file is which, by the names that offices and programs give them.

use super::text::{decode, tidy};

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

/// What a header lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("the first row must name the columns; '{0}' is not among them (at least nip, nama, status)")]
    Missing(&'static str),
    #[error("two columns of the first row mean '{0}'")]
    Twice(&'static str),
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
    fn word(self) -> &'static str {
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
}

impl Columns {
    /// Reads the first row.
    pub fn read(fields: &csv::ByteRecord) -> Result<Columns, HeaderError> {
        let columns: Vec<_> = fields.iter().map(|field| column(&decode(field).0)).collect();
        for (i, found) in columns.iter().enumerate() {
            if let Some(found) = found
                && columns[..i].contains(&Some(*found))
            {
                return Err(HeaderError::Twice(found.word()));
            }
        }
        for needed in [Column::Nip, Column::Name, Column::Status] {
            if !columns.contains(&Some(needed)) {
                return Err(HeaderError::Missing(needed.word()));
            }
        }
        Ok(Columns(columns))
    }

    pub fn has(&self, column: Column) -> bool {
        self.0.contains(&Some(column))
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

    fn read(header: &[&str]) -> Result<Columns, HeaderError> {
        Columns::read(&csv::ByteRecord::from(header.to_vec()))
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
    fn the_delimiter_is_seen() {
        assert_eq!(delimiter(b"nip;nama;status"), b';');
        assert_eq!(delimiter(b"nip,nama,status"), b',');
        assert_eq!(delimiter(b"nip\tnama\tstatus"), b'\t');
        assert_eq!(delimiter(b"\"a;b;c;d\",nama,status"), b',');
        assert_eq!(delimiter(b"nip"), b',');
    }
}
