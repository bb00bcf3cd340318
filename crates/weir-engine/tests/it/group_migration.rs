//! Groups that change between the classic and the consumer protocol while members work.

use bytes::Bytes;
use weir_wire::messages::consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest;
use weir_wire::messages::consumer_group_heartbeat_response::ConsumerGroupHeartbeatResponse;
use weir_wire::messages::heartbeat_request::HeartbeatRequest;
use weir_wire::messages::join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol};
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::messages::list_groups_request::ListGroupsRequest;
use weir_wire::messages::sync_group_request::{SyncGroupRequest, SyncGroupRequestAssignment};
use weir_wire::{ErrorCode, Str};

use crate::groups::{commit_request, coordinator, subscription};
use crate::harness::Cluster;

const GROUP: &str = "g";

fn cluster(policy: &str) -> Cluster {
    let config = weir_engine::EngineConfig::local("/cluster", 1, "localhost", 9092);
    let cluster = Cluster::with(config.set("group.consumer.migration.policy", policy));
    cluster.create("t", 4, &[]);
    assert_eq!(coordinator(&cluster, 1, GROUP), 1);
    cluster
}

/// `t` and these partitions, as a consumer reads its assignment.
fn assignment(partitions: &[i32]) -> Bytes {
    let mut bytes = vec![0, 1, 0, 0, 0, 1, 0, 1, b't'];
    bytes.extend_from_slice(&(partitions.len() as i32).to_be_bytes());
    partitions.iter().for_each(|index| bytes.extend_from_slice(&index.to_be_bytes()));
    bytes.extend_from_slice(&[255, 255, 255, 255]);
    bytes.into()
}

fn join(cluster: &Cluster, member_id: &str, instance: Option<&str>) -> JoinGroupResponse {
    let request = JoinGroupRequest {
        group_id: Str::from(GROUP),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 20_000,
        member_id: Str::from(member_id),
        group_instance_id: instance.map(Str::from),
        protocol_type: Str::from("consumer"),
        protocols: vec![JoinGroupRequestProtocol {
            name: Str::from("range"),
            metadata: subscription("t"),
            ..Default::default()
        }],
        ..Default::default()
    };
    cluster.connect(1).call(request, 9)
}

fn sync(
    cluster: &Cluster,
    joined: &JoinGroupResponse,
    given: &[(&str, Bytes)],
) -> Result<Bytes, ErrorCode> {
    let assignments = given.iter().map(|(id, assignment)| SyncGroupRequestAssignment {
        member_id: Str::from(*id),
        assignment: assignment.clone(),
        ..Default::default()
    });
    let request = SyncGroupRequest {
        group_id: Str::from(GROUP),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        protocol_type: Some(Str::from("consumer")),
        protocol_name: Some(Str::from("range")),
        assignments: assignments.collect(),
        ..Default::default()
    };
    let response = cluster.connect(1).call(request, 5);
    if response.error_code == 0 {
        Ok(response.assignment)
    } else {
        Err(ErrorCode(response.error_code))
    }
}

fn beat_classic(cluster: &Cluster, joined: &JoinGroupResponse) -> ErrorCode {
    let request = HeartbeatRequest {
        group_id: Str::from(GROUP),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        ..Default::default()
    };
    ErrorCode(cluster.connect(1).call(request, 4).error_code)
}

/// A classic consumer with all of `t`, alone in its group.
fn classic(cluster: &Cluster) -> JoinGroupResponse {
    let given = join(cluster, "", None);
    assert_eq!(ErrorCode(given.error_code), ErrorCode::MEMBER_ID_REQUIRED);
    let joined = join(cluster, &given.member_id, None);
    assert_eq!(ErrorCode(joined.error_code), ErrorCode::NONE);
    let all = assignment(&[0, 1, 2, 3]);
    assert_eq!(sync(cluster, &joined, &[(&joined.member_id, all.clone())]), Ok(all));
    joined
}

fn beat(cluster: &Cluster, epoch: i32) -> ConsumerGroupHeartbeatResponse {
    let joins = epoch == 0;
    let request = ConsumerGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from("m1"),
        member_epoch: epoch,
        rebalance_timeout_ms: if joins { 30_000 } else { -1 },
        subscribed_topic_names: joins.then(|| vec![Str::from("t")]),
        topic_partitions: joins.then(Vec::new),
        ..Default::default()
    };
    cluster.connect(1).call(request, 1)
}

fn has(response: &ConsumerGroupHeartbeatResponse) -> usize {
    let topics = response.assignment.iter().flat_map(|all| &all.topic_partitions);
    topics.map(|topic| topic.partitions.len()).sum()
}

fn kind_and_state(cluster: &Cluster) -> (String, String) {
    let group = cluster.connect(1).call(ListGroupsRequest::default(), 5).groups.remove(0);
    (group.group_type.to_string(), group.group_state.to_string())
}

#[test]
fn a_classic_group_is_upgraded_and_downgraded_while_it_works() {
    let cluster = cluster("bidirectional");
    let old = classic(&cluster);
    let joined = beat(&cluster, 0);
    assert_eq!((joined.error_code, joined.member_epoch, has(&joined)), (0, 2, 0), "{joined:?}");
    assert_eq!(kind_and_state(&cluster).0, "consumer");
    assert_eq!(beat_classic(&cluster, &old), ErrorCode::REBALANCE_IN_PROGRESS);
    let rejoined = join(&cluster, &old.member_id, None);
    assert_eq!((rejoined.error_code, rejoined.generation_id), (0, 2));
    assert_eq!(rejoined.protocol_name.as_deref(), Some("range"));
    assert_eq!(sync(&cluster, &rejoined, &[]).unwrap().len(), assignment(&[0, 1]).len());
    assert_eq!(beat_classic(&cluster, &rejoined), ErrorCode::NONE);
    assert_eq!(beat_classic(&cluster, &old), ErrorCode::ILLEGAL_GENERATION);
    assert_eq!(has(&beat(&cluster, 2)), 2);
    assert_eq!(kind_and_state(&cluster).1, "Stable");
    assert_eq!(beat(&cluster, -1).error_code, 0);
    assert_eq!(kind_and_state(&cluster), ("classic".to_owned(), "PreparingRebalance".to_owned()));
    assert_eq!(beat_classic(&cluster, &rejoined), ErrorCode::REBALANCE_IN_PROGRESS);
    let last = join(&cluster, &old.member_id, None);
    assert_eq!((last.error_code, &last.leader), (0, &old.member_id));
    assert!(last.generation_id > rejoined.generation_id);
}

#[test]
fn an_upgraded_group_survives_a_restart_with_its_classic_member() {
    let mut cluster = cluster("bidirectional");
    let old = classic(&cluster);
    assert_eq!(beat(&cluster, 0).error_code, 0);
    cluster.restart();
    assert_eq!(kind_and_state(&cluster).0, "consumer");
    assert_eq!(beat_classic(&cluster, &old), ErrorCode::REBALANCE_IN_PROGRESS);
    assert_eq!(beat(&cluster, -1).error_code, 0);
    cluster.restart();
    assert_eq!(kind_and_state(&cluster).0, "classic");
}

#[test]
fn a_classic_member_that_does_not_rejoin_is_out() {
    let cluster = cluster("bidirectional");
    let old = classic(&cluster);
    let mut epoch = beat(&cluster, 0).member_epoch;
    for _ in 0..3 {
        assert_eq!(beat_classic(&cluster, &old), ErrorCode::REBALANCE_IN_PROGRESS);
        epoch = beat(&cluster, epoch).member_epoch;
        cluster.pass(7_000);
    }
    assert_eq!(beat_classic(&cluster, &old), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(has(&beat(&cluster, epoch)), 4);
}

#[test]
fn policies_stand_in_the_way() {
    let closed = cluster("disabled");
    classic(&closed);
    let refused = beat(&closed, 0);
    assert_eq!(ErrorCode(refused.error_code), ErrorCode::GROUP_ID_NOT_FOUND);
    assert!(refused.error_message.unwrap().contains("online upgrade is disabled"));
    let closed = cluster("disabled");
    assert_eq!(beat(&closed, 0).error_code, 0);
    let refused = ErrorCode(join(&closed, "", None).error_code);
    assert_eq!(refused, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
}

#[test]
fn an_empty_group_takes_either_protocol_and_keeps_its_offsets() {
    let cluster = cluster("disabled");
    let offsets = cluster.connect(1).call(commit_request(GROUP, "t", &[7]), 9);
    assert_eq!(offsets.topics[0].partitions[0].error_code, 0);
    assert_eq!(beat(&cluster, 0).error_code, 0);
    assert_eq!(kind_and_state(&cluster).0, "consumer");
    assert_eq!(beat(&cluster, -1).error_code, 0);
    classic(&cluster);
    assert_eq!(kind_and_state(&cluster), ("classic".to_owned(), "Stable".to_owned()));
}
