//! ConsumerGroupHeartbeat of members that join or stay.

use std::collections::BTreeSet;

use weir_wire::messages::consumer_group_heartbeat_request::{
    ConsumerGroupHeartbeatRequest, TopicPartitions as ToldPartitions,
};
use weir_wire::messages::consumer_group_heartbeat_response::{
    Assignment, ConsumerGroupHeartbeatResponse, TopicPartitions,
};
use weir_wire::{ErrorCode, Str};

use super::change::Change;
use super::member::{
    ConsumerMember, Owned, Partitions, Subscription, partitions_of, same_partitions,
};
use super::target::Advance;
use super::{ConsumerConfig, ConsumerGroup, Step, StepContext};
use crate::controller::Refusal;
use crate::groups::deadlines::Timer;
use crate::groups::step::{
    self, Caller, STATIC_LEAVE_EPOCH, fenced_epoch, group_full, unknown_member, unreleased_instance,
};

fn invalid(message: &str) -> Refusal {
    Refusal::new(ErrorCode::INVALID_REQUEST, message)
}

/// What can be said of a request without its group.
pub(crate) fn validate(
    request: &ConsumerGroupHeartbeatRequest,
    version: i16,
    config: &ConsumerConfig,
) -> Result<(), Refusal> {
    let epoch = request.member_epoch;
    let is_blank = |text: &Str| text.trim().is_empty();
    if (version >= 1 || epoch > 0 || epoch == -1) && is_blank(&request.member_id) {
        return Err(invalid("MemberId can't be empty."));
    }
    if is_blank(&request.group_id) {
        return Err(invalid("GroupId can't be empty."));
    }
    if request.instance_id.as_ref().is_some_and(is_blank) {
        return Err(invalid("InstanceId can't be empty."));
    }
    if request.rack_id.as_ref().is_some_and(is_blank) {
        return Err(invalid("RackId can't be empty."));
    }
    match epoch {
        0 => validate_join(request)?,
        STATIC_LEAVE_EPOCH if request.instance_id.is_none() => {
            return Err(invalid("InstanceId can't be null."));
        }
        ..STATIC_LEAVE_EPOCH => return Err(invalid("MemberEpoch is invalid.")),
        _ => {}
    }
    validate_assignor(request.server_assignor.as_ref(), config)
}

fn validate_join(request: &ConsumerGroupHeartbeatRequest) -> Result<(), Refusal> {
    if request.rebalance_timeout_ms == -1 {
        return Err(invalid("RebalanceTimeoutMs must be provided in first request."));
    }
    if request.topic_partitions.as_ref().is_none_or(|owned| !owned.is_empty()) {
        return Err(invalid("TopicPartitions must be empty when (re-)joining."));
    }
    if request.subscribed_topic_names.is_none() && request.subscribed_topic_regex.is_none() {
        return Err(invalid(
            "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.",
        ));
    }
    Ok(())
}

fn validate_assignor(asked: Option<&Str>, config: &ConsumerConfig) -> Result<(), Refusal> {
    let Some(asked) = asked.filter(|asked| !config.assignors.contains(asked)) else {
        return Ok(());
    };
    let supported: Vec<&str> = config.assignors.iter().map(|name| &**name).collect();
    let message = format!(
        "ServerAssignor {asked} is not supported. Supported assignors: {}.",
        supported.join(", ")
    );
    Err(Refusal::new(ErrorCode::UNSUPPORTED_ASSIGNOR, message))
}

impl ConsumerGroup {
    /// A member joins (epoch 0) or stays.
    pub(crate) fn heartbeat(
        &self,
        request: &ConsumerGroupHeartbeatRequest,
        caller: &Caller,
        context: StepContext<'_>,
    ) -> Result<(Step, ConsumerGroupHeartbeatResponse), Refusal> {
        let instance = request.instance_id.as_deref();
        self.check_size(&request.member_id, instance, context)?;
        let id = match request.member_id.is_empty() {
            true => caller.new_id.clone(),
            false => request.member_id.detached(),
        };
        let mut step = Step::default();
        let (before, replaces) = match instance {
            None => (self.dynamic(&id, request)?, None),
            Some(instance) => self.static_member(&id, instance, request, &mut step)?,
        };
        let after = updated(&before, request, caller);
        let advance =
            Advance { before: &before, after, replaces: replaces.as_ref(), owned: owned(request) };
        let after = self.advance(advance, context, &mut step)?;
        let session_at = context.now.monotonic_ms + i64::from(context.config.session_timeout_ms);
        step.timers.push(Timer::Session(after.id.clone(), session_at));
        let tells_all = request.rebalance_timeout_ms != -1
            && (request.subscribed_topic_names.is_some()
                || request.subscribed_topic_regex.is_some())
            && request.topic_partitions.is_some();
        let changed = !same_partitions(&before.current.assigned, &after.current.assigned);
        let is_told = request.member_epoch == 0 || tells_all || changed;
        let response = ConsumerGroupHeartbeatResponse {
            member_id: Some(after.id.clone()),
            member_epoch: after.current.epoch,
            heartbeat_interval_ms: context.config.heartbeat_interval_ms,
            assignment: is_told.then(|| assignment(&after.current.assigned)),
            ..Default::default()
        };
        Ok((step, response))
    }

    pub(super) fn check_size(
        &self,
        id: &str,
        instance: Option<&str>,
        context: StepContext<'_>,
    ) -> Result<(), Refusal> {
        let max = context.config.size_max;
        let is_known = self.members.contains_key(id)
            || instance.is_some_and(|instance| self.statics.contains_key(instance));
        if self.members.len() < max || is_known {
            return Ok(());
        }
        Err(group_full("consumer", max))
    }

    fn dynamic(
        &self,
        id: &Str,
        request: &ConsumerGroupHeartbeatRequest,
    ) -> Result<ConsumerMember, Refusal> {
        let member = match self.members.get(id) {
            Some(member) => member.clone(),
            None if request.member_epoch == 0 => new_member(id),
            None => return Err(self.unknown_member(id)),
        };
        check_epoch(&member, request)?;
        Ok(member)
    }

    pub(super) fn unknown_member(&self, id: &str) -> Refusal {
        unknown_member(id, &self.id)
    }

    /// The static member of an instance, and whom it replaces.
    fn static_member(
        &self,
        id: &Str,
        instance: &str,
        request: &ConsumerGroupHeartbeatRequest,
        step: &mut Step,
    ) -> Result<(ConsumerMember, Option<Str>), Refusal> {
        let known = self.of_instance(instance);
        if request.member_epoch != 0 {
            let known = self.check_instance(known, id, instance)?;
            check_epoch(known, request)?;
            return Ok((known.clone(), None));
        }
        let Some(known) = known else {
            return Ok((self.members.get(id).cloned().unwrap_or_else(|| new_member(id)), None));
        };
        if !known.uses_classic() && known.current.epoch != STATIC_LEAVE_EPOCH {
            return Err(unreleased_instance(&known.id, id, instance));
        }
        Ok((self.replace(known, id, step), Some(known.id.clone())))
    }

    pub(super) fn of_instance(&self, instance: &str) -> Option<&ConsumerMember> {
        self.members.get(self.statics.get(instance)?)
    }

    /// The instance must be known, and this member's.
    pub(super) fn check_instance<'a>(
        &self,
        known: Option<&'a ConsumerMember>,
        id: &str,
        instance: &str,
    ) -> Result<&'a ConsumerMember, Refusal> {
        step::check_instance(known.map(|known| &known.id), id, instance)?;
        known.ok_or_else(|| self.unknown_member(id))
    }

    /// The instance goes over to a new member id, with everything it had.
    pub(super) fn replace(
        &self,
        known: &ConsumerMember,
        id: &Str,
        step: &mut Step,
    ) -> ConsumerMember {
        let mut member = ConsumerMember { id: id.clone(), ..known.clone() };
        (member.current.epoch, member.current.previous_epoch) = (0, 0);
        let old = &known.id;
        if old != id {
            step.changes.extend([
                Change::Current(old.clone(), None),
                Change::Target(old.clone(), None),
                Change::Member(old.clone(), None),
            ]);
        }
        step.changes.extend([
            Change::Member(id.clone(), Some(member.subscription.clone())),
            Change::Target(id.clone(), Some(self.target(old))),
            Change::Current(id.clone(), Some(member.current.clone())),
        ]);
        member
    }
}

/// Without a regular expression; Kafka writes and describes that as an empty one.
pub(super) fn new_member(id: &Str) -> ConsumerMember {
    let subscription = Subscription { regex: Some(Str::default()), ..Default::default() };
    ConsumerMember { id: id.clone(), subscription, ..Default::default() }
}

/// A member may come with the epoch before, if the answer with the newer one was lost: then it has
/// nothing that it was not given.
fn check_epoch(
    member: &ConsumerMember,
    request: &ConsumerGroupHeartbeatRequest,
) -> Result<(), Refusal> {
    let (told, known) = (request.member_epoch, member.current.epoch);
    let is_late = told == member.current.previous_epoch
        && is_subset(request.topic_partitions.as_deref(), &member.current.assigned);
    if told == 0 || told == known || (told < known && is_late) {
        return Ok(());
    }
    Err(fenced_epoch("consumer", told, known))
}

fn is_subset(told: Option<&[ToldPartitions]>, assigned: &Owned) -> bool {
    told.is_some_and(|told| {
        told.iter().all(|topic| {
            assigned
                .get(&topic.topic_id)
                .is_some_and(|of| topic.partitions.iter().all(|index| of.contains_key(index)))
        })
    })
}

/// The member with what the request tells anew; what it leaves out stays.
fn updated(
    before: &ConsumerMember,
    request: &ConsumerGroupHeartbeatRequest,
    caller: &Caller,
) -> ConsumerMember {
    let mut after = before.clone();
    let subscription = &mut after.subscription;
    let told = |text: &Option<Str>| text.as_ref().map(Str::detached);
    if request.instance_id.is_some() {
        subscription.instance = told(&request.instance_id);
    }
    if request.rack_id.is_some() {
        subscription.rack = told(&request.rack_id);
    }
    if request.rebalance_timeout_ms != -1 {
        subscription.rebalance_timeout_ms = request.rebalance_timeout_ms;
    }
    if request.server_assignor.is_some() {
        subscription.assignor = told(&request.server_assignor);
    }
    if let Some(names) = &request.subscribed_topic_names {
        subscription.topics = names.iter().map(Str::detached).collect::<BTreeSet<Str>>();
    }
    if request.subscribed_topic_regex.is_some() {
        subscription.regex = told(&request.subscribed_topic_regex);
    }
    subscription.client_id = caller.client_id.detached();
    subscription.client_host = caller.client_host.clone();
    subscription.classic = None;
    after
}

fn owned(request: &ConsumerGroupHeartbeatRequest) -> Option<Partitions> {
    let told = request.topic_partitions.as_ref()?;
    let mut owned = Partitions::new();
    for topic in told {
        owned.entry(topic.topic_id).or_default().extend(&topic.partitions);
    }
    Some(owned)
}

fn assignment(assigned: &Owned) -> Assignment {
    let topics = assigned.iter().map(|(topic, partitions)| TopicPartitions {
        topic_id: *topic,
        partitions: partitions.keys().copied().collect(),
        ..Default::default()
    });
    debug_assert!(partitions_of(assigned).all(|(_, index)| index >= 0));
    Assignment { topic_partitions: topics.collect(), ..Default::default() }
}
