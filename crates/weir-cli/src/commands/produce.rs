//! `weir produce`: one value a line, or one JSON object a line.

use std::collections::VecDeque;
use std::io::{BufRead, IsTerminal, Read};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use weir_api::texts::Lang;
use weir_core::client::Client;
use weir_core::client::data::{DataError, Delivery, NewMessage, Producer, ProducerOptions};
use weir_core::permits::Action;
use weir_domain::{Compression, ConfigResource, LogDir};

use crate::args::{Common, Format, Target};
use crate::commands::topic::show;
use crate::context;
use crate::output;
use crate::signal;
use crate::trouble::Trouble;

#[derive(Debug, Clone, Args)]
pub(crate) struct ProduceArgs {
    /// The topic to write to
    topic: String,
    /// What stands between key and value in a line. Without it lines are values. A line ends at \n; a \r before it
    /// belongs to the value, as with kcat
    #[arg(long, value_name = "TEXT", conflicts_with = "input", value_parser = separator)]
    key_separator: Option<String>,
    /// A header of every message; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = header)]
    header: Vec<(String, String)>,
    /// Write to this partition. By default by the key, or spread
    #[arg(long, value_parser = clap::value_parser!(i32).range(0..))]
    partition: Option<i32>,
    /// json: a line is {"key": .., "value": .., "headers": {..}, "partition": .., "timestamp": ..}, the timestamp in
    /// milliseconds since the epoch; a null value is a tombstone
    #[arg(long, value_enum, value_name = "FORMAT")]
    input: Option<Input>,
    /// none, gzip, snappy, lz4 or zstd
    #[arg(long, value_name = "CODEC", default_value = "none", value_parser = compression)]
    compression: Compression,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Input {
    Lines,
    Json,
}

/// The longest line; no Kafka takes larger messages.
const LINE_MAX: u64 = 100 << 20;
/// Lines read ahead.
const AHEAD_MAX: usize = 256;
/// What acknowledgements are waited for once the person wants to go.
const LAST_WAIT: Duration = Duration::from_secs(2);
/// Messages whose acknowledgement is awaited.
const UNANSWERED_MAX: usize = 10_000;

pub(crate) async fn run(args: ProduceArgs, lang: Lang) -> Result<(), Trouble> {
    let options = context::permitted(&args.common, &args.target, Action::Produce).await?;
    let client = Client::new(options.clone());
    let topic = show::find(&client, &args.topic).await?;
    let limit = limit(&client, &args.topic).await;
    let count = topic.partitions.len();
    let check = move |partition: Option<i32>| match partition {
        Some(p) if p < 0 || p as usize >= count => {
            Err(Trouble::NoPartition { topic: topic.name.clone(), partition: p, count })
        }
        _ => Ok(()),
    };
    check(args.partition)?;
    let producer = ProducerOptions {
        compression: args.compression,
        linger: Duration::from_millis(5),
        batch_bytes_max: limit,
        ..Default::default()
    };
    let mut writing = Writing {
        client,
        producer: Producer::new(&options, &producer)?,
        unanswered: VecDeque::new(),
        written: 0,
        failed: None,
        lang,
    };
    invite(lang);
    let mut lines = lines();
    let mut asked_to_end = std::pin::pin!(signal::asked_to_end());
    let (stopped, mut hurries) = tokio::select! {
        stopped = writing.take(&mut lines, &args, check) => (stopped, false),
        () = &mut asked_to_end => (None, true),
    };
    if !hurries {
        hurries = tokio::select! {
            () = writing.settle(0) => false,
            () = &mut asked_to_end => true,
        };
    }
    if hurries {
        let _ = tokio::time::timeout(LAST_WAIT, writing.settle(0)).await; // what is left is told
    }
    writing.end(&args, limit, stopped).await
}

/// The topic's `max.message.bytes`, if this user may read it.
async fn limit(client: &Client, topic: &str) -> Option<u32> {
    let resource = ConfigResource::Topic(topic.to_owned());
    let found = client.describe_configs(std::slice::from_ref(&resource)).await.ok()?;
    let entries = found.get(&resource)?.as_ref().ok()?;
    let entry = entries.iter().find(|entry| entry.name == "max.message.bytes")?;
    entry.value.as_ref()?.parse().ok()
}

struct Writing {
    client: Client,
    producer: Producer,
    /// With the number and the size of the line of each.
    unanswered: VecDeque<(Line, Delivery)>,
    written: u64,
    /// The first line that was not written.
    failed: Option<(Line, DataError)>,
    lang: Lang,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    number: u64,
    bytes: usize,
}

impl Writing {
    /// Writes line by line, until there are no more or one cannot be taken: what is wrong with it.
    async fn take(
        &mut self,
        lines: &mut mpsc::Receiver<(u64, std::io::Result<Vec<u8>>)>,
        args: &ProduceArgs,
        check: impl Fn(Option<i32>) -> Result<(), Trouble>,
    ) -> Option<Trouble> {
        while let Some((number, line)) = lines.recv().await {
            let read = line.map_err(|error| unreadable(number, &error));
            let read = read.and_then(|line| {
                message(args, &line).map_err(|problem| bad_line(number, &problem))
            });
            match read.and_then(|message| check(message.partition).map(|()| message)) {
                Ok(message) => self.write(number, &message).await,
                Err(trouble) => return Some(trouble),
            }
            if self.failed.is_some() {
                return None;
            }
        }
        None
    }

    async fn write(&mut self, number: u64, message: &NewMessage) {
        let size = |part: &Option<Vec<u8>>| part.as_ref().map_or(0, Vec::len);
        let line = Line { number, bytes: size(&message.key) + size(&message.value) };
        match self.producer.enqueue(message).await {
            Ok(delivery) => self.unanswered.push_back((line, delivery)),
            Err(error) => self.fail(line, error),
        }
        self.settle(UNANSWERED_MAX).await;
    }

    /// Awaits acknowledgements until at most `left` are missing.
    async fn settle(&mut self, left: usize) {
        while self.unanswered.len() > left {
            // It stays in the queue until it is answered: who stops waiting still knows of it.
            let Some((line, delivery)) = self.unanswered.front_mut() else { break };
            let (line, answer) = (*line, delivery.await);
            self.unanswered.pop_front();
            match answer {
                Ok(_) => self.written += 1,
                Err(error) => self.fail(line, error),
            }
        }
    }

    fn fail(&mut self, line: Line, error: DataError) {
        self.failed.get_or_insert((line, error));
    }

    /// Says how much was written, and why not more.
    async fn end(
        self,
        args: &ProduceArgs,
        limit: Option<u32>,
        stopped: Option<Trouble>,
    ) -> Result<(), Trouble> {
        tell(args, self.written, self.lang)?;
        let left = self.unanswered.len();
        if left > 0 && self.failed.is_none() && stopped.is_none() {
            return Err(unanswered(left));
        }
        match (self.failed, stopped) {
            (Some((line, error)), _) => {
                let full = match error.may_have_happened {
                    true => self.client.full_log_dir().await,
                    false => None,
                };
                Err(match full {
                    Some(dir) => no_room(line, &dir),
                    None => not_written(line, &args.topic, limit, &error),
                })
            }
            (None, Some(trouble)) => Err(trouble),
            (None, None) => Ok(()),
        }
    }
}

fn unanswered(left: usize) -> Trouble {
    Trouble::failed(
        format!("{left} messages were not acknowledged yet: they may be in the topic, or not"),
        format!("메시지 {left}개가 아직 확인되지 않았습니다: 토픽에 있을 수도 없을 수도 있습니다"),
    )
}

/// Reads standard input on a thread that may block for ever: the program's end does not wait for it.
fn lines() -> mpsc::Receiver<(u64, std::io::Result<Vec<u8>>)> {
    let (sender, receiver) = mpsc::channel(AHEAD_MAX);
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        for number in 1.. {
            let mut line = Vec::new();
            let read = input.by_ref().take(LINE_MAX + 1).read_until(b'\n', &mut line);
            let result = match read {
                Ok(0) => return,
                Ok(_) if line.len() as u64 > LINE_MAX => {
                    Err(std::io::ErrorKind::FileTooLarge.into())
                }
                Ok(_) => {
                    if line.last() == Some(&b'\n') {
                        line.pop();
                    }
                    Ok(line)
                }
                Err(e) => Err(e),
            };
            let failed = result.is_err();
            if sender.blocking_send((number, result)).is_err() || failed {
                return;
            }
        }
    });
    receiver
}

fn message(args: &ProduceArgs, line: &[u8]) -> Result<NewMessage, Problem> {
    let headers =
        args.header.iter().map(|(name, value)| (name.clone(), Some(value.clone().into())));
    let mut message = NewMessage {
        topic: args.topic.clone(),
        partition: args.partition,
        headers: headers.collect(),
        ..Default::default()
    };
    if args.input == Some(Input::Json) {
        return from_json(line, message);
    }
    match &args.key_separator {
        None => message.value = Some(line.to_vec()),
        Some(separator) => {
            let at = find(line, separator.as_bytes()).ok_or(Problem::NoSeparator)?;
            message.key = Some(line[..at].to_vec());
            message.value = Some(line[at + separator.len()..].to_vec());
        }
    }
    Ok(message)
}

/// What is wrong with a line.
#[derive(Debug)]
enum Problem {
    NoSeparator,
    Json(String),
    /// A field, and what it should be.
    Field(&'static str, &'static str),
    Unknown(String),
    NoValue,
}

/// Bytes, or null.
type Content = Option<Vec<u8>>;

/// How headers are written.
const LINE: &str = "the line";
const OBJECT: &str = "an object {..}";
const PARTITION: &str = "a whole number from 0";
const TIMESTAMP: &str = "a whole number: milliseconds since the epoch";
const IN_BASE64: &str = "a string in base64";
const HEADERS: &str = "an object {name: value} or a list of {\"name\": .., \"value\": ..}";

/// What an object may hold: what is written, and what `weir consume --output json` adds to it.
const FIELDS: [&str; 10] = [
    "key",
    "key_base64",
    "value",
    "value_base64",
    "headers",
    "partition",
    "timestamp",
    "topic",
    "offset",
    "timestamp_type",
];

fn from_json(line: &[u8], mut message: NewMessage) -> Result<NewMessage, Problem> {
    let object: Value = serde_json::from_slice(line).map_err(|e| Problem::Json(e.to_string()))?;
    let object = object.as_object().ok_or(Problem::Field(LINE, OBJECT))?;
    if let Some(name) = object.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(Problem::Unknown(name.clone()));
    }
    message.key = content(object, "key")?.flatten();
    // A field that was forgotten or mistyped must not delete a key's data.
    message.value = content(object, "value")?.ok_or(Problem::NoValue)?;
    if let Some(partition) = object.get("partition").filter(|p| !p.is_null()) {
        let partition = partition.as_i64().and_then(|p| i32::try_from(p).ok());
        message.partition = Some(partition.ok_or(Problem::Field("partition", PARTITION))?);
    }
    if let Some(timestamp) = object.get("timestamp").filter(|t| !t.is_null()) {
        message.timestamp_ms =
            Some(timestamp.as_i64().ok_or(Problem::Field("timestamp", TIMESTAMP))?);
    }
    match object.get("headers") {
        None | Some(Value::Null) => {}
        Some(Value::Object(headers)) => {
            message
                .headers
                .extend(headers.iter().map(|(name, value)| (name.clone(), bytes(value))));
        }
        // As `weir consume --output json` writes them: duplicates survive.
        Some(Value::Array(headers)) => {
            for header in headers {
                let name = header["name"].as_str();
                let name = name.ok_or(Problem::Field("headers", HEADERS))?;
                message.headers.push((name.to_owned(), bytes(&header["value"])));
            }
        }
        Some(_) => return Err(Problem::Field("headers", HEADERS)),
    }
    Ok(message)
}

/// `name`, or `name_base64` for bytes that are no text; `None` when neither is there.
fn content(object: &Map<String, Value>, name: &'static str) -> Result<Option<Content>, Problem> {
    let Some(encoded) = object.get(base64_name(name)) else {
        return Ok(object.get(name).map(bytes));
    };
    let (name, expected) = (base64_name(name), IN_BASE64);
    let text = encoded.as_str().ok_or(Problem::Field(name, expected))?;
    let decoded = BASE64_STANDARD.decode(text).map_err(|_| Problem::Field(name, expected))?;
    Ok(Some(Some(decoded)))
}

/// What the field for bytes that are no text is called.
fn base64_name(name: &str) -> &'static str {
    if name == "key" { "key_base64" } else { "value_base64" }
}

/// A string's own bytes; anything else as JSON, numbers digit by digit; null is null.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone().into_bytes()),
        other => Some(other.to_string().into_bytes()),
    }
}

fn find(line: &[u8], separator: &[u8]) -> Option<usize> {
    line.windows(separator.len().max(1)).position(|window| window == separator)
}

fn separator(text: &str) -> Result<String, String> {
    match text {
        "" => Err("a separator has at least one character".to_owned()),
        _ => Ok(text.to_owned()),
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE is expected")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn compression(text: &str) -> Result<Compression, String> {
    Compression::parse(text).ok_or_else(|| "none, gzip, snappy, lz4 or zstd is expected".to_owned())
}

fn invite(lang: Lang) {
    if std::io::stdin().is_terminal() {
        output::say(match lang {
            Lang::En => "Type a value a line. Ctrl-D ends.",
            Lang::Ko => "한 줄에 값을 하나씩 입력하세요. Ctrl-D로 끝냅니다.",
        });
    }
}

fn tell(args: &ProduceArgs, written: u64, lang: Lang) -> Result<(), Trouble> {
    match args.common.output {
        Format::Json => output::json_line(&json!({ "topic": args.topic, "written": written })),
        Format::Table => {
            output::say(done(written, &args.topic, lang));
            Ok(())
        }
    }
}

fn done(written: u64, topic: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("wrote {} to {topic}", output::count(written, "message")),
        Lang::Ko => format!("{topic}에 메시지 {written}개를 기록했습니다"),
    }
}

fn not_written(line: Line, topic: &str, limit: Option<u32>, error: &DataError) -> Trouble {
    let Line { number, bytes } = line;
    if error.is_too_large() {
        let (en, ko) = match limit {
            Some(limit) => (format!(" ({limit})"), format!(" ({limit})")),
            None => (String::new(), String::new()),
        };
        return Trouble::failed(
            format!(
                "line {number} was not written: its {bytes} bytes are more than the topic's max.message.bytes{en} takes. \
                 Raise it with `weir topic config {topic} --set max.message.bytes=..`, or send less"
            ),
            format!(
                "{number}번째 줄은 기록되지 않았습니다: {bytes}바이트는 토픽의 max.message.bytes{ko}보다 큽니다. `weir topic \
                 config {topic} --set max.message.bytes=..`로 늘리거나 더 작게 보내세요"
            ),
        );
    }
    let unsure = error.may_have_happened;
    Trouble::failed(
        format!(
            "line {number} was {} written: {error}",
            if unsure { "perhaps not" } else { "not" }
        ),
        format!(
            "{number}번째 줄은 기록되지 {}: {error}",
            if unsure { "않았을 수 있습니다" } else { "않았습니다" }
        ),
    )
}

/// Of a broker's disk that is full, librdkafka tells only that time is over.
fn no_room(line: Line, dir: &LogDir) -> Trouble {
    let (number, broker, path) = (line.number, dir.broker_id, &dir.path);
    Trouble::failed(
        format!(
            "line {number} was perhaps not written: the disk that holds {path} of broker {broker} is full. Free some \
             space there, or delete topics, then send it again"
        ),
        format!(
            "{number}번째 줄은 기록되지 않았을 수 있습니다: 브로커 {broker}의 {path}이(가) 있는 디스크가 가득 찼습니다. 그 디스크의 \
             공간을 확보하거나 토픽을 삭제한 뒤 다시 보내세요"
        ),
    )
}

fn unreadable(number: u64, error: &std::io::Error) -> Trouble {
    Trouble::failed(
        format!("line {number} cannot be read: {error}"),
        format!("{number}번째 줄을 읽을 수 없습니다: {error}"),
    )
}

fn bad_line(number: u64, problem: &Problem) -> Trouble {
    match problem {
        Problem::NoSeparator => Trouble::failed(
            format!("line {number} has no key separator: write KEY, separator, VALUE"),
            format!("{number}번째 줄에 키 구분자가 없습니다: 키, 구분자, 값 순으로 쓰세요"),
        ),
        Problem::Json(error) => Trouble::failed(
            format!("line {number} is not JSON ({error}): write one object a line"),
            format!("{number}번째 줄이 JSON이 아닙니다 ({error}): 한 줄에 객체 하나를 쓰세요"),
        ),
        Problem::Unknown(name) => Trouble::failed(
            format!("line {number}: there is no field {name:?}; there are {}", FIELDS.join(", ")),
            format!(
                "{number}번째 줄: {name:?} 필드는 없습니다. 사용할 수 있는 필드: {}",
                FIELDS.join(", ")
            ),
        ),
        Problem::NoValue => Trouble::failed(
            format!("line {number} has no value: write \"value\": null for a tombstone"),
            format!("{number}번째 줄에 값이 없습니다: 툼스톤이면 \"value\": null이라고 쓰세요"),
        ),
        Problem::Field(field, expected) => {
            let (what, form) = korean(field, expected);
            Trouble::failed(
                format!("line {number}: {field} should be {expected}"),
                format!("{number}번째 줄: {what}의 형식이 올바르지 않습니다. {form}이어야 합니다"),
            )
        }
    }
}

/// What is wrong and what is expected there, as [`Problem::Field`] has them.
fn korean<'a>(field: &'a str, expected: &'a str) -> (&'a str, &'a str) {
    let form = match expected {
        OBJECT => "객체 {..} 형식",
        PARTITION => "0 이상의 정수",
        TIMESTAMP => "에포크 이후 밀리초를 나타내는 정수",
        HEADERS => "객체 {name: value} 또는 {\"name\": .., \"value\": ..}의 목록",
        IN_BASE64 => "base64 문자열",
        other => other,
    };
    (if field == LINE { "줄" } else { field }, form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_is_in_the_reader_s_language() {
        assert_eq!(done(1, "orders", Lang::En), "wrote 1 message to orders");
        assert_eq!(done(3, "orders", Lang::Ko), "orders에 메시지 3개를 기록했습니다");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_in_the_reader_s_language() {
        for line in [
            &b"[]"[..],
            br#"{"value":"v","partition":"x"}"#,
            br#"{"value":"v","timestamp":"x"}"#,
            br#"{"value":"v","headers":1}"#,
            br#"{"value_base64":"?"}"#,
        ] {
            let problem = from_json(line, NewMessage::default()).unwrap_err();
            let said = bad_line(3, &problem).sentence(Lang::Ko);
            assert!(!said.contains("a ") && said.contains("3번째 줄"), "{said}");
        }
    }

    #[test]
    fn json_keeps_duplicates_nulls_and_large_numbers() {
        let line = br#"{"key":"k","value":{"n":9007199254740993},"headers":[{"name":"a","value":"1"},{"name":"a","value":null}],"partition":2,"timestamp":5}"#;
        let message = from_json(line, NewMessage::default()).unwrap();
        assert_eq!(message.value.as_deref(), Some(&br#"{"n":9007199254740993}"#[..]));
        assert_eq!(message.headers, [("a".into(), Some(b"1".to_vec())), ("a".into(), None)]);
        assert_eq!((message.partition, message.timestamp_ms), (Some(2), Some(5)));
        let tombstone = from_json(br#"{"key":"k","value":null}"#, NewMessage::default()).unwrap();
        assert_eq!((tombstone.key.as_deref(), tombstone.value), (Some(&b"k"[..]), None));
        let binary = br#"{"key_base64":"/wA=","value_base64":"AP8=","offset":7,"topic":"t"}"#;
        let binary = from_json(binary, NewMessage::default()).unwrap();
        assert_eq!((binary.key.unwrap(), binary.value.unwrap()), (vec![0xff, 0], vec![0, 0xff]));
        let typo = from_json(br#"{"valeu":"typo","key":"k"}"#, NewMessage::default());
        assert!(matches!(typo, Err(Problem::Unknown(name)) if name == "valeu"));
        let none = from_json(br#"{"key":"only"}"#, NewMessage::default());
        assert!(matches!(none, Err(Problem::NoValue)), "a missing value is no tombstone");
        assert!(from_json(b"[]", NewMessage::default()).is_err());
        assert!(from_json(br#"{"value":"v","partition":"x"}"#, NewMessage::default()).is_err());
    }
}
