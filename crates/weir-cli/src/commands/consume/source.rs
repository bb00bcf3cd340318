//! Where messages come from: librdkafka's consumer for committed ones, our own reader for every record.

use weir_core::client::Reader;
use weir_core::client::data::{Consumed, Consumer};

use crate::trouble::Trouble;

pub(super) enum Source {
    Consumer(Consumer),
    Reader(Reader),
}

impl Source {
    /// The next message; `None` where reading was to end.
    pub(super) async fn next(&mut self) -> Option<Result<Consumed, Trouble>> {
        match self {
            Self::Consumer(consumer) => Some(consumer.next().await?.map_err(Trouble::from)),
            Self::Reader(reader) => {
                Some(reader.next().await?.map(Consumed::from).map_err(Trouble::from))
            }
        }
    }

    /// Whether the next message is there already.
    pub(super) fn has_next(&self) -> bool {
        match self {
            Self::Consumer(consumer) => consumer.has_next(),
            Self::Reader(reader) => reader.has_next(),
        }
    }

    /// Leaves a group and commits; for a moment.
    pub(super) async fn close(self) {
        let Self::Consumer(consumer) = self else { return };
        let closed = tokio::task::spawn_blocking(move || consumer.close()).await;
        debug_assert!(closed.is_ok(), "closing panicked");
    }
}
