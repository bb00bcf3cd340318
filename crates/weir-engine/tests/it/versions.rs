//! Every data and group API in every version that is advertised: its answer can be written, and
//! says what the newest one says.

use weir_wire::messages::api_versions_request::ApiVersionsRequest;
use weir_wire::messages::delete_groups_request::DeleteGroupsRequest;
use weir_wire::messages::delete_records_request::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use weir_wire::messages::describe_groups_request::DescribeGroupsRequest;
use weir_wire::messages::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;
use weir_wire::messages::heartbeat_request::HeartbeatRequest;
use weir_wire::messages::init_producer_id_request::InitProducerIdRequest;
use weir_wire::messages::join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol};
use weir_wire::messages::leave_group_request::{LeaveGroupRequest, MemberIdentity};
use weir_wire::messages::list_groups_request::ListGroupsRequest;
use weir_wire::messages::list_offsets_request::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use weir_wire::messages::offset_fetch_request::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use weir_wire::messages::offset_for_leader_epoch_request::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use weir_wire::messages::produce_request::{
    PartitionProduceData, ProduceRequest, TopicProduceData,
};
use weir_wire::messages::sync_group_request::SyncGroupRequest;
use weir_wire::records::BatchBuilder;
use weir_wire::{ErrorCode, Str, Uuid};

use crate::groups::{commit_request, coordinator};
use crate::harness::Cluster;

fn prepared() -> (Cluster, Uuid) {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    coordinator(&cluster, 1, "g");
    let id = cluster.engine.image().topic("t").unwrap().id();
    (cluster, id)
}

fn topic(name: &str) -> Str {
    Str::from(name)
}

#[test]
fn apis_are_advertised_as_kafka_does() {
    let (cluster, _) = prepared();
    let served = cluster.connect(1).call(ApiVersionsRequest::default(), 0).api_keys;
    let of = |key: i16| {
        let api = served.iter().find(|api| api.api_key == key);
        api.map(|api| (api.min_version, api.max_version))
    };
    let expected = [
        (0, (0, 13)),
        (1, (4, 18)),
        (2, (1, 11)),
        (8, (2, 10)),
        (9, (1, 10)),
        (10, (0, 6)),
        (11, (0, 9)),
        (12, (0, 4)),
        (13, (0, 5)),
        (14, (0, 5)),
        (15, (0, 6)),
        (16, (0, 5)),
        (21, (0, 2)),
        (22, (0, 5)),
        (23, (2, 4)),
        (24, (0, 5)),
        (25, (0, 4)),
        (26, (0, 5)),
        (27, (1, 2)),
        (28, (0, 6)),
        (42, (0, 3)),
        (47, (0, 0)),
        (61, (0, 0)),
        (65, (0, 0)),
        (66, (0, 2)),
        (68, (0, 1)),
        (69, (0, 1)),
        (88, (0, 1)),
        (89, (0, 1)),
        (93, (0, 0)),
    ];
    for (key, versions) in expected {
        assert_eq!(of(key), Some(versions), "API {key}");
    }
}

#[test]
fn produce_and_fetch_in_every_version() {
    let (cluster, id) = prepared();
    let client = cluster.connect(1);
    for version in 3..=13 {
        for (name, topic_id, error) in [
            ("t", id, ErrorCode::NONE),
            ("no", Uuid([9; 16]), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
        ] {
            let mut batch = BatchBuilder::new();
            batch.append(cluster.clock_ms(), None, Some(b"v"), &[]);
            let data = PartitionProduceData {
                records: Some(batch.build().unwrap().to_bytes()),
                ..Default::default()
            };
            let by_id = version >= 13;
            let topic = TopicProduceData {
                name: if by_id { Str::default() } else { topic(name) },
                topic_id: if by_id { topic_id } else { Uuid::ZERO },
                partition_data: vec![data],
                ..Default::default()
            };
            let request = ProduceRequest {
                acks: -1,
                timeout_ms: 1_000,
                topic_data: vec![topic],
                ..Default::default()
            };
            let answer = client.call(request, version).responses.remove(0);
            let code = ErrorCode(answer.partition_responses[0].error_code);
            let unknown_id = by_id && error != ErrorCode::NONE;
            let error = if unknown_id { ErrorCode::UNKNOWN_TOPIC_ID } else { error };
            assert_eq!(code, error, "version {version}");
        }
    }
    assert!(cluster.engine.image().topic("no").is_none(), "Produce creates nothing");
    for version in 4..=18 {
        let by_id = version >= 13;
        let request = FetchRequest {
            max_bytes: 1 << 20,
            min_bytes: 1,
            session_epoch: -1,
            topics: vec![FetchTopic {
                topic: if by_id { Str::default() } else { topic("t") },
                topic_id: if by_id { id } else { Uuid::ZERO },
                partitions: vec![FetchPartition {
                    fetch_offset: 3,
                    partition_max_bytes: 1 << 20,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        let answer = client.call(request, version);
        let partition = &answer.responses[0].partitions[0];
        assert_eq!((partition.error_code, partition.high_watermark), (0, 11), "version {version}");
        assert!(!partition.records.as_ref().unwrap().is_empty());
    }
}

#[test]
fn offsets_and_epochs_in_every_version() {
    let (cluster, _) = prepared();
    cluster.produce("t", "v", -1);
    let client = cluster.connect(1);
    for version in 1..=11 {
        let asked = ListOffsetsPartition { timestamp: -1, ..Default::default() };
        let topics = vec![ListOffsetsTopic {
            name: topic("t"),
            partitions: vec![asked],
            ..Default::default()
        }];
        let request = ListOffsetsRequest { replica_id: -1, topics, ..Default::default() };
        assert_eq!(client.call(request, version).topics[0].partitions[0].offset, 1, "{version}");
    }
    for version in 2..=4 {
        let asked = OffsetForLeaderPartition { leader_epoch: 0, ..Default::default() };
        let topics = vec![OffsetForLeaderTopic {
            topic: topic("t"),
            partitions: vec![asked],
            ..Default::default()
        }];
        let request = OffsetForLeaderEpochRequest { topics, ..Default::default() };
        let end = &client.call(request, version).topics[0].partitions[0];
        assert_eq!((end.error_code, end.end_offset), (0, 1), "{version}");
    }
    for version in 0..=2 {
        let asked = DeleteRecordsPartition { offset: -1, ..Default::default() };
        let topics = vec![DeleteRecordsTopic {
            name: topic("t"),
            partitions: vec![asked],
            ..Default::default()
        }];
        let request = DeleteRecordsRequest { topics, ..Default::default() };
        let low = &client.call(request, version).topics[0].partitions[0];
        assert_eq!((low.error_code, low.low_watermark), (0, 1), "{version}");
    }
}

#[test]
fn producer_ids_in_every_version_are_never_the_same() {
    let (cluster, _) = prepared();
    let mut seen = std::collections::HashSet::new();
    for version in 0..=5 {
        let request = InitProducerIdRequest { transactional_id: None, ..Default::default() };
        let answer = cluster.connect(1).call(request, version);
        assert_eq!((answer.error_code, answer.producer_epoch), (0, 0));
        assert!(seen.insert(answer.producer_id));
    }
    for (timeout, error) in [
        (60_000, ErrorCode::NOT_COORDINATOR),
        (900_001, ErrorCode::INVALID_TRANSACTION_TIMEOUT),
        (0, ErrorCode::INVALID_TRANSACTION_TIMEOUT),
    ] {
        let request = InitProducerIdRequest {
            transactional_id: Some(topic("tx")),
            transaction_timeout_ms: timeout,
            ..Default::default()
        };
        let answer = cluster.connect(1).call(request, 5);
        assert_eq!((ErrorCode(answer.error_code), answer.producer_id), (error, -1));
    }
}

#[test]
fn commits_and_offsets_in_every_version() {
    let (cluster, id) = prepared();
    let client = cluster.connect(1);
    for version in 2..=10 {
        let by_id = version >= 10;
        let mut request = commit_request("g", if by_id { "" } else { "t" }, &[i64::from(version)]);
        request.topics[0].topic_id = if by_id { id } else { Uuid::ZERO };
        request.topics[0].partitions[0].committed_leader_epoch = if version >= 6 { 0 } else { -1 };
        let answer = client.call(request, version);
        assert_eq!(answer.topics[0].partitions[0].error_code, 0, "version {version}");
    }
    for version in 1..=7 {
        for group in ["g", "nobody"] {
            let request = OffsetFetchRequest {
                group_id: topic(group),
                topics: Some(vec![OffsetFetchRequestTopic {
                    name: topic("t"),
                    partition_indexes: vec![0],
                    ..Default::default()
                }]),
                ..Default::default()
            };
            let partition = client.call(request, version).topics.remove(0).partitions.remove(0);
            let expected = if group == "g" { 10 } else { -1 };
            assert_eq!((partition.error_code, partition.committed_offset), (0, expected));
        }
    }
    for version in 8..=10 {
        let by_id = version >= 10;
        let wanted = OffsetFetchRequestTopics {
            name: if by_id { Str::default() } else { topic("t") },
            topic_id: if by_id { id } else { Uuid::ZERO },
            partition_indexes: vec![0],
            ..Default::default()
        };
        let group = |name: &str, topics| OffsetFetchRequestGroup {
            group_id: topic(name),
            topics,
            ..Default::default()
        };
        let groups = vec![group("g", Some(vec![wanted])), group("g", None), group("nobody", None)];
        let answer = client.call(OffsetFetchRequest { groups, ..Default::default() }, version);
        for one in &answer.groups[..2] {
            assert_eq!(one.topics[0].partitions[0].committed_offset, 10, "version {version}");
            assert_eq!(one.topics[0].topic_id, if by_id { id } else { Uuid::ZERO });
        }
        assert_eq!((answer.groups[2].error_code, answer.groups[2].topics.len()), (0, 0));
    }
}

#[test]
fn groups_in_every_version() {
    let (cluster, _) = prepared();
    let client = cluster.connect(1);
    for version in 0..=6 {
        let answer = match version {
            0..=3 => {
                let request = FindCoordinatorRequest { key: topic("g"), ..Default::default() };
                let found = client.call(request, version);
                (found.error_code, found.node_id)
            }
            _ => {
                let keys = vec![topic("g")];
                let request =
                    FindCoordinatorRequest { coordinator_keys: keys, ..Default::default() };
                let found = client.call(request, version).coordinators.remove(0);
                (found.error_code, found.node_id)
            }
        };
        assert_eq!(answer, (0, 1), "version {version}");
    }
    for version in 0..=9 {
        let group = format!("g{version}");
        let mut request = JoinGroupRequest {
            group_id: Str::from(&group),
            session_timeout_ms: 10_000,
            rebalance_timeout_ms: 10_000,
            protocol_type: topic("consumer"),
            protocols: vec![JoinGroupRequestProtocol {
                name: topic("range"),
                ..Default::default()
            }],
            ..Default::default()
        };
        let mut joined = client.call(request.clone(), version);
        if version >= 4 {
            request.member_id = joined.member_id;
            joined = client.call(request.clone(), version);
        }
        assert_eq!((joined.error_code, joined.generation_id), (0, 1), "version {version}");
        let member = joined.member_id;
        let unknown = JoinGroupRequest { member_id: topic("ghost"), ..request };
        let refused = client.call(unknown, version);
        assert_eq!(ErrorCode(refused.error_code), ErrorCode::UNKNOWN_MEMBER_ID);
        let sync = SyncGroupRequest {
            group_id: Str::from(&group),
            generation_id: 1,
            member_id: member.clone(),
            protocol_type: (version >= 5).then(|| topic("consumer")),
            protocol_name: (version >= 5).then(|| topic("range")),
            ..Default::default()
        };
        assert_eq!(client.call(sync, version.min(5)).error_code, 0, "version {version}");
        let beat = HeartbeatRequest {
            group_id: Str::from(&group),
            generation_id: 1,
            member_id: member.clone(),
            ..Default::default()
        };
        assert_eq!(client.call(beat, version.min(4)).error_code, 0);
        let version = version.min(5);
        let mut leave = LeaveGroupRequest { group_id: Str::from(&group), ..Default::default() };
        if version >= 3 {
            leave.members = vec![MemberIdentity { member_id: member, ..Default::default() }];
        } else {
            leave.member_id = member;
        }
        assert_eq!(client.call(leave.clone(), version).error_code, 0);
        let gone = client.call(leave, version);
        let code = if version >= 3 { gone.members[0].error_code } else { gone.error_code };
        assert_eq!(ErrorCode(code), ErrorCode::UNKNOWN_MEMBER_ID);
    }
}

#[test]
fn administration_of_groups_in_every_version() {
    let (cluster, _) = prepared();
    let client = cluster.connect(1);
    client.call(commit_request("g", "t", &[1]), 9);
    for version in 0..=6 {
        let request =
            DescribeGroupsRequest { groups: vec![topic("g"), topic("x")], ..Default::default() };
        let groups = client.call(request, version).groups;
        assert_eq!(&*groups[0].group_state, "Empty", "version {version}");
    }
    for version in 0..=5 {
        let groups = client.call(ListGroupsRequest::default(), version).groups;
        assert_eq!(&*groups[0].group_id, "g", "version {version}");
    }
    for version in 0..=3 {
        let request = DeleteGroupsRequest { groups_names: vec![topic("x")], ..Default::default() };
        let code = client.call(request, version).results[0].error_code;
        assert_eq!(ErrorCode(code), ErrorCode::GROUP_ID_NOT_FOUND);
    }
}
