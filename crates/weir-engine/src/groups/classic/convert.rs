//! A classic group made of a consumer group whose members all speak the classic protocol.

use bytes::Bytes;
use weir_wire::Str;

use super::{CONSUMER_PROTOCOL_TYPE, ClassicGroup, GroupLimits, Member, Now, State};

/// One member as it comes over.
#[derive(Debug, Clone)]
pub(crate) struct ConvertedMember {
    pub(crate) id: Str,
    pub(crate) instance: Option<Str>,
    pub(crate) client_id: Str,
    pub(crate) client_host: Str,
    pub(crate) rebalance_timeout_ms: i32,
    pub(crate) session_timeout_ms: i32,
    pub(crate) protocols: Vec<(Str, Bytes)>,
    pub(crate) assignment: Bytes,
}

impl ClassicGroup {
    /// The group at `generation`, stable with these members and their assignments. Sessions start
    /// with [`ClassicGroup::start`].
    pub(crate) fn converted(
        id: &str,
        generation: i32,
        members: Vec<ConvertedMember>,
        limits: GroupLimits,
        now: Now,
    ) -> Self {
        let mut group = Self::new(id, limits, now);
        group.generation = generation;
        for told in members {
            let mut member =
                Member::new(&told.id, told.instance.as_deref(), &told.client_id, &told.client_host);
            member.rebalance_timeout_ms = told.rebalance_timeout_ms;
            member.session_timeout_ms = told.session_timeout_ms;
            member.protocols = told.protocols;
            member.assignment = told.assignment;
            group.insert(member, CONSUMER_PROTOCOL_TYPE);
        }
        group.protocol = group.select_protocol();
        group.subscribed_topics = group.compute_subscribed_topics();
        group.state = if group.members.is_empty() { State::Empty } else { State::Stable };
        group
    }
}
