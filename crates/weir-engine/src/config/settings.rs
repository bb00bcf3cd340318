//! A topic's configurations as typed values: what the log, the replication model and the handlers
//! read on every request.

use std::sync::Arc;

use weir_wire::records::{Compression, TimestampType, ValidateOptions};

use super::{ConfigMap, Configs};
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

    /// As [`TopicSettings::resolve`], from what topics without configurations of their own have: a topic
    /// sets few.
    pub(crate) fn with_own(&self, configs: &Configs, topic: &str, own: &ConfigMap) -> Self {
        let values = Values { configs, topic };
        let mut settings = self.clone();
        own.keys().for_each(|key| settings.set(key, &values));
        settings
    }

    /// What a batch is checked for before it is appended.
    pub(crate) fn validate_options(&self, now_ms: i64) -> ValidateOptions {
        ValidateOptions {
            max_batch_bytes: usize::try_from(self.max_message_bytes).unwrap_or(0),
            key_required: self.log.cleanup.compact,
            timestamp_type: match self.log_append_time {
                true => TimestampType::LogAppendTime,
                false => TimestampType::CreateTime,
            },
            timestamp_before_max_ms: self.timestamp_before_max_ms,
            timestamp_after_max_ms: self.timestamp_after_max_ms,
            compression: forced_compression(&self.compression),
            compression_level: self.compression_level,
            max_decompressed_record_bytes: usize::try_from(self.max_decompressed_message_bytes)
                .unwrap_or(0),
            now_ms,
            ..ValidateOptions::default()
        }
    }

    fn set(&mut self, key: &str, values: &Values<'_>) {
        match key {
            "max.message.bytes" => self.max_message_bytes = values.int(key),
            "compression.type" | "compression.gzip.level" | "compression.zstd.level" => {
                self.compression = values.text("compression.type");
                self.compression_level = values.compression_level();
            }
            "max.decompressed.message.bytes" => {
                self.max_decompressed_message_bytes = values.int(key);
            }
            "message.timestamp.type" => self.log_append_time = values.text(key) == "LogAppendTime",
            "message.timestamp.after.max.ms" => self.timestamp_after_max_ms = values.long(key),
            "message.timestamp.before.max.ms" => self.timestamp_before_max_ms = values.long(key),
            "min.insync.replicas" => self.min_insync_replicas = values.int(key),
            "unclean.leader.election.enable" => {
                self.unclean_leader_election = values.text(key) == "true";
            }
            _ => values.set_log(Arc::make_mut(&mut self.log), key),
        }
    }
}

/// `compression.type`: `producer` keeps what the client chose.
fn forced_compression(name: &str) -> Option<Compression> {
    match name {
        "producer" => None,
        "uncompressed" => Some(Compression::None),
        codec => Compression::from_name(codec),
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
        let mut log = LogConfig {
            producer_id_expiration_ms: self.configs.broker_i64("producer.id.expiration.ms"),
            ..LogConfig::default()
        };
        LOG_KEYS.iter().for_each(|key| self.set_log(&mut log, key));
        log
    }

    fn set_log(&self, log: &mut LogConfig, key: &str) {
        match key {
            "segment.bytes" => log.segment_bytes = self.size(key),
            "segment.ms" => log.segment_ms = self.long(key),
            "segment.jitter.ms" => log.segment_jitter_ms = self.long(key),
            "segment.index.bytes" => log.segment_index_bytes = self.size(key),
            "index.interval.bytes" => log.index_interval_bytes = self.size(key),
            "retention.bytes" => log.retention_bytes = self.long(key),
            "retention.ms" => log.retention_ms = self.long(key),
            "cleanup.policy" => log.cleanup = cleanup_policy(&self.text(key)),
            "flush.messages" => log.flush_messages = self.long(key),
            "flush.ms" => log.flush_ms = self.long(key),
            "min.cleanable.dirty.ratio" => {
                log.min_cleanable_dirty_ratio = self.text(key).parse().unwrap_or(0.5);
            }
            "min.compaction.lag.ms" => log.min_compaction_lag_ms = self.long(key),
            "max.compaction.lag.ms" => log.max_compaction_lag_ms = self.long(key),
            "delete.retention.ms" => log.delete_retention_ms = self.long(key),
            _ => {}
        }
    }
}

/// The configurations that a log obeys.
const LOG_KEYS: [&str; 14] = [
    "segment.bytes",
    "segment.ms",
    "segment.jitter.ms",
    "segment.index.bytes",
    "index.interval.bytes",
    "retention.bytes",
    "retention.ms",
    "cleanup.policy",
    "flush.messages",
    "flush.ms",
    "min.cleanable.dirty.ratio",
    "min.compaction.lag.ms",
    "max.compaction.lag.ms",
    "delete.retention.ms",
];

/// `cleanup.policy` is a list of `delete` and `compact`; it may be empty (KIP-1061).
fn cleanup_policy(value: &str) -> CleanupPolicy {
    let has = |word: &str| value.split(',').any(|part| part.trim() == word);
    CleanupPolicy { delete: has("delete"), compact: has("compact") }
}

#[cfg(test)]
mod tests {
    use weir_wire::config_defs::TOPIC;

    use super::*;
    use crate::config::ResourceType;

    #[test]
    fn what_a_topic_sets_itself_counts_as_if_all_were_worked_out() {
        let values = ["7", "0.25", "true", "gzip", "compact", "LogAppendTime", "uncompressed"];
        let common = TopicSettings::resolve(&Configs::default(), "t");
        let mut differing = 0;
        for (key, value) in TOPIC.iter().flat_map(|it| values.map(|value| (it.name, value))) {
            let mut configs = Configs::default();
            configs.put(ResourceType::Topic, "t", key, Some(value));
            let own = configs.dynamic(ResourceType::Topic, "t").unwrap();
            let whole = TopicSettings::resolve(&configs, "t");
            assert_eq!(common.with_own(&configs, "t", own), whole, "{key}={value}");
            differing += usize::from(whole != common);
        }
        assert!(differing > 20, "only {differing} values had an effect");
    }
}
