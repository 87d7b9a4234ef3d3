//! Who may do what: the one table that says, for every address of the pages and of the API, who may ask
//! it, and for every action on a person's account, whose account it may be. An address that is not here
//! is refused to everybody.

use super::{Area, Role};

/// Who may ask an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Anybody: the way in.
    Anybody,
    /// A person who has signed in on their own phone, for what is their own.
    Phone,
    /// Anybody of the staff.
    Staff,
    /// Those of the staff whose work it is.
    Part(Area),
    /// A key of another system: that it reads is enough.
    ReadKey,
    /// A key of another system that may write.
    WriteKey,
    /// A station in session.
    Station,
}

/// What an action does to the person whom it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Nothing that lets anybody in, or keeps anybody out.
    Nothing,
    /// The account: passwords, codes, what is signed in, a role, or the standing that an account rests on.
    Account,
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Right {
    pub method: &'static str,
    pub path: &'static str,
    pub gate: Gate,
    pub touch: Touch,
}

/// Whom an action is about, as the one who acts sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Employee,
    /// Somebody of the staff who is no administrator.
    Staff,
    Administrator,
    Oneself,
}

/// What the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    /// With the second factor of the one who acts, asked once more.
    WithFactor,
    No,
}

const fn get(path: &'static str, gate: Gate) -> Right {
    Right { method: "GET", path, gate, touch: Touch::Nothing }
}

const fn post(path: &'static str, gate: Gate) -> Right {
    Right { method: "POST", path, gate, touch: Touch::Nothing }
}

const fn account(path: &'static str, gate: Gate) -> Right {
    Right { method: "POST", path, gate, touch: Touch::Account }
}

/// The table.
pub const RIGHTS: &[Right] = &[
    get("/kantor", Gate::Staff),
    get("/kantor/grafik", Gate::Staff),
    get("/kantor/masuk", Gate::Anybody),
    post("/kantor/masuk", Gate::Anybody),
    post("/kantor/keluar", Gate::Staff),
    get("/kantor/sandi", Gate::Staff),
    post("/kantor/sandi", Gate::Staff),
    get("/kantor/orang", Gate::Part(Area::People)),
    post("/kantor/orang", Gate::Part(Area::People)),
    get("/kantor/orang/{record}", Gate::Part(Area::People)),
    get("/kantor/orang/{record}/foto/{serial}", Gate::Part(Area::People)),
    post("/kantor/orang/{record}/kartu", Gate::Part(Area::Cards)),
    account("/kantor/orang/{record}/akun", Gate::Part(Area::People)),
    account("/kantor/orang/{record}/status", Gate::Part(Area::Cards)),
    get("/kantor/impor", Gate::Part(Area::Lists)),
    post("/kantor/impor/berkas", Gate::Part(Area::Lists)),
    get("/kantor/impor/terakhir", Gate::Part(Area::Lists)),
    post("/kantor/impor/terakhir", Gate::Part(Area::Lists)),
    get("/kantor/impor/{id}", Gate::Part(Area::Lists)),
    post("/kantor/impor/{id}", Gate::Part(Area::Lists)),
    get("/kantor/impor/{id}/ditolak.csv", Gate::Part(Area::Lists)),
    get("/kantor/sistem", Gate::Part(Area::Systems)),
    post("/kantor/sistem", Gate::Part(Area::Systems)),
    post("/kantor/sistem/{id}", Gate::Part(Area::Systems)),
    get("/kantor/anjungan", Gate::Part(Area::Stations)),
    post("/kantor/anjungan", Gate::Part(Area::Stations)),
    post("/kantor/anjungan/{id}", Gate::Part(Area::Stations)),
    get("/kantor/kunci/{keys}", Gate::Part(Area::Stations)),
    post("/kantor/kunci/{keys}", Gate::Part(Area::Approval)),
    post("/kantor/kelompok", Gate::Part(Area::Stations)),
    post("/kantor/kelompok/{id}/persetujuan", Gate::Part(Area::Approval)),
    get("/kantor/kelompok/{id}", Gate::Part(Area::Stations)),
    post("/kantor/kelompok/{id}", Gate::Part(Area::Stations)),
    get("/kantor/kelompok/{id}/{file}", Gate::Part(Area::Stations)),
    get("/kantor/cetakan", Gate::Part(Area::Prints)),
    get("/kantor/laporan", Gate::Part(Area::People)),
    post("/kantor/laporan", Gate::Part(Area::People)),
    get("/kantor/koreksi", Gate::Part(Area::Corrections)),
    post("/kantor/koreksi", Gate::Part(Area::Corrections)),
    get("/kantor/foto", Gate::Part(Area::Photos)),
    get("/kantor/foto/{serial}", Gate::Part(Area::Photos)),
    post("/kantor/foto/{serial}", Gate::Part(Area::Photos)),
    get("/kantor/catatan", Gate::Part(Area::Journal)),
    get("/akun", Gate::Phone),
    get("/akun/kartu", Gate::Phone),
    get("/akun/kartu/{sheet}", Gate::Phone),
    get("/akun/cetak", Gate::Phone),
    get("/akun/foto", Gate::Phone),
    get("/akun/foto/kirim", Gate::Anybody),
    post("/akun/foto/kirim", Gate::Phone),
    get("/akun/foto/lihat", Gate::Phone),
    post("/akun/foto/lihat", Gate::Phone),
    get("/akun/foto/lihat/{sheet}", Gate::Phone),
    get("/akun/keliru", Gate::Phone),
    post("/akun/keliru", Gate::Phone),
    get("/akun/dilihat", Gate::Phone),
    get("/akun/ponsel", Gate::Phone),
    get("/akun/sandi", Gate::Phone),
    post("/akun/sandi", Gate::Phone),
    post("/akun/keluar", Gate::Phone),
    post("/akun/keluar-semua", Gate::Phone),
    // Stations, where an account is touched.
    account("/activate", Gate::Anybody),
    account("/sign-in", Gate::Station),
    account("/sign-in/offer", Gate::Station),
    account("/sign-in/ask", Gate::Station),
    account("/sign-in/withdraw", Gate::Station),
    account("/assist/challenge", Gate::Station),
    account("/assist", Gate::Station),
    get("/openapi.json", Gate::Anybody),
    get("/people", Gate::ReadKey),
    Right { method: "PUT", path: "/people", gate: Gate::WriteKey, touch: Touch::Nothing },
    post("/people/find", Gate::ReadKey),
    get("/people/{record}", Gate::ReadKey),
    // A list of the office's personnel system ends employment, of staff as of everybody.
    post("/people/{record}/status", Gate::WriteKey),
    get("/people/{record}/issues", Gate::ReadKey),
    get("/cards/{serial}", Gate::ReadKey),
];

/// The line of an address. `path` is as the routes name it.
pub fn right(method: &str, path: &str) -> Option<&'static Right> {
    // axum answers HEAD with what GET does.
    let method = if method == "HEAD" { "GET" } else { method };
    RIGHTS.iter().find(|right| right.method == method && right.path == path)
}

impl Right {
    /// Whether somebody of the staff may ask this address at all.
    pub fn lets_in(&self, role: Role) -> bool {
        match self.gate {
            Gate::Anybody | Gate::Staff => true,
            Gate::Part(area) => role.may(area),
            Gate::Phone | Gate::ReadKey | Gate::WriteKey | Gate::Station => false,
        }
    }

    /// Whether they may do it to this person.
    pub fn verdict(&self, role: Role, subject: Subject) -> Verdict {
        if !self.lets_in(role) {
            return Verdict::No;
        }
        match (self.touch, subject) {
            (Touch::Nothing, _) | (Touch::Account, Subject::Employee) => Verdict::Yes,
            (Touch::Account, _) if role == Role::Administrator => Verdict::WithFactor,
            (Touch::Account, _) => Verdict::No,
        }
    }
}
