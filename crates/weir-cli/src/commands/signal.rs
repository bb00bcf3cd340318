//! Ctrl-C and the request to end.

/// Waits for SIGINT or SIGTERM.
pub(crate) async fn asked_to_end() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // An error means that signals cannot be caught here: they end the program at once.
    if interrupt.await.is_err() {
        std::future::pending::<()>().await;
    }
}
