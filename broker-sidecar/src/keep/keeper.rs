use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use weir_control::ClusterDir;
use weir_control::files::Desired;

use super::backoff::Backoff;
use super::engine::{Death, Engine, Event};
use super::journal::Journal;
use super::say::say;
use crate::StartError;

/// A clean stop takes two seconds at most; then the engine is ended.
const STOP_DEADLINE: Duration = Duration::from_secs(4);

/// Keeps the engine of `path` running until it is told to stop or gives up.
pub fn keep(path: &Path) -> Result<(), StartError> {
    // Its own session: no terminal takes it along. Fails harmlessly where it already leads one.
    let _ = rustix::process::setsid();
    let dir = ClusterDir::new(std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    if dir.load_cluster()?.is_none() {
        return Err(StartError::NoCluster { path: path.to_owned() });
    }
    let Some(_lock) = dir.lock_keeper()? else {
        say("another keeper has this cluster already");
        return Ok(());
    };
    let (tell, events) = channel();
    listen_for_signals(tell.clone())?;
    Keeper { journal: Journal::begin(dir.clone())?, backoff: Backoff::default(), dir, tell, events }
        .run()
}

fn listen_for_signals(tell: Sender<Event>) -> Result<(), StartError> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(StartError::Runtime)?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            // A hang-up is not for a process without a terminal.
            if signal != SIGHUP && tell.send(Event::Stop).is_err() {
                return;
            }
        }
    });
    Ok(())
}

struct Keeper {
    dir: ClusterDir,
    journal: Journal,
    backoff: Backoff,
    tell: Sender<Event>,
    events: Receiver<Event>,
}

/// What comes after an engine.
enum Next {
    Launch { after: Duration },
    End,
}

impl Keeper {
    fn run(mut self) -> Result<(), StartError> {
        let ended = self.keep_running();
        self.journal.ended();
        ended
    }

    fn keep_running(&mut self) -> Result<(), StartError> {
        loop {
            if self.is_unwanted() {
                say("the cluster is to be stopped");
                return Ok(());
            }
            let launch = self.journal.launched();
            let next = match Engine::launch(self.dir.root(), launch, &self.tell) {
                Ok(engine) => self.watch(engine, launch)?,
                Err(e) => self.after_death(&lost(&e))?,
            };
            match next {
                Next::End => return Ok(()),
                Next::Launch { after } if self.told_to_stop_within(after) => return Ok(()),
                Next::Launch { .. } => {}
            }
        }
    }

    /// Follows one engine to its end.
    fn watch(&mut self, mut engine: Engine, launch: u32) -> Result<Next, StartError> {
        say(format_args!("launch {launch} is process {}", engine.pid));
        loop {
            match self.events.recv() {
                Ok(Event::Ready(of)) if of == launch => self.journal.ready(),
                Ok(Event::Ended(of, death)) if of == launch => return self.after_end(&death),
                Ok(Event::Stop) | Err(_) => {
                    engine.stop();
                    self.await_stop(&engine, launch);
                    return Ok(Next::End);
                }
                Ok(Event::Ready(_) | Event::Ended(..)) => {}
            }
        }
    }

    fn await_stop(&self, engine: &Engine, launch: u32) {
        let deadline = Instant::now() + STOP_DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(Event::Ended(of, _)) if of == launch => return,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return engine.kill();
                }
            }
        }
    }

    fn after_end(&mut self, death: &Death) -> Result<Next, StartError> {
        say(format_args!("the engine ended: {}", death.how));
        let desired = self.dir.load_cluster()?.map(|c| c.desired);
        if death.clean && desired != Some(Desired::Running) || desired == Some(Desired::Stopped) {
            return Ok(Next::End);
        }
        self.after_death(death)
    }

    /// Whether the last wish is that the cluster stops: it may come while no engine runs that could hear it. A file that
    /// cannot be read is no wish.
    fn is_unwanted(&self) -> bool {
        self.dir.load_cluster().is_ok_and(|c| c.is_some_and(|c| c.desired == Desired::Stopped))
    }

    /// Starts it again, later each time. A first launch that refused and said why would refuse again.
    fn after_death(&mut self, death: &Death) -> Result<Next, StartError> {
        let after = self.backoff.died(Instant::now());
        let refused = death.refusal.is_some() && !self.journal.ever_ready_here();
        let Some(after) = after.filter(|_| !refused) else {
            self.journal.failed(&death.how, self.backoff.deaths())?;
            return Ok(Next::End);
        };
        self.journal.died(&death.how);
        Ok(Next::Launch { after })
    }

    fn told_to_stop_within(&self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return true,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }
}

fn lost(error: &std::io::Error) -> Death {
    Death { how: format!("could not be launched: {error}"), clean: false, refusal: None }
}
