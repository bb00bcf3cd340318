//! Brokers are added while clients run.
use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;
use weir_control::api::{Operation, OperationKind};
use weir_control::files::ClusterFile;
use weir_engine::{BrokerConfig, Engine};

use super::broker::LocalBroker;
use super::start::local_broker;
use super::{ActError, Running};
use crate::control::Asked;
use crate::net::serve_broker;
use crate::run::{BoundBroker, bind_next};

impl Running {
    pub(super) fn existing(&self, id: i32) -> Result<Arc<LocalBroker>, ActError> {
        let ids = || self.all().iter().map(|b| b.id).collect();
        self.broker(id).ok_or_else(|| ActError::NoSuchBroker { id, ids: ids() })
    }

    /// Begins to add a broker under the smallest free id. A key that was used before answers its operation.
    pub fn add_broker(self: &Arc<Self>, key: Option<String>) -> Result<Operation, ActError> {
        let kind = OperationKind::BrokerAdd;
        let asked = Asked { kind, broker: None, log_dir: None, key: key.as_deref() };
        if let Some(before) = self.operations.by_key(asked)? {
            return Ok(before);
        }
        let alone = self.alone()?;
        let taken: Vec<i32> = self.all().iter().map(|b| b.id).collect();
        let free = (1..=i32::from(ClusterFile::BROKERS_MAX)).find(|id| !taken.contains(id));
        let id = free.ok_or(ActError::TooMany)?;
        let operation = self.operations.begin(kind, Some(id), key, &self.events)?;
        let (running, begun) = (self.clone(), operation.clone());
        tokio::spawn(async move {
            let done = running.add(id).await;
            if let Some(broker) = running.broker(id) {
                running.events.broker(running.shown(&broker));
            }
            // First: whoever hears of the end may add the next one at once.
            drop(alone);
            running.end(begun, done);
        });
        Ok(operation)
    }

    fn alone(&self) -> Result<OwnedMutexGuard<()>, ActError> {
        self.membership.clone().try_lock_owned().map_err(|_| ActError::Busy)
    }

    /// `cluster.json` first: an engine that dies in between starts with the broker.
    async fn add(&self, id: i32) -> Result<(), String> {
        let bound = self.bind(id)?;
        let host = self.cluster.lock().advertised().to_owned();
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

    /// Changes the brokers of this process and of `cluster.json` together, or neither.
    pub(super) fn remember(
        &self,
        change: impl FnOnce(&mut Vec<Arc<LocalBroker>>),
    ) -> Result<(), String> {
        let mut brokers = self.all();
        change(&mut brokers);
        brokers.sort_by_key(|b| b.id);
        let mut cluster = self.cluster.lock();
        let mut changed = cluster.clone();
        changed.set_brokers(brokers.iter().map(|b| (b.id, b.port)).collect());
        // Another process may have changed what is wanted of the cluster, or does so at this moment.
        let _turn = self.dir.turn();
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

pub(super) fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
