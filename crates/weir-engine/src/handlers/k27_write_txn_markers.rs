//! WriteTxnMarkers, key 27, versions 1 and 2.
//!
//! Coordinators here write their markers themselves; administrators end a hanging transaction with
//! it (KIP-664). v2 tells the protocol of the transaction: from 2 on a marker's epoch is above that
//! of the records, unless it repeats the marker that ended them.

use weir_wire::ErrorCode;
use weir_wire::messages::write_txn_markers_request::{
    WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest,
};
use weir_wire::messages::write_txn_markers_response::{
    WritableTxnMarkerPartitionResult, WritableTxnMarkerResult, WritableTxnMarkerTopicResult,
    WriteTxnMarkersResponse,
};

use crate::ctx::Ctx;
use crate::partition::Partition;
use crate::reply::Reply;
use crate::txn::{EPOCH_BUMP, Marker, write_marker};

pub(crate) fn handle(ctx: &Ctx, request: WriteTxnMarkersRequest) -> Reply<WriteTxnMarkersResponse> {
    let markers = request.markers.iter().map(|marker| WritableTxnMarkerResult {
        producer_id: marker.producer_id,
        topics: marker.topics.iter().map(|topic| topic_result(ctx, marker, topic)).collect(),
        ..WritableTxnMarkerResult::default()
    });
    Reply::Done(WriteTxnMarkersResponse {
        markers: markers.collect(),
        ..WriteTxnMarkersResponse::default()
    })
}

fn topic_result(
    ctx: &Ctx,
    marker: &WritableTxnMarker,
    topic: &WritableTxnMarkerTopic,
) -> WritableTxnMarkerTopicResult {
    let partitions = topic.partition_indexes.iter().map(|index| {
        let written = write(ctx, marker, &topic.name, *index);
        WritableTxnMarkerPartitionResult {
            partition_index: *index,
            error_code: written.err().unwrap_or(ErrorCode::NONE).0,
            ..WritableTxnMarkerPartitionResult::default()
        }
    });
    WritableTxnMarkerTopicResult {
        name: topic.name.clone(),
        partitions: partitions.collect(),
        ..WritableTxnMarkerTopicResult::default()
    }
}

fn write(ctx: &Ctx, marker: &WritableTxnMarker, topic: &str, index: i32) -> Result<(), ErrorCode> {
    let partition = ctx.partition(topic, index)?;
    partition.check_leader(ctx.broker_id(), -1).map_err(|error| error.code())?;
    if i16::from(marker.transaction_version) >= EPOCH_BUMP {
        check_epoch(&partition, marker)?;
    }
    let marker = Marker {
        producer_id: marker.producer_id,
        producer_epoch: marker.producer_epoch,
        commit: marker.transaction_result,
        coordinator_epoch: marker.coordinator_epoch,
    };
    write_marker(ctx.engine(), ctx.image(), &partition, marker).map(drop)
}

/// A late marker must not end the next transaction (KIP-890).
fn check_epoch(partition: &Partition, marker: &WritableTxnMarker) -> Result<(), ErrorCode> {
    let producers = partition.producers().map_err(|error| error.code())?;
    let known = producers.iter().find(|producer| producer.id == marker.producer_id);
    let is_late = known.is_some_and(|known| {
        let is_retry = known.epoch == marker.producer_epoch && known.txn_start.is_none();
        marker.producer_epoch <= known.epoch && !is_retry
    });
    if is_late { Err(ErrorCode::INVALID_PRODUCER_EPOCH) } else { Ok(()) }
}
