//! The first minute: the empty Clusters page, in both hosts.

use std::path::Path;
use weir_tests::driver;
use weir_tests::home::Home;
use weir_tests::page::Page;

async fn greets(page: &Page) -> anyhow::Result<()> {
    page.watch_policy().await?;
    page.find("heading", "~Clusters").await?;
    page.find("button", "Create cluster").await?;
    page.policy_held().await
}

#[tokio::test]
async fn the_window_greets_with_an_invitation_to_create_a_cluster() -> anyhow::Result<()> {
    let home = Home::new()?;
    let session = driver::window(home.path(), (1440, 900), "/clusters").await?;
    let page = Page(session.client.clone());
    greets(&page).await?;
    page.picture(Path::new(&pictures("window-clusters.png"))).await?;
    session.close().await
}

fn pictures(name: &str) -> String {
    format!("{}/../target/pictures/{name}", env!("CARGO_MANIFEST_DIR"))
}
