//! What steps of the newer protocols have in common: their surroundings, and what they refuse.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use weir_wire::{ErrorCode, Str};

use super::classic::Now;
use crate::config::{Configs, ResourceType};
use crate::controller::Refusal;
use crate::image::Image;

/// The epoch of a member that has left.
pub(crate) const LEAVE_EPOCH: i32 = -1;
/// The epoch of a static member that is away for a while (KIP-848).
pub(crate) const STATIC_LEAVE_EPOCH: i32 = -2;

/// What a step knows beside its request. `C` is the configuration of the group's protocol.
#[derive(Debug)]
pub(crate) struct StepContext<'a, C> {
    pub(crate) image: &'a Image,
    pub(crate) now: Now,
    pub(crate) config: &'a C,
}

impl<C> Clone for StepContext<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for StepContext<'_, C> {}

/// Who sent a heartbeat.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) client_id: Str,
    pub(crate) client_host: Str,
    /// A fresh id for a member that has none.
    pub(crate) new_id: Str,
}

/// The configuration of groups of one protocol.
pub(crate) trait GroupConfig {
    /// The configuration in effect for `group`.
    fn of(image: &Image, group: &str) -> Self;
}

/// What groups obey, worked out once for each metadata.
#[derive(Debug)]
pub(crate) struct ConfigCache<C>(Mutex<Known<C>>);

#[derive(Debug)]
struct Known<C> {
    /// The metadata's end.
    at: i64,
    /// Of groups without configurations of their own.
    common: Option<Arc<C>>,
    /// Of those with: no more than the metadata has.
    own: BTreeMap<String, Arc<C>>,
}

impl<C> Default for ConfigCache<C> {
    fn default() -> Self {
        Self(Mutex::new(Known { at: -1, common: None, own: BTreeMap::new() }))
    }
}

impl<C: GroupConfig> ConfigCache<C> {
    /// The configuration in effect for `group`.
    pub(crate) fn of_group(&self, image: &Image, group: &str) -> Arc<C> {
        let has_own = image.configs().dynamic(ResourceType::Group, group).is_some();
        let mut known = self.0.lock();
        if known.at != image.end_offset() {
            *known = Known { at: image.end_offset(), common: None, own: BTreeMap::new() };
        }
        let cached = if has_own { known.own.get(group) } else { known.common.as_ref() };
        if let Some(config) = cached {
            return config.clone();
        }
        let config = Arc::new(C::of(image, group));
        match has_own {
            true => drop(known.own.insert(group.to_owned(), config.clone())),
            false => known.common = Some(config.clone()),
        }
        config
    }
}

/// The group's own value of a configuration of a protocol (`consumer`, `streams`), else the broker's,
/// within the broker's bounds.
pub(super) fn bounded(configs: &Configs, protocol: &str, group: &str, key: &str) -> i32 {
    let own = configs
        .dynamic(ResourceType::Group, group)
        .and_then(|values| values.get(format!("{protocol}.{key}").as_str()))
        .and_then(|value| value.parse().ok());
    let value = own.unwrap_or_else(|| configs.broker_i32(&format!("group.{protocol}.{key}")));
    let min = configs.broker_i32(&format!("group.{protocol}.min.{key}"));
    let max = configs.broker_i32(&format!("group.{protocol}.max.{key}"));
    value.clamp(min, max.max(min))
}

/// Whether `group.coordinator.rebalance.protocols` has a protocol.
pub(super) fn has_protocol(configs: &Configs, protocol: &str) -> bool {
    let enabled = configs.broker_value(None, "group.coordinator.rebalance.protocols");
    enabled.unwrap_or_default().split(',').any(|enabled| enabled.trim() == protocol)
}

/// Targets hold for the group's assignment interval, so that many members that come at once cost few
/// of them. `computed_at_ms`: wall time; 0: never.
pub(super) fn may_retarget(computed_at_ms: i64, interval_ms: i32, now: Now) -> bool {
    computed_at_ms == 0
        || interval_ms == 0
        || now.wall_ms >= computed_at_ms + i64::from(interval_ms)
        // The wall clock was set back.
        || now.wall_ms < computed_at_ms
}

pub(super) fn unknown_member(id: &str, group: &str) -> Refusal {
    let message = format!("Member {id} is not a member of group {group}.");
    Refusal::new(ErrorCode::UNKNOWN_MEMBER_ID, message)
}

/// The group, of the protocol that `kind` names, has all the members it may have.
pub(super) fn group_full(kind: &str, max: usize) -> Refusal {
    let message = format!("The {kind} group has reached its maximum capacity of {max} members.");
    Refusal::new(ErrorCode::GROUP_MAX_SIZE_REACHED, message)
}

/// The instance must be known, and `owner` its member's.
pub(super) fn check_instance(owner: Option<&Str>, id: &str, instance: &str) -> Result<(), Refusal> {
    match owner {
        None => {
            let message = format!("Instance id {instance} is unknown.");
            Err(Refusal::new(ErrorCode::UNKNOWN_MEMBER_ID, message))
        }
        Some(owner) if &**owner != id => {
            let message = format!(
                "Static member {id} with instance id {instance} was fenced by member {owner}."
            );
            Err(Refusal::new(ErrorCode::FENCED_INSTANCE_ID, message))
        }
        Some(_) => Ok(()),
    }
}

/// The instance is another member's that has not left.
pub(super) fn unreleased_instance(owner: &str, id: &str, instance: &str) -> Refusal {
    let message = format!(
        "Static member {id} with instance id {instance} cannot join the group because the instance \
         id is owned by {owner} member."
    );
    Refusal::new(ErrorCode::UNRELEASED_INSTANCE_ID, message)
}

/// A member came with an epoch that is neither its own nor the one before.
pub(super) fn fenced_epoch(kind: &str, told: i32, known: i32) -> Refusal {
    let relation = if told > known { "greater" } else { "smaller" };
    let message = format!(
        "The {kind} group member has a {relation} member epoch ({told}) than the one known by the \
         group coordinator ({known}). The member must abandon all its partitions and rejoin."
    );
    Refusal::new(ErrorCode::FENCED_MEMBER_EPOCH, message)
}
