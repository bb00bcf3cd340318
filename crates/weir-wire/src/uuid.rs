//! Kafka's ids: 16 bytes, written as 22 characters of url-safe base64 without padding.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const TEXT_LENGTH: usize = 22;

/// A topic's, directory's, member's or cluster's id.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// Stands for "none".
    pub const ZERO: Self = Self([0; 16]);
    /// The topic id of the cluster's metadata, and of a lost directory where directories are meant.
    pub const ONE: Self = Self::from_u128(1);

    #[must_use]
    pub const fn from_u128(value: u128) -> Self {
        Self(value.to_be_bytes())
    }

    /// A version 4 id of 16 random bytes.
    #[must_use]
    pub const fn from_random(mut bytes: [u8; 16]) -> Self {
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }

    #[must_use]
    pub const fn as_u128(self) -> u128 {
        u128::from_be_bytes(self.0)
    }

    #[must_use]
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.as_u128();
        let mut text = [0u8; TEXT_LENGTH];
        for (i, c) in text.iter_mut().enumerate() {
            // The last character carries two bits, then four zeros.
            let bits = if i < 21 { value >> (122 - 6 * i) } else { value << 4 };
            *c = ALPHABET[(bits & 63) as usize];
        }
        f.pad(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an id is 22 characters of url-safe base64")]
pub struct InvalidUuid;

impl FromStr for Uuid {
    type Err = InvalidUuid;

    fn from_str(text: &str) -> Result<Self, InvalidUuid> {
        let text = text.as_bytes();
        if text.len() != TEXT_LENGTH {
            return Err(InvalidUuid);
        }
        let digit = |c: u8| ALPHABET.iter().position(|a| *a == c).ok_or(InvalidUuid);
        let mut value: u128 = 0;
        for &c in &text[..TEXT_LENGTH - 1] {
            value = value << 6 | digit(c)? as u128;
        }
        let last = digit(text[TEXT_LENGTH - 1])? as u128;
        Ok(Self::from_u128(value << 2 | last >> 4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_of_kafka() {
        assert_eq!(Uuid::ZERO.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(Uuid::ONE.to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
        let mixed = Uuid::from_u128(0x0123_4567_89ab_cdef_fedc_ba98_7654_3210);
        assert_eq!(mixed.to_string(), "ASNFZ4mrze_-3LqYdlQyEA");
        assert_eq!("ASNFZ4mrze_-3LqYdlQyEA".parse(), Ok(mixed));
    }

    #[test]
    fn other_texts_are_refused() {
        assert_eq!("".parse::<Uuid>(), Err(InvalidUuid));
        assert_eq!("AAAAAAAAAAAAAAAAAAAAA=".parse::<Uuid>(), Err(InvalidUuid));
        assert_eq!("AAAAAAAAAAAAAAAAAAAAAAA".parse::<Uuid>(), Err(InvalidUuid));
    }
}
