//! `weir up`: one line for a laptop or a CI job.

use std::time::Duration;

use clap::Args;
use tokio::time::Instant;
use weir_api::App;
use weir_api::commands::clusters::create::ClustersCreate;
use weir_api::commands::clusters::get::ClustersGet;
use weir_api::commands::clusters::list::ClustersList;
use weir_api::commands::clusters::start::ClustersStart;
use weir_api::commands::clusters::stop::ClustersStop;
use weir_api::dto::{ClusterRow, ClusterState, ConfigValue};
use weir_api::texts::Lang;
use weir_core::client::{Client, Options, parse_bootstrap};
use weir_core::failure::given_once;
use weir_domain::{ItemResult, NewTopic};

use crate::args::{Common, pair};
use crate::commands::{cluster, operation};
use crate::context::{self, LOCAL};
use crate::signal;
use crate::trouble::{Trouble, note};

#[derive(Debug, Args)]
pub(crate) struct UpArgs {
    /// How many brokers: 1 to 100. By default 3, or as many as the cluster has
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=100))]
    brokers: Option<u16>,
    /// A topic to create if it is not there, with so many partitions, or as many as the brokers' num.partitions says; may be
    /// given several times
    #[arg(long, value_name = "NAME[:PARTITIONS]", value_parser = topic)]
    topic: Vec<NewTopic>,
    /// Broker configuration under Kafka's name, such as auto.create.topics.enable=true, of a cluster that is made; may be given
    /// several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// With a sample workload: a small live shop
    #[arg(long)]
    sample: bool,
    /// Return when the cluster is usable, and leave it running. Without it the cluster that this command started stops with
    /// Ctrl-C; one that was running before goes on
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    common: Common,
}

/// How often the foreground looks whether the cluster is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// So long it is waited for what somebody else is about: to stop the cluster, or to delete it.
const SETTLED_WITHIN: Duration = Duration::from_secs(20);
/// As long as a keeper gives an engine that is slow to answer, and more.
const ACTIVE_WITHIN: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_millis(20);

pub(crate) async fn run(args: UpArgs, lang: Lang) -> Result<(), Trouble> {
    given_once(args.topic.iter().map(|topic| &topic.name))?;
    given_once(args.set.iter().map(|(key, _)| key))?;
    let app = context::new_app(&args.common)?;
    let found = settled(&app, Instant::now() + SETTLED_WITHIN).await?;
    // Whoever started it decides when it stops.
    let ours = found.as_ref().is_none_or(is_down);
    // One for all waits: a signal between two of them is not lost.
    let mut asked_to_end = std::pin::pin!(signal::asked_to_end());
    let row = tokio::select! {
        row = usable(&app, &args, found) => row?,
        // The person changed their mind before there was anything to use.
        () = &mut asked_to_end, if !args.detach => {
            end(&app, ours).await?;
            return Err(Trouble::Quiet);
        }
    };
    create_topics(&row, &args.topic).await?;
    cluster::tell(&row, &args.common)?;
    if args.detach {
        return Ok(());
    }
    tell_end(lang, &row.name, ours);
    tokio::select! {
        () = &mut asked_to_end => end(&app, ours).await,
        () = gone(&app) => Ok(()),
    }
}

fn is_down(row: &ClusterRow) -> bool {
    matches!(row.state, ClusterState::Stopped | ClusterState::Failed)
}

/// What the foreground is for.
fn tell_end(lang: Lang, name: &str, ours: bool) {
    let (en, ko) = if ours {
        (
            format!("the cluster {name:?} runs until Ctrl-C; with --detach it stays"),
            format!(
                "클러스터 {name:?}은(는) Ctrl-C를 누를 때까지 실행됩니다. --detach를 쓰면 계속 실행됩니다"
            ),
        )
    } else {
        (
            format!(
                "the cluster {name:?} was running before: Ctrl-C ends this command and leaves the cluster running. \
                 Stop it with `weir cluster stop {name}`"
            ),
            format!(
                "클러스터 {name:?}은(는) 이미 실행 중이었습니다: Ctrl-C는 이 명령만 끝냅니다. 클러스터는 `weir cluster stop \
                 {name}`(으)로 중지하세요"
            ),
        )
    };
    note(lang, en, ko);
}

/// The cluster "local" as it is once nobody stops or deletes it.
async fn settled(app: &App, deadline: Instant) -> Result<Option<ClusterRow>, Trouble> {
    loop {
        let rows = app.run(ClustersList {}).await?.rows;
        let found = rows.into_iter().find(|row| row.id == LOCAL);
        let leaves =
            |row: &ClusterRow| matches!(row.state, ClusterState::Stopping | ClusterState::Deleting);
        if !found.as_ref().is_some_and(leaves) {
            return Ok(found);
        }
        if Instant::now() > deadline {
            return Err(Trouble::failed(
                format!("the cluster {LOCAL:?} does not come to its stop: see `weir cluster list`"),
                format!("클러스터 {LOCAL:?}이(가) 중지되지 않습니다: `weir cluster list`를 보세요"),
            ));
        }
        tokio::time::sleep(SOON).await;
    }
}

/// As [`attempt`], anew where somebody else stopped or deleted the cluster meanwhile.
async fn usable(
    app: &App,
    args: &UpArgs,
    mut found: Option<ClusterRow>,
) -> Result<ClusterRow, Trouble> {
    let deadline = Instant::now() + SETTLED_WITHIN;
    loop {
        let trouble = match attempt(app, args, found).await {
            Err(trouble) if trouble.is_of_a_race() && Instant::now() < deadline => trouble,
            result => return result,
        };
        tokio::time::sleep(SOON).await;
        found = settled(app, deadline).await?;
        if found.as_ref().is_some_and(|row| row.state == ClusterState::Failed) {
            return Err(trouble);
        }
    }
}

/// The cluster "local", made, started or taken up as it is.
async fn attempt(
    app: &App,
    args: &UpArgs,
    found: Option<ClusterRow>,
) -> Result<ClusterRow, Trouble> {
    let operation = match found {
        None => {
            let brokers = args.brokers.unwrap_or(3);
            let name = LOCAL.to_owned();
            let new = ClustersCreate {
                name,
                brokers,
                port: None,
                host: None,
                advertise: None,
                configs: args.set.iter().cloned().map(config).collect(),
                sample: args.sample,
            };
            Some(app.run(new).await?.operation)
        }
        Some(row) => {
            refuse_other_flags(&row, args)?;
            refuse_other_configs(app, &row, &args.set).await?;
            match is_down(&row) {
                true => Some(app.run(ClustersStart { cluster: row.id }).await?.operation),
                false => None,
            }
        }
    };
    if let Some(operation) = operation {
        operation::wait(app, &operation).await?;
    }
    let row = active(app).await?;
    if args.sample {
        super::sample::start(app, &row).await?;
    }
    Ok(row)
}

/// A cluster that heals or starts is waited for; its keeper decides whether it fails, but who waits is not kept for ever.
async fn active(app: &App) -> Result<ClusterRow, Trouble> {
    let deadline = Instant::now() + ACTIVE_WITHIN;
    loop {
        let row = context::find(app, Some(LOCAL)).await?;
        match row.state {
            ClusterState::Active if row.brokers_online == Some(0) => {
                // Says which broker to start.
                context::serving(app, Some(LOCAL)).await?;
            }
            ClusterState::Active if !row.bootstrap.is_empty() => return Ok(row),
            ClusterState::Stopped | ClusterState::Failed | ClusterState::Deleting => {
                return Err(Trouble::NotRunning(row.name));
            }
            _ if Instant::now() > deadline => return Err(not_active(&row)),
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

fn not_active(row: &ClusterRow) -> Trouble {
    let (name, seconds) = (&row.name, ACTIVE_WITHIN.as_secs());
    Trouble::failed(
        format!(
            "the cluster {name:?} did not become active within {seconds} s: `weir cluster stop {name}` ends it, then try \
             again"
        ),
        format!(
            "{name:?} 클러스터가 {seconds}초 안에 활성 상태가 되지 않았습니다: `weir cluster stop {name}` 명령으로 중지한 뒤 \
             다시 시도하세요"
        ),
    )
}

fn refuse_other_flags(row: &ClusterRow, args: &UpArgs) -> Result<(), Trouble> {
    match (args.brokers, row.brokers_total) {
        (Some(asked), Some(has)) if u32::from(asked) != has => Err(Trouble::failed(
            format!(
                "the cluster {:?} has {has} brokers, not {asked}: leave --brokers out, or make \
                 another with `weir cluster create`",
                row.name
            ),
            format!(
                "클러스터 {:?}의 브로커는 {asked}개가 아니라 {has}개입니다: --brokers를 빼거나 `weir cluster \
                 create`로 다른 클러스터를 생성하세요",
                row.name
            ),
        )),
        _ => Ok(()),
    }
}

fn config((name, value): (String, String)) -> ConfigValue {
    ConfigValue { name, value }
}

/// What a cluster was made with stays: a start with other broker configurations would not be the cluster that is asked for.
async fn refuse_other_configs(
    app: &App,
    row: &ClusterRow,
    set: &[(String, String)],
) -> Result<(), Trouble> {
    if set.is_empty() {
        return Ok(());
    }
    let made = app.run(ClustersGet { cluster: row.id.clone() }).await?.configs;
    for (key, asked) in set {
        let has = made.iter().find(|config| config.name == *key).map(|config| &config.value);
        if has == Some(asked) {
            continue;
        }
        let (name, en, ko) = match has {
            Some(has) => (&row.name, format!("{key}={has}"), format!("{key}={has}")),
            None => (&row.name, format!("no {key} of its own"), format!("자체 {key} 없이")),
        };
        return Err(Trouble::failed(
            format!(
                "the cluster {name:?} was made with {en}, not {key}={asked}: leave --set out, or make another with \
                 `weir cluster create`"
            ),
            format!(
                "클러스터 {name:?}은(는) {key}={asked}이(가) 아니라 {ko}(으)로 생성되었습니다: --set을 빼거나 `weir cluster \
                 create`로 다른 클러스터를 생성하세요"
            ),
        ));
    }
    Ok(())
}

async fn create_topics(row: &ClusterRow, topics: &[NewTopic]) -> Result<(), Trouble> {
    if topics.is_empty() {
        return Ok(());
    }
    let client = Client::new(Options::new(parse_bootstrap(&row.bootstrap)?));
    let there = client.metadata().await?;
    let mut missing = Vec::new();
    for topic in topics {
        match there.topic(&topic.name) {
            None => missing.push(topic.clone()),
            Some(old) if topic.partitions.is_none_or(|n| n as usize == old.partitions.len()) => {}
            Some(old) => return Err(other_partitions(&topic.name, old.partitions.len())),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    for ItemResult { item, result } in client.create_topics(&missing, false).await? {
        result.map_err(|error| Trouble::Item { what: item, error })?;
    }
    Ok(())
}

fn other_partitions(name: &str, count: usize) -> Trouble {
    Trouble::failed(
        format!(
            "the topic {name:?} is there with {count} partitions: name that number, or add some with \
             `weir topic add-partitions`"
        ),
        format!(
            "토픽 {name:?}은(는) 이미 파티션 {count}개로 있습니다: 그 수를 쓰거나 `weir topic \
             add-partitions`로 늘리세요"
        ),
    )
}

/// Stops the cluster if this command started it.
async fn end(app: &App, ours: bool) -> Result<(), Trouble> {
    if !ours {
        return Ok(());
    }
    let begun = app.run(ClustersStop { cluster: LOCAL.to_owned() }).await?;
    operation::wait(app, &begun.operation).await
}

/// Until somebody else stops or deletes the cluster.
async fn gone(app: &App) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        match context::find(app, Some(LOCAL)).await {
            Ok(row) if matches!(row.state, ClusterState::Stopped | ClusterState::Deleting) => {
                return;
            }
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

fn topic(text: &str) -> Result<NewTopic, String> {
    let (name, partitions) = match text.rsplit_once(':') {
        Some((name, partitions)) => (name, Some(count(partitions)?)),
        None => (text, None),
    };
    weir_domain::validate_topic_name(name).map_err(|e| e.to_string())?;
    Ok(NewTopic { name: name.to_owned(), partitions, ..Default::default() })
}

fn count(text: &str) -> Result<i32, String> {
    let count = text.parse().ok().filter(|count| (1..=10_000).contains(count));
    count.ok_or_else(|| format!("{text:?} is not a number of partitions: 1 to 10000"))
}
