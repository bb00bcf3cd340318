//! By axe (WCAG 2.2 AA), in both themes: no cluster yet, clusters that are stopped, failed and out of reach, the dialogs
//! that change or delete, an opened message, the screens of Weir's own faults.

use crate::accessibility::Check;
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, TcpListener};
use weir_tests::axe::Axe;
use weir_tests::broker::free_block;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::programs;
use weir_tests::stage::{Host, Stage};

const THEMES: [&str; 2] = ["light", "dark"];
/// Address, then role and name of what shows that the page is there.
const SCREENS: [(&str, &str, &str); 7] = [
    ("/c/shop/topics/orders/messages?m=0-0", "tab", "Value"),
    ("/c/shop/brokers?add=1", "dialog", "Add a broker"),
    ("/c/shop/topics/orders/partitions?add=1", "dialog", "~Add partitions"),
    ("/c/shop?delete=1", "dialog", "~Delete cluster"),
    ("/c/still", "button", "Start cluster"),
    ("/c/still/topics", "button", "Start cluster"),
    ("/c/broken", "text", "~has taken port"),
];
/// Breaks what the clusters' table is sorted by.
const SABOTAGE: &str =
    "String.prototype.localeCompare = () => { throw new Error('sabotage of the test'); };";
const IS_DARK: &str = "return document.documentElement.classList.contains('weir-dark')";

#[tokio::test]
async fn every_state_and_fault_in_both_themes() -> anyhow::Result<()> {
    let Some(axe) = Axe::load()? else { return Ok(()) };
    crate::journey(Host::Chromium, async |host, home| all(&axe, host, home).await).await
}

async fn all(axe: &Axe, host: Host, home: &Home) -> anyhow::Result<()> {
    let mut found = Vec::new();
    let stage = Stage::open(host, home, "/clusters").await?;
    for theme in THEMES {
        let mut check = themed(axe, &stage, theme, found).await?;
        check.page.find("heading", "~one click away").await?;
        check.look("no cluster yet").await?;
        found = check.found;
    }
    let nowhere = json!({
        "name": "far", "bootstrap": "127.0.0.1:1", "read_only": false, "production": false,
    });
    let made = stage.page().call("clusters.connect", nowhere).await?;
    let far = made["cluster"].as_str().context("an id")?.to_owned();
    drop(stage);
    let _taken = clusters(home)?;
    for theme in THEMES {
        let mut stage = Stage::open(host, home, "/clusters").await?;
        let mut check = themed(axe, &stage, theme, found).await?;
        screens(&mut check, &far).await?;
        // The page that has stopped knows its theme; so does the one without a core.
        check.page.go("/about").await?;
        check.page.find("heading", "About Weir").await?;
        check.page.click("button", "Show licences").await?;
        check.page.shows("rdkafka-sys").await?;
        check.look("the licences of others").await?;
        stage.end_serve();
        check.page.find("heading", "~core does not answer").await?;
        check.look("a core that does not answer").await?;
        found = check.found;
    }
    ensure!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    Ok(())
}

async fn themed<'a>(
    axe: &'a Axe,
    stage: &Stage,
    theme: &'a str,
    found: Vec<String>,
) -> anyhow::Result<Check<'a>> {
    let page = stage.page();
    page.call("settings.set", json!({ "patch": { "theme": theme } })).await?;
    page.until(&format!("the {theme} theme"), APPEAR, async || {
        let dark = page.0.execute(IS_DARK, vec![]).await?;
        Ok((dark == Value::Bool(theme == "dark")).then_some(()))
    })
    .await?;
    Ok(Check { axe, page, theme, found })
}

/// `shop` runs with a message and a group that nobody is a member of, `still` is stopped, `broken` found its port taken
/// and has failed. The value holds that port.
fn clusters(home: &Home) -> anyhow::Result<TcpListener> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--partitions", "1", "--cluster", "shop"])?;
    let mut produce = home.weir(&["produce", "orders", "--cluster", "shop"])?;
    programs::stdout_within(&mut produce, "{\"id\":1}\n", programs::RUN_TIMEOUT)?;
    let group = ["group", "reset", "audit", "--to", "latest", "--topic", "orders"];
    home.run(&[&group[..], &["--cluster", "shop"]].concat())?;
    let port = free_block(1)?;
    let at = port.to_string();
    home.run(&["cluster", "create", "broken", "--brokers", "1", "--port", &at])?;
    home.run(&["cluster", "create", "still", "--brokers", "1"])?;
    for name in ["broken", "still"] {
        home.run(&["cluster", "stop", name])?;
    }
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let start = programs::output(&mut home.weir(&["cluster", "start", "broken"])?)?;
    ensure!(start.status.code() == Some(1), "it started on a port that is taken: {start:?}");
    Ok(taken)
}

async fn screens(check: &mut Check<'_>, far: &str) -> anyhow::Result<()> {
    let page = check.page.clone();
    for (path, role, name) in SCREENS {
        page.go(path).await?;
        page.find(role, name).await?;
        check.look(path).await?;
    }
    page.go(&format!("/c/{far}")).await?;
    page.find("text", "~Unreachable").await?;
    check.look("a cluster out of reach").await?;
    delete_group(check, &page).await?;
    page.0.execute(SABOTAGE, vec![]).await?;
    page.go("/clusters").await?;
    page.find("heading", "This page has stopped").await?;
    check.look("a page that has stopped").await?;
    page.click("button", "Restart").await?;
    page.find("link", "shop").await.map(drop)
}

async fn delete_group(check: &mut Check<'_>, page: &Page) -> anyhow::Result<()> {
    page.go("/c/shop/groups/audit").await?;
    page.choose("Actions", "Delete").await?;
    page.find("dialog", "~Delete consumer group").await?;
    check.look("deleting a group").await?;
    page.click("button", "Cancel").await
}
