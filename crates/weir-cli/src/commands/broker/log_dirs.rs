//! `weir broker log-dirs`: any cluster's log dirs, from DescribeLogDirs of each broker; `log-dir-offline` and
//! `log-dir-online`: one that fails and works again, of a cluster on this machine.

use clap::Args;
use serde_json::{Value, json};
use weir_api::commands::brokers::log_dir_offline::BrokersLogDirOffline;
use weir_api::commands::brokers::log_dir_online::BrokersLogDirOnline;
use weir_domain::LogDir;

use crate::args::{Common, Target};
use crate::commands::operation;
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

#[derive(Debug, Args)]
pub(crate) struct LogDirArgs {
    /// The broker's id
    id: i32,
    /// The log dir: its path or the last part of it, as `weir broker log-dirs` shows it
    #[arg(value_name = "LOG_DIR")]
    log_dir: String,
    /// A cluster by its name in Weir. By default "local", or the only one there is
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
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
    let mut answer = client.log_dirs().await?;
    answer.failures.retain(|failure| failure.broker_id.is_none_or(asked));
    for failure in &answer.failures {
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
    output::rows(args.common.output, &dirs, &headers, cells, as_json)?;
    if answer.failures.is_empty() { Ok(()) } else { Err(Trouble::Told(1)) }
}

/// Takes a log dir offline, or brings it back, and waits until that is done.
pub(super) async fn set(args: LogDirArgs, online: bool) -> Result<(), Trouble> {
    let app = context::app(&args.common)?;
    let row = context::running(&app, args.cluster.as_deref()).await?;
    let (cluster, broker, log_dir) = (row.id, args.id, args.log_dir.clone());
    let begun = match online {
        true => app.run(BrokersLogDirOnline { cluster, broker, log_dir }).await?,
        false => app.run(BrokersLogDirOffline { cluster, broker, log_dir }).await?,
    };
    operation::wait(&app, &begun.operation).await?;
    let (log_dir, done) = (args.log_dir, if online { "online" } else { "offline" });
    let en = format!("log dir {log_dir} of broker {broker} is {done}");
    let state = if online { "온라인" } else { "오프라인" };
    let ko = format!("브로커 {broker}의 로그 디렉터리 {log_dir}이(가) {state} 상태입니다");
    let json = json!({ "cluster": row.name, "broker": broker, "log_dir": log_dir, "done": done });
    output::done(args.common.output, &en, &ko, &json)
}

/// Online, or the error that the broker answers for it, such as `KAFKA_STORAGE_ERROR`.
fn state(dir: &LogDir) -> String {
    match &dir.error {
        None => "online".to_owned(),
        Some(error) => format!("offline ({})", error.name),
    }
}

fn cells(dir: &LogDir) -> Vec<String> {
    let (replicas, bytes) = dir.held();
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
    let (replicas, bytes) = dir.held();
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
