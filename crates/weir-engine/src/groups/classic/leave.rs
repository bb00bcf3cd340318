//! LeaveGroup: members that go, by themselves or removed by an administrator (batch, v3 and later).

use weir_wire::messages::leave_group_request::MemberIdentity;
use weir_wire::messages::leave_group_response::MemberResponse;
use weir_wire::{ErrorCode, Str};

use super::member::join_error;
use super::{ClassicGroup, Now, State, Store};

impl ClassicGroup {
    /// Handles a LeaveGroup: one result a member, then at most one rebalance for all of them.
    pub(crate) fn leave(
        &mut self,
        members: &[MemberIdentity],
        now: Now,
    ) -> Result<(Vec<MemberResponse>, Option<Store>), ErrorCode> {
        if self.is(State::Dead) {
            return Err(ErrorCode::COORDINATOR_NOT_AVAILABLE);
        }
        let results: Vec<MemberResponse> =
            members.iter().map(|member| self.leave_result(member)).collect();
        let any_left = results.iter().any(|result| result.error_code == ErrorCode::NONE.0);
        let store = match self.state {
            State::Stable | State::CompletingRebalance if any_left => {
                self.rebalance_or_complete_join(now)
            }
            State::PreparingRebalance if any_left => self.maybe_complete_join(now),
            _ => None,
        };
        Ok((results, store))
    }

    fn leave_result(&mut self, member: &MemberIdentity) -> MemberResponse {
        let outcome = self.leave_one(&member.member_id, member.group_instance_id.as_deref());
        MemberResponse {
            member_id: member.member_id.clone(),
            group_instance_id: member.group_instance_id.clone(),
            error_code: outcome.err().unwrap_or(ErrorCode::NONE).0,
            ..MemberResponse::default()
        }
    }

    fn leave_one(&mut self, member_id: &str, instance: Option<&str>) -> Result<(), ErrorCode> {
        if member_id.is_empty() {
            // An administrator names a static member by its instance alone.
            let registered =
                instance.and_then(|instance| self.static_members.get(instance)).cloned();
            let id = registered.ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
            self.take_leave(&id);
            return Ok(());
        }
        if self.pending_join.contains_key(member_id) {
            self.remove(member_id);
            return Ok(());
        }
        self.validate_member(member_id, instance)?;
        self.take_leave(member_id);
        Ok(())
    }

    fn take_leave(&mut self, member_id: &str) {
        if let Some(member) = self.members.get_mut(member_id) {
            member.complete_join(join_error(Str::default(), ErrorCode::UNKNOWN_MEMBER_ID));
            member.fail_sync(ErrorCode::UNKNOWN_MEMBER_ID);
        }
        self.remove(member_id);
    }
}
