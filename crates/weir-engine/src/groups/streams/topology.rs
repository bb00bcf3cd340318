//! An application's topology, as its members tell it: subtopologies with the topics that they read
//! and keep.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::messages::streams_group_heartbeat_request as told;
use weir_wire::{ErrorCode, Str};

use crate::controller::Refusal;

/// A topology of one epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Topology {
    pub(crate) epoch: i32,
    pub(crate) subtopologies: BTreeMap<Str, Subtopology>,
}

/// A part of the topology that shares no state with the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Subtopology {
    pub(crate) sources: Vec<Str>,
    pub(crate) source_regex: Vec<Str>,
    /// Where its local state is kept.
    pub(crate) changelogs: Vec<InternalTopic>,
    /// Repartition topics that it writes.
    pub(crate) repartition_sinks: Vec<Str>,
    /// Repartition topics that it reads.
    pub(crate) repartition_sources: Vec<InternalTopic>,
    /// Topics that have to have as many partitions.
    pub(crate) copartition_groups: Vec<CopartitionGroup>,
}

/// A topic that the application needs and the coordinator makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct InternalTopic {
    pub(crate) name: Str,
    /// 0: to be worked out.
    pub(crate) partitions: i32,
    /// 0: the brokers' default.
    pub(crate) replication_factor: i16,
    pub(crate) configs: Vec<(Str, Str)>,
}

/// Places in the subtopology's lists of topics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CopartitionGroup {
    pub(crate) sources: Vec<i16>,
    pub(crate) source_regex: Vec<i16>,
    pub(crate) repartition_sources: Vec<i16>,
}

impl Topology {
    /// The topology of a heartbeat.
    ///
    /// # Errors
    /// STREAMS_INVALID_TOPOLOGY when it contradicts itself: two subtopologies of one id, a place in a
    /// list that is not there, a negative number of partitions.
    pub(crate) fn from_request(topology: &told::Topology) -> Result<Self, Refusal> {
        let mut subtopologies = BTreeMap::new();
        if topology.epoch < 0 {
            return Err(invalid(format!("The topology's epoch is {}.", topology.epoch)));
        }
        for told in &topology.subtopologies {
            let subtopology = subtopology(told);
            subtopology.check(&told.subtopology_id)?;
            if subtopologies.insert(told.subtopology_id.detached(), subtopology).is_some() {
                let message = format!("Subtopology {} is there twice.", told.subtopology_id);
                return Err(invalid(message));
            }
        }
        Ok(Self { epoch: topology.epoch, subtopologies })
    }

    /// The id and the subtopology that reads `topic`.
    pub(crate) fn subtopology_of(&self, topic: &str) -> Option<(&Str, &Subtopology)> {
        self.subtopologies.iter().find(|(_, subtopology)| {
            let repartition = subtopology.repartition_sources.iter().map(|topic| &topic.name);
            subtopology.sources.iter().chain(repartition).any(|name| &**name == topic)
        })
    }

    /// Every topic that has to exist.
    pub(crate) fn required(&self) -> BTreeSet<&Str> {
        self.subtopologies.values().flat_map(Subtopology::required).collect()
    }
}

impl Subtopology {
    fn required(&self) -> impl Iterator<Item = &Str> {
        let internal = self.repartition_sources.iter().chain(&self.changelogs);
        self.sources.iter().chain(internal.map(|topic| &topic.name))
    }

    /// The topics of a copartition group.
    pub(crate) fn copartitioned(&self, group: &CopartitionGroup) -> BTreeSet<&Str> {
        let sources = group.sources.iter().filter_map(|i| self.sources.get(place(*i)?));
        let repartition = group
            .repartition_sources
            .iter()
            .filter_map(|i| self.repartition_sources.get(place(*i)?))
            .map(|topic| &topic.name);
        sources.chain(repartition).collect()
    }

    fn check(&self, id: &str) -> Result<(), Refusal> {
        let mut internal = self.repartition_sources.iter().chain(&self.changelogs);
        if let Some(topic) = internal.find(|topic| topic.partitions < 0) {
            let InternalTopic { name, partitions, .. } = topic;
            return Err(invalid(format!("Internal topic {name} has {partitions} partitions.")));
        }
        let is_there = |index: &i16, len: usize| place(*index).is_some_and(|at| at < len);
        let holds = self.copartition_groups.iter().all(|group| {
            group.sources.iter().all(|i| is_there(i, self.sources.len()))
                && group.source_regex.iter().all(|i| is_there(i, self.source_regex.len()))
                && group
                    .repartition_sources
                    .iter()
                    .all(|i| is_there(i, self.repartition_sources.len()))
        });
        match holds {
            true => Ok(()),
            false => Err(invalid(format!(
                "A copartition group of subtopology {id} names a topic that is not there."
            ))),
        }
    }
}

fn place(index: i16) -> Option<usize> {
    usize::try_from(index).ok()
}

pub(super) fn invalid(message: String) -> Refusal {
    Refusal::new(ErrorCode::STREAMS_INVALID_TOPOLOGY, message)
}

fn subtopology(told: &told::Subtopology) -> Subtopology {
    let names = |names: &[Str]| names.iter().map(Str::detached).collect();
    Subtopology {
        sources: names(&told.source_topics),
        source_regex: names(&told.source_topic_regex),
        changelogs: told.state_changelog_topics.iter().map(internal).collect(),
        repartition_sinks: names(&told.repartition_sink_topics),
        repartition_sources: told.repartition_source_topics.iter().map(internal).collect(),
        copartition_groups: told
            .copartition_groups
            .iter()
            .map(|group| CopartitionGroup {
                sources: group.source_topics.clone(),
                source_regex: group.source_topic_regex.clone(),
                repartition_sources: group.repartition_source_topics.clone(),
            })
            .collect(),
    }
}

fn internal(told: &told::TopicInfo) -> InternalTopic {
    let configs = told.topic_configs.iter();
    InternalTopic {
        name: told.name.detached(),
        partitions: told.partitions,
        replication_factor: told.replication_factor,
        configs: configs.map(|config| (config.key.detached(), config.value.detached())).collect(),
    }
}
