//! A broker stopped and started from its page; the overview says what it means.

use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::stage::{Host, Stage};
use weir_tests::throttle;

in_both_hosts!(
    stops_and_starts_a_broker,
    adds_and_removes_a_broker,
    calls_a_removal_off,
    takes_a_log_dir_offline_and_back
);

async fn stops_and_starts_a_broker(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    home.run(&["topic", "create", "orders", "--partitions", "6", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, "/c/shop/brokers").await?;
    let page = stage.page();
    act(&page, 2, "Stop").await?;
    page.find("dialog", "~Stop broker 2").await?;
    page.click("button", "Stop").await?;
    page.find("text", "Stopped").await?;
    page.go("/c/shop").await?;
    page.shows("2 of 3 online").await?;
    page.shows("of the 2 of 3 brokers that answer").await?;
    page.shows("6 partitions have fewer in-sync replicas").await?;
    page.go("/c/shop/brokers").await?;
    act(&page, 2, "Start").await?;
    page.gone("text", "Stopped").await?;
    page.go("/c/shop").await?;
    page.shows("3 of 3 online").await?;
    page.shows("on disk, all replicas").await?;
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
    act(&page, 2, "Remove").await?;
    page.find("dialog", "~Remove broker 2").await?;
    page.click("button", "Remove").await?;
    page.gone("radio", "Select 2").await?;
    page.go("/c/shop").await?;
    page.shows("3 of 3 online").await?;
    page.policy_held().await
}

async fn calls_a_removal_off(host: Host, home: &Home) -> anyhow::Result<()> {
    let bootstrap = home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    let id = throttle::slow_topic(home, bootstrap.trim(), "orders").await?;
    let stage = Stage::open(host, home, "/c/shop/brokers").await?;
    let page = stage.page();
    // From the broker that is being removed.
    remove(&page, id).await?;
    page.find("text", "Being removed").await?;
    page.choose("Actions", "Cancel removal").await?;
    page.gone("text", "Being removed").await?;
    page.shows(&format!("Called off: broker {id} keeps")).await?;
    // From the operation.
    remove(&page, id).await?;
    page.find("text", "Being removed").await?;
    page.go("/c/shop/operations").await?;
    page.find("text", "Running").await?;
    page.click("button", &format!("Remove broker {id}")).await?;
    page.click("button", "Cancel removal").await?;
    page.gone("text", "Running").await?;
    page.go("/c/shop").await?;
    page.shows("3 of 3 online").await?;
    page.policy_held().await
}

async fn remove(page: &Page, id: i32) -> anyhow::Result<()> {
    act(page, id, "Remove").await?;
    page.find("dialog", &format!("~Remove broker {id}")).await?;
    page.click("button", "Remove").await
}

async fn act(page: &Page, id: i32, action: &str) -> anyhow::Result<()> {
    page.click("radio", &format!("Select {id}")).await?;
    page.choose("Actions", action).await
}

/// A cluster whose brokers have two log dirs each, as it was made in the window.
async fn takes_a_log_dir_offline_and_back(host: Host, home: &Home) -> anyhow::Result<()> {
    let stage = Stage::open(host, home, "/clusters/create").await?;
    let page = stage.page();
    page.fill("textbox", "Name", "shop").await?;
    page.fill("textbox", "~Broker configurations", "log.dirs=/data/a").await?;
    page.click("button", "Create cluster").await?;
    page.shows("log.dirs takes names of folders, such as log-0,log-1").await?;
    page.fill("textbox", "~Broker configurations", "log.dirs=a,b").await?;
    page.click("button", "Create cluster").await?;
    page.shows("3 of 3 online").await?;
    page.shows("log.dirs=a,b").await?;
    home.run(&["topic", "create", "orders", "--partitions", "12", "--cluster", "shop"])?;
    page.go("/c/shop/brokers").await?;
    page.click("radio", "Select log dir b of broker 2").await?;
    page.click("button", "Take offline").await?;
    page.find("dialog", "~Take log dir b of broker 2 offline").await?;
    page.click("button", "Take it offline").await?;
    page.find("text", "Offline").await?;
    page.click("radio", "Select log dir a of broker 2").await?;
    page.find("button", "~Take offline").await?;
    stage.session.picture(&format!("log-dir-offline-{host:?}")).await?;
    page.click("radio", "Select log dir b of broker 2").await?;
    page.click("button", "Bring online").await?;
    page.gone("text", "Offline").await?;
    page.go("/c/shop/operations").await?;
    page.shows("Take log dir b of broker 2 offline").await?;
    page.shows("Bring log dir b of broker 2 online").await?;
    page.policy_held().await
}
