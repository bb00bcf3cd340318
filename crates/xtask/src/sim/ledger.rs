//! What is known of one partition's records: sent, acknowledged, seen.

use std::collections::{BTreeMap, BTreeSet};

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) topic: String,
    pub(super) partition: i32,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Every value that was ever sent.
    pub(super) sent: BTreeSet<String>,
    /// Values acknowledged with acks=all, by offset.
    pub(super) acked: BTreeMap<i64, String>,
    /// Values that a consumer was shown, by offset.
    pub(super) seen: BTreeMap<i64, String>,
    pub(super) high_watermark: i64,
    pub(super) leader_epoch: i32,
    pub(super) partition_epoch: i32,
    /// The offset of the newest cut that was taken account of, and its epoch.
    pub(super) cut_epoch: i32,
    /// How often records may have been lost, by a rule that allows it.
    pub(super) losses: u32,
}

impl Ledger {
    /// Records at or after `offset` are lost, and may be.
    pub(super) fn lose_from(&mut self, offset: i64) {
        self.acked.split_off(&offset);
        self.seen.split_off(&offset);
        self.high_watermark = self.high_watermark.min(offset);
        self.losses += 1;
    }

    /// Notes what a consumer was shown; the error says what is wrong with it.
    pub(super) fn show(&mut self, offset: i64, value: &str) -> Result<(), String> {
        if !self.sent.contains(value) {
            return Err(format!("foreign bytes at {offset}: {value:?}"));
        }
        match self.seen.get(&offset) {
            Some(before) if before != value => {
                return Err(format!("offset {offset} was {before}, is {value}"));
            }
            Some(_) => {}
            None => {
                self.seen.insert(offset, value.to_owned());
            }
        }
        match self.acked.get(&offset) {
            Some(acked) if acked != value => {
                Err(format!("offset {offset} was acknowledged as {acked}, is {value}"))
            }
            _ => Ok(()),
        }
    }
}
