//! The rest of a step after a member changed: the group's epoch, its target assignment, the member's
//! reconciliation. Heartbeats and joins of classic members share it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use weir_wire::{Str, Uuid};

use super::assignor::{Consumer, Spec, assign};
use super::change::Change;
use super::member::{ConsumerMember, MemberState, Partitions, Subscription};
use super::reconcile::Reconciliation;
use super::subscription::{View, resolve};
use super::{ConsumerConfig, ConsumerGroup, Step, StepContext};
use crate::controller::Refusal;
use crate::groups::deadlines::Timer;
use crate::groups::step::may_retarget;

/// A member on its way through a step.
pub(super) struct Advance<'a> {
    pub(super) before: &'a ConsumerMember,
    pub(super) after: ConsumerMember,
    /// The member whose instance this one takes over.
    pub(super) replaces: Option<&'a Str>,
    /// What the member says it has.
    pub(super) owned: Option<Partitions>,
}

/// Topic names and regular expression: members that share both have the same topics.
type Subscribed<'a> = (&'a BTreeSet<Str>, Option<&'a Str>);

/// What the group's subscriptions came to.
struct Bumped<'a> {
    view: View<'a>,
    epoch: i32,
    has_subscription_changed: bool,
}

impl ConsumerGroup {
    /// Takes a changed member as far as it goes; answers the member as it will be.
    pub(super) fn advance(
        &self,
        advance: Advance<'_>,
        context: StepContext<'_>,
        step: &mut Step,
    ) -> Result<ConsumerMember, Refusal> {
        let mut after = advance.after;
        let (target_epoch, target, subscribed, has_subscription_changed) = {
            let gone: Vec<Str> = advance.replaces.into_iter().cloned().collect();
            let bumped = self.subscribe(advance.before, &after, &gone, context, step);
            let (target_epoch, target) = self.retarget(&bumped, &after, &gone, context, step);
            let subscribed = bumped.view.topic_ids(&after.subscription, context.image);
            (target_epoch, target, subscribed, bumped.has_subscription_changed)
        };
        if has_subscription_changed || !after.current.is_reconciled_to(target_epoch) {
            let is_mine = |owner: &Str| *owner == after.id || Some(owner) == advance.replaces;
            let next = Reconciliation {
                current: &after.current,
                target_epoch,
                target: &target,
                subscribed: &subscribed,
                has_subscription_changed,
                owned: advance.owned.as_ref(),
                is_taken: &|topic, index| {
                    self.owners.get(&(topic, index)).is_some_and(|owner| !is_mine(owner))
                },
            }
            .next()?;
            if next != after.current {
                step.changes.push(Change::Current(after.id.clone(), Some(next.clone())));
                after.current = next;
                step.timers.extend(revocation_timer(&after, context));
            }
        }
        Ok(after)
    }

    /// Notes the member's subscription, resolves expressions, and moves the group's epoch on when
    /// what is subscribed to is not what it was.
    fn subscribe<'a>(
        &'a self,
        before: &ConsumerMember,
        after: &'a ConsumerMember,
        gone: &'a [Str],
        context: StepContext<'_>,
        step: &mut Step,
    ) -> Bumped<'a> {
        let (old, new) = (&before.subscription, &after.subscription);
        let mut view = View { group: self, updated: Some(after), gone, regexes: BTreeMap::new() };
        let is_new = !self.members.contains_key(&after.id) && gone.is_empty();
        if is_new || old != new {
            step.changes.push(Change::Member(after.id.clone(), Some(new.clone())));
        }
        let regex_changed = old.regex() != new.regex();
        let mut bump = old.topics != new.topics;
        bump |= self.refresh_regexes(&mut view, old, context, step);
        bump |=
            regex_changed || self.preferred_assignor(&view, context) != self.preferred_now(context);
        let mut epoch = self.epoch;
        if bump || self.metadata_seen != context.image.end_offset() {
            let hash = view.metadata_hash(context.image);
            bump |= hash != self.metadata_hash;
            if bump {
                epoch += 1;
                step.changes.push(Change::Epoch(Some((epoch, hash))));
            }
            step.metadata_seen = Some(context.image.end_offset());
        }
        Bumped { view, epoch, has_subscription_changed: old.topics != new.topics || regex_changed }
    }

    /// Resolves the expressions that are new, or all when the cluster's metadata moved on; forgets
    /// the one nobody subscribes with any more. Says whether topics came or went.
    fn refresh_regexes(
        &self,
        view: &mut View<'_>,
        old: &Subscription,
        context: StepContext<'_>,
        step: &mut Step,
    ) -> bool {
        if self.regexes.is_empty() && view.updated.is_none_or(|u| u.subscription.regex().is_none())
        {
            return false;
        }
        let mut changed = false;
        if let Some(regex) = old.regex()
            && self.regexes.contains_key(regex)
            && view.subscribers(regex) == 0
        {
            view.regexes.insert(regex.clone(), None);
            step.changes.push(Change::Regex(regex.clone(), None));
        }
        let wanted: BTreeSet<Str> =
            view.members().filter_map(|member| member.subscription.regex().cloned()).collect();
        for regex in wanted {
            let known = self.regexes.get(&regex);
            if known.is_some() && self.metadata_seen == context.image.end_offset() {
                continue;
            }
            let anew = resolve(&regex, context.image, context.now.wall_ms);
            if known.is_none_or(|known| known.topics != anew.topics) {
                changed = true;
                step.changes.push(Change::Regex(regex.clone(), Some(anew.clone())));
                view.regexes.insert(regex, Some(anew));
            }
        }
        changed
    }

    /// The target assignment for the group's epoch, computed anew when it is due.
    fn retarget(
        &self,
        bumped: &Bumped<'_>,
        after: &ConsumerMember,
        gone: &[Str],
        context: StepContext<'_>,
        step: &mut Step,
    ) -> (i32, Arc<Partitions>) {
        if bumped.epoch <= self.target_epoch || !self.may_retarget(context) {
            let of = gone.first().unwrap_or(&after.id);
            return (self.target_epoch, self.target(of));
        }
        let spec = self.spec(&bumped.view, gone.first(), &after.id, context);
        let assignor = self.preferred_assignor(&bumped.view, context);
        let mut mine = Arc::default();
        for (id, target) in assign(&assignor, &spec) {
            let target = Arc::new(target);
            if id == after.id {
                mine = target.clone();
            }
            if self.targets.get(&id) != Some(&target) {
                step.changes.push(Change::Target(id, Some(target)));
            }
        }
        let at_ms = context.now.wall_ms;
        step.changes.push(Change::TargetEpoch(Some((bumped.epoch, at_ms))));
        (bumped.epoch, mine)
    }

    /// `consumer.assignment.interval.ms`.
    fn may_retarget(&self, context: StepContext<'_>) -> bool {
        may_retarget(self.target_at_ms, context.config.assignment_interval_ms, context.now)
    }

    fn spec(
        &self,
        view: &View<'_>,
        replaced: Option<&Str>,
        after: &Str,
        context: StepContext<'_>,
    ) -> Spec {
        let mut sets: HashMap<Subscribed<'_>, Arc<BTreeSet<Uuid>>> = HashMap::new();
        let mut consumers: Vec<Consumer> = view
            .members()
            .map(|member| {
                let subscription = &member.subscription;
                let key = (&subscription.topics, subscription.regex());
                let topics = sets
                    .entry(key)
                    .or_insert_with(|| Arc::new(view.topic_ids(subscription, context.image)));
                let before = replaced.filter(|_| member.id == *after).unwrap_or(&member.id);
                Consumer {
                    id: member.id.clone(),
                    instance: subscription.instance.clone(),
                    topics: topics.clone(),
                    target: self.target(before),
                }
            })
            .collect();
        consumers.sort_by(|a, b| a.id.cmp(&b.id));
        Spec { consumers, topics: view.topics(context.image) }
    }

    /// The assignor that most members ask for; the default when none does.
    fn preferred_assignor(&self, view: &View<'_>, context: StepContext<'_>) -> Str {
        preferred(view.members(), context.config)
    }

    fn preferred_now(&self, context: StepContext<'_>) -> Str {
        self.assignor(context.config)
    }

    /// The assignor in use.
    pub(crate) fn assignor(&self, config: &ConsumerConfig) -> Str {
        preferred(self.members.values(), config)
    }
}

fn preferred<'a>(
    members: impl Iterator<Item = &'a ConsumerMember>,
    config: &ConsumerConfig,
) -> Str {
    let mut votes: BTreeMap<&Str, usize> = BTreeMap::new();
    for assignor in members.filter_map(|member| member.subscription.assignor.as_ref()) {
        *votes.entry(assignor).or_default() += 1;
    }
    let most = votes.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name.clone());
    most.or_else(|| config.assignors.first().cloned()).unwrap_or_default()
}

fn revocation_timer(after: &ConsumerMember, context: StepContext<'_>) -> Option<Timer> {
    if after.uses_classic() {
        return None;
    }
    let at = context.now.monotonic_ms + i64::from(after.subscription.rebalance_timeout_ms);
    let waits = after.current.state == MemberState::UnrevokedPartitions;
    Some(Timer::Revocation(after.id.clone(), waits.then_some((at, after.current.epoch))))
}
