//! A classic group as `GroupMetadataValue` in `__consumer_offsets`, and back.

use std::collections::BTreeMap;

use bytes::Bytes;
use weir_wire::Str;
use weir_wire::messages::group_metadata_value::{GroupMetadataValue, MemberMetadata};

use super::{ClassicGroup, GroupLimits, Member, Now, State, Then};

/// A record that must be in the log before an answer is given.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) value: GroupMetadataValue,
    pub(crate) then: Then,
}

/// A copy that does not keep a request's frame alive.
pub(crate) fn owned(text: &str) -> Str {
    Str::from(text.to_owned())
}

impl ClassicGroup {
    /// The group as it is to be written; with a leader's assignment that is not yet handed out,
    /// that one.
    pub(crate) fn to_value(
        &self,
        assignments: Option<&BTreeMap<Str, Bytes>>,
    ) -> GroupMetadataValue {
        let members = self.members.values().map(|member| {
            let given = assignments.and_then(|all| all.get(&member.id));
            MemberMetadata {
                member_id: member.id.clone(),
                group_instance_id: member.instance.clone(),
                client_id: member.client_id.clone(),
                client_host: member.client_host.clone(),
                rebalance_timeout: member.rebalance_timeout_ms,
                session_timeout: member.session_timeout_ms,
                subscription: member.metadata(self.protocol.as_deref()),
                assignment: given.unwrap_or(&member.assignment).clone(),
                ..MemberMetadata::default()
            }
        });
        GroupMetadataValue {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol.clone(),
            leader: self.leader.clone(),
            current_state_timestamp: self.state_since_ms.unwrap_or(-1),
            members: members.collect(),
            ..GroupMetadataValue::default()
        }
    }

    /// A group that was just made.
    pub(super) fn to_empty_value(&self) -> GroupMetadataValue {
        GroupMetadataValue {
            protocol: None,
            leader: None,
            current_state_timestamp: self.state_since_ms.unwrap_or(-1),
            ..GroupMetadataValue::default()
        }
    }

    /// The group a record tells of: Stable with its members, or Empty. Sessions start with
    /// [`ClassicGroup::start`], once the whole partition is loaded.
    pub(crate) fn from_value(
        id: &str,
        value: &GroupMetadataValue,
        limits: GroupLimits,
        now: Now,
    ) -> Self {
        let mut group = Self { is_recorded: true, ..Self::new(id, limits, now) };
        group.generation = value.generation;
        group.protocol = value.protocol.as_deref().map(owned);
        group.state_since_ms = Some(value.current_state_timestamp).filter(|ms| *ms >= 0);
        for told in &value.members {
            group.insert(load_member(told, group.protocol.as_ref()), &value.protocol_type);
        }
        group.protocol_type = Some(owned(&value.protocol_type)).filter(|name| !name.is_empty());
        group.leader = value.leader.as_deref().filter(|id| !id.is_empty()).map(owned);
        group.state = if group.members.is_empty() { State::Empty } else { State::Stable };
        group.subscribed_topics = group.compute_subscribed_topics();
        group
    }
}

fn load_member(told: &MemberMetadata, protocol: Option<&Str>) -> Member {
    let mut member = Member::new(
        &told.member_id,
        told.group_instance_id.as_deref(),
        &told.client_id,
        &told.client_host,
    );
    member.session_timeout_ms = told.session_timeout;
    member.rebalance_timeout_ms =
        if told.rebalance_timeout == -1 { told.session_timeout } else { told.rebalance_timeout };
    let metadata = Bytes::copy_from_slice(&told.subscription);
    member.protocols = protocol.map(|name| (name.clone(), metadata)).into_iter().collect();
    member.assignment = Bytes::copy_from_slice(&told.assignment);
    member
}
