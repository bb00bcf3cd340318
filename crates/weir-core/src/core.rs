use std::path::PathBuf;
use std::sync::Arc;

use weir_control::ClusterDir;
use weir_store::{Store, StoreError};

use crate::clusters::Registry;
use crate::events::Events;
use crate::failure::{Failure, Kind, Result};
use crate::home::Home;
use crate::operations::Recorder;
use crate::text::TextId;
use crate::time::now_ms;

/// Who hosts the core: named in operations, and what the host can do for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    Window,
    Serve,
    CommandLine,
}

/// The core of one home: a cheap-clone handle. Its tasks run on the runtime that opened it.
#[derive(Debug, Clone)]
pub struct Core {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    home: Home,
    host: Host,
    store: Store,
    events: Events,
    recorder: Recorder,
    registry: Registry,
    started_at: i64,
}

impl Core {
    /// Opens the home at `root` (see [`Home::default_root`]). Must be called on a tokio runtime.
    pub fn open(root: impl Into<PathBuf>, host: Host) -> Result<Self> {
        let home = Home::open(root)?;
        let store = Store::open(&home.database()).map_err(|e| not_opened(&e))?;
        let events = Events::default();
        let by = if host == Host::CommandLine { "cli" } else { "you" };
        let recorder = Recorder::new(store.clone(), events.clone(), by);
        recorder.close_abandoned()?;
        let registry = Registry::default();
        let shared = Shared { home, host, store, events, recorder, registry, started_at: now_ms() };
        let core = Self { shared: Arc::new(shared) };
        core.remove_leftovers();
        core.watch_clusters();
        Ok(core)
    }

    pub fn home(&self) -> &Home {
        &self.shared.home
    }

    pub fn host(&self) -> Host {
        self.shared.host
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

    pub(crate) fn recorder(&self) -> &Recorder {
        &self.shared.recorder
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.shared.registry
    }

    /// Ends what the core keeps for a cluster that is going away.
    pub(crate) fn close_session(&self, id: &str) {
        self.events().changed(format!("cluster({id})"));
    }

    /// Of each local cluster, its id and directory.
    pub(crate) fn local_dirs(&self) -> Vec<(String, ClusterDir)> {
        self.registry().local_dirs()
    }
}

fn not_opened(error: &StoreError) -> Failure {
    let failure = match error {
        StoreError::Newer { .. } => {
            Failure::new(TextId::ErrorStoreNewer).hint(TextId::HintUpdateWeir)
        }
        _ => Failure::new(TextId::ErrorStoreNotOpened).hint(TextId::HintDiskFull),
    };
    failure.kind(Kind::Invalid).detail(error)
}
