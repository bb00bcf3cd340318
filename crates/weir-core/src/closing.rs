//! The end of the window: whether it waits for an answer of the page, and what becomes of running clusters.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::clusters::State;
use crate::core::Core;
use crate::failure::Result;
use crate::settings::{OnClose, SettingsPatch};

/// Invalidated to have the page ask before the window closes.
pub(crate) const CLOSE_REQUESTED: &str = "window.close_requested";

/// What is known of the page when its window is to close.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    /// The page holds what somebody entered and has not saved.
    unsaved: AtomicBool,
    /// The page was told to ask, and has not said that it does.
    unheard: AtomicBool,
}

impl Closing {
    /// Whether a wish to close is the second one since the page last answered: it may be unable to.
    fn is_repeated(&self) -> bool {
        self.unheard.swap(true, Ordering::Relaxed)
    }
}

impl Core {
    /// The page has something unsaved, or has it no more.
    pub fn set_unsaved(&self, unsaved: bool) {
        self.closing().unsaved.store(unsaved, Ordering::Relaxed);
    }

    /// The page puts the question: another wish to close is no reason to close without its answer.
    pub fn close_asked(&self) {
        self.closing().unheard.store(false, Ordering::Relaxed);
    }

    /// The person closes the window: whether to hold it open for now, to ask or to stop clusters first.
    pub fn close_requested(&self) -> bool {
        if self.closing().is_repeated() {
            return false;
        }
        let running = self.has_running_clusters();
        let on_close = self.settings().map(|settings| settings.on_close).unwrap_or_default();
        if self.closing().unsaved.load(Ordering::Relaxed) || running && on_close == OnClose::Ask {
            self.events().changed(CLOSE_REQUESTED);
            return true;
        }
        let stops = running && on_close == OnClose::Stop;
        if stops {
            let core = self.clone();
            self.spawn(async move { core.stop_all_and_close().await });
        }
        stops
    }

    /// The answer to the question: keep clusters running or stop them, and whether to do so every time.
    pub async fn close_window(&self, keep: bool, remember: bool) -> Result<()> {
        if remember {
            let on_close = Some(if keep { OnClose::Keep } else { OnClose::Stop });
            self.set_settings(&SettingsPatch { on_close, ..SettingsPatch::default() })?;
        }
        if !keep {
            self.stop_all().await;
        }
        Ok(self.host().close_window()?)
    }

    async fn stop_all_and_close(&self) {
        self.stop_all().await;
        if let Err(error) = self.host().close_window() {
            tracing::warn!(?error, "the window could not be closed");
        }
    }

    /// Stops every local cluster that runs, all at once; each failure stands in its operation.
    pub async fn stop_all(&self) {
        let mut begun = Vec::new();
        for local in self.registry().locals().into_iter().filter(|local| is_running(local.state()))
        {
            begun.extend(self.stop_cluster(&local.id));
        }
        for operation in begun {
            self.operation_ended(&operation).await;
        }
    }

    fn has_running_clusters(&self) -> bool {
        self.registry().locals().iter().any(|local| is_running(local.state()))
    }
}

fn is_running(state: State) -> bool {
    !matches!(state, State::Stopped | State::Failed | State::Deleting | State::Stopping)
}
