//! SyncGroup: the leader's assignment, written before anyone hears of it.

use std::collections::BTreeMap;

use bytes::Bytes;
use weir_wire::messages::sync_group_request::SyncGroupRequest;
use weir_wire::messages::sync_group_response::SyncGroupResponse;
use weir_wire::{ErrorCode, Str};

use super::member::sync_error;
use super::{ClassicGroup, NEVER, Now, State, Store, Then, owned};
use crate::wait::Promise;

/// A leader's assignment of one generation, on its way to the log.
#[derive(Debug)]
pub(crate) struct Assignments {
    generation: i32,
    by_member: BTreeMap<Str, Bytes>,
}

impl ClassicGroup {
    /// Handles a SyncGroup. `promise` is completed now or when the leader's assignment is written.
    pub(crate) fn sync(
        &mut self,
        request: &SyncGroupRequest,
        promise: Promise<SyncGroupResponse>,
    ) -> Option<Store> {
        if let Err(error) = self.validate_sync(request) {
            promise.complete(sync_error(error));
            return None;
        }
        self.sync_arrived(&request.member_id);
        if self.is(State::Stable) {
            promise.complete(self.sync_answer(&request.member_id));
            return None;
        }
        // The session is not restarted here: a parked SyncGroup is a sign of life by itself.
        if let Some(member) = self.members.get_mut(&request.member_id) {
            member.sync = Some(promise);
        }
        if !self.is_leader(&request.member_id) {
            return None;
        }
        let assignments = self.assignments_of(request);
        let value = self.to_value(Some(&assignments.by_member));
        Some(Store { value, then: Then::Assign(assignments) })
    }

    fn validate_sync(&self, request: &SyncGroupRequest) -> Result<(), ErrorCode> {
        match self.state {
            State::Dead => return Err(ErrorCode::COORDINATOR_NOT_AVAILABLE),
            State::Empty => return Err(ErrorCode::UNKNOWN_MEMBER_ID),
            _ => {}
        }
        self.validate_member(&request.member_id, request.group_instance_id.as_deref())?;
        if request.generation_id != self.generation {
            return Err(ErrorCode::ILLEGAL_GENERATION);
        }
        let differs = |told: &Option<Str>, known: &Option<Str>| {
            told.is_some() && known.is_some() && told != known
        };
        if differs(&request.protocol_type, &self.protocol_type)
            || differs(&request.protocol_name, &self.protocol)
        {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        if self.is(State::PreparingRebalance) {
            return Err(ErrorCode::REBALANCE_IN_PROGRESS);
        }
        Ok(())
    }

    fn sync_arrived(&mut self, member_id: &str) {
        self.pending_sync.remove(member_id);
        if self.pending_sync.is_empty() {
            self.sync_deadline = NEVER;
        }
    }

    /// Every member with its assignment; whom the leader forgot gets an empty one, whom it invented
    /// is left out.
    fn assignments_of(&self, request: &SyncGroupRequest) -> Assignments {
        let told: BTreeMap<&str, &Bytes> =
            request.assignments.iter().map(|a| (&*a.member_id, &a.assignment)).collect();
        let by_member = self
            .members
            .keys()
            .map(|id| {
                let assignment =
                    told.get(id.as_ref() as &str).map(|bytes| Bytes::copy_from_slice(bytes));
                (owned(id), assignment.unwrap_or_default())
            })
            .collect();
        Assignments { generation: self.generation, by_member }
    }

    /// The assignment is in the log: members hear of it. It could not be written: all rejoin.
    pub(super) fn assignment_stored(
        &mut self,
        assignments: Assignments,
        result: Result<(), ErrorCode>,
        now: Now,
    ) -> Option<Store> {
        // A member may have joined or left while the record was on its way.
        if !self.is(State::CompletingRebalance) || assignments.generation != self.generation {
            return None;
        }
        if let Err(error) = result {
            self.fail_assignment(error, now);
            return self.rebalance_or_complete_join(now);
        }
        for (id, assignment) in assignments.by_member {
            if let Some(member) = self.members.get_mut(&id) {
                member.assignment = assignment;
            }
        }
        let ids: Vec<Str> = self.members.keys().cloned().collect();
        for id in ids {
            let answer = self.sync_answer(&id);
            self.answer_sync(&id, answer, now);
        }
        self.transition(State::Stable, now);
        None
    }

    fn sync_answer(&self, member_id: &str) -> SyncGroupResponse {
        let assignment = self.members.get(member_id).map(|member| member.assignment.clone());
        SyncGroupResponse {
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol.clone(),
            assignment: assignment.unwrap_or_default(),
            ..SyncGroupResponse::default()
        }
    }

    /// Assignments are void; whoever awaits one is told `error`.
    pub(super) fn fail_assignment(&mut self, error: ErrorCode, now: Now) {
        let ids: Vec<Str> = self.members.keys().cloned().collect();
        for id in ids {
            if let Some(member) = self.members.get_mut(&id) {
                member.assignment = Bytes::new();
            }
            self.answer_sync(&id, sync_error(error), now);
        }
    }

    /// The session restarts with the answer: while its SyncGroup was parked it could have ended
    /// unnoticed.
    fn answer_sync(&mut self, member_id: &str, answer: SyncGroupResponse, now: Now) {
        let answered =
            self.members.get_mut(member_id).is_some_and(|member| member.complete_sync(answer));
        if answered {
            self.restart_session(member_id, now);
        }
    }

    /// Members that never sent their SyncGroup are out, and the rest rebalance.
    pub(super) fn sync_deadline_passed(&mut self, now: Now) -> Option<Store> {
        self.sync_deadline = NEVER;
        let applies = matches!(self.state, State::CompletingRebalance | State::Stable);
        if !applies || self.pending_sync.is_empty() {
            return None;
        }
        for id in std::mem::take(&mut self.pending_sync) {
            self.remove(&id);
        }
        self.prepare_rebalance(now)
    }
}
