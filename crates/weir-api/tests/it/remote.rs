//! The console of a cluster that is not ours: a cluster in this process stands for it, at the wire.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use weir_api::HostKind;
use weir_api::dto::{ErrorKind, Outcome};
use weir_testkit::{TestCluster, TestClusterOptions};

use crate::{Bench, list, open, wait};

pub(crate) struct Remote {
    pub(crate) bench: Bench,
    pub(crate) id: String,
    pub(crate) cluster: TestCluster,
}

impl Remote {
    pub(crate) fn connect(brokers: u16) -> Self {
        Self::connect_to(&TestClusterOptions::brokers(brokers))
    }

    pub(crate) fn connect_to(options: &TestClusterOptions) -> Self {
        let cluster = TestCluster::start_with(options).unwrap();
        let bench = Bench::new();
        let id = connect(&bench, "far", &cluster.bootstrap(), false);
        Self { bench, id, cluster }
    }

    pub(crate) fn args(&self, more: Value) -> Value {
        with(&self.id, more)
    }

    pub(crate) fn create(&self, name: &str, partitions: i32) {
        let args = json!({
            "name": name, "partitions": partitions, "replication": 1, "configs": [], "dry_run": false,
        });
        self.bench.ok("topics.create", self.args(args));
    }

    pub(crate) fn produce(&self, topic: &str, value: Value) -> Value {
        let args = json!({
            "topic": topic, "partition": 0, "key": text("k"), "value": value,
            "headers": [{"name": "h", "value": {"encoding": "hex", "data": "00ff"}}, {"name": "h", "value": null}],
        });
        self.bench.ok("topics.produce", self.args(args))
    }
}

pub(crate) fn connect(bench: &Bench, name: &str, bootstrap: &str, read_only: bool) -> String {
    let args =
        json!({"name": name, "bootstrap": bootstrap, "read_only": read_only, "production": false});
    bench.ok("clusters.connect", args)["cluster"].as_str().unwrap().to_owned()
}

fn with(cluster: &str, mut more: Value) -> Value {
    more["cluster"] = json!(cluster);
    more
}

pub(crate) fn text(data: &str) -> Value {
    json!({"encoding": "text", "data": data})
}

#[test]
fn an_own_topic_shows_at_once_and_is_gone_at_once() {
    let far = Remote::connect(1);
    far.bench.ok("topics.list", list(&far.id, "name", 1));
    far.create("orders", 3);
    let page = far.bench.ok("topics.list", list(&far.id, "name", 1));
    assert_eq!(page["total"], 1, "{page}");
    assert_eq!(page["rows"][0]["name"], "orders");
    assert_eq!(page["rows"][0]["partitions"], 3);
    let wrong = json!({"topics": ["orders"], "confirm": "order"});
    let refused = far.bench.call("topics.delete", far.args(wrong)).unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("confirm"));
    let right = json!({"topics": ["orders", "none"], "confirm": "2"});
    let deleted = far.bench.ok("topics.delete", far.args(right));
    assert_eq!(deleted["results"][0], json!({"topic": "orders", "error": null}));
    assert_eq!(deleted["results"][1]["error"]["kind"], "not_found");
    let operation = far.bench.ok("operations.get", json!({"id": deleted["operation"]}));
    assert_eq!(operation["state"], "partly");
    let page = far.bench.ok("topics.list", list(&far.id, "name", 1));
    assert_eq!(page["rows"], json!([]));
}

#[test]
fn a_forms_mistakes_name_their_field_and_are_no_operation() {
    let far = Remote::connect(1);
    far.create("taken", 1);
    let create = |name: &str, partitions: i32, replication: i32, configs: Value| {
        let args = json!({
            "name": name, "partitions": partitions, "replication": replication,
            "configs": configs, "dry_run": false,
        });
        far.bench.call("topics.create", far.args(args)).unwrap_err()
    };
    let before = far
        .bench
        .ok("operations.list", json!({"cluster": far.id, "query": "", "page": 1, "page_size": 25}));
    assert_eq!(create("taken", 1, 1, json!([])).field.as_deref(), Some("name"));
    assert_eq!(create("a b", 1, 1, json!([])).field.as_deref(), Some("name"));
    assert_eq!(create("new", 1, 3, json!([])).field.as_deref(), Some("replication"));
    assert_eq!(create("new", 0, 1, json!([])).field.as_deref(), Some("partitions"));
    let config = json!([{"name": "retention.ms", "value": "soon"}]);
    let wrong = create("new", 1, 1, config);
    assert_eq!(wrong.field.as_deref(), Some("retention.ms"));
    assert_eq!(wrong.outcome, Some(Outcome::NotDone));
    let after = far
        .bench
        .ok("operations.list", json!({"cluster": far.id, "query": "", "page": 1, "page_size": 25}));
    assert_eq!(before["total"], after["total"]);
}

#[test]
fn a_key_that_is_given_twice_is_refused_by_its_name() {
    let far = Remote::connect(1);
    far.create("orders", 1);
    let twice = json!([{"name": "segment.ms", "value": "1"}, {"name": "segment.ms", "value": "2"}]);
    let mut new = json!({"name": "n", "partitions": 1, "replication": 1, "dry_run": false});
    new["configs"] = twice.clone();
    let alter = json!({"topic": "orders", "changes": twice, "dry_run": false});
    let both = json!({"topics": ["orders", "orders"], "confirm": "2"});
    let groups = json!({"groups": ["g", "g"], "confirm": "2"});
    for (command, args, name) in [
        ("topics.create", new, "segment.ms"),
        ("topics.alter_configs", alter, "segment.ms"),
        ("topics.delete", both, "orders"),
        ("groups.delete", groups, "g"),
    ] {
        let error = far.bench.call(command, far.args(args)).unwrap_err();
        assert_eq!(error.text.id, "config.twice", "{command}: {error:?}");
        assert_eq!(error.field.as_deref(), Some(name), "{command}");
    }
}

#[test]
fn a_dry_run_changes_nothing_and_shows_the_command() {
    let far = Remote::connect(1);
    let args =
        json!({"name": "maybe", "partitions": 2, "replication": 1, "configs": [], "dry_run": true});
    let preview = far.bench.ok("topics.create", far.args(args));
    assert_eq!(preview["operation"], Value::Null);
    let command = format!(
        "weir topic create maybe --partitions 2 --replication-factor 1 --cluster {}",
        far.id
    );
    assert_eq!(preview["command"], command.as_str());
    assert_eq!(far.bench.ok("topics.list", list(&far.id, "name", 1))["total"], 0);
}

#[test]
fn messages_are_written_browsed_and_opened_whole() {
    let far = Remote::connect(1);
    far.create("orders", 2);
    for n in 0..5 {
        far.produce("orders", json!({"encoding": "json", "data": format!("{{\"n\":{n}}}")}));
    }
    far.produce("orders", Value::Null);
    let browse = |from: Value, limit: u32, before: Value, contains: &str| {
        let args = json!({
            "topic": "orders", "partition": null, "from": from, "limit": limit,
            "before": before, "contains": contains,
        });
        far.bench.ok("messages.browse", far.args(args))
    };
    let offsets = |page: &Value| -> Vec<String> {
        page["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["offset"].as_str().unwrap().into())
            .collect()
    };
    let first = browse(json!({"kind": "newest"}), 4, Value::Null, "");
    assert_eq!(offsets(&first), ["5", "4", "3", "2"], "newest first");
    assert_eq!(first["rows"][0]["value"], Value::Null, "a tombstone");
    assert_eq!(first["rows"][1]["value"]["kind"], "json");
    let second = browse(json!({"kind": "newest"}), 4, first["next"].clone(), "");
    assert_eq!(offsets(&second), ["1", "0"]);
    assert_eq!((&second["end"], &second["next"]), (&json!("start_of_range"), &Value::Null));
    let from = browse(json!({"kind": "offset", "offset": "3"}), 10, Value::Null, "");
    assert_eq!(offsets(&from), ["3", "4", "5"]);
    let found = browse(json!({"kind": "earliest"}), 10, Value::Null, "\"n\":2");
    assert_eq!(offsets(&found), ["2"]);
    let args = json!({"topic": "orders", "partition": 0, "offset": "2"});
    let whole = far.bench.ok("messages.get", far.args(args));
    assert_eq!(whole["value"]["text"], "{\"n\":2}");
    assert_eq!(whole["headers"][0]["value"]["base64"], "AP8=");
    assert_eq!(whole["headers"][1], json!({"name": "h", "value": null}), "both headers, one null");
    let none = json!({"topic": "orders", "partition": 0, "offset": "99"});
    let none = far.bench.call("messages.get", far.args(none)).unwrap_err();
    assert_eq!(none.text.id, "kafka.no_message");
}

#[test]
fn a_live_tail_brings_what_is_written_from_now_on() {
    let far = Remote::connect(1);
    far.create("live", 1);
    far.produce("live", text("before"));
    let open = json!({"topic": "live", "partition": null, "contains": ""});
    let stream = far.bench.ok("messages.tail.open", far.args(open))["stream"].clone();
    far.produce("live", text("after"));
    let pull = || json!({"id": stream, "max_rows": 10, "wait_ms": 500});
    let chunk = far.bench.until("streams.next", pull(), |chunk| chunk["rows"][0].is_object());
    assert_eq!(chunk["rows"].as_array().unwrap().len(), 1);
    assert_eq!(chunk["rows"][0]["value"]["preview"], "after");
    far.bench.ok("streams.close", json!({"id": stream}));
    let closed = far.bench.call("streams.next", pull()).unwrap_err();
    assert_eq!(closed.kind, Some(ErrorKind::NotFound));
}

#[test]
fn a_live_tail_of_a_topic_that_is_deleted_says_so_and_ends() {
    let far = Remote::connect(1);
    far.create("live", 2);
    let open = json!({"topic": "live", "partition": null, "contains": ""});
    let stream = far.bench.ok("messages.tail.open", far.args(open))["stream"].clone();
    far.bench.ok("topics.delete", far.args(json!({"topics": ["live"], "confirm": "live"})));
    let pull = json!({"id": stream, "max_rows": 10, "wait_ms": 500});
    let last = far.bench.until("streams.next", pull, |chunk| !chunk["end"].is_null());
    assert_eq!(last["end"], json!({"id": "stream.topic_gone", "args": {"topic": "live"}}));
    assert_eq!(last["error"], Value::Null, "the end says it all");
}

#[test]
fn a_partition_that_is_read_again_is_in_trouble_no_more() {
    let far = Remote::connect(2);
    far.create("live", 2);
    let open = json!({"topic": "live", "partition": null, "contains": ""});
    let stream = far.bench.ok("messages.tail.open", far.args(open))["stream"].clone();
    let pull = || json!({"id": stream, "max_rows": 10, "wait_ms": 500});
    far.cluster.stop_broker(2).unwrap();
    far.bench.until("streams.next", pull(), |chunk| {
        let text = &chunk["error"]["text"];
        text["id"] == "warning.partition_unread" && text["args"]["name"].is_string()
    });
    far.cluster.start_broker(2).unwrap();
    let back = Instant::now();
    far.bench.until("streams.next", pull(), |chunk| chunk["error"].is_null());
    assert!(back.elapsed() < Duration::from_secs(8), "no message came: it is read all the same");
}

/// One clear answer, whoever asks.
#[test]
fn what_is_missing_is_not_found_everywhere() {
    let far = Remote::connect(1);
    far.create("orders", 2);
    let calls = [
        ("topics.get", json!({})),
        ("topics.partitions", json!({"page": 1, "page_size": 10, "sort": "", "descending": false})),
        (
            "messages.browse",
            json!({"partition": null, "from": {"kind": "newest"}, "limit": 5, "before": null, "contains": ""}),
        ),
        ("messages.get", json!({"partition": 0, "offset": "0"})),
        ("messages.tail.open", json!({"partition": null, "contains": ""})),
    ];
    for (command, args) in calls {
        let mut args = far.args(args);
        args["topic"] = json!("nowhere");
        let error = far.bench.call(command, args).unwrap_err();
        assert_eq!(error.kind, Some(ErrorKind::NotFound), "{command}: {error:?}");
        assert_eq!(error.text.id, "error.topic_not_found", "{command}: {error:?}");
    }
    for (command, args) in [
        (
            "messages.browse",
            json!({"from": {"kind": "newest"}, "limit": 5, "before": null, "contains": ""}),
        ),
        ("messages.get", json!({"offset": "0"})),
        ("messages.tail.open", json!({"contains": ""})),
    ] {
        let mut args = far.args(args);
        (args["topic"], args["partition"]) = (json!("orders"), json!(7));
        let error = far.bench.call(command, args).unwrap_err();
        assert_eq!(error.kind, Some(ErrorKind::NotFound), "{command}: {error:?}");
        assert_eq!(error.text.id, "error.no_partition", "{command}: {error:?}");
    }
}

#[test]
fn configurations_are_changed_with_a_preview_and_reset() {
    let far = Remote::connect(1);
    far.create("orders", 1);
    let alter = |value: Value, dry_run: bool| {
        let changes = json!([{"name": "retention.ms", "value": value}]);
        let args = json!({"topic": "orders", "changes": changes, "dry_run": dry_run});
        far.bench.ok("topics.alter_configs", far.args(args))
    };
    let retention = || {
        let rows = far.bench.ok("topics.configs", far.args(json!({"topic": "orders"})));
        let rows = rows["rows"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["name"] == "retention.ms").unwrap()
    };
    let preview = alter(json!("1000"), true);
    let change = &preview["changes"][0];
    assert_eq!((&change["before"], &change["after"]), (&json!("604800000"), &json!("1000")));
    assert_eq!(change["risk"]["id"], "risk.retention");
    assert_eq!(retention()["changed"], false, "a preview changes nothing");
    assert_eq!(retention()["doc"], json!({"id": "config_doc.retention_ms", "args": {}}));
    alter(json!("1000"), false);
    let row = retention();
    assert_eq!((&row["value"], &row["source"]), (&json!("1000"), &json!("topic")));
    alter(Value::Null, false);
    assert_eq!(retention()["changed"], false);
    let wrong = json!([{"name": "retention.ms", "value": "x"}]);
    let args = json!({"topic": "orders", "changes": wrong, "dry_run": true});
    let wrong = far.bench.call("topics.alter_configs", far.args(args)).unwrap_err();
    assert_eq!(wrong.field.as_deref(), Some("retention.ms"));
}

#[test]
fn a_broker_that_stops_shows_in_health() {
    let far = Remote::connect(3);
    let args = json!({"name": "orders", "partitions": 3, "replication": 3, "configs": [], "dry_run": false});
    far.bench.ok("topics.create", far.args(args));
    far.cluster.stop_broker(2).unwrap();
    let topic = far.args(json!({"topic": "orders"}));
    let watching = json!({"after": "0", "watching": [format!("topics({})", far.id)], "wait_ms": 0});
    far.bench.ok("events.next", watching);
    far.bench.ok("brokers.list", far.args(json!({})));
    let detail =
        far.bench.until("topics.get", topic, |topic| topic["health"] == "under_replicated");
    assert_eq!(detail["under_replicated"], 3);
    assert_eq!(detail["warnings"][0]["id"], "warning.topic_under_replicated");
    far.bench.until("clusters.list", json!({}), |list| {
        let rows = list["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["id"] == far.id.as_str()).unwrap();
        (&row["partitions_under_replicated"], &row["partitions_offline"]) == (&json!(3), &json!(0))
    });
    let brokers = far.bench.ok("brokers.list", far.args(json!({})));
    assert_eq!(
        brokers["rows"].as_array().unwrap().len(),
        2,
        "a remote cluster tells only who is up"
    );
    let refused = far.bench.call("brokers.stop", far.args(json!({"broker": 1}))).unwrap_err();
    assert_eq!(refused.text.id, "permit.remote");
}

#[test]
fn a_read_only_profile_refuses_every_change() {
    let far = Remote::connect(1);
    far.create("orders", 1);
    let id = connect(&far.bench, "look, don't touch", &far.cluster.bootstrap(), true);
    assert_eq!(far.bench.ok("topics.list", list(&id, "name", 1))["total"], 1);
    let refuse = |name: &str, args: Value| {
        let error = far.bench.call(name, with(&id, args)).unwrap_err();
        assert_eq!(
            (error.text.id, error.kind),
            ("permit.read_only", Some(ErrorKind::Denied)),
            "{name}"
        );
    };
    refuse(
        "topics.create",
        json!({"name": "x", "partitions": 1, "replication": 1, "configs": [], "dry_run": false}),
    );
    refuse("topics.delete", json!({"topics": ["orders"], "confirm": "orders"}));
    refuse("topics.add_partitions", json!({"topic": "orders", "total": 2, "dry_run": false}));
    refuse(
        "topics.alter_configs",
        json!({"topic": "orders", "changes": [{"name": "retention.ms", "value": "1"}], "dry_run": true}),
    );
    refuse(
        "topics.produce",
        json!({"topic": "orders", "partition": null, "key": null, "value": null, "headers": []}),
    );
    refuse("groups.delete", json!({"groups": ["g"], "confirm": "g"}));
    let latest = json!({"kind": "latest"});
    refuse(
        "groups.reset_offsets",
        json!({"group": "g", "topics": [], "to": latest, "dry_run": true}),
    );
    refuse("groups.delete_offsets", json!({"group": "g", "topics": ["orders"], "dry_run": true}));
}

#[test]
fn profiles_are_named_once_and_forgotten() {
    let bench = Bench::new();
    let id = connect(&bench, "prod", "localhost:1", false);
    let again = json!({"name": "Prod", "bootstrap": "localhost:1", "read_only": false, "production": false});
    let taken = bench.call("clusters.connect", again).unwrap_err();
    assert_eq!((taken.kind, taken.field.as_deref()), (Some(ErrorKind::Conflict), Some("name")));
    let nonsense =
        json!({"name": "b", "bootstrap": "a b:c", "read_only": false, "production": false});
    let nonsense = bench.call("clusters.connect", nonsense).unwrap_err();
    assert_eq!(nonsense.field.as_deref(), Some("bootstrap"));
    bench.ok("clusters.disconnect", json!({"cluster": id}));
    assert_eq!(bench.ok("clusters.list", json!({})), json!({"rows": []}));
}

#[test]
fn an_unreachable_cluster_says_so_in_one_sentence() {
    let bench = Bench::new();
    let id = connect(&bench, "nowhere", "localhost:1", false);
    let error = bench.call("topics.list", list(&id, "name", 1)).unwrap_err();
    assert_eq!((error.text.id, error.kind), ("net.refused", Some(ErrorKind::Unreachable)));
    assert!(error.detail.unwrap().contains("localhost:1"));
    let row = &bench.ok("clusters.list", json!({}))["rows"][0];
    assert_eq!(row["state"], "UNREACHABLE");
    assert_eq!(row["state_reason"]["id"], "net.refused");
    let steps = bench.ok("clusters.test", json!({"bootstrap": "localhost:1"}));
    let statuses: Vec<_> =
        steps["steps"].as_array().unwrap().iter().map(|s| s["status"].clone()).collect();
    assert_eq!(statuses, ["ok", "failed", "skipped", "skipped", "skipped"]);
}

#[test]
fn the_palette_finds_what_is_known() {
    let far = Remote::connect(1);
    far.create("eu.orders", 1);
    far.create("orders", 1);
    far.bench.ok("topics.list", list(&far.id, "name", 1));
    let args = json!({"query": "ord", "cluster": null, "limit": 20});
    let found =
        far.bench.until("palette.search", args, |f| f["rows"].as_array().unwrap().len() == 2);
    let names: Vec<_> =
        found["rows"].as_array().unwrap().iter().map(|r| r["name"].clone()).collect();
    assert_eq!(names, ["orders", "eu.orders"], "the beginning of the name first");
}

/// The command line lists once, and tells what it heard.
#[test]
fn a_command_that_lists_waits_for_the_first_answers() {
    let far = Remote::connect(1);
    let app = open(far.bench.home.path(), HostKind::CommandLine);
    let row = wait(app.call("clusters.list", json!({}))).unwrap()["rows"][0].take();
    assert_eq!((&row["state"], &row["brokers_total"]), (&json!("CONNECTED"), &json!(1)), "{row}");
}
