use serde_json::{Value, json};
use weir_api::HostKind;
use weir_api::dto::ErrorKind;

use crate::Bench;

#[test]
fn settings_are_changed_one_by_one_and_told() {
    let bench = Bench::new();
    let first = bench.call("settings.get", json!({})).unwrap();
    assert_eq!(first["theme"], "system");
    assert_eq!(first["letter_keys"], true);
    let seq =
        bench.call("events.next", json!({"after": "0", "watching": [], "wait_ms": 0})).unwrap();
    let changed = bench.call("settings.set", json!({"patch": {"theme": "dark"}})).unwrap();
    assert_eq!((&changed["theme"], &changed["language"]), (&json!("dark"), &json!("system")));
    let args = json!({"after": seq["seq"], "watching": ["settings"], "wait_ms": 1000});
    let news = bench.call("events.next", args).unwrap();
    assert_eq!(news["invalidated"], json!(["settings"]));
}

#[test]
fn the_licences_of_what_others_wrote_are_told() {
    let notices = Bench::new().call("app.notices", Value::Null).unwrap();
    let text = notices["text"].as_str().unwrap();
    // Our own notice, a Rust package, the C library in it, a package of the page, the font.
    for part in
        ["The Weir authors", "tokio 1.", "LICENSE.lz4", "react-dom", "pretendard", "SIL OPEN"]
    {
        assert!(text.contains(part), "{part} is missing");
    }
}

#[test]
fn a_fresh_home_has_no_cluster_and_suggests_a_name() {
    let bench = Bench::new();
    assert_eq!(bench.call("clusters.list", Value::Null).unwrap(), json!({"rows": []}));
    let defaults = bench.call("clusters.create_defaults", json!({})).unwrap();
    assert_eq!(defaults["name"], "my-cluster");
    assert_eq!(defaults["brokers"], 3);
    let check = |name: &str| bench.call("clusters.check_name", json!({"name": name})).unwrap();
    assert_eq!(check("orders"), json!({"problem": null}));
    assert_eq!(check("a b")["problem"]["id"], "cluster.name_character");
    assert_eq!(check("a b")["problem"]["args"], json!({"character": " "}));
}

#[test]
fn wrong_calls_are_errors_of_their_own() {
    let bench = Bench::new();
    let unknown = bench.call("clusters.explode", json!({})).unwrap_err();
    assert_eq!(unknown.kind, Some(ErrorKind::NotFound));
    let arguments = bench.call("clusters.check_name", json!({"nam": "x"})).unwrap_err();
    assert_eq!(arguments.kind, Some(ErrorKind::Invalid));
    assert!(arguments.detail.unwrap().contains("name"));
    let missing = bench.call("clusters.start", json!({"cluster": "none"})).unwrap_err();
    assert_eq!(missing.text.id, "error.cluster_not_found");
    let many = json!({"name": "big", "brokers": 1000, "port": null, "sample": false});
    let many = bench.call("clusters.create", many).unwrap_err();
    assert_eq!(many.field.as_deref(), Some("brokers"));
    assert_eq!(
        bench.call("clusters.list", json!({})).unwrap(),
        json!({"rows": []}),
        "nothing half-made"
    );
}

#[test]
fn two_hosts_share_a_home() {
    let home = tempfile::tempdir().unwrap();
    let open = |kind| crate::open(home.path(), kind);
    let (window, serve) = (open(HostKind::Window), open(HostKind::Serve));
    crate::wait(window.call("settings.set", json!({"patch": {"density": "compact"}}))).unwrap();
    let seen = crate::wait(serve.call("settings.get", json!({}))).unwrap();
    assert_eq!(seen["density"], "compact");
}
