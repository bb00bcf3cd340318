use std::io::Write;

use weir_control::api::{ApiVersion, Operation, OperationKind, OperationState};
use weir_control::files::{ClusterFile, ControlFile, Desired, KeeperFile};
use weir_control::{ClusterDir, DirError, DirLock, State, cluster_state, probe_locks};

fn dir() -> (tempfile::TempDir, ClusterDir) {
    let temp = tempfile::tempdir().unwrap();
    let dir = ClusterDir::new(temp.path());
    (temp, dir)
}

fn control() -> ControlFile {
    ControlFile {
        api: ApiVersion { major: 1, minor: 0 },
        version: "0.1.0".to_owned(),
        instance: "i".to_owned(),
        address: "127.0.0.1:1".to_owned(),
        token: "secret".to_owned(),
        pid: 7,
    }
}

#[test]
fn cluster_json_comes_back_as_it_was_saved() {
    let (_temp, dir) = dir();
    assert_eq!(dir.load_cluster().unwrap(), None, "an empty folder holds no cluster");
    let mut cluster = ClusterFile::new("local", 3);
    cluster.ports = vec![9092, 9093, 9094];
    cluster.static_configs.insert("num.partitions".to_owned(), "5".to_owned());
    dir.save_cluster(&cluster).unwrap();
    assert_eq!(dir.load_cluster().unwrap(), Some(cluster));
    assert_eq!(std::fs::read_dir(dir.root()).unwrap().count(), 1, "no temporary file stays behind");
}

#[test]
fn a_field_of_a_newer_weir_is_ignored_and_a_missing_one_has_its_default() {
    let (_temp, dir) = dir();
    let text = r#"{"name":"x","desired":"stopped","brokers":1,"shape":"round"}"#;
    std::fs::write(dir.cluster_json(), text).unwrap();
    let cluster = dir.load_cluster().unwrap().unwrap();
    assert_eq!(cluster.desired, Desired::Stopped);
    assert!(cluster.ports.is_empty());
}

#[test]
fn a_torn_cluster_json_is_an_error_in_one_sentence_and_stays_as_it_is() {
    let (_temp, dir) = dir();
    std::fs::write(dir.cluster_json(), r#"{"name":"x","#).unwrap();
    let error = dir.load_cluster().unwrap_err();
    assert!(matches!(error, DirError::Torn { .. }));
    assert!(error.to_string().contains("cluster.json is damaged"), "{error}");
}

#[test]
fn control_json_is_for_its_owner_only_and_torn_counts_as_absent() {
    use std::os::unix::fs::PermissionsExt;
    let (_temp, dir) = dir();
    dir.save_control(&control()).unwrap();
    let mode = std::fs::metadata(dir.control_json()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!format!("{:?}", control()).contains("secret"), "the token cannot print");
    std::fs::write(dir.control_json(), "{").unwrap();
    assert_eq!(dir.load_control().unwrap(), None);
}

#[test]
fn a_newer_format_is_refused() {
    let (_temp, dir) = dir();
    assert_eq!(dir.load_format().unwrap(), None);
    dir.save_format().unwrap();
    assert_eq!(dir.load_format().unwrap(), Some(ClusterDir::FORMAT));
    std::fs::write(dir.format_file(), "99\n").unwrap();
    assert!(matches!(dir.load_format(), Err(DirError::NewerFormat { found: 99, .. })));
    std::fs::write(dir.format_file(), "x").unwrap();
    assert!(matches!(dir.load_format(), Err(DirError::BadFormat { .. })));
}

#[test]
fn the_newest_line_of_an_operation_wins_and_a_torn_tail_is_skipped() {
    let (_temp, dir) = dir();
    let log = dir.operations();
    assert!(log.read().unwrap().is_empty());
    let heal = Operation::begin("a", OperationKind::Heal);
    log.append(&heal).unwrap();
    log.append(&Operation::begin("b", OperationKind::BrokerStop)).unwrap();
    log.append(&heal.clone().end(OperationState::Done)).unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(dir.operations_jsonl()).unwrap();
    file.write_all(br#"{"id":"c","ki"#).unwrap();
    let read = log.read().unwrap();
    assert_eq!(read.iter().map(|o| o.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(read[0].state, OperationState::Done);
    log.append(&Operation::begin("d", OperationKind::Heal)).unwrap();
    let ids: Vec<String> = log.read().unwrap().into_iter().map(|o| o.id).collect();
    assert_eq!(ids, ["a", "b", "d"], "a line after a torn one is whole");
}

#[test]
fn old_operations_are_forgotten_and_what_runs_is_not() {
    let (_temp, dir) = dir();
    let log = dir.operations();
    let file = dir.operations_jsonl();
    log.append(&Operation::begin("runs", OperationKind::BrokerRemove)).unwrap();
    let heal = |id: usize| Operation::begin(id.to_string(), OperationKind::Heal);
    let mut line = serde_json::to_vec(&heal(0).end(OperationState::Done)).unwrap();
    line.push(b'\n');
    let count = (2 << 20) / line.len() + 1;
    let mut old = std::fs::read(&file).unwrap();
    for id in 0..count {
        let ended = serde_json::to_vec(&heal(id).end(OperationState::Done)).unwrap();
        old.extend([&ended[..], b"\n"].concat());
    }
    std::fs::write(&file, &old).unwrap();
    let (one, two) = (heal(1_000_001), heal(1_000_002));
    // Two processes at once: none of their lines is lost.
    std::thread::scope(|scope| {
        for operation in [&one, &two] {
            scope.spawn(|| log.append(operation).unwrap());
        }
    });
    let length = std::fs::metadata(&file).unwrap().len();
    assert!(length <= (1 << 20) + 2_000, "{length} of {}", old.len());
    let ids: Vec<_> = log.read().unwrap().into_iter().map(|operation| operation.id).collect();
    assert!(ids.len() <= 2_003, "{}", ids.len());
    let newest = (count - 1).to_string();
    for kept in ["runs", &newest, &one.id, &two.id] {
        assert!(ids.iter().any(|id| id == kept), "{kept}");
    }
    assert!(!ids.contains(&"0".to_owned()), "the oldest is gone");
}

#[test]
fn a_lock_is_seen_by_a_probe_until_it_is_dropped() {
    let (_temp, dir) = dir();
    assert!(!DirLock::is_held(&dir.keeper_lock()).unwrap());
    let lock = dir.lock_keeper().unwrap().unwrap();
    assert!(DirLock::is_held(&dir.keeper_lock()).unwrap());
    assert!(dir.lock_keeper().unwrap().is_none(), "whoever comes second adopts");
    drop(lock);
    assert!(!DirLock::is_held(&dir.keeper_lock()).unwrap());
}

#[test]
fn the_state_of_a_directory_follows_its_locks() {
    let (_temp, dir) = dir();
    assert!(probe_locks(&dir).unwrap().is_none());
    dir.save_cluster(&ClusterFile::new("local", 1)).unwrap();
    let state = || cluster_state(&probe_locks(&dir).unwrap().unwrap());
    assert_eq!(state(), State::Stopped);
    let _lock = dir.lock_keeper().unwrap().unwrap();
    assert_eq!(state(), State::Creating);
    dir.save_keeper(&KeeperFile { ready: true, ever_ready: true, ..KeeperFile::default() })
        .unwrap();
    assert_eq!(state(), State::Healing);
}
