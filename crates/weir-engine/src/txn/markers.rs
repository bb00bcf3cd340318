//! Writing the markers of a decided end to every partition of its transaction.

use weir_wire::records::{BatchBuilder, EndTxnMarker, RecordError, ValidBatch};
use weir_wire::{ErrorCode, Str};

use super::state::TxnState;
use super::transaction::Transaction;
use crate::engine::Engine;
use crate::groups::OFFSETS_TOPIC;
use crate::image::Image;
use crate::log::AppendOrigin;
use crate::partition::{Acks, Partition};

/// One marker, whoever it is from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marker {
    pub(crate) producer_id: i64,
    pub(crate) producer_epoch: i16,
    pub(crate) commit: bool,
    pub(crate) coordinator_epoch: i32,
}

impl Marker {
    pub(crate) fn batch(self, now_ms: i64) -> Result<ValidBatch, RecordError> {
        let Self { producer_id, producer_epoch, commit, coordinator_epoch } = self;
        let marker = EndTxnMarker { commit, coordinator_epoch };
        BatchBuilder::new().producer(producer_id, producer_epoch, -1).transactional().control(
            marker.control_type(),
            now_ms,
            &marker.value(),
        )
    }
}

/// Appends a marker to a partition, on its leader. In `__consumer_offsets` the group coordinator
/// takes over or drops the offsets that waited for it. Answers the high watermark at which it is
/// committed.
pub(crate) fn write_marker(
    engine: &Engine,
    image: &Image,
    partition: &std::sync::Arc<Partition>,
    marker: Marker,
) -> Result<i64, ErrorCode> {
    let now_ms = engine.clock().wall_ms();
    let batch = marker.batch(now_ms).map_err(|error| ErrorCode(error.code()))?;
    if partition.topic_name().as_str() == OFFSETS_TOPIC {
        return engine.groups().complete_transaction(image, partition, &batch, marker);
    }
    let appended = partition
        .append(partition.leader(), &batch, AppendOrigin::Coordinator, Acks::All)
        .map_err(|error| error.code())?;
    Ok(appended.last_offset + 1)
}

/// The markers of one transaction on their way.
#[derive(Debug)]
pub(super) struct Markers {
    marker: Marker,
    left: Vec<Target>,
}

/// A partition whose marker is not committed.
#[derive(Debug)]
struct Target {
    topic: Str,
    partition: i32,
    written: Option<Written>,
}

/// A marker that waits for its replicas.
#[derive(Debug, Clone, Copy)]
struct Written {
    required: i64,
    leader_epoch: i32,
}

impl Markers {
    pub(super) fn new(transaction: &Transaction, coordinator_epoch: i32) -> Self {
        let marker = Marker {
            producer_id: transaction.producer_id,
            producer_epoch: transaction.epoch,
            commit: transaction.state == TxnState::PrepareCommit,
            coordinator_epoch,
        };
        let targets = transaction.partitions.iter().flat_map(|(topic, partitions)| {
            partitions.iter().map(|partition| Target {
                topic: topic.clone(),
                partition: *partition,
                written: None,
            })
        });
        Self { marker, left: targets.collect() }
    }

    /// Writes what can be written. Says whether every marker is committed.
    pub(super) fn write(&mut self, engine: &Engine) -> bool {
        let (image, marker) = (engine.image(), self.marker);
        self.left.retain_mut(|target| !target.settle(engine, &image, marker));
        self.left.is_empty()
    }
}

impl Target {
    /// Whether the partition needs nothing more.
    fn settle(&mut self, engine: &Engine, image: &Image, marker: Marker) -> bool {
        let partition = image.topic(&self.topic).and_then(|topic| topic.partition(self.partition));
        // A deleted topic has nothing to end.
        let Some(partition) = partition.map(|partition| partition.handle()) else { return true };
        // A leader that took over may have cut the marker off.
        let leader_epoch = partition.leader_epoch();
        let written = match self.written.filter(|written| written.leader_epoch == leader_epoch) {
            Some(written) => written,
            None => match write_marker(engine, image, partition, marker) {
                Ok(required) => Written { required, leader_epoch },
                // A newer producer has written there, so the old transaction is over.
                Err(ErrorCode::INVALID_PRODUCER_EPOCH) => return true,
                Err(error) => {
                    let (topic, index) = (&self.topic, self.partition);
                    tracing::debug!(%topic, index, error = error.name(), "a marker has to wait");
                    return false;
                }
            },
        };
        self.written = Some(written);
        let is_committed =
            partition.view().is_ok_and(|view| view.high_watermark >= written.required);
        // What is committed under the next leader may lie where the marker was.
        is_committed && partition.leader_epoch() == leader_epoch
    }
}
