//! One partition while its change is decided, and the record that says what was (R4, R5, R10).

use std::sync::Arc;

use weir_wire::Uuid;
use weir_wire::messages::partition_change_record::PartitionChangeRecord;

use super::Draft;
use super::decision::{Decision, Election, Rules, Target, decide};
use crate::image::{Image, LEADER_UNCHANGED};
use crate::metadata::{MetadataError, ReplicaTags, directories};
use crate::partition::{Assignment, EpochStart, NO_LEADER, Partition};

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

    /// What an election of this topic may take.
    pub(crate) fn election(&self) -> Election {
        match self.handle.settings().unclean_leader_election {
            true => Election::Unclean,
            false => Election::Online,
        }
    }

    /// Decides what follows from `target`, and records it; says whether there is a change. When the
    /// leader changes, no append is taken from here until the change is applied: the new leader's end
    /// in the record stays true.
    pub(crate) fn change(
        &self,
        draft: &mut Draft<'_>,
        target: Target,
        may_lead: impl Fn(i32) -> bool,
    ) -> Result<bool, MetadataError> {
        let rules = Rules {
            elr: draft.image.configs().elr_enabled(),
            min_isr: self.handle.settings().min_insync_replicas,
        };
        // A replica in a failed log dir stands still, though its broker runs.
        let may = |b: i32| may_lead(b) && !self.handle.is_frozen(b);
        let next = decide(&self.assignment, target, rules, may);
        if self.is(&next) {
            return Ok(false);
        }
        let moves = next.leader != self.assignment.leader;
        if moves {
            draft.moves(&self.handle);
        }
        let cut = if moves { self.cut(next.leader) } else { None };
        self.record(draft, &next, cut, rules)?;
        Ok(true)
    }

    /// Whether it is so already.
    fn is(&self, next: &Decision) -> bool {
        let now = &self.assignment;
        !next.raises_epoch
            && next.isr[..] == now.isr[..]
            && next.replicas[..] == now.replicas[..]
            && next.adding[..] == *now.adding()
            && next.removing[..] == *now.removing()
            && next.elr[..] == *now.elr()
            && next.last_known_elr[..] == *now.last_known_elr()
    }

    /// Where the log has to end under a leader that does not have all of it.
    fn cut(&self, leader: i32) -> Option<EpochStart> {
        let epoch = self.assignment.leader_epoch + 1;
        let end = if leader == NO_LEADER { None } else { self.handle.straggler_end(leader) };
        end.map(|offset| EpochStart { epoch, offset })
    }

    /// Records a higher leader epoch under the same leader. A high watermark that stands, stands on.
    pub(crate) fn raise_epoch(&self, draft: &mut Draft<'_>) -> Result<(), MetadataError> {
        let high_watermark = self.assignment.further.as_deref().and_then(|it| it.high_watermark);
        let tags = ReplicaTags { high_watermark, ..Default::default() };
        draft.push(PartitionChangeRecord {
            partition_id: self.index,
            topic_id: self.topic_id,
            leader: self.assignment.leader,
            unknown_tagged_fields: tags.write(),
            ..Default::default()
        })
    }

    fn record(
        &self,
        draft: &mut Draft<'_>,
        next: &Decision,
        epoch_start: Option<EpochStart>,
        rules: Rules,
    ) -> Result<(), MetadataError> {
        let now = &self.assignment;
        let leaves = now.isr.iter().any(|b| !next.isr.contains(b));
        let moves = next.replicas[..] != now.replicas[..];
        let outside = (leaves || moves || epoch_start.is_some()).then(|| {
            let cut_at = epoch_start.map(|start| start.offset);
            self.handle.numbers_outside(&next.isr, &next.replicas, cut_at)
        });
        let tags = ReplicaTags { epoch_start, outside, high_watermark: self.frozen(next, rules) };
        let changed = |new: &[i32], old: &[i32]| (new != old).then(|| new.to_vec());
        let log_dirs = moves.then(|| directories(draft.image, &next.replicas, Some(now)));
        draft.push(PartitionChangeRecord {
            partition_id: self.index,
            topic_id: self.topic_id,
            leader: if next.raises_epoch { next.leader } else { LEADER_UNCHANGED },
            isr: changed(&next.isr, &now.isr),
            replicas: changed(&next.replicas, &now.replicas),
            adding_replicas: changed(&next.adding, now.adding()),
            removing_replicas: changed(&next.removing, now.removing()),
            eligible_leader_replicas: changed(&next.elr, now.elr()),
            last_known_elr: changed(&next.last_known_elr, now.last_known_elr()),
            directories: log_dirs,
            unknown_tagged_fields: tags.write(),
            ..Default::default()
        })
    }

    /// Below its minimum the ISR does not move the high watermark: where it stands is kept, so that
    /// it does not go back, or on, by a restart (R2).
    fn frozen(&self, next: &Decision, rules: Rules) -> Option<i64> {
        let least = usize::try_from(rules.min_isr).unwrap_or(0).min(next.replicas.len());
        if next.isr.len() >= least {
            return None;
        }
        // Of a log that cannot be read just now it is what was kept before; 0 would hide what was acknowledged.
        let known = self.handle.view().ok().map(|view| view.high_watermark);
        known.or(self.assignment.further.as_deref().and_then(|it| it.high_watermark))
    }
}
