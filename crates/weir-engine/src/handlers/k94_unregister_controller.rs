//! UnregisterController, key 94, version 0.

use weir_wire::messages::unregister_controller_request::UnregisterControllerRequest;
use weir_wire::messages::unregister_controller_response::UnregisterControllerResponse;

use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    ctx: &Ctx,
    request: UnregisterControllerRequest,
) -> Reply<UnregisterControllerResponse> {
    let outcome = ctx.engine().controller().unregister_controller(request.controller_id);
    let refusal = outcome.err();
    Reply::Done(UnregisterControllerResponse {
        error_code: refusal.as_ref().map_or(0, |r| r.code.0),
        error_message: refusal.and_then(|r| r.text()),
        ..Default::default()
    })
}
