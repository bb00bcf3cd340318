//! Replicas move to other brokers (KIP-455): new ones are added and fetch what there is; when all that
//! stay are in sync, those that go, go.

use std::collections::BTreeSet;
use std::sync::Arc;

use weir_wire::{ErrorCode, Str};

use super::brokers::{Behind, live};
use super::decision::{Election, Target};
use super::election::Subject;
use super::refusal::Refusal;
use super::topics::Answers;
use super::{Controller, Draft};
use crate::image::Image;
use crate::metadata::MetadataError;
use crate::partition::{Assignment, Partition};

/// Where a partition's replicas are to be.
#[derive(Debug, Clone)]
pub(crate) struct Reassignment {
    pub(crate) topic: Str,
    pub(crate) partition: i32,
    /// `None` cancels what is under way.
    pub(crate) replicas: Option<Vec<i32>>,
}

impl Controller {
    /// Begins or cancels reassignments; each partition has its own answer. One commit for all.
    pub(crate) fn reassign(
        &self,
        wanted: &[Reassignment],
        may_change_factor: bool,
    ) -> Result<Answers<()>, MetadataError> {
        let mut started: Vec<Behind> = Vec::new();
        let answers = self.change(|draft| {
            let mut answers = Vec::with_capacity(wanted.len());
            for reassignment in wanted {
                let planned = plan(draft.image, reassignment, may_change_factor);
                answers.push(match planned {
                    Ok((subject, target)) => {
                        let live = live(draft);
                        subject.change(draft, target, |b| live.contains(&b))?;
                        started.extend(adding(draft, &subject.handle));
                        Ok(())
                    }
                    Err(refusal) => Err(refusal),
                });
            }
            Ok(answers)
        })?;
        if !started.is_empty() {
            self.catch_up.lock().add(started);
            self.has_work();
        }
        Ok(answers)
    }
}

/// The new replicas, which have to catch up.
fn adding(draft: &Draft<'_>, handle: &Arc<Partition>) -> Vec<Behind> {
    let now = Subject::of(draft.image, handle);
    let adding = now.iter().flat_map(|now| now.assignment.adding());
    adding.map(|&broker| (broker, handle.clone())).collect()
}

fn plan(
    image: &Image,
    wanted: &Reassignment,
    may_change_factor: bool,
) -> Result<(Subject, Target), Refusal> {
    let unknown = |message| Refusal::new(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, message);
    let Reassignment { topic, partition, replicas } = wanted;
    let known = image.topic(topic);
    let known = known.ok_or_else(|| unknown(format!("Unable to find a topic named {topic}.")))?;
    let found = known.partition(*partition);
    let found =
        found.ok_or_else(|| unknown(format!("Unable to find partition {topic}:{partition}.")))?;
    let subject = Subject::of(image, found.handle());
    let subject =
        subject.ok_or_else(|| unknown(format!("Unable to find a topic named {topic}.")))?;
    let target = match replicas {
        Some(replicas) => {
            check(image, replicas)?;
            if !may_change_factor {
                check_factor(&subject.assignment, replicas)?;
            }
            moved(&subject.assignment, replicas)
        }
        None => {
            let name = format!("{topic}:{partition}");
            reverted(&subject.assignment, subject.election(), &name)?
        }
    };
    Ok((subject, target))
}

fn check(image: &Image, replicas: &[i32]) -> Result<(), Refusal> {
    let refused = |message| Err(Refusal::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, message));
    if replicas.is_empty() {
        return refused(
            "The manual partition assignment includes an empty replica list.".to_owned(),
        );
    }
    let mut seen = BTreeSet::new();
    for id in replicas {
        if image.broker(*id).is_none() {
            return refused(format!(
                "The manual partition assignment includes broker {id}, but no such broker is registered."
            ));
        }
        if !seen.insert(id) {
            return refused(format!(
                "The manual partition assignment includes the broker {id} more than once."
            ));
        }
    }
    Ok(())
}

/// KIP-860.
fn check_factor(now: &Assignment, replicas: &[i32]) -> Result<(), Refusal> {
    let factor = now.replicas.iter().filter(|b| !now.removing().contains(b)).count();
    if factor == replicas.len() {
        return Ok(());
    }
    let message = format!("The replication factor is changed from {factor} to {}", replicas.len());
    Err(Refusal::new(ErrorCode::INVALID_REPLICATION_FACTOR, message))
}

/// The target's replicas first, then those that go.
fn moved(now: &Assignment, wanted: &[i32]) -> Target {
    let mut removing: Vec<i32> =
        now.replicas.iter().copied().filter(|b| !wanted.contains(b)).collect();
    removing.sort_unstable();
    let mut adding: Vec<i32> =
        wanted.iter().copied().filter(|b| !now.replicas.contains(b)).collect();
    adding.sort_unstable();
    // What an earlier reassignment was adding, and this one keeps, is still being added.
    let earlier = now.adding().iter().copied().filter(|b| wanted.contains(b));
    adding.extend(earlier);
    let replicas = wanted.iter().copied().chain(removing.iter().copied()).collect();
    Target { replicas, adding, removing, isr: now.isr.to_vec(), election: Election::Online }
}

/// Back to the replicas before; what was being added goes. Where nobody in sync would be left, the
/// first replica is, if the topic may lose records.
fn reverted(now: &Assignment, election: Election, partition: &str) -> Result<Target, Refusal> {
    if !now.is_reassigning() {
        return Err(ErrorCode::NO_REASSIGNMENT_IN_PROGRESS.into());
    }
    let stays = |list: &[i32]| -> Vec<i32> {
        list.iter().copied().filter(|b| !now.adding().contains(b)).collect()
    };
    let (replicas, mut isr) = (stays(&now.replicas), stays(&now.isr));
    // Also where it was empty before: those that are eligible may all be among those that go.
    if isr.is_empty() {
        if election != Election::Unclean || replicas.is_empty() {
            let message = format!(
                "Unable to revert partition assignment for {partition} because it would require an \
                 unclean leader election."
            );
            return Err(Refusal::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, message));
        }
        isr.extend(replicas.first());
    }
    Ok(Target { replicas, isr, adding: Vec::new(), removing: Vec::new(), election })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition::{Further, NO_LEADER};

    /// 3 is being added to what 2 has.
    fn moving(leader: i32, isr: &[i32], elr: &[i32]) -> Assignment {
        let further = Further { adding: vec![3], elr: elr.to_vec(), ..Further::default() };
        Assignment {
            leader,
            further: Some(Arc::new(further)),
            ..Assignment::new([2, 3].into(), isr.into())
        }
    }

    #[test]
    fn a_cancelled_reassignment_takes_back_what_it_added() {
        let target = reverted(&moving(2, &[2, 3], &[]), Election::Online, "t:0").unwrap();
        assert_eq!((target.replicas, target.isr), (vec![2], vec![2]));
        assert!(target.adding.is_empty() && target.removing.is_empty());
        let settled = Assignment::new([2].into(), [2].into());
        let refusal = reverted(&settled, Election::Online, "t:0").unwrap_err();
        assert_eq!(refusal.code, ErrorCode::NO_REASSIGNMENT_IN_PROGRESS);
    }

    #[test]
    fn nobody_in_sync_is_left_only_where_records_may_be_lost() {
        // In sync, or merely eligible: 3 alone has everything.
        for now in [moving(3, &[3], &[]), moving(NO_LEADER, &[], &[3])] {
            let refusal = reverted(&now, Election::Online, "t:0").unwrap_err();
            assert_eq!(refusal.code, ErrorCode::INVALID_REPLICA_ASSIGNMENT);
            let target = reverted(&now, Election::Unclean, "t:0").unwrap();
            assert_eq!((target.replicas, target.isr), (vec![2], vec![2]));
        }
    }
}
