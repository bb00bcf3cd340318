//! The engine: one handle, cheap to clone, callable from any thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64};

use bytes::Bytes;
use parking_lot::Mutex;
use thiserror::Error;

use crate::background::{NEVER, Recovering};
use crate::boot::{self, Marks};
use crate::clock::Clock;
use crate::config::Configs;
use crate::connection::Connection;
use crate::controller::{Controller, Quorum};
use crate::ctx::Ctx;
use crate::dispatch;
use crate::engine_config::EngineConfig;
use crate::fetch::{FetchSessions, KeptFetches};
use crate::fs::Fs;
use crate::groups::{Groups, GroupsEnv};
use crate::image::Image;
use crate::log::{LogContext, Recovery};
use crate::loggers::Loggers;
use crate::metadata::{MetadataError, MetadataStore, refuse_damaged};
use crate::newborn::Newborn;
use crate::partition::PartitionEnv;
use crate::reply::Outcome;
use crate::rng::Rng;
use crate::share::Share;
use crate::timer::Timers;
use crate::txn::Txns;

/// What the engine is given from outside.
#[derive(Debug, Clone)]
pub struct Host {
    /// The file system.
    pub fs: Arc<dyn Fs>,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// How many log files may be open at a time.
    pub open_files_max: usize,
}

/// Why an engine cannot open its directory.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The metadata log cannot be read or written.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The file system failed.
    #[error("{0}: {1}")]
    Io(String, #[source] std::io::Error),
    /// `metadata/meta.properties` is not one.
    #[error("{0} is not a Kafka meta.properties file: {1}")]
    MetaProperties(String, String),
}

/// A running cluster.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: EngineConfig,
    pub(crate) host: Host,
    pub(crate) env: Arc<PartitionEnv>,
    pub(crate) timers: Arc<Timers>,
    pub(crate) fetch_sessions: FetchSessions,
    pub(crate) kept_fetches: Arc<KeptFetches>,
    pub(crate) groups: Groups,
    pub(crate) share: Arc<Share>,
    pub(crate) loggers: Loggers,
    pub(crate) txns: Txns,
    pub(crate) controller: Controller,
    /// When the engine was opened (monotonic).
    pub(crate) opened_ms: i64,
    /// When retention was last looked at (monotonic); [`NEVER`] in this run.
    pub(crate) retention_checked_ms: AtomicI64,
    /// Whether the next run may take this run's logs for sound: see [`Marks::note_boot`].
    pub(crate) is_boot_noted: AtomicBool,
    pub(crate) recovering: Mutex<Recovering>,
    pub(crate) newborn: Newborn,
}

impl Engine {
    /// Opens the cluster directory, or makes it. When it returns, metadata answers; partitions
    /// recover at their first touch or by [`Engine::run_background`].
    ///
    /// # Errors
    /// The directory cannot be read or written, or holds no cluster's metadata.
    pub fn open(config: EngineConfig, host: Host) -> Result<Self, OpenError> {
        let dir = config.directory.as_path();
        let marks = Marks::of(dir);
        let metadata_dir = dir.join("metadata").join("__cluster_metadata-0");
        let recovery = marks.recovery(host.fs.as_ref(), &config.boot_id)?;
        if recovery != Recovery::PowerLoss {
            refuse_damaged(host.fs.as_ref(), &metadata_dir)?;
        }
        marks.begin(host.fs.as_ref())?;
        let logs = LogContext::new(host.fs.clone(), host.open_files_max);
        let data = dir.join("data");
        let existing = boot::list_logs(host.fs.as_ref(), &data)?;
        let given = (host.clock.clone(), host.rng.clone());
        let env = PartitionEnv::new(given, logs.clone(), data, recovery, existing);
        let env = Arc::new(env);
        // A new cluster has lost nothing either.
        let is_whole = recovery != Recovery::PowerLoss || !env.has_unopened();
        let interval = config.snapshot_interval_bytes;
        let (store, replay) = MetadataStore::open(&logs, &metadata_dir, recovery, interval)?;
        boot::refuse_lost(&env, &replay)?;
        let cluster_id = boot::cluster_id(&host, dir)?;
        let configs = Configs::with_statics(&config.static_configs());
        let (image, removed) =
            boot::replayed(Image::empty(cluster_id, env.clone(), configs), replay)?;
        env.note_removed(removed);
        let voters = dir.join("metadata").join("removed-voters");
        let quorum = Quorum::open(host.fs.clone(), voters, image.cluster_id());
        let controller = Controller::new(store, host.clock.clone(), image, quorum);
        let raise_epochs = recovery == Recovery::PowerLoss;
        let behind =
            controller.change(|draft| boot::register_all(draft, &config, &host, raise_epochs))?;
        controller.started(config.brokers.iter().map(|b| b.id), behind);
        boot::write_log_dirs(&controller.image(), &host, &config, raise_epochs)?;
        let opened_ms = host.clock.monotonic_ms();
        let timers = Timers::new(opened_ms);
        let fetch_sessions = FetchSessions::default();
        let groups = Groups::new(GroupsEnv {
            clock: host.clock.clone(),
            timers: timers.clone(),
            consumer_configs: Arc::default(),
            streams_configs: Arc::default(),
            share_configs: Arc::default(),
            first_generation_ms: config.first_generation_wait_ms(),
        });
        let share = Share::new(groups.env().clone());
        let txns = Txns::new(host.clock.clone(), timers.clone(), is_whole);
        let shared = Shared {
            config,
            host,
            env,
            timers,
            fetch_sessions,
            kept_fetches: Arc::default(),
            groups,
            share,
            loggers: Loggers::default(),
            txns,
            controller,
            opened_ms,
            retention_checked_ms: AtomicI64::new(NEVER),
            is_boot_noted: AtomicBool::new(false),
            recovering: Mutex::default(),
            newborn: Newborn::default(),
        };
        let shared = Arc::new(shared);
        shared.txns.attach(&shared);
        shared.share.attach(&shared);
        let engine = Self { shared };
        engine.note_boot_if_sound();
        Ok(engine)
    }

    /// Answers one request frame (without its length prefix) that came in on `connection`.
    pub fn handle(&self, connection: &Arc<Connection>, frame: Bytes) -> Outcome {
        let mut ctx = Ctx::new(self.clone(), connection.clone());
        dispatch::dispatch(&mut ctx, frame)
    }

    /// Whether answering the frame makes the thread wait for the disk, as changes of metadata do: let
    /// other work go on elsewhere meanwhile.
    pub fn waits_for_disk(frame: &[u8]) -> bool {
        dispatch::waits_for_disk(frame)
    }

    /// The newest metadata.
    pub fn image(&self) -> Arc<Image> {
        self.shared.controller.image()
    }

    /// What the engine was started with.
    pub fn config(&self) -> &EngineConfig {
        &self.shared.config
    }

    /// The injected clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.host.clock
    }

    /// The injected randomness.
    pub fn rng(&self) -> &Arc<dyn Rng> {
        &self.shared.host.rng
    }

    /// The injected file system.
    pub fn fs(&self) -> &Arc<dyn Fs> {
        &self.shared.host.fs
    }

    /// The one timer wheel: deadlines of parked requests, session timeouts.
    pub fn timers(&self) -> &Arc<Timers> {
        &self.shared.timers
    }

    /// Fires everything that is due on the monotonic clock.
    pub fn tick(&self) {
        self.shared.timers.tick(self.clock().monotonic_ms());
    }

    /// When [`Engine::tick`] next has work (monotonic, ms); `None`: not before something new.
    pub fn next_deadline(&self) -> Option<i64> {
        self.shared.timers.next_deadline()
    }

    /// Fetch sessions, of every broker.
    pub(crate) fn fetch_sessions(&self) -> &FetchSessions {
        &self.shared.fetch_sessions
    }

    /// What connections fetch without a session.
    pub(crate) fn kept_fetches(&self) -> &Arc<KeptFetches> {
        &self.shared.kept_fetches
    }

    /// The group coordinators, of every broker.
    pub(crate) fn groups(&self) -> &Groups {
        &self.shared.groups
    }

    /// Share groups, of every broker.
    pub(crate) fn share(&self) -> &Arc<Share> {
        &self.shared.share
    }

    pub(crate) fn newborn(&self) -> &Newborn {
        &self.shared.newborn
    }

    pub(crate) fn loggers(&self) -> &Loggers {
        &self.shared.loggers
    }

    /// `tell` is called when [`Engine::run_background`] has cluster work at once, as when an administrator
    /// moves replicas. It must not block.
    pub fn on_cluster_work(&self, tell: impl Fn() + Send + Sync + 'static) {
        self.shared.controller.on_work(Box::new(tell));
    }

    /// `tell` gets `tracing` directives whenever an administrator changes a log level.
    pub fn on_log_levels(&self, tell: impl Fn(&str) + Send + Sync + 'static) {
        self.shared.loggers.on_change(Arc::new(tell));
    }

    /// Whether some log was not touched since the start, nor recovered in the background.
    pub(crate) fn has_unrecovered_logs(&self) -> bool {
        self.shared.env.has_unopened()
    }

    /// The transaction coordinators, of every broker.
    pub(crate) fn txns(&self) -> &Txns {
        &self.shared.txns
    }

    pub(crate) fn controller(&self) -> &Controller {
        &self.shared.controller
    }
}
