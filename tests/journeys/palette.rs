//! The command palette: every action and every topic, by the keyboard.

use fantoccini::key::Key;
use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(opens_every_action_and_a_topic, stops_and_starts_the_cluster);

const TOPIC: &str = "/c/shop/topics/orders/messages";
/// Every action as a topic's page offers it, and where it leads. `ui/tests/product.test.ts` holds that each has a page.
const ACTIONS: [(&str, &str); 20] = [
    ("Clusters", "/clusters"),
    ("Create cluster", "/clusters/create"),
    ("Connect to a cluster", "/clusters/connect"),
    ("Overview", "/c/shop"),
    ("View client information", "/c/shop?client=1"),
    ("Topics", "/c/shop/topics"),
    ("Create topic", "/c/shop/topics/create"),
    ("Produce", "/c/shop/topics/orders/produce"),
    ("Partitions", "/c/shop/topics/orders/partitions"),
    ("Consumers", "/c/shop/topics/orders/consumers"),
    ("Edit configuration", "/c/shop/topics/orders/configuration?edit=1"),
    ("Add partitions", "/c/shop/topics/orders/partitions?add=1"),
    ("Delete topic", "/c/shop/topics/orders/messages?delete=1"),
    ("Delete cluster", "/c/shop?delete=1"),
    ("Consumer groups", "/c/shop/groups"),
    ("Brokers", "/c/shop/brokers"),
    ("Add broker", "/c/shop/brokers?add=1"),
    ("Operations", "/c/shop/operations"),
    ("Settings", "/settings"),
    ("About Weir", "/about"),
];

async fn opens_every_action_and_a_topic(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, TOPIC).await?;
    let page = stage.page();
    for (action, path) in ACTIONS {
        page.go(TOPIC).await?;
        page.find("heading", "~orders").await?;
        choose(&page, action, action).await?;
        page.is_at(path).await?;
    }
    choose(&page, "orde", "~orders").await?;
    page.is_at(TOPIC).await?;
    page.policy_held().await
}

/// What is done at once, without a page: stopped by typing, started from the page that says so.
async fn stops_and_starts_the_cluster(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, "/c/shop/topics").await?;
    let page = stage.page();
    page.find("link", "orders").await?;
    choose(&page, "Stop cluster", "Stop cluster").await?;
    page.find("dialog", "~Stop cluster").await?;
    page.click("button", "Stop cluster").await?;
    page.shows("Cluster shop was stopped.").await?;
    page.shows("This cluster is stopped").await?;
    page.click("button", "Start cluster").await?;
    page.find("link", "orders").await?;
    // An address from memory, without a cluster: of the one that was open last.
    page.go("/topics/orders").await?;
    page.is_at(TOPIC).await?;
    page.policy_held().await
}

/// Opens the palette, types, moves to the option and takes it.
async fn choose(page: &Page, typed: &str, option: &str) -> anyhow::Result<()> {
    page.press_holding(Some(Key::Control), "k").await?;
    page.focus_is("combobox \"Search everything\"").await?;
    page.press(typed).await?;
    page.find("option", option).await?;
    page.until(&format!("the option {option} to be active"), weir_tests::page::APPEAR, async || {
        let active = "return document.querySelector('[role=option][aria-selected=true]')?.innerText.split('\\n')[0]";
        let active = page.0.execute(active, vec![]).await?;
        let wanted = option.trim_start_matches('~');
        if active.as_str().is_some_and(|text| text.trim() == wanted) {
            return Ok(Some(()));
        }
        page.press_key(Key::Down).await?;
        Ok(None)
    })
    .await?;
    page.press_key(Key::Enter).await
}
