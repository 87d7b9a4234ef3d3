//! A hundred thousand changes at random of code, trust list and status list: none is accepted, none makes a reader
//! panic. The numbers come from a seed, so a failure can be looked at again.

use data_encoding::BASE32_NOPAD;

use super::super::base45;
use super::*;

/// `SplitMix64`: repeatable numbers from a seed, for tests.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// One to four changes of any kind. Half of them touch single bits: those come closest to what was signed.
    fn change(&mut self, bytes: &[u8], others: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(out.len());
            match self.below(12) {
                _ if out.is_empty() => out.push(self.next() as u8),
                0..=5 => out[at] ^= 1 << self.below(8),
                6 => out[at] = self.next() as u8,
                7 => drop(out.remove(at)),
                8 => out.insert(at, self.next() as u8),
                9 => out.truncate(at),
                // A piece of its own, once more or elsewhere.
                10 => {
                    let end = (at + self.below(24)).min(out.len());
                    let piece = out[at..end].to_vec();
                    let to = self.below(out.len());
                    out.splice(to..to, piece);
                }
                // A piece of another document of the same office.
                _ => {
                    let from = self.below(others.len());
                    let piece = others[from..(from + self.below(64)).min(others.len())].to_vec();
                    let end = (at + piece.len()).min(out.len());
                    out.splice(at..end, piece);
                }
            }
        }
        out
    }
}

/// Both codes changed in the bytes under their writing, and in the writing itself.
fn codes(chance: &mut Chance, rounds: usize) -> usize {
    let (frame, signed) = READY.front.split_once('#').unwrap();
    let front = BASE32_NOPAD.decode(signed.as_bytes()).unwrap();
    let back = base45::decode(&READY.back).unwrap();
    let other = sign_front(&office(), HOST, serial(8), &front_claims("Budi Santoso")).unwrap();
    let mut made = 0;
    for round in 0..rounds {
        let (original, text) = match round % 4 {
            0 => (&READY.front, format!("{frame}#{}", BASE32_NOPAD.encode(&chance.change(&front, &back)))),
            1 => (&READY.back, base45::encode(&chance.change(&back, &front))),
            2 => (&READY.front, lossy(&chance.change(READY.front.as_bytes(), other.as_bytes()))),
            _ => (&READY.back, lossy(&chance.change(READY.back.as_bytes(), other.as_bytes()))),
        };
        // A change may undo another, or splice the other genuine code in whole.
        if super::altered::same_code(original, &text) || text == other {
            continue;
        }
        made += 1;
        let judgement = at_a_good_desk(&[&text]);
        let refused = matches!(judgement.verdict, Verdict::NotGenuine | Verdict::NoCode);
        assert!(
            refused && judgement.holder.is_none() && judgement.face_webp.is_none(),
            "{text}: {judgement:?}"
        );
    }
    made
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn trust_lists(chance: &mut Chance, rounds: usize) -> usize {
    let (list, public) = (trust().sign(&root()).unwrap(), root().public());
    let other = TrustList { version: 8, ..trust() }.sign(&KeyPair::from_secret([7; 32])).unwrap();
    count(
        rounds,
        || chance.change(&list, &other),
        &list,
        |bytes| TrustList::verify(bytes, &public, None).is_ok(),
    )
}

fn status_lists(chance: &mut Chance, rounds: usize) -> usize {
    let mut list = StatusList::new(1_000);
    list.set(4, CardStatus::Revoked).unwrap();
    let signed = list.sign(&office(), &sub(), now(), None, None).unwrap();
    let other = list.sign(&key(2, "6301"), &sub(), now(), None, None).unwrap();
    let taken = |bytes: &[u8]| StatusList::verify(bytes, &READY.trust, &sub(), None).is_ok();
    count(rounds, || chance.change(&signed, &other), &signed, taken)
}

fn count(
    rounds: usize,
    mut change: impl FnMut() -> Vec<u8>,
    original: &[u8],
    taken: impl Fn(&[u8]) -> bool,
) -> usize {
    let mut made = 0;
    for _ in 0..rounds {
        let bytes = change();
        if bytes != original {
            made += 1;
            assert!(!taken(&bytes), "accepted: {}", data_encoding::HEXLOWER.encode(&bytes));
        }
    }
    made
}

fn all(seed: u64, each: [usize; 3]) -> usize {
    let chance = &mut Chance(seed);
    codes(chance, each[0]) + trust_lists(chance, each[1]) + status_lists(chance, each[2])
}

#[test]
fn four_thousand_random_changes_are_refused() {
    assert!(all(1, [2_000, 1_000, 1_000]) > 3_800);
}

#[test]
#[ignore = "a minute; scripts/test --long"]
fn a_hundred_thousand_random_changes_are_refused() {
    let made = all(2026, [60_000, 24_000, 24_000]);
    println!("{made} changes that differ from what was signed, none accepted");
    assert!(made >= 100_000, "{made}");
}
