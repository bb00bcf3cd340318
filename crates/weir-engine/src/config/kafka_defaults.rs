//! Defaults of the configurations that the engine obeys.

/// A configuration's definition.
#[derive(Debug)]
pub struct ConfigDef {
    pub name: &'static str,
    pub default: Option<&'static str>,
}

const fn def(name: &'static str, default: &'static str) -> ConfigDef {
    ConfigDef { name, default: Some(default) }
}

pub static TOPIC: &[ConfigDef] = &[
    def("segment.bytes", "1073741824"),
    def("segment.ms", "604800000"),
    def("segment.jitter.ms", "0"),
    def("segment.index.bytes", "10485760"),
    def("index.interval.bytes", "4096"),
    def("retention.bytes", "-1"),
    def("retention.ms", "604800000"),
    def("cleanup.policy", "delete"),
    def("flush.messages", "9223372036854775807"),
    def("flush.ms", "9223372036854775807"),
    def("min.cleanable.dirty.ratio", "0.5"),
    def("min.compaction.lag.ms", "0"),
    def("delete.retention.ms", "86400000"),
    def("max.message.bytes", "1048588"),
    def("compression.type", "producer"),
    def("message.timestamp.type", "CreateTime"),
    def("message.timestamp.after.max.ms", "3600000"),
    def("message.timestamp.before.max.ms", "9223372036854775807"),
    def("min.insync.replicas", "1"),
    def("unclean.leader.election.enable", "false"),
];
pub static BROKER: &[ConfigDef] = &[
    def("producer.id.expiration.ms", "86400000"),
    def("broker.session.timeout.ms", "9000"),
    def("replica.lag.time.max.ms", "30000"),
    def("auto.create.topics.enable", "true"),
    def("num.partitions", "1"),
    def("default.replication.factor", "1"),
];
pub static GROUP: &[ConfigDef] = &[];
pub static CLIENT_METRICS: &[ConfigDef] = &[];
