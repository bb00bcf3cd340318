//! SaslHandshake, key 17, versions 0 to 1 (KIP-43).
//!
//! On a listener without SASL, which is every listener here, whoever asks is past signing in: ILLEGAL_SASL_STATE.

use weir_wire::ErrorCode;
use weir_wire::messages::sasl_handshake_request::SaslHandshakeRequest;
use weir_wire::messages::sasl_handshake_response::SaslHandshakeResponse;

use crate::ctx::Ctx;
use crate::reply::Reply;

pub(crate) fn handle(_: &Ctx, _: SaslHandshakeRequest) -> Reply<SaslHandshakeResponse> {
    let error_code = ErrorCode::ILLEGAL_SASL_STATE.0;
    Reply::Done(SaslHandshakeResponse { error_code, ..Default::default() })
}
