//! Topics that a Metadata request has just made. Kafka's brokers hear of a new topic a moment after the request that
//! made it, and clients have come to rely on that: segmentio/kafka-go takes the second answer for how things are
//! meant to be, and never assigns the partitions of a topic that is there too early.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use weir_wire::Str;

/// Less than what any client waits before it asks again.
const HIDDEN_MS: i64 = 50;

/// Names, and when Metadata knows them (monotonic, ms).
#[derive(Debug, Default)]
pub(crate) struct Newborn {
    shown_from: Mutex<BTreeMap<Str, i64>>,
}

impl Newborn {
    pub(crate) fn add(&self, name: &Str, now_ms: i64) {
        let mut shown_from = self.shown_from.lock();
        shown_from.retain(|_, from| *from > now_ms);
        shown_from.insert(name.detached(), now_ms.saturating_add(HIDDEN_MS));
    }

    pub(crate) fn is_hidden(&self, name: &Str, now_ms: i64) -> bool {
        self.shown_from.lock().get(name).is_some_and(|from| *from > now_ms)
    }
}
