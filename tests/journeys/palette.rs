//! The command palette: every action and every topic, by the keyboard.

use anyhow::{Context as _, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::{Value, json};
use weir_tests::broker::Broker;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::stage::{Host, Stage};

in_both_hosts!(
    opens_every_action_and_a_topic,
    opens_every_entry_of_the_menu,
    stops_and_starts_the_cluster
);

const TOPIC: &str = "/c/shop/topics/orders/messages";
const GROUP: &str = "/c/shop/groups/readers";
/// An action, where it leads, and by role and name what shows that it is there.
type Action = (&'static str, &'static str, (&'static str, &'static str));
/// Every action that a topic's page offers.
const ACTIONS: [Action; 21] = [
    ("Clusters", "/clusters", ("heading", "~Clusters")),
    ("Create cluster", "/clusters/create", ("textbox", "Name")),
    ("Connect to a cluster", "/clusters/connect", ("textbox", "Bootstrap address")),
    ("Overview", "/c/shop", ("text", "~of 1 online")),
    ("View client information", "/c/shop?client=1", ("dialog", "~Client information")),
    ("Topics", "/c/shop/topics", ("link", "orders")),
    ("Create topic", "/c/shop/topics/create", ("textbox", "Partitions")),
    ("Messages", TOPIC, ("tab", "Messages")),
    ("Produce", "/c/shop/topics/orders/produce", ("textbox", "Value")),
    ("Partitions", "/c/shop/topics/orders/partitions", ("button", "Add partitions")),
    ("Consumers", "/c/shop/topics/orders/consumers", ("tab", "Consumers")),
    (
        "Edit configuration",
        "/c/shop/topics/orders/configuration?edit=1",
        ("textbox", "segment.bytes"),
    ),
    ("Add partitions", "/c/shop/topics/orders/partitions?add=1", ("dialog", "~Add partitions")),
    ("Delete topic", "/c/shop/topics/orders/messages?delete=1", ("dialog", "~Delete topic")),
    ("Delete cluster", "/c/shop?delete=1", ("dialog", "~Delete cluster")),
    ("Consumer groups", "/c/shop/groups", ("heading", "~Consumer groups")),
    ("Brokers", "/c/shop/brokers", ("radio", "Select 1")),
    ("Add broker", "/c/shop/brokers?add=1", ("dialog", "Add a broker")),
    ("Operations", "/c/shop/operations", ("heading", "~Operations")),
    ("Settings", "/settings", ("heading", "Settings")),
    ("About Weir", "/about", ("heading", "About Weir")),
];
/// What a group's page offers besides.
const OF_GROUP: [Action; 2] = [
    ("Reset offsets", "/c/shop/groups/readers?reset=1", ("dialog", "~Reset offsets")),
    (
        "Delete consumer group",
        "/c/shop/groups/readers?delete=1",
        ("dialog", "~Delete consumer group"),
    ),
];
/// What a connection's page offers besides, or does otherwise than a local cluster's; `FAR` is its id.
const OF_CONNECTION: [Action; 2] = [
    ("Edit connection", "/c/FAR/connection", ("heading", "Edit connection")),
    ("Delete cluster", "/c/FAR?delete=1", ("dialog", "Remove connection")),
];
/// Done at once, without a page: `stops_and_starts_the_cluster`.
const AT_ONCE: [&str; 4] = [
    "Start cluster",
    "Stop cluster",
    "Start sample workload",
    "Remove sample workload and its data",
];
/// What the palette lists untyped, and of it what is possible here.
const LISTED: &str = "const options = [...document.querySelectorAll('[role=option]')]; \
     const text = e => e.querySelector('span').innerText; \
     return [options.map(text), options.filter(e => e.ariaDisabled !== 'true').map(text)]";
/// Where the entries of the menu lead.
const MENU: &str =
    "return [...document.querySelectorAll('nav a[href^=\"/\"]')].map(e => e.getAttribute('href'))";

async fn opens_every_action_and_a_topic(host: Host, home: &Home) -> anyhow::Result<()> {
    let broker = Broker::start(1, &[])?;
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--cluster", "shop"])?;
    let group = ["group", "reset", "readers", "--to", "latest", "--topic", "orders"];
    home.run(&[&group[..], &["--cluster", "shop"]].concat())?;
    let stage = Stage::open(host, home, TOPIC).await?;
    let page = stage.page();
    opens_each(&page, TOPIC, "~orders", &ACTIONS).await?;
    opens_each(&page, GROUP, "readers", &OF_GROUP).await?;
    let far = json!({
        "name": "far", "bootstrap": broker.bootstrap, "read_only": false, "production": false,
    });
    let made = page.call("clusters.connect", far).await?;
    let far = format!("/c/{}", made["cluster"].as_str().context("an id")?);
    opens_each(&page, &far, "far", &OF_CONNECTION).await?;
    page.go(TOPIC).await?;
    choose(&page, "orde", "~orders").await?;
    page.is_at(TOPIC).await?;
    page.policy_held().await
}

/// Each of `actions` from the page `at` with its heading, which offers no other that nobody opens.
async fn opens_each(
    page: &Page,
    at: &str,
    heading: &str,
    actions: &[Action],
) -> anyhow::Result<()> {
    page.go(at).await?;
    page.find("heading", heading).await?;
    offers_nothing_else(page, actions).await?;
    for (action, path, (role, name)) in actions {
        page.go(at).await?;
        page.find("heading", heading).await?;
        choose(page, action, action).await?;
        page.is_at(&path.replace("/c/FAR", at)).await?;
        page.find(role, name).await?;
    }
    Ok(())
}

/// An action that is new has its line in one of the tables, or nobody has ever opened it.
async fn offers_nothing_else(page: &Page, actions: &[Action]) -> anyhow::Result<()> {
    page.press_holding(Some(Key::Control), "k").await?;
    page.focus_is("combobox \"Search everything\"").await?;
    page.until("the palette's actions", APPEAR, async || {
        let listed = page.0.execute(LISTED, vec![]).await?;
        let of = |at: usize| listed[at].as_array().into_iter().flatten().flat_map(Value::as_str);
        let known = |text: &str| {
            let tables = [&ACTIONS[..], &OF_GROUP, &OF_CONNECTION];
            tables.into_iter().flatten().any(|(action, ..)| *action == text)
        };
        for text in of(0) {
            ensure!(known(text) || AT_ONCE.contains(&text), "nobody opens \"{text}\" of {listed}");
        }
        // What may be done comes with the cluster.
        for (action, ..) in actions {
            ensure!(of(1).any(|text| text == *action), "\"{action}\" is not among {listed}");
        }
        Ok(Some(()))
    })
    .await?;
    page.press_key(Key::Escape).await
}

/// By the mouse: each entry of the menu opens its page.
async fn opens_every_entry_of_the_menu(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, "/c/shop").await?;
    let page = stage.page();
    page.shows("1 of 1 online").await?;
    let entries = page.0.execute(MENU, vec![]).await?;
    let entries: Vec<&str> =
        entries.as_array().into_iter().flatten().flat_map(Value::as_str).collect();
    ensure!(entries.len() >= 7, "the menu has only {entries:?}");
    for path in entries {
        page.go("/c/shop").await?;
        page.find("text", "~of 1 online").await?;
        let entry = page.0.find(Locator::Css(&format!("nav a[href='{path}']"))).await?;
        entry.click().await?;
        page.is_at(path).await?;
        let found = ACTIONS.iter().find(|(_, at, _)| *at == path);
        let (_, _, (role, name)) = found.with_context(|| format!("{path} is no action's page"))?;
        page.find(role, name).await?;
    }
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
    page.until(&format!("the option {option} to be active"), APPEAR, async || {
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
