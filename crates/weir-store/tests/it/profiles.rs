use weir_store::{ProfileRow, Store};

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
    assert!(store.update_profile(profile("r-1", "staging"), moved.clone()).unwrap());
    assert_eq!(store.profile("r-1").unwrap(), Some(moved.clone()));
    let taken = ProfileRow { name: "other".to_owned(), ..moved.clone() };
    assert!(!store.update_profile(moved.clone(), taken).unwrap(), "another has the name");
    assert_eq!(store.profile("r-1").unwrap(), Some(moved));
    let none = profile("r-3", "none");
    assert!(!store.update_profile(none.clone(), none).unwrap(), "there is no such profile");
}

/// An edit of the address waits for an answer from there; a protection that another window sets meanwhile stays.
#[test]
fn two_edits_at_once_are_both_kept() {
    let (dir, store) = store();
    let before = profile("r-1", "staging");
    store.add_profile(before.clone()).unwrap();
    let other = Store::open(&dir.path().join("weir.db")).unwrap();
    let protected = ProfileRow { production: true, ..before.clone() };
    assert!(other.update_profile(before.clone(), protected).unwrap());
    let moved = ProfileRow { bootstrap: "elsewhere:9092".to_owned(), ..before.clone() };
    assert!(store.update_profile(before, moved.clone()).unwrap());
    let both = ProfileRow { production: true, ..moved };
    assert_eq!(other.profile("r-1").unwrap(), Some(both));
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
