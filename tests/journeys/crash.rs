//! When something in Weir itself breaks: a designed screen, details to copy, a way on.

use fantoccini::key::Key;
use weir_tests::home::Home;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(a_page_that_throws_can_be_reported_and_restarted);

/// Breaks what the clusters' table is sorted by.
const SABOTAGE: &str =
    "String.prototype.localeCompare = () => { throw new Error('sabotage of the test'); };";

async fn a_page_that_throws_can_be_reported_and_restarted(
    host: Host,
    home: &Home,
) -> anyhow::Result<()> {
    for name in ["one", "two"] {
        home.run(&["cluster", "create", name, "--brokers", "1"])?;
    }
    let stage = Stage::open(host, home, "/about").await?;
    let page = stage.page();
    page.find("heading", "About Weir").await?;
    page.0.execute(SABOTAGE, vec![]).await?;
    page.go("/clusters").await?;
    page.find("heading", "This page has stopped").await?;
    page.shows("sabotage of the test").await?;
    page.click("button", "Copy details").await?;
    page.find("button", "Copied").await?;
    stage.session.picture(&format!("crash-{host:?}")).await?;
    page.click("button", "Restart").await?;
    page.find("link", "one").await?;
    // What was copied, pasted as a person would.
    page.click("textbox", "Find clusters").await?;
    page.press_holding(Some(Key::Control), "v").await?;
    page.filled("textbox", "Find clusters").await?;
    let field = page.find("textbox", "Find clusters").await?;
    let pasted = field.prop("value").await?.unwrap_or_default();
    anyhow::ensure!(pasted.contains("page: /clusters") && pasted.contains("sabotage"), "{pasted}");
    page.policy_held().await
}

#[tokio::test]
async fn a_core_that_is_gone_is_said() -> anyhow::Result<()> {
    crate::journey(Host::Chromium, core_gone).await
}

async fn core_gone(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    let mut stage = Stage::open(host, home, "/c/shop").await?;
    let page = stage.page();
    page.shows("1 of 1 online").await?;
    stage.end_serve();
    page.find("heading", "~core does not answer").await?;
    page.find("button", "Copy details").await?;
    page.shows("Run weir serve again").await?;
    page.find("button", "Reload").await?;
    let state = home.run(&["cluster", "show", "shop"])?;
    anyhow::ensure!(state.contains("ACTIVE"), "the cluster runs on: {state}");
    Ok(())
}
