//! Brokers are added and removed while clients run.
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::OwnedMutexGuard;
use weir_control::api::{BrokerState, Operation, OperationKind};
use weir_control::files::ClusterFile;
use weir_engine::{BrokerConfig, BrokerState as EngineState, Engine};

use super::broker::LocalBroker;
use super::start::{advertised, local_broker};
use super::{ActError, Running};
use crate::net::serve_broker;
use crate::run::{BoundBroker, bind_next};

/// How often a broker that hands its replicas on is looked at, and for how long: throttles may make it slow.
const DRAIN_PAUSE: Duration = Duration::from_millis(50);
const DRAIN_MAX: Duration = Duration::from_secs(60 * 60);
/// A killed broker is fenced after `broker.session.timeout.ms` (9 s unless set).
const FENCED_MAX: Duration = Duration::from_secs(60);

impl Running {
    pub(super) fn existing(&self, id: i32) -> Result<Arc<LocalBroker>, ActError> {
        let ids = || self.all().iter().map(|b| b.id).collect();
        self.broker(id).ok_or_else(|| ActError::NoSuchBroker { id, ids: ids() })
    }

    /// Begins to add a broker under the smallest free id. A key that was used before answers its operation.
    pub fn add_broker(self: &Arc<Self>, key: Option<String>) -> Result<Operation, ActError> {
        if let Some(before) = self.operations.by_key(key.as_deref()) {
            return Ok(before);
        }
        let alone = self.alone()?;
        let taken: Vec<i32> = self.all().iter().map(|b| b.id).collect();
        let free = (1..=i32::from(ClusterFile::BROKERS_MAX)).find(|id| !taken.contains(id));
        let id = free.ok_or(ActError::TooMany)?;
        let kind = OperationKind::BrokerAdd;
        let operation = self.operations.begin(kind, Some(id), key, &self.events)?;
        let (running, begun) = (self.clone(), operation.clone());
        tokio::spawn(async move {
            let done = running.add(id).await;
            if let Some(broker) = running.broker(id) {
                running.events.broker(running.shown(&broker));
            }
            running.end(begun, done);
            drop(alone);
        });
        Ok(operation)
    }

    /// Begins to move everything off a broker, stop it and forget it; it serves until all has moved.
    pub fn remove_broker(
        self: &Arc<Self>,
        id: i32,
        key: Option<String>,
    ) -> Result<Operation, ActError> {
        if let Some(before) = self.operations.by_key(key.as_deref()) {
            return Ok(before);
        }
        let broker = self.existing(id)?;
        let alone = self.alone()?;
        let others = |b: &Arc<LocalBroker>| b.id != id && b.state() == BrokerState::Running;
        if !self.all().iter().any(others) {
            return Err(ActError::LastBroker { id });
        }
        let kind = OperationKind::BrokerRemove;
        let operation = self.operations.begin(kind, Some(id), key, &self.events)?;
        let (running, begun) = (self.clone(), operation.clone());
        tokio::spawn(async move {
            let done = running.remove(&broker).await;
            running.events.broker(running.shown(&broker));
            running.end(begun, done);
            drop(alone);
        });
        Ok(operation)
    }

    fn alone(&self) -> Result<OwnedMutexGuard<()>, ActError> {
        self.membership.clone().try_lock_owned().map_err(|_| ActError::Busy)
    }

    /// `cluster.json` first: an engine that dies in between starts with the broker.
    async fn add(&self, id: i32) -> Result<(), String> {
        let bound = self.bind(id)?;
        let host = advertised(&self.cluster.lock());
        let config = BrokerConfig::local(id, &host, bound.port);
        let broker = local_broker(&config);
        self.remember(|brokers| brokers.push(broker.clone()))?;
        let added = self.join(&broker, config, bound).await;
        if added.is_err() {
            self.remember(|brokers| brokers.retain(|b| b.id != id))?;
        }
        added
    }

    async fn join(
        &self,
        broker: &LocalBroker,
        config: BrokerConfig,
        bound: BoundBroker,
    ) -> Result<(), String> {
        let id = broker.id;
        self.in_engine(move |engine| engine.add_broker(&config).map_err(text)).await?;
        match serve_broker(id, bound, &self.engine, &self.budget) {
            Ok(net) => {
                broker.opened(net);
                Ok(())
            }
            Err(error) => {
                let leave = move |engine: &Engine| {
                    engine.stop_broker(id).map_err(text)?;
                    engine.remove_broker(id).map_err(|e| e.message)
                };
                self.in_engine(leave).await?;
                Err(text(error))
            }
        }
    }

    fn bind(&self, id: i32) -> Result<BoundBroker, String> {
        let cluster = self.cluster.lock().clone();
        let number = u16::try_from(id).unwrap_or(0);
        bind_next(&self.dir, &cluster, number).map_err(text)
    }

    async fn remove(&self, broker: &Arc<LocalBroker>) -> Result<(), String> {
        let id = broker.id;
        self.drain(id).await?;
        if broker.transit(&[BrokerState::Running], BrokerState::Stopping).is_ok() {
            self.events.broker(self.shown(broker));
            self.stop_broker(broker).await?;
        }
        self.until_fenced(id).await?;
        self.in_engine(move |engine| engine.remove_broker(id).map_err(|e| e.message)).await?;
        self.remember(|brokers| brokers.retain(|b| b.id != id))
    }

    /// Until nothing is left on the broker: topics that are made meanwhile may be placed on it once more.
    async fn drain(&self, id: i32) -> Result<(), String> {
        let deadline = Instant::now() + DRAIN_MAX;
        while self.engine.replicas_on(id) > 0 {
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

    /// Changes the brokers of this process and of `cluster.json` together, or neither.
    fn remember(&self, change: impl FnOnce(&mut Vec<Arc<LocalBroker>>)) -> Result<(), String> {
        let mut brokers = self.all();
        change(&mut brokers);
        brokers.sort_by_key(|b| b.id);
        let mut cluster = self.cluster.lock();
        let mut changed = cluster.clone();
        changed.set_brokers(brokers.iter().map(|b| (b.id, b.port)).collect());
        // Another process may have changed what is wanted of the cluster.
        if let Some(stored) = self.dir.load_cluster().map_err(text)? {
            changed.desired = stored.desired;
            changed.sample = stored.sample;
        }
        self.dir.save_cluster(&changed).map_err(text)?;
        *cluster = changed;
        *self.brokers.write() = brokers;
        Ok(())
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
