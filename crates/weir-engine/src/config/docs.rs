//! What a configuration does, in our own words: DescribeConfigs' documentation (KIP-524). Only those that
//! change something here have one.

use std::borrow::Cow;

use super::{ResourceType, synonyms, topic_docs};

/// The description of a configuration; `None` where it changes nothing here.
pub(crate) fn of(kind: ResourceType, key: &str) -> Option<Cow<'static, str>> {
    match kind {
        ResourceType::Topic => topic_docs::of(key).map(Cow::Borrowed),
        ResourceType::Broker => of_broker(key),
        ResourceType::Group => find(&GROUP, key).map(Cow::Borrowed),
        ResourceType::ClientMetrics => find(&CLIENT_METRICS, key).map(Cow::Borrowed),
        ResourceType::BrokerLogger => Some(Cow::Borrowed(
            "The least severe level that this logger writes; ROOT counts for all without a level of their own.",
        )),
    }
}

fn of_broker(key: &str) -> Option<Cow<'static, str>> {
    if let Some(doc) = find(&BROKER, key) {
        return Some(Cow::Borrowed(doc));
    }
    default_of_topics(key).or_else(|| bound_of_groups(key)).map(Cow::Owned)
}

fn find(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(name, _)| *name == key).map(|(_, doc)| *doc)
}

/// A broker configuration that topics without a value of their own have.
fn default_of_topics(key: &str) -> Option<String> {
    topic_docs::TOPIC.iter().find_map(|(topic, doc)| {
        let synonym = synonyms::of_topic(topic).iter().find(|synonym| synonym.key == key)?;
        let unit = match synonym.factor {
            1 => "",
            60_000 => ", in minutes",
            _ => ", in hours",
        };
        Some(format!("What topics without a {topic} of their own have{unit}. {doc}"))
    })
}

/// `group.share.max.session.timeout.ms` bounds what a share group may set, `group.share.session.timeout.ms` is
/// what groups have that set nothing.
fn bound_of_groups(key: &str) -> Option<String> {
    let key = key.strip_prefix("group.")?;
    let (kind, rest) = key.split_once('.')?;
    let bound = [("min.", "The least"), ("max.", "The most")];
    for (prefix, words) in bound {
        if let Some(of) = rest.strip_prefix(prefix) {
            let name = of.strip_suffix(".limit").unwrap_or(of);
            let full =
                [format!("{kind}.{of}"), format!("{kind}.{name}"), format!("{kind}.num.{of}")];
            let (group, doc) =
                full.iter().find_map(|name| find(&GROUP, name).map(|doc| (name, doc)))?;
            return Some(format!("{words} that a group may set {group} to. {doc}"));
        }
    }
    let name = format!("{kind}.{rest}");
    let doc = find(&GROUP, &name)?;
    Some(format!("What groups without a {name} of their own have. {doc}"))
}

const GROUP: [(&str, &str); 23] = [
    (
        "consumer.assignment.interval.ms",
        "How long, in milliseconds, the coordinator waits after one assignment before it makes the next: changes in between share one.",
    ),
    (
        "consumer.heartbeat.interval.ms",
        "How often, in milliseconds, members of a consumer group (KIP-848) are told to send heartbeats.",
    ),
    (
        "consumer.session.timeout.ms",
        "A member of a consumer group (KIP-848) that sends no heartbeat for so many milliseconds is taken out and its partitions go to others.",
    ),
    (
        "errors.deadletterqueue.copy.record.enable",
        "Whether a share group's dead letters hold key and value of the record; without, headers tell where it lies.",
    ),
    (
        "errors.deadletterqueue.topic.name",
        "Where a share group's dead letters go: what members reject, and what was delivered too often (KIP-1191). Empty: it is archived without a trace.",
    ),
    (
        "share.assignment.interval.ms",
        "How long, in milliseconds, the coordinator waits after one assignment of a share group before it makes the next.",
    ),
    (
        "share.auto.offset.reset",
        "Where a share group begins that has no position yet: at the \"earliest\" record, the \"latest\", or as far back as by_duration:... says.",
    ),
    (
        "share.delivery.count.limit",
        "How often a record may be delivered to a share group; then it is archived and not delivered again.",
    ),
    (
        "share.heartbeat.interval.ms",
        "How often, in milliseconds, members of a share group are told to send heartbeats.",
    ),
    (
        "share.isolation.level",
        "Whether a share group sees records of open and aborted transactions (\"read_uncommitted\") or committed ones only (\"read_committed\").",
    ),
    (
        "share.partition.max.record.locks",
        "How many records of one partition may be with the members of a share group at once; more are delivered as these are acknowledged.",
    ),
    (
        "share.record.lock.duration.ms",
        "How long, in milliseconds, a delivered record belongs to one member; without an acknowledgement it is then delivered to another.",
    ),
    (
        "share.renew.acknowledge.enable",
        "Whether members may renew the lock of a record that they still work on (KIP-1222).",
    ),
    (
        "share.session.timeout.ms",
        "A member of a share group that sends no heartbeat for so many milliseconds is taken out.",
    ),
    (
        "streams.assignment.interval.ms",
        "How long, in milliseconds, the coordinator waits after one assignment of a streams group before it makes the next.",
    ),
    (
        "streams.assignor.name",
        "Which assignor distributes the tasks of a streams group among its members.",
    ),
    (
        "streams.heartbeat.interval.ms",
        "How often, in milliseconds, members of a streams group are told to send heartbeats.",
    ),
    (
        "streams.initial.rebalance.delay.ms",
        "How long, in milliseconds, an empty streams group waits for more members before the first assignment.",
    ),
    (
        "streams.num.standby.replicas",
        "How many copies of each task's state other members keep, so that a task moves without rebuilding it.",
    ),
    (
        "streams.num.warmup.replicas",
        "How many tasks at a time rebuild their state on their next member before they move there.",
    ),
    (
        "streams.rack.aware.assignment.tags",
        "The client tags, separated by commas, in which the copies of a task's state should differ, so that they do not fail together.",
    ),
    (
        "streams.session.timeout.ms",
        "A member of a streams group that sends no heartbeat for so many milliseconds is taken out and its tasks go to others.",
    ),
    (
        "streams.task.offset.interval.ms",
        "How often, in milliseconds, members of a streams group report how far the state of their tasks is.",
    ),
];

const CLIENT_METRICS: [(&str, &str); 3] = [
    ("interval.ms", "How often, in milliseconds, clients that match send their metrics (KIP-714)."),
    (
        "match",
        "Which clients are meant: selectors such as client_software_name=librdkafka, all of which must hold.",
    ),
    ("metrics", "Prefixes of the names of the metrics that clients send; \"*\" is all of them."),
];

const BROKER: [(&str, &str); 67] = [
    ("advertised.listeners", "Where clients find this broker, as Metadata tells them."),
    (
        "authorizer.class.name",
        "The class that decides who may do what; empty: everybody may do everything. Here only Kafka's StandardAuthorizer.",
    ),
    (
        "auto.create.topics.enable",
        "Whether a topic that a client asks for by name is made when it does not exist.",
    ),
    (
        "auto.leader.rebalance.enable",
        "Whether leadership goes back by itself to each partition's preferred replica, the first of its list.",
    ),
    ("broker.id", "This broker's id in the cluster; the same as node.id."),
    (
        "broker.rack",
        "The rack or zone of this broker: copies of a partition are spread over racks, and consumers may read from their own.",
    ),
    (
        "broker.session.timeout.ms",
        "A broker that dies is fenced, and its leaders move, after so many milliseconds.",
    ),
    (
        "connections.max.idle.ms",
        "A connection without requests is closed after so many milliseconds.",
    ),
    (
        "default.replication.factor",
        "How many copies each partition of a topic has whose creator does not say.",
    ),
    ("delete.topic.enable", "Whether topics may be deleted at all."),
    (
        "errors.deadletterqueue.auto.create.topics.enable",
        "Whether a dead-letter topic that a share group names is made when it does not exist.",
    ),
    (
        "errors.deadletterqueue.topic.name.prefix",
        "How the name of a share group's dead-letter topic has to begin; empty: any name.",
    ),
    (
        "fetch.max.bytes",
        "The most bytes that one Fetch answer holds, whatever the client asks for.",
    ),
    (
        "group.consumer.assignors",
        "How the coordinator spreads partitions over members of consumer groups (KIP-848); the first is the default.",
    ),
    ("group.consumer.max.size", "How many members a consumer group (KIP-848) may have."),
    (
        "group.consumer.migration.policy",
        "Whether groups change between the classic and the consumer protocol while members are in them: upgrade, downgrade, bidirectional or disabled.",
    ),
    ("group.coordinator.rebalance.protocols", "The protocols of groups that are served."),
    (
        "group.initial.rebalance.delay.ms",
        "How long, in milliseconds, an empty classic group waits for more members before its first rebalance.",
    ),
    (
        "group.max.session.timeout.ms",
        "The longest session timeout, in milliseconds, that a member of a classic group may ask for.",
    ),
    ("group.max.size", "How many members a classic group may have."),
    (
        "group.min.session.timeout.ms",
        "The shortest session timeout, in milliseconds, that a member of a classic group may ask for.",
    ),
    (
        "group.share.assignors",
        "How the coordinator spreads partitions over members of share groups.",
    ),
    ("group.share.max.share.sessions", "How many share sessions a broker keeps at a time."),
    ("group.share.max.size", "How many members a share group may have."),
    (
        "group.streams.assignors",
        "How the coordinator spreads tasks over members of streams groups.",
    ),
    ("group.streams.max.size", "How many members a streams group may have."),
    (
        "leader.imbalance.check.interval.seconds",
        "How often, in seconds, it is looked whether leadership should go back to preferred replicas.",
    ),
    (
        "leader.replication.throttled.rate",
        "The most bytes a second that leaders here send to followers of throttled replicas.",
    ),
    (
        "follower.replication.throttled.rate",
        "The most bytes a second that throttled replicas here fetch from their leaders.",
    ),
    (
        "log.retention.check.interval.ms",
        "How often, in milliseconds, it is looked for log segments that retention takes away.",
    ),
    (
        "replica.alter.log.dirs.io.max.bytes.per.second",
        "The most bytes a second at which replicas move between this broker's log directories.",
    ),
    ("listeners", "Where this broker listens."),
    ("log.dirs", "The folders that this broker keeps its partitions in."),
    ("log.cleaner.enable", "Whether compacted topics are compacted."),
    ("cordoned.log.dirs", "Log directories that take no new partitions: * or all of the broker's."),
    ("max.connections", "How many connections a broker takes at a time; further ones wait."),
    (
        "max.connections.per.ip",
        "How many connections a broker takes from one address; one more is closed at once.",
    ),
    (
        "max.connections.per.ip.overrides",
        "The same for some addresses alone, as address:count with commas between.",
    ),
    (
        "max.incremental.fetch.session.cache.slots",
        "How many incremental fetch sessions a broker keeps; the longest unused give way.",
    ),
    (
        "max.request.partition.size.limit",
        "How many partitions one DescribeTopicPartitions answer holds; clients ask for the rest.",
    ),
    ("node.id", "This broker's id in the cluster."),
    ("num.partitions", "How many partitions a topic has whose creator does not say."),
    (
        "offset.metadata.max.bytes",
        "How long the text may be that a consumer stores beside an offset, in bytes.",
    ),
    (
        "offsets.retention.check.interval.ms",
        "How often, in milliseconds, it is looked for committed offsets that have expired.",
    ),
    (
        "offsets.retention.minutes",
        "How long, in minutes, offsets of a group stay after its last member has left.",
    ),
    (
        "offsets.topic.num.partitions",
        "How many partitions __consumer_offsets gets when it is made.",
    ),
    (
        "offsets.topic.replication.factor",
        "How many copies each partition of __consumer_offsets gets when it is made.",
    ),
    (
        "offsets.topic.segment.bytes",
        "The size of the segments of __consumer_offsets when it is made, in bytes.",
    ),
    ("process.roles", "What this process is in the cluster."),
    (
        "producer.id.expiration.ms",
        "How long, in milliseconds, a partition remembers a producer that no longer writes: until then repeated batches are noticed.",
    ),
    (
        "queued.max.request.bytes",
        "The most bytes of requests in memory at a time; reading from sockets pauses above it.",
    ),
    (
        "replica.lag.time.max.ms",
        "A follower that has not caught up with its leader for so many milliseconds leaves the in-sync replicas.",
    ),
    (
        "replica.selector.class",
        "How it is chosen which replica consumers read from: RackAwareReplicaSelector lets them read in their own rack.",
    ),
    (
        "request.timeout.ms",
        "How long, in milliseconds, the markers of an ended transaction are waited for until they are committed.",
    ),
    (
        "share.coordinator.snapshot.update.records.per.snapshot",
        "After how many updates the whole state of a share-partition is written once more.",
    ),
    (
        "share.coordinator.state.topic.min.isr",
        "min.insync.replicas of __share_group_state when it is made.",
    ),
    (
        "share.coordinator.state.topic.num.partitions",
        "How many partitions __share_group_state gets when it is made.",
    ),
    (
        "share.coordinator.state.topic.replication.factor",
        "How many copies each partition of __share_group_state gets when it is made.",
    ),
    (
        "socket.request.max.bytes",
        "The largest request that is taken, in bytes; a connection that sends a larger one is closed.",
    ),
    (
        "transaction.abort.timed.out.transaction.cleanup.interval.ms",
        "How often, in milliseconds, it is looked for transactions that ran out of time; they are aborted.",
    ),
    (
        "transaction.max.timeout.ms",
        "The longest time, in milliseconds, that a producer may ask for its transactions.",
    ),
    (
        "transaction.partition.verification.enable",
        "Whether a partition asks the coordinator that a transaction is open before it takes the first batch of it (KIP-890).",
    ),
    (
        "transaction.remove.expired.transaction.cleanup.interval.ms",
        "How often, in milliseconds, it is looked for transactional ids that have not been used for transactional.id.expiration.ms.",
    ),
    (
        "transaction.state.log.min.isr",
        "min.insync.replicas of __transaction_state when it is made.",
    ),
    (
        "transaction.state.log.num.partitions",
        "How many partitions __transaction_state gets when it is made.",
    ),
    (
        "transaction.state.log.replication.factor",
        "How many copies each partition of __transaction_state gets when it is made.",
    ),
    (
        "transactional.id.expiration.ms",
        "How long, in milliseconds, a transactional id without transactions is remembered.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(kind: ResourceType, key: &str) -> String {
        of(kind, key).unwrap_or_else(|| panic!("{key} has no description")).into_owned()
    }

    #[test]
    fn every_description_is_of_a_configuration_that_there_is() {
        for (kind, table) in [
            (ResourceType::Broker, BROKER.as_slice()),
            (ResourceType::ClientMetrics, CLIENT_METRICS.as_slice()),
            (ResourceType::Group, &GROUP),
        ] {
            for (key, doc) in table {
                assert!(kind.definition(key).is_some(), "{key} is none of {kind:?}");
                assert!(doc.ends_with('.') && doc.len() > 20, "{key}: {doc}");
            }
        }
    }

    #[test]
    fn every_topic_group_and_metrics_configuration_has_one() {
        let shown = |defs: &'static [weir_wire::config_defs::ConfigDef]| {
            defs.iter().filter(|d| !d.internal).map(|d| d.name)
        };
        for key in shown(weir_wire::config_defs::TOPIC) {
            doc(ResourceType::Topic, key);
        }
        for key in shown(weir_wire::config_defs::CLIENT_METRICS) {
            doc(ResourceType::ClientMetrics, key);
        }
        for key in shown(weir_wire::config_defs::GROUP) {
            doc(ResourceType::Group, key);
        }
    }

    #[test]
    fn defaults_and_bounds_are_explained_by_what_they_are_for() {
        let hours = doc(ResourceType::Broker, "log.retention.hours");
        assert!(
            hours.starts_with("What topics without a retention.ms of their own have, in hours. ")
        );
        let most = doc(ResourceType::Broker, "group.share.max.session.timeout.ms");
        assert!(most.starts_with("The most that a group may set share.session.timeout.ms to. "));
        let standby = doc(ResourceType::Broker, "group.streams.max.standby.replicas");
        assert!(standby.contains("streams.num.standby.replicas"), "{standby}");
        let count = doc(ResourceType::Broker, "group.share.max.delivery.count.limit");
        assert!(count.contains("share.delivery.count.limit"), "{count}");
        assert_eq!(of(ResourceType::Broker, "ssl.keystore.location"), None);
    }
}
