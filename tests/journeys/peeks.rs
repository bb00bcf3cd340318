//! Rows at a glance: Space shows what a list's columns have no room for, Escape closes it, and the focus stays.

use fantoccini::key::Key;
use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::programs;
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

const GLANCES: [Glance; 3] = [
    glance("/clusters", "a \"shop\"", "link", "Open cluster"),
    glance("/c/shop/topics", "a \"orders\"", "link", "Open topic"),
    glance("/c/shop/groups", "a \"readers\"", "link", "Open group"),
];

async fn looks_at_rows_of_every_list(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--partitions", "1", "--cluster", "shop"])?;
    let mut line = home.weir(&["produce", "orders", "--cluster", "shop"])?;
    programs::stdout_within(&mut line, "one\n", programs::RUN_TIMEOUT)?;
    let reads = ["consume", "orders", "--cluster", "shop", "--group", "readers", "--max", "1"];
    home.run(&reads)?;
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    for at in &GLANCES {
        page.go(at.path).await?;
        page.is_at(at.path).await?;
        look(&page, at).await?;
    }
    page.policy_held().await
}

async fn look(page: &Page, at: &Glance) -> anyhow::Result<()> {
    page.find("button", "Refresh").await?;
    let name = at.row.trim_start_matches("a ").trim_matches('"');
    page.find("link", name).await?;
    page.arrows_to(at.row).await?;
    page.press(" ").await?;
    page.find(at.role, at.says).await?;
    page.focus_is(at.row).await?;
    page.press_key(Key::Escape).await?;
    page.gone(at.role, at.says).await
}
