//! Who may commit and fetch offsets of a streams group.

use weir_wire::ErrorCode;

use super::StreamsGroup;
use super::member::StreamsMember;

/// What an offset commit may touch.
#[derive(Debug)]
pub(crate) enum CommitCheck<'a> {
    Everything,
    /// The member is behind: only what it reads for tasks that it had at its epoch already.
    AssignedBy {
        group: &'a StreamsGroup,
        member: &'a StreamsMember,
        epoch: i32,
    },
}

impl CommitCheck<'_> {
    /// Whether a partition's offset may be committed.
    pub(crate) fn partition(&self, topic: &str, index: i32) -> Result<(), ErrorCode> {
        let Self::AssignedBy { group, member, epoch } = self else { return Ok(()) };
        let topology = group.topology.as_ref().ok_or(ErrorCode::STALE_MEMBER_EPOCH)?;
        let (id, _) = topology.subtopology_of(topic).ok_or(ErrorCode::STALE_MEMBER_EPOCH)?;
        let held = [&member.current.assigned, &member.current.revoking];
        let assigned = held.iter().find_map(|tasks| tasks.active.get(id)?.get(&index));
        match assigned {
            Some(at) if epoch >= at => Ok(()),
            _ => Err(ErrorCode::STALE_MEMBER_EPOCH),
        }
    }
}

impl StreamsGroup {
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
        if version.is_some_and(|version| version < 9) {
            return Err(ErrorCode::UNSUPPORTED_VERSION);
        }
        match epoch.cmp(&member.current.epoch) {
            std::cmp::Ordering::Equal => Ok(CommitCheck::Everything),
            std::cmp::Ordering::Greater => Err(ErrorCode::STALE_MEMBER_EPOCH),
            std::cmp::Ordering::Less => Ok(CommitCheck::AssignedBy { group: self, member, epoch }),
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
        if epoch == member.current.epoch { Ok(()) } else { Err(ErrorCode::STALE_MEMBER_EPOCH) }
    }
}
