//! The simulated machine: file system, clock, engine, and what has happened so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use weir_engine::clock::ManualClock;
use weir_engine::fs::SimFs;
use weir_engine::partition::Partition;
use weir_engine::rng::SeededRng;
use weir_engine::{Background, BrokerState, Clock, Engine, EngineConfig, Host, Rng};
use weir_wire::ErrorCode;

use super::group::{GroupLedger, Places};
use super::keyed::{KeyedLedger, KeyedTransaction};
use super::ledger::{Ledger, Place};
use super::processing::Batch;
use super::streams::Application;
use super::transactor::Transaction;

/// How long members of groups may be silent.
pub(super) const SESSION_MS: i64 = 6_000;

/// What members of each kind of group subscribe to. Leaders of classic groups look at topics only when
/// they assign, so that theirs is there from the beginning.
pub(super) const CLASSIC_TOPICS: [&str; 1] = ["t0"];
pub(super) const CONSUMER_TOPICS: [&str; 2] = ["t0", "t1"];

/// A topic of the run, as it was asked for.
#[derive(Debug, Clone)]
pub(super) struct Topic {
    pub(super) name: String,
    pub(super) partitions: i32,
    /// `flush.messages=1`: nothing acknowledged is lost by a power loss.
    pub(super) durable: bool,
    /// `unclean.leader.election.enable`.
    pub(super) unclean: bool,
    pub(super) min_isr: i32,
    /// Compacted, with its `delete.retention.ms`.
    pub(super) keyed: Option<i64>,
}

/// How much happened: a simulator that reaches nothing proves nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) acknowledged: u64,
    pub(super) shown: u64,
    /// Reads from followers.
    pub(super) followed: u64,
    /// Replicas whose told size and lag were held against their log.
    pub(super) sized: u64,
    pub(super) commits: u64,
    /// Ranges given to members of share groups.
    pub(super) given: u64,
    pub(super) ends: u64,
    pub(super) torn: u64,
    pub(super) elections: u64,
    pub(super) cuts: u64,
    pub(super) moves: u64,
    /// Committed ones.
    pub(super) transactions: u64,
    /// Of those, what was processed with the offsets of what was read.
    pub(super) processed: u64,
    /// Of members of groups, answered without an error.
    pub(super) heartbeats: u64,
    /// Assignments that members of classic groups were told.
    pub(super) syncs: u64,
    /// Heartbeats of members of streams groups, answered without an error.
    pub(super) streamed: u64,
    /// Acknowledged writes that compaction has taken.
    pub(super) superseded: u64,
}

impl Counts {
    pub(super) fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.shown += other.shown;
        self.followed += other.followed;
        self.sized += other.sized;
        self.commits += other.commits;
        self.given += other.given;
        self.ends += other.ends;
        self.torn += other.torn;
        self.elections += other.elections;
        self.cuts += other.cuts;
        self.moves += other.moves;
        self.transactions += other.transactions;
        self.processed += other.processed;
        self.heartbeats += other.heartbeats;
        self.syncs += other.syncs;
        self.streamed += other.streamed;
        self.superseded += other.superseded;
    }
}

/// A line of the trace, put together only where someone reads it.
macro_rules! note {
    ($world:expr, $($line:tt)+) => {
        if $world.is_aloud {
            let line = format!($($line)+);
            $world.note(line);
        }
    };
}
pub(super) use note;

#[derive(Debug)]
pub(super) struct World {
    /// Someone reads the trace.
    pub(super) is_aloud: bool,
    pub(super) counts: Counts,
    pub(super) rng: SeededRng,
    pub(super) fs: SimFs,
    pub(super) clock: Arc<ManualClock>,
    /// `None` while the process is dead.
    pub(super) engine: Option<Engine>,
    pub(super) config: EngineConfig,
    pub(super) boots: u32,
    pub(super) topics: Vec<Topic>,
    pub(super) ledgers: BTreeMap<Place, Ledger>,
    pub(super) transactions: Vec<Transaction>,
    /// Of the partitions of compacted topics.
    pub(super) keyed: BTreeMap<Place, KeyedLedger>,
    pub(super) keyed_transactions: Vec<KeyedTransaction>,
    /// What was read, processed and written in transactions, and in which era.
    pub(super) processed: Vec<Batch>,
    pub(super) era: u32,
    pub(super) streams: Application,
    /// What members of groups were told and promised, by group.
    groups: BTreeMap<String, GroupLedger>,
    /// `__consumer_offsets` has `flush.messages=1`: a power loss takes nothing of it.
    pub(super) keeps_offsets: bool,
    /// Nothing goes wrong any more: clients finish.
    pub(super) is_calm: bool,
    /// Nothing new is begun.
    pub(super) is_finishing: bool,
    /// Values of transactions that a read_committed consumer was shown.
    pub(super) shown_committed: BTreeSet<String>,
    pub(super) trace: Vec<String>,
    pub(super) violation: Option<String>,
}

impl World {
    pub(super) fn new(seed: u64, is_aloud: bool) -> Self {
        let rng = SeededRng::new(seed);
        let brokers = [1, 2, 3, 3, 3, 4, 5][rng.below(7) as usize];
        let mut config = EngineConfig::local("/sim", brokers, "localhost", 9092);
        config = config.set("offsets.topic.num.partitions", "3");
        config = config.set("transaction.state.log.num.partitions", "3");
        config = config.set("group.share.min.record.lock.duration.ms", "1000");
        for key in ["group.streams.min.session.timeout.ms", "group.streams.session.timeout.ms"] {
            config = config.set(key, &SESSION_MS.to_string());
        }
        config = config.set("group.consumer.min.session.timeout.ms", &SESSION_MS.to_string());
        config = config.set("group.consumer.session.timeout.ms", &SESSION_MS.to_string());
        config.boot_id = "boot-0".to_owned();
        let mut world = Self {
            is_aloud,
            counts: Counts::default(),
            fs: SimFs::new(),
            clock: Arc::new(ManualClock::at(1_700_000_000_000)),
            engine: None,
            config,
            boots: 0,
            topics: Vec::new(),
            ledgers: BTreeMap::new(),
            transactions: Vec::new(),
            keyed: BTreeMap::new(),
            keyed_transactions: Vec::new(),
            processed: Vec::new(),
            era: 0,
            streams: Application {
                sources: ["t0", "t1"][..1 + rng.below(2) as usize].to_vec(),
                standbys: rng.below(2) as usize,
            },
            groups: BTreeMap::new(),
            keeps_offsets: rng.below(2) == 0,
            is_calm: false,
            is_finishing: false,
            shown_committed: BTreeSet::new(),
            trace: Vec::new(),
            violation: None,
            rng,
        };
        world.open();
        world
    }

    /// Starts the engine on what is on disk.
    pub(super) fn open(&mut self) {
        let host = Host {
            fs: Arc::new(self.fs.clone()),
            clock: self.clock.clone(),
            rng: Arc::new(SeededRng::new(self.rng.next_u64())),
            open_files_max: 64,
        };
        match Engine::open(self.config.clone(), host) {
            Ok(engine) => self.engine = Some(engine),
            Err(error) if self.fs.is_dead() => note!(self, "died while opening: {error}"),
            Err(error) => self.violate(format!("the engine does not open: {error}")),
        }
    }

    pub(super) fn note(&mut self, what: impl Into<String>) {
        let now = self.clock.monotonic_ms();
        self.trace.push(format!("{now:>8} {}", what.into()));
    }

    /// A broken promise. The first one counts.
    pub(super) fn violate(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.note(format!("VIOLATION {what}"));
        self.violation.get_or_insert(what);
    }

    pub(super) fn chance(&self, of: u64) -> bool {
        self.rng.below(of) == 0
    }

    pub(super) fn partition(&self, place: &Place) -> Option<Arc<Partition>> {
        let image = self.engine.as_ref()?.image();
        Some(image.topic(&place.topic)?.partition(place.partition)?.handle().clone())
    }

    pub(super) fn topic(&self, name: &str) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.name == name)
    }

    /// Whether clients can reach the broker: its listeners are open.
    pub(super) fn serves(&self, broker: i32) -> bool {
        let state = self.engine.as_ref().and_then(|engine| engine.broker_state(broker));
        matches!(state, Some(BrokerState::Running | BrokerState::Starting))
    }

    /// A broker that clients can reach.
    pub(super) fn any_broker(&self) -> Option<i32> {
        let serving: Vec<i32> =
            self.config.brokers.iter().map(|b| b.id).filter(|id| self.serves(*id)).collect();
        let at = self.rng.below(serving.len().max(1) as u64) as usize;
        serving.get(at).copied()
    }

    /// The broker to ask for a group: the one that answered last, else any.
    pub(super) fn coordinator(&self, known: &mut Option<i32>) -> Option<i32> {
        let broker = known.filter(|broker| self.serves(*broker)).or_else(|| self.any_broker());
        *known = broker;
        broker
    }

    pub(super) fn group(&mut self, name: &str) -> &mut GroupLedger {
        self.groups.entry(name.to_owned()).or_default()
    }

    /// A promise to members of a group.
    pub(super) fn require(&mut self, group: &str, checked: Result<(), String>) {
        if let Err(wrong) = checked {
            self.violate(format!("group {group}: {wrong}"));
        }
    }

    /// As [`GroupLedger::check_fetched`].
    pub(super) fn require_fetched(&mut self, group: &str, place: &Place, acked: i64, offset: i64) {
        let checked = self.group(group).check_fetched(place, acked, offset);
        self.require(group, checked);
    }

    /// A member of a group is refused: only for the while.
    pub(super) fn require_retriable(&mut self, group: &str, member: &str, code: ErrorCode) {
        if !code.is_retriable() {
            self.require(group, Err(format!("{member} is answered {}", code.name())));
        }
    }

    /// A power loss may have taken what is not synced.
    pub(super) fn forgive_groups(&mut self) {
        if !self.keeps_offsets {
            self.groups.values_mut().for_each(GroupLedger::forgive);
        }
    }

    /// The partitions that there are of the topics with these names, also of those whose making nobody
    /// was told of.
    pub(super) fn places_of(&self, topics: &[&str]) -> Places {
        let Some(engine) = &self.engine else { return Places::new() };
        let image = engine.image();
        let known = topics.iter().filter_map(|name| image.topic(name));
        let places = known.flat_map(|topic| {
            topic.partitions().iter().map(|partition| Place {
                topic: topic.name().to_string(),
                partition: partition.handle().index(),
            })
        });
        places.collect()
    }

    /// Lets time pass, with the work that becomes due.
    pub(super) fn pass(&mut self, ms: i64) {
        self.clock.advance(ms);
        let Some(engine) = self.engine.clone() else { return };
        engine.tick();
        for kind in [Background::Cluster, Background::Storage] {
            if let Err(error) = engine.run_background(kind)
                && !self.fs.is_dead()
            {
                self.violate(format!("background work fails: {error}"));
            }
        }
    }
}
