//! ListPartitionReassignments, key 46, version 0 (KIP-455): what is under way, of all partitions or of
//! those asked for.

use weir_wire::Str;
use weir_wire::messages::list_partition_reassignments_request::ListPartitionReassignmentsRequest;
use weir_wire::messages::list_partition_reassignments_response::{
    ListPartitionReassignmentsResponse, OngoingPartitionReassignment, OngoingTopicReassignment,
};

use crate::ctx::Ctx;
use crate::image::TopicImage;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: ListPartitionReassignmentsRequest,
) -> Reply<ListPartitionReassignmentsResponse> {
    let image = ctx.image();
    let topics: Vec<OngoingTopicReassignment> = match request.topics {
        None => image.topics().map(|topic| ongoing(topic, None)).collect(),
        Some(asked) => {
            let known = asked.iter().filter_map(|t| Some((image.topic(&t.name)?, t)));
            known.map(|(topic, t)| ongoing(topic, Some(t.partition_indexes.as_slice()))).collect()
        }
    };
    let topics = topics.into_iter().filter(|topic| !topic.partitions.is_empty()).collect();
    Reply::Done(ListPartitionReassignmentsResponse {
        error_message: None,
        topics,
        ..Default::default()
    })
}

fn ongoing(topic: &TopicImage, wanted: Option<&[i32]>) -> OngoingTopicReassignment {
    let all = (0..).zip(topic.partitions());
    let moving = all.filter(|(index, partition)| {
        partition.assignment().is_reassigning() && wanted.is_none_or(|w| w.contains(index))
    });
    let partitions = moving.map(|(partition_index, partition)| {
        let assignment = partition.assignment();
        OngoingPartitionReassignment {
            partition_index,
            replicas: assignment.replicas.to_vec(),
            adding_replicas: assignment.adding().to_vec(),
            removing_replicas: assignment.removing().to_vec(),
            ..Default::default()
        }
    });
    OngoingTopicReassignment {
        name: Str::clone(topic.name()),
        partitions: partitions.collect(),
        ..Default::default()
    }
}
