use weir_store::{OperationFilter, OperationRow};

use crate::store;

fn operation(id: &str, cluster: &str, started_at: i64) -> OperationRow {
    OperationRow {
        id: id.to_owned(),
        cluster: Some(cluster.to_owned()),
        kind: "topic_create".to_owned(),
        state: "running".to_owned(),
        started_at,
        ended_at: None,
        body: "{}".to_owned(),
    }
}

fn ids(rows: &[OperationRow]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

#[test]
fn operations_come_newest_first_by_cluster_or_all() {
    let (_dir, store) = store();
    for (id, cluster, at) in [("a", "one", 1), ("b", "two", 2), ("c", "one", 3)] {
        store.put_operation(operation(id, cluster, at)).unwrap();
    }
    let all = store.operations(&OperationFilter { cluster: None, limit: 10 }).unwrap();
    assert_eq!(ids(&all), ["c", "b", "a"]);
    let one = OperationFilter { cluster: Some("one".to_owned()), limit: 1 };
    assert_eq!(ids(&store.operations(&one).unwrap()), ["c"]);
}

#[test]
fn an_operation_is_written_again_as_it_goes_on() {
    let (_dir, store) = store();
    store.put_operation(operation("a", "one", 1)).unwrap();
    let done = OperationRow {
        state: "done".to_owned(),
        ended_at: Some(5),
        body: "{\"n\":1}".to_owned(),
        ..operation("a", "one", 1)
    };
    store.put_operation(done.clone()).unwrap();
    assert_eq!(store.operation("a").unwrap(), Some(done));
    assert_eq!(store.operation("x").unwrap(), None);
}

#[test]
fn pruning_keeps_the_newest_and_all_that_run() {
    let (_dir, store) = store();
    store.put_operation(operation("running", "one", 0)).unwrap();
    let done = OperationRow { state: "done".to_owned(), ..operation("done", "one", 1) };
    store.put_operation(done).unwrap();
    assert_eq!(store.prune_operations().unwrap(), 0, "fewer than are kept");
    assert!(store.operation("running").unwrap().is_some());
}
