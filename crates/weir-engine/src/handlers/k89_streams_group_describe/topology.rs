//! The topology of a described group, in Kafka's order: by subtopology, topics by name.

use weir_wire::Str;
use weir_wire::messages::streams_group_describe_response as told;

use crate::groups::{Configured, InternalTopic, Topology};

/// With the partitions that internal topics have once the topology runs; before, as it was told.
pub(super) fn described(topology: &Topology, configured: Option<&Configured>) -> told::Topology {
    let ready = configured.filter(|configured| configured.is_ready());
    let subtopologies = topology.subtopologies.iter().map(|(id, of)| told::Subtopology {
        subtopology_id: id.clone(),
        source_topics: sorted(&of.sources),
        repartition_sink_topics: sorted(&of.repartition_sinks),
        state_changelog_topics: internal(&of.changelogs, ready),
        repartition_source_topics: internal(&of.repartition_sources, ready),
        ..Default::default()
    });
    told::Topology {
        epoch: topology.epoch,
        subtopologies: Some(subtopologies.collect()),
        ..Default::default()
    }
}

fn sorted(names: &[Str]) -> Vec<Str> {
    let mut names = names.to_vec();
    names.sort();
    names
}

fn internal(topics: &[InternalTopic], ready: Option<&Configured>) -> Vec<told::TopicInfo> {
    let mut described: Vec<told::TopicInfo> = topics
        .iter()
        .map(|topic| told::TopicInfo {
            name: topic.name.clone(),
            partitions: match (topic.partitions, ready) {
                (0, Some(ready)) => ready.counts.get(&topic.name).copied().unwrap_or(0),
                (partitions, _) => partitions,
            },
            replication_factor: topic.replication_factor,
            topic_configs: topic.configs.iter().map(config).collect(),
            ..Default::default()
        })
        .collect();
    described.sort_by(|a, b| a.name.cmp(&b.name));
    described
}

fn config((key, value): &(Str, Str)) -> told::KeyValue {
    told::KeyValue { key: key.clone(), value: value.clone(), ..Default::default() }
}
