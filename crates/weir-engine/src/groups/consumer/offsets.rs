//! Who may commit and fetch offsets of a consumer group.

use weir_wire::{ErrorCode, Uuid};

use super::ConsumerGroup;
use super::member::ConsumerMember;

/// What an offset commit may touch.
#[derive(Debug)]
pub(crate) enum CommitCheck<'a> {
    Everything,
    /// The member is behind: only partitions that it already had at its epoch (KIP-1251).
    AssignedBy {
        member: &'a ConsumerMember,
        epoch: i32,
    },
}

impl CommitCheck<'_> {
    /// Whether a partition's offset may be committed.
    pub(crate) fn partition(&self, topic: Uuid, index: i32) -> Result<(), ErrorCode> {
        match self {
            Self::Everything => Ok(()),
            Self::AssignedBy { member, epoch } => {
                let assigned = member.current.assignment_epoch(topic, index);
                assigned.filter(|at| epoch >= at).map(drop).ok_or_else(|| stale(member))
            }
        }
    }
}

fn stale(member: &ConsumerMember) -> ErrorCode {
    match member.uses_classic() {
        true => ErrorCode::ILLEGAL_GENERATION,
        false => ErrorCode::STALE_MEMBER_EPOCH,
    }
}

impl ConsumerGroup {
    /// Whether a commit of this member and epoch is to be taken; `version` of OffsetCommit, `None`
    /// for a transactional one.
    pub(crate) fn validate_commit(
        &self,
        member_id: &str,
        instance: Option<&str>,
        epoch: i32,
        version: Option<i16>,
    ) -> Result<CommitCheck<'_>, ErrorCode> {
        if epoch < 0 && self.members.is_empty() {
            return Ok(CommitCheck::Everything);
        }
        if version.is_none() && epoch == -1 && member_id.is_empty() && instance.is_none() {
            return Ok(CommitCheck::Everything);
        }
        let member = self.members.get(member_id).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        if version.is_some_and(|version| version < 9) && !member.uses_classic() {
            return Err(ErrorCode::UNSUPPORTED_VERSION);
        }
        match epoch.cmp(&member.current.epoch) {
            std::cmp::Ordering::Equal => Ok(CommitCheck::Everything),
            std::cmp::Ordering::Greater => Err(stale(member)),
            std::cmp::Ordering::Less => Ok(CommitCheck::AssignedBy { member, epoch }),
        }
    }

    /// Whether a member may fetch offsets (OffsetFetch v9); nobody in particular always may.
    pub(crate) fn validate_fetch(
        &self,
        member_id: Option<&str>,
        epoch: i32,
    ) -> Result<(), ErrorCode> {
        if member_id.is_none() && epoch < 0 {
            return Ok(());
        }
        let member = member_id.and_then(|id| self.members.get(id));
        let member = member.ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        if epoch == member.current.epoch { Ok(()) } else { Err(stale(member)) }
    }
}
