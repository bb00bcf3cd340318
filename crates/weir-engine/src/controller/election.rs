//! Who leads next, and the record that says so (R4, R5, R10).

use std::sync::Arc;

use weir_wire::Uuid;
use weir_wire::messages::partition_change_record::PartitionChangeRecord;

use super::Draft;
use crate::image::{Image, LEADER_UNCHANGED};
use crate::metadata::{MetadataError, ReplicaTags};
use crate::partition::{Assignment, EpochStart, NO_LEADER, Partition};

/// An election's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elected {
    pub(crate) leader: i32,
    pub(crate) isr: Vec<i32>,
}

/// The first live in-sync replica in order of preference; without one, and only with
/// `unclean.leader.election.enable`, the first live replica, alone in sync; else nobody, and the
/// last in-sync replica stays the one to wait for.
pub(crate) fn elect(
    assignment: &Assignment,
    unclean: bool,
    may_lead: impl Fn(i32) -> bool,
) -> Elected {
    let mut live = assignment.replicas.iter().copied().filter(|&b| may_lead(b));
    let isr: Vec<i32> = assignment.isr.iter().copied().filter(|&b| may_lead(b)).collect();
    let clean = live.clone().find(|b| isr.contains(b));
    if let Some(leader) = clean {
        return Elected { leader, isr };
    }
    match live.next() {
        Some(leader) if unclean => Elected { leader, isr: vec![leader] },
        _ => Elected { leader: NO_LEADER, isr: last_of(assignment) },
    }
}

/// The ISR of a partition that nobody leads: its last leader, which has everything, or else what is.
fn last_of(assignment: &Assignment) -> Vec<i32> {
    let last = Some(assignment.leader).filter(|leader| assignment.in_sync(*leader));
    last.map_or_else(|| assignment.isr.to_vec(), |leader| vec![leader])
}

/// One partition while its change is decided.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) topic_id: Uuid,
    pub(crate) index: i32,
    pub(crate) assignment: Assignment,
    pub(crate) handle: Arc<Partition>,
}

impl Subject {
    /// Every partition of the cluster that `wanted` picks.
    pub(crate) fn all(image: &Image, wanted: impl Fn(&Assignment) -> bool) -> Vec<Self> {
        let mut found = Vec::new();
        for topic in image.topics() {
            for (index, partition) in (0..).zip(topic.partitions()) {
                if wanted(partition.assignment()) {
                    found.push(Self {
                        topic_id: topic.id(),
                        index,
                        assignment: partition.assignment().clone(),
                        handle: partition.handle().clone(),
                    });
                }
            }
        }
        found
    }

    /// The partition as the draft has it now; `None` when it is gone.
    pub(crate) fn of(image: &Image, handle: &Arc<Partition>) -> Option<Self> {
        let topic = image.topic_by_id(handle.topic_id())?;
        let partition = topic.partition(handle.index())?;
        Some(Self {
            topic_id: topic.id(),
            index: handle.index(),
            assignment: partition.assignment().clone(),
            handle: handle.clone(),
        })
    }

    /// Elects a leader among those who `may_lead`, when the present one may not or `forced`. No append is
    /// taken from here until the change is applied: the new leader's end in the record stays true.
    pub(crate) fn elect(
        &self,
        draft: &mut Draft<'_>,
        may_lead: impl Fn(i32) -> bool,
    ) -> Result<(), MetadataError> {
        self.handle.set_moving(true);
        let unclean = self.handle.settings().unclean_leader_election;
        let elected = elect(&self.assignment, unclean, may_lead);
        self.lead(draft, elected)
    }

    /// Records that `elected` leads from now on.
    pub(crate) fn lead(
        &self,
        draft: &mut Draft<'_>,
        elected: Elected,
    ) -> Result<(), MetadataError> {
        let unchanged =
            elected.leader == self.assignment.leader && elected.isr[..] == self.assignment.isr[..];
        if unchanged {
            self.handle.set_moving(false);
            return Ok(());
        }
        let cut = self.cut(elected.leader);
        let epoch = self.assignment.leader_epoch + 1;
        self.record(
            draft,
            elected.leader,
            Some(elected.isr),
            cut.map(|offset| EpochStart { epoch, offset }),
        )
    }

    /// Where the log has to end under a leader that does not have all of it.
    fn cut(&self, leader: i32) -> Option<i64> {
        if leader == NO_LEADER { None } else { self.handle.straggler_end(leader) }
    }

    /// Records another ISR under the same leader.
    pub(crate) fn change_isr(
        &self,
        draft: &mut Draft<'_>,
        isr: Vec<i32>,
    ) -> Result<(), MetadataError> {
        self.record(draft, LEADER_UNCHANGED, Some(isr), None)
    }

    /// Records a higher leader epoch under the same leader.
    pub(crate) fn raise_epoch(&self, draft: &mut Draft<'_>) -> Result<(), MetadataError> {
        self.record(draft, self.assignment.leader, None, None)
    }

    fn record(
        &self,
        draft: &mut Draft<'_>,
        leader: i32,
        isr: Option<Vec<i32>>,
        epoch_start: Option<EpochStart>,
    ) -> Result<(), MetadataError> {
        let isr = isr.filter(|isr| isr[..] != self.assignment.isr[..]);
        let members = isr.as_deref().unwrap_or(&self.assignment.isr);
        let leaves = self.assignment.isr.iter().any(|b| !members.contains(b));
        let outside = if leaves || epoch_start.is_some() {
            Some(self.handle.numbers_outside(members, epoch_start.map(|start| start.offset)))
        } else {
            None
        };
        let tags = ReplicaTags { epoch_start, outside };
        draft.push(PartitionChangeRecord {
            partition_id: self.index,
            topic_id: self.topic_id,
            isr,
            leader,
            unknown_tagged_fields: tags.write(),
            ..Default::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assignment(leader: i32, replicas: &[i32], isr: &[i32]) -> Assignment {
        Assignment { leader, ..Assignment::new(replicas.into(), isr.into()) }
    }

    #[test]
    fn the_first_live_replica_in_sync_leads() {
        let a = assignment(1, &[1, 2, 3], &[1, 3, 2]);
        let elected = elect(&a, false, |b| b != 1);
        assert_eq!(elected, Elected { leader: 2, isr: vec![3, 2] });
    }

    #[test]
    fn a_replica_outside_the_isr_leads_only_where_unclean_elections_are_allowed() {
        let a = assignment(1, &[1, 2], &[1]);
        let none = elect(&a, false, |b| b != 1);
        assert_eq!(none, Elected { leader: NO_LEADER, isr: vec![1] }, "it waits for the last one");
        let unclean = elect(&a, true, |b| b != 1);
        assert_eq!(unclean, Elected { leader: 2, isr: vec![2] });
    }

    #[test]
    fn the_last_leader_is_the_one_to_wait_for() {
        let a = assignment(2, &[1, 2, 3], &[1, 2, 3]);
        assert_eq!(elect(&a, false, |_| false), Elected { leader: NO_LEADER, isr: vec![2] });
    }
}
