//! One line of the topics list.

use weir_domain::Topic;

use crate::session::{Session, SizeTable};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    Offline,
    UnderMinIsr,
    UnderReplicated,
    Ok,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TopicRow {
    pub name: String,
    pub internal: bool,
    /// Just created; the brokers do not tell it yet.
    pub creating: bool,
    pub health: Health,
    pub under_replicated: u32,
    /// Of the partitions with a leader; 0 while the topic's minimum is not known.
    pub under_min_isr: u32,
    pub offline: u32,
    pub partitions: u32,
    pub replication: u32,
    /// An upper bound: compaction leaves gaps.
    pub messages: Option<i64>,
    pub messages_in_per_s: Option<f64>,
    /// Of all replicas, in bytes.
    pub size: Option<i64>,
    /// `retention.ms` as configured.
    pub retention: Option<String>,
    pub cleanup: Option<String>,
    /// Groups that have committed for it.
    pub groups: Option<u32>,
    /// Milliseconds since the epoch.
    pub last_write: Option<i64>,
}

impl TopicRow {
    /// Everything that is known of a topic now, without asking.
    pub(super) fn of(topic: &Topic, session: &Session) -> Self {
        let summary = topic.summary();
        let offsets = session.offsets();
        let seen = session.visible.get(&topic.name);
        let seen = seen.as_ref();
        let min_insync = seen.and_then(|seen| seen.min_insync);
        let sizes = session.sizes();
        Self {
            internal: is_internal(topic),
            creating: false,
            health: health(topic, min_insync),
            under_replicated: summary.under_replicated as u32,
            under_min_isr: under_min_isr(topic, min_insync),
            offline: summary.offline as u32,
            partitions: summary.partitions as u32,
            replication: summary.replication_factor as u32,
            messages: offsets.topic(&topic.name).and_then(|offsets| offsets.messages()),
            messages_in_per_s: offsets.topic(&topic.name).and_then(|o| o.messages_per_s),
            size: sizes.topic(&topic.name).filter(|_| is_told(topic, &sizes)),
            retention: seen.and_then(|seen| seen.retention.clone()),
            cleanup: seen.and_then(|seen| seen.cleanup.clone()),
            groups: session.groups().of_topic(&topic.name),
            last_write: seen.and_then(|seen| seen.last_write),
            name: summary.name,
        }
    }

    /// A topic that the brokers do not tell yet.
    pub(super) fn creating(name: &str, partitions: i32, replication: i32) -> Self {
        Self {
            name: name.to_owned(),
            internal: false,
            creating: true,
            health: Health::Ok,
            under_replicated: 0,
            under_min_isr: 0,
            offline: 0,
            partitions: u32::try_from(partitions).unwrap_or(0),
            replication: u32::try_from(replication).unwrap_or(0),
            messages: None,
            messages_in_per_s: None,
            size: None,
            retention: None,
            cleanup: None,
            groups: None,
            last_write: None,
        }
    }
}

/// Whether a broker that holds anything of the topic has told its sizes.
fn is_told(topic: &Topic, sizes: &SizeTable) -> bool {
    topic.partitions.iter().any(|partition| sizes.tells_of(&partition.replicas))
}

/// Kafka marks its own; by convention two underscores mark other systems'.
pub(crate) fn is_internal(topic: &Topic) -> bool {
    topic.internal || weir_domain::topic_name::looks_internal(&topic.name)
}

/// The worst partition decides. `UnderMinIsr` is told only where the topic's minimum is known.
pub(super) fn health(topic: &Topic, min_insync: Option<u32>) -> Health {
    let of = |partition: &weir_domain::PartitionInfo| partition_health(partition, min_insync);
    topic.partitions.iter().map(of).min().unwrap_or(Health::Ok)
}

fn under_min_isr(topic: &Topic, min_insync: Option<u32>) -> u32 {
    let below = |partition: &&weir_domain::PartitionInfo| {
        partition_health(partition, min_insync) == Health::UnderMinIsr
    };
    topic.partitions.iter().filter(below).count() as u32
}

/// Brokers since Kafka 3.7 never ask for more replicas in sync than the partition has (KAFKA-15583).
pub(super) fn partition_health(
    partition: &weir_domain::PartitionInfo,
    min_insync: Option<u32>,
) -> Health {
    let replicas = partition.replicas.len();
    match partition.health() {
        weir_domain::PartitionHealth::Offline => Health::Offline,
        _ if min_insync.is_some_and(|min| partition.in_sync() < replicas.min(min as usize)) => {
            Health::UnderMinIsr
        }
        weir_domain::PartitionHealth::UnderReplicated => Health::UnderReplicated,
        weir_domain::PartitionHealth::Healthy => Health::Ok,
    }
}

#[cfg(test)]
mod tests {
    use weir_domain::PartitionInfo;

    use super::*;

    fn topic(isrs: &[&[i32]]) -> Topic {
        let partition = |isr: &&[i32]| PartitionInfo {
            leader: Some(1),
            replicas: vec![1, 2, 3],
            isr: isr.to_vec(),
            ..PartitionInfo::default()
        };
        Topic {
            name: "orders".into(),
            id: None,
            internal: false,
            partitions: isrs.iter().map(partition).collect(),
            authorized_operations: None,
            error: None,
        }
    }

    #[test]
    fn a_minimum_above_the_replication_factor_counts_as_the_replication_factor() {
        let whole = topic(&[&[1, 2, 3], &[1, 2, 3]]);
        assert_eq!(health(&whole, Some(5)), Health::Ok);
        assert_eq!(under_min_isr(&whole, Some(5)), 0);
        let short = topic(&[&[1, 2, 3], &[1, 2]]);
        assert_eq!(health(&short, Some(5)), Health::UnderMinIsr);
        assert_eq!(under_min_isr(&short, Some(5)), 1);
    }

    #[test]
    fn partitions_below_the_minimum_are_counted_apart_from_those_that_only_lack_a_replica() {
        let short = topic(&[&[1, 2], &[1], &[1, 2, 3]]);
        assert_eq!(under_min_isr(&short, Some(2)), 1);
        assert_eq!(under_min_isr(&short, None), 0);
        assert_eq!(health(&short, None), Health::UnderReplicated);
    }
}
