//! A window of 1000x700: everything fits, what has no room is said, an open message stands beside its list.

use serde_json::Value;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::programs;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(everything_fits);

const SIZE: (u32, u32) = (1000, 700);

/// What can be pressed, typed into or read as a heading, and lies past the page's left or right edge. What scrolls by
/// itself (a table with its hidden columns shown) is not cut.
const CUT: &str = "const scrolls = e => { for (let p = e.parentElement; p; p = p.parentElement) \
       if (/auto|scroll/.test(getComputedStyle(p).overflowX) && p !== document.body && p !== document.documentElement) return true; \
       return false; }; \
     const seen = e => { const r = e.getBoundingClientRect(); \
       return r.width > 1 && r.height > 1 && getComputedStyle(e).visibility !== 'hidden' && !e.closest('[inert], [aria-hidden=true]'); }; \
     const out = [...document.querySelectorAll('button, a, input, textarea, h1, h2, h3, [role=tab], [role=row]')] \
       .filter(e => seen(e) && !scrolls(e)) \
       .filter(e => { const r = e.getBoundingClientRect(); return r.right > innerWidth + 1 || r.left < -1; }) \
       .map(e => e.tagName + ' ' + (e.getAttribute('aria-label') || e.textContent || '').slice(0, 60)); \
     if (document.documentElement.scrollWidth > innerWidth) out.push('the page scrolls to the right'); \
     return out.join('; ');";
/// Whether the list's first row and the open message are both seen, side by side.
const BESIDE: &str = "const row = document.querySelector('[role=grid] [role=row][aria-rowindex=\"2\"]')?.getBoundingClientRect(); \
     const part = [...document.querySelectorAll('[role=tab]')].find(e => e.textContent.trim() === 'Value')?.getBoundingClientRect(); \
     return !!row && !!part && row.width > 300 && row.right <= part.left && part.right <= innerWidth && row.bottom <= innerHeight";

/// Where everything has to fit, and role and name of what shows that the page is there.
const SCREENS: [(&str, &str, &str); 11] = [
    ("/clusters", "link", "shop"),
    ("/clusters/create", "textbox", "Name"),
    ("/c/shop", "text", "1 of 1 online"),
    ("/c/shop/topics", "link", "orders"),
    ("/c/shop/topics/orders/partitions", "button", "Add partitions"),
    ("/c/shop/topics/orders/configuration", "button", "Edit"),
    ("/c/shop/topics/orders/produce", "textbox", "Value"),
    ("/c/shop/groups", "link", "readers"),
    ("/c/shop/groups/readers", "heading", "~Members"),
    ("/c/shop/brokers", "radio", "Select 1"),
    ("/settings", "heading", "Settings"),
];

async fn everything_fits(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--partitions", "1", "--cluster", "shop"])?;
    let mut produce = home.weir(&["produce", "orders", "--cluster", "shop"])?;
    programs::stdout_within(&mut produce, "first\nsecond\n", programs::RUN_TIMEOUT)?;
    home.run(&["group", "reset", "readers", "--to", "latest", "--topic", "orders"])?;
    let stage = Stage::open_sized(host, home, "/clusters", SIZE).await?;
    let page = stage.page();
    for (path, role, name) in SCREENS {
        page.go(path).await?;
        page.find(role, name).await?;
        fits(&page, path).await?;
    }
    says_what_is_hidden(&page).await?;
    page.go("/c/shop/topics/orders/messages").await?;
    page.click("row", "Partition 0, offset 1").await?;
    page.until("the message beside its list", APPEAR, async || {
        let beside = page.0.execute(BESIDE, vec![]).await?;
        Ok((beside == Value::Bool(true)).then_some(()))
    })
    .await?;
    fits(&page, "an open message").await?;
    stage.session.picture(&format!("small-{host:?}")).await?;
    page.policy_held().await
}

async fn fits(page: &Page, what: &str) -> anyhow::Result<()> {
    page.until(&format!("{what} to fit"), APPEAR, async || {
        let cut = page.0.execute(CUT, vec![]).await?;
        match cut.as_str() {
            Some("") => Ok(Some(())),
            cut => anyhow::bail!("cut: {cut:?}"),
        }
    })
    .await
}

/// Columns without room are counted; one press shows them, one more hides them again.
async fn says_what_is_hidden(page: &Page) -> anyhow::Result<()> {
    page.go("/c/shop/topics").await?;
    page.click("button", "~more column").await?;
    page.find("text", "Retention").await?;
    page.click("button", "Fit columns to the window").await?;
    page.gone("text", "Retention").await?;
    page.find("button", "~more column").await.map(drop)
}
