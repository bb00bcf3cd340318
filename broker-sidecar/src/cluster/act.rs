//! Stop, kill, start of one broker; shutdown of all.
use std::sync::Arc;
use std::time::Duration;

use weir_control::api::{ApiError, BrokerState, Operation, OperationKind, OperationState};
use weir_control::files::Desired;

use weir_engine::BrokerState as EngineState;

use super::broker::LocalBroker;
use super::{ActError, Running};
use crate::control::Asked;
use crate::net::{Closing, serve_broker};
use crate::run::bind_again;

/// How often, and how many times, a broker that catches up is looked at: ten minutes.
const CATCH_UP_PAUSE: Duration = Duration::from_millis(100);
const CATCH_UP_LOOKS: u32 = 6_000;

/// What can be done to a broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Controlled shutdown: leaders move first.
    Stop,
    /// Gone at once, connections reset; leaders move after the session timeout.
    Kill,
    Start,
}

impl Act {
    fn kind(self) -> OperationKind {
        match self {
            Self::Stop => OperationKind::BrokerStop,
            Self::Kill => OperationKind::BrokerKill,
            Self::Start => OperationKind::BrokerStart,
        }
    }

    fn transit(self, broker: &LocalBroker) -> Result<(), BrokerState> {
        match self {
            Self::Stop | Self::Kill => {
                broker.transit(&[BrokerState::Running], BrokerState::Stopping)
            }
            Self::Start => {
                let from = [BrokerState::Stopped, BrokerState::Killed];
                broker.transit(&from, BrokerState::Starting)
            }
        }
    }
}

impl Running {
    /// Begins to stop, kill or start a broker; the operation goes on in the background. A key that was used
    /// before answers its operation.
    pub fn act(
        self: &Arc<Self>,
        id: i32,
        act: Act,
        key: Option<String>,
    ) -> Result<Operation, ActError> {
        let asked =
            Asked { kind: act.kind(), broker: Some(id), log_dir: None, key: key.as_deref() };
        if let Some(before) = self.operations.by_key(asked)? {
            return Ok(before);
        }
        self.changes_state(id, act)?;
        let operation = self.operations.begin(act.kind(), Some(id), key, &self.events)?;
        let (running, begun) = (self.clone(), operation.clone());
        tokio::spawn(async move {
            running.finish(id, act, begun).await;
            running.tell_when_caught_up(id).await;
        });
        Ok(operation)
    }

    /// Does it, and returns when it is done.
    pub async fn act_and_wait(self: &Arc<Self>, id: i32, act: Act) -> Result<Operation, ActError> {
        self.changes_state(id, act)?;
        let operation = self.operations.begin(act.kind(), Some(id), None, &self.events)?;
        Ok(self.finish(id, act, operation).await)
    }

    fn changes_state(&self, id: i32, act: Act) -> Result<(), ActError> {
        let broker = self.existing(id)?;
        act.transit(&broker).map_err(|state| ActError::WrongState { id, state })?;
        self.events.broker(self.shown(&broker));
        Ok(())
    }

    async fn finish(&self, id: i32, act: Act, operation: Operation) -> Operation {
        let Some(broker) = self.broker(id) else { return operation };
        let done = match act {
            Act::Stop => self.stop_broker(&broker).await,
            Act::Kill => self.kill_broker(&broker).await,
            Act::Start => self.start_broker(&broker).await,
        };
        self.events.broker(self.shown(&broker));
        self.end(operation, done)
    }

    pub(super) fn end(&self, mut operation: Operation, done: Result<(), String>) -> Operation {
        let state = match done {
            Ok(()) => OperationState::Done,
            Err(text) => {
                operation.error = Some(ApiError { text, hint: None, detail: None });
                OperationState::Failed
            }
        };
        self.operations.end(operation, state, &self.events)
    }

    /// R-rules' order: leaders move, the broker leaves the ISRs, then its listeners close.
    pub(super) async fn stop_broker(&self, broker: &LocalBroker) -> Result<(), String> {
        let id = broker.id;
        let moved =
            self.in_engine(move |engine| engine.stop_broker(id).map_err(|e| e.to_string())).await;
        broker.close(Closing::Stop).await;
        broker.set(BrokerState::Stopped);
        moved
    }

    async fn kill_broker(&self, broker: &LocalBroker) -> Result<(), String> {
        let id = broker.id;
        broker.close(Closing::Kill).await;
        let gone = self
            .in_engine(move |engine| engine.kill_broker(id).map(drop).map_err(|e| e.to_string()))
            .await;
        self.drivers.cluster_work();
        broker.set(BrokerState::Killed);
        gone
    }

    async fn start_broker(&self, broker: &LocalBroker) -> Result<(), String> {
        let opened = self.reopen(broker).await;
        if opened.is_err() {
            broker.set(BrokerState::Stopped);
        }
        opened
    }

    async fn reopen(&self, broker: &LocalBroker) -> Result<(), String> {
        let number = u16::try_from(broker.id).unwrap_or(0);
        let bound = bind_again(self.cluster.lock().host.clone().as_deref(), number, broker.port);
        let bound = bound.map_err(|e| e.to_string())?;
        let id = broker.id;
        self.in_engine(move |engine| engine.start_broker(id).map_err(|e| e.to_string())).await?;
        self.drivers.cluster_work();
        let net = serve_broker(id, bound, &self.engine, &self.budget);
        broker.opened(net.map_err(|e| e.to_string())?);
        Ok(())
    }

    /// A broker as it is shown: one whose replicas still catch up is starting, though it serves.
    pub(super) fn shown(&self, broker: &LocalBroker) -> weir_control::api::Broker {
        let mut shown = broker.describe();
        let catches_up = self.engine.broker_state(broker.id) == Some(EngineState::Starting);
        if shown.state == BrokerState::Running && catches_up {
            shown.state = BrokerState::Starting;
        }
        shown
    }

    /// Follows a started broker until its replicas have everything, at most for a while.
    async fn tell_when_caught_up(&self, id: i32) {
        for _ in 0..CATCH_UP_LOOKS {
            if self.engine.broker_state(id) != Some(EngineState::Starting) {
                break;
            }
            tokio::time::sleep(CATCH_UP_PAUSE).await;
        }
        if let Some(broker) = self.broker(id) {
            self.events.broker(self.shown(&broker));
        }
    }

    /// Begins to stop the whole engine; nobody restarts it.
    pub fn shutdown(&self, key: Option<String>) -> Result<Operation, ActError> {
        let kind = OperationKind::Shutdown;
        let asked = Asked { kind, broker: None, log_dir: None, key: key.as_deref() };
        if let Some(before) = self.operations.by_key(asked)? {
            return Ok(before);
        }
        // Held: a broker that is added or removed just now writes the file too.
        let known = self.cluster.lock();
        self.dir.change_cluster(|cluster| cluster.desired = Desired::Stopped)?;
        drop(known);
        let operation = self.operations.begin(kind, None, key, &self.events)?;
        self.stop.send_replace(true);
        Ok(operation)
    }
}
