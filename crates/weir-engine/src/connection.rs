//! What the engine knows of one client connection.

use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use weir_wire::Str;

use crate::fetch::{KeptFetches, KeptGuard};

/// One accepted connection. The sidecar makes it, keeps it for the connection's life and hands it in
/// with every frame; dropping it tells the engine that the client is gone.
#[derive(Debug)]
pub struct Connection {
    id: u64,
    broker_id: i32,
    listener: Str,
    peer_host: Str,
    software: Mutex<ClientSoftware>,
    kept_fetch: OnceLock<KeptGuard>,
}

/// What ApiVersions v3 and later told about the client (KIP-511).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientSoftware {
    /// For example `apache-kafka-java` or `librdkafka`.
    pub name: Str,
    /// For example `4.4.0`.
    pub version: Str,
}

impl Connection {
    /// A connection that came in on `broker_id`'s `listener` from `peer_host` (an address without port).
    /// `id` is unique in the process.
    pub fn new(id: u64, broker_id: i32, listener: &str, peer_host: &str) -> Self {
        Self {
            id,
            broker_id,
            listener: Str::from(listener),
            peer_host: Str::from(peer_host),
            software: Mutex::default(),
            kept_fetch: OnceLock::new(),
        }
    }

    /// Unique in the process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The broker whose listener accepted it: every answer is that broker's.
    pub fn broker_id(&self) -> i32 {
        self.broker_id
    }

    /// The listener's name, such as `PLAINTEXT`: Metadata answers with the same listener's addresses.
    pub fn listener(&self) -> &Str {
        &self.listener
    }

    /// The client's address without the port, as DescribeGroups reports it (with a leading `/`).
    pub fn peer_host(&self) -> &Str {
        &self.peer_host
    }

    /// The client's software, once it told.
    pub fn software(&self) -> ClientSoftware {
        self.software.lock().clone()
    }

    /// From now on sets of this connection may be among `fetches`: they end with it.
    pub(crate) fn keep_fetches(&self, fetches: &Arc<KeptFetches>) {
        self.kept_fetch.get_or_init(|| KeptGuard { fetches: fetches.clone(), connection: self.id });
    }

    /// Whether a set of this connection may be kept.
    pub(crate) fn keeps_fetches(&self) -> bool {
        self.kept_fetch.get().is_some()
    }

    pub(crate) fn set_software(&self, software: ClientSoftware) {
        *self.software.lock() = software;
    }
}
