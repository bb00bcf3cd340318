//! The APIs of streams groups (KIP-1071): a member with one subtopology.
use weir_wire::messages::{
    streams_group_describe_request::StreamsGroupDescribeRequest,
    streams_group_heartbeat_request::{StreamsGroupHeartbeatRequest, Subtopology, Topology},
    streams_group_topology_description_update_request::StreamsGroupTopologyDescriptionUpdateRequest,
};
use weir_wire::{ErrorCode, Str};

use super::{Round, name};

const MEMBER: &str = "c3RyZWFtcyBtZW1iZXIgdg";

fn group() -> Str {
    Str::from("every-version-streams")
}

fn topology() -> Topology {
    let only = Subtopology {
        subtopology_id: Str::from("0"),
        source_topics: vec![name()],
        ..Default::default()
    };
    Topology { subtopologies: vec![only], ..Default::default() }
}

pub(super) fn ask(round: &mut Round) {
    round.api(
        |_| StreamsGroupHeartbeatRequest {
            group_id: group(),
            member_id: Str::from(MEMBER),
            rebalance_timeout_ms: 60_000,
            topology: Some(topology()),
            active_tasks: Some(Vec::new()),
            standby_tasks: Some(Vec::new()),
            warmup_tasks: Some(Vec::new()),
            process_id: Some(Str::from("process")),
            ..Default::default()
        },
        |a, _| a.error_code == 0 && a.member_epoch > 0 && a.member_id == MEMBER,
    );
    round.api(
        |_| StreamsGroupDescribeRequest { group_ids: vec![group()], ..Default::default() },
        |a, _| a.groups[0].error_code == 0 && a.groups[0].members.len() == 1,
    );
    round.api(
        |_| StreamsGroupTopologyDescriptionUpdateRequest {
            group_id: group(),
            member_id: Str::from(MEMBER),
            ..Default::default()
        },
        |a, _| a.error_code == ErrorCode::UNSUPPORTED_VERSION.0 && a.error_message.is_some(),
    );
}
