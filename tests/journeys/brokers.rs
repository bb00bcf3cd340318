//! A broker stopped and started from its page; the overview says what it means.

use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(stops_and_starts_a_broker, adds_and_removes_a_broker);

async fn stops_and_starts_a_broker(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    home.run(&["topic", "create", "orders", "--partitions", "6", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, "/c/shop/brokers").await?;
    let page = stage.page();
    act(&page, "Stop").await?;
    page.find("dialog", "~Stop broker 2").await?;
    page.click("button", "Stop").await?;
    page.find("text", "Stopped").await?;
    page.go("/c/shop").await?;
    page.shows("2 of 3 online").await?;
    page.shows("6 partitions have fewer in-sync replicas").await?;
    page.go("/c/shop/brokers").await?;
    act(&page, "Start").await?;
    page.gone("text", "Stopped").await?;
    page.go("/c/shop").await?;
    page.shows("3 of 3 online").await?;
    page.policy_held().await
}

async fn adds_and_removes_a_broker(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    home.run(&["topic", "create", "orders", "--partitions", "6", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, "/c/shop/brokers").await?;
    let page = stage.page();
    page.click("button", "Add broker").await?;
    page.find("dialog", "Add a broker").await?;
    page.click("button", "Add").await?;
    page.find("radio", "Select 4").await?;
    act(&page, "Remove").await?;
    page.find("dialog", "~Remove broker 2").await?;
    page.click("button", "Remove").await?;
    page.gone("radio", "Select 2").await?;
    page.go("/c/shop").await?;
    page.shows("3 of 3 online").await?;
    page.policy_held().await
}

async fn act(page: &Page, action: &str) -> anyhow::Result<()> {
    page.click("radio", "Select 2").await?;
    page.click("button", "Actions").await?;
    page.click("menuitem", action).await
}
