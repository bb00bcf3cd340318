//! What the content security policy refuses fails a journey, whenever it happens: this one is let see it.

use serde_json::Value;
use weir_tests::home::Home;
use weir_tests::page::APPEAR;
use weir_tests::stage::{Host, Stage};

/// A picture from elsewhere, which the policy refuses before anybody is asked for it.
const REFUSED: &str =
    "document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:1/elsewhere.png' }))";

#[tokio::test]
async fn a_refusal_is_known_after_a_reload_in_the_window() -> anyhow::Result<()> {
    is_known_after_a_reload(Host::Window).await
}

#[tokio::test]
async fn a_refusal_is_known_after_a_reload_in_chromium() -> anyhow::Result<()> {
    is_known_after_a_reload(Host::Chromium).await
}

/// Not a journey, which would fail on it.
async fn is_known_after_a_reload(host: Host) -> anyhow::Result<()> {
    let home = Home::new()?;
    let stage = Stage::open(host, &home, "/clusters").await?;
    let page = stage.page();
    page.find("heading", "~one click away").await?;
    page.policy_held().await?;
    page.0.execute(REFUSED, vec![]).await?;
    page.until("the refusal", APPEAR, async || Ok(page.policy_held().await.err())).await?;
    page.0.execute("window.__before = true; location.reload()", vec![]).await?;
    page.until("the page anew", APPEAR, async || {
        let before = page.0.execute("return window.__before ?? false", vec![]).await?;
        Ok((before == Value::Bool(false)).then_some(()))
    })
    .await?;
    page.find("heading", "~one click away").await?;
    drop(stage);
    let refused = home.refused().so_far();
    anyhow::ensure!(refused.len() == 1 && refused[0].contains("img-src"), "{refused:?}");
    Ok(())
}
