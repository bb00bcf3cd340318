use weir_store::ProfileRow;

use crate::store;

fn profile(id: &str, name: &str) -> ProfileRow {
    ProfileRow {
        id: id.to_owned(),
        name: name.to_owned(),
        bootstrap: "broker:9092".to_owned(),
        read_only: true,
        production: false,
        created_at: 7,
    }
}

#[test]
fn profiles_come_back_by_name_and_by_id() {
    let (_dir, store) = store();
    assert!(store.add_profile(profile("r-2", "staging")).unwrap());
    assert!(store.add_profile(profile("r-1", "Production")).unwrap());
    assert_eq!(
        store.profiles().unwrap(),
        [profile("r-1", "Production"), profile("r-2", "staging")]
    );
    assert_eq!(store.profile("r-2").unwrap(), Some(profile("r-2", "staging")));
    assert_eq!(store.profile("r-3").unwrap(), None);
}

#[test]
fn a_name_is_taken_once() {
    let (_dir, store) = store();
    assert!(store.add_profile(profile("r-1", "staging")).unwrap());
    assert!(!store.add_profile(profile("r-2", "staging")).unwrap());
    assert_eq!(store.profiles().unwrap().len(), 1);
}

#[test]
fn removing_says_whether_there_was_one() {
    let (_dir, store) = store();
    store.add_profile(profile("r-1", "staging")).unwrap();
    assert!(store.remove_profile("r-1").unwrap());
    assert!(!store.remove_profile("r-1").unwrap());
}
