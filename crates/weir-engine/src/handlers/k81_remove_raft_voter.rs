//! RemoveRaftVoter, key 81, version 0 (KIP-853).

use weir_wire::ErrorCode;
use weir_wire::messages::remove_raft_voter_request::RemoveRaftVoterRequest;
use weir_wire::messages::remove_raft_voter_response::RemoveRaftVoterResponse;

use super::k80_add_raft_voter::check_cluster;
use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: RemoveRaftVoterRequest) -> Reply<RemoveRaftVoterResponse> {
    let refusal = remove(ctx, &request).err();
    Reply::Done(RemoveRaftVoterResponse {
        error_code: refusal.as_ref().map_or(0, |r| r.code.0),
        error_message: refusal.and_then(|r| r.text()),
        ..Default::default()
    })
}

fn remove(ctx: &Ctx, request: &RemoveRaftVoterRequest) -> Result<(), Refusal> {
    check_cluster(ctx, request.cluster_id.as_ref())?;
    if request.voter_id < 0 || request.voter_directory_id.is_zero() {
        let message = "Remove voter request didn't include a valid voter";
        return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    }
    let key = (request.voter_id, request.voter_directory_id);
    ctx.engine().controller().remove_voter(key)
}
