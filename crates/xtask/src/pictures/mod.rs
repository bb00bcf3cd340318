//! `cargo xtask pictures`: the documentation's pictures, taken from the built programs: the real window on a cluster with
//! the sample workload, which runs for a while first, so that charts have something to show.

mod gallery;
mod readme;
mod scenes;
mod screens;

use anyhow::ensure;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use weir_tests::driver::{self, Session};
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::wait;

const CLUSTER: &str = "my-cluster";
const SIZE: (u32, u32) = (1440, 900);
/// How long the window looks at the workload before the first picture.
const WARM: Duration = Duration::from_secs(130);
/// A group with commits that nobody reads for: its offsets can be reset.
const QUIET: &str = "monthly-report";
/// Nothing of the page still loads.
const DRAWN: &str = "return document.querySelector('[class*=skeleton], [class*=spinner]') === null";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which pictures.
    #[arg(value_enum, default_value_t = Which::All)]
    which: Which,
    /// Of the screens only those whose name contains this; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Writes into this folder instead of docs: to be looked at, not kept.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    All,
    /// Those that README shows: docs/pictures.
    Readme,
    /// Every screen in both themes and both languages: docs/screens and docs/SCREENS.md.
    Screens,
}

pub(crate) fn run(args: &Args, root: &Path) -> anyhow::Result<()> {
    let docs = args.to.clone().unwrap_or_else(|| root.join("docs"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        if args.which != Which::Screens {
            readme::take(&docs.join("pictures")).await?;
        }
        if args.which != Which::Readme {
            scenes::take(&docs, &args.only).await?;
        }
        Ok(())
    })
}

async fn open(home: &Home, size: (u32, u32), path: &str) -> anyhow::Result<Session> {
    driver::fill_display(home.path(), size)?;
    as_usual(home.path())?;
    driver::window(home.path(), size, path).await
}

/// The home is the usual one by way of a link: pictures show command lines as most people see them, without `--home`.
fn as_usual(home: &Path) -> anyhow::Result<()> {
    let link = driver::data_folder(home).join("weir");
    if !link.exists() {
        std::fs::create_dir_all(driver::data_folder(home))?;
        std::os::unix::fs::symlink(home, &link)?;
    }
    Ok(())
}

/// A cluster with the sample, and a group without members. The open window keeps the workload running; what only `weir`
/// began ends with it.
fn make_cluster(home: &Home) -> anyhow::Result<()> {
    home.run(&["cluster", "create", CLUSTER, "--brokers", "3", "--sample"]).map(drop)
}

/// The window looks at the workload: charts have something to show, and the offsets of [`QUIET`] somewhere to go.
async fn warm(home: &Home) -> anyhow::Result<()> {
    groups_are_there(home).await?;
    tokio::time::sleep(WARM / 2).await;
    home.run(&["group", "reset", QUIET, "--to", "latest", "--topic", "shop.orders"])?;
    tokio::time::sleep(WARM / 2).await;
    Ok(())
}

/// The sample's two groups have members that read.
async fn groups_are_there(home: &Home) -> anyhow::Result<()> {
    wait::until("both groups to be stable", 2 * APPEAR, async || {
        let groups = home.run(&["group", "list", "--cluster", CLUSTER])?;
        ensure!(groups.matches("Stable").count() == 2, "{groups}");
        Ok(Some(()))
    })
    .await
}

async fn drawn(page: &Page) -> anyhow::Result<()> {
    page.until("the page to be drawn", APPEAR, async || {
        let drawn = page.0.execute(DRAWN, vec![]).await?;
        Ok((drawn == Value::Bool(true)).then_some(()))
    })
    .await
}
