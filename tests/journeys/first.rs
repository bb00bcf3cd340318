//! The first minute: an invitation, a cluster made, a message seen.

use std::time::Duration;
use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(greets_with_an_invitation, what_the_command_line_does_shows_in_an_open_page);

/// How soon an open page shows what was done elsewhere.
const SOON: Duration = Duration::from_secs(15);

async fn greets_with_an_invitation(host: Host, home: &Home) -> anyhow::Result<()> {
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    page.find("heading", "~one click away").await?;
    page.find("button", "Create cluster").await?;
    page.policy_held().await?;
    stage.session.picture(&format!("empty-{host:?}")).await
}

/// Nobody touches the page: clusters come, change and go as the command line makes, stops, starts and deletes them.
async fn what_the_command_line_does_shows_in_an_open_page(
    host: Host,
    home: &Home,
) -> anyhow::Result<()> {
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    page.find("heading", "~one click away").await?;
    let bootstrap = home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    shows_soon(&page, "link", "shop").await?;
    shows_soon(&page, "text", "Active").await?;
    home.run(&["cluster", "stop", "shop"])?;
    shows_soon(&page, "text", "Stopped").await?;
    home.run(&["cluster", "start", "shop"])?;
    shows_soon(&page, "text", "Active").await?;
    home.run(&["cluster", "connect", "far", bootstrap.trim()])?;
    shows_soon(&page, "link", "far").await?;
    for cluster in ["far", "shop"] {
        home.run(&["cluster", "delete", cluster, "--yes"])?;
    }
    shows_soon(&page, "heading", "~one click away").await?;
    page.policy_held().await
}

async fn shows_soon(page: &Page, role: &str, name: &str) -> anyhow::Result<()> {
    let what = format!("{role} \"{name}\", unasked");
    page.until(&what, SOON, async || page.seek(role, name).await).await.map(drop)
}
