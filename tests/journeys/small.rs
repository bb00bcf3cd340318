//! A small window, 1000x700: everything fits, what has no room is said, an open message stands beside its list.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use weir_tests::axe::Axe;
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::programs;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(everything_fits, every_page_fits_in_korean);

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

/// Words of buttons, tabs and links to press that have no room: cut at their end, or out of their box.
const CUT_WORDS: &str = "const seen = e => { const r = e.getBoundingClientRect(); \
       return r.width > 1 && r.height > 1 && getComputedStyle(e).visibility !== 'hidden' && !e.closest('[inert], [aria-hidden=true]'); }; \
     return [...document.querySelectorAll('button, [role=button], [role=tab], [role=menuitem], a[class*=button]')].filter(seen) \
       .filter(e => [e, ...e.querySelectorAll('*')].some(part => getComputedStyle(part).display !== 'inline' && \
         getComputedStyle(part).overflowX !== 'visible' && part.clientWidth > 1 && part.scrollWidth > part.clientWidth + 1)) \
       .map(e => (e.getAttribute('aria-label') || e.textContent).trim().slice(0, 60)).join('; ');";
/// Keeps what the page says on its console as an error, and what nobody caught.
const LISTEN: &str = "const said = window.__said = [], keep = what => said.push(String(what).slice(0, 300)); \
     const before = console.error; console.error = (...what) => { keep(what.join(' ')); before(...what); }; \
     addEventListener('error', e => keep(e.message)); addEventListener('unhandledrejection', e => keep(e.reason));";
/// Whether the page is in Korean, dark and compact.
const KOREAN: &str = "const root = document.documentElement; \
     return root.lang === 'ko' && root.classList.contains('weir-dark') && document.querySelector('.awsui-compact-mode') !== null";
/// Every page and dialog that the palette opens, with role and name of what shows that it is there; `FAR` is a
/// connection's id.
const EVERYWHERE: [(&str, &str, &str); 27] = [
    ("/clusters", "link", "shop"),
    ("/clusters/create", "textbox", "이름"),
    ("/clusters/connect", "textbox", "부트스트랩 주소"),
    ("/c/shop", "text", "1개 중 1개 온라인"),
    ("/c/shop?client=1", "dialog", "~클라이언트 정보"),
    ("/c/shop?delete=1", "dialog", "~클러스터 삭제"),
    ("/c/shop/topics", "link", "orders"),
    ("/c/shop/topics/create", "textbox", "파티션"),
    ("/c/shop/topics/orders/messages", "row", "~파티션 0"),
    ("/c/shop/topics/orders/messages?live=1", "button", "일시 중지"),
    ("/c/shop/topics/orders/messages?m=0-1", "tab", "메타데이터"),
    ("/c/shop/topics/orders/messages?delete=1", "dialog", "~토픽 삭제"),
    ("/c/shop/topics/orders/produce", "textbox", "값"),
    ("/c/shop/topics/orders/partitions", "button", "파티션 추가"),
    ("/c/shop/topics/orders/partitions?add=1", "dialog", "~파티션 추가"),
    ("/c/shop/topics/orders/consumers", "link", "readers"),
    ("/c/shop/topics/orders/configuration?edit=1", "textbox", "segment.bytes"),
    ("/c/shop/groups", "link", "readers"),
    ("/c/shop/groups/readers", "heading", "~멤버"),
    ("/c/shop/groups/readers?reset=1", "text", "~파티션 1개"),
    ("/c/shop/groups/readers?delete=1", "dialog", "~컨슈머 그룹 삭제"),
    ("/c/shop/brokers", "radio", "1 선택"),
    ("/c/shop/brokers?add=1", "dialog", "브로커 추가"),
    ("/c/shop/operations", "heading", "~작업 기록"),
    ("/settings", "heading", "설정"),
    ("/about", "heading", "Weir 정보"),
    ("/c/FAR/connection", "heading", "연결 편집"),
];

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
    shop(home)?;
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

/// A cluster with two messages and a group that has read them.
fn shop(home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "1"])?;
    home.run(&["topic", "create", "orders", "--partitions", "1", "--cluster", "shop"])?;
    let mut produce = home.weir(&["produce", "orders", "--cluster", "shop"])?;
    programs::stdout_within(&mut produce, "first\nsecond\n", programs::RUN_TIMEOUT)?;
    home.run(&["group", "reset", "readers", "--to", "latest", "--topic", "orders"]).map(drop)
}

/// Korean words are of other lengths; compact rows and dark surfaces have rules of their own.
async fn every_page_fits_in_korean(host: Host, home: &Home) -> anyhow::Result<()> {
    shop(home)?;
    let stage = Stage::open_sized(host, home, "/clusters", SIZE).await?;
    let page = stage.page();
    let patch = json!({ "language": "ko", "theme": "dark", "density": "compact" });
    page.call("settings.set", json!({ "patch": patch })).await?;
    let nowhere = json!({
        "name": "far", "bootstrap": "127.0.0.1:1", "read_only": false, "production": false,
    });
    let far = page.call("clusters.connect", nowhere).await?;
    let far = far["cluster"].as_str().context("an id")?;
    page.0.execute(LISTEN, vec![]).await?;
    let axe = if host == Host::Chromium { Axe::load()? } else { None };
    let mut found = Vec::new();
    for (at, (path, role, name)) in EVERYWHERE.into_iter().enumerate() {
        page.go(&path.replace("FAR", far)).await?;
        page.find(role, name).await.context(path)?;
        fits(&page, path).await?;
        words_fit(&page, path).await?;
        if let Some(axe) = &axe {
            let violations = axe.violations(&page).await?;
            found.extend(violations.iter().map(|what| format!("{path}: {what}")));
        }
        stage.session.picture(&format!("small-korean-{at:02}-{host:?}")).await?;
    }
    let look = page.0.execute(KOREAN, vec![]).await?;
    ensure!(look == Value::Bool(true), "the settings did not hold");
    ensure!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
    let said = page.0.execute("return window.__said.join('\\n')", vec![]).await?;
    ensure!(said.as_str() == Some(""), "the console says {said}");
    page.policy_held().await
}

/// Until nothing turns any more: what turns is wider than its place.
async fn words_fit(page: &Page, what: &str) -> anyhow::Result<()> {
    page.until(&format!("the words of {what} to fit"), APPEAR, async || {
        let cut = page.0.execute(CUT_WORDS, vec![]).await?;
        ensure!(cut.as_str() == Some(""), "cut: {cut}");
        Ok(Some(()))
    })
    .await
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
