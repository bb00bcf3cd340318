use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use weir_control::ClusterDir;
use weir_store::{Store, StoreError};

use crate::closing::Closing;
use crate::clusters::Registry;
use crate::events::Events;
use crate::failure::{Failure, Kind, Result};
use crate::home::Home;
use crate::host::{Host, HostKind};
use crate::operations::Recorder;
use crate::session::Sessions;
use crate::streams::Streams;
use crate::text::TextId;
use crate::time::now_ms;
use crate::views::Views;

/// How often a host that stays looks for operations that others left running.
const CLOSE_EVERY: Duration = Duration::from_secs(60);

/// The core of one home: a cheap-clone handle. Its tasks run on the runtime that opened it.
#[derive(Debug, Clone)]
pub struct Core {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    home: Home,
    host: Arc<dyn Host>,
    /// Tasks run here, whichever thread asks for them.
    runtime: Handle,
    store: Store,
    /// Why nothing of this run is written down, where that is so.
    unrecorded: Option<Unrecorded>,
    events: Events,
    recorder: Recorder,
    registry: Registry,
    sessions: Sessions,
    views: Views,
    streams: Streams,
    closing: Closing,
    started_at: i64,
}

impl Core {
    /// Opens a home for a host. Must be called on a tokio runtime.
    pub fn open(home: Home, host: Arc<dyn Host>) -> Result<Self> {
        let (store, unrecorded) = open_store(&home, host.kind())?;
        let events = Events::default();
        let by = if host.kind() == HostKind::CommandLine { "cli" } else { "you" };
        let recorder = Recorder::new(store.clone(), events.clone(), by);
        let closed = recorder.close_abandoned();
        // A full disk must not keep a command from freeing it.
        if host.kind() != HostKind::CommandLine {
            closed?;
        }
        let (runtime, started_at) = (Handle::current(), now_ms());
        let shared = Shared {
            home,
            host,
            runtime,
            store,
            unrecorded,
            events,
            recorder,
            registry: Registry::default(),
            sessions: Sessions::default(),
            views: Views::default(),
            streams: Streams::default(),
            closing: Closing::default(),
            started_at,
        };
        let core = Self { shared: Arc::new(shared) };
        if !core.home().is_absent() {
            core.remove_leftovers();
        }
        core.watch_clusters();
        if core.host().kind() != HostKind::CommandLine {
            let starter = core.clone();
            core.spawn(async move { starter.start_after_reboot().await });
            let closer = core.clone();
            core.spawn(async move { closer.close_abandoned_for_life().await });
        }
        Ok(core)
    }

    /// A command line that was killed does not end its operations itself: they would run for ever where a window stays open.
    async fn close_abandoned_for_life(&self) {
        loop {
            tokio::time::sleep(CLOSE_EVERY).await;
            if let Err(failure) = self.recorder().close_abandoned() {
                tracing::warn!(%failure, "operations of hosts that are gone cannot be ended");
            }
        }
    }

    pub fn home(&self) -> &Home {
        &self.shared.home
    }

    pub fn host(&self) -> &dyn Host {
        self.shared.host.as_ref()
    }

    /// Runs `work` on the core's runtime, from whichever thread. If it panics, whoever looks is told that the core is gone:
    /// nobody else would notice that its work is not done any more.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn_tracked(work);
    }

    pub fn events(&self) -> &Events {
        &self.shared.events
    }

    /// Milliseconds since the epoch.
    pub fn started_at(&self) -> i64 {
        self.shared.started_at
    }

    pub(crate) fn store(&self) -> &Store {
        &self.shared.store
    }

    /// Why what is done now is not recorded, where the database cannot be written.
    pub fn unrecorded(&self) -> Option<&Unrecorded> {
        self.shared.unrecorded.as_ref()
    }

    /// Fails where the only sign of Weir in a folder is a database that is another program's, or a newer Weir's: before
    /// anything is made in it.
    pub fn check_database(home: &Home) -> Result<()> {
        if home.has_clusters() || !home.database().exists() {
            return Ok(());
        }
        match Store::open(&home.database()) {
            Err(error) if !is_ours(&error) => Err(not_opened(&error)),
            _ => Ok(()),
        }
    }

    pub(crate) fn recorder(&self) -> &Recorder {
        &self.shared.recorder
    }

    /// As [`Core::spawn`], with a handle to end it.
    pub(crate) fn spawn_tracked(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> AbortHandle {
        let task = self.shared.runtime.spawn(work);
        let handle = task.abort_handle();
        let events = self.events().clone();
        self.shared.runtime.spawn(async move {
            if let Err(error) = task.await
                && error.is_panic()
            {
                tracing::error!(%error, "background work has panicked");
                events.gone(&error.to_string());
            }
        });
        handle
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.shared.sessions
    }

    pub(crate) fn views(&self) -> &Views {
        &self.shared.views
    }

    pub(crate) fn streams(&self) -> &Streams {
        &self.shared.streams
    }

    pub(crate) fn closing(&self) -> &Closing {
        &self.shared.closing
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.shared.registry
    }

    /// Of each local cluster, its id and directory.
    pub(crate) fn local_dirs(&self) -> Vec<(String, ClusterDir)> {
        self.registry().local_dirs()
    }
}

/// The command line without its database.
#[derive(Debug)]
pub struct Unrecorded {
    pub why: Failure,
    /// Not even what is in it could be read: connections to other clusters are not known.
    pub is_unread: bool,
}

/// A command line goes on where the database cannot be written: with what is in it, or without. What a newer Weir wrote it
/// leaves alone.
fn open_store(home: &Home, host: HostKind) -> Result<(Store, Option<Unrecorded>)> {
    if home.is_absent() {
        return Ok((Store::in_memory().map_err(|e| not_opened(&e))?, None));
    }
    let error = match Store::open(&home.database()) {
        Ok(store) => return Ok((store, None)),
        Err(error) => error,
    };
    let why = not_opened(&error);
    if host != HostKind::CommandLine || matches!(error, StoreError::Newer { .. }) {
        return Err(why);
    }
    match Store::copy_of(&home.database()).ok().filter(|_| is_ours(&error)) {
        Some(copy) => Ok((copy, Some(Unrecorded { why, is_unread: false }))),
        None => {
            let empty = Store::in_memory().map_err(|e| not_opened(&e))?;
            Ok((empty, Some(Unrecorded { why, is_unread: true })))
        }
    }
}

fn is_ours(error: &StoreError) -> bool {
    !matches!(error, StoreError::Newer { .. } | StoreError::Foreign { .. })
}

fn not_opened(error: &StoreError) -> Failure {
    let failure = match error {
        StoreError::Newer { .. } => {
            let failure = Failure::new(TextId::ErrorStoreNewer).hint(TextId::HintUpdateWeir);
            return failure.kind(Kind::Invalid);
        }
        StoreError::Foreign { path } => {
            let path = path.display().to_string();
            let failure = Failure::new(TextId::ErrorStoreForeign.with("path", path));
            return failure.hint(TextId::HintStoreForeign).kind(Kind::Invalid);
        }
        _ => Failure::new(TextId::ErrorStoreNotOpened).hint(TextId::HintDiskFull),
    };
    failure.kind(Kind::Invalid).detail(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Headless;

    #[tokio::test]
    async fn background_work_that_panics_is_told() {
        let home = tempfile::tempdir().unwrap();
        let host = Arc::new(Headless(HostKind::Window));
        let core = Core::open(Home::open(home.path()).unwrap(), host).unwrap();
        let now = core.events().next(0, &[], Duration::ZERO).await;
        assert_eq!(now.gone, None);
        let handle = core.spawn_tracked(std::future::pending());
        handle.abort();
        core.spawn(async { panic!("boom") });
        let wait = Duration::from_secs(20);
        let mut news = core.events().next(now.seq, &[], wait).await;
        while news.gone.is_none() {
            news = core.events().next(news.seq, &[], wait).await;
        }
        assert!(news.gone.is_some_and(|why| why.contains("boom")), "and not what was ended");
        let again = core.events().next(0, &[], wait).await;
        assert!(again.gone.is_some(), "whoever comes later hears it as well");
    }
}
