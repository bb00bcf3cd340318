//! WriteTxnMarkers, key 27, versions 1 and 2.
//!
//! Coordinators here write their markers themselves; administrators end a hanging transaction with
//! it (KIP-664). v2 tells the protocol of the transaction: from 2 on a marker's epoch is above that
//! of the records, unless it repeats the marker that ended them. An answer waits until its markers are
//! committed, at most `request.timeout.ms`.

use std::sync::Arc;

use weir_wire::ErrorCode;
use weir_wire::messages::write_txn_markers_request::{
    WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest,
};
use weir_wire::messages::write_txn_markers_response::{
    WritableTxnMarkerPartitionResult, WritableTxnMarkerResult, WritableTxnMarkerTopicResult,
    WriteTxnMarkersResponse,
};

use crate::ctx::Ctx;
use crate::fetch::News;
use crate::partition::Partition;
use crate::reply::Reply;
use crate::settle::{Written, settle};
use crate::txn::{EPOCH_BUMP, Marker, write_marker};
use crate::wait::{Watch, WatchGuard};

/// A marker that is written and not yet committed.
#[derive(Debug)]
struct Uncommitted {
    /// Where its answer is: marker, topic and partition by position in the request.
    place: (usize, usize, usize),
    partition: Arc<Partition>,
    /// The high watermark it waits for.
    required: i64,
    leader_epoch: i32,
}

impl Written for Uncommitted {
    fn watch(&self, watch: Arc<dyn Watch>, token: u32) -> WatchGuard {
        self.partition.watch(watch, token)
    }

    fn state(&self) -> Option<Result<(), ErrorCode>> {
        if self.partition.is_deleted() {
            return Some(Err(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
        }
        // A new leader may have cut the marker off.
        if self.partition.leader_epoch() != self.leader_epoch {
            return Some(Err(ErrorCode::NOT_LEADER_OR_FOLLOWER));
        }
        match self.partition.view() {
            Ok(view) => (view.high_watermark >= self.required).then_some(Ok(())),
            Err(error) => Some(Err(error.code())),
        }
    }
}

pub(crate) fn handle(ctx: &Ctx, request: WriteTxnMarkersRequest) -> Reply<WriteTxnMarkersResponse> {
    if request.markers.iter().any(|marker| is_nobodys(ctx, marker)) {
        return Reply::Done(all_failed(&request));
    }
    let mut waits = Vec::new();
    let asked = request.markers.iter().filter(|marker| marker.topics.iter().any(has_partitions));
    let markers = asked.enumerate().map(|(at, marker)| WritableTxnMarkerResult {
        producer_id: marker.producer_id,
        topics: topic_results(ctx, at, marker, &mut waits),
        ..WritableTxnMarkerResult::default()
    });
    let response = WriteTxnMarkersResponse {
        markers: markers.collect(),
        ..WriteTxnMarkersResponse::default()
    };
    waits.retain(|wait| wait.state() != Some(Ok(())));
    if waits.is_empty() {
        return Reply::Done(response);
    }
    let ctx = ctx.clone();
    Reply::wait(async move { Some(committed(&ctx, response, waits).await) })
}

fn has_partitions(topic: &WritableTxnMarkerTopic) -> bool {
    !topic.partition_indexes.is_empty()
}

/// It would be written, and no batch can carry it.
fn is_nobodys(ctx: &Ctx, marker: &WritableTxnMarker) -> bool {
    let is_there = |topic: &WritableTxnMarkerTopic| {
        topic.partition_indexes.iter().any(|index| ctx.partition(&topic.name, *index).is_ok())
    };
    (marker.producer_id == -1 || marker.producer_epoch == -1) && marker.topics.iter().any(is_there)
}

/// As Kafka, whose handler fails: UNKNOWN_SERVER_ERROR for everything asked, and nothing is written.
fn all_failed(request: &WriteTxnMarkersRequest) -> WriteTxnMarkersResponse {
    let topic = |topic: &WritableTxnMarkerTopic| WritableTxnMarkerTopicResult {
        name: topic.name.clone(),
        partitions: topic.partition_indexes.iter().map(|index| failed(*index)).collect(),
        ..WritableTxnMarkerTopicResult::default()
    };
    let markers = request.markers.iter().map(|marker| WritableTxnMarkerResult {
        producer_id: marker.producer_id,
        topics: marker.topics.iter().map(topic).collect(),
        ..WritableTxnMarkerResult::default()
    });
    WriteTxnMarkersResponse { markers: markers.collect(), ..WriteTxnMarkersResponse::default() }
}

fn failed(partition_index: i32) -> WritableTxnMarkerPartitionResult {
    WritableTxnMarkerPartitionResult {
        partition_index,
        error_code: ErrorCode::UNKNOWN_SERVER_ERROR.0,
        ..WritableTxnMarkerPartitionResult::default()
    }
}

fn topic_results(
    ctx: &Ctx,
    at: usize,
    marker: &WritableTxnMarker,
    waits: &mut Vec<Uncommitted>,
) -> Vec<WritableTxnMarkerTopicResult> {
    let topics = marker.topics.iter().filter(|topic| has_partitions(topic)).enumerate();
    topics
        .map(|(topic_at, topic)| topic_result(ctx, (at, topic_at), marker, topic, waits))
        .collect()
}

fn topic_result(
    ctx: &Ctx,
    (at, topic_at): (usize, usize),
    marker: &WritableTxnMarker,
    topic: &WritableTxnMarkerTopic,
    waits: &mut Vec<Uncommitted>,
) -> WritableTxnMarkerTopicResult {
    let mut partitions = Vec::with_capacity(topic.partition_indexes.len());
    for (partition_at, index) in topic.partition_indexes.iter().enumerate() {
        let error = match write(ctx, marker, &topic.name, *index) {
            Ok((partition, leader_epoch, required)) => {
                let place = (at, topic_at, partition_at);
                waits.push(Uncommitted { place, partition, required, leader_epoch });
                ErrorCode::NONE
            }
            Err(error) => error,
        };
        partitions.push(WritableTxnMarkerPartitionResult {
            partition_index: *index,
            error_code: error.0,
            ..WritableTxnMarkerPartitionResult::default()
        });
    }
    WritableTxnMarkerTopicResult {
        name: topic.name.clone(),
        partitions,
        ..WritableTxnMarkerTopicResult::default()
    }
}

/// Answers once every marker is committed, lost, or late.
async fn committed(
    ctx: &Ctx,
    mut response: WriteTxnMarkersResponse,
    waits: Vec<Uncommitted>,
) -> WriteTxnMarkersResponse {
    let news = News::new();
    let timeout_ms = i64::from(ctx.image().configs().broker_i32("request.timeout.ms"));
    let deadline = ctx.engine().clock().monotonic_ms() + timeout_ms;
    let _deadline = ctx.engine().timers().expire_at(deadline, news.signal());
    settle(&news, waits, |wait, state| {
        if let Err(code) = state {
            fail(&mut response, wait.place, code);
        }
    })
    .await;
    response
}

fn fail(
    response: &mut WriteTxnMarkersResponse,
    (marker, topic, partition): (usize, usize, usize),
    code: ErrorCode,
) {
    let topics = response.markers.get_mut(marker).map(|marker| &mut marker.topics);
    let topic = topics.and_then(|topics| topics.get_mut(topic));
    if let Some(result) = topic.and_then(|topic| topic.partitions.get_mut(partition)) {
        result.error_code = code.0;
    }
}

/// Writes a marker. Answers its partition, the leader's epoch, and the high watermark at which it is
/// committed.
fn write(
    ctx: &Ctx,
    marker: &WritableTxnMarker,
    topic: &str,
    index: i32,
) -> Result<(Arc<Partition>, i32, i64), ErrorCode> {
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
    let leader_epoch = partition.leader_epoch();
    let required = write_marker(ctx.engine(), ctx.image(), &partition, marker)?;
    Ok((partition, leader_epoch, required))
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
