//! A message on standard output.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::ValueEnum;
use serde_json::{Value, json};
use weir_core::client::data::Consumed;

/// What stands for a message without a value; the text "null" is a value.
const TOMBSTONE: &[u8] = b"(tombstone)";

/// What stands for a key or headers that are not there.
const NOTHING: &[u8] = b"-";

/// A part of a message, for lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Field {
    Topic,
    Partition,
    Offset,
    /// Milliseconds since the epoch
    Timestamp,
    Key,
    Headers,
    Value,
}

/// The fields with tabs between, bytes as they are.
pub(super) fn line(
    out: &mut impl Write,
    fields: &[Field],
    topic: &str,
    message: &Consumed,
) -> io::Result<()> {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.write_all(b"\t")?;
        }
        match field {
            Field::Topic => out.write_all(topic.as_bytes())?,
            Field::Partition => write!(out, "{}", message.partition)?,
            Field::Offset => write!(out, "{}", message.offset)?,
            Field::Timestamp => write!(out, "{}", message.timestamp_ms)?,
            Field::Key => out.write_all(message.key.as_deref().unwrap_or(NOTHING))?,
            Field::Headers => headers(out, message)?,
            Field::Value => out.write_all(message.value.as_deref().unwrap_or(TOMBSTONE))?,
        }
    }
    out.write_all(b"\n")
}

/// `name=value,name=value`; a header without a value is its name alone.
fn headers(out: &mut impl Write, message: &Consumed) -> io::Result<()> {
    if message.headers.is_empty() {
        return out.write_all(NOTHING);
    }
    for (at, (name, value)) in message.headers.iter().enumerate() {
        let between = if at > 0 { "," } else { "" };
        write!(out, "{between}{name}")?;
        if let Some(value) = value {
            out.write_all(b"=")?;
            out.write_all(value)?;
        }
    }
    Ok(())
}

/// One object a line.
pub(super) fn json(out: &mut impl Write, topic: &str, message: &Consumed) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &everything(topic, message))?;
    out.write_all(b"\n")
}

fn everything(topic: &str, message: &Consumed) -> Value {
    let headers: Vec<_> = message
        .headers
        .iter()
        .map(|(name, value)| {
            let mut header = json!({ "name": name });
            put(&mut header, "value", value.as_deref());
            header
        })
        .collect();
    let mut object = json!({
        "topic": topic,
        "partition": message.partition,
        "offset": message.offset,
        "timestamp": message.timestamp_ms,
        "timestamp_type": message.timestamp_type.name(),
        "headers": headers,
        "control": message.control,
        "aborted": message.aborted,
    });
    put(&mut object, "key", message.key.as_deref());
    put(&mut object, "value", message.value.as_deref());
    object
}

/// Text as it is; bytes that are no text in base64, under a name that says so.
fn put(object: &mut Value, name: &str, bytes: Option<&[u8]>) {
    match bytes.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
        None => object[name] = Value::Null,
        Some((_, Ok(text))) => object[name] = text.into(),
        Some((bytes, Err(_))) => object[format!("{name}_base64")] = BASE64.encode(bytes).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Consumed {
        Consumed {
            partition: 2,
            offset: 7,
            timestamp_ms: 1_795_636_862_003,
            timestamp_type: weir_domain::TimestampType::CreateTime,
            key: Some(b"k".to_vec()),
            value: Some(b"v".to_vec()),
            headers: vec![("h".into(), Some(b"1".to_vec())), ("n".into(), None)],
            control: false,
            aborted: None,
        }
    }

    fn check(fields: &[Field], message: &Consumed, expected: &str) {
        let mut out = Vec::new();
        line(&mut out, fields, "orders", message).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), format!("{expected}\n"), "{fields:?}");
    }

    #[test]
    fn lines_hold_what_was_asked_for() {
        use Field as F;
        check(&[F::Value], &message(), "v");
        check(&[F::Key, F::Headers, F::Value], &message(), "k\th=1,n\tv");
        let place = [F::Topic, F::Partition, F::Offset, F::Timestamp];
        check(&place, &message(), "orders\t2\t7\t1795636862003");
        let empty = Consumed { key: None, value: None, headers: Vec::new(), ..message() };
        check(&[F::Key, F::Headers, F::Value], &empty, "-\t-\t(tombstone)");
    }

    #[test]
    fn json_says_what_became_of_the_transaction() {
        let marks = |message: &Consumed| {
            let object = everything("orders", message);
            (object["control"].clone(), object["aborted"].clone())
        };
        assert_eq!(marks(&message()), (json!(false), Value::Null), "still open");
        let marker = Consumed { control: true, aborted: Some(false), ..message() };
        assert_eq!(marks(&marker), (json!(true), json!(false)));
        let aborted = Consumed { aborted: Some(true), ..message() };
        assert_eq!(marks(&aborted), (json!(false), json!(true)));
    }

    #[test]
    fn bytes_that_are_no_text_survive() {
        let mut object = json!({});
        put(&mut object, "value", Some(&[0xff, 0]));
        put(&mut object, "key", None);
        assert_eq!(object, json!({ "value_base64": "/wA=", "key": null }));
    }
}
