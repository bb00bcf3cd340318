//! Waiting with a deadline, never by a fixed sleep.

use anyhow::bail;
use std::time::{Duration, Instant};

/// How often a condition is asked.
const INTERVAL: Duration = Duration::from_millis(50);

/// Asks `check` until it gives a value; fails with `what` and the last reason after `limit`.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    mut check: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + limit;
    let mut last;
    loop {
        // A driver that never answers must not outlast the deadline.
        let left = deadline.saturating_duration_since(Instant::now()).max(INTERVAL);
        match tokio::time::timeout(left, check()).await {
            Ok(Ok(Some(value))) => return Ok(value),
            Ok(Ok(None)) => last = String::new(),
            Ok(Err(error)) => last = format!("; last error: {error:#}"),
            Err(_) => last = "; the last look had no answer".to_owned(),
        }
        if Instant::now() >= deadline {
            bail!("waited {limit:?} for {what}{last}");
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
