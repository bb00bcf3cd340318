//! A cluster's life as its owner lives it: made by one click, used, hurt, healed, found again.

use anyhow::Context as _;
use std::process::Command;
use std::time::Duration;
use weir_control::ClusterDir;
use weir_tests::broker::free_block;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::stage::{Host, Stage};
use weir_tests::{programs, wait};

in_both_hosts!(
    creates_a_cluster_and_sees_a_message,
    sees_a_group_catch_up,
    sees_a_broker_stop,
    heals_a_killed_engine_and_finds_the_cluster_again
);

/// How long a killed engine may take to be back (its keeper waits 0.1, 0.5, 2 s in turn).
const HEAL: Duration = Duration::from_secs(90);

async fn create_cluster(page: &Page, name: &str) -> anyhow::Result<()> {
    page.click("button", "Create cluster").await?;
    page.find("heading", "Create cluster").await?;
    page.fill("textbox", "Name", name).await?;
    page.click("button", "Create cluster").await?;
    page.find("heading", name).await?;
    page.shows("3 of 3 online").await
}

async fn creates_a_cluster_and_sees_a_message(host: Host, home: &Home) -> anyhow::Result<()> {
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    create_cluster(&page, "shop").await?;
    stage.session.picture(&format!("overview-{host:?}")).await?;

    page.click("link", "Topics").await?;
    page.click("button", "Create topic").await?;
    page.filled("textbox", "Partitions").await?;
    page.fill("textbox", "Name", "orders").await?;
    page.click("button", "Create topic").await?;
    page.find("link", "orders").await?;

    page.go("/c/shop/topics/orders/produce").await?;
    page.fill("textbox", "Value", r#"{"id":9007199254740993,"city":"서울"}"#).await?;
    page.click("button", "Produce").await?;
    page.shows("Written to partition").await?;
    page.click("button", "View").await?;
    // 2^53 + 1: a console that reads numbers as doubles shows ...992.
    page.shows("9007199254740993").await?;
    page.shows("서울").await?;
    page.until("the top of the page, not of what was scrolled before", APPEAR, async || {
        let script = "return location.pathname + ' ' + window.scrollY";
        let at = stage.session.client.execute(script, vec![]).await?;
        Ok((at == "/c/shop/topics/orders/messages 0").then_some(()))
    })
    .await?;
    stage.session.picture(&format!("messages-{host:?}")).await?;
    page.policy_held().await
}

async fn sees_a_group_catch_up(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--partitions", "1", "--cluster", "shop"])?;
    produce(home, 12)?;
    consume(home, 2)?;
    let stage = Stage::open(host, home, "/c/shop/groups/readers").await?;
    let page = stage.page();
    page.find("text", "10").await.context("twelve written, two read: a lag of ten")?;
    stage.session.picture(&format!("group-behind-{host:?}")).await?;
    consume(home, 10)?;
    stage.session.picture(&format!("group-after-{host:?}")).await?;
    page.gone("text", "10").await?;
    stage.session.picture(&format!("group-{host:?}")).await?;
    page.policy_held().await
}

fn produce(home: &Home, count: usize) -> anyhow::Result<()> {
    let lines: String = (0..count).map(|n| format!("message {n}\n")).collect();
    let mut command = home.weir(&["produce", "orders", "--cluster", "shop"])?;
    programs::stdout_within(&mut command, &lines, programs::RUN_TIMEOUT).map(drop)
}

fn consume(home: &Home, count: usize) -> anyhow::Result<()> {
    let max = count.to_string();
    let args = [
        "consume",
        "orders",
        "--cluster",
        "shop",
        "--group",
        "readers",
        "--from",
        "earliest",
        "--max",
        &max,
    ];
    let lines = home.run(&args)?;
    anyhow::ensure!(lines.lines().count() == count, "asked for {count}, got:\n{lines}");
    Ok(())
}

async fn sees_a_broker_stop(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    home.run(&["topic", "create", "orders", "--partitions", "6", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, "/c/shop").await?;
    let page = stage.page();
    page.shows("3 of 3 online").await?;
    home.run(&["broker", "stop", "2", "--cluster", "shop"])?;
    page.shows("2 of 3 online").await?;
    page.shows("1 broker is not online.").await?;
    stage.session.picture(&format!("broker-stopped-{host:?}")).await?;
    home.run(&["broker", "start", "2", "--cluster", "shop"])?;
    page.shows("3 of 3 online").await?;
    page.policy_held().await
}

/// Three kills in a row; the keeper brings the engine back each time, the page says so, Activity keeps each.
async fn heals_a_killed_engine_and_finds_the_cluster_again(
    host: Host,
    home: &Home,
) -> anyhow::Result<()> {
    // Ports of its own: between a kill and the return another test's cluster would take the usual ones.
    let port = free_block(3)?.to_string();
    home.run(&["cluster", "create", "shop", "--brokers", "3", "--port", &port])?;
    let stage = Stage::open(host, home, "/c/shop").await?;
    let page = stage.page();
    page.shows("3 of 3 online").await?;
    let dir = ClusterDir::new(home.path().join("clusters/shop"));
    let mut seen_healing = false;
    for _ in 0..3 {
        let before = dir.load_control()?.context("a running engine has control.json")?;
        programs::stdout(Command::new("kill").args(["-9", &before.pid.to_string()]))?;
        wait::until("the engine's return", HEAL, async || {
            let text = page.text().await?;
            let healing = text.contains("Healing");
            anyhow::ensure!(!(healing && text.contains("3 of 3 online")), "nobody is: {text}");
            seen_healing |= healing;
            Ok(dir.load_control()?.filter(|now| now.instance != before.instance))
        })
        .await?;
        page.shows_within("3 of 3 online", HEAL).await?;
    }
    anyhow::ensure!(seen_healing, "the page never said that the cluster was healing");
    page.go("/c/shop/operations").await?;
    page.until("three healings, each done", APPEAR, async || {
        let text = page.text().await?;
        let healed = text.matches("Heal cluster shop").count();
        Ok((healed == 3 && text.matches("Done").count() == 4).then_some(()))
    })
    .await?;
    stage.session.picture("operations-after-kills").await?;
    drop(stage);

    let again = Stage::open(host, home, "/clusters").await?;
    again.page().find("link", "shop").await?;
    again.page().shows("Active").await
}
