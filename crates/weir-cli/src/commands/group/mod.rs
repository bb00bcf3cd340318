//! `weir group`: consumer groups with their lag, what they committed, their end.

mod change;
mod put_back;
mod reset;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use weir_api::texts::Lang;
use weir_core::client::Client;
use weir_domain::{
    Assignment, BrokerFailure, Group, GroupLag, GroupMember, GroupState, GroupSummary, GroupType,
    PartitionLag, StreamsTask,
};

use crate::args::{Common, Format, Target};
use crate::context::{self, Known};
use crate::output;
use crate::trouble::Trouble;

#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// List groups with their lag
    ///
    /// LAG counts what a group has not consumed yet: from what it committed; in a partition that a member reads without a
    /// commit, from the start of the log. A group that committed nothing and reads nothing has none (-).
    List(ListArgs),
    /// Show a group of whatever type: members with what they read, and lag by partition
    Show(ShowArgs),
    /// Reset what a group without members committed
    Reset(reset::ResetArgs),
    /// Put back what a group had committed before its last reset in Weir
    ///
    /// From the window or the command line; asked for again, it takes that back. What the log no longer has becomes its
    /// start, and where nothing was committed the commit is forgotten.
    PutBack(put_back::PutBackArgs),
    /// Delete groups without members, with what they committed
    Delete(change::DeleteArgs),
    /// Forget what a group committed for topics that none of its members reads
    DeleteOffsets(change::DeleteOffsetsArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The group's name
    name: String,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    common: Common,
}

pub(crate) async fn run(command: GroupCommand, lang: Lang) -> Result<(), Trouble> {
    match command {
        GroupCommand::List(args) => list(args).await,
        GroupCommand::Show(args) => show(args, lang).await,
        GroupCommand::Reset(args) => reset::run(args, lang).await,
        GroupCommand::PutBack(args) => put_back::run(args, lang).await,
        GroupCommand::Delete(args) => change::delete(args, lang).await,
        GroupCommand::DeleteOffsets(args) => change::delete_offsets(args, lang).await,
    }
}

/// Where Kafka keeps consumer groups: a group has its coordinator where its partition is led.
const GROUPS_TOPIC: &str = "__consumer_offsets";

struct Row {
    summary: GroupSummary,
    lag: Option<i64>,
}

async fn list(args: ListArgs) -> Result<(), Trouble> {
    let known = context::known(&args.common, &args.target).await?;
    let client = &known.client;
    let groups = client.list_groups().await?;
    let lags = client.group_lags(&groups.value).await?.value;
    let row = |summary: GroupSummary| {
        let lag = lags.get(&summary.group_id).and_then(|found| found.lag.as_ref().ok()?.total());
        Row { summary, lag }
    };
    let rows: Vec<_> = groups.value.into_iter().map(row).collect();
    let headers = ["GROUP", "STATE", "TYPE", "COORDINATOR", "LAG"];
    output::rows(args.common.output, &rows, &headers, Row::cells, Row::json)?;
    match groups.failures.into_iter().next() {
        Some(failure) => Err(silent(&failure)),
        None => match leaderless(&known).await {
            0 => Ok(()),
            count => Err(missing(count)),
        },
    }
}

/// A coordinator that is still known as one, and does not answer.
fn silent(failure: &BrokerFailure) -> Trouble {
    let BrokerFailure { host, port, detail, .. } = failure;
    Trouble::failed(
        format!(
            "the coordinator on broker {host}:{port} does not answer, its groups are missing ({detail})"
        ),
        format!(
            "브로커 {host}:{port}의 코디네이터가 응답하지 않아 그 그룹이 빠졌습니다 ({detail})"
        ),
    )
}

/// Partitions of the topic that holds groups, led by nobody: then their groups have no coordinator that could list them.
async fn leaderless(known: &Known) -> usize {
    let Ok(metadata) = known.client.topics(&[GROUPS_TOPIC.to_owned()]).await else { return 0 };
    let metadata = known.marked(Arc::new(metadata));
    metadata.topic(GROUPS_TOPIC).map_or(0, |topic| topic.summary().offline)
}

fn missing(count: usize) -> Trouble {
    Trouble::failed(
        format!(
            "groups are missing whose coordinator does not answer: {} of {GROUPS_TOPIC} without a leader",
            output::count(count as u64, "partition")
        ),
        format!(
            "코디네이터가 응답하지 않는 그룹이 빠졌습니다: {GROUPS_TOPIC}의 파티션 {count}개에 리더가 없습니다"
        ),
    )
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let group = &self.summary;
        vec![
            group.group_id.clone(),
            group.state.name().to_owned(),
            group.kind.name().to_owned(),
            group.coordinator_id.to_string(),
            output::or_dash(self.lag),
        ]
    }

    fn json(&self) -> Value {
        let group = &self.summary;
        json!({
            "group": group.group_id,
            "state": group.state.name(),
            "type": group.kind.name(),
            "protocol_type": group.protocol_type,
            "coordinator": group.coordinator_id,
            "lag": self.lag,
        })
    }
}

async fn show(args: ShowArgs, lang: Lang) -> Result<(), Trouble> {
    let client = context::client(&args.common, &args.target).await?;
    let group = find(&client, &args.name).await?;
    let lag = client.group_lag(&group).await?.value;
    let lag = lag.map_err(|error| Trouble::Item { what: args.name.clone(), error })?;
    let client_of: HashMap<_, _> =
        group.members.iter().map(|m| (m.member_id.as_str(), m.client_id.as_str())).collect();
    if args.common.output == Format::Json {
        let partitions: Vec<_> = lag.partitions.iter().map(partition_json).collect();
        let members: Vec<_> = group.members.iter().map(member_json).collect();
        let json = json!({
            "group": group.group_id,
            "state": group.state.name(),
            "type": group.kind.name(),
            "protocol": group.protocol,
            "epoch": group.epoch,
            "coordinator": group.coordinator_id,
            "lag": lag.total(),
            "members": members,
            "partitions": partitions,
        });
        return output::one(Format::Json, &[], &json);
    }
    let pairs = [
        ("Group", group.group_id.clone()),
        ("State", group.state.name().to_owned()),
        ("Type", group.kind.name().to_owned()),
        ("Assignor", output::or_dash(Some(&group.protocol).filter(|name| !name.is_empty()))),
        ("Members", group.members.len().to_string()),
        ("Lag", total(&lag, lang)),
    ];
    output::one(Format::Table, &pairs, &Value::Null)?;
    members(&group)?;
    if lag.partitions.is_empty() {
        return Ok(());
    }
    output::line("")?;
    // A share group commits nothing: its offset is where it begins to read.
    let committed = if group.kind == GroupType::Share { "START" } else { "COMMITTED" };
    let headers = ["TOPIC", "PARTITION", committed, "END", "LAG", "CLIENT"];
    let cells = |row: &PartitionLag| {
        let member = row.member_id.as_deref().and_then(|id| client_of.get(id).copied());
        vec![
            row.partition.topic.clone(),
            row.partition.partition.to_string(),
            output::or_dash(row.committed),
            output::or_dash(row.log_end),
            output::or_dash(row.lag()),
            output::or_dash(member),
        ]
    };
    output::rows(Format::Table, &lag.partitions, &headers, cells, partition_json)
}

/// Who is in the group, and what each reads.
fn members(group: &Group) -> Result<(), Trouble> {
    if group.members.is_empty() {
        return Ok(());
    }
    output::line("")?;
    let cells = |member: &GroupMember| {
        vec![
            member.member_id.clone(),
            member.client_id.clone(),
            member.host.trim_start_matches('/').to_owned(),
            output::or_dash(Some(assigned(&member.assignment)).filter(|text| !text.is_empty())),
        ]
    };
    let headers = ["MEMBER", "CLIENT", "HOST", "ASSIGNED"];
    output::rows(Format::Table, &group.members, &headers, cells, member_json)
}

/// `orders:0,1 events:0`; of a streams group `active 0:1,2 standby 1:0` by subtopology.
fn assigned(assignment: &Assignment) -> String {
    let parts: Vec<String> = match assignment {
        Assignment::Partitions(partitions) => {
            let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
            for one in partitions {
                topics.entry(&one.topic).or_default().push(one.partition);
            }
            topics.iter().map(|(topic, of)| format!("{topic}:{}", output::list(of))).collect()
        }
        Assignment::Tasks(tasks) => tasks
            .iter()
            .map(|task| {
                let partitions = output::list(&task.partitions);
                format!("{} {}:{partitions}", task.role.name(), task.subtopology)
            })
            .collect(),
        Assignment::Opaque(bytes) => vec![output::count(*bytes as u64, "byte")],
    };
    parts.join(" ")
}

/// With how much of it is counted from the log's start, where Kafka's own tool shows nothing.
fn total(lag: &GroupLag, lang: Lang) -> String {
    let uncommitted = lag.partitions.iter().filter(|row| row.counts_from_start()).count();
    let total = output::or_dash(lag.total());
    match (uncommitted, lang) {
        (0, _) => total,
        (some, Lang::En) => format!(
            "{total} ({} without a commit counted from the start of the log)",
            output::count(some as u64, "partition")
        ),
        (some, Lang::Ko) => format!("{total} (커밋이 없는 파티션 {some}개는 로그의 처음부터 계산)"),
    }
}

/// A group that is there: one that nobody ever heard of is described as dead by older clusters.
async fn find(client: &Client, name: &str) -> Result<Group, Trouble> {
    let described = client.describe_groups(&[name.to_owned()]).await?.into_iter().next();
    match described.map(|item| item.result) {
        Some(Ok(group)) if group.state != GroupState::Dead => Ok(group),
        Some(Err(error)) if error.name != "GROUP_ID_NOT_FOUND" => {
            Err(Trouble::Item { what: name.to_owned(), error })
        }
        _ => Err(Trouble::NoGroup(name.to_owned())),
    }
}

fn partition_json(row: &PartitionLag) -> Value {
    json!({
        "topic": row.partition.topic,
        "partition": row.partition.partition,
        "committed": row.committed,
        "end": row.log_end,
        "lag": row.lag(),
        "member": row.member_id,
    })
}

fn member_json(member: &GroupMember) -> Value {
    let task = |task: &StreamsTask| {
        json!({
            "role": task.role.name(),
            "subtopology": task.subtopology,
            "partitions": task.partitions,
        })
    };
    let tasks: Vec<_> = member.assignment.tasks().iter().map(task).collect();
    let assigned: Vec<_> = member.assignment.partitions().iter().map(ToString::to_string).collect();
    json!({
        "member": member.member_id,
        "instance": member.instance_id,
        "client": member.client_id,
        "host": member.host,
        "assignment": assigned,
        "tasks": tasks,
    })
}
