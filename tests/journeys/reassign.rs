//! A partition that moves to another broker, seen while it moves: slowly, called off, then to its end.

use anyhow::{Context as _, ensure};
use serde_json::Value;
use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::stage::{Host, Stage};
use weir_tests::throttle;
use weir_tests::wire::Connection;
use weir_wire::messages::alter_partition_reassignments_request::{
    AlterPartitionReassignmentsRequest, ReassignablePartition, ReassignableTopic,
};

in_both_hosts!(sees_a_partition_move);

const VERSION: i16 = 0;

async fn sees_a_partition_move(host: Host, home: &Home) -> anyhow::Result<()> {
    let bootstrap = home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    let bootstrap = bootstrap.trim();
    let from = throttle::slow_topic(home, bootstrap, "orders").await?;
    let to = from % 3 + 1;
    let stage = Stage::open(host, home, "/c/shop/topics/orders/partitions").await?;
    let page = stage.page();
    page.find("row", "~In sync").await?;
    reassign(bootstrap, Some(vec![to]))?;
    page.shows("1 partition is being reassigned").await?;
    page.find("text", &format!("~Broker {to} is being added")).await?;
    page.find("text", &format!("~Broker {from} is being removed")).await?;
    page.find("text", &format!("{from} → {to}")).await?;
    // What only comes does not lack: Kafka's UnderReplicatedPartitions does not count it either.
    page.find("row", "~In sync").await?;
    let text = page.text().await?;
    ensure!(!text.contains("nder-replicated"), "a move is not called a fault: {text}");
    let shown = home.run(&["topic", "show", "orders"])?;
    ensure!(!shown.contains("under-replicated"), "{shown}");
    ensure!(shown.contains(&format!("broker {to}")), "it tells how far the move is: {shown}");
    stage.session.picture(&format!("reassigning-{host:?}")).await?;
    reassign(bootstrap, None)?;
    is_still(&page).await?;
    ensure!(leader(home)? == from, "what is called off stays where it was");

    reassign(bootstrap, Some(vec![to]))?;
    page.shows("1 partition is being reassigned").await?;
    home.run(&["topic", "config", "orders", "--reset", "leader.replication.throttled.replicas"])?;
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
