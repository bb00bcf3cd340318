//! Clusters of this machine, with the real keeper and engine: `weir-broker` must lie beside the tests' folder, as a
//! build of the workspace puts it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use weir_api::HostKind;
use weir_api::dto::ErrorKind;

use crate::{Bench, LONG, list, open, wait};

/// One at a time: the usual ports are the machine's, and an engine that is killed or stopped must find its own again.
static ONE: Mutex<()> = Mutex::new(());

/// Stops what a test leaves running, also when it fails.
pub(crate) struct Local {
    pub(crate) bench: Bench,
    _one: MutexGuard<'static, ()>,
}

impl Local {
    pub(crate) fn new() -> Self {
        // A test that failed leaves the lock poisoned, and its clusters were ended all the same.
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        Self { bench: Bench::new(), _one: one }
    }

    pub(crate) fn create(&self, name: &str, port: Option<u16>) -> Value {
        let args = json!({"name": name, "brokers": 1, "port": port, "sample": false});
        let operation = self.bench.ended(&self.bench.ok("clusters.create", args));
        assert_eq!(operation["state"], "done", "{operation}");
        self.row(name)
    }

    pub(crate) fn row(&self, name: &str) -> Value {
        let rows = self.bench.ok("clusters.list", json!({}));
        let rows = rows["rows"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["id"] == name).unwrap_or_default()
    }

    pub(crate) fn until_state(&self, name: &str, state: &str) {
        let is = |rows: &Value| {
            let rows = rows["rows"].as_array().unwrap();
            rows.iter().any(|row| row["id"] == name && row["state"] == state)
        };
        self.bench.until("clusters.list", json!({}), is);
    }

    /// The engine's process, once it is another than this.
    fn engine_other_than(&self, name: &str, pid: u64) -> u64 {
        let deadline = Instant::now() + LONG;
        loop {
            let control = std::fs::read(self.dir(name).join("control.json")).unwrap_or_default();
            let control: Value = serde_json::from_slice(&control).unwrap_or_default();
            match control["pid"].as_u64() {
                Some(now) if now != pid => return now,
                _ => assert!(Instant::now() < deadline, "no engine runs"),
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Kills the keeper, so that nobody brings the engine back, and the engine.
    fn power_off(&self, name: &str) {
        let engine = self.engine_other_than(name, 0);
        let status = std::fs::read_to_string(format!("/proc/{engine}/status")).unwrap();
        let keeper = status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap();
        for pid in [keeper.trim(), &engine.to_string()] {
            // The engine ends by itself with its keeper: it may be gone already.
            let _ = std::process::Command::new("kill").args(["-9", pid]).status();
        }
    }

    pub(crate) fn dir(&self, name: &str) -> PathBuf {
        self.bench.home.path().join("clusters").join(name)
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let rows = self.bench.call("clusters.list", json!({})).unwrap_or_default();
        for row in rows["rows"].as_array().into_iter().flatten() {
            let args = json!({"cluster": row["id"], "confirm": row["id"]});
            if let Ok(begun) = self.bench.call("clusters.delete", args) {
                let id = json!({"id": begun["operation"]});
                let get = || self.bench.call("operations.get", id.clone());
                let deadline = Instant::now() + LONG;
                while Instant::now() < deadline && get().is_ok_and(|o| o["state"] == "running") {
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
        }
    }
}

#[test]
fn a_cluster_lives_from_create_to_delete() {
    let local = Local::new();
    let row = local.create("one", None);
    assert_eq!((&row["state"], &row["brokers_total"]), (&json!("ACTIVE"), &json!(1)));
    assert_eq!(local.bench.ok("topics.list", list("one", "name", 1))["total"], 0);
    let stop = local.bench.ok("clusters.stop", json!({"cluster": "one"}));
    assert_eq!(local.bench.ended(&stop)["state"], "done");
    assert_eq!(local.row("one")["state"], "STOPPED");
    let refused = local.bench.call("topics.list", list("one", "name", 1)).unwrap_err();
    assert_eq!(refused.text.id, "permit.stopped");
    let start = local.bench.ok("clusters.start", json!({"cluster": "one"}));
    assert_eq!(local.bench.ended(&start)["state"], "done");
    let again = local.row("one");
    assert_eq!(again["bootstrap"], row["bootstrap"], "on the same ports");
    let wrong = json!({"cluster": "one", "confirm": "two"});
    assert_eq!(
        local.bench.call("clusters.delete", wrong).unwrap_err().field.as_deref(),
        Some("confirm")
    );
    let delete = local.bench.ok("clusters.delete", json!({"cluster": "one", "confirm": "one"}));
    assert_eq!(local.bench.ended(&delete)["state"], "done");
    assert_eq!(local.row("one"), Value::Null);
    assert!(!local.dir("one").exists());
}

#[test]
fn another_host_adopts_what_runs() {
    let local = Local::new();
    let row = local.create("one", None);
    let first = open(local.bench.home.path(), HostKind::Serve);
    // Its very first call: nobody has looked at the cluster yet.
    wait(first.call("topics.list", list("one", "name", 1))).unwrap();
    let second = open(local.bench.home.path(), HostKind::Serve);
    let rows = wait(second.call("clusters.list", json!({}))).unwrap();
    assert_eq!(rows["rows"][0]["state"], "ACTIVE");
    assert_eq!(rows["rows"][0]["bootstrap"], row["bootstrap"]);
    let args = json!({"name": "t", "partitions": 1, "replication": 1, "configs": [], "dry_run": false, "cluster": "one"});
    wait(second.call("topics.create", args)).unwrap();
    let is_there = |page: &Value| page["total"] == 1;
    local.bench.until("topics.list", list("one", "name", 1), is_there);
}

#[test]
fn a_killed_engine_heals_and_says_why() {
    let local = Local::new();
    local.create("one", None);
    // The keeper waits 0.1, 0.5, 2 s: after the third kill the healing is long enough to be seen by who looks.
    let mut before = 0;
    for _ in 0..3 {
        before = local.engine_other_than("one", before);
        let pid = before.to_string();
        assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    }
    local.until_state("one", "HEALING");
    local.until_state("one", "ACTIVE");
    let args = json!({"cluster": "one", "query": "cluster_heal", "page": 1, "page_size": 25});
    let healed =
        local.bench.until("operations.list", args, |list| list["rows"][0]["state"] == "done");
    let operation = &healed["rows"][0];
    assert_eq!((&operation["kind"], &operation["by"]), (&json!("cluster_heal"), &json!("weir")));
}

#[test]
fn brokers_stop_and_start_by_the_engines_operations() {
    let local = Local::new();
    let args = json!({"name": "three", "brokers": 3, "port": null, "sample": false});
    local.bench.ended(&local.bench.ok("clusters.create", args));
    let broker = json!({"cluster": "three", "broker": 2});
    let nobody = json!({"cluster": "three", "broker": 9});
    let refused = local.bench.call("brokers.kill", nobody).unwrap_err();
    assert_eq!(refused.text.id, "engine.no_broker", "the engine's own words are known");
    let refused = local.bench.call("brokers.start", broker.clone()).unwrap_err();
    assert_eq!(refused.text.id, "engine.broker_state");
    let stopped = local.bench.ok("brokers.stop", broker.clone());
    assert_eq!(local.bench.ended(&stopped)["kind"], "broker_stop");
    let state = |state: &'static str| {
        move |brokers: &Value| {
            let rows = brokers["rows"].as_array().unwrap();
            rows.iter().any(|row| row["id"] == 2 && row["state"] == state)
        }
    };
    let brokers = local.bench.until("brokers.list", json!({"cluster": "three"}), state("stopped"));
    assert_eq!(brokers["rows"][1]["permits"]["stop"]["id"], "permit.broker_down");
    assert_eq!(brokers["rows"][1]["permits"]["start"], Value::Null);
    local.bench.ok("brokers.start", broker);
    local.bench.until("brokers.list", json!({"cluster": "three"}), state("online"));
}

#[test]
fn a_log_dir_goes_offline_and_comes_back() {
    let local = Local::new();
    let configs = json!([{"name": "log.dirs", "value": "a,b"}]);
    let args = json!({
        "name": "two", "brokers": 2, "port": null, "configs": configs, "sample": false,
    });
    local.bench.ended(&local.bench.ok("clusters.create", args));
    let cluster = json!({"cluster": "two"});
    assert_eq!(local.bench.ok("clusters.get", cluster.clone())["configs"], configs);
    let dirs = || local.bench.ok("brokers.log_dirs", cluster.clone())["rows"].clone();
    let before = dirs();
    let rows = before.as_array().unwrap();
    let works = |row: &Value| row["error"].is_null() && row["permits"]["offline"].is_null();
    assert!(rows.len() == 4 && rows.iter().all(works), "{before}");

    let last = json!({"cluster": "two", "broker": 2, "log_dir": before[3]["path"]});
    let offline = local.bench.ended(&local.bench.ok("brokers.log_dir_offline", last.clone()));
    assert_eq!((&offline["kind"], &offline["state"]), (&json!("log_dir_offline"), &json!("done")));
    let after = dirs();
    assert_eq!(after[3]["error"], "KAFKA_STORAGE_ERROR");
    assert_eq!(after[2]["permits"]["offline"]["id"], "permit.last_log_dir");
    let unknown = json!({"cluster": "two", "broker": 2, "log_dir": "c"});
    let refused = local.bench.call("brokers.log_dir_offline", unknown).unwrap_err();
    assert_eq!(refused.text.id, "error.no_log_dir");
    local.bench.ended(&local.bench.ok("brokers.log_dir_online", last));
    assert_eq!(dirs()[3]["error"], Value::Null);
}

#[test]
fn wrong_broker_configurations_are_told_at_their_field() {
    let local = Local::new();
    for (name, value, text) in [
        ("num.partition", "6", "config.unknown_of_broker"),
        ("num.partitions", "0", "config.invalid_least"),
        ("log.dirs", "/data", "config.log_dirs"),
        ("ssl.key.password", "secret", "config.secret"),
    ] {
        let configs = json!([{"name": name, "value": value}]);
        let args = json!({
            "name": "one", "brokers": 1, "port": null, "configs": configs, "sample": false,
        });
        let error = local.bench.call("clusters.create", args).unwrap_err();
        assert_eq!((error.text.id, error.field.as_deref()), (text, Some("configs")), "{name}");
    }
    assert!(!local.dir("one").exists());
}

#[test]
fn a_port_that_is_taken_is_named_and_nothing_is_left() {
    let local = Local::new();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let args = json!({"name": "one", "brokers": 1, "port": port, "sample": false});
    let error = local.bench.call("clusters.create", args).unwrap_err();
    assert_eq!((error.text.id, error.field.as_deref()), ("cluster.port_taken", Some("port")));
    assert!(!local.dir("one").exists());
    assert_eq!(local.bench.ok("clusters.list", json!({})), json!({"rows": []}));
}

#[test]
fn a_damaged_directory_is_failed_with_its_reason_and_can_be_deleted() {
    let local = Local::new();
    std::fs::create_dir_all(local.dir("torn")).unwrap();
    std::fs::write(local.dir("torn").join("cluster.json"), "{\"name\": \"to").unwrap();
    std::fs::create_dir_all(local.dir("foreign")).unwrap();
    std::fs::write(local.dir("foreign").join("notes.txt"), "mine").unwrap();
    local.until_state("torn", "FAILED");
    assert_eq!(local.row("torn")["state_reason"]["id"], "reason.torn");
    assert_eq!(local.row("torn")["permits"]["start"]["id"], "permit.damaged");
    assert_eq!(local.row("foreign"), Value::Null, "another program's folder is not ours to show");
    let create = json!({"name": "foreign", "brokers": 1, "port": null, "sample": false});
    assert_eq!(
        local.bench.call("clusters.create", create).unwrap_err().text.id,
        "cluster.folder_taken"
    );
    let start = local.bench.call("clusters.start", json!({"cluster": "torn"})).unwrap_err();
    assert_eq!(start.text.id, "permit.damaged");
    let delete = local.bench.ok("clusters.delete", json!({"cluster": "torn", "confirm": "torn"}));
    assert_eq!(local.bench.ended(&delete)["state"], "done");
    assert!(!local.dir("torn").exists());
}

/// Its name is taken, so it is shown, and can be deleted.
#[test]
fn a_cluster_without_its_cluster_json_is_shown_as_damaged() {
    let local = Local::new();
    local.create("one", None);
    let stop = local.bench.ok("clusters.stop", json!({"cluster": "one"}));
    assert_eq!(local.bench.ended(&stop)["state"], "done");
    std::fs::remove_file(local.dir("one").join("cluster.json")).unwrap();
    local.until_state("one", "FAILED");
    assert_eq!(local.row("one")["state_reason"]["id"], "reason.no_cluster_json");
    let create = json!({"name": "one", "brokers": 1, "port": null, "sample": false});
    let taken = local.bench.call("clusters.create", create).unwrap_err();
    assert_eq!(taken.text.id, "cluster.name_taken");
    let start = local.bench.call("clusters.start", json!({"cluster": "one"})).unwrap_err();
    assert_eq!(start.text.id, "permit.damaged");
    let delete = local.bench.ok("clusters.delete", json!({"cluster": "one", "confirm": "one"}));
    assert_eq!(local.bench.ended(&delete)["state"], "done");
    assert!(!local.dir("one").exists());
}

#[test]
fn a_cluster_that_exists_is_not_made_twice() {
    let local = Local::new();
    local.create("one", None);
    let again = json!({"name": "ONE", "brokers": 1, "port": null, "sample": false});
    let error = local.bench.call("clusters.create", again).unwrap_err();
    assert_eq!((error.kind, error.text.id), (Some(ErrorKind::Invalid), "cluster.name_taken"));
}

/// The keeper and the engine die as when the machine goes down; a host that is opened afterwards starts what ran, where
/// the setting says so, and nothing that was stopped.
#[test]
fn what_ran_before_a_reboot_starts_again_where_that_is_wished() {
    let local = Local::new();
    for name in ["ran", "rested"] {
        local.create(name, None);
    }
    let stop = local.bench.ok("clusters.stop", json!({"cluster": "rested"}));
    assert_eq!(local.bench.ended(&stop)["state"], "done");
    local.power_off("ran");
    local.until_state("ran", "STOPPED");

    let unasked = open(local.bench.home.path(), HostKind::Serve);
    let rows = wait(unasked.call("clusters.list", json!({}))).unwrap();
    assert_eq!(rows["rows"][0]["state"], "STOPPED", "nobody wished for it: {rows}");
    drop(unasked);
    let wish = json!({"patch": {"start_stopped_after_reboot": true}});
    local.bench.ok("settings.set", wish);
    // The command line lives for a moment only.
    drop(open(local.bench.home.path(), HostKind::CommandLine));
    let _host = open(local.bench.home.path(), HostKind::Serve);
    local.until_state("ran", "ACTIVE");
    assert_eq!(local.row("rested")["state"], "STOPPED");
    let all = json!({"cluster": null, "query": "", "page": 1, "page_size": 50});
    let operations = local.bench.ok("operations.list", all);
    let starts = operations["rows"].as_array().unwrap().iter();
    let starts = starts.filter(|row| row["title"]["id"] == "operation.cluster_start").count();
    assert_eq!(starts, 1, "{operations}");
}
