//! The first minute: the empty Clusters page, in both hosts.

use weir_tests::driver;
use weir_tests::home::Home;
use weir_tests::page::Page;

async fn greets(page: &Page) -> anyhow::Result<()> {
    page.watch_policy().await?;
    page.find("heading", "~one click away").await?;
    page.find("button", "Create cluster").await?;
    page.policy_held().await
}

#[tokio::test]
async fn the_window_greets_with_an_invitation_to_create_a_cluster() -> anyhow::Result<()> {
    let home = Home::new()?;
    let session = driver::window(home.path(), (1440, 900), "/clusters").await?;
    greets(&session.page()).await?;
    session.picture("window-clusters").await
}
