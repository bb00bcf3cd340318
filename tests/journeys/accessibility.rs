//! Every screen and dialog by axe (WCAG 2.2 AA), in both themes, on a cluster that lives; what else befalls one is in
//! `accessibility_states.rs`.

use anyhow::Context as _;
use fantoccini::key::Key;
use serde_json::{Value, json};
use weir_tests::axe::Axe;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::stage::{Host, Stage};

/// Address, then role and name of what shows that the page is there.
const SCREENS: [(&str, &str, &str); 20] = [
    ("/clusters", "link", "shop"),
    ("/clusters/create", "textbox", "Name"),
    ("/clusters/connect", "textbox", "Bootstrap address"),
    ("/c/shop", "text", "~of 3 online"),
    ("/c/shop?client=1", "dialog", "~Client information"),
    ("/c/shop/topics", "link", "shop.orders"),
    ("/c/shop/topics/create", "textbox", "Partitions"),
    ("/c/shop/topics/shop.orders/messages", "row", "~Partition"),
    ("/c/shop/topics/shop.orders/messages?live=1", "button", "Pause"),
    ("/c/shop/topics/shop.orders/produce", "textbox", "Value"),
    ("/c/shop/topics/shop.orders/partitions", "button", "Add partitions"),
    ("/c/shop/topics/shop.orders/configuration", "button", "Edit"),
    ("/c/shop/topics/shop.orders/consumers", "link", "~shop"),
    ("/c/shop/groups", "link", "shop-analytics"),
    ("/c/shop/groups/shop-analytics", "heading", "shop-analytics"),
    ("/c/shop/groups/audit?reset=1", "text", "~1 partition, lag"),
    ("/c/shop/brokers", "text", "zone-a"),
    ("/c/shop/operations", "heading", "~Operations"),
    ("/settings", "heading", "Settings"),
    ("/about", "heading", "About Weir"),
];

/// A heading in the page's main part, in Korean or a name, and nothing that still loads.
const DRAWN: &str = "const main = document.querySelector('main') ?? document.body; \
     return document.documentElement.lang === 'ko' && main.querySelector('h1, h2') !== null \
       && main.querySelector('[class*=skeleton]') === null";

#[tokio::test]
async fn every_screen_and_dialog_in_both_themes() -> anyhow::Result<()> {
    let Some(axe) = Axe::load()? else { return Ok(()) };
    crate::journey(Host::Chromium, async |host, home| all(&axe, host, home).await).await
}

/// What was found so far, each with the screen it was found on.
pub(crate) struct Check<'a> {
    pub(crate) axe: &'a Axe,
    pub(crate) page: Page,
    pub(crate) theme: &'a str,
    pub(crate) found: Vec<String>,
}

impl Check<'_> {
    pub(crate) async fn look(&mut self, screen: &str) -> anyhow::Result<()> {
        let violations = self.axe.violations(&self.page).await?;
        let theme = self.theme;
        self.found.extend(violations.iter().map(|what| format!("{screen} ({theme}): {what}")));
        Ok(())
    }

    async fn screens(&mut self) -> anyhow::Result<()> {
        for (path, role, name) in SCREENS {
            self.page.go(path).await?;
            self.page.find(role, name).await?;
            self.look(path).await?;
        }
        self.page.go("/c/shop/nowhere").await?;
        self.page.find("heading", "~no such page").await?;
        self.look("a page that is not there").await
    }

    async fn dialogs(&mut self) -> anyhow::Result<()> {
        let page = self.page.clone();
        page.go("/c/shop/topics").await?;
        page.find("link", "shop.orders").await?;
        page.press_holding(Some(Key::Control), "k").await?;
        page.find("option", "~Brokers").await?;
        self.look("the palette").await?;
        page.press_key(Key::Escape).await?;
        page.press("?").await?;
        page.find("dialog", "~Keyboard shortcuts").await?;
        self.look("the shortcuts").await?;
        page.press_key(Key::Escape).await?;
        page.click("checkbox", "Select shop.orders").await?;
        page.choose("Actions", "Delete").await?;
        page.find("dialog", "~Delete topic").await?;
        self.look("deleting a topic").await?;
        page.click("button", "Cancel").await?;
        self.changes().await?;
        self.connection().await?;
        self.broker().await?;
        page.click("button", "~Activity").await?;
        page.find("button", "Close activity").await?;
        self.look("the activity drawer").await?;
        page.click("button", "Close activity").await
    }

    async fn changes(&mut self) -> anyhow::Result<()> {
        let page = self.page.clone();
        page.go("/c/shop/topics/shop.orders/configuration?edit=1").await?;
        page.fill("textbox", "segment.bytes", "few").await?;
        page.find("text", "~Not a whole number").await?;
        self.look("a configuration that is wrong").await?;
        page.fill("textbox", "segment.bytes", "1048577").await?;
        page.click("button", "Review 1 change").await?;
        page.find("dialog", "~Review changes").await?;
        self.look("reviewing changes").await?;
        page.press_key(Key::Escape).await?;
        page.gone("dialog", "~Review changes").await?;
        page.click("button", "~Undo the change").await
    }

    async fn connection(&mut self) -> anyhow::Result<()> {
        let page = self.page.clone();
        page.go("/clusters/connect").await?;
        page.fill("textbox", "Bootstrap address", "127.0.0.1:1").await?;
        page.click("button", "Test connection").await?;
        page.find("text", "~Nothing listens").await?;
        self.look("a connection test that failed").await?;
        page.fill("textbox", "Bootstrap address", "").await?;
        self.edited_connection("Edit connection").await
    }

    /// The page that edits a connection, of one that leads nowhere.
    async fn edited_connection(&mut self, heading: &str) -> anyhow::Result<()> {
        let page = self.page.clone();
        let nowhere = json!({
            "name": "far", "bootstrap": "127.0.0.1:1", "read_only": false, "production": false,
        });
        let made = page.call("clusters.connect", nowhere).await?;
        let id = made["cluster"].as_str().context("an id")?.to_owned();
        page.go(&format!("/c/{id}/connection")).await?;
        page.find("heading", heading).await?;
        self.look("editing a connection").await?;
        page.call("clusters.disconnect", json!({ "cluster": id })).await.map(drop)
    }

    async fn broker(&mut self) -> anyhow::Result<()> {
        let page = self.page.clone();
        page.go("/c/shop/brokers").await?;
        page.click("radio", "Select 2").await?;
        page.choose("Actions", "Stop").await?;
        page.find("dialog", "~Stop broker 2").await?;
        self.look("stopping a broker").await?;
        page.click("button", "Cancel").await
    }
}

#[tokio::test]
async fn every_screen_in_korean() -> anyhow::Result<()> {
    let Some(axe) = Axe::load()? else { return Ok(()) };
    crate::journey(Host::Chromium, async |host, home| in_korean(&axe, host, home).await).await
}

/// The same screens, known by their addresses; that a page is there shows in its heading, in whatever language.
async fn in_korean(axe: &Axe, host: Host, home: &Home) -> anyhow::Result<()> {
    shop(home)?;
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    page.call("settings.set", json!({ "patch": { "language": "ko" } })).await?;
    page.find("button", "클러스터 생성").await?;
    let mut check = Check { axe, page: page.clone(), theme: "light, Korean", found: Vec::new() };
    for (at, (path, _, _)) in SCREENS.into_iter().enumerate() {
        page.go(path).await?;
        page.is_at(path).await?;
        page.until(&format!("{path} drawn"), APPEAR, async || {
            let drawn = page.0.execute(DRAWN, vec![]).await?;
            Ok((drawn == Value::Bool(true)).then_some(()))
        })
        .await?;
        check.look(path).await?;
        stage.session.picture(&format!("korean-{at:02}")).await?;
    }
    check.edited_connection("연결 편집").await?;
    let found = check.found;
    anyhow::ensure!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    Ok(())
}

/// The sample, and a group that nobody is a member of.
fn shop(home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "3", "--sample"])?;
    home.run(&["topic", "create", "audit", "--partitions", "1", "--cluster", "shop"])?;
    let group = ["group", "reset", "audit", "--to", "latest", "--topic", "audit"];
    home.run(&[&group[..], &["--cluster", "shop"]].concat()).map(drop)
}

async fn all(axe: &Axe, host: Host, home: &Home) -> anyhow::Result<()> {
    shop(home)?;
    let stage = Stage::open(host, home, "/clusters").await?;
    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        let page = stage.page();
        page.call("settings.set", json!({ "patch": { "theme": theme } })).await?;
        let mut check = Check { axe, page, theme, found };
        check.screens().await?;
        check.dialogs().await?;
        found = check.found;
    }
    anyhow::ensure!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    Ok(())
}
