//! Topics, their partitions, and what is asked of them.

use crate::{ItemError, TopicId};

/// A partition by name; sorts by topic, then number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicPartition {
    pub topic: String,
    pub partition: i32,
}

impl TopicPartition {
    pub fn new(topic: impl Into<String>, partition: i32) -> Self {
        Self { topic: topic.into(), partition }
    }
}

impl std::fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// A topic with each of its partitions, as Metadata tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub name: String,
    /// `None` from clusters before Kafka 2.8 (KIP-516).
    pub id: Option<TopicId>,
    /// Whether the cluster itself keeps state in it (`__consumer_offsets` ...).
    pub internal: bool,
    /// In order of partition number.
    pub partitions: Vec<PartitionInfo>,
    /// Bits of `AclOperation` (KIP-430), when asked for and told.
    pub authorized_operations: Option<i32>,
    /// Set when the cluster answered for this topic with an error; partitions are then empty.
    pub error: Option<ItemError>,
}

impl Topic {
    /// The topics list's columns.
    pub fn summary(&self) -> TopicSummary {
        let count = |health| self.partitions.iter().filter(|p| p.health() == health).count();
        TopicSummary {
            name: self.name.clone(),
            id: self.id,
            internal: self.internal,
            partitions: self.partitions.len(),
            replication_factor: self.replication_factor(),
            under_replicated: count(PartitionHealth::UnderReplicated),
            offline: count(PartitionHealth::Offline),
        }
    }

    /// Replicas of a partition without those that a reassignment is adding; the largest where partitions differ.
    pub fn replication_factor(&self) -> usize {
        self.partitions.iter().map(PartitionInfo::replication_factor).max().unwrap_or(0)
    }
}

/// What the topics list shows of one topic without asking anything beyond Metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSummary {
    pub name: String,
    pub id: Option<TopicId>,
    pub internal: bool,
    pub partitions: usize,
    pub replication_factor: usize,
    /// Partitions with a leader whose in-sync replicas are fewer than their replicas; what a reassignment is adding
    /// does not count.
    pub under_replicated: usize,
    /// Partitions without a leader that is there.
    pub offline: usize,
}

/// One partition's leader and replicas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartitionInfo {
    pub partition: i32,
    /// `None`: offline, nobody leads it.
    pub leader: Option<i32>,
    /// `None` before Metadata v7 (KIP-320).
    pub leader_epoch: Option<i32>,
    /// Broker ids, the preferred leader first.
    pub replicas: Vec<i32>,
    pub isr: Vec<i32>,
    /// Replicas whose broker or log directory is gone.
    pub offline_replicas: Vec<i32>,
    /// Eligible leader replicas (KIP-966); `None` where the cluster does not tell them.
    pub elr: Option<Vec<i32>>,
    /// Replicas that a reassignment is adding (KIP-455), where Metadata was completed with it; they are in `replicas`.
    pub adding: Vec<i32>,
}

impl PartitionInfo {
    /// Replicas in sync whose broker is there: for a moment after a broker's end the ISR still names it.
    pub fn in_sync(&self) -> usize {
        self.isr.iter().filter(|id| !self.offline_replicas.contains(id)).count()
    }

    /// The leader is gone and a replica in sync is there: it leads once the controller has noticed.
    pub fn awaits_leader(&self) -> bool {
        self.leader.is_some_and(|id| self.offline_replicas.contains(&id)) && self.in_sync() > 0
    }

    /// Replicas without those that a reassignment is adding, which is how many Kafka expects in sync.
    pub fn replication_factor(&self) -> usize {
        self.replicas.iter().filter(|id| !self.adding.contains(id)).count()
    }

    /// As Kafka's metrics `OfflinePartitionsCount` and `UnderReplicatedPartitions` count it.
    pub fn health(&self) -> PartitionHealth {
        if self.leader.is_none_or(|id| self.offline_replicas.contains(&id)) {
            PartitionHealth::Offline
        } else if self.in_sync() < self.replication_factor() {
            PartitionHealth::UnderReplicated
        } else {
            PartitionHealth::Healthy
        }
    }

    pub fn preferred_leader(&self) -> Option<i32> {
        self.replicas.first().copied()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartitionHealth {
    Offline,
    UnderReplicated,
    Healthy,
}

/// A topic to create.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTopic {
    pub name: String,
    /// `None`: the cluster's `num.partitions`.
    pub partitions: Option<i32>,
    /// `None`: the cluster's `default.replication.factor`.
    pub replication_factor: Option<i16>,
    /// Replicas per partition, chosen by hand; excludes the two counts above.
    pub assignments: Vec<Vec<i32>>,
    pub configs: Vec<(String, String)>,
}

/// Partitions to add to a topic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPartitions {
    pub topic: String,
    /// How many the topic has afterwards.
    pub total: i32,
    /// Replicas of each added partition, chosen by hand; empty: the cluster chooses.
    pub assignments: Vec<Vec<i32>>,
}

/// Which offset of a partition is asked for (ListOffsets).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OffsetSpec {
    /// The first offset that can be read (log start).
    Earliest,
    /// One past the last offset that can be read (high watermark).
    Latest,
    /// The offset of the record with the largest timestamp (KIP-734).
    MaxTimestamp,
    /// The first offset whose timestamp is at least this, milliseconds since the Unix epoch.
    Timestamp(i64),
}

/// An offset that ListOffsets answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetAt {
    /// `None`: no record matches (a timestamp later than every record).
    pub offset: Option<i64>,
    /// Of the record found; `None` for earliest and latest.
    pub timestamp_ms: Option<i64>,
    pub leader_epoch: Option<i32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(leader: Option<i32>, isr: &[i32]) -> PartitionInfo {
        PartitionInfo { leader, replicas: vec![1, 2, 3], isr: isr.to_vec(), ..Default::default() }
    }

    #[test]
    fn a_broker_that_is_gone_counts_before_the_isr_says_so() {
        let gone = |offline: &[i32]| PartitionInfo {
            offline_replicas: offline.to_vec(),
            ..partition(Some(1), &[1, 2, 3])
        };
        assert_eq!(gone(&[]).health(), PartitionHealth::Healthy);
        assert_eq!(gone(&[2]).health(), PartitionHealth::UnderReplicated);
        assert!(!gone(&[2]).awaits_leader());
        assert_eq!(gone(&[1]).health(), PartitionHealth::Offline);
        assert!(gone(&[1]).awaits_leader());
        assert!(!gone(&[1, 2, 3]).awaits_leader(), "nobody is left to lead");
    }

    #[test]
    fn summary_counts_each_partition_once() {
        let topic = Topic {
            name: "orders".into(),
            id: None,
            internal: false,
            partitions: vec![
                partition(Some(1), &[1, 2, 3]),
                partition(Some(1), &[1]),
                partition(None, &[]),
            ],
            authorized_operations: None,
            error: None,
        };
        let summary = topic.summary();
        assert_eq!((summary.partitions, summary.replication_factor), (3, 3));
        assert_eq!((summary.under_replicated, summary.offline), (1, 1));
    }
}
