//! What can be said of a StreamsGroupHeartbeat without its group.

use std::collections::BTreeSet;

use weir_wire::messages::streams_group_heartbeat_request::{
    StreamsGroupHeartbeatRequest, Subtopology, Topology,
};
use weir_wire::{ErrorCode, Str};

use super::topology::invalid as invalid_topology;
use crate::controller::{Refusal, check_topic_name};
use crate::groups::step::STATIC_LEAVE_EPOCH;
use crate::image::is_internal;

fn invalid(message: &str) -> Refusal {
    Refusal::new(ErrorCode::INVALID_REQUEST, message)
}

/// Whether a topology may name its topics: STREAMS_INVALID_TOPOLOGY if not.
pub(crate) fn validate_topics(topology: &Topology) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    let names = topology.subtopologies.iter().flat_map(topics);
    let names: Vec<&Str> = names.filter(|name| seen.insert(*name)).collect();
    let shown = |refused: Vec<&str>| refused.join(",");
    let internal: Vec<&str> =
        names.iter().map(|name| &***name).filter(|name| is_internal(name)).collect();
    if !internal.is_empty() {
        return Err(invalid_topology(format!(
            "Use of Kafka internal topics {} in a Kafka Streams topology is prohibited.",
            shown(internal)
        )));
    }
    let illegal: Vec<&str> =
        names.iter().map(|name| &***name).filter(|name| check_topic_name(name).is_err()).collect();
    if !illegal.is_empty() {
        return Err(invalid_topology(format!(
            "Topic names {} are not valid topic names.",
            shown(illegal)
        )));
    }
    Ok(())
}

fn topics(subtopology: &Subtopology) -> impl Iterator<Item = &Str> {
    let repartition = subtopology.repartition_source_topics.iter().map(|topic| &topic.name);
    let changelogs = subtopology.state_changelog_topics.iter().map(|topic| &topic.name);
    let external = subtopology.source_topics.iter().chain(&subtopology.repartition_sink_topics);
    external.chain(repartition).chain(changelogs)
}

/// INVALID_REQUEST, or STREAMS_INVALID_TOPOLOGY, with Kafka's words.
pub(crate) fn validate_heartbeat(request: &StreamsGroupHeartbeatRequest) -> Result<(), Refusal> {
    let is_blank = |text: &Str| text.trim().is_empty();
    let subtopologies = request.topology.iter().flat_map(|topology| &topology.subtopologies);
    if subtopologies.into_iter().any(|subtopology| !subtopology.source_topic_regex.is_empty()) {
        return Err(invalid("Regular expressions for source topics are not supported yet."));
    }
    if is_blank(&request.member_id) {
        return Err(invalid("MemberId can't be empty."));
    }
    if is_blank(&request.group_id) {
        return Err(invalid("GroupId can't be empty."));
    }
    if request.instance_id.as_ref().is_some_and(is_blank) {
        return Err(invalid("InstanceId can't be empty."));
    }
    if request.rack_id.as_ref().is_some_and(is_blank) {
        return Err(invalid("RackId can't be empty."));
    }
    match request.member_epoch {
        0 => validate_join(request)?,
        STATIC_LEAVE_EPOCH if request.instance_id.is_none() => {
            return Err(invalid("InstanceId can't be null."));
        }
        epoch @ ..STATIC_LEAVE_EPOCH => {
            return Err(invalid(&format!(
                "MemberEpoch is {epoch}, but must be greater than or equal to -2."
            )));
        }
        _ => {}
    }
    let roles = [&request.active_tasks, &request.standby_tasks, &request.warmup_tasks];
    let told = roles.iter().filter(|tasks| tasks.is_some()).count();
    if told != 0 && told != roles.len() {
        return Err(invalid("If one task-type is non-null, all must be non-null."));
    }
    if request.member_epoch != 0 && request.topology.is_some() {
        return Err(invalid("Topology can only be provided when (re-)joining."));
    }
    Ok(())
}

fn validate_join(request: &StreamsGroupHeartbeatRequest) -> Result<(), Refusal> {
    if request.rebalance_timeout_ms == -1 {
        return Err(invalid("RebalanceTimeoutMs must be provided in first request."));
    }
    for (tasks, role) in [
        (&request.active_tasks, "ActiveTasks"),
        (&request.standby_tasks, "StandbyTasks"),
        (&request.warmup_tasks, "WarmupTasks"),
    ] {
        if tasks.as_ref().is_none_or(|tasks| !tasks.is_empty()) {
            return Err(invalid(&format!("{role} must be empty when (re-)joining.")));
        }
    }
    let Some(topology) = &request.topology else {
        return Err(invalid("Topology must be non-null when (re-)joining."));
    };
    let mut changelogs = topology.subtopologies.iter().flat_map(|s| &s.state_changelog_topics);
    match changelogs.find(|topic| topic.partitions != 0) {
        None => Ok(()),
        Some(topic) => Err(invalid_topology(format!(
            "Changelog topic {} must have an undefined partition count, but it is set to {}.",
            topic.name, topic.partitions
        ))),
    }
}

#[cfg(test)]
mod tests {
    use weir_wire::messages::streams_group_heartbeat_request::{TaskIds, TopicInfo};

    use super::*;

    fn join() -> StreamsGroupHeartbeatRequest {
        StreamsGroupHeartbeatRequest {
            group_id: Str::from("g"),
            member_id: Str::from("m"),
            rebalance_timeout_ms: 1_000,
            active_tasks: Some(Vec::new()),
            standby_tasks: Some(Vec::new()),
            warmup_tasks: Some(Vec::new()),
            topology: Some(Topology::default()),
            ..Default::default()
        }
    }

    #[track_caller]
    fn refused(change: impl FnOnce(&mut StreamsGroupHeartbeatRequest), words: &str) {
        let mut request = join();
        change(&mut request);
        let refusal = validate_heartbeat(&request).unwrap_err();
        assert!(refusal.message.contains(words), "{}", refusal.message);
    }

    #[test]
    fn a_join_tells_everything() {
        assert!(validate_heartbeat(&join()).is_ok());
        refused(|r| r.member_id = Str::from(" "), "MemberId");
        refused(|r| r.group_id = Str::default(), "GroupId");
        refused(|r| r.instance_id = Some(Str::default()), "InstanceId can't be empty");
        refused(|r| r.rack_id = Some(Str::default()), "RackId");
        refused(|r| r.rebalance_timeout_ms = -1, "RebalanceTimeoutMs");
        refused(|r| r.active_tasks = None, "ActiveTasks must be empty");
        refused(|r| r.standby_tasks = Some(vec![TaskIds::default()]), "StandbyTasks");
        refused(|r| r.warmup_tasks = None, "WarmupTasks");
        refused(|r| r.topology = None, "Topology must be non-null");
    }

    #[test]
    fn later_heartbeats_tell_tasks_whole_and_no_topology() {
        refused(|r| r.member_epoch = 3, "Topology can only be provided");
        refused(|r| (r.member_epoch, r.topology, r.active_tasks) = (3, None, None), "all must be");
        refused(|r| r.member_epoch = -2, "InstanceId can't be null");
        refused(|r| r.member_epoch = -3, "MemberEpoch is -3");
        let leave = StreamsGroupHeartbeatRequest {
            group_id: Str::from("g"),
            member_id: Str::from("m"),
            member_epoch: -1,
            ..Default::default()
        };
        assert!(validate_heartbeat(&leave).is_ok());
    }

    #[test]
    fn topologies_name_topics_that_may_be() {
        let with = |name: &str, partitions: i32| {
            let topic = TopicInfo { name: Str::from(name), partitions, ..Default::default() };
            let changelogs = vec![topic];
            let subtopology =
                Subtopology { state_changelog_topics: changelogs, ..Default::default() };
            Topology { epoch: 0, subtopologies: vec![subtopology], ..Default::default() }
        };
        assert!(validate_topics(&with("a-changelog", 0)).is_ok());
        for name in ["__consumer_offsets", "not valid"] {
            let refusal = validate_topics(&with(name, 0)).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::STREAMS_INVALID_TOPOLOGY);
            assert!(refusal.message.contains(name), "{}", refusal.message);
        }
        refused(|r| r.topology = Some(with("c", 4)), "undefined partition count");
    }
}
