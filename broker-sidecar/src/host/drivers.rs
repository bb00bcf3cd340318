use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::Notify;
use weir_engine::Engine;

/// The longest sleep: a clock that was stepped or a missed wake-up costs no more.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// What drives the engine: one timer task on the runtime, two I/O threads of its own.
#[derive(Debug)]
pub(crate) struct Drivers {
    ended: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Drivers {
    pub(crate) fn start(engine: &Engine) -> io::Result<Self> {
        let ended = Arc::new(AtomicBool::new(false));
        tokio::spawn(drive_timers(engine.clone(), ended.clone()));
        Ok(Self { ended, threads: Vec::new() })
    }

    /// Ends them; background work that waits for the disk is not waited for.
    pub(crate) fn end(self) {
        self.ended.store(true, Ordering::SeqCst);
        drop(self.threads);
    }
}

async fn drive_timers(engine: Engine, ended: Arc<AtomicBool>) {
    let earlier = Arc::new(Notify::new());
    let tell = earlier.clone();
    engine.on_earlier_deadline(Arc::new(move || tell.notify_one()));
    while !ended.load(Ordering::SeqCst) {
        let sleep = engine.until_next_deadline().map_or(SLEEP_MAX, |d| d.min(SLEEP_MAX));
        // Whichever comes first; both only mean "look again".
        let _ = tokio::time::timeout(sleep, earlier.notified()).await;
        engine.tick();
    }
}
