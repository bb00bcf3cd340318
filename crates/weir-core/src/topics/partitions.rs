//! Partitions of one topic: who leads, who lags.

use std::cmp::Ordering;

use weir_domain::{OffsetSpec, OpenTransaction, PartitionInfo, TopicPartition};

use super::get;
use super::row::{Health, partition_health};
use crate::core::Core;
use crate::errors::client_failure;
use crate::failure::Result;
use crate::groups::GroupRow;
use crate::session::Session;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionPage {
    pub total: usize,
    pub rows: Vec<PartitionRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionRow {
    pub partition: i32,
    pub health: Health,
    pub leader: Option<i32>,
    pub leader_epoch: Option<i32>,
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    pub offline: Vec<i32>,
    /// The first offset that can be read.
    pub start: Option<i64>,
    /// One past the last.
    pub end: Option<i64>,
    pub messages: Option<i64>,
    /// Of all replicas, in bytes.
    pub size: Option<i64>,
    /// How far read_committed consumers see.
    pub stable: Option<i64>,
    /// Replicas that are being added and removed.
    pub adding: Vec<i32>,
    pub removing: Vec<i32>,
    pub transactions: Vec<OpenTransaction>,
    /// How far each replica is that a reassignment adds.
    pub arrivals: Vec<Arrival>,
}

/// A replica that a reassignment adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub broker: i32,
    pub in_sync: bool,
    /// What it holds on disk, in bytes; `None` where its broker does not tell.
    pub size: Option<i64>,
    /// What the leader holds.
    pub leader_size: Option<i64>,
}

impl Core {
    pub async fn topic_partitions(
        &self,
        cluster: &str,
        topic: &str,
        sort: &str,
        descending: bool,
        page: usize,
        page_size: usize,
    ) -> Result<PartitionPage> {
        let session = self.session(cluster)?;
        let snapshot = session.snapshot().await?;
        let snapshot = get::find(&session, snapshot, topic).await?;
        let Some(found) = snapshot.metadata.topic(topic) else {
            return Ok(PartitionPage { total: 0, rows: Vec::new() }); // being created
        };
        let offsets = offsets(&session, topic, &found.partitions).await?;
        let min_insync = session.visible.get(topic).and_then(|seen| seen.min_insync);
        let mut rows: Vec<_> = found
            .partitions
            .iter()
            .map(|partition| {
                let (start, end) = offsets(partition.partition);
                row(&session, topic, partition, min_insync, start, end)
            })
            .collect();
        rows.sort_by(|a, b| {
            let order = compare(a, b, sort);
            (if descending { order.reverse() } else { order }).then(a.partition.cmp(&b.partition))
        });
        let total = rows.len();
        let first = page.saturating_sub(1).saturating_mul(page_size);
        session.wake();
        let mut rows: Vec<_> = rows.into_iter().skip(first).take(page_size).collect();
        tell_what_goes_on(&session, topic, &mut rows).await;
        Ok(PartitionPage { total, rows })
    }

    /// Groups that have committed for a topic or read it now.
    pub async fn topic_consumers(&self, cluster: &str, topic: &str) -> Result<Vec<GroupRow>> {
        let session = self.session(cluster)?;
        session.read_groups().await?;
        let groups = session.groups();
        Ok(groups.of_topic_named(topic).map(GroupRow::of).collect())
    }
}

/// Last stable offsets, open transactions and moves of the rows that are shown. What is not told stays unknown.
async fn tell_what_goes_on(session: &Session, topic: &str, rows: &mut [PartitionRow]) {
    let shown: Vec<_> = rows.iter().map(|r| TopicPartition::new(topic, r.partition)).collect();
    let client = &session.client;
    let (stable, open, moves) = tokio::join!(
        client.last_stable_offsets(&shown),
        client.open_transactions(&shown),
        client.reassignments(&shown),
    );
    let stable = stable.map(|answer| answer.value).unwrap_or_default();
    let (mut open, moves) = (open.unwrap_or_default(), moves.unwrap_or_default());
    for (row, partition) in rows.iter_mut().zip(&shown) {
        row.stable = stable.get(partition).and_then(|at| at.as_ref().ok()?.offset);
        if let Some(one) = moves.iter().find(|one| one.partition == *partition) {
            (row.adding, row.removing) = (one.adding.clone(), one.removing.clone());
        }
        row.transactions = open.extract_if(.., |one| one.partition == *partition).collect();
    }
    tell_arrivals(session, topic, rows).await;
}

/// How far the replicas are that are being added: of a move that stands nobody could tell it from one that goes on.
async fn tell_arrivals(session: &Session, topic: &str, rows: &mut [PartitionRow]) {
    let moving: Vec<_> = rows
        .iter()
        .filter(|row| !row.adding.is_empty())
        .map(|row| TopicPartition::new(topic, row.partition))
        .collect();
    if moving.is_empty() {
        return;
    }
    let dirs = session.client.log_dirs_of(&moving).await.map(|answer| answer.value);
    let dirs = dirs.unwrap_or_default();
    let size = |partition: i32, broker: i32| {
        let of_broker = dirs.iter().filter(|dir| dir.broker_id == broker);
        let mut replicas = of_broker.flat_map(|dir| &dir.replicas).filter(|r| !r.is_future);
        let found =
            replicas.find(|r| r.partition.partition == partition && r.partition.topic == topic);
        found.map(|replica| replica.size_bytes)
    };
    for row in rows {
        let arrival = |broker: &i32| Arrival {
            broker: *broker,
            in_sync: row.isr.contains(broker),
            size: size(row.partition, *broker),
            leader_size: row.leader.and_then(|leader| size(row.partition, leader)),
        };
        row.arrivals = row.adding.iter().map(arrival).collect();
    }
}

/// First and last offsets, asked now: a page of partitions is a request or two.
async fn offsets(
    session: &Session,
    topic: &str,
    partitions: &[PartitionInfo],
) -> Result<impl Fn(i32) -> (Option<i64>, Option<i64>)> {
    let asked: Vec<_> =
        partitions.iter().map(|p| TopicPartition::new(topic, p.partition)).collect();
    let (starts, ends) = tokio::try_join!(
        session.client.list_offsets(&asked, OffsetSpec::Earliest),
        session.client.list_offsets(&asked, OffsetSpec::Latest)
    )
    .map_err(|error| client_failure(&error))?;
    let topic = topic.to_owned();
    Ok(move |partition| {
        let key = TopicPartition::new(topic.as_str(), partition);
        let start = starts.value.get(&key).and_then(|at| at.as_ref().ok()?.offset);
        let end = ends.value.get(&key).and_then(|at| at.as_ref().ok()?.offset);
        (start, end)
    })
}

fn row(
    session: &Session,
    topic: &str,
    partition: &PartitionInfo,
    min_insync: Option<u32>,
    start: Option<i64>,
    end: Option<i64>,
) -> PartitionRow {
    let key = TopicPartition::new(topic, partition.partition);
    let sizes = session.sizes();
    PartitionRow {
        partition: partition.partition,
        health: partition_health(partition, min_insync),
        leader: partition.leader,
        leader_epoch: partition.leader_epoch,
        replicas: partition.replicas.clone(),
        isr: partition.isr.clone(),
        offline: partition.offline_replicas.clone(),
        start,
        end,
        messages: start.zip(end).map(|(start, end)| (end - start).max(0)),
        size: sizes.partition(&key).filter(|_| sizes.tells_of(&partition.replicas)),
        stable: None,
        adding: Vec::new(),
        removing: Vec::new(),
        transactions: Vec::new(),
        arrivals: Vec::new(),
    }
}

fn compare(a: &PartitionRow, b: &PartitionRow, sort: &str) -> Ordering {
    match sort {
        "health" => a.health.cmp(&b.health),
        "leader" => a.leader.cmp(&b.leader),
        "start" => a.start.cmp(&b.start),
        "end" => a.end.cmp(&b.end),
        "messages" => a.messages.cmp(&b.messages),
        "size" => a.size.cmp(&b.size),
        _ => a.partition.cmp(&b.partition),
    }
}
