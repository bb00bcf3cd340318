//! Leaders return to the preferred replica, the first one: when asked (ElectLeaders, KIP-460), and
//! by themselves every `leader.imbalance.check.interval.seconds`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use weir_wire::ErrorCode;

use super::brokers::live;
use super::decision::{Election, Target};
use super::election::Subject;
use super::refusal::Refusal;
use super::topics::Answers;
use super::{Controller, Draft};
use crate::metadata::MetadataError;
use crate::partition::{NO_LEADER, Partition};

/// `ElectionType` of ElectLeaders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ElectionType {
    /// The first replica, if it is in sync.
    Preferred,
    /// Any live replica, where nobody leads: records may be lost.
    Unclean,
}

impl Controller {
    /// Moves leaders back when the interval has passed (`auto.leader.rebalance.enable`). Answers when
    /// next (monotonic, ms).
    pub(crate) fn rebalance_if_due(&self) -> Result<Option<i64>, MetadataError> {
        let image = self.image();
        let configs = image.configs();
        let seconds = configs.broker_i64("leader.imbalance.check.interval.seconds");
        let now = self.clock.monotonic_ms();
        let next = now.saturating_add(seconds.saturating_mul(1_000));
        let due = self.rebalance_ms.load(Ordering::Acquire);
        if now < due {
            return Ok(Some(due));
        }
        self.rebalance_ms.store(next, Ordering::Release);
        // The first look only sets the clock: a cluster that just started is left as it is.
        if due != i64::MIN && configs.broker_bool("auto.leader.rebalance.enable") {
            self.change(|draft| {
                let moved = Subject::all(draft.image, |a| Some(&a.leader) != a.replicas.first());
                for subject in &moved {
                    // Those that cannot move stay.
                    let _ = prefer(draft, subject)?;
                }
                Ok(())
            })?;
        }
        Ok(Some(next))
    }

    /// Elects leaders of these partitions.
    pub(crate) fn elect_leaders(
        &self,
        partitions: &[Arc<Partition>],
        kind: ElectionType,
    ) -> Result<Answers<()>, MetadataError> {
        self.change(|draft| {
            let mut answers = Vec::with_capacity(partitions.len());
            for partition in partitions {
                answers.push(match (Subject::of(draft.image, partition), kind) {
                    (None, _) => Err(Refusal::unknown_topic()),
                    (Some(subject), ElectionType::Preferred) => prefer(draft, &subject)?,
                    (Some(subject), ElectionType::Unclean) => revive(draft, &subject)?,
                });
            }
            Ok(answers)
        })
    }
}

fn not_needed() -> Refusal {
    let message = "Leader election not needed for topic partition.";
    Refusal::new(ErrorCode::ELECTION_NOT_NEEDED, message)
}

/// The preferred replica leads, if it may and is in sync.
fn prefer(draft: &mut Draft<'_>, subject: &Subject) -> Result<Result<(), Refusal>, MetadataError> {
    let assignment = &subject.assignment;
    if assignment.replicas.first() == Some(&assignment.leader) {
        return Ok(Err(not_needed()));
    }
    let message = "The preferred leader was not available.";
    let refusal = Refusal::new(ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE, message);
    run(draft, subject, Election::Preferred, refusal)
}

/// Some live replica leads a partition that nobody leads.
fn revive(draft: &mut Draft<'_>, subject: &Subject) -> Result<Result<(), Refusal>, MetadataError> {
    if subject.assignment.leader != NO_LEADER {
        return Ok(Err(not_needed()));
    }
    let message = "Eligible topic partition leaders are not available.";
    let refusal = Refusal::new(ErrorCode::ELIGIBLE_LEADERS_NOT_AVAILABLE, message);
    run(draft, subject, Election::Unclean, refusal)
}

fn run(
    draft: &mut Draft<'_>,
    subject: &Subject,
    election: Election,
    refusal: Refusal,
) -> Result<Result<(), Refusal>, MetadataError> {
    let live = live(draft);
    let target = Target { election, ..Target::of(&subject.assignment) };
    let changed = subject.change(draft, target, |b| live.contains(&b))?;
    Ok(if changed { Ok(()) } else { Err(refusal) })
}
