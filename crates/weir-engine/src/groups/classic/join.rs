//! JoinGroup: entering, re-entering and renewing membership.

use weir_wire::messages::join_group_request::JoinGroupRequest;
use weir_wire::messages::join_group_response::{JoinGroupResponse, JoinGroupResponseMember};
use weir_wire::{ErrorCode, Str};

use super::member::join_error;
use super::{ClassicGroup, Member, Now, State, Store, Then, owned};
use crate::wait::Promise;

/// What a join knows beside its request.
#[derive(Debug)]
pub(crate) struct JoinContext {
    pub(crate) client_id: Str,
    pub(crate) client_host: Str,
    /// A fresh UUID: the tail of a new member's id.
    pub(crate) uuid: Str,
    /// JoinGroup v4 and later: a new dynamic member is first given its id (KIP-394).
    pub(crate) requires_known_member_id: bool,
    /// JoinGroup v9 and later (KIP-814).
    pub(crate) supports_skipping_assignment: bool,
}

impl ClassicGroup {
    /// Handles a JoinGroup. `promise` is completed now or when the join phase ends. As in Kafka a group
    /// that is made leaves a record of generation 0, also where nobody was let in.
    pub(crate) fn join(
        &mut self,
        context: &JoinContext,
        request: &JoinGroupRequest,
        promise: Promise<JoinGroupResponse>,
        now: Now,
    ) -> Option<Store> {
        let is_unwritten = std::mem::take(&mut self.is_unwritten);
        let store = self.let_in(context, request, promise, now);
        self.is_recorded |= is_unwritten;
        store.or_else(|| {
            is_unwritten.then(|| Store { value: self.to_empty_value(), then: Then::Nothing })
        })
    }

    fn let_in(
        &mut self,
        context: &JoinContext,
        request: &JoinGroupRequest,
        promise: Promise<JoinGroupResponse>,
        now: Now,
    ) -> Option<Store> {
        let id = &request.member_id;
        let refused = if !self.accepts(id) {
            self.remove(id);
            Some((Str::default(), ErrorCode::GROUP_MAX_SIZE_REACHED))
        } else if self.is(State::Dead) {
            Some((id.clone(), ErrorCode::COORDINATOR_NOT_AVAILABLE))
        } else if !self.supports(&request.protocol_type, &request.protocols) {
            Some((id.clone(), ErrorCode::INCONSISTENT_GROUP_PROTOCOL))
        } else {
            None
        };
        if let Some((id, error)) = refused {
            promise.complete(join_error(id, error));
            return None;
        }
        if id.is_empty() {
            self.join_new(context, request, promise, now)
        } else {
            self.join_known(context, request, promise, now)
        }
    }

    /// `group.max.size`: members already counted are let in, new ones while there is room.
    fn accepts(&self, member_id: &str) -> bool {
        match self.state {
            State::Empty | State::Dead => true,
            // Those awaiting count, so that the last to rejoin are turned away when the limit was
            // lowered.
            State::PreparingRebalance => {
                self.members.get(member_id).is_some_and(|member| member.join.is_some())
                    || self.awaiting_join() < self.limits.size_max
            }
            State::CompletingRebalance | State::Stable => {
                self.has(member_id) || self.members.len() < self.limits.size_max
            }
        }
    }

    fn join_new(
        &mut self,
        context: &JoinContext,
        request: &JoinGroupRequest,
        promise: Promise<JoinGroupResponse>,
        now: Now,
    ) -> Option<Store> {
        let instance = request.group_instance_id.as_deref();
        let prefix = instance.unwrap_or(&context.client_id);
        let new_id = Str::from(format!("{prefix}-{uuid}", uuid = context.uuid));
        if let Some(instance) = instance {
            return match self.static_members.get(instance).cloned() {
                Some(old_id) => {
                    self.rejoin_static(context, request, &old_id, &new_id, promise, now)
                }
                None => self.add_member(context, request, &new_id, promise, now),
            };
        }
        if !context.requires_known_member_id {
            return self.add_member(context, request, &new_id, promise, now);
        }
        let deadline = now.monotonic_ms + i64::from(request.session_timeout_ms);
        self.pending_join.insert(new_id.clone(), deadline);
        self.wake_by(deadline);
        promise.complete(join_error(new_id, ErrorCode::MEMBER_ID_REQUIRED));
        None
    }

    fn join_known(
        &mut self,
        context: &JoinContext,
        request: &JoinGroupRequest,
        promise: Promise<JoinGroupResponse>,
        now: Now,
    ) -> Option<Store> {
        let id = &request.member_id;
        let instance = request.group_instance_id.as_deref();
        if self.pending_join.contains_key(id) {
            if instance.is_some() {
                // Ids are only handed out in advance to dynamic members.
                promise.complete(join_error(id.clone(), ErrorCode::UNKNOWN_SERVER_ERROR));
                return None;
            }
            return self.add_member(context, request, id, promise, now);
        }
        if let Err(error) = self.validate_member(id, instance) {
            promise.complete(join_error(id.clone(), error));
            return None;
        }
        if self.is(State::Empty) {
            // Unexpected: the member starts over.
            promise.complete(join_error(id.clone(), ErrorCode::UNKNOWN_MEMBER_ID));
            return None;
        }
        if self.needs_rebalance_for(request) {
            self.update_member(id, request, promise);
            return self.rebalance_or_complete_join(now);
        }
        promise.complete(self.current_generation_for(id));
        None
    }

    /// Whether a known member's JoinGroup starts (or joins) a rebalance. Otherwise it only missed
    /// an answer, and is told the current generation.
    fn needs_rebalance_for(&self, request: &JoinGroupRequest) -> bool {
        let changed = self
            .members
            .get(&request.member_id)
            .is_none_or(|member| !member.matches(&request.protocols));
        match self.state {
            State::PreparingRebalance => true,
            // The leader rejoins to change the assignment without any change of its metadata.
            State::Stable => changed || self.is_leader(&request.member_id),
            _ => changed,
        }
    }

    fn current_generation_for(&self, member_id: &Str) -> JoinGroupResponse {
        let is_leader = self.is_leader(member_id) && self.is(State::CompletingRebalance);
        JoinGroupResponse {
            members: if is_leader { self.join_members() } else { Vec::new() },
            ..self.join_answer(member_id.clone())
        }
    }

    /// The answer of this generation to one member, without the member list.
    pub(super) fn join_answer(&self, member_id: Str) -> JoinGroupResponse {
        JoinGroupResponse {
            member_id,
            generation_id: self.generation,
            protocol_name: self.protocol.clone(),
            protocol_type: self.protocol_type.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            ..JoinGroupResponse::default()
        }
    }

    /// Every member with its metadata for the chosen protocol: what the leader assigns from.
    pub(super) fn join_members(&self) -> Vec<JoinGroupResponseMember> {
        self.members
            .values()
            .map(|member| JoinGroupResponseMember {
                member_id: member.id.clone(),
                group_instance_id: member.instance.clone(),
                metadata: member.metadata(self.protocol.as_deref()),
                ..JoinGroupResponseMember::default()
            })
            .collect()
    }

    fn add_member(
        &mut self,
        context: &JoinContext,
        request: &JoinGroupRequest,
        id: &str,
        promise: Promise<JoinGroupResponse>,
        now: Now,
    ) -> Option<Store> {
        let instance = request.group_instance_id.as_deref();
        let mut member = Member::new(id, instance, &context.client_id, &context.client_host);
        member.is_new = true;
        member.rebalance_timeout_ms = request.rebalance_timeout_ms;
        member.session_timeout_ms = request.session_timeout_ms;
        member.set_protocols(&request.protocols);
        member.join = Some(promise);
        // A member that does not know its id cannot heartbeat, and a parked request hides that its
        // client is gone: so the wait itself is limited.
        member.session_deadline =
            now.monotonic_ms + i64::from(self.limits.new_member_join_timeout_ms);
        if self.is(State::PreparingRebalance) && self.previous == State::Empty {
            self.new_member_added = true;
        }
        self.wake_by(member.session_deadline);
        self.insert(member, &request.protocol_type);
        self.rebalance_or_complete_join(now)
    }

    pub(super) fn insert(&mut self, member: Member, protocol_type: &str) {
        if self.members.is_empty() {
            self.protocol_type = Some(owned(protocol_type));
        }
        if let Some(instance) = &member.instance {
            self.static_members.insert(instance.clone(), member.id.clone());
        }
        self.leader.get_or_insert_with(|| member.id.clone());
        self.pending_join.remove(&member.id);
        self.members.insert(member.id.clone(), member);
    }

    /// Takes a member out, pending or not; the next in line leads if it led. Returns whether it was
    /// a member.
    pub(super) fn remove(&mut self, member_id: &str) -> bool {
        let removed = self.members.remove(member_id);
        if let Some(instance) = removed.as_ref().and_then(|member| member.instance.as_ref()) {
            self.static_members.remove(instance);
        }
        if self.is_leader(member_id) {
            self.leader = self.members.keys().next().cloned();
        }
        self.pending_join.remove(member_id);
        self.pending_sync.remove(member_id);
        removed.is_some()
    }

    pub(super) fn update_member(
        &mut self,
        member_id: &str,
        request: &JoinGroupRequest,
        promise: Promise<JoinGroupResponse>,
    ) {
        if let Some(member) = self.members.get_mut(member_id) {
            member.set_protocols(&request.protocols);
            member.rebalance_timeout_ms = request.rebalance_timeout_ms;
            member.session_timeout_ms = request.session_timeout_ms;
            member.join = Some(promise);
        }
    }
}
