//! What Kafka has no field for, as tagged fields of PartitionRecord and PartitionChangeRecord:
//! where an election cut the log (R4), replicas outside the ISR (R10), a high watermark that stands (R2). Kafka's own tools skip
//! tags that they do not know.

use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use weir_wire::UnknownTags;

use crate::partition::{EpochStart, ReplicaNumbers};

/// Epoch (int32) and end offset (int64) of the newest election that cut the log.
const EPOCH_START_TAG: u32 = 10_000;
/// For each replica outside the ISR: broker (int32), log start and log end offset (int64 each).
const OUTSIDE_TAG: u32 = 10_001;
/// Where the high watermark stands while the ISR is below its minimum (int64).
const HIGH_WATERMARK_TAG: u32 = 10_002;
const NUMBERS_LEN: usize = 20;

/// These facts, each where it is to be changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReplicaTags {
    pub(crate) epoch_start: Option<EpochStart>,
    pub(crate) outside: Option<Arc<[ReplicaNumbers]>>,
    pub(crate) high_watermark: Option<i64>,
}

impl ReplicaTags {
    /// As a record carries them; `None` when there is nothing to say.
    pub(crate) fn write(&self) -> Option<Box<UnknownTags>> {
        let mut tags = UnknownTags::default();
        if let Some(start) = self.epoch_start {
            let mut out = BytesMut::with_capacity(12);
            out.put_i32(start.epoch);
            out.put_i64(start.offset);
            tags.insert(EPOCH_START_TAG, out.freeze());
        }
        if let Some(outside) = &self.outside {
            let mut out = BytesMut::with_capacity(outside.len() * NUMBERS_LEN);
            for numbers in outside.iter() {
                out.put_i32(numbers.broker);
                out.put_i64(numbers.log_start);
                out.put_i64(numbers.log_end);
            }
            tags.insert(OUTSIDE_TAG, out.freeze());
        }
        if let Some(offset) = self.high_watermark {
            tags.insert(HIGH_WATERMARK_TAG, Bytes::copy_from_slice(&offset.to_be_bytes()));
        }
        (!tags.is_empty()).then(|| Box::new(tags))
    }

    /// Reads them; a tag of another length than it must have counts as absent.
    pub(crate) fn read(tags: Option<&UnknownTags>) -> Self {
        let mut found = Self::default();
        for (tag, data) in tags.into_iter().flat_map(UnknownTags::iter) {
            match tag {
                EPOCH_START_TAG => found.epoch_start = epoch_start(data.clone()),
                OUTSIDE_TAG => found.outside = outside(data.clone()),
                HIGH_WATERMARK_TAG => {
                    let bytes = <[u8; 8]>::try_from(data.as_ref()).ok();
                    found.high_watermark = bytes.map(i64::from_be_bytes);
                }
                _ => {}
            }
        }
        found
    }
}

fn epoch_start(mut data: Bytes) -> Option<EpochStart> {
    (data.len() == 12).then(|| EpochStart { epoch: data.get_i32(), offset: data.get_i64() })
}

fn outside(mut data: Bytes) -> Option<Arc<[ReplicaNumbers]>> {
    if !data.len().is_multiple_of(NUMBERS_LEN) {
        return None;
    }
    let count = data.len() / NUMBERS_LEN;
    let mut next = || ReplicaNumbers {
        broker: data.get_i32(),
        log_start: data.get_i64(),
        log_end: data.get_i64(),
    };
    Some((0..count).map(|_| next()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_facts_survive() {
        let tags = ReplicaTags {
            epoch_start: Some(EpochStart { epoch: 3, offset: 41 }),
            outside: Some(Arc::from([ReplicaNumbers { broker: 2, log_start: 5, log_end: 40 }])),
            high_watermark: Some(39),
        };
        assert_eq!(ReplicaTags::read(tags.write().as_deref()), tags);
        assert_eq!(ReplicaTags::default().write(), None, "nothing to say takes no byte");
    }
}
