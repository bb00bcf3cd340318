//! Configurations of every kind of resource: who may set what, what is shown, where it comes from.

use weir_engine::EngineConfig;
use weir_wire::messages::alter_configs_request::{self as legacy, AlterConfigsRequest};
use weir_wire::messages::describe_configs_request::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use weir_wire::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult,
};
use weir_wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use weir_wire::messages::list_config_resources_request::ListConfigResourcesRequest;
use weir_wire::{ErrorCode, Str};

use crate::harness::Cluster;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const LOGGER: i8 = 8;
const METRICS: i8 = 16;
const GROUP: i8 = 32;
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;

fn alter(
    cluster: &Cluster,
    (kind, name): (i8, &str),
    changes: &[(&str, i8, &str)],
) -> (ErrorCode, String) {
    let configs = changes.iter().map(|&(key, operation, value)| AlterableConfig {
        name: Str::from(key),
        config_operation: operation,
        value: (operation != DELETE).then(|| Str::from(value)),
        ..Default::default()
    });
    let resource = AlterConfigsResource {
        resource_type: kind,
        resource_name: Str::from(name),
        configs: configs.collect(),
        ..Default::default()
    };
    let request =
        IncrementalAlterConfigsRequest { resources: vec![resource], ..Default::default() };
    let response = cluster.connect(1).call(request, 1).responses.remove(0);
    (ErrorCode(response.error_code), response.error_message.unwrap_or_default().to_string())
}

fn describe(cluster: &Cluster, (kind, name): (i8, &str)) -> DescribeConfigsResult {
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
    cluster.connect(1).call(request, 4).results.remove(0)
}

fn find(cluster: &Cluster, of: (i8, &str), key: &str) -> Option<DescribeConfigsResourceResult> {
    describe(cluster, of).configs.into_iter().find(|config| config.name == key)
}

/// Value and source, then the synonyms as `name:value:source`.
fn shown(cluster: &Cluster, of: (i8, &str), key: &str) -> String {
    let found = find(cluster, of, key).unwrap_or_else(|| panic!("no {key}"));
    let text = |value: Option<Str>| value.map_or("null".to_owned(), |v| v.to_string());
    let synonyms = found.synonyms.into_iter();
    let synonyms = synonyms.map(|s| format!("{}:{}:{}", s.name, text(s.value), s.source));
    let synonyms = synonyms.collect::<Vec<_>>().join(",");
    format!("{} {} [{synonyms}]", text(found.value), found.config_source)
}

#[test]
fn broker_changes_are_judged_as_kafka_does() {
    let cluster = Cluster::new(2);
    let (invalid, config) = (ErrorCode::INVALID_REQUEST, ErrorCode::INVALID_CONFIG);
    let cases = [
        (
            "1",
            ("log.dirs", SET, "/x"),
            invalid,
            "Cannot update these configs dynamically: [log.dirs]",
        ),
        ("", ("log.retention.ms", SET, "soon"), invalid, "Invalid value soon"),
        ("1", ("log.retention.ms", APPEND, "1"), config, "append is not allowed for config key"),
        ("", ("cordoned.log.dirs", SET, "/a"), invalid, "broker id must be specified"),
        ("", ("num.io.threads", SET, "100"), invalid, "not be greater than double the current"),
        ("", ("num.io.threads", SET, "1"), invalid, "at least half the current value"),
        ("", ("ssl.keystore.location", SET, "/x"), invalid, "only per-listener"),
        ("2", ("log.retention.ms", SET, "1"), invalid, "Unexpected broker id, expected 1"),
        ("x", ("log.retention.ms", SET, "1"), invalid, "Node id must be an integer, but it is: x"),
        ("1", ("min.insync.replicas", SET, "2"), config, "cannot be altered while ELR is enabled"),
        ("", ("min.insync.replicas", DELETE, ""), config, "cannot be removed while ELR is enabled"),
    ];
    for (name, change, code, words) in cases {
        let (answered, message) = alter(&cluster, (BROKER, name), &[change]);
        assert_eq!(answered, code, "{change:?}: {message}");
        assert!(message.contains(words), "{change:?}: {message}");
    }
    for (name, change) in [
        ("", ("log.dirs", DELETE, "")),
        ("1", ("nosuch", SET, "1")),
        ("", ("num.io.threads", SET, "12")),
        ("1", ("max.connections", SET, "5000")),
        ("1", ("listener.name.x.ssl.keystore.location", SET, "/x")),
    ] {
        let answer = alter(&cluster, (BROKER, name), &[change]);
        assert_eq!(answer.0, ErrorCode::NONE, "{change:?}: {}", answer.1);
    }
    let custom = find(&cluster, (BROKER, "1"), "nosuch").unwrap();
    assert!(custom.value.is_none() && custom.is_sensitive && custom.read_only);
}

#[test]
fn broker_layers_are_shown_strongest_first() {
    let config = EngineConfig::local("/cluster", 1, "localhost", 9092);
    let cluster = Cluster::with(config.set("log.retention.ms", "9").set("super.users", "User:a"));
    alter(&cluster, (BROKER, ""), &[("log.retention.ms", SET, "8")]);
    alter(&cluster, (BROKER, "1"), &[("log.retention.ms", SET, "7")]);
    let all = "7 2 [log.retention.ms:7:2,log.retention.ms:8:3,log.retention.ms:9:4,log.retention.hours:168:5]";
    assert_eq!(shown(&cluster, (BROKER, "1"), "log.retention.ms"), all);
    assert_eq!(shown(&cluster, (BROKER, ""), "log.retention.ms"), "8 3 [log.retention.ms:8:3]");
    let default = "1 3 [min.insync.replicas:1:3,min.insync.replicas:1:5]";
    assert_eq!(shown(&cluster, (BROKER, "1"), "min.insync.replicas"), default);
    assert_eq!(shown(&cluster, (BROKER, "1"), "super.users"), "null 4 [super.users:null:4]");
    assert_eq!(shown(&cluster, (BROKER, "1"), "early.start.listeners"), "null 5 []");
    let answer = describe(&cluster, (BROKER, "2"));
    assert_eq!(ErrorCode(answer.error_code), ErrorCode::INVALID_REQUEST);
}

#[test]
fn a_topics_values_come_from_where_kafka_says() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    let t = (TOPIC, "t");
    assert_eq!(shown(&cluster, t, "retention.ms"), "604800000 5 []");
    assert_eq!(shown(&cluster, t, "cleanup.policy"), "delete 5 [log.cleanup.policy:delete:5]");
    assert_eq!(shown(&cluster, t, "errors.deadletterqueue.group.enable"), "false 5 []");
    alter(&cluster, t, &[("retention.ms", SET, "6")]);
    alter(&cluster, (BROKER, ""), &[("log.retention.ms", SET, "5")]);
    let own = "6 1 [retention.ms:6:1,log.retention.ms:5:3,log.retention.hours:168:5]";
    assert_eq!(shown(&cluster, t, "retention.ms"), own);
    let unknown = describe(&cluster, (TOPIC, "nosuch"));
    assert_eq!(ErrorCode(unknown.error_code), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    assert_eq!(unknown.error_message.as_deref(), Some(""), "as Kafka says nothing");
    assert_eq!(
        ErrorCode(describe(&cluster, (TOPIC, "bad name")).error_code),
        ErrorCode::INVALID_TOPIC_EXCEPTION
    );
}

#[test]
fn topic_changes_are_judged_together() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    let (invalid, config) = (ErrorCode::INVALID_REQUEST, ErrorCode::INVALID_CONFIG);
    let missing = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    let cases = [
        ("t", ("nosuch", SET, "1"), config, "Unknown topic config name: nosuch"),
        ("t", ("retention.ms", APPEND, "1"), config, "Can't APPEND to key retention.ms"),
        ("t", ("max.compaction.lag.ms", SET, "0"), config, "Invalid value 0"),
        ("t", ("remote.storage.enable", SET, "true"), config, "Tiered Storage functionality"),
        ("nosuch", ("retention.ms", SET, "1"), missing, "The topic 'nosuch' does not exist."),
        ("", ("retention.ms", SET, "1"), invalid, "Default topic resources are not allowed."),
    ];
    for (name, change, code, words) in cases {
        let (answered, message) = alter(&cluster, (TOPIC, name), &[change]);
        assert_eq!((answered, message.contains(words)), (code, true), "{change:?}: {message}");
    }
    let both = [("min.compaction.lag.ms", SET, "10"), ("max.compaction.lag.ms", SET, "5")];
    assert!(alter(&cluster, (TOPIC, "t"), &both).1.contains("conflict topic config setting"));
    let twice = [("retention.ms", SET, "1"), ("retention.ms", SET, "2")];
    assert_eq!(alter(&cluster, (TOPIC, "t"), &twice).1, "Error due to duplicate config keys");
}

#[test]
fn alter_configs_takes_away_what_it_does_not_name() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[("retention.ms", "5"), ("segment.ms", "6")]);
    let replace = |key: &str, value: Option<&str>, kind| {
        let config = legacy::AlterableConfig {
            name: Str::from(key),
            value: value.map(Str::from),
            ..Default::default()
        };
        let resource = legacy::AlterConfigsResource {
            resource_type: kind,
            resource_name: Str::from("t"),
            configs: vec![config],
            ..Default::default()
        };
        let request = AlterConfigsRequest { resources: vec![resource], ..Default::default() };
        ErrorCode(cluster.connect(1).call(request, 2).responses[0].error_code)
    };
    assert_eq!(replace("segment.ms", Some("7"), TOPIC), ErrorCode::NONE);
    let t = (TOPIC, "t");
    assert_eq!(shown(&cluster, t, "retention.ms"), "604800000 5 []", "back to its default");
    assert!(shown(&cluster, t, "segment.ms").starts_with("7 1 "));
    assert_eq!(replace("segment.ms", None, TOPIC), ErrorCode::INVALID_REQUEST, "null");
    assert_eq!(replace("root", Some("INFO"), LOGGER), ErrorCode::INVALID_REQUEST);
}

/// What is not named goes: so the minimum that ELR guards has to be.
#[test]
fn the_default_of_all_brokers_is_not_replaced_without_its_minimum() {
    let cluster = Cluster::new(1);
    let replace = |configs: &[(&str, &str)]| {
        let configs = configs.iter().map(|(key, value)| legacy::AlterableConfig {
            name: Str::from(*key),
            value: Some(Str::from(*value)),
            ..Default::default()
        });
        let resource = legacy::AlterConfigsResource {
            resource_type: BROKER,
            configs: configs.collect(),
            ..Default::default()
        };
        let request = AlterConfigsRequest { resources: vec![resource], ..Default::default() };
        let answer = cluster.connect(1).call(request, 2).responses.remove(0);
        (ErrorCode(answer.error_code), answer.error_message.unwrap_or_default().to_string())
    };
    let (code, message) = replace(&[("log.retention.ms", "1000000")]);
    assert_eq!(code, ErrorCode::INVALID_CONFIG);
    assert_eq!(
        message,
        "Cluster-level min.insync.replicas cannot be removed while ELR is enabled."
    );
    let both = [("log.retention.ms", "1000000"), ("min.insync.replicas", "1")];
    assert_eq!(replace(&both), (ErrorCode::NONE, String::new()));
}

/// Names of configurations that stand in the engine's code, but for the tables of `config/`.
fn named_in_code(folder: &std::path::Path, names: &mut std::collections::BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "config") {
            named_in_code(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            names.extend(code.split('"').map(str::to_owned));
        }
    }
}

#[test]
fn every_configuration_that_the_engine_reads_is_explained() {
    let mut names = std::collections::BTreeSet::new();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    named_in_code(&source, &mut names);
    let cluster = Cluster::new(1);
    let resource = DescribeConfigsResource {
        resource_type: BROKER,
        resource_name: Str::from("1"),
        configuration_keys: None,
        ..Default::default()
    };
    let request = DescribeConfigsRequest {
        resources: vec![resource],
        include_documentation: true,
        ..Default::default()
    };
    let configs = cluster.connect(1).call(request, 4).results.remove(0).configs;
    let read: Vec<_> =
        configs.iter().filter(|config| names.contains(config.name.as_str())).collect();
    assert!(read.len() > 40, "found only {} in the code", read.len());
    let bare: Vec<_> = read.iter().filter(|config| config.documentation.is_none()).collect();
    assert!(
        bare.is_empty(),
        "no description: {:?}",
        bare.iter().map(|c| &c.name).collect::<Vec<_>>()
    );
}

#[test]
fn groups_have_bounds_and_synonyms() {
    let mut cluster = Cluster::new(1);
    let g = (GROUP, "g");
    let range = "consumer.session.timeout.ms must be in the range 45000 to 60000 inclusive.";
    let (code, message) = alter(&cluster, g, &[("consumer.session.timeout.ms", SET, "1")]);
    assert_eq!((code, message.as_str()), (ErrorCode::INVALID_CONFIG, range));
    let (code, _) = alter(&cluster, (GROUP, ""), &[("consumer.session.timeout.ms", SET, "50000")]);
    assert_eq!(code, ErrorCode::INVALID_REQUEST);
    let (code, _) = alter(&cluster, g, &[("nosuch", SET, "1")]);
    assert_eq!(code, ErrorCode::INVALID_CONFIG);
    let (code, _) = alter(&cluster, g, &[("consumer.session.timeout.ms", SET, "50000")]);
    assert_eq!(code, ErrorCode::NONE);
    cluster.restart();
    assert_eq!(
        shown(&cluster, g, "consumer.session.timeout.ms"),
        "50000 8 [consumer.session.timeout.ms:50000:8,group.consumer.session.timeout.ms:45000:5]"
    );
    assert_eq!(
        shown(&cluster, g, "share.auto.offset.reset"),
        "latest 5 [share.auto.offset.reset:latest:5]"
    );
    assert!(shown(&cluster, g, "streams.assignor.name").starts_with("sticky 5 "));
    let unnamed = ErrorCode(describe(&cluster, (GROUP, "")).error_code);
    assert_eq!(unnamed, ErrorCode::INVALID_REQUEST);
}

#[test]
fn client_metrics_have_rules_of_their_own() {
    let cluster = Cluster::new(1);
    let m = (METRICS, "m");
    let (invalid, config) = (ErrorCode::INVALID_REQUEST, ErrorCode::INVALID_CONFIG);
    for (change, code) in [
        (("interval.ms", SET, "1"), invalid),
        (("nosuch", SET, "1"), invalid),
        (("match", SET, "nosuch=1"), config),
        (("match", SET, "client_id"), config),
        (("metrics", APPEND, "a."), config),
    ] {
        assert_eq!(alter(&cluster, m, &[change]).0, code, "{change:?}");
    }
    let good = [("interval.ms", SET, "1000"), ("match", SET, "client_id=a.*")];
    assert_eq!(alter(&cluster, m, &good).0, ErrorCode::NONE);
    assert_eq!(shown(&cluster, m, "interval.ms"), "1000 7 [interval.ms:1000:7]");
    assert_eq!(shown(&cluster, m, "metrics"), " 5 []");
    let list = |kinds: &[i8], version| {
        let resource_types = kinds.to_vec();
        let request = ListConfigResourcesRequest { resource_types, ..Default::default() };
        let response = cluster.connect(1).call(request, version);
        let listed = response.config_resources.iter();
        let listed = listed.map(|r| format!("{}:{}", r.resource_type, r.resource_name));
        (ErrorCode(response.error_code), listed.collect::<Vec<_>>().join(" "))
    };
    assert_eq!(list(&[METRICS], 1), (ErrorCode::NONE, "16:m".to_owned()));
    assert_eq!(list(&[BROKER, LOGGER], 1).1, "4:1 8:1");
    assert_eq!(list(&[], 1).1, "4:1 8:1 16:m");
    assert_eq!(list(&[1], 1).0, ErrorCode::UNSUPPORTED_VERSION);
}

#[test]
fn log_levels_change_on_the_broker_asked_and_are_not_kept() {
    use std::sync::{Arc, Mutex};
    let mut cluster = Cluster::new(1);
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    cluster.engine.on_log_levels(move |said| tell.lock().unwrap().push(said.to_owned()));
    let one = (LOGGER, "1");
    let (invalid, config) = (ErrorCode::INVALID_REQUEST, ErrorCode::INVALID_CONFIG);
    for (change, code) in [
        (("nosuch", SET, "DEBUG"), config),
        (("root", SET, "LOUD"), config),
        (("root", DELETE, ""), invalid),
        (("root", APPEND, "DEBUG"), invalid),
    ] {
        assert_eq!(alter(&cluster, one, &[change]).0, code, "{change:?}");
    }
    assert_eq!(alter(&cluster, (LOGGER, "2"), &[("root", SET, "DEBUG")]).0, invalid);
    assert_eq!(
        alter(&cluster, one, &[("kafka.server.KafkaApis", SET, "DEBUG")]).0,
        ErrorCode::NONE
    );
    assert_eq!(shown(&cluster, one, "kafka.server.KafkaApis"), "DEBUG 6 []");
    assert_eq!(*told.lock().unwrap(), ["info,weir_engine::handlers=debug"]);
    assert_eq!(ErrorCode(describe(&cluster, (LOGGER, "")).error_code), invalid);
    cluster.restart();
    assert_eq!(shown(&cluster, one, "kafka.server.KafkaApis"), "INFO 6 []");
}

#[test]
fn who_asks_for_documentation_reads_what_a_configuration_does() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    let asked = |kind, name: &str, key: &str, documentation| {
        let resource = DescribeConfigsResource {
            resource_type: kind,
            resource_name: Str::from(name),
            configuration_keys: Some(vec![Str::from(key)]),
            ..Default::default()
        };
        let request = DescribeConfigsRequest {
            resources: vec![resource],
            include_documentation: documentation,
            ..Default::default()
        };
        let mut answer = cluster.connect(1).call(request, 4);
        answer.results.remove(0).configs.remove(0).documentation.map(|text| text.to_string())
    };
    let cases = [
        (TOPIC, "t", "retention.ms", "How long"),
        (BROKER, "1", "log.retention.hours", "in hours"),
        (BROKER, "1", "num.partitions", "partitions"),
        (GROUP, "g", "share.record.lock.duration.ms", "milliseconds"),
        (METRICS, "m", "interval.ms", "metrics"),
    ];
    for (kind, name, key, word) in cases {
        let text = asked(kind, name, key, true).unwrap_or_default();
        assert!(text.contains(word), "{key}: {text}");
        assert_eq!(asked(kind, name, key, false), None, "{key}");
    }
}

#[test]
fn retention_is_looked_at_when_its_interval_says() {
    let looks = |interval: &str, passes: i64| {
        let config = EngineConfig::local("/cluster", 1, "localhost", 9092);
        let cluster = Cluster::with(config.set("log.retention.check.interval.ms", interval));
        cluster.create("t", 1, &[("retention.ms", "1")]);
        cluster.produce("t", "x", 1);
        cluster.pass(passes);
        let image = cluster.engine.image();
        image.topic("t").unwrap().partition(0).unwrap().handle().view().unwrap().log_start
    };
    assert_eq!(looks("300000", 20_000), 0, "Kafka's first look is after 30 s");
    assert_eq!(looks("300000", 31_000), 1);
    assert_eq!(looks("2000", 1_000), 0);
    assert_eq!(looks("2000", 3_000), 1);
}
