//! Aborted transactions in the reader's eyes: marked where they are decided, against the real Apache Kafka and our broker.

use anyhow::{Context as _, anyhow, ensure};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;
use weir_client::{Browse, BrowseFrom, Client, Direction, Options, parse_bootstrap};
use weir_domain::{MessageFilter, MessageRow};
use weir_tests::apache_kafka::ApacheKafka;
use weir_tests::broker::Broker;
use weir_tests::page::APPEAR;
use weir_tests::programs;
use weir_tests::transactions::Producers;
use weir_tests::wait;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_marked_on_apache_kafka() -> anyhow::Result<()> {
    let Some(kafka) = ApacheKafka::start(3)? else { return Ok(()) };
    scenario(&kafka.bootstrap).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_marked_on_weir_broker() -> anyhow::Result<()> {
    let broker = Broker::start(3, &[])?;
    scenario(&broker.bootstrap).await
}

async fn scenario(bootstrap: &str) -> anyhow::Result<()> {
    let Some(mut script) = Producers::start(bootstrap)? else { return Ok(()) };
    script.says("open")?;
    let client = Client::new(Options::new(parse_bootstrap(bootstrap)?));
    let expected = ["aborted 1", "aborted 2"];
    for direction in [Direction::Forward, Direction::Backward] {
        let rows = rows(&client, direction).await?;
        ensure!(values(&rows, |_| true).len() == 6, "{rows:?}");
        ensure!(values(&rows, |row| row.aborted) == expected, "{rows:?}");
        let markers = rows.iter().filter(|row| row.control && !row.aborted).count();
        ensure!(markers == 3, "an abort and two commits: {rows:?}");
    }
    let first = rows(&client, Direction::Forward).await?;
    for row in &first {
        let whole = client.message("orders", 0, row.offset).await?;
        let whole = whole.map_err(|error| anyhow!("offset {}: {error:?}", row.offset))?;
        ensure!(whole.row.aborted == row.aborted, "{whole:?}");
    }
    let told = consumed(bootstrap)?;
    for (value, aborted) in [("kept 1", Some(false)), ("aborted 1", Some(true)), ("open", None)] {
        ensure!(told.contains(&(value.to_owned(), aborted)), "{value}: {told:?}");
    }
    let mut tail = client.tail("orders", None, MessageFilter::default()).await?;
    script.goes_on()?;
    script.says("late")?;
    let late = wait::until("the message in the tail", APPEAR, async || {
        let batch = tail.next(100, POLL).await;
        let late = batch.rows.into_iter().find(|row| !row.control);
        Ok(late.map(|row| (row.partition, row.offset, row.aborted)))
    });
    let (partition, offset, aborted) = late.await?;
    ensure!(!aborted, "it is open");
    script.goes_on()?;
    script.says("aborted")?;
    wait::until("the tail to tell that it was aborted", APPEAR, async || {
        let batch = tail.next(100, POLL).await;
        let told = batch.aborted.contains(&(partition, offset));
        let marker = batch.rows.iter().any(|row| row.control);
        ensure!(told == marker, "with its marker: {batch:?}");
        Ok(told.then_some(()))
    })
    .await?;
    wait::until("the open transaction aborted", APPEAR, async || {
        let rows = rows(&client, Direction::Forward).await?;
        let now = values(&rows, |row| row.aborted);
        Ok((now == ["aborted 1", "aborted 2", "open", "late"]).then_some(()))
    })
    .await?;
    let told = consumed(bootstrap)?;
    ensure!(told.contains(&("open".to_owned(), Some(true))) && told.len() == 7, "{told:?}");
    Ok(())
}

/// What `weir consume` tells of every message: whether it was aborted, and nothing while that is open.
fn consumed(bootstrap: &str) -> anyhow::Result<Vec<(String, Option<bool>)>> {
    let mut weir = Command::new(programs::path("weir")?);
    weir.args(["consume", "orders", "--isolation-level", "read_uncommitted", "--until-end"]);
    let lines = programs::stdout(weir.args(["--output", "json", "--bootstrap", bootstrap]))?;
    let mut told = Vec::new();
    for line in lines.lines() {
        let message: Value = serde_json::from_str(line)?;
        if message["control"] != true {
            let value = message["value"].as_str().context("a value")?.to_owned();
            told.push((value, message["aborted"].as_bool()));
        }
    }
    Ok(told)
}

/// How long a tail is asked at a time.
const POLL: Duration = Duration::from_millis(500);

async fn rows(client: &Client, direction: Direction) -> anyhow::Result<Vec<MessageRow>> {
    let from = match direction {
        Direction::Forward => BrowseFrom::Earliest,
        Direction::Backward => BrowseFrom::Newest,
    };
    let browse = Browse { from, ..Browse::newest("orders") };
    let mut rows = client.browse(&browse).await?.rows;
    rows.sort_by_key(|row| row.offset);
    Ok(rows)
}

fn values(rows: &[MessageRow], wanted: impl Fn(&MessageRow) -> bool) -> Vec<&str> {
    let of = |row: &&MessageRow| !row.control && wanted(row);
    rows.iter().filter(of).filter_map(|row| row.value.as_ref()?.text()).collect()
}
