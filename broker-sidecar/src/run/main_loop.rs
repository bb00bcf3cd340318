use std::io::{Read, Write};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::OpenDir;
use crate::flags::RunFlags;
use crate::{Cluster, StartError, logs};

/// A clean stop that takes longer is cut short: the next start recovers, as after a crash.
const STOP_DEADLINE: Duration = Duration::from_millis(1_950);

/// Runs the cluster until it is told to stop. `begun` is when the process began.
pub fn run(flags: &RunFlags, begun: Instant) -> Result<(), StartError> {
    let open = OpenDir::open(&flags.dir)?;
    let logging = logs::start(&open.dir.logs());
    if let Err(source) = logging {
        let path = open.dir.logs();
        open.abandon();
        return Err(StartError::Unusable { path, source });
    }
    let runtime = runtime().map_err(StartError::Runtime)?;
    let told = runtime.block_on(async {
        // Listened for before the ready line: whoever reads it may send a signal at once.
        let mut signals = Signals::listen().map_err(StartError::Runtime)?;
        let cluster = Cluster::start(open, flags, begun)?;
        announce(&cluster);
        let told = until_told(&cluster, &mut signals, flags.exit_with_parent).await;
        tracing::info!("stopping: {told}");
        end_after(STOP_DEADLINE);
        cluster.stop().await;
        Ok::<_, StartError>(())
    });
    runtime.shutdown_background();
    told
}

/// As many workers as cores and two: an append that the disk stalls must not hold all of them.
fn runtime() -> std::io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    Builder::new_multi_thread().worker_threads(cores + 2).enable_all().build()
}

fn announce(cluster: &Cluster) {
    let ready = cluster.ready();
    tracing::info!(
        cluster = ready.cluster_id,
        ready_ms = ready.ready_ms,
        "ready: {:?}",
        ready.bootstrap
    );
    if let Ok(line) = serde_json::to_string(&ready) {
        // A parent that does not read is no reason to stop.
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{line}");
        let _ = out.flush();
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())? })
    }
}

/// Returns why the cluster is to stop.
async fn until_told(
    cluster: &Cluster,
    signals: &mut Signals,
    exit_with_parent: bool,
) -> &'static str {
    tokio::select! {
        _ = signals.terminate.recv() => "SIGTERM",
        _ = signals.interrupt.recv() => "SIGINT",
        () = cluster.running().stopped() => "asked over the control API",
        () = parent_ends(exit_with_parent) => "standard input ended",
    }
}

/// Resolves when standard input reaches its end: the parent is gone, or wants this process gone.
async fn parent_ends(watch: bool) {
    if !watch {
        return std::future::pending().await;
    }
    let (ended, wait) = oneshot::channel();
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut ignored = [0; 256];
        while matches!(input.read(&mut ignored), Ok(n) if n > 0) {}
        // The receiver is gone when something else told us to stop.
        let _ = ended.send(());
    });
    // An error means that the thread is gone, which is no end of the parent; it never panics.
    let _ = wait.await;
}

/// Ends the process with success when a clean stop takes too long.
fn end_after(deadline: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(deadline);
        std::process::exit(0);
    });
}
