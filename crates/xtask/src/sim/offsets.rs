//! Requests for offsets as members of groups send them, and what comes back.

use weir_wire::messages::offset_commit_request::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use weir_wire::messages::offset_commit_response::OffsetCommitResponse;
use weir_wire::messages::offset_fetch_request::{OffsetFetchRequest, OffsetFetchRequestTopic};
use weir_wire::messages::offset_fetch_response::OffsetFetchResponse;
use weir_wire::{ErrorCode, Str};

use super::ledger::Place;

/// The last version that names one group.
pub(super) const FETCH_VERSION: i16 = 7;
/// The last version that names topics.
pub(super) const COMMIT_VERSION: i16 = 9;

/// OffsetFetch for one partition; only what no open transaction is about to replace.
pub(super) fn fetch_request(group: &str, place: &Place) -> OffsetFetchRequest {
    let topic = OffsetFetchRequestTopic {
        name: Str::from(place.topic.as_str()),
        partition_indexes: vec![place.partition],
        ..Default::default()
    };
    OffsetFetchRequest {
        group_id: Str::from(group),
        topics: Some(vec![topic]),
        require_stable: true,
        ..Default::default()
    }
}

/// The offset of its one partition, -1 for none.
pub(super) fn fetched(response: &OffsetFetchResponse) -> Result<i64, ErrorCode> {
    let partition = response.topics.first().and_then(|topic| topic.partitions.first());
    match (ErrorCode(response.error_code), partition) {
        (ErrorCode::NONE, Some(found)) if found.error_code == 0 => Ok(found.committed_offset),
        (ErrorCode::NONE, Some(found)) => Err(ErrorCode(found.error_code)),
        (error, _) => Err(error),
    }
}

/// OffsetCommit for one partition, by a member in its epoch or generation.
pub(super) fn commit_request(
    group: &str,
    member: &str,
    epoch: i32,
    place: &Place,
    offset: i64,
) -> OffsetCommitRequest {
    let partition = OffsetCommitRequestPartition {
        partition_index: place.partition,
        committed_offset: offset,
        committed_leader_epoch: -1,
        committed_metadata: Some(Str::default()),
        ..Default::default()
    };
    let topic = OffsetCommitRequestTopic {
        name: Str::from(place.topic.as_str()),
        partitions: vec![partition],
        ..Default::default()
    };
    OffsetCommitRequest {
        group_id: Str::from(group),
        generation_id_or_member_epoch: epoch,
        member_id: Str::from(member),
        topics: vec![topic],
        ..Default::default()
    }
}

/// How the commit of its one partition ended.
pub(super) fn committed(response: &OffsetCommitResponse) -> ErrorCode {
    let partition = response.topics.first().and_then(|topic| topic.partitions.first());
    partition.map_or(ErrorCode::UNKNOWN_SERVER_ERROR, |found| ErrorCode(found.error_code))
}
