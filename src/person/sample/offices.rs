//! Work units of an invented regency, and the positions found in each.

/// The employing body of all sample people. There is no regency of this name.
pub const BODY: &str = "Pemerintah Kabupaten Kertamulya";

/// A unit, the positions of permanent staff, and those of staff on contract.
pub struct Unit {
    pub name: &'static str,
    pub permanent: &'static [&'static str],
    pub contract: &'static [&'static str],
}

pub const UNITS: [Unit; 12] = [
    Unit {
        name: "Dinas Pendidikan",
        permanent: &["Guru Ahli Muda", "Guru Ahli Madya", "Pengawas Sekolah Ahli Madya"],
        contract: &["Guru Ahli Pertama"],
    },
    Unit {
        name: "SD Negeri 3 Kertamulya",
        permanent: &["Kepala Sekolah", "Guru Ahli Muda", "Guru Ahli Pertama"],
        contract: &["Guru Ahli Pertama"],
    },
    Unit {
        name: "SMP Negeri 1 Atap Tanjung Sari",
        permanent: &["Guru Ahli Muda", "Guru Ahli Pertama"],
        contract: &["Guru Ahli Pertama", "Pengelola Umum Operasional"],
    },
    Unit {
        name: "Dinas Kesehatan",
        permanent: &["Administrator Kesehatan Ahli Muda", "Epidemiolog Kesehatan Ahli Pertama"],
        contract: &["Sanitarian Terampil", "Nutrisionis Terampil"],
    },
    Unit {
        name: "UPTD Puskesmas Sukamaju",
        permanent: &["Bidan Penyelia", "Dokter Ahli Muda", "Perawat Mahir"],
        contract: &["Perawat Terampil", "Bidan Terampil"],
    },
    Unit {
        name: "Rumah Sakit Umum Daerah Kertamulya",
        permanent: &["Dokter Ahli Madya", "Perawat Ahli Muda", "Apoteker Ahli Pertama"],
        contract: &["Perawat Ahli Pertama", "Radiografer Terampil"],
    },
    Unit {
        name: "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia",
        permanent: &["Analis SDM Aparatur Ahli Muda", "Kepala Bidang Mutasi"],
        contract: &["Pranata Komputer Ahli Pertama"],
    },
    Unit {
        name: "Dinas Kependudukan dan Pencatatan Sipil",
        permanent: &["Administrator Database Kependudukan Ahli Muda", "Kepala Seksi Pelayanan"],
        contract: &["Operator Layanan Operasional"],
    },
    Unit {
        name: "Dinas Pekerjaan Umum, Perumahan Rakyat dan Kawasan Permukiman",
        permanent: &["Teknik Jalan dan Jembatan Ahli Muda", "Penata Ruang Ahli Pertama"],
        contract: &["Penata Layanan Operasional"],
    },
    Unit {
        name: "Satuan Polisi Pamong Praja",
        permanent: &["Polisi Pamong Praja Mahir", "Kepala Seksi Operasi"],
        contract: &["Polisi Pamong Praja Terampil"],
    },
    Unit {
        name: "Kecamatan Tanjung Sari",
        permanent: &["Camat", "Sekretaris Camat", "Pengelola Administrasi Pemerintahan"],
        contract: &["Pengadministrasi Perkantoran"],
    },
    Unit {
        name: "Dinas Komunikasi dan Informatika",
        permanent: &["Pranata Komputer Ahli Muda", "Pranata Hubungan Masyarakat Ahli Muda"],
        contract: &["Pranata Komputer Terampil"],
    },
];
