//! The window as a person waits for it: start, memory, a cluster by one click. WebKitGTK under a display of its own.

use super::app_topics;
use super::kcat;
use super::probe;
use super::process::{self, children_memory_mib};
use super::wire::Connection;
use super::{missing, row, stats};
use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use weir_tests::driver::{self, Session};
use weir_tests::home::Home;
use weir_tests::page::{APPEAR, Page};
use weir_tests::programs::{self, Running};
use weir_tests::wait;
use weir_tests::xvfb::Display;
use weir_wire::messages::metadata_request::MetadataRequest;

const ROUNDS: usize = 20;
const MEMORY_ROUNDS: usize = 3;
const IDLE: Duration = Duration::from_secs(10);
pub(crate) const SIZE: (u32, u32) = (1440, 900);
/// When the page first painted, and when a row's link was there and drawn: milliseconds since the epoch.
const SEEN: &str = "const done = arguments[0]; \
     const look = () => { \
       if (!document.querySelector('tbody a[href^=\"/c/\"]')) return requestAnimationFrame(look); \
       requestAnimationFrame(() => requestAnimationFrame(() => { \
         const paint = performance.getEntriesByName('first-contentful-paint')[0]; \
         done({ painted: paint ? performance.timeOrigin + paint.startTime : null, row: Date.now() }); \
       })); \
     }; look();";
/// The submit button of the form, by a click of the page itself: what is measured begins in this script.
const SUBMIT: &str = "document.querySelector('form button[type=submit]').click()";

pub(crate) fn run() -> anyhow::Result<()> {
    let weir = process::program("weir-desktop")?;
    programs::use_directory(weir.parent().context("a program lies in a folder")?.to_path_buf());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        starts().await?;
        creates().await?;
        app_topics::run().await
    })
}

async fn starts() -> anyhow::Result<()> {
    let home = Home::new()?;
    home.run(&["cluster", "create", "shop", "--brokers", "3"])?;
    let (mut painted, mut clickable) = (Vec::new(), Vec::new());
    // The first start reads everything from the disk.
    for round in 0..=ROUNDS {
        let (paint, row) = start(&home).await?;
        if round > 0 {
            painted.extend(paint);
            clickable.push(row);
        }
    }
    if painted.is_empty() {
        missing("app start to the shell painted", "the web view reports no first-contentful-paint");
    } else {
        row("app start to the shell painted", &stats::ms(&painted), "<= 800 ms");
    }
    row("app start to the first row clickable", &stats::ms(&clickable), "<= 1200 ms");
    let memory: Vec<f64> = (0..MEMORY_ROUNDS).map(|_| memory(&home)).collect::<Result<_, _>>()?;
    let measured = format!("{:.0} MiB (median of {MEMORY_ROUNDS})", stats::median(&memory));
    row("app memory after 10 s idle, without engines (PSS)", &measured, "<= 280 MiB");
    Ok(())
}

/// Milliseconds from the process's start to painted and to a row that can be clicked.
async fn start(home: &Home) -> anyhow::Result<(Option<f64>, f64)> {
    let session = driver::window(home.path(), SIZE, "/clusters").await?;
    let seen = session.client.execute_async(SEEN, vec![]);
    let seen = tokio::time::timeout(APPEAR, seen).await.context("no row appeared")??;
    let began = process::began_ms(process::newest("weir-desktop")?)?;
    let row = seen["row"].as_f64().context("no time of the row")?;
    Ok((seen["painted"].as_f64().map(|painted| painted - began), row - began))
}

/// The app and its web view's processes, opened as a person opens it; the cluster's engine is not its child.
fn memory(home: &Home) -> anyhow::Result<f64> {
    let display = Display::start(SIZE.0, SIZE.1)?;
    let mut command = Command::new(programs::path("weir-desktop")?);
    command.env("DISPLAY", &display.name).env("WEIR_HOME", home.path());
    command.env("XDG_DATA_HOME", home.path().join("logs/webview")).env("LANG", "C.UTF-8");
    command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1").stdout(Stdio::null()).stderr(Stdio::null());
    let app = Running::start(&mut command)?;
    // To start takes a tenth of it.
    std::thread::sleep(IDLE + IDLE / 2);
    children_memory_mib(app.0.id())
}

/// Who says that the new cluster can be used.
#[derive(Clone, Copy)]
enum Judge {
    /// One connection of ours, which asks until it is answered.
    Probe,
    /// `kcat -L`, started again and again.
    Kcat,
}

async fn creates() -> anyhow::Result<()> {
    let home = Home::new()?;
    let session = driver::window(home.path(), SIZE, "/clusters").await?;
    let took = created(&home, &session, Judge::Probe).await?;
    row(
        "click on Create to usable: ApiVersions, then Metadata with 3 brokers",
        &stats::ms(&took),
        "<= 500 ms",
    );
    let what = "click on Create to usable by kcat: `kcat -L` has printed 3 brokers";
    if !programs::on_path("kcat") {
        missing(what, "kcat is not installed");
        return Ok(());
    }
    let took = created(&home, &session, Judge::Kcat).await?;
    row(what, &stats::ms(&took), "<= 500 ms");
    Ok(())
}

/// Milliseconds of each round; the first, which reads everything from the disk, is not among them.
async fn created(home: &Home, session: &Session, judge: Judge) -> anyhow::Result<Vec<f64>> {
    let mut took = Vec::new();
    for number in 0..=ROUNDS {
        let name = format!("made-{number}");
        took.push(create(session, &name, judge).await?);
        home.run(&["cluster", "delete", &name, "--yes"])?;
    }
    Ok(took.split_off(1))
}

async fn create(session: &Session, name: &str, judge: Judge) -> anyhow::Result<f64> {
    let page = session.page();
    let port = process::free_ports(3)?;
    page.go("/clusters/create").await?;
    page.filled("textbox", "Name").await?;
    page.fill("textbox", "Name", name).await?;
    page.fill("textbox", "~First port", &port.to_string()).await?;
    let since = Instant::now();
    page.0.execute(SUBMIT, vec![]).await?;
    let took = match judge {
        Judge::Probe => answers(port, since)?,
        Judge::Kcat => kcat::lists(port, 3, since)?,
    };
    page.find("heading", name).await?;
    Ok(took)
}

/// Milliseconds from `since` until Metadata answers with three brokers.
fn answers(port: u16, since: Instant) -> anyhow::Result<f64> {
    probe::first_answer(port, since)?;
    let mut connection = Connection::open(port)?;
    let request = MetadataRequest { topics: Some(Vec::new()), ..Default::default() };
    while connection.call(&request, 12)?.brokers.len() < 3 {
        ensure!(since.elapsed() < APPEAR, "three brokers within {APPEAR:?}");
    }
    Ok(since.elapsed().as_secs_f64() * 1000.0)
}

/// Adds a connection to the running app, which begins at once to ask the cluster; its id.
pub(crate) async fn add(page: &Page, name: &str, bootstrap: &str) -> anyhow::Result<String> {
    let args =
        json!({ "name": name, "bootstrap": bootstrap, "read_only": false, "production": false });
    let made = page.call("clusters.connect", args).await?;
    Ok(made["cluster"].as_str().with_context(|| format!("not connected: {made}"))?.to_owned())
}

/// Connects the running app to a cluster under a name that it does not know yet; its id.
pub(crate) async fn connect(page: &Page, name: &str, bootstrap: &str) -> anyhow::Result<String> {
    let id = add(page, name, bootstrap).await?;
    wait::until("the cluster to be known", APPEAR, async || {
        let detail = page.call("clusters.get", json!({ "cluster": id })).await?;
        Ok((detail["topics"] != Value::Null).then_some(()))
    })
    .await?;
    Ok(id)
}

/// Milliseconds that one command of the contract takes, as the page waits for it.
pub(crate) async fn asked(page: &Page, name: &str, args: Value) -> anyhow::Result<(f64, Value)> {
    let since = Instant::now();
    let answer = page.call(name, args).await?;
    let took = since.elapsed().as_secs_f64() * 1000.0;
    if answer.get("failed").is_some() {
        bail!("{name}: {answer}");
    }
    Ok((took, answer))
}
