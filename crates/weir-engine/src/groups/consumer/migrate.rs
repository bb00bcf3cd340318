//! Groups that change their protocol while members work (`group.consumer.migration.policy`): a
//! classic group becomes a consumer group with the first member of the newer protocol, and is one of
//! the classic protocol again when the last of them leaves.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use weir_wire::messages::consumer_protocol_assignment::ConsumerProtocolAssignment;
use weir_wire::{ErrorCode, Message, Reader, Str};

use super::change::Change;
use super::classic_member::{consumer_assignment, subscription_of};
use super::member::{
    ClassicSide, ConsumerMember, Current, MemberState, Owned, Partitions, Subscription,
};
use super::subscription::View;
use super::{ConsumerGroup, Step, StepContext};
use crate::controller::Refusal;
use crate::groups::classic::{ClassicGroup, ConvertedMember, Member};
use crate::image::Image;

/// The classic group that a consumer group becomes.
#[derive(Debug)]
pub(crate) struct Downgrade {
    pub(crate) generation: i32,
    pub(crate) members: Vec<ConvertedMember>,
    /// The members are to rejoin at once.
    pub(crate) rebalance: bool,
}

impl ConsumerGroup {
    /// The step after which only classic members are left, if it is to make the group classic.
    pub(super) fn downgrade_without(&self, gone: &[Str], context: StepContext<'_>) -> Option<Step> {
        let stay: Vec<&ConsumerMember> =
            self.members.values().filter(|member| !gone.contains(&member.id)).collect();
        let may = !stay.is_empty()
            && stay.iter().all(|member| member.uses_classic())
            && stay.len() <= context.config.classic_size_max
            && context.config.migration.allows_downgrade();
        may.then(|| self.downgrade(&stay, None, true, context))
    }

    /// The same when a static member comes back with the classic protocol. `after` is the member as
    /// it will be.
    pub(super) fn downgrade_replacing(
        &self,
        replaced: &Str,
        after: &ConsumerMember,
        context: StepContext<'_>,
    ) -> Option<Step> {
        let others: Vec<&ConsumerMember> =
            self.members.values().filter(|member| member.id != *replaced).collect();
        let was_last = self.members.get(replaced).is_some_and(|member| !member.uses_classic());
        let may = was_last
            && others.iter().all(|member| member.uses_classic())
            && self.members.len() <= context.config.classic_size_max
            && context.config.migration.allows_downgrade();
        if !may {
            return None;
        }
        let mut stay = others;
        stay.push(after);
        Some(self.downgrade(&stay, Some(replaced), self.target_epoch < self.epoch, context))
    }

    fn downgrade(
        &self,
        stay: &[&ConsumerMember],
        replaced: Option<&Str>,
        rebalance: bool,
        context: StepContext<'_>,
    ) -> Step {
        let members = stay.iter().map(|member| {
            let known = self.targets.contains_key(&member.id);
            let of = replaced.filter(|_| !known).unwrap_or(&member.id);
            self.converted(member, &self.target(of), context.image)
        });
        let downgrade = Downgrade { generation: self.epoch, members: members.collect(), rebalance };
        Step { changes: self.tombstones(), downgrade: Some(Box::new(downgrade)), ..Step::default() }
    }

    fn converted(
        &self,
        member: &ConsumerMember,
        target: &Partitions,
        image: &Image,
    ) -> ConvertedMember {
        let side = member.subscription.classic.clone().unwrap_or_default();
        let metadata = side.protocols.first().map(|(_, m)| m.clone()).unwrap_or_default();
        ConvertedMember {
            id: member.id.clone(),
            instance: member.subscription.instance.clone(),
            client_id: member.subscription.client_id.clone(),
            client_host: member.subscription.client_host.clone(),
            rebalance_timeout_ms: member.subscription.rebalance_timeout_ms,
            session_timeout_ms: side.session_timeout_ms,
            protocols: side.protocols,
            assignment: consumer_assignment(target, &metadata, image).unwrap_or_default(),
        }
    }

    /// The consumer group that a classic one becomes, and the changes that make it.
    pub(crate) fn from_classic(
        classic: &ClassicGroup,
        context: StepContext<'_>,
    ) -> Result<(Self, Vec<Change>), Refusal> {
        check_upgrade(classic, context)?;
        let epoch = classic.generation();
        let mut group = Self::new(classic.id());
        let (mut targets, mut currents, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        for member in classic.members() {
            let (subscription, target) = upgraded(classic, member, context.image)?;
            let current = current_of(&target, epoch);
            changes.push(Change::Member(member.id.clone(), Some(subscription)));
            targets.push(Change::Target(member.id.clone(), Some(Arc::new(target))));
            currents.push(Change::Current(member.id.clone(), Some(current)));
        }
        changes.iter().cloned().for_each(|change| group.apply(change));
        let view = View { group: &group, updated: None, gone: &[], regexes: Default::default() };
        let hash = view.metadata_hash(context.image);
        changes.push(Change::Epoch(Some((epoch, hash))));
        changes.append(&mut targets);
        changes.push(Change::TargetEpoch(Some((epoch, 0))));
        changes.append(&mut currents);
        changes.iter().cloned().for_each(|change| group.apply(change));
        Ok((group, changes))
    }
}

fn check_upgrade(classic: &ClassicGroup, context: StepContext<'_>) -> Result<(), Refusal> {
    let reason = if !context.config.migration.allows_upgrade() {
        "online upgrade is disabled"
    } else if !classic.uses_consumer_protocol() {
        "the group does not use the consumer embedded protocol"
    } else if classic.members().count() > context.config.size_max {
        "the group size exceeds the consumer group maximum size"
    } else {
        return Ok(());
    };
    Err(refused(classic, reason))
}

fn refused(classic: &ClassicGroup, reason: &str) -> Refusal {
    let message = format!(
        "Cannot upgrade classic group {} to consumer group because {reason}.",
        classic.id()
    );
    Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, message)
}

fn upgraded(
    classic: &ClassicGroup,
    member: &Member,
    image: &Image,
) -> Result<(Subscription, Partitions), Refusal> {
    let malformed = || refused(classic, "the embedded consumer protocol is malformed");
    // Before the first generation is complete no protocol is chosen: then the member's own counts.
    let chosen = classic.protocol().map(|name| member.metadata(Some(name)));
    let metadata = chosen
        .filter(|metadata| !metadata.is_empty())
        .or_else(|| member.protocols.first().map(|(_, metadata)| metadata.clone()))
        .unwrap_or_default();
    let told = subscription_of(&metadata).ok_or_else(malformed)?;
    let target = if member.assignment.is_empty() {
        Partitions::new()
    } else {
        let assignment = assignment_of(&member.assignment).ok_or_else(malformed)?;
        if assignment.user_data.is_some_and(|data| !data.is_empty()) {
            let reason = "an unsupported custom assignor is in use. Please refer to the \
                          documentation or switch to a default assignor before re-attempting the \
                          upgrade";
            return Err(refused(classic, reason));
        }
        let topics = assignment.assigned_partitions.iter().filter_map(|topic| {
            Some((image.topic(&topic.topic)?.id(), topic.partitions.iter().copied().collect()))
        });
        topics.collect()
    };
    let subscription = Subscription {
        instance: member.instance.clone(),
        rack: told.rack_id.as_ref().map(Str::detached),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        topics: told.topics.iter().map(Str::detached).collect(),
        regex: Some(Str::default()),
        rebalance_timeout_ms: member.rebalance_timeout_ms,
        assignor: None,
        classic: Some(ClassicSide {
            session_timeout_ms: member.session_timeout_ms,
            protocols: member.protocols.clone(),
        }),
    };
    Ok((subscription, target))
}

fn assignment_of(bytes: &Bytes) -> Option<ConsumerProtocolAssignment> {
    let mut body = bytes.clone();
    let version = (body.remaining() >= 2).then(|| body.get_i16())?;
    let version = version.min(ConsumerProtocolAssignment::MAX);
    (version >= 0)
        .then(|| ConsumerProtocolAssignment::decode(&mut Reader::new(body), version).ok())?
}

fn current_of(target: &Partitions, epoch: i32) -> Current {
    let topics = target.iter();
    let assigned: Owned = topics
        .map(|(topic, indices)| (*topic, indices.iter().map(|index| (*index, epoch)).collect()))
        .collect();
    Current {
        epoch,
        previous_epoch: epoch,
        state: MemberState::Stable,
        assigned,
        revoking: Owned::new(),
    }
}
