//! From what a member has towards its target: partitions are taken away, given up by the member,
//! and handed on only then (KIP-848).

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::{ErrorCode, Uuid};

use super::member::{Current, MemberState, Owned, Partitions};
use crate::controller::Refusal;

/// What a member's next assignment depends on.
pub(super) struct Reconciliation<'a> {
    pub(super) current: &'a Current,
    pub(super) target_epoch: i32,
    pub(super) target: &'a Partitions,
    /// The existing topics that the member subscribes to.
    pub(super) subscribed: &'a BTreeSet<Uuid>,
    pub(super) has_subscription_changed: bool,
    /// What the member says it has; `None` when it did not say.
    pub(super) owned: Option<&'a Partitions>,
    /// Whether another member has a partition.
    pub(super) is_taken: &'a dyn Fn(Uuid, i32) -> bool,
}

impl Reconciliation<'_> {
    /// The member's next assignment; the present one when it cannot move on.
    pub(super) fn next(&self) -> Result<Current, Refusal> {
        let current = self.current;
        match current.state {
            MemberState::Stable if current.epoch != self.target_epoch => {
                Ok(self.advance(current.epoch))
            }
            MemberState::Stable => Ok(self.dropped_topics()),
            MemberState::UnrevokedPartitions if self.still_has(&current.revoking) => {
                Ok(self.dropped_topics())
            }
            MemberState::UnrevokedPartitions | MemberState::UnreleasedPartitions => {
                Ok(self.advance(current.epoch))
            }
            MemberState::Unknown if self.owned.is_none_or(|owned| !owned.is_empty()) => {
                let message = "The consumer group member is in a unknown state. The member must \
                               abandon all its partitions and rejoin.";
                Err(Refusal::new(ErrorCode::FENCED_MEMBER_EPOCH, message))
            }
            MemberState::Unknown => Ok(self.advance(self.target_epoch)),
        }
    }

    /// Whether the member still has one of these, as far as it told.
    fn still_has(&self, partitions: &Owned) -> bool {
        let Some(owned) = self.owned else { return true };
        owned.iter().any(|(topic, indices)| {
            partitions
                .get(topic)
                .is_some_and(|of| indices.iter().any(|index| of.contains_key(index)))
        })
    }

    /// Topics it subscribes to no longer are taken away at once, before a new target is there.
    fn dropped_topics(&self) -> Current {
        let current = self.current;
        let is_dropped = |topic: &Uuid| !self.subscribed.contains(topic);
        if !self.has_subscription_changed || !current.assigned.keys().any(is_dropped) {
            return current.clone();
        }
        let mut next = current.at(current.epoch);
        for (topic, partitions) in current.assigned.iter().filter(|(topic, _)| is_dropped(topic)) {
            next.assigned.remove(topic);
            next.revoking.entry(*topic).or_default().extend(partitions);
        }
        if self.still_has(&next.revoking) {
            next.state = MemberState::UnrevokedPartitions;
        } else {
            next.revoking = current.revoking.clone();
        }
        next
    }

    fn advance(&self, epoch: i32) -> Current {
        let Parts { kept, revoked, free, waits } = self.parts();
        if !revoked.is_empty() && self.still_has(&revoked) {
            let mut next = self.current.at(epoch);
            next.state = MemberState::UnrevokedPartitions;
            (next.assigned, next.revoking) = (kept, revoked);
            return next;
        }
        let mut next = self.current.at(self.target_epoch);
        next.assigned = kept;
        next.revoking = Owned::new();
        for (topic, indices) in free {
            let epochs = indices.into_iter().map(|index| (index, self.target_epoch));
            next.assigned.entry(topic).or_default().extend(epochs);
        }
        next.state = if waits { MemberState::UnreleasedPartitions } else { MemberState::Stable };
        next
    }

    fn parts(&self) -> Parts {
        let mut parts = Parts::default();
        let nothing = BTreeSet::new();
        for (topic, had) in &self.current.assigned {
            let wanted = self.target.get(topic).filter(|_| self.subscribed.contains(topic));
            let wanted = wanted.unwrap_or(&nothing);
            let (kept, revoked): (BTreeMap<i32, i32>, BTreeMap<i32, i32>) =
                had.iter().map(|(i, e)| (*i, *e)).partition(|(index, _)| wanted.contains(index));
            if !kept.is_empty() {
                parts.kept.insert(*topic, kept);
            }
            if !revoked.is_empty() {
                parts.revoked.insert(*topic, revoked);
            }
        }
        for (topic, wanted) in self.target.iter().filter(|(t, _)| self.subscribed.contains(t)) {
            let had = self.current.assigned.get(topic);
            let missing = wanted.iter().filter(|i| had.is_none_or(|had| !had.contains_key(i)));
            let (taken, free): (BTreeSet<i32>, BTreeSet<i32>) =
                missing.partition(|index| (self.is_taken)(*topic, **index));
            parts.waits |= !taken.is_empty();
            if !free.is_empty() {
                parts.free.insert(*topic, free);
            }
        }
        parts
    }
}

/// The member's partitions and its target's, sorted out.
#[derive(Default)]
struct Parts {
    kept: Owned,
    revoked: Owned,
    free: Partitions,
    /// Part of the target is still with others.
    waits: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Uuid = Uuid([1; 16]);

    fn owned(indices: &[i32]) -> Owned {
        let of: BTreeMap<i32, i32> = indices.iter().map(|index| (*index, 1)).collect();
        if of.is_empty() { Owned::new() } else { [(T, of)].into() }
    }

    fn partitions(indices: &[i32]) -> Partitions {
        if indices.is_empty() {
            Partitions::new()
        } else {
            [(T, indices.iter().copied().collect())].into()
        }
    }

    fn at(epoch: i32, state: MemberState, assigned: &[i32], revoking: &[i32]) -> Current {
        Current {
            epoch,
            previous_epoch: epoch - 1,
            state,
            assigned: owned(assigned),
            revoking: owned(revoking),
        }
    }

    /// State, epoch, assigned and revoking after one step towards `target` at epoch 2.
    fn step(
        current: &Current,
        target: &[i32],
        told: Option<&[i32]>,
        taken: &[i32],
    ) -> (MemberState, i32, Vec<i32>, Vec<i32>) {
        let told = told.map(partitions);
        let next = Reconciliation {
            current,
            target_epoch: 2,
            target: &partitions(target),
            subscribed: &[T].into(),
            has_subscription_changed: false,
            owned: told.as_ref(),
            is_taken: &|_, index| taken.contains(&index),
        }
        .next()
        .unwrap();
        let list = |owned: &Owned| owned.values().flat_map(|of| of.keys().copied()).collect();
        (next.state, next.epoch, list(&next.assigned), list(&next.revoking))
    }

    #[test]
    fn a_stable_member_at_the_target_epoch_stays() {
        let current = at(2, MemberState::Stable, &[0], &[]);
        assert_eq!(step(&current, &[0, 1], None, &[]), (MemberState::Stable, 2, vec![0], vec![]));
    }

    #[test]
    fn free_partitions_are_given_at_once() {
        let current = at(1, MemberState::Stable, &[0], &[]);
        assert_eq!(
            step(&current, &[0, 1], None, &[]),
            (MemberState::Stable, 2, vec![0, 1], vec![])
        );
    }

    #[test]
    fn partitions_to_give_up_hold_the_epoch_until_the_member_tells() {
        let current = at(1, MemberState::Stable, &[0, 1], &[]);
        let waiting = (MemberState::UnrevokedPartitions, 1, vec![0], vec![1]);
        assert_eq!(step(&current, &[0], None, &[]), waiting);
        assert_eq!(step(&current, &[0], Some(&[0, 1]), &[]), waiting);
        let current = at(1, MemberState::UnrevokedPartitions, &[0], &[1]);
        assert_eq!(step(&current, &[0], None, &[]), waiting, "nothing told");
        assert_eq!(
            step(&current, &[0], Some(&[0]), &[]),
            (MemberState::Stable, 2, vec![0], vec![])
        );
    }

    #[test]
    fn partitions_of_others_are_waited_for() {
        let current = at(1, MemberState::Stable, &[], &[]);
        let waiting = (MemberState::UnreleasedPartitions, 2, vec![0], vec![]);
        assert_eq!(step(&current, &[0, 1], None, &[1]), waiting);
        let current = at(2, MemberState::UnreleasedPartitions, &[0], &[]);
        assert_eq!(step(&current, &[0, 1], None, &[1]), waiting);
        assert_eq!(
            step(&current, &[0, 1], None, &[]),
            (MemberState::Stable, 2, vec![0, 1], vec![])
        );
    }

    #[test]
    fn an_unknown_state_is_left_by_giving_everything_up() {
        let current = at(1, MemberState::Unknown, &[0], &[]);
        let reconciliation = |owned: Option<&Partitions>| {
            Reconciliation {
                current: &current,
                target_epoch: 2,
                target: &partitions(&[0]),
                subscribed: &[T].into(),
                has_subscription_changed: false,
                owned,
                is_taken: &|_, _| false,
            }
            .next()
        };
        assert_eq!(reconciliation(None).unwrap_err().code, ErrorCode::FENCED_MEMBER_EPOCH);
        assert_eq!(reconciliation(Some(&Partitions::new())).unwrap().epoch, 2);
    }

    #[test]
    fn a_topic_no_longer_wanted_is_taken_away_without_a_new_target() {
        let current = at(2, MemberState::Stable, &[0], &[]);
        let next = Reconciliation {
            current: &current,
            target_epoch: 2,
            target: &partitions(&[0]),
            subscribed: &BTreeSet::new(),
            has_subscription_changed: true,
            owned: None,
            is_taken: &|_, _| false,
        };
        let next = next.next().unwrap();
        assert_eq!(next.state, MemberState::UnrevokedPartitions);
        assert!(next.assigned.is_empty() && next.revoking.contains_key(&T));
    }
}
