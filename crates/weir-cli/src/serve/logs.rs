//! `HOME/logs/serve.*.log`: a file a day, a week of them.

use anyhow::Context as _;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::EnvFilter;
use weir_api::Home;

const FILES_KEPT: usize = 7;
/// Without `WEIR_LOG`.
const FILTER: &str = "warn,weir_core=info,weir_api=info,weir=info";

/// Logs are written until the guard is dropped.
pub(super) fn start(home: &Home) -> anyhow::Result<WorkerGuard> {
    let files = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("serve")
        .filename_suffix("log")
        .max_log_files(FILES_KEPT)
        .build(home.logs())
        .context("the log cannot be written")?;
    let (writer, guard) = tracing_appender::non_blocking(files);
    let filter = EnvFilter::try_from_env("WEIR_LOG").unwrap_or_else(|_| EnvFilter::new(FILTER));
    // Another subscriber is there only in tests of this process.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer)
        .try_init();
    Ok(guard)
}
