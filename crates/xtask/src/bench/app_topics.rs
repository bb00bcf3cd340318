//! 10,000 topics and 2,000 groups in the window: lists, the topics page from the click, the filter while typing.

use super::app::{SIZE, add, asked, connect};
use super::groups;
use super::many;
use super::process::{self, Broker};
use super::wire::Connection;
use super::{row, stats};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::time::Instant;
use weir_tests::driver;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};

const ROUNDS: usize = 20;
const TOPICS: u64 = 10_000;
/// Clicks the navigation's Topics and answers when 25 rows are drawn: milliseconds.
const OPEN: &str = "const done = arguments[0]; const since = performance.now(); \
     const rows = () => document.querySelectorAll('tbody a[href*=\"/topics/\"]').length; \
     const look = () => rows() < 25 ? requestAnimationFrame(look) \
       : requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - since))); \
     [...document.querySelectorAll('nav a, a')].find(a => a.getAttribute('href').endsWith('/topics')).click(); look();";
/// Counts from now on how long the page does nothing else: the longest gap between two timers.
const WATCH: &str = "window.__gap = 0; let last = performance.now(); const tick = () => { \
     const now = performance.now(); window.__gap = Math.max(window.__gap, now - last); last = now; \
     if (window.__gap >= 0) setTimeout(tick, 0); }; setTimeout(tick, 0);";
const GAP: &str = "const gap = window.__gap; window.__gap = NaN; return gap";

pub(crate) async fn run() -> anyhow::Result<()> {
    let folder = process::scratch()?;
    let broker = Broker::start(&folder.path().join("c"), 3, process::free_ports(3)?)?;
    many::create(&mut Connection::open(broker.port()?)?)?;
    let home = Home::new()?;
    let session = driver::window(home.path(), SIZE, "/clusters").await?;
    let page = session.page();
    lists(&page, &broker.bootstrap).await?;
    opens(&page, &broker.bootstrap).await?;
    types(&page).await?;
    drop(broker);
    group_lists(&page).await
}

async fn lists(page: &Page, bootstrap: &str) -> anyhow::Result<()> {
    let (mut cold, mut known, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (took, cluster) = first_list(page, &format!("cold-{round}"), bootstrap).await?;
        cold.push(took);
        page.call("clusters.disconnect", json!({ "cluster": cluster })).await?;
        let cluster = connect(page, &format!("list-{round}"), bootstrap).await?;
        for times in [&mut known, &mut again] {
            let (took, answer) = asked(page, "topics.list", list_of(&cluster)).await?;
            ensure!(answer["total"] == TOPICS, "{}", answer["total"]);
            times.push(took);
        }
        page.call("clusters.disconnect", json!({ "cluster": cluster })).await?;
    }
    row(
        "from clusters.connect to the first whole list of 10,000 topics",
        &stats::ms(&cold),
        "<= 200 ms",
    );
    row(
        "core answers the list of 10,000 topics, first in a connection that has read them",
        &stats::ms(&known),
        "<= 200 ms",
    );
    row("... again", &stats::ms(&again), "<= 200 ms");
    Ok(())
}

/// The first hundred by name.
fn list_of(cluster: &str) -> Value {
    json!({ "cluster": cluster, "internal": false, "query": "", "sort": "name", "descending": false, "page": 1, "page_size": 100 })
}

/// Milliseconds from the wish to connect, with all that it asks the cluster, until a list counts every topic; asked
/// again and again, for until the cluster has answered there is none. The new cluster's id.
async fn first_list(page: &Page, name: &str, bootstrap: &str) -> anyhow::Result<(f64, String)> {
    let since = Instant::now();
    let cluster = add(page, name, bootstrap).await?;
    loop {
        let answer = page.call("topics.list", list_of(&cluster)).await?;
        if answer["total"] == TOPICS {
            return Ok((since.elapsed().as_secs_f64() * 1000.0, cluster));
        }
        ensure!(since.elapsed() < APPEAR, "no list of {TOPICS} topics, but {answer}");
    }
}

async fn opens(page: &Page, bootstrap: &str) -> anyhow::Result<()> {
    let mut took = Vec::new();
    for round in 0..=ROUNDS {
        // A name of its own each time: the page has nothing of it yet.
        let cluster = connect(page, &format!("open-{round}"), bootstrap).await?;
        page.go(&format!("/c/{cluster}")).await?;
        page.shows("3 of 3 online").await?;
        let opened = tokio::time::timeout(APPEAR, page.0.execute_async(OPEN, vec![])).await;
        took.push(opened.context("no 25 rows")??.as_f64().context("no time")?);
    }
    row(
        "topics page from the click to 25 rows drawn, 10,000 topics",
        &stats::ms(&took[1..]),
        "<= 350 ms",
    );
    Ok(())
}

/// On the topics page that is open.
async fn types(page: &Page) -> anyhow::Result<()> {
    let mut gaps = Vec::new();
    for round in 0..ROUNDS {
        page.fill("combobox", "Find topics", " ").await?;
        page.0.execute(WATCH, vec![]).await?;
        for letter in format!("topic-{round:03}").chars() {
            page.press(&letter.to_string()).await?;
        }
        page.find("status", "~matches").await?;
        gaps.push(page.0.execute(GAP, vec![]).await?.as_f64().context("no gap")?);
    }
    row(
        "longest time that the page does not answer while typing in the filter",
        &stats::ms(&gaps),
        "<= 50 ms",
    );
    Ok(())
}

async fn group_lists(page: &Page) -> anyhow::Result<()> {
    let folder = process::scratch()?;
    let broker = Broker::start(&folder.path().join("c"), 1, process::free_ports(1)?)?;
    groups::commit(&mut Connection::open(broker.port()?)?)?;
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let cluster = connect(page, &format!("groups-{round}"), &broker.bootstrap).await?;
        let args = json!({ "cluster": cluster, "query": "", "sort": "lag", "descending": true, "page": 1, "page_size": 25 });
        for times in [&mut first, &mut again] {
            let (took, answer) = asked(page, "groups.list", args.clone()).await?;
            ensure!(answer["total"] == groups::GROUPS, "{}", answer["total"]);
            ensure!(answer["rows"][0]["lag"] != Value::Null, "without lags: {}", answer["rows"][0]);
            times.push(took);
        }
        page.call("clusters.disconnect", json!({ "cluster": cluster })).await?;
    }
    row(
        "2,000 groups with 40,000 lags listed, first in a connection",
        &stats::ms(&first),
        "<= 200 ms",
    );
    row("... again", &stats::ms(&again), "<= 200 ms");
    Ok(())
}
