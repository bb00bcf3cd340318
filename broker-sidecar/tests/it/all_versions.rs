//! Every API that the broker advertises answers in every version that it advertises: an answer that a version
//! cannot carry would close the connection of an older client.
mod administration;
mod modern_groups;
mod streams_groups;
mod transactions;

use std::collections::BTreeSet;

use bytes::Bytes;
use weir_wire::messages::{
    api_versions_request::ApiVersionsRequest,
    create_partitions_request::{CreatePartitionsRequest, CreatePartitionsTopic},
    create_topics_request::{CreatableTopic, CreateTopicsRequest},
    delete_groups_request::DeleteGroupsRequest,
    delete_records_request::{DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic},
    delete_topics_request::{DeleteTopicState, DeleteTopicsRequest},
    describe_cluster_request::DescribeClusterRequest,
    describe_configs_request::{DescribeConfigsRequest, DescribeConfigsResource},
    describe_groups_request::DescribeGroupsRequest,
    describe_log_dirs_request::DescribeLogDirsRequest,
    describe_quorum_request::{self, DescribeQuorumRequest},
    describe_topic_partitions_request::{DescribeTopicPartitionsRequest, TopicRequest},
    elect_leaders_request::{self, ElectLeadersRequest},
    fetch_request::{FetchPartition, FetchRequest, FetchTopic},
    find_coordinator_request::FindCoordinatorRequest,
    heartbeat_request::HeartbeatRequest,
    incremental_alter_configs_request::{
        AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
    },
    init_producer_id_request::InitProducerIdRequest,
    join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol},
    leave_group_request::{LeaveGroupRequest, MemberIdentity},
    list_groups_request::ListGroupsRequest,
    list_offsets_request::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic},
    metadata_request::{MetadataRequest, MetadataRequestTopic},
    offset_commit_request::{
        OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
    },
    offset_delete_request::OffsetDeleteRequest,
    offset_fetch_request::{
        OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic,
        OffsetFetchRequestTopics,
    },
    offset_for_leader_epoch_request::{
        OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
    },
    produce_request::{PartitionProduceData, ProduceRequest, TopicProduceData},
    sync_group_request::SyncGroupRequest,
};
use weir_wire::records::BatchBuilder;
use weir_wire::{Request, Str, Uuid};

use crate::asking::Asking;
use crate::process::{Broker, LONG, wait_for};

const TOPIC: &str = "every-version";

/// Asks one API in all its versions and keeps what does not work.
struct Round {
    asking: Asking,
    port: u16,
    asked: BTreeSet<i16>,
    failures: Vec<String>,
}

impl Round {
    fn api<R: Request>(
        &mut self,
        request: impl Fn(i16) -> R,
        right: impl Fn(&R::Response, i16) -> bool,
    ) where
        R::Response: std::fmt::Debug,
    {
        self.asked.insert(R::KEY as i16);
        for version in self.asking.versions::<R>() {
            match self.asking.ask(&request(version), version) {
                Ok(answer) if right(&answer, version) => {}
                Ok(answer) => self.failures.push(format!("{} v{version}: {answer:?}", R::NAME)),
                Err(e) => {
                    self.failures.push(format!("{} v{version}: {e}", R::NAME));
                    self.asking = Asking::connect(self.port);
                }
            }
        }
    }
}

fn name() -> Str {
    Str::from(TOPIC)
}

/// The topic's id, where the version asks by id.
fn by_id(id: Uuid, version: i16, from: i16) -> (Str, Uuid) {
    if version >= from { (Str::default(), id) } else { (name(), Uuid::ZERO) }
}

fn batch() -> Bytes {
    let mut builder = BatchBuilder::new();
    builder.append(1_790_000_000_000, Some(b"k"), Some(b"v"), &[(b"h", None)]);
    builder.build().unwrap().to_bytes()
}

#[test]
fn every_advertised_version_of_every_api_answers() {
    let temp = tempfile::tempdir().unwrap();
    let broker = Broker::start(temp.path(), &["--port", "0"]);
    let port = broker.ready.brokers[0].port;
    let asking = Asking::connect(port);
    let mut round = Round { asking, port, asked: BTreeSet::new(), failures: Vec::new() };
    cluster(&mut round);
    let id = topics(&mut round);
    records(&mut round, id);
    groups(&mut round, id);
    admin(&mut round);
    administration::ask(&mut round);
    transactions::ask(&mut round);
    modern_groups::ask(&mut round, id);
    streams_groups::ask(&mut round);
    let advertised: BTreeSet<i16> = round.asking.advertised.keys().copied().collect();
    assert_eq!(round.asked, advertised, "every advertised API has its case here");
    assert!(round.failures.is_empty(), "{}", round.failures.join("\n"));
}

fn cluster(round: &mut Round) {
    round.api(
        |v| ApiVersionsRequest {
            client_software_name: Str::from(if v >= 3 { "asking" } else { "" }),
            client_software_version: Str::from(if v >= 3 { "1" } else { "" }),
            ..Default::default()
        },
        |a, _| a.error_code == 0 && a.api_keys.len() > 20,
    );
    round.api(|_| DescribeClusterRequest::default(), |a, _| a.brokers.len() == 1);
    let partition = || describe_quorum_request::PartitionData::default();
    round.api(
        |_| DescribeQuorumRequest {
            topics: vec![describe_quorum_request::TopicData {
                topic_name: Str::from("__cluster_metadata"),
                partitions: vec![partition()],
                ..Default::default()
            }],
            ..Default::default()
        },
        |a, _| a.error_code == 0 && a.topics[0].partitions[0].leader_id >= 3_000,
    );
}

/// Creates one topic a version, and the one that the others read; returns its id.
fn topics(round: &mut Round) -> Uuid {
    let create = |name: String| CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: Str::from(name),
            num_partitions: 1,
            replication_factor: 1,
            ..Default::default()
        }],
        timeout_ms: 5_000,
        ..Default::default()
    };
    round.api(|v| create(format!("made-{v}")), |a, _| a.topics[0].error_code == 0);
    round.asking.ask(&create(TOPIC.to_owned()), 7).unwrap();
    let metadata = |_| MetadataRequest {
        topics: Some(vec![MetadataRequestTopic { name: Some(name()), ..Default::default() }]),
        ..Default::default()
    };
    round.api(metadata, |a, _| a.topics[0].error_code == 0 && a.topics[0].partitions.len() == 1);
    let more = |v: i16| CreatePartitionsRequest {
        topics: vec![CreatePartitionsTopic {
            name: Str::from("made-7"),
            count: i32::from(v) + 2,
            assignments: None,
            ..Default::default()
        }],
        timeout_ms: 5_000,
        ..Default::default()
    };
    round.api(more, |a, _| a.results[0].error_code == 0);
    let described = |_| DescribeTopicPartitionsRequest {
        topics: vec![TopicRequest { name: name(), ..Default::default() }],
        response_partition_limit: 10,
        ..Default::default()
    };
    round.api(described, |a, _| a.topics[0].error_code == 0);
    let delete = |v: i16| {
        let doomed = Str::from(format!("made-{}", v + 1));
        let state = DeleteTopicState { name: Some(doomed.clone()), ..Default::default() };
        DeleteTopicsRequest {
            topics: if v >= 6 { vec![state] } else { Vec::new() },
            topic_names: if v >= 6 { Vec::new() } else { vec![doomed] },
            timeout_ms: 5_000,
            ..Default::default()
        }
    };
    round.api(delete, |a, _| a.responses.len() == 1);
    round.asking.ask(&metadata(12), 12).unwrap().topics[0].topic_id
}

fn records(round: &mut Round, id: Uuid) {
    let produce = |v: i16| {
        let (name, topic_id) = by_id(id, v, 13);
        let partition = PartitionProduceData { records: Some(batch()), ..Default::default() };
        let partition_data = vec![partition];
        ProduceRequest {
            acks: -1,
            timeout_ms: 5_000,
            topic_data: vec![TopicProduceData {
                name,
                topic_id,
                partition_data,
                ..Default::default()
            }],
            ..Default::default()
        }
    };
    round.api(produce, |a, _| a.responses[0].partition_responses[0].error_code == 0);
    let fetch = |v: i16| {
        let (topic, topic_id) = by_id(id, v, 13);
        let partition = FetchPartition { partition_max_bytes: 1 << 20, ..Default::default() };
        let partitions = vec![partition];
        FetchRequest {
            max_wait_ms: 500,
            min_bytes: 1,
            topics: vec![FetchTopic { topic, topic_id, partitions, ..Default::default() }],
            ..Default::default()
        }
    };
    round.api(fetch, |a, _| {
        let partition = &a.responses[0].partitions[0];
        partition.error_code == 0 && partition.records.as_ref().is_some_and(|r| r.len() > 60)
    });
    let offsets = |_| {
        let latest = ListOffsetsPartition { timestamp: -1, ..Default::default() };
        let topic =
            ListOffsetsTopic { name: name(), partitions: vec![latest], ..Default::default() };
        ListOffsetsRequest { topics: vec![topic], ..Default::default() }
    };
    round.api(offsets, |a, _| a.topics[0].partitions[0].offset > 0);
    let epoch = |_| {
        let partitions = vec![OffsetForLeaderPartition::default()];
        let topic = OffsetForLeaderTopic { topic: name(), partitions, ..Default::default() };
        OffsetForLeaderEpochRequest { topics: vec![topic], ..Default::default() }
    };
    round.api(epoch, |a, _| a.topics[0].partitions[0].error_code == 0);
    let remove = |_| {
        let partitions = vec![DeleteRecordsPartition { offset: 1, ..Default::default() }];
        let topic = DeleteRecordsTopic { name: name(), partitions, ..Default::default() };
        DeleteRecordsRequest { topics: vec![topic], timeout_ms: 5_000, ..Default::default() }
    };
    round.api(remove, |a, _| a.topics[0].partitions[0].low_watermark == 1);
    let producer = |_| InitProducerIdRequest { transactional_id: None, ..Default::default() };
    round.api(producer, |a, _| a.error_code == 0 && a.producer_id >= 0);
}

fn groups(round: &mut Round, id: Uuid) {
    let find = |v: i16| {
        let mut request = FindCoordinatorRequest::default();
        if v >= 4 {
            request.coordinator_keys = vec![Str::from("g")];
        } else {
            request.key = Str::from("g");
        }
        request
    };
    // The first one makes the topic of offsets and may say "not yet".
    wait_for("a coordinator", LONG, || {
        (round.asking.ask(&find(3), 3).unwrap().error_code == 0).then_some(())
    });
    round.api(
        find,
        |a, v| if v >= 4 { a.coordinators[0].error_code == 0 } else { a.error_code == 0 },
    );
    let join = |v: i16| JoinGroupRequest {
        group_id: Str::from(format!("g-{v}")),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: if v >= 1 { 10_000 } else { -1 },
        protocol_type: Str::from("consumer"),
        protocols: vec![JoinGroupRequestProtocol {
            name: Str::from("range"),
            ..Default::default()
        }],
        ..Default::default()
    };
    const MEMBER_ID_REQUIRED: i16 = 79;
    round.api(join, |a, v| a.error_code == if v >= 4 { MEMBER_ID_REQUIRED } else { 0 });
    const UNKNOWN_MEMBER_ID: i16 = 25;
    let sync = |v: i16| SyncGroupRequest {
        group_id: Str::from("g-0"),
        member_id: Str::from("?"),
        protocol_type: (v >= 5).then(|| Str::from("consumer")),
        protocol_name: (v >= 5).then(|| Str::from("range")),
        ..Default::default()
    };
    round.api(sync, |a, _| a.error_code == UNKNOWN_MEMBER_ID);
    let beat = |_| HeartbeatRequest {
        group_id: Str::from("g-0"),
        member_id: Str::from("?"),
        ..Default::default()
    };
    round.api(beat, |a, _| a.error_code == UNKNOWN_MEMBER_ID);
    let leave = |v: i16| {
        let mut request = LeaveGroupRequest { group_id: Str::from("g-0"), ..Default::default() };
        if v >= 3 {
            request.members =
                vec![MemberIdentity { member_id: Str::from("?"), ..Default::default() }];
        } else {
            request.member_id = Str::from("?");
        }
        request
    };
    let code = |a: i16, members: &[i16]| *members.first().unwrap_or(&a) == UNKNOWN_MEMBER_ID;
    round.api(leave, |a, _| {
        code(a.error_code, &a.members.iter().map(|m| m.error_code).collect::<Vec<_>>())
    });
    offsets_of_groups(round, id);
    round.api(|_| ListGroupsRequest::default(), |a, _| a.error_code == 0 && !a.groups.is_empty());
    let describe =
        |_| DescribeGroupsRequest { groups: vec![Str::from("g-0")], ..Default::default() };
    round.api(describe, |a, _| a.groups[0].error_code == 0 && a.groups[0].members.len() == 1);
    let forget = |_| OffsetDeleteRequest { group_id: Str::from("g"), ..Default::default() };
    round.api(forget, |a, _| a.error_code == 0);
    let delete =
        |_| DeleteGroupsRequest { groups_names: vec![Str::from("g")], ..Default::default() };
    round.api(delete, |a, _| a.results.len() == 1);
}

fn offsets_of_groups(round: &mut Round, id: Uuid) {
    let commit = |v: i16| {
        let (name, topic_id) = by_id(id, v, 10);
        let partition = OffsetCommitRequestPartition { committed_offset: 1, ..Default::default() };
        let partitions = vec![partition];
        OffsetCommitRequest {
            group_id: Str::from("g"),
            generation_id_or_member_epoch: -1,
            topics: vec![OffsetCommitRequestTopic {
                name,
                topic_id,
                partitions,
                ..Default::default()
            }],
            ..Default::default()
        }
    };
    round.api(commit, |a, _| a.topics[0].partitions[0].error_code == 0);
    let fetch = |v: i16| {
        let mut request = OffsetFetchRequest::default();
        if v >= 8 {
            let (name, topic_id) = by_id(id, v, 10);
            let partition_indexes = vec![0];
            let topic = OffsetFetchRequestTopics {
                name,
                topic_id,
                partition_indexes,
                ..Default::default()
            };
            let group_id = Str::from("g");
            let topics = Some(vec![topic]);
            request.groups =
                vec![OffsetFetchRequestGroup { group_id, topics, ..Default::default() }];
        } else {
            request.group_id = Str::from("g");
            let partition_indexes = vec![0];
            let topic =
                OffsetFetchRequestTopic { name: name(), partition_indexes, ..Default::default() };
            request.topics = Some(vec![topic]);
        }
        request
    };
    round.api(fetch, |a, v| {
        let offset = match v >= 8 {
            true => a.groups[0].topics[0].partitions[0].committed_offset,
            false => a.topics[0].partitions[0].committed_offset,
        };
        offset == 1
    });
}

fn admin(round: &mut Round) {
    let resource = |kind, name: &str| DescribeConfigsResource {
        resource_type: kind,
        resource_name: Str::from(name),
        ..Default::default()
    };
    let configs = |v: i16| DescribeConfigsRequest {
        resources: vec![resource(2, TOPIC), resource(4, "1")],
        include_synonyms: true,
        include_documentation: v >= 3,
        ..Default::default()
    };
    round.api(configs, |a, _| a.results[0].configs.len() > 30 && a.results[1].configs.len() > 300);
    let alter = |_| IncrementalAlterConfigsRequest {
        resources: vec![AlterConfigsResource {
            resource_type: 2,
            resource_name: name(),
            configs: vec![AlterableConfig {
                name: Str::from("retention.ms"),
                value: Some(Str::from("5000")),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    round.api(alter, |a, _| a.responses[0].error_code == 0);
    let dirs = |_| DescribeLogDirsRequest { topics: None, ..Default::default() };
    round.api(dirs, |a, _| a.results.len() == 1 && a.results[0].error_code == 0);
    const ELECTION_NOT_NEEDED: i16 = 84;
    let elect = |_| {
        let partitions = elect_leaders_request::TopicPartitions {
            topic: name(),
            partitions: vec![0],
            ..Default::default()
        };
        let topic_partitions = Some(vec![partitions]);
        ElectLeadersRequest { topic_partitions, timeout_ms: 5_000, ..Default::default() }
    };
    round.api(elect, |a, _| {
        a.replica_election_results[0].partition_result[0].error_code == ELECTION_NOT_NEEDED
    });
}
