//! When something in Weir itself breaks: a designed screen, details to copy, a way on.

use fantoccini::key::Key;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use weir_tests::home::Home;
use weir_tests::stage::{Host, Stage};
use weir_tests::wait;

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

/// What Restart does in the window once the core is gone: another process has the window of the same folder.
#[tokio::test]
async fn the_window_starts_anew_with_its_core() -> anyhow::Result<()> {
    crate::journey(Host::Window, starts_anew).await
}

async fn starts_anew(host: Host, home: &Home) -> anyhow::Result<()> {
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    page.find("heading", "A Kafka cluster, one click away").await?;
    let before = windows(home)?;
    anyhow::ensure!(before.len() == 1, "{before:?}");
    // The page goes with its process, and the driver's session with both.
    let asked = page.call("window.restart", serde_json::json!({}));
    let _ = tokio::time::timeout(Duration::from_secs(5), asked).await;
    let after = wait::until("another process with the window", LATER, async || {
        let now = windows(home)?;
        Ok((now.len() == 1 && now != before && answers(home)).then_some(now))
    })
    .await?;
    // It stays: it did not find the folder taken.
    tokio::time::sleep(Duration::from_secs(2)).await;
    anyhow::ensure!(windows(home)? == after, "{after:?} has ended");
    for window in after {
        Command::new("kill").arg(window.to_string()).status()?;
    }
    Ok(())
}

const LATER: Duration = Duration::from_secs(60);

/// A second start would reach it.
fn answers(home: &Home) -> bool {
    UnixStream::connect(home.path().join("app.sock")).is_ok()
}

/// Processes of the window with this data folder.
fn windows(home: &Home) -> anyhow::Result<Vec<u32>> {
    let wanted = format!("WEIR_HOME={}", home.path().display());
    let is_ours = |pid: &u32| {
        let of = Path::new("/proc").join(pid.to_string());
        let program = std::fs::read_link(of.join("exe")).unwrap_or_default();
        let environment = std::fs::read(of.join("environ")).unwrap_or_default();
        program.ends_with("weir-desktop")
            && environment.split(|byte| *byte == 0).any(|one| one == wanted.as_bytes())
    };
    let all = std::fs::read_dir("/proc")?.flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Ok(pids.filter(is_ours).collect())
}
