//! Consumer groups (KIP-848) over frames: joining, reconciling, fencing, offsets.

use weir_wire::messages::consumer_group_describe_request::ConsumerGroupDescribeRequest;
use weir_wire::messages::consumer_group_describe_response::DescribedGroup;
use weir_wire::messages::consumer_group_heartbeat_request::{
    ConsumerGroupHeartbeatRequest, TopicPartitions,
};
use weir_wire::messages::consumer_group_heartbeat_response::ConsumerGroupHeartbeatResponse;
use weir_wire::messages::delete_groups_request::DeleteGroupsRequest;
use weir_wire::messages::describe_groups_request::DescribeGroupsRequest;
use weir_wire::messages::list_groups_request::ListGroupsRequest;
use weir_wire::messages::offset_fetch_request::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use weir_wire::{ErrorCode, Str, Uuid};

use crate::groups::{commit_request, coordinator};
use crate::harness::Cluster;

/// What a client keeps of its membership.
struct Consumer<'a> {
    cluster: &'a Cluster,
    id: String,
    instance: Option<&'static str>,
    epoch: i32,
    /// Partitions of the one topic that these tests use, as the broker told last.
    owned: Vec<i32>,
}

const GROUP: &str = "g";

fn beat(
    cluster: &Cluster,
    request: ConsumerGroupHeartbeatRequest,
) -> ConsumerGroupHeartbeatResponse {
    let broker = coordinator(cluster, 1, GROUP);
    cluster.connect(broker).call(request, 1)
}

fn error(response: &ConsumerGroupHeartbeatResponse) -> ErrorCode {
    ErrorCode(response.error_code)
}

fn join_request(id: &str, topics: &[&str]) -> ConsumerGroupHeartbeatRequest {
    ConsumerGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from(id),
        rebalance_timeout_ms: 30_000,
        subscribed_topic_names: Some(topics.iter().copied().map(Str::from).collect()),
        topic_partitions: Some(Vec::new()),
        ..Default::default()
    }
}

impl<'a> Consumer<'a> {
    fn new(cluster: &'a Cluster, id: &str) -> Self {
        Self { cluster, id: id.to_owned(), instance: None, epoch: 0, owned: Vec::new() }
    }

    fn join(cluster: &'a Cluster, id: &str, topics: &[&str]) -> Self {
        let mut member = Self::new(cluster, id);
        member.sends(join_request(id, topics));
        member
    }

    fn topic_id(&self) -> Uuid {
        self.cluster.engine.image().topic("t").map_or(Uuid::ZERO, |topic| topic.id())
    }

    /// Sends a request as this member, and takes the answer over.
    fn sends(&mut self, mut request: ConsumerGroupHeartbeatRequest) -> ErrorCode {
        request.instance_id = self.instance.map(Str::from);
        let response = beat(self.cluster, request);
        let error = error(&response);
        if error == ErrorCode::NONE {
            self.epoch = response.member_epoch;
            if let Some(assignment) = response.assignment {
                let topics = assignment.topic_partitions.into_iter();
                self.owned = topics.flat_map(|topic| topic.partitions).collect();
            }
        }
        error
    }

    /// A heartbeat that tells nothing new.
    fn beats(&mut self) -> ErrorCode {
        self.sends(ConsumerGroupHeartbeatRequest {
            group_id: Str::from(GROUP),
            member_id: Str::from(self.id.as_str()),
            member_epoch: self.epoch,
            rebalance_timeout_ms: -1,
            ..Default::default()
        })
    }

    /// A heartbeat that tells what the member has: it gave the rest up.
    fn acknowledges(&mut self) -> ErrorCode {
        let topic = TopicPartitions {
            topic_id: self.topic_id(),
            partitions: self.owned.clone(),
            ..Default::default()
        };
        self.sends(ConsumerGroupHeartbeatRequest {
            group_id: Str::from(GROUP),
            member_id: Str::from(self.id.as_str()),
            member_epoch: self.epoch,
            rebalance_timeout_ms: -1,
            topic_partitions: Some(if self.owned.is_empty() { vec![] } else { vec![topic] }),
            ..Default::default()
        })
    }

    fn leaves(&mut self, epoch: i32) -> ErrorCode {
        self.sends(ConsumerGroupHeartbeatRequest {
            group_id: Str::from(GROUP),
            member_id: Str::from(self.id.as_str()),
            member_epoch: epoch,
            ..Default::default()
        })
    }
}

/// A cluster with the topic `t` of four partitions, and one consumer that has them.
fn with_consumer(cluster: &Cluster) -> Consumer<'_> {
    cluster.create("t", 4, &[]);
    let member = Consumer::join(cluster, "m1", &["t"]);
    assert_eq!((member.epoch, member.owned.len()), (2, 4));
    member
}

fn described(cluster: &Cluster, group: &str) -> DescribedGroup {
    let broker = coordinator(cluster, 1, group);
    let request =
        ConsumerGroupDescribeRequest { group_ids: vec![Str::from(group)], ..Default::default() };
    cluster.connect(broker).call(request, 1).groups.remove(0)
}

fn listed(cluster: &Cluster, types: &[&str]) -> Vec<(String, String, String)> {
    let broker = coordinator(cluster, 1, GROUP);
    let request = ListGroupsRequest {
        types_filter: types.iter().copied().map(Str::from).collect(),
        ..Default::default()
    };
    let groups = cluster.connect(broker).call(request, 5).groups;
    let row = |text: &Str| text.to_string();
    groups.iter().map(|g| (row(&g.group_id), row(&g.group_type), row(&g.group_state))).collect()
}

#[test]
fn a_lone_member_has_everything_at_once() {
    let cluster = Cluster::new(3);
    let mut member = with_consumer(&cluster);
    assert_eq!(member.beats(), ErrorCode::NONE);
    assert_eq!(member.epoch, 2, "nothing changed");
    let group = described(&cluster, GROUP);
    assert_eq!((&*group.group_state, group.group_epoch, group.assignment_epoch), ("Stable", 2, 2));
    assert_eq!(&*group.assignor_name, "uniform");
    let described = &group.members[0];
    assert_eq!((&*described.member_id, described.member_type), ("m1", 1));
    assert_eq!(described.assignment, described.target_assignment);
    assert_eq!(&*described.assignment.topic_partitions[0].topic_name, "t");
    assert_eq!(listed(&cluster, &["consumer"]), [("g".into(), "consumer".into(), "Stable".into())]);
    assert_eq!(listed(&cluster, &["classic"]), []);
}

#[test]
fn partitions_move_only_after_they_were_given_up() {
    let cluster = Cluster::new(3);
    let mut first = with_consumer(&cluster);
    // A target holds for a second (consumer.assignment.interval.ms).
    let mut early = Consumer::join(&cluster, "early", &["t"]);
    assert_eq!((early.epoch, early.owned.len()), (2, 0), "the target is not computed yet");
    assert_eq!(&*described(&cluster, GROUP).group_state, "Assigning");
    cluster.pass(1_100);
    assert_eq!(early.beats(), ErrorCode::NONE);
    assert_eq!((early.epoch, early.owned.len()), (3, 0), "waits for the first");
    assert_eq!(first.beats(), ErrorCode::NONE);
    assert_eq!((first.epoch, first.owned.len()), (2, 2), "is to give two up");
    let group = described(&cluster, GROUP);
    assert_eq!(&*group.group_state, "Reconciling");
    let of_first = group.members.iter().find(|member| member.member_id == "m1").unwrap();
    assert_eq!(of_first.assignment.topic_partitions[0].partitions.len(), 4, "not given up yet");
    assert_eq!(early.beats(), ErrorCode::NONE);
    assert_eq!(early.owned.len(), 0, "not given up yet");
    assert_eq!(first.acknowledges(), ErrorCode::NONE);
    assert_eq!((first.epoch, first.owned.len()), (3, 2));
    assert_eq!(early.beats(), ErrorCode::NONE);
    assert_eq!((early.epoch, early.owned.len()), (3, 2));
    let mut all = [first.owned.clone(), early.owned.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, [0, 1, 2, 3]);
    assert_eq!(&*described(&cluster, GROUP).group_state, "Stable");
    assert_eq!(early.leaves(-1), ErrorCode::NONE);
    cluster.pass(1_100);
    assert_eq!(first.beats(), ErrorCode::NONE);
    assert_eq!((first.epoch, first.owned.len()), (4, 4));
}

#[test]
fn who_does_not_give_partitions_up_in_time_is_out() {
    let cluster = Cluster::new(1);
    let mut first = with_consumer(&cluster);
    cluster.pass(1_100);
    let mut second = Consumer::join(&cluster, "m2", &["t"]);
    assert_eq!(first.beats(), ErrorCode::NONE);
    for _ in 0..4 {
        cluster.pass(7_400);
        assert_eq!(second.beats(), ErrorCode::NONE);
        assert_eq!(first.beats(), ErrorCode::NONE, "alive, yet without a word on its partitions");
    }
    cluster.pass(1_000);
    assert_eq!(first.beats(), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(second.beats(), ErrorCode::NONE);
    assert_eq!(second.owned.len(), 4);
}

#[test]
fn sessions_end_unless_heartbeats_come() {
    let cluster = Cluster::new(1);
    let mut member = with_consumer(&cluster);
    cluster.pass(44_000);
    assert_eq!(member.beats(), ErrorCode::NONE);
    cluster.pass(44_000);
    assert_eq!(member.beats(), ErrorCode::NONE);
    cluster.pass(45_100);
    assert_eq!(member.beats(), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(&*described(&cluster, GROUP).group_state, "Empty");
}

#[test]
fn a_look_meets_no_member_whose_session_is_over_though_its_timer_is_late() {
    let cluster = Cluster::new(1);
    let _member = with_consumer(&cluster);
    cluster.clock.advance(44_999);
    assert_eq!(&*described(&cluster, GROUP).group_state, "Stable");
    // The engine is not ticked: no timer fires.
    cluster.clock.advance(1);
    assert_eq!(&*described(&cluster, GROUP).group_state, "Empty");
}

#[test]
fn epochs_fence() {
    let cluster = Cluster::new(1);
    let mut first = with_consumer(&cluster);
    let topic_id = first.topic_id();
    first.epoch = 9;
    assert_eq!(first.beats(), ErrorCode::FENCED_MEMBER_EPOCH, "from the future");
    first.epoch = 2;
    cluster.pass(1_100);
    let _second = Consumer::join(&cluster, "m2", &["t"]);
    assert_eq!(first.beats(), ErrorCode::NONE);
    assert_eq!(first.acknowledges(), ErrorCode::NONE);
    assert_eq!(first.epoch, 3);
    // The answer with the newer epoch may be lost: then the member has nothing but what it was given.
    let late = |partitions: Vec<i32>| ConsumerGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from("m1"),
        member_epoch: 2,
        rebalance_timeout_ms: -1,
        topic_partitions: Some(vec![TopicPartitions {
            topic_id,
            partitions,
            ..Default::default()
        }]),
        ..Default::default()
    };
    let own = first.owned.clone();
    assert_eq!(first.sends(late(own)), ErrorCode::NONE);
    assert_eq!(first.sends(late(vec![0, 1, 2, 3])), ErrorCode::FENCED_MEMBER_EPOCH);
    let mut unknown = Consumer::new(&cluster, "nobody");
    unknown.epoch = 3;
    assert_eq!(unknown.beats(), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(unknown.leaves(-1), ErrorCode::UNKNOWN_MEMBER_ID);
}

#[test]
fn requests_are_checked() {
    let cluster = Cluster::new(1);
    cluster.create("t", 1, &[]);
    let valid = || join_request("m", &["t"]);
    let refused = |request: ConsumerGroupHeartbeatRequest| error(&beat(&cluster, request));
    let blank = || Some(Str::from(" "));
    let cases = [
        ConsumerGroupHeartbeatRequest { member_id: Str::default(), ..valid() },
        ConsumerGroupHeartbeatRequest { instance_id: blank(), ..valid() },
        ConsumerGroupHeartbeatRequest { rack_id: blank(), ..valid() },
        ConsumerGroupHeartbeatRequest { rebalance_timeout_ms: -1, ..valid() },
        ConsumerGroupHeartbeatRequest { topic_partitions: None, ..valid() },
        ConsumerGroupHeartbeatRequest { subscribed_topic_names: None, ..valid() },
        ConsumerGroupHeartbeatRequest { member_epoch: -2, ..valid() },
        ConsumerGroupHeartbeatRequest { member_epoch: -3, ..valid() },
    ];
    for request in cases {
        assert_eq!(refused(request.clone()), ErrorCode::INVALID_REQUEST, "{request:?}");
    }
    let assignor = Some(Str::from("best"));
    let request = ConsumerGroupHeartbeatRequest { server_assignor: assignor, ..valid() };
    assert_eq!(refused(request), ErrorCode::UNSUPPORTED_ASSIGNOR);
    let request =
        ConsumerGroupHeartbeatRequest { subscribed_topic_regex: Some(Str::from("(")), ..valid() };
    assert_eq!(refused(request), ErrorCode::INVALID_REGULAR_EXPRESSION);
    let request = ConsumerGroupHeartbeatRequest { member_epoch: 1, ..valid() };
    assert_eq!(refused(request), ErrorCode::GROUP_ID_NOT_FOUND);
    assert_eq!(listed(&cluster, &[]), [], "nothing was made");
    let request = ConsumerGroupHeartbeatRequest { member_id: Str::default(), ..valid() };
    let broker = coordinator(&cluster, 1, GROUP);
    let response = cluster.connect(broker).call(request, 0);
    assert_eq!(error(&response), ErrorCode::NONE, "v0: the broker makes the id");
    assert_eq!(response.member_id.unwrap().len(), 22);
}

#[test]
fn regular_expressions_follow_the_topics() {
    let cluster = Cluster::new(3);
    cluster.create("t", 2, &[]);
    cluster.create("other", 2, &[]);
    let mut member = Consumer::new(&cluster, "m1");
    let request = ConsumerGroupHeartbeatRequest {
        subscribed_topic_names: None,
        subscribed_topic_regex: Some(Str::from("t[0-9]*")),
        ..join_request("m1", &[])
    };
    assert_eq!(member.sends(request), ErrorCode::NONE);
    assert_eq!((member.epoch, member.owned.len()), (2, 2));
    cluster.create("t2", 3, &[]);
    cluster.pass(1_100);
    assert_eq!(member.beats(), ErrorCode::NONE);
    assert_eq!((member.epoch, member.owned.len()), (3, 5), "a new topic matches");
    let regex = described(&cluster, GROUP).members[0].subscribed_topic_regex.clone();
    assert_eq!(regex.as_deref(), Some("t[0-9]*"));
    let names = ConsumerGroupHeartbeatRequest {
        member_epoch: member.epoch,
        subscribed_topic_regex: Some(Str::default()),
        topic_partitions: None,
        ..join_request("m1", &["other"])
    };
    cluster.pass(1_100);
    assert_eq!(member.sends(names), ErrorCode::NONE);
    assert_eq!(member.owned.len(), 0, "what matched is taken away");
    assert_eq!(member.acknowledges(), ErrorCode::NONE);
    assert_eq!((member.epoch, member.owned.len()), (4, 2));
}

#[test]
fn static_members_come_back_to_what_they_had() {
    let cluster = Cluster::new(3);
    cluster.create("t", 4, &[]);
    let mut first = Consumer::new(&cluster, "m1");
    first.instance = Some("i1");
    assert_eq!(first.sends(join_request("m1", &["t"])), ErrorCode::NONE);
    let mut again = Consumer::new(&cluster, "m2");
    again.instance = Some("i1");
    assert_eq!(again.sends(join_request("m2", &["t"])), ErrorCode::UNRELEASED_INSTANCE_ID);
    assert_eq!(first.leaves(-2), ErrorCode::NONE);
    assert_eq!(again.sends(join_request("m2", &["t"])), ErrorCode::NONE);
    assert_eq!((again.epoch, again.owned.len()), (2, 4), "no rebalance");
    first.epoch = 2;
    assert_eq!(first.beats(), ErrorCode::FENCED_INSTANCE_ID);
    again.instance = Some("i9");
    assert_eq!(again.beats(), ErrorCode::UNKNOWN_MEMBER_ID, "an instance nobody knows");
    again.instance = Some("i1");
    assert_eq!(again.leaves(-2), ErrorCode::NONE);
    cluster.pass(45_100);
    assert_eq!(&*described(&cluster, GROUP).group_state, "Empty", "away for too long");
}

#[test]
fn a_full_group_takes_no_more() {
    let config = weir_engine::EngineConfig::local("/cluster", 1, "localhost", 9092);
    let cluster = Cluster::with(config.set("group.consumer.max.size", "1"));
    let mut first = with_consumer(&cluster);
    let mut second = Consumer::new(&cluster, "m2");
    assert_eq!(second.sends(join_request("m2", &["t"])), ErrorCode::GROUP_MAX_SIZE_REACHED);
    assert_eq!(first.sends(join_request("m1", &["t"])), ErrorCode::NONE, "rejoining is allowed");
}

#[test]
fn offsets_are_guarded_by_epochs() {
    let cluster = Cluster::new(1);
    let mut first = with_consumer(&cluster);
    let commit = |member: &str, epoch: i32, version: i16, offsets: &[i64]| {
        let mut request = commit_request(GROUP, "t", offsets);
        request.member_id = Str::from(member);
        request.generation_id_or_member_epoch = epoch;
        let response = cluster.connect(1).call(request, version);
        let partitions = response.topics[0].partitions.iter();
        partitions.map(|p| ErrorCode(p.error_code)).collect::<Vec<_>>()
    };
    assert_eq!(commit("m1", 2, 9, &[5, 6]), [ErrorCode::NONE; 2]);
    assert_eq!(commit("m1", 3, 9, &[5]), [ErrorCode::STALE_MEMBER_EPOCH]);
    assert_eq!(commit("m1", 2, 8, &[5]), [ErrorCode::UNSUPPORTED_VERSION]);
    assert_eq!(commit("m9", 2, 9, &[5]), [ErrorCode::UNKNOWN_MEMBER_ID]);
    assert_eq!(commit("", -1, 9, &[5]), [ErrorCode::UNKNOWN_MEMBER_ID], "the group has members");
    cluster.pass(1_100);
    let mut second = Consumer::join(&cluster, "m2", &["t"]);
    first.beats();
    first.acknowledges();
    second.beats();
    assert_eq!((first.epoch, second.epoch), (3, 3));
    // KIP-1251: with the epoch before, for what it still has since then.
    let outcome = commit("m1", 2, 9, &[7, 7, 7, 7]);
    for (index, error) in outcome.iter().enumerate() {
        let has = first.owned.contains(&(index as i32));
        let expected = if has { ErrorCode::NONE } else { ErrorCode::STALE_MEMBER_EPOCH };
        assert_eq!(*error, expected, "partition {index}");
    }
    let fetch = |member: Option<&str>, epoch: i32| {
        let request = OffsetFetchRequest {
            groups: vec![OffsetFetchRequestGroup {
                group_id: Str::from(GROUP),
                member_id: member.map(Str::from),
                member_epoch: epoch,
                topics: Some(vec![OffsetFetchRequestTopics {
                    name: Str::from("t"),
                    partition_indexes: vec![first.owned[0]],
                    ..Default::default()
                }]),
                ..Default::default()
            }],
            ..Default::default()
        };
        ErrorCode(cluster.connect(1).call(request, 9).groups[0].error_code)
    };
    assert_eq!(fetch(Some("m1"), 3), ErrorCode::NONE);
    assert_eq!(fetch(None, -1), ErrorCode::NONE, "administrators");
    assert_eq!(fetch(Some("m1"), 2), ErrorCode::STALE_MEMBER_EPOCH);
    assert_eq!(fetch(Some("m9"), 3), ErrorCode::UNKNOWN_MEMBER_ID);
}

#[test]
fn groups_survive_a_kill_and_a_move() {
    let mut cluster = Cluster::new(3);
    let (epoch, owned) = {
        let mut first = with_consumer(&cluster);
        cluster.pass(1_100);
        let _second = Consumer::join(&cluster, "m2", &["t"]);
        first.beats();
        (first.epoch, first.owned.clone())
    };
    let before = described(&cluster, GROUP);
    cluster.restart();
    assert_eq!(described(&cluster, GROUP), before);
    let id = cluster.engine.image().topic("t").unwrap().id();
    let request = ConsumerGroupHeartbeatRequest {
        group_id: Str::from(GROUP),
        member_id: Str::from("m1"),
        member_epoch: epoch,
        rebalance_timeout_ms: -1,
        topic_partitions: Some(vec![TopicPartitions {
            topic_id: id,
            partitions: owned,
            ..Default::default()
        }]),
        ..Default::default()
    };
    let response = beat(&cluster, request);
    assert_eq!((error(&response), response.member_epoch), (ErrorCode::NONE, 3));
    let broker = coordinator(&cluster, 1, GROUP);
    let before = described(&cluster, GROUP);
    cluster.engine.stop_broker(broker).unwrap();
    let asked = if broker == 1 { 2 } else { 1 };
    let moved = coordinator(&cluster, asked, GROUP);
    assert_ne!(moved, broker);
    let request =
        ConsumerGroupDescribeRequest { group_ids: vec![Str::from(GROUP)], ..Default::default() };
    assert_eq!(cluster.connect(moved).call(request, 1).groups[0], before);
    cluster.pass(45_100);
    let request =
        ConsumerGroupDescribeRequest { group_ids: vec![Str::from(GROUP)], ..Default::default() };
    assert_eq!(&*cluster.connect(moved).call(request, 1).groups[0].group_state, "Empty");
}

#[test]
fn to_classic_clients_a_consumer_group_is_dead_and_the_other_way_round() {
    let cluster = Cluster::new(1);
    let mut member = with_consumer(&cluster);
    let request = || DescribeGroupsRequest { groups: vec![Str::from(GROUP)], ..Default::default() };
    let old = cluster.connect(1).call(request(), 5).groups.remove(0);
    assert_eq!((old.error_code, &*old.group_state), (0, "Dead"));
    let new = cluster.connect(1).call(request(), 6).groups.remove(0);
    assert_eq!(ErrorCode(new.error_code), ErrorCode::GROUP_ID_NOT_FOUND);
    assert_eq!(new.error_message.as_deref(), Some("Group g is not a classic group."));
    let missing = described(&cluster, "nothing");
    assert_eq!(ErrorCode(missing.error_code), ErrorCode::GROUP_ID_NOT_FOUND);
    cluster.connect(1).call(commit_request("simple", "t", &[1]), 9);
    let classic = described(&cluster, "simple");
    assert_eq!(ErrorCode(classic.error_code), ErrorCode::GROUP_ID_NOT_FOUND);
    let delete =
        || DeleteGroupsRequest { groups_names: vec![Str::from(GROUP)], ..Default::default() };
    let error = cluster.connect(1).call(delete(), 2).results[0].error_code;
    assert_eq!(ErrorCode(error), ErrorCode::NON_EMPTY_GROUP);
    assert_eq!(member.leaves(-1), ErrorCode::NONE);
    assert_eq!(cluster.connect(1).call(delete(), 2).results[0].error_code, 0);
    assert_eq!(ErrorCode(described(&cluster, GROUP).error_code), ErrorCode::GROUP_ID_NOT_FOUND);
}

#[test]
fn an_assignor_that_most_ask_for_is_used() {
    let cluster = Cluster::new(1);
    let mut member = with_consumer(&cluster);
    let request = ConsumerGroupHeartbeatRequest {
        member_epoch: 2,
        server_assignor: Some(Str::from("range")),
        topic_partitions: None,
        ..join_request("m1", &["t"])
    };
    assert_eq!(member.sends(request), ErrorCode::NONE);
    let group = described(&cluster, GROUP);
    assert_eq!((&*group.assignor_name, group.group_epoch), ("range", 3));
}
