//! The engine: one handle, cheap to clone, callable from any thread.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use thiserror::Error;
use weir_wire::Str;

use crate::clock::Clock;
use crate::config::Configs;
use crate::connection::Connection;
use crate::controller::Controller;
use crate::ctx::Ctx;
use crate::dispatch;
use crate::engine_config::EngineConfig;
use crate::fetch::FetchSessions;
use crate::fs::Fs;
use crate::image::{Effect, Image};
use crate::log::{LogContext, Recovery};
use crate::metadata::{MetadataError, MetadataStore, Replay};
use crate::partition::PartitionEnv;
use crate::reply::Outcome;
use crate::rng::Rng;
use crate::timer::Timers;

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
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    config: EngineConfig,
    host: Host,
    env: Arc<PartitionEnv>,
    timers: Arc<Timers>,
    fetch_sessions: FetchSessions,
    controller: Controller,
}

impl Engine {
    /// Opens the cluster directory, or makes it. When it returns, metadata answers; partitions
    /// recover at their first touch or by [`Engine::run_background`].
    pub fn open(config: EngineConfig, host: Host) -> Result<Self, OpenError> {
        let dir = config.directory.as_path();
        let recovery = Recovery::SameBoot;
        let logs = LogContext::new(host.fs.clone(), host.open_files_max);
        let existing = list_dirs(host.fs.as_ref(), &dir.join("data"))?;
        let env = PartitionEnv::new(
            host.clock.clone(),
            logs.clone(),
            dir.join("data"),
            recovery,
            existing,
        );
        let env = Arc::new(env);
        let metadata_dir = dir.join("metadata").join("__cluster_metadata-0");
        let (store, replay) = MetadataStore::open(&logs, &metadata_dir, recovery)?;
        let configs = Configs::with_statics(&config.static_configs());
        let image = replayed(Image::empty(Str::default(), env.clone(), configs), replay)?;
        let controller = Controller::new(store, host.clock.clone(), image);
        let timers = Timers::new(host.clock.monotonic_ms());
        let fetch_sessions = FetchSessions::default();
        let shared = Shared { config, host, env, timers, fetch_sessions, controller };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Answers one request frame (without its length prefix) that came in on `connection`.
    pub fn handle(&self, connection: &Arc<Connection>, frame: Bytes) -> Outcome {
        let mut ctx = Ctx::new(self.clone(), connection.clone());
        dispatch::dispatch(&mut ctx, frame)
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

    pub(crate) fn controller(&self) -> &Controller {
        &self.shared.controller
    }
}

/// The names of directories in `dir`; none when it does not exist.
fn list_dirs(fs: &dyn Fs, dir: &Path) -> Result<HashSet<String>, OpenError> {
    match fs.list(dir) {
        Ok(entries) => Ok(entries.into_iter().filter(|e| e.is_dir).map(|e| e.name).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashSet::new()),
        Err(error) => Err(OpenError::Io(format!("list {}", dir.display()), error)),
    }
}

/// The image that the metadata log makes. Partitions are told what they are, not what to do: their
/// logs are not open yet.
fn replayed(mut image: Image, replay: Replay) -> Result<Image, MetadataError> {
    let mut effects = Vec::new();
    for record in &replay.records {
        image.apply(record, &mut effects)?;
        for effect in effects.drain(..) {
            match effect {
                Effect::Partition(partition, assignment) => partition.reset(assignment),
                Effect::Settings(topics) => {
                    topics.into_iter().for_each(|(topic, settings)| topic.set_settings(settings));
                }
                Effect::Removed(_) => {}
            }
        }
    }
    image.end_offset = replay.end_offset;
    Ok(image)
}
