//! 2,000 groups that committed in 20 partitions each, without members.

use super::wire::Connection;
use anyhow::{bail, ensure};
use std::time::{Duration, Instant};
use weir_wire::messages::create_topics_request::{CreatableTopic, CreateTopicsRequest};
use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;
use weir_wire::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};

pub(crate) const GROUPS: usize = 2_000;
const PARTITIONS: i32 = 20;
const TOPIC: &str = "bench.groups";
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn commit(connection: &mut Connection) -> anyhow::Result<()> {
    let topic = CreatableTopic {
        name: TOPIC.into(),
        num_partitions: PARTITIONS,
        replication_factor: 1,
        ..Default::default()
    };
    let request =
        CreateTopicsRequest { topics: vec![topic], timeout_ms: 30_000, ..Default::default() };
    let made = connection.call(&request, 7)?;
    ensure!(made.topics.iter().all(|topic| topic.error_code == 0), "{made:?}");
    find_coordinator(connection)?;
    for number in 0..GROUPS {
        let answer = connection.call(&request_of(number), 8)?;
        let failed = answer.topics.iter().flat_map(|topic| &topic.partitions);
        let failed = failed.into_iter().find(|partition| partition.error_code != 0);
        ensure!(failed.is_none(), "group {number}: {failed:?}");
    }
    Ok(())
}

/// The first question makes the topic of offsets, and may be answered "not yet".
fn find_coordinator(connection: &mut Connection) -> anyhow::Result<()> {
    let request = FindCoordinatorRequest { key: "bench".into(), ..Default::default() };
    let deadline = Instant::now() + LIMIT;
    while connection.call(&request, 3)?.error_code != 0 {
        if Instant::now() > deadline {
            bail!("no coordinator within {LIMIT:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
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
        group_id: format!("bench.group-{number:04}").into(),
        generation_id_or_member_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    }
}
