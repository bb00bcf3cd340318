//! SCRAM credentials (RFC 5802, KIP-554): what a server keeps of a password.

use std::fmt;

use bytes::Bytes;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha512};
use weir_wire::messages::user_scram_credential_record::UserScramCredentialRecord;

/// Kafka's least and most iterations, the same for both mechanisms.
const ITERATIONS_MIN: i32 = 4_096;
const ITERATIONS_MAX: i32 = 16_384;

/// A SCRAM mechanism with Kafka's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mechanism {
    Sha256 = 1,
    Sha512 = 2,
}

impl Mechanism {
    pub(crate) fn from_code(code: i8) -> Option<Self> {
        match code {
            1 => Some(Self::Sha256),
            2 => Some(Self::Sha512),
            _ => None,
        }
    }

    /// Why a client may not use so many iterations.
    pub(crate) fn check_iterations(self, iterations: i32) -> Result<(), &'static str> {
        match iterations {
            ..ITERATIONS_MIN => Err("Too few iterations"),
            ITERATIONS_MIN..=ITERATIONS_MAX => Ok(()),
            _ => Err("Too many iterations"),
        }
    }
}

/// What is kept: enough to check a password, not to know it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ScramCredential {
    pub(crate) salt: Bytes,
    pub(crate) stored_key: Bytes,
    pub(crate) server_key: Bytes,
    pub(crate) iterations: i32,
}

impl fmt::Debug for ScramCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScramCredential([hidden])")
    }
}

impl ScramCredential {
    /// From what a client sends: the password salted and hashed `iterations` times (`SaltedPassword`).
    pub(crate) fn new(
        mechanism: Mechanism,
        salt: &Bytes,
        salted_password: &[u8],
        iterations: i32,
    ) -> Self {
        let (stored_key, server_key) = match mechanism {
            Mechanism::Sha256 => {
                let client_key = hmac_sha256(salted_password, b"Client Key");
                (digest::<Sha256>(&client_key), hmac_sha256(salted_password, b"Server Key"))
            }
            Mechanism::Sha512 => {
                let client_key = hmac_sha512(salted_password, b"Client Key");
                (digest::<Sha512>(&client_key), hmac_sha512(salted_password, b"Server Key"))
            }
        };
        Self { salt: Bytes::copy_from_slice(salt), stored_key, server_key, iterations }
    }

    pub(crate) fn of_record(r: &UserScramCredentialRecord) -> Self {
        Self {
            salt: Bytes::copy_from_slice(&r.salt),
            stored_key: Bytes::copy_from_slice(&r.stored_key),
            server_key: Bytes::copy_from_slice(&r.server_key),
            iterations: r.iterations,
        }
    }

    pub(crate) fn record(
        &self,
        user: weir_wire::Str,
        mechanism: Mechanism,
    ) -> UserScramCredentialRecord {
        UserScramCredentialRecord {
            name: user,
            mechanism: mechanism as i8,
            salt: self.salt.clone(),
            stored_key: self.stored_key.clone(),
            server_key: self.server_key.clone(),
            iterations: self.iterations,
            ..Default::default()
        }
    }
}

fn digest<D: Digest>(data: &[u8]) -> Bytes {
    Bytes::copy_from_slice(&D::digest(data))
}

/// HMAC takes a key of any length: an empty result cannot occur.
fn hmac_sha256(key: &[u8], data: &[u8]) -> Bytes {
    let mac = Hmac::<Sha256>::new_from_slice(key);
    mac.map(|mac| Bytes::copy_from_slice(&mac.chain_update(data).finalize().into_bytes()))
        .unwrap_or_default()
}

fn hmac_sha512(key: &[u8], data: &[u8]) -> Bytes {
    let mac = Hmac::<Sha512>::new_from_slice(key);
    mac.map(|mac| Bytes::copy_from_slice(&mac.chain_update(data).finalize().into_bytes()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7677's example: password `pencil`, 4,096 iterations; keys by Python's hashlib.
    #[test]
    fn keys_are_those_of_the_rfc() {
        let salted: [u8; 32] = [
            0xc4, 0xa4, 0x95, 0x10, 0x32, 0x3a, 0xb4, 0xf9, 0x52, 0xca, 0xc1, 0xfa, 0x99, 0x44,
            0x19, 0x39, 0xe7, 0x8e, 0xa7, 0x4d, 0x6b, 0xe8, 0x1d, 0xdf, 0x70, 0x96, 0xe8, 0x75,
            0x13, 0xdc, 0x61, 0x5d,
        ];
        let salt = Bytes::from_static(b"salt");
        let credential = ScramCredential::new(Mechanism::Sha256, &salt, &salted, 4_096);
        assert_eq!(credential.stored_key.len(), 32);
        assert_eq!(credential.stored_key[..4], [0x58, 0x6e, 0x5d, 0xf2]);
        assert_eq!(credential.server_key[..4], [0xc1, 0xf3, 0xcb, 0xc1]);
        assert_eq!(format!("{credential:?}"), "ScramCredential([hidden])");
        let long = ScramCredential::new(Mechanism::Sha512, &salt, &salted, 4_096);
        assert_eq!((long.stored_key.len(), long.server_key.len()), (64, 64));
    }

    #[test]
    fn iterations_have_bounds() {
        assert_eq!(Mechanism::Sha256.check_iterations(4_095), Err("Too few iterations"));
        assert_eq!(Mechanism::Sha256.check_iterations(4_096), Ok(()));
        assert_eq!(Mechanism::Sha512.check_iterations(16_385), Err("Too many iterations"));
    }
}
