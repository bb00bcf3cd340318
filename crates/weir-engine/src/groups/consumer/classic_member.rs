//! Members of the classic protocol in a consumer group, while it migrates: the group's epochs are
//! their generations, and the broker assigns for them.

use bytes::{Buf, Bytes};
use weir_wire::messages::consumer_protocol_assignment::{
    ConsumerProtocolAssignment, TopicPartition as AssignedTopic,
};
use weir_wire::messages::consumer_protocol_subscription::ConsumerProtocolSubscription;
use weir_wire::messages::join_group_request::JoinGroupRequest;
use weir_wire::messages::join_group_response::JoinGroupResponse;
use weir_wire::messages::sync_group_request::SyncGroupRequest;
use weir_wire::messages::sync_group_response::SyncGroupResponse;
use weir_wire::{ErrorCode, Message, Reader, Str, Writer};

use super::heartbeat::new_member;
use super::member::{ClassicSide, ConsumerMember, MemberState, Owned, Partitions, Subscription};
use super::target::Advance;
use super::{ConsumerGroup, MigrationPolicy, Step, StepContext};
use crate::groups::classic::{CONSUMER_PROTOCOL_TYPE, JoinContext, join_error, owned};
use crate::groups::deadlines::Timer;
use crate::image::Image;

impl ConsumerGroup {
    /// A JoinGroup. The answer is there at once: nobody is waited for.
    pub(crate) fn join_classic(
        &self,
        join: &JoinContext,
        request: &JoinGroupRequest,
        context: StepContext<'_>,
    ) -> Result<(Step, JoinGroupResponse), ErrorCode> {
        if context.config.migration == MigrationPolicy::Disabled {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        let is_new = request.member_id.is_empty();
        let id = if is_new { join.uuid.clone() } else { request.member_id.detached() };
        let instance = request.group_instance_id.as_deref();
        self.check_size(&id, instance, context).map_err(|refusal| refusal.code)?;
        if !self.supports(request) {
            return Err(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
        }
        if is_new && instance.is_none() && join.requires_known_member_id {
            return Ok((Step::default(), join_error(id, ErrorCode::MEMBER_ID_REQUIRED)));
        }
        let mut step = Step::default();
        let (before, replaces) = self.joining(&id, instance, is_new, &mut step)?;
        let told = told_subscription(request).ok_or(ErrorCode::INCONSISTENT_GROUP_PROTOCOL)?;
        let after = joined(&before, join, request, &told);
        let owned = owned_partitions(&told, context.image);
        let advance =
            Advance { before: &before, after, replaces: replaces.as_ref(), owned: Some(owned) };
        let after = self.advance(advance, context, &mut step).map_err(|refusal| refusal.code)?;
        let answer = JoinGroupResponse {
            member_id: after.id.clone(),
            generation_id: after.current.epoch,
            protocol_type: Some(Str::from_static(CONSUMER_PROTOCOL_TYPE)),
            protocol_name: request.protocols.first().map(|protocol| protocol.name.detached()),
            ..Default::default()
        };
        self.after_join(&after, replaces.as_ref(), request, context, &mut step);
        Ok((step, answer))
    }

    fn after_join(
        &self,
        after: &ConsumerMember,
        replaces: Option<&Str>,
        request: &JoinGroupRequest,
        context: StepContext<'_>,
        step: &mut Step,
    ) {
        if let Some(replaced) = replaces
            && let Some(downgrade) = self.downgrade_replacing(replaced, after, context)
        {
            *step = downgrade;
            return;
        }
        let id = || after.id.clone();
        let at = |ms: i32| context.now.monotonic_ms + i64::from(ms);
        step.timers.extend([
            Timer::Joined(id()),
            Timer::Session(id(), at(request.session_timeout_ms)),
            Timer::Sync(id(), at(request.rebalance_timeout_ms)),
        ]);
    }

    /// Whether the classic members all speak one of the protocols.
    fn supports(&self, request: &JoinGroupRequest) -> bool {
        if request.protocol_type != CONSUMER_PROTOCOL_TYPE {
            return false;
        }
        let mut classics = self.members.values().filter_map(|m| m.subscription.classic.as_ref());
        request.protocols.iter().any(|told| {
            classics.clone().all(|side| side.protocols.iter().any(|(name, _)| *name == told.name))
        }) && (!request.protocols.is_empty() || classics.next().is_none())
    }

    fn joining(
        &self,
        id: &Str,
        instance: Option<&str>,
        is_new: bool,
        step: &mut Step,
    ) -> Result<(ConsumerMember, Option<Str>), ErrorCode> {
        let fresh = || new_member(id);
        let Some(instance) = instance else {
            return Ok((self.members.get(id).cloned().unwrap_or_else(fresh), None));
        };
        let known = self.of_instance(instance);
        if !is_new {
            let known = self.check_instance(known, id, instance).map_err(|refusal| refusal.code)?;
            return Ok((known.clone(), None));
        }
        Ok(match known {
            None => (fresh(), None),
            Some(known) => (self.replace(known, id, step), Some(known.id.clone())),
        })
    }

    fn classic_member(
        &self,
        id: &str,
        instance: Option<&str>,
        generation: i32,
    ) -> Result<(&ConsumerMember, &ClassicSide), ErrorCode> {
        let member = match instance {
            None => self.members.get(id).ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?,
            Some(instance) => self
                .check_instance(self.of_instance(instance), id, instance)
                .map_err(|refusal| refusal.code)?,
        };
        let side = member.subscription.classic.as_ref().ok_or(ErrorCode::UNKNOWN_MEMBER_ID)?;
        if generation != member.current.epoch {
            return Err(ErrorCode::ILLEGAL_GENERATION);
        }
        Ok((member, side))
    }

    /// A SyncGroup: the assignment that the broker made, in the consumer's own format.
    pub(crate) fn sync_classic(
        &self,
        request: &SyncGroupRequest,
        context: StepContext<'_>,
    ) -> Result<(Step, SyncGroupResponse), (Step, ErrorCode)> {
        let fail = |error| (Step::default(), error);
        let instance = request.group_instance_id.as_deref();
        let (member, side) = self
            .classic_member(&request.member_id, instance, request.generation_id)
            .map_err(fail)?;
        let protocol = side.protocols.first();
        let speaks_other = |told: &Option<Str>, own: &str| told.as_ref().is_some_and(|t| t != own);
        if speaks_other(&request.protocol_type, CONSUMER_PROTOCOL_TYPE)
            || speaks_other(&request.protocol_name, protocol.map_or("", |(name, _)| name))
        {
            return Err(fail(ErrorCode::INCONSISTENT_GROUP_PROTOCOL));
        }
        let id = || member.id.clone();
        let at = |ms: i32| context.now.monotonic_ms + i64::from(ms);
        if self.target_epoch > member.current.epoch
            && member.current.state != MemberState::UnrevokedPartitions
        {
            let join = Timer::JoinIfAbsent(id(), at(member.subscription.rebalance_timeout_ms));
            let step = Step { timers: vec![join], ..Step::default() };
            return Err((step, ErrorCode::REBALANCE_IN_PROGRESS));
        }
        let metadata = protocol.map(|(_, metadata)| metadata.clone()).unwrap_or_default();
        let answer = SyncGroupResponse {
            protocol_type: request.protocol_type.as_ref().map(Str::detached),
            protocol_name: request.protocol_name.as_ref().map(Str::detached),
            assignment: consumer_assignment(
                &partitions(&member.current.assigned),
                &metadata,
                context.image,
            )
            .ok_or_else(|| fail(ErrorCode::UNKNOWN_SERVER_ERROR))?,
            ..Default::default()
        };
        let session = Timer::Session(id(), at(side.session_timeout_ms));
        Ok((Step { timers: vec![Timer::Synced(id()), session], ..Step::default() }, answer))
    }

    /// A Heartbeat: REBALANCE_IN_PROGRESS tells the member to rejoin, to catch up with the group.
    pub(crate) fn heartbeat_classic(
        &self,
        member_id: &str,
        instance: Option<&str>,
        generation: i32,
        context: StepContext<'_>,
    ) -> Result<(Step, ErrorCode), ErrorCode> {
        let (member, side) = self.classic_member(member_id, instance, generation)?;
        let at = |ms: i32| context.now.monotonic_ms + i64::from(ms);
        let mut step = Step {
            timers: vec![Timer::Session(member.id.clone(), at(side.session_timeout_ms))],
            ..Step::default()
        };
        let current = &member.current;
        let is_behind = current.epoch < self.target_epoch
            || current.state == MemberState::UnrevokedPartitions
            || (current.state == MemberState::UnreleasedPartitions
                && !self.waits_for_others(member));
        if !is_behind {
            return Ok((step, ErrorCode::NONE));
        }
        let join_ms = member.subscription.rebalance_timeout_ms;
        step.timers.push(Timer::JoinIfAbsent(member.id.clone(), at(join_ms)));
        Ok((step, ErrorCode::REBALANCE_IN_PROGRESS))
    }

    /// Whether part of the member's target is still with others.
    fn waits_for_others(&self, member: &ConsumerMember) -> bool {
        self.target(&member.id).iter().any(|(topic, partitions)| {
            partitions.iter().any(|index| {
                self.owners.get(&(*topic, *index)).is_some_and(|owner| *owner != member.id)
            })
        })
    }
}

/// What a JoinGroup's first protocol subscribes to.
fn told_subscription(request: &JoinGroupRequest) -> Option<ConsumerProtocolSubscription> {
    subscription_of(&request.protocols.first()?.metadata)
}

/// A consumer's subscription: its version, then the message. Later versions only add fields.
pub(super) fn subscription_of(metadata: &Bytes) -> Option<ConsumerProtocolSubscription> {
    let mut body = metadata.clone();
    let version = (body.remaining() >= 2).then(|| body.get_i16())?;
    let version = version.min(ConsumerProtocolSubscription::MAX);
    (version >= 0)
        .then(|| ConsumerProtocolSubscription::decode(&mut Reader::new(body), version).ok())?
}

fn joined(
    before: &ConsumerMember,
    join: &JoinContext,
    request: &JoinGroupRequest,
    told: &ConsumerProtocolSubscription,
) -> ConsumerMember {
    let protocols = request.protocols.iter();
    let classic = ClassicSide {
        session_timeout_ms: request.session_timeout_ms,
        protocols: protocols
            .map(|told| (told.name.detached(), Bytes::copy_from_slice(&told.metadata)))
            .collect(),
    };
    let instance = request.group_instance_id.as_ref().map(Str::detached);
    let rack = told.rack_id.as_ref().map(Str::detached);
    let subscription = Subscription {
        instance: instance.or_else(|| before.subscription.instance.clone()),
        rack: rack.or_else(|| before.subscription.rack.clone()),
        client_id: owned(&join.client_id),
        client_host: join.client_host.clone(),
        topics: told.topics.iter().map(Str::detached).collect(),
        regex: Some(Str::default()),
        rebalance_timeout_ms: request.rebalance_timeout_ms,
        assignor: before.subscription.assignor.clone(),
        classic: Some(classic),
    };
    ConsumerMember { subscription, ..before.clone() }
}

fn owned_partitions(told: &ConsumerProtocolSubscription, image: &Image) -> Partitions {
    let mut owned = Partitions::new();
    for topic in &told.owned_partitions {
        if let Some(known) = image.topic(&topic.topic) {
            owned.entry(known.id()).or_default().extend(&topic.partitions);
        }
    }
    owned
}

fn partitions(owned: &Owned) -> Partitions {
    owned.iter().map(|(topic, of)| (*topic, of.keys().copied().collect())).collect()
}

/// An assignment as a consumer reads it, in the version of its own subscription.
pub(super) fn consumer_assignment(
    assigned: &Partitions,
    metadata: &Bytes,
    image: &Image,
) -> Option<Bytes> {
    let mut metadata = metadata.clone();
    let version = if metadata.remaining() >= 2 { metadata.get_i16() } else { 0 };
    let version = version.clamp(0, ConsumerProtocolAssignment::MAX);
    let topics = assigned.iter().filter_map(|(id, partitions)| {
        let topic = image.topic_by_id(*id)?.name().clone();
        Some(AssignedTopic { topic, partitions: partitions.iter().copied().collect() })
    });
    let message =
        ConsumerProtocolAssignment { assigned_partitions: topics.collect(), ..Default::default() };
    let mut writer = Writer::with_capacity(2 + message.size(version).ok()?);
    writer.i16(version);
    message.encode(version, &mut writer).ok()?;
    writer.finish().to_bytes().ok()
}
