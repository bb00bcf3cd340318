use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use weir_core::client::{Client, Metadata, Offsets};
use weir_domain::{
    OffsetSpec, OpenTransaction, PartitionHealth, PartitionInfo, Topic, TopicPartition,
};

use super::ShowArgs;
use super::moves::{Move, Sizes};
use crate::args::Format;
use crate::context;
use crate::output;
use crate::trouble::Trouble;

pub(super) async fn run(args: ShowArgs) -> Result<(), Trouble> {
    let known = context::known(&args.common, &args.target).await?;
    let client = &known.client;
    let metadata = client.topics(std::slice::from_ref(&args.name)).await?;
    let mut topic = named(&known.marked(Arc::new(metadata)), &args.name)?;
    let names: Vec<_> =
        topic.partitions.iter().map(|p| TopicPartition::new(&*topic.name, p.partition)).collect();
    let (starts, ends, stable, sizes, open, moves) = tokio::join!(
        client.list_offsets(&names, OffsetSpec::Earliest),
        client.list_offsets(&names, OffsetSpec::Latest),
        client.last_stable_offsets(&names),
        sizes(client, &topic.name),
        client.open_transactions(&names),
        client.reassignments(&names),
    );
    let (starts, ends, stable) = (starts?.value, ends?.value, stable?.value);
    // Of what a cluster does not tell or permit there is nothing to show.
    let (open, moves) = (open.unwrap_or_default(), moves.unwrap_or_default());
    for partition in &mut topic.partitions {
        let of = moves.iter().find(|one| one.partition.partition == partition.partition);
        partition.adding = of.map(|one| one.adding.clone()).unwrap_or_default();
    }
    let rows: Vec<_> = topic
        .partitions
        .iter()
        .map(|info| Row {
            info,
            start: at(&starts, &topic.name, info.partition),
            end: at(&ends, &topic.name, info.partition),
            stable: at(&stable, &topic.name, info.partition),
            size: sizes.of(info),
        })
        .collect();
    let moves: Vec<_> = moves.iter().map(|one| Move::of(one, &topic, &sizes)).collect();
    if args.common.output == Format::Json {
        let partitions: Vec<_> = rows.iter().map(Row::json).collect();
        let json = json!({
            "name": topic.name,
            "id": topic.id.map(|id| id.to_string()),
            "internal": topic.internal,
            "partitions": partitions,
            "transactions": open.iter().map(transaction_json).collect::<Vec<_>>(),
            "reassignments": moves.iter().map(Move::json).collect::<Vec<_>>(),
        });
        return output::one(Format::Json, &[], &json);
    }
    let headers =
        ["PARTITION", "HEALTH", "LEADER", "REPLICAS", "ISR", "START", "STABLE", "END", "SIZE"];
    output::rows(Format::Table, &rows, &headers, Row::cells, Row::json)?;
    if !open.is_empty() {
        output::line("\nOpen transactions (read_committed consumers wait at STABLE):")?;
        let headers = ["PARTITION", "START", "PRODUCER", "EPOCH", "TRANSACTIONAL ID", "STATE"];
        output::rows(Format::Table, &open, &headers, transaction_cells, transaction_json)?;
    }
    if !moves.is_empty() {
        output::line("\nReassignments in progress:")?;
        let headers = ["PARTITION", "FROM", "TO", "PROGRESS"];
        output::rows(Format::Table, &moves, &headers, Move::cells, Move::json)?;
    }
    Ok(())
}

fn transaction_cells(open: &OpenTransaction) -> Vec<String> {
    vec![
        open.partition.partition.to_string(),
        open.start_offset.to_string(),
        open.producer_id.to_string(),
        open.producer_epoch.to_string(),
        output::or_dash(open.transactional_id.as_deref()),
        output::or_dash(open.state.as_deref()),
    ]
}

fn transaction_json(open: &OpenTransaction) -> Value {
    json!({
        "partition": open.partition.partition,
        "start": open.start_offset,
        "producer": open.producer_id,
        "epoch": open.producer_epoch,
        "last_timestamp": open.last_timestamp_ms,
        "transactional_id": open.transactional_id,
        "state": open.state,
    })
}

/// A topic that is there, by name.
pub(crate) async fn find(client: &Client, name: &str) -> Result<Topic, Trouble> {
    named(&client.topics(&[name.to_owned()]).await?, name)
}

fn named(metadata: &Metadata, name: &str) -> Result<Topic, Trouble> {
    match metadata.topic(name) {
        Some(topic) if topic.error.is_none() => Ok((**topic).clone()),
        _ => Err(Trouble::NoTopic(name.to_owned())),
    }
}

/// Bytes of each replica; without those of brokers that do not answer.
async fn sizes(client: &Client, topic: &str) -> Sizes {
    let mut sizes = HashMap::new();
    let Ok(dirs) = client.log_dirs().await else { return Sizes(sizes) };
    for dir in &dirs.value {
        for replica in dir.replicas.iter().filter(|r| r.partition.topic == topic && !r.is_future) {
            sizes.insert((replica.partition.partition, dir.broker_id), replica.size_bytes);
        }
    }
    Sizes(sizes)
}

fn at(offsets: &Offsets, topic: &str, partition: i32) -> Option<i64> {
    offsets.get(&TopicPartition::new(topic, partition))?.as_ref().ok()?.offset
}

struct Row<'a> {
    info: &'a PartitionInfo,
    start: Option<i64>,
    end: Option<i64>,
    stable: Option<i64>,
    size: Option<i64>,
}

impl Row<'_> {
    fn health(&self) -> &'static str {
        match self.info.health() {
            PartitionHealth::Healthy => "ok",
            PartitionHealth::UnderReplicated => "under-replicated",
            PartitionHealth::Offline => "offline",
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.info.partition.to_string(),
            self.health().to_owned(),
            output::or_dash(self.info.leader),
            output::list(&self.info.replicas),
            output::list(&self.info.isr),
            output::or_dash(self.start),
            output::or_dash(self.stable),
            output::or_dash(self.end),
            output::or_dash(self.size.map(output::bytes)),
        ]
    }

    fn json(&self) -> Value {
        json!({
            "partition": self.info.partition,
            "health": self.health(),
            "leader": self.info.leader,
            "leader_epoch": self.info.leader_epoch,
            "replicas": self.info.replicas,
            "isr": self.info.isr,
            "offline_replicas": self.info.offline_replicas,
            "start": self.start,
            "stable": self.stable,
            "end": self.end,
            "size_bytes": self.size,
        })
    }
}
