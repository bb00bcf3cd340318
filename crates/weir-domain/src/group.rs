//! Consumer groups: state, members, committed offsets, lag.

use crate::{ItemError, TopicPartition};

/// One row of the groups list (ListGroups).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSummary {
    pub group_id: String,
    /// `consumer`, `connect`, ...; empty for a group that only ever committed.
    pub protocol_type: String,
    /// [`GroupState::Unknown`] before ListGroups v4.
    pub state: GroupState,
    pub kind: GroupType,
    /// The broker that answered for it.
    pub coordinator_id: i32,
}

/// A group with its members (DescribeGroups, ConsumerGroupDescribe).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub group_id: String,
    pub state: GroupState,
    pub kind: GroupType,
    pub protocol_type: String,
    /// The assignor, such as `range`; empty while there is none.
    pub protocol: String,
    pub coordinator_id: i32,
    /// Of groups with the new protocol (KIP-848).
    pub epoch: Option<i32>,
    pub members: Vec<GroupMember>,
    /// Bits of `AclOperation` (KIP-430).
    pub authorized_operations: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    pub member_id: String,
    /// Static membership (KIP-345).
    pub instance_id: Option<String>,
    pub client_id: String,
    pub host: String,
    pub rack: Option<String>,
    /// Topics it asked for; empty where the group's protocol does not say.
    pub subscribed: Vec<String>,
    pub assignment: Assignment,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignment {
    Partitions(Vec<TopicPartition>),
    /// Of a member of a streams group.
    Tasks(Vec<StreamsTask>),
    /// Of a protocol that Weir does not read (Connect workers, others): its bytes' length.
    Opaque(usize),
}

impl Assignment {
    pub fn partitions(&self) -> &[TopicPartition] {
        match self {
            Self::Partitions(partitions) => partitions,
            Self::Tasks(_) | Self::Opaque(_) => &[],
        }
    }

    pub fn tasks(&self) -> &[StreamsTask] {
        match self {
            Self::Tasks(tasks) => tasks,
            Self::Partitions(_) | Self::Opaque(_) => &[],
        }
    }
}

/// Tasks of one subtopology with one role (KIP-1071).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamsTask {
    pub role: TaskRole,
    pub subtopology: String,
    pub partitions: Vec<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskRole {
    Active,
    /// Keeps a copy of the state.
    Standby,
    /// Builds a copy of the state, to become active.
    Warmup,
}

impl TaskRole {
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Standby => "standby",
            Self::Warmup => "warmup",
        }
    }
}

/// Kafka's group states; `Unknown` for those told by no broker or not known to Weir.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupState {
    Unknown,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
    Empty,
    Assigning,
    Reconciling,
    NotReady,
}

impl GroupState {
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.name().eq_ignore_ascii_case(text)).unwrap_or(Self::Unknown)
    }

    /// Kafka's name of the state.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
            Self::Dead => "Dead",
            Self::Empty => "Empty",
            Self::Assigning => "Assigning",
            Self::Reconciling => "Reconciling",
            Self::NotReady => "NotReady",
        }
    }

    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::PreparingRebalance,
        Self::CompletingRebalance,
        Self::Stable,
        Self::Dead,
        Self::Empty,
        Self::Assigning,
        Self::Reconciling,
        Self::NotReady,
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupType {
    Classic,
    /// KIP-848.
    Consumer,
    /// KIP-932.
    Share,
    /// KIP-1071.
    Streams,
    Unknown,
}

impl GroupType {
    pub fn parse(text: &str) -> Self {
        [Self::Classic, Self::Consumer, Self::Share, Self::Streams]
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(text))
            .unwrap_or(Self::Unknown)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Consumer => "consumer",
            Self::Share => "share",
            Self::Streams => "streams",
            Self::Unknown => "unknown",
        }
    }
}

/// What a group committed for one partition (OffsetFetch).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    pub partition: TopicPartition,
    /// `Ok(None)`: nothing committed.
    pub offset: Result<Option<i64>, ItemError>,
    pub leader_epoch: Option<i32>,
    pub metadata: Option<String>,
}

/// A group's lag, partition by partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupLag {
    /// In order of topic, then partition.
    pub partitions: Vec<PartitionLag>,
}

impl GroupLag {
    /// Whether the lag of each partition that has one is known: while one has no leader, the total lacks its part.
    pub fn is_complete(&self) -> bool {
        let has_lag = |partition: &&PartitionLag| {
            partition.committed.is_some() || partition.counts_from_start()
        };
        self.partitions.iter().filter(has_lag).all(|partition| partition.lag().is_some())
    }

    /// Records not consumed yet over the partitions whose lag is known; `None` if of none.
    pub fn total(&self) -> Option<i64> {
        let mut known = self.partitions.iter().filter_map(PartitionLag::lag).peekable();
        known.peek()?;
        Some(known.sum())
    }
}

/// Where a group stands in one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionLag {
    pub partition: TopicPartition,
    /// The next offset that the group will read; `None`: nothing committed.
    pub committed: Option<i64>,
    /// `None`: the leader did not answer.
    pub log_start: Option<i64>,
    pub log_end: Option<i64>,
    /// Member id of whom it is assigned to.
    pub member_id: Option<String>,
    pub metadata: Option<String>,
}

impl PartitionLag {
    /// End minus committed; from the log's start where a member reads a partition without a commit. `None` when either
    /// is unknown: a group that committed nothing and reads nothing has no lag, not all of it.
    /// Never clamped: below zero after a log was truncated or a topic created anew.
    pub fn lag(&self) -> Option<i64> {
        let from = self.committed.or_else(|| self.log_start.filter(|_| self.counts_from_start()));
        Some(self.log_end? - from?)
    }

    /// Nothing was committed although a member reads it: all of the log is still before the group.
    pub fn counts_from_start(&self) -> bool {
        self.committed.is_none() && self.member_id.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lag(committed: Option<i64>, log_end: Option<i64>) -> PartitionLag {
        PartitionLag {
            partition: TopicPartition::new("t", 0),
            committed,
            log_start: Some(0),
            log_end,
            member_id: None,
            metadata: None,
        }
    }

    #[test]
    fn lag_is_never_invented_nor_clamped() {
        assert_eq!(lag(Some(3), Some(10)).lag(), Some(7));
        assert_eq!(lag(None, Some(10)).lag(), None);
        assert_eq!(lag(Some(3), None).lag(), None);
        assert_eq!(lag(Some(12), Some(10)).lag(), Some(-2));
        assert_eq!(GroupLag { partitions: vec![lag(None, Some(1))] }.total(), None);
        let read = PartitionLag { member_id: Some("m".into()), ..lag(None, Some(10)) };
        assert_eq!(read.lag(), Some(10), "read without a commit: from the log's start");
        let some = GroupLag { partitions: vec![lag(None, Some(1)), lag(Some(1), Some(5))] };
        assert_eq!(some.total(), Some(4));
        assert!(some.is_complete(), "who committed nothing has no lag");
        let leaderless = GroupLag { partitions: vec![lag(Some(1), Some(5)), lag(Some(1), None)] };
        assert!(!leaderless.is_complete());
    }

    #[test]
    fn states_round_trip() {
        for state in GroupState::ALL {
            assert_eq!(GroupState::parse(state.name()), state);
        }
        assert_eq!(GroupState::parse("whatever"), GroupState::Unknown);
        assert_eq!(GroupType::parse("Consumer"), GroupType::Consumer);
    }
}
