//! Rows at a glance: Space shows what a list's columns have no room for, Escape closes it, and the focus stays.

use fantoccini::key::Key;
use std::process::Stdio;
use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::programs::{self, Running};
use weir_tests::stage::{Host, Stage};

in_both_hosts!(looks_at_rows_of_every_list);

/// A list, what shows that its first row is there, what that row is called when it has the focus, and what only the
/// glance says; each by role and name.
struct Glance {
    path: &'static str,
    /// The table's name, where the page has several.
    table: Option<&'static str>,
    there: (&'static str, &'static str),
    row: &'static str,
    says: (&'static str, &'static str),
}

const GLANCES: [Glance; 6] = [
    Glance {
        path: "/clusters",
        table: None,
        there: ("link", "shop"),
        row: "a \"shop\"",
        says: ("link", "Open cluster"),
    },
    Glance {
        path: "/c/shop/topics",
        table: None,
        there: ("link", "orders"),
        row: "a \"orders\"",
        says: ("link", "Open topic"),
    },
    Glance {
        path: "/c/shop/groups",
        table: None,
        there: ("link", "readers"),
        row: "a \"readers\"",
        says: ("link", "Open group"),
    },
    Glance {
        path: "/c/shop/brokers",
        table: Some("Brokers"),
        there: ("radio", "Select 1"),
        row: "~ \"1\"",
        says: ("button", "Copy address of broker 1"),
    },
    Glance {
        path: "/c/shop/topics/orders/partitions",
        table: Some("Partitions"),
        there: ("row", "~In sync"),
        row: "~ \"0\"",
        says: ("text", "orders, partition 0"),
    },
    Glance {
        path: "/c/shop/groups/readers",
        table: Some("Members"),
        there: ("row", "~127.0.0.1"),
        row: "~ \"weir\"",
        says: ("button", "Copy member id of weir"),
    },
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
    page.policy_held().await
}

async fn look(page: &Page, at: &Glance) -> anyhow::Result<()> {
    page.find(at.there.0, at.there.1).await?;
    page.arrows_in(at.table, at.row).await?;
    page.press(" ").await?;
    page.find(at.says.0, at.says.1).await?;
    page.focus_is(at.row).await?;
    page.press_key(Key::Escape).await?;
    page.gone(at.says.0, at.says.1).await
}
