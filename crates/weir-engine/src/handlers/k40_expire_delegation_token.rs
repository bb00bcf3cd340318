//! ExpireDelegationToken, key 40, versions 1 to 2 (KIP-48).
//!
//! DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: nobody signs in on the listeners that there are.

use weir_wire::ErrorCode;
use weir_wire::messages::expire_delegation_token_request::ExpireDelegationTokenRequest;
use weir_wire::messages::expire_delegation_token_response::ExpireDelegationTokenResponse;

use super::k38_create_delegation_token::NO_TIMESTAMP;
use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    _: &Ctx,
    _: ExpireDelegationTokenRequest,
) -> Reply<ExpireDelegationTokenResponse> {
    Reply::Done(ExpireDelegationTokenResponse {
        error_code: ErrorCode::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.0,
        expiry_timestamp_ms: NO_TIMESTAMP,
        ..Default::default()
    })
}
