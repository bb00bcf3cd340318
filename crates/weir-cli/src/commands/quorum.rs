//! `weir quorum`: the controllers of a KRaft cluster.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use weir_domain::{Quorum, QuorumReplica};

use crate::args::{Common, Format, Target};
use crate::context;
use crate::output;
use crate::time;
use crate::trouble::Trouble;

#[derive(Debug, Subcommand)]
pub(crate) enum QuorumCommand {
    /// Show who leads the controllers, and how far voters and observers follow
    Show(ShowArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

/// What there is to do with a quorum is to look at it.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct QuorumArgs {
    #[command(subcommand)]
    command: Option<QuorumCommand>,
    #[command(flatten)]
    show: ShowArgs,
}

pub(crate) async fn run(args: QuorumArgs) -> Result<(), Trouble> {
    match args.command {
        Some(QuorumCommand::Show(show_args)) => show(show_args).await,
        None => show(args.show).await,
    }
}

struct Row<'a> {
    role: &'static str,
    replica: &'a QuorumReplica,
    lag: i64,
}

async fn show(args: ShowArgs) -> Result<(), Trouble> {
    let client = context::client(&args.common, &args.target).await?;
    let quorum = client.quorum().await?;
    if args.common.output == Format::Json {
        return output::one(Format::Json, &[], &quorum_json(&quorum));
    }
    let pairs = [
        ("Leader", quorum.leader_id.to_string()),
        ("Epoch", quorum.leader_epoch.to_string()),
        ("High watermark", quorum.high_watermark.to_string()),
    ];
    output::one(Format::Table, &pairs, &Value::Null)?;
    output::line("")?;
    let now = time::now_ms();
    let ago = |at: Option<i64>| {
        output::or_dash(at.map(|at| format!("{} ms ago", now.saturating_sub(at).max(0))))
    };
    let cells = |row: &Row<'_>| {
        vec![
            row.replica.replica_id.to_string(),
            row.role.to_owned(),
            row.replica.log_end_offset.to_string(),
            row.lag.to_string(),
            ago(row.replica.last_fetch_ms),
            ago(row.replica.last_caught_up_ms),
        ]
    };
    let headers = ["ID", "ROLE", "LOG END", "LAG", "LAST FETCH", "CAUGHT UP"];
    output::rows(Format::Table, &rows(&quorum), &headers, cells, |row| replica_json(row.replica))
}

fn rows(quorum: &Quorum) -> Vec<Row<'_>> {
    let all = || quorum.voters.iter().chain(&quorum.observers);
    let leader = all().find(|replica| replica.replica_id == quorum.leader_id);
    let end = leader.map_or(quorum.high_watermark, |leader| leader.log_end_offset);
    let mut rows = Vec::new();
    for (role, replicas) in [("voter", &quorum.voters), ("observer", &quorum.observers)] {
        rows.extend(replicas.iter().map(|replica| {
            let role = if replica.replica_id == quorum.leader_id { "leader" } else { role };
            Row { role, replica, lag: (end - replica.log_end_offset).max(0) }
        }));
    }
    rows
}

fn quorum_json(quorum: &Quorum) -> Value {
    let all = |replicas: &[QuorumReplica]| replicas.iter().map(replica_json).collect::<Vec<_>>();
    json!({
        "leader": quorum.leader_id,
        "epoch": quorum.leader_epoch,
        "high_watermark": quorum.high_watermark,
        "voters": all(&quorum.voters),
        "observers": all(&quorum.observers),
    })
}

fn replica_json(replica: &QuorumReplica) -> Value {
    json!({
        "id": replica.replica_id,
        "log_end": replica.log_end_offset,
        "last_fetch": replica.last_fetch_ms,
        "last_caught_up": replica.last_caught_up_ms,
    })
}
