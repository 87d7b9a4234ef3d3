//! An acceptance on its way to the server, sealed from the moment it is written down: a station
//! that is stolen while it waits for the network gives nobody's card away.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::Blob;
use crate::sealed::{SealedError, open_with, seal_to};

/// HPKE `info` of an acceptance.
const INFO: &[u8] = b"anjungan v1 acceptance";

/// `Gunakan Foto Ini`: the person accepts this photo, and so asks for a card with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Acceptance {
    /// HPKE to the server's portrait key, with the item's id as associated data. Inside:
    /// [`AcceptedPhoto`] as CBOR.
    pub sealed: Blob,
}

/// What an acceptance says, for the server alone. Whoever has the grant or the code can fetch the
/// person's card, so neither is kept at the station in any form that it could be guessed from, and
/// both are wiped when this goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct AcceptedPhoto {
    /// From the sign-in. Says who accepts.
    pub grant: String,
    /// The code that the station showed, as it was shown.
    pub pick_up_code: String,
    /// A PNG with a transparent background.
    #[serde(with = "byte_string")]
    pub png: Vec<u8>,
}

impl Acceptance {
    /// Seals to the server's portrait key. `item_id` is the id of the item that carries it.
    pub fn seal(
        accepted: &AcceptedPhoto,
        item_id: &str,
        portrait_public: &[u8; 32],
        rng: &mut impl CryptoRng,
    ) -> Result<Acceptance, SealedError> {
        // Room for all of it: a buffer that grew would leave copies behind.
        let mut plain = Zeroizing::new(Vec::with_capacity(accepted.png.len() + 1024));
        ciborium::into_writer(accepted, &mut *plain).map_err(|_| SealedError::Shape("acceptance"))?;
        let sealed = seal_to(portrait_public, INFO, item_id.as_bytes(), &plain, rng)?;
        Ok(Acceptance { sealed: sealed.into() })
    }

    /// Opens with the private half. Fails too where it was sealed for another item.
    pub fn open(&self, item_id: &str, portrait_private: &[u8; 32]) -> Result<AcceptedPhoto, SealedError> {
        let plain = open_with(portrait_private, INFO, item_id.as_bytes(), &self.sealed.0)?;
        ciborium::from_reader(plain.as_slice()).map_err(|_| SealedError::Shape("acceptance"))
    }
}

/// Bytes as a CBOR byte string, a third shorter than the text that [`Blob`] makes of them.
mod byte_string {
    use std::fmt;

    use serde::de::{Deserializer, Error, Visitor};
    use serde::ser::Serializer;

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Vec<u8>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a byte string")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sealed::StationKeys;

    #[test]
    fn an_acceptance_opens_for_the_server_alone_and_as_this_item_alone() {
        let mut rng = crate::clock::os_random();
        let server = StationKeys::generate(&mut rng).unwrap();
        let accepted = AcceptedPhoto {
            grant: "grant".into(),
            pick_up_code: "BCDFGHJK".into(),
            png: (0..=255).cycle().take(100_000).collect(),
        };
        let sealed = Acceptance::seal(&accepted, "ITEM-0001", &server.public, &mut rng).unwrap();
        assert!(sealed.sealed.0.len() < 100_200, "{}", sealed.sealed.0.len());
        assert!(sealed.open("ITEM-0001", server.private()).unwrap() == accepted);
        assert_eq!(sealed.open("ITEM-0002", server.private()).err(), Some(SealedError::DoesNotOpen));
        let other = StationKeys::generate(&mut rng).unwrap();
        assert_eq!(sealed.open("ITEM-0001", other.private()).err(), Some(SealedError::DoesNotOpen));
        let json = serde_json::to_string(&sealed).unwrap();
        assert!(json.starts_with(r#"{"sealed":""#) && json.matches(':').count() == 1, "nothing beside it");
        // Sealed well, but not by a station of ours.
        let odd = seal_to(&server.public, INFO, b"ITEM-0001", b"a picture", &mut rng).unwrap();
        let odd = Acceptance { sealed: odd.into() };
        assert_eq!(odd.open("ITEM-0001", server.private()).err(), Some(SealedError::Shape("acceptance")));
    }
}
