//! DeleteTopics, key 20, versions 1 to 6.
//!
//! v6 takes names or ids. Files are renamed at once and unlinked in the background.
//! `delete.topic.enable=false` refuses everything.

use std::collections::{HashMap, HashSet};

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
    let (asked, found) = resolved(ctx, asked);
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

type Found = Vec<Result<(Str, Uuid), Refusal>>;

/// Each topic once: one that is named twice, by name or by id, is refused.
fn resolved(ctx: &Ctx, asked: Vec<DeleteTopicState>) -> (Vec<DeleteTopicState>, Found) {
    let mut counts: HashMap<(Option<Str>, Uuid), u32> = HashMap::new();
    for state in &asked {
        *counts.entry((state.name.clone(), state.topic_id)).or_default() += 1;
    }
    let invalid = |message| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    let (mut once, mut found): (Vec<_>, Found) = Default::default();
    for state in asked {
        let Some(count) = counts.remove(&(state.name.clone(), state.topic_id)) else { continue };
        found.push(match (count, &state.name) {
            (_, None) if state.topic_id.is_zero() => {
                invalid("Neither topic name nor id were specified.")
            }
            (1, _) => find(ctx, &state),
            (_, Some(_)) => invalid("Duplicate topic name."),
            (_, None) => invalid("Duplicate topic id."),
        });
        once.push(state);
    }
    refuse_both_ways(&mut once, &mut found);
    (once, found)
}

/// A topic that is asked for by its name and by its id as well: refused once.
fn refuse_both_ways(asked: &mut Vec<DeleteTopicState>, found: &mut Found) {
    let mut seen: HashMap<Uuid, usize> = HashMap::new();
    let mut twice = HashSet::new();
    for (place, (_, id)) in
        found.iter().enumerate().filter_map(|(i, f)| Some((i, f.as_ref().ok()?)))
    {
        if let Some(first) = seen.insert(*id, place) {
            twice.extend([first, place]);
        }
    }
    let message = "The provided topic name maps to an ID that was already supplied.";
    for place in &twice {
        if let (Some(state), Some(result)) = (asked.get_mut(*place), found.get_mut(*place))
            && let Ok((name, id)) = result.clone()
        {
            state.name = Some(name);
            state.topic_id = id;
            *result = Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        }
    }
    let doubled = |place: usize| {
        twice.contains(&place)
            && twice.iter().any(|other| {
                *other < place
                    && asked.get(*other).map(|s| s.topic_id) == asked.get(place).map(|s| s.topic_id)
            })
    };
    let keep: Vec<bool> = (0..asked.len()).map(|place| !doubled(place)).collect();
    let mut kept = keep.iter();
    asked.retain(|_| kept.next() == Some(&true));
    let mut kept = keep.iter();
    found.retain(|_| kept.next() == Some(&true));
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
