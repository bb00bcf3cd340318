//! What becomes of one partition: who leads, who is in sync, who is eligible (KIP-966), whether a
//! reassignment is done (KIP-455). Pure: the rules of Kafka's `PartitionChangeBuilder`.

use crate::partition::{Assignment, NO_LEADER};

/// Which leaders are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Election {
    /// The present one if it may go on, else the first that has everything.
    Online,
    /// The first replica where it may, else as `Online`.
    Preferred,
    /// As `Online`, and where there is none, any live replica: records may be lost.
    Unclean,
}

/// What is wanted of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) replicas: Vec<i32>,
    pub(crate) adding: Vec<i32>,
    pub(crate) removing: Vec<i32>,
    pub(crate) isr: Vec<i32>,
    pub(crate) election: Election,
}

/// The cluster's part in a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Whether eligible leader replicas are kept.
    pub(crate) elr: bool,
    /// `min.insync.replicas`.
    pub(crate) min_isr: i32,
}

/// What the partition is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    /// The leader; with `raises_epoch` a leader epoch begins.
    pub(crate) leader: i32,
    pub(crate) raises_epoch: bool,
    pub(crate) replicas: Vec<i32>,
    pub(crate) adding: Vec<i32>,
    pub(crate) removing: Vec<i32>,
    pub(crate) isr: Vec<i32>,
    pub(crate) elr: Vec<i32>,
    pub(crate) last_known_elr: Vec<i32>,
}

impl Target {
    /// Everything stays as it is.
    pub(crate) fn of(now: &Assignment) -> Self {
        Self {
            replicas: now.replicas.to_vec(),
            adding: now.adding().to_vec(),
            removing: now.removing().to_vec(),
            isr: now.isr.to_vec(),
            election: Election::Online,
        }
    }

    /// A reassignment is done when all that stay are in sync: those that go, go.
    fn complete(&mut self) {
        if self.adding.is_empty() && self.removing.is_empty() {
            return;
        }
        let stays = |list: &[i32]| -> Vec<i32> {
            list.iter().copied().filter(|b| !self.removing.contains(b)).collect()
        };
        let (replicas, isr) = (stays(&self.replicas), stays(&self.isr));
        let done = !isr.is_empty() && !replicas.is_empty();
        if done && replicas.iter().all(|b| isr.contains(b)) {
            *self = Self {
                replicas,
                isr,
                adding: Vec::new(),
                removing: Vec::new(),
                election: self.election,
            };
        }
    }
}

/// Decides. `may_lead` says which brokers run and are not leaving.
pub(crate) fn decide(
    now: &Assignment,
    mut target: Target,
    rules: Rules,
    may_lead: impl Fn(i32) -> bool,
) -> Decision {
    target.complete();
    let mut elr = eligible(now, &target, rules);
    let elected = elect(now, &target, &elr, &may_lead);
    let mut isr = target.isr;
    if elected.unclean {
        isr = vec![elected.leader];
        elr.clear();
    } else if isr.is_empty() && elr.contains(&elected.leader) {
        isr = vec![elected.leader];
        elr.retain(|b| *b != elected.leader);
    }
    if !rules.elr && isr.is_empty() {
        isr = last_of(now);
    }
    let leader = elected.leader;
    let last_known_elr = match leader {
        NO_LEADER if rules.elr && now.leader != NO_LEADER && isr.is_empty() => vec![now.leader],
        NO_LEADER => now.last_known_elr().to_vec(),
        _ => Vec::new(),
    };
    let shrinks = now.replicas.iter().any(|b| !target.replicas.contains(b));
    Decision {
        leader,
        raises_epoch: leader != now.leader || shrinks,
        replicas: target.replicas,
        adding: target.adding,
        removing: target.removing,
        isr,
        elr,
        last_known_elr,
    }
}

/// Below the minimum, those that leave the ISR stay eligible: the high watermark does not move
/// without them.
fn eligible(now: &Assignment, target: &Target, rules: Rules) -> Vec<i32> {
    if !rules.elr {
        // Eligible replicas of an empty ISR are all that is left of it, also after they are switched off.
        return if now.isr.is_empty() { now.elr().to_vec() } else { Vec::new() };
    }
    let least = usize::try_from(rules.min_isr).unwrap_or(0).min(target.replicas.len());
    if target.isr.len() >= least {
        return Vec::new();
    }
    let mut elr = now.elr().to_vec();
    elr.extend(now.isr.iter().filter(|b| !now.elr().contains(b)));
    elr.retain(|b| !target.isr.contains(b) && target.replicas.contains(b));
    elr
}

struct Elected {
    leader: i32,
    unclean: bool,
}

fn elect(
    now: &Assignment,
    target: &Target,
    elr: &[i32],
    may_lead: &impl Fn(i32) -> bool,
) -> Elected {
    let valid = |b: i32| {
        let has_all = target.isr.contains(&b) || (target.isr.is_empty() && elr.contains(&b));
        has_all && may_lead(b)
    };
    let clean = |leader| Elected { leader, unclean: false };
    let preferred =
        target.replicas.first().copied().filter(|_| target.election == Election::Preferred);
    if let Some(first) = preferred.filter(|b| valid(*b)) {
        return clean(first);
    }
    if valid(now.leader) && target.replicas.contains(&now.leader) {
        return clean(now.leader);
    }
    if let Some(first) = target.replicas.iter().copied().find(|b| valid(*b)) {
        return clean(first);
    }
    if let (&[last], true) = (now.last_known_elr(), elr.is_empty() && target.isr.is_empty())
        && may_lead(last)
    {
        return Elected { leader: last, unclean: true };
    }
    let any = target.replicas.iter().copied().find(|b| may_lead(*b));
    match any.filter(|_| target.election == Election::Unclean) {
        Some(leader) => Elected { leader, unclean: true },
        None => clean(NO_LEADER),
    }
}

/// The ISR of a partition that nobody leads, where it may not be empty: its last leader, which has
/// everything, or else what is.
fn last_of(now: &Assignment) -> Vec<i32> {
    let last = Some(now.leader).filter(|leader| now.in_sync(*leader));
    last.map_or_else(|| now.isr.to_vec(), |leader| vec![leader])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition::Further;
    use std::sync::Arc;

    const ELR: Rules = Rules { elr: true, min_isr: 2 };
    const PLAIN: Rules = Rules { elr: false, min_isr: 2 };

    fn assignment(leader: i32, replicas: &[i32], isr: &[i32]) -> Assignment {
        Assignment { leader, ..Assignment::new(replicas.into(), isr.into()) }
    }

    fn with(mut now: Assignment, further: Further) -> Assignment {
        now.further = Some(Arc::new(further));
        now
    }

    fn without(now: &Assignment, broker: i32) -> Target {
        let mut target = Target::of(now);
        target.isr.retain(|b| *b != broker);
        target
    }

    #[test]
    fn the_first_live_replica_in_sync_leads() {
        let now = assignment(1, &[1, 2, 3], &[1, 3, 2]);
        let next = decide(&now, without(&now, 1), ELR, |b| b != 1);
        assert_eq!((next.leader, next.isr), (2, vec![3, 2]));
        assert!(next.raises_epoch && next.elr.is_empty());
    }

    #[test]
    fn a_replica_outside_the_isr_leads_only_where_unclean_elections_are_allowed() {
        let now = assignment(1, &[1, 2], &[1]);
        let rules = Rules { min_isr: 1, ..PLAIN };
        let none = decide(&now, without(&now, 1), rules, |b| b != 1);
        assert_eq!((none.leader, none.isr), (NO_LEADER, vec![1]), "it waits for the last one");
        let target = Target { election: Election::Unclean, ..without(&now, 1) };
        let unclean = decide(&now, target, rules, |b| b != 1);
        assert_eq!((unclean.leader, unclean.isr), (2, vec![2]));
    }

    #[test]
    fn below_the_minimum_those_that_leave_stay_eligible() {
        let now = assignment(1, &[1, 2, 3], &[1, 2]);
        let one = decide(&now, without(&now, 2), ELR, |b| b == 1);
        assert_eq!((one.leader, &one.isr[..], &one.elr[..]), (1, &[1][..], &[2][..]));
        let now =
            with(assignment(1, &[1, 2, 3], &[1]), Further { elr: vec![2], ..Further::default() });
        let none = decide(&now, without(&now, 1), ELR, |_| false);
        assert_eq!((none.leader, none.isr.len()), (NO_LEADER, 0), "the ISR may be empty");
        assert_eq!((none.elr, none.last_known_elr), (vec![2, 1], vec![1]));
    }

    #[test]
    fn an_eligible_replica_is_elected_cleanly() {
        let further = Further { elr: vec![2, 1], last_known_elr: vec![1], ..Further::default() };
        let now = with(assignment(NO_LEADER, &[1, 2, 3], &[]), further);
        let next = decide(&now, Target::of(&now), ELR, |b| b == 2);
        assert_eq!((next.leader, next.isr, next.elr), (2, vec![2], vec![1]));
        assert!(next.last_known_elr.is_empty());
        let stranger = decide(&now, Target::of(&now), ELR, |b| b == 3);
        assert_eq!(stranger.leader, NO_LEADER, "3 was not eligible");
    }

    #[test]
    fn at_the_minimum_nobody_is_merely_eligible() {
        let further = Further { elr: vec![2], ..Further::default() };
        let now = with(assignment(1, &[1, 2, 3], &[1]), further);
        let target = Target { isr: vec![1, 3], ..Target::of(&now) };
        assert!(decide(&now, target, ELR, |_| true).elr.is_empty());
    }

    #[test]
    fn a_preferred_leader_has_to_be_in_sync() {
        let now = assignment(2, &[1, 2], &[2]);
        let target = Target { election: Election::Preferred, ..Target::of(&now) };
        assert_eq!(decide(&now, target.clone(), ELR, |_| true).leader, 2);
        let now = assignment(2, &[1, 2], &[2, 1]);
        assert_eq!(decide(&now, Target { isr: vec![2, 1], ..target }, ELR, |_| true).leader, 1);
    }

    #[test]
    fn a_reassignment_is_done_when_all_that_stay_are_in_sync() {
        let further = Further { adding: vec![3], removing: vec![1], ..Further::default() };
        let now = with(assignment(1, &[2, 3, 1], &[1, 2]), further);
        let still = decide(&now, Target::of(&now), ELR, |_| true);
        assert_eq!((still.leader, still.replicas), (1, vec![2, 3, 1]));
        let target = Target { isr: vec![1, 2, 3], ..Target::of(&now) };
        let done = decide(&now, target, ELR, |_| true);
        assert_eq!((done.leader, done.replicas, done.isr), (2, vec![2, 3], vec![2, 3]));
        assert!(done.raises_epoch && done.adding.is_empty() && done.removing.is_empty());
    }
}
