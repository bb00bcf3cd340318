//! Members that go: by themselves, for a while (static ones), or because they were not heard of.

use weir_wire::Str;
use weir_wire::messages::streams_group_heartbeat_request::StreamsGroupHeartbeatRequest;
use weir_wire::messages::streams_group_heartbeat_response::StreamsGroupHeartbeatResponse;

use super::change::{Change, GroupEpoch};
use super::member::StreamsMember;
use super::tasks::Assigned;
use super::{Step, StreamsGroup};
use crate::controller::Refusal;
use crate::groups::step::{STATIC_LEAVE_EPOCH, check_instance, unknown_member};

impl StreamsGroup {
    /// A heartbeat with epoch -1 or -2.
    pub(crate) fn leave(
        &self,
        request: &StreamsGroupHeartbeatRequest,
    ) -> Result<(Step, StreamsGroupHeartbeatResponse), Refusal> {
        let id = &request.member_id;
        let member = match request.instance_id.as_deref() {
            None => self.members.get(id),
            Some(instance) => {
                let known = self.of_instance(instance);
                check_instance(known.map(|known| &known.id), id, instance)?;
                known
            }
        };
        let member = member.ok_or_else(|| unknown_member(id, &self.id))?;
        let is_temporary =
            request.instance_id.is_some() && request.member_epoch == STATIC_LEAVE_EPOCH;
        let mut step = if is_temporary { away(member) } else { self.fence(&member.id) };
        step.shutdown_by = request.shutdown_application.then(|| id.detached());
        let response = StreamsGroupHeartbeatResponse {
            member_id: member.id.clone(),
            member_epoch: request.member_epoch,
            status: Some(Vec::new()),
            ..Default::default()
        };
        Ok((step, response))
    }

    /// Takes a member out; the group's epoch moves on, and the others are given what it had.
    pub(super) fn fence(&self, id: &Str) -> Step {
        let epoch = self.epoch.epoch + 1;
        let mut step = Step::default();
        step.changes.extend([
            Change::Current(id.clone(), None),
            Change::Target(id.clone(), None),
            Change::Member(id.clone(), None),
            Change::Epoch(Some(GroupEpoch { epoch, ..self.epoch.clone() })),
        ]);
        if self.members.len() == 1 {
            // So that the next first member gets its target at once.
            step.changes.push(Change::TargetEpoch(Some((epoch, 0))));
        }
        step
    }
}

/// The static member is away: what it had stays its own until the session ends.
fn away(member: &StreamsMember) -> Step {
    let mut current = member.current.clone();
    current.epoch = STATIC_LEAVE_EPOCH;
    current.revoking = Assigned::default();
    let epochs = current.assigned.active.values_mut().flat_map(|of| of.values_mut());
    epochs.for_each(|epoch| *epoch = 0);
    Step { changes: vec![Change::Current(member.id.clone(), Some(current))], ..Step::default() }
}
