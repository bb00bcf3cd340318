//! DeleteTopics, key 20, versions 1 to 6.
//!
//! v6 takes names or ids. Files are renamed at once and unlinked in the background.
//! `delete.topic.enable=false` refuses everything.

use weir_wire::messages::delete_topics_request::{DeleteTopicState, DeleteTopicsRequest};
use weir_wire::messages::delete_topics_response::{DeletableTopicResult, DeleteTopicsResponse};
use weir_wire::{ErrorCode, Str, Uuid};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: DeleteTopicsRequest) -> Reply<DeleteTopicsResponse> {
    let names = request.topic_names.into_iter();
    let by_name = names.map(|name| DeleteTopicState { name: Some(name), ..Default::default() });
    let asked: Vec<DeleteTopicState> = request.topics.into_iter().chain(by_name).collect();
    let found: Vec<Result<(Str, Uuid), Refusal>> = asked.iter().map(|a| find(ctx, a)).collect();
    let ids: Vec<Uuid> = found.iter().flatten().map(|(_, id)| *id).collect();
    let mut deleted = match ctx.engine().controller().delete_topics(&ids) {
        Ok(answers) => answers.into_iter(),
        Err(error) => {
            let refusal = Refusal::from(error);
            ids.iter().map(|_| Err(refusal.clone())).collect::<Vec<_>>().into_iter()
        }
    };
    let names = found.iter().flatten().map(|(name, _)| name.clone()).collect();
    ctx.engine().groups().topics_deleted(&ctx.engine().image(), &names);
    if !ids.is_empty() {
        let gone = ids.iter().copied().collect();
        ctx.engine().share().topics_deleted(&ctx.engine().image(), &gone);
    }
    let responses = asked.into_iter().zip(found).map(|(asked, found)| match found {
        Err(refusal) => result(asked.name, asked.topic_id, Err(refusal)),
        Ok((name, id)) => result(Some(name), id, deleted.next().unwrap_or(Ok(()))),
    });
    Reply::Done(DeleteTopicsResponse { responses: responses.collect(), ..Default::default() })
}

fn find(ctx: &Ctx, asked: &DeleteTopicState) -> Result<(Str, Uuid), Refusal> {
    if !ctx.image().configs().broker_bool("delete.topic.enable") {
        let code = match ctx.version() {
            ..=2 => ErrorCode::INVALID_REQUEST,
            _ => ErrorCode::TOPIC_DELETION_DISABLED,
        };
        return Err(Refusal::new(code, "Topic deletion is disabled."));
    }
    let topic = match &asked.name {
        Some(_) if !asked.topic_id.is_zero() => {
            let message = "You may not specify both topic name and topic id.";
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        }
        Some(name) => ctx.topic(name).map_err(|_| Refusal::unknown_topic())?,
        None => ctx
            .topic_by_id(asked.topic_id)
            .map_err(|code| Refusal::new(code, "This server does not host this topic ID."))?,
    };
    Ok((topic.name().clone(), topic.id()))
}

fn result(name: Option<Str>, topic_id: Uuid, answer: Result<(), Refusal>) -> DeletableTopicResult {
    let refusal = answer.err();
    DeletableTopicResult {
        name,
        topic_id,
        error_code: refusal.as_ref().map_or(ErrorCode::NONE, |r| r.code).0,
        error_message: refusal.and_then(|r| r.text()),
        ..Default::default()
    }
}
