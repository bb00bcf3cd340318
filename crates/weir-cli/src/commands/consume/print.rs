//! A message on standard output.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use weir_core::client::data::Consumed;

use crate::args::Format;

/// What stands for a message without a value; the text "null" is a value.
const TOMBSTONE: &[u8] = b"(tombstone)";

pub(super) fn print(
    out: &mut impl Write,
    format: Format,
    topic: &str,
    message: &Consumed,
) -> io::Result<()> {
    match format {
        Format::Table => out.write_all(message.value.as_deref().unwrap_or(TOMBSTONE))?,
        Format::Json => serde_json::to_writer(&mut *out, &everything(topic, message))?,
    }
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

    #[test]
    fn bytes_that_are_no_text_survive() {
        let mut object = json!({});
        put(&mut object, "value", Some(&[0xff, 0]));
        put(&mut object, "key", None);
        assert_eq!(object, json!({ "value_base64": "/wA=", "key": null }));
    }
}
