//! What every message can do.

use bytes::Bytes;

use crate::{ApiKey, DecodeError, EncodeError, Reader, Writer};

/// A structure inside a message, or a whole message's body.
pub trait Struct: Sized + Default {
    /// The fewest bytes that it takes in a version: bounds what an array's count may promise.
    fn min_size(version: i16) -> usize;

    /// Reads it; `input` already knows whether the version is a flexible one.
    ///
    /// # Errors
    /// The bytes end early, promise too much or hold what the version does not allow.
    fn read(input: &mut Reader, version: i16) -> Result<Self, DecodeError>;

    /// Writes it; `out` keeps the first error.
    fn write(&self, out: &mut Writer, version: i16);
}

/// A message: request, response, header or record.
pub trait Message: Struct {
    /// Kafka's name of it.
    const NAME: &'static str;
    /// The oldest version that the definition knows.
    const MIN: i16;
    /// The newest version that the definition knows.
    const MAX: i16;
    /// The first version with compact lengths and tagged fields (KIP-482).
    const FLEXIBLE: Option<i16>;

    /// How many bytes [`Message::encode`] will write, record data included.
    ///
    /// # Errors
    /// As [`Message::encode`].
    fn size(&self, version: i16) -> Result<usize, EncodeError> {
        let mut out = Writer::counting();
        self.encode(version, &mut out)?;
        Ok(out.len())
    }

    /// Writes the message in a version.
    ///
    /// # Errors
    /// The version is unknown, or cannot carry what the message holds.
    fn encode(&self, version: i16, out: &mut Writer) -> Result<(), EncodeError> {
        if !(Self::MIN..=Self::MAX).contains(&version) {
            return Err(EncodeError::UnknownVersion { message: Self::NAME, version });
        }
        out.set_flexible(Self::FLEXIBLE.is_some_and(|first| version >= first));
        self.write(out, version);
        out.check()
    }

    /// Reads the message in a version and leaves what follows it in `input`.
    ///
    /// # Errors
    /// The version is unknown, or the bytes are not such a message.
    fn decode(input: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        if !(Self::MIN..=Self::MAX).contains(&version) {
            return Err(DecodeError::UnknownVersion { message: Self::NAME, version });
        }
        input.set_flexible(Self::FLEXIBLE.is_some_and(|first| version >= first));
        Self::read(input, version)
    }

    /// The message alone and in one piece: the value of a record, a body to compare.
    ///
    /// # Errors
    /// As [`Message::encode`], or record data of it cannot be read from where it is stored.
    fn to_bytes(&self, version: i16) -> Result<Bytes, EncodeError> {
        let mut out = Writer::with_capacity(self.size(version)?);
        self.encode(version, &mut out)?;
        out.finish().to_bytes().map_err(|_| EncodeError::UnreadableRecords)
    }

    /// The message that `bytes` hold alone.
    ///
    /// # Errors
    /// As [`Message::decode`], or something follows it.
    fn from_bytes(bytes: Bytes, version: i16) -> Result<Self, DecodeError> {
        let mut input = Reader::new(bytes);
        let message = Self::decode(&mut input, version)?;
        match input.remaining() {
            0 => Ok(message),
            more => Err(DecodeError::TrailingBytes(more)),
        }
    }
}

/// A request, with the response that answers it.
pub trait Request: Message {
    const KEY: ApiKey;
    type Response: Response;
}

/// A response; its header depends on the key.
pub trait Response: Message {
    const KEY: ApiKey;
}
