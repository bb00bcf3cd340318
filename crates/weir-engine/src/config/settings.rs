//! A topic's configurations as typed values: what the log, the replication model and the handlers
//! read on every request.

use std::sync::Arc;

use super::Configs;
use crate::log::{CleanupPolicy, LogConfig};

/// The effective configuration of one topic. Topics without configurations of their own share one.
/// Times are in milliseconds, sizes in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicSettings {
    /// What the log obeys: segments, retention, flush, compaction.
    pub log: Arc<LogConfig>,
    /// `max.message.bytes`: the largest batch taken.
    pub max_message_bytes: i32,
    /// `compression.type`: `producer` keeps what the client chose.
    pub compression: String,
    /// `compression.gzip.level` or `compression.zstd.level`, whichever is of `compression`.
    pub compression_level: Option<i32>,
    /// `max.decompressed.message.bytes`: the largest record of a compressed batch.
    pub max_decompressed_message_bytes: i32,
    /// `message.timestamp.type=LogAppendTime`; CreateTime otherwise.
    pub log_append_time: bool,
    /// `message.timestamp.after.max.ms`: how far in the future a record may be stamped.
    pub timestamp_after_max_ms: i64,
    /// `message.timestamp.before.max.ms`: how far in the past.
    pub timestamp_before_max_ms: i64,
    /// `min.insync.replicas`.
    pub min_insync_replicas: i32,
    /// `unclean.leader.election.enable`.
    pub unclean_leader_election: bool,
}

impl TopicSettings {
    /// The effective configuration of `topic`. Values were validated when they were set; one that
    /// does not parse (written by a later version) counts as its default.
    pub(crate) fn resolve(configs: &Configs, topic: &str) -> Self {
        let values = Values { configs, topic };
        Self {
            log: Arc::new(values.log()),
            max_message_bytes: values.int("max.message.bytes"),
            compression_level: values.compression_level(),
            compression: values.text("compression.type"),
            max_decompressed_message_bytes: values.int("max.decompressed.message.bytes"),
            log_append_time: values.text("message.timestamp.type") == "LogAppendTime",
            timestamp_after_max_ms: values.long("message.timestamp.after.max.ms"),
            timestamp_before_max_ms: values.long("message.timestamp.before.max.ms"),
            min_insync_replicas: values.int("min.insync.replicas"),
            unclean_leader_election: values.text("unclean.leader.election.enable") == "true",
        }
    }
}

struct Values<'a> {
    configs: &'a Configs,
    topic: &'a str,
}

impl Values<'_> {
    fn text(&self, key: &str) -> String {
        self.configs.topic_value(self.topic, key).unwrap_or_default()
    }

    fn long(&self, key: &str) -> i64 {
        let default = || super::topic_default(key).and_then(|text| text.parse().ok());
        self.text(key).parse().ok().or_else(default).unwrap_or(i64::MAX)
    }

    fn int(&self, key: &str) -> i32 {
        i32::try_from(self.long(key)).unwrap_or(i32::MAX)
    }

    fn size(&self, key: &str) -> u32 {
        u32::try_from(self.long(key)).unwrap_or(u32::MAX)
    }

    fn compression_level(&self) -> Option<i32> {
        match self.text("compression.type").as_str() {
            "gzip" => self.text("compression.gzip.level").parse().ok(),
            "zstd" => self.text("compression.zstd.level").parse().ok(),
            _ => None,
        }
    }

    fn log(&self) -> LogConfig {
        LogConfig {
            segment_bytes: self.size("segment.bytes"),
            segment_ms: self.long("segment.ms"),
            segment_jitter_ms: self.long("segment.jitter.ms"),
            segment_index_bytes: self.size("segment.index.bytes"),
            index_interval_bytes: self.size("index.interval.bytes"),
            retention_bytes: self.long("retention.bytes"),
            retention_ms: self.long("retention.ms"),
            cleanup: cleanup_policy(&self.text("cleanup.policy")),
            flush_messages: self.long("flush.messages"),
            flush_ms: self.long("flush.ms"),
            min_cleanable_dirty_ratio: self
                .text("min.cleanable.dirty.ratio")
                .parse()
                .unwrap_or(0.5),
            min_compaction_lag_ms: self.long("min.compaction.lag.ms"),
            max_compaction_lag_ms: self.long("max.compaction.lag.ms"),
            delete_retention_ms: self.long("delete.retention.ms"),
            producer_id_expiration_ms: self.configs.broker_i64("producer.id.expiration.ms"),
            ..LogConfig::default()
        }
    }
}

/// `cleanup.policy` is a list of `delete` and `compact`; it may be empty (KIP-1061).
fn cleanup_policy(value: &str) -> CleanupPolicy {
    let has = |word: &str| value.split(',').any(|part| part.trim() == word);
    CleanupPolicy { delete: has("delete"), compact: has("compact") }
}
