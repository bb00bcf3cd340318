//! How the process ends: kill -9, a torn write, power loss, a clean stop; and what may be lost then.

use weir_engine::Rng;
use weir_engine::fs::PowerLoss;

use super::world::{World, note};

/// An end of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Kill,
    PowerLoss,
    CleanStop,
    CleanStopThenPowerLoss,
}

impl World {
    /// Lights a fuse: the process dies in one of its next writes, which may tear.
    pub(super) fn light_fuse(&mut self) {
        let operations = self.rng.below([3, 30][self.rng.below(2) as usize]);
        let torn = self.rng.below(200) as usize;
        note!(self, "dies after {operations} writes, tears at {torn}");
        self.fs.die_after(operations, torn);
    }

    /// Ends the process as it may end. Answers how it did.
    pub(super) fn end(&mut self) -> End {
        let end = match self.rng.below(6) {
            0..=2 => End::Kill,
            3 | 4 => End::PowerLoss,
            _ if self.chance(2) => End::CleanStop,
            _ => End::CleanStopThenPowerLoss,
        };
        self.end_by(end)
    }

    /// Ends the process that way and starts it again. Answers how it did: it may die while it stops.
    pub(super) fn end_by(&mut self, wanted: End) -> End {
        let end = self.stopped(wanted);
        self.counts.ends += 1;
        self.counts.torn += u64::from(self.fs.is_dead());
        note!(self, "{end:?}");
        self.engine = None;
        match end {
            End::Kill | End::CleanStop => self.fs.restart(),
            End::PowerLoss | End::CleanStopThenPowerLoss => {
                self.fs.lose_power(PowerLoss::Random(self.rng.next_u64()));
                self.boots += 1;
                self.config.boot_id = format!("boot-{}", self.boots);
            }
        }
        self.open();
        self.check_topics_survive();
        if end == End::PowerLoss {
            self.forgive_processing();
            self.forgive_transactions();
            self.forgive_groups();
            self.account_for_power_loss();
        }
        self.judge_keyed(false);
        end
    }

    fn stopped(&mut self, wanted: End) -> End {
        let clean = matches!(wanted, End::CleanStop | End::CleanStopThenPowerLoss);
        let (true, Some(engine)) = (clean, self.engine.clone()) else { return wanted };
        match engine.close(&|| false) {
            Ok(()) => wanted,
            Err(_) if self.fs.is_dead() && wanted == End::CleanStop => End::Kill,
            Err(_) if self.fs.is_dead() => End::PowerLoss,
            Err(error) => {
                self.violate(format!("a clean stop fails: {error}"));
                wanted
            }
        }
    }

    /// Metadata is as acknowledged, however the process ended.
    fn check_topics_survive(&mut self) {
        let Some(engine) = self.engine.clone() else { return };
        let image = engine.image();
        for topic in self.topics.clone() {
            let partitions = image.topic(&topic.name).map(|t| t.partitions().len());
            if partitions != usize::try_from(topic.partitions).ok() {
                self.violate(format!(
                    "topic {topic:?} was acknowledged and has {partitions:?} partitions"
                ));
            }
        }
    }

    /// After a power loss each log is a prefix of what was acknowledged: what is beyond its end may
    /// be gone, except with `flush.messages=1`.
    fn account_for_power_loss(&mut self) {
        for place in self.ledgers.keys().cloned().collect::<Vec<_>>() {
            let Some(partition) = self.partition(&place) else { continue };
            let view = match partition.view() {
                Ok(view) => view,
                Err(error) => {
                    self.violate(format!("{place:?} does not recover: {error}"));
                    continue;
                }
            };
            // The election may have been committed in the moment of the power loss.
            if let Err(wrong) = self.account_for_newest_cut(&place) {
                self.violate(format!("{place:?}: {wrong}"));
            }
            let durable = self.topic(&place.topic).is_some_and(|topic| topic.durable);
            let Some(ledger) = self.ledgers.get_mut(&place) else { continue };
            let lost = ledger.acked.range(view.log_end..).next().map(|(offset, _)| *offset);
            if let (true, Some(offset)) = (durable, lost) {
                self.violate(format!("{place:?}: {offset} was acknowledged with flush.messages=1"));
            } else {
                ledger.lose_from(view.log_end);
                if let Some(keyed) = self.keyed.get_mut(&place) {
                    keyed.lose_from(view.log_end);
                }
            }
        }
    }
}
