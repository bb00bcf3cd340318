//! Write one message.

use base64::Engine as _;
use weir_client::data::{self, DataError};

use crate::core::Core;
use crate::errors::produce_failure;
use crate::failure::{Failure, Outcome, Result};
use crate::permits::Action;
use crate::session::Session;
use crate::text::TextId;
use crate::time::now_ms;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    pub cluster: String,
    pub topic: String,
    /// `None`: by the key, or spread.
    pub partition: Option<i32>,
    pub key: Option<Payload>,
    /// `None`: a tombstone.
    pub value: Option<Payload>,
    pub headers: Vec<(String, Option<Payload>)>,
}

/// Bytes as a person writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    pub encoding: Encoding,
    pub data: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Text,
    /// As text, refused unless it is JSON.
    Json,
    Hex,
    Base64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Produced {
    pub partition: i32,
    pub offset: i64,
    pub timestamp: i64,
}

const HEADERS_MAX: usize = 1_000;

impl Core {
    pub async fn produce(&self, new: &NewMessage) -> Result<Produced> {
        let session = self.session_to(&new.cluster, Action::Produce)?;
        if new.headers.len() > HEADERS_MAX {
            return Err(Failure::invalid("headers", TextId::ErrorTooMany.with("max", HEADERS_MAX)));
        }
        let snapshot = session.snapshot().await?;
        let snapshot = crate::topics::find(&session, snapshot, &new.topic).await?;
        check_partition(&snapshot, new)?;
        let message = data::NewMessage {
            topic: new.topic.clone(),
            partition: new.partition,
            key: new.key.as_ref().map(|key| bytes("key", key)).transpose()?,
            value: new.value.as_ref().map(|value| bytes("value", value)).transpose()?,
            headers: headers(&new.headers)?,
            timestamp_ms: None,
        };
        let producer = session.producer()?;
        let written = match producer.send(&message).await {
            Ok(written) => written,
            Err(error) => return Err(explained(&session, &error).await),
        };
        session.visible.forget(&new.topic);
        self.events().all_changed([format!("topic({},{})", new.cluster, new.topic)]);
        Ok(Produced {
            partition: written.partition,
            offset: written.offset,
            timestamp: written.timestamp_ms.unwrap_or_else(now_ms),
        })
    }
}

/// Why a message was not acknowledged: of a disk that is full librdkafka tells only that time is over.
async fn explained(session: &Session, error: &DataError) -> Failure {
    let failure = produce_failure(error);
    if !error.may_have_happened {
        return failure;
    }
    match session.client.full_log_dir().await {
        Some(dir) => {
            let text = TextId::ErrorProduceDisk.with("path", dir.path);
            let text = text.with("broker", dir.broker_id);
            Failure { text, hint: Some(TextId::HintFreeSpace.into()), ..failure }
        }
        None => failure,
    }
}

/// librdkafka waits for a partition that is not there until its deadline; a person should not.
fn check_partition(snapshot: &crate::session::Snapshot, new: &NewMessage) -> Result<()> {
    let count = snapshot.metadata.topic(&new.topic).map_or(0, |topic| topic.partitions.len());
    match new.partition {
        Some(partition) if count > 0 && !(0..count as i32).contains(&partition) => {
            let text =
                TextId::ErrorNoPartition.with("partition", partition).with("last", count - 1);
            Err(Failure::invalid("partition", text).outcome(Outcome::NotDone))
        }
        _ => Ok(()),
    }
}

fn headers(headers: &[(String, Option<Payload>)]) -> Result<Vec<(String, Option<Vec<u8>>)>> {
    let header = |(index, (name, value)): (usize, &(String, Option<Payload>))| {
        let field = format!("headers.{index}");
        let value = value.as_ref().map(|value| bytes(&field, value)).transpose()?;
        Ok((name.clone(), value))
    };
    headers.iter().enumerate().map(header).collect()
}

fn bytes(field: &str, payload: &Payload) -> Result<Vec<u8>> {
    let data = &payload.data;
    let refuse = |text: TextId| Failure::invalid(field, text).outcome(Outcome::NotDone);
    match payload.encoding {
        Encoding::Text => Ok(data.clone().into_bytes()),
        Encoding::Json => match serde_json::from_str::<serde::de::IgnoredAny>(data) {
            Ok(_) => Ok(data.clone().into_bytes()),
            Err(error) => Err(refuse(TextId::ErrorNotJson).detail(error)),
        },
        Encoding::Hex => from_hex(data).ok_or_else(|| refuse(TextId::ErrorNotHex)),
        Encoding::Base64 => {
            let joined: String = data.split_whitespace().collect();
            let decoded = base64::engine::general_purpose::STANDARD.decode(joined);
            decoded.map_err(|error| refuse(TextId::ErrorNotBase64).detail(error))
        }
    }
}

/// Spaces and line ends between bytes are forgiven.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16));
    let digits: Vec<u32> = digits.collect::<Option<_>>()?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    Some(digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(encoding: Encoding, data: &str, expected: Option<&[u8]>) {
        let payload = Payload { encoding, data: data.to_owned() };
        assert_eq!(bytes("value", &payload).ok().as_deref(), expected, "{encoding:?} {data}");
    }

    #[test]
    fn payloads_as_people_write_them() {
        check(Encoding::Text, "주문", Some("주문".as_bytes()));
        check(Encoding::Text, "", Some(b""));
        check(Encoding::Json, "{\"a\": 1}", Some(b"{\"a\": 1}"));
        check(Encoding::Json, "{a}", None);
        check(Encoding::Hex, "00 fF\n10", Some(&[0, 255, 16]));
        check(Encoding::Hex, "0", None);
        check(Encoding::Hex, "zz", None);
        check(Encoding::Base64, "AP8=", Some(&[0, 255]));
        check(Encoding::Base64, "!", None);
    }
}
