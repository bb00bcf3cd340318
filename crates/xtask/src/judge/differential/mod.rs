//! `cargo xtask judge differential`: the same questions to Apache Kafka and to the built-in engine; every
//! difference stands in `docs/DIFFERENCES.md` or fails.

mod codec;
mod compare;
mod listed;
mod moving;
mod normal;
mod play;
mod recording;
mod records;
mod scenario;
mod wire;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use weir_tests::apache_kafka::ApacheKafka;
use weir_tests::broker::Broker;

use self::normal::Rules;
use self::play::Stage;
use self::recording::{Recording, Told};
use self::scenario::Scenario;
use crate::codegen::jars::workspace;

/// Both clusters have these many brokers.
const BROKERS: u16 = 3;
/// What Apache Kafka's nodes of the tests are set to, where our defaults are others.
const SETTINGS: [&str; 10] = [
    "num.partitions=4",
    "auto.create.topics.enable=true",
    "offsets.topic.num.partitions=5",
    "transaction.state.log.num.partitions=5",
    "share.coordinator.state.topic.num.partitions=5",
    "log.index.size.max.bytes=1048576",
    "log.retention.check.interval.ms=1000",
    "log.initial.task.delay.ms=500",
    "log.cleaner.backoff.ms=500",
    "log.cleaner.dedupe.buffer.size=2097152",
];

/// A scenario that takes longer is named: perhaps it waits in vain.
const LONG: f32 = 8.0;
/// Kafka looks after its logs as often as the built-in engine does.
const SOON: [(&str, &str); 3] = [
    ("log.initial.task.delay.ms", "500"),
    ("log.retention.check.interval.ms", "1000"),
    ("log.cleaner.backoff.ms", "500"),
];

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Judge by what Apache Kafka answered when it was recorded: no Java, seconds.
    #[arg(long)]
    recorded: bool,
    /// Write the recording anew.
    #[arg(long, conflicts_with = "recorded")]
    record: bool,
    /// Only scenarios whose names contain one of these.
    #[arg(long)]
    only: Vec<String>,
    /// An Apache Kafka that runs already, instead of three nodes started for this.
    #[arg(long, conflicts_with = "recorded")]
    kafka: Option<String>,
}

fn folder() -> PathBuf {
    workspace().join("crates/xtask/differential")
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    let mut scenarios = scenario::read(&folder())?;
    let wanted =
        |name: &str| args.only.is_empty() || args.only.iter().any(|part| name.contains(part));
    scenarios.retain(|scenario| wanted(&scenario.name));
    let path = folder().join("apache-kafka-4.4.0.recording");
    let kafka = match args.recorded {
        true => recording::read(&path)?,
        false => match kafka(args, &scenarios)? {
            Some(told) => told,
            None => return Ok(()),
        },
    };
    if args.record {
        let mut all = if args.only.is_empty() { Recording::new() } else { recording::read(&path)? };
        all.extend(kafka.clone());
        recording::write(&path, &all)?;
    }
    let broker = Broker::start(BROKERS, &SETTINGS)?;
    let ours = tell("the engine", &broker.bootstrap, &scenarios)?;
    judge(args, &scenarios, &kafka, &ours, started)
}

/// What Apache Kafka answers; nothing without Java or Maven.
fn kafka(args: &Args, scenarios: &[Scenario]) -> Result<Option<Recording>> {
    if let Some(bootstrap) = &args.kafka {
        return tell("Apache Kafka", bootstrap, scenarios).map(Some);
    }
    let Some(kafka) = ApacheKafka::start_with(BROKERS, &SOON)? else { return Ok(None) };
    tell("Apache Kafka", &kafka.bootstrap, scenarios).map(Some)
}

fn tell(who: &str, bootstrap: &str, scenarios: &[Scenario]) -> Result<Recording> {
    let started = Instant::now();
    // As long in every run: lengths of names are in answers.
    let tag = format!("{}{:08x}-", normal::RUN, std::process::id());
    let mut stage = Stage::of(bootstrap, &tag)?;
    stage.prepare()?;
    let mut all = Recording::new();
    let (mut slowest, mut longest) = (String::new(), 0.0);
    for scenario in scenarios {
        let began = Instant::now();
        let told = normalized(&mut stage, scenario);
        all.insert(scenario.name.clone(), told);
        let took = began.elapsed().as_secs_f32();
        if took > LONG {
            println!("differential: {} took {took:.1} s on {who}", scenario.name);
        }
        if took > longest {
            (slowest, longest) = (scenario.name.clone(), took);
        }
    }
    let took = started.elapsed().as_secs_f32();
    println!(
        "differential: {who} answered {} scenarios in {took:.1} s (longest {slowest}, {longest:.1} s)",
        all.len()
    );
    Ok(all)
}

/// A scenario that cannot be played to its end is an answer too: it differs from one that can.
fn normalized(stage: &mut Stage, scenario: &Scenario) -> Vec<Told> {
    let name = scenario.name.replace(['/', ' '], "-");
    let tag = stage.tag.clone();
    let rules =
        Rules { tag: &tag, scenario: &name, exact: scenario.exact, ignored: &scenario.ignored };
    let one = |answer: play::Answer| Told {
        step: answer.step,
        version: answer.version,
        value: rules.normal(&answer.value),
    };
    match stage.play(scenario) {
        Ok(answers) => answers.into_iter().map(one).collect(),
        Err(error) => vec![Told {
            step: "0 stuck".into(),
            version: 0,
            value: rules.normal(&json!(format!("{error:#}"))),
        }],
    }
}

fn judge(
    args: &Args,
    scenarios: &[Scenario],
    kafka: &Recording,
    ours: &Recording,
    started: Instant,
) -> Result<()> {
    let mut found = Vec::new();
    for scenario in scenarios {
        let name = &scenario.name;
        let kafka = kafka
            .get(name)
            .with_context(|| format!("{name} was not recorded: run with --record"))?;
        found.extend(compare::compare(name, kafka, ours.get(name).map_or(&[], Vec::as_slice)));
    }
    let stuck: Vec<_> =
        kafka.iter().filter(|(_, told)| told.iter().any(|told| told.step == "0 stuck")).collect();
    for (name, told) in &stuck {
        println!(
            "{name}: Apache Kafka did not get to the end: {}",
            told.last().map_or("", |t| t.value.as_str().unwrap_or_default())
        );
    }
    let mut list =
        listed::read(&std::fs::read_to_string(workspace().join("docs/DIFFERENCES.md"))?)?;
    let all = found.len();
    let unlisted = listed::unlisted(&mut list, found);
    for difference in &unlisted {
        println!("{difference}");
    }
    let gone = if args.only.is_empty() { listed::gone(&list) } else { Vec::new() };
    for line in &gone {
        println!("listed, but no longer so: {line}");
    }
    let answers: usize = ours.values().map(Vec::len).sum();
    println!(
        "differential: {} scenarios, {answers} answers, {} differences ({} listed), {:.1} s",
        scenarios.len(),
        all,
        all - unlisted.len(),
        started.elapsed().as_secs_f32()
    );
    ensure!(
        unlisted.is_empty() && gone.is_empty(),
        "the engine differs from Apache Kafka as docs/DIFFERENCES.md does not say"
    );
    ensure!(stuck.is_empty(), "a scenario does not fit Apache Kafka itself");
    Ok(())
}
