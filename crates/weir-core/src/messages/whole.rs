//! One message with all its bytes.

use weir_domain::{Payload, WholeMessage};

use super::MessageRow;
use super::cell::{is_readable, looks_like_json};
use crate::core::Core;
use crate::errors::{client_failure, item_failure};
use crate::failure::Result;

/// Bytes of one key, value or header that cross at most.
const DATA_MAX: usize = 8 << 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageFull {
    pub row: MessageRow,
    pub key: Option<Data>,
    pub value: Option<Data>,
    pub headers: Vec<(String, Option<Data>)>,
    pub leader_epoch: Option<i32>,
    /// `None` without idempotence.
    pub producer_id: Option<i64>,
    /// Of the batch that holds it: `none`, `zstd` ...
    pub compression: &'static str,
    /// Offset of the first record of the batch.
    pub batch_base_offset: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// Of the whole.
    pub size: usize,
    pub bytes: Vec<u8>,
    /// If it is readable UTF-8.
    pub text: Option<String>,
    pub json: bool,
    /// `bytes` are only the first 8 MiB.
    pub truncated: bool,
}

impl Core {
    pub async fn message(
        &self,
        cluster: &str,
        topic: &str,
        partition: i32,
        offset: i64,
    ) -> Result<MessageFull> {
        let session = self.session(cluster)?;
        let read = session.client.message(topic, partition, offset).await;
        let message = read.map_err(|error| client_failure(&error))?;
        match message {
            Ok(message) => Ok(full(message)),
            Err(error) => {
                // Which of the two is missing is said by name.
                let there = session.client.partitions_of(topic, Some(&[partition])).await;
                there.map_err(|error| client_failure(&error))?;
                Err(item_failure(&error, None))
            }
        }
    }
}

fn full(message: WholeMessage) -> MessageFull {
    let row = MessageRow::of(&message.row);
    let read = message.row;
    let headers = read.headers.into_iter().map(|header| (header.key, header.value.map(data)));
    MessageFull {
        row,
        key: read.key.map(data),
        value: read.value.map(data),
        headers: headers.collect(),
        leader_epoch: message.leader_epoch,
        producer_id: message.producer.map(|producer| producer.id),
        compression: read.compression.name(),
        batch_base_offset: message.batch_base_offset,
    }
}

fn data(payload: Payload) -> Data {
    let size = payload.size_bytes;
    let mut bytes = payload.bytes;
    bytes.truncate(DATA_MAX);
    let truncated = bytes.len() < size;
    let shown = Payload { bytes, size_bytes: size };
    let text = shown.text().filter(|text| is_readable(text)).map(str::to_owned);
    let json = text.as_deref().is_some_and(|text| looks_like_json(text, truncated));
    Data { size, bytes: shown.bytes, text, json, truncated }
}
