//! Dialogs lead the focus: to their first field or to the button that changes nothing, and back to what opened them.

use fantoccini::key::Key;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::stage::{Host, Stage};

in_both_hosts!(the_focus_goes_in_and_back, copying_a_command_sends_no_form);

/// More entries than any menu has.
const MENU_MAX: usize = 10;

async fn the_focus_goes_in_and_back(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "2"])?;
    home.run(&["topic", "create", "orders", "--cluster", "shop"])?;
    let stage = Stage::open(host, home, "/c/shop/topics/orders/messages").await?;
    let page = stage.page();
    choose(&page, "Delete").await?;
    page.focus_is("~To confirm, type").await?;
    leave(&page, "~Delete topic").await?;
    page.go("/c/shop").await?;
    page.shows("2 of 2 online").await?;
    choose(&page, "Delete cluster").await?;
    page.focus_is("~To confirm, type").await?;
    leave(&page, "~Delete cluster").await?;
    page.go("/c/shop/brokers").await?;
    page.click("radio", "Select 2").await?;
    choose(&page, "Stop").await?;
    page.focus_is("button \"Cancel\"").await?;
    leave(&page, "~Stop broker 2").await?;
    page.policy_held().await
}

/// Opens the page's menu of actions by the keyboard and takes an entry.
async fn choose(page: &Page, entry: &str) -> anyhow::Result<()> {
    page.find("button", "Actions").await?;
    page.tab_to("button \"Actions\"").await?;
    page.press_key(Key::Enter).await?;
    page.find("menuitem", entry).await?;
    // The focus follows with the next drawing: who presses sooner goes past the entry.
    page.focus_is("~menuitem ").await?;
    for _ in 0..MENU_MAX {
        let focused = page.focused().await?;
        if focused.ends_with(&format!("\"{entry}\"")) {
            return page.press_key(Key::Enter).await;
        }
        page.press_key(Key::Down).await?;
        page.until("the focus to move on", APPEAR, async || {
            Ok((page.focused().await? != focused).then_some(()))
        })
        .await?;
    }
    anyhow::bail!("the arrows do not reach {entry}")
}

async fn leave(page: &Page, dialog: &str) -> anyhow::Result<()> {
    page.press_key(Key::Escape).await?;
    page.gone("dialog", dialog).await?;
    page.focus_is("button \"Actions\"").await
}

/// The command beside a form is copied, and nothing else happens.
async fn copying_a_command_sends_no_form(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    let stage = Stage::open(host, home, "/c/shop/topics/create").await?;
    let page = stage.page();
    page.filled("textbox", "Partitions").await?;
    page.fill("textbox", "Name", "copied").await?;
    page.click("button", "Copy command").await?;
    page.is_at("/c/shop/topics/create").await?;
    let topics = home.run(&["topic", "list", "--cluster", "shop"])?;
    anyhow::ensure!(!topics.contains("copied"), "copying created the topic:\n{topics}");
    // Whether a name is free is said while it is typed.
    page.fill("textbox", "Name", "a/b").await?;
    page.find("text", "~cannot contain").await?;
    page.policy_held().await
}
