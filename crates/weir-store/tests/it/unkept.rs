//! Where the database cannot be written: what it holds can be read, and what was done is remembered for a while.

use weir_store::{OperationFilter, OperationRow, ProfileRow, Store, StoreError};

use crate::store;

fn profile() -> ProfileRow {
    ProfileRow {
        id: "r-1".to_owned(),
        name: "prod".to_owned(),
        bootstrap: "localhost:9092".to_owned(),
        read_only: true,
        production: true,
        created_at: 1,
    }
}

fn operation() -> OperationRow {
    OperationRow {
        id: "op-1".to_owned(),
        cluster: None,
        kind: "topic_create".to_owned(),
        state: "done".to_owned(),
        started_at: 1,
        ended_at: Some(2),
        body: "{}".to_owned(),
    }
}

#[test]
fn a_copy_holds_what_was_there_and_refuses_what_it_could_not_keep() {
    let (dir, store) = store();
    let path = dir.path().join("weir.db");
    store.add_profile(profile()).unwrap();
    store.put_settings(vec![("theme".into(), "dark".into())]).unwrap();
    let copy = Store::copy_of(&path).unwrap();
    assert_eq!(copy.profiles().unwrap(), [profile()]);
    assert_eq!(copy.settings().unwrap()["theme"], "dark");
    copy.put_operation(operation()).unwrap();
    assert_eq!(copy.operation("op-1").unwrap(), Some(operation()), "remembered");
    let refused = [
        copy.put_settings(vec![("theme".into(), "light".into())]).unwrap_err(),
        copy.add_profile(profile()).unwrap_err(),
        copy.remove_profile("r-1").unwrap_err(),
    ];
    assert!(refused.iter().all(|error| matches!(error, StoreError::NotKept)), "{refused:?}");
    assert_eq!(store.operation("op-1").unwrap(), None, "the disk is as it was");
}

#[test]
fn a_path_with_every_kind_of_character_is_copied() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("a b?c#d%41é");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("weir.db");
    Store::open(&path).unwrap().add_profile(profile()).unwrap();
    assert_eq!(Store::copy_of(&path).unwrap().profiles().unwrap().len(), 1);
}

#[test]
fn what_is_no_database_is_named_and_not_copied() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("weir.db");
    std::fs::write(&path, "no database, whoever wrote this".repeat(99)).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error:?}");
    assert!(Store::copy_of(&path).is_err());
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(!matches!(error, StoreError::Foreign { .. }), "a folder may be in the way: {error:?}");
    assert!(Store::copy_of(&path).is_err());
}

#[test]
fn an_empty_one_in_memory_remembers_operations() {
    let store = Store::in_memory().unwrap();
    store.put_operation(operation()).unwrap();
    assert_eq!(store.operations(&OperationFilter { cluster: None, limit: 9 }).unwrap().len(), 1);
    assert!(store.profiles().unwrap().is_empty());
}
