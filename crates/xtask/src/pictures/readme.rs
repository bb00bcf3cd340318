//! The pictures that README shows, one at a time, each in the theme and language that its name says.

use super::{CLUSTER, SIZE, drawn, make_cluster, open, warm};
use anyhow::Context as _;
use serde_json::json;
use std::path::Path;
use std::time::Duration;
use weir_tests::driver::Session;
use weir_tests::home::Home;
use weir_tests::page::{Key, Page};

/// An open message stands beside its list.
const WIDE: (u32, u32) = (1600, 1000);
/// Charts are drawn, a live list has rows, animations have ended.
const SETTLE: Duration = Duration::from_secs(6);

/// What is done on the page before the picture is taken.
#[derive(Clone, Copy)]
enum Then {
    Look,
    OpenMessage,
    Palette,
}

struct Shot {
    /// `AREA-THEME[-compact][-ko]`: what it is called says how it is taken.
    name: &'static str,
    /// Behind `/c/CLUSTER`, or from `/` on for a page of no cluster.
    path: &'static str,
    /// Role and name of what shows that the page is there.
    there: (&'static str, &'static str),
    then: Then,
}

const fn shot(name: &'static str, path: &'static str, there: (&'static str, &'static str)) -> Shot {
    Shot { name, path, there, then: Then::Look }
}

const SHOTS: [Shot; 14] = [
    shot("overview-light", "~", ("text", "3 of 3 online")),
    shot("overview-dark", "~", ("text", "3 of 3 online")),
    shot("overview-dark-ko", "~", ("text", "3개 중 3개 온라인")),
    shot("clusters-light", "/clusters", ("link", CLUSTER)),
    shot("create-light", "/clusters/create", ("textbox", "Name")),
    shot("topics-light", "~/topics", ("link", "shop.orders")),
    shot("topics-dark-ko", "~/topics", ("link", "shop.orders")),
    shot("live-dark-compact", "~/topics/shop.orders/messages?live=1", ("row", "~Partition ")),
    shot("group-dark", "~/groups/shop-analytics", ("heading", "~Members")),
    shot("brokers-light", "~/brokers", ("radio", "Select 1")),
    shot("configuration-light", "~/topics/shop.orders/configuration", ("button", "Edit")),
    shot("client-light", "~?client=1", ("dialog", "~Client information")),
    Shot {
        name: "palette-light",
        path: "~/topics",
        there: ("link", "shop.orders"),
        then: Then::Palette,
    },
    shot("reset-light", "~/groups/monthly-report?reset=1", ("text", "~partitions, lag")),
];

const OPEN_MESSAGE: Shot = Shot {
    name: "messages-dark-compact",
    path: "~/topics/shop.orders/messages",
    there: ("row", "~Partition "),
    then: Then::OpenMessage,
};

pub(super) async fn take(folder: &Path) -> anyhow::Result<()> {
    let home = Home::new()?;
    make_cluster(&home)?;
    let session = open(&home, SIZE, &format!("/c/{CLUSTER}")).await?;
    warm(&home).await?;
    for shot in &SHOTS {
        picture(&session, shot, folder).await?;
    }
    drop(session);
    let session = open(&home, WIDE, "/clusters").await?;
    picture(&session, &OPEN_MESSAGE, folder).await
}

async fn picture(session: &Session, shot: &Shot, folder: &Path) -> anyhow::Result<()> {
    let page = session.page();
    let has = |word: &str| shot.name.split('-').any(|part| part == word);
    let patch = json!({
        "theme": if has("dark") { "dark" } else { "light" },
        "density": if has("compact") { "compact" } else { "comfortable" },
        "language": if has("ko") { "ko" } else { "en" },
    });
    page.call("settings.set", json!({ "patch": patch })).await?;
    page.go(&shot.path.replace('~', &format!("/c/{CLUSTER}"))).await?;
    page.find(shot.there.0, shot.there.1).await.context(shot.name)?;
    prepare(&page, shot.then).await?;
    drawn(&page).await?;
    tokio::time::sleep(SETTLE).await;
    session.picture_at(&folder.join(format!("{}.png", shot.name)))?;
    println!("{}", shot.name);
    page.press_key(Key::Escape).await
}

async fn prepare(page: &Page, then: Then) -> anyhow::Result<()> {
    match then {
        Then::Look => Ok(()),
        Then::OpenMessage => {
            page.click("row", "~Partition ").await?;
            page.find("tab", "Metadata").await.map(drop)
        }
        Then::Palette => {
            page.press_holding(Some(Key::Control), "k").await?;
            page.focus_is("combobox \"Search everything\"").await?;
            page.press("shop").await?;
            page.find("option", "~shop-billing").await.map(drop)
        }
    }
}
