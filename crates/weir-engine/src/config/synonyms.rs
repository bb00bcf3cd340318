//! Which broker configurations stand behind a topic configuration (Kafka's
//! `ServerTopicConfigSynonyms`).

/// A broker configuration that gives a topic configuration its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synonym {
    /// The broker configuration.
    pub key: &'static str,
    /// What its value is multiplied with to be the topic's: `log.retention.hours` is in hours.
    pub factor: i64,
}

const fn same(key: &'static str) -> Synonym {
    Synonym { key, factor: 1 }
}

const fn hours(key: &'static str) -> Synonym {
    Synonym { key, factor: HOURS }
}

const MINUTES: i64 = 60_000;
const HOURS: i64 = 3_600_000;

/// The broker configurations that say the same as `broker_key` in other units, itself among them, strongest
/// first; none where it stands alone.
pub(super) fn of_broker(broker_key: &str) -> &'static [Synonym] {
    let chains = ["retention.ms", "segment.ms", "segment.jitter.ms"].map(of_topic);
    let flush = of_topic("flush.ms");
    // Kafka knows the flush scheduler's interval as a synonym one way only.
    let is_flush = flush.first().is_some_and(|head| head.key == broker_key);
    let with = |chain: &&[Synonym]| chain.iter().any(|synonym| synonym.key == broker_key);
    let found = if is_flush { Some(flush) } else { chains.into_iter().find(with) };
    found.unwrap_or_default()
}

/// The broker configurations behind topic configuration `topic_key`, strongest first.
pub fn of_topic(topic_key: &str) -> &'static [Synonym] {
    macro_rules! table {
        ($($topic:literal => [$($synonym:expr),+]),+ $(,)?) => {
            match topic_key {
                $($topic => {
                    const SYNONYMS: &[Synonym] = &[$($synonym),+];
                    SYNONYMS
                })+
                _ => &[],
            }
        };
    }
    table! {
        "segment.bytes" => [same("log.segment.bytes")],
        "segment.ms" => [same("log.roll.ms"), hours("log.roll.hours")],
        "segment.jitter.ms" => [same("log.roll.jitter.ms"), hours("log.roll.jitter.hours")],
        "segment.index.bytes" => [same("log.index.size.max.bytes")],
        "flush.messages" => [same("log.flush.interval.messages")],
        "flush.ms" => [same("log.flush.interval.ms"), same("log.flush.scheduler.interval.ms")],
        "retention.bytes" => [same("log.retention.bytes")],
        "retention.ms" => [
            same("log.retention.ms"),
            Synonym { key: "log.retention.minutes", factor: MINUTES },
            hours("log.retention.hours")
        ],
        "max.message.bytes" => [same("message.max.bytes")],
        "index.interval.bytes" => [same("log.index.interval.bytes")],
        "delete.retention.ms" => [same("log.cleaner.delete.retention.ms")],
        "min.compaction.lag.ms" => [same("log.cleaner.min.compaction.lag.ms")],
        "max.compaction.lag.ms" => [same("log.cleaner.max.compaction.lag.ms")],
        "file.delete.delay.ms" => [same("log.segment.delete.delay.ms")],
        "min.cleanable.dirty.ratio" => [same("log.cleaner.min.cleanable.ratio")],
        "cleanup.policy" => [same("log.cleanup.policy")],
        "unclean.leader.election.enable" => [same("unclean.leader.election.enable")],
        "min.insync.replicas" => [same("min.insync.replicas")],
        "compression.type" => [same("compression.type")],
        "compression.gzip.level" => [same("compression.gzip.level")],
        "compression.lz4.level" => [same("compression.lz4.level")],
        "compression.zstd.level" => [same("compression.zstd.level")],
        "max.decompressed.message.bytes" => [same("max.decompressed.message.bytes")],
        "remote.copy.lag.ms" => [same("log.remote.copy.lag.ms")],
        "remote.copy.lag.bytes" => [same("log.remote.copy.lag.bytes")],
        "preallocate" => [same("log.preallocate")],
        "message.timestamp.type" => [same("log.message.timestamp.type")],
        "message.timestamp.before.max.ms" => [same("log.message.timestamp.before.max.ms")],
        "message.timestamp.after.max.ms" => [same("log.message.timestamp.after.max.ms")],
        "local.retention.ms" => [same("log.local.retention.ms")],
        "local.retention.bytes" => [same("log.local.retention.bytes")],
    }
}
