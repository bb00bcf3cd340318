//! Brokers stop, die and start; administrators make topics and change configurations.

use weir_engine::{BrokerState, Rng};
use weir_wire::messages::create_topics_request::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use weir_wire::{ErrorCode, Str};

use super::wire::{Answer, InFlight};
use super::world::{Topic, World, note};

const CREATE_VERSION: i16 = 7;

impl World {
    /// Stops, kills or starts a broker. Answers the one whose connections end.
    pub(super) fn shake_brokers(&mut self) -> Option<i32> {
        let engine = self.engine.clone()?;
        let at = self.rng.below(self.config.brokers.len() as u64) as usize;
        let id = self.config.brokers[at].id;
        let state = engine.broker_state(id)?;
        let running = matches!(state, BrokerState::Running | BrokerState::Starting);
        let (what, outcome) = match running {
            true if self.chance(2) => ("stop", engine.stop_broker(id)),
            true => ("kill", engine.kill_broker(id).map(drop)),
            false => ("start", engine.start_broker(id)),
        };
        note!(self, "{what} broker {id}: {outcome:?}");
        if let Err(error) = outcome
            && !self.fs.is_dead()
        {
            self.violate(format!("{what} broker {id} fails: {error}"));
        }
        running.then_some(id)
    }

    /// Starts every broker that does not run.
    pub(super) fn start_all(&mut self) {
        let Some(engine) = self.engine.clone() else { return };
        for broker in self.config.brokers.clone() {
            if self.serves(broker.id) {
                continue;
            }
            if let Err(error) = engine.start_broker(broker.id) {
                self.violate(format!("start broker {} fails: {error}", broker.id));
            }
        }
    }

    /// Makes a topic. What was acknowledged has to be there for ever.
    pub(super) fn create_topic(&mut self) {
        let plain = self.topics.iter().filter(|topic| topic.keyed.is_none()).count();
        let topic = Topic {
            name: format!("t{plain}"),
            partitions: 1 + self.rng.below(3) as i32,
            durable: self.chance(3),
            unclean: self.chance(3),
            min_isr: 1 + self.rng.below(2) as i32,
            keyed: None,
        };
        self.create(topic);
    }

    /// Makes two compacted topics. One keeps through power losses what is acknowledged.
    pub(super) fn create_keyed_topics(&mut self) {
        for (name, durable) in [("k0", true), ("k1", false)] {
            let topic = Topic {
                name: name.to_owned(),
                partitions: 1,
                durable,
                unclean: false,
                min_isr: 1 + self.rng.below(2) as i32,
                keyed: Some([0, 3_000, 86_400_000][self.rng.below(3) as usize]),
            };
            self.create(topic);
        }
    }

    fn create(&mut self, topic: Topic) {
        let (Some(engine), Some(broker)) = (self.engine.clone(), self.any_broker()) else { return };
        let request = CreateTopicsRequest { topics: vec![creatable(&topic)], ..Default::default() };
        let mut flight = InFlight::send(&engine, broker, &request, CREATE_VERSION);
        let Answer::Response(response) = flight.poll::<CreateTopicsRequest>(CREATE_VERSION) else {
            return;
        };
        if self.fs.is_dead() {
            return;
        }
        note!(self, "create {topic:?}: {:?}", response.topics[0].error_code);
        match ErrorCode(response.topics[0].error_code) {
            ErrorCode::NONE => self.topics.push(topic),
            // Made by a run that died before it could answer.
            ErrorCode::TOPIC_ALREADY_EXISTS => self.adopt(topic),
            _ => {}
        }
    }

    fn adopt(&mut self, mut topic: Topic) {
        let Some(engine) = &self.engine else { return };
        let image = engine.image();
        let Some(known) = image.topic(&topic.name) else { return };
        let settings = known.shared().settings();
        topic.partitions = known.partitions().len() as i32;
        topic.durable = settings.log.flush_messages == 1;
        topic.unclean = settings.unclean_leader_election;
        topic.min_isr = settings.min_insync_replicas;
        self.topics.push(topic);
    }
}

fn creatable(topic: &Topic) -> CreatableTopic {
    let mut configs = vec![("min.insync.replicas", topic.min_isr.to_string())];
    if topic.durable {
        configs.push(("flush.messages", "1".to_owned()));
    }
    if topic.unclean {
        configs.push(("unclean.leader.election.enable", "true".to_owned()));
    }
    if let Some(retention_ms) = topic.keyed {
        configs.extend([
            ("cleanup.policy", "compact".to_owned()),
            ("segment.ms", "2000".to_owned()),
            ("min.cleanable.dirty.ratio", "0.01".to_owned()),
            ("delete.retention.ms", retention_ms.to_string()),
        ]);
    }
    let configs = configs.into_iter().map(|(name, value)| CreatableTopicConfig {
        name: Str::from_static(name),
        value: Some(Str::from(value)),
        ..Default::default()
    });
    CreatableTopic {
        name: Str::from(topic.name.as_str()),
        num_partitions: topic.partitions,
        replication_factor: -1,
        configs: configs.collect(),
        ..Default::default()
    }
}
