//! Work units of an invented regency, and the positions found in each.

/// The employing body of all sample people. There is no regency of this name.
pub const BODY: &str = "Pemerintah Kabupaten Kertamulya";

/// A position, and the degree of whoever holds it: what stands before the name, and behind it.
#[derive(Clone, Copy)]
pub struct Post {
    pub position: &'static str,
    pub before: &'static str,
    pub behind: &'static str,
}

/// A work unit with the posts of permanent staff, and those of beginners and staff on contract.
pub struct Unit {
    pub name: &'static str,
    pub permanent: &'static [Post],
    pub first: &'static [Post],
}

const fn post(position: &'static str, before: &'static str, behind: &'static str) -> Post {
    Post { position, before, behind }
}

pub const UNITS: [Unit; 12] = [
    Unit {
        name: "Dinas Pendidikan",
        permanent: &[
            post("Pengawas Sekolah Ahli Madya", "Dr.", "M.Pd."),
            post("Analis Kebijakan Ahli Muda", "", "S.Sos., M.Si."),
        ],
        first: &[post("Penata Layanan Operasional", "", "S.Pd.")],
    },
    Unit {
        name: "SD Negeri 3 Kertamulya",
        permanent: &[post("Kepala Sekolah", "", "S.Pd., M.Pd."), post("Guru Ahli Muda", "", "S.Pd.SD")],
        first: &[post("Guru Ahli Pertama", "", "S.Pd.")],
    },
    Unit {
        name: "SMP Negeri 1 Atap Tanjung Sari",
        permanent: &[post("Guru Ahli Muda", "", "S.Pd., M.Si."), post("Guru Ahli Madya", "", "S.Pd.")],
        first: &[post("Guru Ahli Pertama", "", "S.Pd."), post("Guru Ahli Pertama", "", "S.Si., Gr.")],
    },
    Unit {
        name: "Dinas Kesehatan",
        permanent: &[
            post("Administrator Kesehatan Ahli Muda", "", "S.K.M., M.Kes."),
            post("Epidemiolog Kesehatan Ahli Muda", "", "S.K.M."),
        ],
        first: &[post("Sanitarian Terampil", "", "A.Md.K.L."), post("Nutrisionis Terampil", "", "A.Md.Gz.")],
    },
    Unit {
        name: "UPTD Puskesmas Sukamaju",
        permanent: &[post("Dokter Ahli Muda", "dr.", "M.Kes."), post("Perawat Mahir", "", "A.Md.Kep.")],
        first: &[post("Perawat Terampil", "", "A.Md.Kep."), post("Apoteker Ahli Pertama", "apt.", "S.Farm.")],
    },
    Unit {
        name: "Rumah Sakit Umum Daerah Kertamulya",
        permanent: &[post("Dokter Ahli Madya", "dr.", "Sp.PD"), post("Perawat Ahli Muda", "Ns.", "S.Kep.")],
        first: &[
            post("Perawat Ahli Pertama", "Ns.", "S.Kep."),
            post("Radiografer Terampil", "", "A.Md.Rad."),
        ],
    },
    Unit {
        name: "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
        permanent: &[
            post("Analis SDM Aparatur Ahli Muda", "", "S.I.P., M.Si."),
            post("Kepala Subbagian Umum", "", "S.E., M.M."),
        ],
        first: &[post("Pranata Komputer Ahli Pertama", "", "S.Kom.")],
    },
    Unit {
        name: "Dinas Kependudukan dan Pencatatan Sipil",
        permanent: &[
            post("Administrator Database Kependudukan Ahli Muda", "", "S.Kom., M.Kom."),
            post("Kepala Seksi Pelayanan", "", "S.Sos."),
        ],
        first: &[post("Operator Layanan Operasional", "", "A.Md.")],
    },
    Unit {
        name: "Dinas Pekerjaan Umum, Perumahan Rakyat dan Kawasan Permukiman",
        permanent: &[
            post("Teknik Jalan dan Jembatan Ahli Muda", "Ir.", "S.T., M.T."),
            post("Penata Ruang Ahli Muda", "", "S.T."),
        ],
        first: &[post("Penata Ruang Ahli Pertama", "", "S.P.W.K.")],
    },
    Unit {
        name: "Satuan Polisi Pamong Praja",
        permanent: &[
            post("Polisi Pamong Praja Mahir", "", ""),
            post("Kepala Seksi Operasi", "", "S.H., M.H."),
        ],
        first: &[post("Polisi Pamong Praja Terampil", "", "")],
    },
    Unit {
        name: "Kecamatan Tanjung Sari",
        permanent: &[
            post("Sekretaris Camat", "", "S.STP., M.Si."),
            post("Pengelola Administrasi Pemerintahan", "", ""),
        ],
        first: &[post("Pengadministrasi Perkantoran", "", "")],
    },
    Unit {
        name: "Dinas Komunikasi dan Informatika",
        permanent: &[
            post("Pranata Komputer Ahli Muda", "", "S.Kom., M.T."),
            post("Pranata Hubungan Masyarakat Ahli Muda", "", "S.I.Kom."),
        ],
        first: &[post("Pranata Komputer Terampil", "", "A.Md.Kom.")],
    },
];
