use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tokio::sync::Notify;
use weir_engine::{Background, Engine};

/// The longest sleep: a missed wake-up costs no more.
const SLEEP_MAX: Duration = Duration::from_secs(1);
/// After a failure background work is tried again, not at once.
const RETRY: Duration = Duration::from_secs(5);

/// What drives the engine: one timer task on the runtime, two I/O threads of its own.
#[derive(Debug)]
pub(crate) struct Drivers {
    alarm: Arc<Alarm>,
}

/// Wakes the cluster's thread before its time, and ends all of them.
#[derive(Debug, Default)]
struct Alarm {
    state: Mutex<AlarmState>,
    rings: Condvar,
}

#[derive(Debug, Default)]
struct AlarmState {
    ended: bool,
    cluster_work: bool,
}

impl Drivers {
    /// Must be called inside a runtime.
    pub(crate) fn start(engine: &Engine) -> io::Result<Self> {
        let alarm = Arc::new(Alarm::default());
        tokio::spawn(drive_timers(engine.clone(), alarm.clone()));
        for (name, kind) in [("cluster", Background::Cluster), ("storage", Background::Storage)] {
            let (engine, alarm) = (engine.clone(), alarm.clone());
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || drive_background(&engine, kind, &alarm))?;
        }
        Ok(Self { alarm })
    }

    /// A broker was killed or started: the cluster's background work has news.
    pub(crate) fn cluster_work(&self) {
        self.alarm.state.lock().cluster_work = true;
        self.alarm.rings.notify_all();
    }

    /// What the engine calls when it has cluster work by itself.
    pub(crate) fn waker(&self) -> impl Fn() + Send + Sync + 'static {
        let alarm = self.alarm.clone();
        move || {
            alarm.state.lock().cluster_work = true;
            alarm.rings.notify_all();
        }
    }

    /// Ends them; background work that waits for the disk is not waited for.
    pub(crate) fn end(&self) {
        self.alarm.state.lock().ended = true;
        self.alarm.rings.notify_all();
    }
}

impl Drop for Drivers {
    fn drop(&mut self) {
        self.end();
    }
}

impl Alarm {
    fn ended(&self) -> bool {
        self.state.lock().ended
    }

    /// Sleeps until `until`, an early ring, or the end.
    fn sleep(&self, until: Instant, kind: Background) {
        let mut state = self.state.lock();
        let early = |s: &AlarmState| s.ended || (s.cluster_work && kind == Background::Cluster);
        while !early(&state) && !self.rings.wait_until(&mut state, until).timed_out() {}
        if kind == Background::Cluster {
            state.cluster_work = false;
        }
    }
}

fn drive_background(engine: &Engine, kind: Background, alarm: &Alarm) {
    while !alarm.ended() {
        let pause = match engine.run_background(kind) {
            Ok(next) => until(engine, next),
            Err(e) => {
                tracing::error!("background work failed: {e}");
                RETRY
            }
        };
        alarm.sleep(Instant::now() + pause.min(RETRY), kind);
    }
}

async fn drive_timers(engine: Engine, alarm: Arc<Alarm>) {
    let earlier = Arc::new(Notify::new());
    let tell = earlier.clone();
    engine.timers().on_earlier(Arc::new(move || tell.notify_one()));
    while !alarm.ended() {
        let sleep =
            engine.next_deadline().map_or(SLEEP_MAX, |at| until(&engine, at).min(SLEEP_MAX));
        // Whichever comes first; both only mean "look again".
        let _ = tokio::time::timeout(sleep, earlier.notified()).await;
        engine.tick();
    }
}

/// From now to `at` on the engine's monotonic clock.
fn until(engine: &Engine, at: i64) -> Duration {
    let left = at.saturating_sub(engine.clock().monotonic_ms());
    Duration::from_millis(u64::try_from(left).unwrap_or(0))
}
