//! The APIs of consumer groups (KIP-848) and share groups (KIP-932), in the order of a member's life.
use weir_wire::messages::{
    alter_share_group_offsets_request::{
        AlterShareGroupOffsetsRequest, AlterShareGroupOffsetsRequestPartition,
        AlterShareGroupOffsetsRequestTopic,
    },
    consumer_group_describe_request::ConsumerGroupDescribeRequest,
    consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest,
    delete_share_group_offsets_request::{
        DeleteShareGroupOffsetsRequest, DeleteShareGroupOffsetsRequestTopic,
    },
    delete_share_group_state_request::{self as delete, DeleteShareGroupStateRequest},
    describe_share_group_offsets_request::{
        DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsRequestGroup,
    },
    find_coordinator_request::FindCoordinatorRequest,
    initialize_share_group_state_request::{self as initialize, InitializeShareGroupStateRequest},
    read_share_group_state_request::{self as read, ReadShareGroupStateRequest},
    read_share_group_state_summary_request::{self as summary, ReadShareGroupStateSummaryRequest},
    share_acknowledge_request::ShareAcknowledgeRequest,
    share_fetch_request::{FetchPartition, FetchTopic, ShareFetchRequest},
    share_group_describe_request::ShareGroupDescribeRequest,
    share_group_heartbeat_request::ShareGroupHeartbeatRequest,
    write_share_group_state_request::{self as write, WriteShareGroupStateRequest},
};
use weir_wire::{Str, Uuid};

use super::{Round, name};
use crate::process::{LONG, wait_for};

const MEMBER: &str = "bWVtYmVyIG9mIGFsbCB2ZA";
const REBALANCE_MS: i32 = 60_000;

fn share_group() -> Str {
    Str::from("every-version-share")
}

pub(super) fn ask(round: &mut Round, topic: Uuid) {
    consumers(round);
    coordinator(round, topic);
    state(round, topic);
    sharer(round, topic);
    offsets(round);
}

fn consumers(round: &mut Round) {
    let group = || Str::from("every-version-consumer");
    round.api(
        |v| ConsumerGroupHeartbeatRequest {
            group_id: group(),
            // From version 1 on the member names itself.
            member_id: if v == 0 { Str::default() } else { Str::from(MEMBER) },
            rebalance_timeout_ms: REBALANCE_MS,
            subscribed_topic_names: Some(vec![name()]),
            topic_partitions: Some(Vec::new()),
            instance_id: None,
            rack_id: None,
            subscribed_topic_regex: None,
            server_assignor: None,
            ..Default::default()
        },
        |a, _| a.error_code == 0 && a.member_epoch > 0 && a.member_id.is_some(),
    );
    round.api(
        |_| ConsumerGroupDescribeRequest { group_ids: vec![group()], ..Default::default() },
        |a, _| a.groups[0].error_code == 0 && a.groups[0].members.len() == 2,
    );
}

fn coordinator(round: &mut Round, topic: Uuid) {
    let find = FindCoordinatorRequest {
        key_type: 2,
        coordinator_keys: vec![Str::from(format!("{}:{topic}:0", share_group().as_ref()))],
        ..FindCoordinatorRequest::default()
    };
    wait_for("a share coordinator", LONG, || {
        (round.asking.ask(&find, 6).unwrap().coordinators[0].error_code == 0).then_some(())
    });
}

fn state(round: &mut Round, topic_id: Uuid) {
    let group_id = || Str::from("every-version-state");
    round.api(
        |_| {
            let partitions = vec![initialize::PartitionData::default()];
            let data =
                initialize::InitializeStateData { topic_id, partitions, ..Default::default() };
            InitializeShareGroupStateRequest {
                group_id: group_id(),
                topics: vec![data],
                ..Default::default()
            }
        },
        |a, _| a.results[0].partitions[0].error_code == 0,
    );
    round.api(
        |_| {
            let partitions = vec![read::PartitionData::default()];
            let data = read::ReadStateData { topic_id, partitions, ..Default::default() };
            ReadShareGroupStateRequest {
                group_id: group_id(),
                topics: vec![data],
                ..Default::default()
            }
        },
        |a, _| a.results[0].partitions[0].error_code == 0,
    );
    round.api(
        |_| {
            let partitions = vec![write::PartitionData::default()];
            let data = write::WriteStateData { topic_id, partitions, ..Default::default() };
            WriteShareGroupStateRequest {
                group_id: group_id(),
                topics: vec![data],
                ..Default::default()
            }
        },
        |a, _| a.results[0].partitions[0].error_code == 0,
    );
    round.api(
        |_| {
            let partitions = vec![summary::PartitionData::default()];
            let data = summary::ReadStateSummaryData { topic_id, partitions, ..Default::default() };
            ReadShareGroupStateSummaryRequest {
                group_id: group_id(),
                topics: vec![data],
                ..Default::default()
            }
        },
        |a, _| a.results[0].partitions[0].error_code == 0,
    );
    round.api(
        |_| {
            let partitions = vec![delete::PartitionData::default()];
            let data = delete::DeleteStateData { topic_id, partitions, ..Default::default() };
            DeleteShareGroupStateRequest {
                group_id: group_id(),
                topics: vec![data],
                ..Default::default()
            }
        },
        |a, _| a.results[0].partitions[0].error_code == 0,
    );
}

fn heartbeat(member_epoch: i32) -> ShareGroupHeartbeatRequest {
    ShareGroupHeartbeatRequest {
        group_id: share_group(),
        member_id: Str::from(MEMBER),
        member_epoch,
        rack_id: None,
        subscribed_topic_names: Some(vec![name()]),
        ..Default::default()
    }
}

/// Joins, opens a session with each fetch, acknowledges within the last one, leaves.
fn sharer(round: &mut Round, topic_id: Uuid) {
    round.api(|_| heartbeat(0), |a, _| a.error_code == 0 && a.member_epoch > 0);
    round.api(
        |_| ShareGroupDescribeRequest { group_ids: vec![share_group()], ..Default::default() },
        |a, _| a.groups[0].error_code == 0 && a.groups[0].members.len() == 1,
    );
    let member = || Some(Str::from(MEMBER));
    round.api(
        |_| ShareFetchRequest {
            group_id: Some(share_group()),
            member_id: member(),
            max_wait_ms: 0,
            max_bytes: 1 << 20,
            max_records: 10,
            batch_size: 10,
            topics: vec![FetchTopic {
                topic_id,
                partitions: vec![FetchPartition::default()],
                ..Default::default()
            }],
            ..Default::default()
        },
        |a, _| a.error_code == 0,
    );
    round.api(
        |v| ShareAcknowledgeRequest {
            group_id: Some(share_group()),
            member_id: member(),
            share_session_epoch: i32::from(v),
            ..Default::default()
        },
        |a, _| a.error_code == 0,
    );
    let left = round.asking.ask(&heartbeat(-1), 1).unwrap();
    assert_eq!(left.error_code, 0, "{left:?}");
}

fn offsets(round: &mut Round) {
    round.api(
        |_| DescribeShareGroupOffsetsRequest {
            groups: vec![DescribeShareGroupOffsetsRequestGroup {
                group_id: share_group(),
                topics: None,
                ..Default::default()
            }],
            ..Default::default()
        },
        |a, _| a.groups[0].error_code == 0,
    );
    round.api(
        |_| AlterShareGroupOffsetsRequest {
            group_id: share_group(),
            topics: vec![AlterShareGroupOffsetsRequestTopic {
                topic_name: name(),
                partitions: vec![AlterShareGroupOffsetsRequestPartition::default()],
                ..Default::default()
            }],
            ..Default::default()
        },
        |a, _| a.error_code == 0 && a.responses[0].partitions[0].error_code == 0,
    );
    round.api(
        |_| DeleteShareGroupOffsetsRequest {
            group_id: share_group(),
            topics: vec![DeleteShareGroupOffsetsRequestTopic {
                topic_name: name(),
                ..Default::default()
            }],
            ..Default::default()
        },
        |a, _| a.error_code == 0 && a.responses[0].error_code == 0,
    );
}
