//! Members that go: by themselves, for a while (static ones), or because they were not heard of.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::messages::consumer_group_heartbeat_request::ConsumerGroupHeartbeatRequest;
use weir_wire::messages::consumer_group_heartbeat_response::ConsumerGroupHeartbeatResponse;
use weir_wire::messages::leave_group_request::MemberIdentity;
use weir_wire::messages::leave_group_response::MemberResponse;
use weir_wire::{ErrorCode, Str};

use super::change::Change;
use super::member::{ConsumerMember, Owned};
use super::subscription::View;
use super::{ConsumerGroup, Step, StepContext};
use crate::controller::Refusal;
use crate::groups::step::STATIC_LEAVE_EPOCH;

impl ConsumerGroup {
    /// A heartbeat with epoch -1 or -2.
    pub(crate) fn leave(
        &self,
        request: &ConsumerGroupHeartbeatRequest,
        context: StepContext<'_>,
    ) -> Result<(Step, ConsumerGroupHeartbeatResponse), Refusal> {
        let id = &request.member_id;
        let member = match request.instance_id.as_deref() {
            None => self.members.get(id).ok_or_else(|| self.unknown_member(id))?,
            Some(instance) => self.check_instance(self.of_instance(instance), id, instance)?,
        };
        let is_temporary =
            request.instance_id.is_some() && request.member_epoch == STATIC_LEAVE_EPOCH;
        let step = match is_temporary {
            true => away(member),
            false => self.fence(std::slice::from_ref(&member.id), context),
        };
        let response = ConsumerGroupHeartbeatResponse {
            member_id: Some(member.id.clone()),
            member_epoch: request.member_epoch,
            ..Default::default()
        };
        Ok((step, response))
    }

    /// LeaveGroup, which administrators use for members of either protocol.
    pub(crate) fn leave_classic(
        &self,
        members: &[MemberIdentity],
        context: StepContext<'_>,
    ) -> (Step, Vec<MemberResponse>) {
        let mut gone = BTreeSet::new();
        let answers = members.iter().map(|identity| {
            let found = self.leaving(&identity.member_id, identity.group_instance_id.as_deref());
            let error = found.as_ref().err().map_or(ErrorCode::NONE, |refusal| refusal.code);
            gone.extend(found.map(|member| member.id.clone()));
            MemberResponse {
                member_id: identity.member_id.clone(),
                group_instance_id: identity.group_instance_id.clone(),
                error_code: error.0,
                ..Default::default()
            }
        });
        let answers = answers.collect();
        let gone: Vec<Str> = gone.into_iter().collect();
        (self.fence(&gone, context), answers)
    }

    fn leaving(&self, id: &str, instance: Option<&str>) -> Result<&ConsumerMember, Refusal> {
        match instance {
            None => self.members.get(id).ok_or_else(|| self.unknown_member(id)),
            Some(instance) => {
                let known = self.of_instance(instance);
                let id = if id.is_empty() { known.map_or("", |known| &known.id) } else { id };
                self.check_instance(known, id, instance)
            }
        }
    }

    /// Takes members out; the group's epoch moves on, and the others are given what they had.
    pub(super) fn fence(&self, gone: &[Str], context: StepContext<'_>) -> Step {
        let mut step = Step::default();
        if gone.is_empty() {
            return step;
        }
        if let Some(downgrade) = self.downgrade_without(gone, context) {
            return downgrade;
        }
        for id in gone {
            step.changes.extend([
                Change::Current(id.clone(), None),
                Change::Target(id.clone(), None),
                Change::Member(id.clone(), None),
            ]);
        }
        let mut view = View { group: self, updated: None, gone, regexes: BTreeMap::new() };
        for regex in self.regexes.keys() {
            if view.subscribers(regex) == 0 {
                step.changes.push(Change::Regex(regex.clone(), None));
                view.regexes.insert(regex.clone(), None);
            }
        }
        let epoch = self.epoch + 1;
        let hash = view.metadata_hash(context.image);
        step.changes.push(Change::Epoch(Some((epoch, hash))));
        if view.members().next().is_none() {
            // So that the next first member gets its target at once.
            step.changes.push(Change::TargetEpoch(Some((epoch, 0))));
        }
        step
    }
}

/// The static member is away: what it had stays its own until the session ends.
fn away(member: &ConsumerMember) -> Step {
    let mut current = member.current.clone();
    current.epoch = STATIC_LEAVE_EPOCH;
    current.revoking = Owned::new();
    current.assigned.values_mut().flat_map(|of| of.values_mut()).for_each(|epoch| *epoch = 0);
    Step { changes: vec![Change::Current(member.id.clone(), Some(current))], ..Step::default() }
}
