//! ElectLeaders, key 43, versions 0 to 2 (KIP-183, KIP-460).
//!
//! v0 elects preferred leaders only. No partitions named: all of them, and those that need no
//! election are left out of the answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_wire::messages::elect_leaders_request::ElectLeadersRequest;
use weir_wire::messages::elect_leaders_response::{
    ElectLeadersResponse, PartitionResult, ReplicaElectionResult,
};
use weir_wire::{ErrorCode, Str};

use crate::controller::{ElectionType, Refusal};
use crate::ctx::Ctx;
use crate::partition::Partition;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: ElectLeadersRequest) -> Reply<ElectLeadersResponse> {
    if ctx.version() >= 1 && !(0..=1).contains(&request.election_type) {
        return Reply::Done(bad_type(request));
    }
    let kind = match request.election_type {
        1 if ctx.version() >= 1 => ElectionType::Unclean,
        _ => ElectionType::Preferred,
    };
    let all = request.topic_partitions.is_none();
    let asked = asked(ctx, request);
    let known: Vec<Arc<Partition>> = asked.iter().filter_map(|(_, _, p)| p.clone()).collect();
    let mut answers = match ctx.engine().controller().elect_leaders(&known, kind) {
        Ok(answers) => answers.into_iter(),
        Err(error) => {
            let refusal = Refusal::from(error);
            known.iter().map(|_| Err(refusal.clone())).collect::<Vec<_>>().into_iter()
        }
    };
    let mut results: BTreeMap<Str, Vec<PartitionResult>> = BTreeMap::new();
    for (topic, partition_id, known) in asked {
        let answer = match known {
            Some(_) => answers.next().unwrap_or(Ok(())),
            None => Err(unknown(ctx, &topic, partition_id)),
        };
        let refusal = answer.err();
        let code = refusal.as_ref().map_or(ErrorCode::NONE, |r| r.code);
        if all && code == ErrorCode::ELECTION_NOT_NEEDED {
            continue;
        }
        results.entry(topic).or_default().push(PartitionResult {
            partition_id,
            error_code: code.0,
            error_message: refusal.and_then(|r| r.text()),
            ..Default::default()
        });
    }
    let results = results.into_iter().map(|(topic, partition_result)| ReplicaElectionResult {
        topic,
        partition_result,
        ..Default::default()
    });
    let replica_election_results = results.collect();
    Reply::Done(ElectLeadersResponse { replica_election_results, ..Default::default() })
}

fn bad_type(request: ElectLeadersRequest) -> ElectLeadersResponse {
    let code = ErrorCode::INVALID_REQUEST.0;
    let message = Str::from(format!("Unknown election type {}", request.election_type));
    let results = request.topic_partitions.unwrap_or_default().into_iter().map(|topic| {
        let refused = topic.partitions.into_iter().map(|partition_id| PartitionResult {
            partition_id,
            error_code: code,
            error_message: Some(message.clone()),
            ..Default::default()
        });
        ReplicaElectionResult {
            topic: topic.topic,
            partition_result: refused.collect(),
            ..Default::default()
        }
    });
    let replica_election_results = results.collect();
    ElectLeadersResponse { error_code: code, replica_election_results, ..Default::default() }
}

fn unknown(ctx: &Ctx, topic: &Str, partition: i32) -> Refusal {
    let message = match ctx.image().topic(topic) {
        None => format!("No such topic as {topic}"),
        Some(_) => format!("No such partition as {topic}-{partition}"),
    };
    Refusal::new(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, message)
}

/// What was asked for: topic, index, and the partition where there is one.
fn asked(ctx: &Ctx, request: ElectLeadersRequest) -> Vec<(Str, i32, Option<Arc<Partition>>)> {
    let Some(topics) = request.topic_partitions else {
        let all = ctx.image().topics().flat_map(|topic| topic.partitions());
        return all
            .map(|p| {
                (p.handle().topic_name().clone(), p.handle().index(), Some(p.handle().clone()))
            })
            .collect();
    };
    let mut asked = Vec::new();
    for topic in topics {
        for index in topic.partitions {
            asked.push((topic.topic.clone(), index, ctx.partition(&topic.topic, index).ok()));
        }
    }
    asked
}
