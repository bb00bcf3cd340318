//! Rows at a glance: Space shows what a list's columns have no room for, Escape closes it, and the focus stays.

use fantoccini::key::Key;
use serde_json::Value;
use std::process::Stdio;
use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::programs::{self, Running};
use weir_tests::stage::{Host, Stage};

in_both_hosts!(looks_at_rows_of_every_list);

/// A list, what its first row is called when it has the focus, and what only the glance says.
struct Glance {
    path: &'static str,
    row: &'static str,
    role: &'static str,
    says: &'static str,
}

const fn glance(
    path: &'static str,
    row: &'static str,
    role: &'static str,
    says: &'static str,
) -> Glance {
    Glance { path, row, role, says }
}

const GLANCES: [Glance; 5] = [
    glance("/clusters", "a \"shop\"", "link", "Open cluster"),
    glance("/c/shop/topics", "a \"orders\"", "link", "Open topic"),
    glance("/c/shop/groups", "a \"readers\"", "link", "Open group"),
    glance("/c/shop/brokers", "~\"1\"", "button", "Copy address of broker 1"),
    glance("/c/shop/topics/orders/partitions", "~\"0\"", "text", "orders, partition 0"),
];

async fn looks_at_rows_of_every_list(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--partitions", "1", "--cluster", "shop"])?;
    let mut line = home.weir(&["produce", "orders", "--cluster", "shop"])?;
    programs::stdout_within(&mut line, "one\n", programs::RUN_TIMEOUT)?;
    let mut reads = home.weir(&["consume", "orders", "--cluster", "shop", "--group", "readers"])?;
    let _member = Running::start(reads.stdout(Stdio::null()).stderr(Stdio::null()))?;
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    for at in &GLANCES {
        page.go(at.path).await?;
        page.is_at(at.path).await?;
        look(&page, at).await?;
    }
    looks_at_a_member(&page).await?;
    page.policy_held().await
}

async fn look(page: &Page, at: &Glance) -> anyhow::Result<()> {
    page.find("button", "Refresh").await?;
    match at.row.strip_prefix("a \"") {
        Some(name) => page.find("link", name.trim_end_matches('"')).await.map(drop)?,
        None => page.find("row", "~1").await.map(drop)?,
    }
    page.arrows_to(at.row).await?;
    page.press(" ").await?;
    page.find(at.role, at.says).await?;
    page.focus_is(at.row).await?;
    page.press_key(Key::Escape).await?;
    page.gone(at.role, at.says).await
}

/// The stop of Tab in the page's last table.
const INTO_LAST_TABLE: &str =
    "[...document.querySelectorAll('table')].at(-1)?.querySelector('[tabindex=\"0\"]')?.focus()";

/// A group's members stand under its lags: the second table of the page.
async fn looks_at_a_member(page: &Page) -> anyhow::Result<()> {
    page.go("/c/shop/groups/readers").await?;
    page.find("heading", "~Members").await?;
    page.until("a member's row to have the focus", weir_tests::page::APPEAR, async || {
        page.0.execute(INTO_LAST_TABLE, vec![]).await?;
        page.press_key(Key::Down).await?;
        let inside = "return document.activeElement.closest('tbody') !== null";
        Ok((page.0.execute(inside, vec![]).await? == Value::Bool(true)).then_some(()))
    })
    .await?;
    page.press(" ").await?;
    page.find("button", "~Copy member id").await?;
    page.press_key(Key::Escape).await?;
    page.gone("button", "~Copy member id").await
}
