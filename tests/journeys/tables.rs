//! A window of 1280x800: every table shows its columns, and short values (a state, a type, a number) whole in one line.

use serde_json::{Value, json};
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::stage::{Host, Stage};

in_both_hosts!(tables_show_their_values);

const SIZE: (u32, u32) = (1280, 800);

/// Cells whose content is wider than they are, short values in more than one line, and columns said to have no room.
/// Arguments: how that is said.
const CUT: &str = "const [folded] = arguments; const out = []; \
     for (const table of document.querySelectorAll('table')) { \
       if (table.closest('[aria-hidden=true]')) continue; \
       const heads = [...table.querySelectorAll('thead th')].map(e => e.innerText.trim()); \
       for (const cell of table.querySelectorAll('tbody td, tbody th')) { \
         const box = cell.querySelector('[class*=body-cell-content]') ?? cell, text = cell.innerText.trim(); \
         const name = (heads[cell.cellIndex] ?? '') + ' \"' + text + '\"'; \
         if (box.scrollWidth > box.clientWidth) out.push(name + ' is cut'); \
         if (text === '' || text.length > 22 || cell.querySelector('a, button, input, .weir-doc')) continue; \
         const range = document.createRange(); range.selectNodeContents(box); \
         const lines = [...range.getClientRects()].filter(r => r.width > 1).map(r => r.top + r.height / 2); \
         if (Math.max(...lines) - Math.min(...lines) > 10) out.push(name + ' is broken'); } } \
     for (const button of document.querySelectorAll('button')) \
       if (button.textContent.includes(folded)) out.push('no room for ' + button.title); \
     return [document.querySelectorAll('tbody tr').length > 0, out.join('; ')];";

/// Path, and the name of a column of its table, in English and Korean.
const TABLES: [(&str, &str, &str); 9] = [
    ("/clusters", "Max lag", "최대 랙"),
    ("/c/shop/topics", "Messages", "메시지"),
    ("/c/shop/topics/orders/partitions", "Replicas", "레플리카"),
    ("/c/shop/topics/orders/configuration", "Source", "출처"),
    ("/c/shop/topics/orders/consumers", "Members", "멤버"),
    ("/c/shop/groups", "Members", "멤버"),
    ("/c/shop/groups/readers-of-each-and-every-order", "Committed", "커밋됨"),
    ("/c/shop/brokers", "Leaders", "리더"),
    ("/c/shop/operations", "Took", "소요 시간"),
];

async fn tables_show_their_values(host: Host, home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    home.run(&["topic", "create", "orders", "--partitions", "3", "--cluster", "shop"])?;
    let group = "readers-of-each-and-every-order";
    home.run(&["group", "reset", group, "--to", "latest", "--topic", "orders"])?;
    let stage = Stage::open_sized(host, home, "/clusters", SIZE).await?;
    let page = stage.page();
    for (language, density, folded) in
        [("en", "comfortable", "more column"), ("ko", "compact", "개 더 보기")]
    {
        let patch = json!({ "language": language, "density": density });
        page.call("settings.set", json!({ "patch": patch })).await?;
        page.0.refresh().await?;
        for (path, english, korean) in TABLES {
            page.go(path).await?;
            page.find("text", if language == "en" { english } else { korean }).await?;
            shows_whole(&page, path, folded).await?;
        }
    }
    stage.session.picture(&format!("tables-{host:?}")).await?;
    page.policy_held().await
}

async fn shows_whole(page: &Page, path: &str, folded: &str) -> anyhow::Result<()> {
    page.until(&format!("{path} to show its table whole"), APPEAR, async || {
        let seen = page.0.execute(CUT, vec![json!(folded)]).await?;
        let cut = seen.get(1).and_then(Value::as_str).unwrap_or("?");
        match (seen.get(0), cut) {
            (Some(Value::Bool(true)), "") => Ok(Some(())),
            _ => anyhow::bail!("cut: {cut}"),
        }
    })
    .await
}
