//! A topology against the topics there are: how many tasks each subtopology has, and which internal
//! topics are to be made.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::Str;

use super::partition_counts::{Counts, count_of, decide};
use super::statuses::Problem;
use super::topology::{InternalTopic, Subtopology, Topology, invalid};
use crate::controller::{NewTopic, Refusal};
use crate::image::Image;

/// Tasks of one group: each subtopology has as many as its topics have partitions, so a small request could
/// ask for any number, and every heartbeat would walk over them.
const TASKS_MAX: i64 = 200_000;

/// What a topology comes to with the topics of one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Configured {
    /// Tasks of each subtopology; empty while source topics are missing or do not fit.
    pub(crate) tasks: BTreeMap<Str, i32>,
    /// Subtopologies that keep state.
    pub(crate) stateful: BTreeSet<Str>,
    /// Partitions that internal topics are to have.
    pub(crate) counts: Counts,
    /// Internal topics that are not there yet.
    pub(crate) missing: Vec<NewTopic>,
    /// Why the topology cannot run now.
    pub(crate) problem: Option<Problem>,
}

impl Configured {
    /// Whether tasks can be assigned.
    pub(crate) fn is_ready(&self) -> bool {
        self.problem.is_none()
    }

    fn failed(problem: Problem) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }
}

/// Why a topology has no numbers.
pub(super) enum Unfit {
    /// The topics do not fit it: that may change.
    Topics(Problem),
    /// It contradicts itself.
    Invalid(Refusal),
}

/// Works out what `topology` needs.
///
/// # Errors
/// STREAMS_INVALID_TOPOLOGY when it contradicts itself, or has more than `TASKS_MAX` tasks.
pub(super) fn configure(topology: &Topology, image: &Image) -> Result<Configured, Refusal> {
    match fit(topology, image) {
        Ok(configured) => Ok(configured),
        Err(Unfit::Topics(problem)) => Ok(Configured::failed(problem)),
        Err(Unfit::Invalid(refusal)) => Err(refusal),
    }
}

fn fit(topology: &Topology, image: &Image) -> Result<Configured, Unfit> {
    let sources = topology.subtopologies.values().flat_map(|subtopology| &subtopology.sources);
    let absent: BTreeSet<&Str> = sources.filter(|name| image.topic(name).is_none()).collect();
    if !absent.is_empty() {
        return Err(Unfit::Topics(Problem::missing_source_topics(&absent)));
    }
    let counts = decide(topology, image)?;
    let mut configured = Configured::default();
    let mut tasks = 0;
    for (id, subtopology) in &topology.subtopologies {
        let own = tasks_of(subtopology, image, &counts);
        tasks += i64::from(own);
        if tasks > TASKS_MAX {
            let message = format!("The topology has more than {TASKS_MAX} tasks.");
            return Err(Unfit::Invalid(invalid(message)));
        }
        configured.tasks.insert(id.clone(), own);
        if !subtopology.changelogs.is_empty() {
            configured.stateful.insert(id.clone());
        }
        let internal = subtopology.repartition_sources.iter().chain(&subtopology.changelogs);
        for topic in internal {
            note(topic, image, &counts, &mut configured.missing)?;
        }
    }
    configured.counts = counts;
    configured.missing.sort_by(|a, b| a.name.cmp(&b.name));
    configured.missing.dedup_by(|a, b| a.name == b.name);
    if !configured.missing.is_empty() {
        let names = configured.missing.iter().map(|topic| &topic.name).collect();
        configured.problem = Some(Problem::missing_internal_topics(&names));
    }
    Ok(configured)
}

fn tasks_of(subtopology: &Subtopology, image: &Image, counts: &Counts) -> i32 {
    let repartition = subtopology.repartition_sources.iter().map(|topic| &topic.name);
    let inputs = subtopology.sources.iter().chain(repartition);
    inputs.filter_map(|name| count_of(name, image, counts)).max().unwrap_or(0)
}

/// Notes an internal topic that has to be made; one that is there has to have the right number of
/// partitions.
fn note(
    topic: &InternalTopic,
    image: &Image,
    counts: &Counts,
    missing: &mut Vec<NewTopic>,
) -> Result<(), Unfit> {
    let expected = match topic.partitions {
        0 => counts.get(&topic.name).copied().unwrap_or(0),
        fixed => fixed,
    };
    let Some(existing) = image.topic(&topic.name) else {
        missing.push(new_topic(topic, expected));
        return Ok(());
    };
    let found = existing.partitions().len();
    if usize::try_from(expected).ok() == Some(found) {
        return Ok(());
    }
    Err(Unfit::Topics(Problem::incorrectly_partitioned(format!(
        "Existing topic {} has different number of partitions: expected {expected}, found {found}",
        topic.name
    ))))
}

fn new_topic(topic: &InternalTopic, partitions: i32) -> NewTopic {
    let configs = topic.configs.iter();
    NewTopic {
        name: topic.name.clone(),
        partitions,
        replication_factor: if topic.replication_factor == 0 {
            -1
        } else {
            topic.replication_factor
        },
        configs: configs.map(|(key, value)| (key.clone(), Some(value.clone()))).collect(),
        ..Default::default()
    }
}
