//! A connection edited: what is kept under it stays, and another cluster at its new address is asked about.

use serde_json::{Value, json};
use weir_api::dto::{ErrorKind, Outcome};
use weir_testkit::TestCluster;

use crate::remote::Remote;

fn edit(far: &Remote, changes: Value) -> Result<Value, weir_api::dto::ApiError> {
    let mut args = json!({
        "cluster": far.id, "name": null, "bootstrap": null, "read_only": null, "production": null,
        "other_cluster": false,
    });
    for (name, value) in changes.as_object().unwrap() {
        args[name] = value.clone();
    }
    far.bench.call("clusters.edit", args)
}

fn row(far: &Remote) -> Value {
    far.bench.ok("clusters.list", json!({}))["rows"][0].clone()
}

#[test]
fn a_connection_is_renamed_and_what_is_not_named_stays() {
    let far = Remote::connect(1);
    edit(&far, json!({"name": " moved ", "read_only": true})).unwrap();
    let row = row(&far);
    assert_eq!(row["id"], far.id.as_str());
    assert_eq!(row["name"], "moved");
    assert_eq!(row["bootstrap"], far.cluster.bootstrap());
    assert_eq!((&row["read_only"], &row["production"]), (&json!(true), &json!(false)));
    // Its own name in other letters is free to it; read-only is about the cluster, not about the connection.
    edit(&far, json!({"name": "MOVED", "read_only": false})).unwrap();
}

#[test]
fn mistakes_name_their_field_and_change_nothing() {
    let far = Remote::connect(1);
    let other = json!({"name": "other", "bootstrap": "127.0.0.1:1", "read_only": false, "production": false});
    far.bench.ok("clusters.connect", other);
    let field = |changes: Value| {
        let error = edit(&far, changes).unwrap_err();
        assert_ne!(error.outcome, Some(Outcome::Partly));
        error.field
    };
    assert_eq!(field(json!({"name": "Other"})).as_deref(), Some("name"));
    assert_eq!(field(json!({"name": ""})).as_deref(), Some("name"));
    assert_eq!(field(json!({"bootstrap": "nonsense:"})).as_deref(), Some("bootstrap"));
    assert_eq!(row(&far)["name"], "far");
    let args = json!({
        "cluster": "none", "name": "x", "bootstrap": null, "read_only": null, "production": null,
        "other_cluster": false,
    });
    let none = far.bench.call("clusters.edit", args).unwrap_err();
    assert_eq!(none.kind, Some(ErrorKind::NotFound));
}

#[test]
fn another_cluster_at_the_new_address_is_asked_about() {
    let far = Remote::connect(1);
    far.create("orders", 1);
    far.bench.ok("topics.list", crate::list(&far.id, "name", 1));
    let second = TestCluster::start(1).unwrap();
    let at = second.bootstrap();

    let tested = far.bench.ok("clusters.test", json!({"bootstrap": at, "cluster": far.id}));
    assert_eq!(tested["other_cluster"]["id"], "error.other_cluster", "{tested}");
    let same = json!({"bootstrap": far.cluster.bootstrap(), "cluster": far.id});
    assert_eq!(far.bench.ok("clusters.test", same)["other_cluster"], Value::Null);
    let new = json!({"bootstrap": at, "cluster": null});
    assert_eq!(far.bench.ok("clusters.test", new)["other_cluster"], Value::Null);

    let asked = edit(&far, json!({"bootstrap": at})).unwrap_err();
    assert_eq!(asked.kind, Some(ErrorKind::Conflict));
    assert_eq!(asked.field.as_deref(), Some("other_cluster"));
    assert_eq!(asked.outcome, Some(Outcome::NotDone));
    assert_eq!(row(&far)["bootstrap"], far.cluster.bootstrap(), "nothing was changed");

    edit(&far, json!({"bootstrap": at, "other_cluster": true})).unwrap();
    let topics = far.bench.ok("topics.list", crate::list(&far.id, "name", 1));
    assert_eq!(topics["total"], 0, "of the other cluster: {topics}");
    // It is the known one now: the way back is asked about.
    let back = edit(&far, json!({"bootstrap": far.cluster.bootstrap()})).unwrap_err();
    assert_eq!(back.field.as_deref(), Some("other_cluster"));
}

#[test]
fn the_same_cluster_at_another_address_or_nobody_is_no_question() {
    let far = Remote::connect(1);
    far.bench.ok("topics.list", crate::list(&far.id, "name", 1));
    let twice = format!("{0},{0}", far.cluster.bootstrap());
    edit(&far, json!({"bootstrap": twice})).unwrap();
    assert_eq!(row(&far)["bootstrap"], twice.as_str());
    edit(&far, json!({"bootstrap": "127.0.0.1:1"})).unwrap();
    assert_eq!(row(&far)["bootstrap"], "127.0.0.1:1", "saving does not need an answer");
    let second = TestCluster::start(1).unwrap();
    let asked = edit(&far, json!({"bootstrap": second.bootstrap()})).unwrap_err();
    assert_eq!(asked.field.as_deref(), Some("other_cluster"), "who answered last is still known");
}
