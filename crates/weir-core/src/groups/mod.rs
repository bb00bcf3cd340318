//! Consumer groups: the list with lags, one group, changes of what it committed, its end.

mod changes;
mod delete;
mod get;
mod list;
mod offsets;
mod offsets_command;
mod put_back;
mod undo;

use weir_domain::GroupType;

pub use changes::{OffsetChange, PlannedReset, commit, forget, plan_delete, plan_reset};
pub use delete::DeletedGroups;
pub use get::{Assigned, GroupDetail, GroupPermits, LagRow, LagSample, MemberRow};
pub use offsets::{DeleteOffsets, OffsetsChanged, ResetOffsets};
pub use put_back::PutBack;

use crate::session::GroupEntry;
use crate::text::{Text, TextId};

/// One line of the groups list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    pub name: String,
    /// Kafka's word: `Stable`, `Empty` ...
    pub state: &'static str,
    pub kind: GroupType,
    pub members: u32,
    pub topics: u32,
    /// Records not consumed yet, over partitions whose lag is known.
    pub lag: Option<i64>,
    pub coordinator: Option<i32>,
    /// Why there is no lag.
    pub lag_reason: Option<Text>,
    /// Its coordinator does not answer: the row is of then, in milliseconds since the epoch. `None`: of now.
    pub last_seen: Option<i64>,
}

impl GroupRow {
    pub(crate) fn of(entry: &GroupEntry) -> Self {
        let summary = &entry.summary;
        Self {
            name: summary.group_id.clone(),
            state: summary.state.name(),
            kind: summary.kind,
            members: entry.members,
            topics: entry.topics.len() as u32,
            lag: entry.lag,
            coordinator: Some(summary.coordinator_id).filter(|id| *id >= 0),
            lag_reason: entry.lag.is_none().then(|| reason(entry)),
            last_seen: entry.last_seen,
        }
    }
}

fn reason(entry: &GroupEntry) -> Text {
    match &entry.problem {
        Some(problem) => {
            TextId::LagUnreadable.with("name", problem.name).with("reason", problem.to_string())
        }
        None if matches!(entry.summary.kind, GroupType::Share | GroupType::Streams) => {
            TextId::LagOtherType.into()
        }
        None => TextId::LagNoCommit.into(),
    }
}
