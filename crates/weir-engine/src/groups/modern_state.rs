//! What a group answers whatever its protocol: the classic one, or one of the newer ones.

use weir_wire::{ErrorCode, Str};

use super::classic::NEVER;
use super::group::GroupState;
use super::records::GroupRecord;

impl GroupState {
    /// Whether the group is of another protocol than the classic one.
    pub(super) fn is_modern(&self) -> bool {
        self.consumer.is_some() || self.streams.is_some()
    }

    /// The earliest deadline of whatever protocol the group has.
    pub(super) fn wake_at(&self) -> i64 {
        let consumer = self.consumer.as_ref().map_or(NEVER, |group| group.wake_at());
        let streams = self.streams.as_ref().map_or(NEVER, |group| group.wake_at());
        self.classic.wake_at().min(consumer).min(streams)
    }

    /// Nobody uses the group's management.
    pub(crate) fn is_empty(&self) -> bool {
        match (&self.consumer, &self.streams) {
            (Some(group), _) => group.is_empty(),
            (_, Some(group)) => group.is_empty(),
            _ => self.classic.is_empty(),
        }
    }

    /// Kafka's name of the group's state.
    pub(crate) fn state_name(&self) -> &'static str {
        match (&self.consumer, &self.streams) {
            (Some(group), _) => group.state().name(),
            (_, Some(group)) => group.state().name(),
            _ => self.classic.state().name(),
        }
    }

    /// Kafka's name of the group's type.
    pub(crate) fn type_name(&self) -> &'static str {
        match (&self.consumer, &self.streams) {
            (Some(_), _) => "consumer",
            (_, Some(_)) => "streams",
            _ => "classic",
        }
    }

    /// The newer protocols' names, or what the first classic member told.
    pub(crate) fn protocol_type(&self) -> Str {
        match self.is_modern() {
            true => Str::from_static(self.type_name()),
            false => self.classic.protocol_type().cloned().unwrap_or_default(),
        }
    }

    /// Whether a member consumes `topic`.
    pub(crate) fn is_subscribed_to(&self, topic: &str) -> bool {
        match (&self.consumer, &self.streams) {
            (Some(group), _) => group.is_subscribed_to(topic),
            (_, Some(group)) => group.is_subscribed_to(topic),
            _ => self.classic.is_subscribed_to(topic),
        }
    }

    /// From when retention of an offset counts (wall, ms); `None` while it does not expire.
    pub(crate) fn expiry_base_ms(&self, commit_ms: i64) -> Option<i64> {
        match self.is_modern() {
            true => Some(commit_ms),
            false => self.classic.expiry_base_ms(commit_ms),
        }
    }

    /// Whether the group may be deleted.
    pub(crate) fn validate_delete(&self) -> Result<(), ErrorCode> {
        match self.is_modern() {
            true if !self.is_empty() => Err(ErrorCode::NON_EMPTY_GROUP),
            true => Ok(()),
            false => self.classic.validate_delete(),
        }
    }

    /// Whether offsets may be deleted at all.
    pub(crate) fn validate_offset_delete(&self) -> Result<(), ErrorCode> {
        match self.is_modern() {
            true => Ok(()),
            false => self.classic.validate_offset_delete(),
        }
    }

    /// Whether a member may fetch offsets with its epoch (OffsetFetch v9).
    pub(crate) fn validate_fetch(&self, member: Option<&str>, epoch: i32) -> Result<(), ErrorCode> {
        match (&self.consumer, &self.streams) {
            (Some(group), _) => group.validate_fetch(member, epoch),
            (_, Some(group)) => group.validate_fetch(member, epoch),
            _ => Ok(()),
        }
    }

    /// The records that end a group of one of the newer protocols.
    pub(super) fn modern_tombstones(&self, id: &Str) -> Result<Vec<GroupRecord>, ErrorCode> {
        let mut records = Vec::new();
        if let Some(group) = &self.consumer {
            records.extend(group.tombstones().iter().map(|end| super::consumer::encode(id, end)));
        }
        if let Some(group) = &self.streams {
            records.extend(group.tombstones().iter().map(|end| super::streams::encode(id, end)));
        }
        let records: Result<Vec<GroupRecord>, _> = records.into_iter().collect();
        records.map_err(|_| ErrorCode::UNKNOWN_SERVER_ERROR)
    }
}
