//! A topic's configuration edited: refused while typed, previewed, applied.

use weir_tests::home::Home;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(edits_a_configuration);

async fn edits_a_configuration(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, "/c/shop/topics/orders/configuration").await?;
    let page = stage.page();
    page.click("button", "Edit").await?;
    page.find("button", "Cancel").await?;
    page.fill("textbox", "retention.ms", "soon").await?;
    page.shows("Not a whole number.").await?;
    let review = page.find("button", "~Review 1 change").await?;
    let disabled = review.attr("aria-disabled").await?.or(review.attr("disabled").await?);
    anyhow::ensure!(disabled.is_some(), "what is wrong cannot be reviewed");
    page.fill("textbox", "retention.ms", "60000").await?;
    page.gone("text", "Not a whole number.").await?;
    page.click("button", "Review 1 change").await?;
    page.find("dialog", "~Review changes of orders").await?;
    page.shows("604800000").await?;
    let command = "weir topic config orders --set retention.ms=60000 --cluster shop";
    // The folder of a test is not where `weir` looks by itself.
    page.shows(&format!("{command} --home {}", home.path().display())).await?;
    page.click("button", "Apply").await?;
    page.shows("Configuration of orders changed.").await?;
    let stored = home.run(&["topic", "config", "orders", "--cluster", "shop"])?;
    anyhow::ensure!(stored.contains("retention.ms") && stored.contains("60000"), "{stored}");
    page.policy_held().await
}
