//! The topology of a group in Kafka's record format.

use weir_wire::Str;
use weir_wire::messages::streams_group_topology_value as stored;

use crate::groups::streams::topology::{CopartitionGroup, InternalTopic, Subtopology, Topology};

pub(super) fn value(topology: &Topology) -> stored::StreamsGroupTopologyValue {
    let subtopologies = topology.subtopologies.iter().map(|(id, of)| stored::Subtopology {
        subtopology_id: id.clone(),
        source_topics: of.sources.clone(),
        source_topic_regex: of.source_regex.clone(),
        state_changelog_topics: of.changelogs.iter().map(topic).collect(),
        repartition_sink_topics: of.repartition_sinks.clone(),
        repartition_source_topics: of.repartition_sources.iter().map(topic).collect(),
        copartition_groups: of.copartition_groups.iter().map(copartition_group).collect(),
        ..Default::default()
    });
    stored::StreamsGroupTopologyValue {
        epoch: topology.epoch,
        subtopologies: subtopologies.collect(),
        ..Default::default()
    }
}

fn topic(topic: &InternalTopic) -> stored::TopicInfo {
    let configs = topic.configs.iter().map(|(key, value)| stored::TopicConfig {
        key: key.clone(),
        value: value.clone(),
        ..Default::default()
    });
    stored::TopicInfo {
        name: topic.name.clone(),
        partitions: topic.partitions,
        replication_factor: topic.replication_factor,
        topic_configs: configs.collect(),
        ..Default::default()
    }
}

fn copartition_group(group: &CopartitionGroup) -> stored::CopartitionGroup {
    stored::CopartitionGroup {
        source_topics: group.sources.clone(),
        source_topic_regex: group.source_regex.clone(),
        repartition_source_topics: group.repartition_sources.clone(),
        ..Default::default()
    }
}

pub(super) fn load(value: &stored::StreamsGroupTopologyValue) -> Topology {
    let names = |names: &[Str]| names.iter().map(Str::detached).collect();
    let subtopologies = value.subtopologies.iter().map(|of| {
        let groups = of.copartition_groups.iter().map(|group| CopartitionGroup {
            sources: group.source_topics.clone(),
            source_regex: group.source_topic_regex.clone(),
            repartition_sources: group.repartition_source_topics.clone(),
        });
        let subtopology = Subtopology {
            sources: names(&of.source_topics),
            source_regex: names(&of.source_topic_regex),
            changelogs: of.state_changelog_topics.iter().map(load_topic).collect(),
            repartition_sinks: names(&of.repartition_sink_topics),
            repartition_sources: of.repartition_source_topics.iter().map(load_topic).collect(),
            copartition_groups: groups.collect(),
        };
        (of.subtopology_id.detached(), subtopology)
    });
    Topology { epoch: value.epoch, subtopologies: subtopologies.collect() }
}

fn load_topic(topic: &stored::TopicInfo) -> InternalTopic {
    let configs = topic.topic_configs.iter();
    InternalTopic {
        name: topic.name.detached(),
        partitions: topic.partitions,
        replication_factor: topic.replication_factor,
        configs: configs.map(|config| (config.key.detached(), config.value.detached())).collect(),
    }
}
