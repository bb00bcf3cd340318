//! ApiVersions, key 18, versions 0 to 5.
//!
//! Answers from the dispatch table, so that only served APIs are advertised. v3 tells the client's
//! software (KIP-511); v5 checks the cluster and node that the client thinks it talks to (KIP-1242).
//! A version that is not served is answered as v0 with UNSUPPORTED_VERSION and the whole list.

use weir_wire::messages::api_versions_request::ApiVersionsRequest;
use weir_wire::messages::api_versions_response::{
    ApiVersion, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};
use weir_wire::{ErrorCode, Str};

use crate::connection::ClientSoftware;
use crate::ctx::Ctx;
use crate::dispatch::TABLE;
use crate::features;
use crate::reply::Reply;

pub(crate) fn handle(ctx: &Ctx, request: ApiVersionsRequest) -> Reply<ApiVersionsResponse> {
    if ctx.version() >= 3 {
        let (name, version) = (&request.client_software_name, &request.client_software_version);
        if !is_software_name(name) || !is_software_name(version) {
            return Reply::Done(failed(ErrorCode::INVALID_REQUEST));
        }
        if let Some(code) = elsewhere(ctx, &request) {
            return Reply::Done(failed(code));
        }
        ctx.connection()
            .set_software(ClientSoftware { name: name.detached(), version: version.detached() });
    }
    Reply::Done(response(ctx))
}

/// The client thinks that it talks to another cluster or node (v5): it has to look up addresses anew.
fn elsewhere(ctx: &Ctx, request: &ApiVersionsRequest) -> Option<ErrorCode> {
    let cluster = request.cluster_id.as_ref();
    if cluster.is_some_and(|id| id != ctx.image().cluster_id()) {
        return Some(ErrorCode::REBOOTSTRAP_REQUIRED);
    }
    let is_other = request.node_id >= 0 && request.node_id != ctx.broker_id();
    is_other.then_some(ErrorCode::INVALID_REQUEST)
}

fn response(ctx: &Ctx) -> ApiVersionsResponse {
    // Clients of versions before 4 cannot read a minimum of 0 (KAFKA-17011): such features are left out.
    let told = features::supported().filter(|f| ctx.version() >= 4 || f.min > 0);
    let supported = told.map(|f| SupportedFeatureKey {
        name: Str::from_static(f.name),
        min_version: f.min,
        max_version: f.max,
        ..Default::default()
    });
    let finalized = features::finalized(ctx.image().features()).into_iter();
    let finalized = finalized.map(|(name, level)| FinalizedFeatureKey {
        name: Str::from_static(name),
        max_version_level: level,
        min_version_level: level,
        ..Default::default()
    });
    ApiVersionsResponse {
        api_keys: api_keys(),
        supported_features: supported.collect(),
        finalized_features_epoch: ctx.image().end_offset() - 1,
        finalized_features: finalized.collect(),
        ..Default::default()
    }
}

fn api_keys() -> Vec<ApiVersion> {
    let served = TABLE.iter().map(|api| ApiVersion {
        api_key: api.key as i16,
        min_version: api.min,
        max_version: api.max,
        ..Default::default()
    });
    served.collect()
}

/// The answer to a version that is not served; it goes out as version 0.
pub(crate) fn unsupported() -> ApiVersionsResponse {
    ApiVersionsResponse { api_keys: api_keys(), ..failed(ErrorCode::UNSUPPORTED_VERSION) }
}

fn failed(code: ErrorCode) -> ApiVersionsResponse {
    ApiVersionsResponse { error_code: code.0, ..Default::default() }
}

/// `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?` (KIP-511).
fn is_software_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = bytes.first().zip(bytes.last());
    ends.is_some_and(|(a, b)| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'.')
}
