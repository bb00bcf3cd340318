//! Ten thousand topics: the list is answered from one Metadata, whatever page, order or filter.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use weir_core::client::{Client, Options, parse_bootstrap};
use weir_domain::NewTopic;
use weir_testkit::TestCluster;

use crate::{Bench, list};

const TOPICS: usize = 10_000;
const BATCH: usize = 500;
/// Of an unoptimised build on a busy machine; docs/RESULTS.md has the figures of a release.
/// A question a topic would take many times as long.
const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn ten_thousand_topics_are_listed_paged_sorted_and_filtered() {
    let cluster = TestCluster::start(3).unwrap();
    create(&cluster.bootstrap());
    let bench = Bench::new();
    let args = json!({"name": "big", "bootstrap": cluster.bootstrap(), "read_only": false, "production": false});
    let id = bench.ok("clusters.connect", args)["cluster"].as_str().unwrap().to_owned();

    let first = timed("first list", || bench.ok("topics.list", list(&id, "name", 1)));
    assert_eq!((&first["total"], &first["all"]), (&json!(TOPICS), &json!(TOPICS)));
    assert_eq!(first["rows"].as_array().unwrap().len(), 25);
    assert_eq!(first["rows"][0]["name"], "topic-00000");

    let last = json!({"cluster": id, "view": first["view"], "page": 400});
    let last = timed("last page", || bench.ok("topics.page", last));
    assert_eq!(last["rows"][24]["name"], "topic-09999");

    let mut filtered = list(&id, "partitions", 1);
    filtered["query"] = json!("topic-0999");
    filtered["descending"] = json!(true);
    let filtered = timed("filtered", || bench.ok("topics.list", filtered));
    assert_eq!((&filtered["total"], &filtered["all"]), (&json!(10), &json!(TOPICS)));

    let refresh = json!({"cluster": id, "view": first["view"], "ids": ["topic-00000"]});
    let refreshed = timed("refresh", || bench.ok("topics.refresh", refresh));
    assert_eq!((&refreshed["added"], &refreshed["removed"]), (&json!(0), &json!(0)));

    let palette = json!({"query": "9999", "cluster": null, "limit": 20});
    let found = timed("palette", || bench.ok("palette.search", palette));
    assert_eq!(found["rows"][0]["name"], "topic-09999");
}

fn timed(what: &str, work: impl FnOnce() -> Value) -> Value {
    let begun = Instant::now();
    let answer = work();
    let took = begun.elapsed();
    assert!(took < LIMIT, "{what} took {took:?}");
    answer
}

fn create(bootstrap: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::new(Options::new(parse_bootstrap(bootstrap).unwrap()));
    let topics: Vec<_> = (0..TOPICS).map(topic).collect();
    runtime.block_on(async {
        for batch in topics.chunks(BATCH) {
            let results = client.create_topics(batch, false).await.unwrap();
            assert!(results.iter().all(|item| item.result.is_ok()), "{:?}", results[0]);
        }
    });
}

fn topic(n: usize) -> NewTopic {
    NewTopic {
        name: format!("topic-{n:05}"),
        partitions: Some(4),
        replication_factor: Some(3),
        ..NewTopic::default()
    }
}
