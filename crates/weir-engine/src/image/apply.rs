//! From one snapshot to the next: what each metadata record changes.

use std::sync::Arc;

use thiserror::Error;
use weir_wire::messages::{
    broker_registration_change_record::BrokerRegistrationChangeRecord, config_record::ConfigRecord,
    partition_change_record::PartitionChangeRecord, partition_record::PartitionRecord,
    register_broker_record::RegisterBrokerRecord, remove_topic_record::RemoveTopicRecord,
    topic_record::TopicRecord,
};
use weir_wire::{Str, Uuid};

use super::{BrokerImage, Image, TopicImage, fold};
use crate::config::{ResourceType, TopicSettings};
use crate::features::ELR_VERSION;
use crate::metadata::{MetadataRecord, ReplicaTags, directories};
use crate::partition::{Assignment, Further, Partition, TopicShared};

/// PartitionChangeRecord's "the leader stays".
pub(crate) const LEADER_UNCHANGED: i32 = -2;

/// A record that does not fit what came before it: the metadata log is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum ApplyError {
    #[error("metadata names topic id {0}, which does not exist")]
    UnknownTopic(Uuid),
    #[error("metadata names partition {1} of topic {0}, which does not exist")]
    UnknownPartition(Str, i32),
    #[error("metadata adds partition {1} to topic {0} out of order")]
    PartitionOrder(Str, i32),
    #[error("metadata names broker {0}, which does not exist")]
    UnknownBroker(i32),
}

/// What a committed change asks of the running partitions.
#[derive(Debug)]
pub(crate) enum Effect {
    /// A partition has a new leader, ISR or epoch.
    Partition(Arc<Partition>, Assignment),
    /// Configurations changed: topics take over their new effective ones.
    Settings(Vec<(Arc<TopicImage>, Arc<TopicSettings>)>),
    /// A topic is gone.
    Removed(Arc<TopicImage>),
}

impl Image {
    /// Takes over one record. Effects are for the running partitions, in order.
    pub(crate) fn apply(
        &mut self,
        record: &MetadataRecord,
        effects: &mut Vec<Effect>,
    ) -> Result<(), ApplyError> {
        match record {
            MetadataRecord::RegisterBroker(r) => self.register(r),
            MetadataRecord::BrokerRegistrationChange(r) => return self.change_registration(r),
            MetadataRecord::Topic(r) => self.add_topic(r),
            MetadataRecord::Partition(r) => return self.add_partition(r),
            MetadataRecord::PartitionChange(r) => return self.change_partition(r, effects),
            MetadataRecord::RemoveTopic(r) => return self.remove_topic(r, effects),
            MetadataRecord::Config(r) => self.set_config(r, effects),
            MetadataRecord::FeatureLevel(r) => {
                self.features.insert(r.name.detached(), r.feature_level);
                self.configs.set_elr_enabled(self.feature_level(ELR_VERSION) > 0);
            }
            MetadataRecord::ProducerIds(r) => {
                self.next_producer_id = self.next_producer_id.max(r.next_producer_id);
            }
            MetadataRecord::AccessControlEntry(r) => self.security.put_acl(r),
            MetadataRecord::RemoveAccessControlEntry(r) => self.security.remove_acl(r.id),
            MetadataRecord::UserScramCredential(r) => self.security.put_credential(r),
            MetadataRecord::RemoveUserScramCredential(r) => {
                self.security.remove_credential(&r.name, r.mechanism);
            }
            MetadataRecord::ClientQuota(r) => self.security.set_quota(r),
            MetadataRecord::UnregisterBroker(r) => drop(self.brokers.remove(&r.broker_id)),
            MetadataRecord::ClearElr(r) => self.clear_elr(&r.topic_name, effects)?,
            MetadataRecord::NoOp(_) => {}
        }
        Ok(())
    }

    fn register(&mut self, r: &RegisterBrokerRecord) {
        let endpoint = r.end_points.first();
        let broker = BrokerImage {
            id: r.broker_id,
            epoch: r.broker_epoch,
            incarnation: r.incarnation_id,
            host: endpoint.map(|e| e.host.detached()).unwrap_or_default(),
            port: endpoint.map_or(0, |e| e.port),
            rack: r.rack.as_ref().map(Str::detached),
            fenced: r.fenced,
            in_controlled_shutdown: r.in_controlled_shutdown,
            log_dirs: r.log_dirs.clone(),
            offline_dirs: Vec::new(),
        };
        self.brokers.insert(broker.id, Arc::new(broker));
    }

    fn change_registration(
        &mut self,
        r: &BrokerRegistrationChangeRecord,
    ) -> Result<(), ApplyError> {
        let known = self.brokers.get_mut(&r.broker_id);
        let broker = Arc::make_mut(known.ok_or(ApplyError::UnknownBroker(r.broker_id))?);
        // 1 fences, -1 lifts it, 0 leaves it (Kafka's BrokerRegistrationFencingChange).
        match r.fenced {
            0 => {}
            fenced => broker.fenced = fenced > 0,
        }
        if !r.log_dirs.is_empty() {
            let online = |dir: &Uuid| r.log_dirs.contains(dir);
            broker.offline_dirs = broker.log_dirs.iter().copied().filter(|d| !online(d)).collect();
        }
        if r.in_controlled_shutdown != 0 {
            broker.in_controlled_shutdown = r.in_controlled_shutdown > 0;
        }
        Ok(())
    }

    fn add_topic(&mut self, r: &TopicRecord) {
        let name = r.name.detached();
        let settings = self.settings_of(&name);
        let shared = TopicShared::new(name.clone(), r.topic_id, self.env.clone(), settings);
        self.topic_names.insert(r.topic_id.0, name.clone());
        if name.contains(['.', '_']) {
            self.folded_names.insert(Str::from(fold(&name)), name.clone());
        }
        self.topics.insert(name, Arc::new(TopicImage::new(Arc::new(shared))));
    }

    fn topic_mut(&mut self, id: Uuid) -> Result<&mut TopicImage, ApplyError> {
        let name = self.topic_names.get(&id.0).ok_or(ApplyError::UnknownTopic(id))?;
        let topic = self.topics.get_mut(name).ok_or(ApplyError::UnknownTopic(id))?;
        Ok(Arc::make_mut(topic))
    }

    fn add_partition(&mut self, r: &PartitionRecord) -> Result<(), ApplyError> {
        let tags = ReplicaTags::read(r.unknown_tagged_fields.as_deref());
        let replicas = self.share_ids(&r.replicas);
        let isr = self.share_ids(&r.isr);
        let first_dirs = r.directories == directories(self, &r.replicas, None);
        let further = shared(Further {
            adding: r.adding_replicas.clone(),
            removing: r.removing_replicas.clone(),
            elr: r.eligible_leader_replicas.clone().unwrap_or_default(),
            last_known_elr: r.last_known_elr.clone().unwrap_or_default(),
            directories: if first_dirs { Vec::new() } else { r.directories.clone() },
            high_watermark: tags.high_watermark,
        });
        let topic = self.topic_mut(r.topic_id)?;
        if usize::try_from(r.partition_id) != Ok(topic.partitions().len()) {
            return Err(ApplyError::PartitionOrder(topic.name().clone(), r.partition_id));
        }
        topic.push(Assignment {
            leader: r.leader,
            leader_epoch: r.leader_epoch,
            partition_epoch: r.partition_epoch,
            replicas,
            isr,
            epoch_start: tags.epoch_start.unwrap_or_default(),
            outside: tags.outside.unwrap_or_default(),
            further,
        });
        Ok(())
    }

    fn change_partition(
        &mut self,
        r: &PartitionChangeRecord,
        effects: &mut Vec<Effect>,
    ) -> Result<(), ApplyError> {
        let isr = r.isr.as_ref().map(|ids| self.share_ids(ids));
        let replicas = r.replicas.as_ref().map(|ids| self.share_ids(ids));
        let topic = self.topic_mut(r.topic_id)?;
        let name = topic.name().clone();
        let unknown = || ApplyError::UnknownPartition(name, r.partition_id);
        let partition = topic.partition_mut(r.partition_id).ok_or_else(unknown)?;
        let tags = ReplicaTags::read(r.unknown_tagged_fields.as_deref());
        let next = changed(partition.assignment(), r, isr, replicas, tags);
        *partition.assignment_mut() = next.clone();
        effects.push(Effect::Partition(partition.handle().clone(), next));
        Ok(())
    }

    fn remove_topic(
        &mut self,
        r: &RemoveTopicRecord,
        effects: &mut Vec<Effect>,
    ) -> Result<(), ApplyError> {
        let unknown = ApplyError::UnknownTopic(r.topic_id);
        let name = self.topic_names.remove(&r.topic_id.0).ok_or(unknown)?;
        let folded = fold(&name);
        if self.folded_names.get(folded.as_str()) == Some(&name) {
            self.folded_names.remove(folded.as_str());
        }
        self.configs.remove(ResourceType::Topic, &name);
        effects.extend(self.topics.remove(&name).map(Effect::Removed));
        Ok(())
    }

    /// Forgets eligible leader replicas, of one topic or (empty) of all. Those of an empty ISR stay: the
    /// high watermark does not move without a leader, and nobody else has everything.
    fn clear_elr(&mut self, topic: &str, effects: &mut Vec<Effect>) -> Result<(), ApplyError> {
        let named = |t: &Arc<TopicImage>| topic.is_empty() || t.name().as_str() == topic;
        let ids: Vec<Uuid> = self.topics.values().filter(|t| named(t)).map(|t| t.id()).collect();
        for id in ids {
            let Some(known) = self.topic_by_id(id).cloned() else { continue };
            for (index, partition) in (0..).zip(known.partitions()) {
                let Some(further) = partition.assignment().further.as_deref() else { continue };
                if partition.assignment().isr.is_empty() {
                    continue;
                }
                let next = Assignment {
                    further: shared(Further {
                        elr: Vec::new(),
                        last_known_elr: Vec::new(),
                        ..further.clone()
                    }),
                    partition_epoch: partition.assignment().partition_epoch + 1,
                    ..partition.assignment().clone()
                };
                if let Some(partition) = self.topic_mut(id)?.partition_mut(index) {
                    *partition.assignment_mut() = next.clone();
                    effects.push(Effect::Partition(partition.handle().clone(), next));
                }
            }
        }
        Ok(())
    }

    fn set_config(&mut self, r: &ConfigRecord, effects: &mut Vec<Effect>) {
        let Some(kind) = ResourceType::from_id(r.resource_type) else { return };
        self.configs.put(kind, &r.resource_name, &r.name, r.value.as_deref());
        match kind {
            ResourceType::Topic => {
                let settings = self.settings_of(&r.resource_name);
                let topic = self.topics.get(&r.resource_name).cloned();
                effects.extend(topic.map(|t| Effect::Settings(vec![(t, settings)])));
            }
            ResourceType::Broker if r.resource_name.is_empty() => {
                self.default_settings = Arc::new(TopicSettings::resolve(&self.configs, ""));
                effects.push(Effect::Settings(self.all_settings()));
            }
            _ => {}
        }
    }

    fn settings_of(&self, topic: &str) -> Arc<TopicSettings> {
        match self.configs.dynamic(ResourceType::Topic, topic) {
            Some(own) => Arc::new(self.default_settings.with_own(&self.configs, topic, own)),
            None => self.default_settings.clone(),
        }
    }

    /// Every topic's effective configuration.
    fn all_settings(&self) -> Vec<(Arc<TopicImage>, Arc<TopicSettings>)> {
        let topics = self.topics.values();
        topics.map(|t| (t.clone(), self.settings_of(t.name()))).collect()
    }
}

/// The next assignment. A leader that is named raises the leader epoch, also when it is the same
/// one; every change raises the partition epoch (R5).
fn changed(
    old: &Assignment,
    r: &PartitionChangeRecord,
    isr: Option<Arc<[i32]>>,
    replicas: Option<Arc<[i32]>>,
    tags: ReplicaTags,
) -> Assignment {
    let (leader, elected) = (r.leader, r.leader != LEADER_UNCHANGED);
    let isr_or_leader_changed = isr.is_some() || elected || tags.high_watermark.is_some();
    let isr = isr.unwrap_or_else(|| old.isr.clone());
    let outside = tags.outside.unwrap_or_else(|| old.outside.clone());
    let outside = if outside.iter().any(|n| isr.contains(&n.broker)) {
        outside.iter().copied().filter(|n| !isr.contains(&n.broker)).collect()
    } else {
        outside
    };
    let mut further = old.further.as_deref().cloned().unwrap_or_default();
    let set = |list: &mut Vec<i32>, new: &Option<Vec<i32>>| {
        if let Some(new) = new {
            list.clone_from(new);
        }
    };
    set(&mut further.adding, &r.adding_replicas);
    set(&mut further.removing, &r.removing_replicas);
    set(&mut further.elr, &r.eligible_leader_replicas);
    set(&mut further.last_known_elr, &r.last_known_elr);
    if let Some(new) = &r.directories {
        further.directories.clone_from(new);
    }
    // It says where the high watermark stands by every change below the minimum, by none above.
    if isr_or_leader_changed {
        further.high_watermark = tags.high_watermark;
    }
    let further = shared(further);
    Assignment {
        leader: if elected { leader } else { old.leader },
        leader_epoch: old.leader_epoch + i32::from(elected),
        partition_epoch: old.partition_epoch + 1,
        replicas: replicas.unwrap_or_else(|| old.replicas.clone()),
        isr,
        epoch_start: tags.epoch_start.unwrap_or(old.epoch_start),
        outside,
        further,
    }
}

/// Most partitions have nothing of it.
fn shared(further: Further) -> Option<Arc<Further>> {
    (further != Further::default()).then(|| Arc::new(further))
}
