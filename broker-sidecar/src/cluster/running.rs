use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::watch;
use weir_control::api::{self, Broker, Describe, EngineKind, OperationKind, OperationState};
use weir_control::files::{ClusterFile, ControlFile};
use weir_control::{ClusterDir, now_ms};
use weir_engine::{Engine, PLAINTEXT};

use super::broker::{LocalBroker, LocalBrokers};
use super::removal::Removal;
use crate::control::{EventLog, Operations};
use crate::host::Drivers;
use crate::net::{Closing, NetBudget};

/// Past this the engine leaves out its marker of a clean stop: the next start validates more.
const CLOSE_DEADLINE: Duration = Duration::from_millis(1_600);

/// A cluster that runs in this process.
#[derive(Debug)]
pub struct Running {
    pub(super) dir: ClusterDir,
    /// `cluster.json` as this process knows it.
    pub(super) cluster: Mutex<ClusterFile>,
    pub(super) engine: Engine,
    pub(super) drivers: Drivers,
    pub(super) budget: Arc<NetBudget>,
    pub(super) brokers: LocalBrokers,
    /// Held while a broker is added, or a drained one is forgotten: one at a time.
    pub(super) membership: Arc<tokio::sync::Mutex<()>>,
    pub(super) removal: Removal,
    pub(crate) operations: Operations,
    pub(crate) events: EventLog,
    pub(super) control: ControlFile,
    pub(super) started_ms: i64,
    pub(super) ready_ms: OnceLock<u64>,
    /// Told once: the engine is to stop.
    pub(super) stop: watch::Sender<bool>,
}

impl Running {
    /// `GET /v1/describe`.
    pub fn describe(&self) -> Describe {
        let cluster = self.cluster.lock().clone();
        Describe {
            api: api::API,
            engine: EngineKind::BuiltIn,
            version: self.control.version.clone(),
            instance: self.control.instance.clone(),
            pid: self.control.pid,
            name: cluster.name,
            cluster_id: self.cluster_id(),
            brokers: cluster.brokers,
            bootstrap: self.bootstrap_by_listener(),
            started_ms: self.started_ms,
            ready_ms: self.ready_ms.get().copied().unwrap_or(0),
            running: self.operations.running(),
            unrecorded: self.operations.unrecorded(),
        }
    }

    pub fn cluster_id(&self) -> String {
        self.engine.image().cluster_id().to_string()
    }

    /// `GET /v1/brokers`.
    pub fn brokers(&self) -> Vec<Broker> {
        self.all().iter().map(|broker| self.shown(broker)).collect()
    }

    /// Every broker's address, joined by commas.
    pub fn bootstrap(&self) -> String {
        let addresses: Vec<String> =
            self.all().iter().map(|b| authority(&b.host, b.port)).collect();
        addresses.join(",")
    }

    pub(super) fn bootstrap_by_listener(&self) -> BTreeMap<String, String> {
        BTreeMap::from([(PLAINTEXT.to_owned(), self.bootstrap())])
    }

    /// Every broker that there is now, by id.
    pub(super) fn all(&self) -> Vec<Arc<LocalBroker>> {
        self.brokers.read().clone()
    }

    pub(super) fn broker(&self, id: i32) -> Option<Arc<LocalBroker>> {
        self.brokers.read().iter().find(|b| b.id == id).cloned()
    }

    /// Returns when a shutdown was asked for.
    pub async fn stopped(&self) {
        let mut told = self.stop.subscribe();
        // The sender lives in `self`.
        let _ = told.wait_for(|stop| *stop).await;
    }

    /// Calls into the engine off the runtime's workers: such calls wait for the disk.
    pub(super) async fn in_engine(
        &self,
        call: impl FnOnce(&Engine) -> Result<(), String> + Send + 'static,
    ) -> Result<(), String> {
        let engine = self.engine.clone();
        let done = tokio::task::spawn_blocking(move || call(&engine)).await;
        done.unwrap_or_else(|e| Err(format!("the engine failed: {e}")))
    }

    /// A clean stop: sockets, then the engine's files, then `control.json`.
    pub(super) async fn stop_all(&self) {
        let began = now_ms();
        for broker in self.all() {
            broker.close(Closing::Stop).await;
        }
        self.drivers.end();
        let deadline = Instant::now() + CLOSE_DEADLINE;
        let close = move |engine: &Engine| {
            engine.close(&|| Instant::now() >= deadline).map_err(|e| e.to_string())
        };
        if let Err(e) = self.in_engine(close).await {
            tracing::error!("the stop was not clean: {e}");
        }
        for operation in self.operations.running() {
            let ended = if operation.kind == OperationKind::Shutdown {
                OperationState::Done
            } else {
                OperationState::Failed
            };
            self.operations.end(operation, ended, &self.events);
        }
        if let Err(e) = self.dir.remove_control() {
            tracing::warn!("{e}");
        }
        tracing::info!("stopped in {} ms", now_ms() - began);
    }
}

/// `host:port` as clients read it: an IPv6 address stands in brackets (RFC 3986, section 3.2.2).
fn authority(host: &str, port: u16) -> String {
    if host.contains(':') && !host.starts_with('[') {
        return format!("[{host}]:{port}");
    }
    format!("{host}:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_address_stands_in_brackets() {
        assert_eq!(authority("::1", 9092), "[::1]:9092");
        assert_eq!(authority("[::1]", 9092), "[::1]:9092");
        assert_eq!(authority("localhost", 9092), "localhost:9092");
    }
}
