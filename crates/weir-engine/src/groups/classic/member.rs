//! One member of a classic group.

use bytes::Bytes;
use weir_wire::messages::join_group_request::JoinGroupRequestProtocol;
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::messages::sync_group_response::SyncGroupResponse;
use weir_wire::{ErrorCode, Str};

use super::{NEVER, owned};
use crate::wait::Promise;

/// What a member told when it joined, what it was given, and its parked requests.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) id: Str,
    /// `group.instance.id` of a static member (KIP-345).
    pub(crate) instance: Option<Str>,
    pub(crate) client_id: Str,
    /// As Java prints an address: `/127.0.0.1`.
    pub(crate) client_host: Str,
    pub(crate) rebalance_timeout_ms: i32,
    pub(crate) session_timeout_ms: i32,
    /// Protocol (assignor) names with the member's metadata for each, most wanted first.
    pub(crate) protocols: Vec<(Str, Bytes)>,
    pub(crate) assignment: Bytes,
    pub(super) join: Option<Promise<JoinGroupResponse>>,
    pub(super) sync: Option<Promise<SyncGroupResponse>>,
    /// Joined, and not yet answered once.
    pub(super) is_new: bool,
    /// When the session ends, in monotonic milliseconds.
    pub(super) session_deadline: i64,
}

impl Member {
    pub(super) fn new(
        id: &str,
        instance: Option<&str>,
        client_id: &str,
        client_host: &str,
    ) -> Self {
        Self {
            id: owned(id),
            instance: instance.map(owned),
            client_id: owned(client_id),
            client_host: owned(client_host),
            rebalance_timeout_ms: 0,
            session_timeout_ms: 0,
            protocols: Vec::new(),
            assignment: Bytes::new(),
            join: None,
            sync: None,
            is_new: false,
            session_deadline: NEVER,
        }
    }

    /// The metadata for `protocol`; empty when the member does not speak it.
    pub(crate) fn metadata(&self, protocol: Option<&str>) -> Bytes {
        let known = self.protocols.iter().find(|(name, _)| Some(name.as_ref() as &str) == protocol);
        known.map(|(_, metadata)| metadata.clone()).unwrap_or_default()
    }

    pub(super) fn speaks(&self, protocol: &str) -> bool {
        self.protocols.iter().any(|(name, _)| name.as_ref() as &str == protocol)
    }

    /// Whether a JoinGroup carries exactly what is known of this member.
    pub(super) fn matches(&self, protocols: &[JoinGroupRequestProtocol]) -> bool {
        self.protocols.len() == protocols.len()
            && self
                .protocols
                .iter()
                .zip(protocols)
                .all(|(known, told)| known.0 == told.name && known.1 == told.metadata)
    }

    /// Takes over what a JoinGroup told; copied, for the request's frame is not kept.
    pub(super) fn set_protocols(&mut self, protocols: &[JoinGroupRequestProtocol]) {
        self.protocols = protocols
            .iter()
            .map(|told| (owned(&told.name), Bytes::copy_from_slice(&told.metadata)))
            .collect();
    }

    /// Whether the session may not end now: a parked request is a sign of life, except a new
    /// member's first.
    pub(super) fn has_satisfied_heartbeat(&self) -> bool {
        !self.is_new && (self.join.is_some() || self.sync.is_some())
    }

    pub(super) fn complete_join(&mut self, response: JoinGroupResponse) -> bool {
        match self.join.take() {
            Some(promise) => {
                promise.complete(response);
                true
            }
            None => false,
        }
    }

    pub(super) fn complete_sync(&mut self, response: SyncGroupResponse) -> bool {
        match self.sync.take() {
            Some(promise) => {
                promise.complete(response);
                true
            }
            None => false,
        }
    }

    /// Ends a parked JoinGroup with an error that keeps the member's id.
    pub(super) fn fail_join(&mut self, error: ErrorCode) {
        let member_id = self.id.clone();
        self.complete_join(join_error(member_id, error));
    }

    pub(super) fn fail_sync(&mut self, error: ErrorCode) {
        self.complete_sync(sync_error(error));
    }
}

/// A JoinGroup answer that is only an error. Protocol names are null; the handler makes them empty
/// for old versions.
pub(crate) fn join_error(member_id: Str, error: ErrorCode) -> JoinGroupResponse {
    JoinGroupResponse {
        error_code: error.0,
        member_id,
        generation_id: -1,
        protocol_name: None,
        protocol_type: None,
        ..JoinGroupResponse::default()
    }
}

/// A SyncGroup answer that is only an error.
pub(crate) fn sync_error(error: ErrorCode) -> SyncGroupResponse {
    SyncGroupResponse { error_code: error.0, ..SyncGroupResponse::default() }
}
