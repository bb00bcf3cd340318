//! A broker is removed while clients run: it hands its replicas on, stops, and is forgotten.
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use weir_control::api::{BrokerState, Operation, OperationKind};
use weir_engine::{BrokerState as EngineState, Engine};

use super::broker::LocalBroker;
use super::membership::text;
use super::{ActError, Running};
use crate::control::Asked;

/// How often a broker that hands its replicas on is looked at, and for how long: throttles may make it slow.
const DRAIN_PAUSE: Duration = Duration::from_millis(50);
const DRAIN_MAX: Duration = Duration::from_secs(60 * 60);
/// A killed broker is fenced after `broker.session.timeout.ms` (9 s unless set).
const FENCED_MAX: Duration = Duration::from_secs(60);

/// The one removal that may be under way.
#[derive(Debug, Default)]
pub(super) struct Removal(Mutex<Option<UnderWay>>);

#[derive(Debug)]
struct UnderWay {
    operation: Operation,
    cancelled: bool,
}

/// A removal's turn: while it is held no other begins. Dropped without an end, by a panic, the removal has failed.
struct Turn {
    running: Arc<Running>,
    broker: Arc<LocalBroker>,
    operation: Operation,
    done: Result<(), String>,
}

impl Turn {
    fn end(mut self, done: Result<(), String>) {
        self.done = done;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let running = &self.running;
        *running.removal.0.lock() = None;
        running.events.broker(running.shown(&self.broker));
        // A stop of the whole cluster has ended it already.
        if running.operations.is_running(&self.operation.id) {
            let done = std::mem::replace(&mut self.done, Ok(()));
            running.end(self.operation.clone(), done);
        }
    }
}

impl Running {
    /// Begins to move everything off a broker, stop it and forget it; it serves until all has moved. Brokers may
    /// be added meanwhile.
    pub fn remove_broker(
        self: &Arc<Self>,
        id: i32,
        key: Option<String>,
    ) -> Result<Operation, ActError> {
        let kind = OperationKind::BrokerRemove;
        let asked = Asked { kind, broker: Some(id), log_dir: None, key: key.as_deref() };
        if let Some(before) = self.operations.by_key(asked)? {
            return Ok(before);
        }
        let turn = self.begin_removal(id, key)?;
        let operation = turn.operation.clone();
        tokio::spawn(async move {
            let done = turn.running.remove(&turn.broker).await;
            turn.end(done);
        });
        Ok(operation)
    }

    fn begin_removal(self: &Arc<Self>, id: i32, key: Option<String>) -> Result<Turn, ActError> {
        let broker = self.existing(id)?;
        let mut removal = self.removal.0.lock();
        if removal.is_some() {
            return Err(ActError::Busy);
        }
        let others = |b: &Arc<LocalBroker>| b.id != id && b.state() == BrokerState::Running;
        if !self.all().iter().any(others) {
            return Err(ActError::LastBroker { id });
        }
        let kind = OperationKind::BrokerRemove;
        let operation = self.operations.begin(kind, Some(id), key, &self.events)?;
        *removal = Some(UnderWay { operation: operation.clone(), cancelled: false });
        drop(removal);
        let done = Err(format!("The removal of broker {id} broke off: the log says why"));
        Ok(Turn { running: self.clone(), broker, operation, done })
    }

    /// Calls a removal off: what is on its way to other brokers stays where it was. Answers the removal, which
    /// then fails; one that only has to stop its broker ends as it was asked for.
    pub fn cancel_removal(&self, id: i32) -> Result<Operation, ActError> {
        self.existing(id)?;
        let mut removal = self.removal.0.lock();
        match removal.as_mut().filter(|it| it.operation.broker == Some(id)) {
            Some(under_way) => {
                under_way.cancelled = true;
                Ok(under_way.operation.clone())
            }
            None => Err(ActError::NotRemoving { id }),
        }
    }

    fn is_cancelled(&self) -> bool {
        self.removal.0.lock().as_ref().is_some_and(|it| it.cancelled)
    }

    async fn remove(&self, broker: &Arc<LocalBroker>) -> Result<(), String> {
        let id = broker.id;
        if let Err(why) = self.drain(id).await {
            // As it was before, as far as it can be: nothing goes on that nobody waits for.
            let back = move |engine: &Engine| engine.cancel_drain(id).map_err(|e| e.message);
            if let Err(error) = self.in_engine(back).await {
                tracing::warn!(broker = id, "replicas go on moving: {error}");
            }
            return Err(why);
        }
        let _alone = self.membership.lock().await;
        if broker.transit(&[BrokerState::Running], BrokerState::Stopping).is_ok() {
            self.events.broker(self.shown(broker));
            self.stop_broker(broker).await?;
        }
        self.until_fenced(id).await?;
        self.in_engine(move |engine| engine.remove_broker(id).map_err(|e| e.message)).await?;
        self.remember(|brokers| brokers.retain(|b| b.id != id)).map_err(text)
    }

    /// Until nothing is left on the broker: topics that are made meanwhile may be placed on it once more, and
    /// brokers that took its replicas may stop.
    async fn drain(&self, id: i32) -> Result<(), String> {
        let deadline = Instant::now() + DRAIN_MAX;
        while self.engine.replicas_on(id) > 0 {
            if self.is_cancelled() {
                return Err(format!("Cancelled: broker {id} keeps what it had not handed on"));
            }
            if Instant::now() > deadline {
                let left = self.engine.replicas_on(id);
                return Err(format!("{left} replicas are still on broker {id} after an hour"));
            }
            let begin =
                move |engine: &Engine| engine.drain_broker(id).map(drop).map_err(|e| e.message);
            self.in_engine(begin).await?;
            self.drivers.cluster_work();
            tokio::time::sleep(DRAIN_PAUSE).await;
        }
        Ok(())
    }

    async fn until_fenced(&self, id: i32) -> Result<(), String> {
        let deadline = Instant::now() + FENCED_MAX;
        while matches!(self.engine.broker_state(id), Some(EngineState::Killed { .. })) {
            if Instant::now() > deadline {
                return Err(format!("the session of killed broker {id} does not end"));
            }
            tokio::time::sleep(DRAIN_PAUSE).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Cluster;
    use crate::flags::RunFlags;
    use crate::run::OpenDir;
    use weir_control::api::OperationState;

    fn start(dir: &std::path::Path) -> Cluster {
        let flags = RunFlags { brokers: Some(2), port: Some(0), ..RunFlags::of(dir) };
        Cluster::start(OpenDir::open(dir).unwrap(), &flags, Instant::now()).unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_panic_leaves_no_removal_under_way() {
        let temp = tempfile::tempdir().unwrap();
        let cluster = start(temp.path());
        let running = cluster.running();
        let turn = running.begin_removal(2, None).unwrap();
        let id = turn.operation.id.clone();
        assert!(matches!(running.remove_broker(2, None), Err(ActError::Busy)));
        let broke = tokio::spawn(async move {
            let _turn = turn;
            panic!("as a fault in a removal would");
        });
        assert!(broke.await.unwrap_err().is_panic());
        let failed = running.operations.find(&id).unwrap();
        assert_eq!(failed.state, OperationState::Failed);
        assert!(failed.error.unwrap().text.contains("broke off"));
        assert!(matches!(running.cancel_removal(2), Err(ActError::NotRemoving { id: 2 })));
        running.begin_removal(2, None).unwrap().end(Ok(()));
        assert!(running.operations.running().is_empty());
        cluster.stop().await;
    }
}
