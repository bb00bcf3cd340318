//! CreateDelegationToken, key 38, versions 1 to 3 (KIP-48, KIP-373).
//!
//! Tokens are for those who signed in. On a listener without SASL or TLS, which is every listener here, nobody did:
//! DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, with the principals that the token would have had.

use weir_wire::messages::create_delegation_token_request::CreateDelegationTokenRequest;
use weir_wire::messages::create_delegation_token_response::CreateDelegationTokenResponse;
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::reply::Reply;

const USER: &str = "User";
/// Who has not signed in.
const ANONYMOUS: &str = "ANONYMOUS";
/// Where there is no token.
pub(crate) const NO_TIMESTAMP: i64 = -1;

pub(crate) fn handle(
    ctx: &Ctx,
    request: CreateDelegationTokenRequest,
) -> Reply<CreateDelegationTokenResponse> {
    let requester = || (Str::from_static(USER), Str::from_static(ANONYMOUS));
    let owner = request.owner_principal_name.filter(|name| !name.is_empty());
    let owner_type = request.owner_principal_type.unwrap_or_default();
    let (principal_type, principal_name) = owner.map_or_else(requester, |name| (owner_type, name));
    // v3 tells who asked, too.
    let asked_by = if ctx.version() >= 3 { requester() } else { Default::default() };
    Reply::Done(CreateDelegationTokenResponse {
        error_code: ErrorCode::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.0,
        principal_type,
        principal_name,
        token_requester_principal_type: asked_by.0,
        token_requester_principal_name: asked_by.1,
        issue_timestamp_ms: NO_TIMESTAMP,
        expiry_timestamp_ms: NO_TIMESTAMP,
        max_timestamp_ms: NO_TIMESTAMP,
        ..Default::default()
    })
}
