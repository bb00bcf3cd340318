//! Transactions and moves of replicas that are under way in partitions.

use crate::TopicPartition;

/// A transaction that is neither committed nor aborted in a partition (DescribeProducers, ListTransactions; KIP-664).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTransaction {
    pub partition: TopicPartition,
    pub producer_id: i64,
    pub producer_epoch: i32,
    /// Of its first record here; the last stable offset cannot be beyond it.
    pub start_offset: i64,
    /// Of the producer's last batch here, milliseconds since the Unix epoch.
    pub last_timestamp_ms: Option<i64>,
    /// `None`: no coordinator knows it, which is how a hanging transaction looks.
    pub transactional_id: Option<String>,
    /// Kafka's word: `Ongoing`, `PrepareCommit` ...
    pub state: Option<String>,
}

/// Replicas of a partition that come and go (ListPartitionReassignments, KIP-455).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassignment {
    pub partition: TopicPartition,
    pub adding: Vec<i32>,
    pub removing: Vec<i32>,
}
