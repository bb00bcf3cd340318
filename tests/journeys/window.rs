//! What only the window does: the clipboard, and the question when it closes.

use fantoccini::key::Key;
use serde_json::json;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::programs;
use weir_tests::stage::{Host, Stage};
use weir_tests::wait;
use weir_tests::xvfb::window_command;

in_both_hosts!(copies_the_bootstrap_address);

/// Copied on the list of clusters, pasted as a person would.
async fn copies_the_bootstrap_address(host: Host, home: &Home) -> anyhow::Result<()> {
    let bootstrap = home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    page.click("button", "Copy bootstrap address of shop").await?;
    page.find("button", "Copied").await?;
    page.click("textbox", "Find clusters").await?;
    page.press_holding(Some(Key::Control), "v").await?;
    page.until("the address pasted", APPEAR, async || {
        let field = page.find("textbox", "Find clusters").await?;
        Ok((field.prop("value").await?.as_deref() == Some(bootstrap.trim())).then_some(()))
    })
    .await?;
    page.policy_held().await
}

#[tokio::test]
async fn closing_asks_and_keeps_the_clusters_running() -> anyhow::Result<()> {
    crate::journey(Host::Window, async |host, home| {
        closes(host, home, "Keep running", "ACTIVE").await
    })
    .await
}

#[tokio::test]
async fn closing_asks_and_stops_the_clusters() -> anyhow::Result<()> {
    let stop = "Stop clusters and close";
    crate::journey(Host::Window, async |host, home| closes(host, home, stop, "STOPPED").await).await
}

#[tokio::test]
async fn what_is_unsaved_is_asked_about_though_clusters_go_on() -> anyhow::Result<()> {
    crate::journey(Host::Window, asks_about_a_form).await
}

/// Set to keep clusters running: nothing is asked, but for a form that somebody filled in; and again after "Stay".
async fn asks_about_a_form(host: Host, home: &Home) -> anyhow::Result<()> {
    if !programs::on_path("python3") {
        programs::not_checked("the question about an unsaved form", "no python3");
        return Ok(());
    }
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    page.find("link", "shop").await?;
    page.call("settings.set", json!({ "patch": { "on_close": "keep" } })).await?;
    page.go("/clusters/connect").await?;
    page.fill("textbox", "Bootstrap address", "far:9092").await?;
    for _ in 0..2 {
        wish_to_close(&stage)?;
        page.find("dialog", "~Close without saving?").await?;
        page.click("button", "Stay").await?;
        page.gone("dialog", "~Close without saving?").await?;
    }
    wish_to_close(&stage)?;
    page.find("dialog", "~Close without saving?").await?;
    stage.session.picture("closing-unsaved").await?;
    let _ = page.find("button", "Close window").await?.click().await;
    is_gone(&page).await?;
    let rows = home.run(&["cluster", "list", "--output", "json"])?;
    anyhow::ensure!(rows.contains("ACTIVE"), "{rows}");
    Ok(())
}

fn wish_to_close(stage: &Stage) -> anyhow::Result<()> {
    let display = stage.session.display().unwrap_or_default();
    programs::stdout(&mut window_command(display, &["close"])).map(drop)
}

async fn is_gone(page: &Page) -> anyhow::Result<()> {
    wait::until("the window to close", APPEAR, async || {
        let page = tokio::time::timeout(APPEAR, page.text()).await;
        Ok(page.is_ok_and(|text| text.is_err()).then_some(()))
    })
    .await
}

async fn closes(host: Host, home: &Home, answer: &str, state: &str) -> anyhow::Result<()> {
    if !programs::on_path("python3") {
        programs::not_checked("the question when the window closes", "no python3");
        return Ok(());
    }
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    page.find("link", "shop").await?;
    wish_to_close(&stage)?;
    page.find("dialog", "~Keep your clusters running?").await?;
    page.shows("1 local cluster is running.").await?;
    stage.session.picture("closing").await?;
    // The window goes with the click, and with it the driver's answer.
    let _ = page.find("button", answer).await?.click().await;
    is_gone(&page).await?;
    wait::until(&format!("the cluster {state}"), APPEAR, async || {
        let rows = home.run(&["cluster", "list", "--output", "json"])?;
        Ok(rows.contains(state).then_some(()))
    })
    .await
}
