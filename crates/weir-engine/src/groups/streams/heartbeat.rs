//! StreamsGroupHeartbeat of members that join or stay.

use std::sync::Arc;

use weir_wire::messages::streams_group_heartbeat_request::{
    StreamsGroupHeartbeatRequest, TaskIds as ToldTasks, TaskOffset,
};
use weir_wire::messages::streams_group_heartbeat_response::{
    Status, StreamsGroupHeartbeatResponse, TaskIds as AnsweredTasks,
};
use weir_wire::{ErrorCode, Str};

use super::change::Change;
use super::configured::{Configured, configure};
use super::member::StreamsMember;
use super::target::Advance;
use super::tasks::{TaskIds, TaskOffsets, Tasks, ids};
use super::topology::Topology;
use super::{Step, StepContext, StreamsGroup, statuses};
use crate::controller::{NewTopic, Refusal};
use crate::groups::deadlines::Timer;
use crate::groups::step::{
    self, Caller, STATIC_LEAVE_EPOCH, fenced_epoch, group_full, unknown_member, unreleased_instance,
};
use crate::groups::topic_hash::topic_hash;

/// What a heartbeat came to.
#[derive(Debug)]
pub(crate) struct Beaten {
    pub(crate) response: StreamsGroupHeartbeatResponse,
    /// Internal topics that are to be made.
    pub(crate) topics: Vec<NewTopic>,
}

/// A request on its way through a step.
#[derive(Clone, Copy)]
pub(super) struct Beat<'a> {
    pub(super) request: &'a StreamsGroupHeartbeatRequest,
    pub(super) version: i16,
    pub(super) context: StepContext<'a>,
}

/// What a heartbeat made of a member.
#[derive(Clone, Copy)]
pub(super) struct Outcome<'a> {
    pub(super) before: &'a StreamsMember,
    pub(super) after: &'a StreamsMember,
    pub(super) replaces: Option<&'a Str>,
    pub(super) topology: &'a Topology,
    pub(super) configured: &'a Configured,
    /// The group was not there before.
    pub(super) is_new: bool,
}

impl StreamsGroup {
    /// A member joins (epoch 0) or stays. `is_new`: the group was not there before.
    pub(crate) fn heartbeat(
        &self,
        request: &StreamsGroupHeartbeatRequest,
        version: i16,
        caller: &Caller,
        is_new: bool,
        context: StepContext<'_>,
    ) -> Result<(Step, Beaten), Refusal> {
        let beat = Beat { request, version, context };
        let mut step = Step::default();
        let (before, replaces) = self.member_of(beat, &mut step)?;
        let mut after = updated(&before, request, caller);
        let mut bump = self.note_member(&before, &after, replaces.is_some(), &mut step);
        let topology = self.topology_for(request, &mut step)?;
        let (configured, hash, is_other) = self.configured_for(&topology, context, &mut step)?;
        bump |= is_other;
        if configured.is_ready() {
            check_tasks(request, &configured)?;
        }
        self.note_offsets(request, &configured, &mut step);
        let mut told = Vec::new();
        if after.about.topology_epoch < topology.epoch {
            told.push(statuses::stale_topology(after.about.topology_epoch, topology.epoch));
        }
        let advance =
            Advance { after: &after, replaces: replaces.as_ref(), configured: &configured };
        let epoch = self.next_epoch(bump, topology.epoch, hash, advance, context, &mut step);
        let owned = owned(request);
        after.current =
            self.advance(advance, epoch, owned.as_ref(), context, &mut told, &mut step)?;
        let session_at = context.now.monotonic_ms + i64::from(context.config.session_timeout_ms);
        step.timers.push(Timer::Session(after.id.clone(), session_at));
        step.shutdown_by = request.shutdown_application.then(|| after.id.clone());
        let topics = configured.missing.clone();
        let outcome = Outcome {
            before: &before,
            after: &after,
            replaces: replaces.as_ref(),
            topology: &topology,
            configured: &configured,
            is_new,
        };
        let response = self.answer(beat, outcome, told, &mut step);
        Ok((step, Beaten { response, topics }))
    }

    /// The member that the request is of, and whom it replaces.
    fn member_of(
        &self,
        beat: Beat<'_>,
        step: &mut Step,
    ) -> Result<(StreamsMember, Option<Str>), Refusal> {
        let request = beat.request;
        let (id, is_joining) = (&request.member_id, request.member_epoch == 0);
        let instance = request.instance_id.as_deref();
        if is_joining {
            self.check_size(id, instance, beat.context)?;
        }
        let Some(instance) = instance else {
            let known = self.members.get(id).cloned();
            let member = match known {
                None if is_joining => new_member(id),
                known => known.ok_or_else(|| unknown_member(id, &self.id))?,
            };
            check_epoch(&member, request)?;
            return Ok((member, None));
        };
        let known = self.of_instance(instance);
        if !is_joining {
            step::check_instance(known.map(|known| &known.id), id, instance)?;
            let known = known.ok_or_else(|| unknown_member(id, &self.id))?;
            check_epoch(known, request)?;
            return Ok((known.clone(), None));
        }
        let Some(known) = known else {
            return Ok((self.members.get(id).cloned().unwrap_or_else(|| new_member(id)), None));
        };
        if known.current.epoch != STATIC_LEAVE_EPOCH {
            return Err(unreleased_instance(&known.id, id, instance));
        }
        Ok((self.replace(known, &id.detached(), step), Some(known.id.clone())))
    }

    fn check_size(
        &self,
        id: &str,
        instance: Option<&str>,
        context: StepContext<'_>,
    ) -> Result<(), Refusal> {
        let max = context.config.size_max;
        let is_known = self.members.contains_key(id)
            || instance.is_some_and(|instance| self.statics.contains_key(instance));
        match is_known || self.members.len() < max {
            true => Ok(()),
            false => Err(group_full("streams", max)),
        }
    }

    pub(super) fn of_instance(&self, instance: &str) -> Option<&StreamsMember> {
        self.members.get(self.statics.get(instance)?)
    }

    /// The instance goes over to a new member id, with everything it had.
    fn replace(&self, known: &StreamsMember, id: &Str, step: &mut Step) -> StreamsMember {
        let mut member = StreamsMember { id: id.clone(), ..known.clone() };
        (member.current.epoch, member.current.previous_epoch) = (0, 0);
        let old = &known.id;
        step.changes.extend([
            Change::Current(old.clone(), None),
            Change::Target(old.clone(), None),
            Change::Member(old.clone(), None),
            Change::Member(id.clone(), Some(member.about.clone())),
            Change::Target(id.clone(), Some(self.target(old))),
            Change::Current(id.clone(), Some(member.current.clone())),
        ]);
        member
    }

    /// Notes what the member told anew. Says whether it makes another assignment: of a static member
    /// only what assignments depend on does.
    fn note_member(
        &self,
        before: &StreamsMember,
        after: &StreamsMember,
        is_replacement: bool,
        step: &mut Step,
    ) -> bool {
        let is_new = !self.members.contains_key(&after.id) && !is_replacement;
        if !is_new && before.about == after.about {
            return false;
        }
        step.changes.push(Change::Member(after.id.clone(), Some(after.about.clone())));
        after.about.instance.is_none() || !before.about.assigns_like(&after.about)
    }

    /// The group's topology after the request: the first one is taken, an older one only noticed.
    fn topology_for(
        &self,
        request: &StreamsGroupHeartbeatRequest,
        step: &mut Step,
    ) -> Result<Arc<Topology>, Refusal> {
        let told = request.topology.as_ref().map(Topology::from_request).transpose()?;
        match (told, &self.topology) {
            (None, Some(known)) => Ok(known.clone()),
            (None, None) => {
                let message = "The topology is null and the group topology is also null.";
                Err(Refusal::new(ErrorCode::UNKNOWN_SERVER_ERROR, message))
            }
            (Some(told), None) => {
                let topology = Arc::new(told);
                step.changes.push(Change::Topology(Some(topology.clone())));
                Ok(topology)
            }
            (Some(told), Some(known)) if known.epoch > told.epoch || **known == told => {
                Ok(known.clone())
            }
            (Some(_), Some(_)) => {
                let message = "Topology updates are not supported yet.";
                Err(Refusal::new(ErrorCode::INVALID_REQUEST, message))
            }
        }
    }

    /// The topology against the metadata, looked at anew when that moved on; the hash of its topics,
    /// and whether it is another than before.
    fn configured_for(
        &self,
        topology: &Topology,
        context: StepContext<'_>,
        step: &mut Step,
    ) -> Result<(Arc<Configured>, i64, bool), Refusal> {
        let seen = context.image.end_offset();
        let known = self.configured.as_ref().filter(|_| self.topology.is_some());
        if let Some((configured, at)) = known
            && *at == seen
        {
            return Ok((configured.clone(), self.epoch.metadata_hash, false));
        }
        let hash = topic_hash(topology.required(), context.image);
        let is_other = hash != self.epoch.metadata_hash;
        let configured = match known.filter(|_| !is_other) {
            Some((configured, _)) => configured.clone(),
            None => Arc::new(configure(topology, context.image)?),
        };
        step.configured = Some((configured.clone(), seen));
        Ok((configured, hash, is_other))
    }

    fn note_offsets(
        &self,
        request: &StreamsGroupHeartbeatRequest,
        configured: &Configured,
        step: &mut Step,
    ) {
        if request.task_offsets.is_none() && request.task_end_offsets.is_none() {
            return;
        }
        let mut offsets = self.offsets.get(&request.member_id).cloned().unwrap_or_default();
        if let Some(told) = &request.task_offsets {
            offsets.positions = Arc::new(nested(told, configured));
        }
        if let Some(told) = &request.task_end_offsets {
            offsets.ends = Arc::new(nested(told, configured));
        }
        step.offsets = Some((request.member_id.detached(), offsets));
    }

    fn answer(
        &self,
        beat: Beat<'_>,
        outcome: Outcome<'_>,
        mut told: Vec<Status>,
        step: &mut Step,
    ) -> StreamsGroupHeartbeatResponse {
        let Beat { request, version, context } = beat;
        let Outcome { before, after, configured, .. } = outcome;
        let has_changed = before.current.assigned != after.current.assigned;
        let endpoint_moved = before.about.endpoint != after.about.endpoint;
        let is_changed = endpoint_moved || (has_changed && after.about.endpoint.is_some());
        let endpoint_epoch = self.endpoint_epoch + i32::from(is_changed);
        // As Kafka counts: the epoch is not kept with the group, one that is just made has none.
        step.has_endpoints_changed = is_changed && !outcome.is_new;
        let assigned = &after.current.assigned;
        let is_told = request.member_epoch == 0 || has_changed;
        let tasks = |tasks: &TaskIds| is_told.then(|| answered(tasks));
        told.extend(configured.problem.as_ref().map(|problem| problem.status()));
        let shutdown_by = step.shutdown_by.as_ref().or(self.shutdown_by.as_ref());
        told.extend(shutdown_by.map(|by| statuses::shutdown(by)));
        if version >= 1 {
            told.extend(missing_tags(after, context));
        }
        let lag = context.config.acceptable_recovery_lag;
        StreamsGroupHeartbeatResponse {
            member_id: after.id.clone(),
            member_epoch: after.current.epoch,
            heartbeat_interval_ms: context.config.heartbeat_interval_ms,
            // Kafka tells clients of v0 none.
            acceptable_recovery_lag: if version == 0 { -1 } else { lag },
            task_offset_interval_ms: context.config.task_offset_interval_ms,
            status: Some(told),
            active_tasks: tasks(&ids(&assigned.active)),
            standby_tasks: tasks(&assigned.standby),
            warmup_tasks: tasks(&assigned.warmup),
            endpoint_information_epoch: if outcome.is_new { 0 } else { endpoint_epoch },
            partitions_by_user_endpoint: (endpoint_epoch != request.endpoint_information_epoch)
                .then(|| self.endpoints(outcome, context.image)),
            ..Default::default()
        }
    }
}

fn missing_tags(member: &StreamsMember, context: StepContext<'_>) -> Option<Status> {
    let wanted = context.config.rack_tags.iter();
    let missing: Vec<&str> =
        wanted.filter(|tag| !member.about.tags.contains_key(*tag)).map(|tag| &**tag).collect();
    (!missing.is_empty()).then(|| statuses::missing_client_tags(&missing))
}

fn new_member(id: &Str) -> StreamsMember {
    StreamsMember { id: id.detached(), ..Default::default() }
}

/// A member may come with the epoch before, if the answer with the newer one was lost: then it has
/// nothing that it was not given.
fn check_epoch(
    member: &StreamsMember,
    request: &StreamsGroupHeartbeatRequest,
) -> Result<(), Refusal> {
    let (told, known) = (request.member_epoch, member.current.epoch);
    let assigned = &member.current.assigned;
    let is_late = told == member.current.previous_epoch
        && is_within(request.active_tasks.as_deref(), &ids(&assigned.active))
        && is_within(request.standby_tasks.as_deref(), &assigned.standby)
        && is_within(request.warmup_tasks.as_deref(), &assigned.warmup);
    match told == 0 || told == known || (told < known && is_late) {
        true => Ok(()),
        false => Err(fenced_epoch("streams", told, known)),
    }
}

fn is_within(told: Option<&[ToldTasks]>, tasks: &TaskIds) -> bool {
    told.is_some_and(|told| {
        told.iter().all(|of| {
            let known = tasks.get(&of.subtopology_id);
            known.is_some_and(|known| of.partitions.iter().all(|index| known.contains(index)))
        })
    })
}

/// What a member has must be tasks of the topology.
fn check_tasks(
    request: &StreamsGroupHeartbeatRequest,
    configured: &Configured,
) -> Result<(), Refusal> {
    let roles = [&request.active_tasks, &request.standby_tasks, &request.warmup_tasks];
    for told in roles.into_iter().flatten().flatten() {
        let id = &told.subtopology_id;
        let Some(count) = configured.tasks.get(id) else {
            let message = format!("Subtopology {id} does not exist in the topology.");
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        };
        if let Some(task) = told.partitions.iter().find(|task| !(0..*count).contains(*task)) {
            let message = format!(
                "Task {task} for subtopology {id} is invalid. Number of tasks for this \
                 subtopology: {count}"
            );
            return Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
        }
    }
    Ok(())
}

/// The member with what the request tells anew; what it leaves out stays.
fn updated(
    before: &StreamsMember,
    request: &StreamsGroupHeartbeatRequest,
    caller: &Caller,
) -> StreamsMember {
    let mut after = before.clone();
    let about = &mut after.about;
    if request.instance_id.is_some() {
        about.instance = request.instance_id.as_ref().map(Str::detached);
    }
    if request.rack_id.is_some() {
        about.rack = request.rack_id.as_ref().map(Str::detached);
    }
    if request.rebalance_timeout_ms != -1 {
        about.rebalance_timeout_ms = request.rebalance_timeout_ms;
    }
    if let Some(topology) = &request.topology {
        about.topology_epoch = topology.epoch;
    }
    if let Some(process) = &request.process_id {
        about.process_id = process.detached();
    }
    let endpoint = request.user_endpoint.as_ref().map(|told| (told.host.detached(), told.port));
    if endpoint.is_some() || request.member_epoch == 0 {
        about.endpoint = endpoint;
    }
    if let Some(tags) = &request.client_tags {
        about.tags = tags.iter().map(|tag| (tag.key.detached(), tag.value.detached())).collect();
    }
    about.client_id = caller.client_id.detached();
    about.client_host = caller.client_host.clone();
    after
}

/// What the member says it has, if it says so.
fn owned(request: &StreamsGroupHeartbeatRequest) -> Option<Tasks> {
    Some(Tasks {
        active: told_tasks(request.active_tasks.as_ref()?),
        standby: told_tasks(request.standby_tasks.as_ref()?),
        warmup: told_tasks(request.warmup_tasks.as_ref()?),
    })
}

fn told_tasks(told: &[ToldTasks]) -> TaskIds {
    let mut tasks = TaskIds::new();
    for of in told {
        tasks.entry(of.subtopology_id.detached()).or_default().extend(&of.partitions);
    }
    tasks
}

/// Offsets of tasks that there are: a member cannot make the coordinator keep others.
fn nested(told: &[TaskOffset], configured: &Configured) -> TaskOffsets {
    let mut offsets = TaskOffsets::new();
    let is_task = |of: &&TaskOffset| {
        let count = configured.tasks.get(&of.subtopology_id);
        count.is_some_and(|count| (0..*count).contains(&of.partition))
    };
    for of in told.iter().filter(is_task) {
        let subtopology = offsets.entry(of.subtopology_id.detached()).or_default();
        subtopology.insert(of.partition, of.offset);
    }
    offsets
}

fn answered(tasks: &TaskIds) -> Vec<AnsweredTasks> {
    let tasks = tasks.iter().map(|(id, partitions)| AnsweredTasks {
        subtopology_id: id.clone(),
        partitions: partitions.iter().copied().collect(),
        ..Default::default()
    });
    tasks.collect()
}
