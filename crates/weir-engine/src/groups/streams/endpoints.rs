//! Where the state of an application can be asked for: the partitions behind each member's endpoint.

use weir_wire::messages::streams_group_heartbeat_response::{
    Endpoint, EndpointToPartitions, TopicPartition,
};

use super::heartbeat::Outcome;
use super::member::StreamsMember;
use super::tasks::{TaskIds, ids};
use super::{StreamsGroup, Topology};
use crate::image::Image;

impl StreamsGroup {
    /// The endpoints of all members, with the one on its way as it will be.
    pub(super) fn endpoints(
        &self,
        outcome: Outcome<'_>,
        image: &Image,
    ) -> Vec<EndpointToPartitions> {
        let Outcome { after, replaces, topology, .. } = outcome;
        let stays = |member: &&StreamsMember| member.id != after.id && Some(&member.id) != replaces;
        let members = self.members.values().filter(stays).chain([after]);
        members.filter_map(|member| endpoint(member, topology, image)).collect()
    }
}

fn endpoint(
    member: &StreamsMember,
    topology: &Topology,
    image: &Image,
) -> Option<EndpointToPartitions> {
    let (host, port) = member.about.endpoint.as_ref()?;
    let assigned = &member.current.assigned;
    let mut replicas = assigned.standby.clone();
    for (id, indices) in &assigned.warmup {
        replicas.entry(id.clone()).or_default().extend(indices);
    }
    Some(EndpointToPartitions {
        user_endpoint: Endpoint { host: host.clone(), port: *port, ..Default::default() },
        active_partitions: partitions(&ids(&assigned.active), topology, image),
        standby_partitions: partitions(&replicas, topology, image),
        ..Default::default()
    })
}

/// What the subtopologies of `tasks` read, as far as their topics have so many partitions.
fn partitions(tasks: &TaskIds, topology: &Topology, image: &Image) -> Vec<TopicPartition> {
    let mut answered = Vec::new();
    for (id, indices) in tasks {
        let Some(subtopology) = topology.subtopologies.get(id) else { continue };
        let repartition = subtopology.repartition_sources.iter().map(|topic| &topic.name);
        for name in subtopology.sources.iter().chain(repartition) {
            let count = image.topic(name).map_or(0, |topic| topic.partitions().len());
            let is_there = |index: &i32| usize::try_from(*index).is_ok_and(|index| index < count);
            let partitions: Vec<i32> = indices.iter().copied().filter(is_there).collect();
            if !partitions.is_empty() {
                let topic = name.clone();
                answered.push(TopicPartition { topic, partitions, ..Default::default() });
            }
        }
    }
    answered
}
