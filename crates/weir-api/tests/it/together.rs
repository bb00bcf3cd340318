//! Two programs at once, or two requests, are about one cluster of this machine.

use std::fs::{File, OpenOptions};
use std::time::Duration;

use serde_json::{Value, json};
use weir_api::HostKind;

use crate::local::Local;
use crate::{LONG, open, wait};

#[test]
fn who_deletes_what_another_program_deletes_is_done_as_well() {
    let local = Local::new();
    local.create("one", None);
    let other = open(local.bench.home.path(), HostKind::Serve);
    let args = json!({"cluster": "one", "confirm": "one"});
    let deadline = std::time::Instant::now() + LONG;
    let theirs = loop {
        // Until it has seen the cluster run.
        match wait(other.call("clusters.delete", args.clone())) {
            Ok(begun) => break begun,
            Err(error) => assert!(std::time::Instant::now() < deadline, "{error:?}"),
        }
    };
    let ours = local.bench.ok("clusters.delete", args);
    let ended = local.bench.ended(&ours);
    assert_eq!(ended["state"], "done", "{ended}");
    let theirs = local.bench.ended(&theirs);
    assert_eq!(theirs["state"], "done", "{theirs}");
    assert!(!local.dir("one").exists());
}

#[test]
fn of_many_starts_at_once_one_begins() {
    let local = Local::new();
    local.create("one", None);
    local.bench.ended(&local.bench.ok("clusters.stop", json!({"cluster": "one"})));
    let start = || local.bench.call("clusters.start", json!({"cluster": "one"}));
    let begun: Vec<Value> = std::thread::scope(|scope| {
        let all = [(); 8].map(|()| scope.spawn(start));
        all.into_iter().filter_map(|one| one.join().unwrap().ok()).collect()
    });
    assert_eq!(begun.len(), 1, "{begun:?}");
    assert_eq!(local.bench.ended(&begun[0])["state"], "done");
}

/// As where the keeper of before is just about to end, or the new one is killed.
#[test]
fn a_start_whose_keeper_gives_way_or_dies_has_another() {
    let local = Local::new();
    local.create("one", None);
    local.bench.ended(&local.bench.ok("clusters.stop", json!({"cluster": "one"})));
    let (lock, begun) = loop {
        let lock = held(&local);
        match local.bench.call("clusters.start", json!({"cluster": "one"})) {
            Ok(begun) => break (lock, begun),
            // Somebody looked in between, and saw a keeper.
            Err(_) => drop(lock),
        }
        local.until_state("one", "STOPPED");
    };
    // The keeper that it starts gives up after some attempts.
    std::thread::sleep(Duration::from_secs(2));
    drop(lock);
    let ended = local.bench.ended(&begun);
    assert_eq!(ended["state"], "done", "{ended}");
    assert_eq!(local.row("one")["state"], "ACTIVE");
}

fn held(local: &Local) -> File {
    let path = local.dir("one").join("keeper.lock");
    let lock = OpenOptions::new().write(true).open(path).unwrap();
    lock.lock().unwrap();
    lock
}
