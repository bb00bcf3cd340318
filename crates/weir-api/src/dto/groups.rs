use serde::{Deserialize, Serialize};
use ts_rs::TS;
use weir_core::groups as core;
use weir_domain as domain;

use super::{ApiError, FromCore, I64, Text, dto, words};

#[derive(Debug, Clone, Serialize, TS)]
pub struct GroupRow {
    /// The name.
    pub id: String,
    pub name: String,
    /// Kafka's word: `Stable`, `Empty` ...
    pub state: String,
    /// `classic`, `consumer`, `share`, `streams`.
    #[serde(rename = "type")]
    pub kind: String,
    pub members: u32,
    pub topics: u32,
    pub lag: Option<I64>,
    pub coordinator: Option<i32>,
    /// Why there is no lag.
    pub lag_reason: Option<Text>,
    /// Its coordinator does not answer: the row is of then. `null`: of now.
    pub last_seen: Option<I64>,
}

impl FromCore<core::GroupRow> for GroupRow {
    fn from_core(row: core::GroupRow) -> Self {
        Self {
            id: row.name.clone(),
            name: row.name,
            state: row.state.to_owned(),
            kind: row.kind.name().to_owned(),
            members: row.members,
            topics: row.topics,
            lag: FromCore::from_core(row.lag),
            coordinator: row.coordinator,
            lag_reason: FromCore::from_core(row.lag_reason),
            last_seen: FromCore::from_core(row.last_seen),
        }
    }
}

dto!(Assigned from core::Assigned { topic: String, partitions: Vec<i32> });

dto!(GroupMember from core::MemberRow {
    id: String,
    client_id: String,
    host: String,
    /// Of static membership.
    instance: Option<String>,
    assignment: Vec<Assigned>,
    /// Of a member of a streams group; `assignment` is empty then.
    #[ts(as = "Option<Vec<StreamsTask>>", optional)]
    tasks: Vec<StreamsTask>,
});

words!(
    /// What a member of a streams group does with its tasks.
    TaskRole = domain::TaskRole as "snake_case" { Active, Standby, Warmup }
);

dto!(
    /// Tasks of one subtopology (KIP-1071).
    StreamsTask from domain::StreamsTask {
        role: TaskRole,
        subtopology: String,
        partitions: Vec<i32>,
    }
);

dto!(LagRow from core::LagRow {
    topic: String,
    partition: i32,
    committed: Option<I64>,
    end: Option<I64>,
    lag: Option<I64>,
    member: Option<String>,
    client_id: Option<String>,
    reason: Option<Text>,
});

dto!(LagSample from core::LagSample { at: I64, lag: I64 });

dto!(
    /// `null`: allowed; else the reason why not.
    GroupPermits from core::GroupPermits {
        delete: Option<Text>,
        reset_offsets: Option<Text>,
        delete_offsets: Option<Text>,
    }
);

#[derive(Debug, Clone, Serialize, TS)]
pub struct GroupDetail {
    #[serde(flatten)]
    pub row: GroupRow,
    /// `consumer`, `connect` ...
    pub protocol: Option<String>,
    pub assignor: Option<String>,
    pub member_rows: Vec<GroupMember>,
    pub lag_rows: Vec<LagRow>,
    pub lag_history: Vec<LagSample>,
    pub permits: GroupPermits,
    pub warnings: Vec<Text>,
}

impl FromCore<core::GroupDetail> for GroupDetail {
    fn from_core(detail: core::GroupDetail) -> Self {
        Self {
            row: FromCore::from_core(detail.row),
            protocol: detail.protocol,
            assignor: detail.assignor,
            member_rows: FromCore::from_core(detail.members),
            lag_rows: FromCore::from_core(detail.lags),
            lag_history: FromCore::from_core(detail.history),
            permits: FromCore::from_core(detail.permits),
            warnings: FromCore::from_core(detail.warnings),
        }
    }
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct GroupRows {
    pub rows: Vec<GroupRow>,
}

/// Where a group goes on reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ResetTo {
    Earliest,
    Latest,
    /// The first message at or after it, milliseconds since the epoch.
    Time {
        at: I64,
    },
    Offset {
        offset: I64,
    },
    /// So many messages after what is committed; before it where negative.
    Shift {
        by: I64,
    },
}

impl From<ResetTo> for domain::ResetTo {
    fn from(to: ResetTo) -> Self {
        match to {
            ResetTo::Earliest => Self::Earliest,
            ResetTo::Latest => Self::Latest,
            ResetTo::Time { at } => Self::Time(at.0),
            ResetTo::Offset { offset } => Self::Offset(offset.0),
            ResetTo::Shift { by } => Self::Shift(by.0),
        }
    }
}

/// Partitions of one topic.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TopicScope {
    pub topic: String,
    /// Empty: all of them.
    pub partitions: Vec<i32>,
}

impl From<TopicScope> for domain::TopicScope {
    fn from(scope: TopicScope) -> Self {
        Self { topic: scope.topic, partitions: scope.partitions }
    }
}

dto!(
    /// A change of what a group committed, or its preview (then without an operation).
    OffsetsChanged from core::OffsetsChanged {
        operation: Option<String>,
        /// `null` where Kafka's tools have none.
        command: Option<String>,
        changes: Vec<OffsetChange>,
    }
);

dto!(OffsetChange from core::OffsetChange {
    topic: String,
    partition: i32,
    before: Option<I64>,
    after: Option<I64>,
    lag_before: Option<I64>,
    lag_after: Option<I64>,
    /// Why it is not quite what was asked for.
    note: Option<Text>,
    /// Why it does not change.
    error: Option<ApiError>,
});

#[derive(Debug, Clone, Serialize, TS)]
pub struct DeletedGroups {
    pub operation: String,
    pub results: Vec<DeletedGroup>,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct DeletedGroup {
    pub group: String,
    /// `null`: deleted.
    pub error: Option<ApiError>,
}

impl FromCore<core::DeletedGroups> for DeletedGroups {
    fn from_core(deleted: core::DeletedGroups) -> Self {
        let result = |(group, failure)| DeletedGroup { group, error: FromCore::from_core(failure) };
        Self {
            operation: deleted.operation,
            results: deleted.results.into_iter().map(result).collect(),
        }
    }
}
