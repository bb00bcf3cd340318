//! The window's log: one file a day under `HOME/logs`, a week of them, nothing secret in them.

use anyhow::Context as _;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use weir_core::Home;

/// Days of logs that are kept.
const KEPT_DAYS: usize = 7;

/// Starts logging; the guard flushes when it is dropped.
pub(crate) fn start(home: &Home) -> anyhow::Result<WorkerGuard> {
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("window")
        .filename_suffix("log")
        .max_log_files(KEPT_DAYS)
        .build(home.logs())
        .context("cannot open the log file")?;
    let (writer, guard) = tracing_appender::non_blocking(files);
    let filter = EnvFilter::try_from_env("WEIR_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false).init();
    log_panics();
    Ok(guard)
}

/// A panic of any task is a line in the log, whoever else hears of it.
fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!(%panic, "a task failed");
        before(panic);
    }));
}
