use parking_lot::Mutex;
use std::sync::atomic::Ordering;
use weir_control::api::{Broker, BrokerState};

use crate::net::{BrokerNet, Closing};

/// The brokers of this process, by id: more come and some go while it runs.
pub(super) type LocalBrokers = parking_lot::RwLock<Vec<std::sync::Arc<LocalBroker>>>;

/// One broker of this process, whether its sockets are open or not.
#[derive(Debug)]
pub(super) struct LocalBroker {
    pub(super) id: i32,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) rack: Option<String>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: BrokerState,
    net: Option<BrokerNet>,
}

impl LocalBroker {
    pub(super) fn new(id: i32, host: String, port: u16, rack: Option<String>) -> Self {
        let inner = Mutex::new(Inner { state: BrokerState::Starting, net: None });
        Self { id, host, port, rack, inner }
    }

    /// Goes from one of `from` to `to`; `Err` holds the state that forbids it.
    pub(super) fn transit(&self, from: &[BrokerState], to: BrokerState) -> Result<(), BrokerState> {
        let mut inner = self.inner.lock();
        if !from.contains(&inner.state) {
            return Err(inner.state);
        }
        inner.state = to;
        Ok(())
    }

    pub(super) fn state(&self) -> BrokerState {
        self.inner.lock().state
    }

    pub(super) fn set(&self, state: BrokerState) {
        self.inner.lock().state = state;
    }

    /// The sockets are open: the broker runs.
    pub(super) fn opened(&self, net: BrokerNet) {
        let mut inner = self.inner.lock();
        inner.net = Some(net);
        inner.state = BrokerState::Running;
    }

    /// Closes the sockets and returns once the port is free again.
    pub(super) async fn close(&self, how: Closing) {
        let net = self.inner.lock().net.take();
        if let Some(net) = net {
            net.close(how).await;
        }
    }

    pub(super) fn describe(&self) -> Broker {
        let inner = self.inner.lock();
        let connections = inner.net.as_ref().map_or(0, |n| n.connections.load(Ordering::Relaxed));
        Broker {
            id: self.id,
            host: self.host.clone(),
            port: self.port,
            rack: self.rack.clone(),
            state: inner.state,
            connections,
        }
    }
}
