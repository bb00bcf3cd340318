//! What measurements ask a cluster by the way: who leads, who coordinates; topics made.

use super::wire::Connection;
use anyhow::{Context as _, bail, ensure};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use weir_wire::messages::create_topics_request::{CreatableTopic, CreateTopicsRequest};
use weir_wire::messages::find_coordinator_request::FindCoordinatorRequest;
use weir_wire::messages::metadata_request::{MetadataRequest, MetadataRequestTopic};
use weir_wire::messages::metadata_response::MetadataResponse;

const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(10);
pub(crate) const GROUP: i8 = 0;
pub(crate) const TRANSACTION: i8 = 1;

/// Creates topics, as many requests as `topics` has items.
pub(crate) fn create(
    connection: &mut Connection,
    topics: impl IntoIterator<Item = Vec<CreatableTopic>>,
) -> anyhow::Result<()> {
    for topics in topics {
        let request = CreateTopicsRequest { topics, timeout_ms: 30_000, ..Default::default() };
        let answer = connection.call(&request, 7)?;
        let failed = answer.topics.iter().find(|topic| topic.error_code != 0);
        ensure!(failed.is_none(), "a topic was not created: {failed:?}");
    }
    Ok(())
}

pub(crate) fn topic(name: &str, partitions: i32, replicas: i16) -> CreatableTopic {
    CreatableTopic {
        name: name.into(),
        num_partitions: partitions,
        replication_factor: replicas,
        ..Default::default()
    }
}

/// Metadata of one topic, or of all.
pub(crate) fn metadata(
    connection: &mut Connection,
    topic: Option<&str>,
) -> anyhow::Result<MetadataResponse> {
    let named = |name: &str| {
        let name = Some(name.into());
        vec![MetadataRequestTopic { name, ..Default::default() }]
    };
    let request = MetadataRequest { topics: topic.map(named), ..Default::default() };
    connection.call(&request, 12)
}

/// The port of each broker.
pub(crate) fn ports(metadata: &MetadataResponse) -> anyhow::Result<BTreeMap<i32, u16>> {
    let port = |port: i32| u16::try_from(port).context("a broker's port");
    metadata.brokers.iter().map(|b| Ok((b.node_id, port(b.port)?))).collect()
}

/// The port of the leader of a topic's first partition, once it has one.
pub(crate) fn leader(connection: &mut Connection, topic: &str) -> anyhow::Result<u16> {
    let deadline = Instant::now() + LIMIT;
    loop {
        let answer = metadata(connection, Some(topic))?;
        let first = answer.topics.first().and_then(|topic| topic.partitions.first());
        if let Some(port) = first.and_then(|p| ports(&answer).ok()?.remove(&p.leader_id)) {
            return Ok(port);
        }
        ensure!(Instant::now() < deadline, "{topic} has no leader within {LIMIT:?}");
        std::thread::sleep(PAUSE);
    }
}

/// The ports of coordinators, in the order of the keys. The first question makes their topic, and may be
/// answered "not yet".
pub(crate) fn coordinators(
    connection: &mut Connection,
    keys: &[String],
    kind: i8,
) -> anyhow::Result<Vec<u16>> {
    let request = FindCoordinatorRequest {
        key_type: kind,
        coordinator_keys: keys.iter().map(|key| key.as_str().into()).collect(),
        ..Default::default()
    };
    let deadline = Instant::now() + LIMIT;
    loop {
        let found = connection.call(&request, 4)?.coordinators;
        if found.len() == keys.len() && found.iter().all(|one| one.error_code == 0) {
            return found.iter().map(|one| Ok(u16::try_from(one.port)?)).collect();
        }
        if Instant::now() > deadline {
            bail!("no coordinator within {LIMIT:?}: {:?}", found.first());
        }
        std::thread::sleep(PAUSE);
    }
}

pub(crate) fn coordinator(connection: &mut Connection, key: &str, kind: i8) -> anyhow::Result<u16> {
    let found = coordinators(connection, &[key.to_owned()], kind)?;
    found.first().copied().context("no coordinator")
}
