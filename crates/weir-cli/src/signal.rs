//! Ctrl-C, the request to end, and the terminal that is closed.

/// Waits for SIGINT, SIGTERM or SIGHUP. The last comes when a terminal is closed; what a command started is in process groups
/// of its own and does not get it, so the command ends it as after a Ctrl-C. Under `nohup` SIGHUP stays ignored.
pub(crate) async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                () = hangup() => {}
            }
            return;
        }
    }
    // An error means that signals cannot be caught here: they end the program at once.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn hangup() {
    use tokio::signal::unix::{SignalKind, signal};
    // Listening would undo what `nohup` set.
    let listening = (!is_hangup_ignored()).then(|| signal(SignalKind::hangup()));
    match listening {
        Some(Ok(mut hangup)) => {
            hangup.recv().await;
        }
        _ => std::future::pending().await,
    }
}

/// Whether this process was started with SIGHUP ignored, by `/proc/self/status` (proc_pid_status(5)); where there is none, no.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores_hangup(&status)
}

/// `SigIgn` is a mask in hexadecimal; its lowest bit is signal 1, SIGHUP.
#[cfg(unix)]
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        assert!(ignores_hangup("Name:\tweir\nSigBlk:\t0000\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
        assert!(!ignores_hangup(""));
    }
}
