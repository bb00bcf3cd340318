//! Share groups over frames: membership, acquiring, acknowledging, state, administration.

use weir_wire::messages::alter_share_group_offsets_request::{
    AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsRequestPartition,
    AlterShareGroupOffsetsRequestTopic,
};
use weir_wire::messages::consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest;
use weir_wire::messages::delete_groups_request::DeleteGroupsRequest;
use weir_wire::messages::delete_share_group_offsets_request::{
    DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsRequestTopic,
};
use weir_wire::messages::describe_share_group_offsets_request::{
    DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsRequestGroup,
};
use weir_wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use weir_wire::messages::join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol};
use weir_wire::messages::list_groups_request::ListGroupsRequest;
use weir_wire::messages::share_acknowledge_request as acknowledge;
use weir_wire::messages::share_acknowledge_request::ShareAcknowledgeRequest;
use weir_wire::messages::share_fetch_request::{
    self as fetch, FetchPartition, FetchTopic, ShareFetchRequest,
};
use weir_wire::messages::share_fetch_response::{PartitionData, ShareFetchResponse};
use weir_wire::messages::share_group_describe_request::ShareGroupDescribeRequest;
use weir_wire::messages::share_group_heartbeat_request::ShareGroupHeartbeatRequest;
use weir_wire::messages::share_group_heartbeat_response::ShareGroupHeartbeatResponse;
use weir_wire::{ErrorCode, Str, Uuid};

use crate::groups::coordinator;
use crate::harness::Cluster;
use crate::share_coordinator::read_state;

pub(crate) const GROUP: &str = "workers";
pub(crate) const ACCEPT: i8 = 1;
pub(crate) const RELEASE: i8 = 2;
pub(crate) const REJECT: i8 = 3;
const RENEW: i8 = 4;

fn beat(
    cluster: &Cluster,
    member: &str,
    epoch: i32,
    topics: &[&str],
) -> ShareGroupHeartbeatResponse {
    let broker = coordinator(cluster, 1, GROUP);
    let topics: Vec<Str> = topics.iter().map(|topic| Str::from(*topic)).collect();
    let request = ShareGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from(member),
        member_epoch: epoch,
        subscribed_topic_names: (!topics.is_empty()).then_some(topics),
        ..Default::default()
    };
    cluster.connect(broker).call(request, 1)
}

pub(crate) fn join(cluster: &Cluster, member: &str) -> ShareGroupHeartbeatResponse {
    let joined = beat(cluster, member, 0, &["jobs"]);
    assert_eq!(ErrorCode(joined.error_code), ErrorCode::NONE, "{:?}", joined.error_message);
    joined
}

pub(crate) fn configure(cluster: &Cluster, key: &str, value: &str) {
    let config = AlterableConfig {
        name: Str::from(key),
        value: Some(Str::from(value)),
        ..Default::default()
    };
    let resource = AlterConfigsResource {
        resource_type: 32,
        resource_name: Str::from(GROUP),
        configs: vec![config],
        ..Default::default()
    };
    let request =
        IncrementalAlterConfigsRequest { resources: vec![resource], ..Default::default() };
    let answer = cluster.connect(1).call(request, 1);
    let first = &answer.responses[0];
    assert_eq!(ErrorCode(first.error_code), ErrorCode::NONE, "{:?}", first.error_message);
}

/// A topic of one partition, an earliest group, `count` records of one batch each.
pub(crate) fn cluster_with(count: usize) -> Cluster {
    let cluster = Cluster::new(1);
    cluster.create("jobs", 1, &[]);
    configure(&cluster, "share.auto.offset.reset", "earliest");
    for n in 0..count {
        assert_eq!(cluster.produce("jobs", &format!("job {n}"), -1).0, ErrorCode::NONE);
    }
    cluster
}

pub(crate) fn topic_id(cluster: &Cluster) -> Uuid {
    cluster.engine.image().topic("jobs").unwrap().id()
}

pub(crate) struct Fetcher<'a> {
    cluster: &'a Cluster,
    member: &'static str,
    pub(crate) epoch: i32,
    pub(crate) partition: i32,
}

type Acks<'a> = &'a [(i64, i64, i8)];

impl Fetcher<'_> {
    fn request(&mut self, acks: Acks<'_>) -> ShareFetchRequest {
        let batches = acks.iter().map(|(first, last, kind)| fetch::AcknowledgementBatch {
            first_offset: *first,
            last_offset: *last,
            acknowledge_types: vec![*kind],
            ..Default::default()
        });
        let partition = FetchPartition {
            partition_index: self.partition,
            acknowledgement_batches: batches.collect(),
            ..Default::default()
        };
        let topic = FetchTopic {
            topic_id: topic_id(self.cluster),
            partitions: vec![partition],
            ..Default::default()
        };
        let request = ShareFetchRequest {
            group_id: Some(Str::from(GROUP)),
            member_id: Some(Str::from(self.member)),
            share_session_epoch: self.epoch,
            max_bytes: 1 << 20,
            max_records: 500,
            topics: vec![topic],
            ..Default::default()
        };
        self.epoch += 1;
        request
    }

    fn send(&self, request: ShareFetchRequest) -> ShareFetchResponse {
        self.cluster.connect(self.cluster.leader("jobs", 0)).call(request, 2)
    }

    /// Fetches; answers first and last offset and count of what was acquired.
    pub(crate) fn fetch(&mut self, acks: Acks<'_>) -> Vec<(i64, i64, i16)> {
        let request = self.request(acks);
        let response = self.send(request);
        assert_eq!(ErrorCode(response.error_code), ErrorCode::NONE);
        let Some(partition) = first(&response) else { return Vec::new() };
        assert_eq!(ErrorCode(partition.error_code), ErrorCode::NONE);
        assert_eq!(ErrorCode(partition.acknowledge_error_code), ErrorCode::NONE);
        let acquired = partition.acquired_records.iter();
        acquired.map(|run| (run.first_offset, run.last_offset, run.delivery_count)).collect()
    }

    fn error(&mut self, acks: Acks<'_>) -> ErrorCode {
        let request = self.request(acks);
        ErrorCode(self.send(request).error_code)
    }

    pub(crate) fn acknowledge(&mut self, first: i64, last: i64, kind: i8) -> ErrorCode {
        let batch = acknowledge::AcknowledgementBatch {
            first_offset: first,
            last_offset: last,
            acknowledge_types: vec![kind],
            ..Default::default()
        };
        let partition = acknowledge::AcknowledgePartition {
            partition_index: self.partition,
            acknowledgement_batches: vec![batch],
            ..Default::default()
        };
        let topic = acknowledge::AcknowledgeTopic {
            topic_id: topic_id(self.cluster),
            partitions: vec![partition],
            ..Default::default()
        };
        let request = ShareAcknowledgeRequest {
            group_id: Some(Str::from(GROUP)),
            member_id: Some(Str::from(self.member)),
            share_session_epoch: self.epoch,
            is_renew_ack: kind == RENEW,
            topics: vec![topic],
            ..Default::default()
        };
        self.epoch += 1;
        let leader = self.cluster.leader("jobs", 0);
        let response = self.cluster.connect(leader).call(request, 2);
        match response.responses.first() {
            None => ErrorCode(response.error_code),
            Some(topic) => ErrorCode(topic.partitions[0].error_code),
        }
    }
}

fn first(response: &ShareFetchResponse) -> Option<&PartitionData> {
    response.responses.first()?.partitions.first()
}

pub(crate) fn member<'a>(cluster: &'a Cluster, id: &'static str) -> Fetcher<'a> {
    join(cluster, id);
    Fetcher { cluster, member: id, epoch: 0, partition: 0 }
}

/// Start offset and lag of the group.
pub(crate) fn offsets(cluster: &Cluster) -> (i64, i64) {
    let group = DescribeShareGroupOffsetsRequestGroup {
        group_id: Str::from(GROUP),
        topics: None,
        ..Default::default()
    };
    let request = DescribeShareGroupOffsetsRequest { groups: vec![group], ..Default::default() };
    let broker = coordinator(cluster, 1, GROUP);
    let response = cluster.connect(broker).call(request, 1);
    let group = &response.groups[0];
    assert_eq!(ErrorCode(group.error_code), ErrorCode::NONE);
    let partition = &group.topics[0].partitions[0];
    (partition.start_offset, partition.lag)
}

#[test]
fn members_join_get_everything_and_leave() {
    let cluster = Cluster::new(1);
    cluster.create("jobs", 4, &[]);
    let first = join(&cluster, "a");
    let assigned = first.assignment.unwrap().topic_partitions;
    assert_eq!(assigned[0].partitions, [0, 1, 2, 3]);
    assert_eq!((first.member_epoch, first.heartbeat_interval_ms), (2, 5_000));
    join(&cluster, "b");
    let second = beat(&cluster, "a", 2, &[]);
    assert_eq!(
        (second.member_epoch, second.assignment.unwrap().topic_partitions[0].partitions.len()),
        (3, 2)
    );
    assert_eq!(beat(&cluster, "a", 3, &[]).assignment, None, "nothing new");
    assert_eq!(ErrorCode(beat(&cluster, "b", -1, &[]).error_code), ErrorCode::NONE);
    let alone = beat(&cluster, "a", 3, &[]);
    assert_eq!(alone.assignment.unwrap().topic_partitions[0].partitions.len(), 4);
}

#[test]
fn heartbeats_are_refused_as_kafka_refuses_them() {
    let cluster = Cluster::new(1);
    cluster.create("jobs", 1, &[]);
    let code = |answer: ShareGroupHeartbeatResponse| ErrorCode(answer.error_code);
    assert_eq!(code(beat(&cluster, "a", 1, &["jobs"])), ErrorCode::GROUP_ID_NOT_FOUND);
    assert_eq!(code(beat(&cluster, "a", 0, &[])), ErrorCode::INVALID_REQUEST);
    assert_eq!(code(beat(&cluster, "", 0, &["jobs"])), ErrorCode::INVALID_REQUEST);
    assert_eq!(code(beat(&cluster, "a", -2, &["jobs"])), ErrorCode::INVALID_REQUEST);
    join(&cluster, "a");
    assert_eq!(code(beat(&cluster, "b", 1, &[])), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(code(beat(&cluster, "b", -1, &[])), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(code(beat(&cluster, "a", 9, &[])), ErrorCode::FENCED_MEMBER_EPOCH);
    assert_eq!(code(beat(&cluster, "a", 0, &["jobs"])), ErrorCode::NONE, "its answer was lost");
}

#[test]
fn another_kind_of_group_keeps_its_id() {
    let cluster = cluster_with(0);
    join(&cluster, "a");
    let join = JoinGroupRequest {
        group_id: Str::from(GROUP),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 60_000,
        protocol_type: Str::from("consumer"),
        protocols: vec![JoinGroupRequestProtocol {
            name: Str::from("range"),
            ..Default::default()
        }],
        ..Default::default()
    };
    let answer = cluster.connect(1).call(join, 9);
    assert_eq!(ErrorCode(answer.error_code), ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
}

/// A consumer group's id: no share group is made beside it.
#[test]
fn offsets_of_another_kind_of_group_are_refused() {
    let cluster = Cluster::new(1);
    cluster.create("jobs", 1, &[]);
    coordinator(&cluster, 1, GROUP);
    let request = ConsumerGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from("c"),
        rebalance_timeout_ms: 30_000,
        subscribed_topic_names: Some(vec![Str::from("jobs")]),
        topic_partitions: Some(Vec::new()),
        ..Default::default()
    };
    assert_eq!(cluster.connect(1).call(request, 1).error_code, ErrorCode::NONE.0);
    assert_eq!(alter(&cluster, 0), ErrorCode::GROUP_ID_NOT_FOUND);
    assert_eq!(beat(&cluster, "a", 0, &["jobs"]).error_code, ErrorCode::GROUP_ID_NOT_FOUND.0);
}

#[test]
fn an_unknown_way_of_acquiring_is_an_error() {
    let cluster = cluster_with(1);
    let mut a = member(&cluster, "a");
    let request = ShareFetchRequest { share_acquire_mode: 5, ..a.request(&[]) };
    assert_eq!(ErrorCode(a.send(request).error_code), ErrorCode::UNKNOWN_SERVER_ERROR);
}

#[test]
fn a_silent_member_is_out_after_its_session() {
    let cluster = Cluster::new(1);
    cluster.create("jobs", 1, &[]);
    join(&cluster, "a");
    cluster.pass(44_000);
    assert_eq!(ErrorCode(beat(&cluster, "a", 2, &[]).error_code), ErrorCode::NONE);
    cluster.pass(46_000);
    assert_eq!(ErrorCode(beat(&cluster, "a", 2, &[]).error_code), ErrorCode::UNKNOWN_MEMBER_ID);
}

#[test]
fn a_group_whose_last_session_is_over_is_deleted_though_its_timer_is_late() {
    let cluster = Cluster::new(1);
    cluster.create("jobs", 1, &[]);
    join(&cluster, "a");
    // The engine is not ticked: no timer fires.
    cluster.clock.advance(45_000);
    let delete = DeleteGroupsRequest { groups_names: vec![Str::from(GROUP)], ..Default::default() };
    let answer = cluster.connect(1).call(delete, 2);
    assert_eq!(ErrorCode(answer.results[0].error_code), ErrorCode::NONE);
}

#[test]
fn records_are_shared_acknowledged_and_released() {
    let cluster = cluster_with(6);
    let mut a = member(&cluster, "a");
    let mut b = member(&cluster, "b");
    let given = a.fetch(&[]);
    assert_eq!(given.first().map(|run| run.0), Some(0));
    assert_eq!(given.last().map(|run| run.1), Some(5));
    assert_eq!(b.fetch(&[]), [], "they are a's");
    assert_eq!(a.acknowledge(0, 2, ACCEPT), ErrorCode::NONE);
    assert_eq!(a.acknowledge(3, 3, RELEASE), ErrorCode::NONE);
    assert_eq!(a.acknowledge(4, 4, REJECT), ErrorCode::NONE);
    assert_eq!(offsets(&cluster), (3, 2), "3 and 5 are not finished with");
    assert_eq!(b.fetch(&[]), [(3, 3, 2)]);
    assert_eq!(b.fetch(&[(3, 3, ACCEPT)]), []);
    assert_eq!(offsets(&cluster), (5, 1));
    assert_eq!(a.acknowledge(5, 5, ACCEPT), ErrorCode::NONE);
    assert_eq!(offsets(&cluster), (6, 0));
}

#[test]
fn wrong_acknowledgements_are_refused_whole() {
    let cluster = cluster_with(3);
    let mut a = member(&cluster, "a");
    let mut b = member(&cluster, "b");
    a.fetch(&[]);
    b.fetch(&[]);
    assert_eq!(b.acknowledge(0, 0, ACCEPT), ErrorCode::INVALID_RECORD_STATE);
    assert_eq!(a.acknowledge(0, 9, ACCEPT), ErrorCode::INVALID_REQUEST, "never given");
    assert_eq!(a.acknowledge(2, 1, ACCEPT), ErrorCode::INVALID_REQUEST);
    assert_eq!(a.acknowledge(0, 0, 9), ErrorCode::INVALID_REQUEST);
    assert_eq!(offsets(&cluster).0, 0);
    let request = a.request(&[(0, 1, ACCEPT), (0, 2, ACCEPT)]);
    let response = a.send(request);
    let partition = first(&response).unwrap();
    assert_eq!(ErrorCode(partition.acknowledge_error_code), ErrorCode::INVALID_REQUEST);
    assert_eq!(a.acknowledge(0, 2, ACCEPT), ErrorCode::NONE);
    assert_eq!(a.acknowledge(0, 2, ACCEPT), ErrorCode::NONE, "before the start: passes");
}

#[test]
fn sessions_have_epochs_and_a_limit() {
    let cluster = cluster_with(1);
    let mut a = member(&cluster, "a");
    a.epoch = 1;
    assert_eq!(a.error(&[]), ErrorCode::SHARE_SESSION_NOT_FOUND);
    a.epoch = -1;
    assert_eq!(a.error(&[(0, 0, ACCEPT)]), ErrorCode::SHARE_SESSION_NOT_FOUND);
    a.epoch = 0;
    assert_eq!(a.error(&[(0, 0, ACCEPT)]), ErrorCode::INVALID_REQUEST, "nothing was given yet");
    a.epoch = 0;
    assert_eq!(a.acknowledge(0, 0, ACCEPT), ErrorCode::INVALID_SHARE_SESSION_EPOCH);
    a.epoch = 0;
    assert_eq!(a.fetch(&[]), [(0, 0, 1)]);
    a.epoch = 5;
    assert_eq!(a.error(&[]), ErrorCode::INVALID_SHARE_SESSION_EPOCH);
    a.epoch = -1;
    assert_eq!(a.fetch(&[]), [], "a last request gives back and fetches nothing");
    a.epoch = 1;
    assert_eq!(a.error(&[]), ErrorCode::SHARE_SESSION_NOT_FOUND);
}

#[test]
fn what_a_closed_session_held_goes_to_others() {
    let cluster = cluster_with(2);
    let mut a = member(&cluster, "a");
    let mut b = member(&cluster, "b");
    assert_eq!(a.fetch(&[]).len(), 2);
    a.epoch = -1;
    assert_eq!(a.acknowledge(0, 0, ACCEPT), ErrorCode::NONE);
    assert_eq!(b.fetch(&[]), [(1, 1, 2)]);
}

#[test]
fn locks_end_renewed_ones_later_and_the_last_delivery_archives() {
    let cluster = cluster_with(2);
    configure(&cluster, "share.record.lock.duration.ms", "15000");
    configure(&cluster, "share.delivery.count.limit", "2");
    let mut a = member(&cluster, "a");
    let mut b = member(&cluster, "b");
    a.fetch(&[]);
    cluster.pass(10_000);
    assert_eq!(a.acknowledge(1, 1, RENEW), ErrorCode::NONE);
    cluster.pass(6_000);
    assert_eq!(b.fetch(&[]), [(0, 0, 2)], "the other was renewed");
    cluster.pass(16_000);
    assert_eq!(b.fetch(&[]), [(1, 1, 2)], "the first was delivered twice: it is archived");
    assert_eq!(offsets(&cluster).0, 1);
}

#[test]
fn a_parked_fetch_is_woken_by_new_and_by_released_records() {
    let cluster = cluster_with(1);
    let mut a = member(&cluster, "a");
    let mut b = member(&cluster, "b");
    a.fetch(&[]);
    b.fetch(&[]);
    let request = ShareFetchRequest { max_wait_ms: 500, ..b.request(&[]) };
    let client = cluster.connect(1);
    let mut parked = client.park(request, 2);
    assert!(parked.poll().is_none());
    assert_eq!(a.acknowledge(0, 0, RELEASE), ErrorCode::NONE);
    let response = parked.poll().expect("woken by the release");
    assert_eq!(first(&response).unwrap().acquired_records[0].delivery_count, 2);
    let request = ShareFetchRequest { max_wait_ms: 500, ..b.request(&[]) };
    let mut parked = client.park(request, 2);
    assert!(parked.poll().is_none());
    cluster.produce("jobs", "new", -1);
    let response = parked.poll().expect("woken by the record");
    assert_eq!(first(&response).unwrap().acquired_records[0].first_offset, 1);
    let request = ShareFetchRequest { max_wait_ms: 500, ..b.request(&[]) };
    let mut parked = client.park(request, 2);
    assert!(parked.poll().is_none());
    cluster.pass(600);
    assert!(parked.poll().expect("its time is over").responses.is_empty());
}

#[test]
fn everything_survives_a_restart() {
    let mut cluster = cluster_with(6);
    {
        let mut a = member(&cluster, "a");
        a.fetch(&[]);
        assert_eq!(a.acknowledge(0, 1, ACCEPT), ErrorCode::NONE);
        assert_eq!(a.acknowledge(3, 3, ACCEPT), ErrorCode::NONE);
        assert_eq!(a.acknowledge(4, 4, RELEASE), ErrorCode::NONE);
    }
    cluster.restart();
    assert_eq!(offsets(&cluster), (2, 3));
    let mut b = member(&cluster, "b");
    assert_eq!(b.fetch(&[]), [(2, 2, 1), (4, 4, 2), (5, 5, 1)]);
    let stays = beat(&cluster, "a", 2, &[]);
    assert_eq!(ErrorCode(stays.error_code), ErrorCode::NONE, "members survive");
    assert_eq!(stays.member_epoch, 3);
}

#[test]
fn state_and_group_move_with_their_leaders() {
    let cluster = Cluster::new(3);
    cluster.create("jobs", 1, &[]);
    configure(&cluster, "share.auto.offset.reset", "earliest");
    for n in 0..4 {
        cluster.produce("jobs", &format!("{n}"), -1);
    }
    let mut a = member(&cluster, "a");
    assert_eq!(a.fetch(&[]).len(), 4);
    assert_eq!(a.acknowledge(0, 1, ACCEPT), ErrorCode::NONE);
    let before = cluster.leader("jobs", 0);
    cluster.engine.stop_broker(before).unwrap();
    let asked = (1..=3).find(|broker| *broker != before).unwrap();
    assert_ne!(cluster.leader("jobs", 0), before);
    assert_eq!(a.error(&[]), ErrorCode::SHARE_SESSION_NOT_FOUND, "sessions are a broker's");
    a.epoch = 0;
    assert_eq!(a.fetch(&[]), [(2, 2, 1), (3, 3, 1)], "what was only acquired comes again");
    let broker = coordinator(&cluster, asked, GROUP);
    let request = ShareGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from("a"),
        member_epoch: 2,
        ..Default::default()
    };
    assert_eq!(ErrorCode(cluster.connect(broker).call(request, 1).error_code), ErrorCode::NONE);
}

#[test]
fn groups_are_listed_described_and_deleted() {
    let cluster = cluster_with(1);
    let mut a = member(&cluster, "a");
    a.fetch(&[]);
    let listed = cluster.connect(1).call(ListGroupsRequest::default(), 5);
    let group = &listed.groups[0];
    assert_eq!(
        (&*group.group_type, &*group.group_state, &*group.protocol_type),
        ("share", "Stable", "share")
    );
    let request = ShareGroupDescribeRequest {
        group_ids: vec![Str::from(GROUP), Str::from("none")],
        ..Default::default()
    };
    let described = cluster.connect(1).call(request, 1).groups;
    assert_eq!(&*described[0].assignor_name, "simple");
    assert_eq!(described[0].members[0].assignment.topic_partitions[0].partitions, [0]);
    assert_eq!(ErrorCode(described[1].error_code), ErrorCode::GROUP_ID_NOT_FOUND);
    let delete = DeleteGroupsRequest { groups_names: vec![Str::from(GROUP)], ..Default::default() };
    let answer = cluster.connect(1).call(delete.clone(), 2);
    assert_eq!(ErrorCode(answer.results[0].error_code), ErrorCode::NON_EMPTY_GROUP);
    beat(&cluster, "a", -1, &[]);
    let answer = cluster.connect(1).call(delete.clone(), 2);
    assert_eq!(ErrorCode(answer.results[0].error_code), ErrorCode::NONE);
    let answer = cluster.connect(1).call(delete, 2);
    assert_eq!(ErrorCode(answer.results[0].error_code), ErrorCode::GROUP_ID_NOT_FOUND);
    let code = read_state(&cluster, 5);
    assert_eq!(code, ErrorCode::INVALID_REQUEST, "its state is gone");
}

fn alter(cluster: &Cluster, offset: i64) -> ErrorCode {
    let partition =
        AlterShareGroupOffsetsRequestPartition { start_offset: offset, ..Default::default() };
    let topic = AlterShareGroupOffsetsRequestTopic {
        topic_name: Str::from("jobs"),
        partitions: vec![partition],
        ..Default::default()
    };
    let request = AlterShareGroupOffsetsRequest {
        group_id: Str::from(GROUP),
        topics: vec![topic],
        ..Default::default()
    };
    let answer = cluster.connect(1).call(request, 0);
    match answer.responses.first() {
        None => ErrorCode(answer.error_code),
        Some(topic) => ErrorCode(topic.partitions[0].error_code),
    }
}

fn delete_offsets(cluster: &Cluster, topic: &str) -> ErrorCode {
    let topic =
        DeleteShareGroupOffsetsRequestTopic { topic_name: Str::from(topic), ..Default::default() };
    let request = DeleteShareGroupOffsetsRequest {
        group_id: Str::from(GROUP),
        topics: vec![topic],
        ..Default::default()
    };
    let answer = cluster.connect(1).call(request, 0);
    match answer.responses.first() {
        None => ErrorCode(answer.error_code),
        Some(topic) => ErrorCode(topic.error_code),
    }
}

#[test]
fn offsets_of_an_empty_group_are_reset_and_deleted() {
    let cluster = cluster_with(4);
    let mut a = member(&cluster, "a");
    a.fetch(&[]);
    assert_eq!(a.acknowledge(0, 3, ACCEPT), ErrorCode::NONE);
    assert_eq!(alter(&cluster, 1), ErrorCode::NON_EMPTY_GROUP);
    assert_eq!(delete_offsets(&cluster, "jobs"), ErrorCode::NON_EMPTY_GROUP);
    beat(&cluster, "a", -1, &[]);
    assert_eq!(alter(&cluster, 1), ErrorCode::NONE);
    assert_eq!(offsets(&cluster), (1, 3));
    let mut b = member(&cluster, "b");
    assert_eq!(b.fetch(&[]).first().map(|run| run.0), Some(1));
    beat(&cluster, "b", -1, &[]);
    assert_eq!(delete_offsets(&cluster, "other"), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(delete_offsets(&cluster, "jobs"), ErrorCode::NONE);
    assert_eq!(delete_offsets(&cluster, "jobs"), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

#[test]
fn a_strict_fetch_never_gives_more_than_asked() {
    let cluster = cluster_with(5);
    let mut a = member(&cluster, "a");
    let request = ShareFetchRequest { max_records: 2, share_acquire_mode: 1, ..a.request(&[]) };
    let response = a.send(request);
    let given: i64 = first(&response)
        .unwrap()
        .acquired_records
        .iter()
        .map(|run| run.last_offset - run.first_offset + 1)
        .sum();
    assert_eq!(given, 2);
}
