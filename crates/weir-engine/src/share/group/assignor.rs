//! The "simple" assignor: every partition has a member, every member a partition, evenly; members
//! share partitions when there are more of them (KIP-932). What a member has it keeps where that is
//! fair.

use std::collections::{BTreeMap, BTreeSet};

use weir_wire::{Str, Uuid};

use super::member::Assignment;

/// A member as the assignor sees it: the topics it wants.
pub(super) type Subscribers<'a> = BTreeMap<&'a Str, BTreeSet<Uuid>>;

/// The target of every member.
pub(super) fn assign(
    members: &Subscribers<'_>,
    partitions: &[(Uuid, i32)],
    before: &BTreeMap<Str, Assignment>,
) -> BTreeMap<Str, Assignment> {
    let mut target: BTreeMap<Str, Assignment> =
        members.keys().map(|id| ((*id).clone(), Assignment::new())).collect();
    let mut load: BTreeMap<&Str, usize> = members.keys().map(|id| (*id, 0)).collect();
    let mut shared: BTreeMap<(Uuid, i32), usize> = BTreeMap::new();
    let wanted = partitions.iter().filter(|(topic, _)| members.values().any(|t| t.contains(topic)));
    let fair = wanted.count().div_ceil(members.len().max(1));
    for &(topic, index) in partitions {
        let owns = |id: &Str| {
            before.get(id).and_then(|had| had.get(&topic)).is_some_and(|had| had.contains(&index))
        };
        let subscribed = || members.iter().filter(|(_, topics)| topics.contains(&topic));
        let load_of = |id: &Str| load.get(id).copied().unwrap_or(0);
        let keeper = subscribed().map(|(id, _)| *id).find(|id| owns(id) && load_of(id) < fair);
        let lightest = || subscribed().map(|(id, _)| *id).min_by_key(|id| load_of(id));
        let Some(id) = keeper.or_else(lightest) else { continue };
        give(&mut target, id, topic, index);
        *load.entry(id).or_default() += 1;
        shared.insert((topic, index), 1);
    }
    for (id, topics) in members {
        if load.get(id).copied().unwrap_or(0) > 0 {
            continue;
        }
        let open = partitions.iter().filter(|(topic, _)| topics.contains(topic));
        let least = open.min_by_key(|place| shared.get(place).copied().unwrap_or(0));
        if let Some(&(topic, index)) = least {
            give(&mut target, id, topic, index);
            *shared.entry((topic, index)).or_default() += 1;
        }
    }
    target
}

fn give(target: &mut BTreeMap<Str, Assignment>, id: &Str, topic: Uuid, index: i32) {
    target.entry(id.clone()).or_default().entry(topic).or_default().insert(index);
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Uuid = Uuid([1; 16]);
    const U: Uuid = Uuid([2; 16]);

    fn places(topic: Uuid, count: i32) -> Vec<(Uuid, i32)> {
        (0..count).map(|index| (topic, index)).collect()
    }

    fn sizes(target: &BTreeMap<Str, Assignment>) -> Vec<usize> {
        target.values().map(|a| a.values().map(BTreeSet::len).sum()).collect()
    }

    #[test]
    fn partitions_are_spread_evenly_and_stay() {
        let ids = [Str::from("a"), Str::from("b")];
        let members: Subscribers<'_> = ids.iter().map(|id| (id, BTreeSet::from([T]))).collect();
        let first = assign(&members, &places(T, 5), &BTreeMap::new());
        assert_eq!(sizes(&first), [3, 2]);
        assert_eq!(assign(&members, &places(T, 5), &first), first);
        let alone: Subscribers<'_> = [(&ids[0], BTreeSet::from([T]))].into();
        assert_eq!(sizes(&assign(&alone, &places(T, 5), &first)), [5]);
    }

    #[test]
    fn more_members_than_partitions_share_them() {
        let ids: Vec<Str> = (0..5).map(|n| Str::from(format!("m{n}"))).collect();
        let members: Subscribers<'_> = ids.iter().map(|id| (id, BTreeSet::from([T]))).collect();
        let target = assign(&members, &places(T, 2), &BTreeMap::new());
        assert_eq!(sizes(&target), [1; 5]);
        let of_first = target.values().filter(|a| a[&T].contains(&0)).count();
        assert!((2..=3).contains(&of_first), "{of_first} of 5 share the first");
    }

    #[test]
    fn members_get_only_what_they_subscribed_to() {
        let ids = [Str::from("a"), Str::from("b")];
        let members: Subscribers<'_> =
            [(&ids[0], BTreeSet::from([T])), (&ids[1], BTreeSet::from([T, U]))].into();
        let all: Vec<(Uuid, i32)> = places(T, 2).into_iter().chain(places(U, 2)).collect();
        let target = assign(&members, &all, &BTreeMap::new());
        assert!(!target["a"].contains_key(&U));
        assert_eq!(target["b"][&U].len(), 2);
    }
}
