//! `weir consume`: one value a line, or one JSON object a line with everything.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use clap::Args;
use serde_json::{Value, json};
use weir_core::client::data::{Consumed, Consumer, ConsumerOptions};
use weir_core::client::{Client, Options};
use weir_domain::{OffsetSpec, Topic, TopicPartition};

use super::signal;
use crate::args::{Common, Format, Target};
use crate::commands::topic::show;
use crate::context;
use crate::time;
use crate::trouble::Trouble;

#[derive(Debug, Args)]
pub(crate) struct ConsumeArgs {
    topic: String,
    /// Where to begin: earliest, latest, an offset, a time (2026-11-25T20:00:00Z) or an age (10m, 2h, 3d). By default
    /// earliest; with a group, where it left off
    #[arg(long, value_name = "WHERE", value_parser = from)]
    from: Option<From>,
    /// End after so many messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max: Option<u64>,
    /// Read as a member of this consumer group, and commit what was read
    #[arg(long)]
    group: Option<String>,
    /// Only this partition
    #[arg(long, conflicts_with = "group", value_parser = clap::value_parser!(i32).range(0..))]
    partition: Option<i32>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Earliest,
    Latest,
    Offset(i64),
    Time(i64),
}

pub(crate) async fn run(args: ConsumeArgs) -> Result<(), Trouble> {
    let options = context::options(&args.common, &args.target).await?;
    let client = Client::new(options.clone());
    let topic = show::find(&client, &args.topic).await?;
    let mut consumer = open(&args, &options, &client, &topic).await?;
    let result = pump(&args, &mut consumer).await;
    // Leaves the group and commits; blocks for a moment.
    let closed = tokio::task::spawn_blocking(move || consumer.close()).await;
    debug_assert!(closed.is_ok(), "closing panicked");
    result
}

async fn open(
    args: &ConsumeArgs,
    options: &Options,
    client: &Client,
    topic: &Topic,
) -> Result<Consumer, Trouble> {
    let mut consumer = ConsumerOptions {
        topic: args.topic.clone(),
        group: args.group.clone(),
        offsets: Vec::new(),
        start: OffsetSpec::Earliest,
        fetch_bytes_min: 1,
    };
    match (&args.group, args.from) {
        (Some(_), Some(From::Latest)) => consumer.start = OffsetSpec::Latest,
        (Some(_), Some(From::Earliest) | None) => {}
        (Some(_), Some(From::Offset(_) | From::Time(_))) => {
            return Err(Trouble::usage(
                "a group begins where it left off: with --group, --from is earliest or latest, for \
                 partitions that it has not read yet",
                "그룹은 멈춘 곳에서 시작합니다: --group과 함께 쓰는 --from은 earliest 또는 latest입니다",
            ));
        }
        (None, from) => {
            let from = from.unwrap_or(From::Earliest);
            consumer.offsets = begin(client, topic, args.partition, from).await?;
        }
    }
    Ok(Consumer::new(options, &consumer)?)
}

/// Where each partition begins.
async fn begin(
    client: &Client,
    topic: &Topic,
    only: Option<i32>,
    from: From,
) -> Result<Vec<(i32, i64)>, Trouble> {
    let all = topic.partitions.iter().map(|p| p.partition);
    let wanted: Vec<_> = all
        .filter(|p| only.is_none_or(|only| only == *p))
        .map(|p| TopicPartition::new(topic.name.as_str(), p))
        .collect();
    if let (Some(partition), true) = (only, wanted.is_empty()) {
        let count = topic.partitions.len();
        return Err(Trouble::NoPartition { topic: topic.name.clone(), partition, count });
    }
    let spec = match from {
        From::Latest => OffsetSpec::Latest,
        From::Time(at) => OffsetSpec::Timestamp(at),
        From::Earliest | From::Offset(_) => OffsetSpec::Earliest,
    };
    let first = client.list_offsets(&wanted, spec).await?.value;
    let last = client.list_offsets(&wanted, OffsetSpec::Latest).await?.value;
    let mut begin = Vec::new();
    for partition in wanted {
        let at = |offsets: &weir_core::client::Offsets| match offsets.get(&partition) {
            Some(Ok(found)) => Ok(found.offset),
            Some(Err(error)) => {
                Err(Trouble::Item { what: partition.to_string(), error: error.clone() })
            }
            None => Ok(None),
        };
        let end = at(&last)?.unwrap_or(0);
        // A time later than every record: what comes from now on.
        let first = at(&first)?.unwrap_or(end);
        let offset = match from {
            From::Offset(offset) => offset.clamp(first, end),
            _ => first,
        };
        begin.push((partition.partition, offset));
    }
    Ok(begin)
}

async fn pump(args: &ConsumeArgs, consumer: &mut Consumer) -> Result<(), Trouble> {
    let mut out = io::BufWriter::new(io::stdout());
    let mut left = args.max;
    let end = signal::asked_to_end();
    tokio::pin!(end);
    while left != Some(0) {
        let next = tokio::select! {
            next = consumer.next() => next,
            () = &mut end => break,
        };
        let Some(next) = next else { break };
        print(&mut out, args, &next?)?;
        left = left.map(|left| left - 1);
        // Whoever reads the pipe sees each message at once, but a backlog goes out in large writes.
        if !consumer.has_next() {
            out.flush()?;
        }
    }
    Ok(out.flush()?)
}

fn print(out: &mut impl Write, args: &ConsumeArgs, message: &Consumed) -> io::Result<()> {
    match args.common.output {
        Format::Table => {
            out.write_all(message.value.as_deref().unwrap_or(b"null"))?;
            out.write_all(b"\n")
        }
        Format::Json => {
            serde_json::to_writer(&mut *out, &everything(&args.topic, message))?;
            out.write_all(b"\n")
        }
    }
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

fn from(text: &str) -> Result<From, String> {
    match text {
        "earliest" => return Ok(From::Earliest),
        "latest" => return Ok(From::Latest),
        _ => {}
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map(From::Offset).map_err(|_| "this offset is too large".to_owned());
    }
    time::parse(text, time::now_ms()).map(From::Time).ok_or_else(|| {
        "earliest, latest, an offset, a time (2026-11-25T20:00:00Z) or an age (10m) is expected"
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_begin() {
        assert_eq!(from("earliest"), Ok(From::Earliest));
        assert_eq!(from("42"), Ok(From::Offset(42)));
        assert_eq!(from("1970-01-02"), Ok(From::Time(86_400_000)));
        assert!(from("-1").is_err());
        assert!(from("99999999999999999999").is_err());
        assert!(from("").is_err());
    }

    #[test]
    fn bytes_that_are_no_text_survive() {
        let mut object = json!({});
        put(&mut object, "value", Some(&[0xff, 0]));
        put(&mut object, "key", None);
        assert_eq!(object, json!({ "value_base64": "/wA=", "key": null }));
    }
}
