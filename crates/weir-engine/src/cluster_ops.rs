//! What the control API and the coordinators ask of the whole cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;
use weir_wire::{ErrorCode, Str};

use crate::boot;
use crate::controller::{BrokerError, BrokerState, NewTopic, Refusal};
use crate::engine::{Engine, OpenError};
use crate::engine_config::BrokerConfig;
use crate::image::{TopicImage, is_internal};
use crate::metadata::MetadataError;

/// Why a broker cannot be added.
#[derive(Debug, Error)]
pub enum AddError {
    #[error(transparent)]
    Broker(#[from] BrokerError),
    #[error(transparent)]
    LogDirs(#[from] OpenError),
}

/// One broker, as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerStatus {
    pub id: i32,
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
    pub state: BrokerState,
    /// Partitions it leads.
    pub leaders: usize,
    /// Replicas it holds.
    pub replicas: usize,
    /// Of those, how many are in sync.
    pub in_sync: usize,
    /// Logical bytes of its replicas (R9), as far as their logs are open.
    pub size_bytes: u64,
}

impl Engine {
    /// Every broker, by id.
    pub fn brokers(&self) -> Vec<BrokerStatus> {
        let image = self.image();
        let mut brokers: Vec<BrokerStatus> = image
            .brokers()
            .map(|broker| BrokerStatus {
                id: broker.id,
                host: broker.host.to_string(),
                port: broker.port,
                rack: broker.rack.as_ref().map(ToString::to_string),
                state: self.controller().broker_state(broker.id).unwrap_or(BrokerState::Stopped),
                leaders: 0,
                replicas: 0,
                in_sync: 0,
                size_bytes: 0,
            })
            .collect();
        for partition in image.topics().flat_map(|topic| topic.partitions()) {
            let assignment = partition.assignment();
            for &id in assignment.replicas.iter() {
                let Some(broker) = brokers.iter_mut().find(|b| b.id == id) else { continue };
                broker.replicas += 1;
                broker.leaders += usize::from(assignment.leader == id);
                broker.in_sync += usize::from(assignment.in_sync(id));
                broker.size_bytes += partition.handle().known_size(id);
            }
        }
        brokers
    }

    /// What the broker does now.
    pub fn broker_state(&self, id: i32) -> Option<BrokerState> {
        self.controller().broker_state(id)
    }

    /// Controlled shutdown: leaders move, it leaves ISRs. When this returns, close its listeners.
    ///
    /// # Errors
    /// There is no such broker, it does not run, or the metadata log failed.
    pub fn stop_broker(&self, id: i32) -> Result<(), BrokerError> {
        self.controller().stop_broker(id)?;
        self.fetch_sessions().drop_broker(id);
        self.share().sessions.forget_broker(id);
        Ok(())
    }

    /// The broker dies: reset its connections at once. Its leaders move after
    /// `broker.session.timeout.ms`, by [`Engine::run_background`]; answers that moment (monotonic, ms).
    ///
    /// # Errors
    /// There is no such broker, or it does not run.
    pub fn kill_broker(&self, id: i32) -> Result<i64, BrokerError> {
        let fenced_at = self.controller().kill_broker(id)?;
        self.fetch_sessions().drop_broker(id);
        self.share().sessions.forget_broker(id);
        Ok(fenced_at)
    }

    /// The broker registers again; open its listeners when this returns. Its replicas catch up by
    /// [`Engine::run_background`]; until then its state is [`BrokerState::Starting`].
    ///
    /// # Errors
    /// There is no such broker, it runs already, or the metadata log failed.
    pub fn start_broker(&self, id: i32) -> Result<(), BrokerError> {
        self.controller().start_broker(id, self.rng().as_ref())
    }

    /// Adds a broker while clients run; open its listeners when this returns. New partitions are placed on
    /// it, those that there are stay where they are.
    ///
    /// # Errors
    /// There is such a broker already, or the metadata log or the broker's log dirs cannot be written.
    pub fn add_broker(&self, broker: &BrokerConfig) -> Result<(), AddError> {
        if let Some(state) = self.broker_state(broker.id) {
            return Err(BrokerError::WrongState { broker: broker.id, state }.into());
        }
        let added = boot::new_broker(self.config(), broker, &self.shared.host);
        // Its log dirs first: a broker that is registered leads partitions at once.
        let image = self.image();
        boot::write_log_dirs_of(
            &added,
            image.cluster_id(),
            &self.shared.host,
            self.config(),
            true,
        )?;
        Ok(self.controller().add_broker(added)?)
    }

    /// Begins to move everything off a broker; answers how many partitions move. They do so by
    /// [`Engine::run_background`], under the throttles that are configured.
    ///
    /// # Errors
    /// A partition keeps as many copies as there are brokers, or has no leader to copy from: nothing moves.
    pub fn drain_broker(&self, id: i32) -> Result<usize, Refusal> {
        self.controller().drain_broker(id)
    }

    /// Takes back what [`Engine::drain_broker`] began and has not ended: the replicas stay on the broker.
    ///
    /// # Errors
    /// The metadata log failed.
    pub fn cancel_drain(&self, id: i32) -> Result<(), Refusal> {
        self.controller().cancel_drain(id)
    }

    /// Partitions with a replica on the broker.
    pub fn replicas_on(&self, id: i32) -> usize {
        self.controller().replicas_on(id)
    }

    /// Forgets a drained and stopped broker for good.
    ///
    /// # Errors
    /// It runs or holds replicas, or the metadata log failed. One that is forgotten already is none.
    pub fn remove_broker(&self, id: i32) -> Result<(), Refusal> {
        self.controller().remove_broker(id)
    }

    /// A log dir of a broker, by its place in `log.dirs`, fails or works again: its replicas stand still, or
    /// catch up by [`Engine::run_background`]. A start of the broker or the engine mends it, too.
    ///
    /// # Errors
    /// There is no such broker or log dir, or the metadata log failed.
    pub fn set_log_dir(&self, broker: i32, at: usize, online: bool) -> Result<(), BrokerError> {
        self.controller().set_log_dir(broker, at, online)
    }

    /// A producer id that this cluster never gave out before.
    ///
    /// # Errors
    /// The metadata log failed.
    pub fn allocate_producer_id(&self, broker: i32) -> Result<i64, MetadataError> {
        self.controller().allocate_producer_id(broker)
    }

    /// The internal topic of this name; made with the partitions and the replication factor that the
    /// broker configurations say, and compacted, when it does not exist (KIP-848's and Kafka's
    /// `AutoTopicCreationManager`).
    ///
    /// # Errors
    /// It cannot be made: too few brokers, or the metadata log failed.
    pub fn create_internal_topic(&self, name: &str) -> Result<Arc<TopicImage>, Refusal> {
        if let Some(topic) = self.image().topic(name) {
            return Ok(topic.clone());
        }
        let topic = self.internal_topic(name)?;
        let answers = self.controller().create_topics(&[topic], false, self.rng().as_ref())?;
        match answers.into_iter().next() {
            Some(Err(refusal)) if refusal.code != ErrorCode::TOPIC_ALREADY_EXISTS => Err(refusal),
            _ => self.image().topic(name).cloned().ok_or_else(Refusal::unknown_topic),
        }
    }

    /// Makes a topic that a Metadata request asked for, with the brokers' defaults.
    pub(crate) fn auto_create_topic(&self, name: &str) -> Result<(), Refusal> {
        if is_internal(name) {
            return self.create_internal_topic(name).map(drop);
        }
        self.create_with_defaults(name, BTreeMap::new())
    }

    /// Makes the dead-letter topic that a share group names (KIP-1191): its records are stamped with
    /// the time at which they were copied, whatever `log.message.timestamp.type` says.
    pub(crate) fn create_dead_letter_topic(&self, name: &str) -> Result<(), Refusal> {
        let configs = BTreeMap::from([
            (Str::from("errors.deadletterqueue.group.enable"), Some(Str::from("true"))),
            (Str::from("message.timestamp.type"), Some(Str::from("CreateTime"))),
        ]);
        self.create_with_defaults(name, configs)
    }

    /// With as many partitions and replicas as the brokers' configurations say.
    fn create_with_defaults(
        &self,
        name: &str,
        configs: BTreeMap<Str, Option<Str>>,
    ) -> Result<(), Refusal> {
        let topic = NewTopic {
            name: Str::from(name),
            partitions: -1,
            replication_factor: -1,
            configs,
            ..Default::default()
        };
        let answers = self.controller().create_topics(&[topic], false, self.rng().as_ref())?;
        answers.into_iter().try_for_each(|answer| answer.map(drop))
    }

    fn internal_topic(&self, name: &str) -> Result<NewTopic, Refusal> {
        let prefix = match name {
            "__consumer_offsets" => "offsets.topic",
            "__transaction_state" => "transaction.state.log",
            "__share_group_state" => "share.coordinator.state.topic",
            _ => return Err(Refusal::unknown_topic()),
        };
        let image = self.image();
        let number = |key: &str| image.configs().broker_i32(&format!("{prefix}.{key}"));
        let text = |value: &str| Some(Str::from(value));
        // Updates of a share-partition only mean something together: compaction would keep the last.
        // The share coordinator deletes what snapshots have made useless.
        let is_share = name == "__share_group_state";
        let cleanup = if is_share { "delete" } else { "compact" };
        let is_transactions = name == "__transaction_state";
        let compression = if is_transactions { "uncompressed" } else { "producer" };
        let mut configs = BTreeMap::from([
            (Str::from("cleanup.policy"), text(cleanup)),
            (Str::from("compression.type"), text(compression)),
            (Str::from("segment.bytes"), text(&number("segment.bytes").to_string())),
        ]);
        if is_transactions {
            configs.insert(Str::from("unclean.leader.election.enable"), text("false"));
        }
        if is_share {
            configs.insert(Str::from("retention.ms"), text("-1"));
        }
        if name != "__consumer_offsets" {
            let min_isr = number("min.isr").to_string();
            configs.insert(Str::from("min.insync.replicas"), text(&min_isr));
        }
        Ok(NewTopic {
            name: Str::from(name),
            partitions: number("num.partitions"),
            replication_factor: i16::try_from(number("replication.factor")).unwrap_or(i16::MAX),
            configs,
            ..Default::default()
        })
    }
}
