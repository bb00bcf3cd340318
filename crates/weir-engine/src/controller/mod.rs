//! The controllers: they decide every change of the cluster's metadata, write it to the metadata
//! log, and publish the next image once it is durable.
//!
//! A change is decided under one lock against the newest *proposed* image, appended as one batch,
//! and then waits for its fdatasync outside that lock: changes at the same time share one (group
//! commit). Images are published in the order of the log.

mod acls;
mod balance;
mod brokers;
mod catch_up;
mod configs;
mod decision;
mod election;
mod features;
mod isr;
mod log_dirs;
mod membership;
mod placement;
mod producer_ids;
mod quorum;
mod quotas;
mod reassign;
mod refusal;
mod scram;
mod topic_name;
mod topics;
mod unclean;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::Range;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use self::brokers::Lives;
use self::catch_up::CatchUp;
use crate::clock::Clock;
use crate::image::{BrokerImage, Effect, Image};
use crate::metadata::{MetadataError, MetadataRecord, MetadataStore};
use crate::partition::Partition;

pub(crate) use self::balance::ElectionType;
pub(crate) use self::brokers::{Behind, leave_one, rejoin};
pub use self::brokers::{BrokerError, BrokerState};
pub(crate) use self::configs::Alteration;
pub(crate) use self::election::Subject;
pub(crate) use self::features::{FeatureUpdate, UpgradeType, guard_min_isr};
pub(crate) use self::quorum::{Quorum, VoterKey};
pub(crate) use self::quotas::{QuotaAlteration, named as quota_entity};
pub(crate) use self::reassign::Reassignment;
pub use self::refusal::Refusal;
pub(crate) use self::scram::{SaltedPassword, ScramAlteration};
pub(crate) use self::topic_name::check as check_topic_name;
pub(crate) use self::topics::MorePartitions;
pub use self::topics::{CreatedTopic, NewTopic};

/// The controller that leads the quorum.
pub(crate) const CONTROLLER_ID: i32 = 3000;

/// Who is told of something.
type Tell = Box<dyn Fn() + Send + Sync>;

/// The controllers of one cluster.
pub(crate) struct Controller {
    store: MetadataStore,
    clock: Arc<dyn Clock>,
    /// The newest proposed image, and why no more changes are taken.
    proposed: Mutex<Proposed>,
    /// Written, not yet durable.
    pending: Mutex<VecDeque<Pending>>,
    /// Held while effects run, so that they run in the order of the log.
    publishing: Mutex<()>,
    published: ArcSwap<Image>,
    lives: Mutex<Lives>,
    /// Held while a broker stops, dies, is fenced or starts: one at a time.
    life: Mutex<()>,
    catch_up: Mutex<CatchUp>,
    /// When ISRs are looked at next (monotonic, ms).
    isr_check_ms: AtomicI64,
    /// When leaders are balanced next (monotonic, ms).
    rebalance_ms: AtomicI64,
    /// When partitions without a leader are looked at next (monotonic, ms).
    unclean_ms: AtomicI64,
    quorum: Mutex<Quorum>,
    /// Brokers that were unregistered: one that starts again registers as it was.
    forgotten: Mutex<BTreeMap<i32, Arc<BrokerImage>>>,
    /// Told when there is background work that did not come with time.
    work: OnceLock<Tell>,
    /// What is left of each broker's block of producer ids.
    producer_ids: Mutex<BTreeMap<i32, Range<i64>>>,
}

impl fmt::Debug for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Controller").field("lives", &self.lives).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Proposed {
    image: Image,
    failure: Option<String>,
}

#[derive(Debug)]
struct Pending {
    end_offset: i64,
    image: Arc<Image>,
    effects: Vec<Effect>,
}

/// A change under way: the image to decide against, and the records decided so far.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) image: &'a mut Image,
    records: Vec<MetadataRecord>,
    effects: Vec<Effect>,
    /// Partitions that take no append until the change is applied.
    moving: Vec<Arc<Partition>>,
}

impl Draft<'_> {
    /// Adds a record and applies it to the draft's image: what follows sees it.
    pub(crate) fn push(&mut self, record: impl Into<MetadataRecord>) -> Result<(), MetadataError> {
        let record = record.into();
        self.image.apply(&record, &mut self.effects)?;
        self.records.push(record);
        Ok(())
    }

    /// The offset that the next record will have.
    pub(crate) fn next_offset(&self) -> i64 {
        self.image.end_offset() + self.records.len() as i64
    }

    /// A change of leader is decided: no append is taken until it is applied, or given up.
    pub(crate) fn moves(&mut self, partition: &Arc<Partition>) {
        partition.set_moving(true);
        self.moving.push(partition.clone());
    }

    /// Forgets everything decided: a dry run.
    pub(crate) fn discard(&mut self) {
        self.records.clear();
        self.effects.clear();
    }
}

impl Controller {
    pub(crate) fn new(
        store: MetadataStore,
        clock: Arc<dyn Clock>,
        image: Image,
        quorum: Quorum,
    ) -> Self {
        Self {
            store,
            clock,
            published: ArcSwap::from_pointee(image.clone()),
            proposed: Mutex::new(Proposed { image, failure: None }),
            pending: Mutex::default(),
            publishing: Mutex::default(),
            lives: Mutex::default(),
            life: Mutex::default(),
            catch_up: Mutex::default(),
            isr_check_ms: AtomicI64::new(i64::MIN),
            rebalance_ms: AtomicI64::new(i64::MIN),
            unclean_ms: AtomicI64::new(i64::MIN),
            producer_ids: Mutex::default(),
            quorum: Mutex::new(quorum),
            forgotten: Mutex::default(),
            work: OnceLock::new(),
        }
    }

    /// `tell` is called when there is background work at once. The first one stays.
    pub(crate) fn on_work(&self, tell: Tell) {
        let _ = self.work.set(tell);
    }

    fn has_work(&self) {
        if let Some(tell) = self.work.get() {
            tell();
        }
    }

    /// Every broker runs; what is `behind` catches up in the background.
    pub(crate) fn started(&self, ids: impl Iterator<Item = i32>, behind: Vec<Behind>) {
        self.catch_up.lock().add(behind);
        let catch_up = self.catch_up.lock();
        let mut lives = self.lives.lock();
        for id in ids {
            let behind = catch_up.is_behind(id);
            lives.insert(id, if behind { BrokerState::Starting } else { BrokerState::Running });
        }
    }

    /// The newest durable image.
    pub(crate) fn image(&self) -> Arc<Image> {
        self.published.load_full()
    }

    pub(crate) fn store(&self) -> &MetadataStore {
        &self.store
    }

    /// Makes one change: `decide` looks at the draft's image and adds records. When this returns,
    /// the change is durable and published, and with it every change that `decide` saw. A draft without records changes
    /// nothing.
    pub(crate) fn change<T>(
        &self,
        decide: impl FnOnce(&mut Draft<'_>) -> Result<T, MetadataError>,
    ) -> Result<T, MetadataError> {
        let (answer, written) = {
            let mut proposed = self.proposed.lock();
            if let Some(failure) = &proposed.failure {
                return Err(MetadataError::Stopped(failure.clone()));
            }
            let mut image = proposed.image.clone();
            let (records, effects, moving) = Default::default();
            let mut draft = Draft { image: &mut image, records, effects, moving };
            let decided = decide(&mut draft);
            let Draft { records, effects, moving, .. } = draft;
            let go_on = || moving.iter().for_each(|partition| partition.set_moving(false));
            let answer = decided.inspect_err(|_| go_on())?;
            if records.is_empty() {
                go_on();
                // It may have seen a change that is on its way to the disk: nobody is answered by what can still be lost.
                let seen = proposed.image.end_offset;
                (answer, (self.image().end_offset < seen).then_some(seen))
            } else {
                let written = self.write(&mut proposed, &records);
                let end_offset = written.inspect_err(|_| go_on())?;
                image.end_offset = end_offset;
                proposed.image = image.clone();
                let pending = Pending { end_offset, image: Arc::new(image), effects };
                self.pending.lock().push_back(pending);
                (answer, Some(end_offset))
            }
        };
        if let Some(end_offset) = written {
            self.commit(end_offset)?;
        }
        Ok(answer)
    }

    fn write(
        &self,
        proposed: &mut Proposed,
        records: &[MetadataRecord],
    ) -> Result<i64, MetadataError> {
        let written = self.store.append(records, self.clock.wall_ms());
        if let Err(error @ MetadataError::Damaged(_)) = &written {
            proposed.failure = Some(error.to_string());
        }
        written
    }

    /// Makes everything below `end_offset` durable and publishes it.
    fn commit(&self, end_offset: i64) -> Result<(), MetadataError> {
        let durable = self.store.flush().inspect_err(|error| {
            self.proposed.lock().failure.get_or_insert(error.to_string());
        })?;
        debug_assert!(durable >= end_offset, "flush answered {durable}, {end_offset} was written");
        let _in_order = self.publishing.lock();
        loop {
            let next = {
                let mut pending = self.pending.lock();
                match pending.front() {
                    Some(front) if front.end_offset <= durable => pending.pop_front(),
                    _ => None,
                }
            };
            let Some(change) = next else { return Ok(()) };
            self.publish(change);
        }
    }

    /// Effects first: whoever sees the new image finds partitions that obey it.
    fn publish(&self, change: Pending) {
        for effect in change.effects {
            effect.run();
        }
        self.published.store(change.image);
    }
}

impl Effect {
    /// Carries out a committed change on the running partitions. A storage error takes the
    /// partition offline by itself: its log refuses everything from then on.
    fn run(self) {
        match self {
            Self::Partition(partition, assignment) => {
                if let Err(error) = partition.apply(assignment) {
                    let (topic, index) = (partition.topic_name(), partition.index());
                    tracing::error!(%topic, index, %error, "partition cannot follow its metadata");
                }
            }
            Self::Settings(topics) => {
                for (topic, settings) in topics {
                    topic.shared().set_settings(settings);
                    topic.partitions().iter().for_each(|p| p.handle().settings_changed());
                }
            }
            Self::Removed(topic) => {
                topic.shared().mark_deleted();
                topic.partitions().iter().for_each(|p| doom(p.handle()));
            }
        }
    }
}

fn doom(partition: &Arc<Partition>) {
    match partition.delete() {
        Ok(true) => partition.topic().env().doom(partition.clone()),
        Ok(false) => {}
        Err(error) => {
            let (topic, index) = (partition.topic_name(), partition.index());
            tracing::error!(%topic, index, %error, "files of a deleted topic stay until a restart");
        }
    }
}
