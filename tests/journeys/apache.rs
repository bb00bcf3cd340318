//! The console on three real Apache Kafka nodes: what is done to a cluster of ours is done to theirs.

use anyhow::Context as _;
use serde_json::json;
use weir_tests::apache_kafka::ApacheKafka;
use weir_tests::home::Home;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(uses_a_real_apache_kafka);

async fn uses_a_real_apache_kafka(host: Host, home: &Home) -> anyhow::Result<()> {
    let Some(kafka) = ApacheKafka::start(3)? else { return Ok(()) };
    let stage = Stage::open(host, home, "/clusters/connect").await?;
    let page = stage.page();
    page.fill("textbox", "Bootstrap address", &kafka.bootstrap).await?;
    page.fill("textbox", "Name", "far").await?;
    page.click("button", "Connect").await?;
    page.find("heading", "far").await?;
    page.shows("3 of 3 online").await?;
    let rows = page.call("clusters.list", json!({})).await?;
    let id = rows["rows"][0]["id"].as_str().context("the connection's id")?;
    let at = |place: &str| format!("/c/{id}/{place}");

    page.go(&at("topics/create")).await?;
    page.filled("textbox", "Partitions").await?;
    page.fill("textbox", "Name", "orders").await?;
    page.click("button", "Create topic").await?;
    page.find("link", "orders").await?;
    page.go(&at("topics/orders/produce")).await?;
    page.fill("textbox", "Value", r#"{"to":"a real one"}"#).await?;
    page.click("button", "Produce").await?;
    page.shows("Written to partition").await?;
    page.go(&at("topics/orders/messages")).await?;
    page.shows("a real one").await?;
    stage.session.picture(&format!("apache-messages-{host:?}")).await?;

    let consume = ["consume", "orders", "--cluster", "far", "--group", "readers", "--max", "1"];
    home.run(&[&consume[..], &["--from", "earliest"]].concat())?;
    page.go(&at("groups/readers")).await?;
    page.find("row", "~orders").await?;
    page.go(&at("brokers")).await?;
    page.find("heading", "~Controller quorum").await?;
    page.go(&at("topics")).await?;
    page.click("checkbox", "Select orders").await?;
    page.choose("Actions", "Delete").await?;
    page.find("dialog", "~Delete").await?;
    page.fill("textbox", "~To confirm", "orders").await?;
    page.click("button", "Delete").await?;
    page.gone("link", "orders").await?;
    page.policy_held().await
}
