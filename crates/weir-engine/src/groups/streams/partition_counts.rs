//! How many partitions an application's internal topics need: as many as what flows into them has.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::Str;

use super::configured::Unfit;
use super::statuses::Problem;
use super::topology::{Subtopology, Topology, invalid};
use crate::image::Image;

/// Partitions of internal topics.
pub(crate) type Counts = BTreeMap<Str, i32>;

fn contradicts(message: String) -> Unfit {
    Unfit::Invalid(invalid(message))
}

/// Partitions of a topic that is there, else what was decided for it.
pub(super) fn count_of(topic: &Str, image: &Image, decided: &Counts) -> Option<i32> {
    match image.topic(topic) {
        Some(topic) => Some(i32::try_from(topic.partitions().len()).unwrap_or(i32::MAX)),
        None => decided.get(topic).copied(),
    }
}

/// Decides the number of partitions of every internal topic of `topology`.
pub(super) fn decide(topology: &Topology, image: &Image) -> Result<Counts, Unfit> {
    let mut counts = repartition_counts(topology, image)?;
    copartition(topology, image, &mut counts)?;
    for (id, subtopology) in &topology.subtopologies {
        let repartition = subtopology.repartition_sources.iter().map(|topic| &topic.name);
        let inputs = subtopology.sources.iter().chain(repartition);
        let most = inputs.filter_map(|topic| count_of(topic, image, &counts)).max();
        let Some(most) = most else {
            return Err(contradicts(format!("No source topics found for subtopology {id}")));
        };
        for changelog in &subtopology.changelogs {
            counts.insert(changelog.name.clone(), most);
        }
    }
    Ok(counts)
}

/// A repartition topic gets what the subtopology that writes it reads at most; those that are read by
/// writers of others come first.
fn repartition_counts(topology: &Topology, image: &Image) -> Result<Counts, Unfit> {
    let subtopologies = || topology.subtopologies.values();
    let read = || subtopologies().flat_map(|subtopology| &subtopology.repartition_sources);
    let fixed = read().filter(|topic| topic.partitions != 0);
    let mut counts: Counts = fixed.map(|topic| (topic.name.clone(), topic.partitions)).collect();
    loop {
        let (mut is_open, mut has_progress) = (false, false);
        for subtopology in subtopologies() {
            for sink in &subtopology.repartition_sinks {
                if counts.contains_key(sink) {
                    continue;
                }
                match most_read(subtopology, image, &counts) {
                    None => is_open = true,
                    Some(count) => {
                        counts.insert(sink.clone(), count);
                        has_progress = true;
                    }
                }
            }
        }
        if !is_open {
            break;
        }
        if !has_progress {
            return Err(contradicts(
                "Failed to compute number of partitions for all repartition topics. There may be \
                 loops in the topology that cannot be resolved."
                    .to_owned(),
            ));
        }
    }
    match read().all(|topic| counts.contains_key(&topic.name)) {
        true => Ok(counts),
        false => Err(contradicts(
            "Failed to compute number of partitions for all repartition topics, because a \
             repartition source topic is never used as a sink topic."
                .to_owned(),
        )),
    }
}

fn most_read(subtopology: &Subtopology, image: &Image, counts: &Counts) -> Option<i32> {
    let repartition = subtopology.repartition_sources.iter();
    let decided = repartition.filter_map(|topic| counts.get(&topic.name).copied());
    let sources = subtopology.sources.iter().filter_map(|topic| count_of(topic, image, counts));
    decided.chain(sources).max()
}

/// Topics that are read together get as many partitions as the external ones among them have, or as
/// the most of them.
fn copartition(topology: &Topology, image: &Image, counts: &mut Counts) -> Result<(), Unfit> {
    let read = topology.subtopologies.values().flat_map(|s| &s.repartition_sources);
    let (fixed, flexible): (Vec<_>, Vec<_>) = read.partition(|topic| topic.partitions != 0);
    let fixed: BTreeSet<&Str> = fixed.into_iter().map(|topic| &topic.name).collect();
    let flexible: BTreeSet<&Str> = flexible.into_iter().map(|topic| &topic.name).collect();
    for subtopology in topology.subtopologies.values() {
        for group in &subtopology.copartition_groups {
            let topics = subtopology.copartitioned(group);
            let known = topics.iter().filter_map(|t| Some((*t, count_of(t, image, counts)?)));
            let known: BTreeMap<&Str, i32> = known.collect();
            let decided = enforce(&known, &fixed, &flexible, image, counts)?;
            counts.extend(decided);
        }
    }
    Ok(())
}

fn enforce(
    topics: &BTreeMap<&Str, i32>,
    fixed: &BTreeSet<&Str>,
    flexible: &BTreeSet<&Str>,
    image: &Image,
    counts: &Counts,
) -> Result<Counts, Unfit> {
    let is_repartition = |name: &Str| fixed.contains(name) || flexible.contains(name);
    let (repartition, external): (BTreeMap<&Str, i32>, BTreeMap<&Str, i32>) = topics
        .iter()
        .map(|(name, count)| (*name, *count))
        .partition(|(name, _)| is_repartition(name));
    if topics.is_empty() {
        return Ok(Counts::new());
    }
    let count = if !external.is_empty() {
        same(external.values().copied(), &external)?
    } else if !fixed.is_empty() {
        // As Kafka: all topics of a fixed number count, of other copartition groups too.
        let all = fixed.iter().filter_map(|name| count_of(name, image, counts));
        same(all, &repartition)?
    } else {
        let most = repartition.values().copied().max().unwrap_or(0);
        if most == 0 {
            let names: Vec<&str> = repartition.keys().map(|name| &***name).collect();
            return Err(contradicts(format!(
                "All topics in the copartition group had undefined partition number: [{}]",
                names.join(", ")
            )));
        }
        most
    };
    let wrong = repartition.iter().find(|(name, has)| fixed.contains(*name) && **has != count);
    if let Some((name, has)) = wrong {
        return Err(Unfit::Topics(Problem::incorrectly_partitioned(format!(
            "Number of partitions [{has}] of repartition topic [{name}] doesn't match number of \
             partitions [{count}] of the source topic."
        ))));
    }
    Ok(repartition.into_keys().map(|name| (name.clone(), count)).collect())
}

/// The number that all of `counts` are; `topics` are shown when they differ.
fn same(counts: impl IntoIterator<Item = i32>, topics: &BTreeMap<&Str, i32>) -> Result<i32, Unfit> {
    let mut counts = counts.into_iter();
    let first = counts.next().unwrap_or(0);
    if counts.all(|count| count == first) {
        return Ok(first);
    }
    let shown: Vec<String> = topics.iter().map(|(name, count)| format!("{name}={count}")).collect();
    Err(Unfit::Topics(Problem::incorrectly_partitioned(format!(
        "Following topics do not have the same number of partitions: [{{{}}}]",
        shown.join(", ")
    ))))
}
