//! Producer state: what makes a retry of an idempotent producer written once (KIP-98, KIP-360).

use std::collections::{BTreeMap, HashMap};

use weir_wire::records::{
    BatchHeader, EndTxnMarker, NO_PRODUCER_EPOCH, NO_SEQUENCE, NO_TIMESTAMP, add_sequence,
};

use super::{ActiveProducer, AppendError, AppendOrigin};

/// Batches remembered of each producer: a client has at most five in flight.
pub(crate) const BATCHES_KEPT: usize = 5;

/// A batch of a producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchMeta {
    pub(crate) last_sequence: i32,
    pub(crate) last_offset: i64,
    pub(crate) offset_delta: i32,
    pub(crate) timestamp: i64,
}

impl BatchMeta {
    pub(crate) fn first_sequence(&self) -> i32 {
        add_sequence(self.last_sequence, self.offset_delta.wrapping_neg())
    }

    pub(crate) fn first_offset(&self) -> i64 {
        self.last_offset - i64::from(self.offset_delta)
    }
}

/// State of one producer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Producer {
    pub(crate) epoch: i16,
    pub(crate) coordinator_epoch: i32,
    pub(crate) last_timestamp: i64,
    /// First offset of its open transaction.
    pub(crate) txn_first_offset: Option<i64>,
    /// Oldest first, at most [`BATCHES_KEPT`].
    pub(crate) batches: Vec<BatchMeta>,
}

impl Producer {
    fn new() -> Self {
        Self {
            epoch: NO_PRODUCER_EPOCH,
            coordinator_epoch: -1,
            last_timestamp: NO_TIMESTAMP,
            txn_first_offset: None,
            batches: Vec::new(),
        }
    }

    pub(crate) fn last_sequence(&self) -> i32 {
        self.batches.last().map_or(NO_SEQUENCE, |batch| batch.last_sequence)
    }

    fn set_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.batches.clear();
        }
    }

    fn add(&mut self, epoch: i16, batch: BatchMeta) {
        self.set_epoch(epoch);
        if self.batches.len() == BATCHES_KEPT {
            self.batches.remove(0);
        }
        self.last_timestamp = batch.timestamp;
        self.batches.push(batch);
    }

    fn duplicate_of(&self, header: &BatchHeader) -> Option<BatchMeta> {
        if header.producer_epoch != self.epoch {
            return None;
        }
        let (first, last) = (header.base_sequence, header.last_sequence());
        let same = |b: &&BatchMeta| b.first_sequence() == first && b.last_sequence == last;
        self.batches.iter().find(same).copied()
    }
}

/// An open transaction that a marker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CompletedTxn {
    pub(crate) producer_id: i64,
    pub(crate) first_offset: i64,
    pub(crate) last_offset: i64,
    pub(crate) aborted: bool,
    /// Last stable offset once it is complete.
    pub(crate) last_stable_offset: i64,
}

/// All producers of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Producers {
    pub(crate) map: HashMap<i64, Producer>,
    /// First offsets of open transactions, with their producers.
    open: BTreeMap<i64, i64>,
    /// First offsets of transactions whose marker is not replicated yet, with the marker's.
    ended: BTreeMap<i64, i64>,
}

impl Producers {
    /// First offset of the oldest transaction that is open, or whose end is not replicated.
    pub(crate) fn first_unstable_offset(&self) -> Option<i64> {
        let first = |offsets: &BTreeMap<i64, i64>| offsets.first_key_value().map(|(at, _)| *at);
        match (first(&self.open), first(&self.ended)) {
            (Some(open), Some(ended)) => Some(open.min(ended)),
            (open, ended) => open.or(ended),
        }
    }

    /// Whether a marker waits for its replicas.
    pub(crate) fn has_unreplicated(&self) -> bool {
        !self.ended.is_empty()
    }

    /// Everything below the high watermark is replicated: markers there are final.
    pub(crate) fn replicated_to(&mut self, high_watermark: i64) {
        self.ended.retain(|_, marker| *marker >= high_watermark);
    }

    /// Every producer, as others see it.
    pub(crate) fn active(&self) -> Vec<ActiveProducer> {
        let active = self.map.iter().map(|(id, producer)| ActiveProducer {
            id: *id,
            epoch: producer.epoch,
            last_sequence: producer.last_sequence(),
            last_timestamp: producer.last_timestamp,
            coordinator_epoch: producer.coordinator_epoch,
            txn_start: producer.txn_first_offset,
        });
        let mut active: Vec<ActiveProducer> = active.collect();
        active.sort_unstable_by_key(|producer| producer.id);
        active
    }

    pub(crate) fn insert(&mut self, producer_id: i64, producer: Producer) {
        if let Some(first) = producer.txn_first_offset {
            self.open.insert(first, producer_id);
        }
        self.map.insert(producer_id, producer);
    }

    pub(crate) fn clear(&mut self) {
        self.map.clear();
        self.open.clear();
        self.ended.clear();
    }

    /// The batch among the producer's last five that this one repeats.
    pub(crate) fn duplicate_of(&self, header: &BatchHeader) -> Option<BatchMeta> {
        self.map.get(&header.producer_id)?.duplicate_of(header)
    }

    /// Checks a batch of data before it is written.
    pub(crate) fn check(
        &self,
        header: &BatchHeader,
        origin: AppendOrigin,
    ) -> Result<(), AppendError> {
        let Some(known) = self.map.get(&header.producer_id) else { return Ok(()) };
        let producer_id = header.producer_id;
        if header.producer_epoch < known.epoch {
            let (epoch, current) = (header.producer_epoch, known.epoch);
            return Err(AppendError::InvalidProducerEpoch { producer_id, epoch, current });
        }
        if origin == AppendOrigin::Client {
            check_sequence(known, header)?;
        }
        if known.txn_first_offset.is_some() && !header.attributes.is_transactional() {
            let reason = "records outside of the open transaction";
            return Err(AppendError::InvalidTxnState { producer_id, reason });
        }
        Ok(())
    }

    /// Checks a transaction's marker before it is written.
    pub(crate) fn check_marker(
        &self,
        header: &BatchHeader,
        marker: EndTxnMarker,
    ) -> Result<(), AppendError> {
        let Some(known) = self.map.get(&header.producer_id) else { return Ok(()) };
        let producer_id = header.producer_id;
        if header.producer_epoch < known.epoch {
            let (epoch, current) = (header.producer_epoch, known.epoch);
            return Err(AppendError::InvalidProducerEpoch { producer_id, epoch, current });
        }
        if marker.coordinator_epoch < known.coordinator_epoch {
            let (epoch, current) = (marker.coordinator_epoch, known.coordinator_epoch);
            return Err(AppendError::CoordinatorFenced { epoch, current });
        }
        Ok(())
    }

    /// Notes a batch of data that was written; offsets are those of the header.
    pub(crate) fn note(&mut self, header: &BatchHeader) {
        let producer = self.map.entry(header.producer_id).or_insert_with(Producer::new);
        let batch = BatchMeta {
            last_sequence: header.last_sequence(),
            last_offset: header.last_offset(),
            offset_delta: header.last_offset_delta,
            timestamp: header.max_timestamp,
        };
        producer.add(header.producer_epoch, batch);
        if header.attributes.is_transactional() && producer.txn_first_offset.is_none() {
            producer.txn_first_offset = Some(header.base_offset);
            self.open.insert(header.base_offset, header.producer_id);
        }
    }

    /// Notes a marker that was written; answers the transaction it ended, if one was open.
    pub(crate) fn note_marker(
        &mut self,
        header: &BatchHeader,
        marker: EndTxnMarker,
    ) -> Option<CompletedTxn> {
        let producer = self.map.entry(header.producer_id).or_insert_with(Producer::new);
        producer.set_epoch(header.producer_epoch);
        producer.coordinator_epoch = marker.coordinator_epoch;
        producer.last_timestamp = header.max_timestamp;
        let first_offset = producer.txn_first_offset.take()?;
        self.open.remove(&first_offset);
        let last_offset = header.last_offset();
        self.ended.insert(first_offset, last_offset);
        let next_open = self.open.first_key_value().map(|(offset, _)| *offset);
        Some(CompletedTxn {
            producer_id: header.producer_id,
            first_offset,
            last_offset,
            aborted: !marker.commit,
            last_stable_offset: next_open.unwrap_or(last_offset + 1),
        })
    }

    /// Forgets producers without open transaction that were idle for `expiration_ms`.
    pub(crate) fn expire(&mut self, now_ms: i64, expiration_ms: i64) {
        self.map.retain(|_, producer| {
            let idle_ms = now_ms.saturating_sub(producer.last_timestamp);
            producer.txn_first_offset.is_some() || idle_ms < expiration_ms
        });
    }
}

fn check_sequence(known: &Producer, header: &BatchHeader) -> Result<(), AppendError> {
    let sequence = header.base_sequence;
    // Where only a marker of the epoch is known, its first sequence is 0 too.
    let begins = header.producer_epoch != known.epoch || known.batches.is_empty();
    let expected = if begins { 0 } else { add_sequence(known.last_sequence(), 1) };
    if sequence == expected || known.epoch == NO_PRODUCER_EPOCH {
        return Ok(());
    }
    let producer_id = header.producer_id;
    Err(AppendError::OutOfOrderSequence { producer_id, sequence, expected })
}

#[cfg(test)]
mod tests {
    use weir_wire::records::BatchBuilder;

    use super::*;

    fn header(epoch: i16, sequence: i32, records: i32, offset: i64) -> BatchHeader {
        let mut builder = BatchBuilder::new().producer(9, epoch, sequence).base_offset(offset);
        for _ in 0..records {
            builder.append(1000, None, Some(b"v"), &[]);
        }
        *builder.build().unwrap().header()
    }

    fn check(producers: &Producers, header: &BatchHeader) -> Result<(), AppendError> {
        producers.check(header, AppendOrigin::Client)
    }

    #[test]
    fn an_unknown_producer_may_begin_anywhere() {
        assert!(check(&Producers::default(), &header(3, 77, 1, 0)).is_ok());
    }

    #[test]
    fn the_last_five_batches_are_known_again() {
        let mut producers = Producers::default();
        let batches: Vec<_> = (0..7).map(|at| header(0, at * 2, 2, i64::from(at) * 10)).collect();
        for batch in &batches {
            check(&producers, batch).unwrap();
            producers.note(batch);
        }
        let found = producers.duplicate_of(&batches[2]).unwrap();
        assert_eq!((found.first_offset(), found.last_offset), (20, 21));
        assert!(producers.duplicate_of(&batches[1]).is_none());
        let error = check(&producers, &batches[1]).unwrap_err();
        assert!(matches!(error, AppendError::OutOfOrderSequence { expected: 14, .. }), "{error}");
        assert!(check(&producers, &header(0, 15, 1, 70)).is_err(), "a gap");
        assert!(check(&producers, &header(0, 14, 1, 70)).is_ok());
    }

    #[test]
    fn a_new_epoch_begins_at_zero_and_fences_the_old() {
        let mut producers = Producers::default();
        producers.note(&header(1, 0, 5, 0));
        assert!(check(&producers, &header(2, 5, 1, 5)).is_err());
        let next = header(2, 0, 1, 5);
        check(&producers, &next).unwrap();
        producers.note(&next);
        let error = check(&producers, &header(1, 5, 1, 6)).unwrap_err();
        assert!(matches!(error, AppendError::InvalidProducerEpoch { current: 2, .. }), "{error}");
        assert!(producers.duplicate_of(&header(1, 0, 5, 0)).is_none(), "of an older epoch");
    }

    #[test]
    fn sequences_wrap_to_zero() {
        let mut producers = Producers::default();
        producers.note(&header(0, i32::MAX - 1, 2, 0));
        assert!(check(&producers, &header(0, 0, 1, 2)).is_ok());
        let wrapping = header(0, i32::MAX, 3, 2);
        producers.note(&wrapping);
        assert_eq!(producers.duplicate_of(&wrapping).unwrap().first_offset(), 2);
    }

    #[test]
    fn idle_producers_are_forgotten() {
        let mut producers = Producers::default();
        producers.note(&header(0, 0, 1, 0));
        producers.expire(1999, 1000);
        assert_eq!(producers.map.len(), 1);
        producers.expire(2000, 1000);
        assert!(producers.map.is_empty());
    }

    #[test]
    fn an_open_transaction_holds_the_stable_offset() {
        let mut producers = Producers::default();
        let mut data = header(0, 0, 2, 10);
        data.attributes = data.attributes.with_transactional(true);
        producers.note(&data);
        assert_eq!(producers.first_unstable_offset(), Some(10));
        assert!(check(&producers, &header(0, 2, 1, 12)).is_err(), "plain record in a transaction");
        let marker = EndTxnMarker { commit: false, coordinator_epoch: 3 };
        let end = header(0, -1, 1, 12);
        producers.check_marker(&end, marker).unwrap();
        let done = producers.note_marker(&end, marker).unwrap();
        assert_eq!((done.first_offset, done.last_offset, done.aborted), (10, 12, true));
        assert_eq!(producers.first_unstable_offset(), Some(10), "until the marker is replicated");
        producers.replicated_to(12);
        assert_eq!(producers.first_unstable_offset(), Some(10));
        producers.replicated_to(13);
        assert_eq!(producers.first_unstable_offset(), None);
        let stale = EndTxnMarker { commit: true, coordinator_epoch: 2 };
        assert!(producers.check_marker(&end, stale).is_err());
    }
}
