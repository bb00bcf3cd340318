//! `weir broker log-dirs`: any cluster's log dirs, from DescribeLogDirs of each broker.

use clap::Args;
use serde_json::{Value, json};
use weir_domain::LogDir;

use crate::args::{Common, Target};
use crate::context;
use crate::headings;
use crate::output;
use crate::trouble::{Trouble, note};

#[derive(Debug, Args)]
pub(crate) struct LogDirsArgs {
    /// Only this broker's. By default all of them
    id: Option<i32>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(args: LogDirsArgs) -> Result<(), Trouble> {
    let client = context::client(&args.common, &args.target).await?;
    let metadata = client.metadata().await?;
    if let Some(id) =
        args.id.filter(|id| metadata.cluster.brokers.iter().all(|broker| broker.id != *id))
    {
        return Err(Trouble::failed(
            format!("no broker {id} runs in this cluster"),
            format!("이 클러스터에서 실행 중인 브로커 {id}이(가) 없습니다"),
        ));
    }
    let asked = |broker: i32| args.id.is_none_or(|id| id == broker);
    let answer = client.log_dirs().await?;
    for failure in answer.failures.iter().filter(|failure| failure.broker_id.is_none_or(asked)) {
        let (host, port, why) = (&failure.host, failure.port, &failure.detail);
        note(
            headings::lang(),
            format!("the broker at {host}:{port} does not tell: {why}"),
            format!("{host}:{port}의 브로커가 알려 주지 않습니다: {why}"),
        );
    }
    let mut dirs: Vec<LogDir> = answer.value;
    dirs.retain(|dir| asked(dir.broker_id));
    dirs.sort_by(|a, b| (a.broker_id, &a.path).cmp(&(b.broker_id, &b.path)));
    let headers = ["BROKER", "LOG DIR", "STATE", "REPLICAS", "SIZE", "FREE"];
    output::rows(args.common.output, &dirs, &headers, cells, as_json)
}

/// Online, or the error that the broker answers for it, such as `KAFKA_STORAGE_ERROR`.
fn state(dir: &LogDir) -> String {
    match &dir.error {
        None => "online".to_owned(),
        Some(error) => format!("offline ({})", error.name),
    }
}

/// Replicas that are on their way into it are not counted.
fn held(dir: &LogDir) -> (usize, i64) {
    let held = dir.replicas.iter().filter(|replica| !replica.is_future);
    held.fold((0, 0), |(count, bytes), replica| (count + 1, bytes + replica.size_bytes))
}

fn cells(dir: &LogDir) -> Vec<String> {
    let (replicas, bytes) = held(dir);
    // An offline one is not looked into.
    let known = dir.error.is_none();
    vec![
        dir.broker_id.to_string(),
        dir.path.clone(),
        state(dir),
        output::or_dash(known.then_some(replicas)),
        output::or_dash(known.then(|| output::bytes(bytes))),
        output::or_dash(dir.usable_bytes.map(output::bytes)),
    ]
}

fn as_json(dir: &LogDir) -> Value {
    let (replicas, bytes) = held(dir);
    let known = dir.error.is_none();
    json!({
        "broker": dir.broker_id,
        "path": dir.path,
        "online": known,
        "error": dir.error.as_ref().map(|error| error.name),
        "replicas": known.then_some(replicas),
        "size_bytes": known.then_some(bytes),
        "total_bytes": dir.total_bytes,
        "usable_bytes": dir.usable_bytes,
    })
}
