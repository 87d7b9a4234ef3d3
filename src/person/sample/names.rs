//! Invented names as people in several regions bear them, with and without titles.

use super::offices::Post;
use super::rng::SplitMix;
use crate::person::Sex;

/// How names are put together in one region.
struct Region {
    men: &'static [&'static str],
    women: &'static [&'static str],
    /// Second given names that go with either.
    second_men: &'static [&'static str],
    second_women: &'static [&'static str],
    /// Family or clan names; empty where people have none.
    family: &'static [&'static str],
    /// How many in a hundred bear a single name.
    mononyms: usize,
    /// How many in a hundred bear the title of a pilgrim.
    pilgrims: usize,
}

const REGIONS: [Region; 8] = [
    // Java, inland
    Region {
        men: &["Bagyo", "Slamet", "Harjo", "Agus", "Wahyu", "Eko", "Tri", "Sugeng", "Sumarjo", "Paryanto"],
        women: &["Sri", "Endang", "Wulan", "Siti", "Retno", "Dwi", "Ratna", "Yuni", "Lestari", "Sumarni"],
        second_men: &["Santoso", "Prasetyo", "Nugroho", "Haryadi", "Sasmito", "Wibisono"],
        second_women: &["Wahyuni", "Handayani", "Rahayu", "Puspitasari", "Wulandari", "Setyaningsih"],
        family: &[],
        mononyms: 25,
        pilgrims: 12,
    },
    // West Java
    Region {
        men: &["Asep", "Dadang", "Ujang", "Cecep", "Deden", "Yayan", "Iwan", "Rudi"],
        women: &["Euis", "Neng", "Lilis", "Iis", "Tati", "Yayah", "Rina", "Imas"],
        second_men: &["Suryana", "Hidayat", "Kurniawan", "Sutisna", "Mulyana", "Permana"],
        second_women: &["Nurhayati", "Rohaeti", "Komalasari", "Suryani", "Kartika", "Hasanah"],
        family: &[],
        mononyms: 8,
        pilgrims: 12,
    },
    // North Sumatra
    Region {
        men: &["Parlindungan", "Maruli", "Togar", "Hotman", "Jonathan", "Saut", "Binsar"],
        women: &["Rosmaida", "Tiurma", "Lamtiur", "Debora", "Marintan", "Hotmauli", "Ruth"],
        second_men: &["Martua", "Pardomuan", "Halomoan", "Yosua"],
        second_women: &["Elisabet", "Natalia", "Christina", "Romauli"],
        family: &[
            "Sitorus",
            "Nainggolan",
            "Simanjuntak",
            "Hutagalung",
            "Siregar",
            "Lumban Gaol",
            "Panjaitan",
        ],
        mononyms: 0,
        pilgrims: 0,
    },
    // West Sumatra and Riau
    Region {
        men: &["Zulkifli", "Syafrizal", "Fadli", "Rizki", "Yusrizal", "M. Ikhsan", "Afrizal"],
        women: &["Yulidar", "Nur'aini", "Rahmawati", "Fitria", "Desi", "Asma'ul", "Zulaikha"],
        second_men: &["Rahman", "Saputra", "Akmal", "Anwar", "Ramadhan"],
        second_women: &["Husna", "Anggraini", "Putri", "Mardhiah", "Ulfa"],
        family: &["", "", "", "Chaniago", "Tanjung", "Piliang"],
        mononyms: 10,
        pilgrims: 12,
    },
    // South Sulawesi
    Region {
        men: &["Andi Baso", "Muh. Arifin", "Daeng Situju", "Syamsuddin", "Abd. Rahim", "Andi Ma'mun"],
        women: &["Andi Tenri", "Hasnah", "St. Hajrah", "Besse", "Nurhasanah", "Andi Rosmala"],
        second_men: &["Mappangara", "Paturusi", "Makkasau", "Tahir", "Rauf"],
        second_women: &["Abeng", "Sitti", "Batari", "Ramlah", "Ma'rifah"],
        family: &[],
        mononyms: 6,
        pilgrims: 12,
    },
    // Bali
    Region {
        men: &["I Wayan", "I Made", "I Nyoman", "I Ketut", "I Gusti Ngurah", "Ida Bagus"],
        women: &["Ni Wayan", "Ni Made", "Ni Nyoman", "Ni Ketut", "Ni Luh", "Ida Ayu"],
        second_men: &["Sudiarta", "Suardana", "Artawan", "Wirawan", "Mahendra", "Adnyana"],
        second_women: &["Suartini", "Widiastuti", "Sukerti", "Ariani", "Puspawati", "Ratnadi"],
        family: &[],
        mononyms: 0,
        pilgrims: 0,
    },
    // North Sulawesi, Maluku, Nusa Tenggara
    Region {
        men: &["Yohanis", "Ferdinand", "Marthen", "Jefri", "Stenly", "Benyamin", "Alo-Isius"],
        women: &["Meiske", "Yuliana", "Anastasia", "Selfina", "Grace", "Maria-Goreti", "Febriyanti"],
        second_men: &["Robert", "Alexander", "Petrus", "Yakob"],
        second_women: &["Magdalena", "Yosefina", "Debby", "Oktaviana"],
        family: &["Mandagi", "Rumbayan", "Latuheru", "Pattiasina", "Nenobais", "Lay-Rihi", "Manafe"],
        mononyms: 0,
        pilgrims: 0,
    },
    // Kalimantan, Papua
    Region {
        men: &["Norhadi", "Ahmad Rijani", "Silas", "Yulius", "Rusdiansyah", "Elias", "Gazali"],
        women: &["Norhayati", "Mariatul", "Yuspita", "Helda", "Orpa", "Rusmini", "Mina"],
        second_men: &["Fadillah", "Effendi", "Noor", "Markus"],
        second_women: &["Kiptiah", "Hidayah", "Yolanda", "Salasiah"],
        family: &["", "", "Ngabalin", "Wanggai", "Kambuaya", "Usop", "Luran"],
        mononyms: 12,
        pilgrims: 0,
    },
];

/// The longest name that is made, in characters.
pub const LONGEST: usize = 60;

/// One invented name, at most [`LONGEST`] characters long.
pub fn name(rng: &mut SplitMix, sex: Sex, post: Post) -> String {
    let region = &REGIONS[rng.below(REGIONS.len())];
    let (first, second) = match sex {
        Sex::Male => (region.men, region.second_men),
        Sex::Female => (region.women, region.second_women),
    };
    let mut parts = vec![rng.pick(first).to_owned()];
    if !rng.chance(region.mononyms) {
        if region.family.is_empty() || rng.chance(55) {
            parts.push(rng.pick(second).to_owned());
        }
        if !region.family.is_empty() {
            parts.push(rng.pick(region.family).to_owned());
        }
    }
    parts.retain(|part| !part.is_empty());
    let plain = parts.join(" ");
    let pilgrim = match (rng.chance(region.pilgrims), sex) {
        (false, _) => "",
        (true, Sex::Male) => "H.",
        (true, Sex::Female) => "Hj.",
    };
    let degree = rng.chance(65);
    let before = if degree { post.before } else { "" };
    let front: Vec<&str> =
        [before, pilgrim, plain.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    let mut titled = front.join(" ");
    if degree && !post.behind.is_empty() {
        titled = format!("{titled}, {}", post.behind);
    }
    if titled.chars().count() > LONGEST { plain } else { titled }
}
