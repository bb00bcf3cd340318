//! Clusters that serve few APIs, or let this connection do little: what cannot be done is refused before it is asked for,
//! by the name of what is missing.

use serde_json::{Value, json};
use weir_api::dto::ErrorKind;
use weir_testkit::{ApiKey, StandIn, StandInOptions};

use crate::remote::connect;
use crate::{Bench, list};

const DESCRIBE: i32 = 1 << 8;
const WRITE: i32 = 1 << 4;
const WRITES: [ApiKey; 5] = [
    ApiKey::CreateTopics,
    ApiKey::DeleteTopics,
    ApiKey::CreatePartitions,
    ApiKey::IncrementalAlterConfigs,
    ApiKey::Produce,
];

/// A console whose session has read what such a cluster says; the cluster's row with it.
fn console(options: StandInOptions) -> (Bench, String, Value) {
    let broker = StandIn::start(options).unwrap();
    let bench = Bench::new();
    let id = connect(&bench, "far", &broker.bootstrap(), false);
    bench.ok("topics.list", list(&id, "name", 1));
    let row = bench.ok("clusters.list", json!({}))["rows"][0].clone();
    (bench, id, row)
}

fn create(bench: &Bench, cluster: &str) -> weir_api::dto::ApiError {
    let args = json!({
        "cluster": cluster, "name": "new", "partitions": 1, "replication": 1, "configs": [],
        "dry_run": false,
    });
    bench.call("topics.create", args).unwrap_err()
}

#[test]
fn a_user_that_may_only_describe_is_told_which_right_is_missing() {
    let (bench, id, row) = console(StandInOptions {
        apis: WRITES.to_vec(),
        cluster_operations: DESCRIBE,
        topic_operations: DESCRIBE,
        topics: vec!["orders".to_owned()],
    });
    let permits = &row["permits"];
    let missing = |permit: &str, operation: &str| {
        let text = json!({"id": "permit.no_right", "args": {"operation": operation}});
        assert_eq!(permits[permit], text, "{permit} of {row}");
    };
    missing("delete_topic", "Delete");
    missing("alter_config", "AlterConfigs");
    missing("produce", "Write");
    // It may be there for names that are not taken yet.
    assert_eq!(permits["create_topic"], Value::Null);
    assert_eq!(permits["open"], Value::Null);
    let delete = json!({"cluster": id, "topics": ["orders"], "confirm": "orders"});
    let refused = bench.call("topics.delete", delete).unwrap_err();
    assert_eq!((refused.text.id, refused.kind), ("permit.no_right", Some(ErrorKind::Denied)));
    let said = refused.to_string();
    assert!(said.contains("ACL operation Delete on every Topic"), "{said}");
}

#[test]
fn a_right_on_some_topic_is_no_refusal() {
    let (_, _, row) = console(StandInOptions {
        apis: WRITES.to_vec(),
        cluster_operations: DESCRIBE,
        topic_operations: DESCRIBE | WRITE,
        topics: vec!["orders".to_owned()],
    });
    assert_eq!(row["permits"]["produce"], Value::Null, "{row}");
}

#[test]
fn what_an_old_cluster_does_not_serve_is_named() {
    let (bench, id, row) = console(StandInOptions {
        apis: vec![ApiKey::Produce],
        cluster_operations: i32::MIN,
        topic_operations: i32::MIN,
        topics: vec!["orders".to_owned()],
    });
    let permits = &row["permits"];
    let missing = |api: &str| json!({"id": "permit.no_api", "args": {"api": api}});
    assert_eq!(permits["create_topic"], missing("CreateTopics"), "{row}");
    assert_eq!(permits["delete_group"], missing("DeleteGroups"));
    assert_eq!(permits["alter_config"], missing("IncrementalAlterConfigs"));
    assert_eq!(permits["produce"], Value::Null);
    assert_eq!(create(&bench, &id).text.id, "permit.no_api");
}
