//! StreamsGroupHeartbeat, key 88, versions 0 to 1 (KIP-1071).
//!
//! Joining with a topology, staying and leaving in one API; the rules are `groups::streams`. Internal
//! topics that the topology needs are made here, after the answer that says they are missing; the
//! next heartbeat finds them. v1 has a 64-bit recovery lag and tells of missing client tags.

use std::sync::Arc;

use weir_wire::messages::streams_group_heartbeat_request::StreamsGroupHeartbeatRequest;
use weir_wire::messages::streams_group_heartbeat_response::StreamsGroupHeartbeatResponse;
use weir_wire::{ErrorCode, Str};

use crate::controller::{NewTopic, Refusal};
use crate::ctx::Ctx;
use crate::groups::{
    Beaten, Caller, Shard, creation_failed, validate_streams_heartbeat, validate_streams_topics,
};
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: StreamsGroupHeartbeatRequest,
) -> Reply<StreamsGroupHeartbeatResponse> {
    let (shard, mut beaten, required) = match beat(ctx, &request) {
        Ok(done) => done,
        Err(refusal) => return Reply::Done(refused(&refusal)),
    };
    if !beaten.topics.is_empty() {
        let failures = create(ctx, &beaten.topics);
        if !failures.is_empty() {
            creation_failed(beaten.response.status.iter_mut().flatten(), &failures);
        }
    }
    let response = beaten.response;
    if shard.is_committed(required) {
        return Reply::Done(response);
    }
    Reply::wait(async move {
        Some(match shard.committed(required).await {
            Ok(()) => response,
            Err(error) => refused(&error.into()),
        })
    })
}

fn refused(refusal: &Refusal) -> StreamsGroupHeartbeatResponse {
    StreamsGroupHeartbeatResponse {
        error_code: refusal.code.0,
        error_message: refusal.text(),
        ..Default::default()
    }
}

type Done = (Arc<Shard>, Beaten, i64);

fn beat(ctx: &Ctx, request: &StreamsGroupHeartbeatRequest) -> Result<Done, Refusal> {
    let id = &request.group_id;
    let groups = ctx.engine().groups();
    if !groups.env().streams_configs.of_group(ctx.image(), id).is_enabled {
        return Err(Refusal::new(
            ErrorCode::UNSUPPORTED_VERSION,
            "The version of API is not supported.",
        ));
    }
    if let Some(topology) = &request.topology {
        validate_streams_topics(topology)?;
    }
    validate_streams_heartbeat(request)?;
    let shard = groups.shard_of(ctx.image(), ctx.broker_id(), id).map_err(Refusal::from)?;
    shard.saw(ctx.image());
    let missing = |message: String| Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, message);
    let group = match shard.group(id) {
        Some(group) => group,
        None if ctx.engine().share().has_group(ctx, id) => {
            return Err(missing(format!("Group {id} is not a streams group.")));
        }
        None if request.member_epoch == 0 => shard.group_or_new(id),
        None => {
            let what = if request.member_epoch < 0 { "Group" } else { "Streams group" };
            return Err(missing(format!("{what} {id} not found.")));
        }
    };
    let caller = Caller {
        client_id: ctx.client_id(),
        client_host: Str::from(format!("/{}", ctx.connection().peer_host())),
        // Members choose their ids themselves.
        new_id: Str::default(),
    };
    match group.streams_heartbeat(&shard, request, ctx.version(), &caller) {
        Ok((beaten, required)) => Ok((shard, beaten, required)),
        Err(refusal) => {
            shard.forget_unused(group);
            Err(refusal)
        }
    }
}

/// Makes internal topics. Answers those that could not be made, with the reason.
fn create(ctx: &Ctx, topics: &[NewTopic]) -> Vec<(Str, String)> {
    let engine = ctx.engine();
    let answers = match engine.controller().create_topics(topics, false, engine.rng().as_ref()) {
        Ok(answers) => answers,
        Err(error) => {
            let why = error.to_string();
            return topics.iter().map(|topic| (topic.name.clone(), why.clone())).collect();
        }
    };
    let refused = answers.into_iter().zip(topics).filter_map(|(answer, topic)| {
        let refusal = answer.err().filter(|r| r.code != ErrorCode::TOPIC_ALREADY_EXISTS)?;
        Some((topic.name.clone(), refusal.message.to_string()))
    });
    refused.collect()
}
