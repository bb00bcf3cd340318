//! Records of groups as they lie in the log.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::{Str, Uuid};

use super::member::{Assignment, Initialized, ShareGroup};
use super::records::{Change, Told, encode, load};

#[test]
fn changes_come_back_from_the_log() {
    let id = Str::from("g");
    let member = Str::from("m");
    let assignment = Assignment::from([(Uuid([1; 16]), BTreeSet::from([0, 2]))]);
    let told = Told {
        rack: None,
        client_id: Str::from("c"),
        client_host: Str::from("/127.0.0.1"),
        topics: vec![Str::from("t")],
    };
    let initialized = Initialized { name: Str::from("t"), partitions: BTreeSet::from([0, 1, 2]) };
    let changes = [
        Change::Epoch(Some((3, 42))),
        Change::AssignmentEpoch(Some(3)),
        Change::Member(member.clone(), Some(told)),
        Change::Target(member.clone(), Some(assignment.clone())),
        Change::Current(member.clone(), Some((3, 2, assignment))),
        Change::Initialized(BTreeMap::from([(Uuid([1; 16]), initialized)])),
        Change::Member(member.clone(), None),
        Change::Target(member.clone(), None),
        Change::Current(member, None),
        Change::Initialized(BTreeMap::new()),
        Change::AssignmentEpoch(None),
        Change::Epoch(None),
    ];
    let kinds: Vec<u8> = changes
        .iter()
        .map(|change| {
            let record = encode(&id, change).unwrap();
            let loaded = load(&record.key, record.value.as_deref()).unwrap();
            assert_eq!(loaded, (id.clone(), change.clone()));
            record.key[1]
        })
        .collect();
    assert_eq!(kinds, [11, 12, 10, 13, 14, 15, 10, 13, 14, 15, 12, 11]);
    assert_eq!(load(b"\0\x02\0\x01g", None), None, "a classic group's");
}

#[test]
fn a_group_is_what_its_changes_say() {
    let mut group = ShareGroup::new(Str::from("g"));
    assert_eq!(group.state(), "Empty");
    let member = Str::from("m");
    group.apply(Change::Member(member.clone(), Some(Told::default())));
    group.apply(Change::Current(member.clone(), Some((2, 1, Assignment::new()))));
    assert_eq!((group.state(), group.members["m"].epoch), ("Stable", 2));
    group.keep_until("m", 10);
    assert_eq!(group.silent(9).count(), 0);
    assert_eq!(group.silent(10).count(), 1);
    group.apply(Change::Member(member, None));
    assert_eq!(group.state(), "Empty");
}
