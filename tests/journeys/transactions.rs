//! What transactions and the newer kinds of groups leave in a cluster, as the console shows it.

use weir_tests::home::Home;
use weir_tests::members::{beat, share, streams};
use weir_tests::page::{APPEAR, Page};
use weir_tests::stage::{Host, Stage};
use weir_tests::transactions::Producers;

in_both_hosts!(sees_aborted_records_and_open_transactions, sees_share_and_streams_groups);

async fn sees_aborted_records_and_open_transactions(host: Host, home: &Home) -> anyhow::Result<()> {
    let bootstrap = home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    let Some(mut producers) = Producers::start(bootstrap.trim())? else { return Ok(()) };
    producers.says("open")?;
    let stage = Stage::open(host, home, "/c/shop/topics/orders/messages").await?;
    let page = stage.page();
    for value in ["kept 1", "aborted 1", "open"] {
        page.shows(value).await?;
    }
    for mark in ["abort marker", "commit marker"] {
        page.shows(mark).await?;
    }
    let marked = page.text().await?.matches("aborted aborted").count();
    anyhow::ensure!(marked == 2, "the mark before each value that was aborted: {marked}");
    stage.session.picture(&format!("transactions-messages-{host:?}")).await?;
    page.go("/c/shop/topics/orders/partitions").await?;
    page.shows("Open transactions").await?;
    offsets_are(&page, "8", "9").await?;
    stage.session.picture(&format!("transactions-open-{host:?}")).await?;
    producers.goes_on()?;
    producers.says("late")?;
    producers.goes_on()?;
    producers.says("aborted")?;
    // Two records and the marker that ends them.
    offsets_are(&page, "11", "11").await?;
    page.policy_held().await
}

/// The last stable offset of the only partition, and the end of its log.
async fn offsets_are(page: &Page, stable: &str, end: &str) -> anyhow::Result<()> {
    page.until(&format!("stable {stable}, end {end}"), APPEAR, async || {
        let text = page.text().await?;
        let cells: Vec<_> = text.lines().map(str::trim).filter(|cell| !cell.is_empty()).collect();
        Ok(cells.windows(2).any(|pair| pair == [stable, end]).then_some(()))
    })
    .await
}

async fn sees_share_and_streams_groups(host: Host, home: &Home) -> anyhow::Result<()> {
    let bootstrap = home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    let bootstrap = bootstrap.trim();
    home.run(&["topic", "create", "orders", "--partitions", "2"])?;
    // Asking for a coordinator makes the topic that coordinators keep their groups in.
    anyhow::ensure!(home.run(&["group", "show", "sharers"]).is_err());
    beat(bootstrap, &share("sharers"), 1, |answer| answer.error_code)?;
    beat(bootstrap, &streams("movers"), 0, |answer| answer.error_code)?;
    let stage = Stage::open(host, home, "/c/shop/groups").await?;
    let page = stage.page();
    page.find("row", "~share").await?;
    page.find("row", "~streams").await?;
    for group in ["sharers", "movers"] {
        page.go(&format!("/c/shop/groups/{group}")).await?;
        page.find("heading", group).await?;
        page.find("row", "~weir-test").await?;
        stage.session.picture(&format!("{group}-{host:?}")).await?;
    }
    page.go("/c/shop/brokers").await?;
    page.find("heading", "~Controller quorum").await?;
    page.find("row", "~Leader").await?;
    page.policy_held().await
}
