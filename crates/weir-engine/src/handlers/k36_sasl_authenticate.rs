//! SaslAuthenticate, key 36, versions 0 to 2 (KIP-152, KIP-368).
//!
//! On a listener without SASL, which is every listener here, whoever asks is past signing in: ILLEGAL_SASL_STATE. What was
//! sent is neither looked at nor kept.

use weir_wire::messages::sasl_authenticate_request::SaslAuthenticateRequest;
use weir_wire::messages::sasl_authenticate_response::SaslAuthenticateResponse;
use weir_wire::{ErrorCode, Str};

use crate::ctx::Ctx;
use crate::reply::Reply;

/// Kafka's words.
const SIGNED_IN: &str = "SaslAuthenticate request received after successful authentication";

pub(crate) fn handle(_: &Ctx, _: SaslAuthenticateRequest) -> Reply<SaslAuthenticateResponse> {
    Reply::Done(SaslAuthenticateResponse {
        error_code: ErrorCode::ILLEGAL_SASL_STATE.0,
        error_message: Some(Str::from_static(SIGNED_IN)),
        ..Default::default()
    })
}
