//! Many groups: 2,000 with 40,000 committed offsets are listed, described and fetched in bulk, and
//! loaded again.

use std::time::Instant;

use weir_wire::messages::describe_groups_request::DescribeGroupsRequest;
use weir_wire::messages::list_groups_request::ListGroupsRequest;
use weir_wire::messages::offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestGroup};
use weir_wire::{ErrorCode, Str};

use crate::groups::{commit_request, coordinator};
use crate::harness::Cluster;

const GROUPS: usize = 2_000;
const PARTITIONS: usize = 20;
/// Far above what it takes; the numbers themselves are the bench's.
const BOUND_MS: u128 = 5_000;

#[test]
fn two_thousand_groups_are_served_in_bulk_and_loaded_again() {
    let mut cluster = Cluster::new(1);
    cluster.create("t", PARTITIONS as i32, &[]);
    coordinator(&cluster, 1, "g");
    let ids: Vec<Str> = (0..GROUPS).map(|number| Str::from(format!("group-{number}"))).collect();
    let offsets: Vec<i64> = (0..PARTITIONS as i64).collect();
    for id in &ids {
        let answer = cluster.connect(1).call(commit_request(id, "t", &offsets), 9);
        assert!(answer.topics[0].partitions.iter().all(|p| p.error_code == ErrorCode::NONE.0));
    }
    let warm = bulk(&cluster, &ids);
    cluster.restart();
    let cold = bulk(&cluster, &ids);
    assert!(warm < BOUND_MS && cold < BOUND_MS, "warm {warm} ms, cold {cold} ms");
}

/// Lists, describes and fetches everything; answers the milliseconds it took.
fn bulk(cluster: &Cluster, ids: &[Str]) -> u128 {
    let client = cluster.connect(1);
    let start = Instant::now();
    let listed = client.call(ListGroupsRequest::default(), 5);
    assert_eq!((listed.error_code, listed.groups.len()), (0, GROUPS));
    let described =
        client.call(DescribeGroupsRequest { groups: ids.to_vec(), ..Default::default() }, 6);
    assert!(described.groups.iter().all(|group| group.group_state == "Empty"));
    let groups = ids.iter().map(|id| OffsetFetchRequestGroup {
        group_id: id.clone(),
        topics: None,
        ..Default::default()
    });
    let fetched =
        client.call(OffsetFetchRequest { groups: groups.collect(), ..Default::default() }, 9);
    let offsets = fetched.groups.iter().flat_map(|group| &group.topics).flat_map(|t| &t.partitions);
    assert_eq!(offsets.count(), GROUPS * PARTITIONS);
    start.elapsed().as_millis()
}

/// A million commits over ten thousand keys, all in one partition of `__consumer_offsets`.
#[test]
fn a_million_commits_are_loaded_by_the_next_coordinator() {
    const GROUPS: usize = 100;
    const PARTITIONS: usize = 100;
    const ROUNDS: i64 = 100;
    let config = weir_engine::EngineConfig::local("/cluster", 3, "localhost", 9092);
    let cluster = Cluster::with(config.set("offsets.topic.num.partitions", "1"));
    cluster.create("t", PARTITIONS as i32, &[]);
    let broker = coordinator(&cluster, 1, "g");
    let ids: Vec<Str> = (0..GROUPS).map(|number| Str::from(format!("group-{number}"))).collect();
    for round in 0..ROUNDS {
        let offsets = [round; PARTITIONS];
        for id in &ids {
            let answer = cluster.connect(broker).call(commit_request(id, "t", &offsets), 9);
            assert!(answer.topics[0].partitions.iter().all(|p| p.error_code == ErrorCode::NONE.0));
        }
    }
    cluster.engine.stop_broker(broker).unwrap();
    let next = cluster.leader("__consumer_offsets", 0);
    assert_ne!(next, broker);
    let start = Instant::now();
    let groups = ids.iter().map(|id| OffsetFetchRequestGroup {
        group_id: id.clone(),
        topics: None,
        ..Default::default()
    });
    let request = OffsetFetchRequest { groups: groups.collect(), ..Default::default() };
    let fetched = cluster.connect(next).call(request, 9);
    let took_ms = start.elapsed().as_millis();
    let offsets = fetched.groups.iter().flat_map(|group| &group.topics).flat_map(|t| &t.partitions);
    let last: Vec<i64> = offsets.map(|partition| partition.committed_offset).collect();
    assert_eq!(last, vec![ROUNDS - 1; GROUPS * PARTITIONS]);
    println!("1,000,000 commits over 10,000 keys loaded in {took_ms} ms");
    assert!(took_ms < BOUND_MS, "{took_ms} ms");
}
