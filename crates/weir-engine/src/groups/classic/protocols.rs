//! Which protocol (assignor) a group uses, and what its members subscribe to.

use std::collections::{BTreeMap, BTreeSet};

use bytes::{Buf, Bytes};
use weir_wire::Str;
use weir_wire::messages::join_group_request::JoinGroupRequestProtocol;

use super::{ClassicGroup, State, owned};

impl ClassicGroup {
    /// Whether a joining member's protocols fit: any in an empty group; else one that every member
    /// speaks.
    pub(super) fn supports(
        &self,
        protocol_type: &str,
        protocols: &[JoinGroupRequestProtocol],
    ) -> bool {
        if self.is(State::Empty) {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        self.protocol_type.as_deref() == Some(protocol_type)
            && protocols.iter().any(|told| self.all_speak(&told.name))
    }

    fn all_speak(&self, protocol: &str) -> bool {
        self.members.values().all(|member| member.speaks(protocol))
    }

    /// Each member votes for the first of its protocols that all speak; the most votes win. Equal
    /// votes: the one the leader wants more.
    pub(super) fn select_protocol(&self) -> Option<Str> {
        let mut votes: BTreeMap<&Str, usize> = BTreeMap::new();
        for member in self.members.values() {
            if let Some((name, _)) = member.protocols.iter().find(|(name, _)| self.all_speak(name))
            {
                *votes.entry(name).or_default() += 1;
            }
        }
        let most = votes.values().copied().max()?;
        let winners: Vec<&Str> = votes.iter().filter(|v| *v.1 == most).map(|v| *v.0).collect();
        let leader = self.leader.as_ref().and_then(|id| self.members.get(id));
        let wanted = leader.and_then(|leader| {
            leader.protocols.iter().map(|(name, _)| name).find(|name| winners.contains(name))
        });
        wanted.or(winners.first().copied()).cloned()
    }

    /// The topics of all members, where they are consumers whose metadata can be read.
    pub(super) fn compute_subscribed_topics(&self) -> Option<BTreeSet<Str>> {
        if !self.uses_consumer_protocol() {
            return None;
        }
        if self.members.is_empty() {
            return Some(BTreeSet::new());
        }
        let protocol = self.protocol.as_deref()?;
        let mut all = BTreeSet::new();
        for member in self.members.values() {
            all.extend(consumer_topics(member.metadata(Some(protocol)))?);
        }
        Some(all)
    }
}

/// The topics of a consumer's subscription metadata. Version 0 is the prefix of every version: a
/// version, then the topics as an array of strings. `None` when the bytes are not that.
pub(crate) fn consumer_topics(mut metadata: Bytes) -> Option<Vec<Str>> {
    if metadata.remaining() < 6 {
        return None;
    }
    let _version = metadata.get_i16();
    let count = usize::try_from(metadata.get_i32()).ok()?;
    if count > metadata.remaining() / 2 {
        return None;
    }
    let mut topics = Vec::with_capacity(count);
    for _ in 0..count {
        topics.push(string(&mut metadata)?);
    }
    Some(topics)
}

fn string(input: &mut Bytes) -> Option<Str> {
    if input.remaining() < 2 {
        return None;
    }
    let length = usize::try_from(input.get_i16()).ok()?;
    if length > input.remaining() {
        return None;
    }
    let bytes = input.split_to(length);
    std::str::from_utf8(&bytes).ok().map(owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_of_a_subscription_are_read_from_any_version() {
        let v1 = [0, 1, 0, 0, 0, 2, 0, 1, b'a', 0, 2, b'b', b'c', 255, 255, 255, 255, 0, 0, 0, 0];
        let topics = consumer_topics(Bytes::copy_from_slice(&v1)).unwrap();
        assert_eq!(topics, [Str::from("a"), Str::from("bc")]);
    }

    #[test]
    fn broken_metadata_is_no_subscription() {
        for bytes in [
            &b""[..],
            &[0, 0, 0, 0, 0],
            &[0, 0, 127, 255, 255, 255],
            &[0, 0, 0, 0, 0, 1, 0, 5, b'a'],
            &[0, 0, 255, 255, 255, 255],
            &[0, 0, 0, 0, 0, 1, 0, 1, 0xff],
        ] {
            assert_eq!(consumer_topics(Bytes::copy_from_slice(bytes)), None, "{bytes:?}");
        }
    }
}
