//! A group's offsets reset and forgotten, groups deleted.

use std::collections::BTreeMap;

use anyhow::ensure;
use weir_client::{Client, Options, parse_bootstrap};
use weir_domain::TopicPartition;
use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::programs;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(resets_offsets_and_deletes_groups, resets_a_share_group);

async fn resets_offsets_and_deletes_groups(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--partitions", "1", "--cluster", "shop"])?;
    home.run(&["topic", "create", "payments", "--partitions", "1", "--cluster", "shop"])?;
    let lines: String = (0..12).map(|n| format!("message {n}\n")).collect();
    let mut produce = home.weir(&["produce", "orders", "--cluster", "shop"])?;
    programs::stdout_within(&mut produce, &lines, programs::RUN_TIMEOUT)?;
    for group in ["readers", "others"] {
        home.run(&["group", "reset", group, "--to", "latest", "--topic", "orders"])?;
    }
    let stage = Stage::open(host, home, "/c/shop/groups/readers").await?;
    let page = stage.page();
    page.choose("Actions", "Reset offsets").await?;
    page.find("dialog", "~Reset offsets").await?;
    page.shows("1 partition, lag 0 → 12").await?;
    page.click("button", "~Reset to").await?;
    page.click("option", "~Shift by a number").await?;
    page.fill("textbox", "Messages", "-5").await?;
    page.shows("1 partition, lag 0 → 5").await?;
    page.shows("--shift-by -5").await?;
    stage.session.picture(&format!("group-reset-{host:?}")).await?;
    page.click("button", "Reset offsets").await?;
    page.gone("dialog", "~Reset offsets").await?;
    page.shows("Offsets of readers were reset.").await?;
    let shown = home.run(&["group", "show", "readers"])?;
    ensure!(shown.contains("orders  0          7          12   5"), "{shown}");
    page.click("button", "Put back").await?;
    page.find("dialog", "~Put offsets back").await?;
    page.shows("1 partition, lag 5 → 0").await?;
    page.shows("weir group put-back readers --cluster").await?;
    page.click("button", "Put offsets back").await?;
    page.gone("dialog", "~Put offsets back").await?;
    page.shows("Offsets of readers were put back.").await?;
    let shown = home.run(&["group", "show", "readers"])?;
    ensure!(shown.contains("orders  0          12         12   0"), "{shown}");

    page.choose("Actions", "Delete offsets").await?;
    page.shows("1 committed offset is deleted.").await?;
    page.click("button", "Cancel").await?;
    loses_its_place(&page).await?;
    page.go("/c/shop/groups").await?;
    page.find("link", "others").await?;
    page.click("checkbox", "Select others").await?;
    page.click("checkbox", "Select readers").await?;
    page.choose("Actions", "Delete").await?;
    page.find("dialog", "~Delete 2 consumer groups").await?;
    page.fill("textbox", "~To confirm", "2").await?;
    page.click("button", "Delete").await?;
    page.gone("link", "others").await?;
    page.gone("link", "readers").await?;
    ensure!(!home.run(&["group", "list"])?.contains("readers"));
    page.policy_held().await
}

/// Who deletes several topics is told first which groups lose their place in them.
async fn loses_its_place(page: &Page) -> anyhow::Result<()> {
    page.go("/c/shop/topics").await?;
    for topic in ["orders", "payments"] {
        page.click("checkbox", &format!("Select {topic}")).await?;
    }
    page.choose("Actions", "Delete").await?;
    page.find("dialog", "~Delete 2 topics").await?;
    page.shows("2 consumer groups read or have committed offsets of them: others, readers.")
        .await?;
    page.click("button", "Cancel").await?;
    page.gone("dialog", "~Delete 2 topics").await
}

async fn resets_a_share_group(host: Host, home: &Home) -> anyhow::Result<()> {
    let bootstrap = home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--partitions", "1", "--cluster", "shop"])?;
    let mut produce = home.weir(&["produce", "orders", "--cluster", "shop"])?;
    programs::stdout_within(&mut produce, &"message\n".repeat(12), programs::RUN_TIMEOUT)?;
    let client = Client::new(Options::new(parse_bootstrap(bootstrap.trim())?));
    let third = BTreeMap::from([(TopicPartition::new("orders", 0), 3)]);
    let made = client.alter_share_offsets("sharers", &third).await?;
    ensure!(made.iter().all(|(_, result)| result.is_ok()), "{made:?}");
    let stage = Stage::open(host, home, "/c/shop/groups/sharers").await?;
    let page = stage.page();
    page.choose("Actions", "Reset offsets").await?;
    page.find("dialog", "~Reset offsets").await?;
    page.shows("1 partition, lag 9 → 12").await?;
    page.shows("weir group reset").await?;
    page.click("button", "~Reset to").await?;
    page.click("option", "~The end of the log").await?;
    page.shows("1 partition, lag 9 → 0").await?;
    page.shows("--to latest").await?;
    page.click("button", "Reset offsets").await?;
    page.gone("dialog", "~Reset offsets").await?;
    page.shows("Offsets of sharers were reset.").await?;
    let shown = home.run(&["group", "show", "sharers"])?;
    ensure!(shown.contains("orders  0          12     12   0"), "{shown}");
    page.policy_held().await
}
