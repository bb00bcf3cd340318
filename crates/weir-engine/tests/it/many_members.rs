//! 10,000 members join 1,000 groups at once, in either protocol.

use std::collections::BTreeMap;
use std::time::Instant;

use weir_wire::messages::consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest;
use weir_wire::messages::list_groups_request::ListGroupsRequest;
use weir_wire::{ErrorCode, Str};

use crate::groups::coordinator;
use crate::harness::Cluster;

const GROUPS: usize = 1_000;
const MEMBERS: usize = 10;
/// Far above what it takes; the numbers themselves are the bench's.
const BOUND_MS: u128 = 20_000;

#[test]
fn ten_thousand_members_of_the_consumer_protocol_settle() {
    let config = weir_engine::EngineConfig::local("/cluster", 1, "localhost", 9092);
    let cluster = Cluster::with(config.set("group.consumer.assignment.interval.ms", "0"));
    cluster.create("t", MEMBERS as i32, &[]);
    coordinator(&cluster, 1, "g");
    let client = cluster.connect(1);
    let start = Instant::now();
    let mut epochs: BTreeMap<(usize, usize), i32> = BTreeMap::new();
    let mut owned: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut rounds = 0;
    while owned.values().filter(|count| **count == 1).count() < GROUPS * MEMBERS {
        rounds += 1;
        assert!(rounds < 40, "not settled after {rounds} rounds");
        for key in (0..GROUPS).flat_map(|group| (0..MEMBERS).map(move |member| (group, member))) {
            let epoch = epochs.get(&key).copied().unwrap_or(0);
            // Members take everything over at once: what they are not given they gave up.
            let response = client.call(request(key, epoch), 1);
            assert_eq!(ErrorCode(response.error_code), ErrorCode::NONE, "{response:?}");
            epochs.insert(key, response.member_epoch);
            if let Some(assignment) = response.assignment {
                let topics = assignment.topic_partitions.iter();
                owned.insert(key, topics.map(|topic| topic.partitions.len()).sum());
            }
        }
    }
    let took_ms = start.elapsed().as_millis();
    println!("{GROUPS} groups, {} members settled in {took_ms} ms", GROUPS * MEMBERS);
    let groups = client.call(ListGroupsRequest::default(), 5).groups;
    assert_eq!(groups.len(), GROUPS);
    assert!(groups.iter().all(|group| group.group_state == "Stable"));
    assert!(took_ms < BOUND_MS, "{took_ms} ms");
}

fn request((group, member): (usize, usize), epoch: i32) -> ConsumerGroupHeartbeatRequest {
    ConsumerGroupHeartbeatRequest {
        group_id: Str::from(format!("group-{group}")),
        member_id: Str::from(format!("member-{member}")),
        member_epoch: epoch,
        rebalance_timeout_ms: if epoch == 0 { 30_000 } else { -1 },
        subscribed_topic_names: (epoch == 0).then(|| vec![Str::from("t")]),
        // An empty list: whatever was to be given up is.
        topic_partitions: Some(Vec::new()),
        ..Default::default()
    }
}
