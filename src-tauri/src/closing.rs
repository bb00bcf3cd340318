//! Closing the window stops nothing, unless the person wants it to: asked the first time, then as set.

use anyhow::anyhow;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tauri::{AppHandle, Manager as _};
use weir_api::App;

/// The page hears of the wish to close as of any other change.
const CLOSE_REQUESTED: &str = "window.close_requested";
/// How long clusters may take to stop before the window goes anyway.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
const STOP_POLL: Duration = Duration::from_millis(100);
/// States in which a local cluster holds processes.
const RUNNING: [&str; 6] = ["CREATING", "ACTIVE", "UPDATING", "HEALING", "STARTING", "REBOOTING_BROKER"];

/// Whether the question was put already: a second wish closes, in case the page cannot ask any more.
#[derive(Debug, Default)]
pub(crate) struct Asked(AtomicBool);

/// The window's close button. Takes the decision off the event loop; the window stays until then.
pub(crate) fn requested(handle: &AppHandle) {
    let handle = handle.clone();
    tauri::async_runtime::spawn(async move {
        let app = handle.state::<App>();
        if let Err(error) = decide(&app, &handle).await {
            tracing::warn!(%error, "closing without the question");
            handle.exit(0);
        }
    });
}

async fn decide(app: &App, handle: &AppHandle) -> anyhow::Result<()> {
    let settings = call(app, "settings.get", json!({})).await?;
    let second = handle.state::<Asked>().0.swap(true, Ordering::Relaxed);
    match settings["on_close"].as_str() {
        Some("stop") => stop_all(app).await?,
        Some("ask") if !second && !running(app).await?.is_empty() => {
            app.core().events().all_changed([CLOSE_REQUESTED.to_owned()]);
            return Ok(());
        }
        _ => {}
    }
    handle.exit(0);
    Ok(())
}

/// The person's answer to the question.
pub(crate) async fn answered(
    app: &App,
    handle: &AppHandle,
    keep: bool,
    remember: bool,
) -> anyhow::Result<()> {
    if remember {
        let on_close = if keep { "keep" } else { "stop" };
        call(app, "settings.set", json!({ "patch": { "on_close": on_close } })).await?;
    }
    if !keep {
        stop_all(app).await?;
    }
    handle.exit(0);
    Ok(())
}

async fn stop_all(app: &App) -> anyhow::Result<()> {
    for cluster in running(app).await? {
        call(app, "clusters.stop", json!({ "cluster": cluster })).await?;
    }
    let deadline = Instant::now() + STOP_TIMEOUT;
    while Instant::now() < deadline && !running(app).await?.is_empty() {
        tokio::time::sleep(STOP_POLL).await;
    }
    Ok(())
}

async fn running(app: &App) -> anyhow::Result<Vec<String>> {
    let list = call(app, "clusters.list", json!({})).await?;
    let rows = list["rows"].as_array().into_iter().flatten();
    let local = rows.filter(|row| row["kind"] == "local");
    let up = local.filter(|row| row["state"].as_str().is_some_and(|state| RUNNING.contains(&state)));
    Ok(up.filter_map(|row| row["id"].as_str().map(str::to_owned)).collect())
}

async fn call(app: &App, name: &str, args: Value) -> anyhow::Result<Value> {
    app.call(name, args).await.map_err(|error| anyhow!("{name}: {error:?}"))
}
