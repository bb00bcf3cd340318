//! The live tail: messages as they arrive, held while paused.

use weir_tests::home::Home;
use weir_tests::programs;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(follows_a_topic_and_pauses);

async fn follows_a_topic_and_pauses(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--partitions", "2", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, "/c/shop/topics/orders/messages").await?;
    let page = stage.page();
    page.click("button", "Live").await?;
    page.find("text", "~Waiting for messages").await?;
    // The tail begins at the end that it finds: what is written before it is open is not its.
    page.until("the first message", weir_tests::page::APPEAR, async || {
        produce(home, "early bird")?;
        Ok(page.text().await?.contains("early bird").then_some(()))
    })
    .await?;
    page.click("button", "Pause").await?;
    page.shows("Paused").await?;
    // What was asked for before the pause may still arrive; what comes after does not.
    for n in 1..=3 {
        produce(home, &format!("while paused {n}"))?;
    }
    anyhow::ensure!(!page.text().await?.contains("while paused 3"), "a paused list does not move");
    page.click("button", "Resume").await?;
    page.gone("text", "Paused").await?;
    page.until("a message after the pause", weir_tests::page::APPEAR, async || {
        produce(home, "after the pause")?;
        Ok(page.text().await?.contains("after the pause").then_some(()))
    })
    .await?;
    stage.session.picture(&format!("live-{host:?}")).await?;
    page.policy_held().await
}

fn produce(home: &Home, line: &str) -> anyhow::Result<()> {
    let mut command = home.weir(&["produce", "orders", "--cluster", "shop"])?;
    programs::stdout_within(&mut command, &format!("{line}\n"), programs::RUN_TIMEOUT).map(drop)
}
