//! UnregisterBroker, key 64, version 0 (KIP-500): the cluster forgets a broker that will not come back.

use weir_wire::messages::unregister_broker_request::UnregisterBrokerRequest;
use weir_wire::messages::unregister_broker_response::UnregisterBrokerResponse;

use crate::controller::Refusal;
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: UnregisterBrokerRequest,
) -> Reply<UnregisterBrokerResponse> {
    let outcome = ctx.engine().controller().unregister_broker(request.broker_id);
    let refusal = outcome.unwrap_or_else(|error| Err(Refusal::from(error))).err();
    Reply::Done(UnregisterBrokerResponse {
        error_code: refusal.as_ref().map_or(0, |r| r.code.0),
        error_message: refusal.and_then(|r| r.text()),
        ..Default::default()
    })
}
