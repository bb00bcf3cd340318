//! Topic ids (KIP-516): 128 bits, written as Kafka writes them, in 22 characters of url-safe base64 without padding.

use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CHARS: usize = 22;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicId(pub [u8; 16]);

impl TopicId {
    /// `None` for Kafka's all-zero "no id".
    pub fn non_zero(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }
}

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = u128::from_be_bytes(self.0);
        // 22 characters hold 132 bits: the last carries two bits of the id and four zeros.
        let mut text = [0u8; CHARS];
        for (i, char) in text.iter_mut().enumerate() {
            let index =
                if i == CHARS - 1 { (value & 0b11) << 4 } else { value >> (122 - 6 * i) & 63 };
            *char = ALPHABET[index as usize];
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a topic id: 22 characters of url-safe base64 were expected")]
pub struct TopicIdError;

impl FromStr for TopicId {
    type Err = TopicIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != CHARS {
            return Err(TopicIdError);
        }
        let mut value: u128 = 0;
        for (i, char) in text.bytes().enumerate() {
            let digit = ALPHABET.iter().position(|c| *c == char).ok_or(TopicIdError)? as u128;
            value = if i == CHARS - 1 { value << 2 | digit >> 4 } else { value << 6 | digit };
        }
        Ok(Self(value.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_known_value() {
        // Java: Uuid.METADATA_TOPIC_ID, the long pair (0, 1).
        let mut one = [0; 16];
        one[15] = 1;
        assert_eq!(TopicId(one).to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
        let bytes = *b"\x01\xfe\x23\x45\x67\x89\xab\xcd\xef\x10\x32\x54\x76\x98\xba\xdc";
        let text = TopicId(bytes).to_string();
        assert_eq!(text.len(), 22);
        assert_eq!(text.parse(), Ok(TopicId(bytes)));
        assert_eq!("short".parse::<TopicId>(), Err(TopicIdError));
        assert_eq!(TopicId::non_zero([0; 16]), None);
    }
}
