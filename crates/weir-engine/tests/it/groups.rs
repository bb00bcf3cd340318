//! Consumer groups over frames: coordinators that load, move and restart; offsets; administration.

use bytes::Bytes;
use weir_wire::messages::delete_groups_request::DeleteGroupsRequest;
use weir_wire::messages::delete_topics_request::{DeleteTopicState, DeleteTopicsRequest};
use weir_wire::messages::describe_groups_request::DescribeGroupsRequest;
use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;
use weir_wire::messages::heartbeat_request::HeartbeatRequest;
use weir_wire::messages::join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol};
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::messages::leave_group_request::{LeaveGroupRequest, MemberIdentity};
use weir_wire::messages::list_groups_request::ListGroupsRequest;
use weir_wire::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use weir_wire::messages::offset_delete_request::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use weir_wire::messages::offset_fetch_request::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use weir_wire::messages::sync_group_request::{SyncGroupRequest, SyncGroupRequestAssignment};
use weir_wire::{ErrorCode, Str, Uuid};

use crate::harness::Cluster;

/// The subscription metadata of a consumer of `topic`.
pub(crate) fn subscription(topic: &str) -> Bytes {
    let mut bytes = vec![0, 1, 0, 0, 0, 1, 0, topic.len() as u8];
    bytes.extend_from_slice(topic.as_bytes());
    bytes.extend_from_slice(&[255, 255, 255, 255, 0, 0, 0, 0]);
    bytes.into()
}

/// The broker that coordinates `group`.
pub(crate) fn coordinator(cluster: &Cluster, asked: i32, group: &str) -> i32 {
    let request =
        FindCoordinatorRequest { coordinator_keys: vec![Str::from(group)], ..Default::default() };
    let found = cluster.connect(asked).call(request, 4).coordinators.remove(0);
    assert_eq!(ErrorCode(found.error_code), ErrorCode::NONE);
    found.node_id
}

struct Member {
    id: Str,
    generation: i32,
}

/// One consumer of `topic` joins `group` alone.
fn join(cluster: &Cluster, broker: i32, group: &str, topic: &str) -> JoinGroupResponse {
    let client = cluster.connect(broker);
    let mut request = JoinGroupRequest {
        group_id: Str::from(group),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 60_000,
        protocol_type: Str::from("consumer"),
        protocols: vec![JoinGroupRequestProtocol {
            name: Str::from("range"),
            metadata: subscription(topic),
            ..Default::default()
        }],
        ..Default::default()
    };
    let given = client.call(request.clone(), 9);
    assert_eq!(ErrorCode(given.error_code), ErrorCode::MEMBER_ID_REQUIRED);
    request.member_id = given.member_id.clone();
    let joined = client.call(request, 9);
    assert_eq!(ErrorCode(joined.error_code), ErrorCode::NONE);
    joined
}

/// It assigns everything to itself.
fn sync_request(group: &str, joined: &JoinGroupResponse) -> SyncGroupRequest {
    SyncGroupRequest {
        group_id: Str::from(group),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        protocol_type: Some(Str::from("consumer")),
        protocol_name: Some(Str::from("range")),
        assignments: vec![SyncGroupRequestAssignment {
            member_id: joined.member_id.clone(),
            assignment: Bytes::from_static(b"everything"),
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// One consumer of `topic` joins `group` alone and gets everything.
fn join_alone(cluster: &Cluster, broker: i32, group: &str, topic: &str) -> Member {
    let joined = join(cluster, broker, group, topic);
    let synced = cluster.connect(broker).call(sync_request(group, &joined), 5);
    assert_eq!(&synced.assignment[..], b"everything");
    Member { id: joined.member_id, generation: joined.generation_id }
}

pub(crate) fn commit_request(group: &str, topic: &str, offsets: &[i64]) -> OffsetCommitRequest {
    let partitions = offsets.iter().zip(0..).map(|(offset, index)| OffsetCommitRequestPartition {
        partition_index: index,
        committed_offset: *offset,
        committed_leader_epoch: 0,
        committed_metadata: Some(Str::from("note")),
        ..Default::default()
    });
    OffsetCommitRequest {
        group_id: Str::from(group),
        generation_id_or_member_epoch: -1,
        topics: vec![OffsetCommitRequestTopic {
            name: Str::from(topic),
            partitions: partitions.collect(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn commit(cluster: &Cluster, broker: i32, request: OffsetCommitRequest) -> Vec<ErrorCode> {
    let response = cluster.connect(broker).call(request, 9);
    response.topics[0].partitions.iter().map(|p| ErrorCode(p.error_code)).collect()
}

/// Every committed offset of `group`, as topic, partition, offset.
fn offsets(
    cluster: &Cluster,
    broker: i32,
    group: &str,
) -> Result<Vec<(String, i32, i64)>, ErrorCode> {
    let request = OffsetFetchRequest {
        groups: vec![OffsetFetchRequestGroup {
            group_id: Str::from(group),
            topics: None,
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = cluster.connect(broker).call(request, 9).groups.remove(0);
    if answer.error_code != 0 {
        return Err(ErrorCode(answer.error_code));
    }
    let rows = answer.topics.iter().flat_map(|topic| {
        topic.partitions.iter().map(|p| {
            assert_eq!(p.metadata.as_deref(), Some("note"));
            assert_eq!(p.committed_leader_epoch, 0);
            (topic.name.to_string(), p.partition_index, p.committed_offset)
        })
    });
    Ok(rows.collect())
}

fn heartbeat(cluster: &Cluster, broker: i32, group: &str, member: &Member) -> ErrorCode {
    let request = HeartbeatRequest {
        group_id: Str::from(group),
        generation_id: member.generation,
        member_id: member.id.clone(),
        ..Default::default()
    };
    ErrorCode(cluster.connect(broker).call(request, 4).error_code)
}

#[test]
fn the_first_question_for_a_coordinator_makes_the_offsets_topic() {
    let cluster = Cluster::new(3);
    let broker = coordinator(&cluster, 2, "g");
    let image = cluster.engine.image();
    let topic = image.topic("__consumer_offsets").unwrap();
    assert_eq!((topic.partitions().len(), topic.is_internal()), (50, true));
    assert!(topic.shared().settings().log.cleanup.compact);
    // "g" is 103, and 103 % 50 = 3.
    assert_eq!(cluster.leader("__consumer_offsets", 3), broker);
    let elsewhere = if broker == 1 { 2 } else { 1 };
    assert_eq!(offsets(&cluster, elsewhere, "g"), Err(ErrorCode::NOT_COORDINATOR));
}

#[test]
fn share_groups_have_no_coordinator_yet() {
    let cluster = Cluster::new(1);
    let request = FindCoordinatorRequest {
        key_type: 2,
        coordinator_keys: vec![Str::from("k")],
        ..Default::default()
    };
    let found = cluster.connect(1).call(request, 6).coordinators.remove(0);
    assert_eq!((ErrorCode(found.error_code), found.node_id), (ErrorCode::INVALID_REQUEST, -1));
    assert!(found.error_message.is_some());
}

#[test]
fn members_and_offsets_survive_a_kill_of_the_engine() {
    let mut cluster = Cluster::new(3);
    cluster.create("t", 2, &[]);
    let broker = coordinator(&cluster, 1, "g");
    let member = join_alone(&cluster, broker, "g", "t");
    let mut request = commit_request("g", "t", &[5, 6]);
    request.member_id = member.id.clone();
    request.generation_id_or_member_epoch = member.generation;
    assert_eq!(commit(&cluster, broker, request), [ErrorCode::NONE; 2]);
    cluster.restart();
    let broker = coordinator(&cluster, 1, "g");
    assert_eq!(heartbeat(&cluster, broker, "g", &member), ErrorCode::NONE);
    let kept = offsets(&cluster, broker, "g").unwrap();
    assert_eq!(kept, [("t".to_owned(), 0, 5), ("t".to_owned(), 1, 6)]);
    cluster.pass(9_900);
    assert_eq!(heartbeat(&cluster, broker, "g", &member), ErrorCode::NONE, "timers restarted");
    cluster.pass(10_100);
    assert_eq!(heartbeat(&cluster, broker, "g", &member), ErrorCode::UNKNOWN_MEMBER_ID);
}

#[test]
fn a_stopped_brokers_groups_are_loaded_elsewhere_from_the_log() {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[]);
    let old = coordinator(&cluster, 1, "g");
    let member = join_alone(&cluster, old, "g", "t");
    assert_eq!(
        commit(&cluster, old, with_member(commit_request("g", "t", &[7]), &member)),
        [ErrorCode::NONE]
    );
    cluster.engine.stop_broker(old).unwrap();
    assert_eq!(heartbeat(&cluster, old, "g", &member), ErrorCode::NOT_COORDINATOR);
    let other = if old == 1 { 2 } else { 1 };
    let new = coordinator(&cluster, other, "g");
    assert_ne!(new, old);
    assert_eq!(heartbeat(&cluster, new, "g", &member), ErrorCode::NONE);
    assert_eq!(offsets(&cluster, new, "g").unwrap(), [("t".to_owned(), 0, 7)]);
    cluster.engine.start_broker(old).unwrap();
    cluster.pass(100);
    assert_eq!(heartbeat(&cluster, old, "g", &member), ErrorCode::NOT_COORDINATOR);
    assert_eq!(heartbeat(&cluster, new, "g", &member), ErrorCode::NONE);
}

/// What the old coordinator wrote and could not commit may yet be lost: nobody is told of it.
#[test]
fn a_new_coordinator_gives_out_no_assignment_that_is_not_committed() {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[]);
    let old = coordinator(&cluster, 1, "g");
    let joined = join(&cluster, old, "g", "t");
    let new = (1..=3).find(|id| *id != old).unwrap();
    let dead = (1..=3).find(|id| *id != old && *id != new).unwrap();
    cluster.engine.kill_broker(dead).unwrap();
    let mut told = cluster.connect(old).park(sync_request("g", &joined), 5);
    assert!(told.poll().is_none(), "the dead one is in sync still, and has nothing of it");
    cluster.engine.stop_broker(old).unwrap();
    assert_eq!(coordinator(&cluster, new, "g"), new);
    let mut told = cluster.connect(new).park(sync_request("g", &joined), 5);
    assert!(told.poll().is_none());
    cluster.engine.start_broker(dead).unwrap();
    cluster.pass(200);
    let synced = told.poll().expect("it has caught up");
    assert_eq!(ErrorCode(synced.error_code), ErrorCode::NONE);
    assert_eq!(&synced.assignment[..], b"everything");
}

fn with_member(mut request: OffsetCommitRequest, member: &Member) -> OffsetCommitRequest {
    request.member_id = member.id.clone();
    request.generation_id_or_member_epoch = member.generation;
    request
}

#[test]
fn a_parked_member_hears_that_its_coordinator_moved() {
    let mut config = weir_engine::EngineConfig::local("/cluster", 3, "localhost", 9092);
    config = config.set("group.initial.rebalance.delay.ms", "60000");
    let cluster = Cluster::with(config);
    let broker = coordinator(&cluster, 1, "g");
    let request = JoinGroupRequest {
        group_id: Str::from("g"),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 600_000,
        protocol_type: Str::from("consumer"),
        protocols: vec![JoinGroupRequestProtocol {
            name: Str::from("range"),
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut parked = cluster.connect(broker).park(request, 3);
    assert!(parked.poll().is_none());
    cluster.engine.stop_broker(broker).unwrap();
    cluster.pass(10);
    let answer = parked.poll().expect("an answer");
    assert_eq!(ErrorCode(answer.error_code), ErrorCode::NOT_COORDINATOR);
}

/// Members that join one after the other within the wait are the first generation together; a delay that somebody set
/// is kept to the letter.
#[test]
fn first_members_are_waited_for_unless_a_delay_was_set() {
    let request = JoinGroupRequest {
        group_id: Str::from("g"),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 60_000,
        protocol_type: Str::from("consumer"),
        protocols: vec![JoinGroupRequestProtocol {
            name: Str::from("range"),
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut config = weir_engine::EngineConfig::local("/cluster", 1, "localhost", 9092);
    config.first_generation_ms = 60;
    let cluster = Cluster::with(config.clone());
    let broker = coordinator(&cluster, 1, "g");
    // Version 3 gives a member its id at once.
    let mut first = cluster.connect(broker).park(request.clone(), 3);
    cluster.pass(50);
    let mut second = cluster.connect(broker).park(request.clone(), 3);
    cluster.pass(200);
    let answers = [first.poll().expect("joined"), second.poll().expect("joined")];
    assert!(answers.iter().all(|answer| answer.generation_id == 1));
    assert_eq!(answers.iter().map(|answer| answer.members.len()).max(), Some(2));

    let cluster = Cluster::with(config.set("group.initial.rebalance.delay.ms", "0"));
    let broker = coordinator(&cluster, 1, "g");
    let before = cluster.clock_ms();
    assert_eq!(cluster.connect(broker).call(request, 3).members.len(), 1);
    assert_eq!(cluster.clock_ms(), before, "answered at once");
}

#[test]
fn commits_answer_for_each_partition() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    coordinator(&cluster, 1, "g");
    let codes = commit(&cluster, 1, commit_request("g", "t", &[1, 2]));
    assert_eq!(codes, [ErrorCode::NONE, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION]);
    let codes = commit(&cluster, 1, commit_request("g", "nowhere", &[1]));
    assert_eq!(codes, [ErrorCode::UNKNOWN_TOPIC_OR_PARTITION]);
    let mut long = commit_request("g", "t", &[1]);
    long.topics[0].partitions[0].committed_metadata = Some(Str::from("x".repeat(4_097)));
    assert_eq!(commit(&cluster, 1, long), [ErrorCode::OFFSET_METADATA_TOO_LARGE]);
    let mut stale = commit_request("other", "t", &[1]);
    stale.generation_id_or_member_epoch = 3;
    assert_eq!(commit(&cluster, 1, stale.clone()), [ErrorCode::GROUP_ID_NOT_FOUND]);
    let old = cluster.connect(1).call(stale, 8);
    assert_eq!(ErrorCode(old.topics[0].partitions[0].error_code), ErrorCode::ILLEGAL_GENERATION);
}

#[test]
fn offsets_by_topic_id_do_not_outlive_their_topic() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    coordinator(&cluster, 1, "g");
    let id_of = |cluster: &Cluster| cluster.engine.image().topic("t").unwrap().id();
    let first = id_of(&cluster);
    let mut request = commit_request("g", "", &[9]);
    request.topics[0].topic_id = first;
    let response = cluster.connect(1).call(request.clone(), 10);
    assert_eq!(response.topics[0].partitions[0].error_code, 0);
    let fetch = |id: Uuid| {
        let request = OffsetFetchRequest {
            groups: vec![OffsetFetchRequestGroup {
                group_id: Str::from("g"),
                topics: Some(vec![OffsetFetchRequestTopics {
                    topic_id: id,
                    partition_indexes: vec![0],
                    ..Default::default()
                }]),
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = cluster.connect(1).call(request, 10);
        let partition = answer.groups[0].topics[0].partitions[0].clone();
        (ErrorCode(partition.error_code), partition.committed_offset)
    };
    assert_eq!(fetch(first), (ErrorCode::NONE, 9));
    delete_topic(&cluster, "t");
    assert_eq!(fetch(first), (ErrorCode::UNKNOWN_TOPIC_ID, -1));
    cluster.create("t", 1, &[]);
    assert_eq!(fetch(id_of(&cluster)), (ErrorCode::NONE, -1), "the new topic begins anew");
    let stale = cluster.connect(1).call(request, 10);
    let error = stale.topics[0].partitions[0].error_code;
    assert_eq!(ErrorCode(error), ErrorCode::UNKNOWN_TOPIC_ID);
}

fn delete_topic(cluster: &Cluster, name: &str) {
    let request = DeleteTopicsRequest {
        topics: vec![DeleteTopicState { name: Some(Str::from(name)), ..Default::default() }],
        ..Default::default()
    };
    assert_eq!(cluster.connect(1).call(request, 6).responses[0].error_code, 0);
}

#[test]
fn groups_are_listed_described_and_deleted() {
    let mut cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    coordinator(&cluster, 1, "g");
    let member = join_alone(&cluster, 1, "g", "t");
    commit(&cluster, 1, commit_request("plain", "t", &[1]));
    let mut listed = list(&cluster, &[], &[]);
    listed.sort();
    assert_eq!(
        listed,
        [
            ("g".to_owned(), "Stable".to_owned(), "consumer".to_owned()),
            ("plain".to_owned(), "Empty".to_owned(), String::new()),
        ]
    );
    assert_eq!(list(&cluster, &["stable"], &["CLASSIC"]).len(), 1);
    assert_eq!(list(&cluster, &[], &["consumer"]).len(), 0);
    let request = DescribeGroupsRequest {
        groups: vec![Str::from("g"), Str::from("nobody")],
        include_authorized_operations: true,
        ..Default::default()
    };
    let described = cluster.connect(1).call(request.clone(), 6).groups;
    assert_eq!((&*described[0].group_state, &*described[0].protocol_data), ("Stable", "range"));
    let only = &described[0].members[0];
    assert_eq!((&only.member_id, &*only.client_id), (&member.id, "test"));
    assert_eq!(&*only.client_host, "/127.0.0.1");
    assert_eq!(only.member_metadata, subscription("t"));
    assert_eq!(&only.member_assignment[..], b"everything");
    assert!(described[0].authorized_operations > 0);
    assert_eq!(ErrorCode(described[1].error_code), ErrorCode::GROUP_ID_NOT_FOUND);
    let old = cluster.connect(1).call(request, 5).groups.remove(1);
    assert_eq!((old.error_code, &*old.group_state), (0, "Dead"));

    let codes = delete(&cluster, &["g", "plain", "nobody"]);
    assert_eq!(codes, [ErrorCode::NON_EMPTY_GROUP, ErrorCode::NONE, ErrorCode::GROUP_ID_NOT_FOUND]);
    leave(&cluster, "g", &member);
    assert_eq!(delete(&cluster, &["g"]), [ErrorCode::NONE]);
    cluster.restart();
    assert_eq!(list(&cluster, &[], &[]), [], "tombstones are read back");
}

#[test]
fn a_look_meets_no_member_whose_session_is_over_though_its_timer_is_late() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    coordinator(&cluster, 1, "g");
    for look in ["list", "delete"] {
        join_alone(&cluster, 1, "g", "t");
        cluster.clock.advance(9_999);
        assert_eq!(list(&cluster, &["Stable"], &[]).len(), 1, "{look}");
        assert_eq!(delete(&cluster, &["g"]), [ErrorCode::NON_EMPTY_GROUP], "{look}");
        // The engine is not ticked: no timer fires.
        cluster.clock.advance(1);
        match look {
            "list" => assert_eq!(list(&cluster, &["Empty"], &[]).len(), 1),
            _ => assert_eq!(delete(&cluster, &["g"]), [ErrorCode::NONE]),
        }
    }
    join_alone(&cluster, 1, "g", "t");
    cluster.clock.advance(10_000);
    let codes = commit(&cluster, 1, commit_request("g", "t", &[1]));
    assert_eq!(codes, [ErrorCode::NONE], "an administrator's commit wants an empty group");
}

fn list(cluster: &Cluster, states: &[&str], types: &[&str]) -> Vec<(String, String, String)> {
    let strs = |all: &[&str]| all.iter().map(|one| Str::from(*one)).collect();
    let request = ListGroupsRequest {
        states_filter: strs(states),
        types_filter: strs(types),
        ..Default::default()
    };
    let response = cluster.connect(1).call(request, 5);
    assert_eq!(response.error_code, 0);
    assert!(response.groups.iter().all(|group| group.group_type == "classic"));
    let rows = response.groups.iter().map(|group| {
        (group.group_id.to_string(), group.group_state.to_string(), group.protocol_type.to_string())
    });
    rows.collect()
}

fn delete(cluster: &Cluster, groups: &[&str]) -> Vec<ErrorCode> {
    let groups_names = groups.iter().map(|group| Str::from(*group)).collect();
    let response =
        cluster.connect(1).call(DeleteGroupsRequest { groups_names, ..Default::default() }, 2);
    response.results.iter().map(|result| ErrorCode(result.error_code)).collect()
}

fn leave(cluster: &Cluster, group: &str, member: &Member) {
    let request = LeaveGroupRequest {
        group_id: Str::from(group),
        members: vec![MemberIdentity { member_id: member.id.clone(), ..Default::default() }],
        ..Default::default()
    };
    let response = cluster.connect(1).call(request, 5);
    assert_eq!((response.error_code, response.members[0].error_code), (0, 0));
}

#[test]
fn offsets_of_consumed_topics_are_not_deleted() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    cluster.create("u", 1, &[]);
    coordinator(&cluster, 1, "g");
    let member = join_alone(&cluster, 1, "g", "t");
    for topic in ["t", "u"] {
        commit(&cluster, 1, with_member(commit_request("g", topic, &[3]), &member));
    }
    let topics = ["t", "u", "nowhere"].map(|name| OffsetDeleteRequestTopic {
        name: Str::from(name),
        partitions: vec![OffsetDeleteRequestPartition::default()],
    });
    let request = OffsetDeleteRequest { group_id: Str::from("g"), topics: topics.to_vec() };
    let response = cluster.connect(1).call(request, 0);
    let codes: Vec<ErrorCode> =
        response.topics.iter().map(|t| ErrorCode(t.partitions[0].error_code)).collect();
    assert_eq!(
        codes,
        [
            ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC,
            ErrorCode::NONE,
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
        ]
    );
    assert_eq!(offsets(&cluster, 1, "g").unwrap(), [("t".to_owned(), 0, 3)]);
}

#[test]
fn offsets_of_a_group_nobody_uses_expire_and_the_group_with_them() {
    let config = weir_engine::EngineConfig::local("/cluster", 1, "localhost", 9092)
        .set("offsets.retention.minutes", "1")
        .set("offsets.retention.check.interval.ms", "1000");
    let cluster = Cluster::with(config);
    cluster.create("t", 1, &[]);
    coordinator(&cluster, 1, "g");
    commit(&cluster, 1, commit_request("g", "t", &[1]));
    cluster.pass(1_100);
    cluster.pass(57_000);
    assert_eq!(offsets(&cluster, 1, "g").unwrap().len(), 1);
    cluster.pass(3_000);
    cluster.pass(1_100);
    assert_eq!(offsets(&cluster, 1, "g").unwrap(), []);
    assert_eq!(list(&cluster, &[], &[]), []);
}

#[test]
fn commits_wait_for_their_replicas() {
    let cluster = Cluster::new(3);
    cluster.create("t", 1, &[]);
    let broker = coordinator(&cluster, 1, "g");
    let killed = cluster.isr("__consumer_offsets", 3).into_iter().find(|id| *id != broker).unwrap();
    cluster.engine.kill_broker(killed).unwrap();
    let mut parked = cluster.connect(broker).park(commit_request("g", "t", &[4]), 9);
    assert!(parked.poll().is_none(), "the killed replica is still in the ISR");
    cluster.pass(4_990);
    assert!(parked.poll().is_none());
    cluster.pass(20);
    let late = parked.poll().expect("an answer after five seconds");
    let error = ErrorCode(late.topics[0].partitions[0].error_code);
    assert_eq!(error, ErrorCode::COORDINATOR_NOT_AVAILABLE);
    cluster.pass(10_000);
    assert_eq!(commit(&cluster, broker, commit_request("g", "t", &[5])), [ErrorCode::NONE]);
}

/// An answer grows with what was committed, not with the request: it has a bound of its own.
#[test]
fn a_large_group_that_is_asked_for_many_times_is_not_answered() {
    const PARTITIONS: i32 = 500;
    let cluster = Cluster::new(1);
    cluster.create("wide", PARTITIONS, &[]);
    let metadata = Some(Str::from("m".repeat(4_000)));
    let partition = |index| OffsetCommitRequestPartition {
        partition_index: index,
        committed_metadata: metadata.clone(),
        ..Default::default()
    };
    let topic = OffsetCommitRequestTopic {
        name: Str::from("wide"),
        partitions: (0..PARTITIONS).map(partition).collect(),
        ..Default::default()
    };
    let group_id = Str::from("large");
    let commit = OffsetCommitRequest {
        group_id: group_id.clone(),
        generation_id_or_member_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    };
    let client = cluster.connect(coordinator(&cluster, 1, "large"));
    client.call(commit, 8);
    let group = OffsetFetchRequestGroup { group_id, topics: None, ..Default::default() };
    let ask = |times| OffsetFetchRequest {
        groups: vec![group.clone(); times],
        ..OffsetFetchRequest::default()
    };
    let answer = client.call(ask(2), 8);
    assert_eq!(answer.groups[1].topics[0].partitions.len(), PARTITIONS as usize);
    assert!(client.is_closed_by(ask(40), 8), "80 MB of answer");
}
