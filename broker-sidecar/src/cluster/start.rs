use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use weir_control::files::{ClusterFile, ControlFile, Desired};
use weir_control::{ClusterDir, api, now_ms, random_id};
use weir_engine::{BrokerConfig, Engine, EngineConfig, Host};

use super::Running;
use super::broker::LocalBroker;
use super::removal::Removal;
use crate::StartError;
use crate::control::{EventLog, Guard, Limits, Operations, router, serve};
use crate::flags::RunFlags;
use crate::host::{Drivers, RealFs, SystemClock, SystemRng, boot_id};
use crate::limits::file_budget;
use crate::net::{Bounds, NetBudget, serve_broker};
use crate::run::{
    BoundBroker, OpenDir, ReadyBroker, ReadyLine, bind_all, check_configs, reconcile,
};

/// A cluster in this process, with everything that must live as long.
#[derive(Debug)]
pub struct Cluster {
    running: Arc<Running>,
    _open: OpenDir,
}

impl Cluster {
    /// Starts the cluster of `open` as the flags say; ready when it returns. Must be called inside a runtime.
    ///
    /// # Errors
    /// One sentence; nothing that this call made in a fresh directory stays.
    pub fn start(open: OpenDir, flags: &RunFlags, begun: Instant) -> Result<Self, StartError> {
        match prepare(&open.dir, flags).and_then(|p| launch(&open.dir, p, begun)) {
            Ok(running) => Ok(Self { running, _open: open }),
            Err(e) => {
                open.abandon();
                Err(e)
            }
        }
    }

    pub fn running(&self) -> &Arc<Running> {
        &self.running
    }

    /// What `weir-broker run` prints.
    pub fn ready(&self) -> ReadyLine {
        let running = &self.running;
        let brokers = running.all().into_iter().map(|b| ReadyBroker {
            id: b.id,
            host: b.host.clone(),
            port: b.port,
            rack: b.rack.clone(),
        });
        ReadyLine {
            event: "ready".to_owned(),
            cluster_id: running.cluster_id(),
            pid: running.control.pid,
            brokers: brokers.collect(),
            bootstrap: running.bootstrap_by_listener(),
            control: format!("http://{}", running.control.address),
            ready_ms: running.ready_ms.get().copied().unwrap_or(0),
        }
    }

    /// Stops cleanly; the directory's lock is free when it returns.
    pub async fn stop(self) {
        self.running.stop_all().await;
    }
}

/// What is decided before the engine opens a file.
struct Prepared {
    cluster: ClusterFile,
    bound: Vec<BoundBroker>,
}

fn prepare(dir: &ClusterDir, flags: &RunFlags) -> Result<Prepared, StartError> {
    // What a host wishes meanwhile is not written over.
    let _turn = dir.turn();
    let stored = dir.load_cluster()?;
    let mut cluster = reconcile(stored.clone(), flags)?;
    check_configs(&cluster.static_configs)?;
    let bound = bind_all(dir, &cluster)?;
    cluster.ports = bound.iter().map(|b| b.port).collect();
    // Who starts it by hand wishes it to run. A keeper's engine leaves the wish alone: it may be another one by now.
    if !flags.exit_with_parent {
        cluster.desired = Desired::Running;
    }
    if stored.as_ref() != Some(&cluster) {
        dir.save_cluster(&cluster)?;
    }
    if dir.load_format()?.is_none() {
        dir.save_format()?;
    }
    // A control file that an engine left when it was killed names nobody.
    dir.remove_control()?;
    Ok(Prepared { cluster, bound })
}

fn launch(
    dir: &ClusterDir,
    prepared: Prepared,
    begun: Instant,
) -> Result<Arc<Running>, StartError> {
    let Prepared { cluster, bound } = prepared;
    let files = file_budget(bound.iter().map(|b| b.listeners.len()).sum());
    let mut config = engine_config(dir, &cluster);
    if !cluster.static_configs.contains_key(MAX_CONNECTIONS) {
        // What the limit of open files leaves: DescribeConfigs is to tell what holds.
        config = config.set(MAX_CONNECTIONS, &files.connections.to_string());
    }
    let budget = Arc::new(NetBudget::new(bounds(&config.static_configs(), files.connections)));
    let engine = open_engine(config.clone(), files.log_files)?;
    engine.on_log_levels(crate::logs::set_levels);
    let drivers = Drivers::start(&engine).map_err(StartError::Runtime)?;
    engine.on_cluster_work(drivers.waker());
    let (listener, control) = control_file()?;
    let running = Arc::new(Running {
        dir: dir.clone(),
        brokers: RwLock::new(config.brokers.iter().map(local_broker).collect()),
        membership: Arc::default(),
        removal: Removal::default(),
        cluster: Mutex::new(cluster),
        engine,
        drivers,
        budget,
        operations: Operations::new(dir.operations()),
        events: EventLog::default(),
        control,
        started_ms: now_ms(),
        ready_ms: OnceLock::new(),
        stop: watch::Sender::new(false),
    });
    open_sockets(&running, bound).map_err(StartError::Runtime)?;
    serve_control(&running, listener).map_err(StartError::Runtime)?;
    let ready_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    running.ready_ms.get_or_init(|| ready_ms);
    dir.save_control(&running.control)?;
    Ok(running)
}

fn open_engine(config: EngineConfig, open_files_max: usize) -> Result<Engine, StartError> {
    let host = Host {
        fs: Arc::new(RealFs),
        clock: Arc::new(SystemClock::new()),
        rng: Arc::new(SystemRng::default()),
        open_files_max,
    };
    Engine::open(config, host).map_err(|e| StartError::Engine { reason: e.to_string() })
}

/// Consumers that are started together look for their coordinator up to 50 ms apart (librdkafka waits so long between
/// two connections).
const FIRST_GENERATION_MS: i32 = 60;
const MAX_CONNECTIONS: &str = "max.connections";

fn engine_config(dir: &ClusterDir, cluster: &ClusterFile) -> EngineConfig {
    let host = cluster.advertised();
    let ids = cluster.broker_ids().into_iter().zip(&cluster.ports);
    let brokers = ids.map(|(id, &port)| BrokerConfig::local(id, host, port)).collect();
    let mut config = EngineConfig::with_brokers(dir.root(), brokers);
    config.set = cluster.static_configs.clone();
    config.boot_id = boot_id();
    config.first_generation_ms = FIRST_GENERATION_MS;
    config
}

pub(super) fn local_broker(config: &BrokerConfig) -> Arc<LocalBroker> {
    let host = config.advertised_host.clone();
    Arc::new(LocalBroker::new(config.id, host, config.advertised_port, config.rack.clone()))
}

fn bounds(configs: &BTreeMap<String, String>, connections_by_files: usize) -> Bounds {
    let number = |key: &str, default: usize| -> usize {
        configs.get(key).and_then(|v| v.parse().ok()).unwrap_or(default)
    };
    Bounds {
        connections: connections_by_files,
        connections_of_broker: number(MAX_CONNECTIONS, usize::MAX),
        queued_request_bytes: number("queued.max.request.bytes", 256 << 20),
        frame_max: number("socket.request.max.bytes", 100 << 20),
        idle: Duration::from_millis(number("connections.max.idle.ms", 600_000) as u64),
    }
}

fn control_file() -> Result<(TcpListener, ControlFile), StartError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listener = TcpListener::bind(address).map_err(StartError::Runtime)?;
    listener.set_nonblocking(true).map_err(StartError::Runtime)?;
    let address = listener.local_addr().map_err(StartError::Runtime)?;
    let control = ControlFile {
        api: api::API,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        instance: random_id()?,
        address: address.to_string(),
        token: random_id()? + &random_id()?,
        pid: std::process::id(),
    };
    Ok((listener, control))
}

fn open_sockets(running: &Arc<Running>, bound: Vec<BoundBroker>) -> std::io::Result<()> {
    for (broker, bound) in running.all().iter().zip(bound) {
        broker.opened(serve_broker(broker.id, bound, &running.engine, &running.budget)?);
    }
    Ok(())
}

fn serve_control(running: &Arc<Running>, listener: TcpListener) -> std::io::Result<()> {
    let guard = Guard::new(listener.local_addr()?, running.control.token.clone());
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let app = router(running.clone(), guard);
    tokio::spawn(serve(listener, app, Limits::default()));
    Ok(())
}
