use serde::Serialize;
use ts_rs::TS;
use weir_core::groups as core;
use weir_domain as domain;

use super::{FromCore, I64, Text, dto, words};

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

#[derive(Debug, Clone, Serialize, TS)]
pub struct GroupPermits {
    pub delete: Option<Text>,
}

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
            permits: GroupPermits { delete: FromCore::from_core(detail.delete) },
            warnings: FromCore::from_core(detail.warnings),
        }
    }
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct GroupRows {
    pub rows: Vec<GroupRow>,
}
