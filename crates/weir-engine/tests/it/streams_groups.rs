//! Streams groups (KIP-1071) over frames: topologies, internal topics, tasks, epochs, offsets.

use weir_wire::messages::delete_groups_request::DeleteGroupsRequest;
use weir_wire::messages::list_groups_request::ListGroupsRequest;
use weir_wire::messages::streams_group_describe_request::StreamsGroupDescribeRequest;
use weir_wire::messages::streams_group_describe_response::DescribedGroup;
use weir_wire::messages::streams_group_heartbeat_request::{
    StreamsGroupHeartbeatRequest, Subtopology, TaskIds, TopicInfo, Topology,
};
use weir_wire::messages::streams_group_heartbeat_response::StreamsGroupHeartbeatResponse;
use weir_wire::messages::streams_group_topology_description_update_request::StreamsGroupTopologyDescriptionUpdateRequest;
use weir_wire::{ErrorCode, Str};

use crate::groups::{commit_request, coordinator};
use crate::harness::Cluster;

const GROUP: &str = "app";
const MISSING_SOURCE_TOPICS: i8 = 1;
const MISSING_INTERNAL_TOPICS: i8 = 3;
const SHUTDOWN_APPLICATION: i8 = 4;
const ASSIGNMENT_DELAYED: i8 = 5;

fn beat(cluster: &Cluster, request: StreamsGroupHeartbeatRequest) -> StreamsGroupHeartbeatResponse {
    cluster.connect(coordinator(cluster, 1, GROUP)).call(request, 1)
}

fn error(response: &StreamsGroupHeartbeatResponse) -> ErrorCode {
    ErrorCode(response.error_code)
}

fn statuses(response: &StreamsGroupHeartbeatResponse) -> Vec<i8> {
    response.status.iter().flatten().map(|status| status.status_code).collect()
}

/// Counts words: `lines` through a repartition topic into a store.
fn topology() -> Topology {
    let internal = |name: &str| TopicInfo { name: Str::from(name), ..Default::default() };
    let names = |name: &str| vec![Str::from(name)];
    let split = Subtopology {
        subtopology_id: Str::from("0"),
        source_topics: names("lines"),
        repartition_sink_topics: names("app-words-repartition"),
        ..Default::default()
    };
    let count = Subtopology {
        subtopology_id: Str::from("1"),
        repartition_source_topics: vec![internal("app-words-repartition")],
        state_changelog_topics: vec![internal("app-counts-changelog")],
        ..Default::default()
    };
    Topology { epoch: 0, subtopologies: vec![split, count], ..Default::default() }
}

fn join(id: &str) -> StreamsGroupHeartbeatRequest {
    StreamsGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from(id),
        rebalance_timeout_ms: 30_000,
        topology: Some(topology()),
        active_tasks: Some(Vec::new()),
        standby_tasks: Some(Vec::new()),
        warmup_tasks: Some(Vec::new()),
        process_id: Some(Str::from(format!("process-{id}"))),
        ..Default::default()
    }
}

/// A heartbeat of a member at `epoch` that tells nothing.
fn stay(id: &str, epoch: i32) -> StreamsGroupHeartbeatRequest {
    StreamsGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from(id),
        member_epoch: epoch,
        rebalance_timeout_ms: -1,
        ..Default::default()
    }
}

fn told(
    tasks: Option<&Vec<weir_wire::messages::streams_group_heartbeat_response::TaskIds>>,
) -> usize {
    tasks.into_iter().flatten().map(|of| of.partitions.len()).sum()
}

/// One member that has all six tasks.
fn running(cluster: &Cluster) -> i32 {
    cluster.create("lines", 3, &[]);
    let first = beat(cluster, join("a"));
    assert_eq!(error(&first), ErrorCode::NONE, "{first:?}");
    assert_eq!(statuses(&first), [MISSING_INTERNAL_TOPICS]);
    let next = beat(cluster, stay("a", first.member_epoch));
    assert_eq!(statuses(&next), [ASSIGNMENT_DELAYED], "a target holds for a second");
    cluster.pass(1_100);
    let next = beat(cluster, stay("a", next.member_epoch));
    assert_eq!(next.status.as_ref().map(Vec::len), Some(0), "{next:?}");
    assert_eq!(told(next.active_tasks.as_ref()), 6, "{next:?}");
    next.member_epoch
}

fn described(cluster: &Cluster) -> DescribedGroup {
    let group_ids = vec![Str::from(GROUP)];
    let request = StreamsGroupDescribeRequest { group_ids, ..Default::default() };
    cluster.connect(coordinator(cluster, 1, GROUP)).call(request, 1).groups.remove(0)
}

#[test]
fn a_topology_gets_its_internal_topics_and_then_its_tasks() {
    let cluster = Cluster::new(1);
    let before = beat(&cluster, join("a"));
    assert_eq!(statuses(&before), [MISSING_SOURCE_TOPICS]);
    assert_eq!(described(&cluster).group_state, "NotReady");
    assert_eq!(error(&beat(&cluster, stay("a", -1))), ErrorCode::NONE);
    cluster.pass(1_100);
    running(&cluster);
    let image = cluster.engine.image();
    for topic in ["app-words-repartition", "app-counts-changelog"] {
        assert_eq!(image.topic(topic).unwrap().partitions().len(), 3, "{topic}");
    }
    let group = described(&cluster);
    assert_eq!((group.group_state.as_str(), group.members.len()), ("Stable", 1));
    assert_eq!(group.group_epoch, group.assignment_epoch);
    let topology = group.topology.unwrap();
    let counted = &topology.subtopologies.unwrap()[1].state_changelog_topics[0];
    assert_eq!((&*counted.name, counted.partitions), ("app-counts-changelog", 3));
}

#[test]
fn a_second_member_gets_tasks_once_the_first_gave_them_up() {
    let cluster = Cluster::new(1);
    let epoch = running(&cluster);
    cluster.pass(1_100);
    let second = beat(&cluster, join("b"));
    assert_eq!(told(second.active_tasks.as_ref()), 0, "{second:?}");
    let first = beat(&cluster, stay("a", epoch));
    let kept = first.active_tasks.unwrap();
    assert_eq!(told(Some(&kept)), 3);
    let mut gave_up = stay("a", first.member_epoch);
    let owned = kept.iter().map(|of| TaskIds {
        subtopology_id: of.subtopology_id.clone(),
        partitions: of.partitions.clone(),
        ..Default::default()
    });
    gave_up.active_tasks = Some(owned.collect());
    (gave_up.standby_tasks, gave_up.warmup_tasks) = (Some(Vec::new()), Some(Vec::new()));
    assert_eq!(error(&beat(&cluster, gave_up)), ErrorCode::NONE);
    let second = beat(&cluster, stay("b", second.member_epoch));
    assert_eq!(told(second.active_tasks.as_ref()), 3, "{second:?}");
    assert_eq!(described(&cluster).group_state, "Stable");
}

#[test]
fn members_are_fenced_by_epoch_and_gone_after_their_session() {
    let cluster = Cluster::new(1);
    let epoch = running(&cluster);
    let ahead = beat(&cluster, stay("a", epoch + 1));
    assert_eq!(error(&ahead), ErrorCode::FENCED_MEMBER_EPOCH);
    assert_eq!(error(&beat(&cluster, stay("x", epoch))), ErrorCode::UNKNOWN_MEMBER_ID);
    cluster.pass(46_000);
    let late = beat(&cluster, stay("a", epoch));
    assert_eq!(error(&late), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(described(&cluster).group_state, "Empty");
}

#[test]
fn a_look_meets_no_member_whose_session_is_over_though_its_timer_is_late() {
    let cluster = Cluster::new(1);
    running(&cluster);
    // The engine is not ticked: no timer fires.
    cluster.clock.advance(46_000);
    assert_eq!(described(&cluster).group_state, "Empty");
}

#[test]
fn a_group_survives_restarts() {
    let mut cluster = Cluster::new(1);
    let epoch = running(&cluster);
    let before = described(&cluster);
    cluster.restart();
    let after = described(&cluster);
    assert_eq!((after.group_epoch, after.group_state), (before.group_epoch, before.group_state));
    assert_eq!(after.members, before.members);
    let next = beat(&cluster, stay("a", epoch));
    assert_eq!((error(&next), next.member_epoch), (ErrorCode::NONE, epoch));
    assert!(next.active_tasks.is_none(), "nothing changed: {next:?}");
}

#[test]
fn a_static_member_comes_back_to_its_tasks() {
    let cluster = Cluster::new(1);
    cluster.create("lines", 3, &[]);
    let with_instance = |mut request: StreamsGroupHeartbeatRequest| {
        request.instance_id = Some(Str::from("one"));
        request.process_id = request.process_id.map(|_| Str::from("p"));
        request
    };
    let first = beat(&cluster, with_instance(join("a")));
    cluster.pass(1_100);
    let first = beat(&cluster, with_instance(stay("a", first.member_epoch)));
    assert_eq!(told(first.active_tasks.as_ref()), 6, "{first:?}");
    let taken = beat(&cluster, with_instance(join("b")));
    assert_eq!(error(&taken), ErrorCode::UNRELEASED_INSTANCE_ID);
    assert_eq!(error(&beat(&cluster, with_instance(stay("a", -2)))), ErrorCode::NONE);
    let back = beat(&cluster, with_instance(join("b")));
    assert_eq!(error(&back), ErrorCode::NONE, "{back:?}");
    assert_eq!(told(back.active_tasks.as_ref()), 6, "{back:?}");
    let fenced = beat(&cluster, with_instance(stay("a", first.member_epoch)));
    assert_eq!(error(&fenced), ErrorCode::FENCED_INSTANCE_ID);
}

#[test]
fn one_member_can_ask_the_whole_application_to_stop() {
    let cluster = Cluster::new(1);
    let epoch = running(&cluster);
    let second = beat(&cluster, join("b"));
    let mut failing = stay("b", second.member_epoch);
    failing.shutdown_application = true;
    beat(&cluster, failing);
    assert!(statuses(&beat(&cluster, stay("a", epoch))).contains(&SHUTDOWN_APPLICATION));
}

#[test]
fn another_topology_is_refused_and_wrong_tasks_are() {
    let cluster = Cluster::new(1);
    let epoch = running(&cluster);
    let mut other = join("b");
    other.topology = Some(Topology { epoch: 1, ..topology() });
    assert_eq!(error(&beat(&cluster, other)), ErrorCode::INVALID_REQUEST);
    let mut wrong = stay("a", epoch);
    let none = TaskIds { subtopology_id: Str::from("9"), ..Default::default() };
    wrong.active_tasks = Some(vec![none]);
    (wrong.standby_tasks, wrong.warmup_tasks) = (Some(Vec::new()), Some(Vec::new()));
    assert_eq!(error(&beat(&cluster, wrong)), ErrorCode::INVALID_REQUEST);
}

#[test]
fn offsets_are_committed_with_the_members_epoch() {
    let cluster = Cluster::new(1);
    let epoch = running(&cluster);
    let commit = |member: &str, epoch: i32| {
        let mut request = commit_request(GROUP, "lines", &[5]);
        request.member_id = Str::from(member);
        request.generation_id_or_member_epoch = epoch;
        let answer = cluster.connect(coordinator(&cluster, 1, GROUP)).call(request, 9);
        ErrorCode(answer.topics[0].partitions[0].error_code)
    };
    assert_eq!(commit("a", epoch), ErrorCode::NONE);
    assert_eq!(commit("a", epoch + 1), ErrorCode::STALE_MEMBER_EPOCH);
    assert_eq!(commit("a", epoch - 1), ErrorCode::STALE_MEMBER_EPOCH, "assigned later");
    assert_eq!(commit("x", epoch), ErrorCode::UNKNOWN_MEMBER_ID);
}

#[test]
fn streams_groups_are_listed_by_type_and_deleted_when_empty() {
    let cluster = Cluster::new(1);
    running(&cluster);
    let broker = coordinator(&cluster, 1, GROUP);
    let request = ListGroupsRequest {
        types_filter: vec![Str::from("streams")],
        states_filter: vec![Str::from("stable")],
        ..Default::default()
    };
    let listed = cluster.connect(broker).call(request, 5).groups;
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!((&*listed[0].protocol_type, &*listed[0].group_type), ("streams", "streams"));
    let delete = || {
        let request =
            DeleteGroupsRequest { groups_names: vec![Str::from(GROUP)], ..Default::default() };
        ErrorCode(cluster.connect(broker).call(request, 2).results[0].error_code)
    };
    assert_eq!(delete(), ErrorCode::NON_EMPTY_GROUP);
    beat(&cluster, stay("a", -1));
    assert_eq!(delete(), ErrorCode::NONE);
    assert_eq!(ErrorCode(described(&cluster).error_code), ErrorCode::GROUP_ID_NOT_FOUND);
}

#[test]
fn no_broker_here_keeps_topology_descriptions() {
    let cluster = Cluster::new(1);
    let request = StreamsGroupTopologyDescriptionUpdateRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from("a"),
        ..Default::default()
    };
    let answer = cluster.connect(1).call(request, 0);
    assert_eq!(ErrorCode(answer.error_code), ErrorCode::UNSUPPORTED_VERSION);
}

/// A task is a partition of a subtopology: a small request could ask for any number of them.
#[test]
fn a_topology_of_too_many_tasks_is_refused() {
    let cluster = Cluster::new(1);
    cluster.create("wide", 1_000, &[]);
    let subtopology = |id: usize| Subtopology {
        subtopology_id: Str::from(id.to_string()),
        source_topics: vec![Str::from("wide")],
        ..Default::default()
    };
    let joins = |count: usize| {
        let subtopologies = (0..count).map(subtopology).collect();
        let topology = Some(Topology { epoch: 0, subtopologies, ..Default::default() });
        beat(&cluster, StreamsGroupHeartbeatRequest { topology, ..join("a") })
    };
    let refused = joins(201);
    assert_eq!(error(&refused), ErrorCode::STREAMS_INVALID_TOPOLOGY);
    let told = refused.error_message.unwrap();
    assert_eq!(told.as_str(), "The topology has more than 200000 tasks.");
    assert_eq!(error(&joins(200)), ErrorCode::NONE);
}
