//! Sealing to a public key, and a station's key pair.

use std::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::SealedError;
use super::secret::{self, Key};

type Kem = X25519HkdfSha256;
type PublicKey = <Kem as hpke::Kem>::PublicKey;
type PrivateKey = <Kem as hpke::Kem>::PrivateKey;
type Encapped = <Kem as hpke::Kem>::EncappedKey;

/// The length of the encapsulated key that stands before the ciphertext.
const ENCAPPED: usize = 32;

/// HPKE, one shot, base mode: 32 bytes of encapsulated key, then ciphertext and tag. `info` says
/// what kind of thing this is, `aad` what it belongs to; neither is part of the result.
pub fn seal_to(
    public: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    plain: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, SealedError> {
    let public = PublicKey::from_bytes(public).map_err(|_| SealedError::PublicKey)?;
    let (encapped, sealed) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeS::Base,
        &public,
        info,
        plain,
        aad,
        rng,
    )
    .map_err(|_| SealedError::PublicKey)?;
    Ok([encapped.to_bytes().as_slice(), &sealed].concat())
}

/// Opens what [`seal_to`] sealed, with the private half and the same `info` and `aad`.
pub fn open_with(
    private: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealedError> {
    let (encapped, sealed) = sealed.split_first_chunk::<ENCAPPED>().ok_or(SealedError::DoesNotOpen)?;
    let encapped = Encapped::from_bytes(encapped).map_err(|_| SealedError::DoesNotOpen)?;
    let private = PrivateKey::from_bytes(private).map_err(|_| SealedError::DoesNotOpen)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeR::Base,
        &private,
        &encapped,
        info,
        sealed,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| SealedError::DoesNotOpen)
}

/// An X25519 key pair: a station's, or a server's that photos are sealed to.
pub struct StationKeys {
    pub public: [u8; 32],
    private: Key,
}

impl StationKeys {
    pub fn generate(rng: &mut impl CryptoRng) -> Result<Self, SealedError> {
        Self::from_private(&secret::random_key(rng))
    }

    /// From the private half; the public half follows from it.
    pub fn from_private(private: &[u8; 32]) -> Result<Self, SealedError> {
        let key = PrivateKey::from_bytes(private).map_err(|_| SealedError::Shape("private key"))?;
        let public = Kem::sk_to_pk(&key).to_bytes().into();
        Ok(Self { public, private: Zeroizing::new(*private) })
    }

    /// The half that is kept under a staff secret, see [`wrap_private`](super::wrap_private).
    pub fn private(&self) -> &[u8; 32] {
        &self.private
    }
}

impl fmt::Debug for StationKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StationKeys").field("public", &self.public).finish_non_exhaustive()
    }
}
