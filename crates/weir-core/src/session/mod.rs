//! One session for each cluster that somebody looks at: a client, what was read last, and the pollers that read it
//! again. Reads answer from here at once; what costs the cluster something is read only while it is watched.

mod down;
mod overlay;
mod poll;
mod sessions;
mod tables;
mod visible;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use weir_client::data::Producer;
use weir_client::{Client, ClientError, Metadata};
use weir_domain::Rights;

pub(crate) use down::marked;
pub(crate) use overlay::{Creating, Overlay};
pub(crate) use sessions::Sessions;
pub use tables::Answering;
pub(crate) use tables::{GroupEntry, GroupTable, OffsetTable, SizeTable};
pub(crate) use visible::Visible;

use crate::events::Events;
use crate::failure::{Failure, Result};
use crate::text::TextId;
use crate::time::now_ms;

/// A snapshot older than this is read again before it answers, when no poller keeps it fresh.
const STALE_LOCAL: Duration = Duration::from_secs(5);
const STALE_REMOTE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) cluster: String,
    pub(crate) bootstrap: String,
    pub(crate) is_local: bool,
    pub(crate) client: Client,
    pub(crate) events: Events,
    pub(crate) overlay: Overlay,
    pub(crate) visible: Visible,
    /// One reads at a time: who comes second takes what the first has read.
    reading: tokio::sync::Mutex<()>,
    /// A refresh after a write is about to read.
    refreshing: AtomicBool,
    state: Mutex<State>,
    generation: AtomicU64,
    wake: Notify,
    /// Who answers was remembered under the profile.
    reached: AtomicBool,
    producer: Mutex<Option<Arc<Producer>>>,
}

#[derive(Debug, Default)]
struct State {
    snapshot: Option<Snapshot>,
    /// Why the last read of it failed; `None` after one that did not.
    problem: Option<ClientError>,
    /// Brokers that did not answer their share last time.
    silent_brokers: Vec<i32>,
    /// Of a local cluster: brokers that its engine says are down. Metadata tells so only once their session has ended.
    down: Vec<i32>,
    controller: Controller,
    abilities: Abilities,
    offsets: Arc<OffsetTable>,
    sizes: Arc<SizeTable>,
    groups: Arc<GroupTable>,
    throughput: VecDeque<Throughput>,
}

/// What the cluster took in at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throughput {
    /// Milliseconds since the epoch.
    pub at: i64,
    /// `None`: nobody answered.
    pub bytes_in_per_s: Option<f64>,
    pub messages_in_per_s: Option<f64>,
}

/// Who leads the controllers, as it was read last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Controller {
    #[default]
    Unknown,
    /// The leader of the quorum. Metadata of such a cluster names some broker, to be asked in its place (KIP-590).
    Quorum(i32),
    /// The cluster serves no DescribeQuorum: Metadata names the broker that leads.
    InMetadata,
}

/// What the cluster says that it serves and that this connection may do, as it was read last. What it does not tell is
/// not known, and forbids nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Abilities {
    /// Names of APIs.
    pub(crate) apis: Option<Arc<[&'static str]>>,
    pub(crate) rights: Rights,
}

/// Ten minutes at one reading each three seconds.
const THROUGHPUT_MAX: usize = 200;

/// Everything about brokers and topics, as one Metadata answer told it.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) metadata: Arc<Metadata>,
    pub(crate) generation: u64,
    /// Milliseconds since the epoch.
    pub(crate) as_of: i64,
    read: Instant,
}

impl Session {
    pub(crate) fn new(
        cluster: &str,
        bootstrap: &str,
        is_local: bool,
        events: Events,
    ) -> Result<Self> {
        let addresses =
            weir_client::parse_bootstrap(bootstrap).map_err(|e| crate::errors::bad_address(&e))?;
        Ok(Self {
            cluster: cluster.to_owned(),
            bootstrap: bootstrap.to_owned(),
            is_local,
            client: Client::new(weir_client::Options::new(addresses)),
            events,
            overlay: Overlay::default(),
            visible: Visible::default(),
            reading: tokio::sync::Mutex::default(),
            refreshing: AtomicBool::new(false),
            state: Mutex::default(),
            generation: AtomicU64::new(0),
            wake: Notify::new(),
            reached: AtomicBool::new(false),
            producer: Mutex::default(),
        })
    }

    /// What is there: as read last if that is fresh, else read now.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot> {
        if let Some(snapshot) = self.fresh() {
            return Ok(snapshot);
        }
        let _one = self.reading.lock().await;
        if let Some(snapshot) = self.fresh() {
            return Ok(snapshot);
        }
        self.read().await
    }

    /// Read now, whatever is known.
    pub(crate) async fn refresh(&self) -> Result<Snapshot> {
        let _one = self.reading.lock().await;
        self.read().await
    }

    /// A write makes the snapshot stale. Many writes in a row are one refresh: true for the write that has to do it.
    pub(crate) fn begin_refresh(&self) -> bool {
        !self.refreshing.swap(true, Ordering::AcqRel)
    }

    /// The refresh that [`Session::begin_refresh`] asked for. Writes that come once it reads ask for another.
    pub(crate) async fn end_refresh(&self) {
        let _one = self.reading.lock().await;
        self.refreshing.store(false, Ordering::Release);
        // A failure shows where the snapshot is asked for next.
        let _ = self.read().await;
    }

    async fn read(&self) -> Result<Snapshot> {
        match self.client.metadata().await {
            Ok(metadata) => {
                let (metadata, ()) =
                    tokio::join!(self.client.with_moves(metadata), self.read_abilities());
                Ok(self.keep(metadata))
            }
            Err(error) => {
                let mut failure = crate::errors::client_failure(&error);
                if self.is_local && error.kind == weir_client::ErrorKind::Refused {
                    failure = failure.hint(TextId::HintStartBrokers);
                }
                self.lock().problem = Some(error);
                Err(failure)
            }
        }
    }

    /// Asks what the cluster serves and permits. Of one that does not answer, what was known stays.
    async fn read_abilities(&self) {
        let (apis, rights) = tokio::join!(self.client.api_versions(None), self.client.rights());
        let mut state = self.lock();
        if let Ok(apis) = apis {
            state.abilities.apis = Some(apis.iter().map(|api| api.name).collect());
        }
        if let Ok(rights) = rights {
            state.abilities.rights = rights;
        }
    }

    pub(crate) fn abilities(&self) -> Abilities {
        self.lock().abilities.clone()
    }

    fn keep(&self, metadata: Arc<Metadata>) -> Snapshot {
        let generation = self.generation.fetch_add(1, Ordering::Relaxed) + 1;
        self.overlay.settle(&metadata);
        let mut state = self.lock();
        let metadata = marked(metadata, &state.down);
        let snapshot = Snapshot { metadata, generation, as_of: now_ms(), read: Instant::now() };
        state.snapshot = Some(snapshot.clone());
        state.problem = None;
        snapshot
    }

    fn fresh(&self) -> Option<Snapshot> {
        let stale = if self.is_local { STALE_LOCAL } else { STALE_REMOTE };
        self.newest().filter(|snapshot| snapshot.read.elapsed() < stale)
    }

    /// What was read last, however old.
    pub(crate) fn newest(&self) -> Option<Snapshot> {
        self.lock().snapshot.clone()
    }

    /// Why the cluster could not be asked last time.
    pub(crate) fn problem(&self) -> Option<ClientError> {
        self.lock().problem.clone()
    }

    pub(crate) fn silent_brokers(&self) -> Vec<i32> {
        self.lock().silent_brokers.clone()
    }

    pub(crate) fn offsets(&self) -> Arc<OffsetTable> {
        self.lock().offsets.clone()
    }

    pub(crate) fn sizes(&self) -> Arc<SizeTable> {
        self.lock().sizes.clone()
    }

    pub(crate) fn groups(&self) -> Arc<GroupTable> {
        self.lock().groups.clone()
    }

    /// True for the first who asks.
    pub(crate) fn first_reached(&self) -> bool {
        !self.reached.swap(true, Ordering::Relaxed)
    }

    /// Brokers of a cluster that was down are not silent: it is asked anew.
    pub(crate) fn forget_silent(&self) {
        self.lock().silent_brokers.clear();
    }

    /// Brokers that the engine says are down; whether that is news.
    pub(crate) fn set_down(&self, down: Vec<i32>) -> bool {
        let mut state = self.lock();
        let news = state.down != down;
        if news && let Some(snapshot) = &mut state.snapshot {
            // Where none is left that could tell, what was read last is all there is.
            snapshot.metadata = marked(snapshot.metadata.clone(), &down);
            snapshot.generation = self.generation.fetch_add(1, Ordering::Relaxed) + 1;
        }
        state.down = down;
        news
    }

    /// Asks who leads the controllers. Of a cluster that does not tell, what was known stays.
    pub(crate) async fn read_controller(&self) -> Option<i32> {
        if self.lock().controller != Controller::InMetadata {
            let read = match self.client.quorum().await {
                Ok(quorum) => Some(Controller::Quorum(quorum.leader_id)),
                Err(error) if matches!(error.kind, weir_client::ErrorKind::Unsupported { .. }) => {
                    Some(Controller::InMetadata)
                }
                Err(_) => None,
            };
            if let Some(read) = read {
                self.lock().controller = read;
            }
        }
        self.controller()
    }

    /// The node that leads the controllers, as it was read last.
    pub(crate) fn controller(&self) -> Option<i32> {
        match self.lock().controller {
            Controller::Unknown => None,
            Controller::Quorum(leader) => (leader >= 0).then_some(leader),
            Controller::InMetadata => self.newest()?.metadata.cluster.controller_id,
        }
    }

    fn note_throughput(&self) {
        let mut state = self.lock();
        let (bytes, messages) = (state.sizes.bytes_per_s, state.offsets.messages_per_s);
        state.note(Throughput { at: now_ms(), bytes_in_per_s: bytes, messages_in_per_s: messages });
    }

    /// Nobody answered: the charts have a gap from here.
    fn note_silence(&self) {
        self.lock().note(Throughput {
            at: now_ms(),
            bytes_in_per_s: None,
            messages_in_per_s: None,
        });
    }

    /// Goes on from a session of the same cluster at an earlier address: the history stays.
    pub(crate) fn inherit(&self, before: &Self) {
        let (mut state, before) = (self.lock(), before.lock());
        state.offsets = before.offsets.clone();
        state.sizes = before.sizes.clone();
        state.groups = before.groups.clone();
        state.throughput = before.throughput.clone();
        state.down = before.down.clone();
        state.controller = before.controller;
        state.abilities = before.abilities.clone();
    }

    /// The last ten minutes, as far as somebody looked: of a local cluster, some minutes more.
    pub(crate) fn throughput(&self) -> Vec<Throughput> {
        self.lock().throughput.iter().copied().collect()
    }

    /// Has the pollers look at once who watches what.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// The producer, made when first needed.
    pub(crate) fn producer(&self) -> Result<Arc<Producer>> {
        let mut kept = self.producer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(producer) = kept.as_ref() {
            return Ok(producer.clone());
        }
        let made =
            Producer::new(self.client.options(), &Default::default()).map_err(Failure::internal)?;
        Ok(kept.insert(Arc::new(made)).clone())
    }

    /// Ends the producer with the topics that it knows: after one of them was deleted.
    pub(crate) fn drop_producer(&self) {
        self.producer.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, point: Throughput) {
        // One point without values is a gap; before the first value there is nothing to interrupt.
        let is_empty = |p: &Throughput| p.bytes_in_per_s.is_none() && p.messages_in_per_s.is_none();
        if is_empty(&point) && self.throughput.back().is_none_or(is_empty) {
            return;
        }
        self.throughput.push_back(point);
        if self.throughput.len() > THROUGHPUT_MAX {
            self.throughput.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(messages: Option<f64>) -> Throughput {
        Throughput { at: 0, bytes_in_per_s: messages, messages_in_per_s: messages }
    }

    #[test]
    fn silence_is_one_gap_and_pushes_no_history_out() {
        let mut state = State::default();
        state.note(point(None));
        assert!(state.throughput.is_empty(), "nothing was measured yet");
        for messages in [Some(1.0), None, None, Some(2.0)] {
            state.note(point(messages));
        }
        let seen: Vec<_> = state.throughput.iter().map(|p| p.messages_in_per_s).collect();
        assert_eq!(seen, [Some(1.0), None, Some(2.0)]);
    }
}
