//! Transactions are visible whole or not at all: judged from the logs and from what read_committed
//! consumers were shown.

use std::collections::BTreeMap;

use weir_engine::Rng;
use weir_wire::Str;
use weir_wire::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use weir_wire::records::EndTxnMarker;

use super::ledger::Place;
use super::transactor::{Fate, Transaction};
use super::whole_log::each_batch;
use super::wire::{Answer, InFlight};
use super::world::World;

const ALTER_VERSION: i16 = 1;
const TOPIC_RESOURCE: i8 = 2;
const GROUP_RESOURCE: i8 = 32;

/// How a value's transaction ended in one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Open,
    Committed,
    Aborted,
}

impl World {
    /// Decisions are synced before they are answered, so that a power loss takes none of them; so are
    /// groups, in half of the runs. Segments that are closed early are compacted early.
    pub(super) fn configure_internal_topics(&mut self) {
        let segments = ("segment.ms", "2000");
        let cleaner = ("min.cleanable.dirty.ratio", "0.01");
        let mut decisions = vec![("flush.messages", "1")];
        let mut groups = Vec::new();
        if self.keeps_offsets {
            groups.push(("flush.messages", "1"));
        }
        for configs in [&mut decisions, &mut groups] {
            if self.chance(2) {
                configs.extend([segments, cleaner]);
            }
        }
        self.configure(TOPIC_RESOURCE, "__transaction_state", &decisions);
        self.configure(TOPIC_RESOURCE, "__consumer_offsets", &groups);
    }

    /// How many standbys the application wants, and how long its group waits for more members.
    pub(super) fn configure_streams(&mut self, group: &'static str) {
        let standbys = ["0", "1"][self.streams.standbys];
        let delay = ["0", "3000"][self.rng.below(2) as usize];
        let configs = [
            ("streams.num.standby.replicas", standbys),
            ("streams.initial.rebalance.delay.ms", delay),
        ];
        self.configure(GROUP_RESOURCE, group, &configs);
    }

    /// What a share group reads, from the beginning; what is given to the dead is given again soon.
    pub(super) fn configure_share(&mut self, group: &'static str, is_committed: bool) {
        let isolation = if is_committed { "read_committed" } else { "read_uncommitted" };
        let configs = [
            ("share.isolation.level", isolation),
            ("share.auto.offset.reset", "earliest"),
            ("share.record.lock.duration.ms", "3000"),
        ];
        self.configure(GROUP_RESOURCE, group, &configs);
    }

    fn configure(
        &mut self,
        kind: i8,
        name: &'static str,
        configs: &[(&'static str, &'static str)],
    ) {
        let (Some(engine), Some(broker)) = (self.engine.clone(), self.any_broker()) else { return };
        let configs = configs.iter().map(|(key, value)| AlterableConfig {
            name: Str::from_static(key),
            value: Some(Str::from_static(value)),
            ..Default::default()
        });
        let request = IncrementalAlterConfigsRequest {
            resources: vec![AlterConfigsResource {
                resource_type: kind,
                resource_name: Str::from_static(name),
                configs: configs.collect(),
                ..Default::default()
            }],
            ..Default::default()
        };
        let mut flight = InFlight::send(&engine, broker, &request, ALTER_VERSION);
        match flight.poll::<IncrementalAlterConfigsRequest>(ALTER_VERSION) {
            Answer::Response(response) if response.responses[0].error_code == 0 => {}
            other => self.violate(format!("{name} cannot be configured: {other:?}")),
        }
    }

    /// Whether a partition loses nothing but by a power loss: transactions write to such ones.
    pub(super) fn keeps(&self, place: &Place) -> bool {
        self.topic(&place.topic).is_some_and(|topic| !topic.unclean)
    }

    /// After a power loss only what was synced is promised.
    pub(super) fn forgive_transactions(&mut self) {
        let durable: Vec<&str> =
            self.topics.iter().filter(|it| it.durable).map(|it| &*it.name).collect();
        for transaction in &mut self.transactions {
            if transaction.writes.iter().any(|(place, _)| !durable.contains(&&*place.topic)) {
                transaction.fate = Fate::Forgiven;
            }
        }
    }

    /// In the end: each transaction is in all of its partitions, or in none.
    pub(super) fn judge_transactions(&mut self) {
        let mut endings: BTreeMap<String, Ending> = BTreeMap::new();
        for place in self.places() {
            match self.endings(&place) {
                Ok(found) => endings.extend(found),
                Err(error) => self.violate(format!("{place:?} cannot be read: {error}")),
            }
        }
        let wrong: Vec<String> = self
            .transactions
            .iter()
            .filter_map(|transaction| judge_one(transaction, &endings, &self.shown_committed).err())
            .collect();
        wrong.into_iter().for_each(|wrong| self.violate(wrong));
        let committed = endings.into_iter().filter(|(_, ending)| *ending == Ending::Committed);
        self.judge_processing(&committed.map(|(value, _)| value).collect());
    }

    /// Values of transactions in a partition, and whether those are committed.
    pub(super) fn committed(&self, place: &Place) -> Result<BTreeMap<String, bool>, String> {
        let endings = self.endings(place)?.into_iter();
        Ok(endings.map(|(value, ending)| (value, ending == Ending::Committed)).collect())
    }

    /// How the transactions of a partition ended, by value.
    fn endings(&self, place: &Place) -> Result<BTreeMap<String, Ending>, String> {
        let partition = self.partition(place).ok_or("it is gone")?;
        let end = partition.view().map_err(|e| e.to_string())?.log_end;
        let mut open: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        let mut endings = BTreeMap::new();
        let mut scratch = Vec::new();
        each_batch(&partition, end, |batch| {
            if !batch.header.attributes.is_transactional() {
                return Ok(());
            }
            let of_producer = open.entry(batch.header.producer_id).or_default();
            for record in batch.records(&mut scratch, 1 << 20).map_err(|e| e.to_string())? {
                let record = record.map_err(|e| e.to_string())?;
                if !batch.header.attributes.is_control() {
                    let value = record.value.unwrap_or_default();
                    of_producer.push(String::from_utf8_lossy(value).into_owned());
                    continue;
                }
                let marker = EndTxnMarker::of(&record).ok_or("a strange marker")?;
                let ending = if marker.commit { Ending::Committed } else { Ending::Aborted };
                endings.extend(of_producer.drain(..).map(|value| (value, ending)));
            }
            Ok(())
        })?;
        endings.extend(open.into_values().flatten().map(|value| (value, Ending::Open)));
        Ok(endings)
    }
}

fn judge_one(
    transaction: &Transaction,
    endings: &BTreeMap<String, Ending>,
    shown: &std::collections::BTreeSet<String>,
) -> Result<(), String> {
    let is_committed = |value: &String| endings.get(value) == Some(&Ending::Committed);
    let values = || transaction.writes.iter().map(|(_, value)| value);
    let committed = values().filter(|value| is_committed(value)).count();
    let wrong = match transaction.fate {
        Fate::Forgiven => return Ok(()),
        Fate::Uncommitted => committed > 0,
        Fate::Unknown => committed > 0 && committed < values().count(),
        Fate::Committed => committed < values().count(),
    };
    let found: Vec<_> = values().map(|value| (value, endings.get(value))).collect();
    if wrong {
        return Err(format!("half a transaction: {:?}, there is {found:?}", transaction.fate));
    }
    match values().find(|value| shown.contains(*value) && !is_committed(value)) {
        Some(value) => Err(format!("{value} was shown as committed, there is {found:?}")),
        None => Ok(()),
    }
}
