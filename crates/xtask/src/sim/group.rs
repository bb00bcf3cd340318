//! What members of a group were told and promised: who owns what, and which offsets are committed.

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::Place;

/// Partitions of one member.
pub(super) type Places = BTreeSet<Place>;

/// A member that the coordinator believes in.
#[derive(Debug, Clone)]
struct Holder {
    owned: Places,
    /// It is certainly a member until then (monotonic, ms): its session runs from its last heartbeat.
    until_ms: i64,
}

/// One group, of whatever kind.
#[derive(Debug, Default)]
pub(super) struct GroupLedger {
    /// The newest offset that anyone sent, by partition: each is larger than the one before.
    sent: BTreeMap<Place, i64>,
    acked: BTreeMap<Place, i64>,
    /// Who owned a partition in an epoch or generation.
    claims: BTreeMap<(i32, Place), String>,
    holders: BTreeMap<String, Holder>,
    /// The newest generation that a member was told the assignment of, or the newest epoch.
    generation: i32,
    /// What leaders assigned in a generation.
    assigned: BTreeSet<(i32, String, Places)>,
}

impl GroupLedger {
    /// The next offset to commit.
    pub(super) fn next_offset(&mut self, place: &Place) -> i64 {
        let sent = self.sent.entry(place.clone()).or_default();
        *sent += 1;
        *sent
    }

    /// The newest acknowledged offset, 0 when there is none.
    pub(super) fn acked(&self, place: &Place) -> i64 {
        self.acked.get(place).copied().unwrap_or(0)
    }

    pub(super) fn acknowledge(&mut self, place: &Place, offset: i64) {
        let acked = self.acked.entry(place.clone()).or_default();
        *acked = offset.max(*acked);
    }

    /// OffsetFetch answered `offset`; `acked` was acknowledged when it was asked.
    pub(super) fn check_fetched(
        &self,
        place: &Place,
        acked: i64,
        offset: i64,
    ) -> Result<(), String> {
        let sent = self.sent.get(place).copied().unwrap_or(0);
        if (acked..=sent).contains(&offset.max(0)) {
            return Ok(());
        }
        Err(format!("{place:?}: offset {offset} committed; {acked} was acknowledged, {sent} sent"))
    }

    /// A member says what it owns in an epoch: nobody else may in the same one.
    pub(super) fn claim(&mut self, epoch: i32, member: &str, owned: &Places) -> Result<(), String> {
        for place in owned {
            let key = (epoch, place.clone());
            let owner = self.claims.entry(key).or_insert_with(|| member.to_owned());
            if owner != member {
                return Err(format!("{place:?} is owned by {owner} and {member} in {epoch}"));
            }
        }
        Ok(())
    }

    /// The coordinator told `member` what it owns: nobody whose session certainly runs may own it too.
    pub(super) fn hold(
        &mut self,
        member: &str,
        owned: &Places,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<(), String> {
        for (other, holder) in &self.holders {
            let shared = holder.owned.intersection(owned).next();
            if let (true, Some(place)) = (other != member && now_ms < holder.until_ms, shared) {
                return Err(format!("{place:?} is given to {member}, and {other} still owns it"));
            }
        }
        let holder = Holder { owned: owned.clone(), until_ms };
        self.holders.insert(member.to_owned(), holder);
        Ok(())
    }

    /// The member is gone, or knows that it is fenced.
    pub(super) fn release(&mut self, member: &str) {
        self.holders.remove(member);
    }

    /// A member was told that it is in an epoch.
    pub(super) fn saw_epoch(&mut self, epoch: i32) {
        self.generation = self.generation.max(epoch);
    }

    /// The newest generation whose assignment a member was told, the newest epoch of a streams group.
    pub(super) fn generation(&self) -> i32 {
        self.generation
    }

    /// A leader assigns.
    pub(super) fn assign(&mut self, generation: i32, member: &str, owned: Places) {
        self.assigned.insert((generation, member.to_owned(), owned));
    }

    /// A member was told its assignment: it is what a leader of the generation said.
    pub(super) fn told(
        &mut self,
        generation: i32,
        member: &str,
        owned: &Places,
    ) -> Result<(), String> {
        self.generation = self.generation.max(generation);
        if !self.assigned.contains(&(generation, member.to_owned(), owned.clone())) {
            return Err(format!(
                "{member} is told {owned:?} in generation {generation}, which no leader assigned"
            ));
        }
        self.claim(generation, member, owned)
    }

    /// A power loss may have taken everything.
    pub(super) fn forgive(&mut self) {
        let sent = std::mem::take(&mut self.sent);
        *self = Self { sent, ..Self::default() };
    }
}

/// In the end every partition has one owner.
pub(super) fn check_shared_out(owners: &[(String, &Places)], all: &Places) -> Result<(), String> {
    let mut left = all.clone();
    for (member, owned) in owners {
        for place in *owned {
            if !left.remove(place) {
                return Err(format!("{member} owns {place:?}: not to be had, or twice"));
            }
        }
    }
    match left.first() {
        Some(place) => Err(format!("nobody owns {place:?}, there is {owners:?}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(partitions: &[i32]) -> Places {
        let place = |partition: &i32| Place { topic: "t".to_owned(), partition: *partition };
        partitions.iter().map(place).collect()
    }

    #[test]
    fn a_partition_with_two_owners_is_found() {
        let mut ledger = GroupLedger::default();
        ledger.claim(1, "a", &places(&[0, 1])).unwrap();
        ledger.claim(2, "b", &places(&[1])).unwrap();
        assert!(ledger.claim(1, "b", &places(&[1])).is_err());
        ledger.hold("a", &places(&[0]), 0, 100).unwrap();
        assert!(ledger.hold("b", &places(&[0]), 99, 200).is_err());
        ledger.hold("b", &places(&[0]), 100, 200).unwrap();
    }

    #[test]
    fn a_lost_and_an_invented_offset_are_found() {
        let (mut ledger, place) = (GroupLedger::default(), places(&[0]).pop_first().unwrap());
        assert_eq!((ledger.next_offset(&place), ledger.next_offset(&place)), (1, 2));
        ledger.acknowledge(&place, 1);
        let acked = ledger.acked(&place);
        assert!(ledger.check_fetched(&place, acked, -1).is_err());
        assert!(ledger.check_fetched(&place, acked, 1).is_ok());
        assert!(ledger.check_fetched(&place, acked, 2).is_ok());
        assert!(ledger.check_fetched(&place, acked, 3).is_err());
    }

    #[test]
    fn what_no_leader_assigned_is_found() {
        let mut ledger = GroupLedger::default();
        ledger.assign(4, "a", places(&[0]));
        assert!(ledger.told(4, "a", &places(&[0, 1])).is_err());
        ledger.told(4, "a", &places(&[0])).unwrap();
        assert_eq!(ledger.generation(), 4);
        let zero = places(&[0]);
        let owners = [("a".to_owned(), &zero)];
        assert!(check_shared_out(&owners, &places(&[0])).is_ok());
        assert!(check_shared_out(&owners, &places(&[0, 1])).is_err());
        assert!(check_shared_out(&[owners[0].clone(), owners[0].clone()], &places(&[0])).is_err());
    }
}
