//! Moves of replicas that do not end by themselves: so a test can look at one, and call it off.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow};
use weir_client::{Client, Options, parse_bootstrap};
use weir_domain::{ConfigChange, ConfigOperation, ConfigResource};

use crate::home::Home;
use crate::programs;

/// Writes to a new topic with one copy, which leaves its broker at a byte a second only (KIP-73). The broker.
pub async fn slow_topic(home: &Home, bootstrap: &str, topic: &str) -> anyhow::Result<i32> {
    let create = ["--partitions", "1", "--replication-factor", "1", "--bootstrap", bootstrap];
    home.run(&[&["topic", "create", topic][..], &create].concat())?;
    let mut produce = home.weir(&["produce", topic, "--bootstrap", bootstrap])?;
    programs::stdout_within(&mut produce, &"message\n".repeat(100), programs::RUN_TIMEOUT)?;
    let client = Client::new(Options::new(parse_bootstrap(bootstrap)?));
    let metadata = client.topics(&[topic.to_owned()]).await?;
    let found = metadata.topic(topic).context("the topic is there")?;
    let broker = found.partitions.first().and_then(|p| p.leader).context("it has a leader")?;
    let side = "leader.replication.throttled";
    let changes = BTreeMap::from([
        set(ConfigResource::Broker(Some(broker)), format!("{side}.rate"), "1"),
        set(ConfigResource::Topic(topic.to_owned()), format!("{side}.replicas"), "*"),
    ]);
    for (resource, result) in client.alter_configs(&changes, false).await? {
        result.map_err(|error| anyhow!("{}: {error}", resource.name()))?;
    }
    Ok(broker)
}

fn set(resource: ConfigResource, name: String, value: &str) -> (ConfigResource, Vec<ConfigChange>) {
    (resource, vec![ConfigChange { name, operation: ConfigOperation::Set(value.to_owned()) }])
}
