//! Lists filtered by properties; filters kept, applied, renamed, forgotten; the address says it all.

use fantoccini::key::Key;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::stage::{Host, Stage};

in_both_hosts!(filters_topics_and_keeps_the_filter, text_without_pauses_is_kept);

const ENTER: char = '\u{e007}';

async fn condition(page: &Page, field: &str, text: &str) -> anyhow::Result<()> {
    page.click("combobox", field).await?;
    page.press(text).await?;
    page.press(&ENTER.to_string()).await
}

async fn filters_topics_and_keeps_the_filter(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    for (name, partitions) in [("orders", "1"), ("returns", "4"), ("stock", "12")] {
        home.run(&["topic", "create", name, "--partitions", partitions, "--cluster", "shop"])?;
    }
    let stage = Stage::open(host, home, "/c/shop/topics").await?;
    let page = stage.page();
    page.find("link", "stock").await?;
    // A part of a name, as it is typed.
    page.click("combobox", "Find topics").await?;
    page.press("turn").await?;
    page.gone("link", "stock").await?;
    page.find("link", "returns").await?;
    page.is_at("/c/shop/topics?find=turn").await?;
    page.press_holding(Some(Key::Control), "a").await?;
    page.press(&Key::Delete.to_string()).await?;
    page.find("link", "stock").await?;

    condition(&page, "Find topics", "Partitions >= 4").await?;
    page.gone("link", "orders").await?;
    condition(&page, "Find topics", "Partitions < 10").await?;
    page.gone("link", "stock").await?;
    page.find("link", "returns").await?;
    keeps(&page).await?;
    stage.session.picture(&format!("filters-{host:?}")).await?;

    // The address alone brings it back; a condition that makes no sense is told.
    let address = page.0.execute("return location.pathname + location.search", vec![]).await?;
    page.go("/c/shop/groups").await?;
    page.find("combobox", "Find groups").await?;
    page.go(address.as_str().unwrap_or_default()).await?;
    page.find("link", "returns").await?;
    page.gone("link", "stock").await?;
    page.go("/c/shop/topics?q=[[\"size\",\">\",\"much\"]]").await?;
    page.shows("\"much\" is not a number").await?;
    forgets(&page).await?;
    page.policy_held().await
}

async fn keeps(page: &Page) -> anyhow::Result<()> {
    page.choose("Filter actions", "Save as new filter").await?;
    page.fill("textbox", "Name", "medium").await?;
    page.click("button", "Save").await?;
    page.gone("dialog", "~Save as new filter").await?;
    page.choose("Filter actions", "Rename saved filter").await?;
    page.fill("textbox", "Name", "in between").await?;
    page.click("button", "Save").await?;
    page.gone("dialog", "~Rename saved filter").await?;
    page.find("button", "~in between").await.map(drop)
}

async fn forgets(page: &Page) -> anyhow::Result<()> {
    page.click("button", "~Saved filters").await?;
    page.click("option", "~in between").await?;
    page.find("link", "returns").await?;
    page.gone("link", "stock").await?;
    page.choose("Filter actions", "Delete saved filter").await?;
    page.gone("button", "~in between").await?;
    page.click("button", "Clear filter").await?;
    page.find("link", "stock").await?;
    page.is_at("/c/shop/topics").await
}

/// A program that types, a paste manager, a fast person: the page draws later than the keys come.
async fn text_without_pauses_is_kept(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, "/c/shop/topics/orders/configuration").await?;
    let page = stage.page();
    page.find("button", "Edit").await?;
    // The filter by one click, Edit within milliseconds of it: the address keeps both.
    let both = "const click = e => e.click(); \
        click([...document.querySelectorAll('input[type=checkbox]')].find(i => \
          document.getElementById(i.getAttribute('aria-labelledby'))?.textContent.startsWith('Changed'))); \
        click([...document.querySelectorAll('button')].find(b => b.textContent.trim() === 'Edit'));";
    page.0.execute(both, vec![]).await?;
    page.is_at("/c/shop/topics/orders/configuration?changed=1&edit=1").await?;
    page.go("/c/shop/topics/orders/configuration?edit=1").await?;

    let wanted = "123456789012345678";
    page.click("textbox", "retention.ms").await?;
    page.press_holding(Some(Key::Control), "a").await?;
    page.press(wanted).await?;
    page.until("every digit", APPEAR, async || {
        let field = page.find("textbox", "retention.ms").await?;
        Ok((field.prop("value").await?.as_deref() == Some(wanted)).then_some(()))
    })
    .await?;
    page.click("button", "Review 1 change").await?;
    page.shows(&format!("retention.ms={wanted}")).await?;
    page.policy_held().await
}
