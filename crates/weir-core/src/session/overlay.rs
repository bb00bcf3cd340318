//! Own writes, shown at once: a topic that was just created or deleted, until the brokers tell the same.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use weir_client::Metadata;

/// Brokers that still do not know by then are believed.
const AT_MOST: Duration = Duration::from_secs(15);

#[derive(Debug, Default)]
pub(crate) struct Overlay {
    topics: Mutex<HashMap<String, Written>>,
}

#[derive(Debug, Clone)]
struct Written {
    since: Instant,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Created { partitions: i32, replication: i32 },
    Deleted,
}

/// A topic that is being created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Creating {
    pub(crate) name: String,
    pub(crate) partitions: i32,
    pub(crate) replication: i32,
}

impl Overlay {
    pub(crate) fn created(&self, name: &str, partitions: i32, replication: i32) {
        self.write(name, What::Created { partitions, replication });
    }

    pub(crate) fn deleted(&self, name: &str) {
        self.write(name, What::Deleted);
    }

    fn write(&self, name: &str, what: What) {
        self.lock().insert(name.to_owned(), Written { since: Instant::now(), what });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    pub(crate) fn is_deleted(&self, name: &str) -> bool {
        matches!(self.lock().get(name), Some(Written { what: What::Deleted, .. }))
    }

    pub(crate) fn creating(&self) -> Vec<Creating> {
        let topics = self.lock();
        let creating = topics.iter().filter_map(|(name, written)| match written.what {
            What::Created { partitions, replication } => {
                Some(Creating { name: name.clone(), partitions, replication })
            }
            What::Deleted => None,
        });
        creating.collect()
    }

    /// Drops what the brokers now tell themselves, and what is too old.
    pub(super) fn settle(&self, metadata: &Metadata) {
        self.lock().retain(|name, written| {
            let told = metadata.topic(name).is_some();
            let settled = match written.what {
                What::Created { .. } => told,
                What::Deleted => !told,
            };
            !settled && written.since.elapsed() < AT_MOST
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Written>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
