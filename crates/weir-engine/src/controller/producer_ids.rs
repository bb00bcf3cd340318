//! Producer ids: blocks of 1,000 a broker, durable before one is handed out.

use std::ops::Range;

use weir_wire::messages::producer_ids_record::ProducerIdsRecord;

use super::Controller;
use crate::metadata::MetadataError;

/// Kafka's `ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE`.
const BLOCK_LEN: i64 = 1_000;

impl Controller {
    /// An id that no producer of this cluster ever had, handed out by `broker`.
    pub(crate) fn allocate_producer_id(&self, broker: i32) -> Result<i64, MetadataError> {
        if let Some(id) = self.take_producer_id(broker) {
            return Ok(id);
        }
        let block = self.change(|draft| {
            let first = draft.image.next_producer_id();
            let next = first + BLOCK_LEN;
            draft.push(ProducerIdsRecord {
                broker_id: broker,
                broker_epoch: draft.image.broker(broker).map_or(-1, |b| b.epoch),
                next_producer_id: next,
                ..Default::default()
            })?;
            Ok(first..next)
        })?;
        let mut blocks = self.producer_ids.lock();
        // Another request may have fetched a block meanwhile: the rest of this one is given up.
        let block: Range<i64> = match blocks.get(&broker) {
            Some(left) if !left.is_empty() => block.start..block.start + 1,
            _ => block,
        };
        let id = block.start;
        if block.end > id + 1 {
            blocks.insert(broker, id + 1..block.end);
        }
        Ok(id)
    }

    fn take_producer_id(&self, broker: i32) -> Option<i64> {
        self.producer_ids.lock().get_mut(&broker)?.next()
    }
}
