//! Messages as rows of a list, and one message whole.

/// The most bytes of key, value and headers together that a row carries.
pub const ROW_PREVIEW_BYTES: usize = 4096;

/// One message of a list, with previews.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    pub partition: i32,
    pub offset: i64,
    /// Milliseconds since the Unix epoch; -1 when the record has none.
    pub timestamp_ms: i64,
    pub timestamp_type: TimestampType,
    /// `None`: no key.
    pub key: Option<Payload>,
    /// `None`: no value, a tombstone for compacted topics.
    pub value: Option<Payload>,
    /// In wire order, duplicates kept. May be cut short: see `headers_total`.
    pub headers: Vec<Header>,
    pub headers_total: usize,
    /// Bytes of key, value and headers together, uncompressed.
    pub size_bytes: usize,
    /// Of the batch that holds it.
    pub compression: Compression,
    /// A transaction marker or another control record: written by the broker, never by a person.
    pub control: bool,
    pub transactional: bool,
    /// Its transaction is known to have been aborted: consumers of committed messages never see it. Not known of what
    /// lies past the last stable offset, where transactions are not decided yet.
    pub aborted: bool,
}

impl MessageRow {
    pub fn is_tombstone(&self) -> bool {
        self.value.is_none() && !self.control
    }
}

/// The beginning of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub bytes: Vec<u8>,
    /// Of the whole.
    pub size_bytes: usize,
}

impl Payload {
    pub fn whole(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self { size_bytes: bytes.len(), bytes }
    }

    /// At most the first `max` bytes. Not cut at a character: [`Payload::text`] forgives a torn last one.
    pub fn preview(bytes: &[u8], max: usize) -> Self {
        Self { bytes: bytes[..bytes.len().min(max)].to_vec(), size_bytes: bytes.len() }
    }

    pub fn is_cut(&self) -> bool {
        self.bytes.len() < self.size_bytes
    }

    /// As UTF-8 text, if it is; a last character torn by the cut is left out.
    pub fn text(&self) -> Option<&str> {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => Some(text),
            Err(e) if self.is_cut() && e.error_len().is_none() => {
                std::str::from_utf8(&self.bytes[..e.valid_up_to()]).ok()
            }
            Err(_) => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub key: String,
    /// `None` is a null value, which Kafka tells from an empty one.
    pub value: Option<Payload>,
}

/// One message with all its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeMessage {
    pub row: MessageRow,
    pub leader_epoch: Option<i32>,
    /// Offset of the first record of the batch that holds it.
    pub batch_base_offset: i64,
    /// `None` without idempotence.
    pub producer: Option<Producer>,
}

/// Who wrote a message, as its batch says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Producer {
    pub id: i64,
    pub epoch: i16,
    pub sequence: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimestampType {
    CreateTime,
    LogAppendTime,
    /// Records of the oldest format.
    None,
}

impl TimestampType {
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateTime => "CreateTime",
            Self::LogAppendTime => "LogAppendTime",
            Self::None => "NoTimestampType",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compression {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

impl Compression {
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_forgive_a_torn_character() {
        let korean = "주문".as_bytes();
        assert_eq!(Payload::preview(korean, 4).text(), Some("주"));
        assert_eq!(Payload::preview(korean, 6).text(), Some("주문"));
        assert!(!Payload::preview(korean, 6).is_cut());
        assert_eq!(Payload::whole(korean[..4].to_vec()).text(), None, "not cut by us: not text");
        assert_eq!(Payload::preview(&[0xff, 0xfe, 1], 2).text(), None);
    }
}
