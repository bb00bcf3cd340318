use super::*;
use crate::groups::records::lead;
use crate::groups::streams::topology::{CopartitionGroup, InternalTopic, Subtopology, Topology};

fn round_trip(change: &Change) {
    let record = encode(&Str::from("g"), change).unwrap();
    let (kind, key) = lead(&record.key).unwrap();
    let loaded = load(&Bytes::new(), kind, key, record.value.as_deref());
    assert_eq!(loaded, Some((Str::from("g"), Some(change.clone()))));
}

fn about() -> About {
    About {
        instance: Some(Str::from("i")),
        rack: Some(Str::from("r")),
        client_id: Str::from("c"),
        client_host: Str::from("/127.0.0.1"),
        rebalance_timeout_ms: 9,
        topology_epoch: 2,
        process_id: Str::from("p"),
        endpoint: Some((Str::from("localhost"), 8_080)),
        tags: [(Str::from("zone"), Str::from("a"))].into(),
    }
}

fn topology() -> Topology {
    let internal = |name: &str, partitions: i32| InternalTopic {
        name: Str::from(name),
        partitions,
        replication_factor: 1,
        configs: vec![(Str::from("cleanup.policy"), Str::from("compact"))],
    };
    let subtopology = Subtopology {
        sources: vec![Str::from("a")],
        source_regex: Vec::new(),
        changelogs: vec![internal("x-changelog", 0)],
        repartition_sinks: vec![Str::from("x-repartition")],
        repartition_sources: vec![internal("y-repartition", 3)],
        copartition_groups: vec![CopartitionGroup {
            sources: vec![0],
            source_regex: Vec::new(),
            repartition_sources: vec![0],
        }],
    };
    Topology { epoch: 4, subtopologies: [(Str::from("0"), subtopology)].into() }
}

#[test]
fn every_change_comes_back() {
    let id = Str::from("m");
    let tasks: TaskIds = [(Str::from("0"), [0, 2].into())].into();
    let assigned = Assigned {
        active: [(Str::from("1"), [(0, 3), (2, 4)].into())].into(),
        standby: tasks.clone(),
        warmup: tasks.clone(),
    };
    let current = Current {
        epoch: 5,
        previous_epoch: 4,
        state: MemberState::UnrevokedTasks,
        assigned: assigned.clone(),
        revoking: assigned,
    };
    let target = Tasks { active: tasks.clone(), standby: tasks.clone(), warmup: tasks };
    let epoch = GroupEpoch {
        epoch: 7,
        metadata_hash: -9,
        validated: 4,
        assignment_configs: [(Str::from("num.standby.replicas"), Str::from("1"))].into(),
    };
    for change in [
        Change::Epoch(Some(epoch)),
        Change::Epoch(None),
        Change::Member(id.clone(), Some(about())),
        Change::Member(id.clone(), None),
        Change::Topology(Some(Arc::new(topology()))),
        Change::Topology(None),
        Change::Target(id.clone(), Some(Arc::new(target))),
        Change::Target(id.clone(), None),
        Change::TargetEpoch(Some((7, 1_000))),
        Change::TargetEpoch(None),
        Change::Current(id.clone(), Some(current)),
        Change::Current(id, None),
    ] {
        round_trip(&change);
    }
}

#[test]
fn broken_records_are_refused_and_old_kinds_skipped() {
    assert_eq!(load(&Bytes::new(), MEMBER, b"\0", None), None);
    assert_eq!(load(&Bytes::new(), 18, b"anything", None), Some((Str::default(), None)));
}
