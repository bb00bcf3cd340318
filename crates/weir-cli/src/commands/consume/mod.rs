//! `weir consume`: one value a line, chosen fields, or one JSON object a line with everything.

pub(crate) mod from;
mod print;
mod source;
mod start;

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::time::{Instant, sleep_until};
use weir_api::texts::Lang;
use weir_core::client::data::{Consumer, ConsumerOptions};
use weir_core::client::{Client, Options, Reader};
use weir_core::permits::Action;
use weir_domain::{OffsetSpec, Topic};

use self::from::From;
use self::print::Field;
use self::source::Source;
use crate::args::{Common, Format, Target};
use crate::commands::topic::show;
use crate::context;
use crate::output;
use crate::plain::plain_bytes;
use crate::signal;
use crate::trouble::{Trouble, note};

#[derive(Debug, Args)]
pub(crate) struct ConsumeArgs {
    /// The topic to read
    topic: String,
    /// Where to begin: earliest, latest, an offset, a time (2026-11-25T20:00:00Z, or milliseconds since the epoch as
    /// --output json prints them) or an age (10m, 2h, 3d). By default earliest. A number of twelve digits or more is
    /// milliseconds; offset:N is always an offset.
    /// With --group only earliest and latest, and only for partitions in which the group has committed nothing: in the
    /// others it goes on where it left off
    #[arg(long, value_name = "WHERE", value_parser = from::parse, verbatim_doc_comment)]
    from: Option<From>,
    /// End after so many messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max: Option<u64>,
    /// End when everything is read that was there at the start (up to the high watermarks of then)
    #[arg(long)]
    until_end: bool,
    /// End when no message came for so many seconds. Code 0; with --max or --until-end, which were not reached then,
    /// code 1
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: Option<u64>,
    /// Read as a member of this consumer group, and commit what was read
    #[arg(long, value_parser = group)]
    group: Option<String>,
    /// Only this partition
    #[arg(long, conflicts_with = "group", value_parser = clap::value_parser!(i32).range(0..))]
    partition: Option<i32>,
    /// read_committed: messages of committed transactions only, as consumers in an application should. read_uncommitted:
    /// also those of transactions that are open or were aborted. `--output json` then has the markers that brokers write
    /// at the end of transactions too, and tells each by its fields: "control" (a marker), "aborted" (null while its
    /// transaction is open)
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Isolation::ReadCommitted, conflicts_with = "group")]
    isolation_level: Isolation,
    /// What each line holds, in this order, with tabs between: topic, partition, offset, timestamp, key, headers, value. By
    /// default the value. Headers are name=value with commas between; - is no key, no headers. `--output json` has
    /// everything, exactly
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FIELDS", default_value = "value")]
    print: Vec<Field>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

/// As Kafka names it, also its own console consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Isolation {
    ReadCommitted,
    ReadUncommitted,
}

pub(crate) async fn run(args: ConsumeArgs, lang: Lang) -> Result<(), Trouble> {
    refuse_points_of_groups(&args)?;
    // Who reads as a member commits: that changes the cluster.
    let options = match &args.group {
        Some(_) => context::permitted(&args.common, &args.target, Action::AlterOffsets).await?,
        None => context::options(&args.common, &args.target).await?,
    };
    let client = Client::new(options.clone());
    let topic = show::find(&client, &args.topic).await?;
    let (mut source, is_whole) = open(&args, &options, &client, &topic, lang).await?;
    let result = pump(&args, &mut source, lang).await;
    source.close().await;
    // What could not be read was said at the start.
    result.and(if is_whole { Ok(()) } else { Err(Trouble::Told(1)) })
}

fn refuse_points_of_groups(args: &ConsumeArgs) -> Result<(), Trouble> {
    match (&args.group, args.from) {
        (Some(_), Some(From::Offset(_) | From::Time(_))) => Err(Trouble::usage(
            "a group begins where it left off: with --group, --from is earliest or latest, for partitions that it has \
             not read yet",
            "그룹은 멈춘 곳에서 시작합니다: --group과 함께 쓰는 --from은 earliest 또는 latest입니다",
        )),
        _ => Ok(()),
    }
}

/// What is read, and whether that is all that was asked for: a partition without a leader keeps nobody from the others.
async fn open(
    args: &ConsumeArgs,
    options: &Options,
    client: &Client,
    topic: &Topic,
    lang: Lang,
) -> Result<(Source, bool), Trouble> {
    let mut is_whole = true;
    let mut consumer = ConsumerOptions {
        topic: args.topic.clone(),
        group: args.group.clone(),
        instance: None,
        offsets: Vec::new(),
        start: OffsetSpec::Earliest,
        fetch_bytes_min: 1,
        until: None,
    };
    if args.group.is_none() || args.until_end {
        let start::Ranges { read: ranges, left_out } =
            start::ranges(client, topic, args.partition).await?;
        left_out.iter().for_each(|trouble| trouble.tell(lang));
        is_whole = left_out.is_empty();
        consumer.until = start::until(args, &ranges);
        if args.group.is_none() {
            let from = args.from.unwrap_or(From::Earliest);
            consumer.offsets = start::begin(client, &topic.name, &ranges, from, lang).await?;
        }
    }
    if args.isolation_level == Isolation::ReadUncommitted {
        let (from, until) = (&consumer.offsets, consumer.until.as_ref());
        let reader = Reader::new(client.clone(), &topic.name, from, until);
        return Ok((Source::Reader(reader), is_whole));
    }
    if args.group.is_some() {
        start::tell_commits(client, args, lang).await?;
        if args.from == Some(From::Latest) {
            consumer.start = OffsetSpec::Latest;
        }
    }
    Ok((Source::Consumer(Consumer::new(options, &consumer)?), is_whole))
}

/// Why reading ended.
enum End {
    /// All that was asked for, or Ctrl-C.
    Reached,
    /// No message for as long as was asked for.
    Silence(Duration),
}

async fn pump(args: &ConsumeArgs, source: &mut Source, lang: Lang) -> Result<(), Trouble> {
    let on_terminal = io::stdout().is_terminal();
    let mut out = io::BufWriter::new(io::stdout());
    let mut read = 0;
    let silence = args.timeout.map(Duration::from_secs);
    let end = signal::asked_to_end();
    tokio::pin!(end);
    let ended = loop {
        if args.max.is_some_and(|max| read >= max) {
            break End::Reached;
        }
        let next = tokio::select! {
            next = source.next() => next,
            () = silent_for(silence) => break End::Silence(silence.unwrap_or_default()),
            () = &mut end => break End::Reached,
        };
        let Some(next) = next else { break End::Reached };
        let next = next?;
        match args.common.output {
            Format::Json => print::json(&mut out, &args.topic, &next)?,
            // Raw for programs; a terminal would obey what a record says.
            Format::Table if !next.control && on_terminal => {
                let mut line = Vec::new();
                print::line(&mut line, &args.print, &args.topic, &next)?;
                out.write_all(plain_bytes(&line).as_bytes())?;
            }
            Format::Table if !next.control => {
                print::line(&mut out, &args.print, &args.topic, &next)?;
            }
            // Bytes of Kafka's own, in a line that could not say what they are.
            Format::Table => {}
        }
        read += u64::from(!next.control || args.common.output == Format::Json);
        // Whoever reads the pipe sees each message at once, but a backlog goes out in large writes.
        if !source.has_next() {
            out.flush()?;
        }
    };
    out.flush()?;
    match ended {
        End::Reached => Ok(()),
        End::Silence(after) => silence_ended(args, after, read, lang),
    }
}

async fn silent_for(silence: Option<Duration>) {
    match silence {
        Some(silence) => sleep_until(Instant::now() + silence).await,
        None => std::future::pending().await,
    }
}

/// An end that was not the one asked for is a failure.
fn silence_ended(
    args: &ConsumeArgs,
    after: Duration,
    read: u64,
    lang: Lang,
) -> Result<(), Trouble> {
    let (seconds, came) = (after.as_secs(), output::count(read, "message"));
    let (en, ko) = match args.max {
        Some(max) => (format!(", {read} of {max} came"), format!(" ({max}개 중 {read}개를 읽음)")),
        None if args.until_end => (
            format!(", {came} came, and the end was not reached"),
            format!(" ({read}개를 읽음, 끝에 이르지 못함)"),
        ),
        None => {
            note(
                lang,
                format!("no message for {seconds} s: ended after {came}"),
                format!("{seconds}초 동안 메시지가 없어 {read}개를 읽고 끝냅니다"),
            );
            return Ok(());
        }
    };
    Err(Trouble::failed(
        format!("no message for {seconds} s{en}"),
        format!("{seconds}초 동안 메시지가 없습니다{ko}"),
    ))
}

fn group(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a group needs a name".to_owned()),
        _ => Ok(text.to_owned()),
    }
}
