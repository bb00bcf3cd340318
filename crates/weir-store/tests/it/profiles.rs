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

#[test]
fn a_profile_is_written_anew_under_its_id() {
    let (_dir, store) = store();
    store.add_profile(profile("r-1", "staging")).unwrap();
    store.add_profile(profile("r-2", "other")).unwrap();
    let moved = ProfileRow { bootstrap: "elsewhere:9092".to_owned(), ..profile("r-1", "moved") };
    assert!(store.update_profile(moved.clone()).unwrap());
    assert_eq!(store.profile("r-1").unwrap(), Some(moved.clone()));
    let taken = ProfileRow { name: "other".to_owned(), ..moved.clone() };
    assert!(!store.update_profile(taken).unwrap(), "another has the name");
    assert_eq!(store.profile("r-1").unwrap(), Some(moved));
    assert!(!store.update_profile(profile("r-3", "none")).unwrap(), "there is no such profile");
}

#[test]
fn who_answered_last_is_kept_as_long_as_the_profile() {
    let (_dir, store) = store();
    store.add_profile(profile("r-1", "staging")).unwrap();
    assert_eq!(store.reached("r-1").unwrap(), None);
    store.put_reached("r-1", "one").unwrap();
    store.put_reached("r-1", "two").unwrap();
    assert_eq!(store.reached("r-1").unwrap().as_deref(), Some("two"));
    store.remove_profile("r-1").unwrap();
    assert_eq!(store.reached("r-1").unwrap(), None);
}
