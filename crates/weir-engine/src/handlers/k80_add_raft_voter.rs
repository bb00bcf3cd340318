//! AddRaftVoter, key 80, versions 0 to 1 (KIP-853).

use weir_wire::messages::add_raft_voter_request::AddRaftVoterRequest;
use weir_wire::messages::add_raft_voter_response::AddRaftVoterResponse;
use weir_wire::{ErrorCode, Str};

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: AddRaftVoterRequest) -> Reply<AddRaftVoterResponse> {
    let refusal = add(ctx, &request).err();
    Reply::Done(AddRaftVoterResponse {
        error_code: refusal.as_ref().map_or(0, |r| r.code.0),
        error_message: refusal.and_then(|r| r.text()),
        ..Default::default()
    })
}

fn add(ctx: &Ctx, request: &AddRaftVoterRequest) -> Result<(), Refusal> {
    check_cluster(ctx, request.cluster_id.as_ref())?;
    let invalid = |message: &str| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    if request.voter_id < 0 || request.voter_directory_id.is_zero() {
        return invalid("Add voter request didn't include a valid voter");
    }
    if !request.listeners.iter().any(|listener| listener.name == "CONTROLLER") {
        let given = request.listeners.iter().map(|listener| {
            let (name, host, port) = (&listener.name, &listener.host, listener.port);
            format!("ListenerName({name})={host}/<unresolved>:{port}")
        });
        let given = given.collect::<Vec<_>>().join(", ");
        return invalid(&format!(
            "Add voter request didn't include the endpoint (Endpoints(endpoints={{{given}}})) for \
             the default listener ListenerName(CONTROLLER)"
        ));
    }
    let key = (request.voter_id, request.voter_directory_id);
    ctx.engine().controller().add_voter(key)
}

/// A request may say which cluster it means.
pub(super) fn check_cluster(ctx: &Ctx, given: Option<&Str>) -> Result<(), Refusal> {
    let here = ctx.image().cluster_id();
    match given.filter(|given| *given != here) {
        None => Ok(()),
        Some(given) => {
            let message =
                format!("The given id \"{given}\" doesn't match the cluster id \"{here}\"");
            Err(Refusal::new(ErrorCode::INCONSISTENT_CLUSTER_ID, message))
        }
    }
}
