//! Topics that a Metadata request has just made. Kafka's brokers hear of a new topic a moment after the request that
//! made it, and clients have come to rely on that: segmentio/kafka-go takes the answer after that for how things are
//! meant to be, and its groups never get the partitions of a topic that is there so early.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use weir_wire::Str;

/// Less than what clients wait before they ask again (100 ms, less a fifth): only who asks at once is told no.
const MOMENT_MS: i64 = 75;

/// Names, and the end of their first moment (monotonic, ms).
#[derive(Debug, Default)]
pub(crate) struct Newborn {
    moments: Mutex<BTreeMap<Str, i64>>,
}

impl Newborn {
    pub(crate) fn add(&self, name: &Str, now_ms: i64) {
        let mut moments = self.moments.lock();
        moments.retain(|_, end| *end > now_ms);
        moments.insert(name.detached(), now_ms.saturating_add(MOMENT_MS));
    }

    /// Whether this answer is the first one about the topic, and within its first moment. The next one shows it: a
    /// client that asks in turns is not told both within one of them.
    pub(crate) fn hides(&self, name: &Str, now_ms: i64) -> bool {
        self.moments.lock().remove(name).is_some_and(|end| end > now_ms)
    }
}
