use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use weir_engine::{Connection, Engine, PLAINTEXT};

use super::NetBudget;
use super::by_address::{ByAddress, Counted, most_from};
use super::connection::{End, serve};
use crate::run::BoundBroker;

/// Whether a broker's connections go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closing {
    No,
    /// Controlled: answers that are on their way are sent.
    Stop,
    /// At once, with a reset.
    Kill,
}

/// After a failed accept (no file descriptor is free) others get time to close theirs.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Numbers every connection of the process.
static NEXT_CONNECTION: AtomicU64 = AtomicU64::new(1);

/// The open side of one broker: dropping or telling `closing` ends its listeners and connections.
#[derive(Debug)]
pub(crate) struct BrokerNet {
    closing: watch::Sender<Closing>,
    accepting: Vec<JoinHandle<()>>,
    pub(crate) connections: Arc<AtomicU32>,
}

impl BrokerNet {
    /// Closes listeners and connections; returns once the port is free.
    pub(crate) async fn close(self, how: Closing) {
        self.closing.send_replace(how);
        for task in self.accepting {
            // A task that panicked has closed its listener too.
            let _ = task.await;
        }
    }
}

#[derive(Clone)]
struct Accepting {
    broker_id: i32,
    engine: Engine,
    budget: Arc<NetBudget>,
    closing: watch::Receiver<Closing>,
    connections: Arc<AtomicU32>,
    /// `max.connections`.
    room: Arc<Semaphore>,
    by_address: Arc<ByAddress>,
}

/// What a connection holds while it is open.
struct Held {
    _of_broker: OwnedSemaphorePermit,
    _of_process: OwnedSemaphorePermit,
    _of_address: Counted,
}

/// Accepts connections of one broker until it is told to close.
pub(crate) fn serve_broker(
    broker_id: i32,
    bound: BoundBroker,
    engine: &Engine,
    budget: &Arc<NetBudget>,
) -> io::Result<BrokerNet> {
    let (closing, told) = watch::channel(Closing::No);
    let connections = Arc::new(AtomicU32::new(0));
    let room = Arc::new(Semaphore::new(budget.connections_of_broker));
    let by_address = Arc::new(ByAddress::default());
    let mut accepting_tasks = Vec::with_capacity(bound.listeners.len());
    for listener in bound.listeners {
        let listener = TcpListener::from_std(listener)?;
        let accepting = Accepting {
            broker_id,
            engine: engine.clone(),
            budget: budget.clone(),
            closing: told.clone(),
            connections: connections.clone(),
            room: room.clone(),
            by_address: by_address.clone(),
        };
        accepting_tasks.push(tokio::spawn(accepting.run(listener)));
    }
    Ok(BrokerNet { closing, accepting: accepting_tasks, connections })
}

impl Accepting {
    async fn run(mut self, listener: TcpListener) {
        let mut closing = self.closing.clone();
        tokio::select! {
            _ = closing.wait_for(|c| *c != Closing::No) => {}
            () = self.accept_all(&listener) => {}
        }
    }

    async fn accept_all(&mut self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => self.take(stream, peer.ip()).await,
                Err(e) => {
                    tracing::warn!(broker = self.broker_id, "a connection was not accepted: {e}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Begins to serve a connection once there is room for it; as in Kafka, the next is not accepted until then, and one
    /// more than its address may have is closed at once. A listener that nobody connects to takes no room.
    async fn take(&self, stream: TcpStream, peer: IpAddr) {
        let most = most_from(&self.engine, self.broker_id, peer);
        let Some(of_address) = self.by_address.one_more(peer, most) else {
            let broker = self.broker_id;
            tracing::info!(broker, %peer, most, "closed a connection: too many of its address");
            return;
        };
        // Neither is ever closed.
        let Ok(of_broker) = self.room.clone().acquire_owned().await else { return };
        let Ok(of_process) = self.budget.connections.clone().acquire_owned().await else { return };
        let held = Held { _of_broker: of_broker, _of_process: of_process, _of_address: of_address };
        self.clone().begin(stream, &peer.to_string(), held);
    }

    fn begin(self, stream: TcpStream, peer: &str, held: Held) {
        // Answers are small and waited for.
        let _ = stream.set_nodelay(true);
        let id = NEXT_CONNECTION.fetch_add(1, Ordering::Relaxed);
        let client = Arc::new(Connection::new(id, self.broker_id, PLAINTEXT, peer));
        tokio::spawn(async move {
            let _held = held;
            let _count = Count::one_more(&self.connections);
            let end = serve(stream, client, self.engine, self.budget, self.closing).await;
            report(self.broker_id, id, &end);
        });
    }
}

/// What a client did wrong is worth a line; that it left is not.
fn report(broker: i32, connection: u64, end: &End) {
    match end {
        End::Engine(reason) => tracing::info!(broker, connection, "closed a connection: {reason}"),
        end => tracing::debug!(broker, connection, "connection ended: {end}"),
    }
}

struct Count(Arc<AtomicU32>);

impl Count {
    fn one_more(count: &Arc<AtomicU32>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
