//! A partition that moves to another broker, seen while it moves: slowly, called off, then to its end.

use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::collections::BTreeMap;
use weir_client::{Client, Options, parse_bootstrap};
use weir_domain::{ConfigChange, ConfigOperation, ConfigResource};
use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::programs;
use weir_tests::stage::{Host, Stage};
use weir_tests::wire::Connection;
use weir_wire::messages::alter_partition_reassignments_request::{
    AlterPartitionReassignmentsRequest, ReassignablePartition, ReassignableTopic,
};

in_both_hosts!(sees_a_partition_move);

const MESSAGES: usize = 60;
const MESSAGE_BYTES: usize = 20_000;
/// Bytes a second (KIP-73): the partition moves for twenty minutes, longer than the journey.
const SLOW: &str = "1000";
const VERSION: i16 = 0;

async fn sees_a_partition_move(host: Host, home: &Home) -> anyhow::Result<()> {
    let bootstrap = home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    let bootstrap = bootstrap.trim();
    home.run(&["topic", "create", "orders", "--partitions", "1", "--replication-factor", "1"])?;
    let lines = format!("{}\n", "m".repeat(MESSAGE_BYTES)).repeat(MESSAGES);
    let mut produce = home.weir(&["produce", "orders", "--cluster", "shop"])?;
    programs::stdout_within(&mut produce, &lines, programs::RUN_TIMEOUT)?;
    let from = leader(home)?;
    let to = from % 3 + 1;
    slow_down(home, bootstrap).await?;

    let stage = Stage::open(host, home, "/c/shop/topics/orders/partitions").await?;
    let page = stage.page();
    page.find("row", "~In sync").await?;
    reassign(bootstrap, Some(vec![to]))?;
    page.shows("1 partition is being reassigned").await?;
    page.find("text", &format!("~Broker {to} is being added")).await?;
    page.find("text", &format!("~Broker {from} is being removed")).await?;
    stage.session.picture(&format!("reassigning-{host:?}")).await?;
    reassign(bootstrap, None)?;
    is_still(&page).await?;
    ensure!(leader(home)? == from, "what is called off stays where it was");

    reassign(bootstrap, Some(vec![to]))?;
    page.shows("1 partition is being reassigned").await?;
    home.run(&["topic", "config", "orders", "--reset", "follower.replication.throttled.replicas"])?;
    is_still(&page).await?;
    ensure!(leader(home)? == to, "it has moved");
    page.find("row", "~In sync").await?;
    page.policy_held().await
}

/// Nothing moves any more, and the page says so by saying nothing.
async fn is_still(page: &Page) -> anyhow::Result<()> {
    page.gone("text", "~being reassigned").await?;
    page.gone("text", "~is being added").await
}

async fn slow_down(home: &Home, bootstrap: &str) -> anyhow::Result<()> {
    home.run(&["topic", "config", "orders", "--set", "follower.replication.throttled.replicas=*"])?;
    let client = Client::new(Options::new(parse_bootstrap(bootstrap)?));
    let change = || ConfigChange {
        name: "follower.replication.throttled.rate".to_owned(),
        operation: ConfigOperation::Set(SLOW.to_owned()),
    };
    let changes: BTreeMap<_, _> =
        (1..=3).map(|id| (ConfigResource::Broker(Some(id)), vec![change()])).collect();
    for (resource, result) in client.alter_configs(&changes, false).await? {
        result.with_context(|| format!("{resource:?}"))?;
    }
    Ok(())
}

/// Begins a move of the only partition, or calls it off.
fn reassign(bootstrap: &str, replicas: Option<Vec<i32>>) -> anyhow::Result<()> {
    let port = bootstrap.split(',').next().and_then(|first| first.rsplit(':').next());
    let partition = ReassignablePartition { partition_index: 0, replicas, ..Default::default() };
    let request = AlterPartitionReassignmentsRequest {
        timeout_ms: 10_000,
        topics: vec![ReassignableTopic {
            name: "orders".into(),
            partitions: vec![partition],
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut connection = Connection::open(port.context("no port")?.parse()?)?;
    let answer = connection.call(&request, VERSION)?;
    let codes: Vec<i16> =
        answer.responses.iter().flat_map(|t| t.partitions.iter().map(|p| p.error_code)).collect();
    ensure!(answer.error_code == 0 && codes == [0], "refused: {answer:?}");
    Ok(())
}

fn leader(home: &Home) -> anyhow::Result<i32> {
    let shown: Value =
        serde_json::from_str(&home.run(&["topic", "show", "orders", "--output", "json"])?)?;
    let id = shown["partitions"][0]["leader"].as_i64();
    Ok(i32::try_from(id.with_context(|| format!("no leader: {shown}"))?)?)
}
