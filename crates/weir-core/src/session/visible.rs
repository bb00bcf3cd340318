//! Columns that are read for visible rows only: two configurations and the time of the last write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use weir_domain::{ConfigResource, OffsetSpec, TopicPartition};

use super::Session;
use crate::clusters::tags;

/// How long a row's costly columns are believed.
const FRESH: Duration = Duration::from_secs(10);
/// A page does not wait longer for them; they come with the next refresh.
const WAIT: Duration = Duration::from_millis(80);
/// Rows remembered.
const KEPT: usize = 5_000;

#[derive(Debug, Default)]
pub(crate) struct Visible {
    topics: Mutex<HashMap<String, Seen>>,
}

/// What a visible topic shows beyond the snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) retention: Option<String>,
    pub(crate) cleanup: Option<String>,
    pub(crate) min_insync: Option<u32>,
    /// Milliseconds since the epoch.
    pub(crate) last_write: Option<i64>,
    read: Instant,
}

impl Visible {
    pub(crate) fn get(&self, topic: &str) -> Option<Seen> {
        self.lock().get(topic).cloned()
    }

    pub(crate) fn forget(&self, topic: &str) {
        self.lock().remove(topic);
    }

    fn stale(&self, names: &[String]) -> Vec<String> {
        let topics = self.lock();
        let is_fresh =
            |name: &&String| topics.get(*name).is_some_and(|seen| seen.read.elapsed() < FRESH);
        names.iter().filter(|name| !is_fresh(name)).cloned().collect()
    }

    fn keep(&self, name: String, seen: Seen) {
        let mut topics = self.lock();
        if topics.len() >= KEPT {
            topics.retain(|_, seen| seen.read.elapsed() < FRESH);
        }
        topics.insert(name, seen);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Sees to it that these rows' columns are known, or will be.
    pub(crate) async fn look_at(self: &Arc<Self>, names: &[String]) {
        let stale = self.visible.stale(names);
        if stale.is_empty() {
            return;
        }
        let session = Arc::clone(self);
        let mut reading = tokio::spawn(async move { session.read_visible(stale).await });
        if tokio::time::timeout(WAIT, &mut reading).await.is_err() {
            let session = Arc::clone(self);
            tokio::spawn(async move {
                if reading.await.is_ok() {
                    session.events.changed(tags::topics(&session.cluster));
                }
            });
        }
    }

    async fn read_visible(&self, names: Vec<String>) {
        let resources: Vec<_> = names.iter().cloned().map(ConfigResource::Topic).collect();
        let partitions = self.partitions_named(&names);
        let (configs, newest) = tokio::join!(
            self.client.describe_configs(&resources),
            self.client.list_offsets(&partitions, OffsetSpec::MaxTimestamp)
        );
        let newest = newest.map(|newest| newest.value).unwrap_or_default();
        let mut last_writes: HashMap<&str, i64> = HashMap::new();
        for (partition, at) in &newest {
            if let Some(time) = at.as_ref().ok().and_then(|at| at.timestamp_ms).filter(|t| *t >= 0)
            {
                let last = last_writes.entry(&partition.topic).or_insert(time);
                *last = (*last).max(time);
            }
        }
        let mut configs = configs.unwrap_or_default();
        for name in names {
            let entries = configs.remove(&ConfigResource::Topic(name.clone()));
            let entries = entries.and_then(Result::ok).unwrap_or_default();
            let value = |key: &str| {
                entries.iter().find(|entry| entry.name == key).and_then(|entry| entry.value.clone())
            };
            let seen = Seen {
                retention: value("retention.ms"),
                cleanup: value("cleanup.policy"),
                min_insync: value("min.insync.replicas").and_then(|value| value.parse().ok()),
                last_write: last_writes.get(name.as_str()).copied(),
                read: Instant::now(),
            };
            self.visible.keep(name, seen);
        }
    }

    fn partitions_named(&self, names: &[String]) -> Vec<TopicPartition> {
        let Some(snapshot) = self.newest() else { return Vec::new() };
        let topics = names.iter().filter_map(|name| snapshot.metadata.topic(name));
        let of = |topic: &weir_domain::Topic| -> Vec<_> {
            let name = &topic.name;
            topic
                .partitions
                .iter()
                .map(|p| TopicPartition::new(name.as_str(), p.partition))
                .collect()
        };
        topics.flat_map(|topic| of(topic)).collect()
    }
}
