//! 2,000 groups that committed in 20 partitions each, without members.

use super::ask;
use super::wire::Connection;
use anyhow::ensure;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use weir_wire::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};

pub(crate) const GROUPS: usize = 2_000;
const PARTITIONS: i32 = 20;
const TOPIC: &str = "bench.groups";

pub(crate) fn commit(connection: &mut Connection) -> anyhow::Result<()> {
    create_topic(connection)?;
    commit_over(connection, GROUPS)
}

pub(crate) fn create_topic(connection: &mut Connection) -> anyhow::Result<()> {
    ask::create(connection, [vec![ask::topic(TOPIC, PARTITIONS, 1)]])
}

/// The same for `groups` groups, each on its coordinator.
pub(crate) fn commit_over(connection: &mut Connection, groups: usize) -> anyhow::Result<()> {
    let ids: Vec<String> = (0..groups).map(id).collect();
    let ports = ask::coordinators(connection, &ids, ask::GROUP)?;
    let mut open: BTreeMap<u16, Connection> = BTreeMap::new();
    for (number, port) in ports.into_iter().enumerate() {
        let coordinator = match open.entry(port) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Connection::open(port)?),
        };
        let answer = coordinator.call(&request_of(number), 8)?;
        let failed = answer.topics.iter().flat_map(|topic| &topic.partitions);
        let failed = failed.into_iter().find(|partition| partition.error_code != 0);
        ensure!(failed.is_none(), "group {number}: {failed:?}");
    }
    Ok(())
}

fn id(number: usize) -> String {
    format!("bench.group-{number:05}")
}

fn request_of(number: usize) -> OffsetCommitRequest {
    let partition = |partition_index| OffsetCommitRequestPartition {
        partition_index,
        committed_offset: 0,
        ..Default::default()
    };
    let topic = OffsetCommitRequestTopic {
        name: TOPIC.into(),
        partitions: (0..PARTITIONS).map(partition).collect(),
        ..Default::default()
    };
    OffsetCommitRequest {
        group_id: id(number).as_str().into(),
        generation_id_or_member_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    }
}
