//! The first minute: an invitation, a cluster made, a message seen.

use weir_tests::home::Home;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(greets_with_an_invitation);

async fn greets_with_an_invitation(host: Host, home: &Home) -> anyhow::Result<()> {
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    page.find("heading", "~one click away").await?;
    page.find("button", "Create cluster").await?;
    page.policy_held().await?;
    stage.session.picture(&format!("empty-{host:?}")).await
}
