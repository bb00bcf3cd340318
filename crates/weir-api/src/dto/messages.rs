use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use weir_core::messages as core;
use weir_core::streams;

use super::{ApiError, FromCore, I64, Text, dto, words};

words!(CellKind = core::CellKind as "snake_case" { Json, Text, Hex });
words!(Encoding = core::Encoding as "snake_case" { Text, Json, Hex, Base64 });
words!(BrowseEnd = core::BrowseEnd as "snake_case" { StartOfRange, EndOfRange, Limit, ScanBound });

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TimestampType {
    /// Set by the producer.
    Create,
    /// Set by the broker.
    Append,
}

impl TimestampType {
    fn of_append(of_append: bool) -> Self {
        if of_append { Self::Append } else { Self::Create }
    }
}

/// The beginning of a key or value.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Cell {
    pub kind: CellKind,
    pub preview: String,
    /// Bytes of the whole.
    pub size: u32,
    /// The preview is not all of it.
    pub cut: bool,
}

impl FromCore<core::Cell> for Cell {
    fn from_core(cell: core::Cell) -> Self {
        Self {
            kind: FromCore::from_core(cell.kind),
            preview: cell.preview,
            size: FromCore::from_core(cell.size),
            cut: cell.cut,
        }
    }
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct MessageRow {
    /// `partition-offset`
    pub id: String,
    pub partition: i32,
    pub offset: I64,
    pub timestamp: I64,
    pub timestamp_type: TimestampType,
    pub key: Option<Cell>,
    /// `null`: a tombstone.
    pub value: Option<Cell>,
    /// How many.
    pub headers: u32,
    /// Bytes of key, value and headers.
    pub size: u32,
    /// Written by the broker: a transaction's marker.
    pub control: bool,
    /// Its transaction was aborted; not known yet while one before it is open. A live tail tells it later.
    pub aborted: bool,
}

impl FromCore<core::MessageRow> for MessageRow {
    fn from_core(row: core::MessageRow) -> Self {
        Self {
            id: format!("{}-{}", row.partition, row.offset),
            partition: row.partition,
            offset: I64(row.offset),
            timestamp: I64(row.timestamp),
            timestamp_type: TimestampType::of_append(row.timestamp_of_append),
            key: FromCore::from_core(row.key),
            value: FromCore::from_core(row.value),
            headers: row.headers,
            size: FromCore::from_core(row.size),
            control: row.control,
            aborted: row.aborted,
        }
    }
}

/// Bytes of a key, value or header.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Data {
    /// Of the whole.
    pub size: u32,
    /// The first 8 MiB.
    pub base64: String,
    /// If it is readable UTF-8.
    pub text: Option<String>,
    pub json: bool,
    pub truncated: bool,
}

impl FromCore<core::Data> for Data {
    fn from_core(data: core::Data) -> Self {
        Self {
            size: FromCore::from_core(data.size),
            base64: STANDARD.encode(&data.bytes),
            text: data.text,
            json: data.json,
            truncated: data.truncated,
        }
    }
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct HeaderData {
    pub name: String,
    pub value: Option<Data>,
}

/// One message with all its bytes.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MessageFull {
    pub id: String,
    pub partition: i32,
    pub offset: I64,
    pub timestamp: I64,
    pub timestamp_type: TimestampType,
    pub size: u32,
    pub control: bool,
    /// As in a row.
    pub aborted: bool,
    pub key: Option<Data>,
    pub value: Option<Data>,
    pub headers: Vec<HeaderData>,
    pub leader_epoch: Option<i32>,
    pub producer_id: Option<I64>,
    /// Of the batch: `none`, `gzip`, `snappy`, `lz4`, `zstd`.
    pub compression: String,
    pub batch_base_offset: I64,
}

impl FromCore<core::MessageFull> for MessageFull {
    fn from_core(message: core::MessageFull) -> Self {
        let row = MessageRow::from_core(message.row);
        let header = |(name, value)| HeaderData { name, value: FromCore::from_core(value) };
        Self {
            id: row.id,
            partition: row.partition,
            offset: row.offset,
            timestamp: row.timestamp,
            timestamp_type: row.timestamp_type,
            size: row.size,
            control: row.control,
            aborted: row.aborted,
            key: FromCore::from_core(message.key),
            value: FromCore::from_core(message.value),
            headers: message.headers.into_iter().map(header).collect(),
            leader_epoch: message.leader_epoch,
            producer_id: FromCore::from_core(message.producer_id),
            compression: message.compression.to_owned(),
            batch_base_offset: I64(message.batch_base_offset),
        }
    }
}

/// Where browsing begins.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum BrowseFrom {
    /// Backwards from the end; the others go forwards.
    Newest,
    Earliest,
    Offset {
        offset: I64,
    },
    /// Milliseconds since the epoch.
    Time {
        at: I64,
    },
}

impl From<BrowseFrom> for core::BrowseFrom {
    fn from(from: BrowseFrom) -> Self {
        match from {
            BrowseFrom::Newest => Self::Newest,
            BrowseFrom::Earliest => Self::Earliest,
            BrowseFrom::Offset { offset } => Self::Offset(offset.0),
            BrowseFrom::Time { at } => Self::Time(at.0),
        }
    }
}

/// What a partition holds.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Range {
    pub partition: i32,
    pub start: I64,
    /// One past the last.
    pub end: I64,
}

/// One page of messages.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "Browse")]
pub struct BrowsePage {
    pub rows: Vec<MessageRow>,
    /// Ask with this as `before` for the next page; `null`: there is none.
    pub next: Option<String>,
    pub end: BrowseEnd,
    pub ranges: Vec<Range>,
    /// Records looked at for this page.
    pub scanned: I64,
    pub warnings: Vec<Text>,
}

impl FromCore<core::Browsed> for BrowsePage {
    fn from_core(page: core::Browsed) -> Self {
        let range = |range: weir_core::client::PartitionRange| Range {
            partition: range.partition,
            start: I64(range.start),
            end: I64(range.end),
        };
        Self {
            rows: FromCore::from_core(page.rows),
            next: page.next,
            end: FromCore::from_core(page.end),
            ranges: page.ranges.into_iter().map(range).collect(),
            scanned: I64(i64::try_from(page.scanned).unwrap_or(i64::MAX)),
            warnings: FromCore::from_core(page.warnings),
        }
    }
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct StreamProgress {
    /// Records looked at each second.
    pub per_s: f64,
    pub scanned: I64,
}

/// Where a message is in its topic.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MessagePlace {
    pub partition: i32,
    pub offset: I64,
}

impl MessagePlace {
    fn of((partition, offset): (i32, i64)) -> Self {
        Self { partition, offset: I64(offset) }
    }
}

/// What a pull from a stream brings.
#[derive(Debug, Clone, Serialize, TS)]
pub struct StreamChunk {
    pub rows: Vec<MessageRow>,
    /// Rows of earlier pulls whose transactions were aborted since.
    pub aborted: Vec<MessagePlace>,
    /// Rows that were dropped since the last pull.
    pub dropped: u32,
    pub progress: StreamProgress,
    /// Set when nothing more will come.
    pub end: Option<Text>,
    /// Why some partition cannot be read just now; it is tried again.
    pub error: Option<ApiError>,
}

impl FromCore<streams::Chunk> for StreamChunk {
    fn from_core(chunk: streams::Chunk) -> Self {
        Self {
            rows: FromCore::from_core(chunk.rows),
            aborted: chunk.aborted.into_iter().map(MessagePlace::of).collect(),
            dropped: u32::try_from(chunk.dropped).unwrap_or(u32::MAX),
            progress: StreamProgress {
                per_s: chunk.per_s,
                scanned: I64(i64::try_from(chunk.scanned).unwrap_or(i64::MAX)),
            },
            end: FromCore::from_core(chunk.end),
            error: chunk.error.map(ApiError::from),
        }
    }
}

/// Bytes as a person writes them.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Payload {
    pub encoding: Encoding,
    pub data: String,
}

impl From<Payload> for core::Payload {
    fn from(payload: Payload) -> Self {
        Self { encoding: payload.encoding.into(), data: payload.data }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NewHeader {
    pub name: String,
    pub value: Option<Payload>,
}

dto!(Produced from core::Produced { partition: i32, offset: I64, timestamp: I64 });
