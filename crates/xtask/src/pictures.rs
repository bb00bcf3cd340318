//! `cargo xtask pictures`: the documentation's pictures, taken from the built programs: the real window on a cluster with
//! the sample workload, which runs for a while first, so that charts have something to show.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use weir_tests::driver::{self, Session};
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Key, Page};
use weir_tests::wait;

const CLUSTER: &str = "my-cluster";
const SIZE: (u32, u32) = (1440, 900);
/// An open message stands beside its list.
const WIDE: (u32, u32) = (1600, 1000);
/// How long the window looks at the workload before the first picture.
const WARM: Duration = Duration::from_secs(130);
/// Charts are drawn, a live list has rows, animations have ended.
const SETTLE: Duration = Duration::from_secs(6);
/// A group that nobody reads for: its offsets can be reset.
const QUIET: &str = "monthly-report";
/// Nothing of the page still loads.
const DRAWN: &str = "return document.querySelector('[class*=skeleton], [class*=spinner]') === null";

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

pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(take(&root.join("docs/pictures")))
}

async fn take(folder: &Path) -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["cluster", "create", CLUSTER, "--brokers", "3", "--sample"])?;
    // The window keeps the workload running; what only `weir` began ends with it here.
    let session = open(&home, SIZE, &format!("/c/{CLUSTER}")).await?;
    groups_are_stable(&home).await?;
    home.run(&["group", "reset", QUIET, "--to", "earliest", "--topic", "shop.orders"])?;
    tokio::time::sleep(WARM).await;
    for shot in &SHOTS {
        picture(&session, shot, folder).await?;
    }
    drop(session);
    let session = open(&home, WIDE, "/clusters").await?;
    picture(&session, &OPEN_MESSAGE, folder).await
}

async fn open(home: &Home, size: (u32, u32), path: &str) -> anyhow::Result<Session> {
    driver::fill_display(home.path(), size)?;
    driver::window(home.path(), size, path).await
}

/// The sample's two groups have members that read.
async fn groups_are_stable(home: &Home) -> anyhow::Result<()> {
    wait::until("both groups to be stable", 2 * APPEAR, async || {
        let groups = home.run(&["group", "list", "--cluster", CLUSTER])?;
        ensure!(groups.matches("Stable").count() == 2, "{groups}");
        Ok(Some(()))
    })
    .await
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
    page.until("the page to be drawn", APPEAR, async || {
        let drawn = page.0.execute(DRAWN, vec![]).await?;
        Ok((drawn == Value::Bool(true)).then_some(()))
    })
    .await?;
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
