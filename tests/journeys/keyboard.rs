//! From an empty console to a message and its group without a mouse, in both languages; where the focus is, is asserted
//! at each step.

use fantoccini::key::Key;
use serde_json::json;
use weir_tests::home::Home;
use weir_tests::page::Page;
use weir_tests::stage::{Host, Stage};

in_both_hosts!(by_keyboard_in_english, by_keyboard_in_korean);

/// What the pages call things.
struct Words {
    language: &'static str,
    create_cluster: &'static str,
    name: &'static str,
    online: &'static str,
    create_topic: &'static str,
    partitions: &'static str,
    search: &'static str,
    produce: &'static str,
    value: &'static str,
    written: &'static str,
    partition: &'static str,
    groups: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    create_cluster: "Create cluster",
    name: "Name",
    online: "3 of 3 online",
    create_topic: "Create topic",
    partitions: "Partitions",
    search: "Search everything",
    produce: "Produce",
    value: "Value",
    written: "Written to partition",
    partition: "Partition",
    groups: "Consumer groups",
};

const KOREAN: Words = Words {
    language: "ko",
    create_cluster: "클러스터 생성",
    name: "이름",
    online: "3개 중 3개 온라인",
    create_topic: "토픽 생성",
    partitions: "파티션",
    search: "전체 검색",
    produce: "메시지 보내기",
    value: "값",
    written: "에 기록되었습니다",
    partition: "파티션",
    groups: "컨슈머 그룹",
};

async fn by_keyboard_in_english(host: Host, home: &Home) -> anyhow::Result<()> {
    by_keyboard(host, home, &ENGLISH).await
}

async fn by_keyboard_in_korean(host: Host, home: &Home) -> anyhow::Result<()> {
    by_keyboard(host, home, &KOREAN).await
}

async fn by_keyboard(host: Host, home: &Home, words: &Words) -> anyhow::Result<()> {
    let stage = Stage::open(host, home, "/clusters").await?;
    let page = stage.page();
    let patch = json!({ "patch": { "language": words.language } });
    page.call("settings.set", patch).await?;
    creates_a_cluster(&page, words).await?;
    creates_a_topic(&page, words).await?;
    produces(&page, words).await?;
    sees_the_message(&page, words).await?;
    home.run(&["consume", "orders", "--cluster", "keys", "--group", "readers", "--max", "1"])?;
    opens_the_group(&page, words).await?;
    stage.session.picture(&format!("keyboard-{}-{host:?}", words.language)).await?;
    page.policy_held().await
}

async fn creates_a_cluster(page: &Page, words: &Words) -> anyhow::Result<()> {
    let create = format!("button \"{}\"", words.create_cluster);
    page.find("button", words.create_cluster).await?;
    page.tab_to(&create).await?;
    page.press_key(Key::Enter).await?;
    page.focus_is(&format!("input \"{}\"", words.name)).await?;
    page.filled("textbox", words.name).await?;
    page.press_holding(Some(Key::Control), "a").await?;
    page.press("keys").await?;
    page.tab_to(&create).await?;
    page.press_key(Key::Enter).await?;
    page.find("heading", "~keys").await?;
    page.shows(words.online).await
}

async fn creates_a_topic(page: &Page, words: &Words) -> anyhow::Result<()> {
    page.press("gt").await?;
    page.is_at("/c/keys/topics").await?;
    page.find("button", words.create_topic).await?;
    page.tab_to(&format!("button \"{}\"", words.create_topic)).await?;
    page.press_key(Key::Enter).await?;
    page.focus_is(&format!("input \"{}\"", words.name)).await?;
    page.press("orders").await?;
    page.filled("textbox", words.partitions).await?;
    page.press_holding(Some(Key::Control), &Key::Enter.to_string()).await?;
    page.is_at("/c/keys/topics").await?;
    page.find("link", "orders").await?;
    // Into the table, then by arrows, as in a spreadsheet.
    page.arrows_to("a \"orders\"").await
}

async fn open_by_palette(page: &Page, words: &Words, typed: &str) -> anyhow::Result<()> {
    page.press_holding(Some(Key::Control), "k").await?;
    page.focus_is(&format!("combobox \"{}\"", words.search)).await?;
    page.press(typed).await?;
    page.find("option", &format!("~{typed}")).await?;
    page.press_key(Key::Enter).await
}

async fn produces(page: &Page, words: &Words) -> anyhow::Result<()> {
    open_by_palette(page, words, "orders").await?;
    page.is_at("/c/keys/topics/orders/messages").await?;
    page.find("button", words.produce).await?;
    page.tab_to(&format!("button \"{}\"", words.produce)).await?;
    page.press_key(Key::Enter).await?;
    page.is_at("/c/keys/topics/orders/produce").await?;
    page.find("textbox", words.value).await?;
    page.tab_to(&format!("textarea \"{}\"", words.value)).await?;
    page.press("{\"by\":\"keys\"}").await?;
    page.press_holding(Some(Key::Control), &Key::Enter.to_string()).await?;
    page.shows(words.written).await
}

async fn sees_the_message(page: &Page, words: &Words) -> anyhow::Result<()> {
    open_by_palette(page, words, "orders").await?;
    page.is_at("/c/keys/topics/orders/messages").await?;
    page.find("row", &format!("~{} ", words.partition)).await?;
    page.tab_to(&format!("~row \"{} ", words.partition)).await?;
    page.press_key(Key::Enter).await?;
    page.until("the message opened", weir_tests::page::APPEAR, async || {
        let search = page.0.execute("return location.search", vec![]).await?;
        Ok(search.as_str().is_some_and(|search| search.contains("m=")).then_some(()))
    })
    .await?;
    page.shows("\"keys\"").await
}

async fn opens_the_group(page: &Page, words: &Words) -> anyhow::Result<()> {
    page.press("gg").await?;
    page.is_at("/c/keys/groups").await?;
    page.find("heading", &format!("~{}", words.groups)).await?;
    page.find("link", "readers").await?;
    page.arrows_to("a \"readers\"").await?;
    page.press_key(Key::Enter).await?;
    page.is_at("/c/keys/groups/readers").await?;
    page.find("heading", "~readers").await.map(drop)
}
