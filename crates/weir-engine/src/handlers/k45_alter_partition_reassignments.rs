//! AlterPartitionReassignments, key 45, versions 0 to 1 (KIP-455, KIP-860).

use weir_wire::messages::alter_partition_reassignments_request::AlterPartitionReassignmentsRequest;
use weir_wire::messages::alter_partition_reassignments_response::{
    AlterPartitionReassignmentsResponse, ReassignablePartitionResponse, ReassignableTopicResponse,
};

use weir_wire::Str;

use crate::controller::{Reassignment, Refusal};
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: AlterPartitionReassignmentsRequest,
) -> Reply<AlterPartitionReassignmentsResponse> {
    let wanted: Vec<Reassignment> = request
        .topics
        .iter()
        .flat_map(|topic| {
            topic.partitions.iter().map(|partition| Reassignment {
                topic: topic.name.clone(),
                partition: partition.partition_index,
                replicas: partition.replicas.clone(),
            })
        })
        .collect();
    let may_change_factor = request.allow_replication_factor_change;
    let answers = ctx.engine().controller().reassign(&wanted, may_change_factor);
    let answers = answers.unwrap_or_else(|error| {
        let refusal = Refusal::from(error);
        wanted.iter().map(|_| Err(refusal.clone())).collect()
    });
    let mut answers = answers.into_iter();
    let responses = request.topics.into_iter().map(|topic| {
        let partitions =
            topic.partitions.iter().zip(answers.by_ref()).map(|(partition, answer)| {
                let refusal = answer.err();
                ReassignablePartitionResponse {
                    partition_index: partition.partition_index,
                    error_code: refusal.as_ref().map_or(0, |r| r.code.0),
                    error_message: refusal.and_then(|r| r.text()),
                    ..Default::default()
                }
            });
        let partitions = partitions.collect();
        ReassignableTopicResponse { name: topic.name, partitions, ..Default::default() }
    });
    let responses: Vec<_> = responses.collect();
    Reply::Done(AlterPartitionReassignmentsResponse {
        allow_replication_factor_change: may_change_factor,
        // As Kafka's controller leaves it when it has nothing to do.
        error_message: responses.is_empty().then(Str::default),
        responses,
        ..Default::default()
    })
}
