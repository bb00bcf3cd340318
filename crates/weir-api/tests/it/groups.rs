//! What groups committed, reset and forgotten; groups deleted.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};
use weir_core::client::data::{Consumer, ConsumerOptions};
use weir_core::client::{Client, Options, parse_bootstrap};
use weir_domain::{OffsetSpec, TopicPartition};
use weir_testkit::TestClusterOptions;

use crate::remote::{Remote, text};
use crate::{LONG, list, wait};

/// Ten messages in one partition, five in none of the other.
fn with_messages() -> Remote {
    let far = Remote::connect(1);
    far.create("orders", 2);
    for n in 0..10 {
        far.produce("orders", text(&n.to_string()));
    }
    far
}

fn reset(far: &Remote, to: Value, topics: Value, dry_run: bool) -> Value {
    let args = json!({"group": "readers", "topics": topics, "to": to, "dry_run": dry_run});
    far.bench.ok("groups.reset_offsets", far.args(args))
}

fn orders() -> Value {
    json!([{"topic": "orders", "partitions": [0]}])
}

fn committed(far: &Remote) -> Value {
    let group = far.bench.ok("groups.get", far.args(json!({"group": "readers"})));
    group["lag_rows"][0]["committed"].clone()
}

/// Before several topics are deleted: every group that loses its place in one of them, once, the first few by name.
#[test]
fn deleting_topics_tells_which_groups_lose_their_place() {
    let far = with_messages();
    far.create("payments", 1);
    far.create("quiet", 1);
    let commit = |group: &str, topic: &str| {
        let topics = json!([{"topic": topic, "partitions": [0]}]);
        let args =
            json!({"group": group, "topics": topics, "to": {"kind": "latest"}, "dry_run": false});
        far.bench.ok("groups.reset_offsets", far.args(args));
    };
    for group in ["b", "a", "both"] {
        commit(group, "orders");
    }
    for group in ["both", "c", "d", "e"] {
        commit(group, "payments");
    }
    let lost =
        |topics: Value| far.bench.ok("topics.lost_places", far.args(json!({"topics": topics})));
    let of = |total: u32, groups: &[&str]| json!({"total": total, "groups": groups});
    assert_eq!(lost(json!(["quiet"])), of(0, &[]));
    assert_eq!(lost(json!(["orders", "quiet"])), of(3, &["a", "b", "both"]));
    assert_eq!(lost(json!(["payments", "orders"])), of(6, &["a", "b", "both", "c", "d"]));
    let many: Vec<_> = (0..=10_000).map(|n| format!("t{n}")).collect();
    let refused = far.bench.call("topics.lost_places", far.args(json!({"topics": many})));
    assert_eq!(refused.unwrap_err().text.id, "error.too_many");
}

#[test]
fn offsets_are_reset_to_each_place_with_a_preview() {
    let far = with_messages();
    let made = reset(&far, json!({"kind": "earliest"}), orders(), false);
    assert_eq!(made["changes"][0]["before"], Value::Null, "a commit makes the group");
    assert_eq!(committed(&far), "0");
    let preview = reset(&far, json!({"kind": "latest"}), json!([]), true);
    assert_eq!((&preview["operation"], committed(&far)), (&Value::Null, json!("0")), "{preview}");
    let change = &preview["changes"][0];
    assert_eq!((&change["before"], &change["after"]), (&json!("0"), &json!("10")));
    assert_eq!((&change["lag_before"], &change["lag_after"]), (&json!("10"), &json!("0")));
    assert!(preview["command"].as_str().unwrap().contains("weir group reset readers --to latest"));
    let places = [
        (json!({"kind": "offset", "offset": "7"}), "7", Value::Null),
        (json!({"kind": "shift", "by": "-2"}), "5", Value::Null),
        (json!({"kind": "offset", "offset": "99"}), "10", json!("reset.lowered")),
        (json!({"kind": "shift", "by": "-99"}), "0", json!("reset.raised")),
        (json!({"kind": "time", "at": "1"}), "0", Value::Null),
        (json!({"kind": "time", "at": "99999999999999"}), "10", json!("reset.nothing_since")),
    ];
    for (to, offset, note) in places {
        let done = reset(&far, to.clone(), json!([]), false);
        assert_eq!(done["changes"][0]["after"], *offset, "{to}: {done}");
        assert_eq!(done["changes"][0]["note"]["id"], note, "{to}: {done}");
        assert_eq!(committed(&far), *offset, "{to}");
    }
}

#[test]
fn a_reset_is_an_operation_and_says_what_it_could_not_do() {
    let far = with_messages();
    reset(&far, json!({"kind": "offset", "offset": "4"}), orders(), false);
    let both = json!([{"topic": "orders", "partitions": [0, 1]}]);
    let done = reset(&far, json!({"kind": "shift", "by": "1"}), both, false);
    assert_eq!(done["changes"][1]["error"]["text"]["id"], "reset.no_commit", "{done}");
    let operation = far.bench.ok("operations.get", json!({"id": done["operation"]}));
    assert_eq!(
        (&operation["kind"], &operation["state"]),
        (&json!("group_reset"), &json!("partly"))
    );
    let change = json!({"what": "orders-0", "before": "4", "after": "5"});
    assert_eq!(operation["changes"], json!([change]));
    let fails = |group: &str, topics: Value| {
        let to = json!({"kind": "earliest"});
        let args = json!({"group": group, "topics": topics, "to": to, "dry_run": false});
        far.bench.call("groups.reset_offsets", far.args(args)).unwrap_err().text.id
    };
    assert_eq!(
        fails("readers", json!([{"topic": "none", "partitions": []}])),
        "error.topic_not_found"
    );
    assert_eq!(
        fails("readers", json!([{"topic": "orders", "partitions": [9]}])),
        "kafka.unknown_topic"
    );
    assert_eq!(fails("nobody", json!([])), "error.group_not_found", "a slip makes no group");
}

#[test]
fn offsets_are_forgotten_by_topic_and_groups_deleted_together() {
    let far = with_messages();
    reset(&far, json!({"kind": "latest"}), orders(), false);
    let forget = |topic: &str, dry_run: bool| {
        let args = json!({"group": "readers", "topics": [topic], "dry_run": dry_run});
        far.bench.call("groups.delete_offsets", far.args(args))
    };
    assert_eq!(forget("none", true).unwrap_err().text.id, "error.no_commits");
    let preview = forget("orders", true).unwrap();
    assert_eq!((&preview["changes"][0]["before"], committed(&far)), (&json!("10"), json!("10")));
    let done = forget("orders", false).unwrap();
    assert_eq!(done["changes"][0]["error"], Value::Null);
    assert_eq!(forget("orders", false).unwrap_err().text.id, "error.no_commits");

    reset(&far, json!({"kind": "latest"}), orders(), false);
    let delete = |groups: Value, confirm: &str| {
        far.bench.call("groups.delete", far.args(json!({"groups": groups, "confirm": confirm})))
    };
    let wrong = delete(json!(["readers"]), "reader").unwrap_err();
    assert_eq!(wrong.field.as_deref(), Some("confirm"));
    assert_eq!(delete(json!([]), "0").unwrap_err().text.id, "error.no_groups");
    let both = delete(json!(["readers", "nobody"]), "2").unwrap();
    assert_eq!(both["results"][0], json!({"group": "readers", "error": null}));
    assert_eq!(both["results"][1]["error"]["text"]["id"], "kafka.no_group");
    let operation = far.bench.ok("operations.get", json!({"id": both["operation"]}));
    assert_eq!(operation["state"], "partly");
}

#[test]
fn a_group_with_members_is_left_alone() {
    let far = with_messages();
    let options = Options::new(parse_bootstrap(&far.cluster.bootstrap()).unwrap());
    let reads = ConsumerOptions {
        topic: "orders".to_owned(),
        group: Some("readers".to_owned()),
        instance: None,
        offsets: Vec::new(),
        start: OffsetSpec::Earliest,
        fetch_bytes_min: 1,
        until: None,
    };
    let mut consumer = Consumer::new(&options, &reads).unwrap();
    wait(async { consumer.next().await }).unwrap().unwrap();
    let group = far.args(json!({"group": "readers"}));
    let group = far.bench.until("groups.get", group, |group| group["members"] == 1);
    for permit in ["delete", "reset_offsets"] {
        assert_eq!(group["permits"][permit]["id"], "permit.group_has_members", "{permit}");
    }
    assert_eq!(group["permits"]["delete_offsets"], Value::Null, "of topics that nobody reads");
    let to = json!({"group": "readers", "topics": [], "to": {"kind": "latest"}, "dry_run": true});
    let refused = far.bench.call("groups.reset_offsets", far.args(to)).unwrap_err();
    assert_eq!(refused.text.id, "permit.group_has_members");
    let delete = json!({"groups": ["readers"], "confirm": "readers"});
    let refused = far.bench.call("groups.delete", far.args(delete)).unwrap_err();
    assert_eq!(refused.text.id, "permit.group_has_members");
    // What it took is committed as it goes, within its own time.
    let begun = Instant::now();
    let forget = far.args(json!({"group": "readers", "topics": ["orders"], "dry_run": false}));
    let refused = loop {
        let error = far.bench.call("groups.delete_offsets", forget.clone()).unwrap_err();
        if error.text.id != "error.no_commits" {
            break error;
        }
        assert!(begun.elapsed() < LONG, "nothing was ever committed");
    };
    assert_eq!(refused.text.id, "kafka.group_subscribed");
    consumer.close();
}

#[test]
fn a_share_group_begins_anew_where_it_is_told() {
    let far = with_messages();
    let client = Client::new(Options::new(parse_bootstrap(&far.cluster.bootstrap()).unwrap()));
    let offsets = BTreeMap::from([(TopicPartition::new("orders", 0), 4)]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let made = runtime.block_on(client.alter_share_offsets("sharers", &offsets)).unwrap();
    assert!(made.iter().all(|(_, result)| result.is_ok()), "{made:?}");
    let reset = |to: Value, dry_run: bool| {
        let args = json!({"group": "sharers", "topics": [], "to": to, "dry_run": dry_run});
        far.bench.call("groups.reset_offsets", far.args(args))
    };
    let start = || {
        let group = far.bench.ok("groups.get", far.args(json!({"group": "sharers"})));
        assert_eq!(
            (&group["type"], &group["permits"]["reset_offsets"]),
            (&json!("share"), &Value::Null)
        );
        group["lag_rows"][0]["committed"].clone()
    };
    let preview = reset(json!({"kind": "latest"}), true).unwrap();
    let change = &preview["changes"][0];
    assert_eq!(
        (&change["before"], &change["after"], start()),
        (&json!("4"), &json!("10"), json!("4"))
    );
    let command = preview["command"].as_str().unwrap();
    assert!(
        command.starts_with("weir group reset ") && command.contains("--to latest"),
        "{command}"
    );
    for (to, offset) in [
        (json!({"kind": "latest"}), "10"),
        (json!({"kind": "earliest"}), "0"),
        (json!({"kind": "time", "at": "99999999999999"}), "10"),
    ] {
        let done = reset(to.clone(), false).unwrap();
        assert_eq!(
            (&done["changes"][0]["after"], start()),
            (&json!(offset), json!(offset)),
            "{to}: {done}"
        );
    }
    for to in [json!({"kind": "offset", "offset": "7"}), json!({"kind": "shift", "by": "-2"})] {
        let refused = reset(to.clone(), false).unwrap_err();
        assert_eq!(refused.text.id, "error.share_reset_to", "{to}");
    }
    assert_eq!(start(), "10");
}

#[test]
fn a_reset_is_put_back_also_where_nothing_was_committed() {
    let far = with_messages();
    reset(&far, json!({"kind": "offset", "offset": "4"}), orders(), false);
    let both = json!([{"topic": "orders", "partitions": []}]);
    let done = reset(&far, json!({"kind": "latest"}), both, false);
    let back = |operation: &Value, dry_run: bool| {
        let args = json!({"operation": operation, "dry_run": dry_run});
        far.bench.call("groups.put_back", far.args(args))
    };
    let preview = back(&done["operation"], true).unwrap();
    let places = |changed: &Value| {
        let place = |change: &Value| (change["before"].clone(), change["after"].clone());
        changed["changes"].as_array().unwrap().iter().map(place).collect::<Vec<_>>()
    };
    let expected = [(json!("10"), json!("4")), (json!("0"), Value::Null)];
    assert_eq!((places(&preview), committed(&far)), (expected.to_vec(), json!("10")), "{preview}");
    assert_eq!(preview["command"], Value::Null, "Kafka's tool forgets whole topics");
    let put = back(&done["operation"], false).unwrap();
    assert_eq!(places(&put), expected);
    let group = far.bench.ok("groups.get", far.args(json!({"group": "readers"})));
    let rows = group["lag_rows"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["committed"]), (1, &json!("4")), "{group}");
    let operation = far.bench.ok("operations.get", json!({"id": put["operation"]}));
    assert_eq!(operation["done"]["id"], "done.group_put_back");
    // And back again: where nothing is committed now, and nothing was then, nothing changes.
    let again = back(&put["operation"], false).unwrap();
    assert_eq!(places(&again), [(json!("4"), json!("10")), (Value::Null, json!("0"))]);
    let deleted = far
        .bench
        .ok("groups.delete", far.args(json!({"groups": ["readers"], "confirm": "readers"})));
    assert_eq!(back(&deleted["operation"], true).unwrap_err().text.id, "error.nothing_to_put_back");
    assert_eq!(back(&done["operation"], true).unwrap_err().text.id, "error.group_not_found");
}

/// More than an operation itself remembers.
#[test]
fn a_reset_of_many_offsets_is_put_back() {
    const MANY: i32 = 1_100;
    let far = Remote::connect(1);
    far.create("many", MANY);
    let to = |offset: &str| json!({"kind": "offset", "offset": offset});
    let done = reset(&far, to("0"), json!([{"topic": "many", "partitions": []}]), false);
    let back = far.args(json!({"operation": done["operation"], "dry_run": false}));
    let put = far.bench.ok("groups.put_back", back);
    let changes = put["changes"].as_array().unwrap();
    assert_eq!(changes.len(), MANY as usize);
    for change in changes {
        assert_eq!((&change["before"], &change["after"]), (&json!("0"), &Value::Null), "{change}");
    }
    // What puts back is taken back likewise.
    let again = far.args(json!({"operation": put["operation"], "dry_run": false}));
    let again = far.bench.ok("groups.put_back", again);
    assert_eq!(again["changes"].as_array().map(Vec::len), Some(MANY as usize));
    assert_eq!(again["changes"][0]["after"], "0");
}

/// With one replica of each, nobody takes a group over from a broker that is gone.
#[test]
fn groups_of_a_silent_coordinator_are_shown_as_they_were() {
    let options = TestClusterOptions::brokers(2).set("offsets.topic.replication.factor", "1");
    let far = Remote::connect_to(&options);
    far.create("orders", 1);
    for n in 0..8 {
        let to = json!({"kind": "earliest"});
        let group = format!("g{n}");
        let args = json!({"group": group, "topics": orders(), "to": to, "dry_run": false});
        far.bench.ok("groups.reset_offsets", far.args(args));
    }
    let silent = |page: &Value| {
        let rows = page["rows"].as_array().unwrap();
        let of = |broker: i32| rows.iter().filter(move |row| row["coordinator"] == broker);
        let seen = |broker| of(broker).map(|row| !row["last_seen"].is_null()).collect::<Vec<_>>();
        (rows.len(), seen(1), seen(2))
    };
    let whole = far.bench.until("groups.list", list(&far.id, "name", 1), |page| {
        page["total"] == 8 && page["warnings"] == json!([])
    });
    let (_, of_1, of_2) = silent(&whole);
    assert!(!of_1.is_empty() && !of_2.is_empty(), "{whole}");
    far.cluster.kill_broker(2).unwrap();
    let told = |page: &Value| {
        let warnings = page["warnings"].as_array().unwrap();
        warnings.iter().find(|warning| warning["id"] == "warning.groups_silent").cloned()
    };
    let page =
        far.bench.until("groups.list", list(&far.id, "name", 1), |page| told(page).is_some());
    assert_eq!(silent(&page), (8, vec![false; of_1.len()], vec![true; of_2.len()]), "{page}");
    assert_eq!(told(&page).unwrap()["args"]["count"], of_2.len(), "{page}");
    assert_eq!(far.bench.ok("clusters.get", far.args(json!({})))["groups"], 8);
    let ids: Vec<_> = page["rows"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
    let refresh = far.args(json!({"view": page["view"], "ids": ids}));
    let refreshed = far.bench.ok("groups.refresh", refresh);
    assert!(told(&refreshed).is_some() && refreshed["gone"] == json!([]), "{refreshed}");
    far.cluster.start_broker(2).unwrap();
    let back =
        far.bench.until("groups.list", list(&far.id, "name", 1), |page| told(page).is_none());
    assert_eq!(silent(&back), (8, vec![false; of_1.len()], vec![false; of_2.len()]), "{back}");
}
