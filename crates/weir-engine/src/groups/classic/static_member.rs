//! A static member that comes back without its member id, usually after a restart (KIP-345).

use weir_wire::messages::join_group_request::JoinGroupRequest;
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::{ErrorCode, Str};

use super::member::{join_error, sync_error};
use super::{ClassicGroup, JoinContext, Member, Now, State, Store, Then, owned};
use crate::wait::Promise;

/// The replacement of a static member's id, on its way to the log; undone if it cannot be written.
#[derive(Debug)]
pub(crate) struct StaticRejoin {
    new_id: Str,
    old: OldMember,
    leader_before: Str,
    supports_skipping_assignment: bool,
}

#[derive(Debug)]
struct OldMember {
    id: Str,
    protocols: Vec<(Str, bytes::Bytes)>,
    rebalance_timeout_ms: i32,
    session_timeout_ms: i32,
}

impl ClassicGroup {
    /// The instance `old_id` is now `new_id`: whoever still speaks with the old id is fenced. A
    /// stable group whose protocol stays the same does not rebalance.
    pub(super) fn rejoin_static(
        &mut self,
        context: &JoinContext,
        request: &JoinGroupRequest,
        old_id: &Str,
        new_id: &Str,
        promise: Promise<JoinGroupResponse>,
        now: Now,
    ) -> Option<Store> {
        let leader_before = self.leader.clone().unwrap_or_default();
        let old = self.replace_static(old_id, new_id)?;
        self.update_member(new_id, request, promise);
        self.restart_session(new_id, now);
        match self.state {
            State::Stable if self.select_protocol() == self.protocol => {
                let rejoin = StaticRejoin {
                    new_id: new_id.clone(),
                    old,
                    leader_before,
                    supports_skipping_assignment: context.supports_skipping_assignment,
                };
                Some(Store { value: self.to_value(None), then: Then::Rejoin(Box::new(rejoin)) })
            }
            State::Stable => self.rebalance_or_complete_join(now),
            // The leader may already assign to the old id: the new one would get nothing.
            State::CompletingRebalance => self.prepare_rebalance(now),
            _ => self.maybe_complete_join(now),
        }
    }

    /// Gives the member a new id. Returns what it was; `None` when there is no such member.
    fn replace_static(&mut self, old_id: &str, new_id: &str) -> Option<OldMember> {
        let mut member = self.members.remove(old_id)?;
        let (old_id, new_id) = (owned(old_id), owned(new_id));
        member.complete_join(join_error(old_id.clone(), ErrorCode::FENCED_INSTANCE_ID));
        member.complete_sync(sync_error(ErrorCode::FENCED_INSTANCE_ID));
        let old = OldMember {
            id: old_id.clone(),
            protocols: member.protocols.clone(),
            rebalance_timeout_ms: member.rebalance_timeout_ms,
            session_timeout_ms: member.session_timeout_ms,
        };
        member.id = new_id.clone();
        member.is_new = false;
        if self.is_leader(&old_id) {
            self.leader = Some(new_id.clone());
        }
        if let Some(instance) = &member.instance {
            self.static_members.insert(instance.clone(), new_id.clone());
        }
        if self.pending_sync.remove(&old_id) {
            self.pending_sync.insert(new_id.clone());
        }
        self.members.insert(new_id, member);
        Some(old)
    }

    pub(super) fn rejoin_stored(
        &mut self,
        rejoin: StaticRejoin,
        result: Result<(), ErrorCode>,
        now: Now,
    ) {
        match result {
            Ok(()) => self.answer_rejoin(&rejoin),
            Err(error) => self.undo_rejoin(rejoin, error, now),
        }
    }

    /// From v9 a returning leader is told that it leads, and that it need not assign (KIP-814).
    /// Before that it is told the old leader id, so that it does not assign either.
    fn answer_rejoin(&mut self, rejoin: &StaticRejoin) {
        let mut answer = self.join_answer(rejoin.new_id.clone());
        if rejoin.supports_skipping_assignment {
            let is_leader = self.is_leader(&rejoin.new_id);
            answer.skip_assignment = is_leader;
            if is_leader {
                answer.members = self.join_members();
            }
        } else {
            answer.leader = rejoin.leader_before.clone();
        }
        if let Some(member) = self.members.get_mut(&rejoin.new_id) {
            member.complete_join(answer);
        }
    }

    fn undo_rejoin(&mut self, rejoin: StaticRejoin, error: ErrorCode, now: Now) {
        let mut answer = self.join_answer(Str::default());
        answer.leader = rejoin.leader_before.clone();
        answer.error_code = error.0;
        let Some(member) = self.members.get_mut(&rejoin.new_id) else { return };
        member.complete_join(answer);
        restore(member, &rejoin.old);
        self.replace_static(&rejoin.new_id, &rejoin.old.id);
        self.restart_session(&rejoin.old.id, now);
    }
}

fn restore(member: &mut Member, old: &OldMember) {
    member.protocols.clone_from(&old.protocols);
    member.rebalance_timeout_ms = old.rebalance_timeout_ms;
    member.session_timeout_ms = old.session_timeout_ms;
}
