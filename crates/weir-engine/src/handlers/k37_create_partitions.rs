//! CreatePartitions, key 37, versions 0 to 3. Answers per topic; a name given twice is refused once.

use std::collections::HashMap;

use weir_wire::messages::create_partitions_request::{
    CreatePartitionsRequest, CreatePartitionsTopic,
};
use weir_wire::messages::create_partitions_response::{
    CreatePartitionsResponse, CreatePartitionsTopicResult,
};
use weir_wire::{ErrorCode, Str};

use crate::controller::{MorePartitions, Refusal};
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: CreatePartitionsRequest,
) -> Reply<CreatePartitionsResponse> {
    let mut counts: HashMap<Str, u32> = HashMap::new();
    for topic in &request.topics {
        *counts.entry(topic.name.clone()).or_default() += 1;
    }
    let once = |topic: &&CreatePartitionsTopic| counts.get(&topic.name) == Some(&1);
    let asked: Vec<MorePartitions> = request.topics.iter().filter(once).map(more).collect();
    let rng = ctx.engine().rng().as_ref();
    let answers = ctx.engine().controller().create_partitions(&asked, request.validate_only, rng);
    let answers = answers.unwrap_or_else(|error| {
        let refusal = Refusal::from(error);
        asked.iter().map(|_| Err(refusal.clone())).collect()
    });
    let made = asked.into_iter().zip(answers);
    let mut results: Vec<_> = made.map(|(asked, answer)| result(asked.topic, answer)).collect();
    let twice = counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name);
    results.extend(twice.map(|name| {
        let message = "Duplicate topic name.";
        result(name, Err(Refusal::new(ErrorCode::INVALID_REQUEST, message)))
    }));
    Reply::Done(CreatePartitionsResponse { results, ..Default::default() })
}

fn more(topic: &CreatePartitionsTopic) -> MorePartitions {
    let given = topic.assignments.as_ref();
    MorePartitions {
        topic: topic.name.clone(),
        count: topic.count,
        assignments: given.map(|all| all.iter().map(|a| a.broker_ids.clone()).collect()),
    }
}

fn result(name: Str, answer: Result<(), Refusal>) -> CreatePartitionsTopicResult {
    let refusal = answer.err();
    CreatePartitionsTopicResult {
        name,
        error_code: refusal.as_ref().map_or(ErrorCode::NONE, |r| r.code).0,
        // Kafka says nothing more of a topic that is not there.
        error_message: refusal
            .filter(|r| r.code != ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
            .and_then(|r| r.text()),
        ..Default::default()
    }
}
