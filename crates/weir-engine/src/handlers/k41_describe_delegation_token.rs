//! DescribeDelegationToken, key 41, versions 1 to 3 (KIP-48, KIP-373).
//!
//! DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: nobody signs in on the listeners that there are.

use weir_wire::ErrorCode;
use weir_wire::messages::describe_delegation_token_request::DescribeDelegationTokenRequest;
use weir_wire::messages::describe_delegation_token_response::DescribeDelegationTokenResponse;

use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(
    _: &Ctx,
    _: DescribeDelegationTokenRequest,
) -> Reply<DescribeDelegationTokenResponse> {
    let error_code = ErrorCode::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.0;
    Reply::Done(DescribeDelegationTokenResponse { error_code, ..Default::default() })
}
