//! R1 to R10, checked from outside at any moment; and what every log holds in the end.

use std::collections::{BTreeMap, BTreeSet};

use weir_engine::partition::{Assignment, Partition, PartitionView};

use super::ledger::Place;
use super::whole_log::each_batch;
use super::world::{Topic, World};

impl World {
    /// Every partition of the run's topics that keep everything.
    pub(super) fn places(&self) -> Vec<Place> {
        self.places_where(|topic| topic.keyed.is_none())
    }

    /// Every partition of its compacted topics.
    pub(super) fn keyed_places(&self) -> Vec<Place> {
        self.places_where(|topic| topic.keyed.is_some())
    }

    pub(super) fn all_places(&self) -> Vec<Place> {
        self.places_where(|_| true)
    }

    fn places_where(&self, fits: impl Fn(&Topic) -> bool) -> Vec<Place> {
        let all = self.topics.iter().filter(|topic| fits(topic)).flat_map(|topic| {
            (0..topic.partitions).map(|partition| Place { topic: topic.name.clone(), partition })
        });
        all.collect()
    }

    /// Checks what has to be true of every partition now.
    pub(super) fn judge(&mut self) {
        for place in self.all_places() {
            if let Err(wrong) = self.judge_one(&place) {
                self.violate(format!("{place:?}: {wrong}"));
            }
        }
    }

    fn judge_one(&mut self, place: &Place) -> Result<(), String> {
        let Some(engine) = self.engine.clone() else { return Ok(()) };
        let image = engine.image();
        let known = image.topic(&place.topic).and_then(|t| t.partition(place.partition));
        let known = known.ok_or("the partition is gone")?;
        let assignment = known.assignment().clone();
        let view = known.handle().view().map_err(|e| e.to_string())?;
        let replicas = known.handle().replicas().map_err(|e| e.to_string())?;
        let ends = replicas.iter().map(|r| (r.broker, r.log_end)).collect();
        let topic = self.topic(&place.topic).cloned().ok_or("an unknown topic")?;
        self.account_for_cut(place, &assignment, topic.unclean)?;
        check_numbers(&assignment, view, &ends, &topic)?;
        check_cut(&assignment, view, known.handle())?;
        let ledger = self.ledgers.entry(place.clone()).or_default();
        if view.high_watermark < ledger.high_watermark {
            let before = ledger.high_watermark;
            return Err(format!("R4: high watermark {before} went back: {view:?}, {assignment:?}"));
        }
        ledger.high_watermark = view.high_watermark;
        let epochs = (assignment.leader_epoch, assignment.partition_epoch);
        let before = (ledger.leader_epoch, ledger.partition_epoch);
        if epochs.0 < before.0 || epochs.1 < before.1 {
            return Err(format!("R5: epochs {before:?} went back to {epochs:?}"));
        }
        (ledger.leader_epoch, ledger.partition_epoch) = epochs;
        self.counts.elections += u64::from(epochs.0 > before.0);
        Ok(())
    }

    /// As [`World::account_for_cut`], by the newest metadata.
    pub(super) fn account_for_newest_cut(&mut self, place: &Place) -> Result<(), String> {
        let Some(engine) = self.engine.clone() else { return Ok(()) };
        let image = engine.image();
        let known = image.topic(&place.topic).and_then(|t| t.partition(place.partition));
        let assignment = known.ok_or("the partition is gone")?.assignment().clone();
        let unclean = self.topic(&place.topic).is_some_and(|topic| topic.unclean);
        self.account_for_cut(place, &assignment, unclean)
    }

    /// R4: an election may cut acknowledged records only where unclean ones are allowed.
    fn account_for_cut(
        &mut self,
        place: &Place,
        assignment: &Assignment,
        unclean: bool,
    ) -> Result<(), String> {
        let ledger = self.ledgers.entry(place.clone()).or_default();
        let cut = assignment.epoch_start;
        if cut.epoch <= ledger.cut_epoch {
            return Ok(());
        }
        ledger.cut_epoch = cut.epoch;
        self.counts.cuts += 1;
        let ledger = self.ledgers.entry(place.clone()).or_default();
        let acked = ledger.acked.range(cut.offset..).next().map(|(offset, _)| *offset);
        match acked {
            Some(offset) if !unclean => Err(format!(
                "R4: a clean election cut at {}, {offset} was acknowledged",
                cut.offset
            )),
            Some(_) => {
                ledger.lose_from(cut.offset);
                Ok(())
            }
            // Nothing that anyone was told of; producers' unacknowledged batches may be gone.
            None => {
                if unclean {
                    ledger.lose_from(cut.offset);
                }
                Ok(())
            }
        }
    }

    /// In the end: every acknowledged record once, at its offset, each producer's in order.
    pub(super) fn judge_logs(&mut self) {
        for place in self.places() {
            match self.read_log(&place) {
                Ok(log) => {
                    if let Err(wrong) = self.judge_log(&place, &log) {
                        self.violate(format!("{place:?}: {wrong}"));
                    }
                }
                Err(error) => self.violate(format!("{place:?} cannot be read: {error}")),
            }
        }
    }

    fn judge_log(&self, place: &Place, log: &BTreeMap<i64, String>) -> Result<(), String> {
        let Some(ledger) = self.ledgers.get(place) else { return Ok(()) };
        for (offset, value) in ledger.acked.iter().chain(&ledger.seen) {
            if log.get(offset) != Some(value) {
                return Err(format!(
                    "{value} was acknowledged or shown at {offset}, there is {:?}",
                    log.get(offset)
                ));
            }
        }
        let mut values = BTreeSet::new();
        let mut last: BTreeMap<&str, &str> = BTreeMap::new();
        for (offset, value) in log {
            if !ledger.sent.contains(value) {
                return Err(format!("foreign bytes at {offset}: {value:?}"));
            }
            if !values.insert(value) {
                return Err(format!("{value} is there twice"));
            }
            let (producer, _) = value.split_once('-').unwrap_or((value, ""));
            if last.insert(producer, value).is_some_and(|before| before > value.as_str()) {
                return Err(format!("{value} at {offset} is out of order"));
            }
        }
        Ok(())
    }

    pub(super) fn read_log(&self, place: &Place) -> Result<BTreeMap<i64, String>, String> {
        let partition = self.partition(place).ok_or("it is gone")?;
        let end = partition.view().map_err(|e| e.to_string())?.log_end;
        let mut found = BTreeMap::new();
        let mut scratch = Vec::new();
        each_batch(&partition, end, |batch| {
            batch.check_crc().map_err(|e| e.to_string())?;
            if batch.header.attributes.is_control() {
                return Ok(());
            }
            for record in batch.records(&mut scratch, 1 << 20).map_err(|e| e.to_string())? {
                let record = record.map_err(|e| e.to_string())?;
                let value = String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned();
                found.insert(record.offset, value);
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// R4, also after a crash: nothing at or after the newest cut is of an older epoch.
fn check_cut(
    assignment: &Assignment,
    view: PartitionView,
    partition: &Partition,
) -> Result<(), String> {
    let cut = assignment.epoch_start;
    let at = cut.offset.max(view.log_start);
    if cut.epoch == 0 || at >= view.log_end {
        return Ok(());
    }
    let log = partition.log().map_err(|e| e.to_string())?;
    let epoch = log.epoch_at(at).map_err(|e| e.to_string())?;
    match epoch {
        Some(epoch) if epoch < cut.epoch => Err(format!(
            "R4: {at} is of epoch {epoch}, cut at {} by epoch {}",
            cut.offset, cut.epoch
        )),
        _ => Ok(()),
    }
}

fn check_numbers(
    assignment: &Assignment,
    view: PartitionView,
    ends: &BTreeMap<i32, i64>,
    topic: &Topic,
) -> Result<(), String> {
    let PartitionView { log_start, log_end, high_watermark, .. } = view;
    if !(log_start <= high_watermark && high_watermark <= log_end) {
        return Err(format!("log {log_start} to {log_end}, high watermark {high_watermark}"));
    }
    if assignment.leader >= 0 && !assignment.in_sync(assignment.leader) {
        return Err(format!("leader {} is not in the ISR", assignment.leader));
    }
    let (isr, elr) = (&assignment.isr[..], assignment.elr());
    // KIP-966: an ISR may be empty while nobody leads and someone is eligible.
    let waits = assignment.leader < 0 && !elr.is_empty();
    let known = |brokers: &[i32]| brokers.iter().all(|b| assignment.is_replica(*b));
    if (isr.is_empty() && !waits)
        || !known(isr)
        || !known(elr)
        || elr.iter().any(|b| isr.contains(b))
    {
        return Err(format!("ISR {isr:?}, ELR {elr:?} of replicas {:?}", assignment.replicas));
    }
    if let Some((broker, end)) = ends.iter().find(|(_, end)| **end > log_end) {
        return Err(format!("R4: replica {broker} ends at {end}, the log at {log_end}"));
    }
    let isr_end = |broker: &i32| ends.get(broker).copied().unwrap_or(0);
    let lowest = isr.iter().map(isr_end).min().unwrap_or(high_watermark);
    if let Some(broker) = elr.iter().find(|b| isr_end(b) < high_watermark) {
        return Err(format!("KIP-966: {broker} is eligible without all below {high_watermark}"));
    }
    // A reassignment that is cancelled may leave a replica in sync that lacks records, where unclean
    // elections are allowed: nobody leads, and the log is cut when that one does.
    let waits_to_lose = assignment.leader < 0 && topic.unclean;
    if high_watermark > lowest && !waits_to_lose {
        return Err(format!(
            "R2: high watermark {high_watermark}, lowest in sync {lowest}: {ends:?}, {assignment:?}"
        ));
    }
    let enough = assignment.isr.len() >= assignment.effective_min_isr(topic.min_isr);
    if enough && assignment.leader >= 0 && high_watermark < lowest {
        return Err(format!("R2: high watermark {high_watermark} stands, lowest in sync {lowest}"));
    }
    Ok(())
}
