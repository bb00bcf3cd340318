//! The first exchange on a connection: ApiVersions, which every broker since 0.10 answers in some version.

use bytes::Bytes;
use tokio::time::Instant;
use weir_wire::messages::api_versions_request::ApiVersionsRequest;
use weir_wire::messages::api_versions_response::ApiVersionsResponse;
use weir_wire::{ApiKey, ErrorCode};

use crate::Options;
use crate::error::{ClientError, ErrorKind, ErrorStep};
use crate::net::connection::{Connection, decode};
use crate::net::versions::{ApiRanges, limit};

/// Learns which versions the broker serves.
pub(crate) async fn greet(
    connection: &Connection,
    deadline: Instant,
    options: &Options,
) -> Result<ApiRanges, ClientError> {
    exchange(connection, deadline, options)
        .await
        .map_err(|kind| connection.error(ApiKey::ApiVersions, ErrorStep::ApiVersions, kind))
}

async fn exchange(
    connection: &Connection,
    deadline: Instant,
    options: &Options,
) -> Result<ApiRanges, ErrorKind> {
    let timeout = options.connect_timeout;
    let version = limit(ApiKey::ApiVersions);
    let answer = connection.exchange(&request(version), version, deadline, timeout).await?;
    let mut response = read(answer, version)?;
    // An older broker answers in version 0, with the versions it has (KIP-511).
    if response.error_code == ErrorCode::UNSUPPORTED_VERSION.0 {
        let version = highest(&response).min(version);
        let answer = connection.exchange(&request(version), version, deadline, timeout).await?;
        response = read(answer, version)?;
    }
    if response.error_code != ErrorCode::NONE.0 {
        return Err(crate::code::whole(response.error_code, None));
    }
    Ok(ApiRanges::new(response.api_keys.iter().map(|a| (a.api_key, a.min_version, a.max_version))))
}

fn request(version: i16) -> ApiVersionsRequest {
    let mut request = ApiVersionsRequest::default();
    if version >= 3 {
        request.client_software_name = "weir".into();
        request.client_software_version = env!("CARGO_PKG_VERSION").into();
    }
    request
}

fn read(answer: Bytes, version: i16) -> Result<ApiVersionsResponse, ErrorKind> {
    let code = answer.get(4..6).map(|code| i16::from_be_bytes([code[0], code[1]]));
    let refused = code == Some(ErrorCode::UNSUPPORTED_VERSION.0);
    decode::<ApiVersionsRequest>(answer, if refused { 0 } else { version })
}

/// The highest version of ApiVersions itself; 0 when an old broker leaves its list empty.
fn highest(response: &ApiVersionsResponse) -> i16 {
    let own = response.api_keys.iter().find(|api| api.api_key == ApiKey::ApiVersions as i16);
    own.map_or(0, |api| api.max_version)
}
