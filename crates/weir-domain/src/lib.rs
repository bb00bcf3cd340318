//! What people say about Kafka, as plain data: clusters, topics, groups, configurations, lag, messages, filters.
//!
//! Nothing here reads a socket, a clock or a file, and nothing can serialize itself: weir-client answers with these
//! types, weir-core computes with them, weir-api turns them into the contract's own types at the edge.
//!
//! Offsets are `i64`, times are milliseconds since the Unix epoch, sizes are bytes. What Kafka may leave out is an
//! `Option`, never a magic number.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cluster;
pub mod conditions;
pub mod config;
pub mod connection;
pub mod filter;
pub mod group;
pub mod log_dir;
pub mod message;
pub mod outcome;
pub mod quorum;
pub mod reset;
pub mod sample;
pub mod topic;
pub mod topic_id;
pub mod topic_name;
pub mod transaction;

pub use cluster::{AclOperation, ApiRange, Broker, ClusterInfo, Rights};
pub use conditions::{Condition, ConditionError, Conditions};
pub use config::{
    ConfigChange, ConfigDefinition, ConfigEntry, ConfigOperation, ConfigResource, ConfigSource,
    ConfigSynonym, ConfigType, Importance,
};
pub use connection::{ConnectionTest, NotKafka, Step, StepReport, StepStatus};
pub use filter::{MessageFilter, NameFilter};
pub use group::{
    Assignment, CommittedOffset, Group, GroupLag, GroupMember, GroupState, GroupSummary, GroupType,
    PartitionLag, StreamsTask, TaskRole,
};
pub use log_dir::{LogDir, ReplicaSize};
pub use message::{Compression, Header, MessageRow, Payload, TimestampType, WholeMessage};
pub use outcome::{BrokerFailure, ItemError, ItemResult, Partial};
pub use quorum::{Quorum, QuorumReplica};
pub use reset::{LogBounds, OffsetReset, ResetNote, ResetTo, TopicScope};
pub use topic::{
    NewPartitions, NewTopic, OffsetAt, OffsetSpec, PartitionHealth, PartitionInfo, Topic,
    TopicPartition, TopicSummary,
};
pub use topic_id::TopicId;
pub use topic_name::{TopicNameError, validate_topic_name};
pub use transaction::{OpenTransaction, Reassignment};
