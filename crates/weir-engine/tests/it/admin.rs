//! Topics and configurations over the wire.

use weir_wire::ErrorCode;
use weir_wire::Str;
use weir_wire::messages::api_versions_request::ApiVersionsRequest;
use weir_wire::messages::create_partitions_request::{
    CreatePartitionsRequest, CreatePartitionsTopic,
};
use weir_wire::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreateTopicsRequest,
};
use weir_wire::messages::delete_topics_request::{DeleteTopicState, DeleteTopicsRequest};
use weir_wire::messages::describe_configs_request::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use weir_wire::messages::describe_configs_response::DescribeConfigsResourceResult;
use weir_wire::messages::describe_topic_partitions_request::{
    Cursor, DescribeTopicPartitionsRequest,
};
use weir_wire::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};

use crate::harness::Cluster;

#[test]
fn what_is_served_is_advertised() {
    let cluster = Cluster::new(1);
    let response = cluster.connect(1).call(ApiVersionsRequest::default(), 0);
    let versions = |key: i16| {
        let found = response.api_keys.iter().find(|api| api.api_key == key);
        found.map(|api| (api.min_version, api.max_version))
    };
    assert_eq!(versions(0), Some((0, 13)), "Produce from 0: librdkafka compresses only then");
    assert_eq!(versions(18), Some((0, 5)));
    assert_eq!(versions(24), Some((0, 5)));
    let software = ApiVersionsRequest {
        client_software_name: Str::from("weir"),
        client_software_version: Str::from("1.0"),
        ..Default::default()
    };
    let response = cluster.connect(1).call(software, 4);
    let level = |name: &str| {
        let all = &response.finalized_features;
        all.iter().find(|f| f.name == name).map(|f| f.max_version_level)
    };
    assert_eq!(level("metadata.version"), Some(33));
    assert_eq!(level("eligible.leader.replicas.version"), Some(1));
}

#[test]
fn valid_topics_are_made_beside_refused_ones() {
    let cluster = Cluster::new(3);
    let topic = |name: &str, partitions: i32, factor: i16| CreatableTopic {
        name: Str::from(name),
        num_partitions: partitions,
        replication_factor: factor,
        ..Default::default()
    };
    let manual = |brokers: &[i32]| CreatableTopic {
        assignments: vec![CreatableReplicaAssignment {
            partition_index: 0,
            broker_ids: brokers.to_vec(),
            ..Default::default()
        }],
        ..topic(&format!("manual-{}", brokers.len()), -1, -1)
    };
    let topics = vec![
        topic("good", -1, -1),
        topic("too.many", 1, 4),
        topic("zero", 0, 1),
        topic("bad name", 1, 1),
        topic("twice", 1, 1),
        topic("twice", 1, 1),
        manual(&[3, 1]),
        manual(&[3, 1, 3]),
    ];
    let request = CreateTopicsRequest { topics, ..Default::default() };
    let response = cluster.connect(2).call(request.clone(), 7);
    let code = |name: &str| {
        let result = response.topics.iter().find(|t| t.name == name);
        ErrorCode(result.unwrap_or_else(|| panic!("no result for {name}")).error_code)
    };
    assert_eq!(code("good"), ErrorCode::NONE);
    assert_eq!(code("too.many"), ErrorCode::INVALID_REPLICATION_FACTOR);
    assert_eq!(code("zero"), ErrorCode::INVALID_PARTITIONS);
    assert_eq!(code("bad name"), ErrorCode::INVALID_TOPIC_EXCEPTION);
    assert_eq!(code("twice"), ErrorCode::INVALID_REQUEST);
    assert_eq!(code("manual-2"), ErrorCode::NONE);
    assert_eq!(code("manual-3"), ErrorCode::INVALID_REPLICA_ASSIGNMENT);
    let good = response.topics.iter().find(|t| t.name == "good").unwrap();
    assert_eq!((good.num_partitions, good.replication_factor), (3, 3), "the local profile");
    assert!(good.configs.as_ref().unwrap().iter().any(|c| c.name == "retention.ms"));
    assert_eq!(cluster.leader("manual-2", 0), 3);
    let again = cluster.connect(2).call(request, 7);
    let good = again.topics.iter().find(|t| t.name == "good").unwrap();
    assert_eq!(ErrorCode(good.error_code), ErrorCode::TOPIC_ALREADY_EXISTS);
}

#[test]
fn a_dry_run_makes_nothing_and_names_may_not_collide() {
    let cluster = Cluster::new(1);
    let request = |name: &str, validate_only| CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: Str::from(name),
            num_partitions: 1,
            replication_factor: 1,
            ..Default::default()
        }],
        validate_only,
        ..Default::default()
    };
    let client = cluster.connect(1);
    let code = |name, dry| ErrorCode(client.call(request(name, dry), 7).topics[0].error_code);
    assert_eq!(code("a.b", true), ErrorCode::NONE);
    assert!(cluster.engine.image().topic("a.b").is_none());
    assert_eq!(code("a.b", false), ErrorCode::NONE);
    assert_eq!(code("a_b", false), ErrorCode::INVALID_TOPIC_EXCEPTION);
    assert_eq!(code("a-b", false), ErrorCode::NONE);
}

#[test]
fn deleting_a_topic_removes_its_files_and_frees_its_name() {
    let mut cluster = Cluster::new(1);
    cluster.create("orders", 1, &[]);
    assert_eq!(cluster.produce("orders", "one", -1), (ErrorCode::NONE, 0));
    let id = cluster.engine.image().topic("orders").unwrap().id();
    let by_id = DeleteTopicsRequest {
        topics: vec![DeleteTopicState { topic_id: id, ..Default::default() }],
        ..Default::default()
    };
    let response = cluster.connect(1).call(by_id.clone(), 6);
    assert_eq!(ErrorCode(response.responses[0].error_code), ErrorCode::NONE);
    assert_eq!(response.responses[0].name, Some(Str::from("orders")));
    let again = cluster.connect(1).call(by_id, 6);
    assert_eq!(ErrorCode(again.responses[0].error_code), ErrorCode::UNKNOWN_TOPIC_ID);
    cluster.create("orders", 1, &[]);
    assert_eq!(cluster.produce("orders", "two", -1), (ErrorCode::NONE, 0), "a new log");
    cluster.pass(3_000);
    let left = cluster.fs.files().iter().any(|f| f.display().to_string().contains("-delete"));
    assert!(!left, "{:?}", cluster.fs.files());
    cluster.restart();
    assert_eq!(cluster.produce("orders", "three", -1), (ErrorCode::NONE, 1));
}

#[test]
fn partitions_are_added_and_never_taken_away() {
    let cluster = Cluster::new(3);
    cluster.create("orders", 2, &[]);
    let request = |count| CreatePartitionsRequest {
        topics: vec![CreatePartitionsTopic {
            name: Str::from("orders"),
            count,
            assignments: None,
            ..Default::default()
        }],
        ..Default::default()
    };
    let code = |count| ErrorCode(cluster.connect(1).call(request(count), 3).results[0].error_code);
    assert_eq!(code(1), ErrorCode::INVALID_PARTITIONS);
    assert_eq!(code(2), ErrorCode::INVALID_PARTITIONS);
    assert_eq!(code(5), ErrorCode::NONE);
    let image = cluster.engine.image();
    let partitions = image.topic("orders").unwrap().partitions();
    assert_eq!(partitions.len(), 5);
    assert!(partitions.iter().all(|p| p.assignment().replicas.len() == 3));
}

#[test]
fn metadata_creates_topics_only_when_asked_to() {
    let cluster = Cluster::new(3);
    let request = |name: &str, allow| MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            name: Some(Str::from(name)),
            ..Default::default()
        }]),
        allow_auto_topic_creation: allow,
        ..Default::default()
    };
    let client = cluster.connect(1);
    let topic = |name, allow| client.call(request(name, allow), 12).topics[0].clone();
    let unknown = topic("auto", false);
    assert_eq!(ErrorCode(unknown.error_code), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let asked = topic("auto", true);
    assert_eq!(ErrorCode(asked.error_code), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "not yet");
    let early = topic("auto", true);
    assert_eq!(ErrorCode(early.error_code), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "nor at once");
    let made = topic("auto", false);
    assert_eq!(ErrorCode(made.error_code), ErrorCode::NONE);
    assert_eq!(made.partitions.len(), 3);
    assert!(made.partitions.iter().all(|p| p.isr_nodes.len() == 3 && p.leader_id > 0));
    assert_eq!(topic("later", true).error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION.0);
    cluster.clock.advance(75);
    assert_eq!(
        topic("later", false).error_code,
        ErrorCode::NONE.0,
        "who waits as clients do finds it"
    );
    let bad = topic("no good", true);
    assert_eq!(ErrorCode(bad.error_code), ErrorCode::INVALID_TOPIC_EXCEPTION);
}

fn describe(cluster: &Cluster, kind: i8, name: &str) -> Vec<DescribeConfigsResourceResult> {
    let resource = DescribeConfigsResource {
        resource_type: kind,
        resource_name: Str::from(name),
        configuration_keys: None,
        ..Default::default()
    };
    let request = DescribeConfigsRequest {
        resources: vec![resource],
        include_synonyms: true,
        ..Default::default()
    };
    let response = cluster.connect(1).call(request, 4);
    assert_eq!(ErrorCode(response.results[0].error_code), ErrorCode::NONE);
    response.results[0].configs.clone()
}

#[test]
fn every_configuration_is_described_with_its_layers() {
    let cluster = Cluster::new(3);
    cluster.create("orders", 1, &[("retention.ms", "5000")]);
    let configs = describe(&cluster, 2, "orders");
    assert_eq!(configs.len(), 37, "all topic configurations but the internal one");
    let find = |configs: &[DescribeConfigsResourceResult], name: &str| {
        configs.iter().find(|c| c.name == name).cloned().unwrap()
    };
    let retention = find(&configs, "retention.ms");
    assert_eq!((retention.value.as_deref(), retention.config_source), (Some("5000"), 1));
    assert_eq!(retention.synonyms.len(), 1, "log.retention.ms has no default");
    assert_eq!(find(&configs, "cleanup.policy").config_source, 5);

    assert_eq!(cluster.alter(4, "", "log.retention.bytes", 0, "77"), ErrorCode::NONE);
    let bytes = find(&describe(&cluster, 2, "orders"), "retention.bytes");
    assert_eq!(
        (bytes.value.as_deref(), bytes.config_source),
        (Some("77"), 3),
        "cluster-wide default"
    );

    assert_eq!(cluster.alter(4, "", "log.retention.ms", 0, "9000"), ErrorCode::NONE);
    let told = |kind, name: &str, key: &str| {
        let found = find(&describe(&cluster, kind, name), key).synonyms.into_iter();
        let told = found.map(|s| (s.name.to_string(), s.value.unwrap().to_string(), s.source));
        told.collect::<Vec<_>>()
    };
    let of = |name: &str, value: &str, source| (name.to_owned(), value.to_owned(), source);
    let (set, default) = (of("log.retention.ms", "9000", 3), of("log.retention.hours", "168", 5));
    let own = of("retention.ms", "5000", 1);
    assert_eq!(told(2, "orders", "retention.ms"), [own, set.clone(), default.clone()]);
    assert_eq!(told(4, "1", "log.retention.ms"), [set, default.clone()]);
    assert_eq!(told(4, "1", "log.retention.hours"), [default]);

    let broker = describe(&cluster, 4, "1");
    let factor = find(&broker, "default.replication.factor");
    assert_eq!(
        (factor.value.as_deref(), factor.config_source),
        (Some("3"), 4),
        "the local profile"
    );
    assert!(factor.read_only);
    assert_eq!(find(&broker, "node.id").value.as_deref(), Some("1"));
    assert!(broker.len() > 300, "{} broker configurations", broker.len());
}

#[test]
fn configurations_are_checked_and_take_effect_at_once() {
    let cluster = Cluster::new(1);
    cluster.create("orders", 1, &[]);
    let (set, append, delete) = (0, 2, 1);
    let topic = |key, op, value| cluster.alter(2, "orders", key, op, value);
    assert_eq!(topic("no.such.key", set, "1"), ErrorCode::INVALID_CONFIG);
    assert_eq!(topic("retention.ms", set, "never"), ErrorCode::INVALID_CONFIG);
    assert_eq!(topic("cleanup.policy", append, "compact"), ErrorCode::NONE);
    let settings = || cluster.engine.image().topic("orders").unwrap().shared().settings();
    assert!(settings().log.cleanup.compact && settings().log.cleanup.delete);
    assert_eq!(topic("max.message.bytes", set, "100"), ErrorCode::NONE);
    assert_eq!(settings().max_message_bytes, 100);
    assert_eq!(topic("max.message.bytes", delete, ""), ErrorCode::NONE);
    assert_eq!(settings().max_message_bytes, 1_048_588);
    assert_eq!(
        cluster.alter(2, "none", "retention.ms", set, "1"),
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
    );
    assert_eq!(cluster.alter(4, "9", "log.retention.ms", set, "1"), ErrorCode::INVALID_REQUEST);
    assert_eq!(
        cluster.alter(4, "", "num.partitions", set, "1"),
        ErrorCode::INVALID_REQUEST,
        "read-only"
    );
}

#[test]
fn topic_partitions_come_in_pages() {
    let cluster = Cluster::new(1);
    for name in ["a", "b", "c"] {
        cluster.create(name, 2, &[]);
    }
    let request = |cursor| DescribeTopicPartitionsRequest {
        response_partition_limit: 3,
        cursor,
        ..Default::default()
    };
    let first = cluster.connect(1).call(request(None), 0);
    let names: Vec<_> = first.topics.iter().map(|t| t.name.clone().unwrap()).collect();
    assert_eq!(names, ["a", "b"]);
    let next = first.next_cursor.unwrap();
    assert_eq!((next.topic_name.as_str(), next.partition_index), ("b", 1));
    let cursor = Cursor { topic_name: next.topic_name, partition_index: 1, ..Default::default() };
    let second = cluster.connect(1).call(request(Some(cursor)), 0);
    let counts: Vec<_> = second.topics.iter().map(|t| t.partitions.len()).collect();
    assert_eq!(counts, [1, 2]);
    assert!(second.next_cursor.is_none());
}
