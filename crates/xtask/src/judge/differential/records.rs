//! Bytes and record batches in scenarios: written from JSON, told as JSON.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use weir_wire::records::{
    BatchBuilder, BatchReader, Compression, HEADER_LEN, RecordBatch, compute_crc,
};

/// Decompressed, a batch of a scenario is small.
const BATCH_MAX: usize = 1024 * 1024;

/// `null`, a text, `hex:00ff`, what a member of a classic group sends (`{"subscription": ["topic"]}`, `{"assigned": [["topic",
/// 0, 1]]}`), or `{"records": [{"key", "value", "at"}], ...}`: a batch, or with `"batches"` several.
pub(super) fn bytes_of(value: &Value) -> Result<Option<Vec<u8>>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => match text.strip_prefix("hex:") {
            Some(hex) => Ok(Some(unhex(hex)?)),
            None => Ok(Some(text.clone().into_bytes())),
        },
        Value::Object(fields) if fields.contains_key("subscription") => {
            subscription(&fields["subscription"]).map(Some)
        }
        Value::Object(fields) if fields.contains_key("assigned") => {
            assigned(&fields["assigned"]).map(Some)
        }
        Value::Object(fields) => match fields.get("batches").and_then(Value::as_array) {
            Some(batches) => {
                let batches = batches.iter().map(batch).collect::<Result<Vec<_>>>()?;
                Ok(Some(batches.concat()))
            }
            None => batch(value).map(Some),
        },
        _ => anyhow::bail!("wants bytes, not {value}"),
    }
}

/// `ConsumerProtocolSubscription` in version 0: topics.
fn subscription(topics: &Value) -> Result<Vec<u8>> {
    let topics = topics.as_array().context("wants topics")?;
    let mut bytes = vec![0, 0];
    bytes.extend((topics.len() as i32).to_be_bytes());
    for topic in topics {
        put_text(&mut bytes, topic)?;
    }
    // No user data.
    bytes.extend((-1i32).to_be_bytes());
    Ok(bytes)
}

/// `ConsumerProtocolAssignment` in version 0: each topic with its partitions.
fn assigned(topics: &Value) -> Result<Vec<u8>> {
    let topics = topics.as_array().context("wants topics")?;
    let mut bytes = vec![0, 0];
    bytes.extend((topics.len() as i32).to_be_bytes());
    for topic in topics {
        let (name, partitions) =
            topic.as_array().and_then(|t| t.split_first()).context("wants [topic, partition]")?;
        put_text(&mut bytes, name)?;
        bytes.extend((partitions.len() as i32).to_be_bytes());
        for partition in partitions {
            let partition = partition.as_i64().context("wants a partition")?;
            bytes.extend((partition as i32).to_be_bytes());
        }
    }
    bytes.extend((-1i32).to_be_bytes());
    Ok(bytes)
}

fn put_text(bytes: &mut Vec<u8>, text: &Value) -> Result<()> {
    let text = text.as_str().context("wants a text")?;
    bytes.extend((text.len() as i16).to_be_bytes());
    bytes.extend(text.as_bytes());
    Ok(())
}

/// Longer bytes are told by their number.
const TOLD_MAX: usize = 200;

pub(super) fn unhex(text: &str) -> Result<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?);
    digits.chunks(2).map(byte).collect()
}

/// A record's time unless the scenario names one: retention leaves it alone.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|since| since.as_millis().try_into().ok()).unwrap_or_default()
}

fn batch(value: &Value) -> Result<Vec<u8>> {
    let number = |name: &str| value.get(name).and_then(Value::as_i64);
    let codec = value.get("compression").and_then(Value::as_str).unwrap_or("none");
    let codec = Compression::from_name(codec).context("no such compression")?;
    let mut builder = BatchBuilder::new().compression(codec);
    builder = builder.base_offset(number("base").unwrap_or(0));
    if let Some(producer) = number("producer") {
        let epoch = number("epoch").unwrap_or(0) as i16;
        builder = builder.producer(producer, epoch, number("sequence").unwrap_or(0) as i32);
    }
    if value.get("transactional").is_some() {
        builder = builder.transactional();
    }
    let empty = Vec::new();
    for record in value.get("records").and_then(Value::as_array).unwrap_or(&empty) {
        let key = record.get("key").and_then(Value::as_str).map(str::as_bytes);
        let repeat = record.get("times").and_then(Value::as_u64).unwrap_or(1) as usize;
        let text = record.get("value").and_then(Value::as_str).map(|text| text.repeat(repeat));
        let at = record.get("at").and_then(Value::as_i64).unwrap_or_else(now);
        builder.append(at, key, text.as_deref().map(str::as_bytes), &[]);
    }
    let mut bytes = builder.build()?.to_bytes().to_vec();
    bend(value, &mut bytes);
    Ok(bytes)
}

/// Makes a batch wrong where the scenario asks for it; the checksum is right again unless that is what is wrong.
fn bend(value: &Value, bytes: &mut Vec<u8>) {
    let number = |name: &str| value.get(name).and_then(Value::as_i64);
    let mut put = |place: usize, with: &[u8]| {
        if let Some(target) = bytes.get_mut(place..place + with.len()) {
            target.copy_from_slice(with);
        }
    };
    if let Some(magic) = number("magic") {
        put(16, &[magic as u8]);
    }
    if let Some(attributes) = number("attributes") {
        put(21, &(attributes as i16).to_be_bytes());
    }
    if let Some(delta) = number("lastOffsetDelta") {
        put(23, &(delta as i32).to_be_bytes());
    }
    if let Some(count) = number("count") {
        put(57, &(count as i32).to_be_bytes());
    }
    if let Some(length) = number("length") {
        put(8, &(length as i32).to_be_bytes());
    }
    if let Some(cut) = number("cut") {
        bytes.truncate(bytes.len().saturating_sub(cut as usize));
    }
    let wrong = u32::from(value.get("badCrc").is_some());
    if bytes.len() > HEADER_LEN
        && let Some(crc) = compute_crc(bytes)
        && let Some(target) = bytes.get_mut(17..21)
    {
        target.copy_from_slice(&(crc ^ wrong).to_be_bytes());
    }
}

/// Bytes as text where they are one, else in hex.
pub(super) fn text_of(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => json!(text),
        _ if bytes.len() > TOLD_MAX => json!(format!("{} bytes", bytes.len())),
        _ => json!(format!(
            "hex:{}",
            bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        )),
    }
}

/// A record set as clients see it: its batches and their records.
pub(super) fn told(bytes: &[u8]) -> Value {
    let mut reader = BatchReader::new(bytes);
    let batches: Vec<Value> =
        reader.by_ref().map_while(Result::ok).map(|batch| told_batch(&batch)).collect();
    json!({"batches": batches, "restBytes": !reader.rest().is_empty()})
}

/// Each as `key=value`; 0 where there are none.
fn headers_of(record: &weir_wire::records::RecordRef<'_>) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let one = |header: weir_wire::records::HeaderRef<'_>| {
        format!("{}={}", text(header.key), header.value.map_or("null".to_owned(), text))
    };
    let all: Vec<String> = record.headers().map(one).collect();
    if all.is_empty() { json!(0) } else { json!(all) }
}

fn told_batch(batch: &RecordBatch<'_>) -> Value {
    let header = &batch.header;
    let mut scratch = Vec::new();
    let records = batch.records(&mut scratch, BATCH_MAX).map(|records| {
        let one = |record: weir_wire::records::RecordRef<'_>| {
            json!({"offset": record.offset, "at": record.timestamp, "key": record.key.map(text_of),
                   "value": record.value.map(|value| if value.len() > 100 { json!(value.len()) } else { text_of(value) }),
                   "headers": headers_of(&record)})
        };
        records.map_while(Result::ok).map(one).collect::<Vec<_>>()
    });
    json!({
        "baseOffset": header.base_offset, "lastOffsetDelta": header.last_offset_delta, "count": header.record_count,
        "leaderEpoch": header.partition_leader_epoch, "magic": header.magic, "attributes": header.attributes.0,
        "ProducerId": header.producer_id, "producerEpoch": header.producer_epoch, "baseSequence": header.base_sequence,
        "maxTimestamp": header.max_timestamp, "crcOk": batch.check_crc().is_ok(),
        "records": records.unwrap_or_default(),
    })
}
