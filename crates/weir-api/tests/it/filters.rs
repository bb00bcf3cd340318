//! Lists filtered by the properties of their rows, and filters kept under a name.

use serde_json::{Value, json};
use weir_testkit::TestCluster;

use crate::{Bench, list};

fn with(cluster: &str, conditions: Value, any: bool) -> Value {
    let mut args = list(cluster, "name", 1);
    args["conditions"] = conditions;
    args["any"] = json!(any);
    args
}

fn condition(property: &str, operator: &str, value: &str) -> Value {
    json!({ "property": property, "operator": operator, "value": value })
}

fn names(page: &Value) -> Vec<&str> {
    page["rows"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

fn create(bench: &Bench, cluster: &str, name: &str, partitions: i32) {
    let args = json!({"cluster": cluster, "name": name, "partitions": partitions, "replication": 1, "configs": [], "dry_run": false});
    bench.ended(&bench.ok("topics.create", args));
}

#[test]
fn topics_by_their_properties() {
    let cluster = TestCluster::start(1).unwrap();
    let bench = Bench::new();
    let args = json!({"name": "one", "bootstrap": cluster.bootstrap(), "read_only": false, "production": false});
    let id = bench.ok("clusters.connect", args)["cluster"].as_str().unwrap().to_owned();
    for (name, partitions) in [("eu.orders", 1), ("eu.returns", 4), ("us.orders", 12)] {
        create(&bench, &id, name, partitions);
    }
    bench.until("topics.list", list(&id, "name", 1), |page| page["total"] == 3);
    let wide = condition("partitions", ">=", "4");
    let eu = condition("", "^", "eu.");
    for (conditions, any, expected) in [
        (json!([wide]), false, vec!["eu.returns", "us.orders"]),
        (json!([wide, eu]), false, vec!["eu.returns"]),
        (
            json!([condition("partitions", ">", "10"), eu]),
            true,
            vec!["eu.orders", "eu.returns", "us.orders"],
        ),
        (json!([condition("replication", "!=", "1")]), false, vec![]),
        (
            json!([condition("health", "=", "ok"), condition("name", "!:", "orders")]),
            false,
            vec!["eu.returns"],
        ),
    ] {
        let page = bench.ok("topics.list", with(&id, conditions.clone(), any));
        assert_eq!(names(&page), expected, "{conditions}");
        assert_eq!((&page["total"], &page["all"]), (&json!(expected.len()), &json!(3)));
    }
    news_obeys_the_conditions(&bench, &id, &wide);
    let mut pinned = list(&id, "name", 1);
    pinned["pinned"] = json!(["us.orders", "gone"]);
    let page = bench.ok("topics.list", pinned);
    assert_eq!(names(&page), ["us.orders", "eu.orders", "eu.returns"]);
}

/// What came since a list was frozen counts only if it meets the list's conditions.
fn news_obeys_the_conditions(bench: &Bench, id: &str, wide: &Value) {
    let page = bench.ok("topics.list", with(id, json!([wide]), false));
    create(bench, id, "narrow", 1);
    create(bench, id, "wide", 5);
    let refresh = json!({"cluster": id, "view": page["view"], "ids": []});
    let refreshed = bench.until("topics.refresh", refresh, |page| page["added"] != 0);
    assert_eq!(refreshed["added"], 1);
    for name in ["narrow", "wide"] {
        let args = json!({"cluster": id, "topics": [name], "confirm": name});
        bench.ended(&bench.ok("topics.delete", args));
    }
    bench.until("topics.list", list(id, "name", 1), |page| page["total"] == 3);
}

#[test]
fn groups_by_their_properties_and_conditions_that_make_no_sense() {
    let cluster = TestCluster::start(1).unwrap();
    let bench = Bench::new();
    let args = json!({"name": "one", "bootstrap": cluster.bootstrap(), "read_only": false, "production": false});
    let id = bench.ok("clusters.connect", args)["cluster"].as_str().unwrap().to_owned();
    for good in [
        condition("lag", ">", "1k"),
        condition("type", "=", "share"),
        condition("coordinator", "=", "1"),
    ] {
        assert_eq!(bench.ok("groups.list", with(&id, json!([good]), false))["total"], 0);
    }
    let refused = |name: &str, bad: Value| {
        let error = bench.call(name, with(&id, json!([bad]), false)).unwrap_err();
        let error = serde_json::to_value(error).unwrap();
        assert_eq!((&error["kind"], &error["field"]), (&json!("invalid"), &json!("conditions")));
        error["text"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused("groups.list", condition("health", "=", "ok")), "filter.property");
    assert_eq!(refused("groups.list", condition("state", ":", "Sta")), "filter.operator");
    assert_eq!(refused("topics.list", condition("size", ">", "much")), "filter.number");
}

#[test]
fn filters_are_kept_renamed_replaced_and_forgotten() {
    let bench = Bench::new();
    let save = |name: &str, text: &str, replace: bool| {
        let args = json!({"table": "groups", "name": name, "text": text, "replace": replace});
        bench.call("filters.save", args)
    };
    save("behind", "[1]", false).unwrap();
    save("뒤처진 그룹", "[2]", false).unwrap();
    assert_eq!(save("behind", "[3]", false).unwrap_err().field.as_deref(), Some("name"));
    save("behind", "[3]", true).unwrap();
    assert_eq!(save(" ", "[3]", false).unwrap_err().field.as_deref(), Some("name"));
    let rows = || bench.ok("filters.list", json!({"table": "groups"}))["rows"].clone();
    let row = |name: &str, text: &str| json!({"name": name, "text": text});
    assert_eq!(rows(), json!([row("behind", "[3]"), row("뒤처진 그룹", "[2]")]));
    assert_eq!(bench.ok("filters.list", json!({"table": "topics"}))["rows"], json!([]));

    let rename = |name: &str, to: &str| {
        bench.call("filters.rename", json!({"table": "groups", "name": name, "to": to}))
    };
    rename("behind", "far behind").unwrap();
    assert_eq!(rename("far behind", "뒤처진 그룹").unwrap_err().field.as_deref(), Some("name"));
    assert!(rename("behind", "anything").is_err(), "it has another name now");
    bench.ok("filters.delete", json!({"table": "groups", "name": "뒤처진 그룹"}));
    assert_eq!(rows(), json!([row("far behind", "[3]")]));
    assert!(bench.call("filters.list", json!({"table": "theme"})).is_err());
}
