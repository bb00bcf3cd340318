//! ShareGroupHeartbeat: joining, staying, leaving.

use weir_wire::messages::share_group_heartbeat_request::ShareGroupHeartbeatRequest;
use weir_wire::messages::share_group_heartbeat_response::{
    self as response, ShareGroupHeartbeatResponse,
};
use weir_wire::{ErrorCode, Str};

use super::member::{Assignment, Caller, Member, ShareGroup};
use super::records::{Change, Told};
use super::target::hash_of;
use super::{GroupShard, State};
use crate::controller::Refusal;
use crate::image::Image;
use crate::share::Share;

/// `member_epoch` of a member that joins.
const JOIN: i32 = 0;
/// `member_epoch` of a member that leaves.
const LEAVE: i32 = -1;

/// The answer, and the high watermark at which it is committed.
pub(crate) type Beaten = (ShareGroupHeartbeatResponse, i64);

impl GroupShard {
    /// One heartbeat.
    pub(crate) fn heartbeat(
        &self,
        request: &ShareGroupHeartbeatRequest,
        caller: &Caller,
    ) -> Result<Beaten, Refusal> {
        let share = self.share().map_err(failed)?;
        let image = share.image().map_err(failed)?;
        let mut state = self.state.lock();
        let id = &request.group_id;
        let is_new = !state.groups.contains_key(id);
        if is_new && request.member_epoch != JOIN {
            let what = if request.member_epoch == LEAVE { "Group" } else { "Share group" };
            let message = format!("{what} {id} not found.");
            return Err(Refusal::new(ErrorCode::GROUP_ID_NOT_FOUND, message));
        }
        let State { groups, .. } = &mut *state;
        let group = groups.entry(id.detached()).or_insert_with(|| ShareGroup::new(id.detached()));
        let beaten = match request.member_epoch {
            LEAVE => self.leave(group, request, &share),
            _ => self.stay(group, request, caller, (&image, &share)),
        };
        if beaten.is_err() && is_new {
            groups.remove(id);
        }
        self.arm(&share, &mut state);
        beaten
    }

    fn leave(
        &self,
        group: &mut ShareGroup,
        request: &ShareGroupHeartbeatRequest,
        share: &Share,
    ) -> Result<Beaten, Refusal> {
        let id = request.member_id.detached();
        if !group.members.contains_key(&id) {
            return Err(unknown_member(group, &id));
        }
        let changes = group.without(std::slice::from_ref(&id), share);
        let required = self.commit(group, changes).map_err(failed)?;
        let answer = ShareGroupHeartbeatResponse {
            member_id: Some(id),
            member_epoch: LEAVE,
            ..Default::default()
        };
        Ok((answer, required))
    }

    fn stay(
        &self,
        group: &mut ShareGroup,
        request: &ShareGroupHeartbeatRequest,
        caller: &Caller,
        (image, share): (&Image, &Share),
    ) -> Result<Beaten, Refusal> {
        check_member(group, request, image)?;
        let id = request.member_id.detached();
        let before = group.members.get(&id).cloned();
        let told = told(request, caller, before.as_ref());
        let mut changes = changes_of(group, &id, told, before.as_ref(), (image, share));
        let (epoch, target) = aim(group, &id, &changes);
        let current = before.clone().unwrap_or_default();
        if before.is_none() || current.epoch != epoch || current.assigned != target {
            let now = (epoch, current.epoch, target.clone());
            changes.push(Change::Current(id.clone(), Some(now)));
        }
        let required = match changes.is_empty() {
            true => 0,
            false => self.commit(group, changes).map_err(failed)?,
        };
        let config = share.config_in(image, &group.id);
        let until_ms = share.env().clock.monotonic_ms().saturating_add(config.session_ms);
        group.keep_until(&id, until_ms);
        let is_full = request.subscribed_topic_names.is_some() || request.member_epoch == JOIN;
        let assignment = (is_full || current.assigned != target).then(|| assignment_of(&target));
        let answer = ShareGroupHeartbeatResponse {
            member_id: Some(id),
            member_epoch: epoch,
            heartbeat_interval_ms: config.heartbeat_ms,
            assignment,
            ..Default::default()
        };
        Ok((answer, required))
    }
}

/// What changes in the group before the member itself is brought up to date.
fn changes_of(
    group: &ShareGroup,
    id: &Str,
    told: Told,
    before: Option<&Member>,
    (image, share): (&Image, &Share),
) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut subscriptions = group.subscriptions();
    subscriptions.insert(id.clone(), told.topics.clone());
    let has_changed = before.is_none_or(|before| before.topics != told.topics);
    if before.is_none_or(|before| as_told(before) != told) {
        changes.push(Change::Member(id.clone(), Some(told)));
    }
    let initialized = group.initialize(&subscriptions, image, share);
    if let Some(initialized) = &initialized {
        changes.push(Change::Initialized(initialized.clone()));
    }
    let is_due = hash_of(&subscriptions, image) != group.metadata_hash;
    if has_changed || is_due || initialized.is_some() {
        let initialized = initialized.as_ref().unwrap_or(&group.initialized);
        changes.extend(group.next_epoch(&subscriptions, initialized, image));
    }
    changes
}

/// Epoch and partitions that the member is to have.
fn aim(group: &ShareGroup, id: &Str, changes: &[Change]) -> (i32, Assignment) {
    let mut epoch = group.assignment_epoch;
    let mut target = group.target.get(id);
    for change in changes {
        match change {
            Change::AssignmentEpoch(Some(next)) => epoch = *next,
            Change::Target(member, Some(next)) if member == id => target = Some(next),
            _ => {}
        }
    }
    (epoch, target.cloned().unwrap_or_default())
}

fn as_told(member: &Member) -> Told {
    Told {
        rack: member.rack.clone(),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        topics: member.topics.clone(),
    }
}

/// Null means unchanged.
fn told(request: &ShareGroupHeartbeatRequest, caller: &Caller, before: Option<&Member>) -> Told {
    let mut topics = match &request.subscribed_topic_names {
        Some(names) => names.iter().map(Str::detached).collect(),
        None => before.map(|member| member.topics.clone()).unwrap_or_default(),
    };
    topics.sort();
    topics.dedup();
    let rack = request.rack_id.as_ref().map(Str::detached);
    Told {
        rack: rack.or_else(|| before.and_then(|member| member.rack.clone())),
        client_id: caller.client_id.clone(),
        client_host: caller.host.clone(),
        topics,
    }
}

fn assignment_of(target: &Assignment) -> response::Assignment {
    let topics = target.iter().map(|(topic_id, partitions)| response::TopicPartitions {
        topic_id: *topic_id,
        partitions: partitions.iter().copied().collect(),
        ..Default::default()
    });
    response::Assignment { topic_partitions: topics.collect(), ..Default::default() }
}

fn failed(code: ErrorCode) -> Refusal {
    Refusal::from(code)
}

fn unknown_member(group: &ShareGroup, id: &str) -> Refusal {
    let message = format!("Member {id} is not a member of group {}.", group.id);
    Refusal::new(ErrorCode::UNKNOWN_MEMBER_ID, message)
}

/// What can be said of a request by itself.
pub(crate) fn validate(request: &ShareGroupHeartbeatRequest) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(Refusal::new(ErrorCode::INVALID_REQUEST, message));
    // In Kafka's order, and without a sentence as there.
    if request.member_id.is_empty() {
        return invalid("");
    }
    if request.group_id.trim().is_empty() {
        return invalid("GroupId can't be empty.");
    }
    if request.rack_id.as_ref().is_some_and(|rack| rack.is_empty()) {
        return invalid("RackId can't be empty.");
    }
    match request.member_epoch {
        JOIN if request.subscribed_topic_names.as_ref().is_none_or(Vec::is_empty) => {
            invalid("SubscribedTopicNames must be set in first request.")
        }
        LEAVE.. => Ok(()),
        _ => invalid("MemberEpoch is invalid."),
    }
}

fn check_member(
    group: &ShareGroup,
    request: &ShareGroupHeartbeatRequest,
    image: &Image,
) -> Result<(), Refusal> {
    let received = request.member_epoch;
    let Some(member) = group.members.get(&request.member_id) else {
        if received != JOIN {
            return Err(unknown_member(group, &request.member_id));
        }
        let size_max = image.configs().broker_i64("group.share.max.size");
        if i64::try_from(group.members.len()).unwrap_or(i64::MAX) >= size_max {
            let message =
                format!("The share group has reached its maximum capacity of {size_max} members.");
            return Err(Refusal::new(ErrorCode::GROUP_MAX_SIZE_REACHED, message));
        }
        return Ok(());
    };
    let known = member.epoch;
    let which = match received {
        _ if received > known => "greater",
        _ if received < known && received != member.previous_epoch => "smaller",
        _ => return Ok(()),
    };
    let message = format!(
        "The share group member has a {which} member epoch ({received}) than the one known by the \
         group coordinator ({known}). The member must abandon all its partitions and rejoin."
    );
    Err(Refusal::new(ErrorCode::FENCED_MEMBER_EPOCH, message))
}
