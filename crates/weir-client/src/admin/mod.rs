//! Typed admin operations. Each answers per item: what failed stands beside what worked.

mod cluster;
mod configs;
mod group_commits;
mod group_kinds;
mod group_list;
mod group_members;
mod group_offsets;
mod group_reset;
mod groups;
mod lag;
mod log_dirs;
mod offsets;
mod quorum;
mod reassignments;
mod records;
mod share_offsets;
mod topics;
mod transactions;

pub use configs::PerResource;
pub use lag::LagAndMembers;
pub use offsets::Offsets;
pub(crate) use offsets::leader_moved;
pub use topics::CreatedTopic;

use std::collections::BTreeMap;

use weir_domain::TopicPartition;

/// Partitions by topic, as requests group them.
pub(crate) fn by_topic<'a>(
    partitions: impl IntoIterator<Item = &'a TopicPartition>,
) -> BTreeMap<&'a str, Vec<i32>> {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for partition in partitions {
        topics.entry(&partition.topic).or_default().push(partition.partition);
    }
    topics
}
